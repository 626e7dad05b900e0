//! The house rules that a compiler does not hold: who may import whom, who may name which crate, and that a technique
//! is one noun everywhere. ARCHITECTURE.md says why; this file reads the sources and holds it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use onlooker::detectors::DETECTORS;
use onlooker::seen::words::WORDS;
use serde_json::Value;

/// Which rooms of ours a room may import, beside itself. A name ends where a module's ends: `rules` is all of `rules/`.
const ROOMS: [(&str, &[&str]); 27] = [
    ("address", &[]),
    ("calendar", &[]),
    ("consent", &[]),
    ("error", &[]),
    ("finding", &[]),
    ("observation", &[]),
    ("order", &[]),
    ("party", &[]),
    ("pseudonym", &["calendar", "consent", "order"]),
    ("redact", &[]),
    ("unseen", &[]),
    ("shared", &["party"]),
    ("grade", &["finding"]),
    ("kinds", &["finding"]),
    ("rules", &["address", "error", "observation", "order", "party"]),
    ("feeds", &["address", "error", "observation", "party", "rules", "shared"]),
    (
        "own",
        &[
            "address",
            "error",
            "kinds",
            "party",
            "rules::blocklist",
            "rules::bundle",
            "rules::compile",
            "rules::dossier",
            "rules::index",
            "rules::list",
            "shared",
        ],
    ),
    (
        "seen",
        &[
            "address",
            "finding",
            "kinds",
            "observation",
            "pseudonym",
            "redact",
            "rules::actors",
            "rules::added",
            "rules::index",
            "rules::pack",
        ],
    ),
    (
        "detectors",
        &[
            "address",
            "consent",
            "finding",
            "kinds",
            "observation",
            "order",
            "party",
            "pseudonym",
            "rules::added",
            "rules::index",
            "rules::rule",
            "seen",
        ],
    ),
    ("report", &["finding", "grade", "kinds", "rules::dossier", "rules::pack"]),
    (
        "audit",
        &[
            "address",
            "detectors",
            "error",
            "finding",
            "grade",
            "kinds",
            "observation",
            "order",
            "party",
            "pseudonym",
            "redact",
            "report",
            "rules",
            "seen",
        ],
    ),
    ("wire", &["error", "feeds", "finding", "observation", "report", "unseen"]),
    ("wasm", &["address", "audit", "error", "feeds", "finding", "observation", "party", "pseudonym", "seen", "wire"]),
    ("har", &["address", "calendar", "observation"]),
    (
        "cli",
        &[
            "address",
            "audit",
            "detectors",
            "error",
            "feeds",
            "finding",
            "har",
            "kinds",
            "observation",
            "own",
            "report",
            "rules::blocklist",
            "rules::clearurls",
            "rules::index::CLEARURLS",
            "rules::index::OWN_LIST",
            "rules::bundle",
            "rules::compile",
            "unseen",
            "wire",
        ],
    ),
    ("main", &["cli", "har"]),
    // Names the rooms, and imports none.
    ("lib", &[]),
];

/// The rooms that only the command line has: they may touch files. All others are the core.
const OUTSIDE: [&str; 3] = ["cli", "har", "main"];

