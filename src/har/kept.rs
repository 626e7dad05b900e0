//! What of an entry's headers, cookies and body is kept, beside the words that tell what it was for: what says
//! who recognises whom, what was sent, and how. The rest of the headers is nobody's business here.

use std::ops::AddAssign;

use onlooker::observation::Security;

use super::date::milliseconds;
use super::url::starts_with_ignoring_case;

/// How long a header's value may be. Browsers refuse a cookie whose name and value are longer:
/// <https://www.rfc-editor.org/rfc/rfc6265#section-6.1>
const MAX_VALUE: usize = 4096;
/// How long a header's name may be.
const MAX_NAME: usize = 64;
/// How many headers of a request, and of an answer.
const MAX_HEADERS: usize = 64;
/// How much of a body is kept.
pub(super) const MAX_BODY: usize = 16 << 10;
/// How long a word on a connection's security may be.
const MAX_WORD: usize = 256;
/// What a pair of texts takes beside their bytes: two owners' words, and what an allocator adds to each.
const PAIR: usize = 96;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// What is kept of one entry, for those that have any of it.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) request: Vec<(String, String)>,
    pub(super) response: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) security: Option<Security>,
}

impl Kept {
    pub(super) fn is_empty(&self) -> bool {
        self.request.is_empty() && self.response.is_empty() && self.body.is_none() && self.security.is_none()
    }

    /// How many bytes it takes, about.
    pub(super) fn size(&self) -> usize {
        let pairs = self.request.iter().chain(&self.response);
        let security = self.security.as_ref().map_or(0, |s| s.protocol.len() + s.cipher.len() + s.issuer.len());
        pairs.map(|(name, value)| name.len() + value.len() + PAIR).sum::<usize>()
            + self.body.as_ref().map_or(0, String::len)
            + security
            + size_of::<Self>()
    }

    /// How many things it is, for the count of what is left out.
    pub(super) fn count(&self) -> LeftOut {
        let headers = (self.request.len() + self.response.len()) as u64;
        LeftOut { headers, bodies: u64::from(self.body.is_some()), ..LeftOut::default() }
    }
}

/// How much of an entry is not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// Headers, or parts of them.
    pub(super) headers: u64,
    /// Bodies, or parts of them.
    pub(super) bodies: u64,
    /// Bodies that the recorder did not record, or not as text.
    pub(super) unread: u64,
}

impl AddAssign for LeftOut {
    fn add_assign(&mut self, other: Self) {
        self.headers += other.headers;
        self.bodies += other.bodies;
        self.unread += other.unread;
    }
}

/// What is gathered while an entry is read: keys come in any order.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    kept: Kept,
    request_cookies: Vec<Cookie>,
    response_cookies: Vec<Cookie>,
    params: String,
    /// Some of these were not kept.
    params_cut: bool,
    /// What the body is, by its own record.
    pub(super) media: String,
    /// The size of the body as it was sent, by the entry and by its header.
    pub(super) body_size: Option<u64>,
    length: Option<u64>,
    /// The body is there, in a form that is not read.
    pub(super) other_body: bool,
    pub(super) has_request_headers: bool,
    pub(super) has_response_headers: bool,
    /// Seen with a value that nobody blanked out.
    pub(super) has_cookies: bool,
    pub(super) started: Option<i64>,
    left_out: LeftOut,
    /// How many cookies that a recorder took apart; they matter only where the headers have none.
    cookies_left_out: [u64; 2],
}

/// A cookie as a recorder took it apart.
#[derive(Debug, Default)]
pub(super) struct Cookie {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) path: String,
    pub(super) domain: String,
    pub(super) expires: String,
    pub(super) same_site: String,
    pub(super) http_only: bool,
    pub(super) secure: bool,
}

