//! Answers for people: calm, in plain words, the same facts as the JSON. A level is always a word and a shape, and a
//! colour only where there is a terminal that wants one.

use std::borrow::Cow;
use std::fmt::Write;

use onlooker::finding::{Level, Right};
use onlooker::report::{Finding, Rule, Told};
use onlooker::unseen::unseen;

use super::words;

mod details;
mod explanation;
mod facts;
mod lists;
mod report;

pub use explanation::explanation;
pub use lists::{feed, lists};
pub use report::{brief, report};

/// Text from outside with everything escaped that could steer a terminal, turn the reading order around or not be seen.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(unseen) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if unseen(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Where colours go, or not.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    fn soft(self, text: &str) -> String {
        self.with("2", text)
    }

    /// A level's shape and word. The colours are the terminal's own, so that they suit its background.
    fn level(self, told: Told) -> String {
        let (shape, code) = match told {
            Told::Known(Level::None) => ("○", "0"),
            Told::Known(Level::Low) => ("●", "32"),
            Told::Known(Level::Moderate) => ("▲", "33"),
            Told::Known(Level::High) => ("◆", "31"),
            Told::Known(Level::Severe) => ("⯃", "35"),
            Told::Unknown => ("?", "0"),
        };
        let word = if told == Told::Unknown { "not known" } else { told.name() };
        self.with(code, &format!("{shape} {word}"))
    }
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// How much of a rule is shown: some name a thousand sites.
const RULE_SHOWN: usize = 160;

/// The beginning of a text that may be long; the JSON has it all.
fn cut(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// A stable word as people write it.
fn slug(word: &str) -> String {
    word.replace('-', " ")
}

/// A text that stands within a sentence of ours.
fn within(text: &str) -> String {
    let mut characters = text.chars();
    // ID stays ID.
    if text.chars().nth(1).is_some_and(char::is_uppercase) {
        return text.to_owned();
    }
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

/// A technique, as the extension calls it.
fn technique(name: &str) -> String {
    words::part("technique", name, "name").map_or_else(|| slug(name), str::to_owned)
}

/// What a finding is called, likewise: of a cookie that would go in the clear not as what did.
fn found(finding: &Finding) -> String {
    let unmarked = finding.technique == "insecure-transport"
        && finding.subject.as_ref().is_some_and(|subject| subject.name == "not-secure");
    let title = if unmarked { words::part("unmarked", "title", "") } else { None };
    title.map_or_else(|| technique(finding.technique), str::to_owned)
}

/// What a company's service does.
fn category(name: &str) -> String {
    words::part("category", name, "title").map_or_else(|| slug(name), within)
}

/// Whether a category tells more than that there is a company.
fn says_something(category: &str) -> bool {
    !matches!(category, "unknown" | "other")
}

/// A kind of actor, in words.
fn kind(name: &str) -> String {
    words::part("kind", name, "name").map_or_else(|| slug(name), str::to_owned)
}

/// What rights are told by, where a text first tells of any.
const COVENANT: &str = "by the International Covenant on Civil and Political Rights (ICCPR)";

/// The rights that are touched. `out` is the text so far: the covenant is spelled out once in it.
fn rights(out: &mut String, indent: &str, rights: &[Right]) {
    let names: Vec<&str> = rights.iter().filter_map(|right| words::part("right", right.name(), "")).collect();
    if !names.is_empty() {
        let by = if out.contains(COVENANT) { "by the ICCPR" } else { COVENANT };
        let _ = writeln!(out, "{indent}rights it touches, {by}: {}", names.join(", "));
    }
}

fn rule(out: &mut String, indent: &str, rule: &Rule, paint: Paint) {
    let mut place = format!("{}, line {}", plain(&rule.list_title), rule.line);
    // What stands over a rule of our own list is for programs.
    if let Some(actor) = &rule.actor {
        if actor.standing.own_site {
            place.push_str(", the vendor's own site");
        }
    } else if !rule.section.is_empty() {
        let _ = write!(place, ", under \"{}\"", plain(&rule.section));
    }
    let _ = writeln!(out, "{indent}{}  {}", plain(&cut(&rule.text, RULE_SHOWN)), paint.soft(&place));
}

#[cfg(test)]
mod tests {
    use onlooker::finding::Right;

    use super::{cut, plain, rights, within};

    #[test]
    fn a_text_within_a_sentence_begins_small() {
        assert_eq!(within("Data broker"), "data broker");
        assert_eq!(within("ID or code from a network operator"), "ID or code from a network operator");
        assert_eq!(within(""), "");
    }

    #[test]
    fn the_covenant_is_spelled_out_where_a_text_first_tells_of_it() {
        let mut out = String::new();
        rights(&mut out, "", &[]);
        assert_eq!(out, "");
        rights(&mut out, "", &[Right::Privacy]);
        rights(&mut out, "  ", &[Right::Assembly, Right::Participation]);
        assert_eq!(
            out,
            "rights it touches, by the International Covenant on Civil and Political Rights (ICCPR): Privacy (Article 17)\n  \
             rights it touches, by the ICCPR: Assembly and association (Articles 21 and 22), \
             Taking part in public affairs (Article 25)\n"
        );
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("bücher", 2), "bü…");
        assert_eq!(cut("bü", 2), "bü");
    }

    #[test]
    fn nothing_steers_a_terminal() {
        assert_eq!(plain("\u{1b}]0;owned\u{7}"), "\\u{1b}]0;owned\\u{7}");
        assert_eq!(plain("a\u{9b}31m\u{202e}b\r\n"), "a\\u{9b}31m\\u{202e}b\\u{d}\\u{a}");
        assert_eq!(plain("bücher.example/…"), "bücher.example/…");
        assert_eq!(plain("a\u{115f}\u{fe0f}"), "a\\u{115f}\\u{fe0f}");
    }
}
