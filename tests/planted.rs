//! A value that belongs to a person never reaches a report, a text or an error: known values are planted wherever an exchange
//! has room for one, and every output is searched for them. `tests/e2e/wire.test.mjs` does the same with what the browsers store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What is planted: each as it is typed. None of these is anybody's.
const PLANTED: [&str; 9] = [
    "planted.person@mail.example",
    "+4915112345678",
    "4111111111111111",
    "Plantedforename",
    "Plantedsurname",
    "c0ffee00-1234-4abc-8def-0123456789ab",
    "uid7Kq2mZx9Lp4Rt8Wv",
    "52.5200066,13.4049540",
    "my secret symptoms",
];

/// The values, and what they become on the way: percent-encoded, in base64, in hexadecimal, as hashes.
fn needles() -> Vec<String> {
    let base64 = |bytes: &[u8]| {
        const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for three in bytes.chunks(3) {
            let word = three.iter().fold(0_u32, |word, &byte| word << 8 | u32::from(byte)) << (8 * (3 - three.len()));
            for at in 0..=three.len() {
                out.push(char::from(SIGNS[(word >> (18 - 6 * at) & 63) as usize]));
            }
        }
        out
    };
    let mut all = Vec::new();
    for value in PLANTED {
        let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        all.extend([value.to_owned(), encoded(value), base64(value.as_bytes()), hex]);
    }
    // What a mail address and a phone number are hashed to where they are matched.
    for value in &PLANTED[..2] {
        all.push(Sha256::digest(value.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect());
    }
    all
}

fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The names under which pages hand such values on, in the order of [`PLANTED`].
const NAMES: [&str; 9] = ["email", "phone", "card", "fn", "ln", "uuid", "uid", "ll", "q"];

fn pairs(join: &str) -> String {
    NAMES.iter().zip(PLANTED).map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join(join)
}

fn cookies() -> String {
    PLANTED.iter().enumerate().map(|(at, value)| format!("c{at}={}", encoded(value))).collect::<Vec<_>>().join("; ")
}

fn log() -> Value {
    let query = pairs("&");
    let jsons: Value = NAMES
        .iter()
        .zip(PLANTED)
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let set: Vec<Value> = (PLANTED.iter().enumerate())
        .map(|(at, value)| json!(["set-cookie", format!("s{at}={}; Max-Age=31536000; Path=/", encoded(value))]))
        .collect();
    let page = format!("https://shop.example/search?{query}");
    let mut observations = Vec::new();
    let hosts = [
        "www.facebook.com/tr/",
        "www.google-analytics.com/g/collect",
        "tracker.example/c",
        "static.hotjar.com/x",
        "shop.example/own",
    ];
    for (at, host) in hosts.iter().enumerate() {
        let id = format!("{at}.0");
        let url = format!("https://{host}?ev=Lead&{query}&ud[em]={}&dl={}", encoded(PLANTED[0]), encoded(&page));
        let of = |kind: &str| json!({ "kind": kind, "id": id, "url": url, "type": "xmlhttprequest", "method": "POST" });
        let mut request = of("request");
        request["body"] = if at % 2 == 0 { json!(jsons.to_string()) } else { json!(query) };
        let mut sent = of("sent");
        let media = if at % 2 == 0 { "application/json" } else { "application/x-www-form-urlencoded" };
        sent["headers"] =
            json!([["cookie", cookies()], ["referer", page], ["content-type", media], ["x-msisdn", PLANTED[1]]]);
        let mut answered = of("answered");
        answered["status"] = json!(302);
        let mut headers = set.clone();
        headers.push(json!(["location", format!("https://sync.example/m?{query}")]));
        headers.push(json!(["etag", format!("\"{}\"", PLANTED[6])]));
        answered["headers"] = headers.into();
        observations.extend([request, sent, answered]);
    }
    let path = format!("https://tracker.example/u/{}/;{}", PLANTED[0], pairs(";"));
    observations.push(json!({ "kind": "request", "id": "p.0", "url": path, "type": "image", "method": "GET" }));
    observations.push(json!({ "kind": "request", "id": "p.1", "url": format!("https://{}@tracker.example/", encoded(PLANTED[0])), "type": "image" }));
    let recorded = json!(["request-headers", "cookies", "response-headers", "bodies", "times"]);
    json!({ "schema": "onlooker-log/2", "pages": [{ "url": page, "recorded": recorded, "gaps": [], "observations": observations }] })
}

fn har() -> Value {
    let log = log();
    let page = &log["pages"][0];
    let headers = |of: &Value| -> Value {
        of["headers"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|pair| json!({ "name": pair[0], "value": pair[1] }))
            .collect()
    };
    let all = page["observations"].as_array().unwrap();
    let mut entries = vec![json!({
        "startedDateTime": "2026-01-01T00:00:00.000Z", "pageref": "p",
        "request": { "method": "GET", "url": page["url"], "headers": [{ "name": "Sec-Fetch-Dest", "value": "document" }] },
        "response": { "status": 200, "headers": [], "content": { "mimeType": "text/html" } },
    })];
    for three in all.chunks_exact(3).take(5) {
        let [request, sent, answered] = three else { continue };
        entries.push(json!({
            "startedDateTime": "2026-01-01T00:00:01.000Z", "pageref": "p",
            "request": {
                "method": "POST", "url": request["url"], "headers": headers(sent),
                "postData": { "mimeType": "application/json", "text": request["body"] },
            },
            "response": { "status": 302, "headers": headers(answered), "redirectURL": "", "content": { "mimeType": "application/json" } },
        }));
    }
    json!({ "log": { "version": "1.2", "creator": { "name": "Firefox", "version": "1" }, "pages": [{ "id": "p", "title": page["url"] }], "entries": entries } })
}

fn onlooker(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onlooker"));
    command.args(args).stdin(Stdio::null()).env("NO_COLOR", "1").output().unwrap()
}

fn search(what: &str, bytes: &[u8], min: usize) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    assert!(text.len() >= min, "{what}: there is nothing to search: {text}");
    for needle in needles() {
        let place = text.find(&needle.to_lowercase());
        let around = place.map(|at| text.get(at.saturating_sub(60)..(at + needle.len()).min(text.len())));
        assert!(place.is_none(), "{what} holds {needle}: {around:?}");
    }
}

