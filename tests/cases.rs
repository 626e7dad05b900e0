//! The cases in `tests/cases` (docs/cases.md), judged by the core and by the command line. `tests/wasm/cases.test.mjs`
//! judges the same files by the wasm build. The lists are the real ones: `./build.sh build` makes their pack.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use onlooker::audit::Engine;
use onlooker::detectors::DETECTORS;
use onlooker::feeds;
use onlooker::seen::words::WORDS;
use onlooker::wire;
use serde_json::{Map, Value, json};

/// How many cases there are at least: a folder that is not found must not pass as "all well".
const AT_LEAST: usize = 150;
/// And of each technique, of each kind.
const OF_EACH: usize = 2;
/// The keys that a case may have. What is spelled wrongly would hold nothing.
const KEYS: [&str; 7] = ["what", "kind", "lists", "log", "expect", "order_matters", "known_wrong"];

struct Case {
    name: String,
    folder: String,
    kind: String,
    /// Files of `tests/feeds` that are added to the bundled lists.
    lists: Vec<PathBuf>,
    log: Vec<u8>,
    whole: Value,
}

impl Case {
    fn expect(&self) -> &Value {
        &self.whole["expect"]
    }

    fn refused(&self) -> Option<&str> {
        self.expect()["refused"].as_str()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pack_path() -> PathBuf {
    let path = root().join("pkg/onlooker.pack");
    assert!(path.exists(), "pkg/onlooker.pack is not there: run ./build.sh build first");
    path
}

fn engine() -> Engine {
    Engine::from_pack(fs::read(pack_path()).unwrap()).unwrap()
}

/// Every case, in order of folder and name.
fn cases() -> Vec<Case> {
    let mut found = Vec::new();
    for folder in inside(&root().join("tests/cases")) {
        for file in inside(&folder) {
            let name = file.strip_prefix(root().join("tests/cases")).unwrap().display().to_string();
            let whole: Value = serde_json::from_slice(&fs::read(&file).unwrap())
                .unwrap_or_else(|error| panic!("{name} is not JSON: {error}"));
            for key in whole.as_object().unwrap().keys() {
                assert!(KEYS.contains(&key.as_str()), "{name}: a case has no key `{key}`");
            }
            assert!(whole["what"].as_str().is_some_and(|what| what.len() > 20), "{name} does not say what it shows");
            let log = match grown(&whole["log"], None) {
                Value::String(raw) => raw.into_bytes(),
                log => serde_json::to_vec(&log).unwrap(),
            };
            found.push(Case {
                folder: folder.file_name().unwrap().to_str().unwrap().to_owned(),
                lists: (whole["lists"].as_array().into_iter().flatten())
                    .map(|list| root().join("tests/feeds").join(list.as_str().unwrap()))
                    .collect(),
                kind: whole["kind"].as_str().unwrap_or_default().to_owned(),
                name,
                log,
                whole,
            });
        }
    }
    assert!(found.len() >= AT_LEAST, "only {} cases were found", found.len());
    found
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// A log as it is meant: `$repeat`, `$join` and `$times` written out, so that a megabyte need not be committed.
fn grown(value: &Value, number: Option<u64>) -> Value {
    match value {
        Value::String(text) => match number {
            Some(number) => text.replace("{n}", &number.to_string()).into(),
            None => text.as_str().into(),
        },
        Value::Array(items) => items
            .iter()
            .flat_map(|item| match item.get("$times").and_then(Value::as_u64) {
                Some(times) => (0..times).map(|at| grown(&item["each"], Some(at))).collect(),
                None => vec![grown(item, number)],
            })
            .collect(),
        Value::Object(object) => {
            if let Some(text) = object.get("$repeat").and_then(Value::as_str) {
                let times = usize::try_from(object["times"].as_u64().unwrap()).unwrap();
                return text.repeat(times).into();
            }
            if let Some(parts) = object.get("$join").and_then(Value::as_array) {
                let parts = parts.iter().map(|part| grown(part, number).as_str().unwrap().to_owned());
                return parts.collect::<String>().into();
            }
            object.iter().map(|(key, value)| (key.clone(), grown(value, number))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// A page of a report in the words that cases use.
fn view(page: &Value) -> Value {
    let list = |key: &str| page[key].as_array().unwrap();
    let by_technique = |key: &str| -> Map<String, Value> {
        list("checks")
            .iter()
            .map(|check| (check["technique"].as_str().unwrap().to_owned(), check[key].clone()))
            .collect()
    };
    // Every technique has a list, if an empty one.
    let mut of: Map<String, Value> =
        DETECTORS.iter().map(|detector| (detector.technique.to_owned(), json!([]))).collect();
    for finding in list("findings") {
        let its = of.entry(finding["technique"].as_str().unwrap()).or_insert_with(|| json!([]));
        its.as_array_mut().unwrap().push(finding.clone());
    }
    let skipped: Map<String, Value> = page["requests"]["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|skipped| (skipped["why"].as_str().unwrap().to_owned(), skipped["count"].clone()))
        .collect();
    json!({
        "url": page["url"], "site": page["site"],
        "level": page["risk"]["level"], "score": page["risk"]["score"], "reasons": page["risk"]["reasons"],
        "watchers": list("watchers").iter().map(|watcher| &watcher["name"]).collect::<Vec<_>>(),
        "organisations": page["watchers"], "findings": page["findings"], "of": of,
        "operator": page["operator"],
        "summary": page["summary"],
        "checks": by_technique("state"), "why": by_technique("why"),
        "requests": page["requests"], "skipped": skipped,
        "counted": { "watchers": list("watchers").len(), "findings": list("findings").len() },
    })
}

/// Where `actual` is not what is expected. Objects may have more keys than are named; lists are whole and in order.
fn differences(expected: &Value, actual: &Value, path: &str, out: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(have)) => {
            if path.ends_with(".skipped") && wanted.len() != have.len() {
                out.push(format!("{path}: expected {expected}, got {actual}"));
            }
            for (key, value) in wanted {
                match have.get(key) {
                    Some(actual) => differences(value, actual, &format!("{path}.{key}"), out),
                    None => out.push(format!("{path}.{key}: there is none")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(have)) if wanted.len() == have.len() => {
            for (at, (expected, actual)) in wanted.iter().zip(have).enumerate() {
                differences(expected, actual, &format!("{path}[{at}]"), out);
            }
        }
        _ if expected == actual => {}
        _ => out.push(format!("{path}: expected {expected}, got {actual}")),
    }
}

fn differences_of_page(expected: &Value, page: &Value) -> Vec<String> {
    let mut expected = expected.as_object().unwrap().clone();
    let mut out = Vec::new();
    let page = view(page);
    let found: BTreeSet<&str> =
        page["findings"].as_array().unwrap().iter().map(|finding| finding["technique"].as_str().unwrap()).collect();
    if let Some(absent) = expected.remove("absent") {
        for technique in absent.as_array().unwrap() {
            let technique = technique.as_str().unwrap();
            // One that is only spoken of where it was seen, or where lists were added, is absent from the checks as well.
            if !DETECTORS.iter().any(|known| known.technique == technique) {
                out.push(format!("absent: there is no technique {technique}"));
            }
            if found.contains(technique) {
                out.push(format!("absent: {technique} was found"));
            }
        }
    }
    for (technique, state) in page["checks"].as_object().unwrap() {
        // Whoever looks on was contacted, also where a rule gives it another name.
        let contact = technique == "third-party-contact" && page["watchers"] != json!([]);
        if (state == "seen") != (found.contains(technique.as_str()) || contact) {
            out.push(format!("checks: {technique} is told as {state}, against the findings"));
        }
    }
    differences(&expected.into(), &page, "page", &mut out);
    out
}

/// What a report has that a case does not expect, or lacks.
fn complaints(case: &Case, report: &[u8]) -> Vec<String> {
    let report: Value = serde_json::from_slice(report).unwrap();
    let pages = report["pages"].as_array().unwrap();
    let expected = match case.expect() {
        Value::Array(pages) => pages.clone(),
        page => vec![page.clone()],
    };
    let mut out = Vec::new();
    if pages.len() != expected.len() {
        out.push(format!("{} pages expected, got {}", expected.len(), pages.len()));
    }
    for (expected, page) in expected.iter().zip(pages) {
        out.extend(differences_of_page(expected, page));
    }
    if let Some(wrong) = case.whole.get("known_wrong") {
        assert!(wrong["why"].as_str().is_some_and(|why| why.len() > 20), "{} does not say why it is wrong", case.name);
        if differences_of_page(&wrong["right"], &pages[0]).is_empty() {
            out.push("known_wrong: it is right now. Make `right` the expectation.".to_owned());
        }
    }
    out.into_iter().map(|line| format!("{}: {line}", case.name)).collect()
}

/// The core's report on a case's log, in canonical bytes; or why it is refused.
fn judged(engine: &mut Engine, case: &Case) -> Result<Vec<u8>, String> {
    judged_as(engine, case, &case.log)
}

/// The same on another log.
fn judged_as(engine: &mut Engine, case: &Case, log: &[u8]) -> Result<Vec<u8>, String> {
    engine.remove_lists();
    for path in &case.lists {
        let pack = feeds::read(&path.display().to_string(), &fs::read(path).unwrap()).and_then(|feed| feed.pack());
        engine.add_list(pack.unwrap_or_else(|error| panic!("{}: {error}", path.display()))).unwrap();
    }
    let log = wire::Log::from_json(log).map_err(|error| error.variant().to_owned())?;
    let pages: Vec<_> = log.into_pages().iter().map(|page| engine.audit(page)).collect();
    Ok(wire::json(&wire::Report::from(engine.report(&pages).unwrap())).unwrap())
}

fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn the_core_judges_every_case() {
    let mut engine = engine();
    let mut out = Vec::new();
    let cases = cases();
    let mut ran = 0;
    for case in &cases {
        match (judged(&mut engine, case), case.refused()) {
            (Ok(report), None) => out.extend(complaints(case, &report)),
            (Err(variant), Some(expected)) if variant == expected => {}
            (Ok(_), Some(_)) => out.push(format!("{}: it is not refused", case.name)),
            (Err(variant), _) => out.push(format!("{}: it is refused ({variant})", case.name)),
        }
        ran += 1;
    }
    none(&out);
    assert_eq!(ran, files());
}

/// What findings say in words of ours stands in `WORDS`, for which there are texts; the rest are names that a page gave.
#[test]
fn every_word_of_ours_is_listed() {
    let mut engine = engine();
    let (mut out, mut met) = (BTreeSet::new(), BTreeSet::new());
    for case in cases() {
        let Ok(report) = judged(&mut engine, &case) else { continue };
        let report: Value = serde_json::from_slice(&report).unwrap();
        let pages = report["pages"].as_array().unwrap();
        for finding in pages.iter().flat_map(|page| page["findings"].as_array().unwrap()) {
            let technique = finding["technique"].as_str().unwrap();
            let details = finding["details"].as_array().unwrap().iter();
            let told = details.map(|detail| (detail["what"].as_str().unwrap(), detail["text"].as_str().unwrap(), ""));
            let subject = finding.get("subject").filter(|subject| !subject.is_null());
            let subject = subject.map(|of| ("subject", of["name"].as_str().unwrap(), of["place"].as_str().unwrap()));
            for (what, text, place) in told.chain(subject) {
                let word = format!("{technique}/{what}/{text}");
                if WORDS.contains(&word.as_str()) {
                    met.insert(word);
                } else if is_ours(technique, what, text, place) {
                    out.insert(format!("{}: `{word}` is not in WORDS", case.name));
                }
            }
        }
    }
    none(&Vec::from_iter(out));
    assert!(met.len() > WORDS.len() / 2, "only {} of {} were met", met.len(), WORDS.len());
}

#[test]
fn no_two_findings_of_a_page_have_one_id() {
    let mut engine = engine();
    let mut out = Vec::new();
    for case in cases() {
        let Ok(report) = judged(&mut engine, &case) else { continue };
        let report: Value = serde_json::from_slice(&report).unwrap();
        for page in report["pages"].as_array().unwrap() {
            let mut ids = BTreeSet::new();
            let of = page["findings"].as_array().unwrap().iter().map(|finding| finding["id"].as_str().unwrap());
            out.extend(of.filter(|&id| !ids.insert(id)).map(|id| format!("{}: {id} stands twice", case.name)));
        }
    }
    none(&out);
}

/// Whether a word of a finding must be one of ours, and is none that techniques share.
fn is_ours(technique: &str, what: &str, text: &str, place: &str) -> bool {
    const PLACES: [&str; 7] = ["query", "path", "cookie", "header", "body", "redirect", "connection"];
    const KINDS: [&str; 6] = ["mail", "tel", "name", "card", "nat", "geo"];
    const WRITTEN: [&str; 6] = ["plain", "base64", "hex", "md5", "sha1", "sha256"];
    match what {
        "kind" => technique != "personal-data-leak" || !KINDS.contains(&text),
        "channel" => !PLACES.contains(&text),
        "encoding" => !WRITTEN.contains(&text),
        "purpose" => !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b',' | b' ')),
        "asked" => true,
        "field" => technique == "ad-auction",
        // Of these each subject is ours; an operator's header and a cookie of a page are names.
        "subject" => {
            place == "connection"
                || matches!(technique, "ad-auction" | "beacon" | "block-page" | "cache-identifier" | "gpc")
                || matches!(technique, "fingerprint-request" | "insecure-transport")
        }
        _ => false,
    }
}

/// The files under tests/cases, counted by themselves.
fn files() -> usize {
    inside(&root().join("tests/cases")).iter().map(|folder| inside(folder).len()).sum()
}

#[test]
fn the_command_line_judges_every_case_to_the_same_bytes() {
    let mut engine = engine();
    let cases = cases();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cases-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let pack = pack_path();
    // Loading the lists takes longer than judging, and an unoptimised binary takes its time.
    let halves = cases.chunks(cases.len().div_ceil(2));
    let run = |(half, cases): (usize, &[Case])| -> Vec<(String, Option<i32>, Vec<u8>, String)> {
        cases
            .iter()
            .enumerate()
            .map(|(at, case)| {
                let file = folder.join(format!("{half}-{at}.log.json"));
                fs::write(&file, &case.log).unwrap();
                let mut command = Command::new(env!("CARGO_BIN_EXE_onlooker"));
                command.arg("audit").arg(&file).arg("--pack").arg(&pack).args(["--format", "json"]);
                command.args(case.lists.iter().flat_map(|list| ["--list".as_ref(), list.as_os_str()]));
                let done = command.output().unwrap();
                let said = String::from_utf8(done.stderr).unwrap();
                (case.name.clone(), done.status.code(), done.stdout, said)
            })
            .collect()
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = halves.enumerate().map(|half| scope.spawn(move || run(half))).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut out = Vec::new();
    assert_eq!(results.len(), files());
    for (case, (name, code, stdout, stderr)) in cases.iter().zip(results) {
        assert_eq!(case.name, name);
        match judged(&mut engine, case) {
            Ok(report) => {
                if code != Some(0) || !stderr.is_empty() {
                    out.push(format!("{name}: exit code {code:?}, {stderr}"));
                }
                if stdout != report {
                    out.push(format!("{name}: the command line's report is not the core's"));
                }
            }
            Err(_) => {
                let report: Value = serde_json::from_slice(&stdout).unwrap_or_default();
                if code != Some(2) || stderr.lines().count() != 1 || report["pages"] != json!([]) {
                    out.push(format!("{name}: refused, but with exit code {code:?}: {stderr}"));
                }
            }
        }
    }
    none(&out);
    fs::remove_dir_all(folder).unwrap();
}

/// Numbers that look random and are the same each time.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

#[test]
fn the_order_of_observations_means_nothing() {
    let mut engine = engine();
    let mut out = Vec::new();
    let (mut turned, mut exempt) = (0, 0);
    for case in cases() {
        let Ok(report) = judged(&mut engine, &case) else { continue };
        let log: Value = serde_json::from_slice(&case.log).unwrap();
        let mut same = true;
        for seed in 0..4_u64 {
            let mut log = log.clone();
            for page in log["pages"].as_array_mut().unwrap() {
                let Some(observations) = page.get_mut("observations").and_then(Value::as_array_mut) else { continue };
                let mut state = seed;
                if seed == 0 {
                    observations.reverse();
                } else {
                    for at in (1..observations.len()).rev() {
                        observations.swap(at, usize::try_from(next(&mut state)).unwrap() % (at + 1));
                    }
                }
                turned += usize::from(observations.len() > 1);
            }
            same &= judged_as(&mut engine, &case, log.to_string().as_bytes()).unwrap() == report;
        }
        match case.whole.get("order_matters").and_then(Value::as_str) {
            None if !same => out.push(format!("{}: another order gives another report", case.name)),
            Some(_) if same => out.push(format!("{}: order does not matter here, whatever the case says", case.name)),
            Some(why) => {
                assert!(why.len() > 20);
                exempt += 1;
            }
            None => {}
        }
    }
    none(&out);
    assert!(turned >= 4 * 30, "only {turned} logs had an order to change");
    // Those that are about a limit, behind which order decides what is told apart, or about what goes along with many requests.
    assert!(exempt <= 10, "{exempt} cases say that order matters");
}

#[test]
fn judging_a_log_leaves_nothing_behind() {
    let mut engine = engine();
    let cases = cases();
    let first: Vec<_> = cases.iter().map(|case| judged(&mut engine, case)).collect();
    let again: Vec<_> = cases.iter().rev().map(|case| judged(&mut engine, case)).collect();
    assert!(first.iter().eq(again.iter().rev()), "a report depends on what was judged before it");
}

#[test]
fn every_case_shows_what_its_kind_says() {
    let known: BTreeSet<&str> = DETECTORS.iter().map(|detector| detector.technique).collect();
    let mut out = Vec::new();
    for case in cases() {
        let (name, technique) = (&case.name, case.folder.as_str());
        let Some(technique) = known.get(technique) else {
            if case.folder != "hostile" || case.kind != "hostile" {
                out.push(format!("{name}: {} is neither a technique nor `hostile`", case.folder));
            }
            continue;
        };
        let pages = match case.expect() {
            Value::Array(pages) => pages.clone(),
            page => vec![page.clone()],
        };
        for page in &pages {
            let told = page["findings"].is_array() || page["of"][technique].is_array();
            if !page["level"].is_string() || !told || !page["absent"].is_array() {
                out.push(format!("{name}: level, findings (or those of the technique) and absent must be told"));
            }
        }
        let all = |key: &'static str| pages.iter().filter_map(move |page| page[key].as_array()).flatten();
        let its = pages.iter().filter_map(|page| page["of"][technique].as_array()).flatten();
        let fires = all("findings").any(|finding| finding["technique"] == **technique) || its.count() > 0;
        let absent = all("absent").any(|absent| *absent == **technique);
        match case.kind.as_str() {
            "fires" if fires && !absent => {}
            "silent" | "near-miss" if absent && !fires => {}
            kind => out.push(format!("{name}: not a case of kind `{kind}`")),
        }
    }
    none(&out);
}

#[test]
fn every_technique_has_cases_of_each_kind() {
    let cases = cases();
    let mut out = Vec::new();
    for detector in DETECTORS {
        for kind in ["fires", "silent", "near-miss"] {
            let is_its = |case: &&Case| case.folder == detector.technique && case.kind == kind;
            let count = cases.iter().filter(is_its).count();
            if count < OF_EACH {
                out.push(format!("{}: {count} cases of kind `{kind}`", detector.technique));
            }
        }
    }
    none(&out);
}

/// The runner itself: an expectation that does not hold must be noticed.
#[test]
fn a_wrong_expectation_fails() {
    let mut engine = engine();
    let mut cases = cases();
    let case = cases.iter_mut().find(|case| case.folder == "tracker-request" && case.kind == "fires").unwrap();
    let report = judged(&mut engine, case).unwrap();
    none(&complaints(case, &report));
    let good = case.whole["expect"].clone();
    let broken: [fn(&mut Value); 9] = [
        |e| e["level"] = "none".into(),
        |e| e["watchers"].as_array_mut().unwrap().clear(),
        |e| e["findings"].as_array_mut().unwrap().clear(),
        |e| e["findings"][0]["rule"]["line"] = 1.into(),
        |e| e["findings"][0]["rule"] = Value::Null,
        |e| e["findings"][0]["count"] = 77.into(),
        |e| e["absent"] = json!(["tracker-request"]),
        |e| e["absent"] = json!(["no-such-technique"]),
        |e| e["skipped"] = json!({ "data-url": 1 }),
    ];
    for (at, change) in broken.iter().enumerate() {
        let mut expect = good.clone();
        change(&mut expect);
        case.whole["expect"] = expect;
        assert!(!complaints(case, &report).is_empty(), "change {at} was not noticed");
    }
    case.whole["expect"] = good.clone();
    case.whole["known_wrong"] = json!({ "why": "it is right all along, so this must be noticed", "right": good });
    assert!(!complaints(case, &report).is_empty());
}
