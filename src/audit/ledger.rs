//! One page's ledger: who was contacted, what was found, what could not be seen. Bounded, whatever a page does.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{Judged, MAX_EVIDENCE, MAX_FINDINGS, MAX_HOSTS, MAX_KNOWN_HOSTS, MAX_NAMES, MAX_REQUESTS, Verdict, look};
use crate::address::{Address, Scheme};
use crate::detectors::DETECTORS;
use crate::finding::{Confidence, Level};
use crate::grade;
use crate::observation::{LEFT_OUT, Part, RequestType, Stage};
use crate::pseudonym::{self, Dropped, Value};
use crate::redact;
use crate::report::Evidence;
use crate::rules::actors::{self, Company};
use crate::rules::index::{PageContext, RuleId};
use crate::seen::hosts::{Host, Met, Org};
use crate::seen::{Details, Draft, Example, Found, Glimpse, MAX_DETAIL, Memory, Place, Relation, Seen, Who};

/// How many different reasons a page's record can give for what it left out.
const MAX_REASONS: usize = 32;
/// How many exchanges a finding remembers, so that none is counted twice. The parts of one come near each other: a browser has a
/// handful of requests to a host under way, or some dozens over one connection.
const MAX_COUNTED: usize = 64;

/// How many findings one technique can have of one host: so none can take the room of all others.
const MAX_SHARE: usize = 64;
/// How many findings more there is room for where a rule names what was seen.
const MAX_NAMED_FINDINGS: usize = 1_000;
/// How many different header lines and cookies are remembered that hosts were sent.
const MAX_TOLD: usize = 8_192;

/// How often something was, by its reason.
#[derive(Debug, Clone, Default)]
pub(super) struct Reasons(pub(super) BTreeMap<String, u64>);

impl Reasons {
    pub(super) fn add(&mut self, why: &str, count: u64) {
        if let Some(known) = self.0.get_mut(why) {
            *known = known.saturating_add(count);
        } else if self.0.len() < MAX_REASONS {
            // A record from outside could give a novel as its reason.
            self.0.insert(why.chars().take(64).collect(), count);
        }
    }
}

/// Hashes of the header lines and cookies that hosts were sent.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<u64, (), BuildHasherDefault<Spread>>);

/// Spreads numbers that are hashes, or follow each other.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        // Fibonacci hashing: 2^64 by the golden ratio.
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// What a host is sent along with a request, and was not sent before.
#[derive(Debug)]
pub(super) struct News<'a> {
    pub(super) headers: Vec<(&'a str, &'a str)>,
    pub(super) cookies: Vec<(&'a str, Value<'a>)>,
}

impl Told {
    /// Browsers send nearly the same with each request: what is known is not looked at again, but for what is told of the one
    /// request.
    pub(super) fn news<'a>(&mut self, to: &Address, glimpse: &Glimpse<'a>) -> News<'a> {
        // On the way to a page a host is the page's own.
        let is_page = glimpse.kind == RequestType::MainFrame;
        let place = xxh3_64_with_seed(to.host(), u64::from(is_page) << 4 | to.scheme() as u64);
        let mut is_new = |name: &str, value: &str| {
            let line = xxh3_64_with_seed(value.as_bytes(), xxh3_64_with_seed(name.as_bytes(), place));
            if self.0.len() < MAX_TOLD { self.0.insert(line, ()).is_none() } else { !self.0.contains_key(&line) }
        };
        let (mut headers, mut cookies) = (Vec::new(), Vec::new());
        for (name, value) in glimpse.headers {
            let is_of_request = matches!(*name, "authorization" | "ping-from" | "ping-to");
            if !is_of_request && !is_new(name, value) {
                continue;
            }
            headers.push((*name, *value));
            if *name == "cookie" {
                let pieces = value.split(';').filter(|piece| is_new("", piece.trim()));
                cookies.extend(pieces.flat_map(pseudonym::cookies));
            }
        }
        News { headers, cookies }
    }
}

/// A request's URL, to be redacted once, and only if a finding keeps it.
pub(super) struct Written<'a> {
    pub(super) exact: &'a [u8],
    /// Empty until it is asked for.
    pub(super) redacted: &'a mut String,
}

impl Written<'_> {
    fn redacted(&mut self) -> &str {
        if self.redacted.is_empty() {
            redact::url(self.exact, self.redacted);
        }
        self.redacted
    }
}

