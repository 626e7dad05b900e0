//! Which rules match a request. An index of our own, because we ask another question than a blocker: not "is there a
//! rule" but "which rules, in which list, on which line", for every request, on a phone. docs/design.md has the figures.
//!
//! Every rule is filed under the rarest thing that any URL it matches must have: a host, a word of the URL, or the
//! page's own domain. A request looks up its own hosts and words, and tries the few rules it finds there. What
//! `blocklist.rs` takes in is checked against the `adblock` crate's own answers by `tests/agreement.rs`.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::pack::{Bytes, Section, u16_at, u32_at};
use super::rule::{self, Flags, Pairs};
use crate::address::Address;
use crate::error::Error;
use crate::observation::RequestType;
use crate::party;

/// The number of a rule in the pack, in order of list and line.
pub type RuleId = u32;

/// How many bits of a key's hash choose its bucket.
pub const BUCKET_BITS: u32 = 16;
/// How many buckets share a base, from which their ends are counted.
pub const BASE: usize = 256;
/// How many bits of a key's hash choose its bit in [`Section::KeyBits`].
pub const FILTER_BITS: u32 = 19;
/// How many rules share a row of [`Section::RuleRows`].
pub const ROW: usize = 32;
/// How many bytes an entry of a bucket has.
pub const ENTRY: usize = 7;
/// Shortest word of a URL that is looked up, in bytes.
pub const MIN_WORD: usize = 2;
/// How many bytes of a word make a [`Key::Start`].
pub const START: usize = 4;
/// How many of a URL's last bytes [`Section::RegexShapes`] speaks of.
pub const ENDING: usize = 8;
/// How many bytes a row of [`Section::RegexShapes`] has.
const REGEX_SHAPE: usize = 12 + 16 * ENDING;
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

/// In a column of bytes: the value is too large, and stands in a section of its own.
pub const LONG: u8 = 255;

const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The start of a key's hash (FNV-1a, one start for each kind of key).
#[inline]
pub fn seed(kind: Key) -> u64 {
    match kind {
        Key::Host => 0xcbf2_9ce4_8422_2325,
        // A start is the hash of a word so far, told apart in `key_hash` and `matches` by `START_MARK`.
        Key::Word | Key::Start => 0x9e37_79b1_85eb_ca77,
        Key::Page => 0xc2b2_ae3d_27d4_eb4f,
    }
}

#[inline]
fn mix(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(PRIME)
}

const START_MARK: u64 = 0x5bd1_e995_7b93_11d5;

/// The hash of a key: its high bits choose a bucket, its low ones tell it apart there. The bytes must be in lower case.
pub fn key_hash(kind: Key, bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(seed(kind), |hash, &byte| mix(hash, byte));
    finish(if kind == Key::Start { hash ^ START_MARK } else { hash })
}

/// FNV leaves the high bits of short words poor, so they are stirred once more (MurmurHash3's last step).
#[inline]
fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// The bucket that a key's hash chooses: a number below 2^[`BUCKET_BITS`].
#[inline]
pub fn bucket(hash: u64) -> usize {
    (hash >> (64 - BUCKET_BITS)) as usize
}

/// The bit of [`Section::KeyBits`] that a key's hash chooses: other bits of it than the bucket's.
#[inline]
pub fn filter_bit(hash: u64) -> usize {
    (hash >> (64 - BUCKET_BITS - FILTER_BITS)) as usize & ((1 << FILTER_BITS) - 1)
}

/// How many bits of a bucket's entry are the rule's number, in a pack of so many rules.
pub fn rule_bits(rules: usize) -> u32 {
    usize::BITS - rules.leading_zeros()
}

/// A bucket's entry, [`ENTRY`] bytes: the rule's number, and above it as much of the key's hash as there is room for.
///
/// With 175,000 rules that is 38 bits beside the 16 that chose the bucket: another key's rules are told by it without
/// being looked at, and a host has a rule of another by chance once in some 10^10 requests.
#[inline]
pub fn entry(rule: RuleId, hash: u64, rule_bits: u32) -> u64 {
    (u64::from(rule) | (hash << rule_bits)) & ENTRY_MASK
}

const ENTRY_MASK: u64 = (1 << (ENTRY * 8)) - 1;

/// The page that requests are judged for, read once.
#[derive(Debug, Clone, Default)]
pub struct PageContext {
    host: String,
    bare: String,
    site: String,
    keys: Vec<u64>,
}

