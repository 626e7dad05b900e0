//! The boundary to JavaScript: conversion only. The only file that names wasm-bindgen and its kin.
//!
//! One request is one call of [`Engine::observe`]: the URL's bytes lie in a buffer that JavaScript writes into, the rest
//! are numbers, and a number comes back. Everything else crosses as wire types, with one serializer setting.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::address;
use crate::audit::{self, Judged, Page, Verdict};
use crate::error::Error;
use crate::feeds;
use crate::observation::{self, RequestType, Security, Stage};
use crate::party;
use crate::pseudonym::{Direction, Pseudonyms};
use crate::seen::Glimpse;
use crate::wire;

/// The scratch buffer: an address, the lines of its headers, and a body, one behind the other. JavaScript cuts each, and a
/// UTF-16 unit is at most three bytes.
const MAX_SCRATCH: usize = 128 << 10;

/// The code of a request type by its `webRequest` name. Ask once for each name and keep the answer.
#[wasm_bindgen]
pub fn request_type(name: &str) -> u32 {
    RequestType::from_name(name) as u32
}

/// Methods by their codes, which are their places; the first is any other, and not known.
const METHODS: [&str; 8] = ["", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"];

/// The code of an HTTP method. Ask once for each name and keep the answer.
#[wasm_bindgen]
pub fn request_method(name: &str) -> u32 {
    METHODS.iter().position(|method| *method == name).and_then(|code| u32::try_from(code).ok()).unwrap_or(0)
}

/// Runs as the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    // A panic must never happen; if one does, the place is told, and never the message: it could hold a URL.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        web_sys::console::error_1(&format!("Onlooker stopped inside its core at {place}").into());
    }));
    address::set_to_ascii(|host| {
        let url = web_sys::Url::new(&format!("https://{host}/")).ok()?;
        Some(url.hostname())
    });
}

/// Reads a list that a person adds from a file: what it is, what it states of itself, and what of it could not be read. Its
/// `pack` is for [`Engine::add_list`], at once or later. Throws `feed-…` where nothing of it can be used.
#[wasm_bindgen(unchecked_return_type = "AddedList")]
pub fn read_list(name: &str, bytes: &[u8]) -> Result<JsValue, JsValue> {
    let feed = feeds::read(name, bytes).map_err(|error| throw(&error))?;
    let mut list = wire::AddedList::from(&feed);
    if !feed.entries.is_empty() {
        list.pack = feed.pack().map_err(|error| throw(&error))?;
    }
    to_js(&list)
}

/// The lists, loaded, and the pages that are open.
#[wasm_bindgen]
pub struct Engine {
    core: audit::Engine,
    scratch: Vec<u8>,
    pages: Vec<Option<Open>>,
    pseudonyms: Pseudonyms,
}

struct Open {
    page: Page,
    url: Vec<u8>,
    /// What came before the page's final address was known, to be judged again if that is another site's.
    early: Vec<Part>,
    whole: bool,
}

/// How many parts of exchanges are kept for a page whose address may still change: redirects of the page itself.
const MAX_EARLY: usize = 192;

/// A part of an exchange as it came in.
struct Part {
    id: u64,
    stage: Stage,
    kind: RequestType,
    method: &'static str,
    status: u16,
    time: Option<u64>,
    /// The address, the lines of the headers, and the body.
    text: Vec<u8>,
    /// Where the headers and the body begin.
    parts: (usize, usize),
}

impl Part {
    fn is_judged(&self, core: &mut audit::Engine, page: &mut Page) -> Verdict {
        judged(core, page, self, &self.text)
    }
}

