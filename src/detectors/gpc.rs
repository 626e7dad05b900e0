//! gpc: what becomes of the browser's request not to sell or share (Global Privacy Control).

use std::collections::BTreeSet;

use super::{Detector, PLAIN, Rests, is_tracker};
use crate::consent::{self, Consent};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, Stage};
use crate::order;
use crate::pseudonym::Value;
use crate::seen::{Bounded, Details, Draft, Hosts, Memory, Place, Seen, State, What, Who};

/// Most hosts that are kept for each of two questions.
const HOSTS: usize = 512;
/// Where a site says what it does with the request.
const RESOURCE: &[u8] = b"/.well-known/gpc.json";
/// What the recorder read there, as a header of the answer that no server can send: `true`, `false`, or `unknown`.
const SAID: &str = ":gpc";

pub const DETECTOR: Detector = Detector {
    technique: "gpc",
    looks_for: "Where the browser sends Sec-GPC: whether trackers are asked all the same, and whether somebody is told that the \
                person did not object. Where the person has it asked: whether the site's gpc.json says that it does not heed \
                the request. Not spoken of where neither was done.",
    threshold: "One request with `Sec-GPC: 1`, and no other value. One consent string (US Privacy, or GPP's for all states or \
                California) that says that there is no objection. A site without gpc.json says nothing, and that is no finding.",
    severity: "High: somebody is told the opposite of what the browser said. Moderate, and a sign only: trackers are asked, as \
               asking is not yet selling. Low: the site says that it does not heed the request.",
    sources: &[
        "https://www.w3.org/TR/gpc/",
        "https://github.com/w3c/gpc",
        "https://github.com/InteractiveAdvertisingBureau/USPrivacy",
        "https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform",
    ],
    harmless: &[
        "The request is about selling and sharing; counting visits for the site alone is neither.",
        "Laws give it force in some places only.",
        "The person may have allowed this site to share, against the browser's general request.",
    ],
    blind_to: "What is sold or shared behind the site's own server, and what gpc.json says while nobody asks for it.",
    rights: &[Right::Privacy],
    needs: &[Part::RequestHeaders],
    reads: &[Part::Bodies],
    rests_on: Rests::Asking,
    look: |seen, memory, out| match seen.stage() {
        Stage::Request => asked(seen, memory),
        Stage::Sent => sent(seen, memory),
        Stage::Answered => out.extend(answered(seen)),
    },
    conclude: Some(conclude),
    ..PLAIN
};

/// What of a page tells what became of the request.
#[derive(Debug, Default)]
struct Control {
    /// Whether the browser sent it, and the page's own host.
    sent: bool,
    page: Option<usize>,
    /// Trackers that were asked. They are only counted, so what has no room is not missed: the count says "and more".
    trackers: BTreeSet<usize>,
    /// Who was told that there is no objection, and by which framework.
    told: Bounded<usize, BTreeSet<&'static str>, HOSTS>,
}

impl State for Control {
    fn dropped(&self) -> u64 {
        self.told.dropped()
    }
}

#[inline(never)]
fn sent(seen: &Seen<'_>, memory: &mut Memory) {
    if seen.headers().contains(&("sec-gpc", "1")) && !memory.of::<Control>().sent {
        memory.of::<Control>().sent = true;
        memory.news();
    }
}

fn asked(seen: &Seen<'_>, memory: &mut Memory) {
    if seen.host_name() == seen.page_host {
        let control = memory.of::<Control>();
        let news = control.page.replace(seen.host).is_none() && control.sent;
        if news {
            memory.news();
        }
    }
    if !seen.is_other() {
        return;
    }
    if is_tracker(seen) {
        let control = memory.of::<Control>();
        if control.trackers.len() < HOSTS && control.trackers.insert(seen.host) && control.sent {
            memory.news();
        }
    }
    for (name, value) in seen.params().chain(seen.body()) {
        let Value::Text(_) = value else { continue };
        let last = name.rsplit('.').next().unwrap_or(name);
        if !consent::is_called(last) {
            continue;
        }
        let Some(framework) = consent::read(last, &value.text()).and_then(|said| denies_objection(&said)) else {
            continue;
        };
        let control = memory.of::<Control>();
        if control.told.entry(seen.host).insert(framework) && control.sent {
            memory.news();
        }
    }
}

/// The framework by which a string says that the person does not object to the sale of their data.
fn denies_objection(said: &Consent) -> Option<&'static str> {
    match said {
        Consent::UsPrivacy(us) => (us.objected == Some(false)).then_some("US Privacy"),
        Consent::Gpp(gpp) => {
            let us = gpp.us_privacy.and_then(|us| us.objected) == Some(false);
            (us || gpp.objected == Some(false) || gpp.control == Some(false)).then_some("GPP")
        }
        Consent::Tcf(_) | Consent::GoogleStatus(_) | Consent::GoogleDetail(_) => None,
    }
}

/// What the site says of itself.
#[inline(never)]
fn answered<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    let is_its = seen.address.path() == RESOURCE && !seen.is_other();
    (is_its && seen.header(SAID) == Some("false")).then(|| Draft {
        who: Who::Site,
        subject: Some((Place::Header, "gpc.json")),
        ..Draft::new(Level::Low, Confidence::Documented)
    })
}

fn conclude<'a>(memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
    let Some(control) = memory.seen::<Control>().filter(|control| control.sent) else { return };
    for (&host, frameworks) in control.told.iter() {
        let mut details = Details::default();
        frameworks.iter().for_each(|framework| details.add(What::Framework, framework));
        out.push(Draft {
            subject: Some((Place::Header, "contradicted")),
            host: Some(host),
            details,
            ..Draft::new(Level::High, Confidence::Documented)
        });
    }
    let whose = order::set(control.trackers.iter().filter_map(|&host| hosts.get(host)).map(|host| &host.org));
    if let Some(page) = control.page.filter(|_| !whose.is_empty()) {
        out.push(Draft {
            who: Who::Site,
            subject: Some((Place::Header, "trackers")),
            host: Some(page),
            details: Details::default().with(
                What::Count,
                &format!("{}{}", whose.len(), if control.trackers.len() < HOSTS { "" } else { "+" }),
            ),
            ..Draft::new(Level::Moderate, Confidence::Indicated)
        });
    }
}
