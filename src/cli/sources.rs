//! The texts that a pack is made of: from installed npm packages, and from lists/. Nothing is fetched.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use onlooker::detectors;
use onlooker::report::ListInfo;
use onlooker::rules::bundle::OwnerSource;
use onlooker::rules::compile::ListSource;
use onlooker::rules::index::CLEARURLS;
use onlooker::rules::{blocklist, clearurls};
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use toml::Table;

use super::{Failure, unreadable};

/// A list's text, and what the file that names it says of it.
#[derive(Debug)]
pub struct ListText {
    /// Its publisher's number for it.
    pub id: u32,
    /// Which technique a match of it means: a position in [`detectors::DETECTORS`].
    pub technique: u32,
    /// The package it comes from, with version.
    pub source: String,
    /// Its licence (SPDX).
    pub licence: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// Its rules.
    pub rules: Rules,
}

/// In which form a list's rules are written.
#[derive(Debug)]
pub enum Rules {
    /// In a blocker's syntax: the text, and headings whose rules are left out.
    Abp(String, Vec<String>),
    /// As ClearURLs has them: what was made of them, and the version.
    ClearUrls(clearurls::Made, String),
}

impl ListText {
    /// The list, read.
    pub fn source(&self) -> ListSource<'_> {
        ListSource {
            id: self.id,
            technique: self.technique,
            source: self.source.clone(),
            licence: self.licence.clone(),
            attribution: String::new(),
            sha256: self.sha256.clone(),
            list: match &self.rules {
                Rules::Abp(text, leave_out) => blocklist::read(text, leave_out),
                Rules::ClearUrls(made, version) => clearurls::list(made, version),
            },
        }
    }
}

/// What a pack is made of.
pub struct Sources {
    /// Lists of rules.
    pub lists: Vec<ListText>,
    /// Whose hosts are whose.
    pub owners: Vec<OwnerSource>,
    /// The facts of the data that are no rules.
    pub data: Vec<ListInfo>,
}

/// The public suffix list that this build is made with.
static SUFFIXES: &str = include_str!("../../lists/public-suffixes.txt");

/// Reads the file that names the sources, and every source it names.
pub fn read(sources: &Path, packages: &Path) -> Result<Sources, Failure> {
    let wrong = |why: &str| Failure::new(format!("{}: {why}", sources.display()));
    let table = table(sources)?;
    let mut lists = Vec::new();
    for entry in tables(&table, "list") {
        lists.push(list(entry, sources, packages).map_err(|why| wrong(&why))?);
    }
    let (mut owned, mut data) = (Vec::new(), Vec::new());
    for entry in tables(&table, "owners") {
        let of_entry = owners(entry, packages).map_err(|why| wrong(&why))?;
        data.push(owners_info(entry, packages, &of_entry).map_err(|why| wrong(&why))?);
        owned.extend(of_entry);
    }
    data.push(suffixes_info());
    if lists.is_empty() { Err(wrong("it names no list")) } else { Ok(Sources { lists, owners: owned, data }) }
}

/// The facts of the owners' data.
fn owners_info(entry: &Table, packages: &Path, owners: &[OwnerSource]) -> Result<ListInfo, String> {
    let (package, version) = (word(entry, "package")?, word(entry, "package_version")?);
    Ok(ListInfo {
        id: 1_001,
        title: package.to_owned(),
        version: version.to_owned(),
        date: String::new(),
        licence: word(entry, "licence")?.to_owned(),
        attribution: String::new(),
        source: format!("{package} {version}"),
        sha256: sha256(&file(entry, packages)?),
        rules: owners.iter().map(|owner| owner.domains.len() as u64).sum(),
        skipped: Vec::new(),
    })
}

/// The facts of the public suffix list. Its file's first line says which crate it is taken from.
fn suffixes_info() -> ListInfo {
    let version = SUFFIXES.split_once("crate psl ").and_then(|(_, rest)| rest.split_whitespace().next());
    let version = version.unwrap_or_default();
    let rules = SUFFIXES.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    ListInfo {
        id: 1_002,
        title: "Public Suffix List".to_owned(),
        version: version.to_owned(),
        date: String::new(),
        licence: "MPL-2.0".to_owned(),
        attribution: String::new(),
        source: format!("psl {version}"),
        sha256: sha256(SUFFIXES.as_bytes()),
        rules: rules.count() as u64,
        skipped: Vec::new(),
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The owners' data alone.
pub fn read_owners(sources: &Path, packages: &Path) -> Result<Vec<OwnerSource>, Failure> {
    all_owners(&table(sources)?, packages).map_err(|why| Failure::new(format!("{}: {why}", sources.display())))
}

fn all_owners(table: &Table, packages: &Path) -> Result<Vec<OwnerSource>, String> {
    let mut owned = Vec::new();
    for entry in tables(table, "owners") {
        owned.extend(owners(entry, packages)?);
    }
    Ok(owned)
}

fn table(sources: &Path) -> Result<Table, Failure> {
    let wrong = |why: &str| Failure::new(format!("{}: {why}", sources.display()));
    let text = fs::read_to_string(sources).map_err(|error| Failure::new(unreadable(sources, &error)))?;
    text.parse().map_err(|_| wrong("it is not TOML"))
}

fn tables<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    table.get(key).and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table)
}

