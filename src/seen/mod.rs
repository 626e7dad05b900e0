//! What a detector sees of a part of an exchange, and what it can say of it. Hands out which rules were found; knows no
//! detector, and keeps nothing.

pub mod endpoint;
pub mod hosts;
pub mod identifiers;
pub mod memory;
pub mod sent;
pub mod service;
pub mod whereabouts;
pub mod words;

use std::cell::{LazyCell, OnceCell};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::rc::Rc;

pub use self::hosts::{Host, Hosts, Relation};
pub use self::identifiers::Identifiers;
pub use self::memory::{Bounded, Memory, State};
use crate::address::{Address, Scheme};
use crate::finding::{Confidence, Level};
use crate::kinds::Standing;
use crate::observation::{RequestType, Security, Stage};
use crate::pseudonym::{self, SetCookie, Value};
use crate::redact;
use crate::rules::added::{Added, AddedLists};
use crate::rules::index::{EVERY_SITE, Index, Matches, RuleId};
use crate::rules::pack::Bytes;

/// A part of an exchange as it comes in: [`crate::observation::Exchange`], borrowed, with values that are pseudonyms.
#[derive(Debug, Clone, Copy, Default)]
pub struct Glimpse<'a> {
    /// Of which part it tells.
    pub stage: Stage,
    /// The URL.
    pub url: &'a [u8],
    /// What it was for.
    pub kind: RequestType,
    /// The HTTP method; empty where not known.
    pub method: &'a str,
    /// When, in milliseconds since the page's first request, where known.
    pub time: Option<u64>,
    /// Names in lower case, and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// What the request carries: `name=value` pairs, as `pseudonym` makes them.
    pub body: Option<&'a str>,
    /// The HTTP status; 0 where not known.
    pub status: u16,
    /// How the connection is secured.
    pub security: Option<&'a Security>,
}

/// An example of what a finding rests on, kept for findings that are made later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// The address, values elided.
    pub url: Box<str>,
    /// What it was for.
    pub kind: RequestType,
}

impl Example {
    /// Keeps the first of two by alphabet, so that the order of events means nothing. Says whether that is another than before.
    pub fn keep_first(known: &mut Option<Rc<Self>>, example: Rc<Self>) -> bool {
        let is_first = known.as_ref().is_none_or(|known| example < *known);
        if is_first {
            *known = Some(example);
        }
        is_first
    }
}

/// The lists, loaded, and which of their rules match.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The rules that match.
    pub matches: &'a Matches,
    /// The rules themselves.
    pub index: &'a Index,
    /// The pack they lie in.
    pub pack: &'a Bytes,
    /// The lists that the person added, and which of their rules match it.
    pub added: &'a AddedLists,
    /// The name of the organisation that owns the page; empty where it is not known, or where no rule matches.
    pub owner: &'a str,
}

/// A part of an exchange as a detector sees it.
#[derive(Debug)]
pub struct Seen<'a> {
    glimpse: Glimpse<'a>,
    /// Where it went.
    pub address: &'a Address,
    /// The number of its host.
    pub host: usize,
    /// The hosts of the page so far.
    pub hosts: Hosts<'a>,
    /// The page's host.
    pub page_host: &'a str,
    /// The page's registrable domain.
    pub page_site: &'a str,
    /// The page's address, values elided.
    pub page_url: &'a str,
    /// How the page itself came over the network.
    pub page_scheme: Option<Scheme>,
    facts: &'a Host,
    found: Found<'a>,
    own: Option<(RuleId, Standing)>,
    /// Whose the host is by the DNS, where that is another organisation's.
    pub canonical: Option<Canonical<'a>>,
    example: OnceCell<Rc<Example>>,
    cookies: &'a [(&'a str, Value<'a>)],
    parsed: Parsed<'a>,
}

/// What the detectors ask for again and again, read when the first of them asks.
#[derive(Debug, Default)]
struct Parsed<'a> {
    params: OnceCell<Vec<(&'a str, Value<'a>)>>,
    body: OnceCell<Vec<(&'a str, Value<'a>)>>,
    path: OnceCell<Value<'a>>,
    set_cookies: OnceCell<Vec<SetCookie<'a>>>,
}

/// A rule of our own list that matches a request.
#[derive(Debug, Clone, Copy)]
pub struct OwnRule<'a> {
    /// The rule.
    pub rule: RuleId,
    /// What stands over it.
    pub standing: Standing,
    /// The id of the actor whom it is about.
    pub actor: &'a str,
    /// How long its pattern is, as [`crate::rules::index::Match`] has it.
    length: u16,
}

