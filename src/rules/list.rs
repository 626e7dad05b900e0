//! The syntax of a blocker's list: lines, headings, options, and what of a rule the index keeps. What a line's options mean
//! is somebody else's to say: [`super::blocklist`] has the `adblock` crate say it for the bundled lists, `feeds::abp` says
//! it itself for lists that a person adds, where that crate is not at hand.

use std::collections::BTreeMap;

use super::budget::{self, Cost};
use super::rule::Flags;
use super::{index, regexes};
use crate::observation::RequestType;
use crate::order;

/// One rule, read.
#[derive(Debug, Clone)]
pub struct Parsed<'a> {
    /// The line in the file, from 1.
    pub line: u32,
    /// The rule as written.
    pub text: &'a str,
    /// What it speaks of.
    pub flags: Flags,
    /// Its pattern, without anchors: a part of `text`.
    pub pattern: &'a str,
    /// Its options: what follows the `$`.
    pub options: &'a str,
    /// The heading it stands under.
    pub section: usize,
    /// Of a regular expression its states, as `regexes` counts them.
    pub states: u32,
}

impl<'a> Parsed<'a> {
    /// A rule of these flags, its text cut where they say that the pattern and the options are.
    pub fn new(line: u32, text: &'a str, flags: Flags, section: usize) -> Self {
        // The parser takes what follows the last `$` as options; so do we, to show and match what it accepted.
        let (body, options) = text.rsplit_once('$').unwrap_or((text, ""));
        let pattern = body.get(flags.before_pattern().len()..).unwrap_or_default();
        let pattern =
            if flags.has(Flags::RIGHT_ANCHOR) { pattern.strip_suffix('|').unwrap_or(pattern) } else { pattern };
        let states = if flags.has(Flags::REGEX) { regexes::states(pattern).unwrap_or(0) } else { 0 };
        Self { line, text, flags, pattern, options, section, states }
    }

    /// What it costs to try it.
    pub fn cost(&self) -> Cost {
        Cost { rules: 1, bytes: u32::try_from(self.text.len()).unwrap_or(u32::MAX), states: self.states }
    }
}

/// A heading of a list: its title, and the company it names, if it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// The section's title.
    pub title: String,
    /// The company's name; empty where none is named.
    pub company: String,
}

/// How many of the lines that one reason left out are named by number.
pub const NAMED: usize = 5;

/// How many rules of one list are read; the rest is counted. The largest hosts files have some 400,000.
pub const MAX_RULES: usize = 500_000;
/// The longest title, heading or licence that is kept, in characters.
pub const MAX_WORDS: usize = 300;

/// A title or the like, no longer than can be shown.
pub fn words(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(MAX_WORDS).collect()
}

/// How many different reasons are told apart, and how long their words may be.
const MAX_REASONS: usize = 64;
const MAX_REASON: usize = 64;

/// Lines that were left out for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// How many.
    pub count: u64,
    /// The first [`NAMED`] of them.
    pub lines: Vec<u32>,
}

/// Lines that are no rules of ours, by reason: a stable word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped(pub BTreeMap<String, Left>);

impl Skipped {
    /// Counts a line.
    pub fn add(&mut self, why: &str, line: u32) {
        // A list can make up options without end.
        let room = self.0.len() < MAX_REASONS && why.len() <= MAX_REASON;
        let why = if room || self.0.contains_key(why) { why } else { "other" };
        // Looked for first: most lines that are left out share a reason, and its word is cloned once.
        let left = match self.0.get_mut(why) {
            Some(left) => left,
            None => self.0.entry(why.to_owned()).or_default(),
        };
        left.count += 1;
        if left.lines.len() < NAMED {
            left.lines.push(line);
        }
    }

    /// Adds what was left out elsewhere of the same list.
    pub fn join(&mut self, why: String, left: Left) {
        let known = self.0.entry(why).or_default();
        known.count += left.count;
        known.lines.extend(left.lines);
        order::sort(&mut known.lines, u32::cmp);
        known.lines.truncate(NAMED);
    }

    /// How many lines there are in all.
    pub fn count(&self) -> u64 {
        self.0.values().map(|left| left.count).sum()
    }
}

