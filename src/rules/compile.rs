//! Makes a pack from lists that were read: lists come in, bytes go out, and the same lists always give the same bytes. What
//! only the bundled lists have (owners, hosts kept apart) is `bundle`'s. Written for size: the extension carries it.

use std::collections::BTreeMap;

use super::index::{
    BASE, BUCKET_BITS, ENTRY, FILTER_BITS, Key, LONG, MAX_RULE_BITS, MIN_WORD, ROW, START, TwoPairs, bucket, entry,
    filter_bit, key_hash, rule_bits,
};
use super::list::{List, Parsed};
use super::pack::{self, Counted, ListInfo, Part, Section};
use super::regexes::{self, KeySet, key_set};
use super::rule::{Flags, Pairs};
use crate::error::Error;

/// A list to compile.
#[derive(Debug)]
pub struct ListSource<'a> {
    /// Its publisher's number for it.
    pub id: u32,
    /// Which technique a match of it means: a position in [`crate::detectors::DETECTORS`].
    pub technique: u32,
    /// The package it comes from, with version.
    pub source: String,
    /// Its licence (SPDX; of a list that a person added, as the list says it).
    pub licence: String,
    /// To whom its licence wants it ascribed; empty where it does not say.
    pub attribution: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// What it says.
    pub list: List<'a>,
}

/// Compiles a list that a person added into a pack of its own, its rules filed as is said. It has no owners, and keeps its
/// hosts with its other patterns.
pub fn added(list: &ListSource<'_>, filing: &Filing) -> Result<Vec<u8>, Error> {
    let compiled = Compiled::filed(std::slice::from_ref(list), false, Some(filing))?;
    let none = pack::HOST_SECTIONS.map(|section| (section, Vec::new()));
    Ok(compiled.write(Vec::new(), none, Vec::new()))
}

/// Lists, compiled, and not yet put together.
pub struct Compiled {
    /// Names that lists and owners share.
    pub names: Names,
    /// Hosts of the rules that are a host and nothing else, where these are kept apart.
    pub hosts: Vec<String>,
    columns: Columns,
    filed: Filed,
    /// What is told of each list, and of the data beside them.
    pub lists: Vec<ListInfo>,
}

