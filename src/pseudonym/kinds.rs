//! What a value is: the kinds, and how each is recognised.

use super::encodings::is_uuid;
use super::entropy::{self, SHARED_BITS, SHARED_LENGTH, estimate_bits};
use crate::consent;

/// What a pseudonym stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An identifier: enough in it to tell one person from all others.
    Id,
    /// A mail address.
    Mail,
    /// A phone number.
    Tel,
    /// A person's name.
    Name,
    /// The number of a payment card, or what looks like one.
    Card,
    /// A number that a state gave a person.
    Nat,
    /// Coordinates, with two decimals or more: a kilometre.
    Geo,
    /// Hexadecimal digits, as many as MD5, SHA-1 or SHA-256 have. Of what is not known: an identifier as well.
    Hash,
    /// What may have been typed by a person, or be about one.
    Text,
    /// Any other value that is not kept.
    Val,
    /// An address whose parts are not kept.
    Url,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Id,
        Self::Mail,
        Self::Tel,
        Self::Name,
        Self::Card,
        Self::Nat,
        Self::Geo,
        Self::Hash,
        Self::Text,
        Self::Val,
        Self::Url,
    ];

    /// The word that it is written with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Mail => "mail",
            Self::Tel => "tel",
            Self::Name => "name",
            Self::Card => "card",
            Self::Nat => "nat",
            Self::Geo => "geo",
            Self::Hash => "hash",
            Self::Text => "text",
            Self::Val => "val",
            Self::Url => "url",
        }
    }
}

/// How a value arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// As it stands, or percent-encoded.
    Plain,
    /// Only its MD5, SHA-1 or SHA-256, under a name that says of what.
    Hashed,
    /// Within base64.
    Base64,
    /// Within hexadecimal digits.
    Hex,
    /// Compressed: what it holds is not known.
    Packed,
}

impl Form {
    /// The letter before the kind's word, if any.
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Hashed => "h",
            Self::Base64 => "b",
            Self::Hex => "x",
            Self::Packed => "z",
        }
    }
}

/// Longest mail address: <https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1>, path without its brackets.
const MAX_MAIL: usize = 254;

/// Whether it has the form of a mail address: something, `@`, and a name with a dot that ends in letters. Not a version
/// (`name@2.1.0`), nor a picture (`logo@2x.png`).
pub(super) fn is_mail(text: &[u8]) -> bool {
    let Some(at) = text.iter().rposition(|&byte| byte == b'@') else { return false };
    let (local, domain) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
    let local_byte =
        |byte: &u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(byte) || *byte >= 0x80;
    if text.len() > MAX_MAIL || local.is_empty() || !local.iter().all(local_byte) {
        return false;
    }
    let mut labels = 0;
    let mut last: &[u8] = b"";
    for label in domain.split(|&byte| byte == b'.') {
        if label.is_empty() || !label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte >= 0x80)
        {
            return false;
        }
        labels += 1;
        last = label;
    }
    const FILES: [&[u8]; 9] = [b"png", b"jpg", b"jpeg", b"gif", b"webp", b"svg", b"js", b"css", b"avif"];
    labels >= 2
        && last.len() >= 2
        && (last.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80) || last.starts_with(b"xn--"))
        && !FILES.iter().any(|file| last.eq_ignore_ascii_case(file))
}

/// How many digits it has, if it is made of digits and what people write between the digits of a number.
fn spaced_digits(text: &[u8]) -> Option<usize> {
    let mut count = 0;
    for byte in text {
        match byte {
            b'0'..=b'9' => count += 1,
            b' ' | b'-' | b'(' | b')' | b'.' | b'/' | b'+' => {}
            _ => return None,
        }
    }
    Some(count)
}

/// `+` and 8 to 15 digits, the first no zero (ITU-T E.164: <https://www.itu.int/rec/T-REC-E.164>), as a text without any
/// parameter's name to go by.
pub(super) fn is_tel(text: &[u8]) -> bool {
    let Some((b'+', rest)) = text.split_first() else { return false };
    // A query's space is a `+` as well, so a price or a date may have one.
    let separators = rest.iter().filter(|byte| !byte.is_ascii_digit()).count();
    rest.first().is_some_and(|byte| matches!(byte, b'1'..=b'9'))
        && spaced_digits(rest).is_some_and(|count| (8..=15).contains(&count))
        && separators <= 6
        && !rest.iter().any(|byte| matches!(byte, b'+' | b'/'))
}