impl Gathered {
    /// One header, of any name.
    pub(super) fn header(&mut self, side: Side, name: &str, value: &str) {
        match side {
            Side::Request => self.has_request_headers = true,
            Side::Response => self.has_response_headers = true,
        }
        let name = name.trim().to_ascii_lowercase();
        if side == Side::Request && name == "content-length" {
            self.length = value.trim().parse().ok().or(self.length);
        }
        if !wanted(side, &name) {
            return;
        }
        if name.len() > MAX_NAME {
            self.left_out.headers += 1;
            return;
        }
        // Chrome joins headers of one name with line feeds, and so does what is made of its protocol.
        for value in value.split('\n').map(str::trim).filter(|value| !value.is_empty()) {
            match name.as_str() {
                "authorization" => self.put(side, &name, "present"),
                "cookie" => {
                    // What was blanked out is nobody's identifier, though all may have the same in its place.
                    let pairs: Vec<&str> = value.split(';').filter(|pair| self.is_shown(pair)).collect();
                    self.crumbs(pairs.join(";").trim());
                }
                "set-cookie" => {
                    for cookie in cookies(value) {
                        if self.is_shown(cookie.split(';').next().unwrap_or_default()) {
                            self.put(side, &name, cookie);
                        }
                    }
                }
                "content-security-policy" | "content-security-policy-report-only" if value.len() > MAX_VALUE => {
                    self.put(side, &name, &policy(value));
                }
                _ => self.put(side, &name, value),
            }
        }
    }

    /// Whether a cookie's value is there; counted where it was blanked out.
    fn is_shown(&mut self, pair: &str) -> bool {
        let value = pair.split_once('=').unwrap_or_default().1;
        let shown = shown(value);
        self.has_cookies |= shown;
        self.left_out.headers += u64::from(!shown && !value.trim().is_empty());
        shown || value.trim().is_empty()
    }

    /// Cookies of one request may be many, and longer together than each may be: they are kept as so many headers, as
    /// HTTP/2 sends them too.
    fn crumbs(&mut self, value: &str) {
        let mut rest = value;
        while rest.len() > MAX_VALUE {
            let end = rest.bytes().take(MAX_VALUE).rposition(|byte| byte == b';').or_else(|| rest.find(';'));
            let Some((crumb, after)) = end.and_then(|end| rest.split_at_checked(end)) else { break };
            self.put(Side::Request, "cookie", crumb);
            rest = after.trim_start_matches([';', ' ']);
        }
        self.put(Side::Request, "cookie", rest);
    }

    fn put(&mut self, side: Side, name: &str, value: &str) {
        let headers = match side {
            Side::Request => &mut self.kept.request,
            Side::Response => &mut self.kept.response,
        };
        let short = start(value, MAX_VALUE);
        // chrome-har writes some twice: as they were planned, and as they were sent.
        if short.is_empty() || headers.iter().any(|(n, v)| n == name && v == short) {
            return;
        }
        if headers.len() >= MAX_HEADERS {
            self.left_out.headers += 1;
            return;
        }
        self.left_out.headers += u64::from(short.len() < value.len());
        headers.push((name.to_owned(), short.to_owned()));
    }

    pub(super) fn cookie(&mut self, side: Side, cookie: Cookie) {
        if cookie.name.is_empty() && cookie.value.is_empty() {
            return;
        }
        let is_shown = shown(&cookie.value);
        self.has_cookies |= is_shown;
        let (cookies, left_out) = match (side, &mut self.cookies_left_out) {
            (Side::Request, [left_out, _]) => (&mut self.request_cookies, left_out),
            (Side::Response, [_, left_out]) => (&mut self.response_cookies, left_out),
        };
        let texts = [&cookie.name, &cookie.value, &cookie.path, &cookie.domain, &cookie.expires, &cookie.same_site];
        if !is_shown && !cookie.value.is_empty() {
            *left_out += 1;
        } else if cookies.len() < MAX_HEADERS && texts.iter().map(|text| text.len()).sum::<usize>() <= MAX_VALUE {
            cookies.push(cookie);
        } else {
            *left_out += 1;
        }
    }

    /// The body's text, which goes before its parameters.
    pub(super) fn body(&mut self, text: &str) {
        let text = without_headers(text);
        if !text.is_empty() {
            let short = start(text, MAX_BODY);
            self.left_out.bodies = u64::from(short.len() < text.len());
            self.kept.body = Some(short.to_owned());
        }
    }

    /// One field of a form, decoded.
    pub(super) fn param(&mut self, name: &str, value: &str) {
        if self.params.len() < MAX_BODY && !(name.is_empty() && value.is_empty()) {
            self.params_cut |= name.len().max(value.len()) > MAX_BODY;
            if !self.params.is_empty() {
                self.params.push('&');
            }
            encode(start(name, MAX_BODY), true, &mut self.params);
            self.params.push('=');
            encode(start(value, MAX_BODY), false, &mut self.params);
        } else if !(name.is_empty() && value.is_empty()) {
            self.params_cut = true;
        }
    }

