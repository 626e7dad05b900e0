//! Lists in others' formats, read from files of our own making (`tests/feeds`): every entry with its line, every line that is
//! none with its reason, and nothing that a file can do to the reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use onlooker::audit::Engine;
use onlooker::error::{Error, Refusal};
use onlooker::feeds::{self, About, Feed, Format};
use onlooker::observation::RequestType;
use onlooker::rules::added::AddedLists;
use onlooker::rules::budget;
use onlooker::rules::compile::{Filing, ListSource};
use onlooker::rules::list;
use onlooker::rules::rule::Flags;
use proptest::prelude::*;

const FILES: [(&str, Format); 6] = [
    ("bundle.stix2", Format::Stix),
    ("domains.txt", Format::Domains),
    ("ioc.yaml", Format::Ioc),
    ("hosts", Format::Hosts),
    ("blocker.txt", Format::Abp),
    ("roots.csv", Format::Ccadb),
];

fn file(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds").join(name)).unwrap()
}

/// Line, rule and heading of each entry.
fn entries<'a>(feed: &'a Feed<'_>) -> Vec<(u32, &'a str, &'a str)> {
    feed.entries.iter().map(|e| (e.line, e.rule.as_ref(), feed.headings[e.heading].as_str())).collect()
}

fn left_out<'a>(feed: &'a Feed<'_>) -> Vec<(&'a str, u64, &'a [u32])> {
    feed.left_out().map(|(why, left)| (why, left.count, left.lines.as_slice())).collect()
}

fn abouts(feed: &Feed<'_>) -> Vec<About> {
    feed.entries.iter().map(|entry| entry.about).collect()
}

#[test]
fn a_bundle() {
    let bytes = file("bundle.stix2");
    let feed = feeds::read("folder/bundle.stix2", &bytes).unwrap();
    assert_eq!((feed.name.as_str(), feed.title.as_str()), ("bundle.stix2", "Glasshouse, Lantern"));
    assert_eq!((feed.date.as_str(), feed.version.as_str()), ("2026-03-04T05:06:07Z", ""));
    assert_eq!((feed.licence.as_str(), feed.attribution.as_str()), ("CC BY 4.0", "Laboratory of Examples"));
    assert_eq!(
        entries(&feed),
        [
            (11, "||infect.glasshouse.example^", "Glasshouse"),
            (14, "||collect.glasshouse.example^", "Lantern"),
            (14, "||shared.example/drop/in?k=1^", "Lantern"),
            (14, "||203.0.113.77^", "Lantern"),
            (19, "||one.example^", "b[.]example"),
            (20, "||two.example^", "a quote"),
            (35, "||xn--bcher-kva.example^", ""),
        ]
    );
    assert!(abouts(&feed).iter().all(|about| *about == About::Indicator));
    assert_eq!(feed.entries[0].text, "[domain-name:value='infect.glasshouse.example']", "as the file has it");
    assert_eq!(
        left_out(&feed),
        [
            ("duplicate", 1, &[32][..]),
            ("no-pattern", 2, &[30, 31]),
            ("not-a-host", 1, &[27]),
            ("not-about-hosts", 2, &[20, 21]),
            ("not-an-indicator", 5, &[33, 34, 34, 34, 34]),
            ("pattern-combined", 1, &[22]),
            ("pattern-damaged", 1, &[24]),
            ("pattern-not-stix", 1, &[29]),
            ("pattern-not-supported", 1, &[23]),
            ("public-suffix", 1, &[26]),
            ("revoked", 1, &[28]),
            ("shared-host", 1, &[25]),
        ]
    );
}

#[test]
fn a_list_of_domains() {
    let bytes = file("domains.txt");
    let feed = feeds::read("domains.txt", &bytes).unwrap();
    assert_eq!((feed.title.as_str(), feed.date.as_str()), ("Domains of our own making", "2026-05-06"));
    assert_eq!((feed.licence.as_str(), feed.attribution.as_str()), ("CC0-1.0", "Nobody"));
    assert_eq!(
        entries(&feed),
        [
            (6, "||spy.example^", ""),
            (7, "||other.example^", ""),
            (8, "||wild.example^", ""),
            (9, "||defanged.example^", ""),
            (10, "||url.example/path?x=1^", ""),
            (11, "||203.0.113.5^", ""),
            (21, "||xn--bcher-kva.example^", ""),
            (22, "||cr.example^", ""),
        ]
    );
    assert!(abouts(&feed).iter().all(|about| *about == About::Listed));
    assert_eq!(
        left_out(&feed),
        [
            ("control-character", 1, &[23][..]),
            ("duplicate", 1, &[14]),
            ("ipv6-address", 1, &[12]),
            ("local-name", 1, &[17]),
            ("not-a-host", 3, &[18, 19, 25]),
            ("not-public-address", 1, &[13]),
            ("not-utf-8", 1, &[24]),
            ("public-suffix", 2, &[15, 16]),
        ]
    );
}

