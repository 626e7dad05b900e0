//! How much a value can tell apart: an estimate in bits, and which values are known to tell little.

/// Above this many bits, a cookie's value is an identifier.
/// Privacy Badger's `MAX_COOKIE_ENTROPY`: <https://github.com/EFForg/privacybadger/blob/master/src/js/constants.js>
pub const COOKIE_BITS: u16 = 12;

/// Above this many bits, a value that two parties have is an identifier and no chance.
/// Privacy Badger's threshold for shared cookies: <https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js>
pub const SHARED_BITS: u16 = 33;

/// So many characters a shared value has at least. The same source.
pub const SHARED_LENGTH: usize = 8;

/// Longer values are counted with one bit a character, as Privacy Badger does.
const MAX_COUNTED: usize = 256;

/// Classes of characters, as bits of a set.
const BINARY: u8 = 1;
const DECIMAL: u8 = 2;
const HEX: u8 = 4;
const LETTER: u8 = 8;
const ALNUM: u8 = 16;
const WIDE: u8 = 32;

/// The classes that a byte is in, whatever its case.
const fn classes(byte: u8) -> u8 {
    match byte {
        // Separators are in all: a client id of Google Analytics is one of digits. `x` stands in a size.
        b'.' | b'_' | b'-' | b'x' | b'X' => !0,
        b'0' | b'1' => BINARY | DECIMAL | HEX | ALNUM | WIDE,
        b'2'..=b'9' => DECIMAL | HEX | ALNUM | WIDE,
        b'a'..=b'f' | b'A'..=b'F' => HEX | LETTER | ALNUM | WIDE,
        b'g'..=b'z' | b'G'..=b'Z' => LETTER | ALNUM | WIDE,
        b'+' | b'/' | b'~' | b'%' => WIDE,
        _ => 0,
    }
}

/// Bits that a value can hold at most: the smallest common class of characters that all of it is in, to the power of its
/// length; separators are in every class. Where it is in none, from the lowest to the highest byte. Rounded up, so that
/// `estimate_bits(v) > n` says the same as `entropy > n` in Privacy Badger, whose estimate it is (`estimateMaxEntropy`,
/// <https://github.com/EFForg/privacybadger/blob/master/src/js/utils.js>), but for counting bytes, not UTF-16 units.
pub fn estimate_bits(value: &[u8]) -> u16 {
    if value.len() > MAX_COUNTED {
        return u16::try_from(value.len()).unwrap_or(u16::MAX);
    }
    let (mut all, mut uppers, mut lowers) = (!0_u8, false, false);
    let (mut least, mut most) = (u8::MAX, 0);
    for &byte in value {
        all &= classes(byte);
        uppers |= byte.is_ascii_uppercase();
        lowers |= byte.is_ascii_lowercase();
        least = least.min(byte);
        most = most.max(byte);
    }
    // Case tells something only where there are both.
    let narrow = if uppers && lowers { 0 } else { all };
    let symbols = if value.is_empty() {
        1
    } else if narrow & BINARY != 0 {
        2
    } else if narrow & DECIMAL != 0 {
        10
    } else if narrow & HEX != 0 {
        16
    } else if narrow & LETTER != 0 {
        26
    } else if narrow & ALNUM != 0 {
        36
    } else if all & WIDE != 0 {
        64
    } else {
        usize::from(most) - usize::from(least) + 1
    };
    let thousandths = log2_thousandths(symbols).saturating_mul(value.len());
    u16::try_from(thousandths.div_ceil(1000)).unwrap_or(u16::MAX)
}

/// 1000 times the binary logarithm, rounded down; without floating point, which need not give the same everywhere.
fn log2_thousandths(number: usize) -> usize {
    let Some(whole) = number.checked_ilog2() else { return 0 };
    // Squaring the rest (1 to 2, in 32 bits behind the point) gives the logarithm bit by bit.
    let mut rest = (u64::try_from(number).unwrap_or(1) << 32) >> whole;
    let mut log = u64::from(whole);
    for _ in 0..20 {
        rest = u64::try_from((u128::from(rest) * u128::from(rest)) >> 32).unwrap_or(1 << 32);
        log <<= 1;
        if rest >= 2 << 32 {
            rest >>= 1;
            log |= 1;
        }
    }
    usize::try_from((log * 1000) >> 20).unwrap_or(0)
}

/// Two-letter codes of languages (ISO 639-1), which Privacy Badger takes for 8 bits each:
/// <https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js>
const LANGUAGES: &[u8] =
    b"aaabaeafakamanarasavayazbabebgbhbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffifjfo\
frfygagdglgngugvhahehihohrhthuhyhziaidieigiiikinioisitiujajvkakgkikjkkklkmknkokrkskukvkwkylalblglilnloltlulvmgmhmi\
mkmlmnmomrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurmrnrorurwsascsdsesgsiskslsmsnsosqsrssstsusvswtatetgth\
titktltntotrtstttwtyugukuruzvevivowawoxhyiyozazhzuof";

/// Whether two letters are a language's code.
pub(super) fn is_language(code: &[u8]) -> bool {
    code.len() == 2 && LANGUAGES.chunks_exact(2).any(|language| language.eq_ignore_ascii_case(code))
}

/// Whether a value is in Privacy Badger's table of values that many people have (`lowEntropyCookieValues`,
/// <https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js>).
pub(super) fn is_common(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 11] =
        [b"", b"nodata", b"no_data", b"yes", b"no", b"true", b"false", b"dnt", b"opt-out", b"optout", b"opt_out"];
    match value {
        [digit] if digit.is_ascii_digit() => true,
        [_, _] if is_language(value) => true,
        _ => WORDS.iter().any(|word| word.eq_ignore_ascii_case(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits() {
        for (value, bits) in [
            ("", 0),
            ("0101", 4),
            ("1234567890", 34),
            ("123456789", 30),
            ("d41d8cd98f00b204e9800998ecf8427e", 128),
            ("D41D8CD98F00B204E9800998ECF8427E", 128),
            // Both cases: 64 symbols.
            ("D41d", 24),
            ("yes", 15),
            ("abcdefgh", 38),
            ("abcdefg1", 42),
            ("14103492.1964907", 54),
            ("1920x1080", 30),
            ("a/b+c", 30),
            // No class: from space to `z`.
            ("a z", 20),
        ] {
            assert_eq!(estimate_bits(value.as_bytes()), bits, "{value}");
        }
        assert_eq!(estimate_bits(&[b'a'; 300]), 300);
        assert_eq!(estimate_bits(&vec![b'a'; 1_000_000]), u16::MAX);
    }

    #[test]
    fn logarithms() {
        for number in 1..=256_usize {
            let exact = (number as f64).log2() * 1000.0;
            assert!((log2_thousandths(number) as f64 - exact).abs() <= 1.0, "{number}");
        }
    }

    #[test]
    fn tables() {
        assert!(is_common(b"") && is_common(b"7") && is_common(b"EN") && is_common(b"Opt_Out"));
        assert!(!is_common(b"10") && !is_common(b"xx") && !is_common(b"hello"));
        assert_eq!(LANGUAGES.len() % 2, 0);
    }
}