/// 7 to 15 digits, where the parameter's name says that it is a phone number.
pub(super) fn is_named_tel(text: &[u8]) -> bool {
    spaced_digits(text).is_some_and(|count| (7..=15).contains(&count))
}

/// Whether the last digit fits the others, by Luhn (ISO/IEC 7812-1). One of ten chance numbers does.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// A number from its first digits.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit.wrapping_sub(b'0'))))
}

/// Copies the digits of a text that has no more than `N`, between which only `-` and spaces stand.
fn only_digits<const N: usize>(text: &[u8], place: &mut [u8; N]) -> Option<usize> {
    let mut len = 0;
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                *place.get_mut(len)? = *byte;
                len += 1;
            }
            b'-' | b' ' | b'+' => {}
            _ => return None,
        }
    }
    Some(len)
}

/// 13 to 19 digits that a payment network gives out, and whose last fits. Of 16 chance digits, about 2.3 % pass: one in ten by
/// Luhn, and 23 % have such a beginning (Visa 10, Mastercard 10, the others 3). Ranges:
/// <https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)>
pub(super) fn is_card(text: &[u8]) -> bool {
    let mut place = [0_u8; 19];
    let Some(len) = only_digits(text, &mut place) else { return false };
    let digits = place.get(..len).unwrap_or_default();
    if !(13..=19).contains(&len) || !text.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let four = number(digits.get(..4).unwrap_or_default());
    let known = match four {
        // Visa.
        4000..=4999 => matches!(len, 13 | 16 | 19),
        // Mastercard.
        5100..=5599 | 2221..=2720 => len == 16,
        // American Express.
        3400..=3499 | 3700..=3799 => len == 15,
        // Diners Club.
        3000..=3059 | 3600..=3699 | 3800..=3999 => len == 14,
        // JCB, Discover, UnionPay.
        3528..=3589 | 6011 | 6440..=6599 | 6200..=6299 => matches!(len, 16 | 19),
        // Maestro, the ranges in use.
        5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763 => matches!(len, 16 | 18 | 19),
        _ => false,
    };
    known && luhn(digits) && !digits.iter().all(|digit| Some(digit) == digits.first())
}

/// Where a card's number ends that begins here in groups with the same sign between them, as cards have them: 4-4-4-4 or 4-6-5.
pub(super) fn grouped_card(text: &[u8]) -> Option<usize> {
    let sign = *text.get(4)?;
    if !matches!(sign, b' ' | b'+' | b'-' | b'.') {
        return None;
    }
    let is = |groups: &[usize]| {
        let mut at = 0;
        for (place, &length) in groups.iter().enumerate() {
            at += usize::from(place > 0);
            let between = place == 0 || text.get(at - 1) == Some(&sign);
            if !between || !text.get(at..at + length)?.iter().all(u8::is_ascii_digit) {
                return None;
            }
            at += length;
        }
        let digits: Vec<u8> = text.get(..at)?.iter().copied().filter(u8::is_ascii_digit).collect();
        (!text.get(at).is_some_and(u8::is_ascii_alphanumeric) && is_card(&digits)).then_some(at)
    };
    is(&[4, 4, 4, 4]).or_else(|| is(&[4, 6, 5]))
}

/// A card's number between other letters of a token: `card-4111111111111111`.
pub(super) fn card_in(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let token = text.get(start..end)?;
    let mut at = 0;
    for piece in token.split(|byte| matches!(byte, b'-' | b'_' | b'.')) {
        if piece.len() >= 13 && is_card(piece) {
            return Some((start + at, start + at + piece.len()));
        }
        let rest = token.get(at..).unwrap_or_default();
        if piece.len() == 4
            && piece.iter().all(u8::is_ascii_digit)
            && let Some(length) = grouped_card(rest)
        {
            return Some((start + at, start + at + length));
        }
        at += piece.len() + 1;
    }
    None
}

/// UUIDs that a product has in its paths on all sites: Kasada's, which `fingerprint-request` knows it by.
const OF_PRODUCTS: [&[u8]; 2] = [b"149e9513-01fa-4fb0-aad4-566afd725d1b", b"2d206a39-8ed7-437e-a3be-862e0f06eea3"];

