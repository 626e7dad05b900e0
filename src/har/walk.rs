//! Walks a HAR's JSON as it is read, and takes of it what [`Entry`] and [`Page`] keep. A value of the wrong type is
//! data and is passed over; it never ends the file.

use std::fmt;

use onlooker::observation::{RequestType, Security};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use xxhash_rust::xxh3::xxh3_64;

use super::date::milliseconds;
use super::kept::{Cookie, Gathered, Side, cipher, issuer, protocol};
use super::url::{endless, kept, key, on_the_web, starts_with_ignoring_case};
use super::words::{accept, dest, mime, said, tells_bodies};
use super::{Entry, Found, Mime, Page, Stated};

/// What to do with a value of any type. The default is to pass over it.
pub(super) trait Shape<'de>: Sized {
    type Out: Default;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Out, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::Out::default())
    }
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Out, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::Out::default())
    }
    fn text(self, _: &str) -> Self::Out {
        Self::Out::default()
    }
    fn number(self, _: u64) -> Self::Out {
        Self::Out::default()
    }
    fn truth(self, _: bool) -> Self::Out {
        Self::Out::default()
    }
}

/// Accepts a value of any type: the wrong type is data, not the end of the file.
pub(super) struct Lenient<S>(pub(super) S);

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
    fn visit_bool<E>(self, truth: bool) -> Result<S::Out, E> {
        Ok(self.0.truth(truth))
    }
    fn visit_i64<E>(self, _: i64) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
    fn visit_u64<E>(self, number: u64) -> Result<S::Out, E> {
        Ok(self.0.number(number))
    }
    fn visit_f64<E>(self, _: f64) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
    fn visit_str<E>(self, text: &str) -> Result<S::Out, E> {
        Ok(self.0.text(text))
    }
    fn visit_unit<E>(self) -> Result<S::Out, E> {
        Ok(S::Out::default())
    }
}

/// A key.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = String;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = String;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }
}

/// A value, if it is a string.
struct Text;

impl Shape<'_> for Text {
    type Out = Option<String>;
    fn text(self, text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}

/// A value as text, if it is a string, a number or a truth: some tools write these as strings.
struct Word;

impl Shape<'_> for Word {
    type Out = Option<String>;
    fn text(self, text: &str) -> Option<String> {
        Some(text.to_owned())
    }
    fn number(self, number: u64) -> Option<String> {
        Some(number.to_string())
    }
    fn truth(self, truth: bool) -> Option<String> {
        Some(truth.to_string())
    }
}

/// The next value of an object if it is a string.
fn text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<String>, A::Error> {
    map.next_value_seed(Lenient(Text))
}

/// The next value of an object as a word.
fn word<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    Ok(map.next_value_seed(Lenient(Word))?.unwrap_or_default())
}

/// What a page is called, as a number: names may be long, and many.
fn name(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

pub(super) struct Root<'a>(pub(super) &'a mut Found);

