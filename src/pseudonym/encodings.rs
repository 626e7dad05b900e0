//! How values are spelled: percent-encoding, base64 and hex, digests, and the normal forms in which they are hashed.

use std::borrow::Cow;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The value of a hexadecimal digit.
pub(super) const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that `%XX` at the start stands for.
pub(super) fn escape(text: &[u8]) -> Option<u8> {
    match text {
        [b'%', high, low, ..] => Some(hex_digit(*high)? << 4 | hex_digit(*low)?),
        _ => None,
    }
}

/// Decodes percent-encoding, and `+` to a space. What is no UTF-8 then is replaced.
pub fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match escape(rest) {
            Some(byte) => {
                bytes.push(byte);
                rest.get(3..).unwrap_or_default()
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                after
            }
        };
    }
    match String::from_utf8(bytes) {
        Ok(text) => Cow::Owned(text),
        Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The character of base64url for the lowest six bits.
pub(super) fn base64_char(bits: u64) -> u8 {
    usize::try_from(bits & 63).ok().and_then(|at| BASE64.get(at)).copied().unwrap_or(b'A')
}

/// The six bits of a character of base64 in either alphabet.
pub(super) fn base64_bits(byte: u8) -> Option<u8> {
    BITS.get(usize::from(byte)).copied().filter(|bits| *bits < 64)
}

/// What each byte means; more than six bits hold where it is none of base64. A table, as no branch foresees a hash.
static BITS: [u8; 256] = {
    let mut table = [0; 256];
    let mut rest: &mut [u8] = &mut table;
    let mut byte = 0_u8;
    while let [place, others @ ..] = rest {
        *place = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => u8::MAX,
        };
        byte = byte.wrapping_add(1);
        rest = others;
    }
    table
};

/// Appends bytes in base64url without padding.
pub(super) fn push_base64(bytes: &[u8], out: &mut Vec<u8>) {
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)) << (8 * (3 - three.len()));
        for at in 0..=three.len() {
            out.push(base64_char(word >> (18 - 6 * at)));
        }
    }
}

/// Appends what base64 in either alphabet, with or without padding, stands for. Whether it is that.
pub(super) fn unbase64(text: &[u8], out: &mut Vec<u8>) -> bool {
    let text = unpadded(text);
    if text.len() % 4 == 1 {
        return false;
    }
    for four in text.chunks(4) {
        let mut word = 0_u32;
        for &byte in four {
            let Some(bits) = base64_bits(byte) else { return false };
            word = word << 6 | u32::from(bits);
        }
        word <<= 6 * (4 - four.len());
        let [_, bytes @ ..] = word.to_be_bytes();
        out.extend(bytes.iter().take(four.len() - 1));
    }
    true
}

/// Appends what hexadecimal digits stand for. Whether they are that.
pub(super) fn unhex(text: &[u8], out: &mut Vec<u8>) -> bool {
    for two in text.chunks(2) {
        let [high, low] = two else { return false };
        let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low)) else { return false };
        out.push(high << 4 | low);
    }
    true
}

/// Appends bytes in lower-case hexadecimal.
pub(super) fn push_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for &byte in bytes {
        for half in [byte >> 4, byte & 15] {
            out.push(DIGITS.get(usize::from(half)).copied().unwrap_or(b'0'));
        }
    }
}

/// Without the padding of base64.
pub(super) fn unpadded(text: &[u8]) -> &[u8] {
    match text {
        [rest @ .., b'=', b'='] | [rest @ .., b'='] => rest,
        _ => text,
    }
}

/// The three digests that values are sent under, as their hexadecimal digits.
pub(super) fn digests(value: &[u8]) -> [Vec<u8>; 3] {
    let mut out = [Vec::with_capacity(32), Vec::with_capacity(40), Vec::with_capacity(64)];
    let [md5, sha1, sha256] = &mut out;
    push_hex(&Md5::digest(value), md5);
    push_hex(&Sha1::digest(value), sha1);
    push_hex(&Sha256::digest(value), sha256);
    out
}

/// One of 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_uuid(token: &[u8]) -> bool {
    token.len() == 36
        && token.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Shortest run of hexadecimal digits whose case is taken for spelling: shorter ones may be base64.
const MIN_HEX: usize = 16;

/// Writes a token as it is hashed: a UUID as its 32 digits; hexadecimal digits in lower case; base64 as base64url, without
/// padding. So one value has one hash, however its sender spells it.
pub(super) fn normalise(token: &[u8], out: &mut Vec<u8>) {
    out.clear();
    if is_uuid(token) {
        out.extend(token.iter().filter(|byte| **byte != b'-').map(u8::to_ascii_lowercase));
    } else if token.len() >= MIN_HEX && token.iter().all(u8::is_ascii_hexdigit) {
        out.extend(token.iter().map(u8::to_ascii_lowercase));
    } else {
        out.extend(unpadded(token).iter().map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        }));
    }
}

/// Bytes that surround a value and are none of it.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'+' | b'"' | b'\'')
}

/// Without white space (`+` is that in a query) and quotes around it.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

