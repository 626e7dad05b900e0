//! Reads list texts. The only file that names `adblock`: its parser decides what is a rule and what its options mean;
//! what it does not take is counted here with a reason, and nothing is dropped in silence.

use std::collections::BTreeMap;

use adblock::filters::network::{NetworkFilter, NetworkFilterFeaturesMask, NetworkFilterMask};
use adblock::lists::ParseOptions;

use super::index;
use super::rule::Flags;
use crate::observation::RequestType;

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
}

/// A heading of a list: its title, and the company it names, if it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// The section's title.
    pub title: String,
    /// The company's name; empty where none is named.
    pub company: String,
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
    /// Lines that are no rules of ours, by reason.
    pub skipped: BTreeMap<String, u64>,
}

/// Markers of rules about how a page looks or runs (element hiding, CSS, scriptlets, HTML filtering): not requests.
const COSMETIC: [&str; 14] =
    ["##", "#@#", "#?#", "#@?#", "#$#", "#@$#", "#$?#", "#@$?#", "#%#", "#@%#", "$$", "$@$", "#?@#", "%%"];

/// Options that this version does not act on, though the parser takes them.
const WITHOUT_EFFECT: [&str; 4] = ["method", "csp", "redirect-rule", "generichide"];

/// Reads a list in ABP syntax, with AdGuard's headings. Rules under a heading in `leave_out` are counted, not kept.
pub fn read<'a>(text: &'a str, leave_out: &[String]) -> List<'a> {
    let mut list = List { headings: vec![Heading::default()], ..List::default() };
    let mut bad: Vec<String> = Vec::new();
    let mut left_out = false;
    for (at, line) in text.split('\n').enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('[') {
            continue;
        }
        if let Some(comment) = line.strip_prefix('!') {
            comment_line(comment, &mut list);
            if let Some(heading) = list.headings.last() {
                left_out = leave_out.contains(&heading.title);
            }
            continue;
        }
        if left_out {
            skip(&mut list, "section-left-out");
            continue;
        }
        if COSMETIC.iter().any(|marker| line.contains(marker)) && !line.starts_with("||") {
            skip(&mut list, "cosmetic");
            continue;
        }
        let line_number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        match rule(line, line_number, list.headings.len() - 1) {
            Ok(Line::Rule(rule)) => list.rules.push(rule),
            Ok(Line::Cancels(key)) => {
                bad.push(key);
                skip(&mut list, "badfilter");
            }
            Err(why) => skip(&mut list, &why),
        }
    }
    if !bad.is_empty() {
        let before = list.rules.len();
        list.rules.retain(|rule| !bad.contains(&cancel_key(rule.text, rule.options)));
        let gone = (before - list.rules.len()) as u64;
        if gone > 0 {
            list.skipped.insert("cancelled-by-badfilter".to_owned(), gone);
        }
    }
    list
}

fn skip(list: &mut List<'_>, why: &str) {
    *list.skipped.entry(why.to_owned()).or_default() += 1;
}

enum Line<'a> {
    Rule(Parsed<'a>),
    Cancels(String),
}

/// A comment: a fact of the list's head, a heading, or a company's name over the hosts that are its.
fn comment_line(comment: &str, list: &mut List<'_>) {
    let comment = comment.trim();
    for (name, value) in
        [("Title:", &mut list.title), ("Version:", &mut list.version), ("TimeUpdated:", &mut list.date)]
    {
        if let Some(rest) = comment.strip_prefix(name)
            && value.is_empty()
        {
            rest.trim().clone_into(value);
            return;
        }
    }
    if let Some(title) = comment.strip_prefix("SECTION:") {
        list.headings.push(Heading { title: title.trim().to_owned(), company: String::new() });
    } else if comment.starts_with("!SECTION") {
        list.headings.push(Heading::default());
    } else if let Some(company) = comment.strip_prefix("Company name:") {
        let title = list.headings.last().map(|heading| heading.title.clone()).unwrap_or_default();
        list.headings.push(Heading { title, company: company.trim().to_owned() });
    } else if let Some(inner) = comment.strip_prefix("----").and_then(|rest| rest.strip_suffix("-!")) {
        let title = inner.trim_matches(['-', ' ']);
        if !title.is_empty() {
            list.headings.push(Heading { title: title.to_owned(), company: String::new() });
        }
    }
}

/// What two spellings of one rule share, for `$badfilter`: the pattern, and the options in order, without `badfilter`.
fn cancel_key(text: &str, options: &str) -> String {
    let mut sorted: Vec<&str> =
        options.split(',').filter(|option| !option.is_empty() && *option != "badfilter").collect();
    sorted.sort_unstable();
    let pattern = text.strip_suffix(options).map_or(text, |rest| rest.strip_suffix('$').unwrap_or(rest));
    format!("{pattern}${}", sorted.join(","))
}

