//! Keeps one page's ledger: feeds each observation to the detectors, counts, and grades. Knows nothing of browsers.
//!
//! Up to its limits the ledger does not depend on the order of observations, but for which request stands as the example of
//! what goes along with many: the first that was seen. And a page cannot make it grow without end: each of its tables has a
//! limit, and what goes over it is counted and told.

mod explain;
mod ledger;
mod tell;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub use self::ledger::Page;
use self::ledger::{Note, Written};
use self::tell::Teller;
use crate::address::{self, Address, MAX_URL, NotJudged};
use crate::detectors::{DETECTORS, RULES};
use crate::error::Error;
use crate::finding::Level;
use crate::kinds::Standing;
use crate::observation::{Exchange, Observation, PageLog, Part, RequestType, Stage};
use crate::party::{self, Party};
use crate::pseudonym::{Direction, Dropped, Pseudonyms};
use crate::redact;
use crate::report::{ListInfo, PageReport, Report};
use crate::rules::actors::{self, Actors, Company};
use crate::rules::added::AddedLists;
use crate::rules::dossier;
use crate::rules::index::{self, Index, Key, Matches, PageContext, RuleId};
use crate::rules::pack::{Bytes, Section};
use crate::seen::hosts::{Host, Met, Org};
use crate::seen::{Canonical, Draft, Found, From, Glimpse, Hosts, Memory, Relation, Seen, Who, keep_what_counts};

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
/// How many headers of one message are read. Real ones have some dozens.
pub const MAX_HEADERS: usize = 256;
/// Of how many hosts of one page the canonical name is kept. The extension asks for at most 100 of a site.
pub const MAX_NAMES: usize = 300;

