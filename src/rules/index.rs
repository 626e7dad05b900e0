//! Which rules match a request. An index of our own, because we ask another question than a blocker: not "is there a
//! rule" but "which rules, in which list, on which line", for every request, on a phone. docs/design.md has the figures.
//!
//! Every rule is filed under the rarest thing that any URL it matches must have: a host, a word of the URL, or the
//! page's own domain. A request looks up its own hosts and words, and tries the few rules it finds there. What
//! `blocklist.rs` takes in is checked against the `adblock` crate's own answers by `tests/agreement.rs`.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

pub use super::columns::View;
use super::columns::{Columns, HOLDS, Kept, Shape, pairs, partition};
use super::pack::{Bytes, Section, u16_at, u32_at};
use super::regexes;
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
/// How many hosts share a start in [`Section::HostStarts`].
pub const HOSTS: usize = 64;
/// How many rules share a row of [`Section::RuleRows`].
pub const ROW: usize = 32;
/// How many bytes an entry of a bucket has.
pub const ENTRY: usize = 6;
/// How many bytes a row of [`Section::AlwaysRules`] has.
pub const ALWAYS: usize = 12;
/// Shortest word of a URL that is looked up, in bytes.
pub const MIN_WORD: usize = 1;
/// How many bytes of a word make a [`Key::Start`].
pub const START: usize = 4;
/// How many of a URL's last bytes [`Section::RegexShapes`] speaks of.
pub const ENDING: usize = 8;
/// How many bytes of a text that a regular expression's matches must hold.
pub const LITERAL: usize = 16;
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

/// The number of our own list: what `lists/actors` names. The other bundled lists have numbers below it.
pub const OWN_LIST: u32 = 1000;

/// The number of the list that is made of ClearURLs' data.
pub const CLEARURLS: u32 = 999;
/// What its rules about the addresses of every site stand under.
pub const EVERY_SITE: &str = "globalRules";

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

/// The hash of a key: its high bits choose a bucket, its low ones tell it apart there, and the last one says whether it
/// is a host's. The bytes must be in lower case.
pub fn key_hash(kind: Key, bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(seed(kind), |hash, &byte| mix(hash, byte));
    let hash = finish(if kind == Key::Start { hash ^ START_MARK } else { hash });
    if kind == Key::Host { hash | OF_HOST } else { hash }
}

/// The bit of a key's hash that only hosts have.
const OF_HOST: u64 = 1;

/// FNV leaves the high bits of short words poor, so they are stirred once more (MurmurHash3's last step).
#[inline]
fn finish(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash ^ (hash >> 33)) & !OF_HOST
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
/// With 175,000 rules that is 29 bits (and the one that says "host") beside the 16 that chose the bucket: another key's
/// rules are told by it without being looked at, and a host has a rule of another by chance once in some 5 × 10^7 requests.
///
/// A host alone can decide, where the rule is a host and nothing else (`only_host`). Everywhere else the pattern is looked
/// at, so the key may be less exact: the highest 20 bits are two pairs of bytes ([`Pairs::place`]) that every URL which the
/// rule matches has. Most rules that share a word or a host with a URL are told by them without being looked at.
#[inline]
pub fn entry(rule: RuleId, hash: u64, rule_bits: u32, only_host: bool, pairs: TwoPairs) -> u64 {
    let hash = if only_host { hash } else { hash & !OF_HOST };
    let whole = (u64::from(rule) | (hash << rule_bits)) & ENTRY_MASK;
    if only_host { whole } else { (whole & !PAIRS_MASK) | (u64::from(pairs.0) << PAIRS_SHIFT) }
}

/// How many bits a rule's number can have at most: above it stand the bit that says "host", and the pairs.
pub const MAX_RULE_BITS: u32 = PAIRS_SHIFT - 1;

/// The places of two pairs of bytes that every URL has which a rule matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoPairs(pub u32);

