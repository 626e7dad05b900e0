//! A URL cut into its parts, without allocating once the buffers have grown. Knows nothing of lists or pages.
//!
//! Browsers hand over URLs that the URL Standard has already normalised. This reader relies on that for what is
//! costly (percent-encoding, dot segments) and re-does what is cheap and what matters for naming a host: case, user
//! information, ports, trailing dots, version 6 addresses and internationalised names that a recording left in Unicode.

use std::net::Ipv6Addr;
use std::ops::Range;

/// How many bytes of a URL are judged; the rest is cut, and the report counts that. Trackers' URLs are rarely longer,
/// and a page must not be able to make one request cost a megabyte.
pub const MAX_URL: usize = 4096;

/// How many bytes there may be where values are pseudonyms, which mostly are longer. What of a URL was cut before ends in
/// [`CUT`].
const MAX_WRITTEN: usize = 2 * MAX_URL;

/// The mark of what was cut before: no browser writes that character into a URL.
const CUT: &[u8] = "…".as_bytes();

/// How long a host's name may be, in bytes: the DNS has none that is longer, so nobody can be contacted by one.
pub const MAX_HOST: usize = 253;

/// Whether a URL goes over the network, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `http:`
    Http,
    /// `https:`
    Https,
    /// `ws:`
    Ws,
    /// `wss:`
    Wss,
}

/// Why a URL is not judged: a stable word, counted in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJudged {
    /// `data:`: the bytes are in the URL itself, nobody is contacted.
    Data,
    /// `blob:` and `filesystem:`: made by the page itself.
    Blob,
    /// `about:`, `javascript:`, `chrome:` and the like: inside the browser.
    Internal,
    /// A scheme that this version does not know.
    UnknownScheme,
    /// Not a URL, or one without a host.
    Malformed,
    /// One of the web, with a host that cannot be read. Browsers ask for some (`a"b.example`), so somebody may have been asked.
    Host,
}

impl NotJudged {
    /// The word for it in `requests.skipped`.
    pub fn why(self) -> &'static str {
        match self {
            Self::Data => "data-url",
            Self::Blob => "blob-url",
            Self::Internal => "browser-internal",
            Self::UnknownScheme => "unknown-scheme",
            Self::Malformed => "malformed-url",
            Self::Host => "host-not-readable",
        }
    }
}

/// A URL in two spellings (as given, and in lower case) of the same length, and where its parts lie.
#[derive(Debug, Default, Clone)]
pub struct Address {
    exact: Vec<u8>,
    lower: Vec<u8>,
    scheme: Option<Scheme>,
    host_start: usize,
    host_end: usize,
    path_start: usize,
    cut: bool,
}

impl Address {
    /// An empty address, to be filled by [`Address::read`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it holds this very URL.
    pub fn is_of(&self, url: &[u8]) -> bool {
        self.scheme.is_some() && !self.cut && self.exact == url
    }

    /// Reads `url`, replacing what was here. Bytes over 127 and invalid UTF-8 are kept as they are.
    pub fn read(&mut self, url: &[u8]) -> Result<(), NotJudged> {
        self.exact.clear();
        self.lower.clear();
        self.scheme = None;
        let url = trim(url);

        let colon = url.iter().position(|&b| b == b':').ok_or(NotJudged::Malformed)?;
        let name = url.get(..colon).unwrap_or_default();
        let scheme = scheme_of(name)?;
        let whole = authority(url, colon).ok_or(NotJudged::Malformed)?;
        // Who logs in is nobody's business here, and `https://bank.example@tracker.example/` is a known disguise. However
        // long it is, it must not push the host behind the cut.
        let start = user(url, &whole).map_or(whole.start, |user| user.end);
        let authority = url.get(start..whole.end).unwrap_or_default();
        let tail = url.get(whole.end..).unwrap_or_default();
        let room = MAX_WRITTEN.saturating_sub(name.len() + 3 + authority.len());
        self.cut = tail.len() > room || tail.ends_with(CUT);
        let tail = tail.get(..room).unwrap_or(tail);
        let (host, port) = split_port(authority).ok_or(NotJudged::Malformed)?;
        let port = port_of(scheme, port).ok_or(NotJudged::Malformed)?;

        self.exact.extend_from_slice(match scheme {
            Scheme::Http => b"http://",
            Scheme::Https => b"https://",
            Scheme::Ws => b"ws://",
            Scheme::Wss => b"wss://",
        });
        self.host_start = self.exact.len();
        self.push_host(host)?;
        self.host_end = self.exact.len();
        if !(1..=MAX_HOST).contains(&(self.host_end - self.host_start)) {
            return Err(NotJudged::Malformed);
        }
        if !port.is_empty() {
            self.exact.push(b':');
            self.exact.extend_from_slice(port);
        }
        self.path_start = self.exact.len();
        let tail = match tail.iter().position(|&b| b == b'#') {
            Some(at) => tail.get(..at).unwrap_or_default(),
            None => tail,
        };
        if !tail.starts_with(b"/") {
            self.exact.push(b'/');
        }
        self.exact.extend_from_slice(tail.strip_prefix(b"\\").unwrap_or(tail));
        push_lower(&self.exact, &mut self.lower);
        self.scheme = Some(scheme);
        Ok(())
    }

