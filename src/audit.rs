//! Keeps one page's ledger: feeds each observation to the detectors, counts, and grades. Knows nothing of browsers.
//!
//! Up to its limits the ledger does not depend on the order of observations; and a page cannot make it grow without end:
//! each of its tables has a limit, and what goes over it is counted and told.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, NotJudged};
use crate::detectors::{self, DETECTORS, Detector, Draft, Relation, Seen, Who};
use crate::error::Error;
use crate::finding::{Confidence, Level, Right};
use crate::grade;
use crate::kinds::{self, Standing};
use crate::observation::{Observation, PageLog, RequestType};
use crate::party::{self, Party};
use crate::redact;
use crate::report::{
    Check, Counted, Country, Dossier, Evidence, Explanation, Finding, Identity, KindCount, ListInfo, Numbered,
    PageReport, Reason, Report, Rule, RuleActor, Summary, Told, Watcher,
};
use crate::rules::actors::{self, Actors, Company};
use crate::rules::added::{ADDED, AddedLists};
use crate::rules::dossier;
use crate::rules::index::{self, Index, Key, Matches, PageContext, RuleId};
use crate::rules::pack::{Bytes, Section};

/// How many examples a finding keeps: the first in alphabetical order, so that the order of events means nothing.
pub const MAX_EVIDENCE: usize = 3;
/// How many different hosts of one page are told apart. Real pages reach a few hundred.
pub const MAX_HOSTS: usize = 2_000;
/// How many more, beyond [`MAX_HOSTS`], where the owners' data know the host; half of it where only a rule matches.
pub const MAX_KNOWN_HOSTS: usize = 1_000;
/// How many different findings a page can have.
pub const MAX_FINDINGS: usize = 4_000;
/// How many requests of one page are judged. A busy page makes some thousands.
pub const MAX_REQUESTS: usize = 100_000;
/// A page of nobody's: a host is explained as one that somebody else's page contacts.
const NOBODY: &str = "https://page.invalid/";
/// What can be said of a host whatever the page and the type.
const HOST_TECHNIQUES: [&str; 3] = ["third-party-contact", "added-list", "surveillance-actor"];
/// How many different reasons a page's record can give for what it left out.
const MAX_REASONS: usize = 32;

/// The lists, loaded, and the room to work in. One is enough for any number of pages.
#[derive(Debug)]
pub struct Engine {
    pack: Bytes,
    index: Index,
    actors: Actors,
    added: AddedLists,
    request: Address,
    matches: Matches,
    redacted: String,
}