impl OwnRule<'_> {
    /// Of several the gravest says most, then the most exact, then the first.
    fn weight(&self) -> (Level, u16, Reverse<RuleId>) {
        (self.standing.level(), self.length, Reverse(self.rule))
    }
}

impl<'a> Found<'a> {
    /// The rules of our own list that match.
    pub fn own_rules(self) -> impl Iterator<Item = OwnRule<'a>> + use<'a> {
        let (matches, index, pack) = (self.matches, self.index, self.pack);
        matches.blocking.iter().filter(|found| index.is_own(found.rule)).map(|found| {
            let (title, actor) = index.heading(pack, found.rule);
            OwnRule { rule: found.rule, standing: Standing::of(title), actor, length: found.length }
        })
    }

    /// Whether a rule says anything of the request.
    pub fn any(self) -> bool {
        !self.matches.blocking.is_empty() || !self.matches.params.is_empty() || self.added.name_it()
    }
}

/// Whose a host of the site's own name is by the DNS, where that was asked.
#[derive(Debug, Clone, Copy)]
pub struct Canonical<'a> {
    /// The registrable domain of its canonical name: another site's, and not of the organisation that owns the page's.
    pub site: &'a str,
    /// The name of the organisation that owns it; empty where that is not known.
    pub company: &'a str,
    /// The rules that match the same request, had it been made under that name.
    pub found: Found<'a>,
}

impl Canonical<'_> {
    /// The rule that says most of whom it names: one of our own lists, else one of a bundled list that names the host, as a path
    /// says nothing of whose it is; and how grave our own lists say it is.
    pub fn rule(&self) -> Option<(RuleId, Option<Standing>)> {
        if let Some(own) = self.found.own_rules().max_by_key(OwnRule::weight) {
            return Some((own.rule, Some(own.standing)));
        }
        let (index, pack) = (self.found.index, self.found.pack);
        let all = self.found.matches.blocking.iter().filter(|found| index.names_a_host(pack, found.rule));
        all.min_by_key(|found| (u16::MAX - found.length, found.rule)).map(|found| (found.rule, None))
    }
}

/// Where a page is from which something is asked.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// Its host.
    pub host: &'a str,
    /// Its registrable domain.
    pub site: &'a str,
    /// Its address, values elided.
    pub url: &'a str,
    /// How it came over the network.
    pub scheme: Option<Scheme>,
}

impl<'a> Seen<'a> {
    /// Of a host of these, as a page saw it. `facts` are the host's: it may not be among `hosts` yet.
    pub fn new(
        glimpse: Glimpse<'a>,
        address: &'a Address,
        (host, facts): (usize, &'a Host),
        hosts: Hosts<'a>,
        page: From<'a>,
        found: Found<'a>,
    ) -> Self {
        let own = found.own_rules().max_by_key(OwnRule::weight).map(|own| (own.rule, own.standing));
        let (page_host, page_site, page_url, page_scheme) = (page.host, page.site, page.url, page.scheme);
        let example = OnceCell::new();
        let canonical = None;
        Self {
            glimpse,
            address,
            host,
            hosts,
            page_host,
            page_site,
            page_url,
            page_scheme,
            facts,
            found,
            own,
            canonical,
            example,
            cookies: &[],
            parsed: Parsed::default(),
        }
    }

    /// With the cookies that were sent along.
    pub fn with_cookies(self, cookies: &'a [(&'a str, Value<'a>)]) -> Self {
        Self { cookies, ..self }
    }

    /// Of which part of the exchange it tells.
    pub fn stage(&self) -> Stage {
        self.glimpse.stage
    }

    /// Whether it tells that something is asked for.
    pub fn is_request(&self) -> bool {
        self.glimpse.stage == Stage::Request
    }

    /// What it was for.
    pub fn kind(&self) -> RequestType {
        self.glimpse.kind
    }

    /// The HTTP method; empty where not known.
    pub fn method(&self) -> &'a str {
        self.glimpse.method
    }

    /// When, in milliseconds since the page's first request, where known.
    pub fn time(&self) -> Option<u64> {
        self.glimpse.time
    }

    /// The HTTP status; 0 where not known.
    pub fn status(&self) -> u16 {
        self.glimpse.status
    }

