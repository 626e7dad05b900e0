//! What can be known of a regular expression before it is run: words that its matches must have, and their length.
//! With that, most requests need not run it, and most of the lists' expressions are never compiled at all.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};
use regex_syntax::utf8::Utf8Sequences;

use super::compile::in_order;
use super::index::{ENDING, Key, LITERAL, MIN_WORD, START, key_hash};

/// Keys of which every URL that a rule matches has at least one: in order, each once.
pub type KeySet = Vec<u64>;

/// These keys as a set.
pub fn key_set(keys: Vec<u64>) -> KeySet {
    let mut pairs: Vec<(u64, u64)> = keys.into_iter().map(|key| (key, 0)).collect();
    in_order(&mut pairs);
    pairs.dedup();
    pairs.into_iter().map(|(key, _)| key).collect()
}

/// How many keys one rule may be filed under; the longest lists of endings have some thirty.
const MAX_KEYS: usize = 48;

/// The words that a regular expression's matches must have whole, or of which they must have one.
pub fn keys(pattern: &str) -> Vec<KeySet> {
    let mut found = Vec::new();
    if let Some(hir) = parse(pattern) {
        walk(&hir, false, false, &mut found);
    }
    found.into_iter().map(|word| word.keys).collect()
}

/// What a URL is like that a regular expression matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// How short it can be, in bytes.
    pub least: u32,
    /// How long it can be; `u32::MAX` where there is no limit.
    pub most: u32,
    /// Which ASCII characters can be its last, its last but one and so on: a bit each, all of them where it is open.
    pub ending: [u128; ENDING],
    /// The end of the longest text that it must hold, in lower case, filled up with zeros.
    pub literal: [u8; LITERAL],
    /// Characters that it must hold one behind the other: which, a bit each, and how many; 0 where nothing is known.
    pub run: (u128, u32),
}

/// What can be said of the URLs that it matches.
pub fn shape(pattern: &str) -> Option<Shape> {
    let hir = parse(pattern)?;
    let properties = hir.properties();
    let least = u32::try_from(properties.minimum_len()?).ok()?;
    let ends = properties.look_set_suffix().contains(Look::End);
    let whole = ends && properties.look_set_prefix().contains(Look::Start);
    let most = properties.maximum_len().filter(|_| whole).and_then(|most| u32::try_from(most).ok());
    let mut ending = [u128::MAX; ENDING];
    if ends {
        for (to, from) in ending.iter_mut().zip(last(&hir).sets) {
            *to = from;
        }
    }
    let mut literal = [0; LITERAL];
    for (to, from) in literal.iter_mut().zip(longest(&hir)) {
        *to = from;
    }
    Some(Shape { least, most: most.unwrap_or(u32::MAX), ending, literal, run: run(&hir) })
}

/// Of the characters that all matches hold one behind the other those that the fewest addresses have: by how many, and by how
/// few there are to choose from.
fn run(hir: &Hir) -> (u128, u32) {
    match hir.kind() {
        HirKind::Capture(capture) => run(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => match last(&repetition.sub) {
            Ending { sets, all: true } if sets.len() == 1 => (sets.first().copied().unwrap_or(0), repetition.min),
            _ => run(&repetition.sub),
        },
        HirKind::Concat(parts) => {
            let rare = |(set, times): &(u128, u32)| u64::from(*times) * 1024 / u64::from(set.count_ones().max(1));
            parts.iter().map(run).max_by_key(rare).unwrap_or_default()
        }
        _ => (0, 0),
    }
}

/// How many states a regular expression has once it is compiled, about: so many steps at most are made for each byte of a URL,
/// and compiling takes time and room by them. `None` where it cannot be read. Compiles nothing.
pub fn states(pattern: &str) -> Option<u32> {
    parse(pattern).map(|hir| states_of(&hir))
}

fn states_of(hir: &Hir) -> u32 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        // A state of many ranges looks at one after the other.
        HirKind::Class(Class::Bytes(class)) => 1 + u32::try_from(class.ranges().len() / 8).unwrap_or(u32::MAX),
        // Each range becomes sequences of bytes.
        HirKind::Class(Class::Unicode(class)) => {
            let sequences = class.iter().flat_map(|range| Utf8Sequences::new(range.start(), range.end()));
            sequences.map(|sequence| sequence.len() as u32).fold(1, u32::saturating_add)
        }
        HirKind::Literal(literal) => u32::try_from(literal.0.len()).unwrap_or(u32::MAX),
        HirKind::Capture(capture) => states_of(&capture.sub).saturating_add(2),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            states_of(&repetition.sub).saturating_mul(times).saturating_add((times - repetition.min.min(times)).max(1))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(states_of).fold(1, u32::saturating_add)
        }
    }
}