    pub(super) fn security(&mut self, security: Security) {
        if !(security.protocol.is_empty() && security.issuer.is_empty()) {
            self.kept.security = Some(security);
        }
    }

    pub(super) fn has_security(&self) -> bool {
        self.kept.security.is_some()
    }

    /// Whether a request of this method had a body: by what is recorded of it, or of its size. Some(false) where it had
    /// none, None where it had one, or may have had one, that is not here.
    pub(super) fn had_body(&self, method: &str) -> Option<bool> {
        if self.other_body {
            return None;
        }
        if self.kept.body.is_some() || !self.params.is_empty() {
            return Some(true);
        }
        let may = !matches!(method, "GET" | "HEAD" | "OPTIONS" | "CONNECT" | "TRACE" | "DELETE");
        let size = self.length.or(self.body_size);
        // Chrome says 0 of a body that it does not know as well; who names a type has something to send.
        let typed = !self.media.is_empty() || self.kept.request.iter().any(|(name, _)| name == "content-type");
        match size {
            Some(0) if self.length.is_none() && may && typed => None,
            Some(0) => Some(false),
            Some(_) => None,
            None if may => None,
            None => Some(false),
        }
    }

    /// What is kept, when all was read.
    pub(super) fn finish(mut self, redirect: Option<&str>) -> (Kept, LeftOut) {
        let has = |headers: &[(String, String)], name: &str| headers.iter().any(|(n, _)| n == name);
        let [of_request, of_response] = self.cookies_left_out;
        if !has(&self.kept.request, "cookie") {
            self.left_out.headers += of_request;
            let pairs: Vec<String> =
                self.request_cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
            self.crumbs(&pairs.join("; "));
        }
        if !has(&self.kept.response, "set-cookie") {
            self.left_out.headers += of_response;
            for cookie in std::mem::take(&mut self.response_cookies) {
                let line = cookie.line(self.started);
                self.put(Side::Response, "set-cookie", &line);
            }
        }
        if let Some(target) = redirect.filter(|_| !has(&self.kept.response, "location")) {
            self.put(Side::Response, "location", target);
        }
        if self.kept.body.is_none() && !self.params.is_empty() {
            let short = start(&self.params, MAX_BODY);
            self.left_out.bodies = u64::from(self.params_cut || short.len() < self.params.len());
            self.kept.body = Some(short.to_owned());
        }
        if self.kept.body.is_some() && !has(&self.kept.request, "content-type") {
            let media = std::mem::take(&mut self.media);
            self.put(Side::Request, "content-type", media.trim());
        }
        self.kept.request.shrink_to_fit();
        self.kept.response.shrink_to_fit();
        (self.kept, self.left_out)
    }
}

impl Cookie {
    /// As a header says it. `started`: when it was asked for, from which its life is counted.
    fn line(&self, started: Option<i64>) -> String {
        let mut line = format!("{}={}", self.name, self.value);
        // Recorders write the last moment before 1970 for a cookie that ends with the session.
        let ends = milliseconds(&self.expires).filter(|ends| *ends >= 0);
        if let (Some(ends), Some(started)) = (ends, started) {
            line.push_str(&format!("; Max-Age={}", ((ends - started) / 1_000).max(0)));
        }
        for (name, value) in [("Path", &self.path), ("Domain", &self.domain), ("SameSite", &self.same_site)] {
            if !value.is_empty() {
                line.push_str(&format!("; {name}={value}"));
            }
        }
        for (name, set) in [("Secure", self.secure), ("HttpOnly", self.http_only)] {
            if set {
                line.push_str("; ");
                line.push_str(name);
            }
        }
        line
    }
}

/// Whether a header is kept.
fn wanted(side: Side, name: &str) -> bool {
    match side {
        Side::Request => {
            matches!(
                name,
                "cookie"
                    | "referer"
                    | "origin"
                    | "sec-gpc"
                    | "dnt"
                    | "content-type"
                    | "tm-user-id"
                    | "ping-from"
                    | "ping-to"
            ) || name == "authorization"
                || ["sec-ch-", "sec-fetch-", "x-"].iter().any(|start| name.starts_with(start))
        }
        Side::Response => matches!(
            name,
            "set-cookie"
                | "date"
                | "location"
                | "etag"
                | "last-modified"
                | "cache-control"
                | "strict-transport-security"
                | "accept-ch"
                | "critical-ch"
                | "content-security-policy"
                | "content-security-policy-report-only"
                | "report-to"
                | "reporting-endpoints"
                | "nel"
                | "content-type"
                | "server"
                | "via"
                | "refresh"
                | "permissions-policy"
                | "access-control-allow-origin"
                | "tk"
                | "clear-site-data"
        ),
    }
}

