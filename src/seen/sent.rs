//! What a request tells whom it asks, value by value: in the address, in what it carries, and in the address of the page that
//! the browser sends along.

use std::borrow::Cow;

use super::endpoint;
use super::{Place, Seen};
use crate::observation::Stage;
use crate::pseudonym::{self, Value};
use crate::redact;

/// Most values of one request that are looked at: as many as an address, a body and a referrer can have that `pseudonym` has
/// written, where each has a letter and its end. Only a log that was made by hand has more.
const MAX_VALUES: usize = 4608;

/// A value that was sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Where it stands.
    pub place: Place,
    /// What it is called.
    pub name: &'a str,
    /// It.
    pub value: Value<'a>,
}

/// All values of a request. Of what a browser sends along, those in the address of the page are told with the headers, which
/// may be known later than the rest.
pub fn sent<'a>(seen: &Seen<'a>) -> impl Iterator<Item = Sent<'a>> {
    let of = move |place| move |(name, value)| Sent { place, name, value };
    let request = seen.is_request().then(|| {
        let path = std::iter::once(("", seen.path())).map(of(Place::Path));
        let query = seen.params().chain(pseudonym::matrix(seen.address.path())).map(of(Place::Query));
        path.chain(query).chain(seen.body().map(of(Place::Body)))
    });
    let (path, query) = referrer(seen).map_or(("", ""), |url| url.split_once('?').unwrap_or((url, "")));
    let path = std::iter::once(("", Value::read(path))).filter(|(_, value)| !matches!(value, Value::Text(_)));
    let referrer = path.chain(pseudonym::pairs(query.as_bytes())).map(of(Place::Header));
    request.into_iter().flatten().chain(referrer).take(MAX_VALUES)
}

/// The address that the browser sends along as where the request comes from.
pub fn referrer<'a>(seen: &Seen<'a>) -> Option<&'a str> {
    if seen.stage() == Stage::Answered { None } else { seen.header("referer") }
}

/// The last part of a name, however its brackets are spelled: `em` of `ud[em]`, `email` of `context.user.email`.
pub fn last_part(name: &str) -> &str {
    if !name.bytes().any(|byte| matches!(byte, b'[' | b']' | b'.' | b'%')) {
        return name;
    }
    let name = ["]", "%5D", "%5d"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let last = name.rsplit(['[', '.']).next().unwrap_or(name);
    ["%5B", "%5b"].iter().find_map(|start| last.rsplit_once(start)).map_or(last, |(_, last)| last)
}

/// What a page calls a thing, to be told; not where that may be a value in disguise.
pub fn called(name: &str) -> Cow<'_, str> {
    let name = pseudonym::decode(name);
    if redact::is_name(name.as_bytes(), b"x") { name } else { "…".into() }
}

/// What was kept of a value as it is spelled; nothing of a pseudonym.
pub fn kept(value: Value<'_>) -> &str {
    match value {
        Value::Text(text) | Value::Compound(text) => text,
        Value::Pseudonym(_) => "",
    }
}

/// Whether a value says anything: not empty, and none of the words by which scripts write that there is nothing.
pub fn is_filled(value: Value<'_>) -> bool {
    let Value::Text(text) = value else { return true };
    !matches!(text, "" | "null" | "undefined" | "none" | "None" | "false" | "0" | "NaN" | "-" | "[]" | "{}")
}

/// An address inside a value: its host, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inner<'a> {
    whole: Cow<'a, str>,
    host: (usize, usize),
}

impl<'a> Inner<'a> {
    /// Reads it, where it is one of the web.
    pub fn of(value: Value<'a>) -> Option<Self> {
        // Most values are none: looked at before anything is decoded.
        let raw = kept(value).as_bytes();
        if !raw.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"http")) {
            return None;
        }
        Self::read(value.text())
    }

    /// The same of a text that is not encoded.
    pub fn read(whole: Cow<'a, str>) -> Option<Self> {
        let (scheme, rest) = whole.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let start = scheme.len() + 3;
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let after_user = authority.rfind('@').map_or(0, |at| at + 1);
        let host = authority.get(after_user..)?.split(':').next().unwrap_or_default();
        let from = start + after_user;
        let to = from + host.len();
        (!host.is_empty()).then_some(Self { whole, host: (from, to) })
    }

    /// Its host.
    pub fn host(&self) -> &str {
        self.whole.get(self.host.0..self.host.1).unwrap_or_default()
    }

    /// Path and query, without what follows a `#`.
    pub fn path(&self) -> &str {
        let rest = self.whole.get(self.host.1..).unwrap_or_default();
        let rest = rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or_default();
        rest.split('#').next().unwrap_or_default()
    }

    /// Whether its host is this domain or lies under it.
    pub fn is_under(&self, domain: &str) -> bool {
        endpoint::under(self.host(), domain)
    }
}

#[cfg(test)]
mod tests {
    use super::{Inner, called, is_filled, last_part};
    use crate::pseudonym::Value;

    #[test]
    fn names() {
        for (name, last) in [
            ("ud[em]", "em"),
            ("context.user.email", "email"),
            ("q", "q"),
            ("ud%5Bem%5D", "em"),
            ("a.0", "0"),
            ("", ""),
        ] {
            assert_eq!(last_part(name), last);
        }
        assert_eq!((&*called("ud[em]"), &*called("jo@mail.example")), ("ud[em]", "…"));
    }

    #[test]
    fn nothing_in_other_words() {
        assert!(!is_filled(Value::Text("")) && !is_filled(Value::Text("undefined")) && is_filled(Value::Text("a")));
    }

    #[test]
    fn addresses() {
        let read = |text: &'static str| Inner::read(text.into());
        let parts = |text| read(text).map(|one| (one.host().to_owned(), one.path().to_owned()));
        for (text, host, path) in [
            ("https://user@news.example:8443/a/b?c=d#e", "news.example", "/a/b?c=d"),
            ("http://news.example", "news.example", ""),
            ("https://news.example?a=b", "news.example", "?a=b"),
        ] {
            assert_eq!(parts(text), Some((host.to_owned(), path.to_owned())));
        }
        let under = |domain| read("https://news.example/").is_some_and(|one| one.is_under(domain));
        assert!(under("example") && under("news.example") && !under("ws.example"));
        assert!(
            read("news.example/a").is_none() && read("ftp://news.example/").is_none() && read("https://").is_none()
        );
    }
}
