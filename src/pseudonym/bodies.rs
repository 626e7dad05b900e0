//! Bodies of requests as names and values: forms, JSON, and text that is one of these.

use super::{Context, Form, Kind, Place, Pseudonyms, Span, encodings, headers, read};

/// How much of a body is read, in bytes.
const MAX_BODY: usize = 16 * 1024;
/// Most names and values of one body.
const MAX_PAIRS: usize = 200;
/// How deep values lie in each other.
const MAX_DEPTH: usize = 8;
/// How long a rewritten body may be.
const MAX_OUT: usize = 16 * 1024;
/// Longest boundary between the parts of a multipart body, with the `--` before it:
/// <https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1>
const MAX_BOUNDARY: usize = 72;
/// Longest name, with those that it lies in.
const MAX_NAME: usize = 128;

/// What is written of a body.
#[derive(Default)]
struct Pairs {
    out: String,
    count: usize,
    full: bool,
}

impl Pseudonyms {
    /// A request's body as `name=value&name=value`, in which values are pseudonyms but for a few harmless ones. `media` is its
    /// `Content-Type`; forms (URL-encoded and multipart), JSON (names with dots: `events.0.name`) and text that is one of
    /// these are read. Of anything else only its kind and length are told.
    pub fn body(&mut self, raw: &[u8], media: &str) -> String {
        let kind = headers::media(media);
        let cut = raw.len() > MAX_BODY;
        self.dropped.bodies += u64::from(cut);
        let head = raw.get(..MAX_BODY).unwrap_or(raw);
        let text = unguarded(encodings::trim(head));
        if text.is_empty() {
            return String::new();
        }
        let mut pairs = Pairs::default();
        if kind == "multipart/form-data"
            || text.starts_with(b"--")
                && text.windows(19).take(256).any(|w| w.eq_ignore_ascii_case(b"content-disposition"))
        {
            self.multipart(text, &mut pairs);
        } else if matches!(text.first(), Some(b'{' | b'[')) && !kind.ends_with("urlencoded") {
            self.json(text, &mut pairs);
        } else if kind.ends_with("urlencoded") || is_form(text) {
            self.form(text, cut, &mut pairs);
        } else if kind.starts_with("text/") || kind.is_empty() {
            return self.lump(Kind::Text, text);
        } else {
            return self.lump(Kind::Val, text);
        }
        // What was cut before is counted already.
        self.dropped.bodies += u64::from(pairs.full && !cut);
        pairs.out
    }

    /// Only what it is, and how long; and what in it is somebody's.
    fn lump(&mut self, kind: Kind, text: &[u8]) -> String {
        self.start();
        let context = Context { place: Place::Body, depth: 0 };
        self.emit(context, kind, Form::Plain, Span::of(text), 0, text.len());
        let whole = std::mem::take(&mut self.written);
        self.start();
        self.tokens(Context::URL, Span::of(text));
        let mut out = super::into_text(whole);
        for edit in &self.edits {
            let one = self.written.get(edit.from..edit.to).unwrap_or_default();
            if one.starts_with(b"~") && out.len() < MAX_OUT / 4 {
                out.push('&');
                out.push_str(std::str::from_utf8(one).unwrap_or_default());
            }
        }
        out
    }

    /// A URL-encoded form; lines part several, as Google Analytics sends them.
    fn form(&mut self, text: &[u8], cut: bool, pairs: &mut Pairs) {
        // The last value of a text that was cut is half of one.
        let text = if cut { text.get(..super::whole_pieces(text, text.len())).unwrap_or_default() } else { text };
        for line in text.split(|byte| matches!(byte, b'\r' | b'\n')) {
            for (start, end) in read::Pieces::of(line) {
                let piece = line.get(start..end).unwrap_or_default();
                let (name, value) = match read::equals(piece) {
                    Some(at) => (piece.get(..at).unwrap_or_default(), piece.get(at + 1..).unwrap_or_default()),
                    None => (&b""[..], piece),
                };
                if piece.is_empty() {
                    continue;
                }
                if !self.push(name, value, pairs) {
                    return;
                }
            }
        }
    }

