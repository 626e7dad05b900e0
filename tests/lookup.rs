//! The look-up of who is behind a host: what it finds, and that nothing of our own lists is lost on the way from the files
//! through the pack to what is told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;

use onlooker::audit::Engine;
use onlooker::rules::dossier::{self, Source};
use onlooker::rules::pack::Bytes;
use toml::{Table, Value};

fn pack() -> Vec<u8> {
    fs::read("pkg/onlooker.pack").unwrap()
}

fn table(path: &str) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().map(|value| value.as_table().unwrap())
}

fn text(of: &Table, key: &str) -> String {
    of.get(key).map(|value| value.as_str().unwrap().to_owned()).unwrap_or_default()
}

fn texts(of: &Table, key: &str) -> Vec<String> {
    let items = of.get(key).and_then(Value::as_array).into_iter().flatten();
    items.map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn sources<'a>(of: impl Iterator<Item = &'a Table>) -> Vec<Source> {
    of.map(|source| Source {
        url: text(source, "url"),
        publisher: text(source, "publisher"),
        date: text(source, "date"),
        supports: texts(source, "supports"),
        checked: text(source, "checked"),
    })
    .collect()
}

fn actor_files() -> Vec<Table> {
    let mut files: Vec<_> = fs::read_dir("lists/actors").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| table(path.to_str().unwrap())).collect()
}

#[test]
fn what_stands_in_the_files_is_what_is_told() {
    let pack = Bytes::check(pack().into()).unwrap();
    let engine = Engine::from_pack(self::pack()).unwrap();
    let (mut actors, mut hosts) = (0, 0);
    for file in actor_files() {
        for wanted in tables(&file, "actor") {
            actors += 1;
            let id = text(wanted, "id");
            let told = dossier::actor(&pack, &id).unwrap_or_else(|| panic!("{id} is not told"));
            let numbers = |key: &str| -> Vec<u32> {
                let items = wanted.get(key).and_then(Value::as_array).into_iter().flatten();
                items.map(|item| item.as_integer().unwrap() as u32).collect()
            };
            for (key, said) in [
                ("id", &told.id),
                ("name", &told.name),
                ("kind", &told.kind),
                ("owner", &told.owner),
                ("country", &told.country),
                ("does", &told.does),
                ("since", &told.since),
                ("harmless", &told.harmless),
                ("dispute", &told.dispute),
            ] {
                assert_eq!(*said, text(wanted, key), "{id}: {key}");
            }
            assert_eq!(told.takes, texts(wanted, "takes"), "{id}");
            assert_eq!(told.gvl_id, wanted.get("gvl_id").map_or(0, |id| id.as_integer().unwrap() as u32), "{id}");
            assert_eq!(
                (told.purposes, told.special_features),
                (numbers("purposes"), numbers("special_features")),
                "{id}"
            );
            assert_eq!(told.sources, sources(tables(wanted, "source")), "{id}");
            let read = told.sources.iter().any(|source| source.checked != "unread");
            let confidence = if read { text(wanted, "confidence") } else { "unchecked".to_owned() };
            assert_eq!(told.confidence, confidence, "{id}");
            for host in texts(wanted, "collects").iter().chain(&texts(wanted, "sites")) {
                hosts += 1;
                assert_eq!(engine.look_up(host).actor, Some(id.as_str()), "{host}");
            }
        }
    }
    assert!(actors >= 420 && hosts >= 1500, "{actors} actors, {hosts} hosts");
}

#[test]
fn countries_and_companies_are_told_whole() {
    let pack = Bytes::check(pack().into()).unwrap();
    let laws = table("lists/laws.toml");
    for wanted in tables(&laws, "country") {
        let code = text(wanted, "code");
        let told = dossier::country(&pack, &code).unwrap();
        let none = Table::new();
        let protection = wanted.get("protection").map_or(&none, |value| value.as_table().unwrap());
        assert_eq!(told.alliances, texts(wanted, "alliances"), "{code}");
        assert_eq!(told.adequacy, text(wanted, "adequacy"), "{code}");
        assert_eq!(told.protection, text(protection, "law"), "{code}");
        assert_eq!(told.authority, text(protection, "authority"), "{code}");
        assert_eq!(told.complaints, text(protection, "complaints"), "{code}");
        assert_eq!(told.sources, sources(tables(wanted, "source").chain(tables(protection, "source"))), "{code}");
        let mut laws = told.laws.iter();
        for wanted in tables(wanted, "law") {
            let law = laws.next().unwrap();
            let said = [&law.name, &law.year, &law.allows, &law.oversight].map(String::as_str);
            assert_eq!(said, ["name", "year", "allows", "oversight"].map(|key| text(wanted, key)), "{code}");
            assert_eq!(law.sources, sources(tables(wanted, "source")), "{code}");
        }
        assert_eq!(laws.count(), 0, "{code}");
    }
    let owners = table("lists/owners.toml");
    let mut count = BTreeMap::new();
    for wanted in tables(&owners, "owner") {
        let name = text(wanted, "company");
        let told = dossier::company(&pack, &name).unwrap();
        assert_eq!((told.parent, told.country.clone()), (text(wanted, "parent"), text(wanted, "country")), "{name}");
        assert_eq!(told.sources, sources(tables(wanted, "source")), "{name}");
        *count.entry(told.country.is_empty()).or_insert(0) += 1;
    }
    assert!(count[&false] >= 300, "{count:?}");
}

/// By which hosts somebody is found.
#[test]
fn hosts_are_found_under_their_domain_and_no_other() {
    let engine = Engine::from_pack(pack()).unwrap();
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
