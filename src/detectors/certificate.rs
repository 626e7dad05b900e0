//! certificate: a connection that is secured by somebody who is not in the browsers' programmes, or badly.

use std::collections::BTreeSet;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, Security, Stage};
use crate::party;
use crate::seen::{Bounded, Details, Draft, Hosts, Memory, Place, Seen, State, What, Who};

/// Most issuers of a page that are kept, and most hosts of each, and of hosts whose issuers are held to each other.
const ISSUERS: usize = 32;
const HOSTS: usize = 64;
const BOTH: usize = 512;
/// Longest name of an issuer, in bytes.
const NAME: usize = 128;

/// What an issuer is known for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// A root with which a state's networks opened connections, or whose key everybody has.
    Interception,
    /// A root that a state makes its own sites use, and that no browser's programme has.
    National,
    /// A product by which the owner of a device or network opens connections.
    Product,
}

/// Names in issuers, in lower case, and whose they are; sorted.
///
/// Products: Chromium's list of such software,
/// <https://chromium.googlesource.com/chromium/src/+/main/components/resources/ssl/ssl_error_assistant/ssl_error_assistant.asciipb>.
/// Kazakhstan's roots: <https://ooni.org/post/2024-kazakhstan-report/>,
/// <https://blog.mozilla.org/netpolicy/2020/12/18/kazakhstan-root-2020/>. Superfish, eDellRoot, DSDTestProvider:
/// <https://chromium.googlesource.com/chromium/src/+/main/net/data/ssl/blocklist/README.md>. ESET:
/// <https://support.eset.com/en/kb5833-manage-protocolssltls-filtering-in-eset-windows-home-products>. Russia's:
/// <https://dig.watch/updates/russia-creates-its-own-tls-certificate-authority-to-bypass-sanctions>.
static NAMES: [(&str, &str, Known); 25] = [
    ("avast! web/mail shield", "Avast", Known::Product),
    ("bitdefender personal ca", "Bitdefender", Known::Product),
    ("blue coat", "Symantec Blue Coat", Known::Product),
    ("cisco umbrella", "Cisco Umbrella", Known::Product),
    ("contentkeeper", "ContentKeeper", Known::Product),
    ("cyberoam", "Cyberoam", Known::Product),
    ("dsdtestprovider", "Dell", Known::Interception),
    ("edellroot", "Dell", Known::Interception),
    ("eset ssl filter ca", "ESET", Known::Product),
    ("forcepoint", "Forcepoint", Known::Product),
    ("fortigate", "Fortinet", Known::Product),
    ("fortinet", "Fortinet", Known::Product),
    ("information security certification authority", "Kazakhstan", Known::Interception),
    ("iwss.trend", "Trend Micro", Known::Product),
    ("kaspersky anti-virus personal root", "Kaspersky", Known::Product),
    ("mcafee web gateway", "McAfee", Known::Product),
    ("netspark", "NetSpark", Known::Product),
    ("qaznet trust network", "Kazakhstan", Known::Interception),
    ("russian trusted", "Russia", Known::National),
    ("smoothwall", "Smoothwall", Known::Product),
    ("sonicwall", "SonicWall", Known::Product),
    ("sophos", "Sophos", Known::Product),
    ("superfish", "Superfish", Known::Interception),
    ("zscaler", "Zscaler", Known::Product),
    ("негізгі куәландырушы орталық", "Kazakhstan", Known::Interception),
];

