//! Lists in others' formats, read from files of our own making (`tests/feeds`): every entry with its line, every line that is
//! none with its reason, and nothing that a file can do to the reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use onlooker::audit::Engine;
use onlooker::feeds::{self, About, Feed, Format};
use onlooker::observation::RequestType;
use onlooker::rules::compile::ListSource;
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
    assert_eq!(feed.pack().unwrap_err().variant(), "feed", "nothing judges by roots yet");
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
        assert_eq!(error.variant(), "feed");
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
    let numbered = onlooker::rules::compile::added(&source).unwrap();
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
    assert_eq!(engine.add_list(good).unwrap_err().variant(), "feed", "each list is asked for every request");
}

#[test]
fn a_list_that_would_be_tried_for_every_request_is_refused() {
    let made = |one: fn(usize) -> String, count: usize| {
        let text: String = std::iter::once("[Adblock Plus]\n".to_owned()).chain((0..count).map(one)).collect();
        feeds::read("x", text.as_bytes()).unwrap().pack().map_err(|error| error.variant())
    };
    let regex = |n| format!("/[a-z]{{{},}}x/\n", n + 1);
    let glob = |n| format!("*x{}*$third-party\n", "y".repeat(n));
    assert!(made(regex, 64).is_ok() && made(glob, 1_000).is_ok());
    assert_eq!((made(regex, 65), made(glob, 1_001)), (Err("feed"), Err("feed")));
    // Where a word or a page tells, there may be as many as there are.
    assert!(made(|n| format!("/\\/w{n}\\//\n"), 1_000).is_ok());
    assert!(made(|n| format!("/[a-z]{{{},}}x/$domain=p{n}.example\n", n % 200 + 1), 1_000).is_ok());
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
    let mut added = onlooker::rules::added::AddedLists::default();
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
