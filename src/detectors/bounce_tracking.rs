//! bounce-tracking: on the way to a page a host that shows nothing sets or reads an identifier.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, RequestType, Stage};
use crate::party;
use crate::seen::identifiers::{cookie_has_identifier, host_of, is_fleeting};
use crate::seen::{Bounded, Details, Draft, Example, Hosts, Memory, Seen, State, What};

pub const DETECTOR: Detector = Detector {
    technique: "bounce-tracking",
    looks_for: "A redirect of a page's own navigation to another site, by a host of somebody else that sets or gets a cookie \
                with an identifier: what the Privacy CG's draft calls a stateful bounce, in an extended navigation. The sites \
                at which that begins and ends do not count.",
    threshold: "One redirect, and one cookie with a value of at least 8 characters and more than 12 bits. Not where the request \
                has the form of a sign-in (OAuth 2.0, OpenID Connect, SAML, CAS), which the draft wants to keep working, nor \
                where the link stood on the same site (by the Referer).",
    severity: "High: as a host of a page's own navigation it knows the person even where others' cookies are refused, and \
               learns where they go. Moderate where what it set ends with the browser. Low, and a sign only, where the page's \
               own site sent the browser there and had it back: so groups of shops sign people on at one host, and it learns \
               of no other site than the one that told it.",
    sources: &[
        "https://privacycg.github.io/nav-tracking-mitigations/#bounce-tracking-mitigations",
        "https://github.com/privacycg/nav-tracking-mitigations/blob/main/explainers/bounce-tracking-mitigations.md",
        "https://firefox-source-docs.mozilla.org/toolkit/components/antitracking/anti-tracking/bounce-tracking-protection/",
        "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1",
    ],
    harmless: &[
        "Sign-in, payment and the links in letters lead on over a host of their own; some need to know who it is.",
        "A person may use the host on the way by itself, and be signed in there: then it knows them anyway.",
        "A cookie on the way can keep robots out or spread load.",
        "The host on the way may be the site's own under another name that our data do not know.",
    ],
    blind_to: "Redirects by scripts, whether the person ever used the host by itself, other storage than cookies, and detours \
               of which the record begins behind.",
    rights: &[Right::Privacy],
    needs: &[Part::Cookies, Part::ResponseHeaders],
    reads: &[Part::RequestHeaders, Part::Bodies],
    look: |seen, memory, _| {
        if seen.kind() == RequestType::MainFrame && (if seen.is_other() { note } else { note_own })(seen, memory) {
            memory.news();
        }
    },
    conclude: Some(|memory, hosts, out| {
        let Some(ways) = memory.seen::<Ways>() else { return };
        let sent_there = ways.sent_by_the_site(hosts);
        for (host, hop) in ways.hops.iter() {
            let Some(example) = hop.example.as_ref().filter(|_| !hop.meant && (hop.read || hop.set.is_some())) else {
                continue;
            };
            let lasting = hop.read || hop.set == Some(true);
            let details = Details::default();
            let details = if hop.read { details.with(What::Channel, "read") } else { details };
            let details = if hop.set.is_some() { details.with(What::Channel, "set") } else { details };
            out.push(Draft {
                host: Some(*host),
                details,
                example: Some(Rc::clone(example)),
                ..match lasting {
                    _ if sent_there.contains(host) => Draft::new(Level::Low, Confidence::Indicated),
                    true => Draft::new(Level::High, Confidence::Documented),
                    false => Draft::new(Level::Moderate, Confidence::Documented),
                }
            });
        }
    }),
    ..PLAIN
};

/// How many hosts on the way are told apart: browsers follow some twenty redirects.
const MAX_HOPS: usize = 64;
/// How many hosts to which one of them leads on.
const MAX_TO: usize = 4;