#[test]
fn an_ioc_yaml() {
    let bytes = file("ioc.yaml");
    let feed = feeds::read("ioc.yaml", &bytes).unwrap();
    assert_eq!((feed.title.as_str(), feed.licence.as_str()), ("", "CC BY 4.0"));
    assert_eq!(feed.shown_title(), "ioc.yaml");
    assert_eq!(
        entries(&feed),
        [
            (13, "||watchful.example^", "Watchful Parent"),
            (14, "||www.watchful.example^", "Watchful Parent"),
            (16, "||download.watchful.example^", "Watchful Parent"),
            (19, "||203.0.113.9^", "Watchful Parent"),
            (22, "||api.watchful.example^", "Watchful Parent"),
            (23, "||collect.watchful.example^", "Watchful Parent"),
            (27, "||single.example^", ""),
            (35, "||deeper.example^", ""),
            (36, "||watchful.appspot.com^", ""),
            (40, "||nameless.example^", ""),
        ]
    );
    let (site, indicator) = (About::VendorSite, About::Indicator);
    assert_eq!(
        abouts(&feed),
        [site, site, indicator, indicator, indicator, indicator, site, indicator, indicator, site]
    );
    assert_eq!(
        left_out(&feed),
        [
            ("duplicate", 1, &[24][..]),
            ("not-about-hosts", 2, &[9, 11]),
            ("not-public-address", 1, &[20]),
            ("public-suffix", 1, &[37]),
            ("unknown-key", 2, &[29, 44]),
            ("yaml-not-read", 5, &[25, 26, 30, 43, 45]),
        ]
    );
}

#[test]
fn a_hosts_file() {
    let bytes = file("hosts");
    let feed = feeds::read("hosts", &bytes).unwrap();
    assert_eq!(
        entries(&feed),
        [
            (8, "||ads.example^", ""),
            (9, "||one.example^", ""),
            (9, "||two.example^", ""),
            (10, "||six.example^", ""),
            (13, "||good.example^", ""),
            (15, "||plain.example^", ""),
        ]
    );
    assert_eq!(
        left_out(&feed),
        [
            ("duplicate", 1, &[14][..]),
            ("local-name", 6, &[2, 3, 3, 4, 5]),
            ("maps-elsewhere", 1, &[12]),
            ("no-name", 1, &[11]),
            ("not-a-host", 2, &[13, 16]),
        ]
    );
}

#[test]
fn a_blockers_list() {
    let bytes = file("blocker.txt");
    let feed = feeds::read("blocker.txt", &bytes).unwrap();
    assert_eq!((feed.version.as_str(), feed.date.as_str()), ("202605061200", "06 May 2026"));
    assert_eq!(feed.licence, "GPL-3.0");
    let counters: Vec<u32> = entries(&feed).iter().filter(|e| e.2 == "Counters").map(|e| e.0).collect();
    assert_eq!(counters, [8, 9, 10, 11, 12, 13, 14, 15, 16, 19, 29]);
    assert_eq!(entries(&feed)[9], (19, "||twice.example^", "Counters"));
    assert_eq!(
        left_out(&feed),
        [
            ("badfilter", 1, &[18][..]),
            ("cancelled-by-badfilter", 1, &[17]),
            ("cosmetic", 2, &[21, 22]),
            ("duplicate", 1, &[20]),
            ("no-supported-domains", 1, &[27]),
            ("option-csp", 1, &[25]),
            ("option-popup", 1, &[23]),
            ("option-skript", 1, &[26]),
            ("regex-not-supported", 1, &[24]),
        ]
    );
}

