//! Which rules match a request. An index of our own, because we ask another question than a blocker: not "is there a
//! rule" but "which rules, in which list, on which line", for every request, on a phone. docs/design.md has the figures.
//!
//! Every rule is filed under the rarest thing that any URL it matches must have: a host, a word of the URL, or the
//! page's own domain. A request looks up its own hosts and words, and tries the few rules it finds there. What
//! `blocklist.rs` takes in is checked against the `adblock` crate's own answers by `tests/agreement.rs`.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::pack::{Bytes, Section, u16_at, u32_at};
use super::rule::{self, Flags};
use crate::address::Address;
use crate::error::Error;
use crate::observation::RequestType;
use crate::party;

/// The number of a rule in the pack, in order of list and line.
pub type RuleId = u32;

/// How many bits of a key choose its bucket.
pub const BUCKET_BITS: u32 = 18;
/// Shortest word of a URL that is looked up, in bytes.
pub const MIN_WORD: usize = 2;
/// How many bytes of a word make a [`Key::Start`].
pub const START: usize = 4;
/// How many compiled regular expressions are kept; they are few in the lists and large in memory.
const MAX_REGEXES: usize = 96;
/// What one compiled regular expression may take, in bytes.
pub const REGEX_LIMIT: usize = 256 * 1024;

/// What a key is made of; the same letters as a host, a word and a page are three keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A host, or the end of one from a label on.
    Host,
    /// A run of letters and digits in the URL.
    Word,
    /// The first [`START`] bytes of such a run: for patterns that leave open how it goes on.
    Start,
    /// The page's host, or the end of it from a label on; or `name.*`.
    Page,
}

const PRIME: u32 = 0x0100_0193;

/// The start of a key's hash (FNV-1a, one start for each kind of key).
#[inline]
pub fn seed(kind: Key) -> u32 {
    match kind {
        Key::Host => 0x811c_9dc5,
        // A start is the hash of a word so far, told apart in `bucket` and `matches` by `START_MARK`.
        Key::Word | Key::Start => 0x9e37_79b1,
        Key::Page => 0x85eb_ca6b,
    }
}

#[inline]
fn mix(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(PRIME)
}

const START_MARK: u32 = 0x5bd1_e995;

/// The bucket of a key: a number below 2^[`BUCKET_BITS`]. The bytes must be in lower case.
pub fn bucket(kind: Key, bytes: &[u8]) -> u32 {
    let hash = bytes.iter().fold(seed(kind), |hash, &byte| mix(hash, byte));
    finish(if kind == Key::Start { hash ^ START_MARK } else { hash })
}

#[inline]
fn finish(hash: u32) -> u32 {
    // FNV's low bits are its best; fold the rest in so that short words spread too.
    (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d) >> (32 - BUCKET_BITS)
}

/// The page that requests are judged for, read once.
#[derive(Debug, Clone, Default)]
pub struct PageContext {
    host: String,
    bare: String,
    site: String,
    buckets: Vec<u32>,
}

impl PageContext {
    /// Of the page with this host (lower case, no trailing dot).
    pub fn new(host: &str) -> Self {
        let suffix = party::public_suffix(host);
        let bare = host.strip_suffix(suffix).map_or(host, |rest| rest.trim_end_matches('.'));
        let mut buckets: Vec<u32> = suffixes(host.as_bytes()).map(|part| bucket(Key::Page, part)).collect();
        // `domain=google.*`
        let mut entity = Vec::new();
        for part in suffixes(bare.as_bytes()).filter(|part| !part.is_empty()) {
            entity.clear();
            entity.extend_from_slice(part);
            entity.extend_from_slice(b".*");
            buckets.push(bucket(Key::Page, &entity));
        }
        Self { host: host.to_owned(), bare: bare.to_owned(), site: party::registrable(host).to_owned(), buckets }
    }

    /// The page's host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The page's registrable domain.
    pub fn site(&self) -> &str {
        &self.site
    }
}

/// A host, then what is left of it after each dot.
pub fn suffixes(host: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = std::iter::once(host);
    let rest = host.iter().enumerate().filter(|&(_, &byte)| byte == b'.').filter_map(|(at, _)| host.get(at + 1..));
    whole.chain(rest)
}

/// The rules that match one request. Kept and filled anew for each request, so that nothing is allocated.
#[derive(Debug, Default, Clone)]
pub struct Matches {
    /// Rules that would block it.
    pub blocking: Vec<RuleId>,
    /// Rules that let it through.
    pub exceptions: Vec<RuleId>,
    /// Rules that name one of its parameters as one that only serves to track.
    pub params: Vec<RuleId>,
    /// One of `blocking` is `$important`: no exception applies.
    pub important: bool,
}

impl Matches {
    fn clear(&mut self) {
        self.blocking.clear();
        self.exceptions.clear();
        self.params.clear();
        self.important = false;
    }

