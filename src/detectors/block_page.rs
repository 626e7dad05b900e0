//! block-page: in the place of what was asked for stands the page of a censor's, an operator's or a filter's.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, RequestType, Stage};
use crate::party;
use crate::seen::endpoint::{self, Endpoint, Table};
use crate::seen::{Bounded, Details, Draft, Hosts, Memory, Place, Seen, State, What, Who};

/// Most pages of that kind that are kept, and most redirects from one site to another.
const MOST: usize = 64;
/// Longest host that is kept, in bytes.
const HOST: usize = 128;

const fn at(host: &'static str, path: &'static str, whose: &'static str) -> Endpoint<&'static str> {
    Endpoint { host, path, what: whose }
}

/// Pages of that kind which are known by their path, in the order of hosts: country and whose.
/// <https://github.com/ooni/blocking-fingerprints> (`fingerprints_http.csv`), which gathers those of OONI, the Citizen Lab and
/// Censored Planet. Hosts that serve nothing else stand in our own lists.
static PAGES: Table<&str> = Table::of(&[
    at("account.nowtv.com", "broadband-buddy/blocked-pages", "GB, NOW"),
    at("assets.o2.co.uk", "18plusaccess", "GB, O2"),
    at("bilgi.turktelekom.com.tr", "guvenli_internet_uyari", "TR, Türk Telekom"),
    at("bluecoat.com", "notify-NotifyUser1", "AE, Blue Coat"),
    at("cdn.kyivstar.ua", "sites/default/files/lock_sites", "UA, Kyivstar"),
    at("ee.co.uk", "help/my-account/corporate-content-lock", "GB, EE"),
    at("emta.ee", "et/juurdepaas-blokeeritud", "EE, tax office"),
    at("gamingcommission.gov.gr", "index.php/forbidden-access-black-list", "GR, Gaming Commission"),
    at("giffgaff.com", "mobile/over18", "GB, giffgaff"),
    at("go.telstra.com.au", "broadbandprotect/networkprotectionstandard", "AU, Telstra"),
    at("homeline.kg", "access/blockpage.html", "KG, Homeline"),
    at("hotspot.vodafone.de", "access_denied.html", "DE, Vodafone"),
    at("iaui.gov.lv", "lv/pazinojums", "LV, gambling inspection"),
    at("kaspnet.ru", "sites/default/files/0.html", "RU, Kaspnet"),
    at("m.three.ie", "adult-content", "IE, Three"),
    at("mobilegen.vodafone.pt", "denied", "PT, Vodafone"),
    at("myaccount.ee.co.uk", "anonymous-content-lock", "GB, EE"),
    at("networkmsg.telenet.be", "blocked", "BE, Telenet"),
    at("notification.etisalat.com.eg", "etisalat/notification/redirectionactions.html", "EG, Etisalat"),
    at("redir.emta.ee", "redirect/et/juurdepaas-blokeeritud", "EE, tax office"),
    at("rinet.ru", "blocked", "RU, Rinet"),
    at("siminn.is", "sidur/netvarinn-lokud-sida", "IS, Síminn"),
    at("three.co.uk", "mobilebroadband_restricted", "GB, Three"),
    at("ufanet.ru", "blocking.html", "RU, Ufanet"),
    at("vodafone.co.uk", "contentcontrolpage", "GB, Vodafone"),
    at("vodafone.co.uk", "restricted-content", "GB, Vodafone"),
    at("vodafone.qa", "alu.cfm", "QA, Vodafone"),
]);

/// What filters' own answers say they are, at the start of `Server`; from the same list.
static SERVERS: &[(&str, &str)] = &[
    ("Barracuda/NGFirewall", "Barracuda"),
    ("BarracudaHTTP 4.0", "Barracuda"),
    ("Olfeo", "Olfeo"),
    ("Protected by WireFilter", "AE or SA, WireFilter"),
];

/// Pages that filters have wherever they are installed, by their path; from the same list.
static FILTERS: &[(&str, &str)] = &[
    ("UserCheck/PortalMain", "Check Point"),
    ("cgi-bin/blockpage.cgi", "Forcepoint"),
    ("ibreports/ibp/bp.html", "iboss"),
    ("php/urlblock.php", "Palo Alto Networks"),
    ("sgerror.php", "squidGuard"),
    ("squidGuard.cgi", "squidGuard"),
];

pub const DETECTOR: Detector = Detector {
    technique: "block-page",
    looks_for: "A page or frame that is known as one that censors, operators or filters show in the place of what was asked for: \
                by its address, by what our own lists know of such hosts, or by what the answering filter calls itself; and \
                whether the site that was asked for was answered with a redirect there.",
    threshold: "One document at an address of the fingerprints that OONI, the Citizen Lab and Censored Planet have gathered. \
                High only with a redirect to it from another site, which tells it from a visit on purpose.",
    severity: "High, as a sign: somebody on the way answers for the site, and so sees and can note who asks for what. Low without such \
               a redirect: the page may have been opened on purpose.",
    sources: &[
        "https://github.com/ooni/blocking-fingerprints",
        "https://github.com/citizenlab/filtering-annotations",
        "https://github.com/censoredplanet/censoredplanet-analysis",
    ],
    harmless: &[
        "The person, a parent, a school or an employer may have asked for the filter.",
        "A site can link or redirect to such a page to explain it.",
        "A court may have ordered the block, in public and with a way to complain.",
    ],
    blind_to: "Blocks without a page: no answer, a broken connection, a wrong address in the DNS. Pages that are known only by their \
               text, because contents are not read. Fingerprints that are old, or not yet gathered.",
    rights: &[Right::Privacy, Right::Expression],
    limit: "known-names-only",
    reads: &[Part::ResponseHeaders],
    tells: 1,
    look: |seen, memory, _| {
        if matches!(seen.kind(), RequestType::MainFrame | RequestType::SubFrame) {
            look(seen, memory);
        }
    },
    conclude: Some(conclude),
    ..PLAIN
};

/// What was seen of documents.
#[derive(Debug, Default)]
struct Blocks {
    /// Documents that are such pages: by the number of their host, whose, and whether the host is another organisation's.
    pages: Bounded<(usize, &'static str), bool, MOST>,
    /// Filters that answered in the place of a host.
    answered: Bounded<(usize, &'static str), bool, MOST>,
    /// Hosts to which a document of another site redirected.
    led: Bounded<Box<str>, (), MOST>,
}

impl State for Blocks {
    fn dropped(&self) -> u64 {
        self.pages.dropped() + self.answered.dropped() + self.led.dropped()
    }
}

fn look(seen: &Seen<'_>, memory: &mut Memory) {
    match seen.stage() {
        Stage::Request => {
            let (host, path) = (seen.host_name(), seen.address.path());
            let known = PAGES.find(host, path).map(|page| page.what);
            let filter = || FILTERS.iter().find(|(begins, _)| endpoint::begins(path, begins)).map(|(_, whose)| *whose);
            let listed = || {
                let is_block = |standing: crate::kinds::Standing| standing.kind.is_some_and(|k| k.name == "block-page");
                seen.own().filter(|(_, standing)| is_block(*standing)).map(|_| "")
            };
            if let Some(whose) = known.or_else(listed).or_else(filter) {
                *memory.of::<Blocks>().pages.entry((seen.host, whose)) = seen.is_other();
                memory.news();
            }
        }
        Stage::Sent => {}
        Stage::Answered => {
            let server = seen.header("server").unwrap_or_default();
            if let Some((_, whose)) = SERVERS.iter().find(|(begins, _)| server.starts_with(begins)) {
                *memory.of::<Blocks>().answered.entry((seen.host, whose)) = seen.is_other();
                memory.news();
            }
            if let Some(host) = seen.location().and_then(host_of)
                && party::registrable(host) != seen.facts().site.as_ref()
            {
                memory.of::<Blocks>().led.entry(host.to_ascii_lowercase().into());
                memory.news();
            }
        }
    }
}

/// The host of an address, as far as it has one.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("//")?;
    let end = rest.find(['/', '?', '#', ':', '\\']).unwrap_or(rest.len());
    rest.get(..end).filter(|host| !host.is_empty() && host.len() <= HOST && !host.contains('@'))
}

fn conclude<'a>(memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
    let Some(blocks) = memory.seen::<Blocks>() else { return };
    let who = |other: bool| if other { Who::Contacted } else { Who::Site };
    for (&(host, whose), &other) in blocks.pages.iter() {
        let led = hosts.get(host).is_some_and(|host| blocks.led.get(&host.name).is_some());
        // A filter's path is a sign only where somebody was led to it: a site may have a page of that name.
        let is_filter = FILTERS.iter().any(|(_, filter)| *filter == whose);
        if is_filter && !led {
            continue;
        }
        let mut details = Details::default();
        if !whose.is_empty() {
            details.add(What::Vendor, whose);
        }
        out.push(Draft {
            who: who(other),
            subject: led.then_some((Place::Redirect, "location")),
            host: Some(host),
            details,
            ..Draft::new(if led { Level::High } else { Level::Low }, Confidence::Indicated)
        });
    }
    for (&(host, whose), &other) in blocks.answered.iter() {
        out.push(Draft {
            who: who(other),
            subject: Some((Place::Header, "server")),
            host: Some(host),
            details: Details::default().with(What::Vendor, whose),
            ..Draft::new(Level::Moderate, Confidence::Indicated)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order() {
        assert!(PAGES.is_sorted() && SERVERS.is_sorted() && FILTERS.is_sorted());
    }

    #[test]
    fn hosts_of_addresses() {
        assert_eq!(host_of("http://block.example:8080/x"), Some("block.example"));
        assert_eq!((host_of("/blocked"), host_of("//"), host_of("//a@b/")), (None, None, None));
    }
}
