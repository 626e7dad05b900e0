//! Identifiers of a page: by whom they are kept in cookies, and at whom they arrived. Several techniques read this, each with
//! its own question; `cookie-syncing` fills it. It knows values by their salted hashes only.

use std::cell::OnceCell;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::rc::Rc;

use super::service::is_of_service;
use super::{Bounded, Details, Draft, Example, Hosts, Memory, Place, Relation, Seen, State, What};
use crate::address::MAX_HOST;
use crate::finding::{Confidence, Level};
use crate::observation::{RequestType, Stage};
use crate::pseudonym::{self, COOKIE_BITS, Form, Kind, Pseudonym, SHARED_BITS, SHARED_LENGTH, SetCookie, Value};
use crate::redact;

/// How many hashes of values in cookies are kept; a value has one for each way to write it.
const MAX_KEPT: usize = 1_536;
/// How many cookies are told apart that keep one value; and how many of one host, so that none crowds out another.
const MAX_HOLDERS: usize = 8;
const MAX_OF_HOST: usize = 2;
/// How many arrivals are remembered: of one value at one host each.
const MAX_ARRIVED: usize = 1_536;
/// Of how many cookies that are set it is remembered whether they last.
const MAX_SET: usize = 256;
/// How many hosts of the site's name that are another organisation's.
const MAX_CLOAKED: usize = 64;
/// How many values that a redirect handed on are remembered.
const MAX_LED: usize = 256;
/// How many values that are both kept and arrived are remembered.
const MAX_MET: usize = 256;
/// What ends within ten minutes is no way to know anybody again, in seconds.
const FLEETING: i64 = 600;
/// Before the year 2000, in seconds since 1970: a cookie that ends there is taken away, whatever the clock says.
const LONG_PAST: i64 = 946_684_800;
/// Longest name of a cookie or a parameter.
const MAX_NAME: usize = 48;
/// Longest address kept as an example, in bytes: there are many.
const MAX_EXAMPLE: usize = 240;

/// How a value was written when it arrived, in the order of [`crate::pseudonym::Encoding::ALL`].
const WRITTEN: [&str; 6] = ["plain", "base64", "hex", "md5", "sha1", "sha256"];

/// A value in a cookie.
#[derive(Debug, Default)]
struct Kept {
    /// How the hash was made of it: a place in [`WRITTEN`].
    written: usize,
    length: u32,
    bits: u16,
    /// The hosts that have it, and what their cookie is called; sorted.
    holders: Vec<(usize, Rc<str>)>,
}

/// A value that arrived somewhere. The first by place, name and address, so that the order of events means nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Arrived {
    place: Place,
    name: Rc<str>,
    example: Rc<Example>,
    /// Whether it came in the address of a page, on the way to which the browser was led.
    navigation: bool,
    /// Whether it stood within a text in base64.
    within: bool,
}

impl Arrived {
    /// Whether it is sure to come before the same value in this place of the request in hand.
    fn is_before(&self, place: Place, name: &str, here: &At<'_, '_>) -> bool {
        match (self.place, &*self.name).cmp(&(place, name)) {
            Ordering::Less => true,
            Ordering::Equal => {
                redact::comes_behind(here.seen.address.exact(), &self.example.url) || *self.example < *here.example()
            }
            Ordering::Greater => false,
        }
    }
}

/// What is kept of them.
#[derive(Debug, Default)]
pub struct Identifiers {
    kept: Bounded<u64, Kept, MAX_KEPT>,
    arrived: Bounded<(u64, usize), Option<Arrived>, MAX_ARRIVED>,
    /// Values that a host's redirect handed on, and to which host.
    led: Bounded<(u64, usize, Box<str>), (), MAX_LED>,
    /// Whether cookies that hosts set last longer than some minutes.
    lasts: Bounded<(usize, Rc<str>), bool, MAX_SET>,
    /// Hosts of the site's name that are another organisation's.
    cloaked: Bounded<usize, (), MAX_CLOAKED>,
    /// What is both kept and arrived: only this is looked at when conclusions are drawn.
    met: Bounded<(u64, usize), Option<Arrived>, MAX_MET>,
    /// How many cookies had no room beside others with the same value.
    crowded_out: u64,
}