impl Engine {
    /// Takes a pack as `onlooker lists compile` makes it.
    pub fn from_pack(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, Error> {
        let pack = Bytes::check(bytes.into())?;
        let index = Index::open(&pack)?;
        let actors = Actors::open(&pack)?;
        told_whole(&pack, &index)?;
        Ok(Self {
            pack,
            index,
            actors,
            added: AddedLists::default(),
            request: Address::new(),
            matches: Matches::default(),
            redacted: String::new(),
        })
    }

    /// Adds the rules' own texts, which a pack may come without: verdicts do not need them, reports do.
    pub fn add_texts(&mut self, bytes: impl Into<Cow<'static, [u8]>>) -> Result<(), Error> {
        self.pack.add_texts(bytes.into())?;
        told_whole(&self.pack, &self.index)
    }

    /// Whether the rules' own texts are there.
    pub fn has_texts(&self) -> bool {
        self.pack.texts().is_some()
    }

    /// Adds a list of the person's own: a pack as [`crate::feeds::Feed::pack`] makes it. Pages that were opened before are
    /// to be judged again. In which order lists are added means nothing, and one that is there is not added twice.
    pub fn add_list(&mut self, pack: impl Into<Cow<'static, [u8]>>) -> Result<(), Error> {
        self.added.add(pack.into(), self.index.len())
    }

    /// Takes out all lists that were added. Pages that were opened before are to be judged again.
    pub fn remove_lists(&mut self) {
        self.added.clear();
    }

    /// The facts of each list: of the bundled ones, then of those that were added, in the order of their numbers.
    pub fn lists(&self) -> Result<Vec<ListInfo>, Error> {
        let mut lists = self.facts_of_lists()?;
        lists.retain(|list| !list.is_data());
        lists.extend(self.added.iter().map(|added| added.info.clone()));
        Ok(lists)
    }

    /// The facts of what is judged by beside the lists: whose a host is, what one site is. Their `rules` are entries.
    pub fn data(&self) -> Result<Vec<ListInfo>, Error> {
        let mut data = self.facts_of_lists()?;
        data.retain(ListInfo::is_data);
        Ok(data)
    }

    fn facts_of_lists(&self) -> Result<Vec<ListInfo>, Error> {
        ListInfo::from_json(self.pack.slice(&self.pack.range(Section::Lists)?))
    }

    /// Starts a page's ledger.
    pub fn page(&mut self, url: &[u8]) -> Page {
        let mut page = Page::default();
        self.set_url(&mut page, url);
        page
    }

    fn set_url(&mut self, page: &mut Page, url: &[u8]) {
        match self.request.read(url) {
            Ok(()) => {
                let host = self.request.host_str();
                page.context = PageContext::new(host);
                let whose = self.whose(host);
                (page.company, page.category) = (whose.company, whose.category);
                page.actor = whose.actor.map(|named| (named.id.into(), named.met));
                page.readable = true;
                redact::url(self.request.exact(), &mut page.url);
            }
            Err(_) => page.readable = false,
        }
    }

    /// Whose a host is (lower case, no trailing dot): the nearest of it and the domains above it that is known, for the owners'
    /// data and for our own lists each. Allocates nothing.
    fn whose(&self, host: &str) -> Whose<'_> {
        let (mut owner, mut own, view) = (None, None, self.index.view(&self.pack));
        for (depth, part) in index::suffixes(host.as_bytes()).enumerate() {
            let hash = index::key_hash(Key::Host, part);
            owner = owner.or_else(|| self.actors.at(&self.pack, part, hash, depth == 0));
            own = own.or_else(|| self.index.own_at(&view, part, hash));
        }
        let actor = own.map(|rule| self.named(rule));
        let of_actor = || {
            let named = actor.as_ref().filter(|named| named.met.its_host)?;
            self.actors.of_actor(&self.pack, named.id)
        };
        Whose {
            company: owner.map(|owner| owner.company).or_else(of_actor),
            category: owner.map_or(actors::UNKNOWN, |owner| owner.category),
            by_host: own,
            actor,
        }
    }

