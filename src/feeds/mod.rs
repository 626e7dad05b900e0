//! Lists in others' formats that a person adds from a file: indicators of spyware and stalkerware, hosts files, domain
//! lists, blockers' lists, roots of certificates. A text comes in; rules of ours come out, each with the line on which it
//! stands, and a count by reason of whatever is none. Reads no file, and runs in the browser as on the command line.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use xxhash_rust::xxh64::xxh64;

use crate::address::Address;
use crate::error::{Error, Refusal};
use crate::rules::added::ADDED;
use crate::rules::budget;
use crate::rules::compile::{self, Filing, ListSource, in_order};
use crate::rules::list::{self, Heading, Left, List, Parsed, Skipped, words};
use crate::rules::rule::Flags;

mod abp;
mod ccadb;
mod domains;
mod hosts;
mod ioc;
mod name;
mod stix;

pub use abp::meaning;

/// Largest file that is read, in bytes. The largest lists that people add have some 15 MB.
pub const MAX_BYTES: usize = 32 << 20;
/// How many entries of one file are kept; the rest is counted.
pub const MAX_ENTRIES: usize = list::MAX_RULES;
/// The longest line that is read, in bytes, as in the bundled lists.
const MAX_LINE: usize = 65_535;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A STIX 2.0 or 2.1 bundle, as Amnesty International and MVT publish indicators.
    Stix,
    /// A domain, an address or a URL a line.
    Domains,
    /// `ioc.yaml` of stalkerware-indicators.
    Ioc,
    /// A hosts file.
    Hosts,
    /// A blocker's list: Adblock Plus, uBlock Origin, AdGuard.
    Abp,
    /// A table of root certificates with the columns of the CCADB.
    Ccadb,
}

impl Format {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stix => "stix",
            Self::Domains => "domains",
            Self::Ioc => "ioc-yaml",
            Self::Hosts => "hosts",
            Self::Abp => "abp",
            Self::Ccadb => "ccadb",
        }
    }
}

/// What a list says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The host of a tool of surveillance: it infects, or collects.
    Indicator,
    /// The public site of such a tool's vendor.
    VendorSite,
    /// The list names it, and says no more.
    Listed,
}

/// One rule that a file gives.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The line on which it stands, from 1.
    pub line: u32,
    /// As the file has it.
    pub text: &'a str,
    /// As a rule.
    pub rule: Cow<'a, str>,
    /// What the rule speaks of.
    pub flags: Flags,
    /// What the list says of it.
    pub about: About,
    /// What it stands under (the tool's name): a position in [`Feed::headings`].
    pub heading: usize,
}

/// A root certificate that a list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// SHA-256 of the certificate, in small hexadecimal.
    pub sha256: String,
    /// Whose it is.
    pub owner: String,
    /// The owner's country, as the list has it; empty where it does not say.
    pub country: String,
    /// The line on which its row begins, from 1.
    pub line: u32,
}

/// A file, read.
#[derive(Debug)]
pub struct Feed<'a> {
    /// The file's name, without folders.
    pub name: String,
    /// What it is.
    pub format: Format,
    /// Its title; like the four below as the file states it, and empty where it does not.
    pub title: String,
    /// Its version.
    pub version: String,
    /// When it was last changed.
    pub date: String,
    /// Its licence.
    pub licence: String,
    /// To whom it is to be ascribed.
    pub attribution: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Its rules, in order of line.
    pub entries: Vec<Entry<'a>>,
    /// What rules stand under.
    pub headings: Vec<String>,
    /// Its root certificates, in order of line.
    pub roots: Vec<Root>,
    /// What was left out.
    pub skipped: Skipped,
    /// The list's number: its own, whatever was added before it.
    id: u32,
    /// Where each heading stands among the others.
    known: BTreeMap<String, u32>,
    /// The keys that its rules are filed under.
    filing: Filing,
    address: Address,
}

/// Reads a file. What it is, is told by its bytes. The error says why nothing of it can be used.
pub fn read<'a>(name: &str, bytes: &'a [u8]) -> Result<Feed<'a>, Error> {
    let refused = |why| Err(Error::Feed(why));
    let body = match bytes {
        _ if bytes.len() > MAX_BYTES => return refused(Refusal::TooLarge),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return refused(Refusal::Utf16),
        [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4, ..] => return refused(Refusal::Compressed),
        [0xef, 0xbb, 0xbf, rest @ ..] => rest,
        _ => bytes,
    };
    if body.iter().all(u8::is_ascii_whitespace) {
        return refused(Refusal::Empty);
    }
    let format = detect(body).map_err(Error::Feed)?;
    let mut feed = Feed::new(name, format, bytes);
    match format {
        Format::Stix => stix::read(body, &mut feed)?,
        Format::Domains => domains::read(body, &mut feed),
        Format::Ioc => ioc::read(body, &mut feed),
        Format::Hosts => hosts::read(body, &mut feed),
        Format::Abp => abp::read(body, &mut feed),
        Format::Ccadb => ccadb::read(body, &mut feed)?,
    }
    feed.drop_duplicates();
    feed.keep_within_budget();
    if feed.entries.is_empty() && feed.roots.is_empty() {
        let most = feed.left_out().max_by_key(|(why, left)| (left.count, std::cmp::Reverse(*why)));
        let (why, count, line) =
            most.map_or(("", 0, 0), |(why, left)| (why, left.count, left.lines.first().copied().unwrap_or(0)));
        return refused(Refusal::Nothing { why: why.to_owned(), count, line });
    }
    Ok(feed)
}

