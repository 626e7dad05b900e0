//! The look-up of who is behind a host: what it finds, and that nothing of our own lists is lost on the way from the files
//! through the pack to what is told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use onlooker::audit::Engine;
use onlooker::observation::RequestType;
use onlooker::own::join::join;
use onlooker::own::{Files, Own};
use onlooker::rules::bundle::{OwnerSource, compile};
use onlooker::rules::dossier;
use onlooker::rules::index::OWN_LIST;
use onlooker::rules::pack::Bytes;
use onlooker::{detectors, kinds, party, wire};
use serde_json::Value as Json;
use toml::{Table, Value};

fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().map(|value| value.as_table().unwrap())
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

fn text<'a>(of: &'a Table, key: &str) -> &'a str {
    of[key].as_str().unwrap()
}

fn json(of: &impl serde::Serialize) -> Json {
    serde_json::to_value(of).unwrap()
}

/// Our own lists with the owners' data, and the pack of nothing else: made here, so that it is what this code makes of these
/// files.
struct Made {
    files: Files,
    pack: Vec<u8>,
}

/// The owners' data that [`lists/sources.toml`](../lists/sources.toml) names.
fn owners() -> Vec<OwnerSource> {
    let sources: Table = fs::read_to_string("lists/sources.toml").unwrap().parse().unwrap();
    let mut owners = Vec::new();
    for source in tables(&sources, "owners") {
        let entities = fs::read_to_string(format!("node_modules/{}", text(source, "path"))).unwrap();
        let entities: Json = serde_json::from_str(&entities).unwrap();
        for entity in entities.as_array().unwrap() {
            let text = |key: &str| entity[key].as_str().unwrap_or_default().to_owned();
            let company = Some(text("company")).filter(|company| !company.is_empty()).unwrap_or_else(|| text("name"));
            let domains =
                entity["domains"].as_array().unwrap().iter().map(|domain| domain.as_str().unwrap().to_owned());
            owners.push(OwnerSource { company, category: text("category"), domains: domains.collect() });
        }
    }
    assert!(owners.len() > 2000, "{}", owners.len());
    owners
}

fn made() -> Made {
    let read = |path: &str| fs::read_to_string(path).unwrap();
    let mut names: Vec<_> = fs::read_dir("lists/actors").unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let actors = names.iter().map(|path| {
        let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (kind, fs::read_to_string(path).unwrap())
    });
    let files = Files {
        actors: actors.collect(),
        laws: read("lists/laws.toml"),
        owners: read("lists/owners.toml"),
        retired: read("lists/retired.toml"),
    };
    let own = Own::read(&files).unwrap();
    let lines = own.lines();
    let technique = detectors::place_of("surveillance-actor").unwrap() as u32;
    let mut owners = owners();
    own.give_domains(&mut owners);
    let shelf = join(&own, &mut owners);
    let pack = compile(&[own.list(&lines, technique).unwrap()], &owners, &shelf, Vec::new()).unwrap();
    Made { files, pack }
}

/// Compares tables with what is told of them. A key that nothing is told of under its name fails, but for those that the
/// caller looks at; and so does, at the end, a key that never said anything, for it would not be missed.
#[derive(Default)]
struct Walk {
    keys: BTreeSet<String>,
    said: BTreeSet<String>,
}

impl Walk {
    /// Gives what stands under the keys of `elsewhere`.
    fn compare<'a>(
        &mut self,
        of: &str,
        place: &str,
        table: &'a Table,
        told: &Json,
        elsewhere: &[&str],
    ) -> Vec<(&'a str, &'a Value)> {
        let mut rest = Vec::new();
        for (key, value) in table {
            self.keys.insert(format!("{of}.{key}"));
            let wanted = json(value);
            if ![json(&""), json(&[""; 0])].contains(&wanted) {
                self.said.insert(format!("{of}.{key}"));
            }
            if elsewhere.contains(&key.as_str()) {
                rest.push((key.as_str(), value));
            } else {
                // What the file leaves empty is not known, and null in what is told.
                let told = match told.get(key) {
                    Some(Json::Null) if wanted == "" => Some(&wanted),
                    told => told,
                };
                assert_eq!(told, Some(&wanted), "{place}: {key} is not told as it is written");
            }
        }
        rest
    }

    /// The sources of tables, one behind the other.
    fn sources(&mut self, place: &str, tables_: &[&Table], told: &Json) {
        let wanted: Vec<&Table> = tables_.iter().flat_map(|table| tables(table, "source")).collect();
        let told = told["sources"].as_array().unwrap();
        assert_eq!(told.len(), wanted.len(), "{place}");
        for (source, told) in wanted.iter().zip(told) {
            // That a whole repository is meant is said to the check alone.
            let mut source = (*source).clone();
            source.remove("whole");
            self.compare("source", place, &source, told, &[]);
        }
    }

    fn end(self, keys: usize) {
        assert_eq!(self.keys, self.said, "a key that no entry uses");
        assert_eq!(self.keys.len(), keys, "keys that are new here, or gone: {:#?}", self.keys);
    }
}

