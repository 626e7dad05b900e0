//! STIX bundles, as Amnesty International and MVT publish indicators: objects in JSON, some of which are indicators with a
//! pattern. Only patterns of which a host alone is enough become rules: `[domain-name:value = 'a.example' OR …]`.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{About, Feed, words};
use crate::error::Error;

/// Objects that tell of indicators, and are none.
const TELLING: [&str; 22] = [
    "malware",
    "relationship",
    "identity",
    "marking-definition",
    "report",
    "threat-actor",
    "intrusion-set",
    "campaign",
    "tool",
    "infrastructure",
    "attack-pattern",
    "grouping",
    "note",
    "opinion",
    "location",
    "vulnerability",
    "course-of-action",
    "extension-definition",
    "language-content",
    "malware-analysis",
    "sighting",
    "observed-data",
];
/// Objects whose names an indicator stands under.
const NAMED: [&str; 6] = ["malware", "threat-actor", "intrusion-set", "campaign", "tool", "infrastructure"];
/// What a pattern compares that is a host or leads to one.
const HOSTS: [&str; 5] = ["domain-name:value", "url:value", "ipv4-addr:value", "ipv6-addr:value", "hostname:value"];
/// How many names make a bundle's title.
const TITLE: usize = 3;

/// Each value as the text has it: its place tells its line, and nothing deep is walked.
type Object<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a bundle. The error says what it is instead.
pub fn read<'a>(body: &'a [u8], feed: &mut Feed<'a>) -> Result<(), Error> {
    let refused = |why: String| Error::Feed(why);
    let text = std::str::from_utf8(body).map_err(|error| {
        let line = body.get(..error.valid_up_to()).unwrap_or_default().iter().filter(|&&b| b == b'\n').count() + 1;
        refused(format!("it is not UTF-8 (line {line})"))
    })?;
    let bundle: Object<'a> =
        serde_json::from_str(text).map_err(|error| refused(format!("it is not whole JSON (line {})", error.line())))?;
    let no_bundle = || refused("it is JSON, and no STIX bundle".to_owned());
    if string(&bundle, "type").as_deref() != Some("bundle") {
        return Err(no_bundle());
    }
    let objects = bundle.get("objects").ok_or_else(no_bundle)?;
    let objects: Vec<&'a RawValue> = serde_json::from_str(objects.get()).map_err(|_| no_bundle())?;

    let mut place = Place { text, at: 0, line: 1 };
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut leads: BTreeMap<String, String> = BTreeMap::new();
    let mut authors: Vec<String> = Vec::new();
    let mut indicators = Vec::new();
    for raw in objects {
        let line = place.line_of(raw);
        let Ok(object) = serde_json::from_str::<Object<'a>>(raw.get()) else {
            feed.skip("not-an-object", line);
            continue;
        };
        let kind = string(&object, "type").unwrap_or_default();
        let id = string(&object, "id").unwrap_or_default();
        if let Some(modified) = string(&object, "modified").filter(|modified| *modified > feed.date) {
            feed.date = words(&modified);
        }
        let name = string(&object, "name").unwrap_or_default();
        match kind.as_str() {
            "indicator" => indicators.push((line, id, object)),
            "relationship" => {
                if let (Some(from), Some(to)) = (string(&object, "source_ref"), string(&object, "target_ref")) {
                    leads.entry(from).or_insert(to);
                }
            }
            "identity" if !name.is_empty() => authors.push(name),
            "marking-definition" => {
                let statement =
                    object.get("definition").and_then(|raw| serde_json::from_str::<Object<'_>>(raw.get()).ok());
                if let Some(statement) = statement.and_then(|object| string(&object, "statement"))
                    && feed.licence.is_empty()
                {
                    feed.licence = words(&statement);
                }
            }
            kind if NAMED.contains(&kind) && !name.is_empty() => drop(names.insert(id, name)),
            kind if TELLING.contains(&kind) => {}
            _ => feed.skip("not-an-indicator", line),
        }
    }
    authors.dedup();
    feed.attribution = words(&authors.join(", "));
    let mut title: Vec<&str> = Vec::new();
    for name in names.values() {
        if title.len() < TITLE && !title.contains(&name.as_str()) {
            title.push(name);
        }
    }
    feed.title = words(&title.join(", "));

    let mut place = Place { text, at: 0, line: 1 };
    for (line, id, object) in &indicators {
        let Some(raw) = object.get("pattern") else {
            feed.skip("no-pattern", *line);
            continue;
        };
        // An object's keys may stand in any order; its pattern stands behind where it begins all the same.
        let line = place.line_of(raw);
        if object.get("revoked").is_some_and(|revoked| revoked.get() == "true") {
            feed.skip("revoked", line);
            continue;
        }
        if string(object, "pattern_type").is_some_and(|kind| kind != "stix") {
            feed.skip("pattern-not-stix", line);
            continue;
        }
        // A name in quotes, with none inside: then it lies in the text as it is meant.
        let Ok(pattern) = serde_json::from_str::<String>(raw.get()) else {
            feed.skip("no-pattern", line);
            continue;
        };
        let heading = leads.get(id).and_then(|to| names.get(to)).cloned();
        let heading = heading.or_else(|| string(object, "name").filter(|name| !pattern.contains(name.as_str())));
        let heading = feed.heading(&heading.unwrap_or_default());
        match compared(&pattern) {
            Ok(compared) => {
                for (path, value) in compared {
                    if HOSTS.contains(&path.as_str()) {
                        feed.take_as(raw.get(), &value, line, About::Indicator, heading);
                    } else {
                        feed.skip("not-about-hosts", line);
                    }
                }
            }
            Err(why) => feed.skip(why, line),
        }
    }
    Ok(())
}