/// Whether it is one run of letters and digits, as identifiers in paths are: a UUID; hexadecimal digits or letters of both
/// cases, with digits among them; or a number that is too long for an article's. Article's names have words, files' a dot.
pub(super) fn is_dense(text: &[u8]) -> bool {
    /// Shortest one.
    const MIN: usize = 15;
    if text.len() < MIN || is_uuid(text) {
        return is_uuid(text) && !OF_PRODUCTS.contains(&text);
    }
    let (mut digits, mut upper, mut lower, mut joints, mut hex) = (0, 0, 0, 0, true);
    for byte in text {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'A'..=b'Z' => upper += 1,
            b'a'..=b'z' => lower += 1,
            b'-' | b'_' => joints += 1,
            _ => return false,
        }
        hex &= byte.is_ascii_hexdigit();
    }
    let mixed = if upper * lower > 0 { 2 } else { 3 };
    let pieces = || text.split(|byte| matches!(byte, b'-' | b'_'));
    joints * 8 <= text.len()
        && (hex || digits >= mixed)
        && !pieces().any(|piece| piece.len() >= 4 && is_word(piece))
        && (joints == 0 || upper * lower > 0 || pieces().any(|piece| piece.len() >= 2 * SHARED_LENGTH))
        && (is_identifier(text) || is_digest(text))
}

/// Numbers with dots between them that are too long together for a version, and each too short to be an identifier.
pub(super) fn is_dotted(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let dots = text.iter().filter(|byte| **byte == b'.').count();
    digits > MAX_VERSION
        && dots >= 2
        && digits + dots == text.len()
        && text.split(|&byte| byte == b'.').all(|part| part.len() < SHARED_LENGTH)
}

/// The numbers that states give to people, where their check digits fit. `named`: the parameter's name says that it is one;
/// else only forms are taken that chance numbers rarely have.
pub(super) fn is_national(text: &[u8], named: bool) -> bool {
    dni(text)
        || nir(text)
        || personnummer(text)
        || cpf(text) && (named || text.contains(&b'.'))
        || aadhaar(text) && (named || text.contains(&b' '))
        || named && ssn(text)
}

/// Spain: 8 digits (or `X`, `Y`, `Z` and 7) and the letter of the remainder by 23. One of 23 chance letters fits.
/// <https://en.wikipedia.org/wiki/National_identity_card_(Spain)#Number>
fn dni(text: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let (body, letter) = match text {
        [body @ .., b'-', letter] if body.len() == 8 => (body, letter),
        [body @ .., letter] if body.len() == 8 => (body, letter),
        _ => return false,
    };
    let [first, rest @ ..] = body else { return false };
    let first = match first.to_ascii_uppercase() {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        digit if digit.is_ascii_digit() => digit,
        _ => return false,
    };
    rest.iter().all(u8::is_ascii_digit)
        && usize::try_from((number(&[first]) * 10_000_000 + number(rest)) % 23)
            .is_ok_and(|at| LETTERS.get(at) == Some(&letter.to_ascii_uppercase()))
}

/// Brazil: 11 digits, the last two by weights. One of 100 chance numbers fits.
/// <https://en.wikipedia.org/wiki/CPF_number>
fn cpf(text: &[u8]) -> bool {
    let shape = text.len() == 11 && text.iter().all(u8::is_ascii_digit)
        || text.len() == 14
            && text.iter().enumerate().all(|(at, byte)| match at {
                3 | 7 => *byte == b'.',
                11 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
    if !shape {
        return false;
    }
    let digits: [u32; 11] = {
        let mut place = [0; 11];
        let values = text.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte.wrapping_sub(b'0')));
        place.iter_mut().zip(values).for_each(|(to, from)| *to = from);
        place
    };
    let check = |count: u32| {
        let sum: u32 = digits.iter().zip((2..=count + 1).rev()).map(|(digit, weight)| digit * weight).sum();
        sum * 10 % 11 % 10
    };
    let [first, .., tenth, last] = digits;
    check(9) == tenth && check(10) == last && digits.iter().any(|digit| *digit != first)
}

/// France: sex, year, month, place, number and 97 less the remainder: 15 digits. One of 5,000 chance numbers fits.
/// <https://en.wikipedia.org/wiki/INSEE_code#National_identification_numbers>
fn nir(text: &[u8]) -> bool {
    let mut place = [0_u8; 15];
    let Some(15) = only_digits(text, &mut place) else { return false };
    let [sex, _, _, tens, ones, ..] = place;
    let month = number(&[tens, ones]);
    let (body, key) = place.split_at(13);
    matches!(sex, b'1' | b'2') && (1..=12).contains(&month) && 97 - number(body) % 97 == number(key)
}