impl TwoPairs {
    /// Of two places; [`Pairs::ALWAYS`] where there is none.
    pub fn new(first: usize, second: usize) -> Self {
        Self((first as u32) << Pairs::BITS | second as u32)
    }

    /// Whether a URL has both.
    #[inline]
    fn are_in(self, pairs: &Pairs) -> bool {
        const PLACE: usize = (1 << Pairs::BITS) - 1;
        pairs.has((self.0 >> Pairs::BITS) as usize & PLACE) && pairs.has(self.0 as usize & PLACE)
    }
}

const ENTRY_MASK: u64 = (1 << (ENTRY * 8)) - 1;
const PAIRS_SHIFT: u32 = ENTRY as u32 * 8 - 2 * Pairs::BITS;
const PAIRS_MASK: u64 = ENTRY_MASK & (u64::MAX << PAIRS_SHIFT);

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
#[derive(Debug, Default, Clone, PartialEq, Eq)]
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
    /// There were rules that were not tried to the end: they would have cost more than the request may.
    pub over: bool,
}

impl Matches {
    fn clear(&mut self) {
        self.blocking.clear();
        self.exceptions.clear();
        self.params.clear();
        self.param_exceptions.clear();
        self.important = false;
        self.over = false;
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

/// The rules of a pack.
#[derive(Debug)]
pub struct Index {
    columns: Columns,
    sections: Range<usize>,
    names: Range<usize>,
    lists: Vec<ListRange>,
    own: Range<RuleId>,
    regexes: Regexes,
    labels: Vec<usize>,
    keys: Vec<u64>,
    /// Rules to be looked at; and where the host starts in the URL that led to each, if one did.
    candidates: Vec<(RuleId, usize)>,
}

impl Index {
    /// Takes its place in a checked pack. Nothing is read but the few list ranges.
    pub fn open(pack: &Bytes) -> Result<Self, Error> {
        let lists: Vec<ListRange> = pack
            .slice(&pack.range(Section::ListRanges)?)
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
        let own = lists.iter().find(|list| list.list == OWN_LIST);
        Ok(Self {
            own: own.map_or(0..0, |list| list.first..list.first.saturating_add(list.rules)),
            columns: Columns::open(pack, rules)?,
            sections: pack.range(Section::ListSections)?,
            names: pack.range(Section::Names)?,
            lists,
            regexes: Regexes::default(),
            labels: Vec::new(),
            keys: Vec::new(),
            candidates: Vec::new(),
        })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.columns.rules()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rules are tried for every request, and how many are regular expressions.
    pub fn always_and_regexes(&self, pack: &Bytes) -> (usize, usize) {
        let view = self.columns.view(pack);
        (view.always.len() / ALWAYS, view.regexes())
    }

    /// How many states its regular expressions have together.
    pub fn states(&self, pack: &Bytes) -> u32 {
        let view = self.columns.view(pack);
        let pattern = |rule| match view.row(rule)?.kept(rule) {
            Kept::Pattern(at) => std::str::from_utf8(view.pattern(&view.row(rule)?, at)).ok(),
            Kept::Host(_) => None,
        };
        view.regex_rules().filter_map(pattern).filter_map(regexes::states).fold(0, u32::saturating_add)
    }

    /// Counts what regular expressions cost, and keeps so many of them compiled. A list that a person added has them all:
    /// compiled anew for each request they would cost more than they do in memory.
    pub fn count_regexes(&mut self, most: usize) {
        (self.regexes.most, self.regexes.counted) = (most, true);
    }

    /// How many entries each bucket has.
    pub fn buckets(&self, pack: &Bytes) -> impl Iterator<Item = u32> {
        let view = self.columns.view(pack);
        (0..1 << BUCKET_BITS).map(move |at| in_bucket(&view, at).len() as u32)
    }

    /// The lists, in the pack's order.
    pub fn lists(&self) -> &[ListRange] {
        &self.lists
    }

    /// Whether our own list is among the lists.
    pub fn has_own(&self) -> bool {
        !self.own.is_empty()
    }

    /// Whether a rule is one of our own list: then the company over it is an actor's id.
    pub fn is_own(&self, rule: RuleId) -> bool {
        self.own.contains(&rule)
    }

    /// The columns, for several calls of [`Index::own_at`].
    pub fn view<'a>(&self, pack: &'a Bytes) -> View<'a> {
        self.columns.view(pack)
    }

    /// The rule of our own list that names exactly this host, whose hash as a [`Key::Host`] is given.
    #[inline]
    pub fn own_at(&self, view: &View<'_>, host: &[u8], hash: u64) -> Option<RuleId> {
        if !may_be_filed(view, hash) {
            return None;
        }
        filed(view, hash, |rule, _| {
            let kept = self.own.contains(&rule).then(|| view.row(rule).map(|row| row.kept(rule))).flatten();
            match kept {
                Some(Kept::Host(at)) if view.host(at).is_none_or(|parts| is_all(host, parts)) => Some(rule),
                _ => None,
            }
        })
    }

    /// The list that a rule stands in.
    pub fn list_of(&self, rule: RuleId) -> Option<ListRange> {
        self.lists.iter().rev().find(|list| list.first <= rule).copied()
    }

    /// Whether a rule is one of ClearURLs'.
    pub fn of_clearurls(&self, rule: RuleId) -> bool {
        self.list_of(rule).is_some_and(|list| list.list == CLEARURLS)
    }

    /// Whether an exception speaks of a rule. One of ClearURLs' speaks of the rules of its own provider only; those of other
    /// lists speak of all rules but ClearURLs'.
    pub fn speaks_of(&self, pack: &Bytes, exception: RuleId, rule: RuleId) -> bool {
        match (self.of_clearurls(exception), self.of_clearurls(rule)) {
            (false, false) => true,
            (true, true) => self.heading(pack, exception) == self.heading(pack, rule),
            _ => false,
        }
    }

    /// Whether a rule says at which host, or under which.
    pub fn names_a_host(&self, pack: &Bytes, rule: RuleId) -> bool {
        let flags = self.flags(pack, rule);
        flags.has(Flags::HOST_ANCHOR) || flags.has(Flags::PLAIN_HOST)
    }

    /// Where a rule stands, and what it says. Needs the pack's texts: without them there is no line and no text.
    pub fn place<'a>(&self, pack: &'a Bytes, rule: RuleId) -> Option<RulePlace<'a>> {
        let list = self.list_of(rule)?;
        let (section, company) = self.heading(pack, rule);
        let exception = self.flags(pack, rule).has(Flags::EXCEPTION);
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
        self.columns.view(pack).text(rule).unwrap_or_default()
    }

    /// What a rule speaks of.
    pub fn flags(&self, pack: &Bytes, rule: RuleId) -> Flags {
        self.columns.view(pack).shape(rule).flags
    }

    /// The parameter that a `$removeparam` rule names; empty where it means all of them.
    pub fn param<'a>(&self, pack: &'a Bytes, rule: RuleId) -> &'a [u8] {
        let shape = self.columns.view(pack).shape(rule);
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
        self.matches_within(pack, (page, request, kind, third_party), &mut { u64::MAX }, out);
    }

    /// The same for a list that may cost so many steps, of which it takes those that it makes.
    pub fn matches_within(
        &mut self,
        pack: &Bytes,
        (page, request, kind, third_party): (&PageContext, &Address, RequestType, bool),
        steps: &mut u64,
        out: &mut Matches,
    ) {
        out.clear();
        let mut labels = std::mem::take(&mut self.labels);
        labels.clear();
        labels.push(request.host_start());
        let dots = request.host().iter().enumerate().filter(|&(_, &byte)| byte == b'.');
        labels.extend(dots.map(|(at, _)| request.host_start() + at + 1));
        let mut pairs = Pairs::none();
        let view = self.columns.view(pack);
        self.keys.clear();
        self.keys.extend(suffixes(request.host()).map(|part| key_hash(Key::Host, part)));
        let hosts = self.keys.len();
        words(request.lower(), &mut self.keys, &mut pairs);
        let asked = Asked { page, request, kind, third_party, pairs, labels };
        self.keys.extend_from_slice(&page.keys);
        // Step by step for all keys, not key by key: what one step waits for in memory is then waited for once.
        self.candidates.clear();
        for (at, &hash) in self.keys.iter().enumerate().take(hosts) {
            let label = asked.labels.get(at).copied().unwrap_or_default();
            if may_be_filed(&view, hash) {
                filed(&view, hash, |rule, pairs| {
                    if pairs.is_none_or(|pairs| pairs.are_in(&asked.pairs)) {
                        self.candidates.push((rule, label));
                    }
                    None::<()>
                });
            }
        }
        self.keys.drain(..hosts);
        keep_filed(&view, &mut self.keys);
        for &hash in &self.keys {
            filed(&view, hash, |rule, pairs| {
                if pairs.is_none_or(|pairs| pairs.are_in(&asked.pairs)) {
                    self.candidates.push((rule, usize::MAX));
                }
                None::<()>
            });
        }
        for always in view.always.chunks_exact(ALWAYS) {
            let (Some(rule), Some(flags), Some(two)) = (u32_at(always, 0), u32_at(always, 1), u32_at(always, 2)) else {
                break;
            };
            if Flags(flags).admits(kind, third_party) && TwoPairs(two).are_in(&asked.pairs) {
                self.candidates.push((rule, usize::MAX));
            }
        }
        let mut search = Search { view: &view, regexes: &mut self.regexes, asked: &asked, steps, out };
        for &(rule, label) in &self.candidates {
            search.try_rule(rule, request.lower().get(label..request.host_end()).unwrap_or_default());
        }
        self.labels = asked.labels;
        // The same rule can be met twice (by two of the words it is filed under), and the order of meeting means nothing.
        out.blocking.sort_unstable();
        out.blocking.dedup();
        for found in [&mut out.exceptions, &mut out.params, &mut out.param_exceptions] {
            found.sort_unstable();
            found.dedup();
        }
    }
}

