//! docs/heuristics.md is what the detectors say of themselves. `UPDATE_GOLDEN=1 cargo test --test heuristics` writes it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::env;
use std::fmt::Write as _;
use std::fs;

use onlooker::detectors::{DETECTORS, Detector, Rests};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/heuristics.md");

const HEAD: &str = "\
# Heuristics

How Onlooker tells what a page does. This file is made from what each detector says of itself (`src/detectors/`), and a test \
holds it fresh. It says what is looked for, by which threshold and whose, when the same thing is harmless, what cannot be \
seen, and how grave it is and why. [grading.md](grading.md) says how a page's level follows from that. No finding is a \
verdict on a person, and contact is not guilt.

What a technique needs and a recording does not hold cannot be looked for: the check then says `could-not-look`, and why. \
Where the recording lacks something else that the technique reads, or a part of it, the check says `looked-in-part`: it was \
looked for in the rest, and not seen there.

Rights are those of the International Covenant on Civil and Political Rights (ICCPR): `iccpr-17` is its Article 17 (privacy), \
`iccpr-19` opinion and expression, `iccpr-21-22` assembly and association, `iccpr-25` taking part in public affairs.
";

fn told(detector: &Detector) -> String {
    let mut out = String::new();
    let technique = detector.technique;
    let _ = writeln!(out, "\n## {technique}\n\n{}\n", detector.looks_for);
    let mut row = |what: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "- **{what}.** {text}");
        }
    };
    row("Threshold", detector.threshold);
    row("How grave", detector.severity);
    let rights: Vec<&str> = detector.rights.iter().map(|right| right.name()).collect();
    row("Rights", &rights.join(", "));
    let needs: Vec<&str> = detector.needs.iter().map(|part| part.name()).collect();
    row("Needs", &needs.join(", "));
    let reads: Vec<&str> = detector.reads.iter().map(|part| part.name()).collect();
    row("Reads too", &reads.join(", "));
    row(
        "Looked for",
        match detector.rests_on {
            Rests::Nothing => "",
            Rests::AddedLists => "where the person added lists",
            Rests::Asking => "where the person asked for it",
        },
    );
    row("Cannot see", detector.blind_to);
    let _ = writeln!(out, "- **It can be harmless.**");
    for harmless in detector.harmless {
        let _ = writeln!(out, "  - {harmless}");
    }
    if !detector.sources.is_empty() {
        let _ = writeln!(out, "- **Sources.**");
        for source in detector.sources {
            let _ = writeln!(out, "  - <{source}>");
        }
    }
    out
}

#[test]
fn the_document_is_what_the_detectors_say() {
    let mut whole = HEAD.to_owned();
    for detector in DETECTORS {
        whole.push_str(&told(detector));
    }
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(PATH, &whole).unwrap();
    }
    let written = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == whole,
        "docs/heuristics.md is not what the detectors say: UPDATE_GOLDEN=1 cargo test --test heuristics"
    );
}

/// What a detector leaves out of what is asked of it.
fn missing(detector: &Detector) -> Vec<String> {
    let mut out = Vec::new();
    // A sentence of a few words at least.
    let says = |text: &str| {
        let whole = text.ends_with(['.', ')']) && !text.contains("  ") && !text.contains('\n');
        whole && text.split_whitespace().count() >= 4 && text.chars().filter(|c| c.is_alphabetic()).count() >= 20
    };
    for (what, text) in [
        ("looks for", detector.looks_for),
        ("has as its threshold", detector.threshold),
        ("grades", detector.severity),
        ("is blind to", detector.blind_to),
    ] {
        if !says(text) {
            out.push(format!("does not say what it {what}: {text}"));
        }
    }
    if detector.harmless.is_empty() || !detector.harmless.iter().all(|text| says(text)) {
        out.push("does not say when it is harmless".to_owned());
    }
    if detector.rights.is_empty() {
        out.push("names no right".to_owned());
    }
    // With a host that has a name, and more than that.
    let is_address = |source: &str| {
        let rest = source.strip_prefix("https://").or_else(|| source.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        !source.contains(' ') && host.contains('.') && !host.ends_with(".example")
    };
    if detector.sources.is_empty() || !detector.sources.iter().all(|source| is_address(source)) {
        out.push("has no sources that can be read".to_owned());
    }
    if detector.reads.iter().any(|part| detector.needs.contains(part)) {
        out.push("reads too what it needs anyway".to_owned());
    }
    out.into_iter().map(|what| format!("{} {what}", detector.technique)).collect()
}

#[test]
fn every_detector_says_all_that_is_asked_of_it() {
    let all: Vec<String> = DETECTORS.iter().copied().flat_map(missing).collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// The check itself: what says nothing must be noticed.
#[test]
fn what_says_nothing_is_noticed() {
    let whole: &Detector = DETECTORS.first().unwrap();
    for broken in [
        Detector { harmless: &[], ..*whole },
        Detector { harmless: &["It can be."], ..*whole },
        Detector { sources: &[], ..*whole },
        Detector { sources: &["https://x"], ..*whole },
        Detector { blind_to: ".", ..*whole },
        Detector { blind_to: "", ..*whole },
        Detector { threshold: "One.", ..*whole },
        Detector { rights: &[], ..*whole },
    ] {
        assert_eq!(missing(&broken).len(), 1, "{:?}", missing(&broken));
    }
    assert!(missing(whole).is_empty());
}
