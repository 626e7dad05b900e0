//! The columns of a pack, read where they lie: from a rule's number to its pattern, its options and its text.

use std::ops::Range;

use super::index::{
    ALWAYS, BASE, BUCKET_BITS, ENDING, ENTRY, FILTER_BITS, HOSTS, LITERAL, LONG, ROW, RuleId, rule_bits,
};
use super::pack::{Bytes, Section, u16_at, u32_at};
use super::rule::{Flags, Pairs};
use crate::error::Error;

/// How many bytes a row of [`Section::RegexShapes`] has.
const REGEX_SHAPE: usize = 12 + 16 * ENDING + LITERAL + 16 + 4;

/// Where the columns lie.
#[derive(Debug)]
pub struct Columns {
    rules: usize,
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
}

/// The columns themselves, for as long as one request takes.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// How many bits of a bucket's entry are the rule's number.
    pub rule_bits: u32,
    /// [`Section::KeyBits`]
    pub key_bits: &'a [u8],
    /// [`Section::BucketBases`]
    pub bucket_bases: &'a [u8],
    /// [`Section::BucketEnds`]
    pub bucket_ends: &'a [u8],
    /// [`Section::BucketEntries`]
    pub bucket_entries: &'a [u8],
    /// [`Section::AlwaysRules`]
    pub always: &'a [u8],
    rows: &'a [u8],
    patterns: &'a [u8],
    pattern_lengths: &'a [u8],
    shape_index: &'a [u8],
    shapes: &'a [u8],
    tails: &'a [u8],
    long: &'a [u8],
    regex_shapes: &'a [u8],
    hosts: Option<Hosts<'a>>,
}

/// The texts, if they are loaded.
#[derive(Debug, Clone, Copy)]
struct Hosts<'a> {
    labels: &'a [u8],
    rests: &'a [u8],
    ends: &'a [u8],
    starts: &'a [u8],
    endings: &'a [u8],
}

/// What many rules share: their flags, and what follows their pattern.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// What the rule speaks of.
    pub flags: Flags,
    /// The pattern's own end, and the options.
    pub tail: &'a [u8],
}

/// Where a rule's pattern is kept.
#[derive(Debug, Clone, Copy)]
pub enum Kept {
    /// With the hosts, as number so many of them: `||host^` and nothing else.
    Host(usize),
    /// With the other patterns, as number so many of them.
    Pattern(usize),
}

/// A row of [`Section::RuleRows`].
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// How many patterns come before the row's.
    patterns_before: usize,
    /// Where the first of its patterns starts.
    start: usize,
    /// A bit for each rule that is a host and nothing else.
    hosts: u32,
}

impl Row {
    /// Where one of the row's rules has its pattern.
    #[inline]
    pub fn kept(&self, rule: RuleId) -> Kept {
        let (at, bit) = (rule as usize / ROW * ROW, rule % ROW as u32);
        let hosts_in_front = (self.hosts & !(u32::MAX << bit)).count_ones() as usize;
        if self.hosts & (1 << bit) != 0 {
            Kept::Host(at.saturating_sub(self.patterns_before) + hosts_in_front)
        } else {
            Kept::Pattern(self.patterns_before + bit as usize - hosts_in_front)
        }
    }
}

