//! Puts a page's ledger into words and order.

use std::collections::BTreeMap;

use super::Engine;
use super::explain::rights;
use super::ledger::{FindingKey, FindingLedger, Page, WatcherLedger};
use crate::detectors::{DETECTORS, Detector, Rests, place_of};
use crate::finding::Level;
use crate::grade;
use crate::kinds;
use crate::observation::Part;
use crate::order;
use crate::report::{
    Check, Counted, Detail, Dossier, Finding, Identity, KindCount, Numbered, Origin, PageReport, Reason, Subject,
    Summary, Told, Watcher,
};
use crate::rules::dossier;
use crate::rules::index::CLEARURLS;
use crate::seen::Relation;
use crate::seen::hosts::Org;

/// Why what was seen of a page is told in part: what its detectors kept had no more room.
const DROPPED: &str = "evidence-left-out";

/// Puts a ledger into words and order.
pub(super) struct Teller<'a> {
    engine: &'a Engine,
    page: &'a Page,
    titles: Vec<(u32, String)>,
}

/// What was found of one organisation.
#[derive(Default)]
struct Done {
    /// With the worst weight of each.
    techniques: BTreeMap<usize, Level>,
    level: Level,
}

impl<'a> Teller<'a> {
    pub(super) fn new(engine: &'a Engine, page: &'a Page) -> Self {
        Self { engine, page, titles: engine.titles() }
    }

    pub(super) fn tell(&self) -> PageReport {
        let page = self.page;
        let (concluded, of_site) = page.all_concluded();
        let all = || page.findings.iter().chain(concluded.iter().map(|(key, finding)| (key, finding)));
        let mut done: BTreeMap<&Org, Done> = BTreeMap::new();
        for (key, finding) in all() {
            if let Some(who) = &finding.who {
                let done = done.entry(who).or_default();
                let weight = grade::effective(finding.level, finding.confidence);
                let worst = done.techniques.entry(key.technique).or_default();
                *worst = weight.max(*worst);
                done.level = done.level.max(weight);
            }
        }
        let mut findings: Vec<Finding> = all().filter_map(|(key, finding)| self.finding(key, finding)).collect();
        order::sort(&mut findings, |a, b| {
            let place_of = |of: &Finding| (place(of.technique), of.watcher.clone(), of.domain.clone());
            let rules =
                |of: &Finding| (of.rule.clone(), of.exception_rule.clone(), of.subject.clone(), of.from.clone());
            b.severity
                .cmp(&a.severity)
                .then_with(|| place_of(a).cmp(&place_of(b)))
                .then_with(|| rules(a).cmp(&rules(b)))
        });
        let mut watchers: Vec<Watcher> = (page.watchers.iter())
            .map(|(key, ledger)| self.watcher(key, ledger, done.remove(key).unwrap_or_default()))
            .collect();
        order::sort(&mut watchers, |a, b| (b.level, b.requests, &a.who.name).cmp(&(a.level, a.requests, &b.who.name)));
        let mut others: Vec<Level> = findings.iter().filter(|f| f.watcher.is_none()).map(|f| f.weight()).collect();
        if others.iter().all(|level| *level < of_site) {
            others.push(of_site);
        }
        let risk = grade::grade(watchers.iter().map(|watcher| watcher.level), others);
        let told = page.told().map_or(Told::Unknown, |_| Told::Known(risk.level));
        let own = page.actor.iter().map(|(id, met)| (id.as_ref(), *met)).collect();
        let operator = (page.company.is_some() || page.actor.is_some())
            .then(|| self.engine.identity(page.company, page.category, &own));
        PageReport {
            url: page.url.clone(),
            site: page.context.site().to_owned(),
            operator,
            summary: summary(&watchers, |id| dossier::actor(&self.engine.pack, id).map(|actor| actor.kind)),
            level: told,
            score: risk.score,
            reasons: self.reasons(told, &findings),
            checks: self.checks(&findings),
            watchers,
            findings,
            total: page.total,
            third_party: page.third_party,
            same_owner: page.same_owner,
            matched: page.matched,
            skipped: self.skipped(),
        }
    }

    fn name(&self, key: &Org) -> String {
        match key {
            Org::Company(company) => self.engine.actors.name(&self.engine.pack, *company).to_owned(),
            Org::Domain(name) | Org::Named(name) => name.clone().into(),
        }
    }

    fn host(&self, number: usize) -> String {
        self.page.hosts.get(number).map(|host| host.name.clone().into()).unwrap_or_default()
    }

