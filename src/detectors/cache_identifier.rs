//! cache-identifier: what the browser keeps of others' files, or of their hosts, serves as an identifier.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, Stage};
use crate::pseudonym::{Pseudonym, Value};
use crate::seen::endpoint::under;
use crate::seen::identifiers::{host_of, is_shared};
use crate::seen::{Bounded, Details, Draft, Example, Hosts, Identifiers, Memory, Place, Seen, State, What};

pub const DETECTOR: Detector = Detector {
    technique: "cache-identifier",
    looks_for: "At somebody else's host: an entity tag that is the value of one of its cookies, or that goes out as a number in \
                another request; two tags for one address that is to be kept long; a `Last-Modified` that is no date; a \
                permanent redirect, to be kept long, to an address with a number in it; and a row of hosts of which some \
                bind the browser to TLS (HSTS) and some do not.",
    threshold: "A value of at least 8 characters and more than 33 bits, as with `cookie-syncing`. Long is 90 days. A row has 12 \
                hosts or more, whose names differ in a number only: 12 hosts hold 12 bits, which is where Privacy Badger has \
                an identifier begin. Never a tag that the address itself names.",
    severity: "High where the tag is used as an identifier: it lasts when cookies are deleted. Else high, as indicated: there \
               are other readings.",
    sources: &[
        "https://lifecs.likai.org/2011/07",
        "https://irrlab.com/2012/11/11/visitor-tracking-without-cookies-or-how-to-abuse-http-301s/",
        "https://www.rfc-editor.org/rfc/rfc6797#section-14.9",
        "https://github.com/stvhanna/hsts-cookie",
        "https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js",
    ],
    harmless: &[
        "Nearly all tags are made of what is in the file, and are the same for everyone.",
        "Servers of one name that do not agree give two tags for one file.",
        "Shops spread pictures over a row of hosts.",
        "Browsers now keep files and HSTS apart for each site, so that such an identifier does not cross sites.",
    ],
    blind_to: "What stands in a file, and whether its tag is another for another reader: that only shows on a second device. \
               Tags that were given out on an earlier page.",
    rights: &[Right::Privacy],
    needs: &[Part::ResponseHeaders],
    reads: &[Part::Bodies, Part::Cookies],
    look: |seen, memory, _| {
        if seen.is_other() {
            match seen.stage() {
                Stage::Request => recall(seen, memory),
                Stage::Sent => {}
                Stage::Answered => {
                    tags(seen, memory);
                    redirect(seen, memory);
                    row(seen, memory);
                }
            }
        }
        if seen.stage() != Stage::Request {
            recall_cookies(seen, memory);
        }
    },
    conclude: Some(|memory, hosts, out| {
        let Some(kept) = memory.seen::<Files>() else { return };
        kept.used(memory, hosts, out);
        kept.odd(out);
        kept.rows(hosts, out);
    }),
    ..PLAIN
};

/// How many tags, files, redirects and rows are remembered.
const MAX_TAGS: usize = 256;
const MAX_FILES: usize = 256;
const MAX_ODD: usize = 64;
const MAX_ROWS: usize = 32;
/// So many hosts make a row; how many of one are remembered.
const ROW: usize = 12;
const MAX_ROW: usize = 64;
/// To be kept so long is long, in seconds.
const LONG: u64 = 90 * 86_400;

/// A tag that can be a number of somebody's.
#[derive(Debug, Default)]
struct Tag {
    length: u32,
    bits: u16,
    example: Option<Rc<Example>>,
}

/// The tags of one address that is to be kept long: the first, and whether there was another.
#[derive(Debug, Default)]
struct File {
    tag: u64,
    changes: bool,
    example: Option<Rc<Example>>,
}

/// A row of hosts.
#[derive(Debug, Default)]
struct Row {
    bound: BTreeSet<usize>,
    unbound: BTreeSet<usize>,
    example: Option<Rc<Example>>,
}

#[derive(Debug, Default)]
struct Files {
    tags: Bounded<(u64, usize), Tag, MAX_TAGS>,
    /// A bit for each hash of them, so that nearly every other value costs no look-up.
    marks: u128,
    files: Bounded<(usize, u64), File, MAX_FILES>,
    /// What is odd by itself: the header, and an example, by host.
    odd: Bounded<(usize, &'static str), Option<Rc<Example>>, MAX_ODD>,
    rows: Bounded<Box<str>, Row, MAX_ROWS>,
}

impl State for Files {
    fn dropped(&self) -> u64 {
        self.tags.dropped() + self.files.dropped() + self.odd.dropped() + self.rows.dropped()
    }
}

/// An answer's entity tag, without its quotes and the mark of a weak one: the file compressed has the same.
fn entity_tag<'a>(seen: &Seen<'a>) -> Option<Pseudonym<'a>> {
    let tag = seen.header("etag")?;
    let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
    // Several parts are a server's size and time.
    match Value::read(tag) {
        Value::Pseudonym(one) => Some(one).filter(is_shared),
        Value::Text(_) | Value::Compound(_) => None,
    }
}

