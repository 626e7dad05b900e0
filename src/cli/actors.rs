//! Onlooker's own lists (`lists/actors/*.toml`, `lists/laws.toml`, `lists/owners.toml`): read, checked, and made ready to
//! be compiled. docs/lists.md says what an entry is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use onlooker::{address, party};
use serde_json::{Value as Json, json};
use toml::{Table, Value};

use super::Failure;

/// What the files say, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Own {
    /// What is told of an actor, a country or a company, by key (`actor/…`, `country/…`, `company/…`); and whose a domain
    /// is (`domain/…`).
    pub shelf: BTreeMap<String, Json>,
    /// What is wrong: file, entry, why. It is compiled all the same; `./build.sh check` is what refuses it.
    pub complaints: Vec<String>,
    /// Sources by their JSON, numbered as they were met.
    cited: BTreeMap<String, usize>,
    /// How many entries, domains, sources and read sources there are, by kind.
    pub counts: BTreeMap<String, Counts>,
}

/// How much a kind's file holds.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    /// Entries.
    pub entries: usize,
    /// Domains, of collecting hosts and of sites.
    pub domains: usize,
    /// Sources.
    pub sources: usize,
    /// Sources that were read.
    pub read: usize,
    /// Entries of which no source was read.
    pub unchecked: usize,
    /// Entries with at least two independent publishers.
    pub two_publishers: usize,
}

/// The kinds of actors; a file each, of that name.
const KINDS: [&str; 17] = [
    "mercenary-spyware",
    "stalkerware",
    "interception",
    "location-broker",
    "data-broker",
    "identity-graph",
    "rtb",
    "session-replay",
    "biometric",
    "carrier-identifier",
    "police-monitoring",
    "fingerprinting",
    "social-pixel",
    "state-linked",
    "credit-risk",
    "block-page",
    "prism",
];

/// What data an actor is known to take: the words that an entry may use.
const TAKES: [&str; 26] = [
    "pages-visited",
    "clicks-and-typing",
    "ip-address",
    "device-identifiers",
    "advertising-identifiers",
    "device-fingerprint",
    "location",
    "phone-number",
    "email-address",
    "contacts",
    "messages",
    "calls",
    "photos-and-files",
    "microphone-and-camera",
    "face",
    "voice",
    "emotion",
    "identity-documents",
    "purchases",
    "credit",
    "health",
    "social-posts",
    "network-traffic",
    "bid-requests",
    "browsing-history",
    "public-records",
];
/// Words that accuse, of the reader or of anybody.
const ACCUSING: [&str; 5] = ["infected", "hacked", "spied on you", "you are a victim", "your fault"];
/// ISO 3166-1 alpha-2.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX \
MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG \
VI VN VU WF WS XK YE YT ZA ZM ZW";

/// Reads `folder` (`lists`); a file that is not there is an empty one.
pub fn read(folder: &Path) -> Result<Own, Failure> {
    let mut own = Own::default();
    let mut seen = Seen::default();
    let mut files: Vec<_> = match fs::read_dir(folder.join("actors")) {
        Ok(entries) => entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(_) => Vec::new(),
    };
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    for path in files {
        let kind = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let table = table(&path)?;
        own.actors(&kind, &table, &mut seen);
    }
    if let Some(laws) = optional(&folder.join("laws.toml"))? {
        own.countries(&laws);
    }
    if let Some(owners) = optional(&folder.join("owners.toml"))? {
        own.companies(&owners);
    }
    Ok(own)
}

