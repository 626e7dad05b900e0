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

What a recording does not hold is not looked for: the check then says `could-not-look`, and why.
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

#[test]
fn every_detector_says_all_that_is_asked_of_it() {
    for detector in DETECTORS {
        let technique = detector.technique;
        assert!(detector.severity.len() > 20, "{technique} does not say how its levels were chosen");
        assert!(!detector.rights.is_empty(), "{technique} names no right");
        for source in detector.sources {
            assert!(source.starts_with("http") && !source.contains(' '), "{technique}: {source}");
        }
        let all = [detector.looks_for, detector.threshold, detector.severity, detector.blind_to];
        for text in all.into_iter().chain(detector.harmless.iter().copied()) {
            assert!(text.ends_with(['.', ')']) && !text.contains("  ") && !text.contains('\n'), "{technique}: {text}");
        }
    }
}
