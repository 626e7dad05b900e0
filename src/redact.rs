//! What of a URL may stand in a report: where it went and what the parameters were called, never their values. The path is
//! kept in part, as a person needs to recognise the address.

/// Longest path kept in evidence, in bytes. Paths can carry identifiers too, but a person needs to recognise the URL.
const MAX_PATH: usize = 160;
/// Most parameters named in evidence.
const MAX_PARAMS: usize = 24;
/// Longest parameter name kept, in bytes: a longer "name" is a value in disguise.
const MAX_NAME: usize = 40;
/// Most digits in one: more of them are a number of somebody or something.
const MAX_DIGITS: usize = 6;

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
        push_pair(part, out);
    }
    let Some(query) = query.filter(|query| !query.is_empty()) else { return };
    let mut left = 0_usize;
    for (at, pair) in query.split(|&b| b == b'&').enumerate() {
        if at >= MAX_PARAMS {
            left += 1;
            continue;
        }
        out.push(if at == 0 { '?' } else { '&' });
        push_pair(pair, out);
    }
    if left > 0 {
        out.push_str("&…");
    }
}

/// Appends a parameter's name, if it looks like one. A lone word may be a value (`?alice`), so it is none.
fn push_pair(pair: &[u8], out: &mut String) {
    let Some(equals) = pair.iter().position(|&b| b == b'=') else {
        if !pair.is_empty() {
            out.push('…');
        }
        return;
    };
    let (name, value) = (pair.get(..equals).unwrap_or_default(), pair.get(equals + 1..).unwrap_or_default());
    match std::str::from_utf8(name) {
        Ok(text) if is_name(name, value) => out.push_str(text),
        _ => out.push('…'),
    }
    out.push_str("=…");
}

/// Whether what stands before a `=` is called so by whoever made the page, and not a value. What a value is made of
/// (`alice@bank.example`, `https://…`, `%40`) is in no name. Where nothing but padding stands behind, it may be base64: then
/// capitals are none either.
pub fn is_name(name: &[u8], value: &[u8]) -> bool {
    let padding = value.iter().all(|&b| b == b'=');
    let of_names = |b: &u8| match b {
        b'A'..=b'Z' => !padding,
        b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'[' | b']' | b'$' | b'~' | b'!' | b'*' => true,
        _ => false,
    };
    name.len() <= MAX_NAME
        && (value.is_empty() || !padding)
        && name.iter().all(of_names)
        && name.iter().filter(|b| b.is_ascii_digit()).count() <= MAX_DIGITS
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
        for (query, written) in [
            ("email=jo@a.example&v=1&0123456789abcdef&x", "email=…&v=…&…&…"),
            ("ep.page[0][id]=1&gdpr_consent=&&_ga=GA1", "ep.page[0][id]=…&gdpr_consent=…&&_ga=…"),
            // What stands where a name does, and is none.
            ("alice@example.com=1&alice%40example.com=1", "…=…&…=…"),
            ("https://bank.example/acct/12345/alice?uid=1", "…=…"),
            ("dGhpcyBpcyBhIHNlY3JldA==&YWxpY2U=&nbswy3dpeb3w64tmmq======", "…=…&…=…&…=…"),
            ("alice", "…"),
            ("4915112345678=1", "…=…"),
            ("J\u{fc}rgen=1", "…=…"),
        ] {
            super::url(format!("https://t.example/c?{query}").as_bytes(), &mut out);
            assert_eq!(out, format!("https://t.example/c?{written}"));
        }
        super::url(b"https://t.example/a;u1=7ca29899;ord=1;flag;a@b=?q=2", &mut out);
        assert_eq!(out, "https://t.example/a;u1=…;ord=…;…;…=…?q=…");
        super::url(b"https://t.example/c", &mut out);
        assert_eq!(out, "https://t.example/c");
        super::url(b"https://t.example/\xff?a=b", &mut out);
        assert_eq!(out, "https://t.example/\u{fffd}?a=…");
    }
}
