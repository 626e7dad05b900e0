//! Whose a host is, in words, and which rules match one request: what a report tells of an organisation.

use std::collections::BTreeMap;

use super::{Engine, Named, Whose};
use crate::detectors::{DETECTORS, Detector};
use crate::error::Error;
use crate::finding::Right;
use crate::kinds::{self, Standing};
use crate::observation::RequestType;
use crate::order;
use crate::party;
use crate::pseudonym::Pseudonyms;
use crate::redact;
use crate::report::{Country, Dossier, Explanation, Identity, Parameter, Rule, RuleActor};
use crate::rules::actors::{self, Company};
use crate::rules::added::ADDED;
use crate::rules::dossier;
use crate::rules::index::RuleId;
use crate::seen::decorations;
use crate::seen::hosts::Met;

/// A page of nobody's: a host is explained as one that somebody else's page contacts.
const NOBODY: &str = "https://page.invalid/";

impl Engine {
    /// What is told of an organisation: the company, and the actors under which our own lists name it. Name, country and
    /// owner come from those only whose own host it is.
    pub(super) fn identity(&self, company: Option<Company>, category: u8, actors: &BTreeMap<&str, Met>) -> Identity {
        let name = company.map(|company| self.actors.name(&self.pack, company).to_owned()).unwrap_or_default();
        let facts = dossier::company(&self.pack, &name).unwrap_or_default();
        let linked = facts.actors.iter().map(String::as_str);
        let mut told: Vec<Dossier> =
            actors.keys().copied().chain(linked).filter_map(|id| dossier::actor(&self.pack, id)).collect();
        order::sort(&mut told, |a, b| (kinds::place_of(&a.kind), &a.id).cmp(&(kinds::place_of(&b.kind), &b.id)));
        told.dedup_by(|a, b| a.id == b.id);
        let said = |text: &String| (!text.is_empty()).then(|| text.clone());
        let met = |actor: &Dossier| actors.get(actor.id.as_str());
        let its = || told.iter().filter(|actor| met(actor).is_none_or(|met| met.its_host));
        let country = said(&facts.country).or_else(|| its().find_map(|actor| said(&actor.country)));
        // A company that is an actor is not that actor's owner's.
        let other = |owner: &String| !owner.eq_ignore_ascii_case(&name);
        let owner = said(&facts.parent).or_else(|| its().find_map(|actor| said(&actor.owner).filter(other)));
        let parent = owner.as_ref().and_then(|owner| dossier::company_like(&self.pack, owner));
        let seats = its().map(|actor| &actor.country).chain(parent.iter().map(|parent| &parent.country));
        let ids = |which: &dyn Fn(&Met) -> bool| -> Vec<String> {
            told.iter().filter(|actor| met(actor).is_some_and(which)).map(|actor| actor.id.clone()).collect()
        };
        let countries = order::set(country.iter().chain(seats).filter(|code| !code.is_empty()).cloned());
        Identity {
            name: if name.is_empty() { its().next().map(|actor| actor.name.clone()).unwrap_or_default() } else { name },
            category: actors::category_name(category),
            country,
            owner,
            countries: countries.into_iter().collect(),
            listed: ids(&|_| true),
            at_work: ids(&|met| met.at_work),
            indicators: ids(&|met| !met.its_host),
            actors: told.into_iter().map(|actor| actor.id).collect(),
            sources: facts.sources,
        }
    }

    /// Which rules match one request of one page, and whose host it is.
    pub fn explain(&mut self, url: &str, page: &str, kind: RequestType) -> Result<Explanation, Error> {
        self.explained(url, page, kind, false)
    }

    /// Who is behind a host, as one that somebody else's page contacts. Which rules of the bundled lists match depends on
    /// page and type, which nobody said, so they are not told; what a list of the person's own names is.
    pub fn explain_host(&mut self, url: &str) -> Result<Explanation, Error> {
        let mut explanation = self.explained(url, NOBODY, RequestType::Other, true)?;
        explanation.rules.retain(|rule| rule.list & ADDED != 0);
        explanation.parameters.clear();
        Ok(explanation)
    }

