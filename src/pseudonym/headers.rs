//! Which headers are kept, and what of each.

use super::{
    CUT, Context, Form, Kind, MAX_PARTS, Place, Pseudonyms, Role, Span, encodings, into_text, kinds, names, read,
};
use crate::order;

/// Which way headers went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Of the request, as sent.
    Sent,
    /// Of the answer.
    Answered,
}

/// Most bytes of a header's value that are kept, once rewritten, but for addresses and cookies.
const MAX_VALUE: usize = 4096;
/// Most bytes of a raw header that are read.
const MAX_READ: usize = 64 * 1024;
/// Most headers of one message.
const MAX_HEADERS: usize = 64;
/// Most cookies in one line of a request, and most bytes of it as it was sent. Browsers keep 180 cookies of a site
/// (`kDomainMaxCookies` in <https://source.chromium.org/chromium/chromium/src/+/main:net/cookies/cookie_monster.h>), each of 4096
/// bytes (<https://www.rfc-editor.org/rfc/rfc6265#section-6.1>); servers take less: nginx 8 KB of a line
/// (<https://nginx.org/en/docs/http/ngx_http_core_module.html#large_client_header_buffers>), Node.js 16 KB of all headers
/// (<https://nodejs.org/api/cli.html#--max-http-header-sizesize>).
const MAX_COOKIES: usize = 180;
const MAX_COOKIE_LINE: usize = 16 * 1024;
/// Most bytes of it once rewritten, and of a `Set-Cookie`. 180 identifiers of six hashes each take 16 KB.
const MAX_COOKIES_WRITTEN: usize = 24 * 1024;
/// Longest name of a header, and of a cookie.
const MAX_NAME: usize = 64;
/// Longest text that is kept of a header that only says how something is to be done.
const MAX_PLAIN: usize = 512;

/// What is kept of a header.
enum Keep {
    /// All of it, but what is somebody's beyond doubt.
    Plain,
    /// The directives that the header is known to have, with numbers of seconds.
    Directives(char, &'static [&'static str]),
    /// What a server is called: words and versions.
    Product,
    /// `1`, `?1`, `cross-site`: else a pseudonym.
    Word,
    /// An address.
    Address,
    /// A text with addresses and identifiers in it.
    Compound,
    /// The media type, without its parameters.
    Media,
    /// Only a pseudonym.
    Value,
    /// Only that it is there.
    Presence,
    Cookie,
    SetCookie,
    /// A date, else a pseudonym.
    Date,
    Policy,
}

