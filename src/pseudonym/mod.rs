//! What may be kept of a value: every raw text (URL, header, cookie, body) is rewritten before anything else sees it, so that
//! each value that could belong to a person is a pseudonym, which says what it is, how long, how much it can tell apart, and
//! has salted hashes of it by which it is known again. All that judges, stores and logs works on what this leaves.
//!
//! A pseudonym is `~<form><kind>.<length>.<bits>[.<hash>...]`, all of characters that are the same in a URL, a cookie and a
//! header: `~id.32.128.k3J4x_-0`. Kinds are those of [`Kind`], forms those of [`Form`]; a hash is 48 bits of SipHash-2-4
//! (<https://www.aumasson.jp/siphash/siphash.pdf>) with the salt as its key, in base64url. Where a `.`, a `~` or a
//! character of base64url follows in the same text, an end mark `~` stands between. In cookies, a compound value stands
//! twice: its whole as a pseudonym, `~*`, and the value with its parts replaced. So do everywhere two numbers that are one
//! identifier (`chance.time`).
//!
//! **In a URL** the values of parameters are looked at, and parts of values (`a.b|c`); of the path only what has the form of a
//! mail address, card or phone number, for lists' rules match on paths. Everything else stays, byte for byte. **In cookies and
//! bodies** every value is replaced, but for a few words and numbers that say nothing of anybody. **Of headers** those stay
//! that detectors read.
//!
//! Readable stay: what is too short or too common to tell people apart, times, dates, sizes, versions, languages, plain words,
//! numbers of containers and accounts (`GTM-…`), and consent strings.
//!
//! A page can write `~id.8.40.…` itself. Such text is replaced like a value, or spelled `%7Eid…`, so that no reader takes it for
//! a pseudonym: readers look for them in text that is not decoded.

mod bodies;
mod coded;
mod encodings;
mod entropy;
mod headers;
mod kinds;
mod names;
mod read;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use siphasher::sip::SipHasher24;

pub use encodings::decode;
pub use entropy::{COOKIE_BITS, SHARED_BITS, SHARED_LENGTH, estimate_bits};
pub use headers::Direction;
pub use kinds::{Form, Kind};
pub use read::{Parts, Pseudonym, SameSite, SetCookie, Value, cookies, http_date, matrix, pairs, set_cookies};

use coded::{Held, MIN_CODED, coded_text};
use kinds::{is_card, is_digest, is_identifier, is_mail, is_national, is_plain, is_tel};
use names::{Names, Role};

/// Which spelling of a value a hash is of, where it has six.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Encoding {
    Raw,
    Base64,
    Hex,
    Md5,
    Sha1,
    Sha256,
}

impl Encoding {
    /// All of them, in the order of a cookie's hashes.
    pub const ALL: [Self; 6] = [Self::Raw, Self::Base64, Self::Hex, Self::Md5, Self::Sha1, Self::Sha256];
}

/// How much of an address is read, in bytes: as much as is judged of one ([`crate::address::MAX_URL`]).
pub const MAX_ADDRESS: usize = 4096;
/// How long an address gets, in bytes: a pseudonym is mostly longer than its value.
pub const MAX_ADDRESS_WRITTEN: usize = 8192;
/// What stands at the end of an address of which there was more. Browsers write none with that character.
pub const CUT: &str = "…";
/// How many times one thing is decoded that is percent-encoded again and again.
const MAX_DECODED: u8 = 4;
/// How deep addresses in addresses are followed.
const MAX_DEPTH: u8 = 3;
/// Most parts of one value that are replaced one by one; a value with more is replaced as a whole.
const MAX_PARTS: usize = 64;
/// Most parts of a cookie's or body's value that stay where they are; of one with more, only those that are somebody's are kept.
const MAX_KEPT: usize = 6;
/// How many bytes these have at most.
const MAX_GATHERED: usize = 1024;
/// What stands behind the pseudonym of a whole value, before its parts.
const WHOLE: &[u8] = b"~*";
/// Most hashes of one pseudonym.
const MAX_HASHES: usize = 8;

/// Where a value stands, which says how much of it may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a URL, or in a header that is kept: what could belong to a person is replaced.
    Url,
    /// In a body: all is replaced but what is known to be harmless.
    Body,
    /// In a cookie: likewise, and it may be the source of an identifier that arrives elsewhere.
    Cookie,
    /// Typed by the person, or an `ETag`: all of it is one source.
    Source,
}

/// How values are rewritten here.
#[derive(Debug, Clone, Copy)]
struct Context {
    place: Place,
    depth: u8,
}

impl Context {
    const URL: Self = Self { place: Place::Url, depth: 0 };

    fn deeper(self) -> Self {
        Self { place: Place::Url, depth: self.depth + 1 }
    }

    fn strict(self) -> bool {
        self.place != Place::Url
    }

    /// Whether an identifier here may arrive elsewhere, in another spelling.
    fn source(self) -> bool {
        matches!(self.place, Place::Cookie | Place::Source)
    }
}

/// Decoded text, and where each of its bytes stands in the raw one.
#[derive(Debug, Clone, Copy)]
struct Span<'s> {
    bytes: &'s [u8],
    /// One for each byte, and one for the end; none where the text stands as it is.
    places: &'s [u32],
    /// Where it begins, if there are no places.
    base: usize,
}

impl<'s> Span<'s> {
    fn of(bytes: &'s [u8]) -> Self {
        Self { bytes, places: &[], base: 0 }
    }

    fn place(&self, at: usize) -> usize {
        match self.places.get(at) {
            Some(place) => usize::try_from(*place).unwrap_or(0),
            None => self.base + at,
        }
    }

    fn part(self, start: usize, end: usize) -> Self {
        Self {
            bytes: self.bytes.get(start..end).unwrap_or_default(),
            places: self.places.get(start..=end).unwrap_or_default(),
            base: self.base + start,
        }
    }

    fn get(&self, start: usize, end: usize) -> &'s [u8] {
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// Room for decoded text.
#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    places: Vec<u32>,
}

impl Buffer {
    /// Decodes percent-encoding once.
    fn fill(&mut self, span: Span) {
        self.bytes.clear();
        self.places.clear();
        let place = |at: usize| u32::try_from(span.place(at)).unwrap_or(u32::MAX);
        let mut at = 0;
        while let Some(rest) = span.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let run = rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
            self.bytes.extend_from_slice(rest.get(..run).unwrap_or_default());
            self.places.extend((at..at + run).map(place));
            at += run;
            let rest = rest.get(run..).unwrap_or_default();
            let Some(&first) = rest.first() else { break };
            let escaped = encodings::escape(rest);
            self.bytes.push(escaped.unwrap_or(first));
            self.places.push(place(at));
            at += if escaped.is_some() { 3 } else { 1 };
        }
        self.places.push(place(at));
    }

    fn span(&self) -> Span<'_> {
        Span { bytes: &self.bytes, places: &self.places, base: 0 }
    }
}

