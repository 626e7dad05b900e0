//! carrier-identifier: a number that the network operator gives its customer, and that others can read: put into requests on
//! the way, or made from the connection by a service of the operators'.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, Stage};
use crate::pseudonym::Value;
use crate::seen::endpoint;
use crate::seen::sent::{is_filled, kept, last_part};
use crate::seen::{Details, Draft, Place, Relation, Seen, What, Who};

/// Most values of one request that are looked at.
const VALUES: usize = 512;

/// Headers in which operators put a number of their customer's; sorted. Whose and what for: Access Now, "The Rise of Mobile
/// Tracking Headers" (2015), <https://ja.scribd.com/document/334326788/AIBT-Report>; the names are those that several public
/// programs look for or take out. What proxies and sites use for other things too (`X-Forwarded-For`, `X-Hash`,
/// `X-Network-Info`) is left out.
static HEADERS: &[&str] = &[
    "msisdn",
    "tm-user-id",
    "x-acr",
    "x-amobee-1",
    "x-amobee-2",
    "x-drutt-portal-user-msisdn",
    "x-h3g-msisdn",
    "x-imsi",
    "x-jphone-uid",
    "x-msisdn",
    "x-nokia-msisdn",
    "x-piper-id",
    "x-uidh",
    "x-up-calling-line-id",
    "x-up-subno",
    "x-vf-acr",
    "x-wap-network-client-msisdn",
];

/// By which names such services call themselves where an identifier's source is told (Prebid's `eids`): the source, and whose
/// it is. <https://github.com/prebid/Prebid.js/blob/master/modules/utiqIdSystem.js>, `utiqMtpIdSystem.js`, and `eids.js` of
/// Prebid 7 for the last.
static SOURCES: &[(&str, &str)] = &[("utiq.com", "Utiq"), ("utiq-mtp.com", "Utiq"), ("trustpid.com", "TrustPid")];

pub const DETECTOR: Detector = Detector {
    technique: "carrier-identifier",
    looks_for: "A request with a header in which network operators put a number of their customer's (`X-UIDH`, `X-ACR`, \
                `X-MSISDN` and the like); the script or the question about the connection by which Utiq has an identifier made \
                by the person's operator; and an identifier of Utiq's or TrustPid's that is handed on to others.",
    threshold: "One header of these names that is not empty. One request for `utiqLoader.js` at a host whose first label is \
                `utiq`, as Utiq's documents have it, or under utiq-aws.net, where such hosts lead. One identifier whose source \
                is said to be Utiq or TrustPid.",
    severity: "High: such a number follows the customer across all sites and cannot be deleted in the browser. That the script is \
               loaded is only a sign: what follows depends on the connection, and on what the person agrees to.",
    sources: &[
        "https://ja.scribd.com/document/334326788/AIBT-Report",
        "https://www.accessnow.org/zombie-cookies-rise-again-as-telcos-respond-to-our-report-on-tracking-headers/",
        "https://bitbucket.org/peternixon/packetdata/wiki/Header%20Enrichment",
        "https://docs.utiq.com/docs/website-integration",
        "https://docs.utiq.com/docs/integration-checklist-onboarding-process",
        "https://github.com/prebid/Prebid.js/blob/master/modules/utiqIdSystem.js",
    ],
    harmless: &[
        "Operators use such headers for their own services, as to show a bill without a password.",
        "Utiq says that an identifier is made only with consent, and that it can be taken back at its consenthub.",
        "A proxy of one's own, or an app's developer, may set such a header for a test.",
    ],
    blind_to: "Headers that the operator adds behind the browser: only a recording made further on shows them. They can be added \
               only to unencrypted requests. What Utiq and the operator tell each other is not seen.",
    rights: &[Right::Privacy, Right::Expression],
    limit: "added-on-the-way",
    reads: &[Part::RequestHeaders, Part::Bodies],
    tells: 1,
    look: |seen, _, out| match seen.stage() {
        Stage::Request => asked(seen, out),
        Stage::Sent => headers(seen, out),
        Stage::Answered => {}
    },
    ..PLAIN
};

/// A number in a header.
fn headers<'a>(seen: &Seen<'a>, out: &mut Vec<Draft<'a>>) {
    for (name, value) in seen.headers() {
        if HEADERS.binary_search(name).is_ok() && says_anything(Value::read(value.trim())) {
            out.push(Draft {
                who: seen.who(),
                subject: Some((Place::Header, name)),
                ..Draft::new(Level::High, Confidence::Documented)
            });
        }
    }
}

/// Whether there is anything in a header: of an empty one too there is a pseudonym.
fn says_anything(value: Value<'_>) -> bool {
    !matches!(value, Value::Text("")) && value.whole().is_none_or(|whole| whole.length > 0)
}

/// A service of the operators'.
fn asked<'a>(seen: &Seen<'a>, out: &mut Vec<Draft<'a>>) {
    let path = seen.address.path();
    let host = seen.host_name();
    let at_utiq = host.starts_with("utiq.") || endpoint::under(host, "utiq-aws.net");
    let asks = at_utiq && endpoint::begins(path, "op/idconnect");
    let loads = at_utiq && (endpoint::begins(path, "utiqLoader.js") || endpoint::begins(path, "utiqConsentManager.js"));
    if asks || loads {
        out.push(Draft {
            // The host bears the site's name; the service is Utiq's.
            who: if seen.relation() == Relation::Other { Who::Contacted } else { Who::Named("Utiq") },
            details: Details::default().with(What::Kind, if asks { "connection" } else { "script" }),
            ..Draft::new(Level::High, if asks { Confidence::Documented } else { Confidence::Indicated })
        });
    }
    if !seen.is_other() {
        return;
    }
    for (name, value) in seen.params().chain(seen.body()).take(VALUES) {
        // Magnite's adapter has the source in the name, others in a value.
        let of = if let Some(source) = name.strip_prefix("eid_") {
            source_of(source)
        } else if last_part(name) == "source" && name.contains("eids") {
            source_of(kept(value))
        } else {
            None
        };
        if let Some(vendor) = of
            && is_filled(value)
        {
            out.push(Draft {
                subject: Some((Place::Body, "eids")),
                details: Details::default().with(What::Vendor, vendor),
                ..Draft::new(Level::High, Confidence::Documented)
            });
        }
    }
}

/// Whose identifiers come from such a source.
fn source_of(source: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(known, _)| known.eq_ignore_ascii_case(source)).map(|(_, vendor)| *vendor)
}

#[cfg(test)]
mod tests {
    use super::{HEADERS, source_of};

    #[test]
    fn tables() {
        assert!(HEADERS.is_sorted());
        assert_eq!((source_of("Utiq.com"), source_of("utiq.com.example")), (Some("Utiq"), None));
    }
}
