//! The pack: all rules, owners and list facts in one run of bytes that is used where it lies.
//!
//! Loading checks the header and the checksum; nothing is parsed or copied. What only reports need, the rules' own texts
//! and lines, is a second run of bytes that may be loaded later, or never.
//!
//! Layout, all numbers little-endian: `magic[8] version:u32 sections:u32 length:u64 checksum:u64`, a table of `id:u32
//! offset:u32 length:u32 0:u32` for each section, then the sections. The checksum is over all that follows the header.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::Error;

/// The first bytes of every pack.
pub const MAGIC: &[u8; 8] = b"ONLKPACK";
/// The first bytes of the texts that belong to a pack.
pub const TEXTS_MAGIC: &[u8; 8] = b"ONLKTEXT";
/// The first bytes of the shelf that belongs to a pack: what is told of actors, companies and countries.
pub const SHELF_MAGIC: &[u8; 8] = b"ONLKSHLF";
/// The format this build reads and writes. It changes with any change of layout or of the key hash.
pub const VERSION: u32 = 8;
const HEADER: usize = 32;
const ENTRY: usize = 16;

/// A part of the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Section {
    /// JSON: the facts of each list.
    Lists = 1,
    /// The rules' patterns, end to end, in order of list and line; without those that are a host and nothing else.
    Patterns = 2,
    /// `u8` a pattern: its length; 255 where `LongPatterns` has it.
    PatternLengths = 3,
    /// `patterns_before:u32 start:u32 hosts:u32` every 32 rules: how many patterns come before, where the first of these
    /// rules' patterns starts, and a bit for each rule that is a host and nothing else.
    RuleRows = 4,
    /// `u16` a pattern: which entry of `Shapes`.
    ShapeIndex = 5,
    /// `flags:u32 tail_at:u32 tail_length:u32` each: what rules share.
    Shapes = 6,
    /// In the texts. `u8` a rule: its line minus the line of the rule before it; 255 where `LongLines` has it.
    LineDeltas = 7,
    /// `list:u32 first_rule:u32 rules:u32 first_line:u32 technique:u32` a list.
    ListRanges = 8,
    /// `first_rule:u32 title_at:u32 title_length:u32 company_at:u32 company_length:u32` a stretch of one list section.
    ListSections = 9,
    /// Names used by `ListSections` and the owners.
    Names = 10,
    /// `u16` a bucket: where its entries end, counted from the base that it shares with 255 others.
    BucketEnds = 11,
    /// 6 bytes an entry: a rule's number, and above it the low bits of the key's hash; see [`super::index::entry`].
    BucketEntries = 12,
    /// `rule:u32 flags:u32 pairs:u32` each: rules that no key leads to, or only words that every URL has; and the places of two
    /// pairs of bytes that every URL has which they match ([`super::index::TwoPairs`]).
    AlwaysRules = 13,
    /// `at:u32 length:u16 country:[u8; 2]` a company: its name, and its country's code or zeros. See [`super::actors`].
    Companies = 14,
    /// `at:u32 length:u16 company:u16 category:u8 exact:u8 0:u16` a domain.
    Domains = 15,
    /// `hash:u32 company:u16` an actor of our own lists that is a company, in the order of the hashes of their ids.
    ActorCompanies = 31,
    /// `u16` a slot: a domain's number plus 1, or 0.
    DomainSlots = 16,
    /// What follows the patterns, each once: `^$third-party`.
    Tails = 17,
    /// `pattern:u32 length:u32`: what does not fit `PatternLengths`.
    LongPatterns = 18,
    /// `rule:u32 least:u32 most:u32 endings:[u8; 16][8] literal:[u8; 16] run:[u8; 16] times:u32`: how short and how long a URL can be that a
    /// rule's regular expression matches; which ASCII characters can be its last, its last but one and so on, a bit
    /// each; the end of the longest text that it must hold, filled up with zeros; and which characters it must hold one
    /// behind the other, and how many of them.
    RegexShapes = 19,
    /// `u32` every 256 buckets: how many entries come before.
    BucketBases = 20,
    /// In the texts. The first labels of the hosts that are rules and nothing else; `\n` behind each.
    HostLabels = 21,
    /// In the texts. `label:u32 rest:u32` every 64 hosts: where the first of them starts in the two columns.
    HostStarts = 22,
    /// In the texts. What stands behind the first label, and before the ending, of each of these hosts; `\n` behind each.
    HostRests = 29,
    /// In the texts. `u8` a host: which line of `HostEndings` it ends in; 0 where it has none of them.
    HostEnds = 30,
    /// A bit for each value of [`super::index::FILTER_BITS`] bits of a key's hash: whether any rule is filed under such a key.
    KeyBits = 25,
    /// In the texts. The endings, one a line: the first is none.
    HostEndings = 26,
    /// In the texts. `rule:u32 delta:u32`: what does not fit `LineDeltas`.
    LongLines = 23,
    /// In the texts and on the shelf. `u64`: the checksum of the pack that they belong to.
    Of = 24,
    /// On the shelf. See [`super::dossier`].
    ShelfIndex = 27,
    /// On the shelf. The records that `ShelfIndex` tells the places of.
    Shelf = 28,
}

