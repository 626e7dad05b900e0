//! A HAR file into the core's observations, for HARs as browsers and measuring tools really write them. Knows the
//! format and its dialects; knows nothing of lists, verdicts, files or the terminal.
//!
//! The file is walked as it is read. Of each entry only its URL and a few words of evidence are kept, and bodies are
//! passed over, so that a recording of 100 MB does not need 100 MB. What is not as the format says is skipped and
//! counted, never guessed at; only text that is not JSON at all makes the whole file unreadable.
//!
//! # What a request was for
//!
//! HAR has no field for it. The first of these that says something decides:
//!
//! 1. the scheme `ws:` or `wss:`: `websocket`;
//! 2. the main navigation (see below): `main_frame`, every redirect hop of it too;
//! 3. `Sec-Fetch-Dest` where it names a frame or a document: `sub_frame`, `main_frame`;
//! 4. `_resourceType` (Chrome, browsertime) or `_request_type` (WebPageTest), by [`said`];
//! 5. `Sec-Fetch-Dest` where it names anything else, by [`dest`];
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

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

use onlooker::address::{Address, MAX_URL};
use onlooker::observation::{Gap, Observation, PageLog, RequestType};

/// How many malformed entries are named one by one; all are counted.
const NAMED: usize = 8;
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
}