/// A host on the way.
#[derive(Debug, Default)]
struct Hop {
    /// It got an identifier.
    read: bool,
    /// It set one; whether one that lasts behind the browser's end.
    set: Option<bool>,
    /// It is somebody's who is meant to know: a sign-in, or the site where the link stood.
    meant: bool,
    /// The request that it answered with a redirect to another site.
    example: Option<Rc<Example>>,
    /// The hosts of other sites to which it leads on.
    to: BTreeSet<Box<str>>,
}

#[derive(Debug, Default)]
struct Ways {
    hops: Bounded<usize, Hop, MAX_HOPS>,
    /// The hosts to which the page's own site redirects.
    from_own: Bounded<Box<str>, (), MAX_HOPS>,
}

impl State for Ways {
    fn dropped(&self) -> u64 {
        self.hops.dropped() + self.from_own.dropped()
    }
}

impl Ways {
    /// The hosts on the way to which the page's own site sent the browser, by itself or over others of them.
    fn sent_by_the_site(&self, hosts: Hosts<'_>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut names: Vec<&str> = self.from_own.iter().map(|(name, ())| &**name).collect();
        while let Some(name) = names.pop() {
            let hop = self.hops.iter().find(|(host, _)| hosts.get(**host).is_some_and(|host| *host.name == *name));
            if let Some((host, hop)) = hop
                && found.insert(*host)
            {
                names.extend(hop.to.iter().map(|name| &**name));
            }
        }
        found
    }
}

/// The host of another site to which an answer leads on.
fn leads_out<'a>(seen: &Seen<'a>) -> Option<&'a str> {
    seen.location().and_then(host_of).filter(|to| !is_within(to, &seen.facts().site))
}

/// Takes where a host of the page's own site leads to; says whether that was news.
fn note_own(seen: &Seen<'_>, memory: &mut Memory) -> bool {
    let Some(to) = leads_out(seen).map(|to| to.to_ascii_lowercase().into_boxed_str()) else { return false };
    let from_own = &mut memory.of::<Ways>().from_own;
    let is_new = from_own.get(&to).is_none();
    from_own.entry(to);
    is_new
}

/// Takes what an observation says of a host on the way; says whether that was news.
fn note(seen: &Seen<'_>, memory: &mut Memory) -> bool {
    let hop = memory.of::<Ways>().hops.entry(seen.host);
    let before = (hop.read, hop.set, hop.meant, hop.example.clone(), hop.to.len());
    match seen.stage() {
        Stage::Request => hop.meant |= is_sign_in(seen),
        Stage::Sent => {
            hop.read |= seen.cookies().any(|(name, value)| cookie_has_identifier(name, &value));
            hop.meant |=
                seen.header("referer").and_then(host_of).is_some_and(|from| is_within(from, &seen.facts().site));
        }
        Stage::Answered => {
            for cookie in
                seen.set_cookies().filter(|one| !is_fleeting(one) && cookie_has_identifier(one.name, &one.value))
            {
                hop.set = hop.set.max(Some(cookie.max_age.is_some() || cookie.expires.is_some()));
            }
            if let Some(to) = leads_out(seen) {
                seen.keep_example(&mut hop.example);
                if hop.to.len() < MAX_TO {
                    hop.to.insert(to.to_ascii_lowercase().into());
                }
            }
        }
    }
    before != (hop.read, hop.set, hop.meant, hop.example.clone(), hop.to.len())
}

/// Whether the request has the form of a sign-in: the parameters of OAuth 2.0 and OpenID Connect, SAML's, and CAS's.
fn is_sign_in(seen: &Seen<'_>) -> bool {
    let has = |name: &str| seen.params().chain(seen.body()).any(|(known, _)| known == name);
    has("client_id") && (has("redirect_uri") || has("response_type"))
        || has("SAMLRequest")
        || has("SAMLResponse")
        || has("id_token")
        || has("openid.mode")
        || has("code") && has("state")
}

/// Whether a host lies in a site.
fn is_within(host: &str, site: &str) -> bool {
    let host = host.to_ascii_lowercase();
    party::registrable(&host) == site
}