/// The sections that the rules of a host and nothing else are written from.
pub const HOST_SECTIONS: [Section; 5] =
    [Section::HostStarts, Section::HostEndings, Section::HostEnds, Section::HostLabels, Section::HostRests];

/// The bytes of a pack, checked.
#[derive(Debug)]
pub struct Bytes {
    bytes: Cow<'static, [u8]>,
    sum: u64,
    sections: Vec<(u32, Range<usize>)>,
    texts: Option<Box<Bytes>>,
    shelf: Option<Box<Bytes>>,
}

impl Bytes {
    /// Checks the header, the checksum and the table of sections; of the texts and the shelf too, if they follow the pack.
    pub fn check(bytes: Cow<'static, [u8]>) -> Result<Self, Error> {
        let (bytes, rest) = parted(bytes, MAGIC)?;
        let mut pack = Self::one(bytes, MAGIC)?;
        if let Some(rest) = rest {
            pack.add_texts(rest)?;
        }
        Ok(pack)
    }

    fn belongs(&self, other: &Self) -> Result<(), Error> {
        if u64_at(other.slice(&other.range(Section::Of)?), 0) == Some(self.sum) {
            return Ok(());
        }
        Err(Error::PackDamaged("its parts belong to another pack"))
    }

    /// What is told of actors, companies and countries, if it is loaded.
    pub fn shelf(&self) -> Option<&Self> {
        self.shelf.as_deref()
    }

    /// Adds what reports need and verdicts do not: the rules as their lists have them, and the shelf, if it follows.
    pub fn add_texts(&mut self, bytes: Cow<'static, [u8]>) -> Result<(), Error> {
        let (texts, shelf) = parted(bytes, TEXTS_MAGIC)?;
        let texts = Self::one(texts, TEXTS_MAGIC)?;
        self.belongs(&texts)?;
        // A text that is not there must not read as an empty one.
        for section in HOST_SECTIONS.into_iter().chain([Section::LineDeltas, Section::LongLines]) {
            texts.range(section)?;
        }
        if let Some(shelf) = shelf {
            let shelf = Self::one(shelf, SHELF_MAGIC)?;
            self.belongs(&shelf)?;
            self.shelf = Some(Box::new(shelf));
        }
        self.texts = Some(Box::new(texts));
        Ok(())
    }

    /// The texts, if they are loaded.
    pub fn texts(&self) -> Option<&Self> {
        self.texts.as_deref()
    }

