//! What a token in base64 or in hexadecimal digits holds. How long it is says little: a time gets longer by being coded, and
//! tells nobody apart all the same.

use super::encodings::{base64_bits, is_uuid, unbase64, unhex};
use super::entropy::{SHARED_BITS, SHARED_LENGTH, estimate_bits};
use super::is_delimiter;
use super::kinds::{Form, is_digest, is_identifier, is_mail, is_time};

/// Shortest token that is read: of a shorter one chance makes a text.
pub(super) const MIN_CODED: usize = 11;
/// How deep messages in messages are read.
const MAX_DEPTH: u8 = 3;

/// What there is in a token. The bits are those of the part that tells most apart; none where no part is an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Nothing that can be read: it is a value in itself.
    Itself,
    /// Compressed (gzip, <https://www.rfc-editor.org/rfc/rfc1952>): what it holds is not known.
    Packed,
    /// A text, in base64 or in hexadecimal digits.
    Text(Form, Option<u16>),
    /// Numbers and texts in the wire format of protocol buffers.
    Message(Option<u16>),
}

/// Looks into a token. Where it is a text, that is in `text` then.
pub(super) fn held(token: &[u8], text: &mut Vec<u8>) -> Held {
    if let Some(form) = coded_text(token, text) {
        return Held::Text(form, of_text(text));
    }
    text.clear();
    if token.len() < MIN_CODED || token.iter().all(u8::is_ascii_hexdigit) || is_uuid(token) {
        return Held::Itself;
    }
    // Most tokens end here: their first byte begins nothing that is known.
    let first = match token {
        [a, b, ..] => base64_bits(*a).zip(base64_bits(*b)).map(|(a, b)| a << 2 | b >> 4),
        _ => None,
    };
    if !first.is_some_and(|byte| byte == GZIP[0] || is_tag(u64::from(byte & 0x7f))) || !unbase64(token, text) {
        text.clear();
        return Held::Itself;
    }
    let held =
        if text.starts_with(&GZIP) { Held::Packed } else { message(text, 0).map_or(Held::Itself, Held::Message) };
    text.clear();
    held
}

/// How gzip begins, with the one method that it has.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// Decodes base64 or hexadecimal digits into `text`, if it is text: printable, and long enough that chance makes none.
pub(super) fn coded_text(token: &[u8], text: &mut Vec<u8>) -> Option<Form> {
    let printable = |text: &[u8]| text.len() >= SHARED_LENGTH && is_printable(text);
    text.clear();
    if token.len() < MIN_CODED {
        return None;
    }
    if token.len().is_multiple_of(2) && token.iter().all(u8::is_ascii_hexdigit) {
        // Digits alone are a number.
        let letters = token.iter().any(u8::is_ascii_alphabetic);
        return (letters && unhex(token, text) && printable(text)).then_some(Form::Hex);
    }
    // Most tokens end here: their first bytes are no text.
    let four = token.get(..4).unwrap_or_default();
    if !unbase64(four, text) || !is_printable(text) {
        return None;
    }
    text.clear();
    (unbase64(token, text) && printable(text)).then_some(Form::Base64)
}

fn is_printable(text: &[u8]) -> bool {
    text.iter().all(|byte| (b' '..=b'~').contains(byte))
}

/// The bits of what tells most apart in a text.
fn of_text(text: &[u8]) -> Option<u16> {
    let tells = |token: &[u8]| {
        let is = |part: &[u8]| is_identifier(part) || is_digest(part);
        is_mail(token) || token.split(|&byte| byte == b'.').any(is)
    };
    text.split(|&byte| is_delimiter(byte)).filter(|token| tells(token)).map(estimate_bits).max()
}

/// The bits of what tells most apart in a message, where it is one to its last byte. Of 300,000 chance values each of 8, 16 and
/// 32 bytes, 6 in a thousand, 1 in 10,000 and none are one that tells nobody apart.
/// <https://protobuf.dev/programming-guides/encoding/>
fn message(bytes: &[u8], depth: u8) -> Option<Option<u16>> {
    let (mut rest, mut most) = (bytes, None);
    while !rest.is_empty() {
        let tag = varint(&mut rest)?;
        if !is_tag(tag) {
            return None;
        }
        let bits = match tag & 7 {
            0 => of_number(varint(&mut rest)?),
            1 => of_number(fixed(&mut rest, 8)?),
            5 => of_number(fixed(&mut rest, 4)?),
            _ => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                let (inner, behind) = rest.split_at_checked(length)?;
                rest = behind;
                if is_printable(inner) {
                    of_text(inner)
                } else {
                    let within = if depth < MAX_DEPTH { message(inner, depth + 1) } else { None };
                    within.unwrap_or_else(|| of_bytes(inner))
                }
            }
        };
        most = most.max(bits);
    }
    Some(most)
}