pub const DETECTOR: Detector = Detector {
    technique: "certificate",
    looks_for: "A connection whose certificate comes from a root that is not in the browser's own programme, with the product \
                or state that is known by that issuer's name; a host that had a root of the programme and one of none, \
                on one page or, in the extension, on any of a session; a protocol older than TLS 1.2, or a broken cipher (RC4, 3DES, DES, NULL, EXPORT, anonymous).",
    threshold: "One answer. RFC 8996 and RFC 9325 say which protocols and ciphers must not be used any more. Whether a root is \
                of the programme is what the browser says. Not for hosts on the own device or in the own network.",
    severity: "Severe: a root with which a state's networks opened connections, or whose key is public; or a host that had two \
               kinds of roots, which is a sign only. High: any other root of no programme, as its owner can read what passes; \
               a sign only where nobody knows whose it is. Moderate: an old protocol or a broken cipher, which can be \
               broken with effort.",
    sources: &[
        "https://www.rfc-editor.org/rfc/rfc8996",
        "https://www.rfc-editor.org/rfc/rfc7465",
        "https://www.rfc-editor.org/rfc/rfc9325",
        "https://chromium.googlesource.com/chromium/src/+/main/components/resources/ssl/ssl_error_assistant/ssl_error_assistant.asciipb",
        "https://chromium.googlesource.com/chromium/src/+/main/net/data/ssl/blocklist/README.md",
        "https://ooni.org/post/2024-kazakhstan-report/",
        "https://blog.mozilla.org/netpolicy/2020/12/18/kazakhstan-root-2020/",
        "https://support.eset.com/en/kb5833-manage-protocolssltls-filtering-in-eset-windows-home-products",
        "https://dig.watch/updates/russia-creates-its-own-tls-certificate-authority-to-bypass-sanctions",
        "https://developer.mozilla.org/en-US/docs/Mozilla/Add-ons/WebExtensions/API/webRequest/CertificateInfo",
    ],
    harmless: &[
        "A virus scanner on the own device opens connections to look for harmful files, and tells nobody.",
        "An employer or a school that owns the device may look into its connections, and has to say so.",
        "A site within an organisation, or of a state that browsers do not trust, may simply have a root of its own.",
        "A developer tries something with a certificate that they made.",
    ],
    blind_to: "Chromium tells an extension nothing of certificates; a recording of it tells the issuer, and not whether the root \
               is of the programme. Whoever has a root that browsers trust is not seen at all. What was seen before the \
               browser let the extension's background go is not held to what comes after, and a page of a recording not to another.",
    rights: &[Right::Privacy, Right::Expression],
    needs: &[Part::Security],
    reads: &[Part::Roots],
    look: |seen, memory, out| {
        let Some(security) = seen.security().filter(|_| seen.stage() == Stage::Answered) else { return };
        if party::is_local(seen.host_name()) {
            return;
        }
        out.extend(weak(seen, security));
        keep(seen, security, memory);
    },
    conclude: Some(conclude),
    ..PLAIN
};

/// An old protocol, or a broken cipher.
fn weak<'a>(seen: &Seen<'a>, security: &Security) -> Option<Draft<'a>> {
    let mut details = Details::default();
    if is_old(&security.protocol) {
        details.add(What::Protocol, &security.protocol);
    }
    if is_broken(&security.cipher) {
        details.add(What::Protocol, &security.cipher);
    }
    let any = details.iter().next().is_some();
    any.then(|| Draft {
        who: seen.who(),
        subject: Some((Place::Connection, "weak")),
        details,
        ..Draft::new(Level::Moderate, Confidence::Documented)
    })
}

/// Before TLS 1.2, in the words of Firefox (`TLSv1.1`) and of Chromium's recordings (`TLS 1.1`).
fn is_old(protocol: &str) -> bool {
    let plain: String =
        protocol.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).collect::<String>().to_ascii_lowercase();
    matches!(plain.as_str(), "ssl2" | "sslv2" | "ssl3" | "ssl3.0" | "sslv3" | "sslv3.0")
        || matches!(plain.as_str(), "tls1" | "tlsv1" | "tls1.0" | "tlsv1.0" | "tls1.1" | "tlsv1.1")
}

/// By the words in a cipher suite's name, in either spelling (`TLS_RSA_WITH_RC4_128_SHA`, `ECDHE-RSA-DES-CBC3-SHA`).
fn is_broken(cipher: &str) -> bool {
    let words = cipher.split(['_', '-', ' ', ':']);
    words.map(str::to_ascii_uppercase).any(|word| {
        matches!(
            word.as_str(),
            "RC4" | "RC2" | "3DES" | "DES" | "DES40" | "CBC3" | "NULL" | "EXPORT" | "EXP" | "ANON" | "ADH" | "AECDH"
        )
    })
}

/// The issuers of a page.
#[derive(Debug, Default)]
struct Issuers {
    /// Those whose root is of no programme, and where they were met.
    foreign: Bounded<Box<str>, BTreeSet<usize>, ISSUERS>,
    /// Of hosts, whether a root of the programme was seen, and whether one of none.
    both: Bounded<usize, (bool, bool), BOTH>,
}

impl State for Issuers {
    fn dropped(&self) -> u64 {
        self.foreign.dropped() + self.both.dropped()
    }
}

