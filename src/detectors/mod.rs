//! The techniques, one a file. A detector looks at one observation after the other and says what it sees; what it must
//! remember it keeps in the page's [`Memory`]. It knows no other detector, and decides no level for the page. Adding one is
//! one file and one line in [`DETECTORS`]. docs/heuristics.md is made from what each says of itself.
//!
//! A browser compiles a function when it is first called, and a background that has just woken calls each detector for its
//! first verdict. So what few requests come to, or those of another stage, is a function of its own: `inline(never)`.

use crate::finding::{Confidence, Level, Right};
use crate::observation::Part;
use crate::seen::{Draft, Hosts, Memory, Seen};

mod ad_auction;
mod ad_request;
mod added_list;
mod beacon;
mod block_page;
mod bounce_tracking;
mod cache_identifier;
mod carrier_identifier;
mod certificate;
mod cname_cloaking;
mod consent;
mod cookie_syncing;
mod fingerprint_request;
mod gpc;
mod identifier_cookie;
mod identifier_sharing;
mod insecure_transport;
mod link_decoration;
mod location_request;
mod personal_data_leak;
mod pixel_event;
mod push_registration;
mod referrer_leak;
mod social_request;
mod surveillance_actor;
mod third_party_contact;
mod tracker_request;

/// What a technique can only be looked for with, beside what is recorded. Where it is not there, the technique is not spoken
/// of at all: to say on every page that something could not be looked for that nobody asked for would make each of them
/// one that was seen in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rests {
    /// Nothing else.
    Nothing,
    /// On lists that the person adds.
    AddedLists,
    /// On something that is only done where the person asks for it, so it is spoken of where it was seen.
    Asking,
}

/// One technique.
pub struct Detector {
    /// Its name: the same in files, reports, documents and translations.
    pub technique: &'static str,
    /// What it looks for.
    pub looks_for: &'static str,
    /// Its threshold, and where that comes from.
    pub threshold: &'static str,
    /// How its levels were chosen.
    pub severity: &'static str,
    /// Where thresholds and tables can be checked: addresses.
    pub sources: &'static [&'static str],
    /// When the same thing is harmless.
    pub harmless: &'static [&'static str],
    /// What cannot be seen of it.
    pub blind_to: &'static str,
    /// The rights it touches.
    pub rights: &'static [Right],
    /// A word that says how far "not seen" reaches; empty where it reaches as far as the observations do.
    pub limit: &'static str,
    /// What a record must hold; else the technique could not be looked for at all.
    pub needs: &'static [Part],
    /// What else of a record it reads; without it the technique was looked for in part.
    pub reads: &'static [Part],
    /// What else it rests on.
    pub rests_on: Rests,
    /// Of several techniques of one organisation and one weight, the lowest tells most of it: 5 where nothing else is said.
    pub tells: u8,
    /// Whether it can be said of a host, whatever the page and the type of a request.
    pub by_host: bool,
    /// Whether what other techniques tell by name is a case of this one too.
    pub covers_named: bool,
    /// Looks at one observation.
    pub look: for<'a> fn(&Seen<'a>, &mut Memory, &mut Vec<Draft<'a>>),
    /// Says what only the whole page tells, from what was kept. It must not depend on the order of observations.
    pub conclude: Option<for<'a> fn(&'a Memory, Hosts<'a>, &mut Vec<Draft<'a>>)>,
}

/// What most detectors have in common: `..PLAIN`.
const PLAIN: Detector = Detector {
    technique: "",
    looks_for: "",
    threshold: "",
    severity: "",
    sources: &[],
    harmless: &[],
    blind_to: "",
    rights: &[Right::Privacy],
    limit: "",
    needs: &[],
    reads: &[],
    rests_on: Rests::Nothing,
    tells: 5,
    by_host: false,
    covers_named: false,
    look: |_, _, _| {},
    conclude: None,
};

/// What is carried of a detector: in the extension not what it says of itself, of which docs/heuristics.md is made.
const fn carried(detector: Detector) -> Detector {
    if cfg!(target_arch = "wasm32") {
        Detector { looks_for: "", threshold: "", severity: "", sources: &[], harmless: &[], blind_to: "", ..detector }
    } else {
        detector
    }
}

/// How many of the first techniques in [`DETECTORS`] there were when all of them rested on rules and hosts: what a benchmark
/// holds the rest to. One of them does more now: `link-decoration` also reads values, and concludes from what is remembered.
pub const RULES: usize = 8;

/// All techniques. Lists name a technique by its place here, so new ones go to the end.
pub static DETECTORS: &[&Detector] = &[
    &carried(tracker_request::DETECTOR),
    &carried(ad_request::DETECTOR),
    &carried(social_request::DETECTOR),
    &carried(link_decoration::DETECTOR),
    &carried(cname_cloaking::DETECTOR),
    &carried(third_party_contact::DETECTOR),
    &carried(added_list::DETECTOR),
    &carried(surveillance_actor::DETECTOR),
    &carried(identifier_cookie::DETECTOR),
    &carried(cookie_syncing::DETECTOR),
    &carried(identifier_sharing::DETECTOR),
    &carried(bounce_tracking::DETECTOR),
    &carried(cache_identifier::DETECTOR),
    &carried(personal_data_leak::DETECTOR),
    &carried(pixel_event::DETECTOR),
    &carried(referrer_leak::DETECTOR),
    &carried(location_request::DETECTOR),
    &carried(push_registration::DETECTOR),
    &carried(insecure_transport::DETECTOR),
    &carried(certificate::DETECTOR),
    &carried(consent::DETECTOR),
    &carried(gpc::DETECTOR),
    &carried(beacon::DETECTOR),
    &carried(ad_auction::DETECTOR),
    &carried(fingerprint_request::DETECTOR),
    &carried(carrier_identifier::DETECTOR),
    &carried(block_page::DETECTOR),
];

/// The place of a technique in [`DETECTORS`].
pub fn place_of(technique: &str) -> Option<usize> {
    DETECTORS.iter().position(|detector| detector.technique == technique)
}

/// Whether a list of trackers or of advertising names a request.
fn is_tracker(seen: &Seen<'_>) -> bool {
    let by = |technique| place_of(technique).is_some_and(|place| seen.listed(place).is_some());
    seen.is_named() && (by("tracker-request") || by("ad-request"))
}

/// What a match in the lists of `technique` says of a request. Shared by the detectors that rest on a list.
fn listed<'a>(seen: &Seen<'a>, technique: &str) -> Option<Draft<'a>> {
    let rule = seen.listed(place_of(technique)?)?;
    Some(Draft {
        who: seen.who(),
        rule: Some(rule),
        exception: seen.excepted(),
        ..Draft::new(seen.unless_at_home(Level::Moderate), Confidence::Reported)
    })
}