/// A list, read.
#[derive(Debug, Default)]
pub struct List<'a> {
    /// `! Title:`
    pub title: String,
    /// `! Version:`
    pub version: String,
    /// `! TimeUpdated:`, as written.
    pub date: String,
    /// Its rules, in order of line.
    pub rules: Vec<Parsed<'a>>,
    /// Its headings; [`Parsed::section`] is a position in it.
    pub headings: Vec<Heading>,
    /// Lines that are no rules of ours.
    pub skipped: Skipped,
}

/// What a line's options mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The types, the parties and the kind of rule, of [`Flags`]: what the text alone does not show.
    pub flags: u32,
    /// `$badfilter`: the line cancels another.
    pub cancels: bool,
}

/// Markers of rules about how a page looks or runs (element hiding, CSS, scriptlets, HTML filtering): not requests.
const COSMETIC: [&str; 14] =
    ["##", "#@#", "#?#", "#@?#", "#$#", "#@$#", "#$?#", "#@$?#", "#%#", "#@%#", "$$", "$@$", "#?@#", "%%"];

/// Options that this version does not act on, though the parser takes them.
const WITHOUT_EFFECT: [&str; 5] = ["method", "csp", "redirect-rule", "generichide", "ghide"];

/// Reads a list in ABP syntax, with AdGuard's headings. Rules under a heading in `leave_out` are counted, not kept.
/// `meaning` says what a line's options mean; its error is the reason for which the line is skipped.
pub fn read<'a>(
    lines: impl Iterator<Item = (u32, &'a str)>,
    leave_out: &[String],
    meaning: impl Fn(&str) -> Result<Meaning, String>,
) -> List<'a> {
    let mut list = List { headings: vec![Heading::default()], ..List::default() };
    // A set; the numbers mean nothing. (Of this type there is one already, and each type more is a part of the package.)
    let mut bad: BTreeMap<String, u32> = BTreeMap::new();
    let mut left_out = false;
    let mut regexes = budget::REGEXES;
    // Kept once a rule stands under it: a list can have a million headings over nothing.
    let (mut heading, mut kept) = (Heading::default(), true);
    for (line_number, line) in lines {
        let line = line.trim();
        // `[Adblock Plus 2.0]`, and a comment as uBlock Origin and hosts files have it.
        if line.is_empty() || line.starts_with('[') || line == "#" || line.starts_with("# ") {
            continue;
        }
        if let Some(comment) = line.strip_prefix('!') {
            if let Some(next) = comment_line(comment, &heading, &mut list) {
                left_out = leave_out.contains(&next.title);
                (heading, kept) = (next, false);
            }
            continue;
        }
        if left_out {
            list.skipped.add("section-left-out", line_number);
            continue;
        }
        if COSMETIC.iter().any(|marker| line.contains(marker)) && !line.starts_with("||") {
            list.skipped.add("cosmetic", line_number);
            continue;
        }
        if list.rules.len() >= MAX_RULES {
            list.skipped.add("entry-limit", line_number);
            continue;
        }
        match rule(line, line_number, list.headings.len() - usize::from(kept), &mut regexes, &meaning) {
            Ok(Line::Rule(rule)) => {
                if !kept {
                    list.headings.push(heading.clone());
                    kept = true;
                }
                list.rules.push(rule);
            }
            Ok(Line::Cancels(key)) => {
                bad.insert(key, 0);
                list.skipped.add("badfilter", line_number);
            }
            Err(why) => list.skipped.add(&why, line_number),
        }
    }
    if !bad.is_empty() {
        let (rules, skipped) = (&mut list.rules, &mut list.skipped);
        rules.retain(|rule| {
            let cancelled = bad.contains_key(&cancel_key(rule.text, rule.options));
            if cancelled {
                skipped.add("cancelled-by-badfilter", rule.line);
            }
            !cancelled
        });
    }
    list
}

/// A text's lines, from 1.
pub fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.split('\n'))
}

enum Line<'a> {
    Rule(Parsed<'a>),
    Cancels(String),
}

