//! The reading side: pseudonyms, and names with their values, out of rewritten text.

use std::borrow::Cow;

use super::encodings::{base64_bits, decode};
use super::kinds::{Form, Kind};
use crate::calendar::days;

/// Characters of a hash: 48 bits, six in each.
pub(super) const HASH_LEN: usize = 8;

/// A value that is not kept, and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pseudonym<'a> {
    /// What it is.
    pub kind: Kind,
    /// How it arrived.
    pub form: Form,
    /// How many bytes it has, decoded.
    pub length: u32,
    /// How many bits it holds at most, rounded up: [`super::estimate_bits`].
    pub bits: u16,
    hashes: &'a str,
}

impl<'a> Pseudonym<'a> {
    /// Its salted hashes. What arrives has one of its own, and behind that those of identifiers within it, where it is base64
    /// of a text. A cookie's has six, in the order of [`super::Encoding::ALL`]. A mail's, phone number's and name's are groups of
    /// four: its normal form, and MD5, SHA-1 and SHA-256 of that; one group for each normal form.
    pub fn hashes(&self) -> impl Iterator<Item = u64> + use<'a> {
        self.hashes
            .split('.')
            .filter(|hash| !hash.is_empty())
            .map(|hash| hash.bytes().fold(0, |word, byte| word << 6 | u64::from(base64_bits(byte).unwrap_or(0))))
    }

    /// The same as they are written, with dots between them.
    pub fn hash_text(&self) -> &'a str {
        self.hashes
    }
}

/// Reads a pseudonym at the start of a text; also where it ends.
pub(super) fn parse(text: &str) -> Option<(Pseudonym<'_>, usize)> {
    let rest = text.strip_prefix('~')?;
    // Longest: a letter and `card`.
    let dot = rest.bytes().take(6).position(|byte| byte == b'.')?;
    let (kind, form) = word(rest.get(..dot)?)?;
    let mut at = dot + 2;
    let length = number(text, &mut at, 9)?;
    if text.as_bytes().get(at) != Some(&b'.') {
        return None;
    }
    at += 1;
    let bits = u16::try_from(number(text, &mut at, 5)?).ok()?;
    let start = at;
    let bytes = text.as_bytes();
    while let Some([b'.', rest @ ..]) = bytes.get(at..)
        && rest.iter().take(HASH_LEN + 1).take_while(|byte| is_hash_byte(**byte)).count() == HASH_LEN
    {
        at += 1 + HASH_LEN;
    }
    let hashes = text.get(start..at)?;
    Some((Pseudonym { kind, form, length, bits, hashes: hashes.strip_prefix('.').unwrap_or(hashes) }, at))
}

/// A character of base64url.
pub(super) fn is_hash_byte(byte: u8) -> bool {
    base64_bits(byte).is_some() && !matches!(byte, b'+' | b'/')
}

fn word(word: &str) -> Option<(Kind, Form)> {
    let kind = |word: &str| Kind::ALL.into_iter().find(|kind| kind.word() == word);
    if let Some(kind) = kind(word) {
        return Some((kind, Form::Plain));
    }
    [Form::Hashed, Form::Base64, Form::Hex, Form::Packed]
        .into_iter()
        .find_map(|form| Some((kind(word.strip_prefix(form.letter())?)?, form)))
}

/// A decimal number of at most `most` digits.
fn number(text: &str, at: &mut usize, most: usize) -> Option<u32> {
    let digits = text.as_bytes().get(*at..)?.iter().take(most + 1).take_while(|byte| byte.is_ascii_digit());
    let (count, number) =
        digits.fold((0, 0_u64), |(count, number), digit| (count + 1, number * 10 + u64::from(digit - b'0')));
    *at += count;
    u32::try_from(number).ok().filter(|_| count > 0)
}