/// Judges a part of an exchange whose text lies there; `part`'s own may be empty.
fn judged(core: &mut audit::Engine, page: &mut Page, part: &Part, text: &[u8]) -> Verdict {
    let (headers, body) = part.parts;
    // What JavaScript wrote is valid; what is not says nothing.
    let lines = std::str::from_utf8(text.get(headers..body).unwrap_or_default()).unwrap_or_default();
    let body = std::str::from_utf8(text.get(body..).unwrap_or_default()).ok().filter(|body| !body.is_empty());
    let mut security = None;
    let mut headers: Vec<(&str, &str)> = Vec::with_capacity(if lines.is_empty() { 0 } else { 24 });
    headers.extend(headers_of(lines).filter(|&header| !is_of_connection(header, &mut security)));
    let glimpse = Glimpse {
        stage: part.stage,
        url: text.get(..part.parts.0).unwrap_or_default(),
        kind: part.kind,
        method: part.method,
        time: part.time,
        headers: &headers,
        body,
        status: part.status,
        security: security.as_ref().filter(|_| part.stage == Stage::Answered),
    };
    core.observe_part(page, part.id, glimpse)
}

/// Names and values of lines of `name: value`.
fn headers_of(lines: &str) -> impl Iterator<Item = (&str, &str)> {
    lines.lines().filter_map(|line| {
        let at = line.as_bytes().windows(2).position(|two| two == b": ")?;
        Some((line.get(..at)?, line.get(at + 2..)?))
    })
}

/// Takes what stands among the headers and tells how the connection is secured, under names that no server can send.
fn is_of_connection((name, value): (&str, &str), security: &mut Option<Security>) -> bool {
    if !name.starts_with(':')
        || !matches!(name, ":protocol" | ":cipher" | ":issuer" | ":root" | ":built-in" | ":changed")
    {
        return false;
    }
    let told = security.get_or_insert_default();
    match name {
        ":protocol" => value.clone_into(&mut told.protocol),
        ":cipher" => value.clone_into(&mut told.cipher),
        ":issuer" => value.clone_into(&mut told.issuer),
        ":root" => value.clone_into(&mut told.root),
        ":changed" => told.changed = value == "true",
        _ => told.built_in = Some(value == "true"),
    }
    true
}

#[wasm_bindgen]
impl Engine {
    /// Loads a pack, with its texts or without. Throws an `OnlookerError` with `variant` `pack-foreign`, `pack-version` or `pack-damaged`.
    #[wasm_bindgen(constructor)]
    pub fn new(pack: Vec<u8>) -> Result<Engine, JsValue> {
        let core = audit::Engine::from_pack(pack).map_err(|error| throw(&error))?;
        // Handle 0 is never given out, so that JavaScript can use it for "none".
        Ok(Self { core, scratch: Vec::new(), pages: vec![None], pseudonyms: Pseudonyms::new([0; 16]) })
    }

    /// Looks for no more than what rules say: for benchmarks.
    pub fn only_rules(&mut self) {
        self.core.only_rules();
    }

    /// Sets the secret with which values become pseudonyms: 16 random bytes. What is of one secret can be held to one another.
    pub fn salt(&mut self, salt: &[u8]) {
        let mut secret = [0; 16];
        secret.iter_mut().zip(salt).for_each(|(to, from)| *to = *from);
        self.pseudonyms = Pseudonyms::new(secret);
    }

    /// The URL in the scratch buffer with pseudonyms for its values; `undefined` where there is nothing to replace.
    pub fn pseudonym_url(&mut self, len: usize) -> Option<String> {
        let raw = self.scratch.get(..len).unwrap_or_default();
        let mut out = Vec::with_capacity(len + 64);
        self.pseudonyms.url(raw, &mut out);
        (out != raw).then(|| String::from_utf8_lossy(&out).into_owned())
    }

    /// The headers in the scratch buffer, lines of `name: value`, with pseudonyms for their values; those that are kept.
    pub fn pseudonym_headers(&mut self, len: usize, stage: u32) -> String {
        let raw = String::from_utf8_lossy(self.scratch.get(..len).unwrap_or_default()).into_owned();
        let answered = Stage::from_code(stage) == Stage::Answered;
        let direction = if answered { Direction::Answered } else { Direction::Sent };
        let mut out = String::new();
        for (name, value) in headers_of(&raw) {
            if let Some(value) = self.pseudonyms.header(direction, name, value) {
                out.push_str(&format!("{name}: {value}\n"));
            }
        }
        out
    }

    /// The body in the scratch buffer as pairs with pseudonyms for their values.
    pub fn pseudonym_body(&mut self, len: usize, media: &str) -> String {
        self.pseudonyms.body(self.scratch.get(..len).unwrap_or_default(), media)
    }

