//! The kinds of actors that our own lists name (`lists/actors/<kind>.toml`), how grave contact with one is, and the rights
//! it touches. Knows no actor. docs/grading.md says why each stands where it does.

use crate::finding::{Confidence, Level, Right};

/// A kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Its name: the same in files, reports, documents and translations.
    pub name: &'static str,
    /// How grave it is that a page contacts a host by which such an actor collects.
    pub level: Level,
    /// The rights it touches.
    pub rights: &'static [Right],
    /// Whether the hosts are signs of such an actor's doings, found by others: they may have been anybody's before, and may
    /// be somebody else's now. So such a host is told with the actor, and never as the actor's own.
    pub indicators: bool,
}

const PRIVACY: &[Right] = &[Right::Privacy];
const EXPRESSION: &[Right] = &[Right::Privacy, Right::Expression];
const ASSEMBLY: &[Right] = &[Right::Privacy, Right::Expression, Right::Assembly];
const PARTICIPATION: &[Right] = &[Right::Privacy, Right::Expression, Right::Participation];

/// All kinds, gravest first: of two that apply to one organisation, the earlier one is told first.
pub static KINDS: [Kind; 17] = [
    Kind { name: "mercenary-spyware", level: Level::Severe, rights: ASSEMBLY, indicators: true },
    Kind { name: "stalkerware", level: Level::Severe, rights: PRIVACY, indicators: true },
    Kind { name: "interception", level: Level::Severe, rights: ASSEMBLY, indicators: false },
    Kind { name: "location-broker", level: Level::High, rights: ASSEMBLY, indicators: false },
    Kind { name: "data-broker", level: Level::High, rights: PARTICIPATION, indicators: false },
    Kind { name: "identity-graph", level: Level::High, rights: PARTICIPATION, indicators: false },
    Kind { name: "rtb", level: Level::High, rights: PARTICIPATION, indicators: false },
    Kind { name: "session-replay", level: Level::High, rights: EXPRESSION, indicators: false },
    Kind { name: "carrier-identifier", level: Level::High, rights: EXPRESSION, indicators: false },
    Kind { name: "police-monitoring", level: Level::High, rights: ASSEMBLY, indicators: false },
    Kind { name: "biometric", level: Level::Moderate, rights: ASSEMBLY, indicators: false },
    Kind { name: "fingerprinting", level: Level::Moderate, rights: PRIVACY, indicators: false },
    Kind { name: "social-pixel", level: Level::Moderate, rights: EXPRESSION, indicators: false },
    Kind { name: "state-linked", level: Level::Moderate, rights: ASSEMBLY, indicators: false },
    Kind { name: "credit-risk", level: Level::Moderate, rights: PRIVACY, indicators: false },
    Kind { name: "block-page", level: Level::Low, rights: EXPRESSION, indicators: true },
    Kind { name: "prism", level: Level::Low, rights: EXPRESSION, indicators: false },
];

/// What the heading over a rule of our own list says: `KIND, CONFIDENCE`, or `KIND, CONFIDENCE, its own site`, as
/// [`Standing::title`] writes it and [`Standing::of`] reads it. Nothing else reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// The kind of actor.
    pub kind: Option<&'static Kind>,
    /// How sure the entry is. One of which no source was read is `indicated`.
    pub confidence: Confidence,
    /// Whether it is the actor's own public site, and not a host that collects.
    pub own_site: bool,
}

impl Standing {
    /// Reads a heading's title.
    pub fn of(title: &str) -> Self {
        let mut parts = title.split(", ");
        Self {
            kind: parts.next().and_then(kind),
            confidence: match parts.next() {
                Some("documented") => Confidence::Documented,
                Some("reported") => Confidence::Reported,
                _ => Confidence::Indicated,
            },
            own_site: parts.next().is_some(),
        }
    }

    /// The heading's title for a kind of that name.
    pub fn title(kind: &str, confidence: &str, own_site: bool) -> String {
        format!("{kind}, {confidence}{}", if own_site { ", its own site" } else { "" })
    }

    /// How grave contact is. That somebody's public site is contacted says little.
    pub fn level(&self) -> Level {
        if self.own_site { Level::Low } else { self.kind.map_or(Level::Low, |kind| kind.level) }
    }

    /// Whether the host is the actor's, as far as the entry says it.
    pub fn is_its_host(&self) -> bool {
        self.own_site || self.kind.is_some_and(|kind| !kind.indicators)
    }
}

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// Where a kind stands among all, gravest first; behind the last where there is none of that name.
pub fn place_of(name: &str) -> usize {
    KINDS.iter().position(|kind| kind.name == name).unwrap_or(KINDS.len())
}
