//! link-decoration: a parameter in an address that only serves to recognise where the person came from.

use super::{Detector, Draft, Relation, Who};
use crate::finding::{Confidence, Level, Right};
use crate::rules::index::RuleId;

pub static DETECTOR: Detector = Detector {
    technique: "link-decoration",
    looks_for: "A parameter in a request's address that a `$removeparam` rule of AdGuard's URL Tracking filter names, \
                such as `gclid` or `utm_source`.",
    threshold: "One parameter of exactly that name. Only documents, frames and fetches are judged, as the list has it.",
    harmless: &[
        "`utm_` parameters often name a campaign, not a person.",
        "A site may use a parameter of the same name for something of its own.",
    ],
    blind_to: "Identifiers in the path, or under a name that the list does not have.",
    rights: &[Right::Privacy],
    limit: "known-names-only",
    covers_named: false,
    look: |seen| {
        let rule = seen.matches.params.first().copied()?;
        let name = seen.index.param(seen.pack, rule);
        let spares = |exception: &RuleId| {
            let spared = seen.index.param(seen.pack, *exception);
            spared.is_empty() || spared == name
        };
        Some(Draft {
            // The name of a parameter is not yet an identifier: what it holds is judged by other techniques.
            level: Level::Low,
            confidence: Confidence::Reported,
            who: if seen.relation == Relation::Other { Who::Contacted } else { Who::Site },
            rule: Some(rule),
            exception: seen.matches.param_exceptions.iter().copied().find(spares),
        })
    },
};