    /// How the connection is secured.
    pub fn security(&self) -> Option<&'a Security> {
        self.glimpse.security
    }

    /// Whose doing it is.
    pub fn relation(&self) -> Relation {
        self.facts.relation
    }

    /// Whether it went to another organisation than the page's.
    pub fn is_other(&self) -> bool {
        self.facts.relation == Relation::Other
    }

    /// What is known of its host.
    pub fn facts(&self) -> &'a Host {
        self.facts
    }

    /// The name of its host.
    pub fn host_name(&self) -> &'a str {
        self.address.host_str()
    }

    /// The headers: of those that were sent what the host was not sent before, or all that was answered.
    pub fn headers(&self) -> &'a [(&'a str, &'a str)] {
        self.glimpse.headers
    }

    /// The first header of that name (in lower case).
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.glimpse.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// Where it was redirected to.
    pub fn location(&self) -> Option<&'a str> {
        if self.glimpse.stage == Stage::Answered { self.header("location") } else { None }
    }

    /// The parameters of the address's query.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let read = || pseudonym::pairs(self.address.query()).collect();
        self.parsed.params.get_or_init(read).iter().copied()
    }

    /// The first parameter of that name.
    pub fn param(&self, name: &str) -> Option<Value<'a>> {
        self.params().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The address's path, without its parameters.
    pub fn path(&self) -> Value<'a> {
        let read = || {
            let path = self.address.path().split(|byte| matches!(byte, b'?' | b';')).next().unwrap_or_default();
            Value::read(std::str::from_utf8(path).unwrap_or_default())
        };
        *self.parsed.path.get_or_init(read)
    }

    /// What the request carries, as pairs; JSON is flattened, its names joined by dots.
    pub fn body(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let read = || pseudonym::pairs(self.glimpse.body.unwrap_or_default().as_bytes()).collect();
        self.parsed.body.get_or_init(read).iter().copied()
    }

    /// Whether it carries anything beside its address.
    pub fn has_body(&self) -> bool {
        self.glimpse.body.is_some_and(|body| !body.is_empty())
    }

    /// The cookies that were sent along and that the host was not sent before.
    pub fn cookies(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.cookies.iter().copied()
    }

    /// The cookies that the answer sets.
    pub fn set_cookies(&self) -> impl Iterator<Item = SetCookie<'a>> {
        let lines = self.glimpse.headers.iter().filter(|(name, _)| *name == "set-cookie");
        let now = LazyCell::new(|| self.header("date").and_then(pseudonym::http_date));
        let read = || lines.flat_map(|(_, line)| pseudonym::set_cookies(line, *now)).collect();
        self.parsed.set_cookies.get_or_init(read).iter().copied()
    }

    /// An example to be kept for a finding that may be made later.
    pub fn example(&self) -> Rc<Example> {
        let make = || {
            let mut url = String::new();
            redact::url(self.address.exact(), &mut url);
            Rc::new(Example { url: url.into(), kind: self.glimpse.kind })
        };
        Rc::clone(self.example.get_or_init(make))
    }

    /// Keeps its example, if that comes first by alphabet; says whether it does. It is not written where it is sure not to.
    pub fn keep_example(&self, known: &mut Option<Rc<Example>>) -> bool {
        let is_behind = known.as_ref().is_some_and(|known| redact::comes_behind(self.address.exact(), &known.url));
        !is_behind && Example::keep_first(known, self.example())
    }

    /// Whose doing it is: the contacted organisation's, or the site's own.
    pub fn who(&self) -> Who<'static> {
        if self.is_other() { Who::Contacted } else { Who::Site }
    }

    /// The same level, or low where a host of the site's own is asked: on its own site an organisation learns nothing that
    /// the visit did not tell it already.
    pub fn unless_at_home(&self, level: Level) -> Level {
        if self.is_other() { level } else { Level::Low.min(level) }
    }

    /// Whether any rule says anything of it.
    pub fn is_named(&self) -> bool {
        self.found.any()
    }

    /// Of the rules of our own list that match the gravest, and what stands over it.
    pub fn own(&self) -> Option<(RuleId, Standing)> {
        self.own
    }

    /// The lists that the person added, with what of them matches.
    pub fn added(&self) -> impl Iterator<Item = &'a Added> + use<'a> {
        self.found.added.iter()
    }

    /// Of the rules of bundled lists which stand for a technique (by its place among all) the one that says most; not one that
    /// says that the host is another organisation's in disguise, where it is: that is another technique's.
    pub fn listed(&self, technique: usize) -> Option<RuleId> {
        let index = self.found.index;
        let is_its = |rule| index.list_of(rule).is_some_and(|list| list.technique as usize == technique);
        let rule = self.best(is_its)?;
        (self.cloaked().is_none() || !is_cloak(index.heading(self.found.pack, rule).0)).then_some(rule)
    }

    /// Of certain matching rules the one that says most: the longest pattern, then the first in the list.
    fn best(&self, of: impl Fn(RuleId) -> bool) -> Option<RuleId> {
        let of_them = self.found.matches.blocking.iter().filter(|found| of(found.rule));
        of_them.min_by_key(|found| (u16::MAX - found.length, found.rule)).map(|found| found.rule)
    }

    /// The rule that lets the request through.
    pub fn excepted(&self) -> Option<RuleId> {
        let matches = self.found.matches;
        if matches.allowed() { matches.exceptions.first().copied() } else { None }
    }

    /// The rule of a bundled list that says most of those that say that a host under the page's own site is another
    /// organisation's; and that organisation's name, empty where the list does not tell it.
    pub fn cloaked(&self) -> Option<(RuleId, &'a str)> {
        if self.relation() != Relation::SameSite || !self.facts.subdomain {
            return None;
        }
        let (index, pack) = (self.found.index, self.found.pack);
        let rule = self.best(|rule| is_cloak(index.heading(pack, rule).0))?;
        let (_, company) = index.heading(pack, rule);
        // Whoever owns the site is nobody else there.
        let at_home = !company.is_empty() && company == self.found.owner;
        (!at_home).then_some((rule, company))
    }

    /// The parameters of the address that bundled lists name as ones that only serve to track, with their rules.
    pub fn decorations(&self) -> impl Iterator<Item = Mark<'a>> + use<'a> {
        decorations(self.found.index, self.found.pack, self.found.matches)
    }

    /// Of those that a list of the person's names one that none lets through, if there is one, then the first; rules are
    /// counted among its own.
    pub fn decoration_of(added: &Added) -> Option<(RuleId, Option<RuleId>)> {
        let all = || decorations(&added.index, &added.pack, &added.matches);
        let mark = all().find(|mark| mark.exception.is_none()).or_else(|| all().next())?;
        Some((mark.rule, mark.exception))
    }
}

