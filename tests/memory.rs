//! What a page can make its detectors keep is bounded, whatever it sends: counted by the allocator. Alone in its file: whatever
//! else runs at the same time would be counted too.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::alloc::System;
use std::fs;

use onlooker::audit::{Engine, MAX_HEADERS};
use onlooker::observation::{Part, RequestType, Stage};
use onlooker::pseudonym::{Direction, Pseudonyms};
use onlooker::seen::Glimpse;
use onlooker::seen::memory::MAX_BYTES;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATIONS: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A value of so many characters that no other number gives.
fn value(number: usize, length: usize) -> String {
    let mut out = String::new();
    let mut state = number as u64 + 1;
    while out.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.push_str(&format!("{:08x}", state >> 32));
    }
    out.truncate(length);
    out
}

/// A pseudonym as a log has it that says its values are some already: with six hashes that no other number has.
fn pseudonym(number: usize) -> String {
    let hashes: String = (0..6).map(|at| format!(".{}", &value(number * 6 + at, 8))).collect();
    format!("~id.32.128{hashes}")
}

/// A part of an exchange, as it comes to the engine.
struct Sent {
    stage: Stage,
    url: Vec<u8>,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

/// How many bytes a page's detectors keep of these exchanges, each of several parts, and whether anything is found of it.
fn kept(engine: &mut Engine, exchanges: impl Iterator<Item = Vec<Sent>>) -> usize {
    let mut page = engine.page(b"https://shop.example/");
    page.records(Part::ALL);
    for (number, parts) in exchanges.enumerate() {
        for part in parts {
            let headers: Vec<(&str, &str)> =
                part.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let glimpse = Glimpse {
                stage: part.stage,
                url: &part.url,
                kind: if number % 50 == 0 { RequestType::MainFrame } else { RequestType::Image },
                method: "GET",
                time: Some(number as u64),
                headers: &headers,
                body: part.body.as_deref(),
                status: 302,
                security: None,
            };
            engine.observe_part(&mut page, number as u64, glimpse);
        }
    }
    // What the detectors keep, and nothing of the page's ledger, which has limits of its own.
    let memory = page.take_memory();
    assert!(memory.dropped() > 0, "the flood was none");
    let region = Region::new(ALLOCATIONS);
    drop(memory);
    let bytes = region.change().bytes_deallocated;
    engine.settle(&mut page);
    assert!(!engine.page_report(&page).findings.is_empty());
    bytes
}

/// Many requests, each with many values that none before it had.
fn many(pseudonyms: &mut Pseudonyms, number: usize) -> Vec<Sent> {
    let host = format!("h{}.t{}.example", number % 7, number % 200);
    let raw = format!(
        "https://{host}/p/{}?uid={}&email=p{number}@mail.example&u=https%3A%2F%2Fx{number}.example%2F%3Fa%3D{}&p{number}={}&gclid={}",
        value(number, 24),
        value(number, 32),
        value(number + 7, 40),
        value(number, 60),
        value(number, 90),
    );
    let jar: String = (0..30).map(|at| format!("c{number}x{at}={}; ", value(number * 31 + at, 32))).collect();
    let sent = [("cookie", jar.as_str()), ("referer", raw.as_str()), ("x-uidh", raw.as_str())];
    let set: Vec<String> =
        (0..10).map(|at| format!("s{number}x{at}={}; Max-Age=31536000", value(number * 13 + at, 40))).collect();
    let etag = format!("\"{}\"", value(number, 40));
    let mut answered: Vec<(&str, &str)> = set.iter().map(|line| ("set-cookie", line.as_str())).collect();
    answered.extend([
        ("etag", etag.as_str()),
        ("location", raw.as_str()),
        ("strict-transport-security", "max-age=31536000"),
    ]);
    let body = format!("uid={}&email=q{number}@mail.example", value(number, 32));
    rewritten(pseudonyms, &raw, &sent, &answered, &body)
}

/// Few requests, each of them larger than any real one.
fn huge(pseudonyms: &mut Pseudonyms, number: usize) -> Vec<Sent> {
    let at = |of: usize| number * 1_000_003 + of;
    let parameters: String = (0..100_000).map(|of| format!("p{}={}&", at(of), value(at(of), 24))).collect();
    let jar: String = (0..10_000).map(|of| format!("c{}={}; ", at(of), value(at(of), 32))).collect();
    let long = value(number, 1 << 20);
    let name = format!("n{}", value(number, 1 << 20));
    let own = |name: &str, value: String| (name.to_owned(), value);
    let sent = [
        own("cookie", jar.clone()),
        own("cookie", format!("{name}={long}")),
        own("referer", format!("https://shop.example/{long}?{parameters}")),
        own("x-uidh", long.clone()),
        own("ping-to", format!("https://x.example/{long}")),
    ];
    let mut answered: Vec<(String, String)> =
        (0..4).map(|of| own("set-cookie", format!("{name}{of}={long}{of}; Max-Age=31536000"))).collect();
    answered.push(own("set-cookie", jar.replace("; ", "; Max-Age=31536000\n")));
    answered.push(own("etag", long.clone()));
    answered.push(own("location", format!("https://{}.example/?{parameters}", value(number, 3_000))));
    answered.push(own("content-security-policy", format!("report-uri https://z{number}.example/{long}")));
    let url = format!("https://t{number}.example/?{parameters}");
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answered: Vec<(&str, &str)> = answered.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    rewritten(pseudonyms, &url, &sent, &answered, &format!("{name}={long}&{parameters}"))
}

/// The same in a log that says its values are pseudonyms already: nobody bounds these but the number of headers.
fn unbounded(number: usize) -> Vec<Sent> {
    let at = |of: usize| number * 1_000_003 + of;
    let name = |of: usize| format!("{}{of}", value(of, 200));
    let parameters: String = (0..100_000).map(|of| format!("p{}={}&", at(of), pseudonym(at(of)))).collect();
    let jar: String = (0..10_000).map(|of| format!("{}={}; ", name(at(of)), pseudonym(at(of)))).collect();
    let long = value(number, 1 << 20);
    let own = |name: &str, value: String| (name.to_owned(), value);
    let url = format!("https://t{number}.example/{}?{parameters}", value(number, 100));
    let sent = vec![
        own("cookie", jar.clone()),
        own("referer", format!("https://shop.example/{long}")),
        own("x-uidh", long.clone()),
        own("ping-to", format!("https://x.example/{long}")),
    ];
    let lines = jar.split("; ").take(MAX_HEADERS - 4);
    let mut answered: Vec<(String, String)> =
        lines.map(|pair| own("set-cookie", format!("{pair}; Max-Age=31536000"))).collect();
    answered.push(own("etag", format!("{}{long}", pseudonym(number))));
    answered.push(own("server", long.clone()));
    answered.push(own("location", format!("https://{long}y{number}.example/{long}?{parameters}")));
    answered.push(own("content-security-policy", format!("report-uri https://z{number}.example/{long}")));
    vec![
        Sent { stage: Stage::Request, url: url.clone().into(), headers: Vec::new(), body: Some(parameters) },
        Sent { stage: Stage::Sent, url: url.clone().into(), headers: sent, body: None },
        Sent { stage: Stage::Answered, url: url.into(), headers: answered, body: None },
    ]
}

fn rewritten(
    pseudonyms: &mut Pseudonyms,
    raw: &str,
    sent: &[(&str, &str)],
    answered: &[(&str, &str)],
    body: &str,
) -> Vec<Sent> {
    let mut url = Vec::new();
    pseudonyms.url(raw.as_bytes(), &mut url);
    let sent = pseudonyms.headers(Direction::Sent, sent.iter().copied());
    let answered = pseudonyms.headers(Direction::Answered, answered.iter().copied());
    let body = pseudonyms.body(body.as_bytes(), "");
    vec![
        Sent { stage: Stage::Request, url: url.clone(), headers: Vec::new(), body: Some(body) },
        Sent { stage: Stage::Sent, url: url.clone(), headers: sent, body: None },
        Sent { stage: Stage::Answered, url, headers: answered, body: None },
    ]
}

#[test]
fn a_page_cannot_make_its_memory_grow() {
    let mut engine = Engine::from_pack(fs::read("pkg/onlooker.pack").unwrap()).unwrap();
    let mut pseudonyms = Pseudonyms::new([7; 16]);
    let of_many = kept(&mut engine, (0..6_000).map(|number| many(&mut pseudonyms, number)));
    let of_huge = kept(&mut engine, (0..12).map(|number| huge(&mut pseudonyms, number)));
    let of_unbounded = kept(&mut engine, (0..2).map(unbounded));
    let all = [of_many, of_huge, of_unbounded];
    println!("{all:?} bytes");
    assert!(all.iter().all(|bytes| *bytes <= MAX_BYTES), "{all:?} bytes of {MAX_BYTES}");
}
