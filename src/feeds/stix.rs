//! STIX bundles, as Amnesty International and MVT publish indicators: objects in JSON, some of which are indicators with a
//! pattern. Only patterns of which a host alone is enough become rules: `[domain-name:value = 'a.example' OR …]`.

use std::collections::BTreeMap;

use serde_json::Value;

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
/// How many names make a bundle's title, and how many its authors.
const TITLE: usize = 3;

/// Reads a bundle, an object at a time. The error says what it is instead, or on which line it ends to be JSON.
pub fn read<'a>(body: &'a [u8], feed: &mut Feed<'a>) -> Result<(), Error> {
    let mut walk = Walk { body, at: 0 };
    let mut found = Found::default();
    let mut place = Place { body, at: 0, line: 1 };
    let mut is_bundle = false;
    let mut has_objects = false;
    walk.sign(b'{')?;
    while let Some(key) = walk.next_of(b'}', Walk::value)? {
        walk.sign(b':')?;
        match key.as_str() {
            Some("objects") if walk.peek() == Some(b'[') => {
                has_objects = true;
                walk.sign(b'[')?;
                while let Some((object, text)) = walk.next_of(b']', Walk::value_and_text)? {
                    found.object(object, text, &mut place, feed);
                }
            }
            Some("type") => is_bundle = walk.value()?.as_str() == Some("bundle"),
            _ => drop(walk.value()?),
        }
    }
    if walk.peek().is_some() {
        return Err(walk.wrong());
    }
    if !is_bundle || !has_objects {
        return Err(Error::Feed("it is JSON, and no STIX bundle".to_owned()));
    }
    found.tell(feed);
    Ok(())
}

/// A way through JSON that keeps no more than one value of it, and knows where that stands.
struct Walk<'a> {
    body: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    fn rest(&self) -> &'a [u8] {
        self.body.get(self.at..).unwrap_or_default()
    }

    fn peek(&mut self) -> Option<u8> {
        let blank = self.rest().iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
        self.at += blank;
        self.rest().first().copied()
    }

    fn sign(&mut self, sign: u8) -> Result<(), Error> {
        if self.peek() != Some(sign) {
            return Err(self.wrong());
        }
        self.at += 1;
        Ok(())
    }

    /// The next of what stands between commas, or `None` at the end.
    fn next_of<T>(&mut self, end: u8, next: fn(&mut Self) -> Result<T, Error>) -> Result<Option<T>, Error> {
        let before = self.body.get(..self.at).unwrap_or_default().last();
        let first = matches!(before, Some(b'{' | b'['));
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(None);
        }
        if !first {
            self.sign(b',')?;
            self.peek();
        }
        next(self).map(Some)
    }

    fn value(&mut self) -> Result<Value, Error> {
        self.value_and_text().map(|(value, _)| value)
    }

    fn value_and_text(&mut self) -> Result<(Value, &'a [u8]), Error> {
        self.peek();
        let rest = self.rest();
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else { return Err(self.wrong()) };
        let length = values.byte_offset();
        self.at += length;
        Ok((value, rest.get(..length).unwrap_or_default()))
    }

    fn wrong(&self) -> Error {
        let line = self.body.get(..self.at).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count() + 1;
        Error::Feed(format!("it is not whole JSON in UTF-8, from line {line} on"))
    }
}

/// What a bundle holds.
#[derive(Default)]
struct Found<'a> {
    indicators: Vec<Indicator<'a>>,
    names: BTreeMap<String, String>,
    leads: BTreeMap<String, String>,
    authors: Vec<String>,
}

struct Indicator<'a> {
    line: u32,
    id: String,
    name: String,
    /// As it is meant, and as the file has it.
    pattern: String,
    text: &'a str,
}