/// What of the raw text is replaced, and by what.
#[derive(Debug, Clone, Copy)]
struct Edit {
    start: usize,
    end: usize,
    from: usize,
    to: usize,
}

/// Rewrites raw text. Keyed with a secret salt, without which nobody can tell which value a hash is of.
pub struct Pseudonyms {
    salt: [u8; 16],
    names: Names,
    edits: Vec<Edit>,
    written: Vec<u8>,
    pool: Vec<Buffer>,
    normal: Vec<u8>,
    cache: Cache,
    dropped: Dropped,
}

/// How much of messages was left out, for bounds, by what it was of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Lines of headers, and ends of them.
    pub headers: u64,
    /// Cookies, and what was said of them.
    pub cookies: u64,
    /// Bodies of which a part was left out.
    pub bodies: u64,
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pseudonyms").finish_non_exhaustive()
    }
}

impl Pseudonyms {
    /// One with this salt. The same text gives the same pseudonyms with the same salt, and others with another.
    pub fn new(salt: [u8; 16]) -> Self {
        Self {
            salt,
            names: Names::new(),
            edits: Vec::new(),
            written: Vec::new(),
            pool: Vec::new(),
            normal: Vec::new(),
            cache: Cache::default(),
            dropped: Dropped::default(),
        }
    }

    /// Rewrites a URL into `out`, replacing what was there. Without a value to replace it comes out as it is.
    pub fn url(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        out.clear();
        if let Some(scheme) = opaque(raw) {
            out.extend_from_slice(scheme);
            return;
        }
        let cut = raw.len() > MAX_ADDRESS;
        let raw = if cut { raw.get(..whole_names(raw, MAX_ADDRESS)).unwrap_or_default() } else { raw };
        self.start();
        self.address(Context::URL, Span::of(raw));
        self.finish(raw, out);
        let long = out.len() > MAX_ADDRESS_WRITTEN;
        if long {
            out.truncate(whole_names(out, MAX_ADDRESS_WRITTEN));
        }
        if cut || long {
            out.extend_from_slice(CUT.as_bytes());
        }
    }

    /// One value with all its hashes, such as a person typed it: to be compared with what arrives. Always a pseudonym. Of what
    /// kind it is can depend on the parameter's name.
    pub fn value(&mut self, name: &str, raw: &str) -> String {
        self.start();
        let context = Context { place: Place::Source, depth: 0 };
        let span = Span::of(raw.as_bytes());
        if !self.whole(context, self.names.role(name.as_bytes()), span, 0, raw.len()) {
            let token = encodings::trim(raw.as_bytes());
            let kind = if is_mail(token) { Kind::Mail } else { Kind::Text };
            self.emit(context, kind, Form::Plain, span, 0, raw.len());
        }
        let mut out = Vec::new();
        self.finish(raw.as_bytes(), &mut out);
        into_text(out)
    }

    /// The hash that a token has where it arrives: of its normal form, 48 bits.
    pub fn hash(&self, token: &[u8]) -> u64 {
        let mut normal = Vec::new();
        encodings::normalise(token, &mut normal);
        self.keyed(&normal)
    }

    /// What was left out, for bounds, since this was asked before.
    pub fn take_dropped(&mut self) -> Dropped {
        std::mem::take(&mut self.dropped)
    }

    fn keyed(&self, bytes: &[u8]) -> u64 {
        SipHasher24::new_with_key(&self.salt).hash(bytes) & 0xffff_ffff_ffff
    }

    /// Forgets the edits of the text before.
    fn start(&mut self) {
        self.edits.clear();
        self.written.clear();
    }

    /// Appends the raw text with its edits.
    fn finish(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        let tilde = raw.contains(&b'~');
        let mut at = 0;
        for edit in &self.edits {
            push_kept(raw.get(at..edit.start).unwrap_or_default(), tilde, out);
            out.extend_from_slice(self.written.get(edit.from..edit.to).unwrap_or_default());
            at = edit.end;
        }
        push_kept(raw.get(at..).unwrap_or_default(), tilde, out);
    }

    /// Goes through an address: relative to another, or whole.
    fn address(&mut self, context: Context, span: Span) {
        let bytes = span.bytes;
        let scheme = bytes.windows(3).take(16).position(|three| three == b"://");
        let start = match scheme {
            Some(at) => at + 3,
            None if bytes.starts_with(b"//") => 2,
            None => 0,
        };
        let ends = |byte: &u8| matches!(byte, b'/' | b'?' | b'#' | b'\\');
        let rest = bytes.get(start..).unwrap_or_default();
        let path = if start == 0 { 0 } else { start + rest.iter().position(ends).unwrap_or(rest.len()) };
        // Who logs in.
        if let Some(at) = bytes.get(start..path).and_then(|authority| authority.iter().rposition(|&byte| byte == b'@'))
            && at > 0
        {
            self.emit(context, Kind::Val, Form::Plain, span, start, start + at);
        }
        let rest = bytes.get(path..).unwrap_or_default();
        let end = path + rest.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(rest.len());
        self.path(context, span.part(path, end));
        // Query and fragment.
        let mut at = end;
        while at < bytes.len() {
            let rest = bytes.get(at + 1..).unwrap_or_default();
            let end = at + 1 + rest.iter().position(|&byte| byte == b'#').unwrap_or(rest.len());
            self.query(context, span.part(at + 1, end));
            at = end;
        }
    }

    /// Of a path only what is somebody's beyond doubt: mail addresses, cards, phone numbers; and its matrix parameters.
    fn path(&mut self, context: Context, span: Span) {
        let matrix = span.bytes.contains(&b';');
        let mut pieces = read::matrix_pieces(span.bytes);
        let mut piece = if matrix { pieces.next() } else { None };
        let (mut at, mut before) = (0, &b""[..]);
        while at <= span.bytes.len() {
            let rest = span.bytes.get(at..).unwrap_or_default();
            let end = at + rest.iter().position(|byte| matches!(byte, b'/' | b';')).unwrap_or(rest.len());
            let segment = span.get(at, end);
            if may_tell(segment) {
                let segment = span.part(at, end);
                if is_national(segment.bytes, true) && self.names.role(before) == Role::Nat {
                    self.emit(context, Kind::Nat, Form::Plain, segment, 0, segment.bytes.len());
                } else {
                    self.segment(context, segment, MAX_DECODED);
                }
            }
            before = segment;
            at = end + 1;
            if let Some((start, end)) = piece
                && start == at
            {
                self.pair(context, span.part(start, end));
                piece = pieces.next();
                // What ended the parameter: `/` or `;`.
                at = end;
                if span.bytes.get(at) == Some(&b'/') || at == span.bytes.len() {
                    at += 1;
                }
            }
        }
    }

    /// Decodes it, as often as it may be encoded.
    fn segment(&mut self, context: Context, span: Span, left: u8) {
        if span.bytes.len() < 6 {
            return;
        }
        if left > 0 && has_escape(span.bytes) {
            let mut buffer = self.pool.pop().unwrap_or_default();
            buffer.fill(span);
            self.segment(context, buffer.span(), left - 1);
            self.pool.push(buffer);
        } else {
            self.decoded_segment(context, span);
        }
    }

