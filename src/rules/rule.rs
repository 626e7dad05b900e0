//! One rule of a list as the index keeps it: its own text, and a word of flags. The text is the rule: the pattern and
//! the options are read from it in place, so what a person is shown is what was matched, and nothing is kept twice.

use crate::observation::RequestType;

/// What kind of rule it is and which requests it speaks of. The low 13 bits are request types by their code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flags(pub u32);

impl Flags {
    /// All request types.
    pub const TYPES: u32 = (1 << 13) - 1;
    /// Speaks of requests within the page's own site.
    pub const FIRST_PARTY: u32 = 1 << 13;
    /// Speaks of requests to other sites.
    pub const THIRD_PARTY: u32 = 1 << 14;
    /// `@@`: lets through what another rule names.
    pub const EXCEPTION: u32 = 1 << 15;
    /// `$important`: no exception applies.
    pub const IMPORTANT: u32 = 1 << 16;
    /// `$match-case`.
    pub const MATCH_CASE: u32 = 1 << 17;
    /// The pattern is `/a regular expression/`.
    pub const REGEX: u32 = 1 << 18;
    /// `||`: begins at a label of the host.
    pub const HOST_ANCHOR: u32 = 1 << 19;
    /// `|` in front: begins where the URL begins.
    pub const LEFT_ANCHOR: u32 = 1 << 20;
    /// `|` at the end: ends where the URL ends.
    pub const RIGHT_ANCHOR: u32 = 1 << 21;
    /// `$removeparam=NAME`: names a parameter that only serves to track.
    pub const REMOVEPARAM: u32 = 1 << 22;
    /// Has `$domain=`: speaks of certain pages only.
    pub const DOMAIN: u32 = 1 << 23;
    /// Has `$to=`: speaks of certain hosts only.
    pub const TO: u32 = 1 << 24;
    /// Of a list that a person added: an indicator, which names a host as that of a tool of surveillance.
    pub const INDICATOR: u32 = 1 << 25;
    /// Has `$denyallow=`: does not speak of requests to certain hosts.
    pub const DENYALLOW: u32 = 1 << 26;
    /// The pattern ends in `^`, which is kept with the options.
    pub const SEPARATOR_END: u32 = 1 << 27;
    /// The whole pattern is a host: `||a.example^`.
    pub const PLAIN_HOST: u32 = 1 << 28;
    /// Of a list that a person added: the public site of a tool's vendor, which collects nothing for the tool.
    pub const VENDOR_SITE: u32 = 1 << 29;

    /// The flags of `||host^` and nothing else, as five of six rules are: every type, either party.
    pub const HOST_RULE: u32 = Self::TYPES
        | Self::FIRST_PARTY
        | Self::THIRD_PARTY
        | Self::HOST_ANCHOR
        | Self::SEPARATOR_END
        | Self::PLAIN_HOST;

    /// Whether the bit (or one of the bits) is set.
    pub fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    /// Whether a request of this type and party is one the rule speaks of.
    pub fn admits(self, kind: RequestType, third_party: bool) -> bool {
        let party = if third_party { Self::THIRD_PARTY } else { Self::FIRST_PARTY };
        self.0 & (1 << (kind as u32)) != 0 && self.0 & party != 0
    }

    /// What stands before a rule's pattern: `@@`, then `||` or `|`.
    pub fn before_pattern(self) -> &'static [u8] {
        match (self.has(Self::EXCEPTION), self.has(Self::HOST_ANCHOR), self.has(Self::LEFT_ANCHOR)) {
            (true, true, _) => b"@@||",
            (true, false, true) => b"@@|",
            (true, false, false) => b"@@",
            (false, true, _) => b"||",
            (false, false, true) => b"|",
            (false, false, false) => b"",
        }
    }

    /// The options in what follows a rule's pattern: behind the pattern's own end and the `$`.
    pub fn options(self, tail: &[u8]) -> &[u8] {
        let end = usize::from(self.has(Self::SEPARATOR_END)) + usize::from(self.has(Self::RIGHT_ANCHOR));
        tail.get(end + 1..).unwrap_or_default()
    }
}

