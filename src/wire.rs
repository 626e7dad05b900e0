//! Everything that leaves or enters the core as data: the serde types, their order of keys, and their schemas' names.
//! The only file that derives serde. JavaScript and readers of JSON see these types and no others.
//!
//! What is not known crosses as null, never as an empty text or a nought; a type with an `Option` declares it so
//! (`missing_as_null`). Of lists, a text that the list does not state is empty: that is known. So is
//! the name of a site's operator where only our own lists name the site.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::feeds;
use crate::finding;
use crate::observation::{self, Exchange, Observation, Part, RequestType, Security, Stage};
use crate::report;
use crate::unseen::unseen;

/// The name of the log's form.
pub const LOG_SCHEMA: &str = "onlooker-log/2";

/// A report (`docs/report.schema.json`).
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs, reason = "docs/report.schema.json describes every key")]
pub struct Report {
    pub schema: &'static str,
    pub engine: EngineInfo,
    pub pages: Vec<Page>,
    pub actors: Vec<Dossier>,
    pub countries: Vec<Country>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct EngineInfo {
    pub version: &'static str,
    pub lists: Vec<ListInfo>,
    pub data: Vec<DataInfo>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct DataInfo {
    pub title: String,
    pub version: String,
    pub licence: String,
    pub source: String,
    pub sha256: String,
    pub entries: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct ListInfo {
    pub id: u32,
    pub title: String,
    pub version: String,
    pub date: String,
    pub licence: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub attribution: String,
    pub source: String,
    pub sha256: String,
    pub rules: u64,
    pub skipped: Vec<Counted>,
}

/// What was read of a list that a person adds. Of what the file does not state the text is empty.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct AddedList {
    pub format: &'static str,
    pub name: String,
    pub title: String,
    pub version: String,
    pub date: String,
    pub licence: String,
    pub attribution: String,
    pub sha256: String,
    pub rules: u64,
    pub roots: u64,
    pub skipped: Vec<LeftOut>,
    /// For `Engine.add_list`; not there where the list has no rules, and never on the command line.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_bytes")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array", optional))]
    pub pack: Vec<u8>,
}

/// Lines that were left out for one reason, and the numbers of the first of them.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct LeftOut {
    pub why: String,
    pub count: u64,
    pub lines: Vec<u32>,
}

impl LeftOut {
    /// What goes with a list that cannot be used, where anything does.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn of(error: &Error) -> Option<Self> {
        let Error::Feed(refusal) = error else { return None };
        refusal.first().map(|(why, count, line)| Self { why: why.to_owned(), count, lines: vec![line] })
    }
}

fn as_bytes<S: serde::Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