    fn decoded_segment(&mut self, context: Context, span: Span) {
        let bytes = span.bytes;
        if is_tel(bytes) {
            self.emit(context, Kind::Tel, Form::Plain, span, 0, bytes.len());
            return;
        }
        if is_card(bytes) {
            self.emit(context, Kind::Card, Form::Plain, span, 0, bytes.len());
            return;
        }
        // A file's name has a dot, and is of the file.
        if kinds::is_dense(bytes) {
            let kind = if is_digest(bytes) { Kind::Hash } else { Kind::Id };
            self.emit(context, kind, Form::Plain, span, 0, bytes.len());
            return;
        }
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if is_delimiter(byte) {
                let end = token_end(bytes, at + 1);
                // A date behind a space looks much like it.
                let long = span.get(at + 1, end).iter().all(u8::is_ascii_digit) && end - at > 10;
                let is_number = byte == b'+' && long && is_tel(span.get(at, end));
                if is_number {
                    self.emit(context, Kind::Tel, Form::Plain, span, at, end);
                }
                at = if is_number { end } else { at + 1 };
                continue;
            }
            let end = token_end(bytes, at);
            if let Some((start, end)) = mail_in(bytes, at, end) {
                self.emit(context, Kind::Mail, Form::Plain, span, start, end);
            } else if let Some((start, end)) = kinds::card_in(bytes, at, end) {
                self.emit(context, Kind::Card, Form::Plain, span, start, end);
            } else if end - at >= MIN_CODED {
                let mut from = at;
                for part in span.get(at, end).split(|&byte| byte == b'.') {
                    if self.is_coded_mail(part) {
                        self.emit(context, Kind::Id, Form::Plain, span, from, from + part.len());
                    }
                    from += part.len() + 1;
                }
            }
            at = end;
        }
    }

    /// All parameters of a query.
    fn query(&mut self, context: Context, span: Span) {
        for (start, end) in read::Pieces::of(span.bytes) {
            self.pair(context, span.part(start, end));
        }
    }

    /// A parameter.
    fn pair(&mut self, context: Context, span: Span) {
        let Some(at) = read::equals(span.bytes) else {
            return self.value_of(context, Role::Any, span);
        };
        let name = span.part(0, at);
        self.name_of(name);
        if at + 1 < span.bytes.len() {
            self.value_of(context, self.names.role(name.bytes), span.part(at + 1, span.bytes.len()));
        }
    }

    /// A name: only what its maker surely does not call it is replaced. `mp_<token>_mixpanel` and `_ga_<stream>` are names, and
    /// the tables of detectors have such.
    fn name_of(&mut self, span: Span) {
        let bytes = span.bytes;
        let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
        let plain = digits < SHARED_LENGTH && bytes.len() <= 32;
        if plain && !bytes.iter().any(|byte| matches!(byte, b'@' | b'%' | b'~')) && !self.has_coded_text(bytes) {
            return;
        }
        if bytes.contains(&b'%') {
            let mut buffer = self.pool.pop().unwrap_or_default();
            buffer.fill(span);
            self.decoded_name(buffer.span());
            self.pool.push(buffer);
        } else {
            self.decoded_name(span);
        }
    }

    fn decoded_name(&mut self, span: Span) {
        /// Most digits in a row that a name has: hosts of accounts have seven.
        const MAX_DIGITS: usize = 8;
        /// From here on, one word of letters and digits is a value.
        const MIN_LONE: usize = 20;
        let bytes = span.bytes;
        let lone = bytes.len() >= MIN_LONE && bytes.iter().all(u8::is_ascii_alphanumeric) && is_identifier(bytes);
        let address = is_address(bytes);
        let somebodys = is_tel(bytes) || is_card(bytes) || is_national(bytes, false) || encodings::is_uuid(bytes);
        if lone || address || somebodys || self.is_coded_text(bytes) {
            let kind = match kind_of(Role::Any, bytes, bytes) {
                Some((kind, _)) => kind,
                None if address => Kind::Url,
                None => Kind::Id,
            };
            self.emit(Context::URL, kind, Form::Plain, span, 0, bytes.len());
            return;
        }
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if let Some(end) = if byte == b'~' { forged(bytes, at) } else { None } {
                self.emit(Context::URL, Kind::Val, Form::Plain, span, at, end);
                at = end;
                continue;
            }
            if is_delimiter(byte) {
                at += 1;
                continue;
            }
            let end = token_end(bytes, at);
            if let Some((start, end)) = mail_in(bytes, at, end) {
                self.emit(Context::URL, Kind::Mail, Form::Plain, span, start, end);
            } else {
                let mut from = at;
                for part in span.get(at, end).split(|byte| matches!(byte, b'.' | b'-' | b'_')) {
                    let to = from + part.len();
                    let number = part.len() > MAX_DIGITS && part.iter().all(u8::is_ascii_digit);
                    if number && !is_plain(part) || self.is_coded_text(part) {
                        self.emit(Context::URL, Kind::Id, Form::Plain, span, from, to);
                    }
                    from = to + 1;
                }
            }
            at = end;
        }
    }

    /// A value as it stands: decodes it, more than once if need be.
    fn value_of(&mut self, context: Context, role: Role, span: Span) {
        let bytes = span.bytes;
        // Most values are too short for anything but what their names say.
        if bytes.len() < SHARED_LENGTH
            && context.place == Place::Url
            && matches!(role, Role::Any | Role::Id | Role::Word | Role::Consent)
            && !bytes.iter().any(|byte| matches!(byte, b'@' | b'~'))
        {
            return;
        }
        if !bytes.contains(&b'%') {
            return self.decoded(context, role, span);
        }
        self.unwrapped(context, role, span, MAX_DECODED);
    }

    /// Decodes a value so many times at most. What is an address then is decoded with its own parameters.
    fn unwrapped(&mut self, context: Context, role: Role, span: Span, left: u8) {
        let mut buffer = self.pool.pop().unwrap_or_default();
        buffer.fill(span);
        let once = buffer.span();
        if left > 1 && has_escape(once.bytes) && !is_address(once.bytes) {
            self.unwrapped(context, role, once, left - 1);
        } else {
            self.decoded(context, role, once);
        }
        self.pool.push(buffer);
    }

    /// A value, decoded.
    fn decoded(&mut self, context: Context, role: Role, span: Span) {
        let bytes = span.bytes;
        let end = bytes.len();
        if end == 0 {
            return;
        }
        if is_address(bytes) {
            return self.inner_address(context, span, 0, end);
        }
        if stays(context, role, bytes) {
            return;
        }
        let (edits, written) = (self.edits.len(), self.written.len());
        if self.whole(context, role, span, 0, end) {
            return;
        }
        let found = self.tokens(context, span);
        match (context.place, found) {
            (Place::Url, 0..=MAX_PARTS) => return,
            (Place::Body | Place::Cookie, 1..=MAX_PARTS) => {
                let parts = self.edits.get(edits..).unwrap_or_default();
                let whole = |edit: &Edit| edit.start == span.place(0) && edit.end == span.place(end);
                if parts.len() > MAX_KEPT {
                    self.gather(context, span, edits, written);
                } else if context.place == Place::Cookie && !matches!(parts, [edit] if whole(edit)) {
                    self.insert_whole(context, span, edits);
                }
                return;
            }
            _ => {}
        }
        self.edits.truncate(edits);
        self.written.truncate(written);
        self.emit(context, cookie_kind(context, bytes), Form::Plain, span, 0, end);
    }

    /// What a whole compound value is: an identifier, where a part of it is.
    fn whole_kind(&self, context: Context, bytes: &[u8], parts: &[Edit]) -> Kind {
        let is_identifier = |edit: &Edit| {
            let written = self.written.get(edit.from..edit.to).unwrap_or_default();
            [&b"~id."[..], b"~zid."].iter().any(|start| written.starts_with(start))
        };
        if parts.iter().any(is_identifier) { Kind::Id } else { cookie_kind(context, bytes) }
    }

    /// Puts the pseudonym of a whole compound value before it.
    fn insert_whole(&mut self, context: Context, span: Span, at: usize) {
        let parts = self.edits.split_off(at);
        let kind = self.whole_kind(context, span.bytes, &parts);
        self.emit(context, kind, Form::Plain, span, 0, span.bytes.len());
        self.stand_before();
        self.edits.extend(parts);
    }

    /// Puts the pseudonym of a whole value, and those of its parts that are somebody's, in place of all of it.
    fn gather(&mut self, context: Context, span: Span, at: usize, written: usize) {
        let parts = self.edits.split_off(at);
        let kind = self.whole_kind(context, span.bytes, &parts);
        let old = self.written.split_off(written);
        self.emit(context, kind, Form::Plain, span, 0, span.bytes.len());
        let mut sign = WHOLE;
        for part in parts {
            let pseudonym = old.get(part.from - written..part.to - written).unwrap_or_default();
            if pseudonym.first() != Some(&b'~') || pseudonym.starts_with(b"~val.") {
                continue;
            }
            if self.written.len() - written > MAX_GATHERED {
                break;
            }
            self.written.extend_from_slice(sign);
            self.written.extend_from_slice(pseudonym);
            sign = b"|";
        }
        if let Some(edit) = self.edits.last_mut() {
            edit.to = self.written.len();
        }
    }

    /// An address within a value.
    fn inner_address(&mut self, context: Context, span: Span, start: usize, end: usize) {
        if context.source() || context.depth >= MAX_DEPTH {
            self.emit(context, Kind::Url, Form::Plain, span, start, end);
        } else {
            self.address(context.deeper(), span.part(start, end));
        }
    }

    /// What is of one piece, by its name or by its form. Whether it was.
    fn whole(&mut self, context: Context, role: Role, span: Span, start: usize, end: usize) -> bool {
        let bytes = span.get(start, end);
        let token = encodings::trim(bytes);
        let found = kind_of(role, bytes, token);
        if let Some((kind, form)) = found {
            self.emit(context, kind, form, span, start, end);
        }
        found.is_some()
    }

    /// The parts of a compound value. Gives how many of them are somebody's.
    fn tokens(&mut self, context: Context, span: Span) -> usize {
        let bytes = span.bytes;
        let mut found = 0;
        let mut at = 0;
        // How much may be read of values behind names: of names within names, each has all that follows as its value.
        let mut ahead = bytes.len() * 2 + MAX_GATHERED;
        while let Some(&byte) = bytes.get(at) {
            if found > MAX_PARTS {
                break;
            }
            if byte == b'~'
                && let Some(end) = forged(bytes, at)
            {
                self.emit(context, Kind::Val, Form::Plain, span, at, end);
                found += 1;
                at = end;
                continue;
            }
            let first = at == 0 || bytes.get(at - 1).is_none_or(|&byte| is_delimiter(byte));
            if byte == b'+' && first {
                let end = token_end(bytes, at + 1);
                if is_tel(span.get(at, end)) {
                    self.emit(context, Kind::Tel, Form::Plain, span, at, end);
                    found += 1;
                    at = end;
                    continue;
                }
            }
            if is_delimiter(byte) {
                at += 1;
                continue;
            }
            let end = token_end(bytes, at);
            if let Some((start, stop)) = mail_in(bytes, at, end) {
                self.emit(context, Kind::Mail, Form::Plain, span, start, stop);
                found += 1;
                at = end;
                continue;
            }
            if byte.is_ascii_digit()
                && let Some(stop) = kinds::grouped_card(bytes.get(at..).unwrap_or_default())
            {
                self.emit(context, Kind::Card, Form::Plain, span, at, at + stop);
                found += 1;
                at += stop;
                continue;
            }
            if bytes.get(end..).is_some_and(|rest| rest.starts_with(b"://")) {
                let stop = address_end(bytes, end + 3);
                self.inner_address(context, span, at, stop);
                found += 1;
                at = stop;
                continue;
            }
            if let Some((value, sure)) = key_end(bytes, at, end) {
                let role = self.names.role(span.get(at, end));
                let known = !matches!(role, Role::Any | Role::Id | Role::Word);
                let (start, stop) = if known { keyed_value(bytes, value, role) } else { (value, value) };
                let Some(left) = ahead.checked_sub(stop - value) else { return MAX_PARTS + 1 };
                ahead = left;
                let inner = span.get(start, stop);
                if known && !inner.is_empty() && stays(context, role, inner) {
                    at = stop;
                    continue;
                }
                if known && kind_of(role, inner, encodings::trim(inner)).is_some() {
                    self.whole(context, role, span, start, stop);
                    found += 1;
                    at = stop;
                    continue;
                }
                if known || sure {
                    // The name itself is none of anybody's.
                    found += if is_identifier(span.get(at, end)) { self.token(context, span, at, end) } else { 0 };
                    at = value;
                    continue;
                }
            }
            found += self.token(context, span, at, end);
            at = end;
        }
        found
    }

    /// A part without delimiters but dots. Gives how many parts of it are somebody's.
    fn token(&mut self, context: Context, span: Span, start: usize, end: usize) -> usize {
        let token = span.get(start, end);
        if token.len() < SHARED_LENGTH && !context.strict() {
            return 0;
        }
        if !token.contains(&b'.') || is_plain(token) {
            return self.single(context, span, start, end, false);
        }
        if kinds::is_dotted(token) {
            // Of several short numbers one long one.
            self.emit(context, Kind::Id, Form::Plain, span, start, end);
            return 1;
        }
        let mut found = 0;
        let mut at = start;
        let mut before: &[u8] = b"";
        // Of numbers in a row the first two that are a pair, for behind them stand more times.
        let mut paired = false;
        while at <= end {
            let rest = span.get(at, end);
            let stop = at + rest.iter().position(|&byte| byte == b'.').unwrap_or(rest.len());
            let part = span.get(at, stop);
            // Google's enhanced conversions: `tv.1~em.<digest>~pn.<digest>`.
            let named = match google_key(before) {
                Some(role) => digest_of(role, part),
                None => None,
            };
            if let Some(kind) = named {
                self.emit(context, kind, Form::Hashed, span, at, stop);
                found += 1;
            } else {
                let after = span.get(stop + 1, end);
                let after = after.split(|&byte| byte == b'.').next().unwrap_or_default();
                let pair = !paired && is_pair(part, after);
                if pair {
                    self.insert_pair(context, span, at, stop + 1 + after.len());
                }
                found += self.single(context, span, at, stop, beside(before, part, after, paired));
                paired = pair || paired && is_long_number(part);
            }
            before = part;
            at = stop + 1;
        }
        found
    }

    /// Puts the pseudonym of two numbers that are one identifier before them.
    fn insert_pair(&mut self, context: Context, span: Span, start: usize, end: usize) {
        self.emit(context, Kind::Id, Form::Plain, span, start, end);
        self.stand_before();
    }

    /// Has the pseudonym that was written last stand before its value, not in its place.
    fn stand_before(&mut self) {
        // An end mark is one of these already.
        self.written.pop_if(|last| *last == b'~');
        self.written.extend_from_slice(WHOLE);
        if let Some(edit) = self.edits.last_mut() {
            edit.end = edit.start;
            edit.to = self.written.len();
        }
    }

    /// A part without any delimiters. `sure`: it is an identifier, whatever it looks like. Gives 1 if it is somebody's.
    fn single(&mut self, context: Context, span: Span, start: usize, end: usize, sure: bool) -> usize {
        let token = span.get(start, end);
        steps(token.len());
        let kind = if is_digest(token) {
            Kind::Hash
        } else if sure || is_identifier(token) {
            match token {
                _ if is_national(token, false) => Kind::Nat,
                _ if is_card(token) => Kind::Card,
                _ => Kind::Id,
            }
        } else if self.is_coded_text(token) {
            Kind::Id
        } else {
            if context.strict() && !is_known_harmless(token) {
                self.emit(context, Kind::Val, Form::Plain, span, start, end);
            }
            return 0;
        };
        usize::from(self.emit(context, kind, Form::Plain, span, start, end) != Kind::Val)
    }

    /// Whether it is base64 or hexadecimal of a text: no word is that by chance.
    fn is_coded_text(&mut self, token: &[u8]) -> bool {
        let mut text = std::mem::take(&mut self.normal);
        let is = coded_text(token, &mut text).is_some();
        self.normal = text;
        is
    }

    /// Whether it is that, or a piece of it.
    fn has_coded_text(&mut self, name: &[u8]) -> bool {
        // Of the letters of a mail address, base64 makes such of both cases, and hexadecimal digits.
        name.len() >= MIN_CODED
            && (name.iter().any(u8::is_ascii_uppercase) || name.iter().filter(|byte| byte.is_ascii_digit()).count() > 3)
            && (self.is_coded_text(name)
                || name.split(|byte| matches!(byte, b'.' | b'-' | b'_')).any(|piece| self.is_coded_text(piece)))
    }

    /// Whether it is base64 or hexadecimal of a text with a mail address.
    fn is_coded_mail(&mut self, token: &[u8]) -> bool {
        let mut text = std::mem::take(&mut self.normal);
        let is = coded_text(token, &mut text).is_some() && first_mail(&text).is_some();
        self.normal = text;
        is
    }

    /// Writes a pseudonym in place of a part of the text. Gives of what kind it is: what is no identifier within its base64 is none.
    fn emit(&mut self, context: Context, kind: Kind, form: Form, span: Span, start: usize, end: usize) -> Kind {
        let raw = span.get(start, end);
        steps(raw.len());
        let token = encodings::trim(raw);
        let token = if token.is_empty() { raw } else { token };
        // A cookie of 32 hexadecimal digits is no digest of anything.
        let kind = if kind == Kind::Hash && context.source() { Kind::Id } else { kind };
        let from = self.written.len();
        let mut text = Vec::new();
        let held = if kind == Kind::Id { coded::held(token, &mut text) } else { Held::Itself };
        let (kind, form, bits) = match held {
            Held::Text(_, None) | Held::Message(None) => (Kind::Val, form, None),
            Held::Text(_, bits) | Held::Message(bits) => (kind, form, bits),
            Held::Packed => (kind, Form::Packed, None),
            Held::Itself => (kind, form, None),
        };
        // Base64 of a mail address is the address, in another form.
        let mail = match held {
            Held::Text(form, _) if kind != Kind::Val && !context.source() => first_mail(&text).map(|mail| (form, mail)),
            _ => None,
        };
        if let Some((form, mail)) = mail {
            self.begin(Kind::Mail, form, mail, None);
            self.push_normal(Kind::Mail, mail);
            if mail.len() < text.len() {
                // What stands beside it can be an identifier.
                self.written.push(b'~');
            }
        }
        match mail {
            Some((_, mail)) if mail.len() == text.len() => {}
            _ => {
                let (as_text, written) = match held {
                    Held::Text(form, _) if kind == Kind::Id && !context.source() => (true, form),
                    _ => (false, form),
                };
                self.begin(kind, written, token, bits);
                match (kind, form) {
                    (Kind::Mail | Kind::Tel | Kind::Name, Form::Plain) => self.push_normal(kind, token),
                    (_, Form::Hashed) => {
                        let mut digest = Vec::new();
                        if !is_digest(token) && encodings::unbase64(token, &mut text) {
                            encodings::push_hex(&text, &mut digest);
                        } else {
                            digest.extend_from_slice(token);
                        }
                        self.push_hash(&digest);
                    }
                    (Kind::Text, _) => {
                        let normal = encodings::lower(token);
                        if context.place == Place::Source { self.push_all(&normal) } else { self.push_hash(&normal) }
                    }
                    (Kind::Val, _) => self.push_hash(token),
                    _ if context.source() => self.push_all(token),
                    _ => {
                        self.push_hash(token);
                        match as_text {
                            true => self.push_inner(&text),
                            false => _ = self.push_core(token),
                        }
                    }
                }
            }
        }
        if span.bytes.get(end).is_some_and(|&next| matches!(next, b'.' | b'~') || read::is_hash_byte(next)) {
            self.written.push(b'~');
        }
        self.edits.push(Edit { start: span.place(start), end: span.place(end), from, to: self.written.len() });
        kind
    }

    /// `~<form><kind>.<length>.<bits>`; the bits are the token's own where no others are given.
    fn begin(&mut self, kind: Kind, form: Form, token: &[u8], bits: Option<u16>) {
        self.written.push(b'~');
        self.written.extend_from_slice(form.letter().as_bytes());
        self.written.extend_from_slice(kind.word().as_bytes());
        for number in [token.len(), usize::from(bits.unwrap_or_else(|| estimate_bits(token)))] {
            self.written.push(b'.');
            push_number(number, &mut self.written);
        }
    }

    /// A hash of what has one spelling.
    fn push_keyed(&mut self, bytes: &[u8]) {
        let hash = self.keyed(bytes);
        self.written.push(b'.');
        self.written.extend((0..8).rev().map(|at| encodings::base64_char(hash >> (6 * at))));
    }

    /// A hash of a token's normal form.
    fn push_hash(&mut self, token: &[u8]) {
        let mut normal = std::mem::take(&mut self.normal);
        encodings::normalise(token, &mut normal);
        self.push_keyed(&normal);
        self.normal = normal;
    }

    /// The six hashes of a possible source.
    fn push_all(&mut self, token: &[u8]) {
        self.push_hash(token);
        let mut coded = Vec::with_capacity(token.len() * 2);
        encodings::push_base64(token, &mut coded);
        self.push_hash(&coded);
        coded.clear();
        encodings::push_hex(token, &mut coded);
        self.push_hash(&coded);
        for digest in encodings::digests(token) {
            self.push_hash(&digest);
        }
    }

    /// The hashes of what is sent in normal forms, and of the digests of these.
    fn push_normal(&mut self, kind: Kind, token: &[u8]) {
        let (one, other) = match kind {
            Kind::Tel => {
                let digits = encodings::digits(token);
                let plus = [b"+", &digits[..]].concat();
                (digits, Some(plus))
            }
            _ => {
                let lower = encodings::lower(token);
                let other = if kind == Kind::Mail { encodings::gmail(&lower) } else { None };
                (lower, other)
            }
        };
        for normal in [Some(one), other].into_iter().flatten() {
            self.push_hash(&normal);
            for digest in encodings::digests(&normal) {
                self.push_hash(&digest);
            }
        }
    }

    /// The hash of the identifier that is most of one: `sync-<id>`, `<id>_1`. Gives how many there were.
    fn push_core(&mut self, token: &[u8]) -> usize {
        if encodings::is_uuid(token) || !token.iter().any(|byte| matches!(byte, b'-' | b'_')) {
            return 0;
        }
        let pieces = || token.split(|byte| matches!(byte, b'-' | b'_'));
        let is = |piece: &&[u8]| piece.len() * 2 >= token.len() && (is_identifier(piece) || is_digest(piece));
        match pieces().find(is) {
            Some(piece) => self.push_hash(piece),
            None => return 0,
        }
        1
    }

    /// The hashes of identifiers within a text that arrived in base64 or in hexadecimal.
    fn push_inner(&mut self, text: &[u8]) {
        let mut room = MAX_HASHES - 1;
        let is = |part: &[u8]| is_identifier(part) || is_digest(part);
        for token in text.split(|&byte| is_delimiter(byte)).filter(|token| is(token)) {
            if room < 2 {
                break;
            }
            self.push_hash(token);
            room -= 1 + self.push_core(token);
        }
    }
}