/// How a pattern ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct End {
    /// In `^`: a separator, or the end of the URL.
    pub separator: bool,
    /// In `|`: the end of the URL.
    pub last: bool,
}

impl End {
    /// Whether a pattern that has matched up to `at` may end there.
    #[inline]
    fn fits(self, hay: &[u8], at: usize) -> bool {
        match (self.separator, hay.get(at)) {
            (_, None) => true,
            (false, Some(_)) => !self.last,
            (true, Some(&byte)) => is_separator(byte) && (!self.last || at + 1 == hay.len()),
        }
    }
}

/// The value of the option `name` among a rule's options (`third-party,domain=a.example|b.example`).
pub fn option<'a>(options: &'a [u8], names: &[&[u8]]) -> Option<&'a [u8]> {
    options.split(|&b| b == b',').find_map(|part| {
        let equals = part.iter().position(|&b| b == b'=')?;
        let (name, value) = part.split_at_checked(equals)?;
        names.contains(&name).then(|| value.get(1..).unwrap_or_default())
    })
}

/// Whether a host is among `a.example|~b.example|c.*`: excluded ones first, then, where any are included, one of them.
///
/// `bare` is the host without its public suffix and the dot before it, for entries that end in `.*`.
pub fn hosts_admit(list: &[u8], host: &[u8], bare: &[u8]) -> bool {
    let mut included = false;
    let mut any_included = false;
    for item in list.split(|&b| b == b'|') {
        let (negated, item) = match item {
            [b'~', rest @ ..] => (true, rest),
            _ => (false, item),
        };
        // Regular expressions as hosts: the parser leaves them out, and so do we.
        if item.starts_with(b"/") {
            continue;
        }
        let hit = match item.strip_suffix(b".*") {
            Some(name) => is_or_under(bare, name),
            None => is_or_under(host, item),
        };
        if negated {
            if hit {
                return false;
            }
        } else {
            any_included = true;
            included |= hit;
        }
    }
    included || !any_included
}

/// Whether `host` is `domain` or a subdomain of it. Bytes are compared without regard to ASCII case.
pub fn is_or_under(host: &[u8], domain: &[u8]) -> bool {
    let Some(start) = host.len().checked_sub(domain.len()) else { return false };
    let Some((before, tail)) = host.split_at_checked(start) else { return false };
    tail.eq_ignore_ascii_case(domain) && !domain.is_empty() && (before.is_empty() || before.ends_with(b"."))
}

/// Whether the query has a parameter of exactly this name.
pub fn has_param(query: &[u8], name: &[u8]) -> bool {
    query.split(|&b| b == b'&').any(|pair| match pair.strip_prefix(name) {
        Some(rest) => rest.is_empty() || rest.starts_with(b"="),
        None => false,
    })
}

/// ABP's separator, `^`: anything but a letter, a digit, or one of `_ - . %`.
fn is_separator(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'%') || byte >= 0x80)
}

/// Which pairs of neighbouring bytes a URL has, as a set that may hold a few more. Made once a request, it spares most
/// patterns the search through the URL.
#[derive(Debug, Clone)]
pub struct Pairs([bool; 1 << Pairs::BITS]);

impl Pairs {
    /// How many bits a pair's place has.
    pub const BITS: u32 = 10;
    /// The place of a pair that every URL has: `:/`.
    pub const ALWAYS: usize = Self::place(b':', b'/');

    /// Of no URL yet.
    pub fn none() -> Self {
        Self([false; 1 << Self::BITS])
    }

    /// Two bytes of a URL in lower case that stand side by side.
    #[inline]
    pub fn put(&mut self, before: u8, byte: u8) {
        if let Some(seen) = self.0.get_mut(Self::place(before, byte)) {
            *seen = true;
        }
    }