/// Reads a HAR file to its end. `source` is the file's bytes as they are: UTF-8 with or without a byte order mark,
/// or UTF-16; what is not valid text is replaced.
pub fn read(source: impl Read) -> Result<Recording, Unreadable> {
    let mut found = Found::default();
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, Decoded::new(source)));
    let outcome = Lenient(Root(&mut found)).deserialize(&mut json).and_then(|()| json.end());
    let entry = found.reading.then_some(found.number);
    if let Err(error) = outcome {
        return Err(Unreadable { entry, why: reason(&error) });
    }
    let why = match (found.log, found.listed_entries) {
        (Part::Missing, _) => "not a HAR: it has no \"log\"",
        (Part::Wrong, _) => "not a HAR: its \"log\" is not an object",
        (_, Part::Missing) => "its log has no \"entries\"",
        (_, Part::Wrong) => "its \"entries\" are not a list",
        (Part::There, Part::There) if found.number == 0 && found.pages.is_empty() => {
            "it records no page and no request"
        }
        (Part::There, Part::There) => return Ok(found.finish()),
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
enum Part {
    #[default]
    Missing,
    Wrong,
    There,
}

#[derive(Debug, Default)]
struct Found {
    log: Part,
    listed_entries: Part,
    pages: Vec<Page>,
    entries: Vec<Entry>,
    /// Every `pageref` and page id, and its number.
    names: HashMap<String, usize>,
    malformed: Vec<Malformed>,
    malformed_at: Vec<(usize, Option<usize>)>,
    malformed_count: u64,
    number: u64,
    reading: bool,
}

#[derive(Debug, Default)]
struct Page {
    name: Option<usize>,
    /// The address by the page's record: a title that is a URL, WebPageTest's `_final_url`.
    is: Option<String>,
    /// The address that was asked for: WebPageTest's `_URL`, browsertime's `_url`.
    asked: Option<String>,
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
    name: Option<usize>,
    url: String,
    /// [`key`] of the URL.
    key: u64,
    method: String,
    frame: Option<String>,
    redirect: Option<String>,
    referrer: Option<String>,
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
}

impl Found {
    fn name(&mut self, name: String) -> usize {
        let next = self.names.len();
        *self.names.entry(name).or_insert(next)
    }

    fn malformed(&mut self, why: &'static str, name: Option<usize>) {
        if self.malformed.len() < NAMED {
            self.malformed.push(Malformed { entry: self.number, why });
        }
        self.malformed_at.push((self.entries.len(), name));
        self.malformed_count += 1;
    }

    /// Sorts the entries to their pages and finds each page's address.
    fn finish(mut self) -> Recording {
        // A name listed twice is one page: the first.
        let mut slot_of = vec![None; self.names.len()];
        let mut pages: Vec<Page> = Vec::with_capacity(self.pages.len());
        for page in std::mem::take(&mut self.pages) {
            match page.name.and_then(|name| slot_of.get_mut(name)) {
                Some(Some(_)) => continue,
                Some(slot) => *slot = Some(pages.len()),
                None => {}
            }
            pages.push(page);
        }
        for name in self.entries.iter().filter_map(|entry| entry.name) {
            if let Some(slot @ None) = slot_of.get_mut(name) {
                *slot = Some(pages.len());
                pages.push(Page { name: Some(name), ..Page::default() });
            }
        }
        if pages.is_empty() {
            pages.push(Page::default());
        }

        let mut groups: Vec<Group> = pages.into_iter().map(Group::new).collect();
        let place = |name: Option<usize>, before: usize| {
            name.and_then(|name| slot_of.get(name).copied().flatten()).unwrap_or(before)
        };
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
            if let Some(page) = group.into_page(&main) {
                pages.push(page);
            }
        }
        Recording { pages, malformed: self.malformed, malformed_count: self.malformed_count, entries: self.number }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// One page and its entries

#[derive(Debug)]
struct Group {
    page: Page,
    entries: Vec<Entry>,
    malformed: u64,
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
        Self { page, entries: Vec::new(), malformed: 0, places: HashMap::new() }
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
    fn into_page(self, main: &Navigation) -> Option<PageLog> {
        let mut page = PageLog::default();
        let document = main.hops.last().and_then(|&at| self.get(at));
        page.url = match (document, &main.leads_to) {
            // The document itself was not recorded, the way to it was.
            (Some(_), Some(target)) => self.page.is.clone().unwrap_or_else(|| target.clone()),
            (Some(document), None) => document.url.clone(),
            (None, _) => self.page.is.clone().or_else(|| self.page.asked.clone()).unwrap_or_else(|| self.guess()),
        };
        if self.entries.is_empty() && self.malformed == 0 {
            if page.url.is_empty() {
                return None;
            }
            page.gaps.push(Gap { why: "nothing-recorded".to_owned(), count: 1 });
        } else if document.is_none() {
            page.gaps.push(Gap { why: "document-not-recorded".to_owned(), count: 1 });
        }

        let kinds: Vec<RequestType> = (0..self.entries.len()).map(|at| self.kind(at, main, 0)).collect();
        page.observations = self
            .entries
            .into_iter()
            .zip(kinds)
            .map(|(entry, kind)| Observation::Request {
                id: format!("e{}", entry.number),
                url: entry.url,
                kind,
                method: entry.method,
                frame: entry.frame,
            })
            .collect();
        for _ in 0..self.malformed {
            page.observations.push(Observation::Unreadable { why: "malformed-entry".to_owned() });
        }
        Some(page)
    }

    /// Whose requests these are, when no document tells: the referrer that most of them name, else the first URL.
    fn guess(&self) -> String {
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
            return best.0.to_owned();
        }
        self.entries.iter().find(|entry| on_the_web(&entry.url)).map(|entry| entry.url.clone()).unwrap_or_default()
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
            _ if matches!(entry.method.as_str(), "POST" | "OPTIONS") => T::Xmlhttprequest,
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

    /// The URL it redirects to, made absolute.
    fn target(&self) -> Option<String> {
        let location = self.redirect.as_deref().filter(|_| (300..400).contains(&self.status))?;
        Some(resolve(&self.url, location))
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Words into types

/// `_resourceType` of Chrome and browsertime and `_request_type` of WebPageTest: DevTools' names of resource types, in
/// any case, and what Chromium's `webRequest` calls the same.
fn said(word: &str) -> Said {
    use RequestType as T;
    let word = word.to_ascii_lowercase();
    Said::Is(match word.as_str() {
        "document" => return Said::Document,
        "stylesheet" => T::Stylesheet,
        "script" => T::Script,
        "image" => T::Image,
        "font" => T::Font,
        "media" | "texttrack" => T::Media,
        "xhr" | "fetch" | "eventsource" | "preflight" => T::Xmlhttprequest,
        "websocket" | "webtransport" | "directsocket" => T::Websocket,
        "ping" => T::Ping,
        "cspviolationreport" => T::CspReport,
        "manifest" | "signedexchange" | "prefetch" | "fedcm" => T::Other,
        // "other" is DevTools' word for what it does not know: other evidence may know better.
        _ => return Said::Nothing,
    })
}

/// `Sec-Fetch-Dest`, by the Fetch standard's list of destinations.
fn dest(word: &str) -> Dest {
    use RequestType as T;
    Dest::Is(match word {
        "document" => return Dest::Document,
        "iframe" | "frame" | "fencedframe" => return Dest::Frame,
        "empty" => return Dest::Empty,
        "script" | "worker" | "sharedworker" | "serviceworker" | "audioworklet" | "paintworklet" => T::Script,
        "style" => T::Stylesheet,
        "image" => T::Image,
        "font" => T::Font,
        "audio" | "video" | "track" => T::Media,
        "embed" | "object" => T::Object,
        "report" => T::CspReport,
        "json" | "text" | "webidentity" => T::Xmlhttprequest,
        "websocket" => T::Websocket,
        "manifest" | "xslt" | "speculationrules" | "dictionary" => T::Other,
        _ => return Dest::Unknown,
    })
}

fn accept(value: &str) -> Accept {
    if value.starts_with("text/html") || value.starts_with("application/xhtml") {
        Accept::Html
    } else if value.starts_with("text/css") {
        Accept::Css
    } else if value.starts_with("image/") {
        Accept::Image
    } else {
        Accept::Anything
    }
}

/// What a response's media type tells of the request. Text and bytes of no kind tell nothing.
fn mime(value: &str) -> Mime {
    use RequestType as T;
    let word = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (group, name) = word.split_once('/').unwrap_or((word.as_str(), ""));
    Mime::Is(match (group, name) {
        ("text", "html") | ("application", "xhtml+xml") => return Mime::Html,
        ("text", "css") => T::Stylesheet,
        ("image", _) => T::Image,
        ("font", _) => T::Font,
        ("audio" | "video", _) => T::Media,
        ("application", "vnd.apple.mpegurl" | "x-mpegurl" | "dash+xml") => T::Media,
        ("application", "x-shockwave-flash" | "java-archive" | "x-java-applet") => T::Object,
        ("application", "vnd.ms-fontobject" | "x-woff" | "x-woff2") => T::Font,
        ("application", name) if name.contains("font") => T::Font,
        ("application" | "text", name) if name.contains("javascript") || name.contains("ecmascript") => T::Script,
        ("application" | "text", "json" | "xml" | "wasm" | "event-stream" | "grpc-web" | "x-protobuf") => {
            T::Xmlhttprequest
        }
        ("application", name) if name.ends_with("+json") || name.ends_with("+xml") => T::Xmlhttprequest,
        _ => return Mime::Unknown,
    })
}

/// What the ending of the path tells.
fn by_ending(url: &str) -> Option<RequestType> {
    use RequestType as T;
    let path = url.split(['?', '#']).next()?;
    let (_, after_scheme) = path.split_once("://")?;
    let (_, name) = after_scheme.split_once('/')?;
    let (_, ending) = name.rsplit('/').next()?.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "js" | "mjs" => T::Script,
        "css" => T::Stylesheet,
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "svg" | "ico" | "bmp" => T::Image,
        "woff" | "woff2" | "ttf" | "otf" | "eot" => T::Font,
        "mp4" | "webm" | "m4s" | "m3u8" | "mpd" | "mp3" | "ogg" | "m4a" | "ts" | "vtt" => T::Media,
        "swf" => T::Object,
        "json" | "wasm" => T::Xmlhttprequest,
        _ => return None,
    })
}

// ---------------------------------------------------------------------------------------------------------------------
// URLs

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

fn on_the_web(url: &str) -> bool {
    starts_with_ignoring_case(url, "http:") || starts_with_ignoring_case(url, "https:")
}

/// A number for what a URL names: case of the host, default port, fragment and user information aside.
fn key(url: &str) -> u64 {
    let mut address = Address::new();
    match address.read(url.as_bytes()) {
        Ok(()) => xxh3_64(address.exact()),
        Err(_) => xxh3_64(url.as_bytes()),
    }
}

/// `location` as seen from `base`: the few forms that servers send. Dot segments are resolved, since browsers do.
fn resolve(base: &str, location: &str) -> String {
    let location = location.trim();
    let Some((scheme, rest)) = base.split_once("://") else { return location.to_owned() };
    if location.starts_with("//") {
        return format!("{scheme}:{location}");
    }
    let name = location.split(['/', '?', '#']).next().unwrap_or_default();
    if name.contains(':') {
        return location.to_owned();
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (target, tail) =
        location.split_at_checked(location.find(['?', '#']).unwrap_or(location.len())).unwrap_or((location, ""));
    let joined = if target.is_empty() {
        path.to_owned()
    } else if target.starts_with('/') {
        target.to_owned()
    } else {
        let folder = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or("/");
        format!("{folder}{target}")
    };
    let mut segments: Vec<&str> = Vec::new();
    for segment in joined.split('/').skip(1) {
        match segment {
            ".." => {
                segments.pop();
            }
            "." => {}
            segment => segments.push(segment),
        }
    }
    if matches!(joined.rsplit('/').next(), Some("." | "..")) {
        segments.push("");
    }
    format!("{scheme}://{host}/{}{tail}", segments.join("/"))
}

/// A URL of which the core judges the start only: one byte more than it judges is kept, so that it counts the cut.
fn kept(url: Cow<'_, str>) -> String {
    let mut end = MAX_URL + 1;
    if url.len() <= end {
        let mut url = url.into_owned();
        url.shrink_to_fit();
        return url;
    }
    while !url.is_char_boundary(end) {
        end += 1;
    }
    url.get(..end).unwrap_or_default().to_owned()
}

// ---------------------------------------------------------------------------------------------------------------------
// Walking the JSON

/// What to do with a value of any type. The default is to pass over it.
trait Shape<'de>: Sized {
    type Out: Default;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Out, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::Out::default())
    }
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Out, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::Out::default())
    }
}

