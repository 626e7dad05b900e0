//! third-party-contact: the page has the browser contact somebody else.

use super::{Detector, Draft, Relation, Who};
use crate::finding::{Confidence, Level, Right};

pub static DETECTOR: Detector = Detector {
    technique: "third-party-contact",
    looks_for: "A request to another registrable domain, of another owner, that no rule names.",
    threshold: "One request. The registrable domain is told by the public suffix list, the owner by third-party-web.",
    harmless: &[
        "Most pages load letters, pictures or code from others without being watched by them.",
        "The other domain may be the site's own under another name that our data does not know.",
    ],
    blind_to: "What the other side keeps: an address, a time and the page's name at most, unless more was sent.",
    rights: &[Right::Privacy],
    limit: "",
    covers_named: true,
    look: |seen| {
        let named = !seen.matches.blocking.is_empty() || !seen.matches.params.is_empty() || seen.added.name_it();
        (seen.relation == Relation::Other && !named).then_some(Draft {
            level: Level::Low,
            confidence: Confidence::Documented,
            who: Who::Contacted,
            rule: None,
            exception: None,
        })
    },
};
