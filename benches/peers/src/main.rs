//! Measures the core and the `adblock` crate natively: `onlooker-peers PACK WHOLE REQUESTS ROUNDS LIST...` prints JSON.
//! WHOLE is the pack with its texts and its shelf, for the look-up of who is behind a host.
//!
//! REQUESTS is `[{"url": page, "requests": [[type, url], ...]}, ...]`. The two take turns, round by round, so that what
//! else the machine does meets both. Knows nothing of how the figures are shown.

use std::hint::black_box;
use std::time::{Duration, Instant};

use adblock::Engine as Adblock;
use adblock::lists::{FilterSet, ParseOptions, RuleTypes};
use adblock::request::Request;
use cpu_time::ThreadTime;
use onlooker::address::Address;
use onlooker::audit::Engine;
use onlooker::observation::RequestType;
use serde_json::{Value, json};

/// Passes over all requests before anything is measured.
const WARM_UP: usize = 3;
/// Passes that make one round: long enough for the clock and the scheduler.
const PASSES: u32 = 3;

struct Page {
    url: String,
    requests: Vec<(String, String, RequestType)>,
}

fn main() {
    if let Err(why) = run() {
        eprintln!("onlooker-peers: {why}");
        std::process::exit(2);
    }
}

fn run() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pack, whole, requests, rounds, lists @ ..] = arguments.as_slice() else {
        return Err("usage: onlooker-peers PACK WHOLE REQUESTS ROUNDS LIST...".to_owned());
    };
    let rounds: usize = rounds.parse().map_err(|_| "ROUNDS is not a number".to_owned())?;
    let pack = read(pack)?;
    let pages = pages(&read(requests)?)?;
    let count: usize = pages.iter().map(|page| page.requests.len()).sum();
    if count == 0 {
        return Err("there are no requests".to_owned());
    }

    let mut set = FilterSet::new(false);
    for list in lists {
        let text = String::from_utf8(read(list)?).map_err(|_| format!("{list} is not UTF-8"))?;
        set.add_filter_list(text, ParseOptions { rule_types: RuleTypes::NetworkOnly, ..ParseOptions::default() });
    }
    let mut theirs = Adblock::new_with_filter_set(set);
    let serialized = theirs.serialize();
    theirs.deserialize(&serialized).map_err(|_| "adblock does not read what it wrote".to_owned())?;
    let mut ours = Engine::from_pack(pack.clone()).map_err(|error| error.to_string())?;

    ours.only_rules();
    let matched = (observe(&mut ours, &pages), check(&theirs, &pages));
    for _ in 0..WARM_UP {
        black_box((observe(&mut ours, &pages), check(&theirs, &pages)));
    }
    let (mut our_matches, mut their_matches) = (Vec::new(), Vec::new());
    let (mut our_loads, mut their_loads) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut one = || our_matches.push(per_request(count, || observe(&mut ours, &pages)));
        let mut other = || their_matches.push(per_request(count, || check(&theirs, &pages)));
        if round % 2 == 0 {
            one();
            other();
        } else {
            other();
            one();
        }
        let (loaded, took) = timed(|| Engine::from_pack(black_box(&pack).clone()));
        our_loads.push(took.map(|took| took.as_secs_f64() * 1e3));
        drop(loaded.map_err(|error| error.to_string())?);
        let mut loaded = Adblock::default();
        let (read, took) = timed(|| loaded.deserialize(black_box(&serialized)));
        their_loads.push(took.map(|took| took.as_secs_f64() * 1e3));
        read.map_err(|_| "adblock does not read what it wrote".to_owned())?;
    }
    let teller = Engine::from_pack(read(whole)?).map_err(|error| error.to_string())?;
    let hosts: Vec<String> = pages.iter().flat_map(|page| &page.requests).filter_map(|(url, _, _)| host(url)).collect();
    let look_ups: Vec<Took<f64>> = (0..rounds)
        .map(|_| {
            per_request(hosts.len().max(1), || {
                hosts.iter().filter(|host| teller.look_up(black_box(host)).actor.is_some()).count()
            })
        })
        .collect();
    println!(
        "{}",
        json!({
            "requests": count,
            "look_up": { "hosts": hosts.len(), "ns": look_ups.iter().map(|took| took[0] * 1e3).collect::<Vec<_>>() },
            "onlooker": told(&our_matches, &our_loads, matched.0, pack.len()),
            "adblock": told(&their_matches, &their_loads, matched.1, serialized.len()),
        })
    );
    Ok(())
}

