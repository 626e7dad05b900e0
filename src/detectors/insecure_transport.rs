//! insecure-transport: something goes over the network in the clear, so that everybody on the way can read it.

use super::{Detector, PLAIN};
use crate::address::Scheme;
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, RequestType, Stage};
use crate::party;
use crate::pseudonym::SetCookie;
use crate::seen::identifiers::cookie_has_identifier;
use crate::seen::{Details, Draft, Place, Seen, What};

/// For how long a cookie must be kept to tell one visit from another, in seconds: what only serves a session, or says which
/// server answers, is mostly gone by then.
const A_DAY: i64 = 86_400;

pub const DETECTOR: Detector = Detector {
    technique: "insecure-transport",
    looks_for: "An answer that came without TLS: the page, a frame, what a form or a script sends, code, a picture, a WebSocket. A secure \
                page that redirects to an insecure one. A cookie with an identifier that is sent in the clear, or that may be, \
                as it is not marked `Secure`.",
    threshold: "One answer. Not: a host on the own device or in the own network, an onion service, what the browser itself \
                turned into https before it asked (HSTS), and a host that answers by sending on to https within its site. A cookie \
                counts if it holds an identifier as `identifier-cookie` has it (8 characters, more than 12 bits), and not \
                where its maker documents it as one that tells nobody apart; one without `Secure` only if it is kept for a \
                day or longer, and where the answer does not demand https (HSTS).",
    severity: "High: what a form sends, or somebody else's identifier, in the clear, as that lets anybody on the way follow the \
               person from site to site. Moderate: the page, or code and frames within a secure page, as whoever is on the \
               way can read and change them; the site's own identifier; what a script sends; a secure page that sends on to an insecure one. Low: \
               pictures and the like, and what an insecure page loads of others; a cookie that is not marked, which did not go \
               in the clear but would.",
    sources: &[
        "https://www.w3.org/TR/mixed-content/",
        "https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy",
        "https://www.rfc-editor.org/rfc/rfc6797",
        "https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js",
    ],
    harmless: &[
        "An old site that only shows public pages may never have been changed.",
        "Nobody need be on the way: that it can be read does not say that somebody reads it.",
        "A file can be signed or encrypted in itself, as updates and certificates' lists are.",
    ],
    blind_to: "Requests that were not answered, and what the browser refused to ask for. Whether somebody reads along. What a \
               session's cookie opens. That a site demands https by an earlier answer or by the browser's own list, so that a \
               cookie is safe without a mark.",
    rights: &[Right::Privacy, Right::Expression],
    needs: &[Part::ResponseHeaders],
    reads: &[Part::Cookies],
    look: |seen, _, out| {
        let told = match (seen.stage(), is_secure(seen.address.scheme())) {
            (Stage::Sent, false) => [sent_in_the_clear(seen), None],
            (Stage::Answered, false) => [answered_in_the_clear(seen), None],
            (Stage::Answered, true) => [downgraded(seen), unmarked(seen)],
            _ => return,
        };
        // Nearly always there is nothing to tell.
        out.extend(told.into_iter().flatten().filter(|_| !party::is_local(seen.host_name())));
    },
    ..PLAIN
};

fn is_secure(scheme: Scheme) -> bool {
    matches!(scheme, Scheme::Https | Scheme::Wss)
}

/// What came without TLS.
fn answered_in_the_clear<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    // 0: nothing came. A browser that upgrades a request tells it as an answer that nobody gave.
    if seen.status() == 0 || sends_on_to_its_own_https(seen) {
        return None;
    }
    let is_document = matches!(seen.kind(), RequestType::MainFrame | RequestType::SubFrame);
    let carries = seen.method().eq_ignore_ascii_case("post");
    if !is_document
        && !carries
        && !seen.is_other()
        && !seen.page_scheme.is_some_and(is_secure)
        && seen.kind() != RequestType::Websocket
    {
        // What an insecure page loads of its own is in the clear as the page is, and told with it.
        return None;
    }
    let (subject, level) = match seen.kind() {
        _ if is_document && carries => ("form", Level::High),
        // What it is is not looked at: a sign-in, or a count of clicks.
        RequestType::Xmlhttprequest if carries => ("posted", Level::Moderate),
        RequestType::MainFrame => ("page", Level::Moderate),
        RequestType::Websocket => ("websocket", Level::Moderate),
        RequestType::SubFrame => ("frame", within_secure(seen)),
        RequestType::Script | RequestType::Stylesheet | RequestType::Object | RequestType::Xmlhttprequest => {
            ("code", within_secure(seen))
        }
        _ => ("content", Level::Low),
    };
    Some(Draft {
        who: seen.who(),
        subject: Some((Place::Connection, subject)),
        details: Details::default()
            .with(What::Protocol, if seen.kind() == RequestType::Websocket { "ws" } else { "http" }),
        ..Draft::new(level, Confidence::Documented)
    })
}