/// Whether a value has as many bits as hexadecimal digits, small letters and digits, or base64 of its length.
fn is_dense(value: &Pseudonym<'_>) -> bool {
    [4_000, 5_169, 6_000].iter().any(|bits| u32::from(value.bits) == (value.length * bits).div_ceil(1_000))
}

/// How long an answer is to be kept, in seconds.
fn max_age(seen: &Seen<'_>) -> u64 {
    let Some(control) = seen.header("cache-control") else { return 0 };
    let mut age = 0;
    for part in control.split(',').map(str::trim) {
        if part.eq_ignore_ascii_case("no-store") || part.eq_ignore_ascii_case("no-cache") {
            return 0;
        }
        if let Some(seconds) = part.strip_prefix("max-age=") {
            age = seconds.parse().unwrap_or(0);
        }
    }
    age
}

/// Whether a value stands in an address.
fn is_in_address(seen: &Seen<'_>, hash: u64) -> bool {
    let address = std::str::from_utf8(seen.address.path()).unwrap_or_default();
    Value::read(address).parts().flat_map(|part| part.hashes()).any(|known| known == hash)
}

/// An address as a number (FNV-1a, 64 bits).
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A value that arrives may be a tag.
#[inline(never)]
fn recall(seen: &Seen<'_>, memory: &mut Memory) {
    let Some(files) = memory.seen::<Files>().filter(|files| !files.tags.is_empty()) else { return };
    let values = seen.params().chain(seen.body()).map(|(_, value)| value);
    if values.flat_map(|value| value.parts()).flat_map(|part| part.hashes()).any(|hash| files.is_tag(hash)) {
        memory.news();
    }
}

/// So may the value of a cookie.
#[inline(never)]
fn recall_cookies(seen: &Seen<'_>, memory: &mut Memory) {
    let Some(files) = memory.seen::<Files>().filter(|files| !files.tags.is_empty()) else { return };
    let sent = seen.cookies().map(|(_, value)| value);
    let set = seen.set_cookies().map(|cookie| cookie.value);
    let parts = sent.chain(set).flat_map(|value| value.parts());
    if parts.filter(is_shared).flat_map(|part| part.hashes()).any(|hash| files.is_tag(hash)) {
        memory.news();
    }
}

#[inline(never)]
fn tags(seen: &Seen<'_>, memory: &mut Memory) {
    let mut news = false;
    let files = memory.of::<Files>();
    if let Some(tag) = entity_tag(seen)
        && let Some(hash) = tag.hashes().next()
        && !is_in_address(seen, hash)
    {
        files.marks |= mark(hash);
        let known = files.tags.entry((hash, seen.host));
        (known.length, known.bits) = (tag.length, tag.bits);
        news |= seen.keep_example(&mut known.example);
        if max_age(seen) >= LONG {
            let file = files.files.entry((seen.host, number(seen.address.exact())));
            if file.tag == 0 {
                file.tag = hash;
            }
            let is_first = seen.keep_example(&mut file.example);
            news |= (file.tag != hash && !file.changes) | (is_first && file.changes);
            file.changes |= file.tag != hash;
        }
    }
    // A date is kept as it stands, but for unusual ways to write one.
    let date = seen.header("last-modified").map(Value::read);
    if date.is_some_and(|date| matches!(date, Value::Pseudonym(one) if is_shared(&one) && is_dense(&one)))
        && max_age(seen) >= LONG
    {
        news |= seen.keep_example(files.odd.entry((seen.host, "last-modified")));
    }
    if news {
        memory.news();
    }
}

/// Names of parameters that say which version of a file is meant.
const VERSIONS: [&str; 10] = ["v", "ver", "version", "hash", "h", "rev", "build", "ts", "t", "sig"];