/// The hashes of a URL's words and of their starts; and its pairs of bytes, on the same way through.
fn words(url: &[u8], keys: &mut Vec<u64>, pairs: &mut Pairs) {
    let mut hash = seed(Key::Word);
    let mut length = 0_usize;
    let mut before = 0;
    for &byte in url {
        pairs.put(before, byte);
        before = byte;
        if byte.is_ascii_alphanumeric() {
            hash = mix(hash, byte);
            length += 1;
            if length == START {
                keys.push(finish(hash ^ START_MARK));
            }
        } else {
            if length >= MIN_WORD {
                keys.push(finish(hash));
            }
            hash = seed(Key::Word);
            length = 0;
        }
    }
    if length >= MIN_WORD {
        keys.push(finish(hash));
    }
}

/// Leaves the keys that a rule may be filed under, each once: a word that stands a thousand times in a URL is looked up once.
fn keep_filed(view: &View<'_>, keys: &mut Vec<u64>) {
    let mut kept = 0;
    // Without a branch that cannot be foretold: most are no rule's, and which is chance.
    for at in 0..keys.len() {
        let key = keys.get(at).copied().unwrap_or_default();
        if let Some(place) = keys.get_mut(kept) {
            *place = key;
        }
        kept += usize::from(may_be_filed(view, key));
    }
    keys.truncate(kept);
    let mut at = 1;
    while let Some((before, [key, ..])) = keys.split_at_checked(at) {
        if before.contains(key) {
            keys.swap_remove(at);
        } else {
            at += 1;
        }
    }
}