/// What is kept of it. Headers in which operators put their customers' numbers: "MSISDN" and the like, as collected by
/// <https://www.usenix.org/conference/foci15/workshop-program/presentation/vallina-rodriguez> (`X-UIDH`, `X-ACR`, `TM-user-id`,
/// `X-MSISDN`, `x-up-calling-line-id`, `x-nokia-msisdn`, ...).
fn keep(direction: Direction, name: &str) -> Option<Keep> {
    Some(match (direction, name) {
        (Direction::Sent, "cookie") => Keep::Cookie,
        (Direction::Sent, "referer" | "origin" | "ping-from" | "ping-to") => Keep::Address,
        (Direction::Sent, "sec-gpc" | "dnt" | "save-data" | "attribution-reporting-eligible") => Keep::Word,
        (Direction::Sent, name) if name.starts_with("sec-fetch-") => Keep::Word,
        (Direction::Sent, name) if name.starts_with("sec-ch-") => Keep::Plain,
        (_, "content-type") => Keep::Media,
        (Direction::Sent, "authorization" | "proxy-authorization") => Keep::Presence,
        (
            Direction::Sent,
            "x-forwarded-for"
            | "forwarded"
            | "x-real-ip"
            | "x-client-ip"
            | "x-uidh"
            | "x-acr"
            | "tm-user-id"
            | "x-amobee-1"
            | "x-amobee-2"
            | "x-piper-id"
            | "x-vf-acr"
            | "x-vfacr"
            | "x-vf-trace"
            | "x-subscriber"
            | "x-imsi"
            | "x-imei"
            | "x-line-id"
            | "x-up-subno"
            | "x-up-calling-line-id"
            | "x-nokia-msisdn"
            | "x-wap-network-client-msisdn"
            | "x-network-info"
            | "x-h3g-msisdn"
            | "x-fh-msisdn"
            | "x-drutt-portal-user-msisdn"
            | "x-orange-id"
            | "x-orange-roaming"
            | "x-ee-client-ip"
            | "x-hash"
            | "x-up-subscriber-coi"
            | "msisdn"
            | "x-jphone-uid"
            | "x-dcmguid"
            | "x-em-uid"
            | "x-utiq"
            | "x-bluecoat-via"
            | "x-mobile-gateway",
        ) => Keep::Value,
        (Direction::Sent, name) if name.contains("msisdn") || name.contains("calling-line-id") => Keep::Value,
        (Direction::Answered, "set-cookie") => Keep::SetCookie,
        (Direction::Answered, "location") => Keep::Address,
        (Direction::Answered, "etag") => Keep::Value,
        (Direction::Answered, "last-modified" | "date" | "expires") => Keep::Date,
        (Direction::Answered, "cache-control") => Keep::Directives(',', &CACHE),
        (Direction::Answered, "strict-transport-security") => {
            Keep::Directives(';', &["max-age", "includesubdomains", "preload"])
        }
        (Direction::Answered, "accept-ch" | "critical-ch") => Keep::Directives(',', &HINTS),
        // What a recorder adds that asked the DNS, or the site for its gpc.json; no server can send such a name.
        (Direction::Answered, ":cname" | ":gpc") => Keep::Plain,
        (Direction::Answered, "server") => Keep::Product,
        (Direction::Answered, "via") => Keep::Compound,
        (Direction::Answered, "report-to" | "reporting-endpoints" | "nel" | "refresh") => Keep::Compound,
        (Direction::Answered, "content-security-policy" | "content-security-policy-report-only") => Keep::Policy,
        _ => return None,
    })
}

impl Pseudonyms {
    /// What is kept of a header; nothing of those that no detector reads. The name may have any case.
    pub fn header(&mut self, direction: Direction, name: &str, value: &str) -> Option<String> {
        if name.len() > MAX_NAME {
            return None;
        }
        let how = keep(direction, &name.to_ascii_lowercase())?;
        let value = match how {
            // These are cut by what they are made of.
            Keep::Cookie | Keep::Address | Keep::Plain => value,
            _ => self.beginning(value),
        };
        let out = match how {
            Keep::Plain => {
                let mut at = MAX_PLAIN.min(value.len());
                while !value.is_char_boundary(at) {
                    at -= 1;
                }
                self.dropped.headers += u64::from(at < value.len());
                self.plain(value.get(..at).unwrap_or_default())
            }
            Keep::Directives(sign, known) => directives(value, sign, known),
            Keep::Product => product(value),
            Keep::Word => {
                let of_words = |byte: u8| byte.is_ascii_lowercase() || b"01-?,;= ".contains(&byte);
                match value.len() <= MAX_NAME && value.bytes().all(of_words) {
                    true => value.to_owned(),
                    false => self.pseudonym(value),
                }
            }
            Keep::Address => {
                let mut out = Vec::new();
                self.url(value.trim().as_bytes(), &mut out);
                let out = into_text(out);
                // It is cut already, and says so.
                self.dropped.headers += u64::from(out.ends_with(CUT));
                return Some(out);
            }
            Keep::Compound => self.compound(value),
            Keep::Media => media(value),
            Keep::Value => self.pseudonym(value),
            Keep::Presence => "~val.0.0".to_owned(),
            Keep::Cookie => return Some(self.cookie_header(value)),
            Keep::SetCookie => return Some(self.set_cookie_header(value)),
            Keep::Date => match read::http_date(value) {
                Some(_) if value.len() <= 40 => value.trim().to_owned(),
                _ => self.pseudonym(value),
            },
            Keep::Policy => self.policy(value),
        };
        if out.len() <= MAX_VALUE {
            return Some(out);
        }
        // It must not end in the middle of a pseudonym.
        self.dropped.headers += 1;
        let end = out.bytes().take(MAX_VALUE).rposition(|byte| matches!(byte, b'&' | b' ' | b',' | b';')).unwrap_or(0);
        Some(out.get(..end).unwrap_or_default().to_owned())
    }