fn keep(seen: &Seen<'_>, security: &Security, memory: &mut Memory) {
    let Some(built_in) = security.built_in else { return };
    let issuers = memory.of::<Issuers>();
    let before = *issuers.both.entry(seen.host);
    let both = issuers.both.entry(seen.host);
    let changed = security.changed;
    *both = (before.0 || built_in || changed, before.1 || !built_in || changed);
    let mut changed = *both != before && both.0 && both.1;
    if !built_in {
        let name: String = security.issuer.chars().filter(|c| !c.is_control()).take(NAME).collect();
        let hosts = issuers.foreign.entry(name.into());
        changed |= hosts.len() < HOSTS && hosts.insert(seen.host);
    }
    if changed {
        memory.news();
    }
}

fn conclude<'a>(memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
    let Some(issuers) = memory.seen::<Issuers>() else { return };
    for (issuer, met) in issuers.foreign.iter() {
        // Of several hosts the first by name, so that it means nothing which was met first.
        let Some(&host) = met.iter().min_by_key(|&&host| hosts.get(host).map(|host| &host.name)) else { continue };
        let known = whose(issuer);
        let (level, confidence) = match known {
            Some((_, Known::Interception)) => (Level::Severe, Confidence::Reported),
            Some((_, Known::Product)) => (Level::High, Confidence::Reported),
            Some((_, Known::National)) | None => (Level::High, Confidence::Indicated),
        };
        let mut details = Details::default().with(What::Count, &met.len().to_string());
        details.add(What::Issuer, called(issuer));
        if let Some((vendor, _)) = known {
            details.add(What::Vendor, vendor);
        }
        out.push(Draft {
            // Whoever reads along is not whom the page asks, and may sit on the person's own device.
            who: Who::Site,
            subject: Some((
                Place::Connection,
                match known {
                    Some((_, Known::Interception)) => "known-interception",
                    Some((_, Known::National)) => "national-root",
                    Some((_, Known::Product)) => "known-product",
                    None => "unknown-root",
                },
            )),
            host: Some(host),
            details,
            ..Draft::new(level, confidence)
        });
    }
    for (&host, _) in issuers.both.iter().filter(|(_, both)| both.0 && both.1) {
        out.push(Draft {
            who: Who::Site,
            subject: Some((Place::Connection, "issuer-changed")),
            host: Some(host),
            ..Draft::new(Level::Severe, Confidence::Indicated)
        });
    }
}

/// The name by which an issuer is told: its common name, where it is given as Firefox does (`CN=…,O=…`).
fn called(issuer: &str) -> &str {
    let part = |start: &str| issuer.split(',').find_map(|part| part.trim().strip_prefix(start));
    let name = part("CN=").or_else(|| part("O=")).unwrap_or(issuer);
    if name.is_empty() { "?" } else { name }
}

/// Whose an issuer is by its name.
fn whose(issuer: &str) -> Option<(&'static str, Known)> {
    let lower = issuer.to_lowercase();
    NAMES.iter().find(|(name, ..)| lower.contains(name)).map(|(_, vendor, known)| (*vendor, *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_in_lower_case() {
        assert!(NAMES.is_sorted_by_key(|(name, ..)| *name));
        assert!(NAMES.iter().all(|(name, ..)| *name == name.to_lowercase()));
    }

    #[test]
    fn protocols_and_ciphers() {
        assert!(["TLSv1", "TLSv1.1", "TLS 1.0", "TLS 1", "SSL 3.0", "SSLv3"].into_iter().all(is_old));
        assert!(!["TLSv1.2", "TLS 1.3", "QUIC", "unknown", ""].into_iter().any(is_old));
        let broken = [
            "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
            "TLS_RSA_WITH_NULL_SHA",
            "EXP-RC4-MD5",
            "TLS_DH_anon_WITH_AES_128_CBC_SHA",
        ];
        assert!(broken.into_iter().all(is_broken));
        assert!(
            !["TLS_AES_128_GCM_SHA256", "AES_256_GCM", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", ""]
                .into_iter()
                .any(is_broken)
        );
    }

    #[test]
    fn an_issuer_is_called_by_its_common_name() {
        assert_eq!(called("CN=Fortinet_CA_SSL,OU=Certificate Authority,O=Fortinet"), "Fortinet_CA_SSL");
        assert_eq!(called("OU=x,O=Harbour Steel"), "Harbour Steel");
        assert_eq!(called("Harbour Steel"), "Harbour Steel");
        assert_eq!((called(""), called("CN=")), ("?", "?"));
    }
}