/// Accepts a value of any type: the wrong type is data, not the end of the file.
struct Lenient<S>(S);

impl<'de, S: Shape<'de>> DeserializeSeed<'de> for Lenient<S> {
    type Value = S::Out;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Out, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Shape<'de>> Visitor<'de> for Lenient<S> {
    type Value = S::Out;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S::Out, A::Error> {
        self.0.map(map)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<S::Out, A::Error> {
        self.0.seq(seq)
    }
    fn visit_bool<E>(self, _: bool) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
    fn visit_i64<E>(self, _: i64) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
    fn visit_u64<E>(self, _: u64) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
    fn visit_f64<E>(self, _: f64) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
    fn visit_str<E>(self, _: &str) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
    fn visit_unit<E>(self) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
}

/// A key, as bytes: an escaped half of a surrogate pair is legal in JSON and no reason to give up a file.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Key {
    type Value = String;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

/// The next value of an object if it is a string.
fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<String>, A::Error> {
    Ok(string(&map.next_value::<Box<RawValue>>()?).map(Cow::into_owned))
}

/// A raw value as text, if it is a string.
fn string(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    Key.deserialize(&mut serde_json::Deserializer::from_str(raw.get())).ok().map(Cow::Owned)
}

/// A raw value as a number, also where it is written as a string.
fn number(raw: &RawValue) -> Option<u16> {
    raw.get().trim_matches('"').parse().ok()
}

fn truth(raw: &RawValue) -> bool {
    matches!(raw.get(), "true" | "1" | "\"1\"" | "\"true\"")
}

struct Root<'a>(&'a mut Found);

