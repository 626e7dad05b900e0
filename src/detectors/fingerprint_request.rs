//! fingerprint-request: the marks of the device are asked for, or sent: by headers of the browser's, or by a product that is
//! made to recognise devices.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::observation::{Part, RequestType, Stage};
use crate::pseudonym::Value;
use crate::seen::endpoint::{self, Endpoint, Table};
use crate::seen::{Details, Draft, Place, Seen, What};

/// How many hints that somebody else gets make a known way of recognising.
const MANY_HINTS: usize = 3;
/// Most values of one request that are looked at.
const VALUES: usize = 128;

/// Hints that are not sent unless they are asked for, because they tell much; sorted. The user agent's: "high entropy" in
/// <https://wicg.github.io/ua-client-hints/>; the device's memory: <https://www.w3.org/TR/device-memory/>. Sizes and densities of
/// the screen are left out: pictures are chosen by them.
static HINTS: &[&str] = &[
    "device-memory",
    "sec-ch-device-memory",
    "sec-ch-ua-arch",
    "sec-ch-ua-bitness",
    "sec-ch-ua-form-factors",
    "sec-ch-ua-full-version",
    "sec-ch-ua-full-version-list",
    "sec-ch-ua-model",
    "sec-ch-ua-platform-version",
    "sec-ch-ua-wow64",
];

/// What a product's request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sends {
    /// Its script is fetched.
    Script,
    /// Marks of the device are sent.
    Marks,
}

const fn script(host: &'static str, path: &'static str, vendor: &'static str) -> Endpoint<(&'static str, Sends)> {
    Endpoint { host, path, what: (vendor, Sends::Script) }
}

const fn marks(host: &'static str, path: &'static str, vendor: &'static str) -> Endpoint<(&'static str, Sends)> {
    Endpoint { host, path, what: (vendor, Sends::Marks) }
}

/// Where products have their scripts and send to, in the order of hosts; the sources stand with the detector. That a host is
/// somebody's, our own lists know: here is what is done there.
static PLACES: Table<(&str, Sends)> = Table::of(&[
    marks("api-js.datadome.co", "js", "DataDome"),
    marks("api.fpjs.io", "", "Fingerprint"),
    script("cdn.seondf.com", "js", "SEON"),
    script("cdn.sift.com", "s.js", "Sift"),
    script("fpjscdn.net", "v3", "Fingerprint"),
    script("fpnpmcdn.net", "v3", "Fingerprint"),
    script("h.online-metrix.net", "fp/tags.js", "ThreatMetrix"),
    script("js.datadome.co", "tags.js", "DataDome"),
    marks("m.castle.io", "v1/monitor", "Castle"),
    script("mpsnare.iesnare.com", "snare.js", "TransUnion (iovation)"),
    script("openfpcdn.io", "fingerprintjs", "FingerprintJS"),
    marks("px-cloud.net", "api/v2/collector", "HUMAN (PerimeterX)"),
]);

/// Kasada's place on its customers' sites, the same on all.
const KASADA: &str = "149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7-437e-a3be-862e0f06eea3";

pub const DETECTOR: Detector = Detector {
    technique: "fingerprint-request",
    looks_for: "Answers that ask the browser for marks of the device that it does not send by itself (Accept-CH, Critical-CH); \
                requests to somebody else that carry such marks; and the scripts and reports of products that are made to \
                recognise devices, also where they go through the site's own host: Fingerprint, ThreatMetrix, iovation, Sift, \
                DataDome, HUMAN, Kasada, Akamai Bot Manager, Castle, SEON.",
    threshold: "One hint that the specification of client hints counts as of high entropy; three in one request make it \
                moderate, which is our own choice. Of products one request to a known place, or of a form that only they have.",
    severity: "Moderate: a product of that kind, or three or more such hints, at somebody else's. Low: fewer, or at the site's own \
               host. Asking alone is low: browsers mostly heed only what the page itself asks for.",
    sources: &[
        "https://wicg.github.io/ua-client-hints/",
        "https://developer.mozilla.org/docs/Web/API/User-Agent_Client_Hints_API",
        "https://socket.dev/npm/package/@fingerprintjs/fingerprintjs-pro/diff/3.8.0",
        "https://docs.iddataweb.com/docs/device-session-risk-lexisnexis",
        "https://docs.datadome.co/docs/javascript-tag",
        "https://github.com/kizeev/dd",
        "https://github.com/0x6a69616e/kpsdk-solver",
        "https://github.com/luluhoc/akamai_v2_toolkit",
        "https://docs.capsolver.com/guide/antibots/akamaiweb-f5c36d61-1c4e-499b-8132-7043c0f6069c.html",
        "https://www.npmjs.com/package/@castleio/castle-js",
        "https://www.npmjs.com/package/@seontechnologies/seon-javascript-sdk",
    ],
    harmless: &[
        "Such products mostly keep robots and stolen passwords out of shops, banks and games.",
        "A site offers the download that fits the system, or finds a fault of one version, by such hints.",
        "What is learned for safety need not be used for anything else.",
    ],
    blind_to: "What scripts read in the page without saying so in a name; products at places that are not known; and hints that \
               a script asks for and sends under a name of its own.",
    reads: &[Part::RequestHeaders, Part::ResponseHeaders, Part::Bodies],
    tells: 3,
    look: |seen, _, out| match seen.stage() {
        Stage::Request => out.extend(product(seen)),
        Stage::Sent => out.extend(hints_sent(seen)),
        Stage::Answered => asked(seen, out),
    },
    ..PLAIN
};