#[test]
fn what_stands_in_the_files_of_actors_is_what_is_told() {
    let Made { files, pack } = made();
    let shelf = Bytes::check(pack.clone().into()).unwrap();
    let mut engine = Engine::from_pack(pack).unwrap();
    let whole: String = files.actors.iter().map(|(_, text)| text.as_str()).collect();
    let whole: Vec<&str> = whole.lines().collect();
    let mut walk = Walk::default();
    let (mut actors, mut rules, mut named) = (0, 0, BTreeMap::new());
    for (kind, file) in &files.actors {
        let file: Table = file.parse().unwrap();
        assert_eq!(file.keys().collect::<Vec<_>>(), ["actor"], "{kind}");
        for wanted in tables(&file, "actor") {
            actors += 1;
            let id = text(wanted, "id");
            let told = dossier::actor(&shelf, id).unwrap_or_else(|| panic!("{id} is not told"));
            let told = json(&wire::Dossier::from(told));
            walk.sources(id, &[wanted], &told);
            // An entry that no source was read for is told as unchecked.
            let read = tables(wanted, "source").any(|source| text(source, "checked") != "unread");
            let confidence = if read { text(wanted, "confidence") } else { "unchecked" };
            assert_eq!(told["confidence"], confidence, "{id}");
            let elsewhere = ["source", "confidence", "collects", "sites", "patterns", "companies"];
            for (key, value) in walk.compare("actor", id, wanted, &told, &elsewhere) {
                let section = match key {
                    "collects" | "patterns" => format!("{kind}, {confidence}"),
                    "sites" => format!("{kind}, {confidence}, its own site"),
                    "companies" => {
                        for company in texts(value) {
                            named.insert(company.to_owned(), id.to_owned());
                        }
                        continue;
                    }
                    _ => continue,
                };
                for written in texts(value) {
                    rules += 1;
                    let rule = if key == "patterns" { written.to_owned() } else { format!("||{written}^") };
                    let (url, request) = request(&rule);
                    let explained = engine.explain(&url, "https://page.invalid/", request).unwrap();
                    let mut own = explained.rules.iter().filter(|found| found.list == OWN_LIST);
                    let found = own.find(|found| found.text == rule);
                    let found = found.unwrap_or_else(|| panic!("{id}: {rule} does not match {url}"));
                    assert_eq!(found.section, section, "{id}: {rule}");
                    let line = whole[found.line as usize - 1];
                    assert!(line.contains(&format!("\"{written}\"")), "{id}: {rule} is not in its line: {line}");
                    let other = line.split_once(" = ").map_or(key, |(other, _)| other);
                    assert_eq!(other, key, "{id}: {rule} is told by the line of another key");
                    assert!(explained.actors.iter().any(|actor| actor.id == id), "{id}: {rule}");
                    if key != "patterns" {
                        assert_eq!(engine.look_up(written).actor, Some(id), "{written}");
                    }
                }
            }
        }
    }
    // Whatever host of a company that an actor is leads to the organisation that is told as that actor.
    assert!(named.len() >= 10, "{named:?}");
    for (company, id) in named {
        let owned = owners().into_iter().filter(|owner| owner.company == company).flat_map(|owner| owner.domains);
        for domain in owned {
            let domain = domain.trim_start_matches("*.");
            if party::registrable(domain) == party::public_suffix(domain) {
                continue;
            }
            let is = engine.look_up(domain).company.unwrap_or_else(|| panic!("{domain} of {company} is nobody's"));
            let facts = dossier::company(&shelf, is).unwrap();
            assert!(facts.actors.contains(&id), "{domain} of {company} leads to {is}, which is not {id}");
        }
    }
    walk.end(19 + 5);
    assert!(actors >= 420 && rules >= 1500, "{actors} actors, {rules} hosts and patterns");
}

