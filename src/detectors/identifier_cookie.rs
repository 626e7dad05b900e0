//! identifier-cookie: a cookie by which somebody else knows the browser again, or one under the site's name that somebody
//! else's script or host writes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, RequestType, Stage};
use crate::order;
use crate::pseudonym::{COOKIE_BITS, Form, Kind, Pseudonym, SameSite, SetCookie, Value};
use crate::seen::endpoint::under;
use crate::seen::identifiers::{called, is_fleeting, is_identifier};
use crate::seen::service::{is_called, is_of_service};
use crate::seen::{Bounded, Details, Draft, Example, Hosts, Place, Relation, Seen, State, What, Who};

pub const DETECTOR: Detector = Detector {
    technique: "identifier-cookie",
    looks_for: "Somebody else's host that sets a cookie with an identifier in it, or gets one that the browser kept; a cookie \
                under the site's own name that a vendor's script is documented to write (`_ga`, `_fbp`, `_clck` and others); \
                and one that a host sets for the site which is another organisation's by CNAME.",
    threshold: "A value, or a part of one, of at least 8 characters and more than 12 bits that no table of common values has: \
                length as in Englehardt and Narayanan (2016), bits as in Privacy Badger. 90 days or more are long (2016 \
                again). Base64 counts by what it holds; a time counts for nothing. Not: a cookie that is taken away or ends within \
                ten minutes, that is for its own site only (SameSite), or that its maker documents as one that spreads load, \
                counts a visit or keeps robots out. One that is set for a domain is one, at however many hosts.",
    severity: "High where it lasts 90 days or came along from before, as it can follow a person across sites; indicated only \
               where the browser was not seen to take it, or where its value changes or is compressed. Moderate from one day on. Low where it \
               ends sooner, or is kept apart for each site (Partitioned). Under the site's own name moderate: it recognises \
               here, and a known tracker is behind it.",
    sources: &[
        "https://senglehardt.com/papers/ccs16_online_tracking.pdf",
        "https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js",
        "https://developer.mozilla.org/en-US/docs/Web/Privacy/Guides/Third-party_cookies/Partitioned_cookies",
        "https://github.com/jkwakman/Open-Cookie-Database/blob/master/open-cookie-database.csv",
        "https://www.linkedin.com/legal/l/cookie-table",
        "https://protobuf.dev/programming-guides/encoding/",
        "https://cloud.google.com/analytics/resources/concepts/gaConceptsCookies",
        "https://support.google.com/analytics/answer/7519794",
        "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/fbp-and-fbc/",
        "https://learn.microsoft.com/en-us/clarity/setup-and-installation/cookie-list",
        "https://help.pinterest.com/en/business/article/pinterest-tag-parameters-and-cookies",
        "https://ads.tiktok.com/help/article/how-to-use-cookies-with-tiktok-pixel",
        "https://matomo.org/faq/general/faq_146/",
        "https://amplitude.com/docs/get-started/cookies-and-consent-management",
        "https://help.heap.io/hc/en-us/articles/37271939081617-What-cookies-does-Heap-set-and-what-are-they-used-for",
        "https://docs.contentsquare.com/en/web/cookies/",
        "https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/website/javascript/identity",
        "https://developers.atinternet-solutions.com/piano-analytics/data-collection/general/cookie-storage",
        "https://documentation.bloomreach.com/engagement/docs/cookies-storage",
        "https://experienceleague.adobe.com/docs/id-service/using/id-service-api/configurations/cookielifetime.html",
    ],
    harmless: &[
        "A cookie also keeps a sign-in, a basket or a choice, or tells people from robots.",
        "Many browsers refuse others' cookies, or keep them apart for each site; then they do not follow anybody.",
        "A site may count its visits with such a cookie for itself alone.",
        "A cookie of a vendor's name may be left over from a script that is gone.",
    ],
    blind_to: "Cookies that scripts write in somebody else's frames, until they are sent; whether the browser took what was \
               set; other storage. A vendor that lets sites choose the cookie's name is not known by it. Identifiers \
               that look like a word, a version, an account's number or a consent string.",
    rights: &[Right::Privacy],
    needs: &[Part::Cookies],
    look: |seen, memory, _| {
        let news = match seen.stage() {
            // What follows a request has no rules.
            Stage::Request => {
                seen.cloaked().is_some_and(|(_, company)| memory.of::<Cookies>().cloak(seen.host, company))
            }
            Stage::Sent => {
                let cookies = memory.of::<Cookies>();
                seen.cookies().fold(false, |news, (name, value)| cookies.sent(seen, name, &value) | news)
            }
            Stage::Answered => {
                let cookies = memory.of::<Cookies>();
                seen.set_cookies().fold(false, |news, cookie| cookies.set(seen, &cookie) | news)
            }
        };
        if news {
            memory.news();
        }
    },
    conclude: Some(|memory, hosts, out| {
        if let Some(cookies) = memory.seen::<Cookies>() {
            cookies.of_others(hosts, out);
            cookies.of_the_site(hosts, out);
        }
    }),
    ..PLAIN
};

