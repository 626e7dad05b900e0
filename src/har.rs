//! A HAR file into the core's observations, for HARs as browsers and measuring tools really write them. Knows the
//! format and its dialects; knows nothing of lists, verdicts, files or the terminal.
//!
//! The file is walked as it is read. Of each entry its URL and a few words of evidence are kept, and of its headers, its
//! cookies and the body that was sent what `kept` names; what was answered is passed over, so that a recording of 100 MB
//! does not need 100 MB. What is not as the format says is skipped and
//! counted, never guessed at; only text that is not JSON at all makes the whole file unreadable.
//!
//! # What a request was for
//!
//! HAR has no field for it. The first of these that says something decides:
//!
//! 1. the scheme `ws:` or `wss:`: `websocket`;
//! 2. the main navigation (see below): `main_frame`, every redirect hop of it too;
//! 3. `Sec-Fetch-Dest` where it names a frame or a document: `sub_frame`, `main_frame`;
//! 4. `_resourceType` (Chrome, browsertime) or `_request_type` (WebPageTest), by `words::said`;
//! 5. `Sec-Fetch-Dest` where it names anything else, by `words::dest`;
//! 6. the request's own headers: `Ping-To` or a body of `text/ping` is `ping`, a body of `application/csp-report` or
//!    `application/reports+json` is `csp_report`, `X-Requested-With` and bodies that no form sends are
//!    `xmlhttprequest`;
//! 7. `Sec-Fetch-Dest: empty`: `xmlhttprequest`;
//! 8. `Accept`, where it starts with `text/css`, `image/` or `text/html` (a frame, unless the answer is JSON or XML);
//! 9. the response's media type, unless the response is a redirect, and unless it is HTML, which is also what errors
//!    and empty answers come as;
//! 10. for a redirect: the type of the request it led to;
//! 11. the ending of the path (`.js`, `.css`, `.woff2`…);
//! 12. HTML without an `Accept`: `sub_frame`, with one: `xmlhttprequest`; `POST` and `OPTIONS`: `xmlhttprequest`; else
//!     `other`.
//!
//! # Which page it belongs to
//!
//! `pageref` names it. An entry without one belongs to the page of the entry before it, or to the first page. A
//! `pageref` that `pages` does not list is a page too. Where there are no pages at all, the first document is the page.
//!
//! The page's address is the last document of its main navigation: the first document of the page, then along
//! redirects, then along later documents that the browser itself says were for the top (`Sec-Fetch-Dest: document`)
//! or that the page's own record names as its address. A page whose record holds only the hop that led to the next
//! page (Firefox writes these) is joined to the next.

mod date;
mod decoded;
mod kept;
mod tame;
mod url;
mod walk;
mod words;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, BufReader, Read};

use onlooker::observation::{Exchange, Gap, Observation, PageLog, Part, RequestType, Stage};
use serde::de::DeserializeSeed;

pub use self::decoded::Decoded;
use self::kept::{Gathered, Kept, LeftOut};
use self::tame::Tame;
use self::url::{key, on_the_web, resolve, starts_with_ignoring_case};
use self::walk::{Lenient, Root};
use self::words::by_ending;

/// How many malformed entries are named one by one; all are counted.
const NAMED: usize = 8;
/// How many entries of a file are kept. The core judges 100,000 of a page; a file of nothing but entries must not need
/// many times its own size. What is left out is a gap of the page: `log-full`.
const MAX_ENTRIES: usize = 250_000;
/// How many malformed entries become observations, for the same reason; the rest is a gap of the first page.
const MAX_MALFORMED: usize = 10_000;
/// How many bytes of text are kept of all entries and pages together: 250,000 times four of the longest addresses would
/// be 4 GB.
const MAX_TEXT: usize = 64 << 20;
/// How many of these may be headers and bodies: they must not take the room of addresses that come later, without which
/// nothing is known of a request at all.
const MAX_KEPT: usize = MAX_TEXT / 8 * 7;
/// How many pages are told apart, those too that only an entry names.
const MAX_PAGES: usize = 10_000;
/// Most redirects followed within one navigation: browsers give up at 20.
const MAX_HOPS: usize = 32;
/// Most different referrers looked at to find out whose requests these are.
const MAX_REFERRERS: usize = 64;

/// Why a file could not be read as a HAR. Holds no text of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The entry that was being read, counted from 1; none where the trouble lies outside the entries.
    pub entry: Option<u64>,
    /// The reason, a sentence without a capital and a full stop.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "entry {entry}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl std::error::Error for Unreadable {}

/// An entry that was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// Its number in the file, counted from 1.
    pub entry: u64,
    /// What is wrong with it.
    pub why: &'static str,
}

/// What a HAR file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// The pages, in the file's order.
    pub pages: Vec<PageLog>,
    /// The first few entries that were passed over.
    pub malformed: Vec<Malformed>,
    /// How many were passed over in all. Each is also an [`Observation::Unreadable`] of its page.
    pub malformed_count: u64,
    /// How many entries were read, with those passed over.
    pub entries: u64,
    /// How many pages were more than are told apart.
    pub pages_over: u64,
}

/// Reads a HAR file to its end. `source` is the file's bytes as they are: UTF-8 with or without a byte order mark,
/// or UTF-16; what is not valid text is replaced.
pub fn read(source: impl Read) -> Result<Recording, Unreadable> {
    let mut found = Found::default();
    let mut json =
        serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, Tame::new(Decoded::new(source))));
    let outcome = Lenient(Root(&mut found)).deserialize(&mut json).and_then(|()| json.end());
    let entry = found.reading.then_some(found.number);
    if let Err(error) = outcome {
        return Err(Unreadable { entry, why: reason(&error) });
    }
    let why = match (found.log, found.listed_entries) {
        (Stated::Missing, _) => "not a HAR: it has no \"log\"",
        (Stated::Wrong, _) => "not a HAR: its \"log\" is not an object",
        (_, Stated::Missing) => "its log has no \"entries\"",
        (_, Stated::Wrong) => "its \"entries\" are not a list",
        (Stated::There, Stated::There) if found.number == 0 && found.pages.is_empty() => {
            "it records no page and no request"
        }
        (Stated::There, Stated::There) => return Ok(found.finish()),
    };
    Err(Unreadable { entry: None, why: why.to_owned() })
}

/// The reason of a JSON error without any text of the file.
fn reason(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Eof => format!("the file ends too early, at line {} column {}", error.line(), error.column()),
        Category::Io => match error.io_error_kind() {
            Some(io::ErrorKind::UnexpectedEof) => "the compressed file ends too early".to_owned(),
            Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                "the compressed file is damaged".to_owned()
            }
            Some(io::ErrorKind::Unsupported) => "not a HAR: it is nested too deeply".to_owned(),
            Some(kind) => format!("reading it failed ({kind})"),
            None => "reading it failed".to_owned(),
        },
        // What serde_json says of syntax names what it expected, never what it found.
        Category::Syntax => format!("not JSON: {error}"),
        Category::Data => format!("not a HAR, at line {} column {}", error.line(), error.column()),
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// What is kept while reading

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stated {
    #[default]
    Missing,
    Wrong,
    There,
}

#[derive(Debug, Default)]
struct Found {
    log: Stated,
    listed_entries: Stated,
    pages: Vec<Page>,
    entries: Vec<Entry>,
    /// How many bytes of text they keep.
    text: usize,
    /// How many of these are headers and bodies.
    kept: usize,
    evidence: Evidence,
    /// The recorder is known to record bodies.
    tells_bodies: bool,
    malformed: Vec<Malformed>,
    malformed_at: Vec<(usize, Option<u64>)>,
    /// Where entries over [`MAX_ENTRIES`] and [`MAX_TEXT`] belong to, and how many.
    over: HashMap<Option<u64>, u64>,
    pages_over: u64,
    malformed_count: u64,
    number: u64,
    reading: bool,
}

/// What the recorder was seen to record, of any page: it is one recorder.
#[derive(Debug, Default)]
struct Evidence {
    request_headers: bool,
    cookies: bool,
    response_headers: bool,
    bodies: bool,
    /// A request had a body, or may have had, that is not here.
    bodies_missing: bool,
    security: bool,
}