fn word<'a>(entry: &'a Table, key: &str) -> Result<&'a str, String> {
    entry.get(key).and_then(toml::Value::as_str).ok_or_else(|| format!("an entry has no `{key}`"))
}

/// The bytes of an entry's file, after making sure that it is of the version that is named: a report says which lists
/// it rests on, and must not say it wrongly.
fn file(entry: &Table, packages: &Path) -> Result<Vec<u8>, String> {
    let (package, version) = (word(entry, "package")?, word(entry, "package_version")?);
    let missing =
        || format!("package {package} {version} is not installed in {} (npm ci installs it)", packages.display());
    let manifest = fs::read(packages.join(package).join("package.json")).map_err(|_| missing())?;
    let manifest: Value = serde_json::from_slice(&manifest).map_err(|_| missing())?;
    match manifest.get("version").and_then(Value::as_str) {
        Some(installed) if installed == version => {}
        Some(installed) => {
            return Err(format!("package {package} is installed as {installed}, but {version} is asked for"));
        }
        None => return Err(missing()),
    }
    let path = word(entry, "path")?;
    fs::read(packages.join(path)).map_err(|error| unreadable(Path::new(path), &error))
}

/// A list: a package's, or one that lies beside the file that names it.
fn list(entry: &Table, sources: &Path, packages: &Path) -> Result<ListText, String> {
    let id = entry.get("id").and_then(toml::Value::as_integer).and_then(|id| u32::try_from(id).ok());
    let id = id.ok_or("a list has no `id`")?;
    let technique = word(entry, "technique")?;
    let place = detectors::place_of(technique).and_then(|place| u32::try_from(place).ok());
    let (text, rules) = match entry.get("form").and_then(toml::Value::as_str) {
        None => {
            let text = ruleset(id, &file(entry, packages)?)?;
            (text.clone(), Rules::Abp(text, headings(entry)))
        }
        Some("clearurls") => {
            if id != CLEARURLS {
                return Err(format!("list {id} is in the form of ClearURLs, whose number is {CLEARURLS}"));
            }
            let path = sources.with_file_name(word(entry, "file")?);
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
            let made = clearurls::read(&text).map_err(|why| format!("{}: {why}", path.display()))?;
            (text, Rules::ClearUrls(made, word(entry, "crate_version")?.to_owned()))
        }
        Some(form) => return Err(format!("list {id} is in a form that is not known: {form}")),
    };
    let source = match &rules {
        Rules::Abp(..) => format!("{} {}", word(entry, "package")?, word(entry, "package_version")?),
        Rules::ClearUrls(..) => {
            let (file, name, version) = (word(entry, "file")?, word(entry, "crate")?, word(entry, "crate_version")?);
            format!("lists/{file}, of crate {name} {version}")
        }
    };
    Ok(ListText {
        id,
        technique: place.ok_or_else(|| format!("list {id} names a technique that does not exist: {technique}"))?,
        source,
        licence: word(entry, "licence")?.to_owned(),
        sha256: sha256(text.as_bytes()),
        rules,
    })
}

/// The headings whose rules an entry leaves out.
fn headings(entry: &Table) -> Vec<String> {
    let named = entry.get("leave_out").and_then(toml::Value::as_array).into_iter().flatten();
    named.filter_map(|heading| heading.as_str().map(str::to_owned)).collect()
}

/// A list as AdGuard's rulesets carry it: the filter's whole text lies in the first element's metadata.
fn ruleset(id: u32, bytes: &[u8]) -> Result<String, String> {
    let not_a_ruleset = || format!("list {id} holds no filter text");
    // Only the first of a hundred thousand elements is wanted, so only that one is taken apart.
    let elements: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|_| not_a_ruleset())?;
    let first: Value =
        elements.first().and_then(|first| serde_json::from_str(first.get()).ok()).ok_or_else(not_a_ruleset)?;
    let text = first.pointer("/metadata/rawFilterList").and_then(Value::as_str).ok_or_else(not_a_ruleset)?;
    Ok(text.to_owned())
}

/// The entities of third-party-web.
fn owners(entry: &Table, packages: &Path) -> Result<Vec<OwnerSource>, String> {
    let bytes = file(entry, packages)?;
    let wrong = || "the owners' data are not in the form of third-party-web".to_owned();
    let entities: Vec<BTreeMap<String, Value>> = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
    entities
        .iter()
        .map(|entity| {
            let text = |key: &str| entity.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            let domains = entity.get("domains").and_then(Value::as_array).ok_or_else(wrong)?;
            Ok(OwnerSource {
                company: text("company").or_else(|| text("name")).ok_or_else(wrong)?.to_owned(),
                category: text("category").unwrap_or("unknown").to_owned(),
                domains: domains.iter().filter_map(|domain| domain.as_str().map(str::to_owned)).collect(),
            })
        })
        .collect()
}
