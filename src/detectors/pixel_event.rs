//! pixel-event: the page reports to an advertising network what happens on it, with which personal fields, and puts the
//! visitor on a list to be found by again.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::observation::Part;
use crate::pseudonym::{self, Kind, Value};
use crate::seen::endpoint::{self, Endpoint, Table};
use crate::seen::sent::{Sent, called, is_filled, kept, last_part, sent};
use crate::seen::{Details, Draft, Place, Relation, Seen, What};

/// Most events of one report that are told.
const MAX_EVENTS: usize = 8;

/// How a network's reports are written.
#[derive(Debug, Clone, Copy)]
struct Network {
    /// Whose reports they are.
    vendor: &'static str,
    /// The fields that may name the event, the surest first.
    events: &'static [&'static str],
    /// The event where none of them does.
    unnamed: &'static str,
    /// Fields for a person's data, by the last part of their names.
    fields: &'static [&'static str],
    /// Whether the report is made to show this visitor advertising elsewhere.
    remarketing: bool,
}

const REPORT: Network = Network { vendor: "", events: &[], unnamed: "", fields: &[], remarketing: false };

/// <https://developers.facebook.com/docs/meta-pixel/advanced/advanced-matching/> has path, `ev` and the fields of `ud`.
const META: Network = Network {
    vendor: "Meta",
    events: &["ev"],
    fields: &["em", "ph", "fn", "ln", "ge", "db", "ct", "st", "zp", "country", "external_id"],
    ..REPORT
};
/// `event` and `context.user`: <https://github.com/MisterPhilip/omnibug/blob/master/src/providers/TikTok.js>,
/// <https://docs.tealium.com/client-side-tags/tiktok-pixel-tag/>.
const TIKTOK: Network =
    Network { vendor: "TikTok", events: &["event"], fields: &["email", "phone_number", "external_id"], ..REPORT };
const X: Network = Network { vendor: "X", events: &["events"], unnamed: "visit", ..REPORT };
/// A number of the site's own stands for the event.
const LINKEDIN: Network = Network { vendor: "LinkedIn", unnamed: "visit", ..REPORT };
const PINTEREST: Network = Network { vendor: "Pinterest", events: &["event"], fields: &["em"], ..REPORT };
const SNAP: Network = Network { vendor: "Snap", events: &["ev"], fields: &["u_hem", "u_hpn"], ..REPORT };
const REDDIT: Network = Network { vendor: "Reddit", events: &["event"], fields: &["em", "external_id"], ..REPORT };
const MICROSOFT: Network = Network { vendor: "Microsoft Advertising", events: &["ea", "evt"], ..REPORT };
/// `t` is what the earlier Google Analytics called `en`.
const ANALYTICS: Network = Network { vendor: "Google Analytics", events: &["en", "t"], ..REPORT };
/// The field of the Google tag for what the person told the site: `tv.1~em.…`, as Google's own reader of it has it:
/// <https://github.com/google-ads-confidential-computing/confidential-match>.
const ADS: Network =
    Network { vendor: "Google Ads", events: &["en"], unnamed: "conversion", fields: &["em"], ..REPORT };
const FLOODLIGHT: Network = Network { vendor: "Google Floodlight", events: &["cat"], ..REPORT };
/// Of the visit it says no more than that it was.
const AUDIENCE: Network =
    Network { vendor: "Google Ads", events: &["en"], unnamed: "visit", remarketing: true, ..REPORT };

const fn at(host: &'static str, path: &'static str, what: Network) -> Endpoint<Network> {
    Endpoint { host, path, what }
}

/// Where the reports go, in the order of hosts. Hosts, paths and the fields that name the event:
/// <https://github.com/MisterPhilip/omnibug/tree/master/src/providers>; what of Google Ads is not there:
/// <https://github.com/AdguardTeam/dnr-rulesets> (filters 2 and 3).
static NETWORKS: Table<Network> = Table::of(&[
    at("ad.doubleclick.net", "activity", FLOODLIGHT),
    at("ad.doubleclick.net", "activityi", FLOODLIGHT),
    at("alb.reddit.com", "rp.gif", REDDIT),
    at("analytics.google.com", "collect", ANALYTICS),
    at("analytics.google.com", "g/collect", ANALYTICS),
    at("analytics.tiktok.com", "api/*/pixel", TIKTOK),
    at("analytics.tiktok.com", "api/*/track", TIKTOK),
    at("analytics.twitter.com", "1/i/adsct", X),
    at("analytics.twitter.com", "i/adsct", X),
    at("bat.bing.com", "action", MICROSOFT),
    at("bat.bing.com", "actionp", MICROSOFT),
    at("ct.pinterest.com", "v3", PINTEREST),
    at("facebook.com", "tr", META),
    at("fls.doubleclick.net", "activity", FLOODLIGHT),
    at("fls.doubleclick.net", "activityi", FLOODLIGHT),
    at("google-analytics.com", "*/collect", ANALYTICS),
    at("google-analytics.com", "__utm.gif", ANALYTICS),
    at("google-analytics.com", "collect", ANALYTICS),
    at("google-analytics.com", "r/__utm.gif", ANALYTICS),
    at("googleads.g.doubleclick.net", "pagead/conversion", ADS),
    at("googleads.g.doubleclick.net", "pagead/viewthroughconversion", AUDIENCE),
    at("googleadservices.com", "pagead/conversion", ADS),
    at("px.ads.linkedin.com", "collect", LINKEDIN),
    at("t.co", "1/i/adsct", X),
    at("t.co", "i/adsct", X),
    at("tr.snapchat.com", "p", SNAP),
    at("www.reddit.com", "rp.gif", REDDIT),
]);

