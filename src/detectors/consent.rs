//! consent: what a page says that the person agreed to, to whom it says so, and what happens before anybody was asked.

use std::collections::BTreeMap;

use super::{Detector, PLAIN, is_tracker};
use crate::consent::{self, Consent, gpp::Gpp, tcf::Tcf};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, RequestType, Stage};
use crate::order;
use crate::pseudonym::Value;
use crate::seen::endpoint::{Endpoint, Table};
use crate::seen::{Details, Draft, Hosts, Memory, Place, Seen, State, What, Who};

/// Hosts of consent tools, and all below them; sorted. Those that the maintained collection of technologies knows by the
/// address of their script.
///
/// <https://github.com/enthec/webappanalyzer/tree/main/src/technologies> (category 67, cookie compliance)
static TOOLS: Table<()> = Table::of(&[
    tool("app.cookieassistant.com"),
    tool("app.enzuzo.com"),
    tool("app.termly.io"),
    tool("cc.cdn.civiccomputing.com"),
    tool("cdn-cookieyes.com"),
    tool("cdn.biskoui.com"),
    tool("cdn.clarip.com"),
    tool("cdn.priv.center"),
    tool("cdn.truendo.com"),
    tool("choices.consentframework.com"),
    tool("cmp.osano.com"),
    tool("consensu.org"),
    tool("consent.cookiebot.com"),
    tool("consent.cookiefirst.com"),
    tool("consent.trustarc.com"),
    tool("consentcdn.cookiebot.com"),
    tool("cookie-script.com"),
    tool("cookiehub.net"),
    tool("cookielaw.org"),
    tool("cookieseal.com"),
    tool("evidon.com"),
    tool("fundingchoicesmessages.google.com"),
    tool("gdpr.privacymanager.io"),
    tool("iubenda.com"),
    tool("ketchcdn.com"),
    tool("privacy-center.org"),
    tool("seersco.com"),
    tool("trustcommander.net"),
    tool("usercentrics.eu"),
]);

const fn tool(host: &'static str) -> Endpoint<()> {
    Endpoint { host, path: "", what: () }
}

/// Most hosts that are kept for each of two questions.
const HOSTS: usize = 512;

pub const DETECTOR: Detector = Detector {
    technique: "consent",
    looks_for: "Consent strings that are handed to others (TCF 2, GPP, US Privacy, Google's gcs and gcd), and what they say: for \
                which purposes, to how many vendors. What Google is told to be granted by the site's own setting. On a page \
                with a consent tool: whether trackers were asked, or somebody was told of an agreement, before any choice was \
                seen.",
    threshold: "A string that can be read whole and says yes to anything. Before a choice: a known consent tool was loaded, the \
                page's own request carried no cookie of an earlier choice, and cookies are recorded at all. A choice is a POST to \
                the tool, or a request to it that records one.",
    severity: "High, and a sign only: trackers, or word of an agreement, before a choice. Moderate: Google is told that \
               everything is granted, by the site's setting and by nobody's choice. Low: an agreement is passed on; whether it \
               was given is not known.",
    sources: &[
        "https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework",
        "https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform",
        "https://github.com/InteractiveAdvertisingBureau/USPrivacy",
        "https://www.simoahava.com/analytics/consent-mode-v2-google-tags/",
        "https://github.com/analytics-debugger/gtm-template-server-side-google-consent-parser",
        "https://arxiv.org/abs/1911.09964",
        "https://github.com/enthec/webappanalyzer",
    ],
    harmless: &[
        "The person chose on an earlier visit, and the site keeps that where requests do not show it.",
        "Where the law lets people object instead of asking them first, an agreement may be what the site starts with.",
        "A tracker can be asked without being told who asks, so that no consent is needed.",
        "The person really agreed.",
    ],
    blind_to: "Whether a banner was shown, and whether it has a way to refuse: that is in the page, not on the wire. Choices \
               kept outside cookies, and consent that is told within code of the page only.",
    rights: &[Right::Privacy],
    reads: &[Part::Cookies, Part::Bodies],
    look: |seen, memory, out| {
        if seen.is_request() {
            let tool = seen.host_name() != seen.page_host && is_tool(seen.host_name());
            if seen.is_other() && !tool {
                told(seen, memory, out);
            }
            asked(seen, tool, memory);
        } else {
            cookies(seen, memory);
        }
    },
    conclude: Some(conclude),
    ..PLAIN
};

