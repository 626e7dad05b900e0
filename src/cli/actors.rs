//! Onlooker's own lists (`lists/actors/*.toml`, `lists/laws.toml`, `lists/owners.toml`): read, checked, and made ready to
//! be compiled. docs/lists.md says what an entry is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use onlooker::kinds;
use onlooker::rules::blocklist;
use onlooker::rules::compile::ListSource;
use onlooker::rules::dossier::{CompanyFacts, Country, Dossier, Law, Shelf, Source};
use onlooker::rules::index::OWN_LIST;
use onlooker::rules::list;
use onlooker::{address, detectors, party};
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::{Failure, words};

/// What the files say, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Own {
    /// What is told of actors, countries and companies.
    pub shelf: Shelf,
    /// What is wrong: file, entry, why. It is compiled all the same; `./build.sh check` is what refuses it.
    pub complaints: Vec<String>,
    /// How many entries, domains, sources and read sources there are, by kind.
    pub counts: BTreeMap<String, Counts>,
    /// Domains that the owners' data give to nobody, or to a part of the company only: the company, and the domain.
    pub overrides: Vec<(String, String)>,
    /// The actors' hosts and patterns as a list: a rule each with its line, counted through all files of actors, one
    /// behind the other in the order of their names. Headings name the kind, how sure the entry is, and the actor's id.
    lines: Vec<(u32, String)>,
    /// SHA-256 of these files, one behind the other.
    sha256: String,
    /// The day on which a source was last read.
    date: String,
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

/// What our own list is called.
const TITLE: &str = "Onlooker surveillance list";
/// In a heading: what stands under it is the vendor's own public site, not a host that collects.
pub const SITE: &str = ", its own site";

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
    let (mut all, mut lines) = (Sha256::new(), 0);
    for path in files {
        let kind = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let (text, table) = table(&path)?;
        own.actors(&kind, &text, lines, &table, &mut seen);
        all.update(text.as_bytes());
        lines += text.matches('\n').count();
    }
    own.sha256 = all.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some(laws) = optional(&folder.join("laws.toml"))? {
        own.countries(&laws);
    }
    if let Some(owners) = optional(&folder.join("owners.toml"))? {
        own.companies(&owners);
    }
    if let Some(retired) = optional(&folder.join("retired.toml"))? {
        own.retired(&retired, &seen.ids);
    }
    own.link(seen.companies);
    Ok(own)
}

fn table(path: &Path) -> Result<(String, Table), Failure> {
    let wrong = |why: String| Failure::new(format!("{}: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| wrong(format!("it cannot be read ({})", error.kind())))?;
    let table = text.parse().map_err(|error: toml::de::Error| wrong(format!("it is not TOML: {}", error.message())))?;
    Ok((text, table))
}

fn optional(path: &Path) -> Result<Option<Table>, Failure> {
    if path.exists() { table(path).map(|(_, table)| Some(table)) } else { Ok(None) }
}

#[derive(Default)]
struct Seen {
    ids: BTreeSet<String>,
    domains: BTreeMap<String, String>,
    /// The actors that are a company of the owners' data, whatever host of it is met.
    companies: BTreeMap<String, Vec<String>>,
}

fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn word<'a>(of: &'a Table, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn text(of: &Table, key: &str) -> String {
    word(of, key).to_owned()
}

fn several<'a>(of: &'a Table, key: &str) -> Vec<&'a str> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn texts(of: &Table, key: &str) -> Vec<String> {
    several(of, key).into_iter().map(str::to_owned).collect()
}

fn numbers(of: &Table, key: &str) -> Vec<u32> {
    let items = of.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| u32::try_from(item.as_integer()?).ok()).collect()
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

/// The fields of an entry that a source must support where they say something.
const SUPPORTED: [&str; 11] = [
    "owner",
    "country",
    "does",
    "since",
    "takes",
    "collects",
    "sites",
    "patterns",
    "gvl_id",
    "purposes",
    "special_features",
];