    /// Whether the URL can hold this text: its last pairs of bytes are all there. (The first are often a host, by which
    /// the rule was found.)
    #[inline]
    pub fn can_hold(&self, text: &[u8]) -> bool {
        const ENOUGH: usize = 8;
        text.iter().zip(text.iter().skip(1)).rev().take(ENOUGH).all(|(a, b)| {
            self.0.get(Self::place(a.to_ascii_lowercase(), b.to_ascii_lowercase())).copied().unwrap_or(false)
        })
    }

    /// Whether the URL has the pair of this place, or one that shares it.
    #[inline]
    pub fn has(&self, place: usize) -> bool {
        self.0.get(place).copied().unwrap_or(true)
    }

    /// The places of a text's pairs, without regard to case.
    pub fn places(text: &[u8]) -> impl Iterator<Item = usize> {
        let lower = |byte: &u8| byte.to_ascii_lowercase();
        text.iter().zip(text.iter().skip(1)).map(move |(a, b)| Self::place(lower(a), lower(b)))
    }

    #[inline]
    const fn place(a: u8, b: u8) -> usize {
        (((a as usize) << 5) ^ b as usize) & ((1 << Self::BITS) - 1)
    }
}

/// The plain part that a pattern starts with: what comes before its first `*` or `^`.
pub fn head(pattern: &[u8]) -> &[u8] {
    let plain = pattern.iter().position(|b| matches!(b, b'*' | b'^')).unwrap_or(pattern.len());
    pattern.get(..plain).unwrap_or_default()
}

/// Whether a pattern with `*` and `^` matches `hay` (in lower case) anywhere: looks for its first plain part, which is
/// quick, and tries the rest behind each place where that stands. Takes from `steps` what it costs, as the two below; where
/// nothing is left, nothing matches.
pub fn glob_anywhere(pattern: &[u8], hay: &[u8], end: End, steps: &mut u64) -> bool {
    let head = head(pattern);
    let Some(first) = head.first().map(u8::to_ascii_lowercase) else {
        return glob(pattern, hay, 0, true, end, steps);
    };
    let last = (hay.len() + 1).saturating_sub(head.len());
    let starts = hay.get(..last).unwrap_or_default();
    let mut compared = 0;
    let most = *steps;
    // A URL is short: to compare byte by byte is quicker than to prepare a search.
    let places = starts.iter().enumerate().filter(|&(at, &byte)| {
        if byte != first || compared > most {
            return false;
        }
        compared += head.len() as u64;
        hay.get(at..at + head.len()).is_some_and(|part| part.eq_ignore_ascii_case(head))
    });
    let found = glob_at_first(pattern, hay, places.map(|(at, _)| at), end, steps);
    *steps = steps.saturating_sub(compared);
    found
}

/// Whether a pattern matches at one of these places, which must come in rising order.
///
/// What follows a `*` may stand anywhere behind. So where what comes before the first `*` has once fitted, a later place
/// can do no better: the rest is tried once, and a page cannot make it cost the square of a URL's length.
pub fn glob_at_first(
    pattern: &[u8],
    hay: &[u8],
    mut places: impl Iterator<Item = usize>,
    end: End,
    steps: &mut u64,
) -> bool {
    match pattern.iter().position(|&byte| byte == b'*') {
        None => places.any(|at| glob(pattern, hay, at, false, end, steps)),
        Some(star) => {
            let front = pattern.get(..star).unwrap_or_default();
            places
                .find(|&at| glob(front, hay, at, false, End::default(), steps))
                .is_some_and(|at| glob(pattern, hay, at, false, end, steps))
        }
    }
}