/// What a value is, by its parameter's name or its form, if it is of one piece.
fn kind_of(role: Role, bytes: &[u8], token: &[u8]) -> Option<(Kind, Form)> {
    steps(bytes.len());
    let plain = |kind| Some((kind, Form::Plain));
    if token.is_empty() {
        return None;
    }
    match role {
        Role::Mail | Role::Tel | Role::Name => {
            if let Some(kind) = digest_of(role, token) {
                return Some((kind, Form::Hashed));
            }
        }
        _ => {}
    }
    match role {
        Role::Mail if is_mail(token) => return plain(Kind::Mail),
        Role::Tel if kinds::is_named_tel(bytes) => return plain(Kind::Tel),
        Role::Name if kinds::is_name(token) => return plain(Kind::Name),
        Role::Name if token.len() > kinds::MAX_NAME => return plain(Kind::Text),
        Role::Nat if is_national(token, true) => return plain(Kind::Nat),
        Role::Ip if kinds::is_ip(token) => return plain(Kind::Id),
        Role::Geo if kinds::is_named_geo(token) => return plain(Kind::Geo),
        Role::Text if is_digest(token) => return plain(Kind::Hash),
        Role::Text if kinds::is_typed(token) => {
            return plain(if is_mail(token) { Kind::Mail } else { Kind::Text });
        }
        Role::MaybeName if is_digest(token) => return Some((Kind::Name, Form::Hashed)),
        Role::MaybeName if kinds::is_capitalised(token) => return plain(Kind::Name),
        Role::Maybe if kinds::is_phrase(token) && !token.contains(&b'@') => return plain(Kind::Text),
        _ => {}
    }
    if token.len() < SHARED_LENGTH {
        return None;
    }
    if is_digest(token) {
        return plain(Kind::Hash);
    }
    if matches!(token.first(), Some(b'0'..=b'9' | b'X'..=b'Z' | b'x'..=b'z' | b'-')) {
        if kinds::is_geo_pair(token) {
            return plain(Kind::Geo);
        }
        // What a site calls an identifier is rarely a card or a document, though its digits fit by chance.
        if role != Role::Id {
            if is_national(token, role == Role::Nat) {
                return plain(Kind::Nat);
            }
            if is_card(token) {
                return plain(Kind::Card);
            }
        } else if token.iter().all(u8::is_ascii_digit) {
            // Whatever it is called, a time is none of anybody's numbers.
            return plain(if is_plain(token) { Kind::Val } else { Kind::Id });
        }
    }
    if is_tel(bytes) {
        return plain(Kind::Tel);
    }
    // Not sure enough to be called what they are.
    if kinds::is_written_tel(token) || kinds::is_iban(token) {
        return plain(Kind::Val);
    }
    if encodings::is_uuid(token) || is_base64_blob(token) {
        return plain(Kind::Id);
    }
    None
}

