//! cname-cloaking: a host under the site's own name that is another organisation's by a CNAME record.

use super::{Detector, Draft, Who, cloaked, excepted};
use crate::finding::{Confidence, Level, Right};

pub static DETECTOR: Detector = Detector {
    technique: "cname-cloaking",
    looks_for: "A request to a host under the page's own registrable domain that the CNAME sections of AdGuard's lists \
                name, with the organisation behind it where the list tells. Not where that organisation owns the site.",
    threshold: "One matching host rule. The sections are built from the public list of CNAME-cloaked trackers \
                that AdGuard keeps.",
    harmless: &[
        "The record may have changed since the list was made; the list's date is shown.",
        "Firms also point a subdomain at a supplier for plain hosting; the list tries to name only trackers.",
    ],
    blind_to: "Cloaked hosts that the list does not know: DNS itself is not asked.",
    rights: &[Right::Privacy],
    limit: "known-names-only",
    covers_named: false,
    look: |seen| {
        let (rule, company) = cloaked(seen)?;
        Some(Draft {
            level: Level::Moderate,
            confidence: Confidence::Reported,
            who: if company.is_empty() { Who::Contacted } else { Who::Named(company) },
            rule: Some(rule),
            exception: excepted(seen),
        })
    },
};