    /// All headers of a message, with their names in lower case, in their order. What goes over the bounds is dropped and counted:
    /// [`Pseudonyms::take_dropped`].
    pub fn headers<'h>(
        &mut self,
        direction: Direction,
        raw: impl IntoIterator<Item = (&'h str, &'h str)>,
    ) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (name, value) in raw {
            if name.len() > MAX_NAME || keep(direction, &name.to_ascii_lowercase()).is_none() {
                continue;
            }
            if out.len() >= MAX_HEADERS {
                self.dropped.headers += 1;
                continue;
            }
            if let Some(value) = self.header(direction, name, value) {
                out.push((name.to_ascii_lowercase(), value));
            }
        }
        out
    }

    /// What of a header is read.
    fn beginning<'v>(&mut self, value: &'v str) -> &'v str {
        if value.len() <= MAX_READ {
            return value;
        }
        self.dropped.headers += 1;
        let end = value
            .bytes()
            .take(MAX_READ)
            .rposition(|byte| matches!(byte, b';' | b' ' | b',' | b'&' | b'\n'))
            .unwrap_or(0);
        value.get(..end).unwrap_or_default()
    }

    /// A text that is kept but for mail addresses and phone numbers.
    fn plain(&mut self, value: &str) -> String {
        self.start();
        self.decoded_segment(Context::URL, Span::of(value.as_bytes()));
        self.finished(value)
    }

    /// A text with addresses and identifiers in it.
    fn compound(&mut self, value: &str) -> String {
        self.start();
        if self.tokens(Context::URL, Span::of(value.as_bytes())) > MAX_PARTS {
            return self.pseudonym(value);
        }
        self.finished(value)
    }

    fn finished(&mut self, raw: &str) -> String {
        let mut out = Vec::with_capacity(raw.len());
        self.finish(raw.as_bytes(), &mut out);
        into_text(out)
    }

    /// A value of which nothing is kept, as the possible source of an identifier.
    fn pseudonym(&mut self, value: &str) -> String {
        self.start();
        let weak = value.strip_prefix("W/").unwrap_or(value);
        let bytes = encodings::trim(weak.as_bytes());
        let span = Span::of(bytes);
        let context = Context { place: Place::Source, depth: 0 };
        if !self.whole(context, Role::Any, span, 0, bytes.len()) {
            self.emit(context, super::cookie_kind(context, bytes), Form::Plain, span, 0, bytes.len());
        }
        let mut out = Vec::new();
        self.finish(bytes, &mut out);
        into_text(out)
    }

    /// `name=value; name=value`
    fn cookie_header(&mut self, value: &str) -> String {
        let key = self.keyed(value.as_bytes());
        if let Some(known) = self.cache.get(key) {
            return known.to_owned();
        }
        let before = self.dropped.cookies;
        let line = match value.get(..MAX_COOKIE_LINE.min(value.len())) {
            Some(line) if line.len() == value.len() => line,
            // The last of those that fit in is whole.
            _ => {
                let end = value.bytes().take(MAX_COOKIE_LINE).rposition(|byte| byte == b';').unwrap_or(0);
                value.get(..end).unwrap_or_default()
            }
        };
        let over = value.get(line.len()..).unwrap_or_default();
        self.dropped.cookies += over.split(';').filter(|piece| !piece.trim().is_empty()).count() as u64;
        let mut written = Vec::new();
        for piece in line.split(';').map(str::trim).filter(|piece| !piece.is_empty()) {
            if written.len() < MAX_COOKIES {
                written.push(self.cookie(piece));
            } else {
                self.dropped.cookies += 1;
            }
        }
        // If there is not room for all, those that hold nothing of anybody go first.
        let holds = |cookie: &str| read::Parts::of(cookie).any(|part| part.kind != Kind::Val);
        if written.iter().map(|cookie| cookie.len() + 2).sum::<usize>() > MAX_COOKIES_WRITTEN {
            order::sort(&mut written, |one, other| holds(other).cmp(&holds(one)));
        }
        let mut out = String::new();
        for cookie in &written {
            if out.len() + 2 + cookie.len() > MAX_COOKIES_WRITTEN {
                self.dropped.cookies += 1;
                continue;
            }
            if !out.is_empty() {
                out.push_str("; ");
            }
            out.push_str(cookie);
        }
        // What was left out is counted each time.
        if self.dropped.cookies == before {
            self.cache.put(key, &out);
        }
        out
    }

    /// One cookie: its name, and its value as pseudonyms.
    fn cookie(&mut self, piece: &str) -> String {
        let key = self.keyed(piece.as_bytes()) ^ 1;
        if let Some(known) = self.cache.get(key) {
            return known.to_owned();
        }
        let (name, value) = read::cookie(piece);
        let mut out = if names::is_of_vendor(name) { name.to_owned() } else { self.name(name) };
        if piece.contains('=') {
            out.push('=');
        }
        self.start();
        let role = match self.names.role(name.as_bytes()) {
            // A cookie `name` or `text` is hardly typed by anybody, nor one that is an event.
            Role::Maybe | Role::MaybeName | Role::Word => Role::Any,
            role => role,
        };
        self.value_of(Context { place: Place::Cookie, depth: 0 }, role, Span::of(value.as_bytes()));
        let written = self.finished(value);
        if written.len() > MAX_VALUE / 2 {
            // With too many parts: the whole is enough.
            self.start();
            let context = Context { place: Place::Cookie, depth: 0 };
            let kind = super::cookie_kind(context, value.as_bytes());
            self.emit(context, kind, Form::Plain, Span::of(value.as_bytes()), 0, value.len());
            out.push_str(&self.finished(value));
        } else {
            out.push_str(&written);
        }
        self.cache.put(key, &out);
        out
    }

    /// A name of a cookie or a body's parameter, in which only what is a value is replaced.
    pub(super) fn name(&mut self, name: &str) -> String {
        self.start();
        if name.len() > MAX_NAME {
            self.emit(Context::URL, Kind::Val, Form::Plain, Span::of(name.as_bytes()), 0, name.len());
        } else {
            self.name_of(Span::of(name.as_bytes()));
        }
        self.finished(name)
    }

    /// What is known of a cookie that is set; line breaks part several.
    fn set_cookie_header(&mut self, value: &str) -> String {
        let mut out = String::new();
        for line in value.split('\n').filter(|line| !line.trim().is_empty()) {
            let mut parts = line.split(';');
            let mut written = self.cookie(parts.next().unwrap_or_default().trim());
            for part in parts.take(32) {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
                if value.len() > 256 {
                    self.dropped.cookies += 1;
                    continue;
                }
                let value = match name.as_str() {
                    "secure" | "httponly" | "partitioned" => None,
                    "domain" => Some(self.plain(value)),
                    "path" => {
                        self.start();
                        self.address(Context::URL, Span::of(value.as_bytes()));
                        Some(self.finished(value))
                    }
                    "max-age" if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
                        Some(value.to_owned())
                    }
                    "expires" if read::http_date(value).is_some() && value.len() <= 40 => Some(value.to_owned()),
                    "samesite" if value.len() <= 8 && value.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                        Some(value.to_owned())
                    }
                    _ => continue,
                };
                written.push_str("; ");
                written.push_str(&name);
                if let Some(value) = value {
                    written.push('=');
                    written.push_str(&value);
                }
            }
            if out.len() + written.len() + 1 > MAX_COOKIES_WRITTEN {
                self.dropped.cookies += 1;
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&written);
        }
        out
    }

    /// Of a content security policy: where it is reported to, and what it does to insecure requests.
    fn policy(&mut self, value: &str) -> String {
        let mut out = String::new();
        for directive in value.split([';', ',']) {
            let mut words = directive.split_ascii_whitespace();
            let name = words.next().unwrap_or_default().to_ascii_lowercase();
            let kept = match name.as_str() {
                "upgrade-insecure-requests" | "block-all-mixed-content" => name,
                "report-uri" | "report-to" => {
                    let mut kept = name;
                    for word in words.take(8) {
                        kept.push(' ');
                        match word.find("://") {
                            Some(at) => {
                                let end = word.get(at + 3..).and_then(|rest| rest.find(['/', '?', '#']));
                                let host = end.map_or(word, |end| word.get(..at + 3 + end).unwrap_or_default());
                                let mut url = Vec::new();
                                self.url(host.as_bytes(), &mut url);
                                kept.push_str(&into_text(url));
                            }
                            // On the page's own host, or a group's name.
                            None if word.starts_with('/') => kept.push('/'),
                            None => kept.push_str(&self.name(word)),
                        }
                    }
                    kept
                }
                _ => continue,
            };
            if out.len() + kept.len() > MAX_PLAIN {
                self.dropped.headers += 1;
                continue;
            }
            if !out.is_empty() {
                out.push_str("; ");
            }
            out.push_str(&kept);
        }
        out
    }
}