/// The kind that a digest is of, where a name says of what.
fn digest_of(role: Role, token: &[u8]) -> Option<Kind> {
    // SHA-256 in base64.
    let base64 = || {
        let bare = encodings::unpadded(token);
        bare.len() == 43 && bare.iter().all(|&byte| encodings::base64_bits(byte).is_some()) && is_identifier(bare)
    };
    if !is_digest(token) && !base64() {
        return None;
    }
    match role {
        Role::Mail => Some(Kind::Mail),
        Role::Tel => Some(Kind::Tel),
        Role::Name | Role::MaybeName => Some(Kind::Name),
        Role::Text | Role::Maybe => Some(Kind::Text),
        _ => None,
    }
}

/// What the parts of `em=tv.1~em.…~pn.…~fn0.…` are called in the requests of Google's tag.
fn google_key(part: &[u8]) -> Option<Role> {
    let bare = match part {
        [rest @ .., digit] if digit.is_ascii_digit() => rest,
        _ => part,
    };
    match bare {
        b"em" => Some(Role::Mail),
        b"pn" => Some(Role::Tel),
        b"fn" | b"ln" => Some(Role::Name),
        b"sa" | b"ct" | b"rg" | b"pc" | b"co" => Some(Role::Text),
        _ => None,
    }
}

