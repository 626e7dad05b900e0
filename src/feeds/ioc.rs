//! `ioc.yaml` of stalkerware-indicators: apps by name, with the hosts that they send to (`c2`), those that hand them out
//! (`distribution`), and the public sites of their vendors (`websites`).
//!
//! The file uses little of YAML: block maps and lists of plain or quoted words. Only that is read here, and what is more is
//! counted as `yaml-not-read`, never guessed: a whole parser (`saphyr-parser`) would cost the extension 46 KB of its package,
//! more than all readers together. It stands in the tests, which hold this reader to its answers.

use super::{About, Feed, each_line};

/// Reads the file.
pub fn read<'a>(body: &'a [u8], feed: &mut Feed<'a>) {
    // The app whose lines these are: its name, which may stand behind the hosts that it is for, and its first entry.
    let (mut heading, mut first) = (feed.heading(""), 0);
    let nameless = heading;
    let mut walk = Walk::default();
    each_line(body, feed, &mut |feed, line, text| {
        let text = indented(body, text);
        let step = walk.next(text);
        if let Step::NotRead { new: true } | Step::Word { new: true, .. } | Step::Opens { new: true } = step {
            named(feed, first, heading);
            (heading, first) = (nameless, feed.entries.len());
        }
        let (path, word) = match step {
            Step::Word { path, word, .. } => (path, word),
            Step::Nothing | Step::Opens { .. } => return,
            Step::Comment(comment) => {
                feed.fact(comment);
                return;
            }
            Step::NotRead { .. } => {
                feed.skip("yaml-not-read", line);
                return;
            }
        };
        let about = match path.as_slice() {
            ["name"] => {
                heading = feed.heading(word);
                return;
            }
            // What else an app is called, and what kind it is.
            ["names" | "type"] => return,
            ["websites"] => About::VendorSite,
            ["distribution"] | ["c2", "domains" | "ips" | "ip"] => About::Indicator,
            ["packages" | "certificates" | "certificate_organizations" | "certificate_cname_re"] => {
                feed.skip("not-about-hosts", line);
                return;
            }
            _ => {
                feed.skip("unknown-key", line);
                return;
            }
        };
        feed.take(word, line, about, nameless);
    });
    named(feed, first, heading);
}

/// Puts the entries from one on under an app's name, once the app is over: a file may name it a million times.
fn named(feed: &mut Feed<'_>, first: usize, heading: usize) {
    feed.entries.iter_mut().skip(first).for_each(|entry| entry.heading = heading);
}

/// Whether a file that begins with this line is one.
pub fn is_head(line: &str) -> bool {
    let key = line.strip_prefix("- ").and_then(|rest| rest.split_once(':')).map(|(key, _)| key.trim());
    matches!(key, Some("name" | "names" | "type" | "packages" | "certificates" | "websites" | "c2" | "distribution"))
}

