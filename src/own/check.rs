//! What is wrong with our own lists: a claim without a source, a host that many share, a word that is none. The files are
//! compiled all the same; `./build.sh check` is what refuses them.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::table::{as_number, inner, number, numbers, several, tables, word};
use super::{Own, join, rules};
use crate::rules::blocklist;
use crate::rules::bundle::{Domains, OwnerSource};
use crate::{address, kinds, party, shared};

/// What the check is told, for it has no files, no texts and no clock.
pub struct Known<'a> {
    /// Whether there is an English text of a key.
    pub has_text: &'a dyn Fn(&str) -> bool,
    /// The owners' data.
    pub owners: &'a [OwnerSource],
    /// Today, as `2026-11-26`.
    pub today: &'a str,
}

/// What may stand under a key.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Texts,
    Number,
    Numbers,
    Flag,
    Table,
    Tables,
}

type Keys = &'static [(&'static str, Form)];

const ACTORS: Keys = &[("actor", Form::Tables)];
const ACTOR: Keys = &[
    ("id", Form::Text),
    ("name", Form::Text),
    ("kind", Form::Text),
    ("owner", Form::Text),
    ("country", Form::Text),
    ("does", Form::Text),
    ("takes", Form::Texts),
    ("since", Form::Text),
    ("confidence", Form::Text),
    ("collects", Form::Texts),
    ("sites", Form::Texts),
    ("patterns", Form::Texts),
    ("companies", Form::Texts),
    ("gvl_id", Form::Number),
    ("purposes", Form::Numbers),
    ("special_features", Form::Numbers),
    ("harmless", Form::Text),
    ("dispute", Form::Text),
    ("source", Form::Tables),
];
const SOURCE: Keys = &[
    ("url", Form::Text),
    ("publisher", Form::Text),
    ("date", Form::Text),
    ("supports", Form::Texts),
    ("checked", Form::Text),
    ("whole", Form::Flag),
];
const COUNTRIES: Keys = &[("country", Form::Tables)];
const COUNTRY: Keys = &[
    ("code", Form::Text),
    ("alliances", Form::Texts),
    ("adequacy", Form::Text),
    ("law", Form::Tables),
    ("protection", Form::Table),
    ("source", Form::Tables),
];
const LAW: Keys = &[
    ("name", Form::Text),
    ("year", Form::Text),
    ("allows", Form::Text),
    ("oversight", Form::Text),
    ("source", Form::Tables),
];
const PROTECTION: Keys = &[
    ("law", Form::Text),
    ("year", Form::Text),
    ("authority", Form::Text),
    ("complaints", Form::Text),
    ("source", Form::Tables),
];
const OWNERS: Keys = &[("owner", Form::Tables)];
const OWNER: Keys = &[
    ("company", Form::Text),
    ("parent", Form::Text),
    ("country", Form::Text),
    ("domains", Form::Texts),
    ("source", Form::Tables),
];
const RETIRED_FILE: Keys = &[("retired", Form::Tables)];
const RETIRED: Keys =
    &[("id", Form::Text), ("name", Form::Text), ("kind", Form::Text), ("date", Form::Text), ("reason", Form::Text)];

