//! link-decoration: a parameter in an address that only serves to recognise where the person came from.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::seen::Draft;

pub static DETECTOR: Detector = Detector {
    technique: "link-decoration",
    looks_for: "A parameter in a request's address that a `$removeparam` rule of AdGuard's URL Tracking filter names, \
                such as `gclid` or `utm_source`.",
    threshold: "One parameter of exactly that name. Only documents, frames and fetches are judged, as the list has it.",
    severity: "Low: the name of a parameter is not yet an identifier; what it holds is judged by other techniques.",
    harmless: &[
        "`utm_` parameters often name a campaign, not a person.",
        "A site may use a parameter of the same name for something of its own.",
    ],
    blind_to: "Identifiers in the path, or under a name that the list does not have; of several such parameters in one \
               address one is told.",
    limit: "known-names-only",
    tells: 8,
    look: |seen, _, out| {
        let Some((rule, exception)) = seen.decoration() else { return };
        out.push(Draft {
            who: seen.who(),
            rule: Some(rule),
            exception,
            ..Draft::new(Level::Low, Confidence::Reported)
        });
    },
    ..PLAIN
};