/// One request's way through the rules.
struct Search<'a> {
    view: &'a View<'a>,
    regexes: &'a mut Regexes,
    asked: &'a Asked<'a>,
    steps: &'a mut u64,
    out: &'a mut Matches,
}

impl Search<'_> {
    /// `host` is the key that led to the rule where that is a host, and else empty.
    #[inline]
    fn try_rule(&mut self, rule: RuleId, host: &[u8]) {
        let asked = self.asked;
        let Some(row) = self.view.row(rule) else { return };
        let pattern_at = match row.kept(rule) {
            Kept::Host(at) => {
                // Filed under its host alone, and met by it: nothing else is asked of a request but its party and type.
                // Where the texts are there, they prove it.
                let proven = || self.view.host(at).is_none_or(|parts| is_all(host, parts));
                if !host.is_empty() && Flags(Flags::HOST_RULE).admits(asked.kind, asked.third_party) && proven() {
                    self.out.blocking.push(Match { rule, length: host.len() as u16 + 1 });
                }
                return;
            }
            Kept::Pattern(at) => at,
        };
        let Some(Shape { flags, tail }) = self.view.shape_of(pattern_at) else { return };
        if !flags.admits(asked.kind, asked.third_party) {
            return;
        }
        let pattern = self.view.pattern(&row, pattern_at);
        if !self.pattern_matches(rule, flags, pattern) {
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
                    self.out.param_exceptions.push(rule);
                }
            } else if named.is_some_and(|name| rule::has_param(asked.request.query(), name)) {
                self.out.params.push(rule);
            }
        } else if flags.has(Flags::EXCEPTION) {
            self.out.exceptions.push(rule);
        } else {
            let length = pattern.len() + usize::from(flags.has(Flags::SEPARATOR_END));
            self.out.blocking.push(Match { rule, length: u16::try_from(length).unwrap_or(u16::MAX) });
            self.out.important |= flags.has(Flags::IMPORTANT);
        }
    }

    #[inline]
    fn pattern_matches(&mut self, rule: RuleId, flags: Flags, pattern: &[u8]) -> bool {
        let asked = self.asked;
        let request = asked.request;
        if flags.has(Flags::PLAIN_HOST) {
            return rule::is_or_under(request.host(), pattern);
        }
        if flags.has(Flags::REGEX) {
            let hay = if flags.has(Flags::MATCH_CASE) { request.exact() } else { request.lower() };
            // Most URLs are too short, too long or end otherwise: then it need not even be compiled.
            if !self.view.could_match(rule, hay, &asked.pairs) {
                return false;
            }
            if self.regexes.counted {
                match self.steps.checked_sub(HOLDS * hay.len() as u64) {
                    Some(left) => *self.steps = left,
                    None => {
                        self.out.over = true;
                        return false;
                    }
                }
            }
            if !self.view.could_hold(rule, hay) {
                return false;
            }
            let found = self.regexes.matches(rule, pattern, flags.has(Flags::MATCH_CASE), hay, self.steps);
            self.out.over |= found.is_none();
            return found == Some(true);
        }
        let hay = request.lower();
        if !pattern.split(|byte| matches!(byte, b'*' | b'^')).all(|part| asked.pairs.can_hold(part)) {
            return false;
        }
        let end = rule::End { separator: flags.has(Flags::SEPARATOR_END), last: flags.has(Flags::RIGHT_ANCHOR) };
        let found = if flags.has(Flags::HOST_ANCHOR) {
            let first = pattern.first().map(u8::to_ascii_lowercase).filter(|first| !matches!(first, b'*' | b'^'));
            let labels = asked.labels.iter().copied();
            let places = labels.filter(|&at| first.is_none() || first == hay.get(at).copied());
            rule::glob_at_first(pattern, hay, places, end, self.steps)
        } else if flags.has(Flags::LEFT_ANCHOR) {
            rule::glob(pattern, hay, 0, false, end, self.steps)
        } else {
            rule::glob_anywhere(pattern, hay, end, self.steps)
        };
        self.out.over |= *self.steps == 0;
        found
    }
}

