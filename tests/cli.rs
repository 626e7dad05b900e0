//! The real binary, run as a person or a build server runs it: exit codes, files, and what stands where.
//!
//! The lists are of our own making (`tests/har/lists`), compiled by the binary itself, so nothing here needs the
//! network, the real lists or a pack made before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn har(name: &str) -> String {
    root().join("tests/har").join(name).display().to_string()
}

/// A new empty folder, under the folder that cargo gives to integration tests.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn onlooker(args: &[&str], input: Option<&[u8]>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onlooker"));
    command.args(args).env_remove("NO_COLOR").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.unwrap_or_default().to_vec();
    let writer = std::thread::spawn(move || {
        // The binary may end without reading it all.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// The pack of the lists of our own making, with Onlooker's own lists as they are.
fn pack() -> &'static str {
    static PACK: OnceLock<String> = OnceLock::new();
    PACK.get_or_init(|| compiled("lists"))
}

/// The same with lists of actors, laws and owners that do not change when the real ones do.
fn golden_pack() -> &'static str {
    static PACK: OnceLock<String> = OnceLock::new();
    PACK.get_or_init(|| compiled("tests/golden/own"))
}

fn compiled(own: &str) -> String {
    let path = folder().join("made-up.pack").display().to_string();
    let lists = root().join("tests/har/lists");
    let (sources, packages, own) = (lists.join("sources.toml"), lists.join("packages"), root().join(own));
    let made = onlooker(
        &[
            "lists",
            "compile",
            "--out",
            &path,
            "--sources",
            sources.to_str().unwrap(),
            "--node-modules",
            packages.to_str().unwrap(),
            "--own",
            own.to_str().unwrap(),
        ],
        None,
    );
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    path
}

fn audit(args: &[&str]) -> Output {
    audit_of(args, None)
}