impl PageContext {
    /// Of the page with this host (lower case, no trailing dot).
    pub fn new(host: &str) -> Self {
        let suffix = party::public_suffix(host);
        let bare = host.strip_suffix(suffix).map_or(host, |rest| rest.trim_end_matches('.'));
        let mut keys: Vec<u64> = suffixes(host.as_bytes()).map(|part| key_hash(Key::Page, part)).collect();
        // `domain=google.*`
        let mut entity = Vec::new();
        for part in suffixes(bare.as_bytes()).filter(|part| !part.is_empty()) {
            entity.clear();
            entity.extend_from_slice(part);
            entity.extend_from_slice(b".*");
            keys.push(key_hash(Key::Page, &entity));
        }
        Self { host: host.to_owned(), bare: bare.to_owned(), site: party::registrable(host).to_owned(), keys }
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

/// A rule that matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Which.
    pub rule: RuleId,
    /// How long its pattern is, in bytes: the longer of two says more.
    pub length: u16,
}

/// The rules that match one request. Kept and filled anew for each request, so that nothing is allocated.
#[derive(Debug, Default, Clone)]
pub struct Matches {
    /// Rules that would block it.
    pub blocking: Vec<Match>,
    /// Rules that let it through.
    pub exceptions: Vec<RuleId>,
    /// Rules that name one of its parameters as one that only serves to track.
    pub params: Vec<RuleId>,
    /// Rules that let a parameter through.
    pub param_exceptions: Vec<RuleId>,
    /// One of `blocking` is `$important`: no exception applies.
    pub important: bool,
}

impl Matches {
    fn clear(&mut self) {
        self.blocking.clear();
        self.exceptions.clear();
        self.params.clear();
        self.param_exceptions.clear();
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
    /// How many it has.
    pub rules: u32,
    /// The line of its first rule.
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
    /// The rule as the list has it; empty where the texts are not loaded.
    pub text: String,
    /// The list's own heading over it.
    pub section: &'a str,
    /// The company that the list names in a heading over it; empty where it names none.
    pub company: &'a str,
    /// Whether the rule lets requests through.
    pub exception: bool,
}

/// What many rules share: their flags, and what follows their pattern.
#[derive(Debug, Clone, Copy)]
struct Shape<'a> {
    flags: Flags,
    tail: &'a [u8],
}

/// The rules of a pack.
#[derive(Debug)]
pub struct Index {
    rules: usize,
    rule_bits: u32,
    rows: Range<usize>,
    patterns: Range<usize>,
    pattern_lengths: Range<usize>,
    shape_index: Range<usize>,
    shapes: Range<usize>,
    tails: Range<usize>,
    long: Range<usize>,
    key_bits: Range<usize>,
    bucket_bases: Range<usize>,
    bucket_ends: Range<usize>,
    bucket_entries: Range<usize>,
    always: Range<usize>,
    regex_shapes: Range<usize>,
    sections: Range<usize>,
    names: Range<usize>,
    lists: Vec<ListRange>,
    regexes: Vec<(RuleId, Option<Regex>)>,
    labels: Vec<usize>,
}

/// Where a rule's pattern is kept.
enum Kept {
    /// With the hosts, as number so many of them: `||host^` and nothing else.
    Host(usize),
    /// With the other patterns, as number so many of them.
    Pattern(usize),
}

/// A row of [`Section::RuleRows`].
struct Row {
    /// How many patterns come before the row's.
    patterns_before: usize,
    /// Where the first of its patterns starts.
    start: usize,
    /// A bit for each rule that is a host and nothing else.
    hosts: u32,
}

impl Row {
    #[inline]
    fn kept(&self, rule: RuleId) -> Kept {
        let (at, bit) = (rule as usize / ROW * ROW, rule % ROW as u32);
        let hosts_in_front = (self.hosts & !(u32::MAX << bit)).count_ones() as usize;
        if self.hosts & (1 << bit) != 0 {
            Kept::Host(at.saturating_sub(self.patterns_before) + hosts_in_front)
        } else {
            Kept::Pattern(self.patterns_before + bit as usize - hosts_in_front)
        }
    }
}

impl Index {
    /// Takes its place in a checked pack. Nothing is read but the few list ranges.
    pub fn open(pack: &Bytes) -> Result<Self, Error> {
        let range = |section| pack.range(section);
        let lists: Vec<ListRange> = pack
            .slice(&range(Section::ListRanges)?)
            .chunks_exact(20)
            .filter_map(|entry| {
                Some(ListRange {
                    list: u32_at(entry, 0)?,
                    first: u32_at(entry, 1)?,
                    rules: u32_at(entry, 2)?,
                    first_line: u32_at(entry, 3)?,
                    technique: u32_at(entry, 4)?,
                })
            })
            .collect();
        let rules = lists.last().map_or(0, |list| list.first as usize + list.rules as usize);
        let rows = range(Section::RuleRows)?;
        let pattern_lengths = range(Section::PatternLengths)?;
        let shape_index = range(Section::ShapeIndex)?;
        let key_bits = range(Section::KeyBits)?;
        let bucket_bases = range(Section::BucketBases)?;
        let bucket_ends = range(Section::BucketEnds)?;
        if rows.len() != rules.div_ceil(ROW) * 12
            || shape_index.len() != pattern_lengths.len() * 2
            || key_bits.len() != 1 << (FILTER_BITS - 3)
            || bucket_bases.len() != (4 << BUCKET_BITS) / BASE
            || bucket_ends.len() != 2 << BUCKET_BITS
        {
            return Err(Error::PackDamaged("its columns differ in length"));
        }
        Ok(Self {
            rules,
            rule_bits: rule_bits(rules),
            rows,
            patterns: range(Section::Patterns)?,
            pattern_lengths,
            shape_index,
            shapes: range(Section::Shapes)?,
            tails: range(Section::Tails)?,
            long: range(Section::LongPatterns)?,
            key_bits,
            bucket_bases,
            bucket_ends,
            bucket_entries: range(Section::BucketEntries)?,
            always: range(Section::AlwaysRules)?,
            regex_shapes: range(Section::RegexShapes)?,
            sections: range(Section::ListSections)?,
            names: range(Section::Names)?,
            lists,
            regexes: Vec::new(),
            labels: Vec::new(),
        })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules == 0
    }