/// A draft that rests on nothing but itself.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) technique: usize,
    pub(super) level: Level,
    pub(super) confidence: Confidence,
    /// Whether it is about nobody but the site.
    of_site: bool,
    /// The organisation that a list names, though the host bears another name.
    named: Option<Org>,
    rule: Option<RuleId>,
    exception: Option<RuleId>,
    subject: Option<(Place, Box<str>)>,
    host: Option<usize>,
    from: Option<usize>,
    details: Details,
    example: Option<Rc<Example>>,
}

impl Note {
    pub(super) fn new(technique: usize, draft: Draft<'_>, named: Option<Org>) -> Self {
        // What a page calls a thing may be a value in disguise.
        let name = |name: &str| -> Box<str> {
            if redact::is_name(name.as_bytes(), b"x") {
                name.chars().take(MAX_DETAIL).collect::<String>().into()
            } else {
                "…".into()
            }
        };
        Self {
            technique,
            level: draft.level,
            confidence: draft.confidence,
            of_site: draft.who == Who::Site,
            named,
            rule: draft.rule,
            exception: draft.exception,
            subject: draft.subject.map(|(place, called)| (place, name(called))),
            host: draft.host,
            from: draft.from,
            details: draft.details,
            example: draft.example,
        }
    }

    pub(super) fn weight(&self) -> Level {
        grade::effective(self.level, self.confidence)
    }

    fn key(&self, host: usize) -> FindingKey {
        FindingKey {
            technique: self.technique,
            host: self.host.unwrap_or(host),
            rule: self.rule,
            exception: self.exception,
            subject: self.subject.clone(),
            from: self.from,
        }
    }

    /// Whose doing it is, where it is somebody else's than the site's.
    fn who(&self, hosts: &[Host], host: usize) -> Option<Org> {
        if self.of_site {
            return None;
        }
        self.named.clone().or_else(|| {
            let host = hosts.get(self.host.unwrap_or(host));
            host.filter(|host| host.relation == Relation::Other).map(|host| host.org.clone())
        })
    }
}

#[derive(Debug)]
pub(super) struct WatcherLedger {
    pub(super) requests: u64,
    /// The worst weight among its findings, those without room too.
    pub(super) level: Level,
    /// Actors of our own lists, by their ids.
    pub(super) actors: BTreeMap<Box<str>, Met>,
    pub(super) hosts: BTreeSet<usize>,
    pub(super) category: u8,
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
pub(super) struct FindingKey {
    pub(super) technique: usize,
    pub(super) host: usize,
    pub(super) rule: Option<RuleId>,
    pub(super) exception: Option<RuleId>,
    pub(super) subject: Option<(Place, Box<str>)>,
    pub(super) from: Option<usize>,
}

#[derive(Debug)]
pub(super) struct FindingLedger {
    pub(super) level: Level,
    pub(super) confidence: Confidence,
    pub(super) who: Option<Org>,
    /// In how many exchanges it was seen.
    pub(super) count: u64,
    /// The last of them.
    counted: VecDeque<u64>,
    pub(super) details: Details,
    pub(super) evidence: Vec<Evidence>,
}

/// One page's ledger.
#[derive(Debug, Default)]
pub struct Page {
    pub(super) url: String,
    pub(super) readable: bool,
    pub(super) context: PageContext,
    pub(super) scheme: Option<Scheme>,
    pub(super) company: Option<Company>,
    pub(super) category: u8,
    /// The actor under which our own lists name its host.
    pub(super) actor: Option<(Box<str>, Met)>,
    /// Of which exchanges which parts were seen: a bit for each stage.
    ids: HashMap<u64, u8, BuildHasherDefault<Spread>>,
    pub(super) told: Told,
    /// The numbers of its hosts.
    pub(super) numbers: BTreeMap<Box<[u8]>, usize>,
    pub(super) hosts: Vec<Host>,
    /// The number of the host that was seen last: what follows is often of the same.
    last: usize,
    pub(super) watchers: BTreeMap<Org, WatcherLedger>,
    pub(super) findings: BTreeMap<FindingKey, FindingLedger>,
    /// How many of them each technique has of each host.
    shares: BTreeMap<(usize, usize), usize>,
    pub(super) memory: Memory,
    /// What only the whole page tells, as of when that was last drawn.
    pub(super) concluded: Vec<Note>,
    /// Whether it is to be drawn anew.
    pub(super) stale: bool,
    level: Level,
    /// The worst of `level` and what is concluded.
    worst: Level,
    /// The worst weight among the findings that nobody else stands behind, those without room too.
    pub(super) site_level: Level,
    recorded: BTreeSet<Part>,
    /// Of hosts their canonical names, where those were asked for; a host's own where it has no other.
    names: BTreeMap<Box<str>, Box<str>>,
    pub(super) total: u64,
    pub(super) third_party: u64,
    pub(super) same_owner: u64,
    pub(super) matched: u64,
    pub(super) skipped: Reasons,
    /// Of what was skipped, that which may have been a contact with anybody.
    pub(super) lost: Reasons,
    /// What is missing of exchanges that were seen: words of [`LEFT_OUT`].
    pub(super) left_out: Reasons,
    gaps: Reasons,
}

impl Page {
    /// Notes something that could not be seen.
    pub fn gap(&mut self, why: &str, count: u64) {
        if LEFT_OUT.iter().any(|(known, _)| *known == why) {
            self.left_out.add(why, count);
        } else {
            self.gaps.add(why, count);
        }
    }