/// How many cookies of how many hosts are remembered.
const MAX_COOKIES: usize = 512;
/// How many hosts that are another organisation's by CNAME.
const MAX_CLOAKED: usize = 64;
/// How many different values of one cookie: two say that it changes.
const MAX_VALUES: usize = 2;
/// A day, in seconds; and the days from which on it is long.
const DAY: i64 = 86_400;
const LONG: i64 = 90;

/// What was seen of a cookie of a host.
#[derive(Debug, Default, Clone)]
struct Cookie {
    sent: bool,
    set: Option<Kept>,
    /// The domain that it is set for, where all hosts under that get it.
    domain: Option<Rc<str>>,
    length: u32,
    bits: u16,
    /// Hashes of its values: more than one, and it changes.
    values: Vec<u64>,
    /// Its value is compressed: what it holds is not known.
    packed: bool,
    example: Option<Rc<Example>>,
}

/// When a cookie ends. Ordered: what is longer comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ends {
    /// With the browser.
    Session,
    /// After so many whole days.
    Days(i64),
    /// On a day that is named, but not from when on.
    Someday,
}

/// How an answer has it kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    ends: Ends,
    /// For each site apart, however often it is set.
    apart: bool,
    /// In a way that every browser takes in others' pages.
    taken: bool,
}

/// Of which host a cookie is told, the first of them: whether it did not set it, its name, its number.
type Teller<'a> = (bool, &'a str, usize);
/// The same of the site's own: whether it is not the page's, whether it is another organisation's, its name.
type OwnTeller<'a> = (bool, bool, &'a str);

#[derive(Debug, Default)]
struct Cookies {
    all: Bounded<(usize, Rc<str>), Cookie, MAX_COOKIES>,
    cloaked: Bounded<usize, Box<str>, MAX_CLOAKED>,
}

impl State for Cookies {
    fn dropped(&self) -> u64 {
        self.all.dropped() + self.cloaked.dropped()
    }
}

impl Kept {
    /// What two answers say of it.
    fn and(self, other: Self) -> Self {
        Self { ends: self.ends.max(other.ends), apart: self.apart && other.apart, taken: self.taken || other.taken }
    }
}

/// The part of a value that tells one browser from others. A vendor's cookie may have it in a form that only the vendor reads.
fn identifier<'a>(name: &str, value: &Value<'a>) -> Option<Pseudonym<'a>> {
    let is_one = |part: &Pseudonym<'_>| {
        is_identifier(part) || part.bits > COOKIE_BITS && part.kind == Kind::Text && vendor(name).is_some()
    };
    value.parts().filter(is_one).max_by_key(|part| part.bits)
}

/// How long an answer has a cookie kept.
fn ends(cookie: &SetCookie<'_>) -> Ends {
    match (cookie.max_age, cookie.expires) {
        (Some(seconds), _) => Ends::Days(seconds / DAY),
        (None, Some(_)) => Ends::Someday,
        (None, None) => Ends::Session,
    }
}

impl Cookies {
    fn cloak(&mut self, host: usize, company: &str) -> bool {
        let is_new = self.cloaked.get(&host).is_none();
        if is_new {
            *self.cloaked.entry(host) = company.chars().take(64).collect::<String>().into();
        }
        is_new
    }

    /// Whether a cookie is looked at: at others each; at the site those that vendors write, and those of its cloaked hosts.
    fn is_told(seen: &Seen<'_>, name: &str) -> bool {
        match seen.relation() {
            // On the way to a page its host is the page's own: `bounce-tracking` looks at that.
            Relation::Other => seen.kind() != RequestType::MainFrame && !is_of_service(name),
            Relation::SameSite => vendor(name).is_some() || seen.facts().subdomain,
            Relation::SameOwner => false,
        }
    }

