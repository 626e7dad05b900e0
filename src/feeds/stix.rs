//! STIX bundles, as Amnesty International and MVT publish indicators: objects in JSON, some of which are indicators with a
//! pattern. Only patterns of which a host alone is enough become rules: `[domain-name:value = 'a.example' OR …]`.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::Value;

use super::{About, Feed, MAX_ENTRIES, words};
use crate::error::{Error, Refusal};

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

/// Reads a bundle. What is not asked for is passed over, and never built. The error says what it is instead, or on which line
/// it ends to be JSON.
pub fn read<'a>(body: &'a [u8], feed: &mut Feed<'a>) -> Result<(), Error> {
    let mut walk = Walk { body, at: 0 };
    if let Err(error) = std::str::from_utf8(body) {
        walk.at = error.valid_up_to();
        return Err(walk.wrong());
    }
    let mut found = Found::default();
    let mut place = Place { body, at: 0, line: 1 };
    let mut is_bundle = false;
    let mut has_objects = false;
    walk.sign(b'{')?;
    while let Some(key) = walk.key()? {
        match key.as_str() {
            "objects" if walk.peek() == Some(b'[') => {
                has_objects = true;
                walk.sign(b'[')?;
                while walk.more(b']')? {
                    let start = walk.at;
                    let object = walk.object()?;
                    found.object(object, start, &mut place, feed);
                }
            }
            "type" => is_bundle = walk.word()?.is_some_and(|word| word.is == "bundle"),
            _ => _ = walk.pass()?,
        }
    }
    if walk.peek().is_some() {
        return Err(walk.wrong());
    }
    if !is_bundle || !has_objects {
        return Err(Error::Feed(Refusal::NotStix));
    }
    found.tell(feed);
    Ok(())
}

/// A text of the file: what it is, what stands there between its quotes, and where.
#[derive(Debug, Default)]
struct Word<'a> {
    is: String,
    text: &'a str,
    at: usize,
}

