//! What of a URL may stand in a report: where it went and what the parameters were called, never their values.

/// Longest path kept in evidence, in bytes. Paths can carry identifiers too, but a person needs to recognise the URL.
const MAX_PATH: usize = 160;
/// Most parameters named in evidence.
const MAX_PARAMS: usize = 24;
/// Longest parameter name kept, in bytes: a longer "name" is a value in disguise.
const MAX_NAME: usize = 40;

/// Writes a URL (as [`crate::address::Address::exact`] gives it) into `out` with every parameter's value elided:
/// `https://t.example/collect?id=…&v=…`. What is not UTF-8 is replaced.
pub fn url(exact: &[u8], out: &mut String) {
    out.clear();
    let (base, query) = match exact.iter().position(|&b| b == b'?') {
        Some(at) => (exact.get(..at).unwrap_or_default(), exact.get(at + 1..)),
        None => (exact, None),
    };
    // Matrix parameters stand in the path: `;u=…`.
    for (at, part) in base.split(|&b| b == b';').enumerate() {
        if at == 0 {
            push_cut(part, MAX_PATH, out);
            continue;
        }
        if at > MAX_PARAMS {
            out.push_str(";…");
            break;
        }
        out.push(';');
        let name = part.iter().position(|&b| b == b'=').and_then(|equals| part.get(..equals));
        push_cut(name.unwrap_or(part), MAX_NAME, out);
        if name.is_some() {
            out.push_str("=…");
        }
    }
    let Some(query) = query.filter(|query| !query.is_empty()) else { return };
    let mut left = 0_usize;
    for (at, pair) in query.split(|&b| b == b'&').enumerate() {
        if at >= MAX_PARAMS {
            left += 1;
            continue;
        }
        out.push(if at == 0 { '?' } else { '&' });
        match pair.iter().position(|&b| b == b'=') {
            Some(equals) => {
                push_cut(pair.get(..equals).unwrap_or_default(), MAX_NAME, out);
                out.push_str("=…");
            }
            // A lone word may be a value: `?4fe81c…`. Short ones are flags.
            None if pair.len() <= 8 => push_cut(pair, MAX_NAME, out),
            None => out.push('…'),
        }
    }
    if left > 0 {
        out.push_str("&…");
    }
}

/// Whether a URL, once [`url`] has written it, is sure to come behind `other` in alphabetical order. Spares writing most.
pub fn comes_behind(exact: &[u8], other: &str) -> bool {
    // Up to here it is written as it stands.
    let as_it_stands = exact.iter().take(MAX_PATH).take_while(|&&byte| byte.is_ascii() && !matches!(byte, b'?' | b';'));
    as_it_stands.zip(other.bytes()).find(|&(&own, others)| own != others).is_some_and(|(&own, others)| own > others)
}

/// Appends at most `limit` bytes, cut at a character's end, with an ellipsis where it was cut.
fn push_cut(bytes: &[u8], limit: usize, out: &mut String) {
    let (part, cut) = match bytes.get(..limit) {
        Some(part) if bytes.len() > limit => (part, true),
        _ => (bytes, false),
    };
    // Nearly always it is text as it stands.
    let (text, part) = match std::str::from_utf8(part) {
        Ok(text) => (text, &[][..]),
        Err(_) => ("", part),
    };
    out.push_str(text);
    for chunk in part.utf8_chunks() {
        out.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push('\u{fffd}');
        }
    }
    if cut {
        out.push('…');
    }
}

#[cfg(test)]
mod tests {
    /// What it says of two URLs is what their written forms say.
    #[test]
    fn order() {
        let urls = [
            "https://a.example/b",
            "https://a.example/b?c=1",
            "https://a.example/bé",
            "https://a.example/c;d=1",
            "https://a.example/c",
        ];
        let long = format!("https://a.example/{}", "x".repeat(super::MAX_PATH));
        let longer = format!("{long}y");
        let mut behind = 0;
        for exact in urls.iter().copied().chain([long.as_str(), longer.as_str()]) {
            for other in urls.iter().copied().chain([long.as_str(), longer.as_str()]) {
                let (mut a, mut b) = (String::new(), String::new());
                super::url(exact.as_bytes(), &mut a);
                super::url(other.as_bytes(), &mut b);
                let said = super::comes_behind(exact.as_bytes(), &b);
                assert!(!said || a > b, "{exact} {other}");
                behind += usize::from(said);
            }
        }
        assert_eq!(behind, 16);
    }

    #[test]
    fn values_never_pass() {
        let mut out = String::new();
        super::url(b"https://t.example/c?email=jo@a.example&v=1&0123456789abcdef&x", &mut out);
        assert_eq!(out, "https://t.example/c?email=…&v=…&…&x");
        super::url(b"https://t.example/a;u1=7ca29899;ord=1;flag?q=2", &mut out);
        assert_eq!(out, "https://t.example/a;u1=…;ord=…;flag?q=…");
        super::url(b"https://t.example/c", &mut out);
        assert_eq!(out, "https://t.example/c");
        super::url(b"https://t.example/\xff?a=b", &mut out);
        assert_eq!(out, "https://t.example/\u{fffd}?a=…");
    }
}