impl<'de> Shape<'de> for Root<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            if key == "log" {
                self.0.log = Part::Wrong;
                map.next_value_seed(Lenient(Log(self.0)))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Log<'a>(&'a mut Found);

impl<'de> Shape<'de> for Log<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.log = Part::There;
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "pages" => map.next_value_seed(Lenient(Pages(self.0)))?,
                "entries" => {
                    if self.0.listed_entries == Part::Missing {
                        self.0.listed_entries = Part::Wrong;
                    }
                    map.next_value_seed(Lenient(Entries(self.0)))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Pages<'a>(&'a mut Found);

impl<'de> Shape<'de> for Pages<'_> {
    type Out = ();
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Lenient(PageShape(self.0)))?.is_some() {}
        Ok(())
    }
}

struct PageShape<'a>(&'a mut Found);

impl<'de> Shape<'de> for PageShape<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut page = Page::default();
        let (mut title, mut final_url) = (None, None);
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "id" => page.name = text(&mut map)?.map(|id| self.0.name(id)),
                "title" => title = text(&mut map)?,
                "_final_url" => final_url = text(&mut map)?,
                "_URL" | "_url" | "_testUrl" => {
                    page.asked = text(&mut map)?.filter(|url| on_the_web(url)).or(page.asked)
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        // Titles are URLs in Chrome, Firefox and Safari, and anything else elsewhere ("https://a.example run 1").
        let title = title.filter(|title| on_the_web(title) && !title.contains(char::is_whitespace));
        page.is = final_url.filter(|url| on_the_web(url)).or(title).map(|url| kept(url.into()));
        page.asked = page.asked.map(|url| kept(url.into()));
        self.0.pages.push(page);
        Ok(())
    }
}