    /// The actor that a rule of our own list is about.
    fn named(&self, rule: RuleId) -> Named<'_> {
        let (title, id) = self.index.heading(&self.pack, rule);
        Named { id, met: Met::by(Standing::of(title)) }
    }

    /// Judges one request of a page. `id` tells requests apart: a second observation of the same id changes nothing.
    pub fn observe(&mut self, page: &mut Page, id: u64, url: &[u8], kind: RequestType) -> Verdict {
        let before = page.badge();
        if page.ids.len() >= MAX_REQUESTS {
            page.lose("request-limit");
            return page.verdict(before, Judged::default(), false);
        }
        if !page.ids.insert(id) {
            return page.verdict(before, Judged::default(), true);
        }
        let judged = self.judge(page, url, kind);
        page.verdict(before, judged, false)
    }

    fn judge(&mut self, page: &mut Page, url: &[u8], kind: RequestType) -> Judged {
        if let Err(why) = self.request.read(url) {
            // Where somebody may have been asked, nobody knows who.
            if why == NotJudged::Host {
                page.lose(why.why())
            } else {
                page.skip(why.why())
            }
            return Judged::default();
        }
        if !page.readable {
            page.skip("page-not-readable");
            return Judged::default();
        }
        page.total += 1;
        if self.request.cut() {
            page.skip("url-cut");
        }
        let known = page.hosts.get(self.request.host()).copied();
        let fresh = if known.is_none() { Some(self.facts(page)) } else { None };
        let Some(facts) = known.and_then(|number| page.host_facts.get(number)).or(fresh.as_ref()) else {
            return Judged::default();
        };
        let (relation, subdomain, category) = (facts.relation, facts.subdomain, facts.category);
        let third = relation != Relation::SameSite;
        let named = relation == Relation::Other && (facts.actor.is_some() || facts.company().is_some());

        self.index.matches(&self.pack, &page.context, &self.request, kind, third, &mut self.matches);
        self.added.ask(&page.context, &self.request, kind, third);
        if self.added.over() {
            page.lose("too-many-tried");
        }
        let matched = !self.matches.blocking.is_empty() || !self.matches.params.is_empty() || self.added.name_it();
        let mut seen = Seen {
            kind,
            relation,
            subdomain,
            owner: match page.company {
                Some(company) if matched => self.actors.name(&self.pack, company),
                _ => "",
            },
            matches: &self.matches,
            index: &self.index,
            pack: &self.pack,
            added: &self.added,
            list: None,
            own: None,
        };
        seen.own = seen.own_rules().max_by_key(|own| own.weight()).map(|own| (own.rule, own.standing));
        let host_number = match (known, fresh) {
            (Some(number), _) => number,
            (None, Some(facts)) => {
                let number = page.host_facts.len();
                if number >= MAX_HOSTS && !page.has_room(&facts, &seen) {
                    page.lose("host-limit");
                    return Judged::default();
                }
                page.host_facts.push(facts);
                page.hosts.insert(self.request.host().into(), number);
                number
            }
            (None, None) => return Judged::default(),
        };
        page.third_party += u64::from(third);
        page.same_owner += u64::from(relation == Relation::SameOwner);
        page.matched += u64::from(matched);

        if let Some(facts) = page.host_facts.get(host_number).filter(|_| relation == Relation::Other) {
            // Looked for first: its name is cloned for the first request only.
            let watcher = match page.watchers.get_mut(&facts.who) {
                Some(watcher) => watcher,
                None => page.watchers.entry(facts.who.clone()).or_default(),
            };
            watcher.requests += 1;
            if watcher.hosts.insert(host_number)
                && let Some((id, met)) = &facts.actor
            {
                watcher.actors.entry(id.clone()).or_default().add(*met);
            }
            watcher.category = watcher.category.min(category);
            // Each rule of ours says whom it is about: one can name a form of request at a host that is many things.
            for own in seen.own_rules() {
                match watcher.actors.get_mut(own.actor) {
                    Some(known) => known.add(Met::by(own.standing)),
                    None => _ = watcher.actors.insert(own.actor.into(), Met::by(own.standing)),
                }
            }
        }
        self.redacted.clear();
        let mut url = Example { exact: self.request.exact(), redacted: &mut self.redacted };
        for (technique, draft) in seen.drafts() {
            // A list may name a company that the owners' data knows too: one organisation, one watcher.
            let named = match draft.who {
                Who::Named(name) => Some(match self.actors.company(&self.pack, name) {
                    Some(company) => WatcherKey::Company(company),
                    None => WatcherKey::Named(name.into()),
                }),
                Who::Contacted | Who::Site => None,
            };
            page.note(technique, host_number, named, &draft, kind, &mut url);
        }
        Judged { matched, third_party: third, named }
    }

    /// What is known of the host of the request in hand, for a page that has not met it yet.
    fn facts(&self, page: &Page) -> HostFacts {
        let host = self.request.host_str();
        let site = party::registrable(host);
        let whose = self.whose(host);
        let relation = if party::between(page.context.site(), site) == Party::First {
            Relation::SameSite
        } else if whose.company.is_some() && whose.company == page.company {
            Relation::SameOwner
        } else {
            Relation::Other
        };
        HostFacts {
            relation,
            subdomain: host != site,
            who: whose.company.map_or_else(|| WatcherKey::Domain(site.into()), WatcherKey::Company),
            actor: whose.actor.map(|named| (named.id.into(), named.met)),
            category: whose.category,
        }
    }

    /// Judges a whole record at once.
    pub fn audit(&mut self, log: &PageLog) -> Page {
        let mut page = self.page(log.url.as_bytes());
        for gap in &log.gaps {
            page.gap(&gap.why, gap.count);
        }
        // Two addresses under one id are two requests, of which one would be passed over as told before.
        let mut known: BTreeMap<u64, u64> = BTreeMap::new();
        for observation in &log.observations {
            match observation {
                Observation::Request { id, url, kind, .. } => {
                    let [id, address] = [id, url].map(|text| xxhash_rust::xxh3::xxh3_64(text.as_bytes()));
                    if *known.entry(id).or_insert(address) == address {
                        self.observe(&mut page, id, url.as_bytes(), *kind);
                    } else {
                        page.lose("id-used-twice");
                    }
                }
                Observation::Unreadable { why } => page.lose(why),
            }
        }
        page
    }

    /// What is told of a page.
    pub fn page_report(&self, page: &Page) -> PageReport {
        let mut hosts: Vec<&[u8]> = vec![&[]; page.hosts.len()];
        for (name, &number) in &page.hosts {
            if let Some(host) = hosts.get_mut(number) {
                *host = name;
            }
        }
        Teller { engine: self, page, titles: self.titles(), hosts }.tell()
    }

    /// A report on these pages, in this order.
    pub fn report<'a>(&self, pages: impl IntoIterator<Item = &'a Page>) -> Result<Report, Error> {
        let pages: Vec<PageReport> = pages.into_iter().map(|page| self.page_report(page)).collect();
        let named =
            pages.iter().flat_map(|page| page.watchers.iter().map(|watcher| &watcher.who).chain(&page.operator));
        let (mut actors, mut codes) = (BTreeSet::new(), BTreeSet::new());
        for who in named {
            actors.extend(who.actors.iter().map(String::as_str));
            codes.extend(who.countries.iter().map(String::as_str));
        }
        Ok(Report {
            version: env!("CARGO_PKG_VERSION"),
            lists: self.lists()?,
            data: self.data()?,
            actors: actors.into_iter().filter_map(|id| dossier::actor(&self.pack, id)).collect(),
            countries: codes.into_iter().filter_map(|code| dossier::country(&self.pack, code)).collect(),
            pages,
        })
    }

    /// Who is behind a host, as far as our own data know: the actor of our lists and the company with its country, each
    /// looked up in place. What a verdict needs, in some hundred nanoseconds and without allocating.
    pub fn look_up<'a>(&'a self, host: &str) -> LookedUp<'a> {
        let whose = self.whose(host);
        let country = whose.company.and_then(|company| self.actors.country(&self.pack, company));
        LookedUp {
            company: whose.company.map(|company| self.actors.name(&self.pack, company)),
            actor: whose.actor.map(|named| named.id),
            country,
            laws: country.is_some_and(|code| dossier::knows_country(&self.pack, code)),
        }
    }

    /// What is told of an organisation: the company, and the actors under which our own lists name it. Name, country and
    /// owner come from those only whose own host it is.
    fn identity(&self, company: Option<Company>, category: u8, actors: &BTreeMap<&str, Met>) -> Identity {
        let name = company.map(|company| self.actors.name(&self.pack, company).to_owned()).unwrap_or_default();
        let facts = dossier::company(&self.pack, &name).unwrap_or_default();
        let linked = facts.actors.iter().map(String::as_str);
        let mut told: Vec<Dossier> =
            actors.keys().copied().chain(linked).filter_map(|id| dossier::actor(&self.pack, id)).collect();
        told.sort_by(|a, b| (kinds::place_of(&a.kind), &a.id).cmp(&(kinds::place_of(&b.kind), &b.id)));
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
        let countries: BTreeSet<String> =
            country.iter().chain(seats).filter(|code| !code.is_empty()).cloned().collect();
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
        Ok(explanation)
    }

    fn explained(&mut self, url: &str, page: &str, kind: RequestType, only_host: bool) -> Result<Explanation, Error> {
        let mut page = self.page(page.as_bytes());
        if !page.readable || self.request.read(url.as_bytes()).is_err() {
            return Err(Error::PageUrl);
        }
        // What a report on a page with this one request would tell; which rules match it is known after that.
        self.observe(&mut page, 0, url.as_bytes(), kind);
        let seen = page.findings.keys().filter_map(|key| DETECTORS.get(key.technique).copied());
        let mut techniques: Vec<&Detector> =
            seen.filter(|detector| !only_host || HOST_TECHNIQUES.contains(&detector.technique)).collect();
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
        redact::url(self.request.exact(), &mut self.redacted);
        Ok(Explanation {
            url: self.redacted.clone(),
            party: party.name(),
            rules: rules.into_iter().filter_map(|rule| self.rule(rule, &titles)).collect(),
            domain,
            watcher: who,
            rights: touched,
            indicators,
            actors,
            countries,
        })
    }

    fn titles(&self) -> Vec<(u32, String)> {
        self.lists().unwrap_or_default().into_iter().map(|list| (list.id, list.title)).collect()
    }

    fn rule(&self, rule: RuleId, titles: &[(u32, String)]) -> Option<Rule> {
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

/// Refuses texts without the shelf: a report that keeps silent about actors must not pass for one that knows of none.
fn told_whole(pack: &Bytes, index: &Index) -> Result<(), Error> {
    if index.has_own() && pack.texts().is_some() && pack.shelf().is_none() {
        return Err(Error::PackDamaged("what is told of actors is missing"));
    }
    Ok(())
}

/// Who is behind a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LookedUp<'a> {
    /// The company, by third-party-web.
    pub company: Option<&'a str>,
    /// The actor of our own lists, by its id.
    pub actor: Option<&'a str>,
    /// The country of the company's seat.
    pub country: Option<&'a str>,
    /// Whether anything is verified of that country's laws.
    pub laws: bool,
}