/// Crates, parts of the standard library, and types: the files that may name them, and why these.
const ONLY_IN: [(&str, &[(&str, &str)]); 25] = [
    ("adblock", &[("rules/blocklist.rs", "reads list texts")]),
    ("wasm_bindgen", &[("wasm.rs", "the boundary")]),
    ("js_sys", &[("wasm.rs", "the boundary: errors")]),
    ("web_sys", &[("wasm.rs", "the boundary: where a panic happened, on the console")]),
    ("serde_wasm_bindgen", &[("wasm.rs", "the boundary: wire types")]),
    ("tsify", &[("wire.rs", "declares the wire types to JavaScript")]),
    (
        "serde",
        &[
            ("wire.rs", "derives it"),
            ("wasm.rs", "takes whatever wire type is serialisable; derives nothing"),
            ("har.rs", "walks a HAR as it is read, which may be 100 MB; derives nothing"),
            ("har/walk.rs", "the visitors of that walk; derive nothing"),
            ("feeds/stix.rs", "passes over what is not asked for; derives nothing"),
        ],
    ),
    (
        "serde_json",
        &[
            ("wire.rs", "the canonical bytes"),
            ("rules/pack.rs", "the lists' facts lie in the pack as JSON; read and written by hand"),
            ("feeds/stix.rs", "the file is JSON"),
            ("har.rs", "the file is JSON"),
            ("cli/sources.rs", "the packages' files are JSON"),
            ("rules/clearurls.rs", "the file is JSON"),
            ("cli/words.rs", "the extension's English texts are JSON"),
        ],
    ),
    ("regex", &[("rules/index.rs", "rules that are regular expressions")]),
    (
        "regex_syntax",
        &[("rules/regexes.rs", "the words within one"), ("rules/clearurls.rs", "the texts that one fits")],
    ),
    ("idna", &[("address.rs", "hosts in Unicode")]),
    (
        "xxhash_rust",
        &[
            ("rules/pack.rs", "the checksum"),
            ("audit/mod.rs", "a log's ids as numbers, and its salt"),
            ("audit/ledger.rs", "what hosts were sent, without keeping it"),
            ("feeds/mod.rs", "entries that stand twice"),
            ("har/url.rs", "addresses met before, without keeping them"),
            ("har/walk.rs", "names of pages, without keeping them"),
        ],
    ),
    ("clap", &[("cli/args.rs", "arguments"), ("cli/mod.rs", "arguments")]),
    ("indicatif", &[("cli/input.rs", "the bar")]),
    ("flate2", &[("cli/input.rs", "compressed recordings")]),
    (
        "sha2",
        &[
            ("own/rules.rs", "our own list's checksum"),
            ("cli/sources.rs", "the lists' checksums"),
            ("feeds/mod.rs", "an added list's, which gives its number"),
            ("pseudonym/encodings.rs", "values are sent under it"),
        ],
    ),
    ("md5", &[("pseudonym/encodings.rs", "values are sent under it")]),
    ("sha1", &[("pseudonym/encodings.rs", "values are sent under it")]),
    ("siphasher", &[("pseudonym/mod.rs", "the salted hash of a value")]),
    ("csv_core", &[("feeds/ccadb.rs", "the file is CSV")]),
    (
        "toml",
        &[
            ("cli/sources.rs", "lists/sources.toml"),
            ("own/mod.rs", "our own lists"),
            ("own/table.rs", "what stands under a key of them"),
            ("own/check.rs", "what is wrong with them"),
            ("own/rules.rs", "an entry of them"),
            ("own/join.rs", "an entry of them"),
        ],
    ),
    (
        "std::fs",
        &[
            ("cli/feeds.rs", "reads lists that a person names"),
            ("cli/input.rs", "reads recordings"),
            ("cli/output.rs", "writes reports"),
            ("cli/pack.rs", "reads a pack"),
            ("cli/sources.rs", "reads lists"),
            ("cli/own.rs", "reads our own lists"),
        ],
    ),
    (
        "std::net",
        &[
            ("party.rs", "the parser of IPv4 addresses; opens nothing"),
            ("address.rs", "the parser of IPv6 addresses; opens nothing"),
        ],
    ),
    ("std::thread", &[]),
    (
        "HashMap",
        &[
            ("rules/bundle.rs", "looked up by name and never walked: its order is not the same in two runs"),
            ("har.rs", "looked up; walked only to add up, where order means nothing"),
            ("audit/ledger.rs", "whether it was there before; never walked"),
        ],
    ),
];