impl<'a> Found<'a> {
    fn object(&mut self, object: Value, text: &'a [u8], place: &mut Place<'a>, feed: &mut Feed<'a>) {
        let word = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
        let (kind, id, name) = (word("type"), word("id"), word("name"));
        let modified = word("modified");
        if *modified > *feed.date {
            feed.date = words(modified);
        }
        match kind {
            "indicator" => {
                let (pattern, text) = pattern_in(text).unwrap_or((text, ""));
                let line = place.line_of(pattern);
                if object.get("revoked").and_then(Value::as_bool) == Some(true) {
                    feed.skip("revoked", line);
                } else if !matches!(word("pattern_type"), "" | "stix") {
                    feed.skip("pattern-not-stix", line);
                } else if word("pattern").is_empty() {
                    feed.skip("no-pattern", line);
                } else {
                    let (id, name, pattern) = (id.to_owned(), name.to_owned(), word("pattern").to_owned());
                    self.indicators.push(Indicator { line, id, name, pattern, text });
                }
            }
            "relationship" => {
                let (from, to) = (word("source_ref"), word("target_ref"));
                if !self.leads.contains_key(from) {
                    self.leads.insert(from.to_owned(), to.to_owned());
                }
            }
            "identity" if self.authors.len() < TITLE && !self.authors.iter().any(|known| known == name) => {
                self.authors.push(name.to_owned());
            }
            "marking-definition" => {
                let statement = object.pointer("/definition/statement").and_then(Value::as_str);
                if let Some(statement) = statement.filter(|_| feed.licence.is_empty()) {
                    feed.licence = words(statement);
                }
            }
            kind if NAMED.contains(&kind) && !name.is_empty() => {
                drop(self.names.insert(id.to_owned(), name.to_owned()))
            }
            kind if TELLING.contains(&kind) => {}
            _ => feed.skip("not-an-indicator", place.line_of(text)),
        }
    }

    fn tell(self, feed: &mut Feed<'a>) {
        feed.attribution = words(&self.authors.join(", "));
        let mut title: Vec<&str> = Vec::new();
        for name in self.names.values() {
            if title.len() < TITLE && !title.contains(&name.as_str()) {
                title.push(name);
            }
        }
        feed.title = words(&title.join(", "));
        for Indicator { line, id, name, pattern, text } in self.indicators {
            let heading = self.leads.get(&id).and_then(|to| self.names.get(to));
            // Some publishers name an indicator by its own host.
            let heading = heading.unwrap_or(&name).as_str();
            let heading = feed.heading(if pattern.contains(heading) { "" } else { heading });
            match compared(&pattern) {
                Ok(compared) => {
                    for (path, value) in compared {
                        if HOSTS.contains(&path.as_str()) {
                            feed.take_as(text, &value, line, About::Indicator, heading);
                        } else {
                            feed.skip("not-about-hosts", line);
                        }
                    }
                }
                Err(why) => feed.skip(why, line),
            }
        }
    }
}

/// Where an object's pattern stands, and its text: the first key of that name. (In a text a quote has a stroke before it.)
fn pattern_in(object: &[u8]) -> Option<(&[u8], &str)> {
    const KEY: &[u8] = b"\"pattern\"";
    let text = std::str::from_utf8(object).ok()?;
    let at = text.match_indices("\"pattern\"").map(|(at, _)| at).find(|at| {
        let behind = text.get(at + KEY.len()..).unwrap_or_default();
        behind.trim_ascii_start().starts_with(':') && !text.get(..*at).is_some_and(|front| front.ends_with('\\'))
    })?;
    let value = text.get(at + KEY.len()..)?.trim_ascii_start().strip_prefix(':')?.trim_ascii_start();
    let inner = value.strip_prefix('"')?;
    let mut escaped = false;
    let end = inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    Some((value.as_bytes(), inner.get(..end)?))
}

/// From a part of the text to its line, for parts in the order of the text.
struct Place<'a> {
    body: &'a [u8],
    at: usize,
    line: u32,
}

impl Place<'_> {
    fn line_of(&mut self, part: &[u8]) -> u32 {
        let at = part.as_ptr().addr().wrapping_sub(self.body.as_ptr().addr());
        if let Some(between) = self.body.get(self.at..at) {
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

/// The longest path of a STIX pattern that is kept, in bytes: those that name hosts have some 20.
const MAX_PATH: usize = 200;

/// Reads `= 'value'` or `IN ('value', …)`; gives what follows.
fn values<'a>(path: &str, text: &'a str, all: &mut Vec<(String, String)>) -> Result<&'a str, &'static str> {
    let several = text.strip_prefix("IN").map(str::trim_start).and_then(|rest| rest.strip_prefix('('));
    if let Some(mut rest) = several {
        // The path stands with each value: a long one is none that is known, and is not kept a thousand times.
        let path = if path.len() > MAX_PATH { "" } else { path };
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