/// Reads one line. The error is the reason it is skipped: the parser's own, or the option that is not supported.
fn rule(line: &str, number: u32, section: usize) -> Result<Line<'_>, String> {
    if u16::try_from(line.len()).is_err() {
        return Err("too-long".to_owned());
    }
    // What the parser does not take the index reads, and the parser is given the rule without it: AdGuard's `$denyallow`,
    // and `$removeparam` in an exception.
    let plain = without_option(line, |name| name == "denyallow" || is_noop(name));
    let known = plain.as_deref().unwrap_or(line);
    let spared = if line.starts_with("@@") { without_option(known, |name| name == "removeparam") } else { None };
    let filter = match NetworkFilter::parse(spared.as_deref().unwrap_or(known), false, ParseOptions::default()) {
        Ok(filter) => filter,
        Err(error) => {
            return Err(unsupported_option(line).unwrap_or_else(|| error.to_string().replace(' ', "-")));
        }
    };
    // The parser takes what follows the last `$` as options; so do we, to show and match what it accepted.
    let (body, options) = line.rsplit_once('$').unwrap_or((line, ""));
    if filter.features_mask.contains(NetworkFilterFeaturesMask::BAD_FILTER) {
        return Ok(Line::Cancels(cancel_key(line, options)));
    }
    for name in WITHOUT_EFFECT {
        if options.split(',').any(|option| option.trim_start_matches('~').split('=').next() == Some(name)) {
            return Err(format!("option-{name}"));
        }
    }

    let mask = filter.mask;
    let mut flags = 0_u32;
    for (kind, bit) in [
        (RequestType::MainFrame, NetworkFilterMask::FROM_DOCUMENT),
        (RequestType::SubFrame, NetworkFilterMask::FROM_SUBDOCUMENT),
        (RequestType::Stylesheet, NetworkFilterMask::FROM_STYLESHEET),
        (RequestType::Script, NetworkFilterMask::FROM_SCRIPT),
        (RequestType::Image, NetworkFilterMask::FROM_IMAGE),
        (RequestType::Font, NetworkFilterMask::FROM_FONT),
        (RequestType::Object, NetworkFilterMask::FROM_OBJECT),
        (RequestType::Xmlhttprequest, NetworkFilterMask::FROM_XMLHTTPREQUEST),
        (RequestType::Ping, NetworkFilterMask::FROM_PING),
        (RequestType::CspReport, NetworkFilterMask::FROM_OTHER),
        (RequestType::Media, NetworkFilterMask::FROM_MEDIA),
        (RequestType::Websocket, NetworkFilterMask::FROM_WEBSOCKET),
        (RequestType::Other, NetworkFilterMask::FROM_OTHER),
    ] {
        if mask.contains(bit) {
            flags |= 1 << (kind as u32);
        }
    }
    for (ours, theirs) in [
        (Flags::FIRST_PARTY, NetworkFilterMask::FIRST_PARTY),
        (Flags::THIRD_PARTY, NetworkFilterMask::THIRD_PARTY),
        (Flags::IMPORTANT, NetworkFilterMask::IS_IMPORTANT),
        (Flags::MATCH_CASE, NetworkFilterMask::MATCH_CASE),
        (Flags::REGEX, NetworkFilterMask::IS_COMPLETE_REGEX),
    ] {
        if mask.contains(theirs) {
            flags |= ours;
        }
    }
    if filter.features_mask.contains(NetworkFilterFeaturesMask::IS_REMOVEPARAM) || spared.is_some() {
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
    } else if index::compile_regex(pattern.as_bytes(), flags & Flags::MATCH_CASE != 0).is_none() {
        return Err("regex-not-supported".to_owned());
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
    Ok(Line::Rule(Parsed { line: number, text: line, flags: Flags(flags), pattern, options, section }))
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
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const LIST: &str = "! Title: Test list\n! Version: 1.2\n! TimeUpdated: 2026-03-20T10:00:00+00:00\n\
        !------------------ Counters ---------------!\n||stats.example^$third-party\n@@||stats.example/ok.js\n\
        ! SECTION: CNAME disguised\n! Company name: Watchers Inc.\n||metrics.shop.example^\n! !SECTION: CNAME disguised\n\
        example.com##.ad\n||popup.example^$popup\n/ad[0-9]+(?=x)/\n/track/*.gif|$image,domain=a.example\n\
        ||mail.example^\n$denyallow=ok.example,removeparam=utm_x\n||gone.example^$third-party,image\n||gone.example^$image,third-party,badfilter\n";

    #[test]
    fn every_line_is_a_rule_or_counted() {
        let list = read(LIST, &[]);
        assert_eq!((list.title.as_str(), list.version.as_str()), ("Test list", "1.2"));
        let texts: Vec<_> = list.rules.iter().map(|rule| (rule.line, rule.text)).collect();
        assert_eq!(
            texts,
            [
                (5, "||stats.example^$third-party"),
                (6, "@@||stats.example/ok.js"),
                (9, "||metrics.shop.example^"),
                (14, "/track/*.gif|$image,domain=a.example"),
                (15, "||mail.example^"),
                (16, "$denyallow=ok.example,removeparam=utm_x"),
            ]
        );
        assert_eq!(list.headings[list.rules[0].section].title, "Counters");
        assert_eq!(list.headings[list.rules[2].section].company, "Watchers Inc.");
        assert_eq!(list.rules[3].pattern, "/track/*.gif");
        let skipped: Vec<_> = list.skipped.iter().map(|(why, count)| (why.as_str(), *count)).collect();
        assert_eq!(
            skipped,
            [
                ("badfilter", 1),
                ("cancelled-by-badfilter", 1),
                ("cosmetic", 1),
                ("option-popup", 1),
                ("regex-not-supported", 1)
            ]
        );
    }

    #[test]
    fn sections_can_be_left_out() {
        let list = read(LIST, &["CNAME disguised".to_owned()]);
        assert!(!list.rules.iter().any(|rule| rule.text.contains("metrics")));
        assert_eq!(list.skipped["section-left-out"], 1);
    }
}
