//! cname-cloaking: a host under the site's own name that is another organisation's by a CNAME record.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::seen::{Draft, Who};

pub static DETECTOR: Detector = Detector {
    technique: "cname-cloaking",
    looks_for: "A request to a host under the page's own registrable domain that the CNAME sections of AdGuard's lists \
                name, with the organisation behind it where the list tells. Not where that organisation owns the site.",
    threshold: "One matching host rule. The sections are built from the public list of CNAME-cloaked trackers \
                that AdGuard keeps.",
    severity: "Moderate: a known tracker was contacted, under the site's own name.",
    harmless: &[
        "The record may have changed since the list was made; the list's date is shown.",
        "Firms also point a subdomain at a supplier for plain hosting; the list tries to name only trackers.",
    ],
    blind_to: "Cloaked hosts that the list does not know: DNS itself is not asked.",
    limit: "known-names-only",
    tells: 2,
    look: |seen, _, out| {
        let Some((rule, company)) = seen.cloaked() else { return };
        out.push(Draft {
            who: if company.is_empty() { Who::Contacted } else { Who::Named(company) },
            rule: Some(rule),
            exception: seen.excepted(),
            ..Draft::new(Level::Moderate, Confidence::Reported)
        });
    },
    ..PLAIN
};
