//! added-list: a list that the person added names what was asked for.

use super::{Detector, PLAIN, Rests};
use crate::finding::{Confidence, Level, Right};
use crate::rules::added::Added;
use crate::rules::index::RuleId;
use crate::rules::rule::Flags;
use crate::seen::{Draft, Seen};

pub const DETECTOR: Detector = Detector {
    technique: "added-list",
    looks_for: "A request that a rule of a list matches which the person added: indicators of spyware or stalkerware \
                (STIX, `ioc.yaml`), a hosts file, a list of domains, a blocker's list. Not looked for while there is none.",
    threshold: "One matching rule. Whoever keeps the list decides what stands in it; rule, list and line are shown: of \
                each list that names the request one, the gravest, then the longest.",
    severity: "Severe, as indicated, for an indicator; low for a vendor's own public site and on the host's own site; else \
               moderate.",
    sources: &[
        "https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html",
        "https://github.com/AssoEchap/stalkerware-indicators/blob/master/README.md",
        "https://adguard.com/kb/general/ad-filtering/create-own-filters/",
    ],
    harmless: &[
        "Lists age: a domain lapses, and somebody else buys it.",
        "An indicator can be a host that others use too, or a page of somebody's that was broken into.",
        "A page may contact the site of such a tool's maker because it reports on it.",
        "That a page contacts a host says nothing of what is on the reader's own device.",
    ],
    blind_to: "Whatever the added lists do not name, and what the host does with the contact.",
    rights: &[Right::Privacy, Right::Expression],
    limit: "known-names-only",
    rests_on: Rests::AddedLists,
    by_host: true,
    tells: 0,
    look: |seen, _, out| {
        // No list, and no exception of one, speaks for another.
        let said = seen.added().filter_map(|list| named(list).or_else(|| marked(list)));
        out.extend(said.map(|draft| Draft { level: seen.unless_at_home(draft.level), who: seen.who(), ..draft }));
    },
    ..PLAIN
};

/// What a list says of the host or address.
fn named(added: &Added) -> Option<Draft<'_>> {
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
        rule: Some(added.first + best.rule),
        exception: found.exceptions.first().filter(|_| found.allowed()).map(|rule| added.first + rule),
        ..Draft::new(level, confidence)
    })
}

/// What a list says of a parameter of the address (`$removeparam`).
fn marked(added: &Added) -> Option<Draft<'_>> {
    let (rule, exception) = Seen::decoration_of(added)?;
    Some(Draft {
        rule: Some(added.first + rule),
        exception: exception.map(|rule| added.first + rule),
        ..Draft::new(Level::Low, Confidence::Reported)
    })
}