/// Whether a long number beside another one is an identifier, even if it could be a time; not where a pair stands before it
/// in the same row, but what follows on milliseconds.
fn beside(before: &[u8], part: &[u8], after: &[u8], paired: bool) -> bool {
    let milliseconds = |part: &[u8]| part.len() == 13 && kinds::is_timestamp(part);
    let first = is_long_number(after) && !milliseconds(part) && !are_times(part, after);
    is_long_number(part) && (!paired && first || milliseconds(before))
}

/// Whether two numbers are seconds of times within a year.
fn are_times(one: &[u8], other: &[u8]) -> bool {
    const YEAR: u64 = 31_536_000;
    let is_time = |part: &[u8]| part.len() == 10 && kinds::is_timestamp(part);
    is_time(one) && is_time(other) && kinds::number(one).abs_diff(kinds::number(other)) < YEAR
}

fn is_long_number(part: &[u8]) -> bool {
    part.len() >= SHARED_LENGTH && part.iter().all(u8::is_ascii_digit)
}

/// Whether two numbers with a dot between them are one identifier, and sent on as one. `878270908.1609459200` (the client id of
/// Google's `_ga` and `_gid`, and what `_gcl_au` holds: chance, then a time), `1612345678901.878270908` (Meta's `_fbp`: a time,
/// then chance). Alone the chance has up to 31 bits. Two times within a year are none, though in 3 of 100 browsers the chance
/// reads as such.
/// <https://developers.google.com/analytics/devguides/collection/protocol/v1/parameters>,
/// <https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/fbp-and-fbc>
fn is_pair(part: &[u8], after: &[u8]) -> bool {
    let chance = |part: &[u8]| is_long_number(part) && part.len() <= 10 && !kinds::is_date(part);
    let time = |part: &[u8], length: usize| part.len() == length && is_long_number(part) && kinds::is_timestamp(part);
    if time(part, 13) {
        return chance(after);
    }
    chance(part) && time(after, 10) && !are_times(part, after)
}

