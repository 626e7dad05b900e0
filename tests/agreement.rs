//! Our index against the `adblock` crate's engine: the same rules, the same requests, the same answers.
//!
//! The requests are made from the rules themselves, one for each of a sample, so that every shape of rule is met.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::borrow::Cow;

use onlooker::address::Address;
use onlooker::feeds;
use onlooker::observation::RequestType;
use onlooker::party::{self, Party};
use onlooker::rules::blocklist;
use onlooker::rules::index::{Index, Matches, PageContext};
use onlooker::rules::list;
use onlooker::rules::pack::Bytes;
use onlooker::rules::rule::Flags;

/// Every how manyth rule is tried. A prime, so that no pattern in the lists is missed or met each time.
const STEP: usize = 23;

struct Asked {
    url: String,
    page: String,
    kind: RequestType,
}

/// A request that a rule is meant for; `None` for regular expressions, whose matches cannot simply be written down.
fn asked(text: &str, flags: Flags) -> Option<Asked> {
    let (body, options) = text.rsplit_once('$').unwrap_or((text, ""));
    // The crate does not read `$denyallow`. Pages by `name.*` need a public suffix made up for them, and a fragment is never sent.
    let for_named_pages = options.contains("domain=") && (options.contains(".*") || !flags.has(Flags::THIRD_PARTY));
    if flags.has(Flags::REGEX) || for_named_pages || body.contains('#') || flags.has(Flags::DENYALLOW) {
        return None;
    }
    let body = body.strip_prefix("@@").unwrap_or(body);
    let filled = |pattern: &str| {
        // `host:*` stands for any port.
        let filled = pattern.trim_end_matches('|').replace(":*/", ":8443/").replace('*', "x1").replace('^', "/");
        // `||name.` stands for a name under any suffix, and a file's ending needs a file.
        let filled = filled.replace(".x1.js?", ".x1/a.js?");
        if filled.ends_with('.') && !filled.contains('/') { filled + "com" } else { filled }
    };
    let mut url = if let Some(host) = body.strip_prefix("||") {
        format!("https://{}", filled(host))
    } else if let Some(start) = body.strip_prefix('|') {
        let start = filled(start).replace("httpx1", "https");
        if start.contains("://") { start } else { format!("{start}://host.example/") }
    } else {
        let inner = filled(body);
        if let Some((_, after)) = inner.split_once("://") {
            format!("https://{after}{}", if after.ends_with('.') { "com" } else { "" })
        } else if inner.starts_with('.') && inner.contains('/') && !inner.contains('?') {
            format!("https://host{inner}")
        } else {
            format!("https://host.example/a/{inner}")
        }
    };
    let value = |name: &str| options.split(',').find_map(|option| option.strip_prefix(name)?.strip_prefix('='));
    if let Some(name) = value("removeparam") {
        url.push_str(if url.contains('?') {
            "&"
        } else if url.ends_with('/') {
            "?"
        } else {
            "/?"
        });
        url.push_str(name);
        url.push_str("=1");
    }
    let mut page = value("domain")
        .or_else(|| value("from"))
        .and_then(|list| {
            list.split('|').find(|item| !item.starts_with('~') && !item.contains('*') && !item.starts_with('/'))
        })
        .unwrap_or("page.example")
        .to_owned();
    if !flags.has(Flags::THIRD_PARTY) {
        let mut address = Address::new();
        address.read(url.as_bytes()).ok()?;
        page = address.host_str().to_owned();
    }
    let kind = RequestType::ALL
        .into_iter()
        .skip(1)
        .chain([RequestType::MainFrame])
        .find(|kind| *kind != RequestType::CspReport && flags.has(1 << (*kind as u32)))?;
    Some(Asked { url, page: format!("https://{page}/"), kind })
}

/// The `adblock` crate's word for a type.
fn theirs(kind: RequestType) -> &'static str {
    match kind {
        RequestType::MainFrame => "document",
        RequestType::SubFrame => "subdocument",
        other => other.name(),
    }
}

