//! The vocabulary of what comes out: levels, how sure we are, and the rights that a technique touches.

/// How much a page lets others look on. Ordered: a later one is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Level {
    /// Nobody else was contacted.
    #[default]
    None = 0,
    /// Others were contacted, without a known way of recognising the person.
    Low = 1,
    /// Known trackers were contacted.
    Moderate = 2,
    /// Identifiers that follow a person across sites, session replay, or an ad auction.
    High = 3,
    /// Data taken before the person gave it, interception, or the gravest kinds of surveillance actors.
    Severe = 4,
}

impl Level {
    /// All levels, mildest first.
    pub const ALL: [Self; 5] = [Self::None, Self::Low, Self::Moderate, Self::High, Self::Severe];

    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Severe => "severe",
        }
    }

    /// The level one step milder; `Low` is the mildest that something seen can be.
    pub fn milder(self) -> Self {
        match self {
            Self::None => Self::None,
            Self::Low | Self::Moderate => Self::Low,
            Self::High => Self::Moderate,
            Self::Severe => Self::High,
        }
    }
}

/// How sure we are of a finding. Ordered: a later one is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Confidence {
    /// Signs point to it, and there are other readings.
    Indicated,
    /// Others report it: a list's rule, a study.
    Reported,
    /// Seen directly, or stated by the actor.
    Documented,
}

impl Confidence {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Indicated => "indicated",
            Self::Reported => "reported",
            Self::Documented => "documented",
        }
    }
}

/// An article of the International Covenant on Civil and Political Rights that a technique touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Article 17.
    Privacy,
    /// Article 19.
    Expression,
    /// Articles 21 and 22.
    Assembly,
    /// Article 25.
    Participation,
}

impl Right {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Privacy => "iccpr-17",
            Self::Expression => "iccpr-19",
            Self::Assembly => "iccpr-21-22",
            Self::Participation => "iccpr-25",
        }
    }
}
