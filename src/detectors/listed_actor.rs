//! listed-actor: a request to a host that our own lists say collects for an actor of surveillance.

use super::{Detector, Draft, Relation, Who, best, excepted, list_is};
use crate::finding::{Confidence, Level, Right};

/// The kinds of actors, with what contact with one of them weighs. A kind's place here is its list's number.
///
/// Contact is what was seen, not what the actor did with it. So only the kinds whose hosts have no other use than to watch
/// are grave by contact alone; for the rest the techniques say more.
pub static KINDS: [(&str, Level); 17] = [
    ("mercenary-spyware", Level::Severe),
    ("stalkerware", Level::Severe),
    ("interception", Level::Severe),
    ("location-broker", Level::High),
    ("data-broker", Level::High),
    ("identity-graph", Level::High),
    ("rtb", Level::High),
    ("session-replay", Level::High),
    ("biometric", Level::High),
    ("carrier-identifier", Level::High),
    ("police-monitoring", Level::High),
    ("fingerprinting", Level::Moderate),
    ("social-pixel", Level::Moderate),
    ("state-linked", Level::Moderate),
    ("credit-risk", Level::Moderate),
    ("block-page", Level::Low),
    ("prism", Level::Low),
];

/// How a heading of such a list reads: `kind/id/confidence`. The confidence is `unchecked` where no source was read.
pub fn heading(kind: &str, id: &str, confidence: &str) -> String {
    format!("{kind}/{id}/{confidence}")
}

/// The kind, the id and the confidence in a heading.
pub fn read_heading(heading: &str) -> Option<(&str, &str, &str)> {
    let (kind, rest) = heading.split_once('/')?;
    let (id, confidence) = rest.split_once('/')?;
    Some((kind, id, confidence))
}

/// What it looks for, and how.
pub static DETECTOR: Detector = Detector {
    technique: "listed-actor",
    looks_for: "A request to a host that Onlooker's own lists name as collecting for an actor of a certain kind: spyware \
                infrastructure, data brokers, session replay, ad exchanges and others.",
    threshold: "One matching entry. Each has its public sources, shown with it, and the date on which they were read.",
    harmless: &[
        "Contact alone does not say what was sent, or what was done with it.",
        "A host that once belonged to an actor may have been given up and bought by others.",
        "Sites use many of these services for plain purposes; each entry says which.",
    ],
    blind_to: "Actors that the lists do not have, and hosts that they have not been seen to use.",
    rights: &[Right::Privacy, Right::Expression, Right::Assembly],
    limit: "known-names-only",
    covers_named: false,
    look: |seen| {
        if seen.relation != Relation::Other {
            return None;
        }
        let ours = |rule| seen.index.list_of(rule).is_some_and(|list| list_is(list, DETECTOR.technique));
        let rule = best(seen, ours)?;
        let (kind, _, confidence) = read_heading(seen.index.heading(seen.pack, rule).0)?;
        let level = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, level)| *level)?;
        Some(Draft {
            level,
            confidence: match confidence {
                "documented" => Confidence::Documented,
                "reported" => Confidence::Reported,
                _ => Confidence::Indicated,
            },
            who: Who::Contacted,
            rule: Some(rule),
            exception: excepted(seen),
        })
    },
};