    /// What was left out of the headers and bodies that became pseudonyms, for bounds, since this was asked before: bits 0-9 how many
    /// headers, 10-19 cookies, 20-29 bodies.
    pub fn left_out(&mut self) -> u32 {
        let dropped = self.pseudonyms.take_dropped();
        let most = |count: u64| u32::try_from(count).unwrap_or(u32::MAX).min((1 << 10) - 1);
        most(dropped.headers) | most(dropped.cookies) << 10 | most(dropped.bodies) << 20
    }

    /// The registrable domain of a host in lower case, without a trailing dot.
    pub fn site(&self, host: &str) -> String {
        party::registrable(host).to_owned()
    }

    /// Notes what is recorded of a page at all: a bit for each [`observation::Part`], by its code.
    pub fn page_records(&mut self, page: u32, bits: u32) {
        if let Some(open) = slot(&mut self.pages, page) {
            let parts = observation::Part::ALL.into_iter().filter(|&part| bits >> part as u32 & 1 == 1);
            open.page.records(parts);
        }
    }

    /// Adds the rules' texts and what is told of actors, which verdicts do not need and reports do, and closes every page: what was judged by keys
    /// alone is to be judged again. Throws as the constructor does.
    pub fn add_texts(&mut self, texts: Vec<u8>) -> Result<(), JsValue> {
        self.core.add_texts(texts).map_err(|error| throw(&error))?;
        self.close_all();
        Ok(())
    }

    /// Adds a list of the person's own, the `pack` that [`read_list`] gave, and closes every page. Throws as the constructor
    /// does: a pack that another version made is to be made again, by [`read_list`]. One that is there is not added twice.
    pub fn add_list(&mut self, pack: Vec<u8>) -> Result<(), JsValue> {
        self.core.add_list(pack).map_err(|error| throw(&error))?;
        self.close_all();
        Ok(())
    }

    /// Takes out all lists that were added, and closes every page.
    pub fn remove_lists(&mut self) {
        self.core.remove_lists();
        self.close_all();
    }

    /// The address of a buffer of at least `min` bytes: write there, then call with the length. Asked for more than 131,072 bytes it gives 0, an address to which nothing may be written.
    pub fn scratch(&mut self, min: usize) -> usize {
        if min > MAX_SCRATCH {
            return 0;
        }
        if self.scratch.is_empty() {
            self.scratch = vec![0; MAX_SCRATCH];
        }
        self.scratch.as_ptr() as usize
    }

    /// Opens a page by the URL in the scratch buffer; its handle is never 0.
    pub fn page_open(&mut self, len: usize) -> u32 {
        let url = self.scratch.get(..len).unwrap_or_default().to_vec();
        let open = Open { page: self.core.page(&url), url, early: Vec::new(), whole: true };
        let free = self.pages.iter().skip(1).position(Option::is_none).map(|at| at + 1);
        let at = free.unwrap_or(self.pages.len());
        match self.pages.get_mut(at) {
            Some(slot) => *slot = Some(open),
            None => self.pages.push(Some(open)),
        }
        u32::try_from(at).unwrap_or(0)
    }

    /// Tells the page's final URL. Returns false where too much came before it to be judged again here: then close
    /// the page, open it with this URL, and observe everything once more.
    pub fn page_url(&mut self, page: u32, len: usize) -> bool {
        let url = self.scratch.get(..len).unwrap_or_default().to_vec();
        let Some(open) = slot(&mut self.pages, page) else { return true };
        if open.url == url {
            return true;
        }
        if !open.whole {
            return false;
        }
        let mut fresh = self.core.page(&url);
        for part in &open.early {
            part.is_judged(&mut self.core, &mut fresh);
        }
        fresh.keep_gaps_of(&open.page);
        open.page = fresh;
        open.url = url;
        true
    }

    /// Forgets a page.
    pub fn page_close(&mut self, page: u32) {
        if let Some(slot) = self.pages.get_mut(page as usize) {
            *slot = None;
        }
    }

