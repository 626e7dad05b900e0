//! tracker-request: a request that a list of trackers names.

use super::{Detector, PLAIN, listed};
use crate::finding::Right;

pub const DETECTOR: Detector = Detector {
    technique: "tracker-request",
    looks_for: "A request that a rule of AdGuard's Tracking Protection filter matches.",
    threshold: "One matching rule. The list's maintainers decide what is a tracker; the rule, list and line are shown, \
                and an exception of the list is shown beside it.",
    severity: "Moderate: a known tracker was contacted. Low where it is the site's own.",
    sources: &[
        "https://adguard.com/kb/general/ad-filtering/filter-policy/",
        "https://github.com/AdguardTeam/AdguardFilters/tree/master/SpywareFilter",
        "https://www.w3.org/TR/tracking-compliance/",
    ],
    harmless: &[
        "Counting visits can be set up without identifiers, and some sites do so.",
        "A service that a page needs (a player, a form) can share a host with a tracker.",
        "Reports of crashes and attacks use the same kind of request.",
    ],
    blind_to: "Trackers that no list knows, and what a site passes on behind its own server.",
    rights: &[Right::Privacy, Right::Expression],
    limit: "known-names-only",
    look: |seen, _, out| out.extend(listed(seen, DETECTOR.technique)),
    ..PLAIN
};
