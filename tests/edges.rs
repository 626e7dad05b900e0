//! What lies at the edge of a column of the pack: lengths that do not fit a byte, rows that end, options without room.
//! Of each made-up list every rule must come back as it was written, on its line, and match the request made for it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use onlooker::address::Address;
use onlooker::observation::RequestType;
use onlooker::rules::blocklist;
use onlooker::rules::budget;
use onlooker::rules::bundle::compile;
use onlooker::rules::compile::ListSource;
use onlooker::rules::dossier::Shelf;
use onlooker::rules::index::{Index, Matches, PageContext, RuleId};
use onlooker::rules::pack::Bytes;
use proptest::prelude::*;

fn pack(text: &str) -> Bytes {
    let list = ListSource {
        id: 1,
        technique: 0,
        source: "made up".to_owned(),
        licence: "none".to_owned(),
        attribution: String::new(),
        sha256: String::new(),
        list: blocklist::read(text, &[]),
    };
    Bytes::check(compile(&[list], &[], &Shelf::default(), Vec::new()).unwrap().into()).unwrap()
}

/// Every rule of the list, with its line, and a URL that it matches; comments stand between.
fn comes_back(rules: &[(String, String)], gaps: &[usize]) {
    let mut text = String::new();
    let mut lines = Vec::new();
    for (at, (rule, _)) in rules.iter().enumerate() {
        text.push_str(&"!\n".repeat(gaps.get(at % gaps.len().max(1)).copied().unwrap_or(0)));
        text.push_str(rule);
        text.push('\n');
        lines.push(text.lines().count() as u32);
    }
    let pack = pack(&text);
    let mut index = Index::open(&pack).unwrap();
    assert_eq!(index.len(), rules.len());
    let page = PageContext::new("page.example");
    let (mut request, mut found) = (Address::new(), Matches::default());
    for (at, (rule, url)) in rules.iter().enumerate() {
        let place = index.place(&pack, at as RuleId).unwrap();
        assert_eq!((place.text.as_str(), place.line), (rule.as_str(), lines[at]), "rule {at}");
        request.read(url.as_bytes()).unwrap();
        index.matches(&pack, &page, &request, RequestType::Script, true, &mut found);
        assert!(found.blocking.iter().any(|found| found.rule == at as RuleId), "rule {at}, {rule:.80}, {url:.80}");
    }
}

fn host(n: usize) -> (String, String) {
    (format!("||h{n}.example^"), format!("https://h{n}.example/"))
}

/// `/w…/` of so many bytes in all.
fn path(n: usize, length: usize) -> (String, String) {
    let word = format!("w{n}x{}", "a".repeat(length));
    let pattern = format!("/{}/", &word[..length - 2]);
    (pattern.clone(), format!("https://any.example{pattern}"))
}

#[test]
fn patterns_about_as_long_as_a_byte_can_say() {
    let lengths = [253, 254, 255, 256, 257, 509, 510, 511, 1000, 4];
    // In each order of a row: what comes behind a long one is found by adding up.
    for shift in 0..lengths.len() {
        let rules: Vec<_> = (0..40).map(|n| path(n, 4 + lengths[(n + shift) % lengths.len()])).collect();
        comes_back(&rules, &[0]);
    }
}

#[test]
fn rows_and_runs_of_hosts_that_are_just_full() {
    for count in [1, 31, 32, 33, 63, 64, 65, 97] {
        comes_back(&(0..count).map(host).collect::<Vec<_>>(), &[0]);
        comes_back(&(0..count).map(|n| path(n, 12)).collect::<Vec<_>>(), &[0]);
        // The last of a row is a host, the first of the next a pattern, and the other way round.
        comes_back(&(0..count).map(|n| if n % 32 == 31 { host(n) } else { path(n, 9) }).collect::<Vec<_>>(), &[0]);
        comes_back(&(0..count).map(|n| if n % 32 == 0 { path(n, 9) } else { host(n) }).collect::<Vec<_>>(), &[0]);
    }
}

#[test]
fn lines_further_apart_than_a_byte_can_say() {
    let rules: Vec<_> = (0..70).map(|n| if n % 3 == 0 { host(n) } else { path(n, 9) }).collect();
    comes_back(&rules, &[0, 253, 254, 255, 256, 1, 700]);
}

#[test]
fn more_kinds_of_options_than_have_room_are_counted_and_the_rest_is_right() {
    let rule = |n: usize| format!("||o{n}.example^$script,domain=p{n}.example");
    let text: String = (0..65_600).map(|n| rule(n) + "\n").collect();
    let pack = pack(&text);
    let index = Index::open(&pack).unwrap();
    assert_eq!(index.len(), 65_536);
    for n in [0, 1, 65_535] {
        assert_eq!(index.text(&pack, n), rule(n as usize));
    }
    let infos = onlooker::rules::pack::ListInfo::from_json(
        pack.slice(&pack.range(onlooker::rules::pack::Section::Lists).unwrap()),
    )
    .unwrap();
    let skipped: Vec<_> = infos[0].skipped.iter().map(|skipped| (skipped.why.as_str(), skipped.count)).collect();
    assert_eq!(skipped, [("too-many-different-options", 64)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Any mixture of hosts and patterns, of any length, with any number of lines between.
    #[test]
    fn any_list_comes_back(shape in prop::collection::vec((any::<bool>(), 9_usize..600), 1..120), gaps in prop::collection::vec(0_usize..300, 1..8)) {
        // `/w…/` is a regular expression, of which a list may have so many states.
        let mut room = budget::REGEXES.states as usize - 1_000;
        let rules: Vec<_> = shape.iter().enumerate().map(|(n, &(is_host, length))| {
            if is_host || length > room {
                return host(n);
            }
            room -= length;
            path(n, length)
        }).collect();
        comes_back(&rules, &gaps);
    }
}