struct Entries<'a>(&'a mut Found);

impl<'de> Shape<'de> for Entries<'_> {
    type Out = ();
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let found = self.0;
        found.listed_entries = Part::There;
        found.reading = true;
        loop {
            found.number += 1;
            let Some(read) = seq.next_element_seed(Lenient(EntryShape(&mut *found)))? else { break };
            match read {
                ReadEntry::NotAnObject => found.malformed("it is not an object", None),
                ReadEntry::Malformed(why, name) => found.malformed(why, name),
                ReadEntry::Whole(mut entry) => {
                    entry.key = key(&entry.url);
                    found.entries.push(*entry);
                }
            }
        }
        found.number -= 1;
        found.reading = false;
        Ok(())
    }
}

#[derive(Default)]
enum ReadEntry {
    #[default]
    NotAnObject,
    Malformed(&'static str, Option<usize>),
    Whole(Box<Entry>),
}

struct EntryShape<'a>(&'a mut Found);

impl<'de> Shape<'de> for EntryShape<'_> {
    type Out = ReadEntry;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<ReadEntry, A::Error> {
        let found = self.0;
        let mut entry = Entry { number: found.number, ..Entry::default() };
        let mut request = Part::Missing;
        let mut url = Part::Missing;
        let mut full_url = None;
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "request" => {
                    (request, url) = match map.next_value_seed(Lenient(RequestShape(&mut entry)))? {
                        None => (Part::Wrong, Part::Missing),
                        Some(url) => (Part::There, url),
                    };
                }
                "response" => map.next_value_seed(Lenient(ResponseShape(&mut entry)))?,
                "pageref" => entry.name = text(&mut map)?.map(|name| found.name(name)),
                "_resourceType" | "_request_type" => {
                    if let Some(word) = text(&mut map)? {
                        entry.said = said(&word);
                    }
                }
                "_documentURL" => {
                    entry.frame = text(&mut map)?.filter(|url| on_the_web(url)).map(|url| kept(url.into()))
                }
                "_final_base_page" => entry.final_document = truth(&map.next_value::<Box<RawValue>>()?),
                "_full_url" => full_url = text(&mut map)?.filter(|url| on_the_web(url)),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let (Part::Missing | Part::Wrong, Some(full)) = (url, full_url) {
            entry.url = kept(full.into());
            return Ok(ReadEntry::Whole(Box::new(entry)));
        }
        let why = match (request, url) {
            (Part::Missing, _) => "it has no request",
            (Part::Wrong, _) => "its request is not an object",
            (Part::There, Part::Missing) => "its request has no url",
            (Part::There, Part::Wrong) => "its request's url is not a string",
            (Part::There, Part::There) => return Ok(ReadEntry::Whole(Box::new(entry))),
        };
        Ok(ReadEntry::Malformed(why, entry.name))
    }
}

struct RequestShape<'a>(&'a mut Entry);

impl<'de> Shape<'de> for RequestShape<'_> {
    /// Whether there was a URL; none where the request is not an object.
    type Out = Option<Part>;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Part>, A::Error> {
        let mut url = Part::Missing;
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "url" => {
                    let raw = map.next_value::<Box<RawValue>>()?;
                    url = match string(&raw) {
                        Some(text) => {
                            self.0.url = kept(text);
                            Part::There
                        }
                        None => Part::Wrong,
                    };
                }
                "method" => self.0.method = text(&mut map)?.map(method).unwrap_or_default(),
                "headers" => map.next_value_seed(Lenient(Headers(self.0, Side::Request)))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(url))
    }
}