/// The same at Google's hosts in all countries.
static GOOGLE: &[(&str, Network)] = &[
    ("ads/ga-audiences", AUDIENCE),
    ("ccm/collect", ADS),
    ("ccm/form-data", ADS),
    ("pagead/1p-conversion", ADS),
    ("pagead/1p-user-list", AUDIENCE),
    ("pagead/form-data", ADS),
];

pub const DETECTOR: Detector = Detector {
    technique: "pixel-event",
    looks_for: "A report to an advertising network of what happens on the page: by Meta, TikTok, X, LinkedIn, Pinterest, Snap, \
                Reddit, Microsoft, or Google's Analytics, Ads and Floodlight. Which event, which personal fields are filled, and \
                whether the visitor is put on a list for advertising elsewhere. Google Analytics' own form of report is known \
                at other hosts too, the site's own among them.",
    threshold: "One request to the place where such reports go. As remarketing counts what Blacklight counts, a report to \
                stats.g.doubleclick.net with a number of Google's (UA-, G-, AW-), and the places by which Google Ads keeps \
                audiences. At another host, a path that ends in `collect` together with a number of Google Analytics'.",
    severity: "Moderate: the network is a known tracker. High with a filled personal field, or for remarketing: then the \
               visitor is to be known again on other sites. Low, and indicated, at the site's own host.",
    sources: &[
        "https://github.com/MisterPhilip/omnibug/tree/master/src/providers",
        "https://developers.facebook.com/docs/meta-pixel/advanced/advanced-matching/",
        "https://docs.tealium.com/client-side-tags/tiktok-pixel-tag/",
        "https://github.com/the-markup/blacklight-collector/blob/main/src/parser.ts",
        "https://github.com/google-ads-confidential-computing/confidential-match",
        "https://github.com/AdguardTeam/dnr-rulesets",
    ],
    harmless: &[
        "Many sites only want to know whether their advertising works, and see numbers.",
        "A network can be told of a visit without keeping it, as where the site has switched personal advertising off.",
        "At the site's own host the report may stay there.",
    ],
    blind_to: "Reports that the site's server makes, which no browser sees; events whose name is not readable; what the \
               network does with the report.",
    limit: "known-names-only",
    reads: &[Part::Bodies, Part::RequestHeaders],
    look: |seen, _, out| {
        if !seen.is_request() || seen.relation() == Relation::SameOwner {
            return;
        }
        if let Some((network, confidence)) = network(seen) {
            out.push(reported(seen, network, confidence));
        }
    },
    ..PLAIN
};

/// What a report of that network told it.
#[inline(never)]
fn reported<'a>(seen: &Seen<'a>, network: &'static Network, confidence: Confidence) -> Draft<'a> {
    let mut details = Details::default().with(What::Vendor, network.vendor);
    let mut level = Level::Moderate;
    if network.remarketing {
        level = Level::High;
        details.add(What::Purpose, "remarketing");
    }
    for one in sent(seen) {
        if is_field(network, &one) {
            level = Level::High;
            details.add(What::Field, &called(one.name));
        }
    }
    for event in events(network, seen) {
        details.add(What::Event, &event);
    }
    Draft { who: seen.who(), details, ..Draft::new(seen.unless_at_home(level), confidence) }
}