    fn one(bytes: Cow<'static, [u8]>, magic: &[u8; 8]) -> Result<Self, Error> {
        if bytes.len() != length(&bytes, magic)? {
            return Err(Error::PackDamaged("its length is wrong"));
        }
        let header = bytes.get(..HEADER).ok_or(Error::PackForeign)?;
        let count = u32_at(header, 3).ok_or(Error::PackForeign)? as usize;
        let sum = u64_at(header, 3).ok_or(Error::PackForeign)?;
        let body = bytes.get(HEADER..).unwrap_or_default();
        if checksum(body) != sum {
            return Err(Error::PackDamaged("its checksum is wrong"));
        }
        let table = body.get(..count.saturating_mul(ENTRY)).ok_or(Error::PackDamaged("its table is cut off"))?;
        let mut sections = Vec::with_capacity(count);
        for entry in table.chunks_exact(ENTRY) {
            let (Some(id), Some(at), Some(len)) = (u32_at(entry, 0), u32_at(entry, 1), u32_at(entry, 2)) else {
                return Err(Error::PackDamaged("its table is cut off"));
            };
            let range = at as usize..(at as usize).saturating_add(len as usize);
            if bytes.get(range.clone()).is_none() {
                return Err(Error::PackDamaged("a section lies outside"));
            }
            sections.push((id, range));
        }
        Ok(Self { bytes, sum, sections, texts: None, shelf: None })
    }

    /// Where a section lies.
    pub fn range(&self, section: Section) -> Result<Range<usize>, Error> {
        self.sections
            .iter()
            .find(|(id, _)| *id == section as u32)
            .map(|(_, range)| range.clone())
            .ok_or(Error::PackDamaged("a section is missing"))
    }

    /// The bytes of a range that [`Bytes::range`] gave.
    pub fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

/// The first run of bytes, and what follows it.
type Parted = (Cow<'static, [u8]>, Option<Cow<'static, [u8]>>);

fn parted(mut bytes: Cow<'static, [u8]>, magic: &[u8; 8]) -> Result<Parted, Error> {
    let whole = length(&bytes, magic)?;
    if bytes.len() <= whole {
        return Ok((bytes, None));
    }
    let rest = match &mut bytes {
        Cow::Borrowed(both) => {
            let (first, rest) = both.split_at_checked(whole).unwrap_or((both, &[]));
            *both = first;
            Cow::Borrowed(rest)
        }
        Cow::Owned(both) => Cow::Owned(both.split_off(whole)),
    };
    Ok((bytes, Some(rest)))
}

/// A sum over bytes that is quick in wasm: four lanes that each take two words of eight bytes with one multiplication (which
/// a 32-bit phone has to make of three), and XXH64 over what they come to. A lane's step can be undone, so no change of one
/// word goes unnoticed. Against damage, not against an attacker.
fn checksum(bytes: &[u8]) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut lanes = [0xcbf2_9ce4_8422_2325_u64; 4];
    let (chunks, remainder) = bytes.as_chunks::<64>();
    let step = |lane: u64, first: &[u8; 8], second: &[u8; 8]| {
        (lane ^ u64::from_le_bytes(*first)).wrapping_mul(STEP).wrapping_add(u64::from_le_bytes(*second))
    };
    for chunk in chunks {
        let [a, b, c, d] = lanes;
        // Written out: the extension is compiled for size, which would make a loop of it that takes half as long again.
        if let [p, q, r, s, t, u, v, w] = chunk.as_chunks::<8>().0 {
            lanes = [step(a, p, q), step(b, r, s), step(c, t, u), step(d, v, w)];
        }
    }
    let mut rest: Vec<u8> = lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect();
    rest.extend_from_slice(remainder);
    rest.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    xxhash_rust::xxh64::xxh64(&rest, 0)
}

/// How long a pack says that it is, if it is one of this kind and version.
fn length(bytes: &[u8], magic: &[u8; 8]) -> Result<usize, Error> {
    let header = bytes.get(..HEADER).filter(|header| header.starts_with(magic)).ok_or(Error::PackForeign)?;
    let version = u32_at(header, 2).ok_or(Error::PackForeign)?;
    if version != VERSION {
        return Err(Error::PackVersion { found: version });
    }
    u64_at(header, 2).and_then(|length| usize::try_from(length).ok()).ok_or(Error::PackForeign)
}

/// Something left out, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// A stable word for the reason.
    pub why: String,
    /// How often, at least 1.
    pub count: u64,
}