/// One run of base64 with characters that no other token has, or long, with both cases and digits.
fn is_base64_blob(token: &[u8]) -> bool {
    let bare = encodings::unpadded(token);
    if bare.len() < 16 || !bare.iter().all(|&byte| encodings::base64_bits(byte).is_some()) {
        return false;
    }
    let count = |is: fn(&u8) -> bool| bare.iter().filter(|byte| is(byte)).count();
    let odd = count(|byte| matches!(byte, b'/' | b'+'));
    (odd > 0 || bare.len() < token.len())
        // A path has more of them than one in twelve.
        && odd * 12 <= bare.len() + 12
        && !bare.starts_with(b"/")
        && count(u8::is_ascii_digit) > 0
        && count(u8::is_ascii_uppercase) * 8 >= bare.len()
        && count(u8::is_ascii_lowercase) * 8 >= bare.len()
}

/// Whether a segment of a path may hold anything of somebody's: most are words, and are passed over quickly.
fn may_tell(segment: &[u8]) -> bool {
    let (mut digits, mut upper) = (0, 0);
    for byte in segment {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'A'..=b'Z' => upper += 1,
            b'@' | b'%' | b'+' => return segment.len() >= 6,
            _ => {}
        }
    }
    segment.len() >= 9 && digits >= 8 || segment.len() >= MIN_CODED && (upper >= 2 || digits >= 2)
}

/// Whether percent-encoding is left in it.
fn has_escape(bytes: &[u8]) -> bool {
    let is = |(at, &byte): (usize, &u8)| byte == b'%' && bytes.get(at..).and_then(encodings::escape).is_some();
    bytes.iter().enumerate().any(is)
}

/// The first mail address in a text.
fn first_mail(text: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    while at < text.len() && text.contains(&b'@') {
        let end = token_end(text, at);
        if let Some((start, end)) = mail_in(text, at, end) {
            return text.get(start..end);
        }
        at = end + 1;
    }
    None
}

/// Whether a value may stay as it is: a consent string; a common one, in cookies; in bodies what says nothing of anybody.
fn stays(context: Context, role: Role, bytes: &[u8]) -> bool {
    if role == Role::Consent && kinds::is_consent(bytes) {
        return true;
    }
    match context.place {
        Place::Url => false,
        Place::Source => false,
        Place::Cookie => entropy::is_common(bytes),
        Place::Body => match role {
            Role::Mail | Role::Tel | Role::Name | Role::Nat | Role::Ip | Role::Geo | Role::Text => false,
            Role::Word => bytes.len() <= 64 && kinds::is_event(bytes),
            _ => kinds::is_trifle(bytes),
        },
    }
}

/// What a whole value of a cookie or body is, of which nothing more is known.
fn cookie_kind(context: Context, bytes: &[u8]) -> Kind {
    let identifier = context.source() && estimate_bits(bytes) > COOKIE_BITS && !is_plain(bytes);
    let tells = identifier && (context.place != Place::Cookie || is_more_than_plain(bytes));
    if tells { Kind::Id } else { Kind::Val }
}

/// Whether what of a compound value is no time, word or the like is as long as an identifier.
fn is_more_than_plain(bytes: &[u8]) -> bool {
    let parts = bytes.split(|&byte| byte == b'.' || is_delimiter(byte));
    parts.filter(|part| !is_plain(part)).map(<[u8]>::len).sum::<usize>() >= SHARED_LENGTH
}

/// Whether a part beside an identifier may stay readable: short, or a time, size, version or account.
fn is_known_harmless(token: &[u8]) -> bool {
    token.len() <= 3 || is_plain(token) && !kinds::is_words(token)
}

/// What parts of a compound value stand between.
const fn is_delimiter(byte: u8) -> bool {
    byte <= b' '
        || matches!(
            byte,
            b'|' | b':'
                | b'~'
                | b','
                | b';'
                | b'&'
                | b'='
                | b'/'
                | b'!'
                | b'*'
                | b'"'
                | b'\''
                | b'<'
                | b'>'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'\\'
                | b'?'
                | b'#'
                | b'+'
                | b'%'
                | b'$'
                | b'^'
                | b'`'
                | 0x7f
        )
}

/// Where the token ends that begins here. A `+` in a mail address is no end.
fn token_end(bytes: &[u8], start: usize) -> usize {
    /// How far behind a `+` an `@` is looked for.
    const AHEAD: usize = 64;
    let rest = bytes.get(start..).unwrap_or_default();
    let end = rest.iter().position(|&byte| is_delimiter(byte)).unwrap_or(rest.len());
    steps(end);
    if rest.get(end) == Some(&b'+') {
        let ahead = rest.get(end..).unwrap_or_default();
        let more = ahead.iter().take(AHEAD).position(|&byte| is_delimiter(byte) && byte != b'+').unwrap_or(ahead.len());
        if more <= AHEAD && ahead.get(..more).is_some_and(|ahead| ahead.contains(&b'@')) {
            return start + end + more;
        }
    }
    start + end
}