/// The host of a URL, as the engine has it.
fn host(url: &str) -> Option<String> {
    let mut address = Address::new();
    address.read(url.as_bytes()).ok().map(|()| address.host_str().to_owned())
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{path} cannot be read ({})", error.kind()))
}

fn pages(bytes: &[u8]) -> Result<Vec<Page>, String> {
    let wrong = || "the requests are not in the expected form".to_owned();
    let value: Value = serde_json::from_slice(bytes).map_err(|_| wrong())?;
    let pages = value.as_array().ok_or_else(wrong)?;
    pages
        .iter()
        .map(|page| {
            let url = page.get("url").and_then(Value::as_str).ok_or_else(wrong)?;
            let requests = page.get("requests").and_then(Value::as_array).ok_or_else(wrong)?;
            let requests = requests
                .iter()
                .map(|request| {
                    let kind = request.get(0).and_then(Value::as_str).ok_or_else(wrong)?;
                    let url = request.get(1).and_then(Value::as_str).ok_or_else(wrong)?;
                    Ok((url.to_owned(), kind.to_owned(), RequestType::from_name(kind)))
                })
                .collect::<Result<_, String>>()?;
            Ok(Page { url: url.to_owned(), requests })
        })
        .collect()
}

/// On the processor, and by the clock on the wall.
type Took<T> = [T; 2];

fn timed<T>(work: impl FnOnce() -> T) -> (T, Took<Duration>) {
    let (wall, cpu) = (Instant::now(), ThreadTime::now());
    let made = black_box(work());
    (made, [cpu.elapsed(), wall.elapsed()])
}

/// Microseconds a request.
fn per_request(count: usize, mut pass: impl FnMut() -> usize) -> Took<f64> {
    let ((), took) = timed(|| {
        for _ in 0..PASSES {
            black_box(pass());
        }
    });
    took.map(|took| took.as_secs_f64() * 1e6 / f64::from(PASSES) / count as f64)
}

fn told(matches: &[Took<f64>], loads: &[Took<f64>], matched: usize, bytes: usize) -> Value {
    let times = |all: &[Took<f64>]| {
        json!({ "cpu": all.iter().map(|took| took[0]).collect::<Vec<_>>(),
                "wall": all.iter().map(|took| took[1]).collect::<Vec<_>>() })
    };
    json!({ "match": times(matches), "load": times(loads), "matched": matched, "bytes": bytes })
}

/// All of it as the extension does it: a page's ledger opened, every request judged, the ledger dropped.
fn observe(engine: &mut Engine, pages: &[Page]) -> usize {
    let mut matched = 0;
    for page in pages {
        let mut ledger = engine.page(page.url.as_bytes());
        for (id, (url, _, kind)) in (1..).zip(&page.requests) {
            matched += usize::from(engine.observe(&mut ledger, id, url.as_bytes(), *kind).judged.matched);
        }
    }
    matched
}

fn check(engine: &Adblock, pages: &[Page]) -> usize {
    let mut matched = 0;
    for page in pages {
        for (url, kind, _) in &page.requests {
            let Ok(request) = Request::new(url, &page.url, kind, "GET") else { continue };
            let result = engine.check_network_request(&request);
            matched += usize::from(result.filter.is_some() || result.exception.is_some());
        }
    }
    matched
}