    #[inline(never)]
    fn sent(&mut self, seen: &Seen<'_>, name: &str, value: &Value<'_>) -> bool {
        let Some(found) = identifier(name, value) else { return false };
        // What is sent to a host under the site's name is the whole site's: who wrote it shows in its name alone.
        let own = seen.relation() == Relation::SameSite && vendor(name).is_none();
        if own || !Self::is_told(seen, name) {
            return false;
        }
        let (cookie, news) = self.cookie(seen, name, &found);
        !std::mem::replace(&mut cookie.sent, true) | news
    }

    #[inline(never)]
    fn set(&mut self, seen: &Seen<'_>, cookie: &SetCookie<'_>) -> bool {
        let others = seen.is_other();
        // In a page of another site no browser takes these.
        let refused = others && matches!(cookie.same_site, Some(SameSite::Strict | SameSite::Lax));
        if is_fleeting(cookie) || refused {
            return false;
        }
        let Some(found) = identifier(cookie.name, &cookie.value).filter(|_| Self::is_told(seen, cookie.name)) else {
            return false;
        };
        let taken = cookie.same_site == Some(SameSite::None) && cookie.secure;
        let kept = Kept { ends: ends(cookie), apart: cookie.partitioned, taken };
        let (known, mut news) = self.cookie(seen, cookie.name, &found);
        // Of several the widest; one that does not hold the host is not taken by any browser.
        if let Some(domain) = cookie.domain.map(str::to_ascii_lowercase)
            && under(seen.host_name(), &domain)
            && known.domain.as_ref().is_none_or(|before| domain.len() < before.len())
        {
            known.domain = Some(domain.into());
            news = true;
        }
        let all = known.set.map_or(kept, |before| before.and(kept));
        (known.set.replace(all) != Some(all)) | news
    }

    /// The cookie of that name, and whether this says more of it than was known.
    fn cookie(&mut self, seen: &Seen<'_>, name: &str, value: &Pseudonym<'_>) -> (&mut Cookie, bool) {
        // A vendor may write the site's number behind the name.
        let name =
            written(name).filter(|_| !seen.is_other()).map_or_else(|| called(name), |(known, _)| (*known).into());
        let cookie = self.all.entry((seen.host, name));
        let size = (cookie.length, cookie.bits).max((value.length, value.bits));
        let packed = cookie.packed || value.form == Form::Packed;
        let mut news = size != (cookie.length, cookie.bits) || packed != cookie.packed;
        ((cookie.length, cookie.bits), cookie.packed) = (size, packed);
        let hash = value.hashes().next().unwrap_or_default();
        if cookie.values.len() < MAX_VALUES && !cookie.values.contains(&hash) {
            cookie.values.push(hash);
            news = true;
        }
        news |= seen.keep_example(&mut cookie.example);
        (cookie, news)
    }

    /// The cookies of others, one finding for each. One that is set for a domain goes to all hosts under it: it is told of the
    /// first by name of those that set it, with what was seen at all.
    fn of_others<'a>(&'a self, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
        let all = || {
            let with_hosts = self
                .all
                .iter()
                .filter_map(|((number, name), cookie)| Some((*number, hosts.get(*number)?, &**name, cookie)));
            with_hosts.filter(|(_, host, ..)| host.relation == Relation::Other)
        };
        let domains = order::set(all().filter_map(|(_, _, name, cookie)| Some((name, &**cookie.domain.as_ref()?))));
        let mut told: BTreeMap<(&str, &str), (Teller<'_>, Cookie)> = BTreeMap::new();
        for (number, host, name, cookie) in all() {
            let its = domains.range((name, "")..).take_while(|(of, _)| *of == name).map(|(_, domain)| *domain);
            let domain = its.filter(|domain| under(&host.name, domain)).min_by_key(|domain| domain.len());
            let teller = (cookie.set.is_none(), &*host.name, number);
            match told.entry((domain.unwrap_or(&host.name), name)) {
                Entry::Vacant(place) => _ = place.insert((teller, cookie.clone())),
                Entry::Occupied(mut known) => {
                    let (first, known) = known.get_mut();
                    *first = teller.min(*first);
                    known.join(cookie);
                }
            }
        }
        for ((_, name), ((_, _, host), cookie)) in told {
            let (level, confidence) = cookie.weight();
            out.push(Draft {
                host: Some(host),
                subject: Some((Place::Cookie, name)),
                details: cookie.details(),
                example: cookie.example,
                ..Draft::new(level, confidence)
            });
        }
    }