    /// Writes a host in its one spelling.
    fn push_host(&mut self, host: &[u8]) -> Result<(), NotJudged> {
        if let [b'[', inner @ .., b']'] = host {
            let text = std::str::from_utf8(inner).map_err(|_| NotJudged::Host)?;
            let address: Ipv6Addr = text.parse().map_err(|_| NotJudged::Host)?;
            // Browsers write the last four bytes of such an address as two numbers, not as version 4.
            let text = match address.to_ipv4_mapped().map(|last| last.octets()) {
                Some([a, b, c, d]) => {
                    format!("[::ffff:{:x}:{:x}]", u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
                }
                None => format!("[{address}]"),
            };
            self.exact.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        let host = match host {
            [inner @ .., b'.'] if !inner.is_empty() => inner,
            _ => host,
        };
        if host.iter().any(|&b| b <= b' ' || matches!(b, b'<' | b'>' | b'"' | b'%' | b'[' | b']' | b'^' | b'|' | 0x7f))
        {
            return Err(NotJudged::Host);
        }
        if host.is_ascii() {
            self.exact.extend(host.iter().map(u8::to_ascii_lowercase));
        } else {
            let ascii = to_ascii(host).ok_or(NotJudged::Host)?;
            self.exact.extend_from_slice(ascii.as_bytes());
        }
        Ok(())
    }

    /// The URL without user information, default port and fragment.
    pub fn exact(&self) -> &[u8] {
        &self.exact
    }

    /// The same in ASCII lower case.
    pub fn lower(&self) -> &[u8] {
        &self.lower
    }

    /// How it goes over the network.
    pub fn scheme(&self) -> Scheme {
        self.scheme.unwrap_or(Scheme::Https)
    }

    /// The host in lower case, without a trailing dot; an IPv6 address keeps its brackets.
    pub fn host(&self) -> &[u8] {
        self.lower.get(self.host_start..self.host_end).unwrap_or_default()
    }

    /// The host as text. Hosts are ASCII after reading, so this loses nothing.
    pub fn host_str(&self) -> &str {
        std::str::from_utf8(self.host()).unwrap_or_default()
    }

    /// Where the host starts in [`Address::lower`].
    pub fn host_start(&self) -> usize {
        self.host_start
    }

    /// Where the host ends in [`Address::lower`].
    pub fn host_end(&self) -> usize {
        self.host_end
    }

    /// Path and query, from the first `/`.
    pub fn path(&self) -> &[u8] {
        self.exact.get(self.path_start..).unwrap_or_default()
    }

    /// The query without its `?`; empty where there is none.
    pub fn query(&self) -> &[u8] {
        let path = self.path();
        path.iter().position(|&b| b == b'?').and_then(|at| path.get(at + 1..)).unwrap_or_default()
    }

    /// Whether the URL was longer than [`MAX_URL`].
    pub fn cut(&self) -> bool {
        self.cut
    }
}

/// Appends in ASCII lower case, eight bytes at a time: the extension's WebAssembly has no wider instructions.
fn push_lower(from: &[u8], to: &mut Vec<u8>) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut eights = from.chunks_exact(8);
    for eight in &mut eights {
        let word = eight.try_into().map_or(0, u64::from_le_bytes);
        // The highest bit of each byte: whether it is `A` or more, and whether it is more than `Z`. No sum goes over into the
        // next byte, because that bit is left out before.
        let low = word & (0x7f * ONES);
        let letters = (low + (0x80 - 0x41) * ONES) & !(low + (0x80 - 0x5b) * ONES) & !word & (0x80 * ONES);
        to.extend_from_slice(&(word | letters >> 2).to_le_bytes());
    }
    to.extend(eights.remainder().iter().map(u8::to_ascii_lowercase));
}

/// Whether a host, in Unicode or in Punycode, has a form that the DNS can have.
pub fn is_name(host: &str) -> bool {
    to_ascii(host.as_bytes()).is_some()
}

/// A host in Unicode as the DNS has it, by the URL Standard's rules; `None` where it is none.
#[cfg(not(target_arch = "wasm32"))]
fn to_ascii(host: &[u8]) -> Option<String> {
    idna::domain_to_ascii_cow(host, idna::AsciiDenyList::URL).ok().map(Into::into)
}

/// The same, by the browser: it carries these tables already, and they would be 48 KB of the extension. It writes the hosts
/// of requests in ASCII itself; only lists that a person adds, and logs from elsewhere, have others.
#[cfg(target_arch = "wasm32")]
fn to_ascii(host: &[u8]) -> Option<String> {
    let host = std::str::from_utf8(host).ok()?;
    TO_ASCII.get().and_then(|to_ascii| to_ascii(host))
}

#[cfg(target_arch = "wasm32")]
type ToAscii = fn(&str) -> Option<String>;

#[cfg(target_arch = "wasm32")]
thread_local! {
    static TO_ASCII: std::cell::Cell<Option<ToAscii>> = const { std::cell::Cell::new(None) };
}

/// Says how the browser does it. Before, no host in Unicode is one.
#[cfg(target_arch = "wasm32")]
pub(crate) fn set_to_ascii(to_ascii: ToAscii) {
    TO_ASCII.set(Some(to_ascii));
}

/// Where the user information of a URL stands, with its `@`.
pub fn user_information(url: &[u8]) -> Option<Range<usize>> {
    let colon = url.iter().position(|&b| b == b':')?;
    user(url, &authority(url, colon)?)
}

/// Where the part of a URL stands that says who is asked: behind the two slashes after this colon, up to the path.
fn authority(url: &[u8], colon: usize) -> Option<Range<usize>> {
    let start = colon + 3;
    if !matches!(url.get(colon + 1..start)?, b"//" | b"\\\\") {
        return None;
    }
    let rest = url.get(start..)?;
    let end = rest.iter().position(|b| matches!(b, b'/' | b'?' | b'#' | b'\\')).unwrap_or(rest.len());
    Some(start..start + end)
}

fn user(url: &[u8], authority: &Range<usize>) -> Option<Range<usize>> {
    let at = url.get(authority.clone())?.iter().rposition(|&b| b == b'@')?;
    Some(authority.start..authority.start + at + 1)
}

fn trim(url: &[u8]) -> &[u8] {
    let start = url.iter().position(|&b| b > b' ').unwrap_or(url.len());
    let url = url.get(start..).unwrap_or_default();
    let end = url.iter().rposition(|&b| b > b' ').map_or(0, |at| at + 1);
    url.get(..end).unwrap_or_default()
}

fn scheme_of(name: &[u8]) -> Result<Scheme, NotJudged> {
    const LONGEST: usize = 24;
    if name.is_empty() || name.len() > LONGEST {
        return Err(NotJudged::Malformed);
    }
    let mut lower = [0_u8; LONGEST];
    for (to, from) in lower.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    match lower.get(..name.len()).unwrap_or_default() {
        b"https" => Ok(Scheme::Https),
        b"http" => Ok(Scheme::Http),
        b"wss" => Ok(Scheme::Wss),
        b"ws" => Ok(Scheme::Ws),
        b"data" => Err(NotJudged::Data),
        b"blob" | b"filesystem" => Err(NotJudged::Blob),
        b"about"
        | b"javascript"
        | b"chrome"
        | b"resource"
        | b"moz-extension"
        | b"chrome-extension"
        | b"safari-web-extension"
        | b"view-source"
        | b"file"
        | b"edge"
        | b"devtools" => Err(NotJudged::Internal),
        word if word.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')) => {
            Err(NotJudged::UnknownScheme)
        }
        _ => Err(NotJudged::Malformed),
    }
}