/// What stands behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text that was kept, spelled as it was: [`Value::text`] decodes it.
    Text(&'a str),
    /// One pseudonym.
    Pseudonym(Pseudonym<'a>),
    /// A text in which parts are pseudonyms.
    Compound(&'a str),
}

impl<'a> Value<'a> {
    /// Reads a value of rewritten text.
    pub fn read(raw: &'a str) -> Self {
        if !raw.contains('~') {
            return Self::Text(raw);
        }
        match parse(raw) {
            Some((pseudonym, end)) if matches!(raw.get(end..), Some("" | "~")) => Self::Pseudonym(pseudonym),
            Some(_) => Self::Compound(raw),
            None if Parts::of(raw).next().is_some() => Self::Compound(raw),
            None => Self::Text(raw),
        }
    }

    /// What was kept of it as a text, decoded; nothing of a pseudonym, and a compound with its pseudonyms as they are written.
    pub fn text(&self) -> Cow<'a, str> {
        match self {
            Self::Text(raw) | Self::Compound(raw) => decode(raw),
            Self::Pseudonym(_) => Cow::Borrowed(""),
        }
    }

    /// The one pseudonym that stands for all of it: also that which stands before a cookie's compound value.
    pub fn whole(&self) -> Option<Pseudonym<'a>> {
        match self {
            Self::Text(_) => None,
            Self::Pseudonym(pseudonym) => Some(*pseudonym),
            Self::Compound(raw) => {
                parse(raw).and_then(|(pseudonym, end)| raw.get(end..)?.starts_with("~*").then_some(pseudonym))
            }
        }
    }

    /// All pseudonyms in it.
    pub fn parts(&self) -> Parts<'a> {
        match self {
            Self::Text(_) => Parts::of(""),
            Self::Compound(raw) => Parts::of(raw),
            Self::Pseudonym(pseudonym) => Parts { rest: "", one: Some(*pseudonym) },
        }
    }
}

/// The pseudonyms in a text, in their order.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    rest: &'a str,
    one: Option<Pseudonym<'a>>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text, one: None }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Pseudonym<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(one) = self.one.take() {
            return Some(one);
        }
        loop {
            let at = self.rest.find('~')?;
            let text = self.rest.get(at..)?;
            match parse(text) {
                Some((pseudonym, end)) => {
                    let rest = text.get(end..).unwrap_or_default();
                    self.rest = rest.strip_prefix('~').unwrap_or(rest);
                    return Some(pseudonym);
                }
                None => self.rest = text.get(1..).unwrap_or_default(),
            }
        }
    }
}

/// Cuts text into pieces at `&`, and at those `;` behind which a name and `=` follow. Gives where each begins and ends.
#[derive(Debug, Clone)]
pub(super) struct Pieces<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Pieces<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }
}

impl Iterator for Pieces<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let start = self.at;
        let rest = self.text.get(start..)?;
        let mut end = rest.len();
        for (at, byte) in rest.iter().enumerate() {
            let cut = match byte {
                b'&' => true,
                b';' => {
                    let behind = rest.get(at + 1..).unwrap_or_default();
                    let stop = behind.iter().position(|byte| matches!(byte, b'=' | b'&' | b';'));
                    super::steps(stop.unwrap_or(behind.len()));
                    stop.and_then(|stop| behind.get(stop)) == Some(&b'=')
                }
                _ => false,
            };
            if cut {
                end = at;
                break;
            }
        }
        self.at = start + end + 1;
        Some((start, start + end))
    }
}

/// Where a piece's `=` stands; nothing where what stands behind is only the padding of base64, for then all is a value.
pub(super) fn equals(piece: &[u8]) -> Option<usize> {
    let at = piece.iter().position(|&byte| byte == b'=')?;
    let behind = piece.get(at + 1..).unwrap_or_default();
    (behind.is_empty() || !behind.iter().all(|&byte| byte == b'=')).then_some(at)
}

/// The longest beginning that is text.
fn text(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            bytes.get(..error.valid_up_to()).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default()
        }
    }
}