fn table(path: &Path) -> Result<Table, Failure> {
    let wrong = |why: String| Failure::new(format!("{}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(format!("it cannot be read ({})", error.kind())))?;
    text.parse().map_err(|error: toml::de::Error| wrong(format!("it is not TOML: {}", error.message())))
}

fn optional(path: &Path) -> Result<Option<Table>, Failure> {
    if path.exists() { table(path).map(Some) } else { Ok(None) }
}

#[derive(Default)]
struct Seen {
    ids: BTreeSet<String>,
    domains: BTreeMap<String, String>,
}

fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn word<'a>(of: &'a Table, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn words<'a>(of: &'a Table, key: &str) -> Vec<&'a str> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// A year, a month or a day.
fn is_date(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    matches!(lengths.as_slice(), [4] | [4, 2] | [4, 2, 2]) && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

fn is_url(text: &str) -> bool {
    let mut address = address::Address::new();
    (text.starts_with("https://") || text.starts_with("http://"))
        && address.read(text.as_bytes()).is_ok()
        && !text.bytes().any(|b| b <= b' ' || matches!(b, b'<' | b'>' | b'"'))
}

impl Own {
    fn actors(&mut self, kind: &str, file: &Table, seen: &mut Seen) {
        if !KINDS.contains(&kind) {
            self.complaints.push(format!("actors/{kind}.toml: `{kind}` is no kind of actor"));
            return;
        }
        let mut counts = Counts::default();
        for actor in tables(file, "actor") {
            let (id, name) = (word(actor, "id"), word(actor, "name"));
            let mut wrong: Vec<String> = Vec::new();
            if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                wrong.push("its id is not in lower case, digits and hyphens".to_owned());
            }
            if !seen.ids.insert(id.to_owned()) {
                wrong.push("its id stands twice".to_owned());
            }
            if word(actor, "kind") != kind {
                wrong.push(format!("its kind is not the file's: {}", word(actor, "kind")));
            }
            if name.is_empty() || word(actor, "does").is_empty() {
                wrong.push("it has no name, or does not say what the actor does".to_owned());
            }
            if !["documented", "reported", "indicated"].contains(&word(actor, "confidence")) {
                wrong.push("its confidence is not documented, reported or indicated".to_owned());
            }
            let country = word(actor, "country");
            if !country.is_empty() && !is_country(country) {
                wrong.push(format!("`{country}` is no country"));
            }
            wrong.extend(
                words(actor, "takes")
                    .iter()
                    .filter(|t| !TAKES.contains(t))
                    .map(|t| format!("`{t}` is no word for data")),
            );
            let lower = format!("{} {} {}", word(actor, "does"), word(actor, "harmless"), word(actor, "dispute"))
                .to_lowercase();
            wrong.extend(ACCUSING.iter().filter(|w| lower.contains(**w)).map(|w| format!("it accuses: `{w}`")));
            let domains: Vec<&str> = words(actor, "collects").into_iter().chain(words(actor, "sites")).collect();
            for domain in &domains {
                if let Some(why) = not_a_domain(domain) {
                    wrong.push(format!("{domain}: {why}"));
                }
                match seen.domains.insert((*domain).to_owned(), id.to_owned()) {
                    Some(other) if other != id => wrong.push(format!("{domain} stands under {other} too")),
                    _ => {}
                }
            }
            let sources: Vec<&Table> = tables(actor, "source").collect();
            wrong.extend(source_complaints(&sources));
            let supported: BTreeSet<&str> = sources.iter().flat_map(|source| words(source, "supports")).collect();
            for field in ["owner", "country", "does", "since", "takes", "collects", "sites", "patterns"] {
                let said = !word(actor, field).is_empty() || !words(actor, field).is_empty();
                if said && !supported.contains(field) {
                    wrong.push(format!("no source supports its {field}"));
                }
            }
            self.complaints.extend(wrong.into_iter().map(|why| format!("actors/{kind}.toml, {id}: {why}")));

            let read = sources.iter().filter(|source| word(source, "checked") != "unread").count();
            let publishers: BTreeSet<&str> = sources.iter().map(|source| word(source, "publisher")).collect();
            counts.entries += 1;
            counts.domains += domains.len();
            counts.sources += sources.len();
            counts.read += read;
            counts.unchecked += usize::from(read == 0);
            counts.two_publishers += usize::from(publishers.len() > 1);
            let confidence = if read == 0 { "unchecked" } else { word(actor, "confidence") };
            let cited = self.cite(&sources);
            self.shelf.insert(format!("actor/{id}"), actor_json(actor, &cited, confidence));
            for domain in domains {
                self.shelf.insert(format!("domain/{domain}"), json!(id));
            }
        }
        self.counts.insert(kind.to_owned(), counts);
    }

    fn countries(&mut self, laws: &Table) {
        let mut codes = BTreeSet::new();
        for country in tables(laws, "country") {
            let code = word(country, "code");
            let mut wrong = Vec::new();
            if !is_country(code) {
                wrong.push("it is no country".to_owned());
            }
            if !codes.insert(code.to_owned()) {
                wrong.push("it stands twice".to_owned());
            }
            for law in tables(country, "law") {
                let sources: Vec<&Table> = tables(law, "source").collect();
                if word(law, "name").is_empty() || word(law, "allows").is_empty() {
                    wrong.push("a law has no name, or does not say what it allows".to_owned());
                }
                wrong
                    .extend(source_complaints(&sources).into_iter().map(|why| format!("{}: {why}", word(law, "name"))));
            }
            if let Some(protection) = country.get("protection").and_then(Value::as_table) {
                let sources: Vec<&Table> = tables(protection, "source").collect();
                wrong.extend(source_complaints(&sources).into_iter().map(|why| format!("protection: {why}")));
            }
            self.complaints.extend(wrong.into_iter().map(|why| format!("laws.toml, {code}: {why}")));
            let facts = self.country_json(country);
            self.shelf.insert(format!("country/{code}"), facts);
        }
    }

    fn country_json(&mut self, country: &Table) -> Json {
        let laws: Vec<Json> = tables(country, "law")
            .map(|law| {
                let sources: Vec<&Table> = tables(law, "source").collect();
                json!({ "name": word(law, "name"), "year": word(law, "year"), "allows": word(law, "allows"),
                    "oversight": word(law, "oversight"), "sources": self.cite(&sources) })
            })
            .collect();
        let protection = country.get("protection").and_then(Value::as_table).map_or(Json::Null, |protection| {
            let sources: Vec<&Table> = tables(protection, "source").collect();
            json!({ "law": word(protection, "law"), "authority": word(protection, "authority"),
                "complaints": word(protection, "complaints"), "sources": self.cite(&sources) })
        });
        let sources: Vec<&Table> = tables(country, "source").collect();
        json!({ "code": word(country, "code"), "alliances": words(country, "alliances"),
            "adequacy": word(country, "adequacy"), "laws": laws, "protection": protection, "sources": self.cite(&sources) })
    }

    /// The numbers of these sources; each is put on the shelf once.
    fn cite(&mut self, sources: &[&Table]) -> Json {
        let mut numbers = Vec::new();
        for source in sources {
            let read = |key| word(source, key);
            let facts = json!({ "url": read("url"), "publisher": read("publisher"), "date": read("date"), "checked": read("checked") });
            let next = self.cited.len();
            let number = *self.cited.entry(facts.to_string()).or_insert(next);
            self.shelf.entry(format!("source/{number}")).or_insert(facts);
            numbers.push(number);
        }
        json!(numbers)
    }

    fn companies(&mut self, owners: &Table) {
        for owner in tables(owners, "owner") {
            let (company, country) = (word(owner, "company"), word(owner, "country"));
            let sources: Vec<&Table> = tables(owner, "source").collect();
            let mut wrong = source_complaints(&sources);
            if !country.is_empty() && !is_country(country) {
                wrong.push(format!("`{country}` is no country"));
            }
            self.complaints.extend(wrong.into_iter().map(|why| format!("owners.toml, {company}: {why}")));
            let facts = json!({ "parent": word(owner, "parent"), "country": country, "sources": self.cite(&sources) });
            if self.shelf.insert(format!("company/{company}"), facts).is_some() {
                self.complaints.push(format!("owners.toml, {company}: it stands twice"));
            }
        }
    }
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|known| known == code)
}