/// Whether any rule may be filed under a key. Most words of a URL are no rule's: a small table says so without the large ones
/// being touched.
#[inline]
fn may_be_filed(view: &View<'_>, hash: u64) -> bool {
    let bit = filter_bit(hash);
    view.key_bits.get(bit / 8).is_some_and(|byte| byte & (1 << (bit % 8)) != 0)
}

/// Goes through the rules filed under a key, until one of them gives something. Each comes with two pairs of bytes that every
/// URL has which it matches; not where it is a host and nothing else.
#[inline]
fn filed<T>(view: &View<'_>, hash: u64, mut found: impl FnMut(RuleId, Option<TwoPairs>) -> Option<T>) -> Option<T> {
    let rule_mask = !(u64::MAX << view.rule_bits);
    let key_mask = ENTRY_MASK & !rule_mask;
    let hosts_alone = hash << view.rule_bits & key_mask;
    let others = (hash & !OF_HOST) << view.rule_bits & key_mask & !PAIRS_MASK;
    for place in in_bucket(view, bucket(hash)) {
        // Read as eight bytes; the column has two more behind its last entry.
        let bytes = view.bucket_entries.get(place * ENTRY..place * ENTRY + 8)?;
        let entry = bytes.try_into().map_or(0, u64::from_le_bytes) & ENTRY_MASK;
        let pairs = if entry & key_mask & !PAIRS_MASK == others {
            Some(TwoPairs((entry >> PAIRS_SHIFT) as u32))
        } else if entry & key_mask == hosts_alone && hash & OF_HOST != 0 {
            None
        } else {
            continue;
        };
        if let Some(found) = found((entry & rule_mask) as RuleId, pairs) {
            return Some(found);
        }
    }
    None
}