/// What `Cache-Control` says: <https://www.iana.org/assignments/http-cache-directives>.
const CACHE: [&str; 13] = [
    "immutable",
    "max-age",
    "must-revalidate",
    "must-understand",
    "no-cache",
    "no-store",
    "no-transform",
    "private",
    "proxy-revalidate",
    "public",
    "s-maxage",
    "stale-if-error",
    "stale-while-revalidate",
];

/// What `Accept-CH` can ask for, without its `Sec-CH-`: <https://wicg.github.io/client-hints-infrastructure/>.
const HINTS: [&str; 24] = [
    "device-memory",
    "downlink",
    "dpr",
    "ect",
    "prefers-color-scheme",
    "prefers-reduced-motion",
    "prefers-reduced-transparency",
    "rtt",
    "save-data",
    "ua",
    "ua-arch",
    "ua-bitness",
    "ua-form-factors",
    "ua-full-version",
    "ua-full-version-list",
    "ua-mobile",
    "ua-model",
    "ua-platform",
    "ua-platform-version",
    "ua-wow64",
    "viewport-height",
    "viewport-width",
    "width",
    "lang",
];

/// The directives of these names, with a number of at most ten digits.
fn directives(value: &str, sign: char, known: &[&str]) -> String {
    let mut out = String::new();
    for one in value.split([sign, '\n']).map(str::trim) {
        let (name, number) = one.split_once('=').unwrap_or((one, ""));
        let lower = name.trim().to_ascii_lowercase();
        let number = number.trim().trim_matches('"');
        let is_number = (1..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        // `no-cache="set-cookie"` is another than `no-cache`.
        let fits = is_number || !one.contains('=');
        if !fits || !known.contains(&lower.strip_prefix("sec-ch-").unwrap_or(&lower)) || out.len() > MAX_PLAIN {
            continue;
        }
        if !out.is_empty() {
            out.push(sign);
            out.push(' ');
        }
        out.push_str(name.trim());
        if is_number {
            out.push('=');
            out.push_str(number);
        }
    }
    out
}

/// `nginx/1.18.0 (Ubuntu)`: words of letters with a digit or two at their ends, and versions. What else stands there is left out.
fn product(value: &str) -> String {
    let is = |part: &str| {
        let letters = part.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let few = part.len() - letters.len() <= 2;
        kinds::is_version(part.as_bytes()) || few && letters.split('-').all(|one| kinds::is_words(one.as_bytes()))
    };
    let words = value.split(' ').filter(|word| word.trim_matches(['(', ')', ';', ',']).split('/').all(is));
    words.take(8).collect::<Vec<_>>().join(" ")
}

/// The media type of a `Content-Type`, in lower case; nothing where it has no such form.
pub(super) fn media(value: &str) -> String {
    let kind = value.split([';', ',']).next().unwrap_or_default().trim();
    let fits =
        kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'+' | b'.' | b'_'));
    if fits && kind.len() <= MAX_NAME { kind.to_ascii_lowercase() } else { String::new() }
}