/// What the core never does: input and output, clocks, chance, and whatever has another order in another run.
const NEVER_IN_CORE: [&str; 15] = [
    "std::time",
    "std::io",
    "std::env",
    "std::process",
    "std::sync",
    "SystemTime",
    "Instant",
    "HashSet",
    "RandomState",
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "dbg!",
    "include_bytes!",
];

/// A source file: its name under `src/`, its module path, and its code without comments, texts and tests.
struct Source {
    name: String,
    module: Vec<String>,
    whole: String,
    code: String,
}

impl Source {
    fn new(name: &str, whole: &str) -> Self {
        let path = name.trim_end_matches(".rs");
        let module = path.trim_end_matches("/mod").split('/').map(str::to_owned).collect();
        let code = without_tests(&bare(whole));
        Self { name: name.to_owned(), module, whole: whole.to_owned(), code }
    }

    fn room(&self) -> &str {
        &self.module[0]
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, out: &mut Vec<Source>) {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                walk(&path, out);
            } else {
                let name = path.strip_prefix(root().join("src")).unwrap().display().to_string();
                out.push(Source::new(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut out = Vec::new();
    walk(&root().join("src"), &mut out);
    assert!(out.len() > 25, "only {} sources were found", out.len());
    out
}

/// Code without comments and without what stands in strings and characters.
fn bare(source: &str) -> String {
    let bytes: Vec<char> = source.chars().collect();
    let at = |i: usize| bytes.get(i).copied().unwrap_or('\0');
    let mut out = String::new();
    let mut i = 0;
    while i < bytes.len() {
        let word_before = i > 0 && (at(i - 1).is_alphanumeric() || at(i - 1) == '_');
        match (at(i), at(i + 1)) {
            ('/', '/') => {
                while i < bytes.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            ('/', '*') => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= bytes.len() {
                        break;
                    }
                }
            }
            ('r', '"' | '#') if !word_before || at(i - 1) == 'b' => {
                let mut hashes = 0;
                while at(i + 1 + hashes) == '#' {
                    hashes += 1;
                }
                if at(i + 1 + hashes) != '"' {
                    out.push('r');
                    i += 1;
                    continue;
                }
                i += 2 + hashes;
                while i < bytes.len() && !(at(i) == '"' && (1..=hashes).all(|n| at(i + n) == '#')) {
                    i += 1;
                }
                i += 1 + hashes;
                out.push_str("\"\"");
            }
            ('"', _) => {
                i += 1;
                while i < bytes.len() && at(i) != '"' {
                    i += if at(i) == '\\' { 2 } else { 1 };
                }
                i += 1;
                out.push_str("\"\"");
            }
            ('\'', '\\') => {
                i += 3;
                while i < bytes.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            // Not a lifetime: those have no second quote.
            ('\'', _) if at(i + 2) == '\'' => i += 3,
            (other, _) => {
                out.push(other);
                i += 1;
            }
        }
    }
    out
}

/// Code without its `#[cfg(test)]` module: tests may import what they like.
fn without_tests(code: &str) -> String {
    let Some(start) = code.find("#[cfg(test)]") else { return code.to_owned() };
    let Some(open) = code[start..].find('{').map(|at| start + at) else { return code.to_owned() };
    let mut depth = 0;
    let end = code[open..].char_indices().find_map(|(at, c)| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        (depth == 0).then_some(open + at + 1)
    });
    format!("{}{}", &code[..start], end.map_or("", |end| &code[end..]))
}

/// The words of code and the punctuation between them.
fn tokens(code: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut in_word = false;
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() || c == '_' {
            match out.last_mut().filter(|_| in_word) {
                Some(word) => word.push(c),
                None => out.push(c.into()),
            }
            in_word = true;
            continue;
        }
        in_word = false;
        if c == ':' && chars.peek() == Some(&':') {
            chars.next();
            out.push("::".into());
        } else if !c.is_whitespace() {
            out.push(c.into());
        }
    }
    out
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Every path that code spells from `start` on: `{…}` opened, so that `use crate::{a, b::c}` is two.
fn spelled(tokens: &[String], start: usize) -> (Vec<Vec<String>>, usize) {
    let mut path = vec![tokens[start].clone()];
    let mut at = start + 1;
    while tokens.get(at).is_some_and(|token| token == "::") {
        match tokens.get(at + 1) {
            Some(word) if is_word(word) => {
                path.push(word.clone());
                at += 2;
            }
            Some(brace) if brace == "{" => {
                let mut all = Vec::new();
                at += 2;
                while let Some(token) = tokens.get(at).filter(|token| *token != "}") {
                    if is_word(token) {
                        let (inner, after) = spelled(tokens, at);
                        all.extend(inner.into_iter().map(|inner| [path.clone(), inner].concat()));
                        at = after;
                    } else {
                        at += 1;
                    }
                }
                return (all, at + 1);
            }
            _ => break,
        }
    }
    (vec![path], at)
}

/// The modules of ours that a file names anywhere, not only in its `use` lines, each as a whole path in the crate.
fn imports(source: &Source) -> Vec<Vec<String>> {
    let tokens = tokens(&source.code);
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let first = at == 0 || tokens[at - 1] != "::";
        if !first || !["crate", "super", "self", "onlooker"].contains(&token.as_str()) {
            continue;
        }
        // `self` alone is a value.
        if tokens.get(at + 1).is_none_or(|token| token != "::") {
            continue;
        }
        for path in spelled(&tokens, at).0 {
            let mut module = match path[0].as_str() {
                "super" => source.module[..source.module.len() - 1].to_vec(),
                "self" => source.module.clone(),
                _ => Vec::new(),
            };
            for word in &path[1..] {
                match word.as_str() {
                    "super" => drop(module.pop()),
                    "self" => {}
                    word => module.push(word.to_owned()),
                }
            }
            out.push(module);
        }
    }
    out
}

fn within(path: &[String], room: &str) -> bool {
    let path = path.join("::");
    path == room || path.strip_prefix(room).is_some_and(|rest| rest.starts_with("::"))
}

/// Imports of a file that its room may not have.
fn wrong_imports(source: &Source, detectors: &BTreeSet<String>) -> Vec<String> {
    let Some((room, may)) = ROOMS.iter().find(|(room, _)| *room == source.room()) else {
        return vec![format!("{}: no rule says what this room may import: ROOMS in tests/house.rs", source.name)];
    };
    let mut out = Vec::new();
    for path in imports(source) {
        let spelled = path.join("::");
        if path.is_empty() || (!within(&path, room) && !may.iter().any(|other| within(&path, other))) {
            out.push(format!("{} imports {spelled}, which {room} may not", source.name));
        }
        if path[0] == "detectors" && path.get(1).is_some_and(|name| detectors.contains(name)) {
            let own = source.module.get(1) == path.get(1);
            if source.name != "detectors/mod.rs" && !own {
                out.push(format!("{} imports the detector {spelled}: they know nothing of each other", source.name));
            }
        }
        let text_readers = ["rules::blocklist", "rules::bundle", "rules::clearurls"];
        let reads_texts =
            text_readers.contains(&source.module.join("::").as_str()) || ["cli", "own"].contains(&source.room());
        if text_readers.iter().any(|reader| within(&path, reader)) && !reads_texts {
            out.push(format!("{} imports {spelled}, which the wasm build has not", source.name));
        }
    }
    out
}

/// What code names from outside: crates (`regex`), parts of the standard library (`std::fs`), macros (`dbg!`), and all
/// names that begin with a capital.
fn named(code: &str) -> BTreeSet<String> {
    let tokens = tokens(code);
    let is = |at: usize, token: &str| tokens.get(at).is_some_and(|have| have == token);
    let mut out = BTreeSet::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| is_word(token)) {
        if token.starts_with(char::is_uppercase) {
            out.insert(token.clone());
        }
        if is(at + 1, "!") && !is(at + 2, "=") {
            out.insert(format!("{token}!"));
        }
        let first = at == 0 || !is(at - 1, "::");
        if first && is(at + 1, "::") {
            for path in spelled(&tokens, at).0 {
                match path[0].as_str() {
                    "std" | "core" | "alloc" => out.extend(path.get(1).map(|part| format!("std::{part}"))),
                    other => drop(out.insert(other.to_owned())),
                }
            }
        }
        if at > 0 && is(at - 1, "use") && is(at + 1, ";") {
            out.insert(token.clone());
        }
    }
    out
}

