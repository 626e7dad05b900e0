//! The techniques, one a file. A detector looks at one request and says what it sees; it keeps nothing, knows no other
//! detector, and decides no level for the page. Adding one is one file and one line in [`DETECTORS`].

use std::cmp::Reverse;

use crate::finding::{Confidence, Level, Right};
use crate::kinds::Standing;
use crate::observation::RequestType;
use crate::rules::added::{Added, AddedLists};
use crate::rules::index::{Index, ListRange, Matches, RuleId};
use crate::rules::pack::Bytes;

mod ad_request;
mod added_list;
mod cname_cloaking;
mod link_decoration;
mod social_request;
mod surveillance_actor;
mod third_party_contact;
mod tracker_request;

/// Whose doing a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The page's own site.
    SameSite,
    /// Another site of the organisation that owns the page's.
    SameOwner,
    /// Somebody else.
    Other,
}

/// One request as a detector sees it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What it was for.
    pub kind: RequestType,
    /// Whose host it went to.
    pub relation: Relation,
    /// Whether that host lies under its registrable domain, and is not that domain itself.
    pub subdomain: bool,
    /// The name of the organisation that owns the page; empty where it is not known, or where no rule matches.
    pub owner: &'a str,
    /// The rules that match it.
    pub matches: &'a Matches,
    /// The rules themselves.
    pub index: &'a Index,
    /// The pack they lie in.
    pub pack: &'a Bytes,
    /// The lists that the person added, and which of their rules match it.
    pub added: &'a AddedLists,
    /// Of the added lists the one that `added-list` is asked about.
    pub list: Option<&'a Added>,
    /// Of the rules of our own list that match it the gravest, and what stands over it.
    pub own: Option<(RuleId, Standing)>,
}

/// A rule of our own list that matches a request.
#[derive(Debug, Clone, Copy)]
pub struct OwnRule<'a> {
    /// The rule.
    pub rule: RuleId,
    /// What stands over it.
    pub standing: Standing,
    /// The id of the actor whom it is about.
    pub actor: &'a str,
    /// How long its pattern is, as [`crate::rules::index::Found`] has it.
    length: u16,
}

impl OwnRule<'_> {
    /// Of several the gravest says most, then the most exact, then the first.
    pub fn weight(&self) -> (Level, u16, Reverse<RuleId>) {
        (self.standing.level(), self.length, Reverse(self.rule))
    }
}

impl<'a> Seen<'a> {
    /// The rules of our own list that match.
    pub fn own_rules(&self) -> impl Iterator<Item = OwnRule<'a>> + use<'a> {
        let (matches, index, pack) = (self.matches, self.index, self.pack);
        matches.blocking.iter().filter(|found| index.is_own(found.rule)).map(|found| {
            let (title, actor) = index.heading(pack, found.rule);
            OwnRule { rule: found.rule, standing: Standing::of(title), actor, length: found.length }
        })
    }

    /// What every technique says, by its place in [`DETECTORS`].
    pub fn drafts(self) -> impl Iterator<Item = (usize, Draft<'a>)> {
        let looks = DETECTORS.iter().enumerate();
        let looks = looks.flat_map(move |look| lists(look.1, self.added).map(move |list| (look, list)));
        looks.filter_map(move |((technique, detector), list)| {
            (detector.look)(&Seen { list, ..self }).map(|draft| (technique, draft))
        })
    }
}

/// Whom a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'a> {
    /// The organisation that was contacted.
    Contacted,
    /// An organisation that a list names, though the host bears another name.
    Named(&'a str),
    /// The site itself; nobody else.
    Site,
}

/// What a detector has to say.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// How grave it is.
    pub level: Level,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whom it is about.
    pub who: Who<'a>,
    /// The rule that says so.
    pub rule: Option<RuleId>,
    /// The rule that lets it through all the same.
    pub exception: Option<RuleId>,
}

/// One technique.
pub struct Detector {
    /// Its name: the same in files, reports, documents and translations.
    pub technique: &'static str,
    /// What it looks for.
    pub looks_for: &'static str,
    /// Where its threshold comes from.
    pub threshold: &'static str,
    /// When the same thing is harmless.
    pub harmless: &'static [&'static str],
    /// What cannot be seen of it.
    pub blind_to: &'static str,
    /// The rights it touches.
    pub rights: &'static [Right],
    /// A word that says how far "not seen" reaches; empty where it reaches as far as the observations do.
    pub limit: &'static str,
    /// Whether what other techniques tell by name is a case of this one too.
    pub covers_named: bool,
    /// Looks at one request.
    pub look: for<'a> fn(&Seen<'a>) -> Option<Draft<'a>>,
}