/// A comment: a fact of the list's head, or a heading, which may be a company's name over the hosts that are its.
fn comment_line(comment: &str, above: &Heading, list: &mut List<'_>) -> Option<Heading> {
    let comment = comment.trim();
    for (name, value) in
        [("Title:", &mut list.title), ("Version:", &mut list.version), ("TimeUpdated:", &mut list.date)]
    {
        if let Some(rest) = comment.strip_prefix(name)
            && value.is_empty()
        {
            *value = words(rest);
            return None;
        }
    }
    if let Some(title) = comment.strip_prefix("SECTION:") {
        Some(Heading { title: words(title), company: String::new() })
    } else if comment.starts_with("!SECTION") {
        Some(Heading::default())
    } else if let Some(company) = comment.strip_prefix("Company name:") {
        Some(Heading { title: above.title.clone(), company: words(company) })
    } else {
        let inner = comment.strip_prefix("----").and_then(|rest| rest.strip_suffix("-!"))?;
        let title = inner.trim_matches(['-', ' ']);
        (!title.is_empty()).then(|| Heading { title: words(title), company: String::new() })
    }
}

/// What two spellings of one rule share, for `$badfilter`: the pattern, and the options in order, without `badfilter`.
fn cancel_key(text: &str, options: &str) -> String {
    let mut sorted: Vec<&str> =
        options.split(',').filter(|option| !option.is_empty() && *option != "badfilter").collect();
    order::sort(&mut sorted, |one, other| one.cmp(other));
    let pattern = text.strip_suffix(options).map_or(text, |rest| rest.strip_suffix('$').unwrap_or(rest));
    format!("{pattern}${}", sorted.join(","))
}

/// Reads one line. The error is the reason it is skipped: the parser's own, or the option that is not supported.
fn rule<'a>(
    line: &'a str,
    number: u32,
    section: usize,
    regexes_left: &mut Cost,
    meaning: impl Fn(&str) -> Result<Meaning, String>,
) -> Result<Line<'a>, String> {
    if u16::try_from(line.len()).is_err() {
        return Err("too-long".to_owned());
    }
    // What the parser does not take the index reads, and the parser is given the rule without it: AdGuard's `$denyallow`,
    // and `$removeparam` in an exception.
    let plain = without_option(line, |name| name == "denyallow" || is_noop(name));
    let known = plain.as_deref().unwrap_or(line);
    let spared = if line.starts_with("@@") { without_option(known, |name| name == "removeparam") } else { None };
    let meaning = meaning(spared.as_deref().unwrap_or(known)).map_err(|why| unsupported_option(line).unwrap_or(why))?;
    let (body, options) = line.rsplit_once('$').unwrap_or((line, ""));
    if meaning.cancels {
        return Ok(Line::Cancels(cancel_key(line, options)));
    }
    for name in WITHOUT_EFFECT {
        if options.split(',').any(|option| option.trim_start_matches('~').split('=').next() == Some(name)) {
            return Err(format!("option-{name}"));
        }
    }

    let mut flags = meaning.flags;
    if spared.is_some() {
        flags |= Flags::REMOVEPARAM;
    }
    if spared.is_some() && options.split(',').any(|option| option.starts_with("removeparam=/")) {
        // As the parser has it for the rules that block.
        return Err("option-removeparam".to_owned());
    }
    if options.split(',').any(|option| option.starts_with("domain=") || option.starts_with("from=")) {
        flags |= Flags::DOMAIN;
    }
    if options.split(',').any(|option| option.starts_with("to=")) {
        flags |= Flags::TO;
    }
    if options.split(',').any(|option| option.starts_with("denyallow=")) {
        flags |= Flags::DENYALLOW;
    }
    let mut pattern = body;
    if let Some(rest) = pattern.strip_prefix("@@") {
        // An exception without a type speaks of the page itself too, as the parser's own matching has it.
        flags |= Flags::EXCEPTION | (1 << (RequestType::MainFrame as u32));
        pattern = rest;
    }
    if flags & Flags::REGEX == 0 {
        if let Some(rest) = pattern.strip_prefix("||") {
            flags |= Flags::HOST_ANCHOR;
            pattern = rest;
        } else if let Some(rest) = pattern.strip_prefix('|') {
            flags |= Flags::LEFT_ANCHOR;
            pattern = rest;
        }
        if let Some(rest) = pattern.strip_suffix('|') {
            flags |= Flags::RIGHT_ANCHOR;
            pattern = rest;
        }
    } else {
        // Before anything is compiled, which costs time and room by the states.
        let bytes = u32::try_from(pattern.len()).unwrap_or(u32::MAX);
        if !regexes_left.take(Cost { rules: 1, bytes, states: 0 }) {
            return Err(budget::OVER.to_owned());
        }
        let states = regexes::states(pattern).ok_or("regex-not-supported")?;
        if states > budget::KEY.states || !regexes_left.take(Cost { rules: 0, bytes: 0, states }) {
            return Err(budget::OVER.to_owned());
        }
        if index::compile_regex(pattern.as_bytes(), flags & Flags::MATCH_CASE != 0).is_none() {
            return Err("regex-not-supported".to_owned());
        }
    }
    if flags & Flags::HOST_ANCHOR != 0 && !pattern.split(['/', '^', '*']).next().is_none_or(str::is_ascii) {
        // Browsers ask for such a host by another spelling, in which no text of this rule stands.
        return Err("unicode-host".to_owned());
    }
    if pattern.is_empty() && options.is_empty() {
        return Err("empty".to_owned());
    }
    if flags & Flags::REGEX == 0
        && let Some(rest) = pattern.strip_suffix('^').filter(|rest| !rest.is_empty())
    {
        flags |= Flags::SEPARATOR_END;
        let is_host = rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if flags & Flags::HOST_ANCHOR != 0
            && flags & Flags::RIGHT_ANCHOR == 0
            && is_host
            && !rest.starts_with('.')
            && !rest.ends_with('.')
        {
            flags |= Flags::PLAIN_HOST;
        }
    }
    Ok(Line::Rule(Parsed::new(number, line, Flags(flags), section)))
}