impl<'de> Shape<'de> for Root<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            if key == "log" {
                self.0.log = Stated::Wrong;
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
        self.0.log = Stated::There;
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "creator" => self.0.tells_bodies = map.next_value_seed(Lenient(Creator))?,
                "pages" => map.next_value_seed(Lenient(Pages(self.0)))?,
                "entries" => {
                    if self.0.listed_entries == Stated::Missing {
                        self.0.listed_entries = Stated::Wrong;
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

/// Who recorded: whether it is known to record the bodies of requests.
struct Creator;

impl<'de> Shape<'de> for Creator {
    type Out = bool;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut known = false;
        while let Some(key) = map.next_key_seed(Key)? {
            if key == "name" {
                known = text(&mut map)?.is_some_and(|name| tells_bodies(&name));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(known)
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
                "id" => page.name = text(&mut map)?.map(|id| name(&id)),
                "title" => title = text(&mut map)?,
                "_final_url" => final_url = text(&mut map)?,
                "_URL" | "_url" | "_testUrl" => {
                    page.asked = text(&mut map)?.filter(|url| on_the_web(url)).map(|url| kept(&url)).or(page.asked)
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        // Titles are URLs in Chrome, Firefox and Safari, and anything else elsewhere ("https://a.example run 1").
        let title = title.filter(|title| on_the_web(title) && !title.contains(char::is_whitespace));
        page.is = final_url.filter(|url| on_the_web(url)).or(title).map(|url| kept(&url));
        self.0.page(page);
        Ok(())
    }
}

struct Entries<'a>(&'a mut Found);

impl<'de> Shape<'de> for Entries<'_> {
    type Out = ();
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let found = self.0;
        found.listed_entries = Stated::There;
        found.reading = true;
        loop {
            found.number += 1;
            let Some(read) = seq.next_element_seed(Lenient(EntryShape(&mut *found)))? else { break };
            match read {
                ReadEntry::NotAnObject => found.malformed("it is not an object", None),
                ReadEntry::Malformed(why, name) => found.malformed(why, name),
                ReadEntry::Whole(mut entry, gathered) => {
                    entry.key = key(&entry.url);
                    found.entry(*entry, *gathered);
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
    Malformed(&'static str, Option<u64>),
    Whole(Box<Entry>, Box<Gathered>),
}

struct EntryShape<'a>(&'a mut Found);

impl<'de> Shape<'de> for EntryShape<'_> {
    type Out = ReadEntry;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<ReadEntry, A::Error> {
        let found = self.0;
        let mut entry = Entry { number: found.number, ..Entry::default() };
        let mut gathered = Gathered::default();
        let mut tls_version = String::new();
        let mut request = Stated::Missing;
        let mut url = Url::Missing;
        let mut full_url = None;
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "request" => {
                    (request, url) = match map.next_value_seed(Lenient(RequestShape(&mut entry, &mut gathered)))? {
                        None => (Stated::Wrong, Url::Missing),
                        Some(url) => (Stated::There, url),
                    };
                }
                "response" => map.next_value_seed(Lenient(ResponseShape(&mut entry, &mut gathered)))?,
                "startedDateTime" => gathered.started = text(&mut map)?.and_then(|date| milliseconds(&date)),
                "timings" => entry.wait = map.next_value_seed(Lenient(Timings))?,
                // Playwright and WebPageTest; the latter's older records have the version alone.
                "_securityDetails" | "_security" => gathered.security(map.next_value_seed(Lenient(Secured))?),
                "_tls_version" => tls_version = text(&mut map)?.unwrap_or_default(),
                "pageref" => entry.name = text(&mut map)?.map(|page| name(&page)),
                "_resourceType" | "_request_type" => {
                    if let Some(word) = text(&mut map)? {
                        entry.said = said(&word);
                    }
                }
                "_documentURL" => entry.frame = text(&mut map)?.filter(|url| on_the_web(url)).map(|url| kept(&url)),
                "_final_base_page" => entry.final_document = matches!(word(&mut map)?.as_str(), "true" | "1"),
                "_full_url" => full_url = text(&mut map)?.filter(|url| on_the_web(url) && !endless(url)),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if !gathered.has_security() {
            gathered.security(Security { protocol: protocol(&tls_version), ..Security::default() });
        }
        entry.started = gathered.started;
        if let (Url::Missing | Url::Wrong | Url::Endless, Some(full)) = (url, full_url) {
            entry.url = kept(&full);
            return Ok(ReadEntry::Whole(Box::new(entry), Box::new(gathered)));
        }
        let why = match (request, url) {
            (Stated::Missing, _) => "it has no request",
            (Stated::Wrong, _) => "its request is not an object",
            (Stated::There, Url::Missing) => "its request has no url",
            (Stated::There, Url::Wrong) => "its request's url is not a string",
            (Stated::There, Url::Endless) => "its request's url does not come to its host",
            (Stated::There, Url::There) => return Ok(ReadEntry::Whole(Box::new(entry), Box::new(gathered))),
        };
        Ok(ReadEntry::Malformed(why, entry.name))
    }
}

/// Whether there was a URL.
#[derive(Clone, Copy)]
enum Url {
    Missing,
    Wrong,
    /// Who is asked stands behind what is read of it.
    Endless,
    There,
}

struct RequestShape<'a>(&'a mut Entry, &'a mut Gathered);

impl<'de> Shape<'de> for RequestShape<'_> {
    /// None where the request is not an object.
    type Out = Option<Url>;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Url>, A::Error> {
        let mut url = Url::Missing;
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "url" => {
                    url = match text(&mut map)? {
                        Some(text) if endless(&text) => Url::Endless,
                        Some(text) => {
                            self.0.url = kept(&text);
                            Url::There
                        }
                        None => Url::Wrong,
                    };
                }
                "method" => self.0.method = text(&mut map)?.filter(|word| is_method(word)).unwrap_or_default().into(),
                "headers" => map.next_value_seed(Lenient(Headers(self.0, self.1, Side::Request)))?,
                "cookies" => map.next_value_seed(Lenient(Cookies(self.1, Side::Request)))?,
                "postData" => map.next_value_seed(Lenient(PostData(self.1)))?,
                "bodySize" => self.1.body_size = word(&mut map)?.parse().ok(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Some(url))
    }
}

/// A method is a short word; what is not is not kept.
fn is_method(word: &str) -> bool {
    word.len() <= 16 && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-')
}

struct ResponseShape<'a>(&'a mut Entry, &'a mut Gathered);

impl<'de> Shape<'de> for ResponseShape<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "status" => self.0.status = word(&mut map)?.parse().unwrap_or_default(),
                "redirectURL" => {
                    if let Some(url) = text(&mut map)?.filter(|url| !url.is_empty()) {
                        self.0.redirect = Some(kept(&url));
                    }
                }
                "content" => map.next_value_seed(Lenient(Content(self.0)))?,
                "headers" => map.next_value_seed(Lenient(Headers(self.0, self.1, Side::Response)))?,
                "cookies" => map.next_value_seed(Lenient(Cookies(self.1, Side::Response)))?,
                "_securityDetails" | "_security" => self.1.security(map.next_value_seed(Lenient(Secured))?),
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

/// A list of `{name, value}`; some tools write an object of names instead.
struct Headers<'a>(&'a mut Entry, &'a mut Gathered, Side);

impl<'de> Shape<'de> for Headers<'_> {
    type Out = ();
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(read) = seq.next_element_seed(Lenient(Pair))? {
            if let Some((name, value)) = read {
                header(self.0, self.1, self.2, &name, &value);
            }
        }
        Ok(())
    }
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Key)? {
            if let Some(value) = text(&mut map)? {
                header(self.0, self.1, self.2, &name, &value);
            }
        }
        Ok(())
    }
}