impl State for Identifiers {
    fn dropped(&self) -> u64 {
        let values = self.kept.dropped() + self.arrived.dropped() + self.led.dropped() + self.met.dropped();
        values + self.lasts.dropped() + self.cloaked.dropped() + self.crowded_out
    }
}

/// A value that one keeps and that arrived at another.
#[derive(Debug)]
pub struct Passed<'a> {
    /// The number of the host whose it is.
    pub from: usize,
    /// What its cookie is called there.
    pub cookie: &'a str,
    /// Whether it is the site's own.
    pub own: bool,
    /// The number of the host at which it arrived.
    pub to: usize,
    /// Where in the request it stood.
    pub subject: (Place, &'a str),
    /// Whether it came with the way to the page.
    pub navigation: bool,
    /// The request.
    pub example: Rc<Example>,
    written: &'static str,
    channel: &'static str,
    length: u32,
    bits: u16,
}

impl<'a> Passed<'a> {
    /// What is to be said of it, by the organisation at which it arrived.
    pub fn draft(self, level: Level) -> Draft<'a> {
        Draft {
            host: Some(self.to),
            from: Some(self.from),
            subject: Some(self.subject),
            details: self.details(),
            example: Some(self.example),
            ..Draft::new(level, Confidence::Documented)
        }
    }

    /// What is told of it: by which way it came, how it was written, what it is called at home.
    pub fn details(&self) -> Details {
        let mut details = Details::default()
            .with(What::Channel, self.channel)
            .with(What::Encoding, self.written)
            .with(What::Length, &self.length.to_string())
            .with(What::Bits, &self.bits.to_string());
        details.add_name(What::Field, self.cookie);
        details
    }
}

/// Whether a value can tell one browser from many others, so that whoever keeps it in a cookie knows it again: at least 8
/// characters, as in Englehardt and Narayanan (<https://senglehardt.com/papers/ccs16_online_tracking.pdf>), and more bits than
/// Privacy Badger has for a cookie (<https://github.com/EFForg/privacybadger/blob/master/src/js/constants.js>). What is a time, a
/// date, a version or a word is no pseudonym of such a kind.
pub fn is_identifier(value: &Pseudonym<'_>) -> bool {
    let kind = matches!(value.kind, Kind::Id | Kind::Hash);
    kind && value.length as usize >= SHARED_LENGTH && value.bits > COOKIE_BITS
}

/// Whether a value is one, or has one among its parts.
pub fn has_identifier(value: &Value<'_>) -> bool {
    value.parts().any(|part| is_identifier(&part))
}

/// Whether a cookie has one that is not of a service which tells nobody apart.
pub fn cookie_has_identifier(name: &str, value: &Value<'_>) -> bool {
    has_identifier(value) && !is_of_service(name)
}

/// Whether a value can tell one browser from all others, so that it is no chance if two have it: length and bits as in Privacy
/// Badger, <https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js>. Mail addresses, names and the
/// like are personal data, of which another technique speaks.
pub fn is_shared(value: &Pseudonym<'_>) -> bool {
    is_identifier(value) && value.bits > SHARED_BITS
}

/// A name, as much of it as is told: nothing of one that is a value itself.
pub fn called(name: &str) -> Rc<str> {
    if name.contains('~') { "…".into() } else { name.chars().take(MAX_NAME).collect::<String>().into() }
}

/// The pseudonyms in a path, a header or another text that has no names.
fn within(text: &str) -> impl Iterator<Item = Pseudonym<'_>> {
    Value::read(text).parts()
}

/// The host of an address; none where it is none of another host.
pub fn host_of(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("//")?;
    if !matches!(scheme, "https:" | "http:" | "") {
        return None;
    }
    let end = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    // A longer one is none, and would be kept with each value that leads there.
    (1..=MAX_HOST).contains(&host.len()).then_some(host)
}

/// Whether an answer sets a cookie that nobody is known again by: it is taken away, or ends within minutes.
pub fn is_fleeting(cookie: &SetCookie<'_>) -> bool {
    cookie.max_age.is_some_and(|seconds| seconds <= FLEETING) || cookie.expires.is_some_and(|end| end < LONG_PAST)
}

/// Headers that say nothing of who is asking, or of which another technique speaks.
fn is_passed_over(header: &str) -> bool {
    matches!(header, "cookie" | "set-cookie" | "if-none-match" | "if-modified-since" | "user-agent" | "origin" | "host")
        || header.starts_with("sec-")
        || header.starts_with("accept")
}

