//! Makes a pack from lists that were read and from owners' data. Reads no files itself: lists come in, bytes go out, and
//! the same lists always give the same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::actors::{CATEGORIES, UNKNOWN};
use super::index::{
    BASE, BUCKET_BITS, ENTRY, FILTER_BITS, HOSTS, Key, LONG, MIN_WORD, ROW, START, bucket, entry, filter_bit, key_hash,
    rule_bits,
};
use super::list::{List, Parsed};
use super::pack::{self, Counted, ListInfo, Section};
use super::regexes::{self, KeySet};
use super::rule::{Flags, Pairs};
use crate::error::Error;
use crate::party;

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

/// An entity of the third-party-web data.
#[derive(Debug, Clone)]
pub struct OwnerSource {
    /// The company that people know it by.
    pub company: String,
    /// One of [`CATEGORIES`].
    pub category: String,
    /// Hosts, or `*.` and a domain for it and all below.
    pub domains: Vec<String>,
}

/// Compiles a pack.
///
/// `shelf` is what is told of actors, countries and companies: JSON by key.
pub fn compile(
    lists: &[ListSource<'_>],
    owners: &[OwnerSource],
    shelf: &BTreeMap<String, String>,
) -> Result<Vec<u8>, Error> {
    let mut names = Names::default();
    let mut columns = Columns::default();
    let mut infos = Vec::new();

    let mut all: Vec<&Parsed<'_>> = Vec::new();
    for source in lists {
        let list = &source.list;
        if list.rules.is_empty() {
            return Err(Error::List(format!("list {} has no rules", source.id)));
        }
        let before = all.len();
        columns.list(source, &mut names, &mut all);
        let mut skipped: BTreeMap<&str, u64> =
            list.skipped.0.iter().map(|(why, left)| (why.as_str(), left.count)).collect();
        let left = list.rules.len() - (all.len() - before);
        if left > 0 {
            skipped.insert("too-many-different-options", left as u64);
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
            skipped: skipped.into_iter().map(|(why, count)| Counted { why: why.to_owned(), count }).collect(),
        });
    }
    let filed = file(&all, &columns.hosts)?;
    let hosts = Hosts::of(&columns.host_texts);
    let (companies, domains, slots) = owner_tables(owners, &mut names)?;
    let lists_json = ListInfo::to_json(&infos);
    let (mut shelf_index, mut shelf_text) = (Vec::new(), Vec::new());
    for (key, json) in shelf {
        for part in [key, json] {
            shelf_index.extend([shelf_text.len() as u32, part.len() as u32]);
            shelf_text.extend_from_slice(part.as_bytes());
        }
    }

    Ok(pack::write(
        &[
            (Section::Lists, lists_json),
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
            (Section::Companies, companies),
            (Section::Domains, domains),
            (Section::DomainSlots, slots),
            (Section::Names, names.bytes),
            (Section::Patterns, columns.patterns),
        ],
        vec![
            (Section::LineDeltas, columns.line_deltas),
            (Section::LongLines, u32s(&columns.long_lines)),
            (Section::HostStarts, u32s(&hosts.starts)),
            (Section::HostEndings, hosts.endings),
            (Section::Hosts, hosts.texts),
        ],
        match shelf.is_empty() {
            true => Vec::new(),
            false => vec![(Section::ShelfIndex, u32s(&shelf_index)), (Section::Shelf, shelf_text)],
        },
    ))
}