fn string(object: &Object<'_>, key: &str) -> Option<String> {
    object.get(key).and_then(|raw| serde_json::from_str(raw.get()).ok())
}

/// From a value to its line, for values in the order of the text.
struct Place<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl Place<'_> {
    fn line_of(&mut self, raw: &RawValue) -> u32 {
        let at = raw.get().as_ptr().addr().wrapping_sub(self.text.as_ptr().addr());
        if let Some(between) = self.text.as_bytes().get(self.at..at) {
            let lines = between.iter().filter(|&&byte| byte == b'\n').count();
            self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
            self.at = at;
        }
        self.line
    }
}

/// What a pattern compares with what, where any one of these is enough; or why it cannot be read so.
fn compared(pattern: &str) -> Result<Vec<(String, String)>, &'static str> {
    let damaged = Err("pattern-damaged");
    let mut all = Vec::new();
    let mut rest = pattern.trim();
    let mut depth = 0_usize;
    let mut wants_more = true;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { break };
        match first {
            '[' | '(' => depth += 1,
            ']' | ')' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return damaged,
            },
            _ => {
                let end = path_end(rest);
                let Some((path, behind)) = rest.split_at_checked(end).filter(|(path, _)| !path.is_empty()) else {
                    return damaged;
                };
                rest = behind;
                match path {
                    "OR" if !wants_more => {
                        wants_more = true;
                        continue;
                    }
                    // Then a host alone says nothing yet.
                    "AND" | "FOLLOWEDBY" | "NOT" | "EXISTS" | "WITHIN" | "REPEATS" | "START" | "STOP" => {
                        return Err("pattern-combined");
                    }
                    _ if depth == 0 || !wants_more || !path.contains(':') => return damaged,
                    _ => {}
                }
                rest = values(path, rest.trim_start(), &mut all)?;
                wants_more = false;
                continue;
            }
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    if depth == 0 && !wants_more { Ok(all) } else { damaged }
}

