//! A host, an address or a URL as a list has it, and the rule that it becomes. Told apart by what a rule for it would do: one
//! for a public suffix or for a host that many share would speak of everybody, and is not made.

use std::borrow::Cow;

use crate::address::Address;
use crate::party;
use crate::rules::rule::Flags;
use crate::shared;

/// Names that never leave the person's own network.
const LOCAL: [&str; 7] = ["localhost", "localdomain", "local", "internal", "lan", "intranet", "home.arpa"];

/// The rule for what stands in a list, with its flags; or why there is none, a stable word.
pub fn rule(text: &str, address: &mut Address) -> Result<(String, u32), &'static str> {
    let whole = refanged(text.trim());
    let (scheme, rest) = match whole.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        // As browsers and lists write a version 6 address, it has brackets; indicators have none.
        None if whole.matches(':').count() > 1 => return Err("ipv6-address"),
        None => ("https", whole.as_ref()),
    };
    // `*.a.example` and `.a.example` speak of all below a host, as a rule for it does.
    let rest = rest.strip_prefix("*.").or_else(|| rest.strip_prefix('.')).unwrap_or(rest);
    if rest.starts_with('.') || rest.bytes().any(|b| b <= b' ' || matches!(b, b'"' | b'<' | b'>' | b'\\' | b'`')) {
        return Err("not-a-host");
    }
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https" | "ws" | "wss") {
        return Err(if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) { "not-on-the-web" } else { "not-a-host" });
    }
    address.read(format!("{scheme}://{rest}").as_bytes()).map_err(|_| "not-a-host")?;
    if address.cut() {
        return Err("too-long");
    }
    let host = address.host_str();
    let written = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches('.');
    is_somebody(host, written)?;
    let lower = address.lower();
    let port = lower.get(address.host_end()..lower.len() - address.path().len()).unwrap_or_default();
    let port = std::str::from_utf8(port).unwrap_or_default();
    let path = address.path();
    if path == b"/" {
        // `1.2.3.0/24` has a path, and is none.
        of_all(host)?;
        let plain = if port.is_empty() { Flags::PLAIN_HOST } else { 0 };
        return Ok((format!("||{host}{port}^"), Flags::HOST_RULE & !Flags::PLAIN_HOST | plain));
    }
    if party::is_ip(host) && path.iter().skip(1).all(u8::is_ascii_digit) {
        return Err("address-range");
    }
    // What a list's syntax would read as a sign of its own would match something else.
    let path = std::str::from_utf8(path).ok().filter(|path| path.is_ascii() && !path.contains(['*', '^', '|', '$']));
    let path = path.ok_or("url-not-plain")?;
    Ok((format!("||{host}{port}{path}^"), Flags::HOST_RULE & !Flags::PLAIN_HOST))
}

/// Whether a host (in its one spelling) is one on the public internet. `written` is how the list has it.
fn is_somebody(host: &str, written: &str) -> Result<(), &'static str> {
    if host.starts_with('[') {
        return Err("ipv6-address");
    }
    if party::is_ip(host) {
        // Not `127.1`, nor `0x7f000001`: no list means these.
        return if host != written {
            Err("not-a-host")
        } else if party::is_public(host) {
            Ok(())
        } else {
            Err("not-public-address")
        };
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    if LOCAL.iter().any(|local| host == *local || host.strip_suffix(local).is_some_and(|rest| rest.ends_with('.'))) {
        return Err("local-name");
    }
    if !host.contains('.') || !host.split('.').all(label) || last.bytes().all(|b| b.is_ascii_digit()) {
        return Err("not-a-host");
    }
    Ok(())
}

/// Whether a rule for the whole host speaks of one party.
fn of_all(host: &str) -> Result<(), &'static str> {
    shared::by_many(host).map_or(Ok(()), Err)
}

/// A name as it is, where a list has made it unclickable: `hxxp://a[.]example`.
fn refanged(text: &str) -> Cow<'_, str> {
    let scheme = text.get(..4).filter(|start| start.eq_ignore_ascii_case("hxxp"));
    if scheme.is_none() && !text.contains(['[', '(', '{']) {
        return Cow::Borrowed(text);
    }
    let mut text = match scheme {
        Some(_) => format!("http{}", text.get(4..).unwrap_or_default()),
        None => text.to_owned(),
    };
    for (written, meant) in
        [("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"), ("[://]", "://")]
    {
        if text.contains(written) {
            text = text.replace(written, meant);
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_becomes_a_rule_or_has_a_reason() {
        for (text, wanted) in [
            ("spy.example.net", Ok("||spy.example.net^")),
            ("  Spy.Example.NET. ", Ok("||spy.example.net^")),
            ("*.spy.example.net", Ok("||spy.example.net^")),
            (".spy.example.net", Ok("||spy.example.net^")),
            ("hxxps://spy[.]example[.]net", Ok("||spy.example.net^")),
            ("https://spy.example.net/a/B?c=1#d", Ok("||spy.example.net/a/B?c=1^")),
            ("spy.example.net/a", Ok("||spy.example.net/a^")),
            ("http://spy.example.net:8080/", Ok("||spy.example.net:8080^")),
            ("spy.example.net:443", Ok("||spy.example.net^")),
            ("b\u{fc}cher.example", Ok("||xn--bcher-kva.example^")),
            ("203.0.113.7", Ok("||203.0.113.7^")),
            ("https://drive.google.com.example/x", Ok("||drive.google.com.example/x^")),
            // A path tells who is meant where the host does not.
            ("https://github.com/who/what", Ok("||github.com/who/what^")),
            ("github.com", Err("shared-host")),
            ("raw.githubusercontent.com", Err("shared-host")),
            ("https://raw.githubusercontent.com/who/what", Ok("||raw.githubusercontent.com/who/what^")),
            ("someone.tumblr.com", Ok("||someone.tumblr.com^")),
            ("co.uk", Err("public-suffix")),
            ("appspot.com", Err("public-suffix")),
            ("192.168.0.1", Err("not-public-address")),
            ("127.1", Err("not-a-host")),
            ("1.2.3.400", Err("not-a-host")),
            ("203.0.113.0/24", Err("address-range")),
            ("2001:db8::1", Err("ipv6-address")),
            ("https://[2001:db8::1]/", Err("ipv6-address")),
            ("router.lan", Err("local-name")),
            ("localhost", Err("local-name")),
            ("nodots", Err("not-a-host")),
            ("two words.example", Err("not-a-host")),
            ("-a.example", Err("not-a-host")),
            ("a..example", Err("not-a-host")),
            ("..a.example", Err("not-a-host")),
            ("ftp://a.example/", Err("not-on-the-web")),
            ("https://a.example/*", Err("url-not-plain")),
            ("https://a.example/$x", Err("url-not-plain")),
            ("", Err("not-a-host")),
            ("https://", Err("not-a-host")),
        ] {
            let made = rule(text, &mut Address::new()).map(|(rule, _)| rule);
            assert_eq!(made.as_deref().map_err(|why| *why), wanted, "{text}");
        }
        assert_eq!(rule("spy.example.net", &mut Address::new()).map(|(_, flags)| flags), Ok(Flags::HOST_RULE));
    }
}
