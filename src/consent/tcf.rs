//! The consent string of IAB Europe's Transparency and Consent Framework, version 2 (2.0, 2.2 and 2.3 are one form).
//!
//! <https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20Consent%20string%20and%20vendor%20list%20formats%20v2.md>

use super::Bits;

/// What a string says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tcf {
    /// When it was made, in tenths of a second since 1970; newer strings tell the day only.
    pub created: u64,
    /// When it was last changed, likewise.
    pub updated: u64,
    /// The number of the consent tool that wrote it.
    pub tool: u32,
    /// The language in which the person was asked.
    pub language: [u8; 2],
    /// The version of the list of vendors.
    pub list: u32,
    /// The version of the framework's policy: 2 is TCF 2.0, 4 is TCF 2.2, 5 is TCF 2.3.
    pub policy: u32,
    /// The purposes that are said to be agreed to; purpose 1 is the lowest bit.
    pub purposes: u32,
    /// The purposes for which a legitimate interest is claimed and was not objected to.
    pub claimed: u32,
    /// The special features (exact location is 1, reading out the device 2) that are said to be agreed to.
    pub features: u32,
    /// The country whose law is said to apply.
    pub country: [u8; 2],
    /// How many vendors are said to have consent.
    pub vendors: u32,
    /// How many vendors claim a legitimate interest.
    pub vendors_claimed: u32,
}

impl Tcf {
    /// Reads a string; only its first part, as the others hold nothing that is told here.
    pub fn read(text: &str) -> Option<Self> {
        let core = text.split('.').next()?;
        let mut bits = Bits::new(core);
        if bits.small(6)? != 2 {
            return None;
        }
        let (created, updated) = (bits.number(36)?, bits.number(36)?);
        let tool = bits.small(12)?;
        // The tool's own version, and the screen of it.
        bits.number(18)?;
        let language = bits.letters()?;
        let (list, policy) = (bits.small(12)?, bits.small(6)?);
        // For this site only, and whether the texts are the standard ones.
        bits.number(2)?;
        let features = flags(&mut bits, 12)?;
        let (purposes, claimed) = (flags(&mut bits, 24)?, flags(&mut bits, 24)?);
        // Whether purpose 1 is treated apart.
        bits.bit()?;
        let country = bits.letters()?;
        let vendors = vendors(&mut bits)?;
        let vendors_claimed = vendors_or_none(&mut bits)?;
        Some(Self {
            created,
            updated,
            tool,
            language,
            list,
            policy,
            purposes,
            claimed,
            features,
            country,
            vendors,
            vendors_claimed,
        })
    }

    /// Whether it says that the person agreed to anything.
    pub fn agrees(&self) -> bool {
        self.purposes != 0 || self.features != 0
    }

    /// The framework's version by its policy's.
    pub fn version(&self) -> &'static str {
        match self.policy {
            0..=3 => "TCF 2.0",
            4 => "TCF 2.2",
            _ => "TCF 2.3",
        }
    }
}

/// So many single bits, the first one lowest.
fn flags(bits: &mut Bits<'_>, count: u32) -> Option<u32> {
    let mut out = 0;
    for at in 0..count {
        out |= u32::from(bits.bit()?) << at;
    }
    Some(out)
}

/// How many vendors a section names, which says so with one bit each, or in ranges.
fn vendors(bits: &mut Bits<'_>) -> Option<u32> {
    let max = bits.small(16)?;
    let in_ranges = bits.bit()?;
    let mut count = 0_u32;
    if !in_ranges {
        for _ in 0..max {
            count += u32::from(bits.bit()?);
        }
        return Some(count);
    }
    for _ in 0..bits.small(12)? {
        let is_range = bits.bit()?;
        let first = bits.small(16)?;
        let last = if is_range { bits.small(16)? } else { first };
        count += (last + 1).checked_sub(first)?;
    }
    // Ranges may lie over each other, though they should not.
    Some(count.min(max))
}