/// Marks that an answer asks for.
#[inline(never)]
fn asked<'a>(seen: &Seen<'a>, out: &mut Vec<Draft<'a>>) {
    if !matches!(seen.kind(), RequestType::MainFrame | RequestType::SubFrame) {
        return;
    }
    for (name, value) in seen.headers() {
        if !matches!(*name, "accept-ch" | "critical-ch") {
            continue;
        }
        let mut details = Details::default();
        let mut any = false;
        for hint in value.split(',').take(64).filter_map(|hint| high(hint.trim())) {
            details.add(What::Asked, hint);
            any = true;
        }
        if any {
            out.push(Draft {
                who: seen.who(),
                subject: Some((Place::Header, name)),
                details,
                ..Draft::new(Level::Low, Confidence::Documented)
            });
        }
    }
}

/// Marks that were sent to somebody else in headers. An empty one (`""`, the model of a desk computer) tells nothing.
#[inline(never)]
fn hints_sent<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    if !seen.is_other() {
        return None;
    }
    let mut details = Details::default();
    let mut count = 0;
    for (name, value) in seen.headers() {
        if let Some(hint) = high(name)
            && !matches!(value.trim(), "" | "\"\"")
        {
            details.add(What::Asked, hint);
            count += 1;
        }
    }
    let level = if count >= MANY_HINTS { Level::Moderate } else { Level::Low };
    (count > 0).then(|| Draft {
        subject: Some((Place::Header, "sec-ch")),
        details,
        ..Draft::new(level, Confidence::Documented)
    })
}

/// A hint that tells much, by its name in any case.
fn high(name: &str) -> Option<&'static str> {
    HINTS.iter().find(|hint| hint.eq_ignore_ascii_case(name)).copied()
}

/// A request of a product's.
fn product<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    let path = seen.address.path();
    let known = if seen.is_other() { PLACES.find(seen.host_name(), path) } else { None };
    let (confidence, (vendor, sends)) = match known {
        Some(place) => (Confidence::Documented, place.what),
        None => (Confidence::Reported, by_form(seen)?),
    };
    let details = Details::default().with(What::Vendor, vendor);
    let details = details.with(What::Kind, if sends == Sends::Script { "script" } else { "device" });
    Some(Draft { who: seen.who(), details, ..Draft::new(seen.unless_at_home(Level::Moderate), confidence) })
}

/// By what only one product has, wherever it goes.
fn by_form(seen: &Seen<'_>) -> Option<(&'static str, Sends)> {
    let path = seen.address.path();
    let begins = |with: &str| endpoint::begins(path, with);
    if begins(KASADA) {
        return Some(("Kasada", if begins_at(path, "fp") { Sends::Marks } else { Sends::Script }));
    }
    if begins("fp/tags.js") && seen.param("org_id").is_some() && seen.param("session_id").is_some() {
        return Some(("ThreatMetrix", Sends::Script));
    }
    if begins("iojs/*/dyn_wdp.js") || begins("iojs/*/static_wdp.js") {
        return Some(("TransUnion (iovation)", Sends::Script));
    }
    if seen.kind() == RequestType::Script && is_library(path) {
        return Some(("FingerprintJS", Sends::Script));
    }
    if seen.method() != "POST" {
        return None;
    }
    if let Some(Value::Text(client)) = seen.param("ci")
        && (client.starts_with("js/") || client.starts_with("js%2F") || client.starts_with("js%2f"))
    {
        return Some(("Fingerprint", Sends::Marks));
    }
    let carries = |name: &str| seen.body().take(VALUES).any(|(known, _)| known == name);
    if carries("sensor_data") && !matches!(lone_value(seen, "sensor_data"), None | Some(Value::Text(_))) {
        return Some(("Akamai Bot Manager", Sends::Marks));
    }
    if carries("jsData") && carries("ddv") {
        return Some(("DataDome", Sends::Marks));
    }
    let ends = path.split(|&byte| byte == b'?').next().unwrap_or_default().ends_with(b"/api/v2/collector");
    if ends && carries("payload") && (carries("appId") || carries("tag")) {
        return Some(("HUMAN (PerimeterX)", Sends::Marks));
    }
    None
}

/// The one value of that name which is not a whole object.
fn lone_value<'a>(seen: &Seen<'a>, name: &str) -> Option<Value<'a>> {
    seen.body().take(VALUES).find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Whether what follows Kasada's place is this.
fn begins_at(path: &[u8], last: &str) -> bool {
    let mut parts = path.split(|&byte| matches!(byte, b'/' | b'?')).filter(|part| !part.is_empty()).skip(2);
    parts.next().is_some_and(|part| part == last.as_bytes())
}

/// Whether a path names the open library FingerprintJS, as its packages and files are called.
fn is_library(path: &[u8]) -> bool {
    let path = path.split(|&byte| byte == b'?').next().unwrap_or_default();
    path.split(|&byte| byte == b'/').any(|part| {
        let part = part.split(|&byte| byte == b'@').next().unwrap_or_default();
        matches!(
            part,
            b"fingerprintjs"
                | b"fingerprintjs2"
                | b"fingerprint2.js"
                | b"fingerprint2.min.js"
                | b"fingerprintjs2.min.js"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables() {
        assert!(PLACES.is_sorted() && HINTS.is_sorted());
    }

    #[test]
    fn names() {
        assert!(is_library(b"/npm/@fingerprintjs/fingerprintjs@4/dist/fp.min.js"));
        assert!(
            is_library(b"/ajax/libs/fingerprintjs2/2.1.0/fingerprint2.min.js")
                && !is_library(b"/fingerprints/of/thieves.js")
        );
        assert_eq!(
            (high("Sec-CH-UA-Model"), high("Sec-CH-UA-Platform"), high("DPR")),
            (Some("sec-ch-ua-model"), None, None)
        );
        assert!(begins_at(b"/a/b/fp?x=1", "fp") && !begins_at(b"/a/b/ips.js", "fp"));
    }
}
