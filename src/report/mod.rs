//! A report: what a page was seen to do, who looks on, and what could not be seen. Plain data, already in its order.

use crate::finding::{Confidence, Level, Right};
use crate::grade;
use crate::kinds::Standing;
pub use crate::rules::dossier::{Country, Dossier, Law, Source};
pub use crate::rules::pack::{Counted, ListInfo};

/// The name of the report's form. It changes when a reader of the old form could misread the new one.
pub const SCHEMA: &str = "onlooker-report/1";

/// A report on one or more pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The version of this program.
    pub version: &'static str,
    /// The lists that were asked.
    pub lists: Vec<ListInfo>,
    /// What was judged by beside them: whose a host is, what one site is.
    pub data: Vec<ListInfo>,
    /// What our own lists tell of the actors that the pages name, in the order of their ids.
    pub actors: Vec<Dossier>,
    /// What is verified of the laws of the countries that the pages name, in the order of their codes.
    pub countries: Vec<Country>,
    /// The pages, in the order they were given.
    pub pages: Vec<PageReport>,
}

/// A page's level as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// What was found.
    Known(Level),
    /// Nothing could be seen, so nothing is said.
    Unknown,
}

impl Told {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known(level) => level.name(),
            Self::Unknown => "unknown",
        }
    }
}

/// What is told of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageReport {
    /// The page's address, values of its parameters elided.
    pub url: String,
    /// Its registrable domain; empty where the address could not be read.
    pub site: String,
    /// Who runs that site, as far as it is known.
    pub operator: Option<Identity>,
    /// Who looks on, in numbers.
    pub summary: Summary,
    /// How much others look on.
    pub level: Told,
    /// 0 to 100.
    pub score: u8,
    /// Why, worst first.
    pub reasons: Vec<Reason>,
    /// Who looks on, worst first.
    pub watchers: Vec<Watcher>,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// For each technique, whether it was seen.
    pub checks: Vec<Check>,
    /// Requests seen, without those in `skipped`.
    pub total: u64,
    /// Of these, requests to another registrable domain.
    pub third_party: u64,
    /// Of those, requests to the owner of the page's own site.
    pub same_owner: u64,
    /// Requests that at least one rule matches.
    pub matched: u64,
    /// What was not judged, or not whole, by reason.
    pub skipped: Vec<Counted>,
}

/// One reason for a page's level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The level this technique reached, or `gap:` and why a part of the page was not looked at.
    pub code: String,
    /// The technique; empty for a gap.
    pub technique: &'static str,
    /// How many organisations it was seen of; 1 where it is only the site itself. For a gap, how often.
    pub count: u64,
}

/// An organisation that looks on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watcher {
    /// Who it is; where the owner is not known its name is the registrable domain.
    pub who: Identity,
    /// The rights that what it does touches, and that its kind does.
    pub rights: Vec<Right>,
    /// Whether we know who it is.
    pub known: bool,
    /// The hosts that were contacted.
    pub domains: Vec<String>,
    /// How many requests went to it.
    pub requests: u64,
    /// What it was seen doing, what tells most of it first.
    pub techniques: Vec<&'static str>,
    /// The worst level among its findings.
    pub level: Level,
}

impl Watcher {
    /// Whether a finding of the same page is about it. A host of somebody else can be called as an organisation is, so the
    /// name alone does not tell.
    pub fn is_meant_by(&self, finding: &Finding) -> bool {
        finding.watcher.as_ref() == Some(&self.who.name) && self.domains.contains(&finding.domain)
    }
}

/// A rule of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// The list's number.
    pub list: u32,
    /// The list's title.
    pub list_title: String,
    /// The line in its file, from 1.
    pub line: u32,
    /// The rule as written.
    pub text: String,
    /// The list's own heading over it.
    pub section: String,
    /// Whether it lets requests through.
    pub exception: bool,
    /// The actor whom a rule of our own list is about; `None` of every other list.
    pub actor: Option<RuleActor>,
}

/// Whom a rule of our own list is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleActor {
    /// The actor's id.
    pub id: String,
    /// What the list says of it.
    pub standing: Standing,
}

/// One example of what a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The request's type.
    pub kind: &'static str,
    /// Its address, values elided.
    pub url: String,
}

/// What in an exchange a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// Where it was: a word of [`crate::seen::Place`].
    pub place: &'static str,
    /// What it is called; an ellipsis where that may be a value.
    pub name: String,
}

/// From where something came to the host that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The host.
    pub domain: String,
    /// Whose it is; the site's own where there is none.
    pub watcher: Option<String>,
}