/// What is known of a bundled list. It goes into every report, so that a finding can be checked later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListInfo {
    /// Its publisher's number for it.
    pub id: u32,
    /// Its own title.
    pub title: String,
    /// Its own version.
    pub version: String,
    /// When its publisher last changed it, as the list says it.
    pub date: String,
    /// Its licence (SPDX; of a list that a person added, as the list says it).
    pub licence: String,
    /// To whom its licence wants it ascribed; empty where it does not say.
    pub attribution: String,
    /// The package it was taken from; of a list that a person added, `added: ` and its file's name.
    pub source: String,
    /// SHA-256 of the list's text, in hexadecimal.
    pub sha256: String,
    /// How many rules were taken.
    pub rules: u64,
    /// Lines that were not, by reason.
    pub skipped: Vec<Counted>,
}

/// The bit that tells the number of an added list from those of the bundled ones.
pub const ADDED: u32 = 1 << 31;

/// The numbers of what is no list of rules and yet judged by: whose a host is, what one site is.
const DATA: std::ops::Range<u32> = 1_001..2_000;

impl ListInfo {
    /// Whether a person added it.
    pub fn is_added(&self) -> bool {
        self.id & ADDED != 0
    }

    /// Whether these are the facts of data that are no rules.
    pub fn is_data(&self) -> bool {
        DATA.contains(&self.id)
    }

    /// The lists' facts as the pack keeps them.
    pub fn to_json(lists: &[Self]) -> Vec<u8> {
        let lists: Vec<serde_json::Value> = lists
            .iter()
            .map(|list| {
                let skipped: Vec<_> =
                    list.skipped.iter().map(|c| serde_json::json!({ "why": c.why, "count": c.count })).collect();
                let mut facts = serde_json::json!({
                    "id": list.id, "title": list.title, "version": list.version, "date": list.date,
                    "licence": list.licence, "source": list.source, "sha256": list.sha256, "rules": list.rules,
                    "skipped": skipped,
                });
                if let Some(facts) = facts.as_object_mut().filter(|_| !list.attribution.is_empty()) {
                    facts.insert("attribution".to_owned(), list.attribution.as_str().into());
                }
                facts
            })
            .collect();
        serde_json::Value::Array(lists).to_string().into_bytes()
    }

    /// Reads what [`ListInfo::to_json`] wrote.
    pub fn from_json(bytes: &[u8]) -> Result<Vec<Self>, Error> {
        let damaged = || Error::PackDamaged("its list facts cannot be read");
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        let text = |v: &serde_json::Value, key: &str| {
            v.get(key).and_then(|v| v.as_str()).map(str::to_owned).ok_or_else(damaged)
        };
        let number =
            |v: &serde_json::Value, key: &str| v.get(key).and_then(serde_json::Value::as_u64).ok_or_else(damaged);
        value
            .as_array()
            .ok_or_else(damaged)?
            .iter()
            .map(|list| {
                let skipped = list.get("skipped").and_then(|v| v.as_array()).ok_or_else(damaged)?;
                Ok(Self {
                    id: u32::try_from(number(list, "id")?).map_err(|_| damaged())?,
                    title: text(list, "title")?,
                    version: text(list, "version")?,
                    date: text(list, "date")?,
                    licence: text(list, "licence")?,
                    attribution: text(list, "attribution").unwrap_or_default(),
                    source: text(list, "source")?,
                    sha256: text(list, "sha256")?,
                    rules: number(list, "rules")?,
                    skipped: skipped
                        .iter()
                        .map(|c| Ok(Counted { why: text(c, "why")?, count: number(c, "count")? }))
                        .collect::<Result<_, Error>>()?,
                })
            })
            .collect()
    }
}

/// The `n`th `u16` of a column.
#[inline]
pub fn u16_at(column: &[u8], n: usize) -> Option<u16> {
    column.get(n * 2..n * 2 + 2).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes)
}

/// The `n`th `u32` of a column.
#[inline]
pub fn u32_at(column: &[u8], n: usize) -> Option<u32> {
    column.get(n * 4..n * 4 + 4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes)
}