impl Compiled {
    /// Compiles lists. `hosts_apart`: rules that are a host and nothing else are kept as hosts, which packs better where they
    /// are many.
    pub fn of(lists: &[ListSource<'_>], hosts_apart: bool) -> Result<Self, Error> {
        Self::filed(lists, hosts_apart, None)
    }

    fn filed(lists: &[ListSource<'_>], hosts_apart: bool, filing: Option<&Filing>) -> Result<Self, Error> {
        let (mut names, mut columns) = (Names::default(), Columns::default());
        let mut infos = Vec::new();
        let mut all: Vec<&Parsed<'_>> = Vec::new();
        for source in lists {
            let list = &source.list;
            if list.rules.is_empty() {
                return Err(Error::List(format!("list {} has no rules", source.id)));
            }
            let before = all.len();
            columns.list(source, hosts_apart, &mut names, &mut all);
            let mut skipped: BTreeMap<String, u64> = BTreeMap::new();
            for (why, left) in &list.skipped.0 {
                skipped.insert(why.clone(), left.count);
            }
            let left = list.rules.len() - (all.len() - before);
            if left > 0 {
                skipped.insert("too-many-different-options".to_owned(), left as u64);
            }
            infos.push(ListInfo {
                id: source.id,
                title: list.title.clone(),
                version: list.version.clone(),
                date: list.date.clone(),
                licence: source.licence.clone(),
                attribution: source.attribution.clone(),
                source: source.source.clone(),
                sha256: source.sha256.clone(),
                rules: (all.len() - before) as u64,
                skipped: skipped.into_iter().map(|(why, count)| Counted { why, count }).collect(),
            });
        }
        let filed = match filing {
            // What had no room in the columns was left out since.
            Some(filing) => file(&all, &columns.hosts, &|at| {
                filing.keys(columns.kept.get(at).map_or(usize::MAX, |&kept| kept as usize))
            }),
            None => {
                let filing = Filing::of(&all, &columns.hosts, usize::MAX);
                file(&all, &columns.hosts, &|at| filing.keys(at))
            }
        }?;
        Ok(Self { names, hosts: std::mem::take(&mut columns.host_texts), columns, filed, lists: infos })
    }

    /// The pack, its texts and its shelf: with these sections more in the pack, these of the texts' hosts, and these on the
    /// shelf.
    pub fn write(self, more: Vec<Part>, hosts: [Part; 5], shelf: Vec<Part>) -> Vec<u8> {
        let (columns, filed) = (self.columns, self.filed);
        let mut sections = vec![
            (Section::Lists, ListInfo::to_json(&self.lists)),
            (Section::RuleRows, u32s(&columns.rows())),
            (Section::PatternLengths, columns.pattern_lengths),
            (Section::LongPatterns, u32s(&columns.long_patterns)),
            (Section::ShapeIndex, u16s(&columns.shape_index)),
            (Section::Shapes, u32s(&columns.shapes)),
            (Section::Tails, columns.tails),
            (Section::RegexShapes, columns.regex_shapes),
            (Section::ListRanges, u32s(&columns.list_ranges)),
            (Section::ListSections, u32s(&columns.list_sections)),
            (Section::KeyBits, filed.key_bits),
            (Section::BucketBases, u32s(&filed.bases)),
            (Section::BucketEnds, u16s(&filed.ends)),
            (Section::BucketEntries, filed.entries),
            (Section::AlwaysRules, u32s(&filed.always)),
        ];
        sections.extend(more);
        sections.extend([(Section::Names, self.names.bytes), (Section::Patterns, columns.patterns)]);
        let mut texts =
            vec![(Section::LineDeltas, columns.line_deltas), (Section::LongLines, u32s(&columns.long_lines))];
        texts.extend(hosts);
        pack::write(&sections, texts, shelf)
    }
}

/// Names kept once, one after the other.
#[derive(Default)]
pub struct Names {
    bytes: Vec<u8>,
    known: BTreeMap<String, u32>,
}

impl Names {
    /// Where a name lies: its first byte.
    pub fn put(&mut self, name: &str) -> u32 {
        if let Some(&at) = self.known.get(name) {
            return at;
        }
        let at = self.bytes.len() as u32;
        self.bytes.extend_from_slice(name.as_bytes());
        self.known.insert(name.to_owned(), at);
        at
    }
}

#[derive(Default)]
struct Columns {
    /// A rule each: whether it is a host and nothing else, and where in `patterns` the next pattern starts.
    hosts: Vec<bool>,
    starts: Vec<u32>,
    patterns: Vec<u8>,
    pattern_lengths: Vec<u8>,
    long_patterns: Vec<u32>,
    shape_index: Vec<u16>,
    shapes: Vec<u32>,
    tails: Vec<u8>,
    regex_shapes: Vec<u8>,
    list_ranges: Vec<u32>,
    list_sections: Vec<u32>,
    host_texts: Vec<String>,
    line_deltas: Vec<u8>,
    long_lines: Vec<u32>,
    /// A rule each: which of its list it is.
    kept: Vec<u32>,
    /// Shapes by flags and tail, and where each tail stands.
    known_shapes: BTreeMap<String, u32>,
    known_tails: BTreeMap<String, u32>,
}

impl Columns {
    /// Adds a list's rules, to `all` too. Leaves out what has no room: rules whose options make shape number 65,536.
    fn list<'a>(
        &mut self,
        source: &'a ListSource<'_>,
        hosts_apart: bool,
        names: &mut Names,
        all: &mut Vec<&'a Parsed<'a>>,
    ) {
        let list = &source.list;
        let first = all.len();
        let (mut before, mut section) = (None, None);
        for (at, rule) in list.rules.iter().enumerate() {
            let pattern = match rule.pattern.strip_suffix('^') {
                Some(rest) if rule.flags.has(Flags::SEPARATOR_END) => rest,
                _ => rule.pattern,
            };
            let tail = rule.text.get(rule.flags.before_pattern().len() + pattern.len()..).unwrap_or_default();
            let id = all.len() as u32;
            let host = hosts_apart && rule.flags.0 == Flags::HOST_RULE && tail == "^";
            let shape = if host { None } else { Some(self.shape(rule.flags, tail)) };
            if shape == Some(None) {
                continue;
            }
            self.starts.push(self.patterns.len() as u32);
            if let Some(shape) = shape.flatten() {
                let length = short(pattern.len() as u32);
                if length == LONG {
                    self.long_patterns.extend([self.shape_index.len() as u32, pattern.len() as u32]);
                }
                self.shape_index.push(shape);
                self.pattern_lengths.push(length);
                self.patterns.extend_from_slice(pattern.as_bytes());
            } else {
                self.host_texts.push(pattern.to_owned());
            }
            self.hosts.push(host);
            if rule.flags.has(Flags::REGEX)
                && let Some(shape) = regexes::shape(pattern)
            {
                self.regex_shapes.extend(u32s(&[id, shape.least, shape.most]));
                self.regex_shapes.extend(shape.ending.iter().flat_map(|set| set.to_le_bytes()));
                self.regex_shapes.extend(shape.literal);
                self.regex_shapes.extend(shape.run.0.to_le_bytes());
                self.regex_shapes.extend(shape.run.1.to_le_bytes());
            }
            let delta = rule.line.saturating_sub(before.unwrap_or(rule.line));
            before = Some(rule.line);
            if short(delta) == LONG {
                self.long_lines.extend([id, delta]);
            }
            self.line_deltas.push(short(delta));
            if section != Some(rule.section) {
                section = Some(rule.section);
                let heading = list.headings.get(rule.section).cloned().unwrap_or_default();
                self.list_sections.extend([
                    id,
                    names.put(&heading.title),
                    heading.title.len() as u32,
                    names.put(&heading.company),
                    heading.company.len() as u32,
                ]);
            }
            all.push(rule);
            self.kept.push(at as u32);
        }
        let first_line = all.get(first).map_or(0, |rule| rule.line);
        let rules = (all.len() - first) as u32;
        self.list_ranges.extend([source.id, first as u32, rules, first_line, source.technique]);
    }

    fn rows(&self) -> Vec<u32> {
        let mut patterns_before = 0;
        let rows = self.hosts.chunks(ROW).zip(self.starts.iter().step_by(ROW));
        rows.flat_map(|(row, &start)| {
            let hosts = row.iter().enumerate().fold(0, |hosts, (bit, &host)| hosts | u32::from(host) << bit);
            let before = patterns_before;
            patterns_before += row.iter().filter(|&&host| !host).count() as u32;
            [before, start, hosts]
        })
        .collect()
    }

    fn shape(&mut self, flags: Flags, tail: &str) -> Option<u16> {
        let key = format!("{} {tail}", flags.0);
        if let Some(&at) = self.known_shapes.get(&key) {
            return u16::try_from(at).ok();
        }
        let at = u16::try_from(self.known_shapes.len()).ok()?;
        let from = match self.known_tails.get(tail) {
            Some(&from) => from,
            None => {
                let from = self.tails.len() as u32;
                self.tails.extend_from_slice(tail.as_bytes());
                self.known_tails.insert(tail.to_owned(), from);
                from
            }
        };
        self.shapes.extend([flags.0, from, tail.len() as u32]);
        self.known_shapes.insert(key, u32::from(at));
        Some(at)
    }
}

/// What stands in a column of bytes for a number.
fn short(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(LONG)
}

struct Filed {
    key_bits: Vec<u8>,
    bases: Vec<u32>,
    ends: Vec<u16>,
    entries: Vec<u8>,
    always: Vec<u32>,
}

/// Words that every URL has one of: a rule filed there would be tried for each request.
const EVERYWHERE: [&str; 4] = ["https", "http", "wss", "ws"];
/// Words that many URLs have, though few rules do.
const FREQUENT: [&str; 30] = [
    "www", "com", "net", "org", "js", "html", "min", "id", "cdn", "api", "static", "assets", "images", "image", "img",
    "media", "css", "png", "jpg", "gif", "svg", "json", "php", "true", "false", "en", "us", "io", "co", "script",
];
const ALWAYS_THERE: u32 = 1 << 20;
const OFTEN_THERE: u32 = 1 << 10;
/// How many rules may share a word before a rule about a few pages goes by those.
const CROWD: u32 = 64;

/// How many words of one pattern are looked at; those of the bundled lists have some 20.
const MOST_WORDS: usize = 64;
/// How many keys are counted, 16 bytes each; the bundled lists have some 1,000,000.
const MOST_COUNTED: usize = 4_000_000;

/// How many rules each key could be filed for, in order of the keys.
struct Common(Vec<(u64, u64)>);

impl Common {
    fn of(rules: &[&Parsed<'_>], hosts: &[bool]) -> Self {
        let mut all: Vec<(u64, u64)> = Vec::new();
        for (rule, &host) in rules.iter().zip(hosts) {
            if all.len() >= MOST_COUNTED {
                break;
            }
            all.extend(keys(rule, host).iter().flatten().map(|&key| (key, 1)));
        }
        for (words, weight) in [(&EVERYWHERE[..], ALWAYS_THERE), (&FREQUENT[..], OFTEN_THERE)] {
            all.extend(words.iter().map(|word| (key_hash(Key::Word, word.as_bytes()), u64::from(weight))));
        }
        all.extend(["http", "html"].map(|start| (key_hash(Key::Start, start.as_bytes()), u64::from(ALWAYS_THERE))));
        in_order(&mut all);
        // Each key once, with the sum of what it was given.
        all.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        Self(all)
    }

    fn of_key(&self, key: u64) -> u32 {
        let at = self.0.binary_search_by_key(&key, |(key, _)| *key);
        at.ok().and_then(|at| self.0.get(at)).map_or(0, |(_, count)| u32::try_from(*count).unwrap_or(u32::MAX))
    }
}

/// Sorts pairs of numbers. Never taken apart by the compiler: every sort of its own is 10 KB of the extension.
#[inline(never)]
pub fn in_order(pairs: &mut [(u64, u64)]) {
    pairs.sort_unstable();
}

/// The keys that each rule of a list is filed under: the rarest that every URL it matches must have. Under none where it has
/// none, and is to be tried for every request.
#[derive(Debug, Default)]
pub struct Filing {
    keys: Vec<u64>,
    /// A rule each: where its keys end.
    ends: Vec<u32>,
    cut: Vec<u32>,
}

impl Filing {
    /// Finds the keys: at most so many of all rules together.
    pub fn of(rules: &[&Parsed<'_>], hosts: &[bool], most: usize) -> Self {
        let common = Common::of(rules, hosts);
        let rarity = |set: &KeySet| set.iter().map(|key| common.of_key(*key)).max().unwrap_or(u32::MAX);
        let mut made = Self::default();
        for (at, (rule, &host)) in rules.iter().zip(hosts).enumerate() {
            let best = keys(rule, host).into_iter().min_by_key(|set| (rarity(set), set.len()));
            let pages = page_keys(rule);
            let filed = match best {
                // A common word that stands for a rule about a few pages only: the pages are the better key.
                Some(set) if rarity(&set) <= CROWD || (pages.is_empty() && rarity(&set) < ALWAYS_THERE) => set,
                _ => pages,
            };
            if made.keys.len() + filed.len() > most {
                made.cut.push(at as u32);
            } else {
                made.keys.extend(filed);
            }
            made.ends.push(made.keys.len() as u32);
        }
        made
    }

    /// The keys of a rule, by its place in the list.
    pub fn keys(&self, at: usize) -> &[u64] {
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = start.zip(self.ends.get(at).copied());
        range.and_then(|(start, end)| self.keys.get(start as usize..end as usize)).unwrap_or_default()
    }

    /// Rules that had keys, and no room for them, by their places.
    pub fn cut(&self) -> &[u32] {
        &self.cut
    }

    /// What is left of it without some rules.
    pub fn without(&self, left_out: &[bool]) -> Self {
        let mut made = Self::default();
        for (at, _) in left_out.iter().enumerate().filter(|(_, left_out)| !**left_out) {
            made.keys.extend_from_slice(self.keys(at));
            made.ends.push(made.keys.len() as u32);
        }
        made
    }
}

/// Files each rule under its keys.
fn file<'a>(rules: &[&Parsed<'_>], hosts: &[bool], keys_of: &dyn Fn(usize) -> &'a [u64]) -> Result<Filed, Error> {
    let bits = rule_bits(rules.len());
    if bits > MAX_RULE_BITS {
        return Err(Error::List("too many rules".to_owned()));
    }
    let mut how_often = vec![0_u32; 1 << Pairs::BITS];
    for rule in rules {
        each_place(rule, |place| {
            if let Some(count) = how_often.get_mut(place) {
                *count += 1;
            }
        });
    }
    for place in ["https://", "http://", "wss://", "ws://"].iter().flat_map(|start| Pairs::places(start.as_bytes())) {
        if let Some(count) = how_often.get_mut(place) {
            *count = u32::MAX;
        }
    }
    let mut key_bits = vec![0; 1 << (FILTER_BITS - 3)];
    let mut buckets: Vec<(u64, u64)> = Vec::new();
    let mut always = Vec::new();
    for (at, (rule, &host)) in rules.iter().zip(hosts).enumerate() {
        let id = at as u32;
        let filed = keys_of(at);
        let two = rarest(rule, &implied(rule, filed), &how_often);
        if filed.is_empty() {
            // Met by every URL, and soonest told by its flags alone.
            always.extend([id, rule.flags.0, two.0]);
        }
        for &hash in filed {
            if let Some(byte) = key_bits.get_mut(filter_bit(hash) / 8) {
                *byte |= 1 << (filter_bit(hash) % 8);
            }
            buckets.push(((bucket(hash) as u64) << 32 | u64::from(id), entry(id, hash, bits, host, two)));
        }
    }
    in_order(&mut buckets);
    let (mut bases, mut ends, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = buckets.into_iter().peekable();
    for at in 0..1_usize << BUCKET_BITS {
        if at.is_multiple_of(BASE) {
            bases.push((entries.len() / ENTRY) as u32);
        }
        while let Some((_, entry)) = rest.next_if(|(place, _)| (place >> 32) as usize == at) {
            entries.extend(entry.to_le_bytes().into_iter().take(ENTRY));
        }
        let base = bases.last().copied().unwrap_or(0) as usize;
        let end = u16::try_from(entries.len() / ENTRY - base);
        ends.push(end.map_err(|_| Error::List("too many rules share a key".to_owned()))?);
    }
    // An entry is read as eight bytes.
    entries.extend([0; 8 - ENTRY]);
    Ok(Filed { key_bits, bases, ends, entries, always })
}

/// The two pairs of a rule that are rarest among the rules' own, as a sign of what is rare in URLs.
fn rarest(rule: &Parsed<'_>, implied: &[usize], how_often: &[u32]) -> TwoPairs {
    let (mut first, mut second) = ((u32::MAX, Pairs::ALWAYS), (u32::MAX, Pairs::ALWAYS));
    each_place(rule, |place| {
        let count = how_often.get(place).copied().unwrap_or(u32::MAX);
        if place == first.1 || place == second.1 || implied.contains(&place) {
            return;
        }
        if count < first.0 {
            (first, second) = ((count, place), first);
        } else if count < second.0 {
            second = (count, place);
        }
    });
    TwoPairs::new(first.1, second.1)
}

/// The places of the pairs that a URL has already by the key that led to the rule: they would tell nothing more.
fn implied(rule: &Parsed<'_>, filed: &[u64]) -> Vec<usize> {
    let [key] = filed else { return Vec::new() };
    let pattern = rule.pattern.to_ascii_lowercase();
    let words = pattern.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    let starts = words.clone().filter_map(|word| Some((Key::Start, word.get(..START)?)));
    let host = pattern.as_bytes().split(|byte| matches!(byte, b'/' | b'^' | b'*' | b'?')).next().unwrap_or_default();
    let parts = words.map(|word| (Key::Word, word)).chain(starts).chain([(Key::Host, host)]);
    parts.filter(|(kind, part)| key_hash(*kind, part) == *key).flat_map(|(_, part)| Pairs::places(part)).collect()
}

/// The pairs of bytes that every URL has which a rule matches, by their places.
fn each_place(rule: &Parsed<'_>, mut found: impl FnMut(usize)) {
    if rule.flags.has(Flags::REGEX) {
        let literal = regexes::shape(rule.pattern).map(|shape| shape.literal).unwrap_or_default();
        Pairs::places(literal.split(|&byte| byte == 0).next().unwrap_or_default()).for_each(&mut found);
    } else {
        for part in rule.pattern.as_bytes().split(|byte| matches!(byte, b'*' | b'^')) {
            Pairs::places(part).for_each(&mut found);
        }
    }
    if rule.flags.has(Flags::REMOVEPARAM)
        && let Some(name) = super::rule::option(rule.options.as_bytes(), &[b"removeparam"])
    {
        Pairs::places(name).for_each(found);
    }
}

/// The keys a rule could be filed under: its host where the pattern names a whole one, and its whole words. Of each set
/// every URL that the rule matches has at least one.
fn keys(rule: &Parsed<'_>, host: bool) -> Vec<KeySet> {
    if host {
        // Met by its host alone: see `Index::try_rule`.
        let host = rule.pattern.trim_end_matches('^').to_ascii_lowercase();
        return vec![vec![key_hash(Key::Host, host.as_bytes())]];
    }
    if rule.flags.has(Flags::REGEX) {
        return regexes::keys(rule.pattern);
    }
    let pattern = rule.pattern.to_ascii_lowercase();
    let bytes = pattern.as_bytes();
    let mut found = Vec::new();
    if rule.flags.has(Flags::HOST_ANCHOR) {
        let end = bytes.iter().position(|b| matches!(b, b'/' | b'^' | b'*' | b'?' | b':'));
        if let Some(end) = end
            && end > 0
            && matches!(bytes.get(end), Some(b'/' | b'^' | b':'))
            && let Some(host) = bytes.get(..end)
        {
            found.push(key_hash(Key::Host, host));
        }
    }
    let bound_left = rule.flags.has(Flags::HOST_ANCHOR | Flags::LEFT_ANCHOR);
    let bound_right = rule.flags.has(Flags::RIGHT_ANCHOR);
    let mut start = None;
    for at in 0..=bytes.len() {
        if found.len() >= MOST_WORDS {
            break;
        }
        let is_word = bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        match (start, is_word) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                // A word is whole where the pattern itself says what stands on both sides of it.
                let left = if from == 0 { bound_left } else { bytes.get(from - 1) != Some(&b'*') };
                let right = if at == bytes.len() { bound_right } else { bytes.get(at) != Some(&b'*') };
                if left
                    && right
                    && at - from >= MIN_WORD
                    && let Some(word) = bytes.get(from..at)
                {
                    found.push(key_hash(Key::Word, word));
                } else if left && let Some(word) = bytes.get(from..(from + START).min(at)).filter(|w| w.len() == START)
                {
                    found.push(key_hash(Key::Start, word));
                }
            }
            _ => {}
        }
    }
    if rule.flags.has(Flags::REMOVEPARAM)
        && let Some(name) = super::rule::option(rule.options.as_bytes(), &[b"removeparam"])
    {
        // The name stands whole between `?` or `&` and `=`, so its words are whole too.
        let name = name.to_ascii_lowercase();
        for word in name.split(|b| !b.is_ascii_alphanumeric()).filter(|word| word.len() >= MIN_WORD) {
            found.push(key_hash(Key::Word, word));
        }
    }
    key_set(found).into_iter().map(|key| vec![key]).collect()
}

/// The pages a rule speaks of, as keys; none where it speaks of all, or of all but some.
fn page_keys(rule: &Parsed<'_>) -> KeySet {
    let Some(list) = super::rule::option(rule.options.as_bytes(), &[b"domain", b"from"]) else { return KeySet::new() };
    let pages = list.split(|&b| b == b'|');
    let named = pages.filter(|item| !item.is_empty() && !item.starts_with(b"~") && !item.starts_with(b"/"));
    key_set(named.map(|item| key_hash(Key::Page, &item.to_ascii_lowercase())).collect())
}

/// A column of numbers.
pub fn u16s(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// A column of numbers.
pub fn u32s(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