fn audit_of(args: &[&str], input: Option<&[u8]>) -> Output {
    onlooker(&[&["audit", "--pack", pack()], args].concat(), input)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The JSON report of an audit that is to end with this code.
fn report(args: &[&str], code: i32) -> Value {
    let output = audit(&[&["--format", "json"], args].concat());
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn urls(report: &Value) -> Vec<&str> {
    report["pages"].as_array().unwrap().iter().map(|page| page["url"].as_str().unwrap()).collect()
}

fn domains(page: &Value) -> Vec<&str> {
    let mut domains: Vec<&str> = page["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["technique"] == "tracker-request")
        .map(|finding| finding["domain"].as_str().unwrap())
        .collect();
    domains.sort_unstable();
    domains
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

// ---------------------------------------------------------------------------------------------------------------------
// Exit codes

#[test]
fn exit_codes_follow_the_level() {
    let page = har("chrome.har");
    for (level, code) in [("none", 1), ("low", 1), ("moderate", 1), ("high", 0), ("severe", 0)] {
        assert_eq!(audit(&[&page, "--fail-on", level]).status.code(), Some(code), "{level}");
    }
    assert_eq!(audit(&[&page]).status.code(), Some(0));
    assert_eq!(audit(&[&page, "--fail-on", "grave"]).status.code(), Some(2));
    assert_eq!(audit(&[]).status.code(), Some(2));
    assert_eq!(onlooker(&[], None).status.code(), Some(2));
}

#[test]
fn an_unknown_level_is_told_and_never_fails() {
    let empty = br#"{"log":{"pages":[{"id":"p","title":"https://news.example/"}],"entries":[]}}"#;
    let output = audit_of(&["-", "--fail-on", "none", "--format", "json"], Some(empty));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["pages"][0]["risk"]["level"], "unknown");
    assert!(text(&output.stderr).contains("the level of 1 page was not known"));
}

#[test]
fn a_missing_or_damaged_pack_is_never_a_clean_page() {
    let folder = folder();
    let mut bytes = fs::read(pack()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    for (name, bytes, variant) in
        [("damaged", bytes.as_slice(), "pack-damaged"), ("foreign", b"{}".as_slice(), "pack-foreign")]
    {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        let output = onlooker(&["audit", &har("chrome.har"), "--pack", path.to_str().unwrap()], None);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains(variant), "{}", text(&output.stderr));
    }
    let output = onlooker(&["lists", "--pack", folder.join("nowhere").to_str().unwrap()], None);
    assert_eq!(output.status.code(), Some(2));
}

// ---------------------------------------------------------------------------------------------------------------------
// What is read

#[test]
fn every_exporter_is_read() {
    let start = "https://news.example/start";
    for (name, pages, trackers) in [
        (
            "chrome.har",
            vec!["https://news.example/", "https://shop.example/cart?item=…"],
            vec!["beacon.example", "frame.example", "socket.example", "tracker.example", "tracker.example"],
        ),
        ("firefox.har", vec![start], vec!["frame.example", "pixel.example", "socket.example", "tracker.example"]),
        ("safari.har", vec![start], vec!["frame.example", "pixel.example", "tracker.example"]),
        (
            "webpagetest.har",
            vec![start, start],
            vec!["beacon.example", "frame.example", "pixel.example", "tracker.example"],
        ),
        ("browsertime.har", vec!["https://news.example/landed"], vec!["frame.example", "tracker.example"]),
        ("bare.har", vec!["https://news.example/"], vec!["pixel.example", "tracker.example"]),
        ("late.har", vec!["https://news.example/open"], vec!["frame.example", "tracker.example"]),
    ] {
        let report = report(&[&har(name)], 0);
        assert_eq!(urls(&report), pages, "{name}");
        assert_eq!(domains(&report["pages"][0]), trackers, "{name}");
    }
}

#[test]
fn a_rule_an_exception_and_an_owner_are_named() {
    let report = report(&[&har("chrome.har")], 0);
    let page = &report["pages"][0];
    let findings = page["findings"].as_array().unwrap();
    let allowed = findings.iter().find(|finding| finding["allowed"] == true).unwrap();
    assert_eq!(allowed["rule"]["text"], "||tracker.example^$third-party");
    assert_eq!(allowed["rule"]["line"], 5);
    assert_eq!(allowed["rule"]["list_title"], "Made-up tracking list");
    assert_eq!(allowed["exception_rule"]["text"], "@@||tracker.example/allowed.js$script");
    assert_eq!(allowed["exception_rule"]["line"], 10);
    let watcher = page["watchers"].as_array().unwrap().iter().find(|w| w["name"] == "Tracker Inc.").unwrap();
    assert_eq!((watcher["category"].as_str(), watcher["known"].as_bool()), (Some("analytics"), Some(true)));
    // What a person typed or is known by never stands in a report.
    assert!(!report.to_string().contains("1234567"));
}

#[test]
fn standard_input_folders_gzip_and_logs() {
    let folder = folder();
    let chrome = fs::read(har("chrome.har")).unwrap();
    let below = folder.join("b/below");
    fs::create_dir_all(&below).unwrap();
    fs::write(folder.join("z.har"), fs::read(har("bare.har")).unwrap()).unwrap();
    fs::write(folder.join("a.HAR.gz"), gzip(&chrome)).unwrap();
    fs::write(below.join("firefox.har"), fs::read(har("firefox.har")).unwrap()).unwrap();
    fs::write(below.join("page.log.json"), LOG).unwrap();
    fs::write(below.join("notes.json"), "not a recording").unwrap();
    let all = report(&[folder.to_str().unwrap()], 0);
    assert_eq!(
        urls(&all),
        [
            "https://news.example/",
            "https://shop.example/cart?item=…",
            "https://news.example/start",
            "https://log.example/",
            "https://news.example/",
        ]
    );
    // The order is the one given, and standard input is one of the files.
    let bare = har("bare.har");
    let mixed = audit_of(&["--format", "json", &bare, "-", &har("safari.har")], Some(&gzip(&chrome)));
    assert_eq!(mixed.status.code(), Some(0));
    let mixed: Value = serde_json::from_slice(&mixed.stdout).unwrap();
    assert_eq!(
        urls(&mixed),
        [
            "https://news.example/",
            "https://news.example/",
            "https://shop.example/cart?item=…",
            "https://news.example/start",
        ]
    );
    fs::remove_dir_all(&folder).unwrap();
}

const LOG: &str = r#"{
  "schema": "onlooker-log/1",
  "pages": [
    {
      "url": "https://log.example/",
      "gaps": [{ "why": "worker-asleep", "count": 1 }],
      "observations": [
        { "kind": "request", "id": "1.0", "url": "https://log.example/", "type": "main_frame", "method": "GET", "t": 0 },
        { "kind": "request", "id": "2.0", "url": "https://tracker.example/t.js", "type": "script", "method": "GET" },
        { "kind": "request", "id": "2.0", "url": "https://tracker.example/t.js", "type": "script", "method": "GET" },
        { "kind": "cookie", "id": "3.0" }
      ]
    }
  ]
}
"#;

#[test]
fn a_log_is_judged() {
    let output = audit_of(&["-", "--format", "json"], Some(LOG.as_bytes()));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let page = &report["pages"][0];
    assert_eq!(page["requests"]["total"], 2);
    assert_eq!(domains(page), ["tracker.example"]);
    for (bad, why) in [
        (r#"{"schema":"onlooker-log/9","pages":[]}"#, "not an onlooker-log/2"),
        (r#"{"schema":"onlooker-log/1","pages":7}"#, "the log cannot be read"),
        (r#"{"schema":"onlooker-log/1","pages":[]}"#, "it records no page"),
        (r#"{"schema":"onlooker-report/1","pages":[]}"#, "this is a report, not a recording"),
    ] {
        let output = audit_of(&["-"], Some(bad.as_bytes()));
        assert_eq!(output.status.code(), Some(2), "{bad}");
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Bad input

#[test]
fn a_broken_file_is_named_and_the_others_are_judged() {
    let folder = folder();
    let broken = folder.join("broken.har");
    let good = fs::read_to_string(har("bare.har")).unwrap();
    let cut = good.find("pixel.example").unwrap();
    fs::write(&broken, &good[..cut]).unwrap();
    let out = folder.join("report.json");
    let output = audit(&[
        broken.to_str().unwrap(),
        &har("safari.har"),
        "--format",
        "json",
        "--out",
        out.to_str().unwrap(),
        "--fail-on",
        "low",
    ]);
    // What could not be read weighs more than what was found.
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("broken.har: entry 3: the file ends too early"), "{said}");
    assert!(!said.contains("pixel"));
    let report: Value = serde_json::from_slice(&fs::read(&out).unwrap()).unwrap();
    assert_eq!(urls(&report), ["https://news.example/start"]);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn malformed_entries_are_counted_named_and_cost_the_rest_nothing() {
    let output = audit(&[&har("malformed.har"), "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.contains("malformed.har: entry 2: it is not an object; ") && said.ends_with("they are left out\n"),
        "{said}"
    );
    assert!(said.contains("entry 5: its request has no url"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(domains(&report["pages"][0]), ["tracker.example"]);
    let skipped = report["pages"][0]["requests"]["skipped"].as_array().unwrap();
    assert_eq!(skipped.iter().find(|s| s["why"] == "malformed-entry").unwrap()["count"], 5);
}

#[test]
fn what_is_not_a_recording_is_refused() {
    let truncated = {
        let all = gzip(&fs::read(har("chrome.har")).unwrap());
        all[..all.len() / 2].to_vec()
    };
    let cases: [(&[u8], &str); 8] = [
        (b"", "it is empty"),
        (b"\0\0\0\0", "not JSON"),
        (b"<!doctype html>", "not JSON"),
        (b"[]", "not a HAR"),
        (b"{\"log\":null}", "not a HAR"),
        (b"{\"log\":{\"entries\":7}}", "not a list"),
        (b"{\"log\":{\"entries\":[]}}", "records no page"),
        (&truncated, "compressed file"),
    ];
    for (bytes, why) in cases {
        let output = audit_of(&["-"], Some(bytes));
        assert_eq!(output.status.code(), Some(2), "{why}");
        let said = text(&output.stderr);
        assert!(said.starts_with("onlooker: standard input: ") && said.contains(why), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let nowhere = audit(&["nowhere.har", &har("bare.har"), "--format", "json"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("nowhere.har: there is no such file"));
    assert_eq!(urls(&serde_json::from_slice(&nowhere.stdout).unwrap()).len(), 1);
    let empty = folder();
    let output = audit(&[empty.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("in this folder"));
    fs::remove_dir_all(&empty).unwrap();
}

#[test]
fn a_malformed_entry_may_have_been_anybody() {
    let har = br#"{"log":{"entries":[{"request":{"url":"https://news.example/"}},{"request":{"method":"GET"}}]}}"#;
    let output = audit_of(&["-", "--format", "json"], Some(har));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let risk = &report["pages"][0]["risk"];
    assert_eq!(risk["level"], "unknown");
    assert_eq!(risk["reasons"], json!([{ "code": "gap:malformed-entry", "technique": "", "count": 1 }]));
}

#[test]
fn hostile_addresses_are_named_for_what_they_are() {
    let report = report(&[&har("hostile.har")], 0);
    let page = &report["pages"][0];
    assert_eq!(domains(page), ["a.example", "a.example", "tracker.example"]);
    let skipped = |why: &str| {
        let all = page["requests"]["skipped"].as_array().unwrap();
        all.iter().find(|s| s["why"] == why).map_or(0, |s| s["count"].as_u64().unwrap())
    };
    assert_eq!(
        (skipped("blob-url"), skipped("data-url"), skipped("browser-internal"), skipped("malformed-url")),
        (1, 1, 2, 3)
    );
    // The same name in two spellings is one organisation; an IPv6 address is one too.
    let names: Vec<&str> = page["watchers"].as_array().unwrap().iter().map(|w| w["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"xn--bcher-kva.example") && names.contains(&"[2001:db8::1]"), "{names:?}");
}

#[test]
fn a_megabyte_of_address_and_invalid_text_are_survived() {
    let mut har = br#"{"log":{"entries":[{"request":{"url":"https://news.example/"}},{"request":{"url":"https://tracker.example/"#.to_vec();
    har.resize(har.len() + (1 << 20), b'a');
    har.extend_from_slice(b"\"}},{\"request\":{\"url\":\"https://pixel.example/\xff\xfe\xc3.gif\"}}]}}");
    let output = audit_of(&["-", "--format", "json"], Some(&har));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(domains(&report["pages"][0]), ["pixel.example", "tracker.example"]);
    assert_eq!(report["pages"][0]["requests"]["skipped"][0]["why"], "url-cut");
    assert!(output.stdout.len() < 64 << 10);
}

/// Gzip of a text, so many times over.
fn gzip_of(start: &str, piece: &str, bytes: usize, end: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let many = piece.repeat((1 << 16) / piece.len());
    writer.write_all(start.as_bytes()).unwrap();
    for _ in 0..bytes / many.len() {
        writer.write_all(many.as_bytes()).unwrap();
    }
    writer.write_all(end.as_bytes()).unwrap();
    writer.finish().unwrap()
}

/// Files of a few hundred kilobytes that are 130 MB, read where no more than 120 MB of addresses can be had.
#[test]
#[cfg(target_os = "linux")]
fn a_recording_cannot_fill_the_memory() {
    const SIZE: usize = 130 << 20;
    let entry = r#"{"log":{"entries":[{"request":{"url":"https://news.example/"}},{"#;
    let run = |bytes: &[u8]| {
        let path = folder().join("x.har.gz");
        fs::write(&path, bytes).unwrap();
        assert!(bytes.len() < 8 << 20, "{}", bytes.len());
        let output = Command::new("sh")
            .args(["-c", "ulimit -v 120000; exec \"$0\" audit \"$1\" --format json --pack \"$2\""])
            .args([env!("CARGO_BIN_EXE_onlooker"), &path.display().to_string(), pack()])
            .output()
            .unwrap();
        fs::remove_file(&path).unwrap();
        let said = text(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 2)), "{said}");
        (serde_json::from_slice::<Value>(&output.stdout).unwrap(), said)
    };
    let key = |name: &str| format!("{entry}\"{name}\":\"https://a.example/");
    let end = r#"","x":1}]}}"#;
    for (start, end) in [
        (format!(r#"{entry}"request":{{"url":"https://a.example/"#), r#""}}]}}"#),
        (format!(r#"{entry}"request":{{"headers":[{{"name":"Referer","value":"https://a.example/"#), r#""}]}}]}}"#),
    ] {
        let (report, said) = run(&gzip_of(&start, "aé", SIZE, end));
        assert_eq!(report["pages"].as_array().unwrap().len(), 1, "{said}");
    }
    for name in ["pageref", "_documentURL", "_full_url"] {
        let (report, said) = run(&gzip_of(&key(name), "a", SIZE, end));
        assert_eq!(report["pages"].as_array().unwrap().len(), 1, "{said}");
    }
    // What is kept beside addresses, without end.
    let request = r#"{"log":{"entries":[{"request":{"url":"https://a.example/","method":"POST","#;
    for (start, again, end) in [
        (r#""headers":["#, r#"{"name":"X-A","value":"b"},{"name":"Cookie","value":"a=1;b=2"},"#, "7]}}]}}"),
        (r#""cookies":["#, r#"{"name":"a","value":"b","domain":"c"},"#, "7]}}]}}"),
        (r#""postData":{"params":["#, r#"{"name":"a","value":"b"},"#, "7]}}}]}}"),
    ] {
        let (report, said) = run(&gzip_of(&format!("{request}{start}"), again, SIZE, end));
        assert_eq!(report["pages"].as_array().unwrap().len(), 1, "{said}");
    }
    let (report, said) = run(&gzip_of(r#"{"log":{"pages":[{"id":"p","title":""#, "a", SIZE, r#""}],"entries":[7]}}"#));
    assert_eq!(report["pages"].as_array().unwrap().len(), 1, "{said}");
    // What is no text at all, where a text is wanted.
    let (report, said) = run(&gzip_of(&format!("{entry}\"pageref\":["), "1,", SIZE, "1]}]}}"));
    assert_eq!(report["pages"].as_array().unwrap().len(), 1, "{said}");
    let (_, said) = run(&gzip_of(&format!("{entry}\"x\":"), "[", SIZE, ""));
    assert!(said.contains("nested too deeply"), "{said}");
    let (_, said) = run(&gzip_of(r#"{"log":{"pages":["#, "{},", SIZE, r#"{}],"entries":[7]}}"#));
    assert!(said.contains("pages more than are read"), "{said}");
    // Entries that are none, each of a page of its own.
    let mut many = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    many.write_all(br#"{"log":{"entries":["#).unwrap();
    for n in 0..300_000 {
        many.write_all(format!("{{\"pageref\":\"{n}{}\"}},", "a".repeat(400)).as_bytes()).unwrap();
    }
    many.write_all(b"7]}}").unwrap();
    let (report, said) = run(&many.finish().unwrap());
    assert!(said.contains("they and 299993 more are left out"), "{said}");
    assert_eq!(report["pages"].as_array().unwrap().len(), 1);
}

#[test]
fn a_byte_order_mark_and_utf16_are_read() {
    let plain = fs::read_to_string(har("chrome.har")).unwrap();
    let expected = report(&[&har("chrome.har")], 0);
    let marked = format!("\u{feff}{plain}").into_bytes();
    let wide: Vec<u8> = marked_utf16(&plain);
    for bytes in [marked, wide] {
        let output = audit_of(&["-", "--format", "json"], Some(&bytes));
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), expected);
    }
}

fn marked_utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

// ---------------------------------------------------------------------------------------------------------------------
// What is written

#[test]
fn two_runs_give_the_same_bytes() {
    let folder = folder();
    let all = root().join("tests/har");
    for format in ["json", "csv", "text"] {
        let runs: Vec<Vec<u8>> = (0..2)
            .map(|run| {
                let out = folder.join(format!("{format}-{run}"));
                audit(&[all.to_str().unwrap(), "--format", format, "--out", out.to_str().unwrap()]);
                fs::read(out).unwrap()
            })
            .collect();
        assert_eq!(runs[0], runs[1], "{format}");
        assert!(runs[0].len() > 1_000);
        let printed = audit(&[all.to_str().unwrap(), "--format", format]);
        assert_eq!(printed.stdout, runs[0], "{format}: a file and standard output differ");
    }
    // Nothing is left beside them.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 6);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_leaves_nothing() {
    let folder = folder();
    let output = audit(&[&har("bare.har"), "--out", folder.join("no/such/folder").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("folder: it cannot be written, for there is no such folder"));
    let output = audit(&[&har("bare.har"), "--out", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    fs::remove_dir_all(&folder).unwrap();
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_a_link_is_kept() {
    assert_eq!(audit(&[&har("bare.har"), "--out", "/dev/null"]).status.code(), Some(0));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    let folder = folder();
    let (file, link) = (folder.join("real"), folder.join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    audit(&[&har("bare.har"), "--out", link.to_str().unwrap()]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_ne!(fs::read_to_string(&file).unwrap(), "old");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn text_is_plain_and_cannot_steer_a_terminal() {
    let output = audit(&[&har("hostile.har"), &har("chrome.har")]);
    let said = text(&output.stdout);
    assert!(!said.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{said}");
    assert!(said.contains("\\u{1b}]0;…"), "{said}");
    assert!(said.contains("▲ moderate  https://news.example/"));
    assert!(said.contains("known, and let through by the list to avoid breakage"));
    let output = onlooker(&["audit", "--pack", pack(), "no\u{1b}[31m\nsuch.har"], None);
    assert!(!text(&output.stderr).contains('\u{1b}'));
    assert_eq!(text(&output.stderr).lines().count(), 1);
}

#[test]
fn no_format_steers_a_terminal_or_hides_a_letter() {
    for format in ["text", "csv", "json"] {
        let output = audit(&[&har("hostile.har"), &har("chrome.har"), "--format", format]);
        let said = text(&output.stdout);
        let raw = |c: &char| onlooker::unseen::unseen(*c) && !matches!(c, '\n' | '\r');
        assert_eq!(said.chars().find(raw), None, "{format}");
        assert!(said.contains("1b"), "{format}");
    }
}

#[test]
fn csv_has_a_row_a_finding_and_no_formula() {
    let findings: usize = report(&[&har("hostile.har")], 0)["pages"][0]["findings"].as_array().unwrap().len();
    let output = audit(&[&har("hostile.har"), "--format", "csv"]);
    let csv = text(&output.stdout);
    let rows: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(rows.len(), findings + 1);
    assert!(rows[0].starts_with("page,site,page_level,"));
    let output = audit_of(&["-", "--format", "csv"], Some(br#"{"log":{"entries":[{"request":{"url":"https:///"}}]}}"#));
    let bare = text(&output.stdout);
    let rows_of_none: Vec<&str> = bare.split_terminator("\r\n").skip(1).collect();
    assert_eq!(rows_of_none.len(), 1, "a page of which nothing is known has a row: {bare}");
    assert!(rows_of_none[0].contains(",unknown,0,"), "{bare}");
    assert!(csv.contains(",\"'-banner-ad.\",") && csv.contains(",\"'=track.gif\","), "{csv}");
    for row in &rows[1..] {
        for cell in row.split(',') {
            assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@', '\t']), "{row}");
        }
    }
}

#[test]
fn explain_names_rules_and_owner() {
    let args = [
        "explain",
        "https://tracker.example/allowed.js?u=secret",
        "--page",
        "https://news.example/",
        "--type",
        "script",
    ];
    let output = onlooker(&[args.as_slice(), &["--format", "json", "--pack", pack()]].concat(), None);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["party"], "third");
    assert_eq!(answer["watcher"]["name"], "Tracker Inc.");
    let rules: Vec<(&str, bool)> = answer["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| (rule["text"].as_str().unwrap(), rule["exception"].as_bool().unwrap()))
        .collect();
    assert_eq!(rules, [("||tracker.example^$third-party", false), ("@@||tracker.example/allowed.js$script", true)]);
    let said = text(&onlooker(&[args.as_slice(), &["--pack", pack()]].concat(), None).stdout);
    assert!(said.contains("2 rules match it") && said.contains("Tracker Inc.") && !said.contains("secret"), "{said}");

    let own = onlooker(
        &[
            "explain",
            "https://news.example/a.js",
            "--page",
            "https://news.example/",
            "--type",
            "script",
            "--format",
            "json",
            "--pack",
            pack(),
        ],
        None,
    );
    let own: Value = serde_json::from_slice(&own.stdout).unwrap();
    assert_eq!(
        (own["party"].as_str(), own["watcher"].is_null(), own["rules"].as_array().unwrap().len()),
        (Some("first"), true, 0)
    );
    for bad in [
        ["explain", "javascript:alert(1)", "--page", "https://news.example/", "--type", "script"],
        ["explain", "https://tracker.example/", "--page", "nowhere", "--type", "script"],
        ["explain", "https://tracker.example/", "--page", "https://news.example/", "--type", "scrpt"],
    ] {
        let output = onlooker(&[bad.as_slice(), &["--pack", pack()]].concat(), None);
        assert_eq!(output.status.code(), Some(2), "{bad:?}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn lists_say_what_is_bundled() {
    let output = onlooker(&["lists", "--format", "json", "--pack", pack()], None);
    let lists: Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = &lists[0];
    assert_eq!(list["title"], "Made-up tracking list");
    assert_eq!(list["version"], "1.2.3");
    assert_eq!(list["licence"], "GPL-3.0-or-later");
    assert_eq!(list["source"], "made-up-lists 1.0.0");
    assert_eq!(list["rules"], 8);
    assert_eq!(list["skipped"][0]["why"], "cosmetic");
    assert_eq!(list["sha256"].as_str().unwrap().len(), 64);
    let said = text(&onlooker(&["lists", "--pack", pack()], None).stdout);
    for part in ["Made-up tracking list", "version 1.2.3", "8 rules; 1 line left out", "sha256 "] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn compiling_twice_gives_the_same_bytes_and_refuses_another_version() {
    let folder = folder();
    let lists = root().join("tests/har/lists");
    let packages = lists.join("packages");
    let compile = |sources: &Path, out: &Path| {
        onlooker(
            &[
                "lists",
                "compile",
                "--out",
                out.to_str().unwrap(),
                "--sources",
                sources.to_str().unwrap(),
                "--node-modules",
                packages.to_str().unwrap(),
            ],
            None,
        )
    };
    let again = folder.join("again.pack");
    assert_eq!(compile(&lists.join("sources.toml"), &again).status.code(), Some(0));
    assert_eq!(fs::read(&again).unwrap(), fs::read(pack()).unwrap());
    let text_of = fs::read_to_string(lists.join("sources.toml")).unwrap();
    for (from, to, why) in [
        ("1.0.0", "1.0.1", "is installed as 1.0.0, but 1.0.1 is asked for"),
        ("made-up-lists", "no-lists", "is not installed"),
        ("tracker-request", "no-such-technique", "a technique that does not exist"),
        ("[[list]]", "[list", "it is not TOML"),
    ] {
        let sources = folder.join("sources.toml");
        fs::write(&sources, text_of.replace(from, to)).unwrap();
        let out = folder.join("none.pack");
        let output = compile(&sources, &out);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
        assert!(!out.exists());
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn version_and_help() {
    assert_eq!(text(&onlooker(&["--version"], None).stdout), format!("onlooker {}\n", env!("CARGO_PKG_VERSION")));
    for command in [
        vec!["--help"],
        vec!["audit", "--help"],
        vec!["explain", "--help"],
        vec!["lists", "--help"],
        vec!["lists", "compile", "--help"],
    ] {
        let output = onlooker(&command, None);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).contains("Usage: onlooker"));
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// What people read, to the byte

/// Compares with `tests/golden/<name>.txt`, or writes it where `UPDATE_GOLDEN` is set (tests/golden/README.md).
fn golden(name: &str, args: &[&str]) -> String {
    let output = onlooker(&[args, &["--pack", golden_pack()]].concat(), None);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout).replace(concat!("Onlooker ", env!("CARGO_PKG_VERSION")), "Onlooker VERSION");
    let path = root().join("tests/golden").join(name).with_extension("txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &said).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    for (number, (said, kept)) in said.lines().zip(kept.lines()).enumerate() {
        assert_eq!(said, kept, "{name}.txt, line {}: tests/golden/README.md says how to renew it", number + 1);
    }
    assert_eq!(said, kept, "{name}.txt: tests/golden/README.md says how to renew it");
    said
}

#[test]
fn golden_audit() {
    let (chrome, bare) = (har("chrome.har"), har("bare.har"));
    let said = golden("audit", &["audit", &chrome, &bare]);
    assert!(!said.contains("known to take: messages"), "what slides say is no fact of taking");
    // Told once, however many pages and organisations name them.
    for once in ["\n  Laws: ZZ\n", "\n    Made-up Exchange\n", "    it can mean: While a page loads"] {
        assert_eq!(said.matches(once).count(), 1, "{once}");
    }
    let brief = golden("brief", &["audit", "--brief", &chrome, &bare]);
    assert!(brief.lines().count() < said.lines().count() / 4, "{brief}");
    // Sites of those who are on the lists themselves, and one of which nothing was seen.
    let sites = root().join("tests/golden/sites.log.json").display().to_string();
    golden("sites", &["audit", &sites]);
    golden("sites-brief", &["audit", "--brief", &sites]);
    let output = audit(&[&bare, "--brief", "--format", "json"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}

/// What no list names weighs as much as what one does, and is told like it.
#[test]
fn golden_without_a_rule() {
    let pages = root().join("tests/golden/no-rule.har").display().to_string();
    let said = golden("no-rule", &["audit", &pages]);
    assert!(!said.contains("list names") && said.contains("Also contacted, and no more was found: cdn.example (1)\n"));
    golden("no-rule-brief", &["audit", "--brief", &pages]);
}

#[test]
fn golden_explain() {
    golden("hotjar", &["explain", "hotjar.com"]);
    let request = ["https://pixel.example/p.gif", "--page", "https://news.example/", "--type", "image"];
    let said = golden("own-site", &[&["explain"], request.as_slice()].concat());
    assert!(said.contains("||pixel.example^  Onlooker surveillance list, line 14, the vendor's own site\n"));
}

/// Whose a host is today on which others once saw spyware is not known, so nothing of the spyware's maker is told as its.
#[test]
fn golden_indicator() {
    for (host, name) in [("frame.example", "indicator"), ("beacon.example", "indicator-undated")] {
        let said = golden(name, &["explain", host]);
        assert!(
            said.contains("whose host it is, is not known") && said.contains("whose host it is today is not known")
        );
        for others in ["known to take", "owner: ", "country: ", "ZZ", "Made-up Holding"] {
            assert!(!said.contains(others), "{others}: {said}");
        }
    }
    assert!(
        golden("indicator", &["explain", "frame.example"])
            .contains("published as an indicator of Made-up Spyware by Laboratory of Examples on 2026-01-02\n")
    );
    // Its maker's own site is its maker's.
    let site = onlooker(&["explain", "spyware.example", "--pack", golden_pack()], None);
    let said = text(&site.stdout);
    assert!(said.contains("owner: Made-up Holding; country: ZZ; since: 2015"), "{said}");
    assert!(!said.contains("indicator of"), "{said}");
    let output = onlooker(&["explain", "frame.example", "--pack", golden_pack(), "--format", "json"], None);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["indicators"], &answer["watcher"]), (&json!(["made-up-spyware"]), &Value::Null));
}

/// A page of a host that is only an indicator, half seen: no request to that host is on record.
#[test]
fn a_site_that_is_an_indicator_is_not_told_as_its_actors() {
    let log = r#"{"schema":"onlooker-log/1","pages":[{"url":"https://frame.example/","gaps":[],"observations":[
        {"kind":"request","id":"1.0","url":"https://fonts.other.example/a.woff2","type":"font","method":"GET"}]}]}"#;
    let output = onlooker(&["audit", "-", "--pack", golden_pack()], Some(log.as_bytes()));
    let said = text(&output.stdout);
    assert!(said.contains("Its own address: published as an indicator of Made-up Spyware;"), "{said}");
    for others in ["known to take", "owner: ", "country: ", "Made-up Holding"] {
        assert!(!said.contains(others), "{others}: {said}");
    }
    let output = onlooker(&["audit", "-", "--pack", golden_pack(), "--format", "json"], Some(log.as_bytes()));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["pages"][0]["operator"]["indicators"], json!(["made-up-spyware"]));
}

#[test]
fn explain_tells_the_rights_that_a_report_tells() {
    let all = audit_of(&["--format", "json", &har("chrome.har")], None);
    let report: Value = serde_json::from_slice(&all.stdout).unwrap();
    let mut compared = 0;
    for page in report["pages"].as_array().unwrap() {
        for watcher in page["watchers"].as_array().unwrap().iter().filter(|watcher| watcher["requests"] == 1) {
            let finding = page["findings"]
                .as_array()
                .unwrap()
                .iter()
                .find(|finding| finding["watcher"] == watcher["name"])
                .unwrap();
            let evidence = &finding["evidence"][0];
            let (url, kind) = (evidence["url"].as_str().unwrap(), evidence["type"].as_str().unwrap());
            let page = page["url"].as_str().unwrap();
            let args = ["explain", url, "--page", page, "--type", kind, "--format", "json", "--pack", pack()];
            let answer: Value = serde_json::from_slice(&onlooker(&args, None).stdout).unwrap();
            assert_eq!(answer["rights"], watcher["rights"], "{url}");
            compared += 1;
        }
    }
    assert!(compared > 3, "{compared}");
    let rights = |host: &str| -> Value {
        let args = ["explain", host, "--format", "json", "--pack", golden_pack()];
        serde_json::from_slice::<Value>(&onlooker(&args, None).stdout).unwrap()["rights"].clone()
    };
    assert_eq!(rights("nobody.example"), json!([]), "nobody was contacted, and of nobody is anything known");
    assert_eq!(rights("exchange.example"), json!(["iccpr-17", "iccpr-19"]), "a public site is not what its kind does");
    assert_eq!(rights("tracker.example"), json!(["iccpr-17", "iccpr-19", "iccpr-25"]), "and what its kind does");
}

#[test]
fn csv_names_the_actors_that_were_met() {
    let output = onlooker(&["audit", &har("chrome.har"), "--format", "csv", "--pack", golden_pack()], None);
    let csv = text(&output.stdout);
    let tracker: Vec<&str> = csv.lines().filter(|row| row.contains(",Tracker Inc.,")).collect();
    assert!(!tracker.is_empty() && tracker.iter().all(|row| row.contains(",rtb,made-up-exchange,")), "{csv}");
    assert!(!csv.contains("prism"), "what a company is besides was not met here");
}

/// The real lists: third-party-web has a company by the name of a host that it gives to nobody.
#[test]
fn a_host_that_is_called_as_a_company_is_has_its_own_findings() {
    let request = |id: u32, url: &str| json!({"kind": "request", "id": id.to_string(), "url": url, "type": "image", "method": "GET"});
    let observations = [
        request(1, "https://news.example/"),
        request(2, "https://section.io/piwik.gif"),
        request(3, "https://x.squixa.net/"),
    ];
    let page = json!({"url": "https://news.example/", "gaps": [], "observations": observations});
    let log = json!({"schema": "onlooker-log/1", "pages": [page]}).to_string();
    let brief = text(&onlooker(&["audit", "-", "--brief"], Some(log.as_bytes())).stdout);
    assert_eq!(brief.matches(" section.io: ").count(), 2, "{brief}");
    let told = text(&onlooker(&["audit", "-"], Some(log.as_bytes())).stdout);
    assert_eq!(told.matches("/piwik.gif").count(), 1, "its finding is told once: {told}");
    assert!(told.contains("Also contacted, and no more was found: section.io (1)"), "{told}");
    let csv = text(&onlooker(&["audit", "-", "--format", "csv"], Some(log.as_bytes())).stdout);
    let rows: Vec<&str> = csv.lines().filter(|row| row.contains(",section.io,")).collect();
    for (domain, category) in [("section.io", ",section.io,unknown,"), ("x.squixa.net", ",section.io,utility,")] {
        let row = rows.iter().find(|row| row.contains(&format!(",{domain},1,"))).expect("a row");
        assert!(row.contains(category), "{row}");
    }
}

#[test]
fn what_was_typed_wrongly_is_named() {
    let explain = |args: &[&str]| {
        let output = onlooker(&[&["explain"], args, &["--pack", pack()]].concat(), None);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}");
        text(&output.stderr)
    };
    for host in ["not a host!!", "*.a.example", "a..example", "", "javascript:alert(1)", "ftp://a.example/"] {
        assert_eq!(
            explain(&[host]),
            "onlooker: the first argument is neither the name of a host nor an address on the web\n"
        );
    }
    assert!(
        explain(&["a.example", "--page", "nowhere", "--type", "script"]).contains("--page is no address on the web")
    );
    let picture = root().join("docs/popup.png").display().to_string();
    let output = audit(&[&har("bare.har"), "--list", &picture]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr)
            .ends_with("docs/popup.png: it is no text, so it is no list (perhaps a picture or a program)\n")
    );
    let output = audit_of(&["-"], Some(br#"{"log":{"entries":[]}}"#));
    assert_eq!(text(&output.stderr), "onlooker: standard input: it records no page and no request\n");
    assert!(text(&output.stdout).starts_with("No page was judged.\n"), "{}", text(&output.stdout));
    let output = audit(&[&har("bare.har"), "--list", &feed("domains.txt")]);
    assert!(text(&output.stdout).contains(", Domains of our own making. Whose a host is"), "{}", text(&output.stdout));
    let help = text(&onlooker(&["audit", "--help"], None).stdout);
    assert!(help.contains("Exit with 1 when a page is at this level or above it"), "{help}");
}

// ---------------------------------------------------------------------------------------------------------------------
// Schemas

/// Checks a value against a schema, by the keywords that our schemas use. A keyword that is not known here fails, so
/// that no part of a schema goes unchecked.
fn check(schema: &Value, value: &Value, root: &Value, at: &str) {
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let target = root.pointer(wanted.as_str().unwrap().strip_prefix('#').unwrap()).expect("a definition");
                check(target, value, root, at);
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                };
                assert!(
                    wanted.as_array().map_or_else(|| is(wanted), |names| names.iter().any(is)),
                    "{at}: {value} is no {wanted}"
                );
            }
            "const" => assert_eq!(value, wanted, "{at}"),
            "enum" => assert!(wanted.as_array().unwrap().contains(value), "{at}: {value}"),
            "minimum" => assert!(value.as_f64().unwrap() >= wanted.as_f64().unwrap(), "{at}"),
            "maximum" => assert!(value.as_f64().unwrap() <= wanted.as_f64().unwrap(), "{at}"),
            "minLength" => assert!(value.as_str().unwrap().chars().count() as u64 >= wanted.as_u64().unwrap(), "{at}"),
            "maxItems" => assert!(value.as_array().unwrap().len() as u64 <= wanted.as_u64().unwrap(), "{at}"),
            "pattern" => {
                let pattern = regex::Regex::new(wanted.as_str().unwrap()).unwrap();
                assert!(pattern.is_match(value.as_str().unwrap()), "{at}: {value}");
            }
            "oneOf" => {
                let one = wanted
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|schema| std::panic::catch_unwind(|| check(schema, value, root, at)).is_ok());
                assert_eq!(one.count(), 1, "{at}: {value}");
            }
            "items" => {
                for (number, item) in value.as_array().unwrap().iter().enumerate() {
                    check(wanted, item, root, &format!("{at}/{number}"));
                }
            }
            "required" => {
                for key in wanted.as_array().unwrap() {
                    assert!(value.get(key.as_str().unwrap()).is_some(), "{at}: {key} is missing");
                }
            }
            "properties" => {
                let Some(object) = value.as_object() else { continue };
                for (key, inner) in object {
                    match wanted.get(key) {
                        Some(schema) => check(schema, inner, root, &format!("{at}/{key}")),
                        None => assert!(
                            schema.get("additionalProperties") != Some(&Value::Bool(false)),
                            "{at}: {key} is not in the schema"
                        ),
                    }
                }
            }
            "additionalProperties" => assert!(wanted.is_boolean()),
            other => panic!("{at}: keyword {other} is not checked"),
        }
    }
}

fn schema(name: &str) -> Value {
    serde_json::from_slice(&fs::read(root().join("docs").join(name)).unwrap()).unwrap()
}

#[test]
fn reports_keep_to_their_schema() {
    let schema = schema("report.schema.json");
    let all = audit(&[root().join("tests/har").to_str().unwrap(), "--format", "json"]);
    let report: Value = serde_json::from_slice(&all.stdout).unwrap();
    assert!(report["pages"].as_array().unwrap().len() >= 10);
    check(&schema, &report, &schema, "");
    // The keys stand in the order of the schema.
    fn keys(value: &Value) -> Vec<&String> {
        value.as_object().unwrap().keys().collect()
    }
    assert_eq!(keys(&report), keys(&schema["properties"]));
    assert_eq!(keys(&report["pages"][0]), keys(&schema["$defs"]["page"]["properties"]));
    assert_eq!(keys(&report["pages"][0]["findings"][0]), keys(&schema["$defs"]["finding"]["properties"]));
    assert!(all.stdout.ends_with(b"}\n"));
    for (path, wrong) in [("/pages/0/risk/level", "grave"), ("/schema", "onlooker-report/2")] {
        let mut bad = report.clone();
        *bad.pointer_mut(path).unwrap() = Value::String(wrong.to_owned());
        assert!(std::panic::catch_unwind(|| check(&schema, &bad, &schema, "")).is_err(), "{path} is not checked");
    }
}

#[test]
fn explanations_keep_to_their_schema() {
    let (schema, report) = (schema("explanation.schema.json"), schema("report.schema.json"));
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        // A host has a domain, where what was seen of a page has hosts.
        // And what is said of parameters a report says of findings.
        let its_own = ["watcher", "parameter"].contains(&name.as_str());
        assert!(its_own || *definition == report["$defs"][name], "{name} is not as in a report");
    }
    let answers = explanations();
    for answer in &answers {
        check(&schema, answer, &schema, "");
        assert!(answer.as_object().unwrap().keys().eq(schema["properties"].as_object().unwrap().keys()));
    }
    let told = answers.iter().find(|answer| answer["watcher"].is_object()).unwrap();
    assert!(
        told["watcher"]
            .as_object()
            .unwrap()
            .keys()
            .eq(schema["$defs"]["watcher"]["properties"].as_object().unwrap().keys())
    );
    for (path, wrong) in [("/party", "second"), ("/rights/0", "iccpr-18"), ("/countries/0/code", "Malta")] {
        let mut bad = told.clone();
        *bad.pointer_mut(path).unwrap() = Value::String(wrong.to_owned());
        assert!(std::panic::catch_unwind(|| check(&schema, &bad, &schema, "")).is_err(), "{path} is not checked");
    }
}

/// Answers with everything in them that an answer can have.
fn explanations() -> Vec<Value> {
    let page = ["--page", "https://news.example/", "--type", "script"];
    [
        [&["hotjar.com"], [].as_slice()].concat(),
        vec!["frame.example"],
        vec!["nobody.example"],
        [&["https://tracker.example/allowed.js?a=b"], page.as_slice()].concat(),
    ]
    .iter()
    .map(|args| explained(&[args.as_slice(), &["--pack", golden_pack()]].concat()))
    .chain([explained(&MARKED)])
    .collect()
}

fn explained(args: &[&str]) -> Value {
    let args = [&["explain", "--format", "json"], args].concat();
    serde_json::from_slice(&onlooker(&args, None).stdout).unwrap()
}

/// With the lists that are bundled: a parameter that one names everywhere, and lets through here.
const MARKED: [&str; 5] = [
    "https://www.przegladsportowy.pl/a?x=1&srcc=ucs&fbclid=IwAR0h2kLmNop",
    "--page",
    "https://www.przegladsportowy.pl/",
    "--type",
    "main_frame",
];

#[test]
fn an_exception_stands_with_the_parameter_it_speaks_of() {
    let answer = explained(&MARKED);
    let texts: Vec<[Option<&str>; 3]> = answer["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| [one["name"].as_str(), one["rule"]["text"].as_str(), one["exception_rule"]["text"].as_str()])
        .collect();
    let exception = "@@||przegladsportowy.pl/*&srcc=ucs$removeparam";
    assert_eq!(texts, [[Some("fbclid"), Some("$removeparam=fbclid"), Some(exception)]]);
    assert_eq!(answer["rules"].as_array().unwrap().len(), 2);
    let said = text(&onlooker(&[&["explain"], MARKED.as_slice()].concat(), None).stdout);
    let lines: Vec<&str> = said.lines().map(str::trim).skip_while(|line| !line.starts_with("Parameters")).collect();
    let starts = ["Parameters", "fbclid: $removeparam=fbclid", "lets it through: @@||przegladsportowy.pl"];
    assert!(starts.iter().zip(&lines).all(|(start, line)| line.starts_with(start)), "{said}");
    assert!(!said.contains("rule matches") && !said.contains("rules match") && !said.contains("No rule"), "{said}");
}

/// Every key of every object within.
fn keys_of(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                keys.insert(key.clone());
                keys_of(inner, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys_of(item, keys)),
        _ => {}
    }
}

#[test]
fn every_key_of_the_json_is_documented() {
    let doc = fs::read_to_string(root().join("docs/command-line.md")).unwrap();
    // The words that stand as code in one command's part.
    let documented = |heading: &str| -> BTreeSet<String> {
        let part = doc.split("\n## ").find(|part| part.starts_with(heading)).unwrap();
        let code = part.split('`').skip(1).step_by(2);
        code.flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')).map(str::to_owned).collect()
    };
    let mut explained = BTreeSet::new();
    explanations().iter().for_each(|answer| keys_of(answer, &mut explained));
    let all = ["audit", "tests/har", "--format", "json", "--list", "tests/feeds/bundle.stix2", "--pack", golden_pack()];
    let mut audited = BTreeSet::new();
    keys_of(&serde_json::from_slice(&onlooker(&all, None).stdout).unwrap(), &mut audited);
    for (heading, keys, least) in [("onlooker explain", explained, 45), ("onlooker audit", audited, 75)] {
        assert!(keys.len() >= least, "{heading}: only {} keys", keys.len());
        let documented = documented(heading);
        let missing: Vec<&String> = keys.difference(&documented).collect();
        assert_eq!(missing, [] as [&String; 0], "docs/command-line.md, {heading}, does not have them");
    }
}

#[test]
fn logs_keep_to_their_schema() {
    let schema = schema("log.schema.json");
    check(&schema, &serde_json::from_str(LOG).unwrap(), &schema, "");
}

/// Our own lists as they are: nothing to complain of, and as many entries as docs/lists.md says.
#[test]
fn our_own_lists_are_as_they_should_be() {
    let out = Command::new(env!("CARGO_BIN_EXE_onlooker")).args(["lists", "check"]).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let counts = String::from_utf8(out.stdout).unwrap();
    assert_eq!(counts.lines().count(), 1 + 17 + 1, "{counts}");
    let doc = std::fs::read_to_string("docs/lists.md").unwrap();
    assert!(doc.contains(counts.trim_end()), "docs/lists.md does not have these counts:\n{counts}");
}

/// What each rule of an entry refuses is tests/own.rs's; here: that a complaint is said and counts.
#[test]
fn our_own_lists_are_refused_for_what_is_wrong_in_them() {
    let check = |entries: &str, packages: &str| {
        let folder = folder();
        fs::create_dir_all(folder.join("actors")).unwrap();
        fs::write(folder.join("actors/rtb.toml"), entries).unwrap();
        let (own, packages) = (folder.to_str().unwrap(), root().join(packages));
        let out = onlooker(&["lists", "check", "--own", own, "--node-modules", packages.to_str().unwrap()], None);
        fs::remove_dir_all(&folder).unwrap();
        (out.status.code(), text(&out.stderr))
    };
    assert_eq!(check("", "node_modules"), (Some(0), String::new()));
    let (code, said) = check("[[actor]]\nid = \"a\"\n", "node_modules");
    assert_eq!(code, Some(1));
    assert!(said.contains("actors/rtb.toml, a: it has no source"), "{said}");
    let (code, said) = check("[[actor", "node_modules");
    assert_eq!(code, Some(2), "what is no TOML cannot be checked");
    assert!(said.contains("actors/rtb.toml is not TOML"), "{said}");
    assert_eq!(check("", "nowhere").0, Some(2), "companies that cannot be compared are not right");
}

/// A slip in a path is an error with the path and the reason, in the same words everywhere; nothing is made without it.
#[test]
fn what_is_not_there_is_named() {
    let folder = folder();
    let at = |name: &str| folder.join(name).display().to_string();
    let (nowhere, out) = (at("nowhere"), at("out.pack"));
    let sources = root().join("tests/har/lists/sources.toml").display().to_string();
    let packages = root().join("tests/har/lists/packages").display().to_string();
    let lists = root().join("lists").display().to_string();
    let compile = |own: &str, sources: &str, out: &str| {
        let args = ["lists", "compile", "--out", out, "--sources", sources, "--node-modules", &packages, "--own", own];
        onlooker(&args, None)
    };
    let own = format!("{nowhere}/actors: there is no such file\n");
    let said = [
        (compile(&nowhere, &sources, &out), own.clone()),
        (onlooker(&["lists", "check", "--own", &nowhere], None), own),
        (compile(&lists, &nowhere, &out), format!("{nowhere}: there is no such file\n")),
        (
            onlooker(&["lists", "check", "--own", &lists, "--sources", &nowhere], None),
            format!("{nowhere}: there is no such file\n"),
        ),
        (onlooker(&["lists", "read", &nowhere], None), format!("{nowhere}: there is no such file\n")),
        (onlooker(&["lists", "--pack", &nowhere], None), format!("{nowhere}: there is no such file\n")),
        (
            compile(&lists, &sources, &at("no/out.pack")),
            format!("{}: it cannot be written, for there is no such folder\n", at("no/out.pack")),
        ),
    ];
    for (output, why) in said {
        assert_eq!(output.status.code(), Some(2), "{why}");
        assert_eq!(text(&output.stderr), format!("onlooker: {why}"));
        assert!(output.stdout.is_empty());
    }
    // What is there and is no folder.
    fs::create_dir(folder.join("odd")).unwrap();
    fs::write(folder.join("odd/actors"), "").unwrap();
    let output = onlooker(&["lists", "check", "--own", &at("odd")], None);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("odd/actors: it cannot be read ("), "{}", text(&output.stderr));
    assert!(!Path::new(&out).exists());
    fs::remove_dir_all(&folder).unwrap();
}

/// By which hosts an actor is found.
#[test]
fn a_host_is_explained() {
    let explain = |host: &str| {
        let out =
            Command::new(env!("CARGO_BIN_EXE_onlooker")).args(["explain", host, "--format", "json"]).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{host}: {}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice::<Value>(&out.stdout).unwrap()
    };
    for host in ["hotjar.com", "static.hotjar.com", "HOTJAR.com", "hotjar.com.", "https://hotjar.com/x?y"] {
        let told = explain(host);
        assert_eq!(told["actors"][0]["id"], "hotjar", "{host}");
        assert!(
            told["actors"][0]["sources"]
                .as_array()
                .unwrap()
                .iter()
                .all(|s| s["url"].as_str().unwrap().starts_with("http"))
        );
        assert_eq!(told["rules"], serde_json::json!([]), "no page, no rules");
    }
    for host in
        ["nothotjar.com", "hotjar.com.example", "com", "127.0.0.1", "[::1]", "xn--bcher-kva.example", "bücher.example"]
    {
        assert_eq!(explain(host)["actors"], serde_json::json!([]), "{host}");
    }
    let told = explain("https://www.facebook.com/");
    let laws = told["countries"].as_array().unwrap().iter().find(|country| country["code"] == "US").expect("its seat");
    assert!(laws["laws"].as_array().unwrap().len() > 1, "{laws}");
    assert!(
        laws["laws"][0]["sources"].as_array().unwrap().iter().all(|s| s["url"].as_str().unwrap().starts_with("http"))
    );
    assert_eq!(told["watcher"]["countries"], json!(["US"]));
}

/// What a company does with other hosts is told as that, and is no right that this host touches.
#[test]
fn what_a_company_does_elsewhere_is_not_said_of_its_host() {
    let explain = |host: &str, format: &str| text(&onlooker(&["explain", host, "--format", format], None).stdout);
    let ids = |told: &Value, key: &str| told[key].as_array().unwrap().len();
    let told: Value = serde_json::from_str(&explain("fonts.googleapis.com", "json")).unwrap();
    assert!(ids(&told, "actors") >= 2 && ids(&told["watcher"], "listed") == 0, "{told}");
    assert_eq!(told["rights"], json!(["iccpr-17"]));
    let said = explain("fonts.googleapis.com", "text");
    assert!(said.contains("\n  In Onlooker's own lists, of its company and not of this host:\n"), "{said}");
    assert!(!said.contains("\n  In Onlooker's own lists:\n"), "{said}");
    let said = explain("doubleclick.net", "text");
    let (its, of_company) = said.split_once("of its company and not of this host:\n").unwrap();
    assert!(its.contains("Google ad exchange") && of_company.contains("(PRISM)"), "{said}");
}

/// The real lists, so without the words themselves: whatever the JSON tells of a host stands in the text.
#[test]
fn what_the_json_tells_of_a_host_people_read_too() {
    let output = onlooker(&["explain", "hotjar.com", "--format", "json"], None);
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let said = text(&onlooker(&["explain", "hotjar.com"], None).stdout);
    let mut asked = 0;
    let mut says = |value: &Value| {
        // What is not known has no words to be looked for.
        let Some(words) = value.as_str() else { return assert!(value.is_null(), "{value}") };
        asked += 1;
        assert!(said.contains(words), "{value} is not in:\n{said}");
    };
    let sources = |of: &Value| of["sources"].as_array().unwrap().clone();
    for actor in told["actors"].as_array().unwrap() {
        ["name", "does", "harmless", "dispute", "owner", "since"].iter().for_each(|key| says(&actor[key]));
        for source in sources(actor) {
            ["url", "publisher", "date", "checked"].iter().for_each(|key| says(&source[key]));
        }
    }
    for country in told["countries"].as_array().unwrap() {
        ["protection", "protection_year", "authority", "complaints"].iter().for_each(|key| says(&country[key]));
        for law in country["laws"].as_array().unwrap() {
            ["name", "year", "allows"].iter().for_each(|key| says(&law[key]));
            sources(law).iter().for_each(|source| says(&source["url"]));
        }
    }
    assert!(asked > 40, "{asked}");
    assert_eq!(told["rights"], json!(["iccpr-17", "iccpr-19"]));
    assert!(
        said.contains("rights it touches, by the International Covenant on Civil and Political Rights (ICCPR): Privacy (Article 17), Opinion and expression (Article 19)\n")
    );
}

// ---------------------------------------------------------------------------------------------------------------------
// Lists of a person's own

fn feed(name: &str) -> String {
    root().join("tests/feeds").join(name).display().to_string()
}

#[test]
fn a_list_of_ones_own_is_judged_by_too() {
    let log = LOG.replace("https://tracker.example/t.js", "https://collect.glasshouse.example/t.js");
    let with = |lists: &[&str]| {
        let mut args = vec!["-".to_owned(), "--format".to_owned(), "json".to_owned()];
        for list in lists {
            args.extend(["--list".to_owned(), feed(list)]);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = audit_of(&args, Some(log.as_bytes()));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output.stdout
    };
    let report: Value = serde_json::from_slice(&with(&["bundle.stix2", "hosts"])).unwrap();
    let lists = report["engine"]["lists"].as_array().unwrap();
    let added: Vec<&Value> = lists.iter().filter(|list| list["id"].as_u64() >= Some(1 << 31)).collect();
    assert_eq!(added.len(), 2);
    let bundle = added.iter().find(|list| list["title"] == "Glasshouse, Lantern").unwrap();
    assert_eq!((&bundle["source"], &bundle["licence"]), (&json!("added: bundle.stix2"), &json!("CC BY 4.0")));
    assert_eq!((&bundle["attribution"], &bundle["rules"]), (&json!("Laboratory of Examples"), &json!(7)));
    assert!(lists[0].get("attribution").is_none(), "a report without added lists is as it was");
    let page = &report["pages"][0];
    assert_eq!(page["risk"]["level"], "high", "severe, but only indicated");
    let finding = &page["findings"][0];
    assert_eq!((&finding["technique"], &finding["rule"]["line"]), (&json!("added-list"), &json!(14)));
    assert_eq!(finding["rule"]["section"], "Lantern");
    assert_eq!(
        with(&["hosts", "bundle.stix2"]),
        with(&["bundle.stix2", "hosts", "hosts"]),
        "their order means nothing"
    );

    let without: Value = serde_json::from_slice(&with(&[])).unwrap();
    let checks = without["pages"][0]["checks"].as_array().unwrap();
    assert!(!checks.iter().any(|check| check["technique"] == "added-list"), "nothing was to be looked for");
    let output = audit_of(&["-", "--list", &feed("bundle.stix2"), "--fail-on", "high"], Some(log.as_bytes()));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("||collect.glasshouse.example^  Glasshouse, Lantern, line 14, under \"Lantern\"")
    );
}

#[test]
fn a_host_is_explained_by_a_list_of_ones_own() {
    let output = onlooker(&["explain", "copy.watchful.example", "--pack", pack(), "--list", &feed("ioc.yaml")], None);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("1 rule matches it"), "{said}");
    assert!(said.contains("||watchful.example^  ioc.yaml, line 13, under \"Watchful Parent\""), "{said}");
    let output = onlooker(&["explain", "tracker.example", "--pack", pack(), "--list", &feed("ioc.yaml")], None);
    assert!(!text(&output.stdout).contains("rule matches"), "bundled rules depend on page and type, which nobody said");
}

#[test]
fn lists_of_ones_own_are_shown_and_read() {
    let output = onlooker(&["lists", "--pack", pack(), "--list", &feed("hosts"), "--format", "json"], None);
    let lists: Value = serde_json::from_slice(&output.stdout).unwrap();
    let last = lists.as_array().unwrap().last().unwrap();
    assert_eq!((&last["title"], &last["rules"]), (&json!("A hosts file of our own making"), &json!(6)));
    assert_eq!(last["skipped"][0], json!({ "why": "duplicate", "count": 1 }));
    let said = text(&onlooker(&["lists", "--pack", pack(), "--list", &feed("hosts")], None).stdout);
    assert!(said.contains("from added: hosts, licence not stated"), "{said}");

    let said = text(&onlooker(&["lists", "read", &feed("bundle.stix2")], None).stdout);
    for part in [
        "Glasshouse, Lantern  stix",
        "version: not stated; of: 2026-03-04T05:06:07Z",
        "licence: CC BY 4.0; by: Laboratory of Examples",
        "7 rules",
        "||infect.glasshouse.example^  line 11, under \"Glasshouse\"",
        "and 2 more",
        "left out: not an indicator, 5 (lines 33, 34, 34, 34, 34)",
        "left out: shared host, 1 (line 25)",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = text(&onlooker(&["lists", "read", &feed("roots.csv")], None).stdout);
    assert!(
        said.contains("2 roots, of which no technique makes use yet") && said.contains("State Root XX, line 4"),
        "{said}"
    );
    let output = onlooker(&["lists", "read", &feed("roots.csv"), "--format", "json"], None);
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&read["format"], &read["roots"], &read["rules"]), (&json!("ccadb"), &json!(2), &json!(0)));
    assert_eq!(read["skipped"][1], json!({ "why": "wrong-columns", "count": 2, "lines": [6, 8] }));
    assert!(read.get("pack").is_none());
}

#[test]
fn a_bad_list_is_named_with_its_reason() {
    let folder = folder();
    let page = folder.join("page.html");
    fs::write(&page, "<!doctype html>").unwrap();
    let page = page.display().to_string();
    let roots = feed("roots.csv");
    for (list, why) in [
        (page.as_str(), "the list cannot be read: it is a web page, and no list"),
        ("nowhere.txt", "there is no such file"),
        (&roots, "no technique looks at those yet"),
    ] {
        let log = audit_of(&["-", "--list", list], Some(LOG.as_bytes()));
        let explained = onlooker(&["explain", "a.example", "--pack", pack(), "--list", list], None);
        let shown = onlooker(&["lists", "--pack", pack(), "--list", list], None);
        for output in [log, explained, shown] {
            assert_eq!(output.status.code(), Some(2));
            assert!(output.stdout.is_empty());
            let said = text(&output.stderr);
            assert!(said.starts_with(&format!("onlooker: {list}: ")) && said.contains(why), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
    let output = onlooker(&["lists", "read", &page], None);
    assert_eq!(output.status.code(), Some(2));
    fs::remove_dir_all(&folder).unwrap();
}