/// `_`, `___`: an option that means nothing, to set long rules apart for the eye.
fn is_noop(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte == b'_')
}

/// A rule without some of its options, if it has any of these.
fn without_option(line: &str, is: impl Fn(&str) -> bool) -> Option<String> {
    let (body, options) = line.rsplit_once('$')?;
    let kept: Vec<&str> = options.split(',').filter(|option| !option.split('=').next().is_some_and(&is)).collect();
    if kept.len() == options.split(',').count() {
        return None;
    }
    Some(if kept.is_empty() { body.to_owned() } else { format!("{body}${}", kept.join(",")) })
}

/// The first option of a rule that the parser does not know, as a reason: `option-popup`.
fn unsupported_option(line: &str) -> Option<String> {
    const KNOWN: [&str; 39] = [
        "domain",
        "from",
        "to",
        "badfilter",
        "important",
        "match-case",
        "third-party",
        "3p",
        "first-party",
        "1p",
        "tag",
        "redirect",
        "rewrite",
        "document",
        "doc",
        "image",
        "media",
        "object",
        "object-subrequest",
        "other",
        "ping",
        "beacon",
        "script",
        "stylesheet",
        "css",
        "subdocument",
        "frame",
        "xmlhttprequest",
        "xhr",
        "websocket",
        "font",
        "all",
        "method",
        "csp",
        "redirect-rule",
        "generichide",
        "ghide",
        "removeparam",
        "denyallow",
    ];
    let (_, options) = line.rsplit_once('$')?;
    let mut names =
        options.split(',').map(|option| option.trim_start_matches('~').split('=').next().unwrap_or_default());
    names
        .find(|name| !KNOWN.contains(name) && !is_noop(name))
        .filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_'))
        .map(|name| format!("option-{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_on_both_sides_is_added() {
        let (mut one, mut other) = (Skipped::default(), Skipped::default());
        let last = NAMED as u32 + 1;
        for line in (1..=last).map(|line| line * 2) {
            one.add("both", line);
            other.add("both", line - 1);
        }
        other.add("other-only", 99);
        for (why, left) in other.0 {
            one.join(why, left);
        }
        let both = Left { count: u64::from(last) * 2, lines: (1..=NAMED as u32).collect() };
        let only = Left { count: 1, lines: vec![99] };
        assert_eq!((one.0.get("both"), one.0.get("other-only")), (Some(&both), Some(&only)));
        assert_eq!(one.count(), u64::from(last) * 2 + 1);
    }
}