/// Whether a field can begin so: with a number, and one of the four kinds that are in use.
fn is_tag(tag: u64) -> bool {
    matches!(tag & 7, 0 | 1 | 2 | 5) && (1..1 << 29).contains(&(tag >> 3))
}

/// A number of seven bits a byte.
fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for at in 0..10 {
        let (first, behind) = rest.split_first()?;
        *rest = behind;
        number |= u64::from(first & 0x7f) << (7 * at);
        if *first < 0x80 {
            return Some(number);
        }
    }
    None
}

fn fixed(rest: &mut &[u8], length: usize) -> Option<u64> {
    let (bytes, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// As of its digits: eight or more, and no time.
fn of_number(number: u64) -> Option<u16> {
    /// The smallest number of eight digits.
    const LONG: u64 = 10_000_000;
    let bits = u16::try_from(u64::BITS - number.leading_zeros()).unwrap_or(0);
    // Seconds, and what is finer by thousands.
    let time = [1, 1_000, 1_000_000].iter().any(|unit| is_time(number / unit));
    (number >= LONG && !time).then_some(bits)
}

fn of_bytes(bytes: &[u8]) -> Option<u16> {
    u16::try_from(bytes.len() * 8).ok().filter(|bits| *bits > SHARED_BITS)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held() {
        let text = |bits| Held::Text(Form::Base64, bits);
        for (token, is) in [
            // `C610` and two times, in a message.
            ("CgASBEM2MTAYu5iIrwUgu5iIrwU=", Held::Message(None)),
            ("Cg8KBEM2MTASASAYu5iIrwU=", Held::Message(None)),
            // A number of 55 bits in one, in base64url too.
            ("CAEYBSgCMgsI9pCj66fqszoQBTgB", Held::Message(Some(55))),
            ("EhCqqqqqu7u7u8zMzMzd3d3d", Held::Message(Some(128))),
            // `31401:1643952224`, `lang=en-us&theme=dark`, `{"v":"8f14e45fceea167a"}`, `u=jo@a.example`.
            ("MzE0MDE6MTY0Mzk1MjIyNA==", text(None)),
            ("bGFuZz1lbi11cyZ0aGVtZT1kYXJr", text(None)),
            ("eyJ2IjoiOGYxNGU0NWZjZWVhMTY3YSJ9", text(Some(64))),
            ("dT1qb0BhLmV4YW1wbGU=", text(Some(75))),
            // `878270908.1643952222`
            ("ODc4MjcwOTA4LjE2NDM5NTIyMjI=", text(Some(67))),
            ("33313430313a31363433393532323234", Held::Text(Form::Hex, None)),
            ("H4sIAAAAAAAAAKtWMjY0MTCMN7IwtlCyMjQzMbY0NTIyMjE3MNRR", Held::Packed),
            ("SEJzDlXiDDoAC+6v", Held::Itself),
            ("550e8400-e29b-41d4-a716-446655440000", Held::Itself),
            ("575519306994711621", Held::Itself),
            ("8f14e45fceea167a5a36dedd4bea2543", Held::Itself),
            ("k3x", Held::Itself),
        ] {
            assert_eq!(held(token.as_bytes(), &mut Vec::new()), is, "{token}");
        }
    }

    #[test]
    fn numbers() {
        for (number, bits) in [
            (1_440_877_627, None),
            (1_440_877_627_581, None),
            (1_440_877_627_581_000, None),
            (31_401, None),
            (31_401_283, Some(25)),
            (u64::MAX, Some(64)),
        ] {
            assert_eq!(of_number(number), bits, "{number}");
        }
    }

    #[test]
    fn no_bytes_stop_it() {
        for bytes in
            [&[0x80; 12][..], &[0x0a, 0xff], &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], &[9, 1]]
        {
            assert_eq!(message(bytes, 0), None);
        }
        let mut deep = Vec::new();
        for _ in 0..60 {
            deep.insert(0, u8::try_from(deep.len()).unwrap());
            deep.insert(0, 0x0a);
        }
        assert!(message(&deep, 0).is_some());
    }
}