/// Names kept once, one after the other.
#[derive(Default)]
struct Names {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Names {
    fn put(&mut self, name: &str) -> u32 {
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
    /// Shapes by flags and tail, and where each tail stands.
    known_shapes: HashMap<(u32, String), u16>,
    known_tails: HashMap<String, u32>,
}

impl Columns {
    /// Adds a list's rules, to `all` too. Leaves out what has no room: rules whose options make shape number 65,536.
    fn list<'a>(&mut self, source: &'a ListSource<'_>, names: &mut Names, all: &mut Vec<&'a Parsed<'a>>) {
        let list = &source.list;
        let first = all.len();
        let (mut before, mut section) = (None, None);
        for rule in &list.rules {
            let pattern = match rule.pattern.strip_suffix('^') {
                Some(rest) if rule.flags.has(Flags::SEPARATOR_END) => rest,
                _ => rule.pattern,
            };
            let tail = rule.text.get(rule.flags.before_pattern().len() + pattern.len()..).unwrap_or_default();
            let id = all.len() as u32;
            let host = rule.flags.0 == Flags::HOST_RULE && tail == "^";
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
        let key = (flags.0, tail.to_owned());
        if let Some(&at) = self.known_shapes.get(&key) {
            return Some(at);
        }
        let at = u16::try_from(self.known_shapes.len()).ok()?;
        let tails = &mut self.tails;
        let from = *self.known_tails.entry(key.1.clone()).or_insert_with(|| {
            let from = tails.len() as u32;
            tails.extend_from_slice(tail.as_bytes());
            from
        });
        self.shapes.extend([flags.0, from, tail.len() as u32]);
        self.known_shapes.insert(key, at);
        Some(at)
    }
}

/// The rules that are a host and nothing else, with the endings that many of them share put into a byte. In a compressed
/// package that saves a fifth of them.
#[derive(Default)]
struct Hosts {
    texts: Vec<u8>,
    starts: Vec<u32>,
    endings: Vec<u8>,
}

impl Hosts {
    fn of(hosts: &[String]) -> Self {
        let endings = endings(hosts);
        let number: HashMap<&str, u8> =
            endings.iter().zip(0x81..=0xff).map(|(ending, byte)| (ending.as_str(), byte)).collect();
        let mut made = Self::default();
        for (at, host) in hosts.iter().enumerate() {
            if at.is_multiple_of(HOSTS) {
                made.starts.push(made.texts.len() as u32);
            }
            let known = host.match_indices('.').find_map(|(dot, _)| Some((dot, *number.get(host.get(dot..)?)?)));
            let (end, byte) = known.unwrap_or((host.len(), 0x80));
            made.texts.extend_from_slice(host.get(..end).unwrap_or(host).as_bytes());
            made.texts.push(byte);
        }
        for ending in endings {
            made.endings.push(b'\n');
            made.endings.extend_from_slice(ending.as_bytes());
        }
        made
    }
}

/// 127 endings that save much: each time the one that saves most, of what the longer ones before it have left.
fn endings(hosts: &[String]) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for host in hosts {
        for (dot, _) in host.match_indices('.') {
            *count.entry(host.get(dot..).unwrap_or_default()).or_default() += 1;
        }
    }
    let mut chosen = Vec::new();
    while chosen.len() < 127 {
        let Some((&best, &taken)) = count.iter().max_by_key(|(ending, count)| **count * (ending.len() - 1)) else {
            break;
        };
        count.remove(best);
        for (dot, _) in best.match_indices('.').skip(1) {
            if let Some(shorter) = best.get(dot..).and_then(|shorter| count.get_mut(shorter)) {
                *shorter = shorter.saturating_sub(taken);
            }
        }
        chosen.push(best.to_owned());
    }
    chosen
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

/// Files each rule under the rarest key that every URL it matches must have.
fn file(rules: &[&Parsed<'_>], hosts: &[bool]) -> Result<Filed, Error> {
    let candidates: Vec<Vec<KeySet>> = rules.iter().zip(hosts).map(|(rule, &host)| keys(rule, host)).collect();
    let mut how_common: HashMap<u64, u32> = HashMap::new();
    for key in candidates.iter().flatten().flatten() {
        *how_common.entry(*key).or_default() += 1;
    }
    for (words, weight) in [(&EVERYWHERE[..], ALWAYS_THERE), (&FREQUENT[..], OFTEN_THERE)] {
        for word in words {
            *how_common.entry(key_hash(Key::Word, word.as_bytes())).or_default() += weight;
        }
    }
    for start in ["http", "html"] {
        *how_common.entry(key_hash(Key::Start, start.as_bytes())).or_default() += ALWAYS_THERE;
    }
    let rarity = |set: &KeySet| set.iter().filter_map(|key| how_common.get(key)).copied().max().unwrap_or(u32::MAX);

    let bits = rule_bits(rules.len());
    if bits > 28 {
        return Err(Error::List("too many rules".to_owned()));
    }
    let places: Vec<BTreeSet<usize>> = rules.iter().map(|rule| places(rule)).collect();
    let mut how_often: BTreeMap<usize, u32> = BTreeMap::new();
    for place in places.iter().flatten() {
        *how_often.entry(*place).or_default() += 1;
    }
    let mut key_bits = vec![0; 1 << (FILTER_BITS - 3)];
    let mut buckets: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    let mut always = Vec::new();
    for (at, (rule, sets)) in rules.iter().zip(candidates).enumerate() {
        let id = at as u32;
        let best = sets.into_iter().min_by_key(|set| (rarity(set), set.len()));
        let pages = page_keys(rule);
        let filed = match best {
            // A common word that stands for a rule about a few pages only: the pages are the better key.
            Some(set) if rarity(&set) <= CROWD || (pages.is_empty() && rarity(&set) < ALWAYS_THERE) => set,
            _ => pages,
        };
        let rarest = places.get(at).into_iter().flatten().min_by_key(|place| how_often.get(place));
        let pair = rarest.copied().unwrap_or(Pairs::ALWAYS);
        if filed.is_empty() {
            // Met by every URL, and soonest told by its flags alone.
            always.extend([id, rule.flags.0, pair as u32]);
        }
        for hash in filed {
            if let Some(byte) = key_bits.get_mut(filter_bit(hash) / 8) {
                *byte |= 1 << (filter_bit(hash) % 8);
            }
            buckets.entry(bucket(hash)).or_default().push(entry(id, hash, bits, pair));
        }
    }
    let (mut bases, mut ends, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..1_usize << BUCKET_BITS {
        if at.is_multiple_of(BASE) {
            bases.push((entries.len() / ENTRY) as u32);
        }
        for entry in buckets.remove(&at).unwrap_or_default() {
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

/// The pairs of bytes that every URL has which a rule matches, by their places.
fn places(rule: &Parsed<'_>) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    if rule.flags.has(Flags::REGEX) {
        let literal = regexes::shape(rule.pattern).map(|shape| shape.literal).unwrap_or_default();
        places.extend(Pairs::places(literal.split(|&byte| byte == 0).next().unwrap_or_default()));
    } else {
        let parts = rule.pattern.as_bytes().split(|byte| matches!(byte, b'*' | b'^'));
        places.extend(parts.flat_map(Pairs::places));
    }
    if rule.flags.has(Flags::REMOVEPARAM)
        && let Some(name) = super::rule::option(rule.options.as_bytes(), &[b"removeparam"])
    {
        places.extend(Pairs::places(name));
    }
    places
}

/// The keys a rule could be filed under: its host where the pattern names a whole one, and its whole words. Of each set
/// every URL that the rule matches has at least one.
fn keys(rule: &Parsed<'_>, host: bool) -> Vec<KeySet> {
    if host {
        // Met by its host alone: see `Index::try_rule`.
        let host = rule.pattern.trim_end_matches('^').to_ascii_lowercase();
        return vec![KeySet::from([key_hash(Key::Host, host.as_bytes())])];
    }
    if rule.flags.has(Flags::REGEX) {
        return regexes::keys(rule.pattern);
    }
    let pattern = rule.pattern.to_ascii_lowercase();
    let bytes = pattern.as_bytes();
    let mut found = BTreeSet::new();
    if rule.flags.has(Flags::HOST_ANCHOR) {
        let end = bytes.iter().position(|b| matches!(b, b'/' | b'^' | b'*' | b'?' | b':'));
        if let Some(end) = end
            && end > 0
            && matches!(bytes.get(end), Some(b'/' | b'^' | b':'))
            && let Some(host) = bytes.get(..end)
        {
            found.insert(key_hash(Key::Host, host));
        }
    }
    let bound_left = rule.flags.has(Flags::HOST_ANCHOR | Flags::LEFT_ANCHOR);
    let bound_right = rule.flags.has(Flags::RIGHT_ANCHOR);
    let mut start = None;
    for at in 0..=bytes.len() {
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
                    found.insert(key_hash(Key::Word, word));
                } else if left && let Some(word) = bytes.get(from..(from + START).min(at)).filter(|w| w.len() == START)
                {
                    found.insert(key_hash(Key::Start, word));
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
            found.insert(key_hash(Key::Word, word));
        }
    }
    found.into_iter().map(|key| KeySet::from([key])).collect()
}

/// The pages a rule speaks of, as keys; none where it speaks of all, or of all but some.
fn page_keys(rule: &Parsed<'_>) -> KeySet {
    let Some(list) = super::rule::option(rule.options.as_bytes(), &[b"domain", b"from"]) else { return KeySet::new() };
    list.split(|&b| b == b'|')
        .filter(|item| !item.is_empty() && !item.starts_with(b"~") && !item.starts_with(b"/"))
        .map(|item| key_hash(Key::Page, &item.to_ascii_lowercase()))
        .collect()
}

type OwnerTables = (Vec<u8>, Vec<u8>, Vec<u8>);

/// The tables that [`super::actors`] reads.
fn owner_tables(owners: &[OwnerSource], names: &mut Names) -> Result<OwnerTables, Error> {
    let mut companies: Vec<&str> = owners.iter().map(|owner| owner.company.as_str()).collect();
    companies.sort_unstable();
    companies.dedup();
    let number: HashMap<&str, u16> = companies.iter().zip(0_u16..=u16::MAX).map(|(name, at)| (*name, at)).collect();
    if number.len() < companies.len() {
        return Err(Error::List("too many companies".to_owned()));
    }

    // domain -> (company, category, exact)
    let mut domains: BTreeMap<String, (u16, u8, bool)> = BTreeMap::new();
    let mut sites: BTreeMap<String, BTreeSet<(u16, u8)>> = BTreeMap::new();
    for owner in owners {
        let category = CATEGORIES.iter().position(|name| *name == owner.category).map_or(UNKNOWN, |at| at as u8);
        let company = number.get(owner.company.as_str()).copied().unwrap_or(u16::MAX);
        for pattern in &owner.domains {
            let (name, exact) = match pattern.strip_prefix("*.") {
                Some(rest) => (rest, false),
                None => (pattern.as_str(), true),
            };
            let name = name.to_ascii_lowercase();
            if party::registrable(&name) == party::public_suffix(&name) {
                // A whole public suffix belongs to nobody in particular.
                continue;
            }
            sites.entry(party::registrable(&name).to_owned()).or_default().insert((company, category));
            domains.entry(name).or_insert((company, category, exact));
        }
    }
    // Where every listed host under a registrable domain is one company's, so is the domain.
    for (site, who) in sites {
        let companies: BTreeSet<u16> = who.iter().map(|(company, _)| *company).collect();
        if let (1, Some(&company)) = (companies.len(), companies.first()) {
            let categories: BTreeSet<u8> = who.iter().map(|(_, category)| *category).collect();
            let category = match (categories.len(), categories.first()) {
                (1, Some(&category)) => category,
                _ => UNKNOWN,
            };
            domains.entry(site).and_modify(|entry| entry.2 = false).or_insert((company, category, false));
        }
    }

    let mut company_table = Vec::new();
    for name in &companies {
        company_table.extend_from_slice(&names.put(name).to_le_bytes());
        company_table.extend_from_slice(&(name.len() as u16).to_le_bytes());
        company_table.extend_from_slice(&[0, 0]);
    }
    let size = (domains.len() * 2).next_power_of_two();
    let mut slots = vec![0_u16; size];
    let mut table = Vec::new();
    for (at, (name, (company, category, exact))) in domains.iter().enumerate() {
        table.extend_from_slice(&names.put(name).to_le_bytes());
        table.extend_from_slice(&(name.len() as u16).to_le_bytes());
        table.extend_from_slice(&company.to_le_bytes());
        table.extend_from_slice(&[*category, u8::from(*exact), 0, 0]);
        let number = u16::try_from(at + 1).map_err(|_| Error::List("too many owners' domains".to_owned()))?;
        let mut slot = (key_hash(Key::Host, name.as_bytes()) >> 1) as usize & (size - 1);
        while slots.get(slot).is_some_and(|&taken| taken != 0) {
            slot = (slot + 1) & (size - 1);
        }
        if let Some(free) = slots.get_mut(slot) {
            *free = number;
        }
    }
    Ok((company_table, table, u16s(&slots)))
}

fn u16s(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn u32s(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
