//! surveillance-actor: contact with somebody whom our own lists name, graded by what kind of actor it is.

use super::{Detector, Draft, Relation, Seen, Who};
use crate::finding::{Confidence, Level, Right};
use crate::kinds::Standing;
use crate::rules::index::RuleId;

pub static DETECTOR: Detector = Detector {
    technique: "surveillance-actor",
    looks_for: "A request to a host, or of a form, that our own lists (`lists/actors`) name as an actor's: a data broker, an \
                ad exchange, a recorder of visits, a maker of spyware, and others, each with its sources.",
    threshold: "One matching host or rule. How grave it is follows from the kind of actor (`kinds.rs`); a vendor's own public \
                site, or the page's own, is low. An entry of which no source was read counts as indicated only.",
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
    covers_named: false,
    look: |seen| {
        let own = seen.matches.blocking.iter().filter(|found| seen.index.is_own(found.rule));
        let gravest =
            own.max_by_key(|found| (says(seen, found.rule).0, found.length, std::cmp::Reverse(found.rule)))?;
        let (level, confidence) = says(seen, gravest.rule);
        let at_home = seen.relation != Relation::Other;
        Some(Draft {
            // On its own site an organisation learns nothing that the visit did not tell it already.
            level: if at_home { Level::Low } else { level },
            confidence,
            who: if at_home { Who::Site } else { Who::Contacted },
            rule: Some(gravest.rule),
            exception: None,
        })
    },
};

fn says(seen: &Seen<'_>, rule: RuleId) -> (Level, Confidence) {
    let standing = Standing::of(seen.index.heading(seen.pack, rule).0);
    (standing.level(), standing.confidence)
}