    /// Appends a name and its value, both percent-encoded. Whether there is room for more.
    fn push(&mut self, name: &[u8], value: &[u8], pairs: &mut Pairs) -> bool {
        if pairs.count >= MAX_PAIRS {
            pairs.full = true;
            return false;
        }
        pairs.count += 1;
        let named = self.name(&String::from_utf8_lossy(name));
        self.start();
        self.value_of(Context { place: Place::Body, depth: 0 }, self.names.role(name), Span::of(value));
        let mut out = Vec::new();
        self.finish(value, &mut out);
        let value = super::into_text(out);
        if pairs.out.len() + named.len() + value.len() + 2 > MAX_OUT {
            pairs.full = true;
            return false;
        }
        if !pairs.out.is_empty() {
            pairs.out.push('&');
        }
        if !named.is_empty() {
            pairs.out.push_str(&named);
            pairs.out.push('=');
        }
        pairs.out.push_str(&value);
        true
    }

    /// The fields of a multipart form, without files.
    fn multipart(&mut self, text: &[u8], pairs: &mut Pairs) {
        let line = text.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(text.len());
        let boundary = text.get(..line).unwrap_or_default();
        if !(3..=MAX_BOUNDARY).contains(&boundary.len()) {
            pairs.full = true;
            return;
        }
        let mut at = 0;
        while let Some(start) = find(text, at, boundary).map(|found| found + boundary.len()) {
            let end = find(text, start, boundary);
            let part = text.get(start..end.unwrap_or(text.len())).unwrap_or_default();
            at = start;
            let (head, body) = match (find(part, 0, b"\r\n\r\n"), find(part, 0, b"\n\n")) {
                (Some(at), _) => (part.get(..at), part.get(at + 4..)),
                (None, Some(at)) => (part.get(..at), part.get(at + 2..)),
                (None, None) => continue,
            };
            let (head, body) = (head.unwrap_or_default(), body.unwrap_or_default());
            let (Some(name), None) = (quoted(head, b"; name="), quoted(head, b"filename")) else { continue };
            // Without its end, it is half a value.
            let value = if end.is_some() { encodings::trim(body) } else { b"" };
            let (mut coded_name, mut coded) = (Vec::new(), Vec::new());
            push_coded(name, &mut coded_name);
            push_coded(value, &mut coded);
            if !self.push(&coded_name, &coded, pairs) {
                return;
            }
        }
    }

    /// JSON, also cut off, and several in a row.
    fn json(&mut self, text: &[u8], pairs: &mut Pairs) {
        let mut reader = Json { text, at: 0 };
        let mut path = Vec::new();
        while reader.peek().is_some() && !pairs.full {
            let before = reader.at;
            self.json_value(&mut reader, &mut path, 0, pairs);
            if reader.at == before {
                reader.at += 1;
            }
        }
    }

    fn json_value(&mut self, reader: &mut Json, path: &mut Vec<u8>, depth: usize, pairs: &mut Pairs) {
        match reader.peek() {
            Some(open @ (b'{' | b'[')) if depth < MAX_DEPTH => {
                reader.at += 1;
                let mut index = 0;
                loop {
                    match reader.peek() {
                        None => return,
                        Some(b'}' | b']') => {
                            reader.at += 1;
                            return;
                        }
                        Some(b',') => {
                            reader.at += 1;
                            continue;
                        }
                        Some(_) => {}
                    }
                    if pairs.full {
                        return;
                    }
                    let (length, before) = (path.len(), reader.at);
                    if length > 0 {
                        path.push(b'.');
                    }
                    if open == b'{' && reader.peek() == Some(b'"') {
                        let (name, _) = reader.string();
                        push_coded(name.get(..MAX_NAME).unwrap_or(&name), path);
                        if reader.peek() == Some(b':') {
                            reader.at += 1;
                        }
                    } else {
                        super::push_number(index, path);
                        index += 1;
                    }
                    if path.len() > MAX_NAME {
                        path.truncate(MAX_NAME);
                    }
                    self.json_value(reader, path, depth + 1, pairs);
                    path.truncate(length);
                    if reader.at == before {
                        reader.at += 1;
                    }
                }
            }
            Some(b'{' | b'[') => {
                let raw = reader.skip();
                self.push_json(path, raw, pairs);
            }
            Some(b'"') => {
                let (value, whole) = reader.string();
                // Half a value is none.
                self.push_json(path, if whole { &value } else { b"" }, pairs);
            }
            Some(b'}' | b']' | b',' | b':') => {}
            Some(_) => {
                let value = reader.word();
                self.push_json(path, value, pairs);
            }
            None => {}
        }
    }