    /// Judges a part of an exchange: the URL, the lines of its headers (`name: value`) and its body lie one behind the other in
    /// the scratch buffer. How an answer's connection is secured stands among the headers, as `:protocol`, `:cipher`, `:issuer`,
    /// `:root`, `:built-in` and `:changed` (`true` or `false`). The canonical name of an answer's host stands there as `:cname`, or
    /// alone: it counts for requests that are told after it. `stage` is 0 request, 1 sent, 2 answered; `kind` is of [`request_type`],
    /// `method` of [`request_method`]; `status` 0 and `time` below 0 are not known. See [`pack_verdict`] for the number that
    /// comes back.
    #[allow(clippy::too_many_arguments, reason = "numbers cross without being allocated")]
    pub fn observe(
        &mut self,
        page: u32,
        stage: u32,
        url: usize,
        headers: usize,
        body: usize,
        kind: u32,
        method: u32,
        id_low: u32,
        id_high: u32,
        status: u32,
        time: f64,
    ) -> u32 {
        let Some(open) = slot(&mut self.pages, page) else { return UNKNOWN };
        let part = Part {
            id: whole(id_low, id_high),
            stage: Stage::from_code(stage),
            kind: RequestType::from_code(kind),
            method: METHODS.get(method as usize).copied().unwrap_or_default(),
            status: u16::try_from(status).unwrap_or(0),
            time: (time >= 0.0).then_some(time as u64),
            text: Vec::new(),
            parts: (url, url.saturating_add(headers)),
        };
        let text = self.scratch.get(..url.saturating_add(headers).saturating_add(body)).unwrap_or_default();
        let verdict = judged(&mut self.core, &mut open.page, &part, text);
        if open.keeps(part.kind) {
            open.early.push(Part { text: text.to_vec(), ..part });
        }
        pack_verdict(&verdict)
    }

    /// The page's level and number of organisations, packed as by `observe`.
    pub fn badge(&mut self, page: u32) -> u32 {
        let Some(open) = slot(&mut self.pages, page) else { return UNKNOWN };
        self.core.settle(&mut open.page);
        let (level, watchers) = open.page.badge();
        pack_verdict(&Verdict { level, watchers, changed: false, judged: Judged::default(), duplicate: false })
    }

    /// Notes what could not be seen of a page, `count` times.
    pub fn gap(&mut self, page: u32, why: &str, count: u32) {
        if let Some(open) = slot(&mut self.pages, page) {
            open.page.gap(why, u64::from(count));
        }
    }

    /// The report on a page. Throws `texts-missing` before [`Engine::add_texts`], as do all that tell rules.
    #[wasm_bindgen(unchecked_return_type = "Report")]
    pub fn report(&mut self, page: u32) -> Result<JsValue, JsValue> {
        to_js(&self.wire_report(page)?)
    }

    /// The same as canonical JSON: what the command line writes for the page's saved log.
    pub fn report_json(&mut self, page: u32) -> Result<Vec<u8>, JsValue> {
        wire::json(&self.wire_report(page)?).map_err(|error| throw(&error))
    }

    /// Judges a log at once.
    #[wasm_bindgen(unchecked_return_type = "Report")]
    pub fn audit(&mut self, #[wasm_bindgen(unchecked_param_type = "Log")] log: JsValue) -> Result<JsValue, JsValue> {
        let log: wire::Log = serde_wasm_bindgen::from_value(log)
            .map_err(|_| throw(&Error::Log("it does not have the form of an onlooker-log/2".to_owned())))?;
        to_js(&self.judge(log)?)
    }

    /// Judges a log as JSON bytes and gives the report as canonical JSON bytes.
    pub fn audit_json(&mut self, log: &[u8]) -> Result<Vec<u8>, JsValue> {
        let log = wire::Log::from_json(log).map_err(|error| throw(&error))?;
        wire::json(&self.judge(log)?).map_err(|error| throw(&error))
    }