/// A method is a short word; what is not is not kept.
fn method(word: String) -> String {
    if word.len() <= 16 && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') { word } else { String::new() }
}

struct ResponseShape<'a>(&'a mut Entry);

impl<'de> Shape<'de> for ResponseShape<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "status" => self.0.status = number(&map.next_value::<Box<RawValue>>()?).unwrap_or_default(),
                "redirectURL" => {
                    if let Some(url) = text(&mut map)?.filter(|url| !url.is_empty()) {
                        self.0.redirect = Some(kept(url.into()));
                    }
                }
                "content" => map.next_value_seed(Lenient(Content(self.0)))?,
                "headers" => map.next_value_seed(Lenient(Headers(self.0, Side::Response)))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Content<'a>(&'a mut Entry);

impl<'de> Shape<'de> for Content<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            if key == "mimeType" {
                let kind = text(&mut map)?.map(|value| mime(&value)).unwrap_or_default();
                if kind != Mime::Unknown {
                    self.0.mime = kind;
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Response,
}

/// A list of `{name, value}`; some tools write an object of names instead.
struct Headers<'a>(&'a mut Entry, Side);

impl<'de> Shape<'de> for Headers<'_> {
    type Out = ();
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Lenient(Header(&mut *self.0, self.1)))?.is_some() {}
        Ok(())
    }
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key)? {
            let value = map.next_value::<Box<RawValue>>()?;
            header(self.0, self.1, &name, &value);
        }
        Ok(())
    }
}

struct Header<'a>(&'a mut Entry, Side);

impl<'de> Shape<'de> for Header<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut name, mut value) = (None, None);
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "name" => name = text(&mut map)?,
                "value" => value = Some(map.next_value::<Box<RawValue>>()?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let (Some(name), Some(value)) = (name, value) {
            header(self.0, self.1, &name, &value);
        }
        Ok(())
    }
}