    /// The cookies under the site's name, one finding for each: it goes to all hosts of the site, so the page's own stands
    /// for them, else the first by name; no host that is another organisation's, which only gets it.
    fn of_the_site<'a>(&'a self, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
        let page = hosts.page();
        let mut by_name: BTreeMap<&str, (OwnTeller<'_>, usize, &Cookie)> = BTreeMap::new();
        for ((number, name), cookie) in self.all.iter() {
            let Some(host) = hosts.get(*number).filter(|host| host.relation == Relation::SameSite) else { continue };
            if let Some(company) = self.cloaked.get(number).filter(|_| cookie.set.is_some()) {
                out.push(Draft {
                    who: if company.is_empty() { Who::Contacted } else { Who::Named(company) },
                    host: Some(*number),
                    subject: Some((Place::Cookie, name)),
                    details: cookie.details(),
                    example: cookie.example.clone(),
                    ..Draft::new(cookie.weight().0.min(Level::Moderate), Confidence::Reported)
                });
            } else if vendor(name).is_some() {
                let is_cloaked = self.cloaked.get(number).is_some();
                let rank = (!host.page, is_cloaked, &*host.name);
                let number = page.filter(|_| is_cloaked).unwrap_or(*number);
                let first = by_name.entry(name).or_insert((rank, number, cookie));
                if rank < first.0 {
                    *first = (rank, number, cookie);
                }
            }
        }
        for (name, (_, number, cookie)) in by_name {
            out.push(Draft {
                who: Who::Site,
                host: Some(number),
                subject: Some((Place::Cookie, name)),
                details: cookie.details().with(What::Vendor, vendor(name).unwrap_or_default()),
                example: cookie.example.clone(),
                ..Draft::new(Level::Moderate, Confidence::Reported)
            });
        }
    }
}

impl Cookie {
    /// Notes what was seen of it at another host.
    fn join(&mut self, other: &Self) {
        self.sent |= other.sent;
        self.packed |= other.packed;
        self.set = match (self.set, other.set) {
            (Some(one), Some(other)) => Some(one.and(other)),
            (one, other) => one.or(other),
        };
        (self.length, self.bits) = (self.length, self.bits).max((other.length, other.bits));
        for value in &other.values {
            if self.values.len() < MAX_VALUES && !self.values.contains(value) {
                self.values.push(*value);
            }
        }
        if let Some(example) = &other.example {
            Example::keep_first(&mut self.example, Rc::clone(example));
        }
    }

    fn weight(&self) -> (Level, Confidence) {
        let is_known = self.values.len() < MAX_VALUES && !self.packed;
        let steady = |sure| if sure && is_known { Confidence::Documented } else { Confidence::Indicated };
        match self.set {
            // How long it is kept was said on an earlier page; whether apart, too.
            None => (Level::High, Confidence::Indicated),
            Some(Kept { apart: true, .. }) => (Level::Low, Confidence::Documented),
            Some(Kept { ends: Ends::Someday, .. }) => (Level::High, Confidence::Indicated),
            Some(Kept { ends: Ends::Days(LONG..), taken, .. }) => (Level::High, steady(taken || self.sent)),
            Some(Kept { ends: Ends::Days(1..), taken, .. }) => (Level::Moderate, steady(taken || self.sent)),
            Some(_) => (Level::Low, Confidence::Documented),
        }
    }

    fn details(&self) -> Details {
        let details =
            Details::default().with(What::Length, &self.length.to_string()).with(What::Bits, &self.bits.to_string());
        match self.set {
            None | Some(Kept { ends: Ends::Someday, .. }) => details,
            Some(Kept { ends: Ends::Days(days), .. }) => details.with(What::Lifetime, &days.to_string()),
            Some(Kept { ends: Ends::Session, .. }) => details.with(What::Lifetime, "session"),
        }
    }
}