impl Identifiers {
    /// Takes from an observation what it says of identifiers.
    pub fn note(seen: &Seen<'_>, memory: &mut Memory) {
        let this = memory.of::<Self>();
        let at = At { seen, example: OnceCell::new() };
        let news = match seen.stage() {
            Stage::Request => this.cloak(seen) | this.address(&at) | this.body(&at),
            Stage::Sent => this.cookies(seen) | this.headers(&at),
            Stage::Answered => this.answer(seen),
        };
        if news {
            memory.news();
        }
    }

    fn cloak(&mut self, seen: &Seen<'_>) -> bool {
        let is_new = seen.cloaked().is_some() && self.cloaked.get(&seen.host).is_none();
        if is_new {
            self.cloaked.entry(seen.host);
        }
        is_new && !self.met.is_empty()
    }

    /// Whether it is of interest what arrives here: at others, and at the page itself on the way to it.
    fn is_told(seen: &Seen<'_>) -> bool {
        seen.is_other() || seen.kind() == RequestType::MainFrame
    }

    fn address(&mut self, at: &At<'_, '_>) -> bool {
        let seen = at.seen;
        if !Self::is_told(seen) {
            return false;
        }
        let mut news = false;
        for (name, value) in seen.params() {
            news |= value.parts().fold(false, |news, part| self.arrive(at, Place::Query, name, &part) | news);
        }
        // A page's own path names the page, not the reader.
        if seen.is_other() {
            let path = std::str::from_utf8(seen.address.path()).unwrap_or_default();
            let (front, query) = path.split_once('?').unwrap_or((path, ""));
            // Values of the query were looked at. What stands in a name there is told with the path.
            let in_names = seen.params().any(|(name, _)| name.contains('~'));
            let in_names = in_names.then(|| Value::read(query));
            let rest = front.split_once(';').map_or(front, |(rest, _)| rest);
            let rest = std::iter::once(Value::read(rest)).chain(in_names).map(|value| ("", value));
            for (name, value) in pseudonym::matrix(front.as_bytes()).filter(|_| front.contains(';')).chain(rest) {
                news |= value.parts().fold(false, |news, part| self.arrive(at, Place::Path, name, &part) | news);
            }
        }
        news
    }

    // Apart, as `detectors` says: a browser that wakes compiles what is called.
    #[inline(never)]
    fn body(&mut self, at: &At<'_, '_>) -> bool {
        let seen = at.seen;
        let mut news = false;
        if seen.is_other() {
            for (name, value) in seen.body() {
                news |= value.parts().fold(false, |news, part| self.arrive(at, Place::Body, name, &part) | news);
            }
        }
        news
    }

    #[inline(never)]
    fn headers(&mut self, at: &At<'_, '_>) -> bool {
        let seen = at.seen;
        let mut news = false;
        if seen.is_other() && seen.kind() != RequestType::MainFrame {
            for (name, value) in seen.headers().iter().filter(|(name, _)| !is_passed_over(name)) {
                news |= within(value).fold(false, |news, part| self.arrive(at, Place::Header, name, &part) | news);
            }
        }
        news
    }

    #[inline(never)]
    fn cookies(&mut self, seen: &Seen<'_>) -> bool {
        let mut news = false;
        for (name, value) in seen.cookies() {
            news |= value.parts().fold(false, |news, part| self.keep(seen.host, name, &part) | news);
        }
        news
    }

    #[inline(never)]
    fn answer(&mut self, seen: &Seen<'_>) -> bool {
        let mut news = false;
        for cookie in seen.set_cookies() {
            let ends = is_fleeting(&cookie);
            // One that is taken away may have been kept for long.
            if !ends || cookie.max_age.is_some_and(|seconds| seconds > 0) {
                let key = (seen.host, called(cookie.name));
                let known = self.lasts.get(&key).copied();
                let lasts = !ends || known == Some(true);
                if known != Some(lasts) {
                    *self.lasts.entry(key) = lasts;
                    news |= !self.met.is_empty();
                }
            }
            for part in cookie.value.parts().filter(|_| !ends) {
                news |= self.keep(seen.host, cookie.name, &part);
            }
        }
        if let Some(to) = seen.location()
            && let Some(host) = host_of(to)
        {
            for hash in within(to).filter(is_shared).flat_map(|part| part.hashes().take(WRITTEN.len())) {
                let key = (hash, seen.host, host.to_ascii_lowercase().into_boxed_str());
                news |= self.led.get(&key).is_none() && self.kept.get(&hash).is_some();
                self.led.entry(key);
            }
        }
        news
    }