/// The lists, loaded, and the room to work in. One is enough for any number of pages.
#[derive(Debug)]
pub struct Engine {
    pack: Bytes,
    index: Index,
    actors: Actors,
    added: AddedLists,
    request: Address,
    matches: Matches,
    /// The same request under its host's canonical name, and the rules that match it.
    canonical: (Address, Matches),
    /// What stands for rules and lists where none are asked.
    nothing: (Matches, AddedLists),
    redacted: String,
    /// How many of the techniques are looked for.
    techniques: usize,
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
            canonical: Default::default(),
            nothing: Default::default(),
            redacted: String::new(),
            techniques: DETECTORS.len(),
        })
    }

    /// Adds the rules' own texts, which a pack may come without: verdicts do not need them, reports do.
    pub fn add_texts(&mut self, bytes: impl Into<Cow<'static, [u8]>>) -> Result<(), Error> {
        self.pack.add_texts(bytes.into())?;
        told_whole(&self.pack, &self.index)
    }

    /// Looks for no more than what rules say: for benchmarks, which hold the rest to that.
    pub fn only_rules(&mut self) {
        self.techniques = RULES;
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
                page.scheme = Some(self.request.scheme());
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

    /// Judges one request of a page. `id` tells requests apart: a second observation of the same id changes nothing. The URL is
    /// taken as it is: its values are to be pseudonyms already ([`crate::pseudonym`]), as in all that is handed over here.
    pub fn observe(&mut self, page: &mut Page, id: u64, url: &[u8], kind: RequestType) -> Verdict {
        self.observe_part(page, id, Glimpse { url, kind, ..Glimpse::default() })
    }

    /// Judges a part of an exchange. What only the whole page tells is in the verdict once [`Engine::settle`] was called: until
    /// then it says that something has changed. What was seen of the same `id` and stage before changes nothing.
    pub fn observe_part(&mut self, page: &mut Page, id: u64, glimpse: Glimpse<'_>) -> Verdict {
        let before = page.badge();
        let named = self.learn(page, glimpse.stage, glimpse.url, glimpse.headers.iter().copied());
        // Told by itself a name is no part of any exchange.
        if named && glimpse.headers.len() == 1 && glimpse.status == 0 {
            return page.verdict(before, Judged::default(), false);
        }
        match page.is_new(id, glimpse.stage) {
            None => {
                page.lose("request-limit");
                return page.verdict(before, Judged::default(), false);
            }
            Some(false) => return page.verdict(before, Judged::default(), true),
            Some(true) => {}
        }
        if glimpse.security.is_some_and(|security| security.built_in.is_some()) {
            page.records([Part::Roots]);
        }
        let mut memory = std::mem::take(&mut page.memory);
        let judged = self.judge(page, &mut memory, id, glimpse);
        page.memory = memory;
        page.verdict(before, judged, false)
    }

    /// Notes the canonical name of an answer's host, where a recorder that asked the DNS tells it in the pseudo-header `:cname`,
    /// which no server can send; says whether there is one.
    fn learn<'a>(
        &mut self,
        page: &mut Page,
        stage: Stage,
        url: &[u8],
        mut headers: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> bool {
        let told = (stage == Stage::Answered).then(|| headers.find(|(name, _)| *name == ":cname")).flatten();
        let name = told.map(|(_, name)| name.trim_end_matches('.'));
        let Some(name) = name.filter(|name| !name.is_empty() && !name.contains(['/', '?', '#', '@', ':'])) else {
            return false;
        };
        if self.request.read(url).is_ok() {
            page.learn(self.request.host_str(), name);
        }
        true
    }

    fn judge(&mut self, page: &mut Page, memory: &mut Memory, id: u64, glimpse: Glimpse<'_>) -> Judged {
        let is_request = glimpse.stage == Stage::Request;
        // What was sent and answered follows what was asked, mostly at once.
        let is_in_hand = !is_request && self.request.is_of(glimpse.url);
        if let Err(why) = if is_in_hand { Ok(()) } else { self.request.read(glimpse.url) } {
            match why {
                // That it was asked for is told already, or lost.
                _ if !is_request => {}
                // Where somebody may have been asked, nobody knows who.
                NotJudged::Host => page.lose(why.why()),
                _ => page.skip(why.why()),
            }
            return Judged::default();
        }
        if !page.readable {
            if is_request {
                page.skip("page-not-readable");
            }
            return Judged::default();
        }
        if is_request && page.total >= MAX_REQUESTS as u64 {
            page.lose("request-limit");
            return Judged::default();
        }
        if is_request {
            page.total += 1;
            if self.request.cut() {
                page.skip("url-cut");
            }
        }
        let known = page.number_of(self.request.host());
        let fresh = if known.is_none() { Some(self.facts(page)) } else { None };
        let Some(facts) = known.and_then(|number| page.hosts.get(number)).or(fresh.as_ref()) else {
            return Judged::default();
        };
        let third = facts.relation != Relation::SameSite;
        let named = facts.relation == Relation::Other && (facts.actor.is_some() || facts.company().is_some());

        let canonical = is_request
            && facts.may_be_renamed()
            && page.name_of(&facts.name).is_some_and(|name| is_renamed(name, &self.request, &mut self.canonical.0));
        if canonical {
            let (address, matches) = &mut self.canonical;
            self.index.matches(&self.pack, &page.context, address, glimpse.kind, true, matches);
        }
        // Rules are about what is asked for; the rest of an exchange tells no more of that.
        let (matches, added) = if is_request {
            self.index.matches(&self.pack, &page.context, &self.request, glimpse.kind, third, &mut self.matches);
            keep_what_counts(&self.index, &self.pack, &self.request, &mut self.matches);
            self.added.ask(&page.context, &self.request, glimpse.kind, third);
            (&self.matches, &self.added)
        } else {
            (&self.nothing.0, &self.nothing.1)
        };
        let mut found = Found { matches, added, index: &self.index, pack: &self.pack, owner: "" };
        let matched = found.any();
        if let Some(company) = page.company.filter(|_| matched) {
            found.owner = self.actors.name(&self.pack, company);
        }
        let number = known.unwrap_or(page.hosts.len());
        let news = (glimpse.stage == Stage::Sent).then(|| page.told.news(&self.request, &glimpse));
        let glimpse = Glimpse { headers: news.as_ref().map_or(glimpse.headers, |news| &news.headers), ..glimpse };
        let context = &page.context;
        let from = From { host: context.host(), site: context.site(), url: &page.url, scheme: page.scheme };
        let mut seen = Seen::new(glimpse, &self.request, (number, facts), Hosts(&page.hosts), from, found);
        if let Some(news) = &news {
            seen = seen.with_cookies(&news.cookies);
        }
        seen.canonical = canonical.then(|| self.whose_by_dns(page)).flatten();
        if known.is_none() && number >= MAX_HOSTS && !page.has_room(&seen, found) {
            if is_request {
                page.lose("host-limit");
            }
            return Judged::default();
        }
        let mut notes = Vec::new();
        look(&seen, memory, self.techniques, |at, draft| notes.push(self.note(at, draft)));
        if let Some(fresh) = fresh {
            page.numbers.insert(self.request.host().into(), number);
            page.hosts.push(fresh);
        }
        if is_request {
            page.count(number, matched, found);
            if added.over() {
                page.lose("too-many-tried");
            }
        }
        self.redacted.clear();
        let mut written = Written { exact: self.request.exact(), redacted: &mut self.redacted };
        for note in notes {
            page.note(id, number, note, glimpse.kind, is_request, &mut written);
        }
        page.stale |= memory.take_news();
        Judged { matched, third_party: is_request && third, named: is_request && named }
    }

    /// Whose the host of the request in hand is by its canonical name, if it is somebody else's than the page's.
    fn whose_by_dns(&self, page: &Page) -> Option<Canonical<'_>> {
        let host = self.canonical.0.host_str();
        let site = party::registrable(host);
        let company = self.whose(host).company;
        if site == page.context.site() || company.is_some() && company == page.company {
            return None;
        }
        let company = company.map_or("", |company| self.actors.name(&self.pack, company));
        let found = Found {
            matches: &self.canonical.1,
            added: &self.nothing.1,
            index: &self.index,
            pack: &self.pack,
            owner: "",
        };
        Some(Canonical { site, company, found })
    }

    /// A draft as a page keeps it.
    fn note(&self, technique: usize, draft: Draft<'_>) -> Note {
        // A list may name a company that the owners' data knows too: one organisation, one watcher.
        let named = match draft.who {
            Who::Named(name) => Some(match self.actors.company(&self.pack, name) {
                Some(company) => Org::Company(company),
                None => Org::Named(name.into()),
            }),
            Who::Contacted | Who::Site => None,
        };
        Note::new(technique, draft, named)
    }

    /// Draws what only the whole page tells, if anything came that may have changed it: not with each observation, of which
    /// a page can send thousands.
    pub fn settle(&self, page: &mut Page) {
        if page.stale {
            page.concluded = self.conclude(&page.memory, Hosts(&page.hosts));
            page.weigh();
        }
    }

    /// What only the whole page tells.
    fn conclude(&self, memory: &Memory, hosts: Hosts<'_>) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut drafts = Vec::new();
        for (technique, detector) in DETECTORS.iter().enumerate() {
            let Some(conclude) = detector.conclude else { continue };
            conclude(memory, hosts, &mut drafts);
            notes.extend(drafts.drain(..).map(|draft| self.note(technique, draft)));
        }
        notes
    }

    /// What is known of the host of the request in hand, for a page that has not met it yet.
    fn facts(&self, page: &Page) -> Host {
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
        Host {
            name: host.into(),
            site: site.into(),
            relation,
            subdomain: host != site,
            page: host == page.context.host(),
            org: whose.company.map_or_else(|| Org::Domain(site.into()), Org::Company),
            actor: whose.actor.map(|named| (named.id.into(), named.met)),
            category: whose.category,
        }
    }

    /// Judges a whole record at once. Values in it become pseudonyms first, if they are none yet; the salt comes from the
    /// record itself, so that the same record gives the same report.
    pub fn audit(&mut self, log: &PageLog) -> Page {
        let mut pseudonyms = (!log.pseudonymous).then(|| Pseudonyms::new(salt_of(log)));
        let mut page = self.page(rewritten(&mut pseudonyms, log.url.as_bytes()).as_ref());
        for gap in &log.gaps {
            page.gap(&gap.why, gap.count);
        }
        page.records(log.recorded.iter().copied());
        // A name is a host's, whenever it was asked for: it counts for what came before as well.
        for observation in &log.observations {
            if let Observation::Exchange(part) = observation {
                let headers = part.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                self.learn(&mut page, part.stage, part.url.as_bytes(), headers);
            }
        }
        // Two addresses under one id are two requests, of which one would be passed over as told before.
        let mut known: BTreeMap<u64, u64> = BTreeMap::new();
        for observation in &log.observations {
            match observation {
                Observation::Exchange(part) => {
                    let [id, address] = [&part.id, &part.url].map(|text| xxhash_rust::xxh3::xxh3_64(text.as_bytes()));
                    if *known.entry(id).or_insert(address) == address {
                        self.observe_exchange(&mut page, id, part, &mut pseudonyms);
                    } else {
                        page.lose("id-used-twice");
                    }
                }
                Observation::Unreadable { why } => page.lose(why),
            }
        }
        self.settle(&mut page);
        page
    }

    /// Judges what a record tells of an exchange. A recording knows the request's headers with the request; they are as they
    /// were sent.
    fn observe_exchange(&mut self, page: &mut Page, id: u64, part: &Exchange, pseudonyms: &mut Option<Pseudonyms>) {
        let url = rewritten(pseudonyms, part.url.as_bytes());
        let raw = part.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let answered = part.stage == Stage::Answered;
        let (own, body) = match pseudonyms {
            Some(pseudonyms) => {
                let direction = if answered { Direction::Answered } else { Direction::Sent };
                let media = part.headers.iter().find(|(name, _)| name == "content-type");
                let media = media.map_or("", |(_, media)| media);
                let body = part.body.as_deref().map(|body| pseudonyms.body(body.as_bytes(), media));
                let headers = pseudonyms.headers(direction, raw.clone());
                page.leave_out(pseudonyms.take_dropped());
                (headers, body.map(Cow::Owned))
            }
            None => (Vec::new(), part.body.as_deref().map(Cow::Borrowed)),
        };
        let headers: Vec<(&str, &str)> = if pseudonyms.is_some() {
            own.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
        } else {
            let more = part.headers.len().saturating_sub(MAX_HEADERS) as u64;
            page.leave_out(Dropped { headers: more, ..Dropped::default() });
            raw.take(MAX_HEADERS).collect()
        };
        let glimpse = Glimpse {
            stage: part.stage,
            url: &url,
            kind: part.kind,
            method: &part.method,
            time: part.time,
            headers: &headers,
            body: body.as_deref(),
            status: part.status,
            security: part.security.as_ref(),
        };
        if part.stage == Stage::Request && !headers.is_empty() {
            self.observe_part(page, id, Glimpse { headers: &[], ..glimpse });
            self.observe_part(page, id, Glimpse { stage: Stage::Sent, body: None, ..glimpse });
        } else {
            self.observe_part(page, id, glimpse);
        }
    }

    /// What is told of a page, as it was when [`Engine::settle`] was called last.
    pub fn page_report(&self, page: &Page) -> PageReport {
        Teller::new(self, page).tell()
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

/// A salt that only whoever has the record knows. In which order it tells things means nothing.
fn salt_of(log: &PageLog) -> [u8; 16] {
    let of_text = |hash: &mut xxhash_rust::xxh3::Xxh3, text: &str| {
        hash.update(text.as_bytes());
        hash.update(&[0xff]);
    };
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    of_text(&mut hash, &log.url);
    let mut sum = hash.digest128();
    for observation in &log.observations {
        let Observation::Exchange(part) = observation else { continue };
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        of_text(&mut hash, &part.url);
        for (name, value) in &part.headers {
            of_text(&mut hash, name);
            of_text(&mut hash, value);
        }
        of_text(&mut hash, part.body.as_deref().unwrap_or_default());
        sum = sum.wrapping_add(hash.digest128());
    }
    sum.to_le_bytes()
}

/// An address as it is judged.
fn rewritten<'a>(pseudonyms: &mut Option<Pseudonyms>, url: &'a [u8]) -> Cow<'a, [u8]> {
    let Some(pseudonyms) = pseudonyms else { return Cow::Borrowed(url) };
    let mut out = Vec::with_capacity(url.len().min(MAX_URL));
    // Who logs in is no part of where a request goes, and must not push the host behind the cut.
    match address::user_information(url) {
        Some(user) => {
            let parts = [url.get(..user.start).unwrap_or_default(), url.get(user.end..).unwrap_or_default()];
            pseudonyms.url(&parts.concat(), &mut out);
        }
        None => pseudonyms.url(url, &mut out),
    }
    Cow::Owned(out)
}

/// Writes a request as it would be under its host's canonical name.
fn is_renamed(name: &str, request: &Address, out: &mut Address) -> bool {
    out.read(&[b"https://", name.as_bytes(), request.path()].concat()).is_ok() && out.host() != request.host()
}

/// Hands on what so many of the techniques say, each with the technique's place in [`DETECTORS`].
fn look<'a>(seen: &Seen<'a>, memory: &mut Memory, techniques: usize, mut each: impl FnMut(usize, Draft<'a>)) {
    let mut drafts = Vec::new();
    for (technique, detector) in DETECTORS.iter().enumerate().take(techniques) {
        (detector.look)(seen, memory, &mut drafts);
        // Nearly always there is nothing to tell.
        if !drafts.is_empty() {
            drafts.drain(..).for_each(|draft| each(technique, draft));
        }
    }
}