impl Columns {
    /// Finds the columns of a checked pack of so many rules, and looks whether they are of one length.
    pub fn open(pack: &Bytes, rules: usize) -> Result<Self, Error> {
        let range = |section| pack.range(section);
        let columns = Self {
            rules,
            rows: range(Section::RuleRows)?,
            patterns: range(Section::Patterns)?,
            pattern_lengths: range(Section::PatternLengths)?,
            shape_index: range(Section::ShapeIndex)?,
            shapes: range(Section::Shapes)?,
            tails: range(Section::Tails)?,
            long: range(Section::LongPatterns)?,
            key_bits: range(Section::KeyBits)?,
            bucket_bases: range(Section::BucketBases)?,
            bucket_ends: range(Section::BucketEnds)?,
            bucket_entries: range(Section::BucketEntries)?,
            always: range(Section::AlwaysRules)?,
            regex_shapes: range(Section::RegexShapes)?,
        };
        if columns.rows.len() != rules.div_ceil(ROW) * 12
            || columns.shape_index.len() != columns.pattern_lengths.len() * 2
            || columns.key_bits.len() != 1 << (FILTER_BITS - 3)
            || columns.bucket_bases.len() != (4 << BUCKET_BITS) / BASE
            || columns.bucket_ends.len() != 2 << BUCKET_BITS
            || columns.bucket_entries.len() != columns.entries(pack) * ENTRY + 8 - ENTRY
            || columns.hosts(pack) + columns.pattern_lengths.len() != rules
            || !columns.always.len().is_multiple_of(ALWAYS)
            || !columns.regex_shapes.len().is_multiple_of(REGEX_SHAPE)
        {
            return Err(Error::PackDamaged("its columns differ in length"));
        }
        Ok(columns)
    }

    /// How many entries the buckets have: where the last one ends.
    fn entries(&self, pack: &Bytes) -> usize {
        let base = u32_at(pack.slice(&self.bucket_bases), (1 << BUCKET_BITS) / BASE - 1).unwrap_or(0);
        base as usize + usize::from(u16_at(pack.slice(&self.bucket_ends), (1 << BUCKET_BITS) - 1).unwrap_or(0))
    }

    /// How many rules are a host and nothing else.
    fn hosts(&self, pack: &Bytes) -> usize {
        let rows = pack.slice(&self.rows).chunks_exact(12);
        rows.filter_map(|row| u32_at(row, 2)).map(|hosts| hosts.count_ones() as usize).sum()
    }

    /// How many rules there are.
    pub fn rules(&self) -> usize {
        self.rules
    }

    /// The columns, to be read.
    pub fn view<'a>(&self, pack: &'a Bytes) -> View<'a> {
        let hosts = pack.texts().and_then(|texts| {
            let column = |section| texts.range(section).ok().map(|range| texts.slice(&range));
            Some(Hosts {
                labels: column(Section::HostLabels)?,
                rests: column(Section::HostRests)?,
                ends: column(Section::HostEnds)?,
                starts: column(Section::HostStarts)?,
                endings: column(Section::HostEndings)?,
            })
        });
        View {
            rule_bits: rule_bits(self.rules),
            key_bits: pack.slice(&self.key_bits),
            bucket_bases: pack.slice(&self.bucket_bases),
            bucket_ends: pack.slice(&self.bucket_ends),
            bucket_entries: pack.slice(&self.bucket_entries),
            always: pack.slice(&self.always),
            rows: pack.slice(&self.rows),
            patterns: pack.slice(&self.patterns),
            pattern_lengths: pack.slice(&self.pattern_lengths),
            shape_index: pack.slice(&self.shape_index),
            shapes: pack.slice(&self.shapes),
            tails: pack.slice(&self.tails),
            long: pack.slice(&self.long),
            regex_shapes: pack.slice(&self.regex_shapes),
            hosts,
        }
    }
}

impl<'a> View<'a> {
    /// The row that a rule stands in.
    #[inline]
    pub fn row(&self, rule: RuleId) -> Option<Row> {
        let at = rule as usize / ROW * 12;
        let row = self.rows.get(at..at + 12)?;
        Some(Row { patterns_before: u32_at(row, 0)? as usize, start: u32_at(row, 1)? as usize, hosts: u32_at(row, 2)? })
    }