/// What is asked of an object. A field that has another type is as if it were not there.
#[derive(Debug, Default)]
struct Object<'a> {
    kind: String,
    id: String,
    name: String,
    modified: String,
    pattern_type: String,
    pattern: Word<'a>,
    revoked: bool,
    source: String,
    target: String,
    statement: String,
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

    /// Whether there is another of what stands between commas, or the end.
    fn more(&mut self, end: u8) -> Result<bool, Error> {
        let before = self.body.get(..self.at).unwrap_or_default().last();
        let first = matches!(before, Some(b'{' | b'['));
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(false);
        }
        if !first {
            self.sign(b',')?;
        }
        self.peek();
        Ok(true)
    }

    /// The next key of a map, or `None` at its end.
    fn key(&mut self) -> Result<Option<String>, Error> {
        if !self.more(b'}')? {
            return Ok(None);
        }
        let Some(key) = self.word()? else { return Err(self.wrong()) };
        self.sign(b':')?;
        self.peek();
        Ok(Some(key.is))
    }

    /// Passes over a value, whatever it is; gives its text.
    fn pass(&mut self) -> Result<&'a [u8], Error> {
        let rest = self.rest();
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
        let Some(Ok(_)) = values.next() else { return Err(self.wrong()) };
        let length = values.byte_offset();
        self.at += length;
        Ok(rest.get(..length).unwrap_or_default())
    }

    /// A text; `None` for any other value.
    fn word(&mut self) -> Result<Option<Word<'a>>, Error> {
        let is_text = self.peek() == Some(b'"');
        let at = self.at;
        let text = self.pass()?;
        if !is_text {
            return Ok(None);
        }
        let Ok(Value::String(is)) = serde_json::from_slice(text) else { return Err(self.wrong()) };
        let text = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        Ok(Some(Word { is, text: std::str::from_utf8(text).unwrap_or_default(), at }))
    }

    /// What is asked of the value that follows; `None` where it is no object.
    fn object(&mut self) -> Result<Option<Object<'a>>, Error> {
        if self.peek() != Some(b'{') {
            self.pass()?;
            return Ok(None);
        }
        let mut object = Object::default();
        self.sign(b'{')?;
        while let Some(key) = self.key()? {
            let to = match key.as_str() {
                "type" => &mut object.kind,
                "id" => &mut object.id,
                "name" => &mut object.name,
                "modified" => &mut object.modified,
                "pattern_type" => &mut object.pattern_type,
                "source_ref" => &mut object.source,
                "target_ref" => &mut object.target,
                "pattern" => {
                    object.pattern = self.word()?.unwrap_or_default();
                    continue;
                }
                "revoked" => {
                    object.revoked = self.peek() == Some(b't');
                    self.pass()?;
                    continue;
                }
                "definition" if self.peek() == Some(b'{') => {
                    self.sign(b'{')?;
                    while let Some(key) = self.key()? {
                        match key.as_str() {
                            "statement" => object.statement = self.word()?.unwrap_or_default().is,
                            _ => _ = self.pass()?,
                        }
                    }
                    continue;
                }
                _ => {
                    self.pass()?;
                    continue;
                }
            };
            *to = self.word()?.unwrap_or_default().is;
        }
        Ok(Some(object))
    }

    fn wrong(&self) -> Error {
        let lines = self.body.get(..self.at).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count() + 1;
        Error::Feed(Refusal::NotJson { line: u32::try_from(lines).unwrap_or(u32::MAX) })
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
    fn object(&mut self, object: Option<Object<'a>>, start: usize, place: &mut Place<'a>, feed: &mut Feed<'a>) {
        let object = object.unwrap_or_default();
        // No longer than can be shown: each is looked at for every indicator that stands under it.
        let (modified, name) = (words(&object.modified), words(&object.name));
        if modified > feed.date {
            feed.date = modified;
        }
        match object.kind.as_str() {
            "indicator" => {
                let Word { is: pattern, text, at } = object.pattern;
                let line = place.line_at(if pattern.is_empty() { start } else { at });
                if object.revoked {
                    feed.skip("revoked", line);
                } else if !matches!(object.pattern_type.as_str(), "" | "stix") {
                    feed.skip("pattern-not-stix", line);
                } else if pattern.is_empty() {
                    feed.skip("no-pattern", line);
                } else if self.indicators.len() >= MAX_ENTRIES {
                    feed.skip("entry-limit", line);
                } else {
                    self.indicators.push(Indicator { line, id: object.id, name, pattern, text });
                }
            }
            "relationship" if self.leads.len() < MAX_ENTRIES => {
                let known = self.leads.contains_key(&object.source);
                if !known {
                    self.leads.insert(object.source, object.target);
                }
            }
            "identity" if self.authors.len() < TITLE && !self.authors.contains(&name) => self.authors.push(name),
            "marking-definition" if feed.licence.is_empty() => feed.licence = words(&object.statement),
            kind if NAMED.contains(&kind) && !name.is_empty() && self.names.len() < MAX_ENTRIES => {
                drop(self.names.insert(object.id, name));
            }
            kind if TELLING.contains(&kind) => {}
            _ => feed.skip("not-an-indicator", place.line_at(start)),
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
                        if HOSTS.contains(&path) {
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

/// From a place in the text to its line, for places in the order of the text.
struct Place<'a> {
    body: &'a [u8],
    at: usize,
    line: u32,
}

impl Place<'_> {
    fn line_at(&mut self, at: usize) -> u32 {
        if let Some(between) = self.body.get(self.at..at) {
            let lines = between.iter().filter(|&&byte| byte == b'\n').count();
            self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
            self.at = at;
        }
        self.line
    }
}

/// A path and the value that it is compared with.
type Compared<'p> = (&'p str, String);

/// What a pattern compares with what, where any one of these is enough; or why it cannot be read so.
fn compared(pattern: &str) -> Result<Vec<Compared<'_>>, &'static str> {
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
fn values<'p>(path: &'p str, text: &'p str, all: &mut Vec<Compared<'p>>) -> Result<&'p str, &'static str> {
    let several = text.strip_prefix("IN").map(str::trim_start).and_then(|rest| rest.strip_prefix('('));
    if let Some(mut rest) = several {
        loop {
            let (value, behind) = quoted(rest.trim_start()).ok_or("pattern-damaged")?;
            all.push((path, value));
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
            all.push((path, value));
            Ok(behind)
        }
        // A number, a time, a yes: no host is one.
        None if !rest.starts_with('\'') => {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ']' | ')')).unwrap_or(rest.len());
            let (value, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            all.push((path, value.to_owned()));
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
        let pair = |path: &'static str, value: &str| (path, value.to_owned());
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