    /// Notes what is recorded of it at all.
    pub fn records(&mut self, parts: impl IntoIterator<Item = Part>) {
        self.recorded.extend(parts);
    }

    /// What its detectors kept of it, which it then lacks: so that a test can weigh that alone.
    pub fn take_memory(&mut self) -> Memory {
        std::mem::take(&mut self.memory)
    }

    /// Notes the canonical name of a host; the first that is told counts.
    pub(super) fn learn(&mut self, host: &str, name: &str) {
        if self.names.len() < MAX_NAMES && !self.names.contains_key(host) {
            self.names.insert(host.into(), name.into());
        }
    }

    /// The canonical name of a host, where that was told.
    pub(super) fn name_of(&self, host: &str) -> Option<&str> {
        self.names.get(host).map(|name| &**name)
    }

    /// The first of these that is not recorded, or not of all hosts.
    pub(super) fn lacks(&self, parts: &[Part]) -> Option<Part> {
        let nameless = || self.hosts.iter().any(|host| host.may_be_renamed() && !self.names.contains_key(&host.name));
        parts.iter().copied().find(|&part| !self.recorded.contains(&part) || part == Part::Dns && nameless())
    }

    /// Why something of these is missing.
    pub(super) fn lacks_some(&self, mut parts: impl Iterator<Item = Part>) -> Option<&'static str> {
        parts.find_map(|part| {
            let of =
                |(why, parts): &&(&'static str, &[Part])| parts.contains(&part) && self.left_out.0.contains_key(*why);
            LEFT_OUT.iter().find(of).map(|(why, _)| *why)
        })
    }

    /// Takes over what could not be seen, and what is recorded: the same page under its final address is as half-seen as it
    /// was.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn keep_gaps_of(&mut self, other: &Page) {
        self.gaps.clone_from(&other.gaps);
        self.left_out.clone_from(&other.left_out);
        self.recorded.clone_from(&other.recorded);
    }

    /// The number of a host, if it is known.
    pub(super) fn number_of(&mut self, host: &[u8]) -> Option<usize> {
        if self.hosts.get(self.last).is_some_and(|last| last.name.as_bytes() == host) {
            return Some(self.last);
        }
        let number = self.numbers.get(host).copied();
        self.last = number.unwrap_or(self.last);
        number
    }

    /// Notes that a part of an exchange is there; says whether that is new, and `None` where there is no room.
    pub(super) fn is_new(&mut self, id: u64, stage: Stage) -> Option<bool> {
        if self.ids.len() >= MAX_REQUESTS * Stage::ALL.len() {
            return None;
        }
        let seen = self.ids.entry(id).or_default();
        let bit = 1 << stage as u8;
        let is_new = *seen & bit == 0;
        *seen |= bit;
        Some(is_new)
    }

    pub(super) fn skip(&mut self, why: &str) {
        self.skipped.add(why, 1);
    }

    /// Counts what of messages was not kept, for want of room.
    pub(super) fn leave_out(&mut self, dropped: Dropped) {
        let Dropped { headers, cookies, bodies } = dropped;
        for (why, count) in [("headers-left-out", headers), ("cookies-left-out", cookies), ("bodies-left-out", bodies)]
        {
            if count > 0 {
                self.left_out.add(why, count);
            }
        }
    }

    /// Skips what nobody looked at. An address that is none was asked of nobody; this may have been asked of anybody.
    pub(super) fn lose(&mut self, why: &str) {
        self.skip(why);
        self.lost.add(why, 1);
    }

