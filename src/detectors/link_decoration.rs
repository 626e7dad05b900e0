//! link-decoration: a mark in an address that only serves to recognise where the person came from, or who it is.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, RequestType};
use crate::seen::identifiers::has_identifier;
use crate::seen::{Details, Draft, Identifiers, Place, Relation, Seen, What, Who};

pub const DETECTOR: Detector = Detector {
    technique: "link-decoration",
    looks_for: "A parameter in a request's address that a `$removeparam` rule of AdGuard's URL Tracking filter names, such as \
                `gclid` or `utm_source`; one that ClearURLs' data name for that site or for all, where its value is long and \
                random enough to be a number; one \
                of a table of click, reader and visitor numbers, in the way to a page; and a number that a host on that way \
                keeps in a cookie, in the address of another.",
    threshold: "A rule: one parameter of exactly that name; documents, frames and fetches, as the list has it. ClearURLs takes \
                out whatever an address works without, so of its names only those count whose value is of at least 8 \
                characters and more than 12 bits. The table: the name, and such a value; the names are those that Firefox \
                strips and that vendors document. A kept number: as with `cookie-syncing`.",
    severity: "Low where only the name says so, and a sign only where ClearURLs names it for one site. Moderate where the mark is a number: of one click, of one reader of a letter, \
               of one visitor; the vendors document what it is for. High where one organisation's number for the person \
               arrives at another; moderate where it is the site's own.",
    sources: &[
        "https://firefox-source-docs.mozilla.org/toolkit/components/antitracking/anti-tracking/query-stripping/index.html",
        "https://gitlab.torproject.org/tpo/applications/tor-browser/-/commit/1a0bbcf5c665fdbc64cd6ab1a50bdad68e20ac52",
        "https://privacycg.github.io/nav-tracking-mitigations/#link-decoration",
        "https://support.google.com/analytics/answer/7519794",
        "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/fbp-and-fbc/",
        "https://learn.microsoft.com/en-us/advertising/msa-help/hlp_ba_conc_uet_parameters_table",
        "https://docs.metarouter.io/docs/pinterest-sync",
        "https://github.com/ClearURLs/Rules",
    ],
    harmless: &[
        "`utm_` parameters often name a campaign, not a person.",
        "A site may use a parameter of the same name for something of its own.",
        "What ClearURLs names for a site can be a number of a search, a list or an article, by which nobody is recognised.",
        "The number of a click tells a shop that an advert worked; by itself it names nobody.",
    ],
    blind_to: "Marks in the path or behind `#`, under a name that neither list nor table has, or that were taken out before \
               the request. Of several that only the list names one is told.",
    rights: &[Right::Privacy],
    limit: "known-names-only",
    reads: &[Part::Cookies],
    tells: 8,
    look: |seen, _, out| {
        // What follows a request has the same address, and no rules.
        if !seen.is_request() {
            return;
        }
        let told = if seen.kind() == RequestType::MainFrame { of_the_table(seen, out) } else { Vec::new() };
        let rest = || seen.decorations().filter(|mark| !told.iter().any(|name| name.as_bytes() == mark.name));
        // One that no exception lets through, if there is one.
        if let Some(mark) = rest().find(|mark| mark.exception.is_none()).or_else(|| rest().next()) {
            out.push(Draft {
                who: seen.who(),
                rule: Some(mark.rule),
                exception: mark.exception,
                ..Draft::new(Level::Low, if mark.of_site { Confidence::Indicated } else { Confidence::Reported })
            });
        }
    },
    conclude: Some(|memory, hosts, out| {
        let Some(identifiers) = memory.seen::<Identifiers>() else { return };
        for passed in identifiers.passed(hosts).filter(|passed| passed.navigation) {
            let at_home = hosts.get(passed.to).is_some_and(|host| host.relation != Relation::Other);
            let level = if passed.own { Level::Moderate } else { Level::High };
            out.push(Draft { who: if at_home { Who::Site } else { Who::Contacted }, ..passed.draft(level) });
        }
    }),
    ..PLAIN
};

/// Marks of the table in the way to a page, where they hold a number; says which.
#[inline(never)]
fn of_the_table<'a>(seen: &Seen<'a>, out: &mut Vec<Draft<'a>>) -> Vec<&'a str> {
    let mut told = Vec::new();
    for (name, value) in seen.params() {
        let Ok(at) = MARKS.binary_search_by(|(known, ..)| (*known).cmp(name)) else { continue };
        let Some((_, vendor, purpose)) = MARKS.get(at).filter(|_| has_identifier(&value)) else { continue };
        if told.contains(&name) {
            continue;
        }
        let rule = seen.decorations().find(|mark| mark.name == name.as_bytes());
        out.push(Draft {
            who: seen.who(),
            rule: rule.map(|mark| mark.rule),
            exception: rule.and_then(|mark| mark.exception),
            subject: Some((Place::Query, name)),
            details: Details::default().with(What::Vendor, vendor).with(What::Purpose, purpose),
            ..Draft::new(Level::Moderate, Confidence::Documented)
        });
        told.push(name);
    }
    told
}

const CLICK: &str = "click";
const READER: &str = "newsletter-reader";
const VISITOR: &str = "visitor";

/// Parameters that hold a number; whose they are, and what they are the number of. Google's `gbraid` and `wbraid` are not
/// among them: by its own account many share one. Sorted.
static MARKS: &[(&str, &str, &str)] = &[
    ("__hsfp", "HubSpot", VISITOR),
    ("__hssc", "HubSpot", VISITOR),
    ("__hstc", "HubSpot", VISITOR),
    ("__s", "Drip", READER),
    ("_ga", "Google Analytics", VISITOR),
    ("_gl", "Google Analytics", VISITOR),
    ("_hsenc", "HubSpot", READER),
    ("_openstat", "OpenStat", CLICK),
    ("dclid", "Google Campaign Manager", CLICK),
    ("epik", "Pinterest", CLICK),
    ("fbclid", "Meta", CLICK),
    ("gclid", "Google Ads", CLICK),
    ("li_fat_id", "LinkedIn", CLICK),
    ("mc_eid", "Mailchimp", READER),
    ("mkt_tok", "Adobe Marketo", READER),
    ("msclkid", "Microsoft Advertising", CLICK),
    ("oly_anon_id", "Omeda Olytics", READER),
    ("oly_enc_id", "Omeda Olytics", READER),
    ("ttclid", "TikTok", CLICK),
    ("twclid", "X", CLICK),
    ("vero_id", "Vero", READER),
    ("wickedid", "Wicked Reports", READER),
    ("yclid", "Yandex", CLICK),
    ("ysclid", "Yandex", CLICK),
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::MARKS.is_sorted_by_key(|(name, ..)| *name));
    }
}
