//! What a page can make its detectors keep is bounded, whatever it sends: counted by the allocator. Alone in its file: whatever
//! else runs at the same time would be counted too.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::alloc::System;
use std::fs;

use onlooker::audit::Engine;
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

#[test]
fn a_page_cannot_make_its_memory_grow() {
    let mut engine = Engine::from_pack(fs::read("pkg/onlooker.pack").unwrap()).unwrap();
    let mut pseudonyms = Pseudonyms::new([7; 16]);
    let mut page = engine.page(b"https://shop.example/");
    page.records(Part::ALL);
    // The hosts and the ids themselves are the ledger's, with limits of their own: here are 200 hosts.
    let mut url = Vec::new();
    let mut grown = Vec::new();
    let region = Region::new(ALLOCATIONS);
    for number in 0..6_000 {
        let host = format!("h{}.t{}.example", number % 7, number % 200);
        let raw = format!(
            "https://{host}/p/{}?uid={}&email=p{number}@mail.example&u=https%3A%2F%2Fx{number}.example%2F%3Fa%3D{}&p{number}={}&gclid={}",
            value(number, 24),
            value(number, 32),
            value(number + 7, 40),
            value(number, 60),
            value(number, 90),
        );
        pseudonyms.url(raw.as_bytes(), &mut url);
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
        let sent = pseudonyms.headers(Direction::Sent, sent);
        let answered = pseudonyms.headers(Direction::Answered, answered);
        let body = pseudonyms.body(format!("uid={}&email=q{number}@mail.example", value(number, 32)).as_bytes(), "");
        let borrowed = |of: &[(String, String)]| -> Vec<(String, String)> { of.to_vec() };
        for (stage, headers, body) in [
            (Stage::Request, Vec::new(), Some(body.as_str())),
            (Stage::Sent, borrowed(&sent), None),
            (Stage::Answered, borrowed(&answered), None),
        ] {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let kind = if number % 50 == 0 { RequestType::MainFrame } else { RequestType::Image };
            let time = Some(number as u64);
            let glimpse = Glimpse {
                stage,
                url: &url,
                kind,
                method: "GET",
                time,
                headers: &headers,
                body,
                status: 302,
                security: None,
            };
            engine.observe_part(&mut page, number as u64, glimpse);
        }
        if number % 1_000 == 999 {
            let change = region.change();
            grown.push(change.bytes_allocated.saturating_sub(change.bytes_deallocated));
        }
    }
    // What is left is the page's: its ledger (ids, hosts, findings) has limits too, and grows by some 100 bytes a request.
    let ledger = 6_000 * 3 * 100 + 6_000_000;
    let last = *grown.last().unwrap();
    assert!(last < MAX_BYTES + ledger, "{grown:?}");
    println!("{grown:?}");
    engine.settle(&mut page);
    let report = engine.page_report(&page);
    assert!(!report.findings.is_empty());
}