/// Something else that a finding tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Detail {
    /// What: a word of [`crate::seen::What`].
    pub what: &'static str,
    /// A name, a word of ours, or a number; never a value of a person's.
    pub text: String,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `technique/host/list:line/place:name/from:host`, as far as there are such: the same finding has the same id in every
    /// report.
    pub id: String,
    /// What was done.
    pub technique: &'static str,
    /// How grave it is.
    pub severity: Level,
    /// How sure we are.
    pub confidence: Confidence,
    /// Whose doing it is; nobody's but the site's own where there is none.
    pub watcher: Option<String>,
    /// The host that was contacted.
    pub domain: String,
    /// The rule that says so.
    pub rule: Option<Rule>,
    /// The list's own exception that lets it through.
    pub exception_rule: Option<Rule>,
    /// What in the exchange it is about.
    pub subject: Option<Subject>,
    /// From where it came to this host.
    pub from: Option<Origin>,
    /// What else there is to tell, in order.
    pub details: Vec<Detail>,
    /// Up to [`crate::audit::MAX_EVIDENCE`] examples.
    pub evidence: Vec<Evidence>,
    /// How many requests.
    pub count: u64,
    /// Whether the list lets it through, to avoid breakage.
    pub allowed: bool,
}

impl Finding {
    /// What it counts in the level: its severity, a step milder where there are only signs of it.
    pub fn weight(&self) -> Level {
        grade::effective(self.severity, self.confidence)
    }
}

/// Whether a technique was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The technique.
    pub technique: &'static str,
    /// `seen`, `not-seen`, `looked-in-part` (and not seen in that) or `could-not-look`.
    pub state: &'static str,
    /// Why it could not be looked for, or in part only, or how far "not seen" reaches.
    pub why: Option<String>,
    /// The rights that it touches.
    pub rights: &'static [Right],
}

/// What is known of one request: which rules match, and whose host it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The request's address, values elided.
    pub url: String,
    /// `first` or `third`.
    pub party: &'static str,
    /// Every rule that matches, exceptions among them, in order of list and line.
    pub rules: Vec<Rule>,
    /// Of these, the parameters that rules of the bundled lists name, each with the exception that speaks of it.
    pub parameters: Vec<Parameter>,
    /// The host's registrable domain.
    pub domain: String,
    /// Whose host it is.
    pub watcher: Option<Identity>,
    /// The rights that such a request touches, and that the kinds of these actors do.
    pub rights: Vec<Right>,
    /// Those of the actors of which the host is only published as a sign: whose it is today is not known.
    pub indicators: Vec<String>,
    /// What our own lists know of it.
    pub actors: Vec<Dossier>,
    /// What is verified of the laws of the countries named.
    pub countries: Vec<Country>,
}

/// A parameter of an address that only serves to track, as a list says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What it is called.
    pub name: String,
    /// The rule that says so.
    pub rule: Rule,
    /// The exception that lets it through.
    pub exception_rule: Option<Rule>,
}

/// Who an organisation is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// What its service is for: one of [`crate::rules::actors::CATEGORIES`].
    pub category: &'static str,
    /// The country of its seat, where known.
    pub country: Option<String>,
    /// To whom it belongs, where known.
    pub owner: Option<String>,
    /// The countries whose laws reach it: its own, its owner's, and those of the actors that it is. In order.
    pub countries: Vec<String>,
    /// The actors of our own lists that it is, or that its hosts are named under: their ids, the gravest kind first.
    pub actors: Vec<String>,
    /// Those of them under which the lists name what was contacted, in the same order.
    pub listed: Vec<String>,
    /// Of `listed` those of which more was contacted than their own public site.
    pub at_work: Vec<String>,
    /// Of `listed` those of which what was contacted is only a published indicator: whose it is today is not known.
    pub indicators: Vec<String>,
    /// Where country and owner can be checked, if they are not an actor's.
    pub sources: Vec<Source>,
}

/// Who looks on, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many organisations.
    pub organisations: u64,
    /// How many of them are of which kind of our own lists, the gravest kind first. One can be of several.
    pub kinds: Vec<KindCount>,
    /// How many have their seat in which country, the most first.
    pub countries: Vec<Numbered>,
    /// Of how many the country is not known.
    pub country_not_known: u64,
}

/// A kind of actor, and how many organisations are of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCount {
    /// Its name.
    pub kind: String,
    /// How many, at least 1.
    pub count: u64,
    /// Whether of all of them no more than published indicators were met.
    pub indicator: bool,
}

/// A word, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// The word.
    pub word: String,
    /// How often, at least 1.
    pub count: u64,
}
