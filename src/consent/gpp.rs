//! The Global Privacy Platform's string: a header that says which frameworks follow, and a section for each.
//!
//! <https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/blob/main/Core/Consent%20String%20Specification.md>,
//! <https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/blob/main/Sections/Section%20Information.md>

use super::tcf::Tcf;
use super::{Bits, UsPrivacy};

/// How many sections are read; there are 27 ids.
const MAX_SECTIONS: usize = 32;

/// What a string says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gpp {
    /// Which sections it has, by id; section 1 is the lowest bit.
    pub sections: u32,
    /// The European framework's.
    pub tcf: Option<Tcf>,
    /// The first one of the United States.
    pub us_privacy: Option<UsPrivacy>,
    /// Whether the person objected to the sale of their data, by the section for all states or by California's.
    pub objected: Option<bool>,
    /// Whether such a section says that the browser sent Global Privacy Control.
    pub control: Option<bool>,
}

impl Gpp {
    /// Reads a string. A section that cannot be read is as one that is not there.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('~');
        let (ids, count) = header(parts.next()?)?;
        let mut out = Self::default();
        for (&id, part) in ids.get(..count)?.iter().zip(parts) {
            if (1..=32).contains(&id) {
                out.sections |= 1 << (id - 1);
            }
            match id {
                2 => out.tcf = Tcf::read(part),
                6 => out.us_privacy = UsPrivacy::read(part),
                7 | 8 => {
                    let (objected, control) = of_states(part, id);
                    out.objected = either(out.objected, objected);
                    out.control = either(out.control, control);
                }
                _ => {}
            }
        }
        Some(out)
    }
}

/// Which sections follow, in their order.
fn header(text: &str) -> Option<([u32; MAX_SECTIONS], usize)> {
    let mut bits = Bits::new(text);
    // Its type, and the version of the form.
    if bits.small(6)? != 3 || bits.small(6)? != 1 {
        return None;
    }
    let mut ids = [0; MAX_SECTIONS];
    let mut count = 0;
    let mut last = 0_u32;
    for _ in 0..bits.small(12)? {
        let is_range = bits.bit()?;
        let first = last.checked_add(bits.fibonacci()?)?;
        last = if is_range { first.checked_add(bits.fibonacci()?)? } else { first };
        for id in first..=last {
            // More sections than ids exist: made up, and not worth reading.
            *ids.get_mut(count)? = id;
            count += 1;
        }
    }
    Some((ids, count))
}

/// What the section for all states (7) or for California (8) says of an objection, and of Global Privacy Control.
///
/// <https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/tree/main/Sections/US-National>,
/// <https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/tree/main/Sections/US-States/CA>
fn of_states(section: &str, id: u32) -> (Option<bool>, Option<bool>) {
    let mut parts = section.split('.');
    let core = parts.next().unwrap_or_default();
    let objected = (|| {
        let mut bits = Bits::new(core);
        // The version, and what was made known to the person: six kinds, and three in California.
        bits.number(if id == 7 { 6 + 12 } else { 6 + 6 })?;
        let (sale, sharing) = (bits.small(2)?, bits.small(2)?);
        let targeted = if id == 7 { bits.small(2)? } else { 0 };
        let all = [sale, sharing, targeted];
        // 1: objected. 2: did not. 0: not asked.
        if all.contains(&1) { Some(true) } else { all.contains(&2).then_some(false) }
    })();
    let control = parts.find_map(|part| {
        let mut bits = Bits::new(part);
        (bits.small(2)? == 1).then(|| bits.bit()).flatten()
    });
    (objected, control)
}

/// Of two answers the one that says yes, then the one that says anything.
fn either(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    one.max(other)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Option<Vec<u32>> {
        header(text).map(|(ids, count)| ids[..count].to_vec())
    }

    #[test]
    fn the_specification_s_headers() {
        assert_eq!(sections("DBABM"), Some(vec![2]));
        assert_eq!(sections("DBACNY"), Some(vec![2, 6]));
        assert_eq!(sections("DBACNYA"), Some(vec![2, 6]), "padded to whole bytes, as older tools do");
        assert_eq!(sections("DBABjw"), Some(vec![5, 6]));
        for wrong in ["", "D", "DBAB", "CBABM", "DCABM", "DB//"] {
            assert_eq!(sections(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_header_cannot_ask_for_endless_sections() {
        // One range from 1, of some 200,000.
        assert_eq!(sections("DBAB4AAAG"), None);
        assert_eq!(Gpp::read("DBAB4AAAG~1YNN"), None);
    }

    #[test]
    fn the_specification_s_string() {
        let read = Gpp::read("DBACNYA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN").unwrap();
        assert_eq!(read.sections, 0b10_0010);
        assert_eq!(read.tcf.unwrap().language, *b"en");
        assert_eq!(read.us_privacy.unwrap().objected, Some(false));
        assert_eq!(read.objected, None);
    }

    #[test]
    fn a_section_that_is_missing_or_broken_is_not_there() {
        let read = Gpp::read("DBACNYA~~1YNN").unwrap();
        assert_eq!((read.tcf, read.us_privacy.is_some()), (None, true));
        assert_eq!(Gpp::read("DBACNYA").unwrap().us_privacy, None);
    }

    #[test]
    fn objections_of_the_states() {
        // Version 1, six notices given (01), then no objection (10) three times: 000001 010101010101 101010.
        assert_eq!(of_states("BVVq", 7), (Some(false), None));
        // The sale objected to (01), the rest not: 000001 010101010101 011010.
        assert_eq!(of_states("BVVa.YA", 7), (Some(true), Some(true)));
        assert_eq!(of_states("BVVa.QA", 7), (Some(true), Some(false)));
        // California: version 1, three notices (01), sale and sharing not objected to: 000001 010101 1010 ...
        assert_eq!(of_states("BVqA", 8), (Some(false), None));
        assert_eq!(of_states("", 7), (None, None));
        assert_eq!(of_states("!.!", 8), (None, None));
    }
}