    /// Whether a host that goes over [`MAX_HOSTS`] is told apart all the same. A page has any number of hosts, of its own and
    /// made up, and a path for each that some rule matches; it must not be able to hide somebody behind them.
    pub(super) fn has_room(&self, seen: &Seen<'_>, found: Found<'_>) -> bool {
        let facts = seen.facts();
        let company = facts.company();
        let names = !found.matches.blocking.is_empty() || found.added.name_it();
        let room = if facts.relation == Relation::SameSite || company.is_none() {
            MAX_KNOWN_HOSTS / 2
        } else {
            MAX_KNOWN_HOSTS
        };
        if (names || company.is_some()) && self.hosts.len() < MAX_HOSTS + room {
            return true;
        }
        // A known company and an actor of our own lists are never crowded out: there are so many of them and no more, and
        // beyond the limit each has one host; an actor one of each kind, as its public site is not what it does.
        let other = facts.relation == Relation::Other;
        if other && company.is_some() && !self.watchers.contains_key(&facts.org) {
            return true;
        }
        let is_met = |(id, met): (&str, Met)| {
            let by_host = |facts: &Host| {
                facts.actor.as_ref().is_some_and(|(known, before)| &**known == id && before.says_all_of(met))
            };
            let by_rule = |one: &WatcherLedger| one.actors.get(id).is_some_and(|before| before.says_all_of(met));
            self.hosts.iter().any(by_host) || self.watchers.values().any(by_rule)
        };
        let by_host = facts.actor.as_ref().map(|(id, met)| (&**id, *met));
        let by_rule = found.own_rules().filter(|_| other).map(|own| (own.actor, Met::by(own.standing)));
        if by_host.into_iter().chain(by_rule).any(|actor| !is_met(actor)) {
            return true;
        }
        // Nor is what makes the page graver: there are but five levels.
        let mut graver = false;
        look(seen, &mut Memory::default(), DETECTORS.len(), |_, draft| {
            graver |= grade::effective(draft.level, draft.confidence) > self.level;
        });
        graver
    }

    /// Counts a request to the host of that number.
    pub(super) fn count(&mut self, number: usize, matched: bool, found: Found<'_>) {
        let Some(host) = self.hosts.get(number) else { return };
        self.third_party += u64::from(host.relation != Relation::SameSite);
        self.same_owner += u64::from(host.relation == Relation::SameOwner);
        self.matched += u64::from(matched);
        if host.relation != Relation::Other {
            return;
        }
        // Looked for first: its name is cloned for the first request only.
        let watcher = match self.watchers.get_mut(&host.org) {
            Some(watcher) => watcher,
            None => self.watchers.entry(host.org.clone()).or_default(),
        };
        watcher.requests += 1;
        if watcher.hosts.insert(number)
            && let Some((id, met)) = &host.actor
        {
            watcher.actors.entry(id.clone()).or_default().add(*met);
        }
        watcher.category = watcher.category.min(host.category);
        // Each rule of ours says whom it is about: one can name a form of request at a host that is many things.
        for own in found.own_rules() {
            match watcher.actors.get_mut(own.actor) {
                Some(known) => known.add(Met::by(own.standing)),
                None => _ = watcher.actors.insert(own.actor.into(), Met::by(own.standing)),
            }
        }
    }

    /// The level and the number of organisations that look on; see [`super::Engine::settle`].
    pub fn badge(&self) -> (Option<Level>, u32) {
        (self.told(), u32::try_from(self.watchers.len()).unwrap_or(u32::MAX))
    }

    /// Nothing seen is not nothing there: without one observation, with an unreadable address, or with a part of the
    /// page unseen and nothing found in the rest, the level is not known.
    pub(super) fn told(&self) -> Option<Level> {
        let blind = !self.readable || self.total == 0 || self.unseen().next().is_some();
        if blind && self.worst == Level::None { None } else { Some(self.worst) }
    }

    /// Why parts of the page were not looked at, and how often: gaps in the record, then limits of ours and what could
    /// not be read.
    pub(super) fn unseen(&self) -> impl Iterator<Item = (&String, &u64)> {
        self.gaps.0.iter().chain(&self.lost.0)
    }

    pub(super) fn verdict(&self, before: (Option<Level>, u32), judged: Judged, duplicate: bool) -> Verdict {
        let (level, watchers) = self.badge();
        Verdict { level, watchers, changed: self.stale || before != (level, watchers), judged, duplicate }
    }

    /// The techniques that something was found of, as often as it was.
    pub(super) fn techniques(&self) -> impl Iterator<Item = usize> {
        self.findings.keys().map(|key| key.technique)
    }

    /// What is concluded has changed.
    pub(super) fn weigh(&mut self) {
        self.stale = false;
        self.worst = self.concluded.iter().map(Note::weight).fold(self.level, Level::max);
    }