fn u64_at(column: &[u8], n: usize) -> Option<u64> {
    column.get(n * 8..n * 8 + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes)
}

/// A section and what is in it.
pub type Part = (Section, Vec<u8>);

/// Joins sections to a pack, others to the texts that belong to it, and the rest to the shelf, if there is one. They stand
/// one after the other, and may be parted where each ends by its header.
pub fn write(sections: &[Part], mut texts: Vec<Part>, mut shelf: Vec<Part>) -> Vec<u8> {
    let (mut pack, sum) = join(MAGIC, sections);
    texts.push((Section::Of, sum.to_le_bytes().to_vec()));
    pack.extend(join(TEXTS_MAGIC, &texts).0);
    if !shelf.is_empty() {
        shelf.push((Section::Of, sum.to_le_bytes().to_vec()));
        pack.extend(join(SHELF_MAGIC, &shelf).0);
    }
    pack
}

fn join(magic: &[u8; 8], sections: &[(Section, Vec<u8>)]) -> (Vec<u8>, u64) {
    let mut body = Vec::new();
    let mut at = HEADER + sections.len() * ENTRY;
    for (id, bytes) in sections {
        for word in [*id as u32, at as u32, bytes.len() as u32, 0] {
            body.extend_from_slice(&word.to_le_bytes());
        }
        at += bytes.len();
    }
    for (_, bytes) in sections {
        body.extend_from_slice(bytes);
    }
    let sum = checksum(&body);
    let mut out = Vec::with_capacity(HEADER + body.len());
    out.extend_from_slice(magic);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&(sections.len() as u32).to_le_bytes());
    out.extend_from_slice(&((HEADER + body.len()) as u64).to_le_bytes());
    out.extend_from_slice(&sum.to_le_bytes());
    out.extend_from_slice(&body);
    (out, sum)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        write(
            &[(Section::Lists, b"[]".to_vec()), (Section::Patterns, vec![7; 100])],
            [
                Section::HostLabels,
                Section::HostRests,
                Section::HostEnds,
                Section::HostStarts,
                Section::HostEndings,
                Section::LineDeltas,
                Section::LongLines,
            ]
            .map(|section| (section, b"a.example".to_vec()))
            .to_vec(),
            vec![],
        )
    }

    #[test]
    fn any_flipped_byte_is_noticed() {
        let good = sample();
        assert!(Bytes::check(Cow::Owned(good.clone())).is_ok());
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(Bytes::check(Cow::Owned(bad)).is_err(), "byte {at}");
        }
        let alone = u64_at(&good, 2).unwrap() as usize;
        for length in 0..good.len() {
            let cut = Bytes::check(Cow::Owned(good[..length].to_vec()));
            assert_eq!(cut.is_ok(), length == alone, "length {length}: a pack may come without its texts");
        }
    }

    #[test]
    fn texts_of_another_pack_are_refused() {
        let good = sample();
        let alone = u64_at(&good, 2).unwrap() as usize;
        let mut other = write(&[(Section::Lists, b"[1]".to_vec())], vec![], vec![]);
        other.truncate(u64_at(&other, 2).unwrap() as usize);
        let mut pack = Bytes::check(Cow::Owned(other)).unwrap();
        assert!(pack.add_texts(Cow::Owned(good[alone..].to_vec())).is_err());
        assert!(pack.add_texts(Cow::Owned(good[..alone].to_vec())).is_err(), "a pack is no texts");
        let cut = write(&[(Section::Lists, b"[]".to_vec())], vec![(Section::HostLabels, vec![])], vec![]);
        assert!(Bytes::check(Cow::Owned(cut)).is_err(), "texts without lines");
    }

    #[test]
    fn sections_come_back() {
        let pack = Bytes::check(Cow::Owned(sample())).unwrap();
        let range = pack.range(Section::Patterns).unwrap();
        assert_eq!(pack.slice(&range), &[7; 100]);
        assert!(pack.range(Section::Names).is_err());
    }
}