#[inline(never)]
fn redirect(seen: &Seen<'_>, memory: &mut Memory) {
    if !matches!(seen.status(), 301 | 308) || max_age(seen) < LONG {
        return;
    }
    let Some((base, query)) = seen.location().and_then(|to| to.split_once('?')) else { return };
    // To another site it is a redirect as any; `cookie-syncing` looks at those.
    let site = &seen.facts().site;
    if host_of(base).is_some_and(|host| !under(host, site)) {
        return;
    }
    let is_new = |part: Pseudonym<'_>| is_shared(&part) && !part.hashes().any(|hash| is_in_address(seen, hash));
    let pairs = crate::pseudonym::pairs(query.as_bytes());
    if pairs.filter(|(name, _)| !VERSIONS.contains(name)).any(|(_, value)| value.parts().any(is_new)) {
        let news = seen.keep_example(memory.of::<Files>().odd.entry((seen.host, "location")));
        if news {
            memory.news();
        }
    }
}

/// The name of a host with its numbers left out: hosts of a row have the same. None where it has no number.
fn row_name(host: &str) -> Option<Box<str>> {
    if !host.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut name = String::with_capacity(host.len());
    for byte in host.bytes() {
        match byte {
            b'0'..=b'9' if name.ends_with('#') => {}
            b'0'..=b'9' => name.push('#'),
            byte => name.push(char::from(byte)),
        }
    }
    Some(name.into())
}

#[inline(never)]
fn row(seen: &Seen<'_>, memory: &mut Memory) {
    let Some(name) = row_name(seen.host_name()) else { return };
    let row = memory.of::<Files>().rows.entry(name);
    let binds = seen.header("strict-transport-security").is_some();
    let side = if binds { &mut row.bound } else { &mut row.unbound };
    let is_new = side.len() < MAX_ROW && side.insert(seen.host);
    if seen.keep_example(&mut row.example) | is_new && row.is_one() {
        memory.news();
    }
}

impl Row {
    fn is_one(&self) -> bool {
        let all = self.bound.union(&self.unbound).count();
        all >= ROW && !self.bound.is_empty() && self.unbound.difference(&self.bound).next().is_some()
    }
}

/// One bit of 128.
fn mark(hash: u64) -> u128 {
    1 << (hash % 128)
}

impl Files {
    /// Whether it is the hash of a tag.
    fn is_tag(&self, hash: u64) -> bool {
        self.marks & mark(hash) != 0 && self.tags.range((hash, 0)..=(hash, usize::MAX)).next().is_some()
    }

    /// Tags that are used as identifiers.
    fn used<'a>(&'a self, memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
        let Some(identifiers) = memory.seen::<Identifiers>() else { return };
        for ((hash, host), tag) in self.tags.iter() {
            let uses = identifiers.uses(*hash, *host, hosts);
            if uses.is_empty() {
                continue;
            }
            let mut details =
                Details::default().with(What::Length, &tag.length.to_string()).with(What::Bits, &tag.bits.to_string());
            for (channel, name) in uses {
                details.add(What::Channel, channel);
                details.add_name(What::Field, name);
            }
            out.push(Draft {
                host: Some(*host),
                subject: Some((Place::Header, "etag")),
                details,
                example: tag.example.clone(),
                ..Draft::new(Level::High, Confidence::Documented)
            });
        }
    }

    fn odd(&self, out: &mut Vec<Draft<'_>>) {
        let changing = self.files.iter().filter(|(_, file)| file.changes);
        let changing = changing.map(|((host, _), file)| (*host, Place::Header, "etag", file.example.clone()));
        let odd = self.odd.iter().map(|((host, header), example)| {
            let place = if *header == "location" { Place::Redirect } else { Place::Header };
            (*host, place, *header, example.clone())
        });
        out.extend(changing.chain(odd).map(|(host, place, header, example)| Draft {
            host: Some(host),
            subject: Some((place, header)),
            example,
            ..Draft::new(Level::High, Confidence::Indicated)
        }));
    }

    fn rows<'a>(&self, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
        for (_, row) in self.rows.iter().filter(|(_, row)| row.is_one()) {
            let all = || row.bound.union(&row.unbound);
            let first = all().min_by_key(|host| hosts.get(**host).map(|host| &host.name));
            out.push(Draft {
                host: first.copied(),
                subject: Some((Place::Header, "strict-transport-security")),
                details: Details::default().with(What::Count, &all().count().to_string()),
                example: row.example.clone(),
                ..Draft::new(Level::High, Confidence::Indicated)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::row_name;

    #[test]
    fn rows_of_hosts() {
        assert_eq!(row_name("b07.bits.example"), row_name("b15.bits.example"));
        assert_ne!(row_name("b07.bits.example"), row_name("c15.bits.example"));
        assert_eq!(row_name("www.bits.example"), None);
    }
}