    /// Notes a value in a cookie; says whether it is one that arrived somewhere.
    fn keep(&mut self, host: usize, name: &str, value: &Pseudonym<'_>) -> bool {
        if !is_shared(value) {
            return false;
        }
        // A cookie goes along with each request: nearly always it is known.
        let is_known = |kept: &Kept| kept.holders.iter().any(|(holder, known)| *holder == host && **known == *name);
        if value.hashes().next().and_then(|hash| self.kept.get(&hash)).is_some_and(is_known) || is_of_service(name) {
            return false;
        }
        let mut news = false;
        let name = called(name);
        for (written, hash) in value.hashes().take(WRITTEN.len()).enumerate() {
            let kept = self.kept.entry(hash);
            let holder = (host, Rc::clone(&name));
            let Err(place) = kept.holders.binary_search(&holder) else { continue };
            kept.holders.insert(place, holder);
            if kept.holders.iter().filter(|(holder, _)| *holder == host).count() > MAX_OF_HOST
                && let Some(last) = kept.holders.iter().rposition(|(holder, _)| *holder == host)
            {
                kept.holders.remove(last);
            }
            if kept.holders.len() > MAX_HOLDERS {
                kept.holders.pop();
                self.crowded_out += 1;
            }
            if kept.length == 0 {
                (kept.written, kept.length, kept.bits) = (written, value.length, value.bits);
            }
            let arrived: Vec<_> = self
                .arrived
                .range((hash, 0)..=(hash, usize::MAX))
                .map(|(key, arrived)| (*key, arrived.clone()))
                .collect();
            for (key, arrived) in arrived {
                *self.met.entry(key) = arrived;
                news = true;
            }
        }
        news
    }

    /// Notes a value that arrived; says whether it is one that is kept.
    fn arrive(&mut self, here: &At<'_, '_>, place: Place, name: &str, value: &Pseudonym<'_>) -> bool {
        if !is_shared(value) {
            return false;
        }
        let mut news = false;
        // Behind its own hash stand those of identifiers within it.
        for (at, hash) in value.hashes().take(WRITTEN.len()).enumerate() {
            let key = (hash, here.seen.host);
            let navigation = here.seen.kind() == RequestType::MainFrame;
            let known = self.arrived.entry(key);
            // Nearly always it is the same as before.
            if known.as_ref().is_some_and(|known| known.is_before(place, name, here)) {
                continue;
            }
            let within = at > 0 && value.form != Form::Plain;
            let arrived = Arrived { place, name: called(name), example: here.example(), navigation, within };
            if known.as_ref().is_some_and(|known| *known <= arrived) {
                continue;
            }
            *known = Some(arrived.clone());
            if self.kept.get(&hash).is_some() {
                *self.met.entry(key) = Some(arrived);
                news = true;
            }
        }
        news
    }

    /// What one keeps and another was told: of each pair, and each place in a request, once.
    pub fn passed<'a>(&'a self, hosts: Hosts<'a>) -> impl Iterator<Item = Passed<'a>> {
        let mut all: BTreeMap<(usize, usize, (Place, &str)), Passed<'a>> = BTreeMap::new();
        let page = hosts.page();
        for ((hash, to), arrived) in self.met.iter() {
            let passed = arrived.as_ref().and_then(|arrived| self.passed_on(*hash, *to, arrived, (hosts, page)));
            let Some(passed) = passed else {
                continue;
            };
            // Of several parts of one value, and several ways to read it, the one that says most.
            let weight =
                |passed: &Passed<'_>| (passed.bits, Reverse(passed.written), Reverse(Rc::clone(&passed.example)));
            match all.entry((passed.to, passed.from, passed.subject)) {
                Entry::Vacant(place) => _ = place.insert(passed),
                Entry::Occupied(mut known) if weight(&passed) > weight(known.get()) => _ = known.insert(passed),
                Entry::Occupied(_) => {}
            }
        }
        all.into_values()
    }

