//! beacon: the browser sends something to somebody in the background: a message of a script's, that a link was followed, or
//! a report that the site asked for.

use std::collections::BTreeMap;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::observation::{Part, RequestType, Stage};
use crate::order;
use crate::party;
use crate::seen::{Bounded, Details, Draft, Hosts, Memory, Place, Relation, Seen, State, What, Who};

/// Most collectors of reports of a page that are kept.
const MOST: usize = 64;
/// Most addresses of one header that are read.
const ADDRESSES: usize = 8;
/// Longest host that is kept, in bytes.
const HOST: usize = 128;

pub const DETECTOR: Detector = Detector {
    technique: "beacon",
    looks_for: "Requests that a page sends in the background, mostly when it is left (`sendBeacon`), to somebody else; \
                hyperlink auditing, which tells somebody else which link was followed; and answers by which a page or a frame \
                asks the browser to report errors to somebody else: Content-Security-Policy, Network Error Logging (NEL) \
                with Report-To, Reporting-Endpoints.",
    threshold: "One request of the types `ping`, `beacon` or `csp_report` to somebody else; with `Ping-To` it is hyperlink \
                auditing, as the HTML standard has it. Of headers, one collector under another registrable domain than the \
                page's. Report-To counts only where NEL or a policy uses it, and NEL not where `max_age` is 0.",
    severity: "Low: a beacon is a way of sending; what it carries is judged by other techniques. Moderate where somebody else \
               is told which links are followed, or, by NEL with a `success_fraction`, also of visits in which nothing failed.",
    sources: &[
        "https://searchfox.org/mozilla-central/source/dom/html/test/test_anchor_ping.html",
        "https://github.com/w3c/html/pull/1275/files",
        "https://web.dev/network-error-logging",
        "https://www.w3.org/TR/2018/WD-network-error-logging-1-20180925",
    ],
    harmless: &[
        "Sites measure by beacons how fast they load and what fails.",
        "Reports of errors go to a service that only collects them for the site; without an error nothing is sent.",
        "The collector may have the same owner as the site, under another domain.",
    ],
    blind_to: "A `fetch` that outlives the page looks like any other request. Browsers do not show extensions the reports \
               of NEL and of Reporting-Endpoints; that they are asked for is seen. Headers in `meta` elements are not seen.",
    limit: "",
    tells: 7,
    look: |seen, memory, out| match seen.stage() {
        Stage::Request => out.extend(sent(seen)),
        Stage::Sent => out.extend(audited(seen)),
        Stage::Answered => asked(seen, memory),
    },
    conclude: Some(conclude),
    reads: &[Part::RequestHeaders, Part::ResponseHeaders],
    ..PLAIN
};

/// Something that was sent in the background.
fn sent<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    let kind = match seen.kind() {
        RequestType::Ping => "beacon",
        RequestType::CspReport => "report",
        _ => return None,
    };
    seen.is_other().then(|| Draft {
        details: Details::default().with(What::Kind, kind),
        ..Draft::new(Level::Low, Confidence::Documented)
    })
}

/// That a link was followed.
#[inline(never)]
fn audited<'a>(seen: &Seen<'a>) -> Option<Draft<'a>> {
    (seen.is_other() && seen.header("ping-to").is_some()).then(|| Draft {
        details: Details::default().with(What::Kind, "link"),
        ..Draft::new(Level::Moderate, Confidence::Documented)
    })
}

/// By which header somebody is to be told of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Policy,
    Endpoints,
    Nel,
}

impl By {
    fn header(self) -> &'static str {
        match self {
            Self::Policy => "content-security-policy",
            Self::Endpoints => "reporting-endpoints",
            Self::Nel => "nel",
        }
    }
}

/// Who is to be told of what: by the host of the page or frame that asks for it, and the header.
#[derive(Debug, Default)]
struct Collectors {
    /// Whether also of visits in which nothing failed.
    of: Bounded<(usize, By, Box<str>), bool, MOST>,
}

impl State for Collectors {
    fn dropped(&self) -> u64 {
        self.of.dropped()
    }
}