    /// Whose a host is; none of the site's own. One under the site's name is another organisation's where a finding says so.
    fn whose(&self, number: usize) -> Option<String> {
        let host = self.page.hosts.get(number)?;
        if host.relation == Relation::Other {
            return Some(self.name(&host.org));
        }
        let findings = self.page.findings.iter().filter(|(key, _)| key.host == number);
        let mut named =
            findings.filter_map(|(_, ledger)| ledger.who.as_ref().filter(|who| matches!(who, Org::Named(_))));
        named.next().map(|who| self.name(who))
    }

    fn finding(&self, key: &FindingKey, ledger: &FindingLedger) -> Option<Finding> {
        let technique = DETECTORS.get(key.technique)?.technique;
        let rule = key.rule.and_then(|rule| self.engine.rule(rule, &self.titles));
        let exception_rule = key.exception.and_then(|rule| self.engine.rule(rule, &self.titles));
        let domain = self.host(key.host);
        let mut id = format!("{technique}/{domain}");
        for rule in [&rule, &exception_rule].into_iter().flatten() {
            id.push_str(&format!("/{}:{}", rule.list, rule.line));
            // Of a line of ClearURLs several rules can be made.
            if rule.list == CLEARURLS {
                id.push_str(&format!(":{}", rule.text));
            }
        }
        let subject = key.subject.as_ref().map(|(place, name)| Subject { place: place.name(), name: name.to_string() });
        if let Some(subject) = &subject {
            id.push_str(&format!("/{}:{}", subject.place, subject.name));
        }
        let from = key.from.map(|number| Origin { domain: self.host(number), watcher: self.whose(number) });
        if let Some(from) = &from {
            id.push_str(&format!("/from:{}", from.domain));
        }
        Some(Finding {
            id,
            technique,
            severity: ledger.level,
            confidence: ledger.confidence,
            watcher: ledger.who.as_ref().map(|who| self.name(who)),
            domain,
            allowed: exception_rule.is_some(),
            rule,
            exception_rule,
            subject,
            from,
            details: ledger
                .details
                .iter()
                .map(|(what, text)| Detail { what: what.name(), text: text.to_owned() })
                .collect(),
            evidence: ledger.evidence.clone(),
            count: ledger.count,
        })
    }

    fn watcher(&self, key: &Org, ledger: &WatcherLedger, done: Done) -> Watcher {
        let name = self.name(key);
        let mut techniques: Vec<(&Detector, Level)> = (done.techniques.iter())
            .filter_map(|(&technique, level)| Some((*DETECTORS.get(technique)?, *level)))
            .collect();
        order::sort(&mut techniques, |(one, a), (other, b)| (b, one.tells).cmp(&(a, other.tells)));
        let techniques: Vec<&Detector> = techniques.into_iter().map(|(detector, _)| detector).collect();
        let mut domains: Vec<String> = ledger.hosts.iter().map(|&host| self.host(host)).collect();
        order::sort(&mut domains, String::cmp);
        let company = match key {
            Org::Company(company) => Some(*company),
            Org::Domain(_) | Org::Named(_) => None,
        };
        let own = ledger.actors.iter().map(|(id, met)| (id.as_ref(), *met)).collect();
        let who = Identity { name: name.clone(), ..self.engine.identity(company, ledger.category, &own) };
        let at_work: Vec<Dossier> = who.at_work.iter().filter_map(|id| dossier::actor(&self.engine.pack, id)).collect();
        // That somebody was contacted is no finding where a rule's technique tells it, and where none does it is low.
        let least = if techniques.is_empty() { Level::Low } else { Level::None };
        Watcher {
            who,
            techniques: techniques.iter().map(|detector| detector.technique).collect(),
            rights: rights(techniques, &at_work),
            known: !matches!(key, Org::Domain(_)),
            domains,
            requests: ledger.requests,
            level: ledger.level.max(done.level).max(least),
        }
    }

    /// What was not judged, or not whole, and what of it had to be forgotten.
    fn skipped(&self) -> Vec<Counted> {
        let mut skipped = self.page.skipped.clone();
        for (why, count) in &self.page.left_out.0 {
            skipped.add(why, *count);
        }
        match self.page.memory.dropped() {
            0 => {}
            dropped => skipped.add(DROPPED, dropped),
        }
        skipped.0.iter().map(|(why, count)| Counted { why: why.clone(), count: *count }).collect()
    }