/// Trimmed and in lower case, as Meta, Google and TikTok have mails and names before they are hashed:
/// <https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters>
/// <https://developers.google.com/google-ads/api/docs/conversions/upload-online>
/// <https://ads.tiktok.com/help/article/how-to-set-up-automatic-advanced-matching>
pub(super) fn lower(text: &[u8]) -> Vec<u8> {
    let text = trim(text);
    let Ok(text) = std::str::from_utf8(text) else { return text.to_ascii_lowercase() };
    let mut out = Vec::with_capacity(text.len());
    // `+` is a space in a query.
    let is_mail = text.contains('@');
    for letter in text.chars() {
        let small = if letter == '+' && !is_mail { ' ' } else { lower_letter(letter) };
        out.extend_from_slice(small.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out
}

/// Lower case of the alphabets that most names are written in (Latin, Greek, Cyrillic), by their order in Unicode: a whole
/// table would be kilobytes of the extension.
fn lower_letter(letter: char) -> char {
    let code = u32::from(letter);
    let small = match code {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a1 | 0x3a3..=0x3ab | 0x410..=0x42f => code + 0x20,
        0x400..=0x40f => code + 0x50,
        // Pairs, the capital on the even number; but for some runs, on the odd one.
        0x130 | 0x131 | 0x138 | 0x149 | 0x17f => code,
        0x178 => 0xff,
        0x139..=0x148 | 0x179..=0x17e => code + (code & 1),
        0x100..=0x177 | 0x1e00..=0x1eff => code | 1,
        _ => code,
    };
    char::from_u32(small).unwrap_or(letter)
}

/// A mail's other normal form, where it has one: Google leaves out dots and what follows a `+` in `gmail.com` and
/// `googlemail.com` (<https://developers.google.com/google-ads/api/docs/conversions/upload-online>).
pub(super) fn gmail(mail: &[u8]) -> Option<Vec<u8>> {
    let at = mail.iter().position(|&byte| byte == b'@')?;
    let (local, domain) = mail.split_at_checked(at)?;
    if !matches!(domain, b"@gmail.com" | b"@googlemail.com") {
        return None;
    }
    let local = local.split(|&byte| byte == b'+').next().unwrap_or_default();
    let mut out: Vec<u8> = local.iter().copied().filter(|&byte| byte != b'.').collect();
    out.extend_from_slice(domain);
    (out != mail).then_some(out)
}

/// A phone number's digits, without leading zeros: with its country's code, as far as it was given with one.
pub(super) fn digits(tel: &[u8]) -> Vec<u8> {
    tel.iter().copied().filter(u8::is_ascii_digit).skip_while(|&byte| byte == b'0').collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn norm(token: &str) -> String {
        let mut out = Vec::new();
        normalise(token.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn spellings() {
        assert_eq!(decode("a%20b+c%zz%4"), "a b c%zz%4");
        assert_eq!(decode("%ff"), "\u{fffd}");
        assert!(matches!(decode("abc"), Cow::Borrowed(_)));
        for text in ["", "a", "ab", "abc", "abcd", "jo@a.example?>~"] {
            let (mut coded, mut back) = (Vec::new(), Vec::new());
            push_base64(text.as_bytes(), &mut coded);
            assert!(unbase64(&coded, &mut back), "{text}");
            assert_eq!(back, text.as_bytes());
            let (mut coded, mut back) = (Vec::new(), Vec::new());
            push_hex(text.as_bytes(), &mut coded);
            assert!(unhex(&coded, &mut back));
            assert_eq!(back, text.as_bytes());
        }
        let mut out = Vec::new();
        assert!(unbase64(b"am9AYS5leGFtcGxl", &mut out) && out == b"jo@a.example");
        assert!(!unbase64(b"abcde", &mut out) && !unbase64(b"a.bc", &mut out) && !unhex(b"abc", &mut out));
    }

    #[test]
    fn normal_forms() {
        assert_eq!(norm("550E8400-e29b-41d4-a716-446655440000"), "550e8400e29b41d4a716446655440000");
        assert_eq!(norm("D41D8CD98F00B204E9800998ECF8427E"), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(norm("ab+/c=="), "ab-_c");
        assert_eq!(norm("ABCDEF"), "ABCDEF");
        assert_eq!(lower(" \u{c4}nne \u{141}ukasz\t".as_bytes()), "\u{e4}nne \u{142}ukasz".as_bytes());
        assert_eq!(lower("\u{416}\u{401}\u{178}".as_bytes()), "\u{436}\u{451}\u{ff}".as_bytes());
        assert_eq!(gmail(b"jo.hn+x@gmail.com").unwrap(), b"john@gmail.com");
        assert!(gmail(b"john@gmail.com").is_none() && gmail(b"jo.hn@a.example").is_none());
        assert_eq!(digits(b"+0049 (170) 12-34"), b"491701234");
    }

    /// The examples of Meta's documentation.
    #[test]
    fn documented_digests() {
        let hex = |value: &[u8]| String::from_utf8(digests(value)[2].clone()).unwrap();
        assert_eq!(
            hex(&lower(b" John_Smith@gmail.com")),
            "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
        );
        assert_eq!(hex(&digits(b"1(650)555-1212")), "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176");
        assert_eq!(
            hex(&lower("Val\u{e9}ry".as_bytes())),
            "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"
        );
    }
}
