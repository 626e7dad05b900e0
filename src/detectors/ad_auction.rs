//! ad-auction: the visit is offered to bidders, who learn of it whether they buy the place or not.

use std::collections::BTreeSet;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::Part;
use crate::order;
use crate::seen::endpoint::{Endpoint, Table};
use crate::seen::sent::is_filled;
use crate::seen::{Bounded, Details, Draft, Hosts, Memory, Place, Relation, Seen, State, What, Who};

/// Most hosts that are kept as asked to bid, most servers that are told to ask further, and most bidders that one is told.
const HOSTS: usize = 512;
const SERVERS: usize = 32;
const BIDDERS: usize = 64;
/// Longest name of a bidder.
const NAME: usize = 24;
/// Most values of one request that are looked at.
const VALUES: usize = 512;

/// How sure it is that a request to a place asks for a bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// Its adapter says so.
    Always,
    /// Where Prebid's words for a bid stand in it: the place serves advertisements too.
    WithKeys,
}

const fn at(host: &'static str, path: &'static str) -> Endpoint<Asks> {
    Endpoint { host, path, what: Asks::Always }
}

/// Where bids are asked for, in the order of hosts: what the adapters of Prebid.js call,
/// <https://github.com/prebid/Prebid.js/tree/master/modules>; Amazon's `dtb`:
/// <https://github.com/ampproject/amphtml/blob/main/extensions/amp-a4a/0.1/callout-vendors.js>; Google's `gampad/ads`, to which
/// the winner is told by the names in <https://github.com/prebid/Prebid.js/blob/master/src/constants.ts>.
static PLACES: Table<Asks> = Table::of(&[
    at("a.teads.tv", "hb/bid-request"),
    at("aax.amazon-adsystem.com", "e/dtb/bid"),
    at("ad.360yield-basic.com", ""),
    at("ad.360yield.com", "pb"),
    at("ads.yieldmo.com", "exchange"),
    at("adx.adform.net", "adx"),
    at("adxpremium.services", "openrtb2/auction"),
    at("ap.lijit.com", "rtb/bid"),
    at("apex.go.sonobi.com", "trinity.json"),
    at("beacon.bidder.taboola.com", ""),
    at("btlr.sharethrough.com", "universal/v1"),
    at("c2shb.pubgw.yahoo.com", "bidRequest"),
    at("creativecdn.com", "bidder/prebid/bids"),
    at("direct.adsrvr.org", "bid/bidder"),
    at("display.bidder.taboola.com", "OpenRTB"),
    at("fastlane.rubiconproject.com", "a/api/fastlane.json"),
    at("g2.gumgum.com", "hbid/imp"),
    at("grid-bidder.criteo.com", "openrtb_2_5"),
    at("hb.adscale.de", ""),
    at("hb.minutemedia-prebid.com", ""),
    at("hbopenbid.pubmatic.com", "translator"),
    at("htlb.casalemedia.com", "openrtb/pbjs"),
    at("i.connectad.io", "api"),
    at("ib.adnxs-simple.com", "ut/v3/prebid"),
    at("ib.adnxs.com", "ut/v3/prebid"),
    at("krk2.kargo.com", "api/v1/prebid"),
    at("native.bidder.taboola.com", "OpenRTB"),
    at("onetag-sys.com", "prebid-request"),
    at("prebid-server.rubiconproject.com", "openrtb2/auction"),
    at("prebid.a-mo.net", "a/c"),
    at("prebid.media.net", "rtb/prebid"),
    at("prebid.mgid.com", "prebid"),
    at("prebid.smilewanted.com", ""),
    at("prg.smartadserver.com", "prebid/v1"),
    at("rtb.openx.net", "openrtbb/prebidjs"),
    at("s.seedtag.com", "c/hb/bid"),
    Endpoint { host: "securepubads.g.doubleclick.net", path: "gampad/ads", what: Asks::WithKeys },
    at("shb.richaudience.com", "hb"),
    at("ssb.smartadserver.com", "api/bid"),
    at("ssc.33across.com", "api/v1/hb"),
    at("t.visx.net", "hb"),
    at("targeting.unrulymedia.com", "unruly_prebid"),
    at("tlx.3lift.com", "header/auction"),
    at("web.ads.aps.amazon-adsystem.com", "e/pb/bid"),
    at("web.hb.ad.cpe.dotomi.com", "cvx/client/hb"),
]);