/// Sweden: day of birth and four digits, by Luhn, with a dash, or with the century. One of ten chance numbers that begin with a
/// date fits. <https://en.wikipedia.org/wiki/Personal_identity_number_(Sweden)>
fn personnummer(text: &[u8]) -> bool {
    let (date, rest, dash) = match text {
        [date @ .., b'-', a, b, c, d] if matches!(date.len(), 6 | 8) => (date, [*a, *b, *c, *d], true),
        [date @ .., a, b, c, d] if date.len() == 8 => (date, [*a, *b, *c, *d], false),
        _ => return false,
    };
    let (century, date) = date.split_at(date.len() - 6);
    if !date.iter().chain(&rest).all(u8::is_ascii_digit) || !matches!(century, b"" | b"18" | b"19" | b"20") {
        return false;
    }
    let (month, day) = (number(date.get(2..4).unwrap_or_default()), number(date.get(4..).unwrap_or_default()));
    let mut digits = [0_u8; 10];
    digits.iter_mut().zip(date.iter().chain(&rest)).for_each(|(to, from)| *to = *from);
    (dash || !century.is_empty()) && (1..=12).contains(&month) && (1..=31).contains(&day) && luhn(&digits)
}

/// India: 12 digits, the first from 2 to 9, by Verhoeff. One of ten chance numbers fits.
/// <https://en.wikipedia.org/wiki/Aadhaar>, <https://en.wikipedia.org/wiki/Verhoeff_algorithm>
fn aadhaar(text: &[u8]) -> bool {
    let mut place = [0_u8; 12];
    let Some(12) = only_digits(text, &mut place) else { return false };
    matches!(place, [b'2'..=b'9', ..]) && verhoeff(&place)
}

/// Verhoeff's check: digits as turns and mirrorings of a pentagon, permuted by their place.
fn verhoeff(digits: &[u8]) -> bool {
    /// One place further; each further place does it once more.
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut digit = digit.wrapping_sub(b'0') % 10;
        for _ in 0..place % 8 {
            digit = PERMUTATION.get(usize::from(digit)).copied().unwrap_or(0);
        }
        sum = product(sum, digit);
    }
    sum == 0
}

/// The United States: 3-2-4 digits, without what is never given out. There is no check digit, so only under a name.
/// <https://www.ssa.gov/employer/randomization.html>
fn ssn(text: &[u8]) -> bool {
    let [a, b, c, b'-', d, e, b'-', rest @ ..] = text else { return false };
    let area = [*a, *b, *c];
    let digits = area.iter().chain([d, e]).chain(rest).all(u8::is_ascii_digit);
    digits
        && rest.len() == 4
        && !matches!(number(&area), 0 | 666 | 900..)
        && number(&[*d, *e]) != 0
        && number(rest) != 0
}

/// A decimal number with at least `decimals` digits behind the point, and no more than `most` before the sign is taken off.
fn coordinate(text: &[u8], most: u64, decimals: usize) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let Some(dot) = text.iter().position(|&byte| byte == b'.') else { return false };
    let (whole, rest) = (text.get(..dot).unwrap_or_default(), text.get(dot + 1..).unwrap_or_default());
    (1..=3).contains(&whole.len())
        && (decimals..=20).contains(&rest.len())
        && whole.iter().chain(rest).all(u8::is_ascii_digit)
        && number(whole) <= most
}

/// One coordinate, or two, where the parameter's name says so. Two decimals are about a kilometre:
/// <https://en.wikipedia.org/wiki/Decimal_degrees#Precision>
pub(super) fn is_named_geo(text: &[u8]) -> bool {
    coordinate(text, 180, 2) || geo_pair(text, 2)
}

/// Two coordinates. Without a name to go by, with four decimals (ten metres): prices have two or three.
pub(super) fn is_geo_pair(text: &[u8]) -> bool {
    geo_pair(text, 4)
}

fn geo_pair(text: &[u8], decimals: usize) -> bool {
    let Some(at) = text.iter().position(|byte| matches!(byte, b',' | b';' | b'|')) else { return false };
    let second = text.get(at + 1..).unwrap_or_default();
    let second = second.strip_prefix(b" ").or(second.strip_prefix(b"+")).unwrap_or(second);
    coordinate(text.get(..at).unwrap_or_default(), 90, decimals) && coordinate(second, 180, decimals)
}

/// An address of version 4 or 6. Only under a name that says so: a version's numbers look alike.
pub(super) fn is_ip(text: &[u8]) -> bool {
    let four = text.split(|&byte| byte == b'.').count() == 4
        && text
            .split(|&byte| byte == b'.')
            .all(|part| (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit) && number(part) <= 255);
    let colons = text.iter().filter(|byte| **byte == b':').count();
    four || (2..=7).contains(&colons) && text.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
}

