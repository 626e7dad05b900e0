//! ad-request: a request that a list of advertising names.

use super::{Detector, PLAIN, listed};

pub const DETECTOR: Detector = Detector {
    technique: "ad-request",
    looks_for: "A request that a rule of AdGuard's Base filter (with EasyList) matches.",
    threshold: "One matching rule. The list's maintainers decide what is advertising; the rule, list and line are shown.",
    severity: "Moderate: a known advertising host was contacted. Low where it is the site's own.",
    sources: &[
        "https://adguard.com/kb/general/ad-filtering/filter-policy/",
        "https://github.com/AdguardTeam/AdguardFilters/tree/master/BaseFilter",
        "https://github.com/easylist/easylist",
    ],
    harmless: &[
        "An advertisement can be a plain picture that learns nothing but that it was loaded.",
        "The list also names annoyances that are no advertising.",
    ],
    blind_to: "What the advertising company does with what it learns, and whether an auction was held.",
    limit: "known-names-only",
    look: |seen, _, out| out.extend(listed(seen, DETECTOR.technique)),
    ..PLAIN
};