/// Cookies with an identifier that a vendor's script is documented to write under the site's name, and the vendor. Those that
/// keep the state of a visit (as Google's `_ga_*`), switches and tests of the same vendors are left out; numbers that last a
/// day at most (`_gid`, `_uetsid`) are in. From the vendors' own pages where these
/// could be read (see `sources`), else from the Open Cookie Database. Sorted; `*` for any rest.
static WRITTEN: &[(&str, &str)] = &[
    ("AMCV_*", "Adobe Experience Cloud"),
    ("AMP_*", "Amplitude"),
    ("FPAU", "Google"),
    ("FPID", "Google Analytics"),
    ("__exponea_etc__", "Bloomreach"),
    ("__gads", "Google Ad Manager"),
    ("__gpi", "Google Ad Manager"),
    ("__hstc", "HubSpot"),
    ("__kla_id", "Klaviyo"),
    ("__qca", "Quantcast"),
    ("__utma", "Google Analytics"),
    ("_cc_id", "Lotame"),
    ("_ce.s", "Crazy Egg"),
    ("_clck", "Microsoft Clarity"),
    ("_conv_v", "Convert"),
    ("_cs_id", "Contentsquare"),
    ("_derived_epik", "Pinterest"),
    ("_dyid", "Dynamic Yield"),
    ("_epik", "Pinterest"),
    ("_fbc", "Meta"),
    ("_fbp", "Meta"),
    ("_ga", "Google Analytics"),
    ("_gac_*", "Google Ads"),
    ("_gcl_au", "Google Ads"),
    ("_gcl_aw", "Google Ads"),
    ("_gcl_dc", "Google Ads"),
    ("_gid", "Google Analytics"),
    ("_hjSessionUser_*", "Hotjar"),
    ("_hjid", "Hotjar"),
    ("_hp2_id.*", "Heap"),
    ("_hp5_meta.*", "Heap"),
    ("_lfa", "Leadfeeder"),
    ("_mkto_trk", "Adobe Marketo"),
    ("_parsely_visitor", "Parse.ly"),
    ("_pcid", "Piano Analytics"),
    ("_pin_unauth", "Pinterest"),
    ("_pk_id*", "Matomo"),
    ("_rdt_uuid", "Reddit"),
    ("_rdtrk", "RD Station"),
    ("_schn", "Snap"),
    ("_scid", "Snap"),
    ("_scid_r", "Snap"),
    ("_shopify_y", "Shopify"),
    ("_sp_id.*", "Snowplow"),
    ("_ttp", "TikTok"),
    ("_uetsid", "Microsoft Advertising"),
    ("_uetvid", "Microsoft Advertising"),
    ("_vwo_uuid", "VWO"),
    ("_vwo_uuid_v2", "VWO"),
    ("_ym_uid", "Yandex Metrica"),
    ("ab.storage.deviceId.*", "Braze"),
    ("ajs_anonymous_id", "Segment"),
    ("ajs_user_id", "Segment"),
    ("hubspotutk", "HubSpot"),
    ("intercom-device-id-*", "Intercom"),
    ("intercom-id-*", "Intercom"),
    ("li_fat_id", "LinkedIn"),
    ("mp_*_mixpanel", "Mixpanel"),
    ("optimizelyEndUserId", "Optimizely"),
    ("pa_vid", "Piano Analytics"),
    ("panoramaId", "Lotame"),
    ("rl_anonymous_id", "RudderStack"),
    ("rl_user_id", "RudderStack"),
    ("s_ecid", "Adobe Analytics"),
    ("s_fid", "Adobe Analytics"),
    ("s_vi*", "Adobe Analytics"),
    ("t_gid", "Taboola"),
    ("taboola_fp_td_user_id", "Taboola"),
    ("xnpe_*", "Bloomreach"),
];

/// Marks of the same vendors with names alike that tell nobody apart, or are another vendor's.
static NOT_WRITTEN: [&str; 4] = ["AMP_TEST*", "AMP_TLDTEST*", "AMP_TOKEN", "AMP_MKTG_*"];

/// Whose script writes a cookie of that name.
fn written(name: &str) -> Option<&'static (&'static str, &'static str)> {
    if let Ok(at) = WRITTEN.binary_search_by(|(known, _)| (*known).cmp(name)) {
        return WRITTEN.get(at);
    }
    let found = WRITTEN.iter().find(|(known, _)| is_called(name, known))?;
    (!NOT_WRITTEN.iter().any(|known| is_called(name, known))).then_some(found)
}

fn vendor(name: &str) -> Option<&'static str> {
    written(name).map(|(_, vendor)| *vendor)
}

#[cfg(test)]
mod tests {
    use super::{WRITTEN, vendor};

    #[test]
    fn tables_are_sorted() {
        assert!(WRITTEN.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn names() {
        assert_eq!(vendor("_ga"), Some("Google Analytics"));
        assert_eq!(vendor("_pk_id.1.1fff"), Some("Matomo"));
        assert_eq!(vendor("AMP_a2dbce0e18"), Some("Amplitude"));
        assert_eq!(vendor("mp_0a1b2c3d_mixpanel"), Some("Mixpanel"));
        for none in [
            "_gat",
            "_ga_9XKQ2B7TMN",
            "mp_lang",
            "_gauge",
            "ga",
            "AMP_TOKEN",
            "AMP_TEST_1",
            "mp_",
            "_hjSessionUser_",
            "_GA",
            "x_fbp",
        ] {
            assert_eq!(vendor(none), None, "{none}");
        }
    }
}