/// What of a page tells what came before a choice.
#[derive(Debug, Default)]
struct Before {
    /// The page's own host.
    page: Option<usize>,
    /// Whether a consent tool was loaded.
    tool: bool,
    /// Whether there are signs of an earlier choice.
    earlier: bool,
    /// Whether cookies were seen at all.
    cookies: bool,
    /// When a choice was first recorded.
    choice: Option<Moment>,
    /// When each tracker was first asked.
    trackers: Moments,
    /// When each host was first told of an agreement.
    told: Moments,
}

/// Hosts, and when something was first. They are only counted, so what has no room is not missed: the count says "and more".
type Moments = BTreeMap<usize, Moment>;

/// A time, or none that is known; that is before all others, so that the earliest is kept.
type Moment = Option<u64>;

impl State for Before {}

/// Keeps the earlier of two moments for a host. Gives whether that is news.
fn keep(table: &mut Moments, host: usize, time: Moment) -> bool {
    let room = table.len() < HOSTS;
    match table.get_mut(&host) {
        Some(known) if time < *known => *known = time,
        None if room => _ = table.insert(host, time),
        _ => return false,
    }
    true
}

fn is_tool(host: &str) -> bool {
    TOOLS.find(host, b"").is_some()
}

/// What a request tells others of an agreement.
#[inline(never)]
fn told<'a>(seen: &Seen<'a>, memory: &mut Memory, out: &mut Vec<Draft<'a>>) {
    let in_query = seen.params().map(|pair| (Place::Query, pair));
    let in_body = seen.body().map(|pair| (Place::Body, pair));
    let mut agreed = false;
    // What Google is told in detail says all that the other parameter does.
    let in_detail = || seen.param("gcd").is_some();
    for (place, (name, value)) in in_query.chain(in_body) {
        let Value::Text(_) = value else { continue };
        if !consent::is_called(known_as(name)) {
            continue;
        }
        let Some(said) = consent::read(known_as(name), &value.text()) else { continue };
        let Some((level, details)) = says(&said).filter(|_| !(matches!(said, Consent::GoogleStatus(_)) && in_detail()))
        else {
            continue;
        };
        agreed |= !matches!(said, Consent::UsPrivacy(_));
        out.push(Draft { subject: Some((place, name)), details, ..Draft::new(level, Confidence::Documented) });
    }
    if agreed {
        let before = memory.of::<Before>();
        if keep(&mut before.told, seen.host, seen.time()) && before.tool {
            memory.news();
        }
    }
}

/// A name without what it stands in: OpenRTB has `user.ext.consent`, where others say `gdpr_consent`.
fn known_as(name: &str) -> &str {
    let last = name.rsplit('.').next().unwrap_or(name);
    if last == "consent" && (name.ends_with("user.consent") || name.ends_with("user.ext.consent")) {
        return "gdpr_consent";
    }
    last
}

/// How grave what a string says is, and what of it is told; nothing where it says no to all.
fn says(said: &Consent) -> Option<(Level, Details)> {
    let mut details = Details::default();
    let mut level = Level::Low;
    match said {
        Consent::Tcf(tcf) if tcf.agrees() => agreed(tcf, &mut details),
        Consent::Gpp(gpp) => of_platform(gpp, &mut details)?,
        Consent::UsPrivacy(us) if us.objected == Some(false) => {
            details.add(What::Framework, "US Privacy");
            details.add(What::Purpose, "sale");
        }
        Consent::GoogleStatus(status) => {
            let kinds = [("ad_storage", status.advertising), ("analytics_storage", status.statistics)];
            for (kind, _) in kinds.into_iter().filter(|(_, granted)| *granted == Some(true)) {
                details.add(What::Purpose, kind);
            }
            details.iter().next()?;
            details.add(What::Framework, "Google gcs");
        }
        Consent::GoogleDetail(detail) => {
            detail.granted_unasked().for_each(|kind| details.add(What::Purpose, kind));
            details.iter().next()?;
            details.add(What::Framework, "Google gcd");
            level = Level::Moderate;
        }
        Consent::Tcf(_) | Consent::UsPrivacy(_) => return None,
    }
    Some((level, details))
}

fn agreed(tcf: &Tcf, details: &mut Details) {
    details.add(What::Framework, tcf.version());
    if tcf.purposes != 0 {
        details.add(What::Purpose, &consent::ranges(tcf.purposes));
    }
    if tcf.features & 1 == 1 {
        details.add(What::Purpose, "exact location");
    }
    details.add(What::Count, &tcf.vendors.to_string());
}