/// As many hexadecimal digits as MD5, SHA-1 or SHA-256 have.
pub(super) fn is_digest(text: &[u8]) -> bool {
    matches!(text.len(), 32 | 40 | 64) && text.iter().all(u8::is_ascii_hexdigit)
}

/// Seconds or milliseconds since 1970 of the years 2001 to 2040, with a fraction or without.
pub(super) fn is_timestamp(text: &[u8]) -> bool {
    let (whole, fraction) = match text.iter().position(|&byte| byte == b'.') {
        Some(dot) => (text.get(..dot).unwrap_or_default(), text.get(dot + 1..).unwrap_or_default()),
        None => (text, &[][..]),
    };
    let seconds = match whole.len() {
        10 => whole,
        13 => whole.get(..10).unwrap_or_default(),
        _ => return false,
    };
    whole.iter().chain(fraction).all(u8::is_ascii_digit) && fraction.len() <= 6 && is_time(number(seconds))
}

/// Seconds since 1970 of the years 2001 to 2040.
pub(super) fn is_time(seconds: u64) -> bool {
    (978_307_200..2_240_524_800).contains(&seconds)
}

/// `2024-01-31`, `20240131`, also with hour (`2024-01-31T12`) or time (`20240131120000`).
pub(super) fn is_date(text: &[u8]) -> bool {
    let (date, time) = match text.len() {
        0..8 => return false,
        8 | 10 => (text, &[][..]),
        14 | 12 if text.iter().all(u8::is_ascii_digit) => text.split_at(8),
        _ => match text.get(10) {
            Some(b'T' | b't' | b' ' | b'+' | b'_' | b'-') => {
                (text.get(..10).unwrap_or_default(), text.get(11..).unwrap_or_default())
            }
            _ => return false,
        },
    };
    let [a, b, c, d, rest @ ..] = date else { return false };
    let (month, day) = match rest {
        [b'-' | b'.', a, b, b'-' | b'.', c, d] | [a, b, c, d] => ([*a, *b], [*c, *d]),
        _ => return false,
    };
    let year = [*a, *b, *c, *d];
    year.iter().chain(&month).chain(&day).all(u8::is_ascii_digit)
        && (1970..=2100).contains(&number(&year))
        && (1..=12).contains(&number(&month))
        && (1..=31).contains(&number(&day))
        && time.len() <= 14
        && time.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'Z' | b'z' | b'-'))
}

/// `1920x1080`, `300X250`.
fn is_size(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| matches!(byte, b'x' | b'X')) else { return false };
    let short = |part: &[u8]| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    short(text.get(..at).unwrap_or_default()) && short(text.get(at + 1..).unwrap_or_default())
}

/// Most digits of a version: `2024.10.15.1234`. As many make an identifier elsewhere, but these are counted up, not drawn.
const MAX_VERSION: usize = 12;

/// `1.2.3`, `v10.0`, `120.0.6099.130`: numbers of at most five digits. No phone number: `06.12.34.56.78`.
pub(super) fn is_version(text: &[u8]) -> bool {
    let bare = text.strip_prefix(b"v").or(text.strip_prefix(b"V"));
    let (text, least) = bare.map_or((text, 2), |bare| (bare, 1));
    let (mut parts, mut digits) = (0, 0);
    for part in text.split(|&byte| byte == b'.') {
        parts += 1;
        digits += part.len();
        if !(1..=5).contains(&part.len()) || !part.iter().all(u8::is_ascii_digit) {
            return false;
        }
    }
    (least..=5).contains(&parts) && digits <= MAX_VERSION && !is_written_tel(text)
}

/// A phone number as people write one in their own country: `06.12.34.56.78`, `0151 1234567`.
pub(super) fn is_written_tel(text: &[u8]) -> bool {
    let [b'0', b'1'..=b'9', ..] = text else { return false };
    let groups = || text.split(|byte| matches!(byte, b'.' | b' ' | b'+' | b'-' | b'/'));
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let parts = groups().count();
    (10..=12).contains(&digits)
        && text.len() - digits == parts - 1
        && groups().all(|group| group.len() >= 2)
        && (parts == 5 && groups().all(|group| group.len() == 2) || matches!(parts, 2 | 3) && !text.contains(&b'.'))
}

