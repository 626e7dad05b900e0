//! Makes a pack from list texts and owners' data. Reads no files itself: texts come in, bytes go out, and the same
//! texts always give the same bytes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind};

use super::actors::{CATEGORIES, UNKNOWN};
use super::blocklist::{self, List, Parsed};
use super::index::{BUCKET_BITS, Key, MIN_WORD, START, bucket};
use super::pack::{self, Counted, ListInfo, Section};
use super::rule::Flags;
use crate::error::Error;
use crate::party;

/// A list to compile.
#[derive(Debug, Clone)]
pub struct ListSource {
    /// Its publisher's number for it.
    pub id: u32,
    /// Which technique a match of it means: a position in [`crate::detectors::DETECTORS`].
    pub technique: u32,
    /// The package it comes from, with version.
    pub source: String,
    /// Its licence (SPDX).
    pub licence: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// Headings whose rules are left out.
    pub leave_out: Vec<String>,
    /// The text.
    pub text: String,
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
pub fn compile(lists: &[ListSource], owners: &[OwnerSource]) -> Result<Vec<u8>, Error> {
    let read: Vec<List<'_>> = lists.iter().map(|list| blocklist::read(&list.text, &list.leave_out)).collect();
    let mut names = Names::default();
    let mut columns = Columns::default();
    let mut infos = Vec::new();

    for (source, list) in lists.iter().zip(&read) {
        if list.rules.is_empty() {
            return Err(Error::List(format!("list {} has no rules", source.id)));
        }
        columns.list(source, list, &mut names);
        infos.push(ListInfo {
            id: source.id,
            title: list.title.clone(),
            version: list.version.clone(),
            date: list.date.clone(),
            licence: source.licence.clone(),
            source: source.source.clone(),
            sha256: source.sha256.clone(),
            rules: list.rules.len() as u64,
            skipped: list.skipped.iter().map(|(why, count)| Counted { why: why.clone(), count: *count }).collect(),
        });
    }
    let all: Vec<&Parsed<'_>> = read.iter().flat_map(|list| &list.rules).collect();
    let filed = file(&all);
    let (companies, domains, slots) = owner_tables(owners, &mut names)?;
    let lists_json = ListInfo::to_json(&infos);

    Ok(pack::write(&[
        (Section::Lists, lists_json),
        (Section::TextLengths, u16s(&columns.text_lengths)),
        (Section::TailLengths, u16s(&columns.tail_lengths)),
        (Section::FlagIndex, u16s(&columns.flag_index)),
        (Section::FlagTable, u32s(&columns.flag_table)),
        (Section::LineDeltas, u32s(&columns.line_deltas)),
        (Section::ListRanges, u32s(&columns.list_ranges)),
        (Section::ListSections, u32s(&columns.list_sections)),
        (Section::BucketCounts, u16s(&filed.counts)),
        (Section::BucketRules, u32s(&filed.rules)),
        (Section::AlwaysRules, u32s(&filed.always)),
        (Section::Companies, companies),
        (Section::Domains, domains),
        (Section::DomainSlots, slots),
        (Section::Names, names.bytes),
        (Section::Texts, columns.texts),
    ]))
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
    texts: Vec<u8>,
    text_lengths: Vec<u16>,
    tail_lengths: Vec<u16>,
    flag_index: Vec<u16>,
    flag_table: Vec<u32>,
    line_deltas: Vec<u32>,
    list_ranges: Vec<u32>,
    list_sections: Vec<u32>,
}

impl Columns {
    fn list(&mut self, source: &ListSource, list: &List<'_>, names: &mut Names) {
        let first = self.text_lengths.len() as u32;
        let first_line = list.rules.first().map_or(0, |rule| rule.line);
        self.list_ranges.extend([source.id, first, first_line, source.technique]);
        let (mut line, mut section) = (first_line, None);
        for rule in &list.rules {
            if section != Some(rule.section) {
                section = Some(rule.section);
                let heading = list.headings.get(rule.section).cloned().unwrap_or_default();
                self.list_sections.extend([
                    self.text_lengths.len() as u32,
                    names.put(&heading.title),
                    heading.title.len() as u32,
                    names.put(&heading.company),
                    heading.company.len() as u32,
                ]);
            }
            self.line_deltas.push(rule.line - line);
            line = rule.line;
            self.texts.extend_from_slice(rule.text.as_bytes());
            self.text_lengths.push(rule.text.len() as u16);
            self.tail_lengths.push((rule.text.len() - rule.flags.pattern_start() - rule.pattern.len()) as u16);
            let at = match self.flag_table.iter().position(|&flags| flags == rule.flags.0) {
                Some(at) => at,
                None => {
                    self.flag_table.push(rule.flags.0);
                    self.flag_table.len() - 1
                }
            };
            self.flag_index.push(at as u16);
        }
    }
}

struct Filed {
    counts: Vec<u16>,
    rules: Vec<u32>,
    always: Vec<u32>,
}

/// Files each rule under the rarest key that every URL it matches must have.
fn file(rules: &[&Parsed<'_>]) -> Filed {
    let candidates: Vec<Vec<u32>> = rules.iter().map(|rule| keys(rule)).collect();
    let mut how_common = vec![0_u32; 1 << BUCKET_BITS];
    for key in candidates.iter().flatten() {
        if let Some(count) = how_common.get_mut(*key as usize) {
            *count += 1;
        }
    }
    // Words that nearly every URL has: a rule filed there would be tried for each request.
    for word in ["https", "http", "www", "com", "net", "org", "js", "html", "wss"] {
        if let Some(count) = how_common.get_mut(bucket(Key::Word, word.as_bytes()) as usize) {
            *count += 1 << 20;
        }
    }
    let rarity = |key: &u32| how_common.get(*key as usize).copied().unwrap_or(u32::MAX);

    let mut buckets: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut always = Vec::new();
    for (at, (rule, keys)) in rules.iter().zip(&candidates).enumerate() {
        let id = at as u32;
        let best = keys.iter().min_by_key(|key| (rarity(key), **key));
        let pages = page_keys(rule);
        match best {
            // A common word that stands for a rule about a few pages only: the pages are the better key.
            Some(key) if rarity(key) < 1 << 20 && (pages.is_empty() || rarity(key) <= 64) => {
                buckets.entry(*key).or_default().push(id);
            }
            _ if !pages.is_empty() => {
                for key in pages {
                    buckets.entry(key).or_default().push(id);
                }
            }
            Some(key) => buckets.entry(*key).or_default().push(id),
            None => always.push(id),
        }
    }
    let mut counts = vec![0_u16; 1 << BUCKET_BITS];
    let mut filed = Vec::new();
    for (key, ids) in buckets {
        let fits = ids.len().min(usize::from(u16::MAX));
        if let Some(count) = counts.get_mut(key as usize) {
            *count = fits as u16;
        }
        let (here, rest) = ids.split_at(fits);
        filed.extend_from_slice(here);
        always.extend_from_slice(rest);
    }
    always.sort_unstable();
    Filed { counts, rules: filed, always }
}

/// The keys a rule could be filed under: its host where the pattern names a whole one, and its whole words.
fn keys(rule: &Parsed<'_>) -> Vec<u32> {
    if rule.flags.has(Flags::REGEX) {
        return regex_keys(rule.pattern);
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
            found.insert(bucket(Key::Host, host));
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
                    found.insert(bucket(Key::Word, word));
                } else if left && let Some(word) = bytes.get(from..(from + START).min(at)).filter(|w| w.len() == START)
                {
                    found.insert(bucket(Key::Start, word));
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
            found.insert(bucket(Key::Word, word));
        }
    }
    found.into_iter().collect()
}

/// The words that a regular expression's matches must have whole: those within its literal parts.
fn regex_keys(pattern: &str) -> Vec<u32> {
    fn walk(hir: &Hir, found: &mut BTreeSet<u32>) {
        match hir.kind() {
            HirKind::Literal(literal) => {
                let bytes = literal.0.to_ascii_lowercase();
                let mut words: Vec<&[u8]> = bytes.split(|b| !b.is_ascii_alphanumeric()).collect();
                // What touches the literal's ends may go on beyond them.
                words.pop();
                for word in words.iter().skip(1).filter(|word| word.len() >= MIN_WORD) {
                    found.insert(bucket(Key::Word, word));
                }
            }
            HirKind::Concat(parts) => parts.iter().for_each(|part| walk(part, found)),
            HirKind::Capture(capture) => walk(&capture.sub, found),
            HirKind::Repetition(repetition) if repetition.min > 0 => walk(&repetition.sub, found),
            _ => {}
        }
    }
    let inner = pattern.trim_matches('/').replace("\\/", "/");
    let mut found = BTreeSet::new();
    if let Ok(hir) = ParserBuilder::new().unicode(false).utf8(false).build().parse(&inner) {
        walk(&hir, &mut found);
    }
    found.into_iter().collect()
}

/// The pages a rule speaks of, as keys; none where it speaks of all, or of all but some.
fn page_keys(rule: &Parsed<'_>) -> Vec<u32> {
    let Some(list) = super::rule::option(rule.options.as_bytes(), &[b"domain", b"from"]) else { return Vec::new() };
    let mut keys: Vec<u32> = list
        .split(|&b| b == b'|')
        .filter(|item| !item.is_empty() && !item.starts_with(b"~") && !item.starts_with(b"/"))
        .map(|item| bucket(Key::Page, &item.to_ascii_lowercase()))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

type OwnerTables = (Vec<u8>, Vec<u8>, Vec<u8>);

/// The tables that [`super::actors`] reads.
fn owner_tables(owners: &[OwnerSource], names: &mut Names) -> Result<OwnerTables, Error> {
    let mut companies: Vec<&str> = owners.iter().map(|owner| owner.company.as_str()).collect();
    companies.sort_unstable();
    companies.dedup();
    let number: HashMap<&str, u16> =
        companies.iter().enumerate().map(|(at, name)| (*name, u16::try_from(at).unwrap_or(u16::MAX))).collect();

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
        let mut slot = bucket(Key::Host, name.as_bytes()) as usize & (size - 1);
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
