//! social-request: a widget of a social network in somebody else's page.

use super::{Detector, listed};
use crate::finding::Right;

pub static DETECTOR: Detector = Detector {
    technique: "social-request",
    looks_for: "A request that a rule of AdGuard's Social Media filter matches: buttons, counters, embedded posts.",
    threshold: "One matching rule; the rule, list and line are shown.",
    harmless: &[
        "A share button can be drawn without contacting the network until it is pressed.",
        "An embedded post may be part of what the page reports on.",
    ],
    blind_to: "Whether the person was logged in to the network while the widget loaded.",
    rights: &[Right::Privacy, Right::Assembly],
    limit: "known-names-only",
    covers_named: false,
    look: |seen| listed(seen, DETECTOR.technique),
};