/// The fields of an entry that a source must support where they say something.
const ACTOR_CLAIMS: [&str; 11] = [
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
/// The fields that a source may support and need not: what we chose to say, or what somebody says of themselves.
const ACTOR_MAY: [&str; 6] = ["name", "kind", "confidence", "companies", "harmless", "dispute"];
const LAW_CLAIMS: [&str; 4] = ["name", "year", "allows", "oversight"];
const PROTECTION_CLAIMS: [&str; 4] = ["law", "year", "authority", "complaints"];
const COUNTRY_CLAIMS: [&str; 2] = ["alliances", "adequacy"];
const OWNER_CLAIMS: [&str; 3] = ["parent", "country", "domains"];

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
/// ISO 3166-1 alpha-2, and `XK`, which is in use for Kosovo.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX \
MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG \
VI VN VU WF WS XK YE YT ZA ZM ZW";

/// Hosts that show another site's page, or a draft of one, under a name of their own: whoever follows such a link does not
/// see who says it. Archives, which say what they copied and when, are none.
const PASSED_ON: [&str; 8] =
    ["12ft.io", "deno.dev", "jina.ai", "netlify.app", "pages.dev", "translate.goog", "vercel.app", "workers.dev"];

/// Hosts of repositories: an address of two parts there is a whole repository, in which nobody finds the claim.
const REPOSITORIES: [&str; 4] = ["bitbucket.org", "codeberg.org", "github.com", "gitlab.com"];
/// What GitHub has in the place of an owner's name.
const NOT_OWNERS: [&str; 6] = ["advisories", "features", "orgs", "search", "sponsors", "topics"];

/// How long a year, a month and a day are, written.
const YEAR: usize = 4;
const MONTH: usize = 7;
const DAY: usize = 10;

/// So many sources that were read on one day show that the day has been, whatever the clock says.
const DAY_IS_SHOWN_BY: usize = 10;

/// Everything that is wrong: file, entry, why.
pub fn check(own: &Own, known: &Known<'_>) -> Vec<String> {
    let mut check = Check { known, today: today(own, known), wrong: Vec::new(), place: String::new() };
    let ids = check.actors(own);
    check.countries(own);
    check.companies(own);
    check.organisations(own);
    check.retired(own, &ids);
    check.wrong
}

/// Today by the clock; a later day where our own sources show that the clock is behind.
fn today(own: &Own, known: &Known<'_>) -> String {
    let mut days: BTreeMap<&str, usize> = BTreeMap::new();
    for day in own.sources().map(|source| word(source, "checked")).filter(|day| day.len() == DAY && is_date(day)) {
        *days.entry(day).or_default() += 1;
    }
    let shown = days.iter().rev().find(|(_, count)| **count >= DAY_IS_SHOWN_BY).map_or("", |(day, _)| day);
    known.today.max(shown).to_owned()
}

struct Check<'a> {
    known: &'a Known<'a>,
    today: String,
    wrong: Vec<String>,
    /// The file and the entry that is looked at.
    place: String,
}