    /// The lists, in the pack's order.
    pub fn lists(&self) -> &[ListRange] {
        &self.lists
    }

    /// The list that a rule stands in.
    pub fn list_of(&self, rule: RuleId) -> Option<ListRange> {
        self.lists.iter().rev().find(|list| list.first <= rule).copied()
    }

    /// Where a rule stands, and what it says. Needs the pack's texts: without them there is no line and no text.
    pub fn place<'a>(&self, pack: &'a Bytes, rule: RuleId) -> Option<RulePlace<'a>> {
        let list = self.list_of(rule)?;
        let (section, company) = self.heading(pack, rule);
        let exception = self.shape(pack, rule).flags.has(Flags::EXCEPTION);
        let line = self.line(pack, list, rule).unwrap_or(0);
        Some(RulePlace { list: list.list, line, text: self.text(pack, rule), section, company, exception })
    }

    fn line(&self, pack: &Bytes, list: ListRange, rule: RuleId) -> Option<u32> {
        let texts = pack.texts()?;
        let deltas = texts.slice(&texts.range(Section::LineDeltas).ok()?);
        let between = deltas.get(list.first as usize + 1..rule as usize + 1)?;
        let near: u32 = between.iter().filter(|&&delta| delta != LONG).map(|&delta| u32::from(delta)).sum();
        let long = texts.slice(&texts.range(Section::LongLines).ok()?);
        let far: u32 = pairs(long).filter(|&(of, _)| of > list.first && of <= rule).map(|(_, delta)| delta).sum();
        Some(list.first_line.wrapping_add(near).wrapping_add(far))
    }

    /// The heading that a rule stands under: its title, and the company it names (empty where none is).
    pub fn heading<'a>(&self, pack: &'a Bytes, rule: RuleId) -> (&'a str, &'a str) {
        const ENTRY: usize = 20;
        let table = pack.slice(&self.sections);
        let first = |n: usize| table.get(n * ENTRY..).and_then(|entry| u32_at(entry, 0)).unwrap_or(u32::MAX);
        let behind = partition(table.len() / ENTRY, |n| first(n) <= rule);
        let entry = behind.checked_sub(1).and_then(|n| table.get(n * ENTRY..));
        let name = |n: usize| -> &'a str {
            entry
                .and_then(|entry| Some((u32_at(entry, n)? as usize, u32_at(entry, n + 1)? as usize)))
                .and_then(|(at, len)| pack.slice(&self.names).get(at..at + len))
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default()
        };
        (name(1), name(3))
    }

    /// A rule as its list has it; empty where the pack's texts are needed for it and not loaded.
    pub fn text(&self, pack: &Bytes, rule: RuleId) -> String {
        let shape = self.shape(pack, rule);
        let Some(row) = self.row(pack, rule) else { return String::new() };
        let pattern = match row.kept(rule) {
            Kept::Host(at) => host_text(pack, at),
            Kept::Pattern(at) => Some(self.pattern(pack, &row, at)),
        };
        let Some(pattern) = pattern else { return String::new() };
        let mut text = Vec::with_capacity(4 + pattern.len() + shape.tail.len());
        text.extend_from_slice(shape.flags.before_pattern());
        text.extend_from_slice(pattern);
        text.extend_from_slice(shape.tail);
        String::from_utf8(text).unwrap_or_default()
    }

    #[inline]
    fn row(&self, pack: &Bytes, rule: RuleId) -> Option<Row> {
        let at = rule as usize / ROW * 12;
        let row = pack.slice(&self.rows).get(at..at + 12)?;
        Some(Row { patterns_before: u32_at(row, 0)? as usize, start: u32_at(row, 1)? as usize, hosts: u32_at(row, 2)? })
    }

    /// A pattern, without anchors and without the `^` it may end in.
    #[inline]
    fn pattern<'a>(&self, pack: &'a Bytes, row: &Row, at: usize) -> &'a [u8] {
        let lengths = pack.slice(&self.pattern_lengths);
        let column = |n: usize| lengths.get(n).copied().unwrap_or(0);
        let whole = |n: usize| match column(n) {
            LONG => {
                pairs(pack.slice(&self.long)).find(|&(of, _)| of as usize == n).map_or(0, |(_, long)| long as usize)
            }
            short => usize::from(short),
        };
        let start = row.start + (row.patterns_before..at).map(whole).sum::<usize>();
        pack.slice(&self.patterns).get(start..start.saturating_add(whole(at))).unwrap_or_default()
    }

    #[inline]
    fn shape<'a>(&self, pack: &'a Bytes, rule: RuleId) -> Shape<'a> {
        match self.row(pack, rule).map(|row| row.kept(rule)) {
            Some(Kept::Host(_)) => Shape { flags: Flags(Flags::HOST_RULE), tail: b"^" },
            Some(Kept::Pattern(at)) => self.shape_of(pack, at).unwrap_or(Shape { flags: Flags(0), tail: &[] }),
            None => Shape { flags: Flags(0), tail: &[] },
        }
    }

    #[inline]
    fn shape_of<'a>(&self, pack: &'a Bytes, pattern: usize) -> Option<Shape<'a>> {
        let at = usize::from(u16_at(pack.slice(&self.shape_index), pattern)?) * 12;
        let record = pack.slice(&self.shapes).get(at..at + 12)?;
        let (from, length) = (u32_at(record, 1)? as usize, u32_at(record, 2)? as usize);
        let tail = pack.slice(&self.tails).get(from..from.saturating_add(length))?;
        Some(Shape { flags: Flags(u32_at(record, 0)?), tail })
    }

    /// What a rule speaks of.
    pub fn flags(&self, pack: &Bytes, rule: RuleId) -> Flags {
        self.shape(pack, rule).flags
    }

    /// The parameter that a `$removeparam` rule names; empty where it means all of them.
    pub fn param<'a>(&self, pack: &'a Bytes, rule: RuleId) -> &'a [u8] {
        let shape = self.shape(pack, rule);
        rule::option(shape.flags.options(shape.tail), &[b"removeparam"]).unwrap_or_default()
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
        let mut labels = std::mem::take(&mut self.labels);
        labels.clear();
        labels.push(request.host_start());
        let dots = request.host().iter().enumerate().filter(|&(_, &byte)| byte == b'.');
        labels.extend(dots.map(|(at, _)| request.host_start() + at + 1));
        let asked = Asked { page, request, kind, third_party, pairs: Pairs::of(request.lower()), labels };
        for part in suffixes(request.host()) {
            self.try_key(pack, key_hash(Key::Host, part), part, &asked, out);
        }
        let mut hash = seed(Key::Word);
        let mut length = 0_usize;
        for &byte in request.lower() {
            if byte.is_ascii_alphanumeric() {
                hash = mix(hash, byte);
                length += 1;
                if length == START {
                    self.try_key(pack, finish(hash ^ START_MARK), &[], &asked, out);
                }
            } else {
                if length >= MIN_WORD {
                    self.try_key(pack, finish(hash), &[], &asked, out);
                }
                hash = seed(Key::Word);
                length = 0;
            }
        }
        if length >= MIN_WORD {
            self.try_key(pack, finish(hash), &[], &asked, out);
        }
        for &key in &page.keys {
            self.try_key(pack, key, &[], &asked, out);
        }
        for (rule, flags) in pairs(pack.slice(&self.always)) {
            if Flags(flags).admits(kind, third_party) {
                self.try_rule(pack, rule, &[], &asked, out);
            }
        }
        self.labels = asked.labels;
        // The same rule can be met twice (a word that stands twice), and the order of meeting means nothing.
        out.blocking.sort_unstable();
        out.blocking.dedup();
        for found in [&mut out.exceptions, &mut out.params, &mut out.param_exceptions] {
            found.sort_unstable();
            found.dedup();
        }
    }

    /// Tries the rules filed under a key. `host` is the key itself where it is a host, and else empty.
    #[inline]
    fn try_key(&mut self, pack: &Bytes, hash: u64, host: &[u8], asked: &Asked<'_>, out: &mut Matches) {
        // Most words of a URL are no rule's: a small table says so without the large ones being touched.
        let bit = filter_bit(hash);
        if pack.slice(&self.key_bits).get(bit / 8).is_none_or(|byte| byte & (1 << (bit % 8)) == 0) {
            return;
        }
        let at = bucket(hash);
        let (bases, ends) = (pack.slice(&self.bucket_bases), pack.slice(&self.bucket_ends));
        let base = u32_at(bases, at / BASE).unwrap_or(0) as usize;
        let end = usize::from(u16_at(ends, at).unwrap_or(0));
        let start = if at.is_multiple_of(BASE) { 0 } else { usize::from(u16_at(ends, at - 1).unwrap_or(0)) };
        if start >= end {
            return;
        }
        let mask = (u64::MAX << self.rule_bits) & ENTRY_MASK;
        let mark = entry(0, hash, self.rule_bits);
        let column = pack.slice(&self.bucket_entries);
        for place in base + start..base + end {
            // Read as eight bytes; the column has one more behind its last entry.
            let Some(bytes) = column.get(place * ENTRY..place * ENTRY + 8) else { return };
            let entry = bytes.try_into().map_or(0, u64::from_le_bytes) & ENTRY_MASK;
            if entry & mask == mark {
                self.try_rule(pack, (entry & !mask) as RuleId, host, asked, out);
            }
        }
    }

    #[inline]
    fn try_rule(&mut self, pack: &Bytes, rule: RuleId, host: &[u8], asked: &Asked<'_>, out: &mut Matches) {
        let Some(row) = self.row(pack, rule) else { return };
        let pattern_at = match row.kept(rule) {
            Kept::Host(at) => {
                // Filed under its host alone, and met by it: nothing else is asked of a request but its party and type.
                // Where the texts are there, they prove it.
                let proven =
                    pack.texts().is_none() || host_text(pack, at).is_none_or(|text| text.eq_ignore_ascii_case(host));
                if Flags(Flags::HOST_RULE).admits(asked.kind, asked.third_party) && proven && !host.is_empty() {
                    out.blocking.push(Match { rule, length: host.len() as u16 + 1 });
                }
                return;
            }
            Kept::Pattern(at) => at,
        };
        let Some(Shape { flags, tail }) = self.shape_of(pack, pattern_at) else { return };
        if !flags.admits(asked.kind, asked.third_party) {
            return;
        }
        let pattern = self.pattern(pack, &row, pattern_at);
        if !self.pattern_matches(pack, rule, flags, pattern, asked) {
            return;
        }
        let options = flags.options(tail);
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
            let named = rule::option(options, &[b"removeparam"]);
            if flags.has(Flags::EXCEPTION) {
                if named.is_none_or(|name| rule::has_param(asked.request.query(), name)) {
                    out.param_exceptions.push(rule);
                }
            } else if named.is_some_and(|name| rule::has_param(asked.request.query(), name)) {
                out.params.push(rule);
            }
        } else if flags.has(Flags::EXCEPTION) {
            out.exceptions.push(rule);
        } else {
            let length = pattern.len() + usize::from(flags.has(Flags::SEPARATOR_END));
            out.blocking.push(Match { rule, length: u16::try_from(length).unwrap_or(u16::MAX) });
            out.important |= flags.has(Flags::IMPORTANT);
        }
    }

    #[inline]
    fn pattern_matches(&mut self, pack: &Bytes, rule: RuleId, flags: Flags, pattern: &[u8], asked: &Asked<'_>) -> bool {
        let request = asked.request;
        if flags.has(Flags::PLAIN_HOST) {
            return rule::is_or_under(request.host(), pattern);
        }
        if flags.has(Flags::REGEX) {
            return self.regex_matches(pack, rule, flags, pattern, request);
        }
        let hay = request.lower();
        if !asked.pairs.can_hold(rule::head(pattern)) {
            return false;
        }
        let end = rule::End { separator: flags.has(Flags::SEPARATOR_END), last: flags.has(Flags::RIGHT_ANCHOR) };
        if flags.has(Flags::HOST_ANCHOR) {
            let first = pattern.first().map(u8::to_ascii_lowercase).filter(|first| !matches!(first, b'*' | b'^'));
            return asked.labels.iter().any(|&at| {
                (first.is_none() || first == hay.get(at).copied()) && rule::glob(pattern, hay, at, false, end)
            });
        }
        if flags.has(Flags::LEFT_ANCHOR) {
            rule::glob(pattern, hay, 0, false, end)
        } else {
            rule::glob_anywhere(pattern, hay, end)
        }
    }

    fn regex_matches(&mut self, pack: &Bytes, rule: RuleId, flags: Flags, pattern: &[u8], request: &Address) -> bool {
        let hay = if flags.has(Flags::MATCH_CASE) { request.exact() } else { request.lower() };
        // Most URLs are too short, too long or end otherwise: then it need not even be compiled.
        if !self.could_match(pack, rule, hay) {
            return false;
        }
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
        self.regexes.get(at).and_then(|(_, regex)| regex.as_ref()).is_some_and(|regex| regex.is_match(hay))
    }

    /// Whether a URL has the length and the ending of those that a rule's regular expression matches.
    fn could_match(&self, pack: &Bytes, rule: RuleId, hay: &[u8]) -> bool {
        let shapes = pack.slice(&self.regex_shapes);
        let of = |n: usize| shapes.get(n * REGEX_SHAPE..).and_then(|row| u32_at(row, 0)).unwrap_or(u32::MAX);
        let at = partition(shapes.len() / REGEX_SHAPE, |n| of(n) < rule);
        let Some(row) = shapes.get(at * REGEX_SHAPE..(at + 1) * REGEX_SHAPE).filter(|_| of(at) == rule) else {
            return true;
        };
        let length = hay.len() as u32;
        if u32_at(row, 1).is_some_and(|least| length < least) || u32_at(row, 2).is_some_and(|most| length > most) {
            return false;
        }
        let sets = row.get(12..).unwrap_or_default().chunks_exact(16);
        hay.iter().rev().zip(sets).all(|(&byte, set)| {
            !byte.is_ascii() || set.get(usize::from(byte / 8)).is_some_and(|bits| bits & (1 << (byte % 8)) != 0)
        })
    }
}

/// The first of `0..length` for which `before` does not hold, where it holds for all in front and for none behind.
fn partition(length: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, length);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// The text of a host among the rules that are a host and nothing else.
fn host_text(pack: &Bytes, at: usize) -> Option<&[u8]> {
    let texts = pack.texts()?;
    let (start, end) = {
        let ends = texts.slice(&texts.range(Section::HostEnds).ok()?);
        (at.checked_sub(1).map_or(Some(0), |before| u32_at(ends, before))?, u32_at(ends, at)?)
    };
    texts.slice(&texts.range(Section::Hosts).ok()?).get(start as usize..end as usize)
}

fn pairs(column: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    column.chunks_exact(8).filter_map(|pair| Some((u32_at(pair, 0)?, u32_at(pair, 1)?)))
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
    pairs: Pairs,
    /// Where the host's labels start.
    labels: Vec<usize>,
}
