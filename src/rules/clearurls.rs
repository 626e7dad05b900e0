//! The data of ClearURLs as a list: which parameters of which sites' addresses only serve to track. Read when the bundled
//! lists are compiled, and then never again.
//!
//! Its providers are regular expressions. Of those that say no more than a rule of a blocker's list can say, such rules are
//! made: `||site.example^$removeparam=name`, and `@@||site.example/path$removeparam` for what is let through. All else is
//! counted, with the reason. Where an exception reaches further as a rule than as it was written, that is taken: a parameter
//! more is let through. A rule reaches no further. A provider is a heading, for its exceptions speak of its rules alone.

use std::collections::BTreeMap;

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use serde_json::value::RawValue;

use super::blocklist;
use super::list::{self, List, Skipped, lines};
use super::regexes::parse_bare;

/// What the list is called.
const TITLE: &str = "ClearURLs";

/// How many spellings of one expression are written out, and how many characters a set may have for that.
const MOST_SPELLINGS: usize = 64;
const MOST_CHARACTERS: usize = 16;

/// Stands for one character that is not known.
const ANY: char = '\0';
/// Stands for any number of characters, as in a rule.
const MANY: char = '*';

/// The rules of the file, each with its line in it; headings have the number 0.
pub type Lines = Vec<(u32, String)>;

/// What the file gives.
#[derive(Debug, Default)]
pub struct Made {
    /// Its rules, under headings.
    pub lines: Lines,
    /// What no rule can say.
    pub skipped: Skipped,
}

/// Reads the file `data.json` of ClearURLs, in any layout: the rules that it makes, and what was left out.
///
/// Errors: what is not in the form of that file.
pub fn read(text: &str) -> Result<Made, String> {
    let wrong = || "the file is not in the form of ClearURLs' data".to_owned();
    let all: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|_| wrong())?;
    let providers = all.get("providers").ok_or_else(wrong)?;
    let providers: BTreeMap<String, BTreeMap<String, &RawValue>> =
        serde_json::from_str(providers.get()).map_err(|_| wrong())?;
    let starts: Vec<usize> = lines(text).map(|(_, line)| line.as_ptr() as usize).collect();
    let line_of = |raw: &RawValue| starts.partition_point(|&start| start <= raw.get().as_ptr() as usize) as u32;
    let (mut made, mut skipped) = (BTreeMap::new(), Skipped::default());
    for (title, provider) in &providers {
        let at = provider.get("urlPattern").ok_or_else(wrong)?;
        let of = |key: &str| -> Result<Vec<(u32, String)>, String> {
            let Some(raw) = provider.get(key) else { return Ok(Vec::new()) };
            let several: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| wrong())?;
            several.into_iter().map(|raw| Ok((line_of(raw), string(raw).ok_or_else(wrong)?))).collect()
        };
        for (key, why) in OTHERS {
            of(key)?.iter().for_each(|(line, _)| skipped.add(why, *line));
        }
        if provider.get("completeProvider").is_some_and(|raw| raw.get() == "true") {
            skipped.add("whole-site", line_of(at));
        }
        let (named, spared) = (of("rules")?, of("exceptions")?);
        let pattern = string(at).ok_or_else(wrong)?;
        let every_site = pattern == ".*";
        // What every address fits is a rule without a pattern.
        let sites = if every_site { Some(vec![String::new()]) } else { sites(&pattern) };
        let exceptions: Option<Vec<_>> =
            spared.iter().map(|(line, pattern)| Some((*line, addresses(pattern)?))).collect();
        let (Some(sites), Some(exceptions)) = (sites, exceptions) else {
            // Of a site whose exceptions cannot be kept nothing is kept.
            named.iter().for_each(|(line, _)| skipped.add("address-not-supported", *line));
            continue;
        };
        // Some names stand twice under one provider; the first line is told.
        let mut rules: BTreeMap<String, u32> = BTreeMap::new();
        for (line, expression) in &named {
            match names(expression) {
                Ok(names) if names.iter().any(|name| is_of_a_thing(title, name)) => {
                    skipped.add("name-of-a-thing", *line)
                }
                Ok(names) => {
                    let both = sites.iter().flat_map(|site| names.iter().map(move |name| (site, name)));
                    for (site, name) in both {
                        rules.entry(format!("{site}$removeparam={name}")).or_insert(*line);
                    }
                }
                Err(why) => skipped.add(why, *line),
            }
        }
        if rules.is_empty() {
            continue;
        }
        for (line, address) in exceptions.iter().flat_map(|(line, all)| all.iter().map(move |one| (line, one))) {
            // Anybody could give an address such a form, and be let through by all of these rules.
            if every_site && !names_site(address) {
                skipped.add("exception-for-any-site", *line);
                continue;
            }
            rules.entry(format!("@@{address}$removeparam")).or_insert(*line);
        }
        let mut rules: Lines = rules.into_iter().map(|(rule, line)| (line, rule)).collect();
        rules.sort();
        rules.insert(0, (0, format!("! SECTION: {title}")));
        made.insert(line_of(at), rules);
    }
    Ok(Made { lines: made.into_values().flatten().collect(), skipped })
}