/// What one request changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The page's level; `None` where nothing could be seen of it.
    pub level: Option<Level>,
    /// How many organisations look on.
    pub watchers: u32,
    /// Whether this request changed one of the two.
    pub changed: bool,
    /// What is said of the request by itself.
    pub judged: Judged,
    /// Whether it had been seen before.
    pub duplicate: bool,
}

/// What is said of one request by itself. All false for one that was not judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// Whether a rule matches.
    pub matched: bool,
    /// Whether it went to another site.
    pub third_party: bool,
    /// Whether it went to another organisation, whom the owners' data or our own lists know by this host.
    pub named: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum WatcherKey {
    Company(Company),
    Domain(Box<str>),
    /// Named by a list's heading, under which a host of the site's own name stands.
    Named(Box<str>),
}

/// A request's URL, to be redacted once, and only if a finding keeps it.
struct Example<'a> {
    exact: &'a [u8],
    /// Empty until it is asked for.
    redacted: &'a mut String,
}

impl Example<'_> {
    fn redacted(&mut self) -> &str {
        if self.redacted.is_empty() {
            redact::url(self.exact, self.redacted);
        }
        self.redacted
    }
}

/// How an actor of our own lists was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Met {
    /// At a host that is its own, and not only a sign of it.
    its_host: bool,
    /// By more than its own public site.
    at_work: bool,
}

