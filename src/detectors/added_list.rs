//! added-list: a list that the person added names what was asked for.

use super::{Detector, Draft, Relation, Who, decoration};
use crate::finding::{Confidence, Level, Right};
use crate::rules::added::Added;
use crate::rules::index::RuleId;
use crate::rules::rule::Flags;

pub static DETECTOR: Detector = Detector {
    technique: "added-list",
    looks_for: "A request that a rule of a list matches which the person added: indicators of spyware or stalkerware \
                (STIX, `ioc.yaml`), a hosts file, a list of domains, a blocker's list. Not looked for while there is none.",
    threshold: "One matching rule. Whoever keeps the list decides what stands in it; rule, list and line are shown: of \
                each list that names the request one, the gravest, then the longest.",
    harmless: &[
        "Lists age: a domain lapses, and somebody else buys it.",
        "An indicator can be a host that others use too, or a page of somebody's that was broken into.",
        "A page may contact the site of such a tool's maker because it reports on it.",
        "That a page contacts a host says nothing of what is on the reader's own device.",
    ],
    blind_to: "Whatever the added lists do not name, and what the host does with the contact.",
    rights: &[Right::Privacy, Right::Expression],
    limit: "known-names-only",
    covers_named: false,
    look: |seen| {
        let at_home = seen.relation != Relation::Other;
        let list = seen.list?;
        let draft = named(list, at_home).or_else(|| marked(list))?;
        Some(Draft { who: if at_home { Who::Site } else { Who::Contacted }, ..draft })
    },
};

/// What a list says of the host or address.
fn named(added: &Added, at_home: bool) -> Option<Draft<'_>> {
    let says = |rule: RuleId| {
        let flags = added.index.flags(&added.pack, rule);
        if flags.has(Flags::INDICATOR) {
            // Such lists age, and others buy what lapsed: signs only, so that it weighs a step less.
            (Level::Severe, Confidence::Indicated)
        } else if flags.has(Flags::VENDOR_SITE) {
            (Level::Low, Confidence::Reported)
        } else {
            (Level::Moderate, Confidence::Reported)
        }
    };
    let found = &added.matches;
    let best = found.blocking.iter().max_by_key(|one| (says(one.rule).0, one.length, std::cmp::Reverse(one.rule)))?;
    let (level, confidence) = says(best.rule);
    Some(Draft {
        // On its own site a host learns nothing that the visit did not tell it already.
        level: if at_home { Level::Low } else { level },
        confidence,
        who: Who::Contacted,
        rule: Some(added.first + best.rule),
        exception: found.exceptions.first().filter(|_| found.allowed()).map(|rule| added.first + rule),
    })
}

/// What a list says of a parameter of the address (`$removeparam`).
fn marked(added: &Added) -> Option<Draft<'_>> {
    let (rule, exception) = decoration(&added.index, &added.pack, &added.matches)?;
    Some(Draft {
        level: Level::Low,
        confidence: Confidence::Reported,
        who: Who::Contacted,
        rule: Some(added.first + rule),
        exception: exception.map(|rule| added.first + rule),
    })
}
