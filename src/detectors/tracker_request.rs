//! tracker-request: a request that a list of trackers names.

use super::{Detector, listed};
use crate::finding::Right;

pub static DETECTOR: Detector = Detector {
    technique: "tracker-request",
    looks_for: "A request that a rule of AdGuard's Tracking Protection filter matches.",
    threshold: "One matching rule. The list's maintainers decide what is a tracker; the rule, list and line are shown, \
                and an exception of the list is shown beside it.",
    harmless: &[
        "Counting visits can be set up without identifiers, and some sites do so.",
        "A service that a page needs (a player, a form) can share a host with a tracker.",
        "Reports of crashes and attacks use the same kind of request.",
    ],
    blind_to: "Trackers that no list knows, and what a site passes on behind its own server.",
    rights: &[Right::Privacy, Right::Expression],
    limit: "known-names-only",
    covers_named: false,
    look: |seen| listed(seen, DETECTOR.technique),
};