/// Whether a list's heading says that the hosts under it stand in for another organisation's by a CNAME record.
fn is_cloak(section: &str) -> bool {
    section.contains("CNAME")
}

/// Leaves, of the rules about parameters, those that say something. ClearURLs names whatever an address works without: of its
/// rules only those about a value that can tell one from many others count, and none about a parameter that another list names,
/// for then that list's exceptions hold.
pub fn keep_what_counts(index: &Index, pack: &Bytes, request: &Address, matches: &mut Matches) {
    if !matches.params.iter().any(|&rule| index.of_clearurls(rule)) {
        return;
    }
    let others = matches.params.iter().filter(|&&rule| !index.of_clearurls(rule));
    let others: Vec<&[u8]> = others.map(|&rule| index.param(pack, rule)).collect();
    let holds_number = |name: &[u8]| {
        let mut pairs = pseudonym::pairs(request.query());
        pairs.any(|(known, value)| known.as_bytes() == name && identifiers::has_identifier(&value))
    };
    matches.params.retain(|&rule| {
        let name = index.param(pack, rule);
        !index.of_clearurls(rule) || !others.contains(&name) && holds_number(name)
    });
}

/// A parameter of an address that a list names.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// What it is called.
    pub name: &'a [u8],
    /// The rule that says so.
    pub rule: RuleId,
    /// Whether the rule is one of ClearURLs' about that site's own parameters, many of which are numbers of things.
    pub of_site: bool,
    /// The rule that lets it through.
    pub exception: Option<RuleId>,
}

/// The rules that name parameters of the address, each with the exception that lets it through.
pub fn decorations<'a>(index: &'a Index, pack: &'a Bytes, matches: &'a Matches) -> impl Iterator<Item = Mark<'a>> {
    matches.params.iter().map(move |&rule| {
        let name = index.param(pack, rule);
        let spares = |exception: &&RuleId| {
            let spared = index.param(pack, **exception);
            (spared.is_empty() || spared == name) && index.speaks_of(pack, **exception, rule)
        };
        let of_site = index.of_clearurls(rule) && index.heading(pack, rule).0 != EVERY_SITE;
        Mark { name, rule, of_site, exception: matches.param_exceptions.iter().find(spares).copied() }
    })
}

/// Whom a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who<'a> {
    /// The organisation that was contacted.
    Contacted,
    /// An organisation that a list names, though the host bears another name.
    Named(&'a str),
    /// The site itself; nobody else.
    Site,
}

/// Where in an exchange something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A parameter of the address.
    Query,
    /// The path of the address.
    Path,
    /// A cookie.
    Cookie,
    /// A header.
    Header,
    /// What a request carried.
    Body,
    /// Where a redirect leads.
    Redirect,
    /// The connection itself.
    Connection,
}

impl Place {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Path => "path",
            Self::Cookie => "cookie",
            Self::Header => "header",
            Self::Body => "body",
            Self::Redirect => "redirect",
            Self::Connection => "connection",
        }
    }
}