impl Check<'_> {
    fn say(&mut self, why: impl AsRef<str>) {
        self.wrong.push(format!("{}: {}", self.place, why.as_ref()));
    }

    /// Gives the ids of all entries.
    fn actors<'a>(&mut self, own: &'a Own) -> BTreeSet<&'a str> {
        let mut ids = BTreeSet::new();
        let mut domains: BTreeMap<&str, &str> = BTreeMap::new();
        for file in &own.actors {
            self.place = format!("actors/{}.toml", file.kind);
            if kinds::kind(&file.kind).is_none() {
                self.say(format!("`{}` is no kind of actor", file.kind));
                continue;
            }
            if !(self.known.has_text)(&format!("kind_{}_name", file.kind.replace('-', "_"))) {
                self.say("the kind has no English name");
            }
            self.keys(&file.table, ACTORS);
            let text = file.text_lines();
            for entry in file.entries() {
                let id = word(entry, "id");
                self.place = format!("actors/{}.toml, {id}", file.kind);
                self.id(id);
                if !ids.insert(id) {
                    self.say("its id stands twice");
                }
                self.actor(entry, &file.kind);
                for domain in several(entry, "collects").into_iter().chain(several(entry, "sites")) {
                    if let Some(why) = not_a_domain(domain) {
                        self.say(format!("{domain}: {why}"));
                    }
                    match domains.insert(domain, id) {
                        Some(other) if other == id => self.say(format!("{domain} stands twice")),
                        Some(other) => self.say(format!("{domain} stands under {other} too")),
                        None => {}
                    }
                }
                let lines = rules::lines(file, &text, entry);
                let mut numbers = lines.iter().map(|(line, _)| *line).filter(|line| *line > 0);
                if !numbers.by_ref().is_sorted() {
                    self.say("collects, sites and patterns must stand in this order");
                }
            }
        }
        ids
    }

    fn actor(&mut self, entry: &Table, kind: &str) {
        self.keys(entry, ACTOR);
        if word(entry, "kind") != kind {
            self.say(format!("its kind is not the file's: {}", word(entry, "kind")));
        }
        if word(entry, "name").is_empty() || word(entry, "does").is_empty() {
            self.say("it has no name, or does not say what the actor does");
        }
        if !["documented", "reported", "indicated"].contains(&word(entry, "confidence")) {
            self.say("its confidence is not documented, reported or indicated");
        }
        self.country_code(word(entry, "country"));
        let since = word(entry, "since");
        if !since.is_empty() && !self.has_been(since, &[YEAR, MONTH]) {
            self.say(format!("since: `{since}` is no year or month that has been"));
        }
        for data in several(entry, "takes") {
            if TAKES.contains(&data) {
                self.english("takes", data);
            } else {
                self.say(format!("`{data}` is no word for data"));
            }
        }
        if numbers(entry, "purposes").iter().any(|purpose| !(1..=11).contains(purpose))
            || numbers(entry, "special_features").iter().any(|feature| !(1..=2).contains(feature))
        {
            self.say("a purpose or special feature is none of the IAB's");
        }
        if number(entry, "gvl_id") == Some(0) {
            self.say("0 is no number in the Global Vendor List");
        }
        self.accuses(entry, &["name", "owner", "does", "harmless", "dispute"]);
        let owner = word(entry, "owner");
        let itself = std::iter::once(word(entry, "name")).chain(several(entry, "companies"));
        for name in itself {
            if !owner.is_empty() && owner.eq_ignore_ascii_case(name) {
                self.say(format!("it is said to belong to {owner}, which it is itself"));
            }
        }
        for company in several(entry, "companies") {
            self.company(company);
        }
        for pattern in several(entry, "patterns") {
            if let Some(why) = not_a_pattern(pattern) {
                self.say(format!("`{pattern}` {why}"));
            }
        }
        self.sources(entry, &ACTOR_CLAIMS, &ACTOR_MAY);
    }

    fn countries(&mut self, own: &Own) {
        self.place = "laws.toml".to_owned();
        self.keys(&own.laws, COUNTRIES);
        let mut codes = BTreeSet::new();
        for country in tables(&own.laws, "country") {
            let code = word(country, "code");
            let place = format!("laws.toml, {code}");
            self.place.clone_from(&place);
            self.keys(country, COUNTRY);
            if !is_country(code) {
                self.say("it is no country");
            }
            if !codes.insert(code) {
                self.say("it stands twice");
            }
            for alliance in several(country, "alliances") {
                self.english("alliance", alliance);
            }
            self.english("adequacy", word(country, "adequacy"));
            if country.contains_key("source") || COUNTRY_CLAIMS.iter().any(|claim| says(country, claim)) {
                self.sources(country, &COUNTRY_CLAIMS, &[]);
            }
            for law in tables(country, "law") {
                self.place = format!("{place}, {}", word(law, "name"));
                self.keys(law, LAW);
                if word(law, "name").is_empty() || word(law, "allows").is_empty() {
                    self.say("a law has no name, or does not say what it allows");
                }
                self.year(word(law, "year"));
                self.english("oversight", word(law, "oversight"));
                self.accuses(law, &["name", "allows"]);
                self.sources(law, &LAW_CLAIMS, &[]);
            }
            if let Some(protection) = inner(country, "protection") {
                self.place = format!("{place}, protection");
                self.keys(protection, PROTECTION);
                self.year(word(protection, "year"));
                let complaints = word(protection, "complaints");
                if !complaints.is_empty() && !is_url(complaints) {
                    self.say(format!("complaints: `{complaints}` is no address"));
                }
                self.accuses(protection, &["law", "authority"]);
                self.sources(protection, &PROTECTION_CLAIMS, &[]);
            }
        }
    }

    fn companies(&mut self, own: &Own) {
        self.place = "owners.toml".to_owned();
        self.keys(&own.owners, OWNERS);
        let (mut met, mut domains) = (BTreeSet::new(), BTreeMap::new());
        for owner in tables(&own.owners, "owner") {
            let company = word(owner, "company");
            self.place = format!("owners.toml, {company}");
            self.keys(owner, OWNER);
            if !met.insert(company) {
                self.say("it stands twice");
            }
            self.company(company);
            self.country_code(word(owner, "country"));
            self.accuses(owner, &["company", "parent"]);
            for domain in several(owner, "domains") {
                if is_domain(domain).is_some() || party::registrable(domain) != domain {
                    self.say(format!("{domain}: it is no registrable domain"));
                }
                match domains.insert(domain, company) {
                    Some(other) if other == company => self.say(format!("{domain} stands twice")),
                    Some(other) => self.say(format!("{domain} stands under {other} too")),
                    None => {}
                }
            }
            self.sources(owner, &OWNER_CLAIMS, &[]);
        }
    }

    /// That whatever own host of an actor is met, it is told as the same organisation.
    fn organisations(&mut self, own: &Own) {
        let mut owners = self.known.owners.to_vec();
        own.give_domains(&mut owners);
        let shelf = join::join(own, &mut owners);
        let domains = Domains::of(&owners);
        for file in own.of_known_kinds() {
            let Some(kind) = kinds::kind(&file.kind) else { continue };
            for entry in file.entries() {
                let id = word(entry, "id");
                let is = shelf.companies.iter().find(|facts| facts.actors.iter().any(|actor| actor == id));
                let whose = |host| {
                    let by_domain = domains.company(host).map(|(company, _)| company);
                    by_domain.or(is.map(|is| is.name.as_str())).unwrap_or_else(|| party::registrable(host))
                };
                let met: BTreeSet<&str> = join::own_hosts(kind, entry).into_iter().map(whose).collect();
                if met.len() > 1 {
                    let met: Vec<&str> = met.into_iter().collect();
                    self.place = format!("actors/{}.toml, {id}", file.kind);
                    self.say(format!("its own hosts lead to several organisations: {}", met.join("; ")));
                }
            }
        }
    }

    /// Entries that were taken out: each says why, and its id is nobody's again.
    fn retired(&mut self, own: &Own, ids: &BTreeSet<&str>) {
        self.place = "retired.toml".to_owned();
        self.keys(&own.retired, RETIRED_FILE);
        let mut met = BTreeSet::new();
        for entry in tables(&own.retired, "retired") {
            let (id, date) = (word(entry, "id"), word(entry, "date"));
            self.place = format!("retired.toml, {id}");
            self.keys(entry, RETIRED);
            self.id(id);
            if ids.contains(id) {
                self.say("its id stands in lists/actors");
            }
            if !met.insert(id) {
                self.say("its id stands twice");
            }
            if !self.has_been(date, &[DAY]) {
                self.say("its date is no day that has been");
            }
            if word(entry, "name").is_empty() || word(entry, "reason").is_empty() {
                self.say("it has no name, or no reason");
            }
            if kinds::kind(word(entry, "kind")).is_none() {
                self.say("its kind is none");
            }
            self.accuses(entry, &["name", "reason"]);
        }
    }

    /// Where an entry's claims can be checked: that each source is one, and that each of `claims` that the entry makes has a
    /// source; one may support `others` as well.
    fn sources(&mut self, entry: &Table, claims: &[&str], others: &[&str]) {
        let (mut supported, mut urls) = (BTreeSet::new(), BTreeSet::new());
        let mut none = true;
        for source in tables(entry, "source") {
            none = false;
            self.keys(source, SOURCE);
            let (url, date, checked) = (word(source, "url"), word(source, "date"), word(source, "checked"));
            let supports = several(source, "supports");
            if !is_url(url) {
                self.say(format!("`{url}` is no address"));
            }
            if !urls.insert(url) {
                self.say(format!("{url}: the same source stands twice"));
            }
            let whole = source.get("whole").and_then(Value::as_bool) == Some(true);
            if is_repository(url) && !whole {
                self.say(format!("{url}: a whole repository; name the file that says it, or say `whole = true`"));
            }
            if is_passed_on(url) {
                self.say(format!("{url}: this host shows others' pages or drafts; the page itself is the source"));
            }
            if word(source, "publisher").is_empty() || supports.is_empty() {
                self.say(format!("{url}: no publisher, or nothing that it supports"));
            }
            for field in supports {
                if claims.contains(&field) || others.contains(&field) {
                    supported.insert(field);
                } else {
                    self.say(format!("{url}: it supports `{field}`, which is no field of the entry"));
                }
            }
            if checked != "unread" && !self.has_been(checked, &[DAY]) {
                self.say(format!("{url}: `checked` is neither a day that has been nor `unread`"));
            }
            if !date.is_empty() && !self.has_been(date, &[YEAR, MONTH, DAY]) {
                self.say(format!("{url}: `{date}` is no date that has been"));
            } else if checked != "unread" && is_later(date, checked) {
                self.say(format!("{url}: it was read before it was published"));
            }
        }
        if none {
            self.say("it has no source");
        }
        for claim in claims {
            if says(entry, claim) && !supported.contains(claim) {
                self.say(format!("no source supports its {claim}"));
            }
        }
    }

    /// Complains of keys that a table may not have, and of what is not in the key's form: it would be lost without a word.
    fn keys(&mut self, of: &Table, known: Keys) {
        for (key, value) in of {
            let all = |is: fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(is));
            let Some((_, form)) = known.iter().find(|(name, _)| name == key) else {
                self.say(format!("`{key}` is no key here"));
                continue;
            };
            let fits = match form {
                Form::Text => value.is_str(),
                Form::Texts => all(Value::is_str),
                Form::Number => as_number(value).is_some(),
                Form::Numbers => all(|item| as_number(item).is_some()),
                Form::Flag => value.is_bool(),
                Form::Table => value.is_table(),
                Form::Tables => all(Value::is_table),
            };
            if !fits {
                self.say(format!("`{key}` is not in its form"));
            }
        }
    }

    fn id(&mut self, id: &str) {
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            self.say("its id is not in lower case, digits and hyphens");
        }
    }

    fn accuses(&mut self, entry: &Table, fields: &[&str]) {
        for field in fields {
            let lower = word(entry, field).to_lowercase();
            for accusing in ACCUSING.iter().filter(|accusing| lower.contains(**accusing)) {
                self.say(format!("its {field} accuses: `{accusing}`"));
            }
        }
    }

    /// Complains of a word of a family that no English text explains.
    fn english(&mut self, family: &str, said: &str) {
        let key = format!("{family}_{}", said.replace('-', "_"));
        if !said.is_empty() && !(self.known.has_text)(&key) {
            self.say(format!("`{said}` has no English text ({key})"));
        }
    }

    fn company(&mut self, company: &str) {
        if !self.known.owners.iter().any(|owner| owner.company == company) {
            self.say(format!("`{company}` is no company of the owners' data"));
        }
    }

    fn country_code(&mut self, code: &str) {
        if !code.is_empty() && !is_country(code) {
            self.say(format!("`{code}` is no country"));
        }
    }

    fn year(&mut self, year: &str) {
        if !year.is_empty() && !self.has_been(year, &[YEAR]) {
            self.say(format!("`{year}` is no year that has been"));
        }
    }

    /// Whether a text is a date of the calendar of one of these forms, and has begun.
    fn has_been(&self, date: &str, forms: &[usize]) -> bool {
        is_date(date) && forms.contains(&date.len()) && !is_later(date, &self.today)
    }
}