impl<'a> Feed<'a> {
    fn new(name: &str, format: Format, bytes: &[u8]) -> Self {
        let sum = Sha256::digest(bytes);
        let first = sum.iter().take(4).fold(0_u32, |id, &byte| id << 8 | u32::from(byte));
        Self {
            name: words(name.rsplit(['/', '\\']).next().unwrap_or(name)),
            format,
            title: String::new(),
            version: String::new(),
            date: String::new(),
            licence: String::new(),
            attribution: String::new(),
            sha256: hex(&sum),
            entries: Vec::new(),
            headings: Vec::new(),
            roots: Vec::new(),
            skipped: Skipped::default(),
            id: ADDED | first >> 1,
            known: BTreeMap::new(),
            filing: Filing::default(),
            address: Address::new(),
        }
    }

    /// The list's title, or else the file's name.
    pub fn shown_title(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }

    /// What was left out, by reason, in the order of the words.
    pub fn left_out(&self) -> impl Iterator<Item = (&str, &Left)> {
        self.skipped.0.iter().map(|(why, left)| (why.as_str(), left))
    }

    /// The rules as a pack of their own, for [`crate::audit::Engine::add_list`]. The same file gives the same bytes.
    pub fn pack(&self) -> Result<Vec<u8>, Error> {
        if self.entries.is_empty() {
            return Err(Error::Feed(Refusal::RootsOnly));
        }
        let rules = self.entries.iter().map(parsed);
        let headings = self.headings.iter().map(|title| Heading { title: title.clone(), company: String::new() });
        let list = List {
            title: self.shown_title().to_owned(),
            version: self.version.clone(),
            date: self.date.clone(),
            rules: rules.collect(),
            headings: headings.collect(),
            skipped: self.skipped.clone(),
        };
        let source = ListSource {
            id: self.id,
            // Not asked for: what an added list means is `added-list`'s to say, and packs outlive the order of techniques.
            technique: u32::MAX,
            source: format!("added: {}", self.name),
            licence: self.licence.clone(),
            attribution: self.attribution.clone(),
            sha256: self.sha256.clone(),
            list,
        };
        compile::added(&source, &self.filing)
    }

    fn skip(&mut self, why: &str, line: u32) {
        self.skipped.add(why, line);
    }

    /// A heading's place; the same one as before where it is the same.
    fn heading(&mut self, title: &str) -> usize {
        let title = words(title);
        if let Some(&at) = self.known.get(&title) {
            return at as usize;
        }
        let at = self.headings.len();
        self.headings.push(title.clone());
        self.known.insert(title, at as u32);
        at
    }

    /// Leaves out, and counts, what would make each request dear.
    fn keep_within_budget(&mut self) {
        let rules: Vec<Parsed<'_>> = self.entries.iter().map(parsed).collect();
        let rules: Vec<&Parsed<'_>> = rules.iter().collect();
        let filing = Filing::of(&rules, &vec![false; rules.len()], budget::PLACES);
        let over = budget::over(&rules, &filing);
        self.filing = filing.without(&over);
        let (mut over, skipped) = (over.into_iter(), &mut self.skipped);
        self.entries.retain(|entry| {
            let is_over = over.next() == Some(true);
            if is_over {
                skipped.add(budget::OVER, entry.line);
            }
            !is_over
        });
    }

    /// Takes a host, an address or a URL, or counts why not.
    fn take(&mut self, text: &'a str, line: u32, about: About, heading: usize) {
        self.take_as(text, text, line, about, heading);
    }

    /// The same, where what is meant does not stand in the file as it is.
    fn take_as(&mut self, text: &'a str, meant: &str, line: u32, about: About, heading: usize) {
        match name::rule(meant, &mut self.address) {
            Ok((rule, flags)) => {
                self.push(Entry { line, text, rule: Cow::Owned(rule), flags: Flags(flags), about, heading });
            }
            Err(why) => self.skip(why, line),
        }
    }

    fn push(&mut self, entry: Entry<'a>) {
        if self.entries.len() + self.roots.len() >= MAX_ENTRIES {
            self.skip("entry-limit", entry.line);
        } else {
            self.entries.push(entry);
        }
    }