/// Where the entries of a bucket lie.
#[inline]
fn in_bucket(view: &View<'_>, at: usize) -> Range<usize> {
    let base = u32_at(view.bucket_bases, at / BASE).unwrap_or(0) as usize;
    let end = usize::from(u16_at(view.bucket_ends, at).unwrap_or(0));
    let start = if at.is_multiple_of(BASE) { 0 } else { usize::from(u16_at(view.bucket_ends, at - 1).unwrap_or(0)) };
    base + start..base + end
}

/// Whether a host is these texts, one behind the other, without regard to case.
fn is_all(mut host: &[u8], parts: [&[u8]; 4]) -> bool {
    for part in parts {
        match host.split_at_checked(part.len()) {
            Some((front, back)) if front.eq_ignore_ascii_case(part) => host = back,
            _ => return false,
        }
    }
    host.is_empty()
}

/// The regular expressions met so far.
#[derive(Debug)]
struct Regexes {
    known: Vec<Known>,
    most: usize,
    counted: bool,
}

impl Default for Regexes {
    fn default() -> Self {
        Self { known: Vec::new(), most: MAX_REGEXES, counted: false }
    }
}

#[derive(Debug)]
struct Known {
    rule: RuleId,
    /// 0 where nobody counts them.
    states: u64,
    /// None until it is run; within, none where it cannot be compiled.
    compiled: Option<Option<Regex>>,
}

impl Regexes {
    /// None where it would take more steps than are left: then it is neither compiled nor run.
    fn matches(&mut self, rule: RuleId, pattern: &[u8], match_case: bool, hay: &[u8], steps: &mut u64) -> Option<bool> {
        let at = match self.known.iter().position(|known| known.rule == rule) {
            Some(at) => at,
            None => {
                // The oldest goes first: a page that wants many of them costs time, never memory.
                if self.known.len() >= self.most {
                    self.known.remove(0);
                }
                let counted = std::str::from_utf8(pattern).ok().filter(|_| self.counted);
                let states = counted.and_then(regexes::states).map_or(0, u64::from);
                self.known.push(Known { rule, states, compiled: None });
                self.known.len() - 1
            }
        };
        let known = self.known.get_mut(at)?;
        *steps = steps.checked_sub(known.states * hay.len() as u64)?;
        let regex = known.compiled.get_or_insert_with(|| compile_regex(pattern, match_case));
        Some(regex.as_ref().is_some_and(|regex| regex.is_match(hay)))
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
    pairs: Pairs,
    /// Where the host's labels start.
    labels: Vec<usize>,
}
