//! cname-cloaking: a host under the site's own name that is another organisation's by a CNAME record.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::observation::Part;
use crate::seen::{Details, Draft, Place, Seen, What, Who};

pub const DETECTOR: Detector = Detector {
    technique: "cname-cloaking",
    looks_for: "A request to a host under the page's own registrable domain that the CNAME sections of AdGuard's lists \
                name, with the organisation behind it where the list tells; or whose canonical name, where the DNS was asked, is \
                of another organisation that a list names as a tracker's. Not where that organisation owns the site.",
    threshold: "One matching host rule. The sections are built from the public list of CNAME-cloaked trackers \
                that AdGuard keeps. For a canonical name: a rule that names a host and would match the same request under that name. Another \
                organisation's name alone is no finding: most such hosts only serve files.",
    severity: "Moderate: a known tracker was contacted, under the site's own name; graver where our own lists say so of it.",
    sources: &[
        "https://github.com/AdguardTeam/cname-trackers",
        "https://arxiv.org/abs/2102.09301",
        "https://developer.mozilla.org/docs/Mozilla/Add-ons/WebExtensions/API/dns/resolve",
    ],
    harmless: &[
        "The record may have changed since the list was made; the list's date is shown.",
        "Firms also point a subdomain at a supplier for plain hosting; the list tries to name only trackers.",
        "A company that helps with advertising may also serve plain files under a site's name.",
    ],
    blind_to: "Cloaked hosts that the list does not know, where the DNS is not asked: only Firefox lets an extension ask it, and \
               it is asked only where the person wants that; never of the page's own host, for a private window, past a proxy, or \
               for what came from the cache. Names on the way between the first and the last, hosts that are pointed at a \
               tracker by its address, and what a name server does not say to whoever asks a second time.",
    limit: "known-names-only",
    reads: &[Part::Dns],
    tells: 2,
    look: |seen, _, out| {
        out.extend(by_list(seen));
        out.extend(by_dns(seen));
    },
    ..PLAIN
};

fn by_list<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    let (rule, company) = seen.cloaked()?;
    Some(Draft {
        who: if company.is_empty() { Who::Contacted } else { Who::Named(company) },
        rule: Some(rule),
        exception: seen.excepted(),
        ..Draft::new(Level::Moderate, Confidence::Reported)
    })
}

fn by_dns<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    let canonical = seen.canonical?;
    let (rule, standing) = canonical.rule()?;
    // A vendor's public site under another's name is no contact with what it sells.
    let level = standing.map_or(Level::Moderate, |standing| standing.level().max(Level::Moderate));
    Some(Draft {
        who: Who::Named(if canonical.company.is_empty() { canonical.site } else { canonical.company }),
        rule: Some(rule),
        subject: Some((Place::Connection, "canonical-name")),
        details: Details::default().with(What::Vendor, canonical.site),
        ..Draft::new(level, Confidence::Documented)
    })
}