impl Met {
    fn by(standing: Standing) -> Self {
        Self { its_host: standing.is_its_host(), at_work: !standing.own_site }
    }

    fn add(&mut self, other: Self) {
        self.its_host |= other.its_host;
        self.at_work |= other.at_work;
    }

    /// Whether meeting it the `other` way adds nothing.
    fn says_all_of(self, other: Self) -> bool {
        (self.its_host || !other.its_host) && (self.at_work || !other.at_work)
    }
}

/// An actor of our own lists by its id, and how it was met.
type ActorKey = (Box<str>, Met);

/// The same, where it lies.
#[derive(Clone, Copy)]
struct Named<'a> {
    id: &'a str,
    met: Met,
}

/// Whose a host is.
struct Whose<'a> {
    company: Option<Company>,
    /// What the owners' data say the host is for: a position in [`actors::CATEGORIES`].
    category: u8,
    /// The rule of our own list that names it.
    by_host: Option<RuleId>,
    /// The actor that this rule is about.
    actor: Option<Named<'a>>,
}

#[derive(Debug)]
struct HostFacts {
    relation: Relation,
    subdomain: bool,
    who: WatcherKey,
    actor: Option<ActorKey>,
    category: u8,
}

impl HostFacts {
    fn company(&self) -> Option<Company> {
        if let WatcherKey::Company(company) = self.who { Some(company) } else { None }
    }
}

#[derive(Debug)]
struct WatcherLedger {
    requests: u64,
    /// The worst weight among its findings, those without room too.
    level: Level,
    /// Actors of our own lists, by their ids.
    actors: BTreeMap<Box<str>, Met>,
    hosts: BTreeSet<usize>,
    category: u8,
}