#[test]
fn a_table_of_roots() {
    let bytes = file("roots.csv");
    let feed = feeds::read("roots.csv", &bytes).unwrap();
    let roots: Vec<(&str, &str, &str, u32)> =
        feed.roots.iter().map(|r| (&r.sha256[..4], r.owner.as_str(), r.country.as_str(), r.line)).collect();
    assert_eq!(
        roots,
        [("aaaa", "Example Trust, Inc.", "Exampleland", 2), ("0f0f", "State Root", "XX", 4)],
        "a certificate within a row is over several lines"
    );
    assert!(feed.roots.iter().all(|root| root.sha256.len() == 64));
    assert_eq!(left_out(&feed), [("no-fingerprint", 1, &[5][..]), ("wrong-columns", 2, &[6, 8])]);
    assert_eq!(feed.pack().unwrap_err().variant(), "feed-roots-only", "nothing judges by roots yet");
}

#[test]
fn tables_as_the_ccadb_has_them() {
    let (one, two) = ("A1".repeat(32), "b2".repeat(32));
    // All certificate records, by some of its columns in their order: intermediates are no roots.
    let all = format!(
        "\"CA Owner\",\"Certificate Name\",\"Certificate Record Type\",\"SHA-256 Fingerprint\",\"Parent SHA-256 Fingerprint\",\"Country\"\n\
         \"First Trust\",\"Root X\",\"Root Certificate\",\"{one}\",\"\",\"Exampleland\"\n\
         \"First Trust\",\"Issuing Y\",\"Intermediate Certificate\",\"{two}\",\"{one}\",\"Exampleland\"\n"
    );
    let feed = feeds::read("all.csv", all.as_bytes()).unwrap();
    let told = |feed: &Feed<'_>| -> Vec<(String, String, String)> {
        feed.roots.iter().map(|root| (root.sha256.clone(), root.owner.clone(), root.country.clone())).collect()
    };
    assert_eq!(told(&feed), [(one.to_lowercase(), "First Trust".into(), "Exampleland".into())]);
    assert_eq!(left_out(&feed), [("not-a-root", 1, &[3][..])]);
    // Mozilla's included roots: whom an authority serves is not where it sits.
    let included = format!(
        "\"Owner\",\"Certificate Issuer Organization\",\"SHA-256 Fingerprint\",\"Subject + SPKI SHA256\",\"Geographic Focus\",\"PEM Info\"\n\
         \"Second Trust\",\"Issuer\",\"{two}\",\"{one}\",\"Global\",\"'-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----'\"\n"
    );
    let feed = feeds::read("included.csv", included.as_bytes()).unwrap();
    assert_eq!(told(&feed), [(two, "Second Trust".into(), String::new())]);
}