#[test]
fn agrees_with_the_adblock_crate() {
    let bytes = std::fs::read("pkg/onlooker.pack").expect("pkg/onlooker.pack is missing: ./build.sh build makes it");
    let pack = Bytes::check(Cow::Owned(bytes.clone())).unwrap();
    let mut index = Index::open(&pack).unwrap();
    // As the extension has it until a report is asked for.
    let alone = u64::from_le_bytes(bytes[16..24].try_into().unwrap()) as usize;
    let without_texts = Bytes::check(Cow::Owned(bytes[..alone].to_vec())).unwrap();
    let mut by_keys = Index::open(&without_texts).unwrap();
    let mut also = Matches::default();
    let texts: Vec<String> = (0..index.len()).map(|rule| index.text(&pack, rule as u32)).collect();
    let mut set = adblock::FilterSet::new(false);
    set.add_filter_list(texts.join("\n"), adblock::lists::ParseOptions::default());
    let engine = adblock::Engine::new_with_filter_set(set);

    let (mut tried, mut found, mut agreed) = (0, 0, 0);
    let mut missed = Vec::new();
    let mut differ: Vec<String> = Vec::new();
    let mut address = Address::new();
    let mut matches = Matches::default();
    for (rule, text) in texts.iter().enumerate().step_by(STEP) {
        let flags = index.flags(&pack, rule as u32);
        let Some(asked) = asked(text, flags) else { continue };
        let mut page = Address::new();
        if address.read(asked.url.as_bytes()).is_err() || page.read(asked.page.as_bytes()).is_err() {
            continue;
        }
        let context = PageContext::new(page.host_str());
        let third = party::between(context.site(), party::registrable(address.host_str())) == Party::Third;
        if !flags.admits(asked.kind, third) {
            continue;
        }
        tried += 1;
        index.matches(&pack, &context, &address, asked.kind, third, &mut matches);
        by_keys.matches(&without_texts, &context, &address, asked.kind, third, &mut also);
        assert_eq!(also, matches, "{}: with the rules' texts and without", asked.url);
        let all = [&matches.exceptions, &matches.params, &matches.param_exceptions];
        if matches.blocking.iter().any(|found| found.rule == rule as u32)
            || all.iter().any(|found| found.contains(&(rule as u32)))
        {
            found += 1;
        } else {
            missed.push(format!("{text}   {}   from {}", asked.url, asked.page));
        }
        // The engine reads a URL as we do, so it is given what we read: fragment and default port gone.
        let url = String::from_utf8(address.exact().to_vec()).unwrap();
        let Ok(request) = adblock::request::Request::new(&url, &asked.page, theirs(asked.kind), "") else { continue };
        let answer = engine.check_network_request(&request);
        let ours = !matches.blocking.is_empty() && !matches.allowed();
        // `||host:*/` stands for any port; the crate takes the colon for a part of the host, and never finds it.
        let any_port = text.starts_with("||") && text.contains(":*/");
        if any_port || answer.should_block() == ours || (answer.exception.is_some() && matches.allowed()) {
            agreed += 1;
        } else {
            differ.push(format!(
                "ours {ours}, theirs {}: {text}   {} from {} as {}",
                answer.should_block(),
                asked.url,
                asked.page,
                theirs(asked.kind)
            ));
        }
    }
    println!("{tried} requests: {found} find their own rule, {agreed} agree");
    assert!(tried > 7_000, "only {tried} requests could be made");
    // A few patterns leave no URL to be made by such simple means; none of these may be a whole kind of rule.
    assert!(
        missed.len() * 1_000 < tried,
        "{} rules are not found by a request made for them:\n{}",
        missed.len(),
        missed.join("\n")
    );
    assert!(differ.is_empty(), "{} answers differ:\n{}", differ.len(), differ.join("\n"));
}