/// These rules as a list. `version`: of what the file was taken from.
pub fn list<'a>(made: &'a Made, version: &str) -> List<'a> {
    let rules = made.lines.iter().map(|(line, rule)| (*line, rule.as_str()));
    let mut list = list::read(rules, &[], blocklist::meaning);
    TITLE.clone_into(&mut list.title);
    version.clone_into(&mut list.version);
    for (why, left) in &made.skipped.0 {
        list.skipped.join(why.clone(), left.clone());
    }
    list
}

/// What a provider has beside rules about parameters, and the reason why it is left out.
const OTHERS: [(&str, &str); 3] =
    [("rawRules", "part-of-an-address"), ("redirections", "redirection"), ("referralMarketing", "referral-marketing")];

fn string(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

/// The parameters that an expression fits whole.
fn names(expression: &str) -> Result<Vec<String>, &'static str> {
    let spelled = parse_bare(expression).and_then(|hir| spellings(&hir)).ok_or("pattern")?;
    if spelled.iter().any(|name| name.contains([ANY, MANY])) {
        return Err("pattern");
    }
    // `(?:%3F)?` is the same parameter behind a `?` that was written in another way.
    let names: Vec<String> = spelled.into_iter().filter(|name| !name.starts_with("%3F")).collect();
    let plain = |name: &String| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.~".contains(&byte))
    };
    if names.iter().all(plain) { Ok(names) } else { Err("special-characters") }
}

/// Parameters that hold the number of a thing, an address or what was searched for, as their sites use them: a product, an
/// article, a shelf, a list of offers, an event, an uploader, a function of a script. Nobody is told apart by these. By provider.
const THINGS: [(&str, &[&str]); 7] = [
    ("bilibili.com", &["callback", "mid", "up_id"]),
    ("cell.com", &["_returnURL"]),
    ("facebook", &["app", "eid", "pageid"]),
    ("flipkart", &["cid", "iid", "lid", "pid", "store"]),
    ("idealo.de", &["cancelUrl", "leadOutUrl", "offerListId", "siteId"]),
    ("xiaohongshu.com", &["shareRedId"]),
    ("youtube", &["pp"]),
];

fn is_of_a_thing(provider: &str, name: &str) -> bool {
    THINGS.iter().any(|(of, names)| *of == provider && names.contains(&name))
}

/// Whether the pattern of an exception names a site: more than a label of it.
fn names_site(pattern: &str) -> bool {
    let host = pattern.trim_start_matches('|').split(['/', '?', '^', MANY]).next().unwrap_or_default();
    host.trim_end_matches('.').contains('.')
}

/// Before a site's name: the scheme, and any subdomain.
const SCHEMES: [&str; 3] = [r"^https?:\/\/", r"^https?://", r"https?:\/\/"];
const SUBDOMAINS: [&str; 2] = [r"(?:[a-z0-9-]+\.)*?", r"([a-z0-9-\.])*"];
/// No rule about parameters speaks of sockets.
const SOCKETS: &str = "^wss";
/// Behind it: any public suffix.
const SUFFIX: &str = r"(?:\.[a-z]{2,}){1,}";