/// A line with what is in front of it: in YAML that tells what belongs to what.
fn indented<'a>(body: &'a [u8], line: &'a str) -> &'a str {
    // The line is a part of `body`, and the spaces in front of it are found again by where it lies.
    let at = line.as_ptr().addr().wrapping_sub(body.as_ptr().addr());
    let start = body.get(..at).and_then(|front| front.iter().rposition(|&b| b == b'\n')).map_or(0, |end| end + 1);
    body.get(start..at + line.len()).and_then(|line| std::str::from_utf8(line).ok()).unwrap_or(line)
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a, 'w> {
    /// Nothing: a mark of YAML's own.
    Nothing,
    Comment(&'a str),
    /// A key or a list opens. `new`: a new app begins.
    Opens {
        new: bool,
    },
    /// A word, under these keys.
    Word {
        path: Vec<&'w str>,
        word: &'a str,
        new: bool,
    },
    /// Something that this reader does not know.
    NotRead {
        new: bool,
    },
}

/// Where in the file the reader is: the keys that are open, by how far they stand in.
#[derive(Debug, Default)]
struct Walk<'a> {
    open: Vec<(usize, &'a str)>,
    /// Lines that stand in further than this are a text over several lines.
    text: Option<usize>,
}

impl<'a> Walk<'a> {
    fn next(&mut self, line: &'a str) -> Step<'a, '_> {
        let words = line.trim_start_matches(' ');
        let mut column = line.len() - words.len();
        if let Some(text) = self.text {
            if column > text {
                return Step::Nothing;
            }
            self.text = None;
        }
        if let Some(comment) = words.strip_prefix('#') {
            return Step::Comment(comment);
        }
        if matches!(words, "---" | "...") && column == 0 {
            self.open.clear();
            return Step::Nothing;
        }
        let mut words = words;
        let mut new = false;
        while let Some(rest) = words.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            // A list may stand as far in as the key that it belongs to.
            while self.open.last().is_some_and(|(at, _)| *at > column) {
                self.open.pop();
            }
            new |= self.open.is_empty();
            words = rest.trim_start_matches(' ');
            column += 1 + rest.len() - words.len();
        }
        if words.is_empty() {
            return Step::Opens { new };
        }
        if words.starts_with('\t') {
            return Step::NotRead { new };
        }
        let Some((key, value)) = key_of(words) else {
            let path = || self.open.iter().map(|(_, key)| *key).collect();
            // A word on a line of its own, and no list: the rest of a text that began above.
            if line.trim_start_matches(' ').len() == words.len() {
                return Step::NotRead { new };
            }
            return match word_of(words) {
                Some(word) => Step::Word { path: path(), word, new },
                None => Step::NotRead { new },
            };
        };
        while self.open.last().is_some_and(|(at, _)| *at >= column) {
            self.open.pop();
        }
        if value.starts_with(['|', '>']) {
            self.text = Some(column);
            return Step::NotRead { new };
        }
        if value.is_empty() {
            self.open.push((column, key));
            return Step::Opens { new };
        }
        let Some(word) = word_of(value) else {
            // Whatever stands below belongs to something that was not read.
            self.open.push((column, ""));
            return Step::NotRead { new };
        };
        let mut path: Vec<&str> = self.open.iter().map(|(_, key)| *key).collect();
        path.push(key);
        Step::Word { path, word, new }
    }
}

/// A line's key, and what stands behind it; `None` where it is a word alone.
fn key_of(words: &str) -> Option<(&str, &str)> {
    let at = words.match_indices(':').map(|(at, _)| at).find(|at| {
        let behind = words.get(at + 1..).unwrap_or_default();
        behind.is_empty() || behind.starts_with([' ', '\t'])
    })?;
    let (key, value) = words.split_at_checked(at)?;
    let key = key.trim_end();
    let plain =
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' '));
    let value = value.get(1..).unwrap_or_default().trim();
    let value = if value.starts_with('#') { "" } else { value };
    plain.then_some((key, value))
}