/// What a detail of a finding tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// What happened, in the receiver's word for it: `Purchase`.
    Event,
    /// The name of a field that was filled.
    Field,
    /// What a value looks like: `mail`, `id`.
    Kind,
    /// How a value was written: `plain`, `sha256`.
    Encoding,
    /// By which way it came: `query`, `cookie`.
    Channel,
    /// How long a value is, in characters.
    Length,
    /// How much a value can tell apart, in bits.
    Bits,
    /// How long something is kept, in days; `session` where it ends with the browser.
    Lifetime,
    /// A protocol, or a cipher.
    Protocol,
    /// Who issued a certificate.
    Issuer,
    /// How many.
    Count,
    /// Whose product it is.
    Vendor,
    /// What data may be used for.
    Purpose,
    /// By which framework consent is told.
    Framework,
    /// What was asked for, such as a hint.
    Asked,
    /// The salted hash of a value: the same value has the same in one log.
    Hash,
}

impl What {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Field => "field",
            Self::Kind => "kind",
            Self::Encoding => "encoding",
            Self::Channel => "channel",
            Self::Length => "length",
            Self::Bits => "bits",
            Self::Lifetime => "lifetime",
            Self::Protocol => "protocol",
            Self::Issuer => "issuer",
            Self::Count => "count",
            Self::Vendor => "vendor",
            Self::Purpose => "purpose",
            Self::Framework => "framework",
            Self::Asked => "asked",
            Self::Hash => "hash",
        }
    }
}

/// Most details of one finding, and of one kind: what a page makes up must not crowd out the rest.
pub const MAX_DETAILS: usize = 24;
const MAX_OF_KIND: usize = 8;
/// Longest text of a detail, and of a subject's name, in characters.
pub const MAX_DETAIL: usize = 48;

/// The details of a finding, in order, each once: of each kind the first in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details(BTreeSet<(What, Box<str>)>);

impl Details {
    /// Notes one. The text must be no value of a person's: a name, a word of ours, a number.
    pub fn add(&mut self, what: What, text: &str) {
        let text: String = text.chars().filter(|c| !c.is_control()).take(MAX_DETAIL).collect();
        self.put(what, text.into());
    }

    fn put(&mut self, what: What, text: Box<str>) {
        self.0.insert((what, text));
        let of_kind = || self.0.iter().filter(|(kind, _)| *kind == what);
        if of_kind().count() > MAX_OF_KIND
            && let Some(last) = of_kind().next_back().cloned()
        {
            self.0.remove(&last);
        }
        while self.0.len() > MAX_DETAILS {
            self.0.pop_last();
        }
    }

    /// Notes what a page calls something; not where that may be a value in disguise, and up to a pseudonym within it.
    pub fn add_name(&mut self, what: What, name: &str) {
        // What a pseudonym is made of must not decide: it is another one in another session.
        match name.split_once('~') {
            Some((start, _)) if redact::is_name(start.as_bytes(), b"x") => self.add(what, &format!("{start}…")),
            None if redact::is_name(name.as_bytes(), b"x") => self.add(what, name),
            _ => self.add(what, "…"),
        }
    }

    /// With one more.
    pub fn with(mut self, what: What, text: &str) -> Self {
        self.add(what, text);
        self
    }

    /// Notes those of another too.
    pub fn join(&mut self, other: Self) {
        for (what, text) in other.0 {
            self.put(what, text);
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (What, &str)> {
        self.0.iter().map(|(what, text)| (*what, &**text))
    }
}

/// What a detector has to say.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// How grave it is.
    pub level: Level,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whom it is about.
    pub who: Who<'a>,
    /// The rule that says so.
    pub rule: Option<RuleId>,
    /// The rule that lets it through all the same.
    pub exception: Option<RuleId>,
    /// What in the exchange it is about, by its name: a cookie, a parameter. One finding for each.
    pub subject: Option<(Place, &'a str)>,
    /// The number of the host that it is about; that of the observation in hand where there is none.
    pub host: Option<usize>,
    /// The number of the host from which something came to it.
    pub from: Option<usize>,
    /// What else there is to tell.
    pub details: Details,
    /// An example that was kept; the observation in hand where there is none.
    pub example: Option<Rc<Example>>,
}

impl Draft<'_> {
    /// One that is of this gravity and about the organisation that was contacted, and that says no more.
    pub fn new(level: Level, confidence: Confidence) -> Self {
        Self {
            level,
            confidence,
            who: Who::Contacted,
            rule: None,
            exception: None,
            subject: None,
            host: None,
            from: None,
            details: Details::default(),
            example: None,
        }
    }
}