    /// Notes what a detector said of a part of the exchange of that id, with the host of that number.
    pub(super) fn note(
        &mut self,
        id: u64,
        number: usize,
        note: Note,
        kind: RequestType,
        is_request: bool,
        url: &mut Written<'_>,
    ) {
        let (key, weight) = (note.key(number), note.weight());
        let who = note.who(&self.hosts, number);
        // What there is no room to tell counts all the same: else a page could bury the worst under thousands of trifles.
        self.level = self.level.max(weight);
        self.worst = self.worst.max(weight);
        match &who {
            Some(who) => {
                let watcher = match self.watchers.get_mut(who) {
                    Some(watcher) => watcher,
                    None => self.watchers.entry(who.clone()).or_default(),
                };
                watcher.level = watcher.level.max(weight);
                if note.named.is_some() {
                    // The host bears the site's own name, so it was not counted as anybody's yet; nor where an answer tells whose
                    // it is.
                    watcher.requests = (watcher.requests + u64::from(is_request)).max(1);
                }
                watcher.hosts.insert(key.host);
            }
            None => self.site_level = self.site_level.max(weight),
        }
        let share = (key.technique, key.host);
        if !self.findings.contains_key(&key) {
            let its = self.shares.get(&share).copied().unwrap_or_default();
            // What a list names is there as often as there are rules: made-up names must not take its room.
            let room = if key.rule.is_some() { MAX_FINDINGS + MAX_NAMED_FINDINGS } else { MAX_FINDINGS };
            if its >= MAX_SHARE || self.findings.len() >= room {
                self.lose("finding-limit");
                return;
            }
            self.shares.insert(share, its + 1);
        }
        let finding = self.findings.entry(key).or_insert_with(|| FindingLedger::new(&note, who));
        finding.count_once(id);
        finding.add(&note);
        match &note.example {
            Some(example) => finding.example(example.kind.name(), &example.url),
            None => {
                if finding.is_behind(url.exact) {
                    return;
                }
                finding.example(kind.name(), url.redacted());
            }
        }
    }

    /// What is concluded, as findings; and the worst weight of all that nobody else stands behind.
    pub(super) fn all_concluded(&self) -> (Vec<(FindingKey, FindingLedger)>, Level) {
        let mut all: BTreeMap<FindingKey, FindingLedger> = BTreeMap::new();
        let mut of_site = self.site_level;
        for note in &self.concluded {
            let key = note.key(usize::MAX);
            let who = note.who(&self.hosts, usize::MAX);
            if who.is_none() {
                of_site = of_site.max(note.weight());
            }
            let finding = all.entry(key).or_insert_with(|| FindingLedger::new(note, who));
            finding.count += 1;
            finding.add(note);
            if let Some(example) = &note.example {
                finding.example(example.kind.name(), &example.url);
            }
        }
        (all.into_iter().collect(), of_site)
    }
}

impl FindingLedger {
    fn new(note: &Note, who: Option<Org>) -> Self {
        Self {
            level: note.level,
            confidence: note.confidence,
            who,
            count: 0,
            counted: VecDeque::new(),
            details: Details::default(),
            evidence: Vec::new(),
        }
    }

    /// Counts an exchange, of which several parts may show the same.
    fn count_once(&mut self, id: u64) {
        if self.counted.contains(&id) {
            return;
        }
        if self.counted.len() >= MAX_COUNTED {
            self.counted.pop_front();
        }
        self.counted.push_back(id);
        self.count += 1;
    }

    /// Adds what is said; the gravest of all says how grave it is.
    fn add(&mut self, note: &Note) {
        let weight = |level, confidence| (grade::effective(level, confidence), level, confidence);
        if weight(note.level, note.confidence) > weight(self.level, self.confidence) {
            (self.level, self.confidence) = (note.level, note.confidence);
        }
        self.details.join(note.details.clone());
    }

    /// Whether a URL is sure not to be among the examples that are kept.
    fn is_behind(&self, exact: &[u8]) -> bool {
        self.evidence.get(MAX_EVIDENCE - 1).is_some_and(|last| redact::comes_behind(exact, &last.url))
    }

    fn example(&mut self, kind: &'static str, url: &str) {
        let order = (url, kind);
        let place = self.evidence.iter().position(|kept| order <= (kept.url.as_str(), kept.kind));
        let place = place.unwrap_or(self.evidence.len());
        let known = self.evidence.get(place).is_some_and(|kept| order == (kept.url.as_str(), kept.kind));
        if place < MAX_EVIDENCE && !known {
            self.evidence.insert(place, Evidence { kind, url: url.to_owned() });
            self.evidence.truncate(MAX_EVIDENCE);
        }
    }
}