/// Takes from a header what tells the request's purpose. No header's value is kept but `Referer` and `Location`.
fn header(entry: &mut Entry, side: Side, name: &str, value: &RawValue) {
    if name.len() > 32 {
        return;
    }
    let name = name.to_ascii_lowercase();
    match (side, name.as_str()) {
        (Side::Request, "sec-fetch-dest" | "accept" | "content-type" | "sec-purpose" | "purpose" | "x-moz")
        | (Side::Request, "x-requested-with" | "ping-to" | "referer" | "upgrade")
        | (Side::Response, "location" | "content-type") => {}
        _ => return,
    }
    let Some(value) = string(value) else { return };
    let value = value.trim();
    match (side, name.as_str()) {
        (Side::Request, "sec-fetch-dest") => entry.dest = dest(value),
        (Side::Request, "accept") => entry.accept = accept(value),
        (Side::Request, "sec-purpose" | "purpose" | "x-moz") => entry.ahead |= value.contains("prefetch"),
        (Side::Request, "x-requested-with") if value.eq_ignore_ascii_case("xmlhttprequest") => {
            entry.marked = entry.marked.or(Some(RequestType::Xmlhttprequest));
        }
        (Side::Request, "ping-to") => entry.marked = Some(RequestType::Ping),
        (Side::Request, "upgrade") if value.eq_ignore_ascii_case("websocket") => {
            entry.marked = Some(RequestType::Websocket);
        }
        (Side::Request, "content-type") => {
            if starts_with_ignoring_case(value, "text/ping") {
                entry.marked = Some(RequestType::Ping);
            } else if starts_with_ignoring_case(value, "application/csp-report")
                || starts_with_ignoring_case(value, "application/reports+json")
            {
                entry.marked = Some(RequestType::CspReport);
            } else if starts_with_ignoring_case(value, "application/json")
                || starts_with_ignoring_case(value, "text/plain")
            {
                // Forms do not send these: a script does, and early Firefox let it say `Accept: text/html`.
                entry.marked = entry.marked.or(Some(RequestType::Xmlhttprequest));
            }
        }
        (Side::Request, "referer") if on_the_web(value) => entry.referrer = Some(kept(value.into())),
        (Side::Response, "location") if entry.redirect.is_none() && !value.is_empty() => {
            entry.redirect = Some(kept(value.into()));
        }
        (Side::Response, "content-type") if entry.mime == Mime::Unknown => entry.mime = mime(value),
        _ => {}
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Bytes into text

/// A reader's bytes as valid UTF-8 without a byte order mark: UTF-16 is converted, what is invalid is replaced.
///
/// PowerShell redirects write UTF-16, and Windows tools a byte order mark; JSON readers accept neither.
pub struct Decoded<R> {
    source: R,
    form: Option<Form>,
    raw: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// How much is read at once.
const CHUNK: usize = 1 << 16;

impl<R: Read> Decoded<R> {
    /// Wraps a reader, which need not be buffered.
    pub fn new(source: R) -> Self {
        Self { source, form: None, raw: Vec::new(), out: Vec::new(), given: 0, ended: false }
    }

    /// Reads more raw bytes; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        let had = self.raw.len();
        self.raw.resize(had + CHUNK, 0);
        let got = loop {
            match self.source.read(self.raw.get_mut(had..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.raw.truncate(had + got.as_ref().copied().unwrap_or_default());
        got.map(|got| got > 0)
    }

    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() && !self.ended {
            self.ended = !self.more()?;
            if self.form.is_none() && (self.raw.len() >= 4 || self.ended) {
                let (form, mark) = match self.raw.as_slice() {
                    [0xef, 0xbb, 0xbf, ..] => (Form::Utf8, 3),
                    [0xff, 0xfe, ..] => (Form::Utf16Le, 2),
                    [0xfe, 0xff, ..] => (Form::Utf16Be, 2),
                    // JSON starts with an ASCII character, so a zero beside it gives UTF-16 away.
                    [first, 0, ..] if *first != 0 => (Form::Utf16Le, 0),
                    [0, first, ..] if *first != 0 => (Form::Utf16Be, 0),
                    _ => (Form::Utf8, 0),
                };
                self.raw.drain(..mark);
                self.form = Some(form);
            }
            match self.form {
                Some(Form::Utf8) => self.utf8(),
                Some(form) => self.utf16(form),
                None => {}
            }
        }
        Ok(())
    }

    fn utf8(&mut self) {
        let mut rest = self.raw.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(_) => {
                    self.out.extend_from_slice(rest);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at_checked(error.valid_up_to()).unwrap_or((rest, &[]));
                    self.out.extend_from_slice(valid);
                    rest = after;
                    match error.error_len() {
                        Some(len) => {
                            self.out.extend_from_slice("\u{fffd}".as_bytes());
                            rest = rest.get(len..).unwrap_or_default();
                        }
                        // A character cut by the end of the chunk: its rest comes with the next.
                        None if !self.ended => break,
                        None => {
                            self.out.extend_from_slice("\u{fffd}".as_bytes());
                            rest = &[];
                            break;
                        }
                    }
                }
            }
        }
        let left = rest.len();
        self.raw.drain(..self.raw.len() - left);
    }

    fn utf16(&mut self, form: Form) {
        let pairs = self.raw.chunks_exact(2);
        let mut units: Vec<u16> = pairs
            .map(|pair| {
                let pair = [pair.first().copied().unwrap_or_default(), pair.last().copied().unwrap_or_default()];
                if form == Form::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
            })
            .collect();
        let mut used = units.len() * 2;
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
            used -= 2;
        }
        for decoded in char::decode_utf16(units) {
            let character = decoded.unwrap_or('\u{fffd}');
            self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.raw.drain(..used);
        if self.ended {
            self.raw.clear();
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.out.len() && !self.ended {
            self.fill()?;
        }
        let ready = self.out.get(self.given..).unwrap_or_default();
        let count = ready.len().min(to.len());
        if let (Some(to), Some(from)) = (to.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
                    Observation::Request { kind, url, .. } => format!("{} {url}", kind.name()),
                    Observation::Unreadable { why } => format!("- {why}"),
                });
            }
        }
        lines
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
        let Some(Observation::Request { frame, id, .. }) = recording.pages.first().unwrap().observations.get(3) else {
            panic!("a request")
        };
        assert_eq!(frame.as_deref(), Some("https://frame.example/f.html"));
        assert_eq!(id, "e4");
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
        assert_eq!((page.observations.len(), unreadable), (7, 5));
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
        let Some(Observation::Request { url, .. }) = page.observations.first() else { panic!("a request") };
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