/// A name and its value. What has no `=` is a value without a name.
fn pair(piece: &[u8]) -> (&str, Value<'_>) {
    match equals(piece) {
        Some(at) => {
            let (name, value) = (piece.get(..at).unwrap_or_default(), piece.get(at + 1..).unwrap_or_default());
            (text(name).trim_start(), Value::read(text(value)))
        }
        None => ("", Value::read(text(piece))),
    }
}

/// Names and values of a rewritten query (without its `?`) or body. Names are as they were spelled: [`decode`].
pub fn pairs(query: &[u8]) -> impl Iterator<Item = (&str, Value<'_>)> {
    Pieces::of(query).filter_map(move |(start, end)| query.get(start..end)).filter(|piece| !piece.is_empty()).map(pair)
}

/// Cuts a path at the `;` of its matrix parameters: where each of these begins and ends. One ends at the next `;`, or at a `/`
/// if it is no address itself.
pub(super) fn matrix_pieces(path: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + path.get(at..)?.iter().position(|&byte| byte == b';')? + 1;
        let rest = path.get(start..)?;
        let address = |value: &[u8]| value.starts_with(b"http:") || value.starts_with(b"https:");
        // Not further than the name goes: each piece is read once.
        let name = rest.iter().position(|byte| matches!(byte, b';' | b'/' | b'?' | b'='));
        super::steps(name.unwrap_or(rest.len()));
        let whole = name.and_then(|at| rest.get(at..)?.strip_prefix(b"=")).is_some_and(address);
        let ends = |byte: &u8| *byte == b';' || *byte == b'?' || *byte == b'/' && !whole;
        let end = start + rest.iter().position(ends).unwrap_or(rest.len());
        super::steps(end - at);
        at = end;
        Some((start, end))
    })
}

/// Names and values of the matrix parameters of a rewritten path: `/activity;src=1;u1=2`.
pub fn matrix(path: &[u8]) -> impl Iterator<Item = (&str, Value<'_>)> {
    let path = path.split(|&byte| byte == b'?').next().unwrap_or_default();
    matrix_pieces(path).filter_map(move |(start, end)| path.get(start..end)).filter(|piece| !piece.is_empty()).map(pair)
}

/// A cookie's name and value: without quotes around it. What has no `=` is a value without a name, as browsers have it.
pub(super) fn cookie(piece: &str) -> (&str, &str) {
    let (name, value) = piece.split_once('=').unwrap_or(("", piece));
    let value = value.trim();
    let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    (name.trim(), bare)
}

/// Names and values of a rewritten `Cookie` header.
pub fn cookies(header: &str) -> impl Iterator<Item = (&str, Value<'_>)> {
    header.split(';').map(str::trim).filter(|piece| !piece.is_empty()).map(|piece| {
        let (name, value) = cookie(piece);
        (name, Value::read(value))
    })
}

/// Where a cookie is sent along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// Only within its site.
    Strict,
    /// Also when a link leads to its site.
    Lax,
    /// Everywhere.
    None,
}