fn of_platform(gpp: &Gpp, details: &mut Details) -> Option<()> {
    if let Some(tcf) = gpp.tcf.filter(Tcf::agrees) {
        agreed(&tcf, details);
    }
    let us = gpp.us_privacy.and_then(|us| us.objected);
    if gpp.objected == Some(false) || us == Some(false) {
        details.add(What::Purpose, "sale");
    }
    details.iter().next()?;
    details.add(What::Framework, "GPP");
    Some(())
}

/// Keeps who was asked, and when.
fn asked(seen: &Seen<'_>, tool: bool, memory: &mut Memory) {
    let time = seen.time();
    let mut news = false;
    if seen.host_name() == seen.page_host {
        let before = memory.of::<Before>();
        news |= before.page.is_none();
        before.page = Some(seen.host);
    } else if tool {
        let before = memory.of::<Before>();
        news |= !before.tool;
        before.tool = true;
        let records = seen.address.path().windows(10).any(|part| part == b"logconsent");
        if records || seen.method().eq_ignore_ascii_case("post") {
            let earlier = before.choice.is_none_or(|known| time < known);
            news |= earlier;
            before.choice = if earlier { Some(time) } else { before.choice };
        }
    } else if seen.is_other() && is_tracker(seen) {
        news |= keep(&mut memory.of::<Before>().trackers, seen.host, time);
    }
    if news && memory.of::<Before>().tool {
        memory.news();
    }
}

/// Looks for signs of an earlier choice.
#[inline(never)]
fn cookies(seen: &Seen<'_>, memory: &mut Memory) {
    let mut names = seen.cookies().map(|(name, _)| name);
    let first = names.next();
    if first.is_none() && seen.header("set-cookie").is_none() {
        return;
    }
    let of_page = seen.stage() == Stage::Sent && seen.kind() == RequestType::MainFrame;
    let before = memory.of::<Before>();
    let (cookies, earlier) = (before.cookies, before.earlier);
    before.cookies = true;
    before.earlier |= of_page && first.into_iter().chain(names).any(is_choice);
    if before.tool && (before.cookies, before.earlier) != (cookies, earlier) {
        memory.news();
    }
}

/// Whether a cookie keeps what was chosen, or may: tools call theirs so, and some set them before there is a choice.
fn is_choice(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["consent", "gdpr", "optanon", "didomi", "cookie_notice", "notice_preferences", "fccdcf", "cmp", "usprivacy"]
        .iter()
        .any(|word| name.contains(word))
}

fn conclude<'a>(memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
    let Some(before) = memory.seen::<Before>() else { return };
    let Some(page) = before.page.filter(|_| before.tool && before.cookies && !before.earlier) else { return };
    let is_before = |time: Moment| match before.choice {
        None => true,
        // Without a time nobody knows which came first.
        Some(choice) => choice.zip(time).is_some_and(|(choice, time)| time < choice),
    };
    let mut say = |subject, table: &Moments| {
        let early = table.iter().filter(|(_, time)| is_before(**time));
        let whose = order::set(early.filter_map(|(&host, _)| hosts.get(host)).map(|host| &host.org));
        if !whose.is_empty() {
            out.push(Draft {
                who: Who::Site,
                subject: Some((Place::Connection, subject)),
                host: Some(page),
                details: Details::default()
                    .with(What::Count, &format!("{}{}", whose.len(), if table.len() < HOSTS { "" } else { "+" })),
                ..Draft::new(Level::High, Confidence::Indicated)
            });
        }
    };
    say("asked-before-choice", &before.trackers);
    say("agreed-before-choice", &before.told);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_by_any_part_of_their_name() {
        assert!(TOOLS.is_sorted());
        assert!(["cdn.cookielaw.org", "cookielaw.org", "clickio.mgr.consensu.org"].into_iter().all(is_tool));
        assert!(!["cookielaw.org.example", "notcookielaw.org", "org", "trustarc.com", ""].into_iter().any(is_tool));
    }

    #[test]
    fn names_within_a_bid() {
        assert_eq!(known_as("user.ext.consent"), "gdpr_consent");
        assert_eq!(known_as("regs.ext.us_privacy"), "us_privacy");
        assert_eq!(known_as("consent"), "consent");
        assert_eq!(known_as("settings.consent"), "consent");
    }
}