/// Whether a field says anything.
fn says(entry: &Table, field: &str) -> bool {
    entry.get(field).is_some_and(|value| match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    })
}

/// Whether a year, month or day lies behind a day: as far as both are told, so that a month is not later than a day in it.
fn is_later(date: &str, day: &str) -> bool {
    date > day.get(..date.len()).unwrap_or(day)
}

/// A year, a month or a day of the calendar, from 1800 on.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |digits: usize| match parts.next() {
        None => Some(None),
        Some(part) if part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()) => {
            part.parse::<u32>().ok().map(Some)
        }
        Some(_) => None,
    };
    let (Some(Some(year)), Some(month), Some(day)) = (part(4), part(2), part(2)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        Some(4 | 6 | 9 | 11) => 30,
        Some(2) => 28 + u32::from(leap),
        _ => 31,
    };
    parts.next().is_none()
        && year >= 1800
        && month.is_none_or(|month| (1..=12).contains(&month))
        && day.is_none_or(|day| (1..=days).contains(&day))
}

fn is_country(code: &str) -> bool {
    code.len() == 2 && CODES.split(' ').any(|known| known == code)
}

/// The host of an address that a reader can follow; `None` for what is none.
fn host_of(url: &str) -> Option<String> {
    let mut address = address::Address::new();
    let web = url.starts_with("https://") || url.starts_with("http://");
    let plain = !url.bytes().any(|b| b <= b' ' || matches!(b, b'<' | b'>' | b'"'));
    (web && plain && address.read(url.as_bytes()).is_ok()).then(|| address.host_str().to_owned())
}