/// On an insecure page everything can be read and changed already.
fn within_secure(seen: &Seen<'_>) -> Level {
    if seen.page_scheme.is_some_and(is_secure) { Level::Moderate } else { Level::Low }
}

/// Whether the answer is a redirect to https within the same site.
fn sends_on_to_its_own_https(seen: &Seen<'_>) -> bool {
    let site = &*seen.facts().site;
    redirect(seen, "https://").is_some_and(|host| party::registrable(&host.to_ascii_lowercase()) == site)
}

/// The host to which an answer redirects by that scheme.
fn redirect<'a>(seen: &Seen<'a>, scheme: &str) -> Option<&'a str> {
    if !matches!(seen.status(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = seen.location()?;
    let start = location.get(..scheme.len())?;
    let rest = location.get(scheme.len()..).filter(|_| start.eq_ignore_ascii_case(scheme))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    // A version 6 address has colons of its own.
    let end = if host.starts_with('[') {
        host.find(']').map_or(host.len(), |at| at + 1)
    } else {
        host.find(':').unwrap_or(host.len())
    };
    host.get(..end).filter(|host| !host.is_empty())
}

/// From https to http.
fn downgraded<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    let host = redirect(seen, "http://")?;
    if party::is_local(&host.to_ascii_lowercase()) {
        return None;
    }
    let is_document = matches!(seen.kind(), RequestType::MainFrame | RequestType::SubFrame);
    Some(Draft {
        who: seen.who(),
        subject: Some((Place::Redirect, "downgrade")),
        details: Details::default().with(What::Protocol, "http"),
        ..Draft::new(if is_document { Level::Moderate } else { Level::Low }, Confidence::Documented)
    })
}

/// Identifiers among the cookies of a request in the clear.
fn sent_in_the_clear<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    let names = seen.cookies().filter(|(name, value)| cookie_has_identifier(name, value)).map(|(name, _)| name);
    // The site's own tells one visit of it from another; somebody else's follows from site to site.
    cookies(seen, names, "sent-in-clear", if seen.is_other() { Level::High } else { Level::Moderate })
}

/// Identifiers that are kept, and may be sent in the clear later.
fn unmarked<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    // A name with such a prefix is taken by browsers only if it is marked.
    let prefixed = |name: &str| name.starts_with("__Secure-") || name.starts_with("__Host-");
    let may_be = |cookie: &SetCookie<'a>| {
        !cookie.secure && !prefixed(cookie.name) && cookie_has_identifier(cookie.name, &cookie.value)
    };
    let kept = |cookie: &SetCookie<'a>| cookie.max_age.is_some_and(|seconds| seconds >= A_DAY);
    let names = seen.set_cookies().filter(|cookie| may_be(cookie) && kept(cookie)).map(|cookie| cookie.name);
    cookies(seen, names, "not-secure", Level::Low).filter(|_| seen.header("strict-transport-security").is_none())
}

/// One finding for all such cookies of a host, which names them.
fn cookies<'a>(
    seen: &Seen<'a>,
    names: impl Iterator<Item = &'a str>,
    subject: &'static str,
    level: Level,
) -> Option<Draft<'a>> {
    let mut details = Details::default();
    names.for_each(|name| details.add_name(What::Field, name));
    let any = details.iter().next().is_some();
    any.then(|| Draft {
        who: seen.who(),
        subject: Some((Place::Cookie, subject)),
        details,
        ..Draft::new(level, Confidence::Documented)
    })
}
