//! social-request: a widget of a social network in somebody else's page.

use super::{Detector, PLAIN, listed};
use crate::finding::Right;

pub const DETECTOR: Detector = Detector {
    technique: "social-request",
    looks_for: "A request that a rule of AdGuard's Social Media filter matches: buttons, counters, embedded posts.",
    threshold: "One matching rule; the rule, list and line are shown.",
    severity: "Moderate: a known tracker was contacted. Low where it is the site's own.",
    sources: &[
        "https://adguard.com/kb/general/ad-filtering/filter-policy/",
        "https://github.com/AdguardTeam/AdguardFilters/tree/master/SocialFilter",
    ],
    harmless: &[
        "A share button can be drawn without contacting the network until it is pressed.",
        "An embedded post may be part of what the page reports on.",
    ],
    blind_to: "Whether the person was logged in to the network while the widget loaded.",
    rights: &[Right::Privacy, Right::Assembly],
    limit: "known-names-only",
    look: |seen, _, out| out.extend(listed(seen, DETECTOR.technique)),
    ..PLAIN
};