/// The host, and what stands behind its colon; `None` where something else stands behind it.
fn split_port(authority: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = if authority.starts_with(b"[") {
        authority.iter().position(|&b| b == b']')? + 1
    } else {
        authority.iter().position(|&b| b == b':').unwrap_or(authority.len())
    };
    match authority.split_at_checked(end)? {
        (host, []) => Some((host, &[])),
        (host, [b':', port @ ..]) => Some((host, port)),
        _ => None,
    }
}

/// A port without leading zeros, empty where it is the scheme's own; `None` where it is no port.
fn port_of(scheme: Scheme, digits: &[u8]) -> Option<&[u8]> {
    if digits.len() > 5 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    match (scheme, number) {
        _ if digits.is_empty() => Some(digits),
        (Scheme::Http | Scheme::Ws, 80) | (Scheme::Https | Scheme::Wss, 443) => Some(&[]),
        (_, 0) => Some(b"0"),
        (_, 1..=65_535) => digits.get(digits.iter().position(|&digit| digit != b'0')?..),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lower_case() {
        let all: Vec<u8> = (0..=255).collect();
        for length in [0, 1, 7, 8, 9, 255] {
            for start in [0, 1, 60] {
                let from = all.get(start..length).unwrap_or_default();
                let mut lower = Vec::new();
                push_lower(from, &mut lower);
                assert_eq!(lower, from.to_ascii_lowercase());
            }
        }
    }

    fn read(url: &str) -> Result<(String, String, String), NotJudged> {
        let mut address = Address::new();
        address.read(url.as_bytes())?;
        Ok((
            address.host_str().to_owned(),
            String::from_utf8_lossy(address.exact()).into_owned(),
            String::from_utf8_lossy(address.query()).into_owned(),
        ))
    }

    #[test]
    fn reads_what_browsers_give() {
        let (host, exact, query) = read("https://Stats.Example.COM:443/Pixel?Id=7#top").unwrap();
        assert_eq!(host, "stats.example.com");
        assert_eq!(exact, "https://stats.example.com/Pixel?Id=7");
        assert_eq!(query, "Id=7");
    }

    #[test]
    fn hostile_spellings_name_the_real_host() {
        assert_eq!(read("https://bank.example@tracker.example/").unwrap().0, "tracker.example");
        assert_eq!(read("https://a@b@tracker.example:8443/x").unwrap().1, "https://tracker.example:8443/x");
        assert_eq!(read("wss://[2001:DB8::1]:9000/s").unwrap().0, "[2001:db8::1]");
        assert_eq!(read("http://tracker.example./").unwrap().0, "tracker.example");
        assert_eq!(read("https://bücher.example/").unwrap().0, "xn--bcher-kva.example");
        assert_eq!(read("  https://tracker.example?x").unwrap().1, "https://tracker.example/?x");
        assert_eq!(read("https:\\\\tracker.example\\x").unwrap().1, "https://tracker.example/x");
    }

    #[test]
    fn what_is_not_on_the_network_is_named() {
        for (url, why) in [
            ("data:text/html,<b>", "data-url"),
            ("blob:https://a.example/1", "blob-url"),
            ("javascript:alert(1)", "browser-internal"),
            ("about:blank", "browser-internal"),
            ("gopher://a/", "unknown-scheme"),
            ("", "malformed-url"),
            ("https://", "malformed-url"),
            ("https:///path", "malformed-url"),
            ("https://a b/", "host-not-readable"),
            ("https://a\"b.example/", "host-not-readable"),
            ("https://a%2Ab.example/", "host-not-readable"),
            ("https://[::g]/", "host-not-readable"),
            ("//no.scheme/", "malformed-url"),
        ] {
            assert_eq!(read(url).unwrap_err().why(), why, "{url}");
        }
    }

    #[test]
    fn a_port_is_a_number_and_nothing_else_stands_behind_a_host() {
        for (url, exact) in [
            ("http://a.example:/x", "http://a.example/x"),
            ("http://a.example:080/x", "http://a.example/x"),
            ("https://a.example:00444/x", "https://a.example:444/x"),
            ("https://a.example:0/x", "https://a.example:0/x"),
            ("https://a.example:65535/x", "https://a.example:65535/x"),
            ("https://a.example.:8443/x", "https://a.example:8443/x"),
        ] {
            assert_eq!(read(url).unwrap().1, exact, "{url}");
        }
        for url in [
            "http://a.example:65536/",
            "http://a.example:000080/",
            "http://a.example:99999999999999999999/",
            "http://a.example:-1/",
            "http://a.example:+80/",
            "http://a.example:8 0/",
            "http://a.example:80:80/",
            "http://a.example:\u{661}/",
            "http://a.example:x<img>/",
            "http://a.example:x<img>@",
            "http://a.example:<img src=x onerror=alert(1)>",
        ] {
            assert_eq!(read(url), Err(NotJudged::Malformed), "{url}");
        }
    }

    #[test]
    fn an_address_of_version_6_is_one_in_any_spelling() {
        for (url, exact) in [
            ("http://[2001:0DB8:0:0:0:0:0:1]/", "http://[2001:db8::1]/"),
            ("http://[::]:/", "http://[::]/"),
            ("https://[::1]:443/", "https://[::1]/"),
            ("https://[::ffff:192.0.2.7]:8443/", "https://[::ffff:c000:207]:8443/"),
            ("https://[::FFFF:C000:207]/", "https://[::ffff:c000:207]/"),
        ] {
            assert_eq!(read(url).unwrap().1, exact, "{url}");
        }
        for url in [
            "http://[]/",
            "http://[::1/",
            "http://::1]/",
            "http://[::1]./",
            "http://[::1]x/",
            "http://[::1].tracker.example/",
            "http://[::1]:x/",
            "http://[::1]]/",
            "http://[[::1]]/",
            "http://[1:2:3]/",
            "http://[fe80::1%25eth0]/",
            "http://[192.0.2.7]/",
            "http://[b\u{fc}cher.example]/",
            "http://[<img>]/",
            "http://a[::1]/",
            "http://a]/",
        ] {
            assert!(matches!(read(url), Err(NotJudged::Host | NotJudged::Malformed)), "{url}");
        }
    }

    #[test]
    fn a_host_is_as_long_as_the_dns_has_it() {
        let longest = format!("{}example", "a.".repeat(123));
        assert_eq!(longest.len(), 253);
        for url in [format!("https://{longest}/"), format!("https://{longest}./"), format!("https://u@{longest}:444/")]
        {
            assert_eq!(read(&url).unwrap().0, longest);
        }
        assert_eq!(read(&format!("https://{longest}s/")), Err(NotJudged::Malformed));
        // What counts is the name as it is asked for.
        assert_eq!(read(&format!("https://{}example/", "\u{fc}.".repeat(60))), Err(NotJudged::Malformed));
        // User information of any length is no host, and does not hide one.
        assert_eq!(read(&format!("https://{}@a.example/", "secret".repeat(1000))).unwrap().0, "a.example");
        assert_eq!(user_information(b"https://a:b@c@d.example/x@y"), Some(8..14));
        assert_eq!(user_information(b"https:\\\\a@d.example/"), Some(8..10));
        assert_eq!(user_information(b"https://d.example/x@y"), None);
    }

    #[test]
    fn a_megabyte_is_cut_and_invalid_utf8_is_kept() {
        let mut url = b"https://a.example/\xff".to_vec();
        url.resize(1 << 20, b'a');
        let mut address = Address::new();
        address.read(&url).unwrap();
        assert!(address.cut());
        assert!(address.exact().len() <= MAX_WRITTEN + 8);
        assert_eq!(address.read(b"https://\xff.example/"), Err(NotJudged::Host));
        assert_eq!(address.read(b"https://[\xff]/"), Err(NotJudged::Host));
    }
}
