//! The rules that are made of ClearURLs' data, held to a whole implementation of these: the crate that the data are from.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use clearurls::UrlCleaner;
use onlooker::rules::clearurls::{Lines, list, read};

const FILE: &str = include_str!("../lists/clearurls.json");

fn made() -> Lines {
    read(FILE).unwrap().lines
}

/// An address that a pattern fits, with this query.
fn example(pattern: &str, query: &str) -> String {
    let site = pattern.trim_start_matches('|').trim_end_matches('^').replace("*.", "www.").replace('*', "com");
    let site = site.split_once("://").map_or(site.clone(), |(_, rest)| rest.to_owned());
    let site = if site.is_empty() { "plain.example".to_owned() } else { site };
    let path = if site.contains('/') { "" } else { "/page" };
    let joint = if site.ends_with('?') { "" } else { "?" };
    format!("https://{site}{path}{joint}{query}")
}

/// Rules about a parameter: line, pattern, name.
fn rules(lines: &Lines) -> impl Iterator<Item = (u32, &str, &str)> {
    let rules = lines.iter().filter(|(_, text)| !text.starts_with(['!', '@']));
    rules.map(|(line, text)| {
        let (pattern, name) = text.split_once("$removeparam=").unwrap();
        (*line, pattern, name)
    })
}

#[test]
fn the_file_is_the_crates_data() {
    let (ours, theirs) = (UrlCleaner::from_rules_str(FILE).unwrap(), UrlCleaner::from_embedded_rules().unwrap());
    let lines = made();
    for (_, pattern, name) in rules(&lines) {
        let url = example(pattern, &format!("keep=1&{name}=1"));
        assert_eq!(ours.clear_single_url_str(&url).unwrap(), theirs.clear_single_url_str(&url).unwrap(), "{url}");
    }
}

#[test]
fn what_a_rule_names_is_taken_out() {
    let cleaner = UrlCleaner::from_embedded_rules().unwrap();
    let (lines, mut count) = (made(), 0);
    let mut kept = Vec::new();
    for (line, pattern, name) in rules(&lines) {
        let url = example(pattern, &format!("x=1&{name}=1"));
        let clean = cleaner.clear_single_url_str(&url).unwrap();
        if clean.contains(&format!("&{name}=1")) {
            kept.push(format!("{line}: {url}"));
        }
        // A host below is that site's only where the provider says so.
        let below = url.replacen("https://", "https://below.", 1);
        if pattern.starts_with("||") && cleaner.clear_single_url_str(&below).unwrap().contains(&format!("&{name}=1")) {
            kept.push(format!("{line}: {below}"));
        }
        count += 1;
    }
    assert!(count > 800, "only {count} rules");
    assert!(kept.is_empty(), "{kept:#?}");
}

/// A cleaner that knows one provider.
fn only(title: &str) -> UrlCleaner {
    let all: serde_json::Value = serde_json::from_str(FILE).unwrap();
    let one = serde_json::json!({ "providers": { title: all["providers"][title] } });
    UrlCleaner::from_rules_str(&one.to_string()).unwrap()
}

#[test]
fn what_an_exception_names_is_let_through() {
    let lines = made();
    let (mut count, mut taken) = (0, Vec::new());
    let (mut cleaner, mut name) = (None, "");
    for (line, text) in &lines {
        if let Some(title) = text.strip_prefix("! SECTION: ") {
            (cleaner, name) = (Some(only(title)), "");
        } else if let Some(rule) = text.strip_prefix("@@") {
            let at = rule.strip_suffix("$removeparam").unwrap();
            let url = example(at, &format!("x=1&{name}=1"));
            let clean = cleaner.as_ref().unwrap().clear_single_url_str(&url).unwrap();
            count += 1;
            if !clean.contains(&format!("&{name}=1")) {
                taken.push(format!("{line}: {url} became {clean}"));
            }
        } else {
            name = text.split_once("$removeparam=").unwrap().1;
        }
    }
    assert!(count > 80, "only {count} exceptions");
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn every_line_is_a_rule_or_counted() {
    let read = read(FILE).unwrap();
    let list = list(&read, "0");
    assert_eq!(list.title, "ClearURLs");
    // What is made is what the reader of lists takes.
    let rules = read.lines.iter().filter(|(_, text)| !text.starts_with('!')).count();
    assert_eq!(list.rules.len(), rules, "{:?}", list.skipped);
    let lines: Vec<&str> = FILE.lines().collect();
    let with_line = |rule: &&onlooker::rules::list::Parsed<'_>| lines[rule.line as usize - 1].trim().starts_with('"');
    assert!(list.rules.iter().all(|rule| with_line(&rule)));
    let named = list.rules.iter().find(|rule| rule.text == "||theguardian.com^$removeparam=CMP").unwrap();
    assert!(lines[named.line as usize - 1].contains("\"CMP\""), "{}", named.line);
    assert_eq!(list.headings[named.section].title, "theguardian.com");
    let skipped: Vec<&str> = list.skipped.0.keys().map(String::as_str).collect();
    assert_eq!(
        skipped,
        [
            "address-not-supported",
            "exception-for-any-site",
            "name-of-a-thing",
            "part-of-an-address",
            "pattern",
            "redirection",
            "referral-marketing",
            "special-characters",
            "whole-site"
        ]
    );
}

#[test]
fn what_is_not_in_its_form_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"providers": []}"#,
        r#"{"providers": {"a": {}}}"#,
        r#"{"providers": {"a": {"urlPattern": 1}}}"#,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    // What cannot be said as a rule is counted.
    let odd = r#"{"providers": {"a": {"urlPattern": "^https?:\\/\\/a(?!b)", "rules": ["x"]},
        "b": {"urlPattern": "^https?:\\/\\/b\\.example", "rules": ["y+", "a,b", "(", "ok"], "exceptions": ["^https?:\\/\\/b\\.example\\/\\bx"]},
        "c": {"urlPattern": "^https?:\\/\\/c\\.example", "rules": ["y+", "a,b", "(", "[a-z]{3}", "ok"]}}}"#;
    let made = read(odd).unwrap();
    let texts: Vec<&str> = made.lines.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["! SECTION: c", "|http://c.example^$removeparam=ok", "|https://c.example^$removeparam=ok"]);
    let counts: Vec<_> = made.skipped.0.iter().map(|(why, left)| (why.as_str(), left.count)).collect();
    assert_eq!(counts, [("address-not-supported", 5), ("pattern", 3), ("special-characters", 1)]);
}