/// Whose report a request is, and how sure that is.
fn network(seen: &Seen<'_>) -> Option<(&'static Network, Confidence)> {
    let (host, path) = (seen.host_name(), seen.address.path());
    if seen.is_other() {
        if let Some(found) = NETWORKS.find(host, path) {
            return Some((&found.what, Confidence::Documented));
        }
        if is_google(host) {
            let (_, network) = GOOGLE.iter().find(|(begins, _)| endpoint::begins(path, begins))?;
            return Some((network, Confidence::Reported));
        }
    }
    if !is_collect(path) {
        return None;
    }
    let number = seen.param("tid").filter(|number| is_number(*number))?;
    if host == "stats.g.doubleclick.net" {
        return seen.is_other().then_some((&AUDIENCE, Confidence::Reported));
    }
    // Google's own form, at somebody's server, which can hand it on.
    let is_its = !kept(number).starts_with("AW-") && seen.param("cid").or_else(|| seen.param("en")).is_some();
    is_its.then_some((&ANALYTICS, Confidence::Indicated))
}

/// Whether a host is `www.google.com`, `www.google.se`, `google.co.uk`.
fn is_google(host: &str) -> bool {
    let rest = host.strip_prefix("www.").unwrap_or(host).strip_prefix("google.");
    rest.is_some_and(|country| match country.split_once('.') {
        None => country == "com" || country.len() == 2,
        Some((second, country)) => matches!(second, "co" | "com") && country.len() == 2,
    })
}

/// Whether a path ends in `collect`.
fn is_collect(path: &[u8]) -> bool {
    let path = path.split(|&byte| byte == b'?').next().unwrap_or_default();
    let path = path.strip_suffix(b"/").unwrap_or(path);
    path.ends_with(b"/collect")
}

/// Whether it is a number that Google gives to sites.
fn is_number(value: Value<'_>) -> bool {
    let text = kept(value);
    ["UA-", "G-", "AW-"].iter().any(|begins| {
        text.strip_prefix(begins).is_some_and(|rest| {
            (4..=16).contains(&rest.len())
                && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        })
    })
}

/// Whether a person's data stand in it: the network calls the field so, or they are to be seen.
fn is_field(network: &Network, one: &Sent<'_>) -> bool {
    if one.place == Place::Header || !is_filled(one.value) {
        return false;
    }
    let last = last_part(one.name);
    let called = network.fields.contains(&last) && (network.vendor != META.vendor || is_of_user(one.name));
    called || one.value.parts().any(|part| matches!(part.kind, Kind::Mail | Kind::Tel | Kind::Name))
}

/// Whether Meta means the user: `ud[em]`, and `udff[em]` where the script found it in a form.
fn is_of_user(name: &str) -> bool {
    let name = pseudonym::decode(name);
    name.starts_with("ud[") || name.starts_with("udff[")
}

/// The events' names: a batch has one a line, and so several.
fn events(network: &'static Network, seen: &Seen<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in network.events {
        let of_it = sent(seen).filter(|one| one.place != Place::Header && last_part(one.name) == *name);
        found.extend(of_it.filter(|one| is_filled(one.value)).take(MAX_EVENTS).filter_map(|one| word(kept(one.value))));
        if !found.is_empty() {
            return found;
        }
    }
    if !network.unnamed.is_empty() {
        let converted = seen.param("conversionId").is_some_and(is_filled);
        found.push(if converted { "conversion" } else { network.unnamed }.to_owned());
    }
    found
}

/// An event's name, where it is but one word; what a site made up may be anything. X has it in a list of lists.
fn word(text: &str) -> Option<String> {
    let text = pseudonym::decode(text);
    let text = text.strip_prefix("[[\"").and_then(|rest| rest.split('"').next()).unwrap_or(&text);
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let plain = text.len() <= 40
        && text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.bytes().all(is_word)
        && text.bytes().filter(u8::is_ascii_digit).count() <= 3;
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order() {
        assert!(NETWORKS.is_sorted());
    }

    #[test]
    fn googles() {
        for (host, is) in [
            ("www.google.com", true),
            ("www.google.se", true),
            ("google.co.uk", true),
            ("www.google.com.br", true),
            ("www.google.com.example", false),
            ("mygoogle.com", false),
            ("www.google.evil.se", false),
        ] {
            assert_eq!(is_google(host), is, "{host}");
        }
    }

    #[test]
    fn numbers_and_words() {
        assert!(is_number(Value::Text("G-ABCDEF1234")) && is_number(Value::Text("UA-123456-1")));
        assert!(!is_number(Value::Text("G-")) && !is_number(Value::Text("77")) && !is_number(Value::Text("UA-jo@doe")));
        for (text, said) in [
            ("add_to_cart", Some("add_to_cart")),
            ("jo@mail.example", None),
            ("12345", None),
            ("Alice+Smith+has+HIV", None),
            ("alice.smith born 1985", None),
            ("[[\"pageview\",null]]", Some("pageview")),
        ] {
            assert_eq!(word(text).as_deref(), said);
        }
        assert!(is_collect(b"/g/collect?v=2") && is_collect(b"/collect/") && !is_collect(b"/collection"));
    }
}