    fn push_json(&mut self, path: &[u8], value: &[u8], pairs: &mut Pairs) {
        let mut coded = Vec::with_capacity(value.len());
        push_coded(value, &mut coded);
        let name = path.to_vec();
        self.push(&name, &coded, pairs);
    }
}

/// Reads JSON as far as it goes, and forgives what is none.
struct Json<'j> {
    text: &'j [u8],
    at: usize,
}

impl<'j> Json<'j> {
    /// The next character that is no white space.
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// A string, and whether it has an end.
    fn string(&mut self) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        self.at += 1;
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => return (out, true),
                b'\\' => {
                    let escaped = self.text.get(self.at).copied().unwrap_or(b'\\');
                    self.at += 1;
                    match escaped {
                        b'n' => out.push(b'\n'),
                        b't' => out.push(b'\t'),
                        b'r' => out.push(b'\r'),
                        b'b' | b'f' => out.push(b' '),
                        b'u' => {
                            let first = self.unit();
                            let letter = match first {
                                0xd800..0xdc00 if self.text.get(self.at..self.at + 2) == Some(b"\\u") => {
                                    self.at += 2;
                                    let second = self.unit();
                                    0x10000 + ((first - 0xd800) << 10 | (second.wrapping_sub(0xdc00) & 0x3ff))
                                }
                                _ => first,
                            };
                            let letter = char::from_u32(letter).unwrap_or('\u{fffd}');
                            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                        }
                        other => out.push(other),
                    }
                }
                other => out.push(other),
            }
        }
        (out, false)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> u32 {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        let unit = digits
            .iter()
            .map(|&byte| encodings::hex_digit(byte))
            .try_fold(0, |unit, digit| Some(unit << 4 | u32::from(digit?)));
        if unit.is_some() {
            self.at += 4;
        }
        unit.unwrap_or(0xfffd)
    }

    /// A number or word.
    fn word(&mut self) -> &'j [u8] {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends =
            |byte: &u8| matches!(byte, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[') || byte.is_ascii_whitespace();
        let end = rest.iter().position(ends).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// All of an object or array, as it stands.
    fn skip(&mut self) -> &'j [u8] {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'"' => {
                    self.string();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        self.text.get(start..self.at).unwrap_or_default()
    }
}

/// Without what servers put before JSON so that no script reads it, and without the mark of UTF-8.
fn unguarded(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let guards: [&[u8]; 4] = [b")]}'", b")]}", b"for(;;);", b"while(1);"];
    let rest = guards.iter().find_map(|guard| text.strip_prefix(*guard));
    rest.map_or(text, |rest| encodings::trim(rest.strip_prefix(b",").unwrap_or(rest)))
}

/// Whether a text is made of names and values: it begins with a name and `=`.
fn is_form(text: &[u8]) -> bool {
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.[]%$~*".contains(byte);
    match text.iter().position(|&byte| byte == b'=') {
        Some(at) => (1..=64).contains(&at) && text.get(..at).is_some_and(|before| before.iter().all(name)),
        None => false,
    }
}

/// Where a text stands in another, from a place on.
fn find(text: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = text.get(from..)?;
    let at = rest.windows(what.len()).position(|window| window == what);
    super::steps(at.unwrap_or(rest.len()) * what.len().div_ceil(MAX_BOUNDARY));
    at.map(|at| from + at)
}

/// The quoted text behind these characters.
fn quoted<'t>(text: &'t [u8], behind: &[u8]) -> Option<&'t [u8]> {
    let start = find(text, 0, behind)? + behind.len();
    let rest = text.get(start..)?;
    let open = rest.iter().position(|&byte| byte == b'"')?;
    rest.get(open + 1..)?.split(|&byte| byte == b'"').next()
}

/// Appends with percent-encoding where it would not be the same in a form.
fn push_coded(text: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~[]@:/,!*$|".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'%');
            for half in [byte >> 4, byte & 15] {
                out.push(DIGITS.get(usize::from(half)).copied().unwrap_or(b'0'));
            }
        }
    }
}
