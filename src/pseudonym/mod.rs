//! Stub until the real one is there: nothing is replaced.
#![allow(missing_docs)]
use std::borrow::Cow;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Sent,
    Answered,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Id,
    Mail,
    Tel,
    Name,
    Card,
    Nat,
    Geo,
    Hash,
    Text,
    Val,
    Url,
}
impl Kind {
    pub fn word(self) -> &'static str {
        "id"
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Plain,
    Hashed,
    Base64,
    Hex,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    Raw,
    Base64,
    Hex,
    Md5,
    Sha1,
    Sha256,
}
impl Encoding {
    pub const ALL: [Self; 6] = [Self::Raw, Self::Base64, Self::Hex, Self::Md5, Self::Sha1, Self::Sha256];
}
#[derive(Debug, Clone, Copy)]
pub struct Pseudonym<'a> {
    pub kind: Kind,
    pub form: Form,
    pub length: u32,
    pub bits: u16,
    pub text: &'a str,
}
impl<'a> Pseudonym<'a> {
    pub fn hashes(&self) -> impl Iterator<Item = u64> + use<'a> {
        std::iter::empty()
    }
    pub fn hash_text(&self) -> &'a str {
        self.text
    }
}
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Text(&'a str),
    Pseudonym(Pseudonym<'a>),
    Compound(&'a str),
}
impl<'a> Value<'a> {
    pub fn text(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.raw())
    }
    pub fn raw(&self) -> &'a str {
        match self {
            Self::Text(t) | Self::Compound(t) => t,
            Self::Pseudonym(p) => p.text,
        }
    }
    pub fn parts(&self) -> impl Iterator<Item = Pseudonym<'a>> + use<'a> {
        std::iter::empty()
    }
    pub fn whole(&self) -> Option<Pseudonym<'a>> {
        None
    }
}
#[derive(Debug)]
pub struct Pseudonyms;
impl Pseudonyms {
    pub fn new(_: [u8; 16]) -> Self {
        Self
    }
    pub fn url(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(raw);
    }
    pub fn header(&mut self, _: Direction, _: &str, value: &str) -> Option<String> {
        Some(value.to_owned())
    }
    pub fn headers<'h>(
        &mut self,
        _: Direction,
        raw: impl IntoIterator<Item = (&'h str, &'h str)>,
    ) -> Vec<(String, String)> {
        raw.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
    }
    pub fn body(&mut self, raw: &[u8], _: &str) -> String {
        String::from_utf8_lossy(raw).into_owned()
    }
    pub fn take_dropped(&mut self) -> u64 {
        0
    }
    pub fn hash(&self, _: &[u8]) -> u64 {
        0
    }
    pub fn value(&mut self, _: &str, raw: &str) -> String {
        raw.to_owned()
    }
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    Strict,
    Lax,
    None,
}
#[derive(Debug)]
pub struct SetCookie<'a> {
    pub name: &'a str,
    pub value: Value<'a>,
    pub domain: Option<&'a str>,
    pub path: Option<&'a str>,
    pub max_age: Option<i64>,
    pub expires: Option<i64>,
    pub secure: bool,
    pub http_only: bool,
    pub partitioned: bool,
    pub same_site: Option<SameSite>,
}
pub fn pairs(text: &[u8]) -> impl Iterator<Item = (&str, Value<'_>)> {
    text.split(|&b| b == b'&')
        .filter_map(|p| std::str::from_utf8(p).ok())
        .filter_map(|p| p.split_once('='))
        .map(|(n, v)| (n, Value::Text(v)))
}
pub fn cookies(_: &str) -> impl Iterator<Item = (&str, Value<'_>)> {
    std::iter::empty()
}
pub fn set_cookies<'a>(_: &'a str, _: Option<&str>) -> impl Iterator<Item = SetCookie<'a>> {
    std::iter::empty()
}
pub fn decode(raw: &str) -> Cow<'_, str> {
    Cow::Borrowed(raw)
}