/// The cookies of a `Set-Cookie` into which Safari, and whatever asks with `fetch`, joined several by `, `: a date has that
/// as well, but no name and `=` behind it.
fn cookies(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let joint = text.match_indices(", ").map(|(at, _)| at).find(|at| {
            let name = text.get(at + 2..).and_then(|after| after.split_once('=')).unwrap_or_default().0;
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && !br#"()<>@,;:\"/[]?{}"#.contains(&b))
        });
        let (cookie, after) = joint.and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
        rest = after.strip_prefix(", ");
        Some(cookie)
    })
}

/// Of a content security policy that is too long: where it reports to, and what it says of connections. The hosts it
/// allows are told by nobody's contact.
fn policy(value: &str) -> String {
    let told = |directive: &&str| {
        let name = directive.split_ascii_whitespace().next().unwrap_or_default();
        ["report-uri", "report-to", "upgrade-insecure-requests", "block-all-mixed-content"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
    };
    // Several policies are joined by commas.
    value.split([';', ',']).map(str::trim).filter(told).collect::<Vec<_>>().join("; ")
}

/// Whether a value is what was sent, and not what a tool that blanks recordings put there.
fn shown(value: &str) -> bool {
    /// Longest thing that is put in a value's place.
    const MAX: usize = 64;
    let lower = value.trim().to_ascii_lowercase();
    let marks = ["redacted", "sanitized", "removed", "filtered"];
    // Words and few digits, in brackets of some kind, as they stand or encoded: in a longer value the word is its own.
    let bare =
        lower.replace("%5b", "[").replace("%5d", "]").replace("%20", " ").replace("%3c", "<").replace("%3e", ">");
    let of_words = |byte: u8| byte.is_ascii_alphanumeric() || b"[]<>(){}*_-. \"':".contains(&byte);
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    let blanked = bare.len() <= MAX && digits <= 4 && bare.bytes().all(of_words);
    let filled = bare.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'.' | b'-'));
    !(filled || blanked && marks.iter().any(|mark| bare.contains(mark)))
}

/// The body without the headers of its own that Firefox puts before a form's.
fn without_headers(text: &str) -> &str {
    if !starts_with_ignoring_case(text, "content-type:") && !starts_with_ignoring_case(text, "content-length:") {
        return text;
    }
    match text.split_once("\r\n\r\n") {
        Some((head, body)) if head.len() <= 1024 && head.lines().all(|line| line.contains(':')) => body,
        _ => text,
    }
}

/// A field as a form has it, with only those bytes encoded that would be read as something else.
fn encode(text: &str, name: bool, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("%26"),
            '+' => out.push_str("%2B"),
            '%' => out.push_str("%25"),
            '=' if name => out.push_str("%3D"),
            other => out.push(other),
        }
    }
}

/// The first bytes of a text, and no half of a character.
fn start(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// A TLS version in one spelling: Chrome says `TLS 1.3`, Firefox `TLSv1.3`.
pub(super) fn protocol(word: &str) -> String {
    let word = start(word.trim(), MAX_WORD);
    match word.split_once(' ') {
        Some(("TLS", "1" | "1.0")) => "TLSv1".to_owned(),
        Some(("TLS", version)) => format!("TLSv{version}"),
        Some(("SSL", version)) => format!("SSLv{}", version.strip_suffix(".0").unwrap_or(version)),
        _ => word.to_owned(),
    }
}

pub(super) fn cipher(word: &str) -> String {
    start(word.trim(), MAX_WORD).to_owned()
}

/// The name of an issuer: itself, or of a distinguished name (`CN=R3,O=Let's Encrypt,C=US`) the common name, else the
/// organisation.
pub(super) fn issuer(word: &str) -> String {
    let word = start(word.trim(), MAX_WORD);
    let part =
        |key: &str| word.split(',').find_map(|part| part.trim().strip_prefix(key)).map(|name| name.trim_matches('"'));
    part("CN=").or_else(|| part("O=")).unwrap_or(word).to_owned()
}
