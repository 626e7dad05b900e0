//! surveillance-actor: contact with somebody whom our own lists name, graded by what kind of actor it is.

use super::{Detector, PLAIN};
use crate::finding::Right;
use crate::seen::Draft;

pub const DETECTOR: Detector = Detector {
    technique: "surveillance-actor",
    looks_for: "A request to a host, or of a form, that our own lists (`lists/actors`) name as an actor's: a data broker, an \
                ad exchange, a recorder of visits, a maker of spyware, and others, each with its sources.",
    threshold: "One matching host or rule. How grave it is follows from the kind of actor (`kinds.rs`); a vendor's own public \
                site, or the page's own, is low. An entry of which no source was read counts as indicated only.",
    severity: "By the kind of actor (docs/grading.md). Low for a vendor's own public site, and on its own site.",
    sources: &[
        "https://github.com/the-markup/location-data-industry/blob/master/location-data-companies.csv",
        "https://github.com/MISP/misp-galaxy/blob/main/clusters/surveillance-vendor.json",
        "https://github.com/AssoEchap/stalkerware-indicators/blob/master/README.md",
        "https://privacyinternational.org/examples/1918/no-boundaries-exfiltration-personal-data-session-replay-scripts",
    ],
    harmless: &[
        "A company of such a kind also does plain things: it keeps robots out, finds faults, serves a file.",
        "Indicators of spyware age: a domain lapses, and somebody else buys it.",
        "A page may contact a vendor's public site because it writes about it.",
        "That a page contacts a host says nothing of what is on the reader's own device.",
    ],
    blind_to: "Actors that the lists do not name, those that have no host which a browser meets, and what the host does with \
               the contact.",
    rights: &[Right::Privacy, Right::Expression],
    limit: "known-names-only",
    by_host: true,
    tells: 1,
    look: |seen, _, out| {
        let Some((rule, standing)) = seen.own() else { return };
        out.push(Draft {
            who: seen.who(),
            rule: Some(rule),
            ..Draft::new(seen.unless_at_home(standing.level()), standing.confidence)
        });
    },
    ..PLAIN
};