    /// A pattern, without anchors and without the `^` it may end in.
    #[inline]
    pub fn pattern(&self, row: &Row, at: usize) -> &'a [u8] {
        let before = self.pattern_lengths.get(row.patterns_before..at).unwrap_or_default();
        let last = self.pattern_lengths.get(at).copied().unwrap_or(0);
        let (mut start, mut length) = (0, usize::from(last));
        for &length in before {
            start += usize::from(length);
        }
        if last == LONG || before.contains(&LONG) {
            // The column stands in the order of patterns.
            let of = |at: usize| u32_at(self.long, at * 2).unwrap_or(u32::MAX);
            let whole = |n: usize| {
                let at = partition(self.long.len() / 8, |at| (of(at) as usize) < n);
                if of(at) as usize == n { u32_at(self.long, at * 2 + 1).unwrap_or(0) as usize } else { 0 }
            };
            for (n, _) in before.iter().enumerate().filter(|&(_, &short)| short == LONG) {
                start += whole(row.patterns_before + n).saturating_sub(usize::from(LONG));
            }
            if last == LONG {
                length = whole(at);
            }
        }
        let start = start.saturating_add(row.start);
        self.patterns.get(start..start.saturating_add(length)).unwrap_or_default()
    }

    /// What a rule shares with others.
    pub fn shape(&self, rule: RuleId) -> Shape<'a> {
        match self.row(rule).map(|row| row.kept(rule)) {
            Some(Kept::Host(_)) => Shape { flags: Flags(Flags::HOST_RULE), tail: b"^" },
            Some(Kept::Pattern(at)) => self.shape_of(at).unwrap_or(Shape { flags: Flags(0), tail: &[] }),
            None => Shape { flags: Flags(0), tail: &[] },
        }
    }

    /// What the rule of a pattern shares with others.
    #[inline]
    pub fn shape_of(&self, pattern: usize) -> Option<Shape<'a>> {
        let at = usize::from(u16_at(self.shape_index, pattern)?) * 12;
        let record = self.shapes.get(at..at + 12)?;
        let (from, length) = (u32_at(record, 1)? as usize, u32_at(record, 2)? as usize);
        let tail = self.tails.get(from..from.saturating_add(length))?;
        Some(Shape { flags: Flags(u32_at(record, 0)?), tail })
    }

    /// The text of a host among the rules that are a host and nothing else, in parts that follow each other; `None` where
    /// the texts are not loaded.
    #[inline]
    pub fn host(&self, at: usize) -> Option<[&'a [u8]; 4]> {
        let hosts = self.hosts?;
        let line =
            |column: &'a [u8], start: u32| column.get(start as usize..)?.split(|&byte| byte == b'\n').nth(at % HOSTS);
        let label = line(hosts.labels, u32_at(hosts.starts, at / HOSTS * 2)?)?;
        let rest = line(hosts.rests, u32_at(hosts.starts, at / HOSTS * 2 + 1)?)?;
        let end = usize::from(*hosts.ends.get(at)?);
        let ending = hosts.endings.split(|&byte| byte == b'\n').nth(end)?;
        Some([label, if rest.is_empty() { &b""[..] } else { b"." }, rest, ending])
    }

    /// How many rules are regular expressions of which something is known; of the others nothing can match.
    pub fn regexes(&self) -> usize {
        self.regex_shapes.len() / REGEX_SHAPE
    }

    /// Which these are.
    pub fn regex_rules(&self) -> impl Iterator<Item = RuleId> {
        self.regex_shapes.chunks_exact(REGEX_SHAPE).filter_map(|row| u32_at(row, 0))
    }

    /// A rule as its list has it; `None` where the texts are needed for it and not loaded.
    pub fn text(&self, rule: RuleId) -> Option<String> {
        let shape = self.shape(rule);
        let row = self.row(rule)?;
        let [a, b, c, d] = match row.kept(rule) {
            Kept::Host(at) => self.host(at)?,
            Kept::Pattern(at) => [self.pattern(&row, at), b"", b"", b""],
        };
        String::from_utf8([shape.flags.before_pattern(), a, b, c, d, shape.tail].concat()).ok()
    }

    /// Whether a URL has the length, the ending and the plain text of those that a rule's regular expression matches.
    pub fn could_match(&self, rule: RuleId, hay: &[u8], pairs: &Pairs) -> bool {
        let Some(row) = self.regex_shape(rule) else { return true };
        let length = hay.len() as u32;
        if u32_at(row, 1).is_some_and(|least| length < least) || u32_at(row, 2).is_some_and(|most| length > most) {
            return false;
        }
        let (sets, rest) = row.split_at_checked(12 + 16 * ENDING).unwrap_or((row, &[]));
        let literal = rest.split(|&byte| byte == 0).next().unwrap_or_default();
        if !pairs.can_hold(literal.get(..LITERAL).unwrap_or(literal)) {
            return false;
        }
        let sets = sets.get(12..).unwrap_or_default().chunks_exact(16);
        hay.iter().rev().zip(sets).all(|(&byte, set)| is_in(set, byte))
    }

    /// And whether the URL holds what its matches must hold, which takes [`HOLDS`] steps for each byte of it at most.
    pub fn could_hold(&self, rule: RuleId, hay: &[u8]) -> bool {
        let rest = self.regex_shape(rule).and_then(|row| row.get(12 + 16 * ENDING..)).unwrap_or_default();
        let (literal, run) = rest.split_at_checked(LITERAL).unwrap_or_default();
        let times = u32_at(run, 4).unwrap_or(0);
        has_run(hay, run, times) && holds(hay, literal.split(|&byte| byte == 0).next().unwrap_or_default())
    }

    /// The row of [`Section::RegexShapes`] about a rule.
    fn regex_shape(&self, rule: RuleId) -> Option<&'a [u8]> {
        let shapes = self.regex_shapes;
        let of = |n: usize| shapes.get(n * REGEX_SHAPE..).and_then(|row| u32_at(row, 0)).unwrap_or(u32::MAX);
        let at = partition(shapes.len() / REGEX_SHAPE, |n| of(n) < rule);
        shapes.get(at * REGEX_SHAPE..(at + 1) * REGEX_SHAPE).filter(|_| of(at) == rule)
    }
}