impl Own {
    /// The actors' hosts and patterns as a list to be compiled; `None` where there are none.
    pub fn list(&self) -> Option<ListSource<'_>> {
        let technique = detectors::place_of("surveillance-actor").and_then(|place| u32::try_from(place).ok())?;
        let lines = self.lines.iter().map(|(line, text)| (*line, text.as_str()));
        let mut list = list::read(lines, &[], blocklist::meaning);
        list.title = TITLE.to_owned();
        list.version.clone_from(&self.date);
        list.date.clone_from(&self.date);
        let source = ListSource {
            id: OWN_LIST,
            technique,
            source: "lists/actors".to_owned(),
            licence: "GPL-3.0-or-later".to_owned(),
            attribution: "indicators of spyware and stalkerware: Amnesty International Security Lab, MVT, Echap"
                .to_owned(),
            sha256: self.sha256.clone(),
            list,
        };
        (!source.list.rules.is_empty()).then_some(source)
    }

    fn actors(&mut self, kind: &str, file: &str, lines_before: usize, entries: &Table, seen: &mut Seen) {
        if kinds::kind(kind).is_none() {
            self.complaints.push(format!("actors/{kind}.toml: `{kind}` is no kind of actor"));
            return;
        }
        if !words::has(&format!("kind_{}_name", kind.replace('-', "_"))) {
            self.complaints.push(format!("actors/{kind}.toml: the kind has no English name"));
        }
        let file: Vec<&str> = file.split('\n').collect();
        let mut counts = Counts::default();
        for actor in tables(entries, "actor") {
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
            for data in several(actor, "takes") {
                if !TAKES.contains(&data) {
                    wrong.push(format!("`{data}` is no word for data"));
                } else if !words::has(&format!("takes_{}", data.replace('-', "_"))) {
                    wrong.push(format!("`{data}` has no English text"));
                }
            }
            if numbers(actor, "purposes").iter().any(|purpose| !(1..=11).contains(purpose))
                || numbers(actor, "special_features").iter().any(|feature| !(1..=2).contains(feature))
            {
                wrong.push("a purpose or special feature is none of the IAB's".to_owned());
            }
            let lower = format!("{} {} {}", word(actor, "does"), word(actor, "harmless"), word(actor, "dispute"))
                .to_lowercase();
            wrong.extend(ACCUSING.iter().filter(|w| lower.contains(**w)).map(|w| format!("it accuses: `{w}`")));
            let domains: Vec<&str> = several(actor, "collects").into_iter().chain(several(actor, "sites")).collect();
            for domain in &domains {
                if let Some(why) = not_a_domain(domain) {
                    wrong.push(format!("{domain}: {why}"));
                }
                match seen.domains.insert((*domain).to_owned(), id.to_owned()) {
                    Some(other) if other != id => wrong.push(format!("{domain} stands under {other} too")),
                    _ => {}
                }
            }
            for company in several(actor, "companies") {
                seen.companies.entry(company.to_owned()).or_default().push(id.to_owned());
            }
            let sources: Vec<&Table> = tables(actor, "source").collect();
            wrong.extend(source_complaints(&sources));
            let supported: BTreeSet<&str> = sources.iter().flat_map(|source| several(source, "supports")).collect();
            for field in SUPPORTED {
                let said = !word(actor, field).is_empty() || actor.get(field).is_some_and(says);
                if said && !supported.contains(field) {
                    wrong.push(format!("no source supports its {field}"));
                }
            }

            let read = sources.iter().filter(|source| word(source, "checked") != "unread").count();
            let publishers: BTreeSet<&str> = sources.iter().map(|source| word(source, "publisher")).collect();
            counts.entries += 1;
            counts.domains += domains.len();
            counts.sources += sources.len();
            counts.read += read;
            counts.unchecked += usize::from(read == 0);
            counts.two_publishers += usize::from(publishers.len() > 1);
            let confidence = if read == 0 { "unchecked" } else { word(actor, "confidence") };
            wrong.extend(self.rules(kind, confidence, actor, &file, lines_before));
            self.complaints.extend(wrong.into_iter().map(|why| format!("actors/{kind}.toml, {id}: {why}")));
            let gvl_id = actor.get("gvl_id").and_then(Value::as_integer).and_then(|id| u32::try_from(id).ok());
            let dossier = Dossier {
                id: id.to_owned(),
                name: name.to_owned(),
                kind: kind.to_owned(),
                owner: text(actor, "owner"),
                country: country.to_owned(),
                does: text(actor, "does"),
                takes: texts(actor, "takes"),
                since: text(actor, "since"),
                confidence: confidence.to_owned(),
                harmless: text(actor, "harmless"),
                dispute: text(actor, "dispute"),
                gvl_id: gvl_id.unwrap_or(0),
                purposes: numbers(actor, "purposes"),
                special_features: numbers(actor, "special_features"),
                sources: self.sources(&sources),
            };
            self.shelf.actors.push(dossier);
        }
        self.counts.insert(kind.to_owned(), counts);
    }

    /// Adds an actor's hosts and patterns to the list. What is no rule is a complaint.
    fn rules(&mut self, kind: &str, confidence: &str, actor: &Table, file: &[&str], before: usize) -> Vec<String> {
        let mut wrong = Vec::new();
        let id = word(actor, "id");
        let from = file.iter().position(|line| line.trim() == format!("id = \"{id}\"")).unwrap_or(0);
        let host = |host: &&str| (format!("||{host}^"), format!("\"{host}\""));
        let pattern = |pattern: &&str| ((*pattern).to_owned(), format!("\"{pattern}\""));
        // In the order in which an entry has them: a list's lines never go back.
        let parts: [(&str, Vec<(String, String)>); 3] = [
            ("", several(actor, "collects").iter().map(host).collect()),
            (SITE, several(actor, "sites").iter().map(host).collect()),
            ("", several(actor, "patterns").iter().map(pattern).collect()),
        ];
        for (role, rules) in parts {
            if rules.is_empty() {
                continue;
            }
            self.lines.push((0, format!("! SECTION: {kind}, {confidence}{role}")));
            self.lines.push((0, format!("! Company name: {id}")));
            let mut numbered: Vec<(u32, String)> = Vec::new();
            for (rule, written) in rules {
                let line = file.iter().skip(from).position(|line| line.contains(&written)).map_or(from, |at| from + at);
                // A star there would stand for a path too, and name whoever has such a path.
                let host = rule.strip_prefix("||").and_then(|rest| rest.split(['/', '^', '?', '$']).next());
                if host.is_none_or(|host| host.contains('*')) {
                    wrong.push(format!("`{rule}` does not begin with a host that is written out"));
                }
                if let Err(why) = blocklist::meaning(&rule) {
                    wrong.push(format!("`{rule}` is no rule: {why}"));
                }
                numbered.push((u32::try_from(before + line + 1).unwrap_or(u32::MAX), rule));
            }
            numbered.sort();
            let last = self.lines.iter().rev().map(|(line, _)| *line).find(|line| *line > 0);
            if numbered.first().is_some_and(|(line, _)| last.is_some_and(|last| *line < last)) {
                wrong.push("collects, sites and patterns must stand in this order".to_owned());
            }
            self.lines.extend(numbered);
        }
        wrong
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
            for (family, said) in
                [("alliance", several(country, "alliances")), ("adequacy", vec![word(country, "adequacy")])]
            {
                wrong.extend(said.iter().filter_map(|said| no_english(family, said)));
            }
            for law in tables(country, "law") {
                let sources: Vec<&Table> = tables(law, "source").collect();
                if word(law, "name").is_empty() || word(law, "allows").is_empty() {
                    wrong.push("a law has no name, or does not say what it allows".to_owned());
                }
                wrong.extend(no_english("oversight", word(law, "oversight")));
                wrong
                    .extend(source_complaints(&sources).into_iter().map(|why| format!("{}: {why}", word(law, "name"))));
            }
            if let Some(protection) = country.get("protection").and_then(Value::as_table) {
                let sources: Vec<&Table> = tables(protection, "source").collect();
                wrong.extend(source_complaints(&sources).into_iter().map(|why| format!("protection: {why}")));
            }
            self.complaints.extend(wrong.into_iter().map(|why| format!("laws.toml, {code}: {why}")));
            let facts = self.country(country);
            self.shelf.countries.push(facts);
        }
    }

    fn country(&mut self, country: &Table) -> Country {
        let laws = tables(country, "law")
            .map(|law| {
                let sources: Vec<&Table> = tables(law, "source").collect();
                Law {
                    name: text(law, "name"),
                    year: text(law, "year"),
                    allows: text(law, "allows"),
                    oversight: text(law, "oversight"),
                    sources: self.sources(&sources),
                }
            })
            .collect();
        let none = Table::new();
        let protection = country.get("protection").and_then(Value::as_table).unwrap_or(&none);
        let sources: Vec<&Table> = tables(country, "source").chain(tables(protection, "source")).collect();
        Country {
            code: text(country, "code"),
            alliances: texts(country, "alliances"),
            adequacy: text(country, "adequacy"),
            laws,
            protection: text(protection, "law"),
            authority: text(protection, "authority"),
            complaints: text(protection, "complaints"),
            sources: self.sources(&sources),
        }
    }

    fn sources(&mut self, sources: &[&Table]) -> Vec<Source> {
        let source = |source: &&Table| {
            let checked = word(source, "checked");
            if checked != "unread" && checked > self.date.as_str() {
                checked.clone_into(&mut self.date);
            }
            Source {
                url: text(source, "url"),
                publisher: text(source, "publisher"),
                date: text(source, "date"),
                supports: texts(source, "supports"),
                checked: checked.to_owned(),
            }
        };
        sources.iter().map(source).collect()
    }

    fn companies(&mut self, owners: &Table) {
        let mut known = BTreeSet::new();
        for owner in tables(owners, "owner") {
            let (company, country) = (word(owner, "company"), word(owner, "country"));
            let sources: Vec<&Table> = tables(owner, "source").collect();
            let mut wrong = source_complaints(&sources);
            if !country.is_empty() && !is_country(country) {
                wrong.push(format!("`{country}` is no country"));
            }
            let supported: BTreeSet<&str> = sources.iter().flat_map(|source| several(source, "supports")).collect();
            for domain in several(owner, "domains") {
                if party::registrable(domain) != domain || party::public_suffix(domain) == domain {
                    wrong.push(format!("{domain}: it is no registrable domain"));
                }
                self.overrides.push((company.to_owned(), domain.to_owned()));
            }
            for field in ["parent", "country", "domains"] {
                let said = !word(owner, field).is_empty() || !several(owner, field).is_empty();
                if said && !supported.contains(field) {
                    wrong.push(format!("no source supports its {field}"));
                }
            }
            if !known.insert(company.to_owned()) {
                wrong.push("it stands twice".to_owned());
            }
            self.complaints.extend(wrong.into_iter().map(|why| format!("owners.toml, {company}: {why}")));
            let facts = CompanyFacts {
                name: company.to_owned(),
                parent: text(owner, "parent"),
                country: country.to_owned(),
                actors: Vec::new(),
                sources: self.sources(&sources),
            };
            self.shelf.companies.push(facts);
        }
    }

    /// Entries that were taken out: each says why, and its id is nobody's again.
    fn retired(&mut self, retired: &Table, ids: &BTreeSet<String>) {
        for entry in tables(retired, "retired") {
            let id = word(entry, "id");
            let mut wrong = Vec::new();
            if ids.contains(id) {
                wrong.push("its id stands in lists/actors");
            }
            if !(is_date(word(entry, "date")) && word(entry, "date").len() == 10) {
                wrong.push("its date is no day");
            }
            if word(entry, "name").is_empty() || word(entry, "reason").is_empty() {
                wrong.push("it has no name, or no reason");
            }
            if kinds::kind(word(entry, "kind")).is_none() {
                wrong.push("its kind is none");
            }
            self.complaints.extend(wrong.into_iter().map(|why| format!("retired.toml, {id}: {why}")));
        }
    }

    /// Tells companies which actors they are.
    fn link(&mut self, companies: BTreeMap<String, Vec<String>>) {
        for (name, actors) in companies {
            match self.shelf.companies.iter_mut().find(|company| company.name == name) {
                Some(company) => company.actors = actors,
                None => self.shelf.companies.push(CompanyFacts { name, actors, ..CompanyFacts::default() }),
            }
        }
    }
}

/// Whether a field says anything.
fn says(value: &Value) -> bool {
    value.as_array().map_or(value.is_integer(), |items| !items.is_empty())
}

/// A word of a family that no English text explains.
fn no_english(family: &str, said: &str) -> Option<String> {
    let key = format!("{family}_{}", said.replace('-', "_"));
    (!said.is_empty() && !words::has(&key)).then(|| format!("`{said}` has no English text ({key})"))
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
        if word(source, "publisher").is_empty() || several(source, "supports").is_empty() {
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
