//! What a page says that the person agreed to: the consent strings of advertising, read. Pure, and no input makes it fail:
//! what cannot be read whole is no string.
//!
//! Written by hand. The crates that read these (`iab_gpp` with its macros and seven crates below it, `lib_tcstring`) make
//! lists of all vendors that a string names, which a string of a kilobyte can ask for a hundred million times; what is told
//! here needs counts only.

pub mod google;
pub mod gpp;
pub mod tcf;

/// How long a string may be, in bytes. Real ones have a few hundred; 65,535 vendors as single bits twice would be 22 KiB, and
/// the list of vendors has some thousand.
const MAX: usize = 8192;

/// The bits of a string in base64url: six a character, first bit first. Padded or not, by 6 bits or by 8, the first bits
/// are the same; what stands behind the end is not read.
#[derive(Debug, Clone, Copy)]
struct Bits<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), at: 0 }
    }

    fn bit(&mut self) -> Option<bool> {
        let six = six(*self.text.get(self.at / 6)?)?;
        let shift = 5 - self.at % 6;
        self.at += 1;
        Some(six >> shift & 1 == 1)
    }

    /// The next `count` bits as a number; at most 64.
    fn number(&mut self, count: u32) -> Option<u64> {
        let mut number = 0;
        for _ in 0..count {
            number = number << 1 | u64::from(self.bit()?);
        }
        Some(number)
    }

    /// As [`Bits::number`], for at most 32 bits.
    fn small(&mut self, count: u32) -> Option<u32> {
        self.number(count).and_then(|number| u32::try_from(number).ok())
    }

    /// A number in Fibonacci coding: the bits stand for 1, 2, 3, 5, 8 …, and two ones in a row end it.
    fn fibonacci(&mut self) -> Option<u32> {
        let (mut this, mut next) = (1_u32, 2_u32);
        let (mut sum, mut last) = (0_u32, false);
        loop {
            let bit = self.bit()?;
            if bit && last {
                return Some(sum);
            }
            if bit {
                sum = sum.checked_add(this)?;
            }
            last = bit;
            (this, next) = (next, this.checked_add(next)?);
        }
    }

    /// Two letters of six bits each, as languages and countries are written.
    fn letters(&mut self) -> Option<[u8; 2]> {
        let mut letter = || Some(b'a' + u8::try_from(self.small(6)?).ok().filter(|&letter| letter < 26)?);
        Some([letter()?, letter()?])
    }
}

/// The six bits of a character of base64url; of plain base64 too, as some senders write it.
fn six(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' | b'+' => 62,
        b'_' | b'/' => 63,
        _ => return None,
    })
}

/// A US Privacy string (`1YNN`): whether a notice was given, and whether the person objected to the sale of their data.
///
/// <https://github.com/InteractiveAdvertisingBureau/USPrivacy/blob/master/CCPA/US%20Privacy%20String.md>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsPrivacy {
    /// Whether the person was told and could object; unknown where the law is said not to apply.
    pub notice: Option<bool>,
    /// Whether the person objected to the sale.
    pub objected: Option<bool>,
}

impl UsPrivacy {
    /// Reads one.
    pub fn read(text: &str) -> Option<Self> {
        let answer = |letter: u8| match letter {
            b'Y' | b'y' => Some(Some(true)),
            b'N' | b'n' => Some(Some(false)),
            b'-' => Some(None),
            _ => None,
        };
        let &[b'1', notice, objected, agreement] = text.as_bytes() else { return None };
        answer(agreement)?;
        Some(Self { notice: answer(notice)?, objected: answer(objected)? })
    }
}

/// What any of them says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Of the European framework.
    Tcf(tcf::Tcf),
    /// Several frameworks in one.
    Gpp(gpp::Gpp),
    /// Of the United States, the first one.
    UsPrivacy(UsPrivacy),
    /// Google's: storage for advertising and for statistics.
    GoogleStatus(google::Status),
    /// Google's: four kinds of consent, each as set at first and as changed.
    GoogleDetail(google::Detail),
}

/// Which form a parameter or cookie of that name holds. The first three names are the specifications' own, others those of the
/// cookies in which consent tools keep the same strings.
///
/// <https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework> ("Full TC String passing"),
/// <https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/blob/main/Core/Consent%20String%20Specification.md>
pub fn read(name: &str, value: &str) -> Option<Consent> {
    if value.is_empty() || value.len() > MAX {
        return None;
    }
    match form(name)? {
        "gcs" => google::Status::read(value).map(Consent::GoogleStatus),
        "gcd" => google::Detail::read(value).map(Consent::GoogleDetail),
        "us_privacy" => UsPrivacy::read(value).map(Consent::UsPrivacy),
        // The first character tells a string of one framework from one of several, whatever the name.
        _ if value.starts_with('D') => gpp::Gpp::read(value).map(Consent::Gpp),
        _ => tcf::Tcf::read(value).map(Consent::Tcf),
    }
}