    /// Whether the list itself lets the request through.
    pub fn allowed(&self) -> bool {
        !self.important && !self.exceptions.is_empty() && !self.blocking.is_empty()
    }
}

/// One list's place among the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListRange {
    /// The list's number, as its publisher has it.
    pub list: u32,
    /// Its first rule.
    pub first: RuleId,
    /// The line of that rule.
    pub first_line: u32,
    /// Which technique a match means, as a position in [`crate::detectors::DETECTORS`].
    pub technique: u32,
}

/// Where a rule stands in its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePlace<'a> {
    /// The list's number.
    pub list: u32,
    /// The line in the list's file, from 1.
    pub line: u32,
    /// The rule as the list has it.
    pub text: &'a str,
    /// The list's own heading over it.
    pub section: &'a str,
    /// The company that the list names in a heading over it; empty where it names none.
    pub company: &'a str,
    /// Whether the rule lets requests through.
    pub exception: bool,
}

/// The rules of a pack.
#[derive(Debug)]
pub struct Index {
    texts: Range<usize>,
    tail_lengths: Range<usize>,
    flag_index: Range<usize>,
    line_deltas: Range<usize>,
    bucket_rules: Range<usize>,
    always: Range<usize>,
    sections: Range<usize>,
    names: Range<usize>,
    flags: Vec<Flags>,
    text_ends: Vec<u32>,
    bucket_ends: Vec<u32>,
    lists: Vec<ListRange>,
    regexes: Vec<(RuleId, Option<Regex>)>,
}

impl Index {
    /// Takes its place in a checked pack: adds up two columns of lengths, and reads nothing else.
    pub fn open(pack: &Bytes) -> Result<Self, Error> {
        let range = |section| pack.range(section);
        let flags: Vec<Flags> = words(pack.slice(&range(Section::FlagTable)?)).map(Flags).collect();
        let text_ends = running_sums(pack.slice(&range(Section::TextLengths)?));
        let bucket_ends = running_sums(pack.slice(&range(Section::BucketCounts)?));
        let rules = text_ends.len();
        let bucket_rules = range(Section::BucketRules)?;
        let texts = range(Section::Texts)?;
        if text_ends.last().copied().unwrap_or(0) as usize != texts.len()
            || range(Section::TailLengths)?.len() != rules * 2
            || range(Section::FlagIndex)?.len() != rules * 2
            || range(Section::LineDeltas)?.len() != rules * 4
            || bucket_ends.len() != 1 << BUCKET_BITS
            || bucket_ends.last().copied().unwrap_or(0) as usize * 4 != bucket_rules.len()
        {
            return Err(Error::PackDamaged("its columns differ in length"));
        }
        let lists = pack
            .slice(&range(Section::ListRanges)?)
            .chunks_exact(16)
            .filter_map(|entry| {
                Some(ListRange {
                    list: u32_at(entry, 0)?,
                    first: u32_at(entry, 1)?,
                    first_line: u32_at(entry, 2)?,
                    technique: u32_at(entry, 3)?,
                })
            })
            .collect();
        Ok(Self {
            texts,
            tail_lengths: range(Section::TailLengths)?,
            flag_index: range(Section::FlagIndex)?,
            line_deltas: range(Section::LineDeltas)?,
            bucket_rules,
            always: range(Section::AlwaysRules)?,
            sections: range(Section::ListSections)?,
            names: range(Section::Names)?,
            flags,
            text_ends,
            bucket_ends,
            lists,
            regexes: Vec::new(),
        })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.text_ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.text_ends.is_empty()
    }

    /// The lists, in the pack's order.
    pub fn lists(&self) -> &[ListRange] {
        &self.lists
    }

    /// The list that a rule stands in.
    pub fn list_of(&self, rule: RuleId) -> Option<ListRange> {
        self.lists.iter().rev().find(|list| list.first <= rule).copied()
    }