pub const DETECTOR: Detector = Detector {
    technique: "ad-auction",
    looks_for: "Requests by which the visit is offered to bidders: to the places that the adapters of Prebid.js call; of the \
                form of an OpenRTB bid request, wherever they go; and the result of such an auction (`hb_bidder` and the \
                like) at Google's ad server. How many different organisations were asked, which bidders a server is to ask, \
                and what a request carried: address, identifiers, location, consent string.",
    threshold: "One request to a known place. Elsewhere, a body with OpenRTB's `imp` and at least one of `site`, `user`, \
                `device`, `regs`, as its specification names them. The site's own count needs two organisations.",
    severity: "High: every bidder learns of the visit, also those that buy nothing. At the site's own server, high where the \
               request names the bidders whom it is to ask, and a sign only, because nobody sees whether it did; else low.",
    sources: &[
        "https://github.com/prebid/Prebid.js/tree/master/modules",
        "https://github.com/prebid/Prebid.js/blob/master/src/constants.ts",
        "https://github.com/ampproject/amphtml/blob/main/extensions/amp-a4a/0.1/callout-vendors.js",
        "https://raw.githubusercontent.com/IABTechLab/openrtb-proto-v2/master/openrtb-core/src/main/protobuf/openrtb.proto",
        "https://docs.prebid.org/prebid-server/endpoints/openrtb2/pbs-endpoint-auction",
    ],
    harmless: &[
        "Auctions pay for much of what can be read without paying.",
        "A request can be stripped of identifiers before it is sent, where the person refused.",
        "A bidder may drop what it learned, as it has to where there is no consent.",
    ],
    blind_to: "Auctions that run between servers: whom the site's or an exchange's server asks further, which can be hundreds. \
               Of a long request only the first part is read.",
    rights: &[Right::Privacy, Right::Participation],
    reads: &[Part::Bodies],
    tells: 2,
    look,
    conclude: Some(conclude),
    ..PLAIN
};

/// Who was asked to bid.
#[derive(Debug, Default)]
struct Auction {
    /// Hosts of others that were asked. They are only counted, so what has no room is not missed: the count says "and more".
    asked: BTreeSet<usize>,
    /// The page's own host.
    page: Option<usize>,
    /// By the host of a server, which bidders it is to ask.
    further: Bounded<usize, BTreeSet<Box<str>>, SERVERS>,
}

impl State for Auction {
    fn dropped(&self) -> u64 {
        self.further.dropped()
    }
}

fn look<'a>(seen: &Seen<'a>, memory: &mut Memory, out: &mut Vec<Draft<'a>>) {
    if !seen.is_request() {
        return;
    }
    if seen.host_name() == seen.page_host && memory.of::<Auction>().page.replace(seen.host).is_none() {
        memory.news();
    }
    if seen.method() == "OPTIONS" {
        return;
    }
    let place = if seen.is_other() { PLACES.find(seen.host_name(), seen.address.path()) } else { None };
    let confidence = match place.map(|place| place.what) {
        Some(Asks::Always) => Confidence::Documented,
        Some(Asks::WithKeys) if has_keys(seen) => Confidence::Reported,
        Some(Asks::WithKeys) => return,
        None if is_open_rtb(seen) => Confidence::Documented,
        None => return,
    };
    asked(seen, confidence, memory, out);
}

/// An auction, of which it is told what it carried and who was asked.
#[inline(never)]
fn asked<'a>(seen: &Seen<'a>, confidence: Confidence, memory: &mut Memory, out: &mut Vec<Draft<'a>>) {
    let mut details = Details::default();
    for (name, value) in seen.params().chain(seen.body()).take(VALUES) {
        if is_filled(value)
            && let Some(field) = field_of(name)
        {
            details.add(What::Field, field);
        }
    }
    let bidders = bidders(seen);
    let auction = memory.of::<Auction>();
    if seen.is_other() && auction.asked.len() < HOSTS && auction.asked.insert(seen.host) {
        memory.news();
    }
    if !bidders.is_empty() {
        let further = memory.of::<Auction>().further.entry(seen.host);
        let before = further.len();
        further.extend(bidders.into_iter().take(BIDDERS.saturating_sub(before)));
        if further.len() != before {
            memory.news();
        }
    }
    let confidence = if seen.is_other() { confidence } else { Confidence::Indicated };
    out.push(Draft { who: seen.who(), details, ..Draft::new(seen.unless_at_home(Level::High), confidence) });
}

/// Whether Prebid's words for a bid are handed on: among the parameters, or within one that has several.
#[inline(never)]
fn has_keys(seen: &Seen<'_>) -> bool {
    let is_key = |name: &str| name.starts_with("hb_bidder") || name.starts_with("hb_pb");
    seen.params().take(VALUES).any(|(name, value)| {
        is_key(name)
            || matches!(name, "cust_params" | "prev_scp" | "scp")
                && value.text().split(['&', '|', ',', '~']).any(is_key)
    })
}