/// Whether what is called so may be such a string.
pub fn is_called(name: &str) -> bool {
    form(name).is_some()
}

/// What they are called, in small letters.
const NAMES: [&str; 11] = [
    "consent_string",
    "euconsent",
    "euconsent-v2",
    "gcd",
    "gcs",
    "gdpr_consent",
    "gdpr_consent_string",
    "gpp",
    "gpp_string",
    "tcstring",
    "us_privacy",
];

fn form(name: &str) -> Option<&'static str> {
    // Nearly always the first letter says no.
    if !matches!(name.as_bytes().first(), Some(b'c' | b'e' | b'g' | b't' | b'u' | b'C' | b'E' | b'G' | b'T' | b'U')) {
        return None;
    }
    NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

/// Which of the kinds of the European framework are set, for people: `1-4, 7`.
pub fn ranges(bits: u32) -> String {
    let mut out = String::new();
    let mut at = 0_u32;
    while at < 24 {
        let run = (at..24).take_while(|bit| bits >> bit & 1 == 1).count();
        let run = u32::try_from(run).unwrap_or(0);
        if run > 0 {
            let separator = if out.is_empty() { "" } else { ", " };
            out += separator;
            out += &(at + 1).to_string();
            if run > 1 {
                out += "-";
                out += &(at + run).to_string();
            }
        }
        at += run + 1;
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_name_is_known_in_whatever_case() {
        for name in NAMES {
            assert_eq!((form(name), form(&name.to_ascii_uppercase())), (Some(name), Some(name)));
        }
        assert_eq!((form("gcsx"), form("")), (None, None));
    }

    #[test]
    fn numbers_in_fibonacci_coding() {
        // 011 is 2, 1011 is 4, 11 is 1, 01011 is 7, then the end.
        let mut bits = Bits::new("d6w");
        assert_eq!(bits.fibonacci(), Some(2));
        assert_eq!(bits.fibonacci(), Some(4));
        assert_eq!(bits.fibonacci(), Some(1));
        let mut endless = "A".repeat(60);
        endless.push('_');
        assert_eq!(Bits::new(&endless).fibonacci(), None, "larger than a number can be");
    }

    #[test]
    fn us_privacy_strings() {
        let read = |text| UsPrivacy::read(text).map(|it| (it.notice, it.objected));
        assert_eq!(read("1YNN"), Some((Some(true), Some(false))));
        assert_eq!(read("1NYN"), Some((Some(false), Some(true))));
        assert_eq!(read("1-Y-"), Some((None, Some(true))));
        assert_eq!(read("1---"), Some((None, None)));
        for wrong in ["", "1YN", "1YNNN", "2YNN", "1YNX", "${US_PRIVACY}"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn purposes_as_ranges() {
        assert_eq!(ranges(0), "");
        assert_eq!(ranges(1), "1");
        assert_eq!(ranges(0b1111), "1-4");
        assert_eq!(ranges(0b100_1011), "1-2, 4, 7");
        assert_eq!(ranges(u32::MAX), "1-24");
    }

    #[test]
    fn the_name_says_which_form_and_the_first_character_too() {
        assert!(matches!(read("us_privacy", "1YNN"), Some(Consent::UsPrivacy(_))));
        assert!(matches!(read("GCS", "G111"), Some(Consent::GoogleStatus(_))));
        assert!(matches!(
            read("gdpr_consent", "DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN"),
            Some(Consent::Gpp(_))
        ));
        assert!(matches!(read("gpp", "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"), Some(Consent::Tcf(_))));
        assert_eq!(read("consent", "1YNN"), None);
        assert_eq!(read("us_privacy", ""), None);
    }

    proptest! {
        #[test]
        fn no_input_makes_it_fail(name in "gpp|gdpr_consent|us_privacy|gcs|gcd|euconsent-v2", value in ".{0,400}") {
            let _ = read(&name, &value);
        }

        #[test]
        fn nor_one_that_looks_like_a_string(value in "[CDB][A-Za-z0-9_.~-]{0,600}") {
            let _ = read("gdpr_consent", &value);
        }

        #[test]
        fn bits_are_the_same_however_they_are_taken(text in "[A-Za-z0-9_-]{1,10}", first in 1_u32..30) {
            let whole = u32::try_from(text.len()).unwrap() * 6;
            let first = first.min(whole);
            let mut all = Bits::new(&text);
            let mut two = Bits::new(&text);
            let left = two.number(first).unwrap();
            let right = two.number(whole - first).unwrap();
            prop_assert_eq!(all.number(whole).unwrap(), left.checked_shl(whole - first).unwrap_or(0) | right);
            prop_assert_eq!(all.bit(), None);
        }
    }
}