/// The end of the longest text that all matches hold.
fn longest(hir: &Hir) -> Vec<u8> {
    match hir.kind() {
        HirKind::Literal(literal) if literal.0.is_ascii() && !literal.0.contains(&0) => {
            let from = literal.0.len().saturating_sub(LITERAL);
            literal.0.get(from..).unwrap_or_default().to_ascii_lowercase()
        }
        HirKind::Capture(capture) => longest(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => longest(&repetition.sub),
        // What every URL has says nothing.
        HirKind::Concat(parts) => {
            let told = |text: Vec<u8>| match text.strip_prefix(b"https://") {
                Some(rest) => rest.to_vec(),
                None => text,
            };
            let texts = parts.iter().map(longest).map(told).filter(|text| !text.starts_with(b"http"));
            texts.max_by_key(Vec::len).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The last characters of what a part matches, as far as they are the same in number for all its matches.
struct Ending {
    /// From the last one on, at most [`ENDING`].
    sets: Vec<u128>,
    /// Whether that is all: what comes before the part stands right before these.
    all: bool,
}

fn last(hir: &Hir) -> Ending {
    let ending = |sets: Vec<u128>, all: bool| Ending { all: all && sets.len() < ENDING, sets };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => ending(Vec::new(), true),
        HirKind::Literal(literal) => ending(literal.0.iter().rev().take(ENDING).map(|&byte| one(byte)).collect(), true),
        HirKind::Class(Class::Bytes(class)) => {
            let set = class.iter().flat_map(|range| range.start()..=range.end()).fold(0, |set, byte| set | one(byte));
            ending(vec![set], true)
        }
        HirKind::Class(Class::Unicode(_)) => ending(Vec::new(), false),
        HirKind::Capture(capture) => last(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = last(&repetition.sub);
            let times = if sub.all { (repetition.min as usize).min(ENDING) } else { usize::from(repetition.min > 0) };
            let sets: Vec<u128> = std::iter::repeat_n(&sub.sets, times).flatten().copied().take(ENDING).collect();
            ending(sets, sub.all && Some(repetition.min) == repetition.max)
        }
        HirKind::Concat(parts) => {
            let mut sets = Vec::new();
            for part in parts.iter().rev() {
                let its = last(part);
                sets.extend(its.sets);
                if !its.all || sets.len() >= ENDING {
                    sets.truncate(ENDING);
                    return ending(sets, false);
                }
            }
            ending(sets, true)
        }
        HirKind::Alternation(branches) => {
            let branches: Vec<Ending> = branches.iter().map(last).collect();
            let length = branches.iter().map(|branch| branch.sets.len()).min().unwrap_or(0);
            let all = branches.iter().all(|branch| branch.all && branch.sets.len() == length);
            let mut sets = vec![0; length];
            for branch in branches {
                for (to, from) in sets.iter_mut().zip(branch.sets) {
                    *to |= from;
                }
            }
            ending(sets, all)
        }
    }
}

/// The set of one character; without regard to case, as most rules are. What is not ASCII is never asked for.
fn one(byte: u8) -> u128 {
    if byte.is_ascii() { 1 << byte.to_ascii_lowercase() | 1 << byte.to_ascii_uppercase() } else { 0 }
}

fn parse(pattern: &str) -> Option<Hir> {
    parse_bare(&pattern.strip_prefix('/')?.strip_suffix('/')?.replace("\\/", "/"))
}

/// An expression without the `/` around it, of bytes.
pub fn parse_bare(pattern: &str) -> Option<Hir> {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()
}

struct Found {
    keys: KeySet,
    /// The shortest of the words: long ones are rare.
    length: usize,
}

/// `closed_before` and `closed_after`: whether what stands beside the part can be no letter and no digit, so that a word
/// at its edge is whole.
fn walk(hir: &Hir, closed_before: bool, closed_after: bool, found: &mut Vec<Found>) {
    match hir.kind() {
        HirKind::Literal(literal) => words(&literal.0, closed_before, closed_after, found),
        HirKind::Capture(capture) => walk(&capture.sub, closed_before, closed_after, found),
        HirKind::Repetition(repetition) if repetition.min > 0 => walk(&repetition.sub, false, false, found),
        HirKind::Concat(parts) => {
            for (at, part) in parts.iter().enumerate() {
                let (before, after) = (parts.get(..at).unwrap_or_default(), parts.get(at + 1..).unwrap_or_default());
                let closed_before = closed(before.iter().rev(), Side::Last).unwrap_or(closed_before);
                let closed_after = closed(after.iter(), Side::First).unwrap_or(closed_after);
                walk(part, closed_before, closed_after, found);
            }
        }
        HirKind::Alternation(branches) => {
            let mut either = Found { keys: KeySet::new(), length: usize::MAX };
            for branch in branches {
                let mut its = Vec::new();
                walk(branch, closed_before, closed_after, &mut its);
                // One branch without a word, and the whole says nothing.
                let Some(best) = its.into_iter().max_by_key(|word| word.length) else { return };
                either.length = either.length.min(best.length);
                either.keys.extend(best.keys);
            }
            either.keys = key_set(either.keys);
            if either.keys.len() <= MAX_KEYS {
                found.push(either);
            }
        }
        _ => {}
    }
}

fn words(literal: &[u8], closed_before: bool, closed_after: bool, found: &mut Vec<Found>) {
    let lower = literal.to_ascii_lowercase();
    let mut at = 0;
    for word in lower.split(|byte| !byte.is_ascii_alphanumeric()) {
        let (from, to) = (at, at + word.len());
        at = to + 1;
        if from == 0 && !closed_before {
            continue;
        }
        let key = if to < lower.len() || closed_after {
            (word.len() >= MIN_WORD).then(|| key_hash(Key::Word, word))
        } else {
            word.get(..START).map(|start| key_hash(Key::Start, start))
        };
        found.extend(key.map(|key| Found { keys: KeySet::from([key]), length: word.len() }));
    }
}

#[derive(Clone, Copy)]
enum Side {
    First,
    Last,
}

/// Whether none of the bytes that can come next is a letter or a digit; `None` where all parts can be empty, so that it
/// depends on what stands beyond them.
fn closed<'a>(parts: impl Iterator<Item = &'a Hir>, side: Side) -> Option<bool> {
    for part in parts {
        let edge = edge(part, side);
        if !edge.closed {
            return Some(false);
        }
        if !edge.can_be_empty {
            return Some(true);
        }
    }
    None
}

struct Edge {
    can_be_empty: bool,
    closed: bool,
}

fn edge(hir: &Hir, side: Side) -> Edge {
    let bytes = |closed: bool| Edge { can_be_empty: false, closed };
    match hir.kind() {
        HirKind::Empty => Edge { can_be_empty: true, closed: true },
        // Beyond the URL's own start or end nothing stands.
        HirKind::Look(look) => Edge { can_be_empty: !matches!(look, Look::Start | Look::End), closed: true },
        HirKind::Literal(literal) => {
            let byte = match side {
                Side::First => literal.0.first(),
                Side::Last => literal.0.last(),
            };
            bytes(byte.is_some_and(|byte| !byte.is_ascii_alphanumeric()))
        }
        HirKind::Class(Class::Bytes(class)) => {
            let alphanumeric = |byte: u8| {
                byte.is_ascii_alphanumeric() && class.iter().any(|range| (range.start()..=range.end()).contains(&byte))
            };
            bytes(!(0..=127).any(alphanumeric))
        }
        HirKind::Class(Class::Unicode(_)) => bytes(false),
        HirKind::Capture(capture) => edge(&capture.sub, side),
        HirKind::Repetition(repetition) => {
            let sub = edge(&repetition.sub, side);
            Edge { can_be_empty: sub.can_be_empty || repetition.min == 0, closed: sub.closed }
        }
        HirKind::Concat(parts) => {
            let known = match side {
                Side::First => closed(parts.iter(), side),
                Side::Last => closed(parts.iter().rev(), side),
            };
            Edge { can_be_empty: known.is_none(), closed: known.unwrap_or(true) }
        }
        HirKind::Alternation(branches) => {
            let edges: Vec<Edge> = branches.iter().map(|branch| edge(branch, side)).collect();
            Edge {
                can_be_empty: edges.iter().any(|edge| edge.can_be_empty),
                closed: edges.iter().all(|edge| edge.closed),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(words: &[&str]) -> KeySet {
        key_set(words.iter().map(|word| key_hash(Key::Word, word.as_bytes())).collect())
    }

    #[test]
    fn words_that_are_whole() {
        let has = |pattern: &str, set: &KeySet| keys(pattern).contains(set);
        assert!(has(r"/^https:\/\/[a-z]{8}\.(?:club|fun|xyz)\/x/", &word(&["club", "fun", "xyz"])));
        assert!(has(r"/\/(?:\d{1,3}\/)?tag\.min\.js$/", &word(&["tag"])), "what stands before it ends in a slash");
        assert!(has(r"/\/ads\.js$/", &word(&["js"])), "the URL's end closes a word");
        assert!(has(r"/(?:^|\/)stats\./", &word(&["stats"])));
        // What could go on is no whole word.
        assert!(!has(r"/tag\.js/", &word(&["tag"])));
        assert!(!has(r"/\/tag[a-z]?\./", &word(&["tag"])));
        assert!(!has(r"/\/(?:a|b)?tag\./", &word(&["tag"])));
        assert!(!has(r"/\/(?:tag\.|[a-z])x/", &word(&["tag"])), "one branch has no word");
        assert!(keys(r"/\/track[0-9]+\./").contains(&KeySet::from([key_hash(Key::Start, b"trac")])));
    }

    #[test]
    fn how_a_match_looks() {
        let span = |pattern: &str| shape(pattern).map(|shape| (shape.least, shape.most));
        assert_eq!(span(r"/^https:\/\/[a-z]{3,5}\.x$/"), Some((13, 15)));
        assert_eq!(span(r"/^https:\/\/[a-z]{3,5}\.x/"), Some((13, u32::MAX)), "it may go on");
        assert_eq!(span(r"/[a-z]{30}\./"), Some((31, u32::MAX)));
        assert_eq!(span(r"/[/"), None);
    }

    #[test]
    fn states_are_about_those_of_the_compiled_expression() {
        assert_eq!(states("/[a-z]{100}x/"), Some(103));
        // Without a Unicode table such a class can still be written.
        let unicode = states(r"/(?-i)(?u:[\x{80}-\x{10FFFF}]{100})/").unwrap_or(0);
        assert!((2_000..4_000).contains(&unicode), "{unicode}");
        let many: String = ('!'..'z').step_by(2).map(|c| format!("\\x{:02x}", c as u32)).collect();
        assert!(states(&format!("/[{many}]{{100}}/")).unwrap_or(0) > 500);
    }

    #[test]
    fn what_a_match_holds() {
        let holds = |pattern: &str| {
            let literal = shape(pattern).map(|shape| shape.literal).unwrap_or_default();
            String::from_utf8_lossy(&literal).trim_end_matches('\0').to_owned()
        };
        assert_eq!(
            holds(r"/^https:\/\/[a-z]{3}\.Tracker\.example\/[0-9]+x/"),
            ".tracker.example/".get(1..).unwrap_or("")
        );
        assert_eq!(holds(r"/a(?:bcd|efg)h?/"), "a");
        assert_eq!(holds(r"/^https:\/\/anon1.[0-9]{6}x/"), "anon1");
        assert_eq!(holds(r"/(?:bcd|efg)/"), "");
    }

    #[test]
    fn what_a_match_has_one_behind_the_other() {
        let run = |pattern: &str| shape(pattern).map(|shape| (shape.run.0.count_ones(), shape.run.1));
        // Letters in both cases.
        assert_eq!(run(r"/^https:\/\/[a-z-]{6,15}\.(?:com|xyz)\/\d{6,7}\??\S*$/"), Some((10, 6)));
        assert_eq!(run(r"/\/(?:[a-z0-9]{2}\/){2,3}[a-f0-9]{32}\.js/"), Some((22, 32)));
        assert_eq!(run(r"/\/(static|assets)\/([a-f0-9]){28,31}$/"), Some((22, 28)));
        // What may be missing says nothing.
        assert_eq!(run(r"/x(?:[0-9]{9})?y[0-9]{0,9}(?:[0-9]{9}|z)/"), Some((0, 0)));
        assert_eq!(run("/abc/"), Some((0, 0)));
    }

    #[test]
    fn how_a_match_ends() {
        let ends = |pattern: &str, with: &str| {
            let ending = shape(pattern).map(|shape| shape.ending).unwrap_or_default();
            with.bytes().rev().zip(ending).all(|(byte, set)| set & (1 << byte) != 0)
        };
        assert!(ends(r"/\/[a-z]{2,5}\.js$/", "q/abc.js") && !ends(r"/\/[a-z]{2,5}\.js$/", "a.css"));
        assert!(ends(r"/\/\d{3,6}$/", "ab/12345") && !ends(r"/\/\d{3,6}$/", "abcdef12"));
        assert!(ends(r"/x(?:\.js|\.css)$/", "abcx.css") && !ends(r"/x(?:\.js|\.css)$/", "abcx.png"));
        assert!(ends(r"/ab?c?$/", "zzzzzzab") && ends(r"/ab?c?$/", "zzzzzzzc") && ends(r"/ab?c?$/", "zzzzzzza"));
        assert!(ends(r"/\.js(?:$|\?)/", "anything"), "it may go on");
        assert!(ends(r"/[A-Z]{3}$/", "zzzzzabc"), "as most rules are, without regard to case");
        assert!(ends(r"/(?:ab|c)d$/", "zzzzzzcd") && ends(r"/(?:ab|c)d$/", "zzzzzabd"));
    }
}
