//! Who a host belongs to as the web's own rules see it: its registrable domain by the public suffix list, and whether
//! two hosts are the same site. Knows nothing of owners or lists.

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
    psl::domain_str(host).unwrap_or(host)
}

/// The public suffix of a host: `co.uk` of `www.example.co.uk`; empty for an IP address.
pub fn public_suffix(host: &str) -> &str {
    if is_ip(host) {
        return "";
    }
    psl::suffix_str(host).unwrap_or(host)
}

/// Whether two registrable domains, as [`registrable`] gives them, are one site.
pub fn between(page: &str, request: &str) -> Party {
    if page == request { Party::First } else { Party::Third }
}

/// Whether a host is an IPv4 or (in brackets) IPv6 address.
pub fn is_ip(host: &str) -> bool {
    host.starts_with('[')
        || (host.bytes().next_back().is_some_and(|b| b.is_ascii_digit()) && host.parse::<std::net::Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

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