    /// Where a rule stands, and what it says.
    pub fn place<'a>(&self, pack: &'a Bytes, rule: RuleId) -> Option<RulePlace<'a>> {
        let list = self.list_of(rule)?;
        let deltas = pack.slice(&self.line_deltas);
        let line = (list.first + 1..=rule)
            .filter_map(|at| u32_at(deltas, at as usize))
            .fold(list.first_line, u32::wrapping_add);
        let text = std::str::from_utf8(self.text(pack, rule)).unwrap_or_default();
        let (section, company) = self.heading(pack, rule);
        let exception = self.flags(pack, rule).has(Flags::EXCEPTION);
        Some(RulePlace { list: list.list, line, text, section, company, exception })
    }

    /// The heading that a rule stands under: its title, and the company it names (empty where none is).
    pub fn heading<'a>(&self, pack: &'a Bytes, rule: RuleId) -> (&'a str, &'a str) {
        const ENTRY: usize = 20;
        let table = pack.slice(&self.sections);
        let first = |n: usize| table.get(n * ENTRY..).and_then(|entry| u32_at(entry, 0)).unwrap_or(u32::MAX);
        let (mut low, mut high) = (0, table.len() / ENTRY);
        while low < high {
            let middle = low.midpoint(high);
            if first(middle) <= rule {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let entry = low.checked_sub(1).and_then(|n| table.get(n * ENTRY..));
        let name = |n: usize| -> &'a str {
            entry
                .and_then(|entry| Some((u32_at(entry, n)? as usize, u32_at(entry, n + 1)? as usize)))
                .and_then(|(at, len)| pack.slice(&self.names).get(at..at + len))
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default()
        };
        (name(1), name(3))
    }

    /// How long a rule's pattern is, in bytes: the longer of two that match says more.
    pub fn pattern_length(&self, pack: &Bytes, rule: RuleId) -> u16 {
        let before = self.flags(pack, rule).pattern_start();
        let around = usize::from(u16_at(pack.slice(&self.tail_lengths), rule as usize).unwrap_or(0)) + before;
        u16::try_from(self.text(pack, rule).len().saturating_sub(around)).unwrap_or(0)
    }

    /// A rule as its list has it.
    #[inline]
    pub fn text<'a>(&self, pack: &'a Bytes, rule: RuleId) -> &'a [u8] {
        let at = rule as usize;
        let end = self.text_ends.get(at).copied().unwrap_or(0) as usize;
        let start = at.checked_sub(1).and_then(|before| self.text_ends.get(before)).copied().unwrap_or(0) as usize;
        pack.slice(&self.texts).get(start..end).unwrap_or_default()
    }

    /// What a rule speaks of.
    #[inline]
    pub fn flags(&self, pack: &Bytes, rule: RuleId) -> Flags {
        u16_at(pack.slice(&self.flag_index), rule as usize)
            .and_then(|at| self.flags.get(usize::from(at)).copied())
            .unwrap_or(Flags(0))
    }

    /// Fills `out` with every rule that matches the request.
    pub fn matches(
        &mut self,
        pack: &Bytes,
        page: &PageContext,
        request: &Address,
        kind: RequestType,
        third_party: bool,
        out: &mut Matches,
    ) {
        out.clear();
        let asked = Asked { page, request, kind, third_party };
        for part in suffixes(request.host()) {
            self.try_bucket(pack, bucket(Key::Host, part), &asked, out);
        }
        let mut hash = seed(Key::Word);
        let mut length = 0_usize;
        for &byte in request.lower() {
            if byte.is_ascii_alphanumeric() {
                hash = mix(hash, byte);
                length += 1;
                if length == START {
                    self.try_bucket(pack, finish(hash ^ START_MARK), &asked, out);
                }
            } else {
                if length >= MIN_WORD {
                    self.try_bucket(pack, finish(hash), &asked, out);
                }
                hash = seed(Key::Word);
                length = 0;
            }
        }
        if length >= MIN_WORD {
            self.try_bucket(pack, finish(hash), &asked, out);
        }
        for &at in &page.buckets {
            self.try_bucket(pack, at, &asked, out);
        }
        let always = pack.slice(&self.always);
        for n in 0..always.len() / 4 {
            if let Some(rule) = u32_at(always, n) {
                self.try_rule(pack, rule, &asked, out);
            }
        }
        // The same rule can be met twice (a word that stands twice), and the order of meeting means nothing.
        for found in [&mut out.blocking, &mut out.exceptions, &mut out.params] {
            found.sort_unstable();
            found.dedup();
        }
    }

    #[inline]
    fn try_bucket(&mut self, pack: &Bytes, at: u32, asked: &Asked<'_>, out: &mut Matches) {
        let at = at as usize;
        let end = self.bucket_ends.get(at).copied().unwrap_or(0);
        let start = at.checked_sub(1).and_then(|before| self.bucket_ends.get(before)).copied().unwrap_or(0);
        for place in start..end {
            let rule = u32_at(pack.slice(&self.bucket_rules), place as usize);
            if let Some(rule) = rule {
                self.try_rule(pack, rule, asked, out);
            }
        }
    }

    #[inline]
    fn try_rule(&mut self, pack: &Bytes, rule: RuleId, asked: &Asked<'_>, out: &mut Matches) {
        let flags = self.flags(pack, rule);
        if !flags.admits(asked.kind, asked.third_party) {
            return;
        }
        let text = self.text(pack, rule);
        let tail = usize::from(u16_at(pack.slice(&self.tail_lengths), rule as usize).unwrap_or(0));
        let (start, end) = (flags.pattern_start(), text.len().saturating_sub(tail));
        let pattern = text.get(start..end).unwrap_or_default();
        if !self.pattern_matches(rule, flags, pattern, asked.request) {
            return;
        }
        // The options begin behind the pattern, its closing `|` if it has one, and the `$`.
        let options = text.get(end + 1 + usize::from(flags.has(Flags::RIGHT_ANCHOR))..).unwrap_or_default();
        if flags.has(Flags::DOMAIN)
            && let Some(list) = rule::option(options, &[b"domain", b"from"])
            && !rule::hosts_admit(list, asked.page.host.as_bytes(), asked.page.bare.as_bytes())
        {
            return;
        }
        if flags.has(Flags::TO)
            && let Some(list) = rule::option(options, &[b"to"])
            && !rule::hosts_admit(list, asked.request.host(), b"")
        {
            return;
        }
        if flags.has(Flags::DENYALLOW)
            && let Some(list) = rule::option(options, &[b"denyallow"])
            && list.split(|&b| b == b'|').any(|domain| rule::is_or_under(asked.request.host(), domain))
        {
            return;
        }
        if flags.has(Flags::REMOVEPARAM) {
            if let Some(name) = rule::option(options, &[b"removeparam"])
                && rule::has_param(asked.request.query(), name)
            {
                out.params.push(rule);
            }
        } else if flags.has(Flags::EXCEPTION) {
            out.exceptions.push(rule);
        } else {
            out.blocking.push(rule);
            out.important |= flags.has(Flags::IMPORTANT);
        }
    }

    #[inline]
    fn pattern_matches(&mut self, rule: RuleId, flags: Flags, pattern: &[u8], request: &Address) -> bool {
        if flags.has(Flags::REGEX) {
            return self.regex_matches(rule, flags, pattern, request);
        }
        let hay = request.lower();
        let to_end = flags.has(Flags::RIGHT_ANCHOR);
        if flags.has(Flags::HOST_ANCHOR) {
            let first = pattern.first().map(u8::to_ascii_lowercase);
            let starts = std::iter::once(request.host_start()).chain(
                (request.host_start()..request.host_end()).filter(|&at| hay.get(at) == Some(&b'.')).map(|at| at + 1),
            );
            for at in starts {
                if (first.is_none() || first == Some(b'*') || first == hay.get(at).copied())
                    && rule::glob(pattern, hay, at, false, to_end)
                {
                    return true;
                }
            }
            return false;
        }
        if flags.has(Flags::LEFT_ANCHOR) {
            rule::glob(pattern, hay, 0, false, to_end)
        } else if flags.has(Flags::CAPITALS) {
            rule::glob(pattern, hay, 0, true, to_end)
        } else {
            rule::glob_anywhere(pattern, hay, to_end)
        }
    }

    fn regex_matches(&mut self, rule: RuleId, flags: Flags, pattern: &[u8], request: &Address) -> bool {
        let known = self.regexes.iter().position(|(of, _)| *of == rule);
        let at = match known {
            Some(at) => at,
            None => {
                // The oldest goes first: a page that wants many of them costs time, never memory.
                if self.regexes.len() >= MAX_REGEXES {
                    self.regexes.remove(0);
                }
                self.regexes.push((rule, compile_regex(pattern, flags.has(Flags::MATCH_CASE))));
                self.regexes.len() - 1
            }
        };
        let hay = if flags.has(Flags::MATCH_CASE) { request.exact() } else { request.lower() };
        self.regexes.get(at).and_then(|(_, regex)| regex.as_ref()).is_some_and(|regex| regex.is_match(hay))
    }
}

/// Compiles `/pattern/`; `None` where the `regex` crate does not take it, for instance look-around.
pub fn compile_regex(pattern: &[u8], match_case: bool) -> Option<Regex> {
    let inner = pattern.strip_prefix(b"/")?.strip_suffix(b"/")?;
    let text = std::str::from_utf8(inner).ok()?.replace("\\/", "/");
    RegexBuilder::new(&text)
        .unicode(false)
        .case_insensitive(!match_case)
        .size_limit(REGEX_LIMIT)
        .dfa_size_limit(REGEX_LIMIT)
        .build()
        .ok()
}

struct Asked<'a> {
    page: &'a PageContext,
    request: &'a Address,
    kind: RequestType,
    third_party: bool,
}

fn words(column: &[u8]) -> impl Iterator<Item = u32> {
    column.chunks_exact(4).filter_map(|b| b.try_into().ok()).map(u32::from_le_bytes)
}

fn running_sums(column: &[u8]) -> Vec<u32> {
    let mut sum = 0_u32;
    column
        .chunks_exact(2)
        .filter_map(|b| b.try_into().ok())
        .map(|b| {
            sum = sum.wrapping_add(u32::from(u16::from_le_bytes(b)));
            sum
        })
        .collect()
}