/// Whichever own host of an actor is met, it is one organisation, and that one is told as the actor.
#[test]
fn an_actor_is_counted_once() {
    let Made { files, pack } = made();
    let shelf = Bytes::check(pack.clone().into()).unwrap();
    let engine = Engine::from_pack(pack).unwrap();
    let mut met = 0;
    for (kind, file) in &files.actors {
        let signs = kinds::kind(kind).unwrap().indicators;
        for actor in tables(&file.parse().unwrap(), "actor") {
            let (id, mut hosts) = (text(actor, "id"), texts(&actor["sites"]));
            hosts.extend(if signs { Vec::new() } else { texts(&actor["collects"]) });
            let mut is = BTreeSet::new();
            for host in hosts {
                met += 1;
                is.insert(engine.look_up(host).company.unwrap_or_else(|| panic!("{id}: {host} leads to nobody")));
            }
            assert!(is.len() < 2, "{id} is counted as several: {is:?}");
            for company in is {
                let told = dossier::company(&shelf, company).unwrap().actors;
                assert!(told.iter().any(|told| told == id), "{company} is not told as {id}, but as {told:?}");
            }
        }
    }
    assert!(met >= 800, "{met} hosts");
}

/// What the sources of indicators say of themselves is told: on which day they were published, where their address has it.
/// And of a company's own site it is not said that it is an indicator.
#[test]
fn what_is_told_of_indicators_fits_what_was_met() {
    let (mut dated, mut with_site) = (0, 0);
    for (kind, file) in made().files.actors {
        if !kinds::kind(&kind).unwrap().indicators {
            continue;
        }
        for actor in tables(&file.parse().unwrap(), "actor") {
            for source in tables(actor, "source") {
                let (url, date) = (text(source, "url"), text(source, "date"));
                let folder = url.split('/').map(|part| part.replace('_', "-"));
                let day = folder.filter_map(|part| part.get(..11)?.strip_suffix('-').map(str::to_owned));
                let is_day =
                    |day: &String| day.split('-').map(str::len).eq([4, 2, 2]) && !day.contains(char::is_alphabetic);
                for day in day.filter(is_day) {
                    dated += 1;
                    assert_eq!(date, day, "{url}");
                }
            }
            if !texts(&actor["sites"]).is_empty() {
                with_site += 1;
                assert!(!text(actor, "harmless").starts_with("These are indicator"), "{}", text(actor, "id"));
            }
        }
    }
    assert!(dated >= 20 && with_site >= 80, "{dated} {with_site}");
}

/// Parts of one company are that company, and a firm that it bought keeps what no actor claims.
#[test]
fn parts_of_a_company_are_it_and_others_are_not() {
    let engine = Engine::from_pack(made().pack).unwrap();
    for (company, hosts) in [
        ("Yandex", &["yandex.ru", "mc.yandex.ru", "mc.yandex.md", "mc.webvisor.org", "an.yandex.ru"][..]),
        ("LiveRamp", &["rlcdn.com", "pippio.com", "liveramp.com", "circulate.com", "privacymanager.io"]),
        ("Oracle", &["bluekai.com", "addthis.com", "eloqua.com"]),
        ("ByteDance Ltd", &["analytics.tiktok.com", "analytics-ipv6.tiktokw.us"]),
        ("Dynatrace", &["dynatrace.com", "ruxit.com", "dynatrace-managed.com", "keynote.com"]),
        ("Index Exchange", &["casalemedia.com", "indexww.com", "indexexchange.com"]),
        ("WPP", &["ib-ibi.com"]),
        ("LiveIntent nonID", &["liadm.com", "liveintent.com"]),
        ("IPONWEB", &["iponweb.net"]),
        ("Neustar", &["agkn.com", "home.neustar", "adadvisor.net"]),
        ("TransUnion", &["transunion.com", "truoptik.com"]),
        ("AppNexus", &["adnxs.com", "xandr.com", "adrdgt.com"]),
        ("Microsoft", &["clarity.ms", "clarity.microsoft.com", "microsoft.com"]),
        ("LinkedIn", &["www.linkedin.com", "snap.licdn.com", "px.ads.linkedin.com", "platform.linkedin.com"]),
        ("Amazon Ads", &["amazon-adsystem.com", "ad.amazon.com"]),
        ("Amazon Web Services", &["www.amazon.com", "amazonaws.com"]),
    ] {
        for host in hosts {
            assert_eq!(engine.look_up(host).company, Some(company), "{host}");
        }
    }
}