/// The same of a section behind which senders cut the string off, if there is nothing more to say.
fn vendors_or_none(bits: &mut Bits<'_>) -> Option<u32> {
    if bits.at / 6 + 3 > bits.text.len() { Some(0) } else { vendors(bits) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// Writes bits as base64url.
    #[derive(Default)]
    struct Writer(Vec<bool>);

    impl Writer {
        fn put(&mut self, value: u64, count: u32) -> &mut Self {
            self.0.extend((0..count).rev().map(|at| value >> at & 1 == 1));
            self
        }

        fn text(&self) -> String {
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            self.0
                .chunks(6)
                .map(|six| {
                    let bits = six.iter().fold(0, |sum, &bit| sum << 1 | usize::from(bit)) << (6 - six.len());
                    char::from(letters[bits])
                })
                .collect()
        }
    }

    fn head() -> Writer {
        let mut out = Writer::default();
        out.put(2, 6).put(17_000_000_000, 36).put(17_000_000_001, 36).put(300, 12).put(1, 12).put(1, 6);
        out.put(4, 6).put(13, 6).put(48, 12).put(4, 6).put(0b10, 2).put(0b1100_0000_0000, 12);
        out.put(0b1110_0000_0000_0000_0000_0000, 24).put(0b0100_0000_0000_0000_0000_0000, 24);
        out.put(0, 1).put(3, 6).put(4, 6);
        out
    }

    #[test]
    fn the_specification_s_examples() {
        // Of the specification's text: four vendors may, and nothing is agreed to that they may do.
        let none = Tcf::read("CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA").unwrap();
        assert_eq!((none.purposes, none.claimed, none.features, none.vendors), (0, 0, 0, 4));
        assert_eq!((none.language, none.list, none.version()), (*b"en", 48, "TCF 2.0"));
        assert!(!none.agrees());
        // Of the GPP specification's text.
        let older = Tcf::read("CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA").unwrap();
        assert_eq!((older.created, older.version(), older.vendors), (older.updated, "TCF 2.0", 0));
    }

    #[test]
    fn every_field_in_its_place() {
        let mut written = head();
        // Five bits, of which three are set; then a legitimate interest in ranges: 1 to 10, and 20.
        written.put(5, 16).put(0, 1).put(0b10101, 5);
        written.put(20, 16).put(1, 1).put(2, 12).put(1, 1).put(1, 16).put(10, 16).put(0, 1).put(20, 16);
        written.put(0, 12);
        let read = Tcf::read(&written.text()).unwrap();
        assert_eq!((read.created, read.updated, read.tool), (17_000_000_000, 17_000_000_001, 300));
        assert_eq!((read.language, read.country, read.list, read.policy), (*b"en", *b"de", 48, 4));
        assert_eq!((read.purposes, read.claimed, read.features), (0b111, 0b10, 0b11));
        assert_eq!((read.vendors, read.vendors_claimed), (3, 11));
    }

    #[test]
    fn ranges_cannot_count_more_than_there_are() {
        let mut written = head();
        written.put(1000, 16).put(1, 1).put(200, 12);
        for _ in 0..200 {
            written.put(1, 1).put(1, 16).put(65_535, 16);
        }
        assert_eq!(Tcf::read(&written.text()).unwrap().vendors, 1000);
        let mut turned = head();
        turned.put(10, 16).put(1, 1).put(1, 12).put(1, 1).put(9, 16).put(2, 16);
        assert_eq!(Tcf::read(&turned.text()), None, "a range that ends before it begins");
    }

    #[test]
    fn what_is_cut_off_or_of_another_version_is_no_string() {
        let whole = "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgACPAAAAA";
        for end in 0..36 {
            assert_eq!(Tcf::read(&whole[..end]), None, "{end}");
        }
        // Version 1, and a macro that nobody filled in.
        assert_eq!(Tcf::read("BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA"), None);
        assert_eq!(Tcf::read("${GDPR_CONSENT_755}"), None);
    }
}