    fn reasons(&self, told: Told, findings: &[Finding]) -> Vec<Reason> {
        if told == Told::Unknown {
            let mut gaps: BTreeMap<&str, u64> = BTreeMap::new();
            for (why, count) in self.page.unseen() {
                let told = gaps.entry(why).or_default();
                *told = told.saturating_add(*count);
            }
            let gap = |(why, count)| Reason { code: format!("gap:{why}"), technique: "", count };
            return gaps.into_iter().map(gap).collect();
        }
        let mut reasons: Vec<(Level, usize, Reason)> = Vec::new();
        for (at, detector) in DETECTORS.iter().enumerate() {
            let its: Vec<&Finding> =
                findings.iter().filter(|finding| finding.technique == detector.technique).collect();
            let Some(level) = its.iter().map(|f| f.weight()).max() else { continue };
            let who = order::set(its.iter().map(|finding| &finding.watcher));
            let code = level.name().to_owned();
            reasons.push((level, at, Reason { code, technique: detector.technique, count: who.len() as u64 }));
        }
        order::sort(&mut reasons, |(one, a, _), (other, b, _)| (other, a).cmp(&(one, b)));
        reasons.into_iter().map(|(_, _, reason)| reason).collect()
    }

    /// Why a technique could not be looked for.
    fn blind<'b>(&self, detector: &Detector, gap: Option<&'b str>) -> Option<&'b str> {
        let missing = || self.page.lacks(detector.needs).map(Part::missing);
        let nothing = || (self.page.total == 0).then_some("nothing-recorded");
        let unreadable = (!self.page.readable).then_some("page-not-readable");
        unreadable.or(gap).or_else(nothing).or_else(missing)
    }

    /// Why it could be looked for in part only.
    fn half_blind(&self, detector: &Detector) -> Option<&'static str> {
        let parts = || detector.needs.iter().chain(detector.reads).copied();
        let missing = self.page.lacks(detector.reads).map(Part::missing);
        let left_out = || self.page.lacks_some(parts());
        let forgot = || (parts().next().is_some() && self.page.memory.dropped() > 0).then_some(DROPPED);
        missing.or_else(left_out).or_else(forgot)
    }

    fn checks(&self, findings: &[Finding]) -> Vec<Check> {
        let gap = self.page.unseen().next().map(|(why, _)| why.as_str());
        DETECTORS
            .iter()
            .filter(|detector| match detector.rests_on {
                Rests::Nothing => true,
                Rests::AddedLists => !self.engine.added.is_empty(),
                Rests::Asking => findings.iter().any(|finding| finding.technique == detector.technique),
            })
            .map(|detector| {
                // A contact that a rule names is told under that rule's technique, and is a contact all the same.
                let contact = detector.covers_named && !self.page.watchers.is_empty();
                let (state, why) = if contact || findings.iter().any(|finding| finding.technique == detector.technique)
                {
                    ("seen", None)
                } else if let Some(why) = self.blind(detector, gap) {
                    ("could-not-look", Some(why))
                } else if let Some(why) = self.half_blind(detector) {
                    ("looked-in-part", Some(why))
                } else {
                    ("not-seen", (!detector.limit.is_empty()).then_some(detector.limit))
                };
                Check { technique: detector.technique, state, why: why.map(str::to_owned), rights: detector.rights }
            })
            .collect()
    }
}

/// How many organisations look on, of which kinds, in which countries.
fn summary(watchers: &[Watcher], kind_of: impl Fn(&str) -> Option<String>) -> Summary {
    let mut by_kind: BTreeMap<(usize, String), (u64, bool)> = BTreeMap::new();
    let mut by_country: BTreeMap<&str, u64> = BTreeMap::new();
    for watcher in watchers {
        let mut kinds: BTreeMap<String, bool> = BTreeMap::new();
        for id in &watcher.who.at_work {
            let Some(kind) = kind_of(id) else { continue };
            *kinds.entry(kind).or_insert(true) &= watcher.who.indicators.contains(id);
        }
        for (kind, indicator) in kinds {
            let (count, all) = by_kind.entry((kinds::place_of(&kind), kind)).or_insert((0, true));
            *count += 1;
            *all &= indicator;
        }
        if let Some(code) = &watcher.who.country {
            *by_country.entry(code).or_default() += 1;
        }
    }
    let mut countries: Vec<Numbered> =
        by_country.iter().map(|(code, count)| Numbered { word: (*code).to_owned(), count: *count }).collect();
    order::sort(&mut countries, |a, b| (b.count, &a.word).cmp(&(a.count, &b.word)));
    Summary {
        organisations: watchers.len() as u64,
        kinds: by_kind
            .into_iter()
            .map(|((_, kind), (count, indicator))| KindCount { kind, count, indicator })
            .collect(),
        country_not_known: watchers.iter().filter(|watcher| watcher.who.country.is_none()).count() as u64,
        countries,
    }
}

fn place(technique: &str) -> usize {
    place_of(technique).unwrap_or(usize::MAX)
}