/// An account at a bank, in groups: two letters, a remainder by 97, and up to 30 more.
/// <https://en.wikipedia.org/wiki/International_Bank_Account_Number>
pub(super) fn is_iban(text: &[u8]) -> bool {
    let [a, b, c, d, ..] = text else { return false };
    if !(a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit()) {
        return false;
    }
    let (head, rest) = text.split_at(4);
    let (mut sum, mut length) = (0_u32, 0);
    for byte in rest.iter().chain(head) {
        match byte {
            b'0'..=b'9' => sum = (sum * 10 + u32::from(byte - b'0')) % 97,
            b'A'..=b'Z' => sum = (sum * 100 + u32::from(byte - b'A') + 10) % 97,
            b' ' | b'+' | b'-' => continue,
            _ => return false,
        }
        length += 1;
    }
    (15..=34).contains(&length) && sum == 1
}

/// Numbers of containers and accounts, which a site has, not a person: Google's
/// (<https://support.google.com/tagmanager/answer/12326985>, <https://support.google.com/adsense/answer/105516>).
pub(super) fn is_account(text: &[u8]) -> bool {
    let at = text.iter().rposition(u8::is_ascii_lowercase).map_or(0, |at| at + 1);
    let Some(dash) = text.iter().skip(at).position(|&byte| byte == b'-') else { return false };
    let (beginning, rest) = text.split_at(at + dash + 1);
    let digits = rest.iter().all(u8::is_ascii_digit);
    let mixed = rest.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    // So long as they are given out: more of them is something else behind the same beginning.
    match beginning {
        b"GTM-" => (4..=9).contains(&rest.len()) && mixed,
        b"G-" | b"GT-" | b"MC-" => (5..=12).contains(&rest.len()) && mixed && !digits,
        b"AW-" | b"DC-" => (4..=11).contains(&rest.len()) && digits,
        b"UA-" => {
            let mut halves = rest.splitn(2, |&byte| byte == b'-');
            let is = |half: Option<&[u8]>, most| {
                half.is_some_and(|half| (1..=most).contains(&half.len()) && half.iter().all(u8::is_ascii_digit))
            };
            is(halves.next(), 10) && is(halves.next(), 4)
        }
        b"pub-" | b"ca-pub-" | b"ca-app-pub-" | b"partner-pub-" => rest.len() == 16 && digits && !is_card(rest),
        _ => false,
    }
}

/// Longest word: `internationalisation`, and compounds of other languages.
const MAX_WORD: usize = 24;

/// A word as people make them, or several in one (`addToCart`): letters in runs of which each has a vowel, or is short.
fn is_word(text: &[u8]) -> bool {
    if text.is_empty() || !text.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    let upper = text.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    // All capitals are one run; else each capital begins one. Chance letters of both cases have runs of two.
    if !(upper == text.len() || upper <= 1 || text.len() >= upper * 3) {
        return false;
    }
    let (mut run, mut vowels, mut consonants) = (0, 0, 0);
    for byte in text {
        if byte.is_ascii_uppercase() && upper < text.len() {
            if run > 5 && vowels == 0 {
                return false;
            }
            (run, vowels, consonants) = (0, 0, 0);
        }
        run += 1;
        let vowel = b"aeiouyAEIOUY".contains(byte);
        vowels += usize::from(vowel);
        consonants = if vowel { 0 } else { consonants + 1 };
        // `Angstschweiss` has seven in a row.
        if run > MAX_WORD || consonants > 7 {
            return false;
        }
    }
    run <= 5 || vowels * 6 >= run
}

/// `v2`, `mp4`, `720p`, `300`: a few digits at an end of a few letters.
fn is_numbered(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let edges = text.first().is_some_and(u8::is_ascii_digit) || text.last().is_some_and(u8::is_ascii_digit);
    let turns = text.windows(2).filter(|two| matches!(two, [a, b] if a.is_ascii_digit() != b.is_ascii_digit())).count();
    text.iter().all(u8::is_ascii_alphanumeric) && text.len() <= 6 && digits <= 4 && edges && turns <= 1
}

/// `helsida1`, `enrcat011`: a word of letters of one case with vowels among them, and up to three digits at its end.
fn is_numbered_word(text: &[u8]) -> bool {
    let end = text.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let (letters, digits) = (text.get(..end).unwrap_or_default(), text.len() - end);
    let vowels = letters.iter().filter(|byte| b"aeiouyAEIOUY".contains(byte)).count();
    (1..=3).contains(&digits)
        && letters.len() >= 4
        && letters.len() >= digits * 2
        && vowels * 5 >= letters.len()
        && (letters.iter().all(u8::is_ascii_lowercase) || letters.iter().all(u8::is_ascii_uppercase))
}