impl Default for WatcherLedger {
    fn default() -> Self {
        Self {
            requests: 0,
            level: Level::None,
            actors: BTreeMap::new(),
            hosts: BTreeSet::new(),
            category: actors::UNKNOWN,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FindingKey {
    technique: usize,
    host: usize,
    rule: Option<RuleId>,
    exception: Option<RuleId>,
}

#[derive(Debug)]
struct FindingLedger {
    level: Level,
    confidence: Confidence,
    who: Option<WatcherKey>,
    count: u64,
    evidence: Vec<Evidence>,
}

/// One page's ledger.
#[derive(Debug, Default)]
pub struct Page {
    url: String,
    readable: bool,
    context: PageContext,
    company: Option<Company>,
    category: u8,
    /// The actor under which our own lists name its host.
    actor: Option<ActorKey>,
    ids: BTreeSet<u64>,
    /// The numbers of its requests' hosts.
    hosts: BTreeMap<Box<[u8]>, usize>,
    host_facts: Vec<HostFacts>,
    watchers: BTreeMap<WatcherKey, WatcherLedger>,
    findings: BTreeMap<FindingKey, FindingLedger>,
    level: Level,
    /// The worst weight among the findings that nobody else stands behind, those without room too.
    site_level: Level,
    total: u64,
    third_party: u64,
    same_owner: u64,
    matched: u64,
    skipped: BTreeMap<String, u64>,
    /// Of what was skipped, that which may have been a contact with anybody.
    lost: BTreeMap<String, u64>,
    gaps: BTreeMap<String, u64>,
}

impl Page {
    /// Notes something that could not be seen.
    pub fn gap(&mut self, why: &str, count: u64) {
        add(&mut self.gaps, why, count);
    }

    /// Takes over what could not be seen: the same page under its final address is as half-seen as it was.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn keep_gaps_of(&mut self, other: &Page) {
        self.gaps.clone_from(&other.gaps);
    }

    fn skip(&mut self, why: &str) {
        add(&mut self.skipped, why, 1);
    }

    /// Skips what nobody looked at. An address that is none was asked of nobody; this may have been asked of anybody.
    fn lose(&mut self, why: &str) {
        self.skip(why);
        add(&mut self.lost, why, 1);
    }

    /// Whether a host that goes over [`MAX_HOSTS`] is told apart all the same. A page has any number of hosts, of its own and
    /// made up, and a path for each that some rule matches; it must not be able to hide somebody behind them.
    fn has_room(&self, facts: &HostFacts, seen: &Seen<'_>) -> bool {
        let company = facts.company();
        let names = !seen.matches.blocking.is_empty() || seen.added.name_it();
        let room = if facts.relation == Relation::SameSite || company.is_none() {
            MAX_KNOWN_HOSTS / 2
        } else {
            MAX_KNOWN_HOSTS
        };
        if (names || company.is_some()) && self.host_facts.len() < MAX_HOSTS + room {
            return true;
        }
        // A known company and an actor of our own lists are never crowded out: there are so many of them and no more, and
        // beyond the limit each has one host; an actor one of each kind, as its public site is not what it does.
        let other = facts.relation == Relation::Other;
        if other && company.is_some() && !self.watchers.contains_key(&facts.who) {
            return true;
        }
        let is_met = |(id, met): (&str, Met)| {
            let by_host = |facts: &HostFacts| {
                facts.actor.as_ref().is_some_and(|(known, before)| &**known == id && before.says_all_of(met))
            };
            let by_rule = |one: &WatcherLedger| one.actors.get(id).is_some_and(|before| before.says_all_of(met));
            self.host_facts.iter().any(by_host) || self.watchers.values().any(by_rule)
        };
        let by_host = facts.actor.as_ref().map(|(id, met)| (&**id, *met));
        let by_rule = seen.own_rules().filter(|_| other).map(|own| (own.actor, Met::by(own.standing)));
        if by_host.into_iter().chain(by_rule).any(|actor| !is_met(actor)) {
            return true;
        }
        // Nor is what makes the page graver: there are but five levels.
        seen.drafts().any(|(_, draft)| grade::effective(draft.level, draft.confidence) > self.level)
    }

    /// The level and the number of organisations that look on.
    pub fn badge(&self) -> (Option<Level>, u32) {
        (self.told(), u32::try_from(self.watchers.len()).unwrap_or(u32::MAX))
    }

    /// Nothing seen is not nothing there: without one observation, with an unreadable address, or with a part of the
    /// page unseen and nothing found in the rest, the level is not known.
    fn told(&self) -> Option<Level> {
        let blind = !self.readable || self.total == 0 || self.unseen().next().is_some();
        if blind && self.level == Level::None { None } else { Some(self.level) }
    }

    /// Why parts of the page were not looked at, and how often: gaps in the record, then limits of ours and what could
    /// not be read.
    fn unseen(&self) -> impl Iterator<Item = (&String, &u64)> {
        self.gaps.iter().chain(&self.lost)
    }

    fn verdict(&self, before: (Option<Level>, u32), judged: Judged, duplicate: bool) -> Verdict {
        let (level, watchers) = self.badge();
        Verdict { level, watchers, changed: before != (level, watchers), judged, duplicate }
    }

    fn note(
        &mut self,
        technique: usize,
        host: usize,
        named: Option<WatcherKey>,
        draft: &Draft<'_>,
        kind: RequestType,
        url: &mut Example<'_>,
    ) {
        let key = FindingKey { technique, host, rule: draft.rule, exception: draft.exception };
        let weight = grade::effective(draft.level, draft.confidence);
        let who = match (draft.who, named) {
            (Who::Site, _) => None,
            (Who::Named(_), Some(key)) => {
                // The host bears the site's own name, so it was not counted as anybody's yet.
                let watcher = self.watchers.entry(key.clone()).or_default();
                watcher.requests += 1;
                watcher.hosts.insert(host);
                Some(key)
            }
            (Who::Named(_) | Who::Contacted, _) => self
                .host_facts
                .get(host)
                .filter(|facts| facts.relation == Relation::Other)
                .map(|facts| facts.who.clone()),
        };
        // What there is no room to tell counts all the same: else a page could bury the worst under thousands of trifles.
        self.level = self.level.max(weight);
        match who.as_ref().and_then(|who| self.watchers.get_mut(who)) {
            Some(watcher) => watcher.level = watcher.level.max(weight),
            None => self.site_level = self.site_level.max(weight),
        }
        if self.findings.len() >= MAX_FINDINGS && !self.findings.contains_key(&key) {
            self.lose("finding-limit");
            return;
        }
        let finding = self.findings.entry(key).or_insert_with(|| FindingLedger {
            level: draft.level,
            confidence: draft.confidence,
            who,
            count: 0,
            evidence: Vec::new(),
        });
        finding.count += 1;
        if let Some(last) = finding.evidence.get(MAX_EVIDENCE - 1)
            && redact::comes_behind(url.exact, &last.url)
        {
            return;
        }
        let order = (url.redacted(), kind.name());
        let place = finding.evidence.iter().position(|kept| order <= (kept.url.as_str(), kept.kind));
        let place = place.unwrap_or(finding.evidence.len());
        let known = finding.evidence.get(place).is_some_and(|kept| order == (kept.url.as_str(), kept.kind));
        if place < MAX_EVIDENCE && !known {
            finding.evidence.insert(place, Evidence { kind: kind.name(), url: order.0.to_owned() });
            finding.evidence.truncate(MAX_EVIDENCE);
        }
    }
}

fn add(to: &mut BTreeMap<String, u64>, why: &str, count: u64) {
    if let Some(known) = to.get_mut(why) {
        *known = known.saturating_add(count);
    } else if to.len() < MAX_REASONS {
        // A record from outside could give a novel as its reason.
        to.insert(why.chars().take(64).collect(), count);
    }
}

/// Puts a ledger into words and order.
struct Teller<'a> {
    engine: &'a Engine,
    page: &'a Page,
    titles: Vec<(u32, String)>,
    /// The page's hosts, by their numbers.
    hosts: Vec<&'a [u8]>,
}

impl Teller<'_> {
    fn tell(&self) -> PageReport {
        let page = self.page;
        let mut techniques: BTreeMap<&WatcherKey, BTreeSet<usize>> = BTreeMap::new();
        for (key, finding) in &page.findings {
            if let Some(who) = &finding.who {
                techniques.entry(who).or_default().insert(key.technique);
            }
        }
        let mut findings: Vec<Finding> =
            page.findings.iter().filter_map(|(key, finding)| self.finding(key, finding)).collect();
        findings.sort_by(|a, b| {
            (b.severity, place(a.technique), &a.watcher, &a.domain, &a.rule, &a.exception_rule).cmp(&(
                a.severity,
                place(b.technique),
                &b.watcher,
                &b.domain,
                &b.rule,
                &b.exception_rule,
            ))
        });
        let mut watchers: Vec<Watcher> =
            page.watchers.iter().map(|(key, ledger)| self.watcher(key, ledger, techniques.remove(key))).collect();
        watchers.sort_by(|a, b| (b.level, b.requests, &a.who.name).cmp(&(a.level, a.requests, &b.who.name)));
        let mut others: Vec<Level> = findings.iter().filter(|f| f.watcher.is_none()).map(|f| f.weight()).collect();
        if others.iter().all(|level| *level < page.site_level) {
            others.push(page.site_level);
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
            skipped: counted(&page.skipped),
        }
    }