/// Whether a body has the form of an OpenRTB bid request: what is offered, and where or to whom.
#[inline(never)]
fn is_open_rtb(seen: &Seen<'_>) -> bool {
    let (mut offered, mut about) = (false, false);
    for (name, _) in seen.body().take(VALUES) {
        let mut parts = name.split('.');
        let (first, second, third) = (parts.next(), parts.next(), parts.next());
        let numbered = second.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        offered |= first == Some("imp")
            && numbered
            && matches!(third, Some("id" | "banner" | "video" | "native" | "audio" | "tagid" | "bidfloor" | "ext"));
        about |= second.is_some() && !numbered && matches!(first, Some("site" | "user" | "device" | "regs"));
    }
    offered && about
}

/// The bidders whom a server is to ask, as Prebid Server is told: `imp[].ext.prebid.bidder`.
fn bidders(seen: &Seen<'_>) -> BTreeSet<Box<str>> {
    let all = seen.body().take(VALUES).filter_map(|(name, _)| {
        let rest = name.strip_prefix("imp.")?.trim_start_matches(|c: char| c.is_ascii_digit());
        let bidder = rest.strip_prefix(".ext.prebid.bidder.")?.split('.').next()?;
        let is_name = !bidder.is_empty()
            && bidder.len() <= NAME
            && bidder.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && bidder.bytes().filter(u8::is_ascii_digit).count() <= 4;
        is_name.then(|| bidder.into())
    });
    order::set(all.take(BIDDERS))
}

/// What a field of a bid request tells, in our words. OpenRTB's names, and those that the adapters have for the same.
fn field_of(name: &str) -> Option<&'static str> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let within = |part: &str| name.split('.').any(|one| one == part);
    Some(match last {
        "page" | "rd_ref" | "rf" | "pu" if !within("imp") => "page",
        "ref" if within("site") => "referrer",
        "lat" | "lon" | "latitude" | "longitude" | "zip" if name.contains("geo") => "location",
        "ip" | "ipv6" if within("device") => "network address",
        "ifa" | "buyeruid" => "identifier",
        "id" if name == "user.id" || within("eids") => "identifier",
        "tk_user_key" | "ppuid" | "x_liverampidl" => "identifier",
        _ if name.starts_with("eid_") || name.starts_with("tpid_") => "identifier",
        "yob" | "gender" if within("user") => "age or gender",
        "consent" | "gdpr_consent" | "consent_string" | "consentString" | "gdprConsent" | "gpp" | "us_privacy"
        | "usprivacy" => "consent string",
        "keywords" if within("user") || within("site") => "interests",
        "id" | "name" if within("segment") => "interests",
        _ => return None,
    })
}

fn conclude<'a>(memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
    let Some(auction) = memory.seen::<Auction>() else { return };
    let whose = order::set(auction.asked.iter().filter_map(|&host| hosts.get(host)).map(|host| &host.org));
    let site = |host, name, count: usize, full: bool, confidence| Draft {
        who: Who::Site,
        subject: Some((Place::Body, name)),
        host: Some(host),
        details: Details::default().with(What::Count, &format!("{count}{}", if full { "+" } else { "" })),
        ..Draft::new(Level::High, confidence)
    };
    if let Some(page) = auction.page.filter(|_| whose.len() >= 2) {
        out.push(site(page, "organisations-asked", whose.len(), auction.asked.len() >= HOSTS, Confidence::Documented));
    }
    for (&host, bidders) in auction.further.iter() {
        let mut draft = site(host, "bidders-named", bidders.len(), bidders.len() >= BIDDERS, Confidence::Indicated);
        if hosts.get(host).is_some_and(|host| host.relation == Relation::Other) {
            draft.who = Who::Contacted;
        }
        out.push(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_order() {
        assert!(PLACES.is_sorted());
    }

    #[test]
    fn fields() {
        for (name, is) in [
            ("site.page", Some("page")),
            ("user.ext.eids.0.uids.0.id", Some("identifier")),
            ("device.geo.lat", Some("location")),
            ("p_geo.latitude", Some("location")),
            ("user.ext.consent", Some("consent string")),
            ("user.data.0.segment.0.id", Some("interests")),
            ("imp.0.id", None),
            ("imp.0.native.page", None),
            ("site.id", None),
            ("flat", None),
        ] {
            assert_eq!(field_of(name), is, "{name}");
        }
    }
}