/// Plain words, joined by `-` or `_`, with short numbers among them: `add_to_cart`, `home-v2`, `en-US`. At least half of the
/// characters are of words, so that no identifier in groups passes.
pub(super) fn is_words(text: &[u8]) -> bool {
    let (mut letters, mut pieces, mut alike) = (0, 0, true);
    let mut length = None;
    for piece in text.split(|byte| matches!(byte, b'-' | b'_')) {
        pieces += 1;
        alike &= *length.get_or_insert(piece.len()) == piece.len();
        if is_word(piece) || is_numbered_word(piece) {
            letters += piece.len();
        } else if !(piece.is_empty() || is_numbered(piece)) {
            return false;
        }
    }
    // Five of one length are drawn from a hat.
    letters * 2 >= text.len() && letters > 0 && !(alike && pieces >= 5)
}

/// Whether a token says nothing of anybody, however many bits it could hold.
pub(super) fn is_plain(token: &[u8]) -> bool {
    if token.len() < SHARED_LENGTH && entropy::is_common(token) {
        return true;
    }
    match token.first() {
        Some(b'0'..=b'9') => {
            is_timestamp(token) || is_date(token) || is_size(token) || is_version(token) || is_words(token)
        }
        Some(b'v' | b'V') => is_version(token) || is_words(token),
        Some(b'A'..=b'Z' | b'c' | b'p') => is_words(token) || is_account(token),
        _ => is_words(token),
    }
}

/// Whether a token of a URL's value is an identifier: 8 to 19 digits, a UUID, or at least eight characters with more than 33
/// bits, among them a digit, or both cases and 16 characters. Words have neither.
pub(super) fn is_identifier(token: &[u8]) -> bool {
    if token.len() < SHARED_LENGTH {
        return false;
    }
    let (mut digits, mut upper, mut lower) = (0, false, false);
    for byte in token {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'A'..=b'Z' => upper = true,
            b'a'..=b'z' => lower = true,
            _ => {}
        }
    }
    if digits == token.len() {
        return !is_timestamp(token) && !is_date(token);
    }
    if digits == 0 && !(upper && lower && token.len() >= 16) {
        return false;
    }
    is_uuid(token) || (estimate_bits(token) > SHARED_BITS && !is_plain(token))
}

/// Longest name of somebody. Whatever is longer was typed, or put together.
pub(super) const MAX_NAME: usize = 4096;

/// Whether it can be a person's name, where the parameter is called so: it has a letter, and no form that a name has not.
pub(super) fn is_name(text: &[u8]) -> bool {
    let letter = text.iter().any(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    letter && text.len() <= MAX_NAME && !entropy::is_common(text) && !matches!(text, b"null" | b"undefined")
}

/// Whether it is a name with a capital, of one word or several: `Maria`, `Ana Lucia`. Functions and languages have no such
/// form.
pub(super) fn is_capitalised(text: &[u8]) -> bool {
    let mut words = 0;
    for word in text.split(|byte| matches!(byte, b' ' | b'+' | b'-' | b'\'')) {
        let [first, rest @ ..] = word else { return false };
        let small = |byte: &u8| byte.is_ascii_lowercase() || *byte >= 0x80;
        if !(first.is_ascii_uppercase() || *first >= 0x80) || rest.is_empty() || !rest.iter().all(small) {
            return false;
        }
        words += 1;
    }
    (1..=5).contains(&words) && text.len() <= 64
}

/// Whether somebody may have typed it, where the parameter is called so: not a number of three digits (a quality, a count).
pub(super) fn is_typed(text: &[u8]) -> bool {
    let short = text.len() <= 3 && text.iter().all(u8::is_ascii_digit);
    !(short || matches!(text, b"null" | b"undefined" | b"true" | b"false"))
}

/// Whether it is written as people write: several words, or letters that are not ASCII; or the day of a birth. One bare word
/// or number under a name such as `s`, `st` or `text` is mostly a technical one (a size, a status, a label), and search
/// terms of one word are left readable for that.
pub(super) fn is_phrase(text: &[u8]) -> bool {
    let words = text
        .split(|byte| matches!(byte, b' ' | b'+'))
        .filter(|word| word.len() > 1 && word.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80))
        .count();
    words >= 2 || text.iter().any(|byte| *byte >= 0x80) || is_birthday(text)
}