/// Why a domain cannot stand in an entry.
fn not_a_domain(domain: &str) -> Option<&'static str> {
    let mut address = address::Address::new();
    let read = address.read(format!("https://{domain}/").as_bytes());
    if read.is_err() || address.host_str() != domain || !domain.contains('.') {
        return Some("it is not a domain as browsers write it");
    }
    if party::public_suffix(domain) == domain {
        return Some("it is a public suffix");
    }
    party::is_shared(domain).then_some("many share it")
}

fn source_complaints(sources: &[&Table]) -> Vec<String> {
    let mut wrong = Vec::new();
    if sources.is_empty() {
        wrong.push("it has no source".to_owned());
    }
    for source in sources {
        let (url, date, checked) = (word(source, "url"), word(source, "date"), word(source, "checked"));
        if !is_url(url) {
            wrong.push(format!("`{url}` is no address"));
        }
        if word(source, "publisher").is_empty() || words(source, "supports").is_empty() {
            wrong.push(format!("{url}: no publisher, or nothing that it supports"));
        }
        if !date.is_empty() && !is_date(date) {
            wrong.push(format!("{url}: `{date}` is no date"));
        }
        if checked != "unread" && !(is_date(checked) && checked.len() == 10) {
            wrong.push(format!("{url}: `checked` is neither a day nor `unread`"));
        }
    }
    wrong
}

fn actor_json(actor: &Table, sources: &Json, confidence: &str) -> Json {
    let read = |key| word(actor, key);
    json!({
        "id": read("id"), "name": read("name"), "kind": read("kind"), "owner": read("owner"), "country": read("country"),
        "does": read("does"), "takes": words(actor, "takes"), "since": read("since"), "confidence": confidence,
        "harmless": read("harmless"), "dispute": read("dispute"), "sources": sources,
    })
}