/// `{name, value}`, if both are texts.
struct Pair;

impl<'de> Shape<'de> for Pair {
    type Out = Option<(String, String)>;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Out, A::Error> {
        let (mut name, mut value) = (None, None);
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "name" => name = text(&mut map)?,
                "value" => value = text(&mut map)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(name.zip(value))
    }
}

/// Cookies as the recorder took them apart.
struct Cookies<'a>(&'a mut Gathered, Side);

impl<'de> Shape<'de> for Cookies<'_> {
    type Out = ();
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(read) = seq.next_element_seed(Lenient(CookieShape))? {
            self.0.cookie(self.1, read);
        }
        Ok(())
    }
}

struct CookieShape;

impl<'de> Shape<'de> for CookieShape {
    type Out = Cookie;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cookie, A::Error> {
        let mut cookie = Cookie::default();
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "name" => cookie.name = text(&mut map)?.unwrap_or_default(),
                "value" => cookie.value = text(&mut map)?.unwrap_or_default(),
                "path" => cookie.path = text(&mut map)?.unwrap_or_default(),
                "domain" => cookie.domain = text(&mut map)?.unwrap_or_default(),
                "expires" => cookie.expires = text(&mut map)?.unwrap_or_default(),
                "sameSite" => cookie.same_site = text(&mut map)?.unwrap_or_default(),
                "httpOnly" => cookie.http_only = word(&mut map)? == "true",
                "secure" => cookie.secure = word(&mut map)? == "true",
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(cookie)
    }
}

/// A request's body: its text, or a form's fields where there is no text (Charles).
struct PostData<'a>(&'a mut Gathered);

impl<'de> Shape<'de> for PostData<'_> {
    type Out = ();
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut body, mut plain) = (None, true);
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "mimeType" => self.0.media = text(&mut map)?.unwrap_or_default(),
                "text" => body = text(&mut map)?,
                "encoding" => plain = text(&mut map)?.is_none_or(|word| word.is_empty()),
                "params" => map.next_value_seed(Lenient(Params(self.0)))?,
                // Playwright writes bodies beside the recording, if it is told to.
                "_file" | "_sha1" => self.0.other_body |= text(&mut map)?.is_some(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match body {
            Some(text) if plain => self.0.body(&text),
            Some(text) => self.0.other_body |= !text.is_empty(),
            None => {}
        }
        Ok(())
    }
}

struct Params<'a>(&'a mut Gathered);

impl<'de> Shape<'de> for Params<'_> {
    type Out = ();
    fn seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(read) = seq.next_element_seed(Lenient(Param))? {
            if let Some((name, value)) = read {
                self.0.param(&name, &value);
            }
        }
        Ok(())
    }
}

/// `{name, value}`, where a file has no value.
struct Param;

impl<'de> Shape<'de> for Param {
    type Out = Option<(String, String)>;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Out, A::Error> {
        let (mut name, mut value) = (None, String::new());
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "name" => name = text(&mut map)?,
                "value" => value = text(&mut map)?.unwrap_or_default(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(name.map(|name| (name, value)))
    }
}

/// How many milliseconds it took until the answer began: `ssl` is part of `connect`.
struct Timings;

impl<'de> Shape<'de> for Timings {
    type Out = u64;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
        let mut sum = 0_u64;
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "blocked" | "dns" | "connect" | "send" | "wait" => {
                    sum = sum.saturating_add(word(&mut map)?.parse().unwrap_or(0));
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(sum)
    }
}

/// How a connection was secured, in Chrome's words (DevTools' `Network.SecurityDetails`).
struct Secured;

impl<'de> Shape<'de> for Secured {
    type Out = Security;
    fn map<A: MapAccess<'de>>(self, mut map: A) -> Result<Security, A::Error> {
        let mut security = Security::default();
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_str() {
                "protocol" => security.protocol = protocol(&text(&mut map)?.unwrap_or_default()),
                "cipher" => security.cipher = cipher(&text(&mut map)?.unwrap_or_default()),
                "issuer" => security.issuer = issuer(&text(&mut map)?.unwrap_or_default()),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(security)
    }
}

/// Takes from a header what tells the request's purpose, and has kept what is kept.
fn header(entry: &mut Entry, gathered: &mut Gathered, side: Side, name: &str, value: &str) {
    gathered.header(side, name, value);
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
        (Side::Request, "referer") if on_the_web(value) => entry.referrer = Some(kept(value)),
        (Side::Response, "location") if entry.redirect.is_none() && !value.is_empty() => {
            entry.redirect = Some(kept(value));
        }
        (Side::Response, "content-type") if entry.mime == Mime::Unknown => entry.mime = mime(value),
        _ => {}
    }
}