/// Whether a pattern with `*` and `^` matches `hay` (in lower case) at `start`, or, with `anywhere`, at or after it.
pub fn glob(pattern: &[u8], hay: &[u8], start: usize, anywhere: bool, end: End, steps: &mut u64) -> bool {
    let (mut p, mut s) = (0_usize, start);
    let mut made = 0_u64;
    // Where to go on after the last `*` when what follows it did not match: the only state a glob needs.
    let mut star = anywhere.then_some((0_usize, start));
    let found = loop {
        made += 1;
        let step = match (pattern.get(p).copied(), hay.get(s).copied()) {
            (None, _) => {
                if end.fits(hay, s) {
                    break true;
                }
                false
            }
            (Some(b'*'), _) => {
                star = Some((p + 1, s));
                p += 1;
                continue;
            }
            (Some(b'^'), None) => {
                p += 1;
                continue;
            }
            (Some(b'^'), Some(byte)) => is_separator(byte),
            (Some(want), Some(byte)) => want.to_ascii_lowercase() == byte,
            (Some(_), None) => break false,
        };
        if step {
            p += 1;
            s += 1;
            continue;
        }
        match star {
            Some((after, from)) if from < hay.len() && made <= *steps => {
                star = Some((after, from + 1));
                p = after;
                s = from + 1;
            }
            _ => break false,
        }
    };
    *steps = steps.saturating_sub(made);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let url = b"https://a.example/x/ads-1.js?q=1";
        for (pattern, anywhere, last, hit) in [
            (&b"https://a.example^"[..], false, false, true),
            (b"/ads-*.js^", true, false, true),
            (b"/ads-*.css", true, false, false),
            (b"q=1", true, true, true),
            (b"q=1^", true, true, true),
            (b"q=", true, true, false),
            (b"/ADS-", true, false, true),
            (b"*", false, true, true),
            (b"x^ads", true, false, true),
            (b"example^x^", true, false, true),
            (b"ads^", true, false, false),
        ] {
            let mut ends = vec![(pattern, End { separator: false, last })];
            // The same pattern with its last `^` kept apart.
            ends.extend(pattern.strip_suffix(b"^").map(|rest| (rest, End { separator: true, last })));
            for (pattern, end) in ends {
                assert_eq!(
                    glob(pattern, url, 0, anywhere, end, &mut { u64::MAX }),
                    hit,
                    "{}",
                    String::from_utf8_lossy(pattern)
                );
                if anywhere {
                    assert_eq!(
                        glob_anywhere(pattern, url, end, &mut { u64::MAX }),
                        hit,
                        "{}",
                        String::from_utf8_lossy(pattern)
                    );
                }
            }
        }
    }

    #[test]
    fn what_a_glob_costs_is_counted_and_limited() {
        let url = "a".repeat(4_000);
        let part = "a".repeat(100) + "b";
        for pattern in [format!("*{part}"), part.clone(), format!("a*{part}*{part}"), format!("^{part}")] {
            let cost = |mut steps: u64| {
                let before = steps;
                assert!(!glob_anywhere(pattern.as_bytes(), url.as_bytes(), End::default(), &mut steps), "{pattern}");
                before - steps
            };
            let whole = cost(u64::MAX);
            assert!(whole >= 3_900, "{pattern} {whole}");
            assert!(cost(2_000) <= 2_000, "{pattern}");
        }
        // Nothing that could match does so without the steps for it.
        assert!(!glob_anywhere(b"*x*aab", b"xaaaaaaaaaaaaab", End::default(), &mut 9));
        assert!(glob_anywhere(b"*x*aab", b"xaaaaaaaaaaaaab", End::default(), &mut 99));
    }

    #[test]
    fn hosts() {
        let admit = |list: &str, host: &str, bare: &str| hosts_admit(list.as_bytes(), host.as_bytes(), bare.as_bytes());
        assert!(admit("a.example|b.example", "www.b.example", "www.b"));
        assert!(!admit("a.example", "nota.example", "nota"));
        assert!(!admit("a.example|~x.a.example", "x.a.example", "x.a"));
        assert!(admit("~b.example", "c.example", "c"));
        assert!(admit("google.*", "www.google.co.uk", "www.google"));
        assert!(!admit("google.*", "google.evil.example", "google.evil"));
    }

    #[test]
    fn params() {
        assert!(has_param(b"a=1&gclid=x", b"gclid"));
        assert!(has_param(b"gclid", b"gclid"));
        assert!(!has_param(b"xgclid=1", b"gclid"));
        assert!(!has_param(b"gclid2=1", b"gclid"));
    }
}