/// What a file names and may not.
fn wrong_words(source: &Source) -> Vec<String> {
    let words = named(&source.code);
    let mut out = Vec::new();
    for (word, may) in ONLY_IN {
        if words.contains(word) && !may.iter().any(|(file, _)| *file == source.name) {
            out.push(format!("{} names {word}, which only these may: {may:?}", source.name));
        }
    }
    if !OUTSIDE.contains(&source.room()) {
        for word in NEVER_IN_CORE {
            if words.contains(word) {
                out.push(format!("{} names {word}, and is core", source.name));
            }
        }
    }
    if let Some(odd) = source.code.chars().find(|c| !c.is_ascii()) {
        out.push(format!("{} has {odd:?} in its code", source.name));
    }
    let derives = derived(&source.code);
    if source.name != "wire.rs" && ["Serialize", "Deserialize"].iter().any(|name| derives.contains(*name)) {
        out.push(format!("{} derives serde: only wire.rs does", source.name));
    }
    out
}

/// All that is derived anywhere in code.
fn derived(code: &str) -> BTreeSet<String> {
    let tokens = tokens(code);
    let mut out = BTreeSet::new();
    for (at, _) in tokens.iter().enumerate().filter(|(_, token)| *token == "derive") {
        out.extend(tokens[at..].iter().take_while(|token| *token != ")").filter(|token| is_word(token)).cloned());
    }
    out
}

fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

fn detector_files() -> BTreeSet<String> {
    sources()
        .iter()
        .filter(|source| source.room() == "detectors" && source.module.len() > 1)
        .map(|source| source.module[1].clone())
        .collect()
}

#[test]
fn imports_go_downward() {
    let detectors = detector_files();
    let sources = sources();
    none(&sources.iter().flat_map(|source| wrong_imports(source, &detectors)).collect::<Vec<_>>());
    // A reader that finds nothing would hold nothing.
    let found: usize = sources.iter().map(|source| imports(source).len()).sum();
    assert!(found > 100, "only {found} imports were found");
}

#[test]
fn every_room_is_known_and_lower_rooms_know_no_higher_one() {
    let rooms: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let sources = sources();
    let real: BTreeSet<&str> = sources.iter().map(Source::room).collect();
    assert_eq!(rooms, real, "ROOMS in tests/house.rs against the files in src/");
    // The table itself has no way round: what may be imported stands above its importer in the table.
    for (at, (room, may)) in ROOMS.iter().enumerate() {
        for other in *may {
            let place = ROOMS.iter().position(|(name, _)| *name == other.split("::").next().unwrap());
            assert!(place.is_some_and(|place| place < at), "{room} may import {other}, which is not below it");
        }
    }
}

#[test]
fn each_crate_is_named_where_it_belongs() {
    let sources = sources();
    none(&sources.iter().flat_map(wrong_words).collect::<Vec<_>>());
    let mut stale = Vec::new();
    for (word, may) in ONLY_IN {
        for (file, why) in may {
            assert!(why.len() > 4, "{file} may name {word}: why?");
            let source = sources.iter().find(|source| source.name == *file);
            if !source.is_some_and(|source| named(&source.code).contains(word)) {
                stale.push(format!("{file} may name {word} and does not: take it off the list"));
            }
        }
    }
    none(&stale);
}