/// An expression for a site as patterns of rules, if it can be said so and no more than that.
fn sites(expression: &str) -> Option<Vec<String>> {
    let patterns = addresses(expression).filter(|patterns| !patterns.is_empty())?;
    // What follows a suffix that is not known could stand anywhere in an address.
    if patterns.iter().any(|pattern| pattern.split_once(MANY).is_some_and(|(_, rest)| rest.contains('/'))) {
        return None;
    }
    if scheme_and_subdomains(expression)?.1 {
        return Some(patterns);
    }
    // That host, and none below it.
    let exactly = |pattern: &String| {
        let host = pattern.trim_start_matches('|').to_owned();
        ["http", "https"].map(|scheme| format!("|{scheme}://{host}"))
    };
    Some(patterns.iter().flat_map(exactly).collect())
}

/// An expression for addresses as patterns of rules, if it can be said so; they may reach further.
fn addresses(expression: &str) -> Option<Vec<String>> {
    if expression.starts_with(SOCKETS) {
        return Some(Vec::new());
    }
    let (rest, _) = scheme_and_subdomains(expression)?;
    let spelled = spellings(&parse_bare(&rest.replace(SUFFIX, r"\.[^/]*"))?)?;
    spelled.iter().map(|text| address(text)).collect()
}

/// What follows the scheme and, if it says that, any subdomain.
fn scheme_and_subdomains(expression: &str) -> Option<(&str, bool)> {
    let rest = SCHEMES.iter().find_map(|scheme| expression.strip_prefix(scheme))?;
    let below = SUBDOMAINS.iter().find_map(|any| rest.strip_prefix(any));
    Some((below.unwrap_or(rest), below.is_some()))
}

/// One text, as [`spellings`] gives it, as a pattern.
fn address(text: &str) -> Option<String> {
    let mut pattern = String::from("||");
    let around = |at: Option<char>| at.is_some_and(|c| c.is_ascii_alphanumeric());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let written = match c {
            // A dot that was not escaped, and is meant.
            ANY if around(before) && around(rest.peek().copied()) => '.',
            ANY | MANY => MANY,
            '^' | '|' | '$' | ',' => return None,
            c if c.is_ascii_graphic() => c,
            _ => return None,
        };
        // What may stand there anyhow says nothing.
        if before != Some(MANY) || !matches!(written, MANY | '&') {
            pattern.push(written);
            before = Some(written);
        }
    }
    // A name alone ends where it ends: `site.example.org` is another's.
    let host = !pattern.contains(['/', '?']);
    if host {
        pattern.push('^');
    } else {
        pattern.truncate(pattern.trim_end_matches(MANY).len());
    }
    (pattern.len() > 4).then_some(pattern)
}

/// All texts that an expression fits, with [`ANY`] and [`MANY`] for what is not written out. `None` where there are too many, or
/// where it looks at what is around it.
fn spellings(hir: &Hir) -> Option<Vec<String>> {
    let one = |text: String| Some(vec![text]);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(Look::Start | Look::End) => one(String::new()),
        HirKind::Look(_) => None,
        HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
            Ok(text) if !text.contains([ANY, MANY]) => one(text.to_owned()),
            _ => None,
        },
        HirKind::Class(class) => {
            let Class::Bytes(class) = class else { return one(ANY.to_string()) };
            let all = class.iter().flat_map(|range| range.start()..=range.end()).map(char::from);
            let few: Vec<String> = all.take(MOST_CHARACTERS + 1).map(String::from).collect();
            if few.len() > MOST_CHARACTERS { one(ANY.to_string()) } else { Some(few) }
        }
        HirKind::Repetition(repetition) if repetition.max == Some(1) => {
            let mut found = vec![String::new()];
            found.extend(spellings(&repetition.sub)?);
            Some(found)
        }
        HirKind::Repetition(_) => one(MANY.to_string()),
        HirKind::Capture(capture) => spellings(&capture.sub),
        HirKind::Concat(parts) => parts.iter().try_fold(vec![String::new()], |found, part| {
            let next = spellings(part)?;
            let joined = |begun: &String| next.iter().map(|end| format!("{begun}{end}")).collect::<Vec<_>>();
            (found.len() * next.len() <= MOST_SPELLINGS).then(|| found.iter().flat_map(joined).collect())
        }),
        HirKind::Alternation(parts) => {
            let all = parts.iter().map(spellings).collect::<Option<Vec<_>>>()?.concat();
            (all.len() <= MOST_SPELLINGS).then_some(all)
        }
    }
}