/// What the answer that is a page or a frame asks for.
#[inline(never)]
fn asked(seen: &Seen<'_>, memory: &mut Memory) {
    if !matches!(seen.kind(), RequestType::MainFrame | RequestType::SubFrame) {
        return;
    }
    let headers = |name: &'static str| seen.headers().iter().filter(move |(known, _)| *known == name).map(|(_, v)| *v);
    let policies = || headers("content-security-policy").chain(headers("content-security-policy-report-only"));
    let by_group = policies().any(|policy| policy.contains("report-to"));
    let nel = headers("nel").find(|nel| number_of(nel, "max_age") != Some("0"));
    let often = nel.and_then(|nel| number_of(nel, "success_fraction"));
    let often = often.is_some_and(|often| often.bytes().any(|byte| matches!(byte, b'1'..=b'9')));
    let mut found: BTreeMap<(By, &str), bool> = BTreeMap::new();
    for text in policies() {
        found.extend(collectors(text).map(|host| ((By::Policy, host), false)));
    }
    for text in headers("reporting-endpoints") {
        found.extend(collectors(text).map(|host| ((By::Endpoints, host), false)));
    }
    for text in headers("report-to") {
        for host in collectors(text) {
            if nel.is_some() {
                found.insert((By::Nel, host), often);
            } else if by_group {
                found.insert((By::Policy, host), false);
            }
        }
    }
    for ((by, host), often) in found {
        let site = party::registrable(host);
        if site == seen.page_site || site == seen.facts().site.as_ref() {
            continue;
        }
        *memory.of::<Collectors>().of.entry((seen.host, by, site.to_ascii_lowercase().into())) |= often;
        memory.news();
    }
}

/// The hosts of the addresses in a header, however it is written.
fn collectors(text: &str) -> impl Iterator<Item = &str> {
    let behind = text.split("http").skip(1).take(ADDRESSES);
    behind.filter_map(|rest| {
        let rest = rest.strip_prefix('s').unwrap_or(rest).strip_prefix(':')?.trim_start_matches(['/', '\\']);
        let end = rest.bytes().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')));
        let host = rest.get(..end.unwrap_or(rest.len()))?;
        (host.contains('.') && host.len() <= HOST).then_some(host)
    })
}

/// The number that stands behind a name in JSON, as it is written.
fn number_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(name)?;
    let rest = rest.trim_start_matches(['"', '\\', ' ', '\t']).strip_prefix(':')?.trim_start();
    let end = rest.bytes().position(|b| !(b.is_ascii_digit() || b == b'.'));
    rest.get(..end.unwrap_or(rest.len())).filter(|number| !number.is_empty())
}

fn conclude<'a>(memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
    let Some(collectors) = memory.seen::<Collectors>() else { return };
    // Of whose sites it is known that they are the page's owner's, nobody else is told.
    let at_home = hosts.0.iter().filter(|host| host.relation != Relation::Other);
    let own = order::set(at_home.map(|host| host.site.as_ref()));
    for ((host, by, site), often) in collectors.of.iter() {
        let Some(asks) = hosts.get(*host).filter(|_| !own.contains(site.as_ref())) else { continue };
        let mut details = Details::default().with(What::Vendor, site);
        if *often {
            details.add(What::Kind, "every visit");
        }
        let level = if *often && asks.relation != Relation::Other { Level::Moderate } else { Level::Low };
        out.push(Draft {
            who: if asks.relation == Relation::Other { Who::Contacted } else { Who::Site },
            subject: Some((Place::Header, by.header())),
            host: Some(*host),
            details,
            ..Draft::new(level, Confidence::Documented)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{collectors, number_of};

    #[test]
    fn addresses_in_headers() {
        let text = r#"{"endpoints":[{"url":"https:\/\/a.nel.example\/report?s=x"},{"url":"http://b.example:8080"}]}"#;
        assert_eq!(collectors(text).collect::<Vec<_>>(), ["a.nel.example", "b.example"]);
        assert_eq!(collectors(r#"a="/own", b="https""#).count(), 0);
        assert_eq!(collectors("report-uri https://c.example").collect::<Vec<_>>(), ["c.example"]);
    }

    #[test]
    fn numbers_in_headers() {
        let nel = r#"{"success_fraction":0.05,"max_age": 0}"#;
        assert_eq!((number_of(nel, "success_fraction"), number_of(nel, "max_age")), (Some("0.05"), Some("0")));
        assert_eq!((number_of(nel, "group"), number_of("max_age", "max_age")), (None, None));
    }
}
