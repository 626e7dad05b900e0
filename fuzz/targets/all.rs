//! What every target holds: no panic, every entry and every reason on a line of the file, and whatever is read can be
//! compiled, loaded and asked, or is refused by name.

use onlooker::address::Address;
use onlooker::feeds::{Feed, read};
use onlooker::observation::RequestType;
use onlooker::rules::added::AddedLists;
use onlooker::rules::index::PageContext;

/// Reads bytes behind a start that makes them a file of one format.
pub fn with_start(start: &[u8], bytes: &[u8]) {
    hold(&[start, bytes].concat());
}

/// Reads bytes as they are.
fn hold(bytes: &[u8]) {
    let Ok(feed) = read("fuzzed", bytes) else { return };
    let lines = bytes.split(|&byte| byte == b'\n').count() as u32;
    let within = |line: u32| assert!((1..=lines).contains(&line));
    feed.entries.iter().for_each(|entry| within(entry.line));
    assert!(feed.entries.is_sorted_by_key(|entry| entry.line));
    feed.roots.iter().for_each(|root| within(root.line));
    feed.left_out().for_each(|(_, left)| left.lines.iter().for_each(|line| within(*line)));
    // A pack is a quarter of a megabyte however small the list: made for one in eight, so that the reader is what is tried.
    if !feed.entries.is_empty() && bytes.len().is_multiple_of(8) {
        asked(&feed);
    }
}

fn asked(feed: &Feed<'_>) {
    let Ok(pack) = feed.pack() else { return };
    let mut added = AddedLists::default();
    added.add(pack.into(), 0).expect("what was compiled can be loaded");
    let mut address = Address::new();
    for entry in feed.entries.iter().take(8) {
        let host: String = entry.rule.chars().filter(|c| !matches!(c, '|' | '^' | '@' | '*')).collect();
        if address.read(format!("https://{host}").as_bytes()).is_ok() {
            added.ask(&PageContext::new("page.example"), &address, RequestType::Image, true);
            for rule in added.matching().collect::<Vec<_>>() {
                let place = added.place(rule).expect("a rule that matches has a place");
                assert!(feed.entries.iter().any(|entry| entry.line == place.line && entry.rule == place.text));
            }
        }
    }
}
