//! What is told of an actor, a country and a company: a run of bytes of its own behind the texts, JSON by key. It says who
//! somebody is; it weighs nothing in a page's level. The extension does not carry it yet.

use serde_json::Value;

use super::pack::{Bytes, Section, u32_at};

/// Where a claim can be checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The document's address.
    pub url: String,
    /// Who published it.
    pub publisher: String,
    /// Its own date: a year, a month or a day; empty where it bears none.
    pub date: String,
    /// The day on which it was read for this claim, or `unread`.
    pub checked: String,
}

/// An actor of our own lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dossier {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What kind of actor it is: a file of `lists/actors`.
    pub kind: String,
    /// Its owner; empty where that is not known.
    pub owner: String,
    /// The country of its seat, ISO 3166-1 alpha-2; empty where that is not known.
    pub country: String,
    /// What it does.
    pub does: String,
    /// What data it is known to take.
    pub takes: Vec<String>,
    /// Since when, a year; empty where that is not known.
    pub since: String,
    /// `documented`, `reported`, `indicated`; `unchecked` where no source was read.
    pub confidence: String,
    /// When contact with it is harmless.
    pub harmless: String,
    /// What it says against the claim.
    pub dispute: String,
    /// Where each claim can be checked.
    pub sources: Vec<Source>,
}

/// A law by which a state can order or take data in bulk or in secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Law {
    /// Its name.
    pub name: String,
    /// Its year.
    pub year: String,
    /// What it allows.
    pub allows: String,
    /// Who oversees it, in a word.
    pub oversight: String,
    /// Where that can be checked.
    pub sources: Vec<Source>,
}

/// What is known of a country's laws.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// Alliances of signals intelligence.
    pub alliances: Vec<String>,
    /// `eu`, `eea`, `adequate`, `framework`, `none`; empty where that is not known.
    pub adequacy: String,
    /// Its laws; none where nothing is verified.
    pub laws: Vec<Law>,
    /// Its data-protection law; empty where nothing is verified.
    pub protection: String,
    /// Its data-protection authority.
    pub authority: String,
    /// The authority's page for complaints.
    pub complaints: String,
    /// Where that can be checked.
    pub sources: Vec<Source>,
}

/// An actor by its id. `None` where there is none, or where it is not loaded.
pub fn actor(pack: &Bytes, id: &str) -> Option<Dossier> {
    let value = find(pack, "actor", id)?;
    let text = |key| text(&value, key);
    Some(Dossier {
        id: text("id"),
        name: text("name"),
        kind: text("kind"),
        owner: text("owner"),
        country: text("country"),
        does: text("does"),
        takes: texts(&value, "takes"),
        since: text("since"),
        confidence: text("confidence"),
        harmless: text("harmless"),
        dispute: text("dispute"),
        sources: sources(pack, &value),
    })
}

/// A country by its code.
pub fn country(pack: &Bytes, code: &str) -> Option<Country> {
    let value = find(pack, "country", code)?;
    let laws = value.get("laws").and_then(Value::as_array).into_iter().flatten();
    let protection = value.get("protection").cloned().unwrap_or_default();
    let mut all = sources(pack, &value);
    all.extend(sources(pack, &protection));
    Some(Country {
        code: text(&value, "code"),
        alliances: texts(&value, "alliances"),
        adequacy: text(&value, "adequacy"),
        laws: laws
            .map(|law| Law {
                name: text(law, "name"),
                year: text(law, "year"),
                allows: text(law, "allows"),
                oversight: text(law, "oversight"),
                sources: sources(pack, law),
            })
            .collect(),
        protection: text(&protection, "law"),
        authority: text(&protection, "authority"),
        complaints: text(&protection, "complaints"),
        sources: all,
    })
}

/// The country of a company of the owners' data; `None` where that is not known.
pub fn country_of_company(pack: &Bytes, name: &str) -> Option<String> {
    let country = text(&find(pack, "company", name)?, "country");
    (!country.is_empty()).then_some(country)
}

/// The actor that a host is of (lower case, no trailing dot): by the longest listed domain that it is or lies under.
pub fn of_host(pack: &Bytes, host: &str) -> Option<Dossier> {
    let id = super::index::suffixes(host.as_bytes())
        .filter_map(|part| std::str::from_utf8(part).ok())
        .find_map(|part| find(pack, "domain", part))?;
    actor(pack, id.as_str()?)
}

const ROW: usize = 16;

fn index(pack: &Bytes) -> Option<(&[u8], &[u8])> {
    let shelf = pack.shelf()?;
    let column = |section| shelf.range(section).ok().map(|range| shelf.slice(&range));
    Some((column(Section::ShelfIndex)?, column(Section::Shelf)?))
}

/// Finds `shelf/name` and reads its JSON. Entries stand in the order of their keys.
fn find(pack: &Bytes, shelf: &str, name: &str) -> Option<Value> {
    let (index, shelf_text) = index(pack)?;
    let key = format!("{shelf}/{name}");
    let part = |row: usize, n: usize| {
        let row = index.get(row * ROW..)?;
        shelf_text.get(u32_at(row, n)? as usize..(u32_at(row, n)? as usize).checked_add(u32_at(row, n + 1)? as usize)?)
    };
    let at =
        super::columns::partition(index.len() / ROW, |row| part(row, 0).is_some_and(|known| known < key.as_bytes()));
    if part(at, 0)? != key.as_bytes() {
        return None;
    }
    serde_json::from_slice(part(at, 2)?).ok()
}

fn text(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn texts(value: &Value, key: &str) -> Vec<String> {
    let items = value.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Sources are kept once each, and named by number.
fn sources(pack: &Bytes, value: &Value) -> Vec<Source> {
    let numbers = value.get("sources").and_then(Value::as_array).into_iter().flatten();
    let found = numbers.filter_map(|number| find(pack, "source", &number.as_u64()?.to_string()));
    found
        .map(|source| Source {
            url: text(&source, "url"),
            publisher: text(&source, "publisher"),
            date: text(&source, "date"),
            checked: text(&source, "checked"),
        })
        .collect()
}