#[test]
fn every_module_opens_with_its_job() {
    let mut out = Vec::new();
    for source in sources() {
        let first = source.whole.lines().next().unwrap_or_default();
        if !first.starts_with("//! ") || first.len() < 20 {
            out.push(format!("{} does not open with `//!` and its job", source.name));
        }
    }
    none(&out);
}

#[test]
fn a_technique_is_one_noun_everywhere() {
    let techniques: Vec<&str> = DETECTORS.iter().map(|detector| detector.technique).collect();
    let unique: BTreeSet<&str> = techniques.iter().copied().collect();
    assert_eq!(unique.len(), techniques.len());
    let files: BTreeSet<String> = techniques.iter().map(|technique| technique.replace('-', "_")).collect();
    assert_eq!(detector_files(), files, "a file for each technique, and a technique for each file");
    for detector in DETECTORS {
        let technique = detector.technique;
        let file = root().join("src/detectors").join(format!("{}.rs", technique.replace('-', "_")));
        let text = fs::read_to_string(file).unwrap();
        assert!(text.starts_with(&format!("//! {technique}: ")), "{technique}: its file does not open with its name");
        assert!(technique.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{technique}");
        for (what, said) in [
            ("looks for", detector.looks_for),
            ("takes as its threshold", detector.threshold),
            ("is blind to", detector.blind_to),
        ] {
            assert!(said.len() > 20, "{technique} does not say what it {what}");
        }
        assert!(!detector.harmless.is_empty(), "{technique} has no harmless explanation");
        assert!(!detector.rights.is_empty(), "{technique} touches no right");
    }
}

#[test]
fn every_technique_has_cases_of_each_kind() {
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(root().join("tests/cases")).unwrap() {
        folders.insert(entry.unwrap().file_name().into_string().unwrap());
    }
    for detector in DETECTORS {
        assert!(folders.remove(detector.technique), "tests/cases/{} is not there", detector.technique);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for entry in fs::read_dir(root().join("tests/cases").join(detector.technique)).unwrap() {
            let case: Value = serde_json::from_slice(&fs::read(entry.unwrap().path()).unwrap()).unwrap();
            if case.get("known_wrong").is_none() {
                *kinds.entry(case["kind"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        assert!(kinds.values().sum::<usize>() >= 6, "{} has fewer than 6 cases", detector.technique);
        for kind in ["fires", "silent", "near-miss"] {
            let count = kinds.get(kind).copied().unwrap_or(0);
            assert!(count >= 2, "{} has {count} cases of kind {kind}", detector.technique);
        }
    }
    assert_eq!(folders, BTreeSet::from(["hostile".to_owned()]), "folders of no technique");
}

#[test]
fn every_technique_has_texts_in_every_language() {
    let mut out = Vec::new();
    let mut languages = 0;
    for entry in fs::read_dir(root().join("extension/_locales")).unwrap() {
        let language = entry.unwrap().path();
        let messages: Value = serde_json::from_slice(&fs::read(language.join("messages.json")).unwrap()).unwrap();
        languages += 1;
        let mut known = BTreeSet::from(["technique_new".to_owned()]);
        for detector in DETECTORS {
            for part in ["name", "line", "means", "harmless", "site", "you"] {
                let key = format!("technique_{}_{part}", detector.technique.replace('-', "_"));
                if messages[&key]["message"].as_str().is_none_or(|text| text.trim().is_empty()) {
                    out.push(format!("{}: {key} is missing", language.display()));
                }
                known.insert(key);
            }
        }
        let keys = messages.as_object().unwrap().keys().filter(|key| key.starts_with("technique_"));
        out.extend(keys.filter(|key| !known.contains(*key)).map(|key| format!("{key} is of no technique")));
    }
    assert!(languages >= 2);
    none(&out);
}

#[test]
fn every_list_serves_a_technique_that_exists() {
    let sources = fs::read_to_string(root().join("lists/sources.toml")).unwrap();
    let named: Vec<&str> = sources
        .lines()
        .filter_map(|line| line.strip_prefix("technique = "))
        .map(|value| value.trim_matches('"'))
        .collect();
    assert!(named.len() >= 4);
    for technique in named {
        assert!(DETECTORS.iter().any(|detector| detector.technique == technique), "{technique}");
    }
}

/// The reader itself: each of these must be complained of, and its neighbour must not.
#[test]
fn what_breaks_a_rule_is_found() {
    let detectors = BTreeSet::from(["ad_request".to_owned(), "tracker_request".to_owned()]);
    for (name, text, wrong) in [
        ("address.rs", "use crate::audit::Engine;", true),
        ("address.rs", "fn f() { crate::party::registrable(\"\"); }", true),
        ("address.rs", "// use crate::audit::Engine;\n/* crate::audit */ const A: &str = \"crate::audit::x\";", false),
        ("rules/index.rs", "use crate::{address::Address, party};", false),
        ("rules/index.rs", "use crate::{address::Address, finding::Level};", true),
        ("rules/index.rs", "use super::super::grade;", true),
        ("rules/index.rs", "use super::{pack::{Bytes, Section}, rule};", false),
        ("rules/index.rs", "use super::blocklist::read;", true),
        ("rules/compile.rs", "use super::blocklist::read;", true),
        ("rules/bundle.rs", "use super::compile::Compiled;", false),
        ("feeds/mod.rs", "use crate::rules::compile;", false),
        ("feeds/mod.rs", "use crate::rules::bundle::compile;", true),
        ("feeds/mod.rs", "use crate::audit;", true),
        ("own/join.rs", "use crate::rules::bundle::OwnerSource;", false),
        ("own/check.rs", "use crate::detectors;", true),
        ("rules/bundle.rs", "use crate::own;", true),
        ("rules/list.rs", "use crate::feeds;", true),
        ("detectors/ad_request.rs", "use super::{Detector, listed};", false),
        ("detectors/ad_request.rs", "use super::tracker_request::DETECTOR;", true),
        ("detectors/ad_request.rs", "use crate::rules::actors::Actors;", true),
        ("detectors/mod.rs", "static D: &D = &self::ad_request::DETECTOR;", false),
        ("audit.rs", "use crate::wire;", true),
        ("audit.rs", "#[cfg(test)]\nmod tests { use crate::wire; }\nuse crate::redact;", false),
        ("wire.rs", "use crate::audit;", true),
        ("cli/audit.rs", "use onlooker::wire;", false),
        ("cli/audit.rs", "use onlooker::rules::columns::Columns;", true),
        ("cellar.rs", "", true),
    ] {
        let found = wrong_imports(&Source::new(name, text), &detectors);
        assert_eq!(!found.is_empty(), wrong, "{name}: {text}: {found:?}");
    }
    for (name, text, wrong) in [
        ("rules/index.rs", "use adblock::Engine;", true),
        ("rules/blocklist.rs", "use adblock::Engine;", false),
        ("audit.rs", "#[derive(Debug, serde::Serialize)] struct A;", true),
        ("har.rs", "use serde::Serialize; #[derive(Serialize)] struct A;", true),
        ("wire.rs", "use serde::Serialize; #[derive(Serialize)] struct A;", false),
        ("grade.rs", "fn now() -> std::time::Instant { std::time::Instant::now() }", true),
        ("audit.rs", "fn f() { std::fs::read(\"x\"); }", true),
        ("cli/input.rs", "fn f() { std::fs::read(\"x\"); }", false),
        ("cli/text.rs", "fn f() { std::fs::read(\"x\"); }", true),
        ("audit.rs", "fn f() { println!(\"x\"); }", true),
        ("audit.rs", "const A: &str = r#\"println \" Instant\"#; const B: char = '\"'; // Instant", false),
        ("audit.rs", "use std::collections::HashMap;", true),
        (
            "audit.rs",
            "const V: &str = env!(\"CARGO_PKG_VERSION\"); fn f(time: u8, io: u8) -> bool { time != io }",
            false,
        ),
        ("audit.rs", "use std::{fmt, io::{self, Read}};", true),
        ("audit.rs", "use core::{fmt, cmp::Ordering};", false),
        ("audit.rs", "fn regex(regex: u8) -> u8 { regex }", false),
        ("audit.rs", "fn f() { let x = regex::Regex::new(\"\"); }", true),
        ("audit.rs", "fn gr\u{f6}sse() {}", true),
        ("audit.rs", "/* gr\u{f6}sse */ const A: &str = \"\u{2026}\";", false),
        ("audit.rs", "fn f<'a>(x: &'a str) -> &'a str { x } fn g() { std::env::var(\"x\"); }", true),
    ] {
        let found = wrong_words(&Source::new(name, text));
        assert_eq!(!found.is_empty(), wrong, "{name}: {text}: {found:?}");
    }
}

/// What a detector writes out as a word of a finding stands in `WORDS`, and what stands there is written by its detector.
#[test]
fn words_of_findings_are_listed() {
    // Names of protocols and frameworks are the same in every language.
    const NAMES: [&str; 2] = ["protocol", "framework"];
    assert!(WORDS.is_sorted() && WORDS.len() > 50);
    let mut found = 0;
    for detector in DETECTORS {
        let technique = detector.technique;
        let path = format!("src/detectors/{}.rs", technique.replace('-', "_"));
        let source = fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        for (start, is_subject) in [("Place::", true), ("What::", false)] {
            for rest in source.split(start).skip(1) {
                let Some((kind, rest)) = rest.split_once(',') else { continue };
                let Some(word) = rest.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                    continue;
                };
                let what = if is_subject { "subject".to_owned() } else { kind.to_ascii_lowercase() };
                if kind.bytes().all(|byte| byte.is_ascii_alphabetic())
                    && !NAMES.contains(&what.as_str())
                    && word != "session"
                {
                    let word = format!("{technique}/{what}/{word}");
                    assert!(WORDS.contains(&word.as_str()), "{path}: `{word}` is not in WORDS");
                    found += 1;
                }
            }
        }
        for word in WORDS.iter().filter_map(|word| word.strip_prefix(technique)?.strip_prefix('/')) {
            let (_, word) = word.split_once('/').unwrap();
            // Google's kinds of consent have their names where consent is read.
            let consent = fs::read_to_string("src/consent/google.rs").unwrap();
            assert!(
                source.contains(&format!("\"{word}\"")) || consent.contains(&format!("\"{word}\"")),
                "{path} has no `{word}`"
            );
        }
    }
    assert!(found > 15, "only {found} were found");
}

/// CONTRIBUTING.md names every file with a test that may be skipped, and no other.
#[test]
fn skipped_tests_are_named() {
    let doc = fs::read_to_string("CONTRIBUTING.md").unwrap();
    let (mut skip, mut files) = (Vec::new(), 0);
    for folder in ["tests", "tests/e2e", "tests/popup", "tests/wasm"] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // This file names what it looks for.
            if name == "house.rs" || !(name.ends_with(".rs") || name.ends_with(".test.mjs")) {
                continue;
            }
            files += 1;
            let text = fs::read_to_string(&path).unwrap();
            if ["skip:", "context.skip(", "test.skip(", "#[ignore"].iter().any(|way| text.contains(way)) {
                skip.push(name);
            }
        }
    }
    assert!(files > 20, "only {files} files");
    for name in &skip {
        assert!(
            doc.contains(&format!("`{name}`")),
            "CONTRIBUTING.md does not say that {name} has a test that may be skipped"
        );
    }
    assert_eq!(doc.matches(".test.mjs`").count(), skip.len(), "CONTRIBUTING.md names another: {skip:?}");
}