    fn explained(&mut self, url: &str, page: &str, kind: RequestType, only_host: bool) -> Result<Explanation, Error> {
        let mut page = self.page(page.as_bytes());
        // As every address is judged: rules do not see a person's values.
        let mut rewritten = Vec::new();
        Pseudonyms::new([0; 16]).url(url.as_bytes(), &mut rewritten);
        if !page.readable || self.request.read(&rewritten).is_err() {
            return Err(Error::PageUrl);
        }
        // What a report on a page with this one request would tell; which rules match it is known after that.
        self.observe(&mut page, 0, &rewritten, kind);
        self.settle(&mut page);
        let seen = page.techniques().filter_map(|technique| DETECTORS.get(technique).copied());
        let mut techniques: Vec<&Detector> = seen.filter(|detector| !only_host || detector.by_host).collect();
        let host = self.request.host_str();
        let site = party::registrable(host);
        let party = party::between(page.context.site(), site);
        let domain = site.to_owned();
        let Whose { company, category, by_host, .. } = self.whose(host);
        let mut rules: Vec<RuleId> = Vec::new();
        rules.extend(self.matches.blocking.iter().map(|found| found.rule));
        rules.extend(&self.matches.exceptions);
        rules.extend(&self.matches.params);
        rules.extend(&self.matches.param_exceptions);
        let own = rules.iter().filter(|&&rule| self.index.is_own(rule)).chain(&by_host);
        let mut named: BTreeMap<&str, Met> = BTreeMap::new();
        for Named { id, met } in own.map(|&rule| self.named(rule)) {
            named.entry(id).or_default().add(met);
        }
        let who = self.identity(company, category, &named);
        let actors: Vec<Dossier> = who.actors.iter().filter_map(|id| dossier::actor(&self.pack, id)).collect();
        let indicators = who.indicators.clone();
        // Nobody was contacted here, and of nobody is anything known: then nothing is touched.
        if only_host && who.name.is_empty() && who.actors.is_empty() && !self.added.name_it() {
            techniques.clear();
        }
        // What it is for other reasons than what was asked for is told, and touches nothing here.
        let touched = rights(techniques, actors.iter().filter(|actor| who.at_work.contains(&actor.id)));
        let who = (!who.name.is_empty()).then_some(who);
        let codes = who.iter().flat_map(|who| &who.countries);
        let countries: Vec<Country> = codes.filter_map(|code| dossier::country(&self.pack, code)).collect();
        rules.extend(self.added.matching());
        rules.sort_unstable();
        let titles = self.titles();
        let mut marks: Vec<_> = decorations(&self.index, &self.pack, &self.matches).collect();
        marks.sort_unstable_by_key(|mark| mark.rule);
        let parameters = marks.into_iter().filter_map(|mark| {
            Some(Parameter {
                name: String::from_utf8_lossy(mark.name).into_owned(),
                rule: self.rule(mark.rule, &titles)?,
                exception_rule: mark.exception.and_then(|rule| self.rule(rule, &titles)),
            })
        });
        let parameters = parameters.collect();
        redact::url(self.request.exact(), &mut self.redacted);
        Ok(Explanation {
            url: self.redacted.clone(),
            party: party.name(),
            rules: rules.into_iter().filter_map(|rule| self.rule(rule, &titles)).collect(),
            parameters,
            domain,
            watcher: who,
            rights: touched,
            indicators,
            actors,
            countries,
        })
    }

    pub(super) fn titles(&self) -> Vec<(u32, String)> {
        self.lists().unwrap_or_default().into_iter().map(|list| (list.id, list.title)).collect()
    }

    pub(super) fn rule(&self, rule: RuleId, titles: &[(u32, String)]) -> Option<Rule> {
        let place = self.added.place(rule).or_else(|| self.index.place(&self.pack, rule))?;
        let title = titles.iter().find(|(id, _)| *id == place.list).map(|(_, title)| title.clone());
        Some(Rule {
            list: place.list,
            list_title: title.unwrap_or_default(),
            line: place.line,
            text: place.text,
            section: place.section.to_owned(),
            exception: place.exception,
            actor: self.index.is_own(rule).then(|| {
                let (title, id) = self.index.heading(&self.pack, rule);
                RuleActor { id: id.to_owned(), standing: Standing::of(title) }
            }),
        })
    }
}

/// The rights that these techniques touch, and that the kinds of these actors do.
pub(super) fn rights<'a>(
    techniques: impl IntoIterator<Item = &'a Detector>,
    actors: impl IntoIterator<Item = &'a Dossier>,
) -> Vec<Right> {
    let by_kind = actors.into_iter().filter_map(|actor| kinds::kind(&actor.kind)).flat_map(|kind| kind.rights);
    let by_technique = techniques.into_iter().flat_map(|detector| detector.rights);
    order::set(by_technique.chain(by_kind).copied()).into_iter().collect()
}