/// A word without quotes and without a comment behind it; `None` where it is more than a word.
fn word_of(text: &str) -> Option<&str> {
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            let (inner, behind) = rest.split_once(quote)?;
            let behind = behind.trim_start();
            return (!inner.contains('\\') && (behind.is_empty() || behind.starts_with('#'))).then_some(inner);
        }
    }
    let comment = text.find(" #").or_else(|| text.find("\t#"));
    let word = comment.and_then(|at| text.get(..at)).unwrap_or(text).trim_end();
    let starts = ['[', ']', '{', '}', '&', '*', '!', '|', '>', '%', '@', '`', ',', '?', '#'];
    (!word.is_empty() && !word.starts_with(starts) && !word.contains(": ") && !word.ends_with(':')).then_some(word)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use saphyr_parser::{Event, Parser};

    use super::{Step, Walk};

    /// Every word that this reader finds, with its keys and its line; and how many lines it does not read.
    fn ours(text: &str) -> (Vec<(String, String, usize)>, usize) {
        let (mut walk, mut found, mut not_read) = (Walk::default(), Vec::new(), 0);
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match walk.next(line.trim_end()) {
                Step::Word { path, word, .. } => found.push((path.join("."), word.to_owned(), at + 1)),
                Step::NotRead { .. } => not_read += 1,
                Step::Nothing | Step::Comment(_) | Step::Opens { .. } => {}
            }
        }
        (found, not_read)
    }

    /// The same by a whole parser of YAML.
    fn theirs(text: &str) -> Vec<(String, String, usize)> {
        // What is open: a map with its key, once that is known, or a list.
        let (mut open, mut found): (Vec<Option<Option<String>>>, _) = (Vec::new(), Vec::new());
        for event in Parser::new_from_str(text) {
            let (event, span) = event.unwrap();
            match event {
                Event::MappingStart(..) => open.push(Some(None)),
                Event::SequenceStart(..) => open.push(None),
                Event::MappingEnd | Event::SequenceEnd => {
                    open.pop();
                    if let Some(Some(key)) = open.last_mut() {
                        *key = None;
                    }
                }
                Event::Scalar(word, ..) => match open.last_mut() {
                    Some(Some(key @ None)) => *key = Some(word.to_string()),
                    last => {
                        let is_map = matches!(last, Some(Some(_)));
                        let path: Vec<&str> = open.iter().flatten().flatten().map(String::as_str).collect();
                        found.push((path.join("."), word.to_string(), span.start.line()));
                        if is_map && let Some(Some(key)) = open.last_mut() {
                            *key = None;
                        }
                    }
                },
                _ => {}
            }
        }
        found
    }

    #[test]
    fn words_keys_and_lines_are_those_of_a_whole_parser() {
        for text in [
            "- name: A\n  websites:\n  - a.example\n  - b.example # x\n  c2:\n    ips:\n    - 203.0.113.1\n    domains:\n    - c.example\n- name : B\n",
            "---\n# x\n- name: 'A: b'\n  names:\n    - one two\n    - \"three\"\n\n  type: stalkerware\n-   name: C\n    websites:\n    - c.example\n",
            "- websites:\n  - a.example\n  name: late\n-\n  name: D\n  c2:\n    domains:\n        - far.example\n    ips:\n    - 1.2.3.4\n",
            "- name: a#b\n  websites: one.example\n  packages:\n  - com.x:y\n",
        ] {
            let (found, not_read) = ours(text);
            assert_eq!((found, not_read), (theirs(text), 0), "{text}");
        }
    }

    proptest::proptest! {
        /// Files such as a publisher could write, by any depth of indentation.
        #[test]
        fn whatever_is_written_so_is_read_so(
            apps in proptest::collection::vec((
                "[A-Za-z][A-Za-z0-9 ]{0,8}[a-z]",
                proptest::collection::vec((0..4_usize, proptest::collection::vec("[a-z][a-z0-9-]{0,6}\\.example", 1..4)), 0..4),
            ), 1..5),
            deeper in 0..3_usize,
        ) {
            let mut text = String::new();
            for (name, blocks) in &apps {
                text.push_str(&format!("- name: {name}\n"));
                for (at, (kind, words)) in blocks.iter().enumerate() {
                    // A map has each key once.
                    let key = format!("{}{at}", ["websites", "names", "c2", "other"][*kind]);
                    let (pad, inner) = if *kind == 2 { ("    ", "  c2x:\n") } else { ("  ", "") };
                    text.push_str(&inner.replace("c2x", &key));
                    let key = if inner.is_empty() { key } else { "domains".to_owned() };
                    text.push_str(&format!("{pad}{key}:\n"));
                    for word in words {
                        text.push_str(&format!("{pad}{}- {word}\n", " ".repeat(deeper)));
                    }
                }
            }
            proptest::prop_assert_eq!(ours(&text), (theirs(&text), 0), "{}", text);
        }
    }
}