fn is_url(text: &str) -> bool {
    host_of(text).is_some_and(|host| host.contains('.'))
}

/// Whether an address is that of a repository, and of nothing in it.
fn is_repository(url: &str) -> bool {
    let host = host_of(url).unwrap_or_default();
    let Some((_, path)) = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')) else { return false };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let owned = parts.first().is_some_and(|owner| !NOT_OWNERS.contains(owner));
    // `tree/main` is the same page at a branch.
    let root = parts.len() == 2 || (parts.len() == 4 && parts.get(2) == Some(&"tree"));
    REPOSITORIES.contains(&host.strip_prefix("www.").unwrap_or(&host)) && owned && root
}

fn is_passed_on(url: &str) -> bool {
    let host = host_of(url).unwrap_or_default();
    PASSED_ON.iter().any(|name| host.strip_suffix(name).is_some_and(|front| front.is_empty() || front.ends_with('.')))
}

/// Why a text is not the name of a domain.
fn is_domain(domain: &str) -> Option<&'static str> {
    let mut address = address::Address::new();
    let read = address.read(format!("https://{domain}/").as_bytes());
    if read.is_err() || address.host_str() != domain || !domain.contains('.') {
        Some("it is not a domain as browsers write it")
    } else if party::is_ip(domain) {
        Some("it is an IP address, which may be another's tomorrow")
    } else if party::public_suffix(domain) == domain {
        Some("it is a public suffix")
    } else {
        None
    }
}