/// A date from 1900 to 2020, in figures.
fn is_birthday(text: &[u8]) -> bool {
    let mut place = [0_u8; 8];
    let mut len = 0;
    for byte in text {
        match byte {
            b'0'..=b'9' => match place.get_mut(len) {
                Some(digit) => {
                    *digit = *byte;
                    len += 1;
                }
                None => return false,
            },
            b'-' | b'/' | b'.' => {}
            _ => return false,
        }
    }
    let fits = |year: &[u8], month: &[u8], day: &[u8]| {
        (1900..=2020).contains(&number(year)) && (1..=31).contains(&number(month)) && (1..=31).contains(&number(day))
    };
    let [a, b, c, d, e, f, g, h] = place;
    len == 8 && (fits(&[a, b, c, d], &[e, f], &[g, h]) || fits(&[e, f, g, h], &[c, d], &[a, b]))
}

/// Whether it is a string that says what somebody consented to, in one of the forms that these have: so that nothing else is
/// sent under that name unseen. TCF begins with its version in base64 (`B`, `C`), GPP with its header (`DB`), Google's
/// additional consent with a number and `~`, the US string is four characters, a choice of OneTrust is `C0001:1,...`.
pub(super) fn is_consent(text: &[u8]) -> bool {
    let of = |extra: &[u8]| text.iter().all(|byte| byte.is_ascii_alphanumeric() || extra.contains(byte));
    let Ok(read) = std::str::from_utf8(text) else { return false };
    // A vendor's number has five digits at most.
    let number = |part: &[u8]| (1..=5).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    match text {
        [b'1', b'Y' | b'N' | b'y' | b'n' | b'-', ..] => consent::UsPrivacy::read(read).is_some(),
        [b'G', b'1', ..] => consent::google::Status::read(read).is_some(),
        _ if text.len() <= 5 => text.iter().all(|byte| byte.is_ascii_digit() || b"-,_".contains(byte)),
        [b'C', ..] if of(b"-_.") => is_tcf(text),
        // The first version, which nobody writes any more: with two days between 2017 and 2021, each in the same few characters.
        [b'B', b'O' | b'P', _, _, _, _, _, b'O' | b'P', ..] => text.len() >= 28 && of(b"-_"),
        [b'D', b'B', ..] => of(b"-_.~") && consent::gpp::Gpp::read(read).is_some(),
        [b'1' | b'2', b'~', rest @ ..] => rest
            .split(|&byte| matches!(byte, b'~' | b'.'))
            .all(|part| part.is_empty() || part == b"dv" || number(part) && part.first() != Some(&b'0')),
        [b'1', ..] if text.len() <= 24 => {
            text.iter().filter(|byte| byte.is_ascii_alphabetic()).count() >= 4
                && consent::google::Detail::read(read).is_some()
        }
        _ => {
            text.len() <= 256
                && text.split(|&byte| byte == b',').all(|one| {
                    let mut halves = one.split(|&byte| byte == b':');
                    let (name, choice, rest) = (halves.next(), halves.next(), halves.next());
                    // `C0001`, `BG12`, `STACK42`, `1`.
                    name.is_some_and(|name| {
                        let letters = name.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
                        letters <= 6 && (number(name.get(letters..).unwrap_or_default()) || name.len() == letters)
                    }) && matches!(choice, Some(b"0" | b"1" | b"2"))
                        && rest.is_none()
                })
        }
    }
}

/// Whether a string of TCF begins as these do: two times from 2017 on of which the second is no year and a half behind, and the
/// letters of a language. What stands behind is not looked at: senders cut it.
fn is_tcf(text: &[u8]) -> bool {
    let [_, created, _, _, _, _, _, updated, ..] = text else { return false };
    let language = text.get(18..20).is_some_and(|two| two.iter().all(u8::is_ascii_uppercase));
    language && (b'O'..=b'Z').contains(created) && updated.checked_sub(*created).is_some_and(|later| later <= 1)
}

/// A value of a body that says nothing of anybody: nothing, yes and no, integers under 1000, sizes, accounts.
pub(super) fn is_trifle(text: &[u8]) -> bool {
    let integer = text.strip_prefix(b"-").unwrap_or(text);
    matches!(text, b"null" | b"undefined" | b"true" | b"false" | b"yes" | b"no")
        || (1..=3).contains(&integer.len()) && integer.iter().all(u8::is_ascii_digit)
        || is_size(text)
        || is_account(text)
}

/// An event's name: plain words, also with dots, spaces or colons between them.
pub(super) fn is_event(text: &[u8]) -> bool {
    is_trifle(text) || text.split(|byte| matches!(byte, b'.' | b' ' | b':' | b'/' | b'+')).all(is_words)
}