impl From<&feeds::Feed<'_>> for AddedList {
    fn from(from: &feeds::Feed<'_>) -> Self {
        let left_out = from.left_out().map(|(why, left)| LeftOut {
            why: why.to_owned(),
            count: left.count,
            lines: left.lines.clone(),
        });
        Self {
            format: from.format.name(),
            name: from.name.clone(),
            title: from.title.clone(),
            version: from.version.clone(),
            date: from.date.clone(),
            licence: from.licence.clone(),
            attribution: from.attribution.clone(),
            sha256: from.sha256.clone(),
            rules: from.entries.len() as u64,
            roots: from.roots.len() as u64,
            skipped: left_out.collect(),
            pack: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Counted {
    pub why: String,
    pub count: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Page {
    pub url: String,
    pub site: String,
    /// Without a name where its host is only named on our own lists.
    pub operator: Option<Identity>,
    pub risk: Risk,
    pub summary: Summary,
    pub watchers: Vec<Watcher>,
    pub findings: Vec<Finding>,
    pub checks: Vec<Check>,
    pub requests: Requests,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Risk {
    pub level: &'static str,
    pub score: u8,
    pub reasons: Vec<Reason>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Reason {
    pub code: String,
    pub technique: &'static str,
    pub count: u64,
}

/// Who an organisation is.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Identity {
    pub name: String,
    pub category: &'static str,
    pub country: Option<String>,
    pub owner: Option<String>,
    pub countries: Vec<String>,
    pub actors: Vec<String>,
    pub listed: Vec<String>,
    pub at_work: Vec<String>,
    pub indicators: Vec<String>,
    pub sources: Vec<Source>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Watcher {
    #[serde(flatten)]
    pub who: Identity,
    pub known: bool,
    pub rights: Vec<&'static str>,
    pub domains: Vec<String>,
    pub requests: u64,
    pub techniques: Vec<&'static str>,
    pub level: &'static str,
}

/// Who looks on, in numbers.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Summary {
    pub organisations: u64,
    pub kinds: Vec<KindCount>,
    pub countries: Vec<CountryCount>,
    pub country_not_known: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct KindCount {
    pub kind: String,
    pub count: u64,
    pub indicator: bool,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct CountryCount {
    pub code: String,
    pub count: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Rule {
    pub list: u32,
    pub list_title: String,
    pub line: u32,
    pub text: String,
    pub section: String,
    pub exception: bool,
    pub actor: Option<RuleActor>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct RuleActor {
    pub id: String,
    pub kind: Option<&'static str>,
    pub own_site: bool,
    pub indicator: bool,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Evidence {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Finding {
    pub id: String,
    pub technique: &'static str,
    pub severity: &'static str,
    pub confidence: &'static str,
    pub weight: &'static str,
    pub watcher: Option<String>,
    pub domain: String,
    pub rule: Option<Rule>,
    pub exception_rule: Option<Rule>,
    pub subject: Option<Subject>,
    pub from: Option<Origin>,
    pub details: Vec<Detail>,
    pub evidence: Vec<Evidence>,
    pub count: u64,
    pub allowed: bool,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Subject {
    pub place: &'static str,
    pub name: String,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Origin {
    pub domain: String,
    pub watcher: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Detail {
    pub what: &'static str,
    pub text: String,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Check {
    pub technique: &'static str,
    pub state: &'static str,
    pub why: Option<String>,
    pub rights: Vec<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Requests {
    pub total: u64,
    pub third_party: u64,
    pub same_owner: u64,
    pub matched: u64,
    pub skipped: Vec<Counted>,
}

/// What is known of one request.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Explanation {
    pub url: String,
    pub party: &'static str,
    pub rules: Vec<Rule>,
    pub parameters: Vec<Parameter>,
    pub watcher: Option<HostOf>,
    pub rights: Vec<&'static str>,
    pub indicators: Vec<String>,
    pub actors: Vec<Dossier>,
    pub countries: Vec<Country>,
}

/// A parameter that a rule names.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Parameter {
    pub name: String,
    pub rule: Rule,
    pub exception_rule: Option<Rule>,
}

/// Whose a host is.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct HostOf {
    #[serde(flatten)]
    pub who: Identity,
    pub domain: String,
}

/// Where a claim can be checked.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Source {
    pub url: String,
    pub publisher: String,
    pub date: Option<String>,
    pub supports: Vec<String>,
    pub checked: String,
}

/// What our own lists know of an actor.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Dossier {
    pub id: String,
    pub name: String,
    pub kind: String,
    pub owner: Option<String>,
    pub country: Option<String>,
    pub does: Option<String>,
    pub takes: Vec<String>,
    pub since: Option<String>,
    pub confidence: String,
    pub harmless: Option<String>,
    pub dispute: Option<String>,
    pub gvl_id: Option<u32>,
    pub purposes: Vec<u32>,
    pub special_features: Vec<u32>,
    pub sources: Vec<Source>,
}

/// A law by which a state can order or take data in bulk or in secret.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Law {
    pub name: String,
    pub year: Option<String>,
    pub allows: String,
    pub oversight: Option<String>,
    pub sources: Vec<Source>,
}

/// What is verified of a country's laws; empty where nothing is.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[allow(missing_docs)]
pub struct Country {
    pub code: String,
    pub alliances: Vec<String>,
    pub adequacy: Option<String>,
    pub laws: Vec<Law>,
    pub protection: Option<String>,
    pub protection_year: Option<String>,
    pub authority: Option<String>,
    pub complaints: Option<String>,
    pub sources: Vec<Source>,
}

/// Our own lists write what is not known as an empty text.
fn known(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl From<report::Source> for Source {
    fn from(from: report::Source) -> Self {
        Self {
            url: from.url,
            publisher: from.publisher,
            date: known(from.date),
            supports: from.supports,
            checked: from.checked,
        }
    }
}

impl From<report::Dossier> for Dossier {
    fn from(from: report::Dossier) -> Self {
        Self {
            id: from.id,
            name: from.name,
            kind: from.kind,
            owner: known(from.owner),
            country: known(from.country),
            does: known(from.does),
            takes: from.takes,
            since: known(from.since),
            confidence: from.confidence,
            harmless: known(from.harmless),
            dispute: known(from.dispute),
            gvl_id: (from.gvl_id > 0).then_some(from.gvl_id),
            purposes: from.purposes,
            special_features: from.special_features,
            sources: from.sources.into_iter().map(Source::from).collect(),
        }
    }
}

impl From<report::Law> for Law {
    fn from(from: report::Law) -> Self {
        Self {
            name: from.name,
            year: known(from.year),
            allows: from.allows,
            oversight: known(from.oversight),
            sources: from.sources.into_iter().map(Source::from).collect(),
        }
    }
}

impl From<report::Country> for Country {
    fn from(from: report::Country) -> Self {
        Self {
            code: from.code,
            alliances: from.alliances,
            adequacy: known(from.adequacy),
            laws: from.laws.into_iter().map(Law::from).collect(),
            protection: known(from.protection),
            protection_year: known(from.protection_year),
            authority: known(from.authority),
            complaints: known(from.complaints),
            sources: from.sources.into_iter().map(Source::from).collect(),
        }
    }
}

/// A log (`docs/log.schema.json`): what the extension records of a page, and what the command line can judge again.
/// Keys that are not known are ignored, so that an older reader can judge a newer log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Log {
    pub schema: String,
    pub pages: Vec<PageLog>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct PageLog {
    pub url: String,
    #[serde(default)]
    pub pseudonymous: bool,
    #[serde(default)]
    pub recorded: Vec<String>,
    #[serde(default)]
    pub gaps: Vec<Gap>,
    #[serde(default)]
    pub observations: Vec<LogEntry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct Gap {
    pub why: String,
    pub count: u64,
}

/// One observation, or something that this version cannot read; it is counted, and the rest is judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(untagged)]
#[allow(missing_docs)]
#[allow(clippy::large_enum_variant, reason = "nearly all are exchanges")]
pub enum LogEntry {
    Exchange(LogExchange),
    Unreadable(serde_json::Value),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[allow(missing_docs)]
pub struct LogExchange {
    pub kind: LogStage,
    pub id: String,
    pub url: String,
    #[serde(rename = "type")]
    pub request_type: String,
    #[serde(default)]
    pub method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub frame: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub t: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub body: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub security: Option<LogSecurity>,
}

/// How a connection is secured; what is not known is empty, or null.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(missing_as_null))]
#[serde(default)]
#[allow(missing_docs)]
pub struct LogSecurity {
    pub protocol: String,
    pub cipher: String,
    pub issuer: String,
    pub root: String,
    pub built_in: Option<bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub changed: bool,
}

/// Of which part of an exchange an observation tells.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum LogStage {
    Request,
    Sent,
    Answered,
}

impl Log {
    /// Reads a log. The error names what is wrong, never what stands in it.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Error> {
        let log: Self = serde_json::from_slice(bytes).map_err(|error| {
            Error::Log(format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column()))
        })?;
        log.check()
    }

    /// Refuses a log of another form.
    pub fn check(self) -> Result<Self, Error> {
        // The form that was before tells of requests only.
        if self.schema == LOG_SCHEMA || self.schema == "onlooker-log/1" {
            Ok(self)
        } else {
            Err(Error::Log(format!("it is not an {LOG_SCHEMA}")))
        }
    }

    /// The pages as the core takes them.
    pub fn into_pages(self) -> Vec<observation::PageLog> {
        self.pages.into_iter().map(PageLog::into_page).collect()
    }
}

impl PageLog {
    fn into_page(self) -> observation::PageLog {
        let gap = |gap: Gap| observation::Gap { why: gap.why, count: gap.count };
        let entry = |entry| match entry {
            LogEntry::Exchange(part) => Observation::Exchange(part.into()),
            LogEntry::Unreadable(_) => Observation::Unreadable { why: "unreadable-observation".to_owned() },
        };
        observation::PageLog {
            url: self.url,
            gaps: self.gaps.into_iter().map(gap).collect(),
            observations: self.observations.into_iter().map(entry).collect(),
            recorded: self.recorded.iter().filter_map(|part| Part::from_name(part)).collect(),
            pseudonymous: self.pseudonymous,
        }
    }
}

impl From<LogExchange> for Exchange {
    fn from(from: LogExchange) -> Self {
        let security = |of: LogSecurity| Security {
            protocol: of.protocol,
            cipher: of.cipher,
            issuer: of.issuer,
            root: of.root,
            built_in: of.built_in,
            changed: of.changed,
        };
        Self {
            stage: match from.kind {
                LogStage::Request => Stage::Request,
                LogStage::Sent => Stage::Sent,
                LogStage::Answered => Stage::Answered,
            },
            id: from.id,
            url: from.url,
            kind: RequestType::from_name(&from.request_type),
            method: from.method,
            frame: from.frame,
            time: from.t,
            headers: from.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect(),
            body: from.body,
            status: from.status.unwrap_or(0),
            security: from.security.map(security),
        }
    }
}

/// The canonical bytes of anything on the wire: UTF-8, two spaces, a newline at the end. The same value always gives
/// the same bytes. What is not seen, or steers a terminal, is written as `\u202e`: to a reader of JSON it is the same.
pub fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let pretty = serde_json::to_string_pretty(value).map_err(|_| Error::Log("it cannot be written".to_owned()))?;
    let mut bytes = Vec::with_capacity(pretty.len() + 1);
    let mut rest = pretty.as_str();
    // Outside of strings JSON has nothing of the kind but the line's end.
    while let Some((at, c)) = rest.char_indices().find(|&(_, c)| unseen(c) && c != '\n') {
        bytes.extend_from_slice(rest.get(..at).unwrap_or_default().as_bytes());
        for unit in c.encode_utf16(&mut [0; 2]) {
            bytes.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
        rest = rest.get(at + c.len_utf8()..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes.push(b'\n');
    Ok(bytes)
}

impl From<report::Report> for Report {
    fn from(from: report::Report) -> Self {
        let lists = from.lists.into_iter().map(ListInfo::from).collect();
        Self {
            schema: report::SCHEMA,
            engine: EngineInfo {
                version: from.version,
                lists,
                data: from.data.into_iter().map(DataInfo::from).collect(),
            },
            pages: from.pages.into_iter().map(Page::from).collect(),
            actors: from.actors.into_iter().map(Dossier::from).collect(),
            countries: from.countries.into_iter().map(Country::from).collect(),
        }
    }
}

impl From<report::ListInfo> for DataInfo {
    fn from(from: report::ListInfo) -> Self {
        Self {
            title: from.title,
            version: from.version,
            licence: from.licence,
            source: from.source,
            sha256: from.sha256,
            entries: from.rules,
        }
    }
}

impl From<report::ListInfo> for ListInfo {
    fn from(from: report::ListInfo) -> Self {
        Self {
            id: from.id,
            title: from.title,
            version: from.version,
            date: from.date,
            licence: from.licence,
            attribution: from.attribution,
            source: from.source,
            sha256: from.sha256,
            rules: from.rules,
            skipped: from.skipped.into_iter().map(Counted::from).collect(),
        }
    }
}

impl From<report::Counted> for Counted {
    fn from(from: report::Counted) -> Self {
        Self { why: from.why, count: from.count }
    }
}

impl From<report::PageReport> for Page {
    fn from(from: report::PageReport) -> Self {
        let reason =
            |reason: report::Reason| Reason { code: reason.code, technique: reason.technique, count: reason.count };
        let check = |check: report::Check| Check {
            technique: check.technique,
            state: check.state,
            why: check.why,
            rights: check.rights.iter().map(|right| right.name()).collect(),
        };
        Self {
            url: from.url,
            site: from.site,
            operator: from.operator.map(Identity::from),
            summary: Summary::from(from.summary),
            risk: Risk {
                level: from.level.name(),
                score: from.score,
                reasons: from.reasons.into_iter().map(reason).collect(),
            },
            watchers: from.watchers.into_iter().map(Watcher::from).collect(),
            findings: from.findings.into_iter().map(Finding::from).collect(),
            checks: from.checks.into_iter().map(check).collect(),
            requests: Requests {
                total: from.total,
                third_party: from.third_party,
                same_owner: from.same_owner,
                matched: from.matched,
                skipped: from.skipped.into_iter().map(Counted::from).collect(),
            },
        }
    }
}

impl From<report::Identity> for Identity {
    fn from(from: report::Identity) -> Self {
        Self {
            name: from.name,
            category: from.category,
            country: from.country,
            owner: from.owner,
            countries: from.countries,
            actors: from.actors,
            listed: from.listed,
            at_work: from.at_work,
            indicators: from.indicators,
            sources: from.sources.into_iter().map(Source::from).collect(),
        }
    }
}

impl From<report::Watcher> for Watcher {
    fn from(from: report::Watcher) -> Self {
        Self {
            who: Identity::from(from.who),
            known: from.known,
            rights: from.rights.into_iter().map(finding::Right::name).collect(),
            domains: from.domains,
            requests: from.requests,
            techniques: from.techniques,
            level: from.level.name(),
        }
    }
}

impl From<report::Summary> for Summary {
    fn from(from: report::Summary) -> Self {
        let kind = |of: report::KindCount| KindCount { kind: of.kind, count: of.count, indicator: of.indicator };
        let country = |numbered: report::Numbered| CountryCount { code: numbered.word, count: numbered.count };
        Self {
            organisations: from.organisations,
            kinds: from.kinds.into_iter().map(kind).collect(),
            countries: from.countries.into_iter().map(country).collect(),
            country_not_known: from.country_not_known,
        }
    }
}

impl From<report::Rule> for Rule {
    fn from(from: report::Rule) -> Self {
        Self {
            list: from.list,
            list_title: from.list_title,
            line: from.line,
            text: from.text,
            section: from.section,
            exception: from.exception,
            actor: from.actor.map(RuleActor::from),
        }
    }
}

impl From<report::RuleActor> for RuleActor {
    fn from(from: report::RuleActor) -> Self {
        Self {
            id: from.id,
            kind: from.standing.kind.map(|kind| kind.name),
            own_site: from.standing.own_site,
            indicator: !from.standing.is_its_host(),
        }
    }
}

impl From<report::Finding> for Finding {
    fn from(from: report::Finding) -> Self {
        let evidence = |evidence: report::Evidence| Evidence { kind: evidence.kind, url: evidence.url };
        Self {
            weight: from.weight().name(),
            id: from.id,
            technique: from.technique,
            severity: from.severity.name(),
            confidence: from.confidence.name(),
            watcher: from.watcher,
            domain: from.domain,
            rule: from.rule.map(Rule::from),
            exception_rule: from.exception_rule.map(Rule::from),
            subject: from.subject.map(|of| Subject { place: of.place, name: of.name }),
            from: from.from.map(|of| Origin { domain: of.domain, watcher: of.watcher }),
            details: from.details.into_iter().map(|of| Detail { what: of.what, text: of.text }).collect(),
            evidence: from.evidence.into_iter().map(evidence).collect(),
            count: from.count,
            allowed: from.allowed,
        }
    }
}

impl From<report::Explanation> for Explanation {
    fn from(from: report::Explanation) -> Self {
        Self {
            url: from.url,
            party: from.party,
            rules: from.rules.into_iter().map(Rule::from).collect(),
            parameters: from.parameters.into_iter().map(Parameter::from).collect(),
            watcher: from.watcher.map(|who| HostOf { who: Identity::from(who), domain: from.domain }),
            rights: from.rights.into_iter().map(finding::Right::name).collect(),
            indicators: from.indicators,
            actors: from.actors.into_iter().map(Dossier::from).collect(),
            countries: from.countries.into_iter().map(Country::from).collect(),
        }
    }
}

impl From<report::Parameter> for Parameter {
    fn from(from: report::Parameter) -> Self {
        Self { name: from.name, rule: Rule::from(from.rule), exception_rule: from.exception_rule.map(Rule::from) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn source() -> report::Source {
        let text = |text: &str| text.to_owned();
        report::Source {
            url: text("https://press.example/"),
            publisher: text("Press"),
            date: String::new(),
            supports: vec![text("name")],
            checked: text("unread"),
        }
    }

    /// Texts that our own lists leave empty, wherever they stand.
    fn empty_texts(value: &Value) -> Vec<String> {
        match value {
            Value::Object(object) => object
                .iter()
                .flat_map(|(key, value)| match value {
                    Value::String(text) if text.is_empty() => vec![key.clone()],
                    other => empty_texts(other),
                })
                .collect(),
            Value::Array(array) => array.iter().flat_map(empty_texts).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn what_is_not_seen_is_written_out_and_stays_the_same_value() {
        let value = json!({ "a\u{202e}": ["x\u{9b}31m\u{2066}\n\u{7f}\u{e0100}\\", "ü…", "\u{1f}"] });
        let bytes = super::json(&value).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.chars().any(|c| unseen(c) && c != '\n'), "{text:?}");
        assert!(text.contains(r"x\u009b31m\u2066\n\u007f\udb40\udd00\\") && text.contains("ü…"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        // Where there is none, nothing changes.
        let plain = json!({ "a": [1, "b\tü"] });
        assert_eq!(
            super::json(&plain).unwrap(),
            format!("{}\n", serde_json::to_string_pretty(&plain).unwrap()).into_bytes()
        );
    }

    #[test]
    fn what_is_not_known_is_null() {
        let text = |text: &str| text.to_owned();
        let dossier = report::Dossier {
            id: text("a"),
            name: text("A"),
            kind: text("rtb"),
            confidence: text("unchecked"),
            sources: vec![source()],
            ..report::Dossier::default()
        };
        let dossier = serde_json::to_value(Dossier::from(dossier)).unwrap();
        assert_eq!(empty_texts(&dossier), [] as [&str; 0]);
        for key in ["owner", "country", "does", "since", "harmless", "dispute", "gvl_id"] {
            assert_eq!(dossier.get(key), Some(&Value::Null), "{key}");
        }
        assert_eq!(dossier.pointer("/sources/0/date"), Some(&Value::Null));
        let law = report::Law { name: text("A Law"), allows: text("Allows things."), ..report::Law::default() };
        let country = report::Country { code: text("FR"), laws: vec![law], ..report::Country::default() };
        let country = serde_json::to_value(Country::from(country)).unwrap();
        assert_eq!(empty_texts(&country), [] as [&str; 0]);
        for key in ["/adequacy", "/protection", "/authority", "/complaints", "/laws/0/year", "/laws/0/oversight"] {
            assert_eq!(country.pointer(key), Some(&Value::Null), "{key}");
        }
    }

    #[test]
    fn a_watcher_is_an_identity_and_what_it_did() {
        let who = report::Identity { name: "A".to_owned(), category: "ad", ..report::Identity::default() };
        let identity = serde_json::to_value(Identity::from(who.clone())).unwrap();
        let watcher = report::Watcher {
            who,
            rights: Vec::new(),
            known: true,
            domains: Vec::new(),
            requests: 1,
            techniques: Vec::new(),
            level: finding::Level::Low,
        };
        let watcher = serde_json::to_value(Watcher::from(watcher)).unwrap();
        let schema: Value = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
        for (name, value) in [("operator", &identity), ("watcher", &watcher)] {
            let wanted = schema.pointer(&format!("/$defs/{name}/required")).unwrap();
            assert_eq!(&json!(value.as_object().unwrap().keys().collect::<Vec<_>>()), wanted, "{name}");
        }
        for (key, value) in identity.as_object().unwrap() {
            assert_eq!(watcher.get(key), Some(value), "{key}");
        }
    }
}
