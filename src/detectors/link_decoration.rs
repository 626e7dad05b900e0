//! link-decoration: a parameter in an address that only serves to recognise where the person came from.

use super::{Detector, Draft, Relation, Who, decoration};
use crate::finding::{Confidence, Level, Right};

pub static DETECTOR: Detector = Detector {
    technique: "link-decoration",
    looks_for: "A parameter in a request's address that a `$removeparam` rule of AdGuard's URL Tracking filter names, \
                such as `gclid` or `utm_source`.",
    threshold: "One parameter of exactly that name. Only documents, frames and fetches are judged, as the list has it.",
    harmless: &[
        "`utm_` parameters often name a campaign, not a person.",
        "A site may use a parameter of the same name for something of its own.",
    ],
    blind_to: "Identifiers in the path, or under a name that the list does not have; of several such parameters in one \
               address one is told.",
    rights: &[Right::Privacy],
    limit: "known-names-only",
    covers_named: false,
    look: |seen| {
        let (rule, exception) = decoration(seen.index, seen.pack, seen.matches)?;
        Some(Draft {
            // The name of a parameter is not yet an identifier: what it holds is judged by other techniques.
            level: Level::Low,
            confidence: Confidence::Reported,
            who: if seen.relation == Relation::Other { Who::Contacted } else { Who::Site },
            rule: Some(rule),
            exception,
        })
    },
};