/// Lists that a person adds are read by a reader of ours, the bundled ones by the `adblock` crate: of every line of the bundled
/// lists both say the same, or leave it out for the same reason.
#[test]
fn both_readers_of_a_blockers_list_say_the_same_of_every_line() {
    let (mut lines, mut rules) = (0, 0);
    let mut differ = Vec::new();
    for list in [2, 3, 4, 17] {
        let folder = "node_modules/@adguard/dnr-rulesets/dist/filters/declarative";
        let file = std::fs::read(format!("{folder}/ruleset_{list}/ruleset_{list}.json"));
        let elements: Vec<serde_json::Value> = serde_json::from_slice(&file.expect("npm ci has not been run")).unwrap();
        let text = elements[0].pointer("/metadata/rawFilterList").unwrap().as_str().unwrap();
        lines += text.lines().count();
        let theirs = blocklist::read(text, &[]);
        let ours = list::read(list::lines(text), &[], feeds::meaning);
        rules += ours.rules.len();
        let told = |rule: &list::Parsed<'_>| {
            format!("{} {:x} {} | {} | {}", rule.line, rule.flags.0, rule.text, rule.pattern, rule.options)
        };
        let (theirs_told, ours_told): (Vec<_>, Vec<_>) =
            (theirs.rules.iter().map(told).collect(), ours.rules.iter().map(told).collect());
        for (at, one) in ours_told.iter().enumerate().filter(|(at, one)| theirs_told.get(*at) != Some(one)).take(5) {
            differ.push(format!("list {list}: ours {one}; theirs {}", theirs_told.get(at).map_or("-", String::as_str)));
        }
        assert_eq!(theirs.headings, ours.headings);
        for (why, left) in theirs.skipped.0.iter().filter(|(why, left)| ours.skipped.0.get(*why) != Some(left)) {
            differ.push(format!("list {list}: {why} is {left:?}, and here {:?}", ours.skipped.0.get(why)));
        }
        for (why, _) in ours.skipped.0.iter().filter(|(why, _)| !theirs.skipped.0.contains_key(*why)) {
            differ.push(format!("list {list}: {why} is a reason here only"));
        }
    }
    println!("{lines} lines, {rules} rules");
    assert!(lines > 300_000 && rules > 240_000, "{lines} lines, {rules} rules");
    // No kind of difference is allowed.
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// What the bundled lists do not have, and lists that people add do.
#[test]
fn both_readers_say_the_same_of_lines_that_the_bundled_lists_lack() {
    let types =
        ["image", "~image", "other", "~other", "document", "doc", "all", "css", "frame", "xhr", "beacon", "~script"];
    let others = [
        "third-party",
        "~third-party",
        "3p",
        "~3p",
        "1p",
        "~1p",
        "first-party",
        "~first-party",
        "important",
        "~important",
        "match-case",
        "~match-case",
        "badfilter",
        "~badfilter",
        "domain=a.example",
        "domain=/a/",
        "from=/a/|b.example",
        "to=a.example",
        "denyallow=a.example",
        "_",
        "removeparam=a",
        "removeparam",
        "removeparam=/a/",
        "~removeparam=a",
        "redirect=x",
        "redirect",
        "rewrite=abp-resource:x",
        "redirect-rule=x",
        "csp",
        "csp=x",
        "ghide",
        "generichide",
        "~ghide",
        "tag=x",
        "~tag=x",
        "method=get",
        "method=x",
        "~method=get",
        "popup",
        "unknown",
        "",
        "domain=",
        "object-subrequest",
        "~document",
        "~all",
    ];
    let bodies = [
        "||a.example^",
        "@@||a.example^",
        "||a.example",
        "||a.example/",
        "||a.*^",
        "||a.example^|",
        "|https://a.example/|",
        "/a/",
        "@@/a/",
        "/a",
        "a$b",
        "*",
        "",
        "||",
        "|",
        "||^",
        "||a.example^*",
        "||a.example/x^",
        "@@",
        "||a.example/x$y",
        "||xn--api-hn0a.example^",
        "||b\u{fc}cher.example^",
        "/b\u{fc}cher/x",
    ];
    let mut tried = 0;
    for body in bodies {
        let mut lines = vec![body.to_owned()];
        for first in types.iter().chain(&others) {
            lines.push(format!("{body}${first}"));
            lines.extend(types.iter().chain(&others).map(|second| format!("{body}${first},{second}")));
        }
        for line in lines {
            tried += 1;
            assert_eq!(feeds::meaning(&line), blocklist::meaning(&line), "{line}");
            let (theirs, ours) = (blocklist::read(&line, &[]), list::read(list::lines(&line), &[], feeds::meaning));
            let told = |list: &list::List<'_>| {
                (list.rules.iter().map(|rule| rule.flags).collect::<Vec<_>>(), list.skipped.clone())
            };
            assert_eq!(told(&ours), told(&theirs), "{line}");
        }
    }
    assert!(tried > 50_000, "only {tried} lines");
}
