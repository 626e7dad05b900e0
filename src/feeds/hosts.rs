//! Hosts files: `0.0.0.0 name`, as stalkerware-indicators and many blockers publish them. A line that leads to another address
//! than nowhere is a person's own mapping and names nobody.

use super::domains::comment;
use super::{About, Feed, each_line};

/// The addresses by which such files lead nowhere.
const NOWHERE: [&str; 6] = ["0.0.0.0", "127.0.0.1", "::", "::1", "0", "127.0.1.1"];
/// Names of the computer itself, with which such files begin.
const ITSELF: [&str; 11] = [
    "localhost",
    "localhost.localdomain",
    "local",
    "broadcasthost",
    "ip6-localhost",
    "ip6-loopback",
    "ip6-localnet",
    "ip6-mcastprefix",
    "ip6-allnodes",
    "ip6-allrouters",
    "ip6-allhosts",
];

/// Reads a hosts file. A line without an address is a name, as some files mix the two.
pub fn read<'a>(body: &'a [u8], feed: &mut Feed<'a>) {
    let heading = feed.heading("");
    each_line(body, feed, &mut |feed, line, text| {
        if let Some(comment) = comment(text) {
            feed.fact(comment);
            return;
        }
        let text = text.split('#').next().unwrap_or_default();
        let mut words = text.split_whitespace();
        let Some(first) = words.next() else { return };
        let mut names = words.peekable();
        if !is_address(first) {
            match names.peek() {
                None => feed.take(first, line, About::Listed, heading),
                Some(_) => feed.skip("not-a-host", line),
            }
        } else if names.peek().is_none() {
            feed.skip("no-name", line);
        } else if !NOWHERE.contains(&first) && !first.eq_ignore_ascii_case("fe80::1%lo0") {
            feed.skip(
                if first.starts_with("ff") || first == "255.255.255.255" { "local-name" } else { "maps-elsewhere" },
                line,
            );
        } else {
            for name in names {
                if ITSELF.contains(&name) || NOWHERE.contains(&name) {
                    feed.skip("local-name", line);
                } else {
                    feed.take(name, line, About::Listed, heading);
                }
            }
        }
    });
}

/// Whether a line is an address and names.
pub fn is_mapping(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(is_address) && words.next().is_some_and(|name| !name.starts_with('#'))
}

fn is_address(word: &str) -> bool {
    let v4 = word.split('.').count() == 4 && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let v6 = word.contains("::") || word.matches(':').count() > 2;
    word == "0"
        || v4
        || (v6 && word.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'%' | b'l' | b'o')))
}