    /// Which rules match a request, and whose host it is.
    #[wasm_bindgen(unchecked_return_type = "Explanation")]
    pub fn explain(&mut self, url: &str, page: &str, kind: &str) -> Result<JsValue, JsValue> {
        self.need_texts()?;
        let explanation = self.core.explain(url, page, RequestType::from_name(kind)).map_err(|error| throw(&error))?;
        to_js(&wire::Explanation::from(explanation))
    }

    /// The facts of each list.
    #[wasm_bindgen(unchecked_return_type = "ListInfo[]")]
    pub fn lists(&self) -> Result<JsValue, JsValue> {
        let lists = self.core.lists().map_err(|error| throw(&error))?;
        to_js(&lists.into_iter().map(wire::ListInfo::from).collect::<Vec<_>>())
    }

    /// How many bytes of linear memory the module has.
    pub fn memory(&self) -> usize {
        core::arch::wasm32::memory_size::<0>() * 65_536
    }
}

impl Engine {
    /// What was judged by other lists is to be judged again.
    fn close_all(&mut self) {
        self.pages.iter_mut().for_each(|page| *page = None);
    }

    fn need_texts(&self) -> Result<(), JsValue> {
        if self.core.has_texts() { Ok(()) } else { Err(throw(&Error::TextsMissing)) }
    }

    fn wire_report(&mut self, page: u32) -> Result<wire::Report, JsValue> {
        self.need_texts()?;
        let open = slot(&mut self.pages, page).ok_or_else(|| throw(&Error::PageUrl))?;
        self.core.settle(&mut open.page);
        self.core.report([&open.page]).map(wire::Report::from).map_err(|error| throw(&error))
    }

    fn judge(&mut self, log: wire::Log) -> Result<wire::Report, JsValue> {
        self.need_texts()?;
        let log = log.check().map_err(|error| throw(&error))?;
        let pages: Vec<Page> = log.into_pages().iter().map(|page| self.core.audit(page)).collect();
        self.core.report(&pages).map(wire::Report::from).map_err(|error| throw(&error))
    }
}

impl Open {
    /// Whether a part of an exchange is kept, in case the page's address changes.
    fn keeps(&mut self, kind: RequestType) -> bool {
        if !self.whole {
            return false;
        }
        if self.early.len() < MAX_EARLY && kind == RequestType::MainFrame {
            return true;
        }
        // The page's own parts are loading: its address is settled, and what was kept can go.
        self.whole = false;
        self.early = Vec::new();
        false
    }
}

fn whole(low: u32, high: u32) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

fn slot(pages: &mut [Option<Open>], page: u32) -> Option<&mut Open> {
    pages.get_mut(page as usize).and_then(Option::as_mut)
}

/// The level's bits where nothing is known.
const UNKNOWN: u32 = 7;

/// Bits 0-2 the level (7: not known) · bit 3 this request changed level or number · bit 4 a rule matches · bit 5 third
/// party · bit 6 seen before · bit 7 another organisation's that is known by its host · bits 8-31 how many organisations look on.
fn pack_verdict(verdict: &Verdict) -> u32 {
    verdict.level.map_or(UNKNOWN, |level| level as u32)
        | u32::from(verdict.changed) << 3
        | u32::from(verdict.judged.matched) << 4
        | u32::from(verdict.judged.third_party) << 5
        | u32::from(verdict.duplicate) << 6
        | u32::from(verdict.judged.named) << 7
        | verdict.watchers.min((1 << 24) - 1) << 8
}

/// One serializer for all: objects as objects, counts as numbers, bytes as bytes, what is not there as null.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible().serialize_bytes_as_arrays(false))
        .map_err(|_| throw(&Error::Log("it cannot be handed over".to_owned())))
}

/// A JavaScript `Error` with a stable `name` and `variant`; of some lists that cannot be used, also `left`, a `LeftOut`.
fn throw(error: &Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    thrown.set_name("OnlookerError");
    // Setting a property of an object just made cannot fail; if it does, the message still says it.
    let _ = js_sys::Reflect::set(&thrown, &"variant".into(), &error.variant().into());
    if let Some(Ok(left)) = wire::LeftOut::of(error).map(|left| to_js(&left)) {
        let _ = js_sys::Reflect::set(&thrown, &"left".into(), &left);
    }
    thrown.into()
}