#[test]
fn what_is_no_list_is_refused_with_its_reason() {
    let large = vec![b'a'; feeds::MAX_BYTES + 1];
    let utf16: Vec<u8> = "\u{feff}spy.example".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = format!("{{\"type\":\"bundle\",\"objects\":[{}]}}", "[".repeat(100_000));
    let cases: [(&[u8], &str); 18] = [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf \r\n\n", "it is empty"),
        (&large, "larger than 32 MB"),
        (&utf16, "UTF-16"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (b"PK\x03\x04", "compressed"),
        (b"<!doctype html><title>404</title>", "a web page"),
        (b"[{\"type\":\"indicator\"}]", "no STIX bundle"),
        (b"{\"a\":1}", "no STIX bundle"),
        (b"{\"type\":\"bundle\"}", "no STIX bundle"),
        (b"{\"type\":\"bundle\",\"objects\":7}", "no STIX bundle"),
        (b"{\"type\":\"bundle\",\"objects\":[]}", "nothing in it is about hosts"),
        (b"{\"type\":\"bundle\",\n\"objects\":[{}\n{}]}", "from line 3 on"),
        (b"{\"type\":\"bundle\",\"objects\":[{}]} x", "not whole JSON"),
        (b"{\"type\":\"bundle\",\"objects\":[{\"a\":\"\xff\"}]}", "not whole JSON"),
        (deep.as_bytes(), "not whole JSON"),
        (b"# nothing\n# but comments\n", "nothing in it is about hosts"),
        (b"\nno\nhosts at all\n", "most often: not-a-host, 2 times, first in line 2"),
    ];
    for (bytes, why) in cases {
        let error = feeds::read("x", bytes).expect_err(why);
        assert!(error.variant().starts_with("feed-"), "{}", error.variant());
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
}

#[test]
fn a_mark_of_byte_order_and_windows_lines_change_nothing_but_the_sum() {
    for (name, format) in FILES {
        let bytes = file(name);
        let feed = feeds::read(name, &bytes).unwrap();
        assert_eq!(feed.format, format);
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes());
        if name == "domains.txt" {
            continue; // Its bytes are not all UTF-8.
        }
        let again = feeds::read(name, &marked).unwrap();
        assert_eq!(entries(&again), entries(&feed), "{name}");
        assert_eq!(left_out(&again), left_out(&feed), "{name}");
        assert_eq!(again.roots, feed.roots, "{name}");
        assert_ne!(again.sha256, feed.sha256);
    }
}

#[test]
fn more_than_is_kept_is_counted() {
    let text: String = (0..feeds::MAX_ENTRIES + 3).map(|n| format!("h{n}.example\n")).collect();
    let feed = feeds::read("many", text.as_bytes()).unwrap();
    assert_eq!(feed.entries.len(), feeds::MAX_ENTRIES);
    let first = u32::try_from(feeds::MAX_ENTRIES + 1).unwrap();
    assert_eq!(left_out(&feed), [("entry-limit", 3, &[first, first + 1, first + 2][..])]);
    let mut engine = bundled();
    engine.add_list(feed.pack().unwrap()).unwrap();
    let found = engine.explain("https://h77.example/", "https://page.example/", RequestType::Image).unwrap();
    assert_eq!(
        found.rules.iter().map(|rule| (rule.line, rule.text.as_str())).collect::<Vec<_>>(),
        [(78, "||h77.example^")]
    );
}

fn bundled() -> Engine {
    Engine::from_pack(fs::read("pkg/onlooker.pack").expect("pkg/onlooker.pack is missing: ./build.sh build makes it"))
        .unwrap()
}

#[test]
fn the_order_of_adding_means_nothing_and_nothing_is_added_twice() {
    let packs: Vec<Vec<u8>> =
        FILES[..5].iter().map(|(name, _)| feeds::read(name, &file(name)).unwrap().pack().unwrap()).collect();
    let asked = |engine: &mut Engine| {
        let log = onlooker::wire::Log::from_json(
            br#"{"schema":"onlooker-log/1","pages":[{"url":"https://page.example/","observations":[
                {"kind":"request","id":"1","url":"https://one.example/a.js","type":"script"},
                {"kind":"request","id":"2","url":"https://infect.glasshouse.example/","type":"image"},
                {"kind":"request","id":"3","url":"https://counter.example/x.js","type":"script"}]}]}"#,
        )
        .unwrap();
        let pages: Vec<_> = log.into_pages().iter().map(|page| engine.audit(page)).collect();
        onlooker::wire::json(&onlooker::wire::Report::from(engine.report(&pages).unwrap())).unwrap()
    };
    let mut engine = bundled();
    let without = asked(&mut engine);
    packs.iter().for_each(|pack| engine.add_list(pack.clone()).unwrap());
    let with = asked(&mut engine);
    assert_ne!(with, without);
    engine.remove_lists();
    assert_eq!(asked(&mut engine), without, "lists that were taken out leave nothing behind");
    packs.iter().rev().chain(&packs).for_each(|pack| engine.add_list(pack.clone()).unwrap());
    assert_eq!(asked(&mut engine), with);
    let ids: Vec<u32> = engine.lists().unwrap().iter().map(|list| list.id).filter(|id| *id >= 1 << 31).collect();
    assert_eq!(ids.len(), 5);
    assert!(ids.is_sorted());
}

#[test]
fn only_packs_of_added_lists_are_added() {
    let mut engine = bundled();
    let good = feeds::read("hosts", &file("hosts")).unwrap().pack().unwrap();
    let bundled = fs::read("pkg/onlooker.pack").unwrap();
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let list = list::List {
        rules: vec![list::Parsed::new(1, "||a.example^", Flags(Flags::HOST_RULE), 0)],
        ..Default::default()
    };
    let text = String::new;
    let source =
        ListSource { id: 7, technique: 0, source: text(), licence: text(), attribution: text(), sha256: text(), list };
    let numbered = onlooker::rules::compile::added(&source, &Filing::default()).unwrap();
    for (what, bytes, variant) in [
        ("the bundled lists", bundled, "pack-foreign"),
        ("one with a bundled list's number", numbered, "pack-foreign"),
        ("the file itself", file("hosts"), "pack-foreign"),
        ("another version's", changed(8), "pack-version"),
        ("a damaged one", changed(good.len() / 2), "pack-damaged"),
        ("one cut off", good[..good.len() - 1].to_vec(), "pack-damaged"),
    ] {
        assert_eq!(engine.add_list(bytes).unwrap_err().variant(), variant, "{what}");
    }
    assert!(engine.lists().unwrap().iter().all(|list| list.id < 1 << 31), "none of them was added");
    for n in 0..onlooker::rules::added::MAX_LISTS {
        let text = format!("list{n}.example");
        engine.add_list(feeds::read("x", text.as_bytes()).unwrap().pack().unwrap()).unwrap();
    }
    assert_eq!(engine.add_list(good).unwrap_err().variant(), "feed-full", "each list is asked for every request");
}

