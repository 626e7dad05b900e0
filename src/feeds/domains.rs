//! Plain lists, as mvt-indicators and Amnesty International publish them beside their bundles: a domain, an address or a URL
//! a line.

use super::{About, Feed, each_line};

/// Reads a list.
pub fn read<'a>(body: &'a [u8], feed: &mut Feed<'a>) {
    let heading = feed.heading("");
    each_line(body, feed, &mut |feed, line, text| {
        if let Some(comment) = comment(text) {
            feed.fact(comment);
            return;
        }
        // What stands behind a name is the list's own remark.
        let name = text.find(" #").or_else(|| text.find("\t#")).and_then(|at| text.get(..at)).unwrap_or(text).trim();
        feed.take(name, line, About::Listed, heading);
    });
}

/// A line's comment, where it is nothing else.
pub fn comment(text: &str) -> Option<&str> {
    ["#", ";", "//", "!"].iter().find_map(|mark| text.strip_prefix(mark))
}
