//! personal-data-leak: what belongs to a person (a mail address, a phone number, a name, coordinates, a card's or a state's
//! number) arrives at somebody else, as it is or as a hash of it.

use std::rc::Rc;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::observation::{Part, Stage};
use crate::pseudonym::{Form, Kind, Pseudonym};
use crate::seen::sent::{called, last_part, referrer, sent};
use crate::seen::whereabouts;
use crate::seen::{Bounded, Details, Draft, Example, Hosts, Memory, Place, Seen, State, What};

/// How many hashes of what the site was given are kept: of each mail address or phone number, one for each form in which it
/// may arrive elsewhere.
const MOST_GIVEN: usize = 512;
/// How many unexplained hashes that went to others are kept; each with an address of up to a kilobyte.
const MOST_ARRIVED: usize = 128;

/// What maps call the place that they show: a shop, mostly.
const OF_MAPS: [&str; 5] = ["center", "centre", "ll", "markers", "position"];

/// What the site was given, and which hashes others were sent: which of the two comes first is chance.
#[derive(Debug, Default)]
struct Passed {
    /// By the salted hash of a form of it: what it is, and the host that it was given to.
    given: Bounded<u64, Option<(Kind, usize)>, MOST_GIVEN>,
    /// By the salted hash of a digest and the host that it went to.
    arrived: Bounded<(u64, usize), Option<Arrival>, MOST_ARRIVED>,
}

/// A digest that went to somebody.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    place: Place,
    field: Box<str>,
    example: Rc<Example>,
    length: u32,
}

impl State for Passed {
    fn dropped(&self) -> u64 {
        self.given.dropped() + self.arrived.dropped()
    }
}

pub const DETECTOR: Detector = Detector {
    technique: "personal-data-leak",
    looks_for: "A mail address, a phone number, a name, coordinates, or a number like that of a payment card or of a state's \
                document, in what goes to somebody else: in the address, in what the request carries, or in the page's \
                address that the browser sends along. As it stands, encoded, or as MD5, SHA-1 or SHA-256 in a field that is \
                called after it; also such a hash of what the site itself was given, in any field. Kind, form, length and a \
                salted hash are told, never the value.",
    threshold: "One value of the form: for numbers, with the right beginning and check digits; for coordinates, two decimals \
                under such a name, or four in a pair. Hashes are compared in the normal forms that Meta, Google and TikTok \
                document for advanced matching.",
    severity: "High for what follows a person from site to site, a mail address or a phone number, hashed or not; and for the \
               numbers of cards and documents and for coordinates, which are indicated only, as others look alike or may be \
               somebody else's. Moderate for a name, which many share.",
    sources: &[
        "https://developers.facebook.com/docs/meta-pixel/advanced/advanced-matching/",
        "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters",
        "https://developers.google.com/google-ads/api/docs/conversions/upload-online",
        "https://developers.google.com/doubleclick-advertisers/guides/conversions_ec",
        "https://docs.tealium.com/client-side-tags/tiktok-pixel-tag/",
        "https://github.com/google-ads-confidential-computing/confidential-match",
    ],
    harmless: &[
        "A service for delivery, payment or signing in needs such data to do what the person asked for.",
        "The address may be the site's own, as in a form for contact, and the coordinates those of a shop.",
        "A number can look like a card's by chance: one of about forty of the right length does.",
    ],
    blind_to: "What is encrypted before it is sent, or hashed with a secret; what is typed and sent letter by letter; what \
               requests carry that the record does not have; and what the receiver does with it.",
    reads: &[Part::Bodies, Part::RequestHeaders, Part::Cookies],
    look: |seen, memory, out| {
        if seen.stage() == Stage::Answered {
            return;
        }
        if seen.is_other() {
            if has_pseudonyms(seen) {
                arrives(seen, memory, out);
            }
        } else {
            given(seen, memory);
        }
    },
    conclude: Some(conclude),
    ..PLAIN
};

/// What somebody else is sent.
#[inline(never)]
fn arrives<'a>(seen: &Seen<'a>, memory: &mut Memory, out: &mut Vec<Draft<'a>>) {
    let mut placed = false;
    for one in sent(seen) {
        for part in one.value.parts() {
            let name = last_part(one.name);
            let Some((level, confidence)) = graded(&part) else {
                if part.kind == Kind::Hash {
                    keep(seen, memory, (one.place, name), &part);
                }
                continue;
            };
            if part.kind == Kind::Geo {
                // One place is two numbers; and a map's middle is a place that the page shows, not one where somebody is. Whoever
                // says where coordinates are is told of by `location-request`.
                if placed || OF_MAPS.contains(&name) || whereabouts::service(seen).is_some() {
                    continue;
                }
                placed = true;
            }
            let subject = Some((one.place, name));
            if out.iter().any(|draft| draft.subject == subject) {
                continue;
            }
            let details = Details::default()
                .with(What::Kind, part.kind.word())
                .with(What::Encoding, encoding(part.form, part.length))
                .with(What::Length, &part.length.to_string())
                .with(What::Hash, part.hash_text().split('.').next().unwrap_or_default());
            out.push(Draft { subject, details, ..Draft::new(level, confidence) });
        }
    }
}