/// Why a domain cannot stand in an entry.
fn not_a_domain(domain: &str) -> Option<&'static str> {
    is_domain(domain).or_else(|| shared::by_many(domain).map(|_| "many share it"))
}

/// Why a pattern cannot stand in an entry.
fn not_a_pattern(pattern: &str) -> Option<String> {
    let rest = pattern.strip_prefix("||");
    let host = rest.and_then(|rest| rest.split(['/', '^', '?', '$', ':']).next()).unwrap_or_default();
    // A star there would stand for a path too, and name whoever has such a path.
    if host.is_empty() || host.contains(['*', '|']) {
        return Some("does not begin with a host that is written out".to_owned());
    }
    if let Err(why) = blocklist::meaning(pattern) {
        return Some(format!("is no rule: {why}"));
    }
    if let Some(why) = is_domain(host) {
        return Some(format!("begins with no domain: {why}"));
    }
    // Of a host that many share, a path tells whose it is.
    let path = rest.and_then(|rest| rest.get(host.len()..)).unwrap_or_default();
    let whole = !path.trim_start_matches(['^', '/']).starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    (whole && shared::by_many(host).is_some()).then(|| "speaks of a whole host that many share".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_of_the_calendar() {
        for good in ["2024", "2024-02", "2024-02-29", "2000-02-29", "1800", "2023-12-31"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "24",
            "2024-",
            "2024-2",
            "2024-13",
            "2024-00",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-01-32",
            "2024-01-00",
            "2024-01-01-01",
            "1799",
            "20240101",
            "2024-+1",
            "yesterday",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
        for (date, day, later) in [
            ("2026", "2026-11-26", false),
            ("2026-11", "2026-11-26", false),
            ("2026-11-26", "2026-11-26", false),
            ("2026-11-27", "2026-11-26", true),
            ("2026-12", "2026-11-26", true),
            ("2027", "2026-11-26", true),
        ] {
            assert_eq!(is_later(date, day), later, "{date} {day}");
        }
    }
}