/// Where a path ends: at what compares. What stands in quotes within it (`file:hashes.'SHA-256'`) belongs to it.
fn path_end(text: &str) -> usize {
    let mut quoted = false;
    let ends = |c: char| c.is_whitespace() || matches!(c, '=' | '!' | '<' | '>' | '(' | ')');
    let end = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '\'';
        !quoted && ends(*c)
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// Reads `= 'value'` or `IN ('value', …)`; gives what follows.
fn values<'a>(path: &str, text: &'a str, all: &mut Vec<(String, String)>) -> Result<&'a str, &'static str> {
    let several = text.strip_prefix("IN").map(str::trim_start).and_then(|rest| rest.strip_prefix('('));
    if let Some(mut rest) = several {
        loop {
            let (value, behind) = quoted(rest.trim_start()).ok_or("pattern-damaged")?;
            all.push((path.to_owned(), value));
            rest = behind.trim_start();
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => return rest.strip_prefix(')').ok_or("pattern-damaged"),
            }
        }
    }
    let Some(rest) = text.strip_prefix('=') else { return Err("pattern-not-supported") };
    let rest = rest.strip_prefix('=').unwrap_or(rest).trim_start();
    match quoted(rest) {
        Some((value, behind)) => {
            all.push((path.to_owned(), value));
            Ok(behind)
        }
        // A number, a time, a yes: no host is one.
        None if !rest.starts_with('\'') => {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ']' | ')')).unwrap_or(rest.len());
            let (value, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            all.push((path.to_owned(), value.to_owned()));
            Ok(behind)
        }
        None => Err("pattern-damaged"),
    }
}

/// A text in single quotes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('\'')?;
    let mut value = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Some((value, inner.get(at + 1..).unwrap_or_default())),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::compared;

    #[test]
    fn patterns() {
        let pair = |path: &str, value: &str| (path.to_owned(), value.to_owned());
        let domain = |value: &str| pair("domain-name:value", value);
        for (pattern, wanted) in [
            ("[domain-name:value='a.example']", Ok(vec![domain("a.example")])),
            (" [ domain-name:value = 'a.example' ] ", Ok(vec![domain("a.example")])),
            (
                "[domain-name:value='a.example' OR url:value = 'https://b.example/\\'x'] OR ([ipv4-addr:value='203.0.113.1'])",
                Ok(vec![
                    domain("a.example"),
                    pair("url:value", "https://b.example/'x"),
                    pair("ipv4-addr:value", "203.0.113.1"),
                ]),
            ),
            ("[domain-name:value IN ('a.example', 'b.example')]", Ok(vec![domain("a.example"), domain("b.example")])),
            ("[file:hashes.'SHA-256' = 'aa']", Ok(vec![pair("file:hashes.'SHA-256'", "aa")])),
            ("[file:size = 25]", Ok(vec![pair("file:size", "25")])),
            ("[domain-name:value='a.example' AND url:value='b']", Err("pattern-combined")),
            ("[domain-name:value='a.example'] FOLLOWEDBY [url:value='b']", Err("pattern-combined")),
            ("[domain-name:value='a.example'] WITHIN 5 SECONDS", Err("pattern-combined")),
            ("[domain-name:value LIKE '%.example']", Err("pattern-not-supported")),
            ("[domain-name:value != 'a.example']", Err("pattern-not-supported")),
            ("[domain-name:value='a.example'", Err("pattern-damaged")),
            ("[domain-name:value='a.example]", Err("pattern-damaged")),
            ("domain-name:value='a.example'", Err("pattern-damaged")),
            ("[domain-name:value='a.example' 'b']", Err("pattern-damaged")),
            ("[domain-name:value='a.example' OR]", Err("pattern-damaged")),
            ("[]", Err("pattern-damaged")),
            ("", Err("pattern-damaged")),
            ("]", Err("pattern-damaged")),
        ] {
            assert_eq!(compared(pattern), wanted, "{pattern}");
        }
    }
}