/// A request that a rule matches: `||host/path^$script` as a script from there.
fn request(rule: &str) -> (String, RequestType) {
    let (pattern, options) = rule.split_once('$').unwrap_or((rule, ""));
    let kind = match options.split(',').find(|option| ["script", "image", "subdocument"].contains(option)) {
        Some("script") => RequestType::Script,
        Some("subdocument") => RequestType::SubFrame,
        _ => RequestType::Image,
    };
    let rest = pattern.trim_start_matches("||").replace('*', "x");
    let (host, path) = rest.split_at(rest.find(['/', '^', '?']).unwrap_or(rest.len()));
    let path = path.trim_start_matches('^').trim_end_matches('|').replace('^', "/");
    (format!("https://{host}{}{path}", if path.starts_with('/') { "" } else { "/" }), kind)
}

#[test]
fn what_stands_in_the_files_of_countries_and_companies_is_what_is_told() {
    let Made { files, pack } = made();
    let shelf = Bytes::check(pack.clone().into()).unwrap();
    let engine = Engine::from_pack(pack).unwrap();
    let mut walk = Walk::default();
    let laws: Table = files.laws.parse().unwrap();
    assert_eq!(laws.keys().collect::<Vec<_>>(), ["country"]);
    for wanted in tables(&laws, "country") {
        let code = text(wanted, "code");
        let told = json(&wire::Country::from(dossier::country(&shelf, code).unwrap()));
        walk.compare("country", code, wanted, &told, &["source", "law", "protection"]);
        let mut told_laws = told["laws"].as_array().unwrap().iter();
        for wanted in tables(wanted, "law") {
            let told = told_laws.next().unwrap();
            walk.compare("law", code, wanted, told, &["source"]);
            walk.sources(code, &[wanted], told);
        }
        assert_eq!(told_laws.count(), 0, "{code}");
        let none = Table::new();
        let protection = wanted.get("protection").map_or(&none, |value| value.as_table().unwrap());
        walk.sources(code, &[wanted, protection], &told);
        // Its keys are told among the country's, two of them by another name.
        let mut named = told.clone();
        named["law"] = told["protection"].clone();
        named["year"] = told["protection_year"].clone();
        walk.compare("protection", code, protection, &named, &["source"]);
        if protection.is_empty() {
            assert!(["protection", "protection_year", "authority", "complaints"].iter().all(|key| told[key].is_null()));
        }
    }
    let owners: Table = files.owners.parse().unwrap();
    assert_eq!(owners.keys().collect::<Vec<_>>(), ["owner"]);
    let mut countries = 0;
    for wanted in tables(&owners, "owner") {
        let name = text(wanted, "company");
        let told = dossier::company(&shelf, name).unwrap();
        countries += usize::from(!told.country.is_empty());
        let sources: Vec<Json> = told.sources.into_iter().map(|source| json(&wire::Source::from(source))).collect();
        let told = serde_json::json!({
            "company": told.name, "parent": told.parent, "country": told.country, "sources": sources,
        });
        walk.sources(name, &[wanted], &told);
        let rest = walk.compare("owner", name, wanted, &told, &["source", "domains"]);
        for (_, domains) in rest.into_iter().filter(|(key, _)| *key == "domains") {
            for domain in texts(domains) {
                assert_eq!(engine.look_up(&format!("www.{domain}")).company, Some(name), "{domain}");
            }
        }
    }
    walk.end(6 + 5 + 5 + 5 + 5);
    assert!(countries >= 300, "{countries}");
}

/// By which hosts somebody is found, in the pack of all lists.
#[test]
fn hosts_are_found_under_their_domain_and_no_other() {
    let engine = Engine::from_pack(fs::read("pkg/onlooker.pack").unwrap()).unwrap();
    for host in ["hotjar.com", "static.hotjar.com", "a.b.c.hotjar.com", "hotjar.io"] {
        let found = engine.look_up(host);
        assert_eq!((found.actor, found.company, found.country), (Some("hotjar"), Some("Hotjar"), Some("MT")), "{host}");
        assert!(found.laws, "{host}");
    }
    for host in [
        "nothotjar.com",
        "hotjar.com.example",
        "hotjar.co",
        "hotjar",
        "com",
        "co.uk",
        "",
        ".",
        "127.0.0.1",
        "[::1]",
        "xn--htjar-jua.com",
    ] {
        assert_eq!(engine.look_up(host).actor, None, "{host}");
    }
}