/// How many lines of a blocker's list become rules, and how many are over what a request may cost.
fn kept(one: impl Fn(usize) -> String, count: usize) -> (usize, u64) {
    let text: String = std::iter::once("[Adblock Plus]\n".to_owned()).chain((0..count).map(one)).collect();
    match feeds::read("x", text.as_bytes()) {
        Ok(feed) => {
            // What is kept can be compiled, and is all there.
            let mut lists = AddedLists::default();
            lists.add(feed.pack().unwrap().into(), 0).unwrap();
            assert_eq!(lists.iter().map(|list| list.index.len()).sum::<usize>(), feed.entries.len());
            (feed.entries.len(), feed.skipped.0.get(budget::OVER).map_or(0, |left| left.count))
        }
        Err(Error::Feed(Refusal::Nothing { why, count, .. })) if why == budget::OVER => (0, count),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_would_be_tried_for_too_many_addresses_is_left_out_and_counted() {
    let (rules, bytes) = (budget::KEY.rules as usize, budget::KEY.bytes as usize);
    // Under a common word, under a host by different options, under a host by its letters.
    for one in [
        (|n| format!("/js/abcd{n}\n")) as fn(usize) -> String,
        |n| format!("/js/*e{n}*e\n"),
        |n| format!("||a.example/abcd{n}\n"),
        |n| format!("||a.example^$domain=~b{n}.example\n"),
    ] {
        assert_eq!(kept(one, rules), (rules, 0), "{}", one(0));
        assert_eq!(kept(one, rules + 7), (rules, 7), "{}", one(0));
    }
    let letters = |n: usize| -> String {
        "google-analytics.com"
            .char_indices()
            .map(|(at, c)| if n >> at & 1 == 1 { c.to_ascii_uppercase() } else { c })
            .collect()
    };
    let spelt = |n: usize| format!("||{}^\n", letters(n));
    let (few, over) = kept(spelt, 8_000);
    assert!(few <= rules && over > 0, "{few} {over}");
    // Pages that a rule speaks of are read where it matches.
    let pages = |n: usize| format!("/js/abcd{n}$domain={}\n", "~a.example|".repeat(90) + "~b.example");
    let room = bytes / (pages(100).len() - 1);
    let (few, over) = kept(pages, room + 50);
    assert!((room - 5..=room + 5).contains(&few) && over > 40, "{few} of {room}");
    // Where a word of its own or a page tells, there may be as many as there are.
    assert_eq!(kept(|n| format!("-w{n}-\n"), 20_000), (20_000, 0));
    assert_eq!(kept(|n| format!("*x*$domain=p{n}.example\n"), 20_000), (20_000, 0));
    // A rule about many pages is filed under each.
    let many = |n: usize| {
        format!("*x*$domain={}\n", (0..3_000).map(|page| format!("p{n}-{page}.example")).collect::<Vec<_>>().join("|"))
    };
    let room = budget::PLACES / 3_000;
    assert_eq!(kept(many, room + 3), (room, 3));
}

#[test]
fn what_would_be_tried_for_every_request_is_left_out_and_counted() {
    let rules = budget::ALWAYS.rules as usize;
    assert_eq!(kept(|n| format!("*x{n}*$third-party\n"), rules + 9), (rules, 9));
    // By their states: each of these has some thousand.
    let states = |n: usize| format!("/[a-z]{{{}}}x/\n", 1_000 + n);
    let (few, over) = kept(states, 20);
    assert!((3..=4).contains(&few), "{few}");
    assert_eq!(few as u64 + over, 20);
}

#[test]
fn regular_expressions_are_counted_before_they_are_compiled() {
    let all = budget::REGEXES;
    let rules = all.rules as usize;
    assert_eq!(kept(|n| format!("/\\/w{n}\\//\n"), rules + 5), (rules, 5));
    // What cannot be compiled counts too.
    let text = format!("[Adblock Plus]\n{}/\\/w\\//\n", "/a(?=b)/\n".repeat(rules));
    let refused = feeds::read("x", text.as_bytes()).unwrap_err();
    assert_eq!(refused, Error::Feed(Refusal::Nothing { why: "regex-not-supported".into(), count: 1_000, line: 2 }));
    // Long ones, which take their time to read alone.
    let long = |n: usize| format!("/\\/w{n}\\/[{}]/\n", "ab".repeat(1_000));
    assert_eq!(
        kept(long, 200),
        (all.bytes as usize / (long(10).len() - 1), 200 - all.bytes as u64 / (long(10).len() as u64 - 1))
    );
    // One alone that is too large, and many that are together.
    assert_eq!(kept(|_| format!("/\\/w[a-z]{{{}}}/\n", budget::KEY.states), 1), (0, 1));
    let states = |n: usize| format!("/\\/w{n}\\/[a-z]{{995}}/\n");
    let (few, over) = kept(states, 60);
    assert_eq!((few, over), (15, 45), "16,000 states in all");
}

#[test]
fn lists_together_cost_no_more_than_is_said() {
    let pack = |list: usize, one: &dyn Fn(usize) -> String, count: u32| {
        let text: String = (0..count as usize).map(|n| one(list * 10_000 + n)).collect();
        feeds::read("x", format!("[Adblock Plus]\n! list {list}\n{text}").as_bytes()).unwrap().pack().unwrap()
    };
    let fit = |one: &dyn Fn(usize) -> String, count: u32| {
        let mut lists = AddedLists::default();
        let packs: Vec<_> = (0..6).map(|list| pack(list, one, count)).collect();
        let first = packs.iter().position(|pack| match lists.add(pack.clone().into(), 0) {
            Ok(()) => false,
            Err(error) => {
                assert_eq!(error, Error::Feed(Refusal::TooManyTried));
                true
            }
        });
        // In the other order as many, and one that is there already is no new load.
        let mut again = AddedLists::default();
        let other = packs.iter().rev().take_while(|pack| again.add(pack.to_vec().into(), 0).is_ok()).count();
        assert_eq!(other, first.unwrap_or(6));
        if let Some(pack) = packs.first().filter(|_| first != Some(0)) {
            lists.add(pack.clone().into(), 0).unwrap();
        }
        first
    };
    let (bucket, always, regexes, states) = budget::TOGETHER;
    assert_eq!(fit(&|n| format!("/js/abcd{n}\n"), budget::KEY.rules), Some((bucket / budget::KEY.rules) as usize));
    assert_eq!(fit(&|n| format!("*x{n}*$third-party\n"), 250), Some((always / 250) as usize));
    assert_eq!(fit(&|n| format!("/\\/w{n}\\//\n"), 1_000), Some((regexes / 1_000) as usize));
    assert_eq!(fit(&|n| format!("||h{n}.example^\n"), 9_000), None);
    assert_eq!(fit(&|n| format!("/\\/w{n}\\/[a-z]{{990}}/\n"), 15), Some((states / 15_000) as usize));
}

/// A page that knows a list made for it: what all of its rules that an address meets would cost is more than is spent.
#[test]
fn one_request_makes_a_limited_number_of_steps() {
    use onlooker::observation::RequestType;
    use onlooker::rules::index::PageContext;

    // Below every limit of a list: ten words with ten expressions each, of which all states are alive at once; and globs that
    // begin anew at each byte.
    let regexes: String =
        (0..100).map(|n| format!("/\\/kw{}\\/.*a[ab]{{{}}}[xyz]q/\n", n / 10, 130 + n % 10)).collect();
    let globs: String = (0..200).map(|n| format!("/kw0/*{}bbc\n", "a".repeat(300 + n))).collect();
    let words: String = (0..10).map(|n| format!("kw{n}/")).collect();
    let page = PageContext::new("page.example");
    for rules in [regexes, globs] {
        let text = format!("[Adblock Plus]\n{rules}||x.example^\n");
        let feed = feeds::read("x", text.as_bytes()).unwrap();
        assert!(!feed.skipped.0.contains_key(budget::OVER));
        let mut lists = AddedLists::default();
        lists.add(feed.pack().unwrap().into(), 0).unwrap();
        let mut ask = |url: String| {
            let mut address = onlooker::address::Address::new();
            address.read(url.as_bytes()).unwrap();
            let mut steps = budget::STEPS;
            let list = lists.iter().next().unwrap();
            let mut index = onlooker::rules::index::Index::open(&list.pack).unwrap();
            index.count_regexes(budget::REGEXES.rules as usize);
            let mut found = onlooker::rules::index::Matches::default();
            index.matches_within(&list.pack, (&page, &address, RequestType::Script, true), &mut steps, &mut found);
            lists.ask(&page, &address, RequestType::Script, true);
            assert_eq!((lists.over(), lists.name_it()), (found.over, !found.blocking.is_empty()));
            (found.over, budget::STEPS - steps)
        };
        let (over, steps) = ask(format!("https://x.example/{words}{}bxbbxbbcxyzq", "a".repeat(3_900)));
        assert!(over && steps <= budget::STEPS && steps > budget::STEPS / 2, "{steps}");
        // An ordinary address is not near, and the next one is asked in full.
        let (over, steps) = ask("https://x.example/kw0/a.js?b=c".to_owned());
        assert!(!over && steps < budget::STEPS / 8, "{steps}");
    }
}

/// Nothing that real lists have is left out for its cost: the bundled ones, and every other one of their package.
#[test]
fn real_lists_are_far_below_every_limit() {
    let folder = "node_modules/@adguard/dnr-rulesets/dist/filters/declarative";
    let (mut lists, mut together) = (0, AddedLists::default());
    for entry in fs::read_dir(folder).expect("npm ci has not been run") {
        let path = entry.unwrap().path();
        let file = fs::read(path.join(path.file_name().unwrap()).with_extension("json")).unwrap();
        let elements: Vec<serde_json::Value> = serde_json::from_slice(&file).unwrap();
        let Some(text) = elements[0].pointer("/metadata/rawFilterList").and_then(|text| text.as_str()) else {
            continue;
        };
        let Ok(feed) = feeds::read("x", text.as_bytes()) else { continue };
        lists += 1;
        assert!(!feed.skipped.0.contains_key(budget::OVER), "{}", feed.title);
        if text.len() < 500_000 && together.iter().count() < 31 {
            together.add(feed.pack().unwrap().into(), 0).unwrap();
        }
    }
    assert!(lists > 40, "{lists} lists");
    // Nor is a rule of theirs left untried for the longest address that is judged, with what such addresses are made of.
    let page = onlooker::rules::index::PageContext::new("www.page.example");
    let parts =
        ["ads/", "js/9f8e7d6c5b4a.js?", "id=1234567&", "u=https%3A%2F%2Fpage.example%2F&", "a-b_c.d/", "XyZ012/"];
    let long = |seed: usize| (0..4_096).map(|n| parts[(n * n + seed * n) % parts.len()]).collect::<String>();
    for seed in 0..40 {
        let mut address = onlooker::address::Address::new();
        address.read(format!("https://cdn{seed}.ads.example/{}", &long(seed)[..4_060]).as_bytes()).unwrap();
        together.ask(&page, &address, onlooker::observation::RequestType::Script, true);
        assert!(!together.over(), "{seed}");
    }
}

#[test]
fn what_is_not_asked_for_is_not_built() {
    // Deeper, and more, than a reader that builds it would survive.
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let bundle = format!(
        "{{\"x\":{deep},\"type\":\"bundle\",\"objects\":[{{\"y\":{deep},\"type\":\"indicator\",\"name\":{deep},\n\"pattern\":\"[domain-name:value='a.example']\"}}]}}"
    );
    let feed = feeds::read("x", bundle.as_bytes()).unwrap();
    assert_eq!(entries(&feed), [(2, "||a.example^", "")]);
}

#[test]
fn headings_are_kept_once_and_none_that_nothing_stands_under() {
    let mut objects = String::new();
    for n in 0..1_000 {
        objects += &format!(
            "{{\"type\":\"indicator\",\"name\":\"{}\",\"pattern\":\"[domain-name:value='h{n}.example']\"}},",
            ["One", "Two"][n % 2]
        );
    }
    let bundle = format!("{{\"type\":\"bundle\",\"objects\":[{}{{}}]}}", objects);
    let feed = feeds::read("x", bundle.as_bytes()).unwrap();
    assert_eq!((feed.entries.len(), feed.headings.as_slice()), (1_000, &["One".to_owned(), "Two".to_owned()][..]));

    let long = "x".repeat(60_000);
    let text = format!(
        "! SECTION: {long}\n{}||a.example^\n||c.example^\n! SECTION: y\n||b.example^\n",
        "! Company name: c\n".repeat(1_000)
    );
    let list = list::read(list::lines(&text), &[], feeds::meaning);
    assert_eq!(list.headings.len(), 3, "none, and the two that something stands under");
    assert_eq!((list.headings[1].title.len(), list.headings[1].company.as_str()), (list::MAX_WORDS, "c"));
    assert_eq!(list.rules.iter().map(|rule| rule.section).collect::<Vec<_>>(), [1, 1, 2]);
}

#[test]
fn a_name_behind_the_hosts_is_theirs_and_the_last_one_counts() {
    let text = "- websites:\n  - a.example\n  name: One\n  c2:\n    domains:\n    - b.example\n  name: Two\n- websites:\n  - c.example\n";
    let feed = feeds::read("ioc.yaml", text.as_bytes()).unwrap();
    assert_eq!(entries(&feed), [(2, "||a.example^", "Two"), (6, "||b.example^", "Two"), (9, "||c.example^", "")]);
}

/// Lines of a file that are neither empty nor a comment.
fn content(text: &[u8], comments: &[u8]) -> u64 {
    let mut count = 0;
    for line in text.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii();
        count += u64::from(!line.is_empty() && !comments.contains(&line[0]) && !line.starts_with(b"//"));
    }
    count
}

/// What holds of any bytes at all.
fn holds(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let begun = Instant::now();
    let read = feeds::read(name, bytes);
    prop_assert!(begun.elapsed() < Duration::from_secs(20), "{name} took {:?}", begun.elapsed());
    let Ok(feed) = read else { return Ok(()) };
    let lines = u32::try_from(bytes.split(|&byte| byte == b'\n').count()).unwrap();
    let mut before = 0;
    for entry in &feed.entries {
        prop_assert!(entry.line >= before && (1..=lines).contains(&entry.line), "{name}: line {}", entry.line);
        prop_assert!(!entry.rule.is_empty() && feed.headings.get(entry.heading).is_some());
        before = entry.line;
    }
    for (why, left) in feed.left_out() {
        prop_assert!(why.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b)), "{why}");
        prop_assert!(left.count >= left.lines.len() as u64 && !left.lines.is_empty());
        prop_assert!(left.lines.iter().all(|line| (1..=lines).contains(line)), "{name}: {why} {:?}", left.lines);
    }
    // Every line is a rule or counted.
    let mut with: Vec<u32> = feed.entries.iter().map(|entry| entry.line).collect();
    with.dedup();
    let told = with.len() as u64 + feed.skipped.count();
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let wanted = match feed.format {
        Format::Domains => content(body, b"#;!"),
        Format::Hosts => content(body, b"#;!"),
        Format::Abp => content(body, b"!["),
        _ => 0,
    };
    let comments = if feed.format == Format::Abp {
        body.split(|&b| b == b'\n').filter(|l| l.trim_ascii().starts_with(b"#")).count() as u64
    } else {
        0
    };
    prop_assert!(told + comments >= wanted, "{name}: {told} of {wanted} lines are told");
    if feed.entries.is_empty() {
        return Ok(());
    }
    // What is read can be compiled, loaded and asked, or is refused by name.
    let Ok(pack) = feed.pack() else { return Ok(()) };
    let mut added = AddedLists::default();
    added.add(pack.into(), 0).unwrap();
    let mut address = onlooker::address::Address::new();
    address.read(b"https://collect.watchful.example/pixel-1.gif?whoami=1").unwrap();
    added.ask(&onlooker::rules::index::PageContext::new("page.example"), &address, RequestType::Image, true);
    for rule in added.matching().collect::<Vec<_>>() {
        let place = added.place(rule).unwrap();
        prop_assert!((1..=lines).contains(&place.line));
        prop_assert!(
            feed.entries.iter().any(|entry| entry.rule == place.text && entry.line == place.line),
            "{}",
            place.text
        );
    }
    Ok(())
}

#[test]
fn what_holds_of_any_bytes_holds_of_these() {
    for (name, _) in FILES {
        holds(name, &file(name)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Files that were damaged: bytes changed, taken out, put in, and parts of other files in between.
    #[test]
    fn a_damaged_file_does_no_harm(
        which in 0..FILES.len(),
        other in 0..FILES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..5_u8, any::<u8>()), 0..40),
    ) {
        let mut bytes = file(FILES[which].0);
        let from = file(FILES[other].0);
        for (place, kind, byte) in changes {
            let at = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match kind {
                _ if bytes.is_empty() => bytes.push(byte),
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"\n\0'\"[]{}:,$|^*\\- \t#!/="[usize::from(byte) % 22]),
                3 => bytes.truncate(at),
                _ => {
                    let start = place.index(from.len());
                    let part = from[start..(start + usize::from(byte)).min(from.len())].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        holds(FILES[which].0, &bytes)?;
    }
}