/// How many steps [`View::could_hold`] counts as for each byte of a URL: one looks at the run, and the text is compared at each
/// byte until it differs.
pub const HOLDS: u64 = 4;

/// Whether a set of ASCII characters, a bit each, has a byte; what is not ASCII may be in any.
fn is_in(set: &[u8], byte: u8) -> bool {
    !byte.is_ascii() || set.get(usize::from(byte / 8)).is_some_and(|bits| bits & (1 << (byte % 8)) != 0)
}

/// Whether so many bytes of a set stand one behind the other in a text.
fn has_run(text: &[u8], set: &[u8], times: u32) -> bool {
    let mut met = 0;
    times == 0
        || text.iter().any(|&byte| {
            met = if is_in(set, byte) { met + 1 } else { 0 };
            met >= times
        })
}

/// Whether a text, in whatever case, has another in it that is in lower case.
fn holds(text: &[u8], lower: &[u8]) -> bool {
    lower.is_empty() || text.windows(lower.len()).any(|part| part.eq_ignore_ascii_case(lower))
}

/// The first of `0..length` for which `before` does not hold, where it holds for all in front and for none behind.
pub fn partition(length: usize, before: impl Fn(usize) -> bool) -> usize {
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

/// A column of pairs of numbers.
pub fn pairs(column: &[u8]) -> impl Iterator<Item = (u32, u32)> {
    column.chunks_exact(8).filter_map(|pair| Some((u32_at(pair, 0)?, u32_at(pair, 1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_met_at_its_length() {
        let digits = (0x3ff_u128 << b'0').to_le_bytes();
        assert!(
            has_run(b"/a123456/", &digits, 6) && has_run(b"123456", &digits, 6) && has_run(b"x12345678", &digits, 6)
        );
        assert!(!has_run(b"/12345/6", &digits, 6) && !has_run(b"12345", &digits, 6) && !has_run(b"", &digits, 1));
        // What is not ASCII may be in any set.
        assert!(has_run(b"123\xff56", &digits, 6));
        assert!(has_run(b"", &digits, 0));
    }

    #[test]
    fn a_text_is_met_in_whatever_case() {
        assert!(holds(b"/AdServer/x", b"adserver") && holds(b"adserver", b"adserver") && holds(b"a", b""));
        assert!(!holds(b"/adserve/r", b"adserver") && !holds(b"ad", b"adserver"));
    }
}