/// The mail address that a token is, less dots at its end.
fn mail_in(bytes: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let mut token = bytes.get(start..end)?;
    if !token.contains(&b'@') {
        return None;
    }
    while let [rest @ .., b'.' | b'-' | b'_'] = token {
        token = rest;
    }
    is_mail(token).then_some((start, start + token.len()))
}

/// Where an address in a text ends.
fn address_end(bytes: &[u8], start: usize) -> usize {
    let ends =
        |byte: &u8| *byte <= b' ' || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'|' | b'\\' | b'`' | b'}' | b',');
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Where what looks like a pseudonym ends, if it does.
fn forged(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = bytes.get(start..)?;
    let ascii = rest.iter().take(128).position(|byte| !byte.is_ascii()).unwrap_or(rest.len().min(128));
    let text = std::str::from_utf8(rest.get(..ascii)?).ok()?;
    read::parse(text).map(|(_, end)| start + end)
}

/// Where the value begins of which a token is the name: `"name":"value"`, `name=value`; and whether that is sure.
fn key_end(bytes: &[u8], start: usize, end: usize) -> Option<(usize, bool)> {
    let quoted = start.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'"');
    let mut at = end;
    while matches!(bytes.get(at), Some(b'"' | b'\\' | b']')) && at < end + 2 {
        at += 1;
    }
    let sign = bytes.get(at)?;
    if !matches!(sign, b'=' | b':') {
        return None;
    }
    let sure = quoted || *sign == b'=';
    at += 1;
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    Some((at, sure))
}

/// Where a value behind a name within a value stands, without its quotes.
fn keyed_value(bytes: &[u8], at: usize, role: Role) -> (usize, usize) {
    // What is typed can be long, and is replaced up to its end. All else is not looked at any further than this: a page must not
    // make one text be read again and again.
    let most = if matches!(role, Role::Text | Role::Name) { usize::MAX } else { 1024 };
    let rest = |at: usize| bytes.get(at..).unwrap_or_default().iter().take(most);
    let ends = |byte: &u8| match byte {
        // Choices of consent are a list.
        b',' | b'[' | b']' | b'{' | b'~' => role != Role::Consent,
        b';' | b'&' | b'|' | b'}' => true,
        _ => false,
    };
    let (start, length) = match bytes.get(at..) {
        Some([b'"', ..]) => (at + 1, rest(at + 1).position(|&byte| byte == b'"')),
        Some([b'\\', b'"', ..]) => (at + 2, rest(at + 2).position(|&byte| byte == b'\\')),
        _ => (at, rest(at).position(ends)),
    };
    let length = length.unwrap_or_else(|| rest(start).len());
    steps(length);
    (start, start + length)
}

/// Whether a value is an address: a scheme and two slashes, or these and a host.
fn is_address(bytes: &[u8]) -> bool {
    match bytes.iter().take(14).position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'))) {
        Some(0) => {
            bytes.starts_with(b"//") && bytes.get(2).is_some_and(u8::is_ascii_alphanumeric) && bytes.contains(&b'.')
        }
        Some(at) => at > 1 && bytes.get(at..).is_some_and(|rest| rest.starts_with(b"://")),
        None => false,
    }
}

/// The scheme of an address whose rest is contents, and is not kept.
fn opaque(raw: &[u8]) -> Option<&[u8]> {
    let colon = raw.iter().take(12).position(|&byte| byte == b':')?;
    let scheme = raw.get(..=colon)?;
    let is = [&b"data:"[..], b"javascript:", b"mailto:", b"tel:", b"sms:"]
        .iter()
        .any(|word| scheme.eq_ignore_ascii_case(word));
    is.then_some(scheme)
}

/// How much of a text that is too long is taken: up to the last parameter's end before the limit, so that no value is halved.
fn whole_pieces(text: &[u8], limit: usize) -> usize {
    let head = text.get(..limit).unwrap_or(text);
    let last = |is: fn(&u8) -> bool| head.iter().rposition(is);
    last(|byte| *byte == b'&')
        .or_else(|| last(|byte| matches!(byte, b'?' | b';' | b'#')))
        .or_else(|| last(|byte| *byte == b'/'))
        .unwrap_or(0)
}

/// Where to cut an address so that no value is halved: behind the name of a parameter, of which the value is gone; in a path at
/// the limit itself, or before a character that the limit halves.
fn whole_names(text: &[u8], limit: usize) -> usize {
    let head = text.get(..limit).unwrap_or(text);
    let starts = |byte: &u8| matches!(byte, b'&' | b'?' | b';' | b'#');
    let Some(at) = head.iter().rposition(starts) else {
        // A segment of the path can be somebody's too.
        let slash = head.iter().rposition(|&byte| byte == b'/').filter(|&at| at > "https://".len());
        return slash.map_or(head.len(), |at| at + 1);
    };
    let piece = head.get(at..).unwrap_or_default();
    piece.iter().position(|&byte| byte == b'=').map_or(at, |equals| at + equals + 1)
}

/// Appends what is kept, with what looks like a pseudonym spelled so that it is none.
fn push_kept(raw: &[u8], tilde: bool, out: &mut Vec<u8>) {
    if !tilde {
        out.extend_from_slice(raw);
        return;
    }
    let mut from = 0;
    while let Some(at) = raw.get(from..).and_then(|rest| rest.iter().position(|&byte| byte == b'~')).map(|at| from + at)
    {
        out.extend_from_slice(raw.get(from..at).unwrap_or_default());
        out.extend_from_slice(if forged(raw, at).is_some() { b"%7E" } else { b"~" });
        from = at + 1;
    }
    out.extend_from_slice(raw.get(from..).unwrap_or_default());
}

fn push_number(number: usize, out: &mut Vec<u8>) {
    if number >= 10 {
        push_number(number / 10, out);
    }
    out.push(b'0' + u8::try_from(number % 10).unwrap_or(0));
}

/// Text of what is text already, or nearly.
fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// What was rewritten before: a cookie comes with every request, and its digests cost.
#[derive(Debug, Default)]
struct Cache {
    known: BTreeMap<u64, Box<str>>,
    order: VecDeque<u64>,
    bytes: usize,
}

impl Cache {
    /// Most texts, and most bytes of them.
    const MAX: usize = 1024;
    const MAX_BYTES: usize = 512 * 1024;

    fn get(&self, key: u64) -> Option<&str> {
        self.known.get(&key).map(AsRef::as_ref)
    }

    fn put(&mut self, key: u64, text: &str) {
        if self.known.insert(key, text.into()).is_none() {
            self.order.push_back(key);
            self.bytes += text.len();
        }
        while self.order.len() > Self::MAX || self.bytes > Self::MAX_BYTES {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(text) = self.known.remove(&oldest) {
                self.bytes -= text.len();
            }
        }
    }
}

/// Counts bytes that are looked at, so that a test can say how they grow with a text.
#[cfg(test)]
fn steps(bytes: usize) {
    tests::STEPS.with(|steps| steps.set(steps.get() + bytes));
}

#[cfg(not(test))]
const fn steps(_: usize) {}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests;