/// What a rewritten `Set-Cookie` header says: <https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetCookie<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: Value<'a>,
    /// `Domain`, without the dot in front; none: only the host itself.
    pub domain: Option<&'a str>,
    /// `Path`.
    pub path: Option<&'a str>,
    /// For how many seconds it is kept: `Max-Age`, else `Expires` counted from the answer's `Date`. None: until the browser is
    /// closed, or not known because only one of these two dates is.
    pub max_age: Option<i64>,
    /// `Expires`, in seconds since 1970.
    pub expires: Option<i64>,
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`: no script reads it.
    pub http_only: bool,
    /// `SameSite`.
    pub same_site: Option<SameSite>,
    /// `Partitioned`: kept apart for each site that it is met on.
    pub partitioned: bool,
}

/// What rewritten `Set-Cookie` headers say: one, or several with line breaks between them, as some recorders write them. `now`
/// is the answer's `Date`, as [`http_date`] reads it.
pub fn set_cookies(value: &str, now: Option<i64>) -> impl Iterator<Item = SetCookie<'_>> {
    value.split('\n').filter(|line| !line.trim().is_empty()).map(move |line| set_cookie(line, now))
}

fn set_cookie(line: &str, now: Option<i64>) -> SetCookie<'_> {
    let mut parts = line.split(';');
    let (name, value) = cookie(parts.next().unwrap_or_default());
    let mut out = SetCookie {
        name,
        value: Value::read(value),
        domain: None,
        path: None,
        max_age: None,
        expires: None,
        secure: false,
        http_only: false,
        same_site: None,
        partitioned: false,
    };
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim(), value.trim());
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        if is("domain") {
            out.domain = Some(value.strip_prefix('.').unwrap_or(value)).filter(|domain| !domain.is_empty());
        } else if is("path") {
            out.path = Some(value).filter(|path| path.starts_with('/'));
        } else if is("max-age") {
            out.max_age = seconds(value).or(out.max_age);
        } else if is("expires") {
            out.expires = http_date(value);
        } else if is("samesite") {
            out.same_site = match value {
                value if value.eq_ignore_ascii_case("strict") => Some(SameSite::Strict),
                value if value.eq_ignore_ascii_case("lax") => Some(SameSite::Lax),
                value if value.eq_ignore_ascii_case("none") => Some(SameSite::None),
                _ => None,
            };
        } else {
            out.secure |= is("secure");
            out.http_only |= is("httponly");
            out.partitioned |= is("partitioned");
        }
    }
    let until = || Some(out.expires?.saturating_sub(now?));
    out.max_age = out.max_age.or_else(until);
    out
}

/// A number of seconds; more than an `i64` holds is the most that it holds.
fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(if digits.len() < text.len() { i64::MIN } else { i64::MAX }))
}

/// Seconds since 1970 of a date in any of the forms that HTTP and cookies have, by the rules of
/// <https://www.rfc-editor.org/rfc/rfc6265#section-5.1.1>: a time, a day, a month and a year, in any order.
pub fn http_date(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let delimiter = |letter: char| !(letter.is_ascii_alphanumeric() || letter == ':' || !letter.is_ascii());
    for token in text.split(delimiter).filter(|token| !token.is_empty()).take(16) {
        let digits = token.bytes().take_while(u8::is_ascii_digit).count();
        let number: Option<i64> = token.get(..digits).and_then(|digits| digits.parse().ok());
        if time.is_none() && token.contains(':') {
            time = clock(token);
        } else if day.is_none() && matches!(digits, 1 | 2) {
            day = number;
        } else if month.is_none() && digits == 0 {
            let three = token.get(..3).unwrap_or_default();
            month = (1..).zip(MONTHS).find(|(_, name)| name.eq_ignore_ascii_case(three)).map(|(number, _)| number);
        } else if year.is_none() && matches!(digits, 2..=4) {
            year = number.map(|year| match year {
                70..=99 => year + 1900,
                0..=69 => year + 2000,
                _ => year,
            });
        }
    }
    let (time, day, month, year): (i64, i64, i64, i64) = (time?, day?, month?, year?);
    if !(1..=31).contains(&day) || year < 1601 {
        return None;
    }
    Some(days(year, month, day) * 86_400 + time)
}

/// Seconds of `hh:mm:ss`.
fn clock(token: &str) -> Option<i64> {
    let mut parts = token.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..61).contains(&seconds);
    fits.then_some(hours * 3600 + minutes * 60 + seconds)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms() {
        let (one, end) = parse("~id.32.95.k3J4x_-0").unwrap();
        assert_eq!((one.kind, one.form, one.length, one.bits, end), (Kind::Id, Form::Plain, 32, 95, 18));
        assert_eq!(one.hashes().count(), 1);
        let (one, _) = parse("~hmail.64.256.AAAAAAAA.AAAAAAAB").unwrap();
        assert_eq!((one.kind, one.form), (Kind::Mail, Form::Hashed));
        assert_eq!(one.hashes().collect::<Vec<_>>(), [0, 1]);
        let (one, end) = parse("~val.0.0").unwrap();
        assert_eq!((one.hashes().count(), end), (0, 8));
        assert_eq!(parse("~hash.32.128.AAAAAAAA").unwrap().0.kind, Kind::Hash);
        for wrong in
            ["", "~", "id.1.1", "~id", "~id.", "~id.1", "~id.1.", "~idd.1.1", "~id.x.1", "~id.1.99999", "~~id.1.1"]
        {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn values() {
        assert_eq!(Value::read("a%20b").text(), "a b");
        let compound = Value::read("GA1.2.~id.10.34.AAAAAAAB~.1609459200");
        assert!(matches!(compound, Value::Compound(_)) && compound.whole().is_none());
        assert_eq!(compound.parts().map(|part| part.length).collect::<Vec<_>>(), [10]);
        let cookie = Value::read("~id.27.90.AAAAAAAB.AAAAAAAC~*GA1.2.~id.10.34.AAAAAAAD~.~val.10.34.AAAAAAAE");
        assert_eq!(cookie.whole().unwrap().length, 27);
        assert_eq!(cookie.parts().count(), 3);
        assert!(matches!(Value::read("a~b"), Value::Text("a~b")));
        // A text of eight characters behind a pseudonym is none of its hashes.
        let two = Value::read("~id.10.34.AAAAAAAB~.homepage");
        assert_eq!(two.parts().next().unwrap().hashes().count(), 1);
    }

    #[test]
    fn names_and_values() {
        let read = |query: &'static str| {
            pairs(query.as_bytes()).map(|(name, value)| (name, value.text().into_owned())).collect::<Vec<_>>()
        };
        let own = |pairs: &[(&'static str, &str)]| -> Vec<(&str, String)> {
            pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
        };
        assert_eq!(read("a=1&b=2;c=3;4&&d"), own(&[("a", "1"), ("b", "2"), ("c", "3;4"), ("", "d")]));
        assert_eq!(
            read("dGhp==&x=="),
            own(&[("", "dGhp=="), ("x", "=")]).iter().take(1).cloned().chain(own(&[("", "x==")])).collect::<Vec<_>>()
        );
        let read: Vec<_> = matrix(b"/a;src=1;u=x/b;c=2;~oref=https://a.example/x;d=3?e;f=4")
            .map(|(name, value)| (name, value.text().into_owned()))
            .collect();
        assert_eq!(read, own(&[("src", "1"), ("u", "x"), ("c", "2"), ("~oref", "https://a.example/x"), ("d", "3")]));
        let read: Vec<_> =
            cookies(" a=1; b=\"x y\";c; d=e=f").map(|(name, value)| (name, value.text().into_owned())).collect();
        assert_eq!(read, own(&[("a", "1"), ("b", "x y"), ("", "c"), ("d", "e=f")]));
    }

    #[test]
    fn cookies_that_are_set() {
        let date = "Wed, 01 Jan 2025 00:00:00 GMT";
        let line = "id=~id.8.40.AAAAAAAA; Domain=.A.example; Path=/x; Expires=Thu, 02 Jan 2025 00:00:00 GMT; Secure; HttpOnly; \
            SameSite=none; Partitioned\nb=1; max-age=60; expires=x";
        let read: Vec<_> = set_cookies(line, http_date(date)).collect();
        let [one, two] = &read[..] else { panic!() };
        assert_eq!((one.name, one.domain, one.path, one.max_age), ("id", Some("A.example"), Some("/x"), Some(86_400)));
        assert!(one.secure && one.http_only && one.partitioned && one.same_site == Some(SameSite::None));
        assert_eq!((two.max_age, two.secure, two.same_site), (Some(60), false, None));
        let one = set_cookies(line, None).next().unwrap();
        assert_eq!((one.max_age, one.expires), (None, Some(1_735_776_000)));
    }

    #[test]
    fn dates() {
        for (text, is) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("0", None),
            ("Sun, 06 Nov 1994", None),
            ("Sun, 06 Nov 1994 25:00:00", None),
            ("", None),
        ] {
            assert_eq!(http_date(text), is, "{text}");
        }
    }
}