    fn passed_on<'a>(
        &'a self,
        hash: u64,
        to: usize,
        arrived: &'a Arrived,
        (hosts, page): (Hosts<'a>, Option<usize>),
    ) -> Option<Passed<'a>> {
        let kept = self.kept.get(&hash)?;
        let is_own = |host: usize| hosts.get(host).is_some_and(|host| host.relation != Relation::Other);
        let lasts = |holder: &(usize, Rc<str>)| self.lasts.get(holder) != Some(&false);
        let others = kept.holders.iter().filter(|holder| !hosts.are_of_one(holder.0, to) && lasts(holder));
        // Where the site itself has it, it is the site's, but on the way to a page; then that of whoever sets it under the
        // site's name; then the first by name.
        let is_cloaked =
            |holder: &(usize, Rc<str>)| self.cloaked.get(&holder.0).is_some() && self.lasts.get(holder) == Some(&true);
        let holder = others.min_by_key(|holder| {
            let (host, cookie) = holder;
            (is_own(*host) == arrived.navigation, !is_cloaked(holder), hosts.get(*host).map(|host| &host.name), cookie)
        })?;
        let (from, cookie) = holder;
        let name = hosts.get(to).map(|host| &host.name)?;
        let led = self.led.get(&(hash, *from, name.clone())).is_some();
        // The site's own goes to all its hosts, also to those that are another organisation's: it is none of theirs.
        let is_the_sites = hosts.get(*from).is_some_and(|host| host.relation == Relation::SameSite);
        let told = page.filter(|_| is_the_sites && !is_cloaked(holder)).unwrap_or(*from);
        Some(Passed {
            from: told,
            cookie,
            own: is_own(*from),
            to,
            subject: (arrived.place, &arrived.name),
            navigation: arrived.navigation,
            example: Rc::clone(&arrived.example),
            written: if arrived.within { "base64" } else { WRITTEN.get(kept.written).copied().unwrap_or("plain") },
            channel: if led { Place::Redirect.name() } else { arrived.place.name() },
            length: kept.length,
            bits: kept.bits,
        })
    }

    /// What the cookies are called in which the organisation of a host keeps a value, and the ways it was told to anybody.
    pub fn uses<'a>(&'a self, hash: u64, host: usize, hosts: Hosts<'a>) -> BTreeMap<&'static str, &'a str> {
        let mut uses = BTreeMap::new();
        if let Some(kept) = self.kept.get(&hash) {
            let own = kept.holders.iter().filter(|(holder, _)| hosts.are_of_one(*holder, host));
            if let Some(cookie) = own.map(|(_, cookie)| &**cookie).min() {
                uses.insert(Place::Cookie.name(), cookie);
            }
        }
        let all = self.arrived.range((hash, 0)..=(hash, usize::MAX)).filter_map(|(_, arrived)| arrived.as_ref());
        // A path names a file; a number of somebody's is handed over under a name.
        for arrived in all.filter(|arrived| matches!(arrived.place, Place::Query | Place::Body)) {
            let known = uses.entry(arrived.place.name()).or_insert(&*arrived.name);
            *known = (*known).min(&*arrived.name);
        }
        uses
    }
}

/// An observation, and the example that it gives.
struct At<'s, 'a> {
    seen: &'s Seen<'a>,
    example: OnceCell<Rc<Example>>,
}

impl At<'_, '_> {
    /// The example, not longer than there is room for.
    fn example(&self) -> Rc<Example> {
        let make = || {
            let whole = self.seen.example();
            if whole.url.len() <= MAX_EXAMPLE {
                return whole;
            }
            let mut url: String = whole.url.chars().take(MAX_EXAMPLE).collect();
            url.push('…');
            Rc::new(Example { url: url.into(), kind: whole.kind })
        };
        Rc::clone(self.example.get_or_init(make))
    }
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn hosts() {
        for (url, host) in [
            ("https://a.example/b", Some("a.example")),
            ("http://a.example:8080?x", Some("a.example")),
            ("//u:p@a.example/b@c", Some("a.example")),
            ("/b", None),
            ("javascript://a.example/b", None),
            ("https:///b", None),
            ("https://a.example/?to=https://c.example/", Some("a.example")),
        ] {
            assert_eq!(host_of(url), host, "{url}");
        }
        let long = format!("https://{}.example/", "a".repeat(300));
        assert_eq!(host_of(&long), None);
    }
}