    fn name(&self, key: &WatcherKey) -> String {
        match key {
            WatcherKey::Company(company) => self.engine.actors.name(&self.engine.pack, *company).to_owned(),
            WatcherKey::Domain(name) | WatcherKey::Named(name) => name.clone().into(),
        }
    }

    fn host(&self, number: usize) -> String {
        self.hosts.get(number).map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default()
    }

    fn finding(&self, key: &FindingKey, ledger: &FindingLedger) -> Option<Finding> {
        let technique = DETECTORS.get(key.technique)?.technique;
        let rule = key.rule.and_then(|rule| self.engine.rule(rule, &self.titles));
        let exception_rule = key.exception.and_then(|rule| self.engine.rule(rule, &self.titles));
        let domain = self.host(key.host);
        let mut id = format!("{technique}/{domain}");
        for rule in [&rule, &exception_rule].into_iter().flatten() {
            id.push_str(&format!("/{}:{}", rule.list, rule.line));
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
            evidence: ledger.evidence.clone(),
            count: ledger.count,
        })
    }

    fn watcher(&self, key: &WatcherKey, ledger: &WatcherLedger, techniques: Option<BTreeSet<usize>>) -> Watcher {
        let name = self.name(key);
        let techniques: Vec<&Detector> =
            techniques.iter().flatten().filter_map(|&technique| DETECTORS.get(technique).copied()).collect();
        let mut domains: Vec<String> = ledger.hosts.iter().map(|&host| self.host(host)).collect();
        domains.sort_unstable();
        let company = match key {
            WatcherKey::Company(company) => Some(*company),
            WatcherKey::Domain(_) | WatcherKey::Named(_) => None,
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
            known: !matches!(key, WatcherKey::Domain(_)),
            domains,
            requests: ledger.requests,
            level: ledger.level.max(least),
        }
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
            let who: BTreeSet<_> = its.iter().map(|finding| &finding.watcher).collect();
            let code = level.name().to_owned();
            reasons.push((level, at, Reason { code, technique: detector.technique, count: who.len() as u64 }));
        }
        reasons.sort_by_key(|(level, at, _)| (Reverse(*level), *at));
        reasons.into_iter().map(|(_, _, reason)| reason).collect()
    }

    fn checks(&self, findings: &[Finding]) -> Vec<Check> {
        let gap = self.page.unseen().next();
        DETECTORS
            .iter()
            .filter(|detector| detectors::is_looked_for(detector, !self.engine.added.is_empty()))
            .map(|detector| {
                let technique = detector.technique;
                // A contact that a rule names is told under that rule's technique, and is a contact all the same.
                let contact = detector.covers_named && !self.page.watchers.is_empty();
                if contact || findings.iter().any(|finding| finding.technique == technique) {
                    Check { technique, state: "seen", why: None }
                } else if !self.page.readable {
                    Check { technique, state: "could-not-look", why: Some("page-not-readable".to_owned()) }
                } else if let Some((why, _)) = gap {
                    Check { technique, state: "could-not-look", why: Some(why.clone()) }
                } else if self.page.total == 0 {
                    Check { technique, state: "could-not-look", why: Some("nothing-recorded".to_owned()) }
                } else {
                    let why = (!detector.limit.is_empty()).then(|| detector.limit.to_owned());
                    Check { technique, state: "not-seen", why }
                }
            })
            .collect()
    }
}

/// The rights that these techniques touch, and that the kinds of these actors do.
fn rights<'a>(
    techniques: impl IntoIterator<Item = &'a Detector>,
    actors: impl IntoIterator<Item = &'a Dossier>,
) -> Vec<Right> {
    let by_kind = actors.into_iter().filter_map(|actor| kinds::kind(&actor.kind)).flat_map(|kind| kind.rights);
    let by_technique = techniques.into_iter().flat_map(|detector| detector.rights);
    by_technique.chain(by_kind).copied().collect::<BTreeSet<_>>().into_iter().collect()
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
    countries.sort_by(|a, b| (b.count, &a.word).cmp(&(a.count, &b.word)));
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
    crate::detectors::place_of(technique).unwrap_or(usize::MAX)
}

fn counted(from: &BTreeMap<String, u64>) -> Vec<Counted> {
    from.iter().map(|(why, count)| Counted { why: why.clone(), count: *count }).collect()
}