/// All techniques, in the order of reports. Lists name a technique by its place here, so new ones go to the end.
pub static DETECTORS: [&Detector; 8] = [
    &tracker_request::DETECTOR,
    &ad_request::DETECTOR,
    &social_request::DETECTOR,
    &link_decoration::DETECTOR,
    &cname_cloaking::DETECTOR,
    &third_party_contact::DETECTOR,
    &added_list::DETECTOR,
    &surveillance_actor::DETECTOR,
];

/// The place of a technique in [`DETECTORS`].
pub fn place_of(technique: &str) -> Option<usize> {
    DETECTORS.iter().position(|detector| detector.technique == technique)
}

/// Whether a technique can be looked for. One that rests on lists that the person adds cannot while there are none; to say
/// so on every page would make each of them one that was seen in part, for want of something that nobody asked for. So it
/// is then not spoken of at all.
pub fn is_looked_for(detector: &Detector, with_added: bool) -> bool {
    with_added || detector.technique != added_list::DETECTOR.technique
}

/// For which of the added lists a technique looks at a request: once for none, or, where it rests on them, once for each. No
/// list, and no exception of one, speaks for another.
fn lists<'a>(detector: &Detector, added: &'a AddedLists) -> impl Iterator<Item = Option<&'a Added>> {
    let rests_on_them = std::ptr::eq(detector, &added_list::DETECTOR);
    (!rests_on_them).then_some(None).into_iter().chain(added.iter().filter(move |_| rests_on_them).map(Some))
}

/// What a match in the lists of `technique` says of a request. Shared by the detectors that rest on a list.
fn listed<'a>(seen: &Seen<'a>, technique: &str) -> Option<Draft<'a>> {
    let rule = best(seen, |rule| seen.index.list_of(rule).is_some_and(|list| list_is(list, technique)))?;
    if cloaked(seen).is_some() && is_cloak(seen.index.heading(seen.pack, rule).0) {
        // The same rule, but another technique: `cname-cloaking` tells it.
        return None;
    }
    let who = match seen.relation {
        Relation::Other => Who::Contacted,
        Relation::SameSite | Relation::SameOwner => Who::Site,
    };
    Some(Draft {
        // On its own site an organisation learns nothing that the visit did not tell it already.
        level: if who == Who::Site { Level::Low } else { Level::Moderate },
        confidence: Confidence::Reported,
        who,
        rule: Some(rule),
        exception: excepted(seen),
    })
}

fn list_is(list: ListRange, technique: &str) -> bool {
    DETECTORS.get(list.technique as usize).is_some_and(|detector| detector.technique == technique)
}

/// Of certain matching rules the one that says most: the longest pattern, then the first in the list.
fn best(seen: &Seen<'_>, of: impl Fn(RuleId) -> bool) -> Option<RuleId> {
    let of_them = seen.matches.blocking.iter().filter(|found| of(found.rule));
    of_them.min_by_key(|found| (u16::MAX - found.length, found.rule)).map(|found| found.rule)
}

/// The rule that names a parameter of the address, and the exception that lets it through: one that none lets through, if there
/// is one, then the first.
fn decoration(index: &Index, pack: &Bytes, matches: &Matches) -> Option<(RuleId, Option<RuleId>)> {
    let with_exception = |&rule: &RuleId| {
        let name = index.param(pack, rule);
        let spares = |exception: &&RuleId| {
            let spared = index.param(pack, **exception);
            spared.is_empty() || spared == name
        };
        (rule, matches.param_exceptions.iter().find(spares).copied())
    };
    let mut all = matches.params.iter().map(with_exception);
    let first = all.next()?;
    Some(std::iter::once(first).chain(all).find(|(_, exception)| exception.is_none()).unwrap_or(first))
}

fn excepted(seen: &Seen<'_>) -> Option<RuleId> {
    if seen.matches.allowed() { seen.matches.exceptions.first().copied() } else { None }
}

/// Whether a list's heading says that the hosts under it stand in for another organisation's by a CNAME record.
fn is_cloak(section: &str) -> bool {
    section.contains("CNAME")
}

/// The rule that says most of those that say that a host under the page's own site is another organisation's; and that
/// organisation's name, empty where the list does not tell it.
fn cloaked<'a>(seen: &Seen<'a>) -> Option<(RuleId, &'a str)> {
    if seen.relation != Relation::SameSite || !seen.subdomain {
        return None;
    }
    let rule = best(seen, |rule| is_cloak(seen.index.heading(seen.pack, rule).0))?;
    let (_, company) = seen.index.heading(seen.pack, rule);
    // Whoever owns the site is nobody else there.
    let at_home = !company.is_empty() && company == seen.owner;
    (!at_home).then_some((rule, company))
}
