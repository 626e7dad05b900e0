//! Who a host belongs to as the web's own rules see it: its registrable domain by the public suffix list, and whether
//! two hosts are the same site. Knows nothing of owners or lists.
//!
//! The list is a table, made by build.rs from `lists/public-suffixes.txt`, which is the list of crate `psl`. The crate
//! itself is the list as code: 900 KB of wasm, near half of what a phone would have to compile before its first verdict.
//! Tests hold the table to its answers.

mod table;

use std::net::Ipv4Addr;

use table::{EXCEPTION, SUFFIX, WILDCARD, first_slot};

include!(concat!(env!("OUT_DIR"), "/suffixes.rs"));

/// Whether a request stays with the page's own site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The same registrable domain as the page.
    First,
    /// Another registrable domain.
    Third,
}

impl Party {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Third => "third",
        }
    }
}

/// The registrable domain of a host in lower case without a trailing dot: one label more than its public suffix.
///
/// An IP address, a single label (`localhost`) and a public suffix itself (`github.io`) are their own.
pub fn registrable(host: &str) -> &str {
    if is_ip(host) {
        return host;
    }
    let suffix = suffix(host);
    let Some(before) = host.len().checked_sub(suffix.len() + 1) else { return host };
    let start = host.get(..before).and_then(|front| front.rfind('.')).map_or(0, |dot| dot + 1);
    host.get(start..).unwrap_or(host)
}

/// The public suffix of a host: `co.uk` of `www.example.co.uk`; empty for an IP address.
pub fn public_suffix(host: &str) -> &str {
    if is_ip(host) {
        return "";
    }
    suffix(host)
}

/// The longest suffix that a rule makes one; without a rule the last label.
fn suffix(host: &str) -> &str {
    let mut found = None;
    let mut end_of_front = host.len();
    // From the last label on: `uk`, `co.uk`, `example.co.uk`.
    let mut last = host;
    loop {
        let dot = host.get(..end_of_front).and_then(|front| front.rfind('.'));
        let name = host.get(dot.map_or(0, |dot| dot + 1)..).unwrap_or(host);
        if found.is_none() {
            found = Some(name);
        }
        let kind = kind(name);
        if kind & EXCEPTION != 0 {
            return last;
        }
        if kind & SUFFIX != 0 {
            found = Some(name);
        }
        let Some(dot) = dot else { break };
        if kind & WILDCARD != 0 {
            let start = host.get(..dot).and_then(|front| front.rfind('.')).map_or(0, |dot| dot + 1);
            found = host.get(start..);
        }
        last = name;
        end_of_front = dot;
    }
    found.unwrap_or(host)
}

/// What the list says of one name.
fn kind(name: &str) -> u8 {
    let mut slot = first_slot(name, SLOTS.len());
    loop {
        // More than half of the slots are empty, so this comes to an end.
        let Some(at) = SLOTS.get(slot).and_then(|&at| usize::from(at).checked_sub(1)) else { return 0 };
        if name_at(at) == name {
            return KINDS.get(at).copied().unwrap_or(0);
        }
        slot = (slot + 1) % SLOTS.len();
    }
}

/// The name at a place of the table.
fn name_at(at: usize) -> &'static str {
    let end = |at: usize| ENDS.get(at).map_or(0, |&end| end as usize);
    NAMES.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
}

/// Whether two registrable domains, as [`registrable`] gives them, are one site.
pub fn between(page: &str, request: &str) -> Party {
    if page == request { Party::First } else { Party::Third }
}

/// Whether an IPv4 address is one that the public internet can reach.
pub fn is_public(address: &str) -> bool {
    address.parse::<Ipv4Addr>().is_ok_and(|ip| {
        let within = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified();
        !(within || ip.is_broadcast() || ip.is_multicast())
    })
}

/// Whether a host lies on the person's own device or in their own network, or is reached by Tor alone: what goes there passes
/// nobody on the way, or is encrypted without TLS.
///
/// Loopback: <https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy>. Private addresses: RFC 1918, RFC 4193,
/// RFC 3927. `.local`: RFC 6762. `.onion`: RFC 7686.
pub fn is_local(host: &str) -> bool {
    if let Some(six) = host.strip_prefix('[') {
        let private = ["fc", "fd", "fe8", "fe9", "fea", "feb"].iter().any(|start| six.starts_with(start));
        return six == "::1]" || private && six.find(':').is_some_and(|colon| colon == 4);
    }
    if is_ip(host) {
        return !is_public(host);
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    !host.contains('.') || matches!(last, "localhost" | "local" | "onion")
}

/// Whether a host is an IPv4 or (in brackets) IPv6 address.
pub fn is_ip(host: &str) -> bool {
    host.starts_with('[')
        || (host.bytes().next_back().is_some_and(|b| b.is_ascii_digit()) && host.parse::<Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rule of the list, with names around it, is told as the crate tells it.
    #[test]
    fn the_table_says_what_the_crate_says() {
        let mut tried = 0;
        for name in (0..ENDS.len()).map(name_at) {
            for host in ["", "a.", "b.a.", "c.b.a.", "www.", "xn--p1ai."].map(|front| format!("{front}{name}")) {
                tried += 1;
                // The crate forgets a wildcard for a name that has a wildcard of its own below (`*.r.cloud.int.apple`
                // and `*.us-east-1.r.cloud.int.apple`). By the list's algorithm the wildcard holds, as it does here.
                let above = host.split_once('.').map_or(0, |(_, above)| kind(above));
                if kind(&host) == WILDCARD && above & WILDCARD != 0 {
                    assert_eq!(public_suffix(&host), host);
                    continue;
                }
                assert_eq!(public_suffix(&host), psl::suffix_str(&host).unwrap_or(&host), "{host}");
                assert_eq!(registrable(&host), psl::domain_str(&host).unwrap_or(&host), "{host}");
            }
        }
        assert!(tried > 60_000, "only {tried} hosts");
        for host in ["com", "localhost", "a.b.c.no-such-suffix", "no-such-suffix", "a.ck", "www.ck", "x.www.ck"] {
            assert_eq!(registrable(host), psl::domain_str(host).unwrap_or(host), "{host}");
        }
    }

    #[test]
    fn hosts_that_are_near() {
        for host in [
            "localhost",
            "a.localhost",
            "printer",
            "nas.local",
            "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "[::1]",
            "[fd00::1]",
            "[fe80::1]",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "example.com",
            "localhost.example.com",
            "local.example",
            "onion.example",
            "8.8.8.8",
            "172.32.0.1",
            "193.168.1.1",
            "[2001:db8::1]",
            "[fc::1]",
            "[::2]",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn registrable_domains() {
        for (host, site) in [
            ("www.example.co.uk", "example.co.uk"),
            ("example.com", "example.com"),
            ("a.b.github.io", "b.github.io"),
            ("github.io", "github.io"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("notexample.com", "notexample.com"),
        ] {
            assert_eq!(registrable(host), site);
        }
        assert_eq!(between(registrable("a.example.com"), registrable("b.example.com")), Party::First);
        assert_eq!(between(registrable("example.com"), registrable("notexample.com")), Party::Third);
    }
}