    /// Of what says the same of the same the first is kept: a rule that stands twice says no more.
    fn drop_duplicates(&mut self) {
        let hash = |entry: &Entry<'_>| xxh64(entry.rule.as_bytes(), entry.about as u64);
        let mut all: Vec<(u64, u64)> = (0..).zip(&self.entries).map(|(at, entry)| (hash(entry), at)).collect();
        in_order(&mut all);
        let mut again: Vec<(u64, u64)> = all.windows(2).filter_map(same_hash).map(|at| (at, 0)).collect();
        in_order(&mut again);
        let (mut again, mut at) = (again.into_iter().peekable(), 0);
        let skipped = &mut self.skipped;
        self.entries.retain(|entry| {
            let drop = again.next_if_eq(&(at, 0)).is_some();
            at += 1;
            if drop {
                skipped.add("duplicate", entry.line);
            }
            !drop
        });
    }

    /// What a comment states of the list, if it does: `Title: …`.
    fn fact(&mut self, comment: &str) {
        let Some((key, value)) = comment.split_once(':') else { return };
        let value = value.trim();
        let key = key.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '!' | ';' | '-' | '*'));
        let to = match key.to_ascii_lowercase().as_str() {
            "title" | "name" => &mut self.title,
            "version" => &mut self.version,
            "last modified" | "timeupdated" | "last updated" | "updated" | "date" => &mut self.date,
            "licence" | "license" => &mut self.licence,
            "attribution" | "author" | "authors" | "maintainer" | "copyright" => &mut self.attribution,
            _ => return,
        };
        if to.is_empty() {
            *to = words(value);
        }
    }
}

/// An entry as a rule.
fn parsed<'a>(entry: &'a Entry<'_>) -> Parsed<'a> {
    let about = match entry.about {
        About::Indicator => Flags::INDICATOR,
        About::VendorSite => Flags::VENDOR_SITE,
        About::Listed => 0,
    };
    Parsed::new(entry.line, &entry.rule, Flags(entry.flags.0 | about), entry.heading)
}

/// A line's text and number, or why it cannot be read.
type Line<'a> = (u32, Result<&'a str, &'static str>);

/// The lines of a file, from 1, without what ends them.
fn lines(body: &[u8]) -> impl Iterator<Item = Line<'_>> {
    (1..).zip(body.split(|&byte| byte == b'\n')).map(|(number, line)| (number, readable(line)))
}

fn readable(line: &[u8]) -> Result<&str, &'static str> {
    if line.len() > MAX_LINE {
        return Err("too-long");
    }
    let text = std::str::from_utf8(line).map_err(|_| "not-utf-8")?;
    // Beside a tab and what is left of a line's end, no control character is part of any of these formats.
    if text.bytes().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r')) {
        return Err("control-character");
    }
    Ok(text.trim())
}

/// The lines of a file that can be read, and are not empty, one at a time; the others are counted.
fn each_line<'a>(body: &'a [u8], feed: &mut Feed<'a>, each: &mut dyn FnMut(&mut Feed<'a>, u32, &'a str)) {
    for (number, line) in lines(body) {
        match line {
            Ok("") => {}
            Ok(text) => each(feed, number, text),
            Err(why) => feed.skip(why, number),
        }
    }
}

/// How many lines are looked at to tell what a file is.
const LOOKED_AT: usize = 400;

/// What a file is, by its first lines.
fn detect(body: &[u8]) -> Result<Format, Refusal> {
    let start = body.trim_ascii_start();
    match start {
        [b'{', ..] => return Ok(Format::Stix),
        [b'<', ..] => return Err(Refusal::WebPage),
        _ if start.starts_with(b"[{") || start.starts_with(b"[\"") => return Err(Refusal::NotStix),
        _ => {}
    }
    let (mut blocker, mut hosts, mut plain) = (0, 0, 0);
    let mut first = true;
    for (_, line) in lines(body).take(LOOKED_AT) {
        let Ok(line) = line else { continue };
        if line.is_empty() || line == "---" {
            continue;
        }
        if first && ccadb::is_head(line) {
            return Ok(Format::Ccadb);
        }
        if abp::is_head(line) {
            return Ok(Format::Abp);
        }
        if line.starts_with('!') || abp::is_rule(line) {
            blocker += 1;
        } else if !line.starts_with('#') {
            if first && ioc::is_head(line) {
                return Ok(Format::Ioc);
            }
            if hosts::is_mapping(line) { hosts += 1 } else { plain += 1 }
        }
        first &= line.starts_with(['#', '!']);
    }
    Ok(if blocker > hosts + plain || (blocker > 0 && blocker * 4 > plain && hosts == 0) {
        Format::Abp
    } else if hosts > 0 {
        Format::Hosts
    } else {
        Format::Domains
    })
}

/// The second of two entries that have the same hash of 64 bits: by chance two of 500,000 have once in 10^8 lists.
fn same_hash(two: &[(u64, u64)]) -> Option<u64> {
    let (first, second) = (two.first()?, two.last()?);
    (first.0 == second.0).then_some(second.1)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