/// Whether there is anything in a request that could belong to a person. Most have nothing, and are passed over quickly.
fn has_pseudonyms(seen: &Seen<'_>) -> bool {
    let marked = |text: &[u8]| text.contains(&b'~');
    seen.is_request() && (marked(seen.address.exact()) || seen.has_body())
        || referrer(seen).is_some_and(|referrer| marked(referrer.as_bytes()))
}

/// How grave and how sure it is; none of what is no person's.
fn graded(part: &Pseudonym<'_>) -> Option<(Level, Confidence)> {
    Some(match part.kind {
        // Of a hash only the field's name says what it is of.
        Kind::Mail | Kind::Tel if part.form == Form::Hashed => (Level::High, Confidence::Reported),
        Kind::Mail | Kind::Tel => (Level::High, Confidence::Documented),
        Kind::Name if part.form == Form::Hashed => (Level::Moderate, Confidence::Reported),
        Kind::Name => (Level::Moderate, Confidence::Documented),
        Kind::Card | Kind::Nat | Kind::Geo => (Level::High, Confidence::Indicated),
        Kind::Id | Kind::Hash | Kind::Text | Kind::Val | Kind::Url => return None,
    })
}

/// In which form it came, in a word. A digest is as long as its algorithm makes it.
fn encoding(form: Form, length: u32) -> &'static str {
    match (form, length) {
        (Form::Plain | Form::Packed, _) => "plain",
        (Form::Base64, _) => "base64",
        (Form::Hex, _) => "hex",
        (Form::Hashed, 32) => "md5",
        (Form::Hashed, 40) => "sha1",
        (Form::Hashed, _) => "sha256",
    }
}

/// Keeps a digest of which the field does not say what it is of. Of several arrivals at one host the first by name and
/// address, so that their order means nothing.
fn keep(seen: &Seen<'_>, memory: &mut Memory, (place, field): (Place, &str), part: &Pseudonym<'_>) {
    let passed = memory.of::<Passed>();
    let mut known = false;
    for hash in part.hashes() {
        let example = seen.example();
        let kept = passed.arrived.entry((hash, seen.host));
        // Nearly always it is the same as before.
        let is_before = |kept: &Arrival| (kept.place, &*kept.field, &*kept.example) < (place, field, &*example);
        if kept.as_ref().is_some_and(is_before) {
            continue;
        }
        let arrival = Arrival { place, field: called(field).as_ref().into(), example, length: part.length };
        if kept.as_ref().is_none_or(|kept| arrival < *kept) {
            *kept = Some(arrival);
            known |= passed.given.get(&hash).is_some();
        }
    }
    if known {
        memory.news();
    }
}

/// Keeps what the site itself is sent.
#[inline(never)]
fn given(seen: &Seen<'_>, memory: &mut Memory) {
    let sent = has_pseudonyms(seen).then(|| sent(seen)).into_iter().flatten();
    let parts = sent.flat_map(|one| one.value.parts());
    let cookies = seen.cookies().flat_map(|(_, value)| value.parts());
    for part in parts.chain(cookies).filter(|part| matches!(part.kind, Kind::Mail | Kind::Tel)) {
        let passed = memory.of::<Passed>();
        let mut known = false;
        for hash in part.hashes() {
            let place = passed.given.entry(hash);
            let kept = place.get_or_insert((part.kind, seen.host));
            // Of several hosts of the site the first by name, so that their order means nothing.
            if seen.hosts.get(kept.1).is_some_and(|host| *seen.host_name() < *host.name) {
                *kept = (part.kind, seen.host);
            }
            known |= passed.arrived.iter().any(|((digest, _), _)| *digest == hash);
        }
        if known {
            memory.news();
        }
    }
}

/// Which digests that went to others are of what the site was given.
fn conclude<'a>(memory: &'a Memory, hosts: Hosts<'a>, out: &mut Vec<Draft<'a>>) {
    let Some(passed) = memory.seen::<Passed>() else { return };
    for ((hash, host), arrival) in passed.arrived.iter() {
        let Some(arrival) = arrival else { continue };
        let Some(&Some((kind, from))) = passed.given.get(hash) else { continue };
        if hosts.are_of_one(from, *host) {
            continue;
        }
        let details = Details::default()
            .with(What::Kind, kind.word())
            .with(What::Encoding, encoding(Form::Hashed, arrival.length))
            .with(What::Length, &arrival.length.to_string());
        let example = Some(Rc::clone(&arrival.example));
        out.push(Draft {
            host: Some(*host),
            from: Some(from),
            subject: Some((arrival.place, &arrival.field)),
            details,
            example,
            ..Draft::new(Level::High, Confidence::Documented)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_by_their_length() {
        assert_eq!([32, 40, 64].map(|length| encoding(Form::Hashed, length)), ["md5", "sha1", "sha256"]);
        assert_eq!(encoding(Form::Plain, 64), "plain");
    }
}