impl Evidence {
    fn note(&mut self, gathered: &Gathered, method: &str) {
        self.request_headers |= gathered.has_request_headers;
        self.cookies |= gathered.has_cookies;
        self.response_headers |= gathered.has_response_headers;
        self.security |= gathered.has_security();
        match gathered.had_body(method) {
            Some(had) => self.bodies |= had,
            None => self.bodies_missing = true,
        }
    }

    /// A part is named only if it was seen: Chrome leaves cookies out unless it is told not to, others leave out
    /// bodies, and nothing that was left out may be called not there.
    fn recorded(&self, tells_bodies: bool) -> Vec<Part> {
        let parts = [
            (Part::RequestHeaders, self.request_headers),
            (Part::Cookies, self.cookies),
            (Part::ResponseHeaders, self.response_headers),
            // Of one of many the page says that it is missing.
            (Part::Bodies, self.bodies || tells_bodies && !self.bodies_missing),
            (Part::Security, self.security),
        ];
        parts.into_iter().filter(|(_, seen)| *seen).map(|(part, _)| part).collect()
    }
}

#[derive(Debug, Default)]
struct Page {
    /// The hash of its id.
    name: Option<u64>,
    /// The address by the page's record: a title that is a URL, WebPageTest's `_final_url`.
    is: Option<Box<str>>,
    /// The address that was asked for: WebPageTest's `_URL`, browsertime's `_url`.
    asked: Option<Box<str>>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Dest {
    #[default]
    Unknown,
    Document,
    Frame,
    Empty,
    Is(RequestType),
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Said {
    #[default]
    Nothing,
    Document,
    Is(RequestType),
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Accept {
    #[default]
    Unknown,
    Html,
    Css,
    Image,
    Anything,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mime {
    #[default]
    Unknown,
    Html,
    Is(RequestType),
}

/// What is kept of one entry.
#[derive(Debug, Default)]
struct Entry {
    number: u64,
    /// The hash of its `pageref`.
    name: Option<u64>,
    url: Box<str>,
    /// [`key`] of the URL.
    key: u64,
    method: Box<str>,
    frame: Option<Box<str>>,
    redirect: Option<Box<str>>,
    referrer: Option<Box<str>>,
    status: u16,
    said: Said,
    dest: Dest,
    accept: Accept,
    mime: Mime,
    /// What its headers alone tell: ping, CSP report, XMLHttpRequest.
    marked: Option<RequestType>,
    /// Fetched ahead, not shown.
    ahead: bool,
    /// WebPageTest says: the document that was shown in the end.
    final_document: bool,
    /// When it was asked for, in milliseconds since 1970.
    started: Option<i64>,
    /// How many milliseconds later the answer began.
    wait: u64,
    /// Its headers and its body, if there are any.
    kept: Option<Box<Kept>>,
    left_out: LeftOut,
}

impl Found {
    fn page(&mut self, page: Page) {
        let text = [&page.is, &page.asked].into_iter().flatten().map(|text| text.len()).sum::<usize>();
        if self.pages.len() >= MAX_PAGES || self.text + text > MAX_TEXT {
            self.pages_over += 1;
        } else {
            self.text += text;
            self.pages.push(page);
        }
    }

    fn entry(&mut self, mut entry: Entry, gathered: Gathered) {
        self.evidence.note(&gathered, &entry.method);
        let unread = u64::from(gathered.had_body(&entry.method).is_none());
        let (kept, left_out) = gathered.finish(entry.redirect.as_deref().filter(|_| entry.is_redirect()));
        entry.left_out = LeftOut { unread, ..left_out };
        let answered = entry.status != 0 || !kept.response.is_empty() || kept.security.is_some();
        let more = [&entry.redirect, &entry.referrer].into_iter().flatten().map(|text| text.len()).sum::<usize>();
        let address = entry.url.len() + entry.frame.as_ref().map_or(0, |frame| frame.len());
        // The address is the request's and its answer's.
        let text = more + if answered { 2 * address } else { address };
        if self.entries.len() >= MAX_ENTRIES || self.text + text > MAX_TEXT {
            // Those of pages beyond number are the first page's.
            let known = self.over.contains_key(&entry.name) || self.over.len() < MAX_PAGES;
            *self.over.entry(entry.name.filter(|_| known)).or_default() += 1;
            return;
        }
        self.text += text;
        if !kept.is_empty() {
            let size = kept.size();
            if self.kept + size <= MAX_KEPT && self.text + size <= MAX_TEXT {
                self.kept += size;
                self.text += size;
                entry.kept = Some(Box::new(kept));
            } else {
                entry.left_out += kept.count();
                // What is cut counts once.
                entry.left_out.bodies = entry.left_out.bodies.min(1);
            }
        }
        self.entries.push(entry);
    }

    fn malformed(&mut self, why: &'static str, name: Option<u64>) {
        if self.malformed.len() < NAMED {
            self.malformed.push(Malformed { entry: self.number, why });
        }
        if self.malformed_at.len() < MAX_MALFORMED {
            self.malformed_at.push((self.entries.len(), name));
        }
        self.malformed_count += 1;
    }

    /// Sorts the entries to their pages and finds each page's address.
    fn finish(mut self) -> Recording {
        // A name listed twice is one page: the first.
        let mut slot_of: HashMap<u64, usize> = HashMap::new();
        let mut pages: Vec<Page> = Vec::with_capacity(self.pages.len());
        for page in std::mem::take(&mut self.pages) {
            match page.name {
                Some(name) if slot_of.contains_key(&name) => continue,
                Some(name) => _ = slot_of.insert(name, pages.len()),
                None => {}
            }
            pages.push(page);
        }
        let mut without_page: HashSet<u64> = HashSet::new();
        for name in self.entries.iter().filter_map(|entry| entry.name) {
            if slot_of.contains_key(&name) {
                continue;
            }
            if pages.len() < MAX_PAGES {
                slot_of.insert(name, pages.len());
                pages.push(Page { name: Some(name), ..Page::default() });
            } else {
                without_page.insert(name);
            }
        }
        let pages_over = self.pages_over + without_page.len() as u64;
        if pages.is_empty() {
            pages.push(Page::default());
        }

        let recorded = self.evidence.recorded(self.tells_bodies);
        let mut groups: Vec<Group> = pages.into_iter().map(Group::new).collect();
        let place =
            |name: Option<u64>, before: usize| name.and_then(|name| slot_of.get(&name).copied()).unwrap_or(before);
        for (name, count) in self.over {
            if let Some(group) = groups.get_mut(place(name, 0)) {
                group.over += count;
            }
        }
        if let Some(group) = groups.first_mut() {
            group.more_malformed = self.malformed_count.saturating_sub(self.malformed_at.len() as u64);
        }
        let mut before = 0;
        let mut malformed = self.malformed_at.into_iter().peekable();
        let count = self.entries.len();
        for (at, entry) in self.entries.into_iter().map(Some).chain(std::iter::once(None)).enumerate() {
            while let Some((_, name)) = malformed.next_if(|(index, _)| *index <= at || at == count) {
                if let Some(group) = groups.get_mut(place(name, before)) {
                    group.malformed += 1;
                }
            }
            let Some(entry) = entry else { break };
            if entry.name.is_some_and(|name| without_page.contains(&name)) {
                // Whose it is cannot be told; that something is missing can.
                if let Some(group) = groups.first_mut() {
                    group.over += 1;
                }
                continue;
            }
            before = place(entry.name, before);
            if let Some(group) = groups.get_mut(before) {
                group.entries.push(entry);
            }
        }

        let mut pages = Vec::with_capacity(groups.len());
        let mut carried: Option<Group> = None;
        let mut groups = groups.into_iter().peekable();
        while let Some(mut group) = groups.next() {
            if let Some(mut hop) = carried.take() {
                hop.entries.append(&mut group.entries);
                group.entries = hop.entries;
                group.malformed += hop.malformed;
                group.more_malformed += hop.more_malformed;
                group.over += hop.over;
            }
            group.index();
            let main = group.navigation();
            if let (Some(next), Some(target)) = (groups.peek(), group.only_leads_to(&main)) {
                let target = key(&target);
                if next.entries.iter().any(|entry| entry.key == target) {
                    carried = Some(group);
                    continue;
                }
            }
            if let Some(page) = group.into_page(&main, &recorded) {
                pages.push(page);
            }
        }
        Recording {
            pages,
            malformed: self.malformed,
            malformed_count: self.malformed_count,
            entries: self.number,
            pages_over,
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// One page and its entries

#[derive(Debug)]
struct Group {
    page: Page,
    entries: Vec<Entry>,
    malformed: u64,
    /// Malformed entries of the file that are not among these.
    more_malformed: u64,
    /// Entries of this page that were not kept.
    over: u64,
    /// Where the entries of each URL are, in order.
    places: HashMap<u64, Vec<usize>>,
}

/// The main navigation: which entries it consists of, in order; the last is the document shown.
#[derive(Debug, Default)]
struct Navigation {
    hops: Vec<usize>,
    /// Where the last hop redirects to, if no entry follows it.
    leads_to: Option<String>,
}

impl Group {
    fn new(page: Page) -> Self {
        Self { page, entries: Vec::new(), malformed: 0, more_malformed: 0, over: 0, places: HashMap::new() }
    }

    /// Notes where each URL is, so that a file of nothing but redirects costs no more than its length.
    fn index(&mut self) {
        for (at, entry) in self.entries.iter().enumerate() {
            self.places.entry(entry.key).or_default().push(at);
        }
    }

    fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }

    /// Finds the main navigation.
    fn navigation(&self) -> Navigation {
        let Some(start) = self.entries.iter().position(Entry::may_be_document).or_else(|| {
            // A recording without any evidence of types: its first entry is the page, unless its name says otherwise.
            self.entries.first().filter(|first| first.says_nothing()).map(|_| 0)
        }) else {
            return self.stated_document();
        };
        let mut main = Navigation::default();
        self.follow(start, &mut main);

        // A document that was asked for later without a redirect: a script or a refresh led there.
        let mut from = main.hops.last().copied().unwrap_or(start);
        while let Some(later) = self
            .entries
            .iter()
            .enumerate()
            .skip(from + 1)
            .find(|(_, entry)| entry.is_top_document() || entry.final_document)
            .map(|(at, _)| at)
        {
            self.follow(later, &mut main);
            from = main.hops.last().copied().unwrap_or(later).max(later);
            if main.hops.len() > MAX_HOPS * 4 {
                break;
            }
        }

        let Some(stated) = self.page.is.as_deref().map(key) else { return main };
        if !main.hops.iter().any(|&at| self.get(at).is_some_and(|entry| entry.key == stated)) {
            let sure = start == 0 || self.get(start).is_some_and(|entry| entry.is_top_document());
            if let Some(later) = self.entries.iter().position(|e| e.key == stated && e.may_be_document()) {
                self.follow(later, &mut main);
            } else if !sure {
                // The recording began after the page: this document is some frame's.
                return Navigation::default();
            }
        }
        main
    }

    /// A page that has no document by its types, but an entry at the address that its record names.
    fn stated_document(&self) -> Navigation {
        let mut main = Navigation::default();
        if let Some(stated) = self.page.is.as_deref().map(key)
            && let Some(at) = self.entries.iter().position(|e| e.key == stated && e.weakly_document())
        {
            self.follow(at, &mut main);
        }
        main
    }

    /// Adds the entry at `start` to the navigation, and those it redirects to.
    fn follow(&self, start: usize, main: &mut Navigation) {
        let mut at = start;
        for _ in 0..MAX_HOPS {
            if main.hops.contains(&at) {
                return;
            }
            main.hops.push(at);
            main.leads_to = None;
            let Some(target) = self.get(at).and_then(Entry::target) else { return };
            let Some(next) = self.next_at(at, &target) else {
                main.leads_to = Some(target);
                return;
            };
            at = next;
        }
    }

    /// The entry after `at` that asks for `url`.
    fn next_at(&self, at: usize, url: &str) -> Option<usize> {
        let places = self.places.get(&key(url))?;
        places.get(places.partition_point(|&place| place <= at)).copied()
    }

    /// Where this page leads, if it consists of nothing but redirects that lead elsewhere.
    fn only_leads_to(&self, main: &Navigation) -> Option<String> {
        let short = self.entries.len() == main.hops.len() && self.entries.len() <= MAX_HOPS;
        short.then(|| main.leads_to.clone()).flatten()
    }

    /// The page as the core wants it; none where there is nothing to say of it.
    fn into_page(self, main: &Navigation, recorded: &[Part]) -> Option<PageLog> {
        let mut page = PageLog::default();
        let document = main.hops.last().and_then(|&at| self.get(at));
        page.url = match (document, &main.leads_to) {
            // The document itself was not recorded, the way to it was.
            (Some(_), Some(target)) => self.page.is.as_deref().unwrap_or(target).to_owned(),
            (Some(document), None) => document.url.to_string(),
            (None, _) => match self.page.is.as_deref().or(self.page.asked.as_deref()) {
                Some(stated) => stated.to_owned(),
                None => self.guess().to_owned(),
            },
        };
        if self.entries.is_empty() && self.malformed == 0 {
            if page.url.is_empty() {
                return None;
            }
            page.gaps.push(Gap { why: "nothing-recorded".to_owned(), count: 1 });
        } else if document.is_none() {
            page.gaps.push(Gap { why: "document-not-recorded".to_owned(), count: 1 });
        }

        let mut left_out = LeftOut::default();
        self.entries.iter().for_each(|entry| left_out += entry.left_out);
        // Where none was recorded at all, the record says so.
        let unread = if recorded.contains(&Part::Bodies) { left_out.unread } else { 0 };
        for (why, count) in [
            ("log-full", self.over),
            ("malformed-entry", self.more_malformed),
            ("headers-left-out", left_out.headers),
            ("bodies-left-out", left_out.bodies),
            ("bodies-not-read", unread),
        ] {
            if count > 0 {
                page.gaps.push(Gap { why: why.to_owned(), count });
            }
        }

        let kinds: Vec<RequestType> = (0..self.entries.len()).map(|at| self.kind(at, main, 0)).collect();
        page.recorded = recorded.to_vec();
        // All or none: what comes first among some is not known to be first.
        if !self.entries.is_empty() && self.entries.iter().all(|entry| entry.started.is_some()) {
            page.recorded.push(Part::Times);
        }
        let first = self.entries.iter().filter_map(|entry| entry.started).min();
        page.observations = Vec::with_capacity(self.entries.len());
        for (entry, kind) in self.entries.into_iter().zip(kinds) {
            entry.observe(kind, first, &mut page.observations);
        }
        for _ in 0..self.malformed {
            page.observations.push(Observation::Unreadable { why: "malformed-entry".to_owned() });
        }
        Some(page)
    }

    /// Whose requests these are, when no document tells: the referrer that most of them name, else the first URL.
    fn guess(&self) -> &str {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for referrer in self.entries.iter().filter_map(|entry| entry.referrer.as_deref()) {
            if let Some((_, count)) = counts.iter_mut().find(|(url, _)| *url == referrer) {
                *count += 1;
            } else if counts.len() < MAX_REFERRERS {
                counts.push((referrer, 1));
            }
        }
        // The first of the most frequent, so that the answer does not hang on chance.
        let mut best = ("", 0);
        for (url, count) in counts {
            if count > best.1 {
                best = (url, count);
            }
        }
        if !best.0.is_empty() {
            return best.0;
        }
        self.entries.iter().find(|entry| on_the_web(&entry.url)).map(|entry| &*entry.url).unwrap_or_default()
    }

    /// What a request was for; the steps are those of the module's head.
    fn kind(&self, at: usize, main: &Navigation, depth: usize) -> RequestType {
        use RequestType as T;
        let Some(entry) = self.get(at) else { return T::Other };
        if starts_with_ignoring_case(&entry.url, "ws:") || starts_with_ignoring_case(&entry.url, "wss:") {
            return T::Websocket;
        }
        if main.hops.contains(&at) {
            return T::MainFrame;
        }
        match (entry.dest, entry.said) {
            (Dest::Frame, _) => return T::SubFrame,
            (Dest::Document, _) if entry.ahead => return T::Other,
            (Dest::Document, _) => return T::MainFrame,
            (_, Said::Document) => return T::SubFrame,
            (_, Said::Is(kind)) | (Dest::Is(kind), _) => return kind,
            (Dest::Unknown | Dest::Empty, Said::Nothing) => {}
        }
        if let Some(kind) = entry.marked {
            return kind;
        }
        if entry.dest == Dest::Empty {
            return T::Xmlhttprequest;
        }
        match entry.accept {
            Accept::Css => return T::Stylesheet,
            Accept::Image => return T::Image,
            Accept::Html if entry.mime != Mime::Is(T::Xmlhttprequest) => return T::SubFrame,
            Accept::Html | Accept::Anything | Accept::Unknown => {}
        }
        let target = entry.target();
        if let (Mime::Is(kind), None) = (entry.mime, &target) {
            return kind;
        }
        if let Some(target) = target
            && let Some(next) = self.next_at(at, &target).filter(|_| depth < MAX_HOPS)
        {
            return self.kind(next, main, depth + 1);
        }
        if let Some(kind) = by_ending(&entry.url) {
            return kind;
        }
        match (entry.mime, entry.accept) {
            (Mime::Html, Accept::Unknown) => T::SubFrame,
            (Mime::Html, _) => T::Xmlhttprequest,
            // OPTIONS is a script's question beforehand.
            _ if matches!(&*entry.method, "POST" | "OPTIONS") => T::Xmlhttprequest,
            _ => T::Other,
        }
    }
}

impl Entry {
    /// Asked for by the browser's top frame, by its own word, to be shown.
    fn is_top_document(&self) -> bool {
        self.dest == Dest::Document && !self.ahead && !matches!(self.status, 204 | 205) && on_the_web(&self.url)
    }

    /// Could be the page's own document, or a hop on the way to it.
    fn may_be_document(&self) -> bool {
        if self.ahead || self.marked.is_some() {
            return false;
        }
        match (self.dest, self.said) {
            (Dest::Document, _) => self.is_top_document(),
            (Dest::Unknown, Said::Document) => true,
            (Dest::Unknown, Said::Nothing) => match (self.accept, self.mime) {
                (Accept::Html, Mime::Html | Mime::Unknown) | (Accept::Unknown, Mime::Html) => on_the_web(&self.url),
                (Accept::Html, Mime::Is(_)) => on_the_web(&self.url) && self.target().is_some(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Is at least HTML, or of no known kind.
    fn weakly_document(&self) -> bool {
        !self.ahead
            && !matches!(self.dest, Dest::Frame | Dest::Is(_) | Dest::Empty)
            && !matches!(self.said, Said::Is(_))
            && !matches!(self.mime, Mime::Is(_))
    }

    /// Nothing tells what it is.
    fn says_nothing(&self) -> bool {
        self.dest == Dest::Unknown
            && self.said == Said::Nothing
            && !matches!(self.accept, Accept::Css | Accept::Image)
            && matches!(self.mime, Mime::Unknown | Mime::Html)
            && self.marked.is_none()
            && on_the_web(&self.url)
            && by_ending(&self.url).is_none()
    }

    fn is_redirect(&self) -> bool {
        (300..400).contains(&self.status)
    }

    /// The URL it redirects to, made absolute.
    fn target(&self) -> Option<String> {
        let location = self.redirect.as_deref().filter(|_| self.is_redirect())?;
        Some(resolve(&self.url, location))
    }

    /// The request, and its answer if one was recorded. `first`: when the page's first request was.
    fn observe(self, kind: RequestType, first: Option<i64>, observations: &mut Vec<Observation>) {
        let kept = self.kept.map(|kept| *kept).unwrap_or_default();
        let since = |started: i64| first.and_then(|first| u64::try_from(started.checked_sub(first)?).ok());
        let time = self.started.and_then(since);
        let request = Exchange {
            stage: Stage::Request,
            id: format!("e{}", self.number),
            url: self.url.into(),
            kind,
            method: self.method.into(),
            frame: self.frame.map(String::from),
            time,
            headers: kept.request,
            body: kept.body,
            status: 0,
            security: None,
        };
        let answer = (self.status != 0 || !kept.response.is_empty() || kept.security.is_some()).then(|| Exchange {
            stage: Stage::Answered,
            id: request.id.clone(),
            url: request.url.clone(),
            kind,
            method: request.method.clone(),
            frame: request.frame.clone(),
            time: time.map(|time| time.saturating_add(self.wait)),
            headers: kept.response,
            body: None,
            status: self.status,
            security: kept.security,
        });
        observations.push(Observation::Exchange(request));
        observations.extend(answer.map(Observation::Exchange));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use onlooker::address::MAX_URL;
    use proptest::prelude::*;

    use super::*;

    const CHROME: &[u8] = include_bytes!("../tests/har/chrome.har");
    const BROWSERTIME: &[u8] = include_bytes!("../tests/har/browsertime.har");

    /// The pages as lines: an address, then a type and an address each.
    fn shape(har: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for page in read(har).unwrap().pages {
            lines.push(format!("= {}", page.url));
            lines.extend(page.gaps.iter().map(|gap| format!("! {}", gap.why)));
            for observation in &page.observations {
                lines.push(match observation {
                    Observation::Exchange(Exchange { stage: Stage::Answered, .. }) => continue,
                    Observation::Exchange(Exchange { kind, url, .. }) => format!("{} {url}", kind.name()),
                    Observation::Unreadable { why } => format!("- {why}"),
                });
            }
        }
        lines
    }

    fn exchanges(page: &PageLog) -> impl Iterator<Item = &Exchange> {
        page.observations.iter().filter_map(|observation| match observation {
            Observation::Exchange(exchange) => Some(exchange),
            Observation::Unreadable { .. } => None,
        })
    }

    fn requests(page: &PageLog) -> impl Iterator<Item = &Exchange> {
        exchanges(page).filter(|exchange| exchange.stage == Stage::Request)
    }

    fn answers(page: &PageLog) -> impl Iterator<Item = &Exchange> {
        exchanges(page).filter(|exchange| exchange.stage == Stage::Answered)
    }

    /// The only page of a recording of this one entry, by a recorder of this name.
    fn one_of(creator: &str, entry: &str) -> PageLog {
        let har = format!(r#"{{"log":{{"creator":{{"name":"{creator}","version":"1"}},"entries":[{entry}]}}}}"#);
        let recording = read(har.as_bytes()).unwrap();
        assert_eq!((recording.pages.len(), recording.malformed_count), (1, 0), "{entry}");
        recording.pages.into_iter().next().unwrap()
    }

    fn one(entry: &str) -> PageLog {
        one_of("Unknown", entry)
    }

    fn told(exchange: &Exchange) -> Vec<String> {
        exchange.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect()
    }

    #[test]
    fn headers_of_those_names_are_kept() {
        let page = one(r#"{"request":{"url":"https://a.example/","method":"GET","headers":[
                {"name":":authority","value":"a.example"},{"name":"User-Agent","value":"u"},{"name":"Accept","value":"*/*"},
                {"name":"Cookie","value":"id=7; b=8"},{"name":"Referer","value":"https://p.example/q?x"},{"name":"ORIGIN","value":"https://p.example"},
                {"name":"Sec-GPC","value":"1"},{"name":"DNT","value":"1"},{"name":"Sec-CH-UA-Model","value":"\"X\""},{"name":"sec-fetch-site","value":"cross-site"},
                {"name":"Content-Type","value":"text/plain"},{"name":"content-type","value":"text/plain"},{"name":"X-Client-Data","value":" abc "},
                {"name":"tm-user-id","value":"t"},{"name":"Ping-From","value":"https://p.example/"},{"name":"Ping-To","value":"https://t.example/"},
                {"name":"Authorization","value":"Bearer secret"},{"name":"x-empty","value":""},{"name":"x-odd","value":7}]},
             "response":{"status":200,"headers":[
                {"name":"Date","value":"Fri, 04 Feb 2022 05:23:40 GMT"},{"name":"Content-Length","value":"1"},{"name":"ETag","value":"\"e\""},
                {"name":"Set-Cookie","value":"a=1; Path=/\nb=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT\n"},{"name":"X-Powered-By","value":"p"},
                {"name":"Cache-Control","value":"private\nno-store"},{"name":"Report-To","value":"{}"},{"name":"Tk","value":"T"},{"name":"Clear-Site-Data","value":"*"}]}}"#);
        let request = requests(&page).next().unwrap();
        assert_eq!(
            told(request),
            [
                "cookie: id=7; b=8",
                "referer: https://p.example/q?x",
                "origin: https://p.example",
                "sec-gpc: 1",
                "dnt: 1",
                "sec-ch-ua-model: \"X\"",
                "sec-fetch-site: cross-site",
                "content-type: text/plain",
                "x-client-data: abc",
                "tm-user-id: t",
                "ping-from: https://p.example/",
                "ping-to: https://t.example/",
                "authorization: present",
            ]
        );
        let answer = answers(&page).next().unwrap();
        assert_eq!(
            told(answer),
            [
                "date: Fri, 04 Feb 2022 05:23:40 GMT",
                "etag: \"e\"",
                "set-cookie: a=1; Path=/",
                "set-cookie: b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
                "cache-control: private",
                "cache-control: no-store",
                "report-to: {}",
                "tk: T",
                "clear-site-data: *",
            ]
        );
        assert_eq!((answer.status, answer.id.as_str(), answer.kind), (200, "e1", request.kind));
        assert_eq!((request.time, answer.time), (None, None));
        assert_eq!(page.recorded, [Part::RequestHeaders, Part::Cookies, Part::ResponseHeaders]);
    }

    #[test]
    fn cookies_that_safari_joined_are_told_apart() {
        let joined = "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, b=x, y; Secure, _c.d=";
        let page = one(&format!(
            r#"{{"request":{{"url":"https://a.example/"}},"response":{{"headers":{{"Set-Cookie":"{joined}"}}}}}}"#
        ));
        assert_eq!(
            told(answers(&page).next().unwrap()),
            [
                "set-cookie: a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/",
                "set-cookie: b=x, y; Secure",
                "set-cookie: _c.d=",
            ]
        );
    }

    #[test]
    fn cookies_taken_apart_stand_for_headers_that_are_not_there() {
        let cookies = r#""cookies":[{"name":"id","value":"7","path":"/","domain":".a.example","expires":"2026-03-01T11:00:00.000Z","httpOnly":true,"secure":true,"sameSite":"None"},{"name":"s","value":"8","expires":"1969-12-31T23:59:59.999Z"},{"name":"n","value":"","expires":null,"httpOnly":"true"},{}]"#;
        let entry = |header: &str, set: &str| {
            format!(
                r#"{{"response":{{{cookies},"headers":[{set}]}},"request":{{"url":"https://a.example/",{cookies},"headers":[{header}]}},"startedDateTime":"2026-03-01T10:00:00Z"}}"#
            )
        };
        let page = one(&entry("", ""));
        assert_eq!(told(requests(&page).next().unwrap()), ["cookie: id=7; s=8; n="]);
        assert_eq!(
            told(answers(&page).next().unwrap()),
            [
                "set-cookie: id=7; Max-Age=3600; Path=/; Domain=.a.example; SameSite=None; Secure; HttpOnly",
                "set-cookie: s=8",
                "set-cookie: n=; HttpOnly",
            ]
        );
        assert_eq!(page.recorded, [Part::Cookies, Part::Times]);
        let page = one(&entry(r#"{"name":"cookie","value":"h=1"}"#, r#"{"name":"Set-Cookie","value":"h=2"}"#));
        assert_eq!(told(requests(&page).next().unwrap()), ["cookie: h=1"]);
        assert_eq!(told(answers(&page).next().unwrap()), ["set-cookie: h=2"]);
    }

    #[test]
    fn cookies_that_were_left_out_were_not_looked_for() {
        let entry = |headers: &str| {
            format!(r#"{{"request":{{"url":"https://a.example/","method":"GET","cookies":[],"headers":[{headers}]}}}}"#)
        };
        // Chrome's recordings without sensitive data, and tools that blank values.
        for (headers, cookies) in [
            (r#"{"name":"Accept","value":"*/*"}"#, false),
            (r#"{"name":"Cookie","value":"[REDACTED]"}"#, false),
            (r#"{"name":"Cookie","value":"id=[id redacted]; b=***"}"#, false),
            (r#"{"name":"Cookie","value":"id="}"#, false),
            (r#"{"name":"Cookie","value":"id=[id redacted]; b=1"}"#, true),
        ] {
            let page = one_of("WebInspector", &entry(headers));
            assert_eq!(page.recorded.contains(&Part::Cookies), cookies, "{headers}");
            assert!(page.recorded.contains(&Part::RequestHeaders));
        }
    }

    #[test]
    fn bodies_as_recorders_write_them() {
        for (data, headers, body) in [
            // Chrome, Safari, mitmproxy.
            (r#"{"mimeType":"text/plain","text":"a=1","params":[{"name":"a","value":"1"}]}"#, "", Some("a=1")),
            // Firefox has the body's own headers before a form.
            (
                r#"{"mimeType":"x","params":[],"text":"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1"}"#,
                "",
                Some("a=1"),
            ),
            (r#"{"text":"Content-Type: no header follows"}"#, "", Some("Content-Type: no header follows")),
            // Charles: decoded fields.
            (
                r#"{"params":[{"name":"e=m","value":"a+b@c.example&50%"},{"name":"f","fileName":"x.png"},{"name":"{\"j\":1}","value":""}]}"#,
                "",
                Some("e%3Dm=a%2Bb@c.example%2650%25&f=&{\"j\":1}="),
            ),
            (r#"{"text":{"a":1},"params":7}"#, "", None),
            (r#"{"mimeType":"","text":""}"#, "", None),
            (r#"{"text":"AAECAw==","encoding":"base64"}"#, "", None),
            ("7", "", None),
        ] {
            let page = one(&format!(
                r#"{{"request":{{"method":"POST","url":"https://a.example/","postData":{data},"headers":[{headers}]}}}}"#
            ));
            assert_eq!(requests(&page).next().unwrap().body.as_deref(), body, "{data}");
            assert_eq!(page.recorded.contains(&Part::Bodies), body.is_some(), "{data}");
        }
        let page = one(
            r#"{"request":{"method":"POST","url":"https://a.example/","postData":{"text":"{}","mimeType":"application/json"}}}"#,
        );
        assert_eq!(told(requests(&page).next().unwrap()), ["content-type: application/json"]);
    }

    #[test]
    fn bodies_that_are_missing_are_said_to_be() {
        let length = |n: u32| {
            format!(
                r#""headers":[{{"name":"content-type","value":"text/plain"}},{{"name":"Content-Length","value":"{n}"}}]"#
            )
        };
        let typed = r#""headers":[{"name":"content-type","value":"text/plain"}],"bodySize":0"#;
        let get = r#""method":"GET","bodySize":0,"postData":{"mimeType":"","params":[],"text":""}"#.to_owned();
        let post = |rest: &str| format!(r#""method":"POST",{rest}"#);
        let with = post(r#""bodySize":3,"postData":{"text":"a=1"}"#);
        for (creator, requests, told, unread) in [
            // Nothing had a body: the recorder's name decides.
            ("Firefox", vec![get.clone()], true, 0),
            ("WebInspector", vec![get.clone(), post(&length(0))], true, 0),
            ("WebInspector", vec![post(r#""bodySize":0"#)], true, 0),
            ("WebPagetest", vec![get.clone()], false, 0),
            ("Unknown", vec![get.clone(), post(&length(0))], false, 0),
            ("Unknown", vec![get.clone(), with.clone()], true, 0),
            ("WebPagetest", vec![with.clone()], true, 0),
            // Something had one that is not here, or may have had.
            (
                "Firefox",
                vec![with.clone(), post(r#""bodySize":300,"postData":{"text":"","comment":"not included"}"#)],
                true,
                1,
            ),
            ("WebInspector", vec![post(r#""bodySize":296,"postData":{"mimeType":"text/plain"}"#)], false, 0),
            ("WebInspector", vec![with.clone(), post(&length(15_210))], true, 1),
            ("WebInspector", vec![with.clone(), post(typed)], true, 1),
            ("WebInspector", vec![with.clone(), post(r#""bodySize":-1"#)], true, 1),
            ("Playwright", vec![with.clone(), post(r#""bodySize":4,"postData":{"text":"","_file":"x.dat"}"#)], true, 1),
            ("Firefox", vec![r#""method":7"#.to_owned()], false, 0),
        ] {
            let entries: Vec<String> =
                requests.iter().map(|rest| format!(r#"{{"request":{{"url":"https://a.example/",{rest}}}}}"#)).collect();
            let page = one_of(creator, &entries.join(","));
            assert_eq!(page.recorded.contains(&Part::Bodies), told, "{creator} {requests:?}");
            let gap = page.gaps.iter().find(|gap| gap.why == "bodies-not-read").map_or(0, |gap| gap.count);
            assert_eq!(gap, unread, "{creator} {requests:?}");
        }
    }

    #[test]
    fn times_count_from_the_pages_first_request() {
        let entry = |page: u32, date: &str, timings: &str| {
            format!(
                r#"{{"pageref":"{page}","startedDateTime":{date},"timings":{timings},"request":{{"url":"https://a.example/"}},"response":{{"status":200}}}}"#
            )
        };
        let timings = r#"{"blocked":1.9,"dns":-1,"connect":20,"ssl":15,"send":0,"wait":"100","receive":7000}"#;
        let entries = [
            entry(1, r#""2026-03-01T10:00:01.500Z""#, timings),
            entry(1, r#""2026-03-01T11:00:01.000+01:00""#, "7"),
            entry(2, r#""2026-03-01T10:00:05.000Z""#, "{}"),
            entry(2, "1772359205000", "{}"),
        ];
        let har = format!(r#"{{"log":{{"entries":[{}]}}}}"#, entries.join(","));
        let recording = read(har.as_bytes()).unwrap();
        let times: Vec<Vec<Option<u64>>> =
            recording.pages.iter().map(|page| exchanges(page).map(|e| e.time).collect()).collect();
        assert_eq!(times, [[Some(500), Some(621), Some(0), Some(0)], [Some(0), Some(0), None, None]]);
        let told: Vec<bool> = recording.pages.iter().map(|page| page.recorded.contains(&Part::Times)).collect();
        assert_eq!(told, [true, false]);
    }

    #[test]
    fn security_as_recorders_write_it() {
        for (entry, response, said) in [
            (
                r#""_securityDetails":{"protocol":"TLS 1.3","cipher":"AES_128_GCM","issuer":"R13","subjectName":"a.example","sanList":["a"],"validFrom":1}"#,
                "",
                Some(("TLSv1.3", "AES_128_GCM", "R13")),
            ),
            (r#""_tls_version":"TLS 1.2","_tls_cipher_suite":4866"#, "", Some(("TLSv1.2", "", ""))),
            (
                r#""x":1"#,
                r#""_securityDetails":{"protocol":"TLS 1","issuer":"CN=Gov CA,O=\"Gov\",C=XX"}"#,
                Some(("TLSv1", "", "Gov CA")),
            ),
            (r#""_security":{"protocol":"TLSv1.3","issuer":"C=XX,O=Gov"}"#, "", Some(("TLSv1.3", "", "Gov"))),
            (r#""_securityDetails":{"protocol":"QUIC","issuer":"WE1"}"#, "", Some(("QUIC", "", "WE1"))),
            (r#""_securityDetails":{"protocol":"SSL 3.0"}"#, "", Some(("SSLv3", "", ""))),
            (r#""_securityDetails":{}"#, "", None),
            (r#""_securityDetails":[7]"#, "", None),
        ] {
            let page =
                one(&format!(r#"{{{entry},"request":{{"url":"https://a.example/"}},"response":{{{response}}}}}"#));
            let security = answers(&page).next().and_then(|e| e.security.as_ref());
            assert_eq!(security.map(|s| (s.protocol.as_str(), s.cipher.as_str(), s.issuer.as_str())), said, "{entry}");
            assert!(security.is_none_or(|s| s.root.is_empty() && s.built_in.is_none()));
            assert_eq!(page.recorded.contains(&Part::Security), said.is_some());
        }
    }

    #[test]
    fn an_answer_is_told_where_one_was_recorded() {
        let page = one(r#"{"request":{"url":"https://a.example/"},"response":{"status":0,"headers":[],"cookies":[]}}"#);
        assert_eq!(answers(&page).count(), 0);
        let page = one(r#"{"request":{"url":"https://a.example/"},"response":{"status":302,"redirectURL":"/next"}}"#);
        assert_eq!(told(answers(&page).next().unwrap()), ["location: /next"]);
        assert_eq!(answers(&page).next().unwrap().status, 302);
    }

    #[test]
    fn chrome() {
        assert_eq!(
            shape(CHROME),
            [
                "= https://news.example/",
                "main_frame http://news.example/",
                "main_frame https://news.example/",
                "script https://tracker.example/t.js?id=1234567",
                "script https://tracker.example/allowed.js",
                "image data:image/gif;base64,R0lGODlhAQABAAAAACw=",
                "xmlhttprequest blob:https://news.example/8c2e9a9e-0000-4000-8000-000000000000",
                "sub_frame https://frame.example/f.html",
                "websocket wss://socket.example/live",
                "xmlhttprequest https://api.news.example/v1",
                "ping https://beacon.example/b",
                "stylesheet https://cdn.example/late.css",
                "= https://shop.example/cart?item=7",
                "main_frame https://shop.example/cart?item=7",
                "image https://pixel.example/p.gif?visitor=abcdef",
                "image https://shop.example/favicon.ico",
            ]
        );
    }

    #[test]
    fn firefox() {
        assert_eq!(
            shape(include_bytes!("../tests/har/firefox.har")),
            [
                "= https://news.example/start",
                "main_frame http://news.example/",
                "main_frame https://news.example/start",
                "script https://tracker.example/t.js",
                "sub_frame https://frame.example/f.html",
                "image https://pixel.example/hop",
                "image https://pixel.example/p.gif",
                "xmlhttprequest https://beacon.example/b",
                "csp_report https://csp.news.example/r",
                "websocket wss://socket.example/live",
            ]
        );
    }

    #[test]
    fn safari() {
        assert_eq!(
            shape(include_bytes!("../tests/har/safari.har")),
            [
                "= https://news.example/start",
                "main_frame https://news.example/start",
                "stylesheet https://cdn.example/s.css",
                "script https://tracker.example/t.js",
                "image https://pixel.example/p?id=1",
                "sub_frame https://frame.example/f.html",
                "xmlhttprequest https://api.news.example/v1.json",
                "font https://cdn.example/a",
                "media https://video.example/v",
                "other https://unknown.example/x",
            ]
        );
    }

    #[test]
    fn webpagetest() {
        let har = include_bytes!("../tests/har/webpagetest.har");
        assert_eq!(
            shape(har),
            [
                "= https://news.example/start",
                "main_frame http://news.example/",
                "main_frame https://news.example/start",
                "sub_frame https://frame.example/f.html",
                "script https://tracker.example/t.js",
                "image https://pixel.example/p.gif",
                "ping https://beacon.example/b",
                "= https://news.example/start",
                "main_frame https://news.example/start",
            ]
        );
        let recording = read(har.as_slice()).unwrap();
        let script = requests(recording.pages.first().unwrap()).nth(3).unwrap();
        assert_eq!(script.frame.as_deref(), Some("https://frame.example/f.html"));
        assert_eq!(script.id, "e4");
    }

    #[test]
    fn browsertime() {
        assert_eq!(
            shape(BROWSERTIME),
            [
                "= https://news.example/landed",
                "main_frame https://www.news.example/",
                "main_frame https://www.news.example/start?x=1",
                "main_frame https://news.example/landed",
                "script https://tracker.example/t.js",
                "xmlhttprequest https://api.news.example/v1",
                "other https://news.example/next",
                "sub_frame https://frame.example/f.html",
            ]
        );
    }

    #[test]
    fn bare_and_late() {
        assert_eq!(
            shape(include_bytes!("../tests/har/bare.har")),
            [
                "= https://news.example/",
                "main_frame https://news.example/",
                "script https://tracker.example/t.js",
                "image https://pixel.example/p.gif",
            ]
        );
        assert_eq!(
            shape(include_bytes!("../tests/har/late.har")),
            [
                "= https://news.example/open",
                "! document-not-recorded",
                "xmlhttprequest https://tracker.example/t?x=1",
                "sub_frame https://frame.example/f.html",
            ]
        );
    }

    #[test]
    fn malformed_entries_cost_the_rest_nothing() {
        let recording = read(include_bytes!("../tests/har/malformed.har").as_slice()).unwrap();
        assert_eq!((recording.entries, recording.malformed_count), (7, 5));
        let named: Vec<(u64, &str)> = recording.malformed.iter().map(|bad| (bad.entry, bad.why)).collect();
        assert_eq!(
            named,
            [
                (2, "it is not an object"),
                (3, "it has no request"),
                (4, "its request is not an object"),
                (5, "its request has no url"),
                (6, "its request's url is not a string"),
            ]
        );
        let page = recording.pages.first().unwrap();
        let unreadable = page.observations.iter().filter(|o| matches!(o, Observation::Unreadable { .. })).count();
        assert_eq!((requests(page).count(), unreadable), (2, 5));
    }

    #[test]
    fn what_is_not_a_har_says_why() {
        for (text, entry, why) in [
            ("", None, "the file ends too early"),
            ("<html>", None, "not JSON: expected value at line 1 column 1"),
            ("[]", None, "not a HAR: it has no \"log\""),
            (r#"{"log":7}"#, None, "not a HAR: its \"log\" is not an object"),
            (r#"{"log":{}}"#, None, "its log has no \"entries\""),
            (r#"{"log":{"entries":{}}}"#, None, "its \"entries\" are not a list"),
            (r#"{"log":{"pages":[],"entries":[]}}"#, None, "it records no page and no request"),
            (r#"{"log":{"entries":[{"request":{"url":"https://a.example/"}},{"request":{]}"#, Some(2), "not JSON: "),
            (r#"{"log":{"entries":[{"request":{"url":"https://a.exa"#, Some(1), "the file ends too early"),
            (
                r#"{"log":{"entries":[{"request":{"url":"https://a.example/"}}]}} x"#,
                None,
                "not JSON: trailing characters",
            ),
        ] {
            let error = read(text.as_bytes()).unwrap_err();
            assert_eq!(error.entry, entry, "{text}");
            assert!(error.why.starts_with(why), "{text}: {}", error.why);
            assert!(!error.to_string().contains("a.exa"));
        }
    }

    #[test]
    fn a_page_without_requests_is_not_clean() {
        let page =
            read(br#"{"log":{"pages":[{"id":"p","title":"https://a.example/"}],"entries":[]}}"#.as_slice()).unwrap();
        let page = page.pages.first().unwrap().clone();
        assert_eq!((page.url.as_str(), page.gaps.len()), ("https://a.example/", 1));
    }

    #[test]
    fn every_way_to_write_text_reads_the_same() {
        let text = std::str::from_utf8(CHROME).unwrap();
        let plain = shape(CHROME);
        let mark: Vec<u8> = [&[0xef, 0xbb, 0xbf], CHROME].concat();
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked: Vec<u8> = [&[0xff, 0xfe], little.as_slice()].concat();
        for other in [mark, little, big, marked] {
            assert_eq!(shape(&other), plain);
        }
    }

    #[test]
    fn invalid_text_is_replaced_across_reads() {
        struct ByOne<'a>(&'a [u8]);
        impl Read for ByOne<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let (Some((first, rest)), Some(place)) = (self.0.split_first(), to.first_mut()) else { return Ok(0) };
                *place = *first;
                self.0 = rest;
                Ok(1)
            }
        }
        let bytes = b"a\xff\xe2\x82\xac\xe2\x82z\xf0\x9f";
        let mut out = String::new();
        Decoded::new(ByOne(bytes)).read_to_string(&mut out).unwrap();
        assert_eq!(out, String::from_utf8_lossy(bytes));
    }

    #[test]
    fn a_long_url_keeps_one_byte_too_many_so_that_the_cut_is_counted() {
        let har =
            format!(r#"{{"log":{{"entries":[{{"request":{{"url":"https://a.example/{}"}}}}]}}}}"#, "é".repeat(1 << 19));
        let recording = read(har.as_bytes()).unwrap();
        let page = recording.pages.first().unwrap();
        let url = &requests(page).next().unwrap().url;
        assert!(url.len() > MAX_URL && url.len() < MAX_URL + 8);
    }

    #[test]
    fn locations_are_resolved() {
        for (base, location, whole) in [
            ("https://a.example/x/y?q", "/z", "https://a.example/z"),
            ("https://a.example/x/y?q", "z", "https://a.example/x/z"),
            ("https://a.example/x/y", "../z?a=1/../2", "https://a.example/z?a=1/../2"),
            ("https://a.example/x/y", "./", "https://a.example/x/"),
            ("https://a.example", "z", "https://a.example/z"),
            ("https://a.example/x", "//b.example/", "https://b.example/"),
            ("https://a.example/x", "http://b.example/", "http://b.example/"),
            ("https://a.example/x?a", "?b", "https://a.example/x?b"),
            ("https://a.example/", "../../..", "https://a.example/"),
        ] {
            assert_eq!(resolve(base, location), whole, "{base} {location}");
        }
    }

    #[test]
    fn what_is_over_the_limits_is_told() {
        let entries = r#"{"request":{"url":"https://a.example/"}},"#.repeat(MAX_ENTRIES + 5);
        let malformed = "7,".repeat(MAX_MALFORMED + 3);
        let har = format!(r#"{{"log":{{"entries":[{malformed}{entries}7]}}}}"#);
        let recording = read(har.as_bytes()).unwrap();
        let page = recording.pages.first().unwrap();
        let gaps: Vec<(&str, u64)> = page.gaps.iter().map(|gap| (gap.why.as_str(), gap.count)).collect();
        assert_eq!(gaps, [("log-full", 5), ("malformed-entry", 4)]);
        assert_eq!(page.observations.len(), MAX_ENTRIES + MAX_MALFORMED);
        assert_eq!(recording.malformed_count, MAX_MALFORMED as u64 + 4);
    }

    #[test]
    fn pages_over_the_limit_are_counted_and_their_requests_are_nobody_elses() {
        let listed = r#"{"id":"p","title":"https://a.example/"},"#.to_owned() + &"{},".repeat(MAX_PAGES + 3);
        let entry = |page: usize| format!(r#"{{"pageref":"q{page}","request":{{"url":"https://b.example/"}}}},"#);
        let entries: String = (0..MAX_PAGES).chain([0, 1]).map(entry).collect();
        let har = format!(r#"{{"log":{{"pages":[{listed}{{}}],"entries":[{entries}7]}}}}"#);
        let recording = read(har.as_bytes()).unwrap();
        assert_eq!(recording.pages_over, MAX_PAGES as u64 + 5);
        let page = recording.pages.first().unwrap();
        assert_eq!((page.url.as_str(), page.observations.len()), ("https://a.example/", 1));
        assert_eq!(page.gaps.last().map(|gap| (gap.why.as_str(), gap.count)), Some(("log-full", MAX_PAGES as u64 + 2)));
        // Without a list of them.
        let har = format!(r#"{{"log":{{"entries":[{entries}{}{}7]}}}}"#, entry(MAX_PAGES), entry(MAX_PAGES + 1));
        let recording = read(har.as_bytes()).unwrap();
        assert_eq!((recording.pages.len(), recording.pages_over), (MAX_PAGES, 2));
    }

    #[test]
    fn addresses_are_kept_up_to_a_limit_for_all() {
        let long = "a".repeat(MAX_URL * 2);
        let entry = format!(
            r#"{{"request":{{"url":"https://a.example/{long}"}},"_documentURL":"https://a.example/{long}","response":{{"redirectURL":"https://a.example/{long}"}}}},"#
        );
        let room = MAX_TEXT / (3 * (MAX_URL + 1));
        let har = format!(r#"{{"log":{{"entries":[{}7]}}}}"#, entry.repeat(room + 4));
        let recording = read(har.as_bytes()).unwrap();
        let page = recording.pages.first().unwrap();
        assert_eq!(page.observations.len(), room + 1);
        assert_eq!(page.gaps.first().map(|gap| (gap.why.as_str(), gap.count)), Some(("log-full", 4)));
    }

    #[test]
    fn headers_and_bodies_leave_room_for_addresses() {
        let long = "a".repeat(4096);
        let header = |n: usize| format!(r#"{{"name":"X-{n}","value":"{long}"}}"#);
        let headers: Vec<String> = (0..64).map(header).collect();
        let entry = |n: usize, headers: &str| {
            format!(
                r#"{{"request":{{"url":"https://a.example/{n}","method":"POST","headers":[{headers}],"postData":{{"text":"{}"}}}}}},"#,
                "b".repeat(1 << 15)
            )
        };
        let full = entry(0, &headers.join(","));
        let har = format!(r#"{{"log":{{"entries":[{}{}7]}}}}"#, full.repeat(220), entry(1, ""));
        let recording = read(har.as_bytes()).unwrap();
        let page = recording.pages.first().unwrap();
        assert_eq!(requests(page).count(), 221);
        let size = |e: &Exchange| {
            e.headers.iter().map(|(n, v)| n.len() + v.len()).sum::<usize>() + e.body.as_ref().map_or(0, String::len)
        };
        let kept: usize = requests(page).map(size).sum();
        assert!((MAX_KEPT / 20 * 18..=MAX_KEPT).contains(&kept), "{kept}");
        let whole = requests(page).filter(|e| e.headers.len() == 64 && e.body.is_some()).count() as u64;
        assert_eq!(
            page.gaps,
            [
                Gap { why: "headers-left-out".to_owned(), count: (220 - whole) * 64 },
                // Each is cut.
                Gap { why: "bodies-left-out".to_owned(), count: 221 },
            ]
        );
        assert_eq!(requests(page).last().unwrap().body.as_ref().map(String::len), Some(16 << 10));
    }

    #[test]
    fn headers_without_number_are_cut_and_counted() {
        let many: String = (0..70).map(|n| format!(r#"{{"name":"Set-Cookie","value":"c{n}=1"}},"#)).collect();
        let entry = format!(
            r#"{{"request":{{"url":"https://a.example/","headers":[{{"name":"X-Long","value":"{}"}},{{"name":"X-{}","value":"1"}},{{"name":"User-Agent","value":"{}"}}]}},"response":{{"headers":[{many}7]}}}}"#,
            "é".repeat(3_000),
            "n".repeat(100),
            "u".repeat(9_000),
        );
        let page = one(&entry);
        assert_eq!(page.gaps, [Gap { why: "headers-left-out".to_owned(), count: 1 + 1 + 6 }]);
        let [(name, value)] = requests(&page).next().unwrap().headers.as_slice() else { panic!("one header") };
        assert_eq!((name.as_str(), value.len()), ("x-long", 4096));
        assert_eq!(answers(&page).next().unwrap().headers.len(), 64);
    }

    #[test]
    fn what_is_long_by_nature_is_no_gap() {
        let cookies: Vec<String> = (0..100).map(|n| format!("name{n}={}", "v".repeat(150))).collect();
        let policy = format!(
            "default-src {}; Report-URI https://r.example/csp; report-to group",
            "https://h.example ".repeat(400)
        );
        let entry = format!(
            r#"{{"request":{{"url":"https://a.example/","headers":[{{"name":"Cookie","value":"{}"}}]}},"response":{{"headers":[{{"name":"Content-Security-Policy","value":"{policy}"}},{{"name":"Content-Security-Policy-Report-Only","value":"script-src 'self'; report-uri /r"}}]}}}}"#,
            cookies.join("; "),
        );
        let page = one(&entry);
        assert_eq!(page.gaps, []);
        let crumbs: Vec<&str> = requests(&page).flat_map(|e| &e.headers).map(|(_, value)| value.as_str()).collect();
        assert!(crumbs.len() == 4 && crumbs.iter().all(|crumb| crumb.len() <= 4096));
        assert_eq!(crumbs.join("; "), cookies.join("; "));
        assert_eq!(
            told(answers(&page).next().unwrap()),
            [
                "content-security-policy: Report-URI https://r.example/csp; report-to group",
                "content-security-policy-report-only: script-src 'self'; report-uri /r",
            ]
        );
    }

    #[test]
    fn an_address_that_does_not_come_to_its_host_may_be_anybodys() {
        let url = |user: usize| format!("https://{}@tracker.example/", "u".repeat(user));
        let read_one = |url: &str| {
            let har = format!(r#"{{"log":{{"entries":[{{"request":{{"url":"{url}"}}}}]}}}}"#);
            let recording = read(har.as_bytes()).unwrap();
            (recording.malformed_count, recording.pages.first().unwrap().observations.clone())
        };
        let (malformed, observations) = read_one(&url(60_000));
        assert_eq!(malformed, 0);
        assert!(
            matches!(observations.first(), Some(Observation::Exchange(seen)) if seen.url == "https://tracker.example/")
        );
        let (malformed, observations) = read_one(&url(70_000));
        assert_eq!(malformed, 1);
        assert!(matches!(observations.first(), Some(Observation::Unreadable { .. })));
        let escaped = "\\u0075".repeat(20_000);
        assert_eq!(read_one(&format!("https://{escaped}@tracker.example/")).0, 1);
    }

    #[test]
    fn values_of_any_kind_and_depth_are_passed_over() {
        let odd = r#"{"a":[1e999,{"b":[]}]}"#;
        let har = format!(
            r#"{{"log":{{"creator":{odd},"pages":[{odd},{{"id":{odd},"title":1e999}}],"entries":[{{"pageref":{odd},"_documentURL":{odd},"startedDateTime":{odd},"timings":{{"wait":{odd}}},"_securityDetails":{{"issuer":{odd}}},"_tls_version":{odd},"request":{{"cookies":[{odd},{{"name":{odd},"secure":{odd}}}],"bodySize":{odd},"postData":{{"text":{odd},"params":[{odd},{{"value":{odd}}}]}},"url":"https://a.example/\ud800","method":{odd},"headers":[{{"name":{odd},"value":{odd}}}]}},"response":{{"status":{odd},"redirectURL":{odd},"content":{{"mimeType":{odd}}}}}}},{{"request":{{"url":{odd}}}}}]}}}}"#
        );
        let recording = read(har.as_bytes()).unwrap();
        assert_eq!((recording.entries, recording.malformed_count), (2, 1));
        let har = format!(r#"{{"log":{{"x":{}"#, "[".repeat(2_000));
        assert_eq!(read(har.as_bytes()).unwrap_err().why, "not a HAR: it is nested too deeply");
    }

    #[test]
    fn a_file_of_redirects_in_a_ring_ends() {
        let entry = |from: u32, to: u32| {
            format!(
                r#"{{"request":{{"url":"https://a.example/{from}"}},"response":{{"status":302,"redirectURL":"/{to}"}},"_resourceType":"document"}}"#
            )
        };
        let entries: Vec<String> = (0..5_000).map(|n| entry(n % 7, (n + 1) % 7)).collect();
        let har = format!(r#"{{"log":{{"entries":[{}]}}}}"#, entries.join(","));
        assert_eq!(read(har.as_bytes()).unwrap().pages.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn damage_never_panics(at in 0..CHROME.len(), byte in any::<u8>(), cut in 0..CHROME.len()) {
            let mut bytes = CHROME.to_vec();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _ = read(bytes.as_slice());
            bytes.truncate(cut);
            let _ = read(bytes.as_slice());
        }

        #[test]
        fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(bytes.as_slice());
            let mut out = Vec::new();
            Decoded::new(bytes.as_slice()).read_to_end(&mut out).unwrap();
            prop_assert!(std::str::from_utf8(&out).is_ok());
        }
    }
}
