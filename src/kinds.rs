//! The kinds of actors that our own lists name (`lists/actors/<kind>.toml`), how grave contact with one is, and the rights
//! it touches. Knows no actor. docs/grading.md says why each stands where it does.

use crate::finding::{Level, Right};

/// A kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name: the same in files, reports, documents and translations.
    pub name: &'static str,
    /// How grave it is that a page contacts a host by which such an actor collects.
    pub level: Level,
    /// The rights it touches.
    pub rights: &'static [Right],
}

const PRIVACY: &[Right] = &[Right::Privacy];
const EXPRESSION: &[Right] = &[Right::Privacy, Right::Expression];
const ASSEMBLY: &[Right] = &[Right::Privacy, Right::Expression, Right::Assembly];
const PARTICIPATION: &[Right] = &[Right::Privacy, Right::Expression, Right::Participation];

/// All kinds, gravest first: of two that apply to one organisation, the earlier one is told first.
pub static KINDS: [Kind; 17] = [
    Kind { name: "mercenary-spyware", level: Level::Severe, rights: ASSEMBLY },
    Kind { name: "stalkerware", level: Level::Severe, rights: PRIVACY },
    Kind { name: "interception", level: Level::Severe, rights: ASSEMBLY },
    Kind { name: "location-broker", level: Level::High, rights: ASSEMBLY },
    Kind { name: "data-broker", level: Level::High, rights: PARTICIPATION },
    Kind { name: "identity-graph", level: Level::High, rights: PARTICIPATION },
    Kind { name: "rtb", level: Level::High, rights: PARTICIPATION },
    Kind { name: "session-replay", level: Level::High, rights: EXPRESSION },
    Kind { name: "carrier-identifier", level: Level::High, rights: EXPRESSION },
    Kind { name: "police-monitoring", level: Level::High, rights: ASSEMBLY },
    Kind { name: "biometric", level: Level::Moderate, rights: ASSEMBLY },
    Kind { name: "fingerprinting", level: Level::Moderate, rights: PRIVACY },
    Kind { name: "social-pixel", level: Level::Moderate, rights: EXPRESSION },
    Kind { name: "state-linked", level: Level::Moderate, rights: ASSEMBLY },
    Kind { name: "credit-risk", level: Level::Moderate, rights: PRIVACY },
    Kind { name: "block-page", level: Level::Low, rights: EXPRESSION },
    Kind { name: "prism", level: Level::Low, rights: EXPRESSION },
];

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Where a kind stands among all, gravest first; behind the last where there is none of that name.
pub fn place_of(name: &str) -> usize {
    KINDS.iter().position(|kind| kind.name == name).unwrap_or(KINDS.len())
}
