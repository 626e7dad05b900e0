//! Google's consent mode: what a page tells Google's addresses of the person's choice, in `gcs` and `gcd`.
//!
//! Google explains the kinds of consent, and not the letters of `gcd`. These were read out by people who work with it:
//! <https://www.simoahava.com/analytics/consent-mode-v2-google-tags/>,
//! <https://github.com/analytics-debugger/gtm-template-server-side-google-consent-parser>

/// `gcs`: `G1`, then whether storage may be used for advertising and for statistics (`G100`, `G111`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Storage for advertising; not known where the page says nothing of it.
    pub advertising: Option<bool>,
    /// Storage for statistics.
    pub statistics: Option<bool>,
}

impl Status {
    /// Reads one.
    pub fn read(text: &str) -> Option<Self> {
        let answer = |digit: u8| match digit {
            b'0' => Some(Some(false)),
            b'1' => Some(Some(true)),
            b'-' => Some(None),
            _ => None,
        };
        let &[b'G', b'1', advertising, statistics, ..] = text.as_bytes() else { return None };
        (text.len() <= 5).then_some(())?;
        Some(Self { advertising: answer(advertising)?, statistics: answer(statistics)? })
    }
}

/// One kind of consent in `gcd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// What the page set before anybody was asked.
    pub default: Option<bool>,
    /// What it changed that to, once there was a choice, made now or before.
    pub update: Option<bool>,
}

/// `gcd`: for each of four kinds of consent what was set at first, and what it was changed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    /// Storage for advertising, storage for statistics, personal data for advertising, advertising by person: in this order.
    pub kinds: [Choice; 4],
}

impl Detail {
    /// Google's own names of the four kinds.
    pub const NAMES: [&str; 4] = ["ad_storage", "analytics_storage", "ad_user_data", "ad_personalization"];

    /// Reads one: a digit for the version, then four times a digit and a letter, and more that is not told here.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (b'1', pairs) = bytes.split_first().map(|(first, rest)| (*first, rest))? else { return None };
        let mut kinds = [Choice { default: None, update: None }; 4];
        let mut pairs = pairs.chunks_exact(2);
        for kind in &mut kinds {
            let &[digit, letter] = pairs.next()? else { return None };
            if !digit.is_ascii_digit() {
                return None;
            }
            *kind = choice(letter)?;
        }
        // Nothing but letters and digits follows.
        let rest = bytes.get(9..)?;
        (rest.len() <= 16 && rest.iter().all(u8::is_ascii_alphanumeric)).then_some(Self { kinds })
    }

    /// Which kinds the page says are granted by its own setting, and by nobody's choice.
    pub fn granted_unasked(&self) -> impl Iterator<Item = &'static str> {
        let unasked = |choice: &Choice| choice.default == Some(true) && choice.update.is_none();
        self.kinds.into_iter().zip(Self::NAMES).filter(move |(choice, _)| unasked(choice)).map(|(_, name)| name)
    }
}

/// A letter is a number (`l` is 21) of which two bits tell the setting and two the change: 1 nothing said, 2 denied,
/// 3 granted.
fn choice(letter: u8) -> Option<Choice> {
    let number = match letter {
        b'0'..=b'9' => letter - b'0',
        b'a'..=b'z' => letter - b'a' + 10,
        _ => return None,
    };
    let answer = |bits: u8| match bits & 3 {
        2 => Some(false),
        3 => Some(true),
        _ => None,
    };
    Some(Choice { default: answer(number >> 2), update: answer(number) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn status() {
        let read = |text| Status::read(text).map(|it| (it.advertising, it.statistics));
        assert_eq!(read("G100"), Some((Some(false), Some(false))));
        assert_eq!(read("G111"), Some((Some(true), Some(true))));
        assert_eq!(read("G101"), Some((Some(false), Some(true))));
        assert_eq!(read("G1--"), Some((None, None)));
        for wrong in ["", "G1", "G11", "G2111", "100", "G1x1", "G111111"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_nine_letters() {
        let said = |letter: u8| choice(letter).map(|it| (it.default, it.update)).unwrap();
        let (yes, no) = (Some(true), Some(false));
        let all = [
            (b'l', None, None),
            (b'p', no, None),
            (b'q', no, no),
            (b't', yes, None),
            (b'r', no, yes),
            (b'm', None, no),
            (b'n', None, yes),
            (b'u', yes, no),
            (b'v', yes, yes),
        ];
        for (letter, default, update) in all {
            assert_eq!(said(letter), (default, update), "{}", char::from(letter));
        }
    }

    #[test]
    fn details() {
        let unasked = |text| Detail::read(text).map(|it| it.granted_unasked().collect::<Vec<_>>());
        assert_eq!(unasked("13l3l3l3l1"), Some(vec![]));
        assert_eq!(unasked("11t1t1t1p5"), Some(vec!["ad_storage", "analytics_storage", "ad_user_data"]));
        assert_eq!(unasked("13r3r3r3r5l1"), Some(vec![]));
        assert_eq!(unasked("11v1v1v1v5"), Some(vec![]), "granted by setting, and then by choice");
        for wrong in
            ["", "11t1t1t", "21t1t1t1t5", "1tt1t1t1t5", "11T1t1t1t5", "11t1t1t1t5;", "11p1p1p1p5aaaaaaaaaaaaaaaaa"]
        {
            assert_eq!(unasked(wrong), None, "{wrong}");
        }
    }
}