#[test]
fn no_output_holds_a_planted_value() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, record) in [("planted.log.json", log()), ("planted.har", har())] {
        let path = folder.join(name);
        fs::write(&path, record.to_string()).unwrap();
        let file = path.to_str().unwrap();
        for format in ["json", "text", "csv"] {
            let output = onlooker(&["audit", file, "--format", format]);
            assert_eq!(output.status.code(), Some(0), "{name}: {}", String::from_utf8_lossy(&output.stderr));
            search(&format!("{name} as {format}"), &output.stdout, 2_000);
            search(&format!("{name} as {format}, its messages"), &output.stderr, 0);
        }
        // Broken in the middle of a value, so that an error has something to quote.
        let whole = record.to_string();
        for at in [whole.len() / 3, whole.len() / 2, whole.find("planted").unwrap() + 9] {
            fs::write(&path, &whole[..at]).unwrap();
            let output = onlooker(&["audit", file]);
            assert_eq!(output.status.code(), Some(2));
            search(&format!("{name}, cut"), &output.stderr, 20);
        }
    }
    let url = format!("https://tracker.example/c?{}", pairs("&"));
    let output = onlooker(&["explain", &url, "--page", "https://shop.example/", "--type", "image", "--format", "json"]);
    search("explain", &output.stdout, 100);
    search("explain, its messages", &output.stderr, 0);
}

/// The search itself finds what is there.
#[test]
fn what_is_planted_would_be_found() {
    let found = |text: &str| std::panic::catch_unwind(|| search("a text", text.as_bytes(), 0)).is_err();
    for value in PLANTED {
        assert!(found(&format!("x{value}y")) && found(&encoded(value)), "{value}");
    }
    assert!(!found("nothing of the kind"));
}
