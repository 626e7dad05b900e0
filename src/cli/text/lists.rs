//! What a list is, and what could be read of it.

use std::fmt::Write;

use onlooker::feeds::Feed;
use onlooker::report::ListInfo;

use super::{Paint, count, plain, slug};

/// The lists that are judged by, and the data beside them.
pub fn lists(lists: &[ListInfo], data: &[ListInfo], colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    for list in lists {
        let _ = writeln!(out, "{}  {}", paint.strong(&plain(&list.title)), paint.soft(&format!("list {}", list.id)));
        // What a list that a person added does not state is not there.
        let stated = |text: &str| if text.is_empty() { "not stated".to_owned() } else { plain(text).into_owned() };
        let of = if list.date.is_empty() { String::new() } else { format!(", of {}", plain(&list.date)) };
        let _ = writeln!(out, "  version {}{of}", stated(&list.version));
        let by = if list.attribution.is_empty() { String::new() } else { format!(", by {}", plain(&list.attribution)) };
        let _ = writeln!(out, "  from {}, licence {}{by}", plain(&list.source), stated(&list.licence));
        let mut rules = format!("  {}", count(list.rules, "rule", "rules"));
        let left_out: u64 = list.skipped.iter().map(|skipped| skipped.count).sum();
        if left_out > 0 {
            let reasons: Vec<String> =
                list.skipped.iter().map(|s| format!("{} {}", s.count, plain(&slug(&s.why)))).collect();
            let _ = write!(rules, "; {} left out: {}", count(left_out, "line", "lines"), reasons.join(", "));
        }
        let _ = writeln!(out, "{rules}");
        let _ = writeln!(out, "  sha256 {}\n", plain(&list.sha256));
    }
    for of in data {
        let _ = writeln!(out, "{}  {}", paint.strong(&plain(&of.title)), paint.soft("data, and no rules"));
        let _ = writeln!(out, "  version {}, from {}, licence {}", of.version, plain(&of.source), plain(&of.licence));
        let _ = writeln!(out, "  {}", count(of.rules, "entry", "entries"));
        let _ = writeln!(out, "  sha256 {}\n", plain(&of.sha256));
    }
    out
}

/// How many entries and roots of a list are shown; the rest is counted.
const EXAMPLES: usize = 5;

/// What was read of a list that a person may add.
pub fn feed(feed: &Feed<'_>, colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    let stated = |text: &str| if text.is_empty() { "not stated".to_owned() } else { plain(text).into_owned() };
    let _ = writeln!(out, "{}  {}", paint.strong(&plain(feed.shown_title())), paint.soft(feed.format.name()));
    let _ = writeln!(out, "  version: {}; of: {}", stated(&feed.version), stated(&feed.date));
    let _ = writeln!(out, "  licence: {}; by: {}", stated(&feed.licence), stated(&feed.attribution));
    let (rules, roots) = (feed.entries.len() as u64, feed.roots.len() as u64);
    if roots > 0 {
        let _ = writeln!(out, "  {}, of which no technique makes use yet", count(roots, "root", "roots"));
    } else {
        let _ = writeln!(out, "  {}", count(rules, "rule", "rules"));
    }
    for entry in feed.entries.iter().take(EXAMPLES) {
        let under = feed.headings.get(entry.heading).filter(|heading| !heading.is_empty());
        let under = under.map(|heading| format!(", under \"{}\"", plain(heading))).unwrap_or_default();
        let place = format!("line {}{under}", entry.line);
        let _ = writeln!(out, "    {}  {}", plain(&entry.rule), paint.soft(&place));
    }
    for root in feed.roots.iter().take(EXAMPLES) {
        let who = format!("{} {}, line {}", stated(&root.owner), plain(&root.country), root.line);
        let _ = writeln!(out, "    {}  {}", root.sha256, paint.soft(&who));
    }
    if let Some(more) = rules.max(roots).checked_sub(EXAMPLES as u64).filter(|more| *more > 0) {
        let _ = writeln!(out, "    and {more} more");
    }
    for (why, left) in feed.left_out() {
        let lines: Vec<String> = left.lines.iter().map(u32::to_string).collect();
        let more = if left.count > left.lines.len() as u64 { ", \u{2026}" } else { "" };
        let of = if left.lines.len() == 1 { "line" } else { "lines" };
        let _ = writeln!(out, "  left out: {}, {} ({of} {}{more})", slug(why), left.count, lines.join(", "));
    }
    let _ = writeln!(out, "  sha256 {}", feed.sha256);
    out
}
