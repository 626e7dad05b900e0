//! cookie-syncing: a number by which one organisation knows the browser arrives at another.

use super::{Detector, PLAIN};
use crate::finding::{Level, Right};
use crate::observation::Part;
use crate::seen::Identifiers;

pub const DETECTOR: Detector = Detector {
    technique: "cookie-syncing",
    looks_for: "A value that somebody else's host keeps in a cookie, arriving at a host of a third organisation: in the \
                address (query, path), the Referer or another header, in what a request carries, or where a redirect led. It \
                is known as it stands, percent-encoded, in base64 or hexadecimal, as its MD5, SHA-1 or SHA-256, and as a part \
                of a longer value. Never between hosts of one owner, nor where the site itself keeps the value \
                (`identifier-sharing`), nor in the way to the page (`link-decoration`).",
    threshold: "One value of at least 8 characters and more than 33 bits, as Privacy Badger has it for shared cookies. The \
                ways to write it are those that Papadopoulos and others (2019) and Acar and others (2014) looked for.",
    severity: "High: two organisations can put together what they know of one person, and cross sites by it.",
    sources: &[
        "https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js",
        "https://ar5iv.labs.arxiv.org/html/1805.10505",
        "https://freedom-to-tinker.com/blog/englehardt/the-hidden-perils-of-cookie-syncing/",
    ],
    harmless: &[
        "The value can be the number of a page, an advert or a purchase, which the one wrote into a cookie.",
        "Both may belong to one owner whom our data do not know.",
        "Which of two had the value first is not always to be seen.",
    ],
    blind_to: "Numbers that are encrypted, keyed or shortened on the way, that are kept in other storage than cookies, or that \
               the organisations' servers exchange; and those that look like a word, a version or a consent string.",
    rights: &[Right::Privacy],
    needs: &[Part::Cookies],
    reads: &[Part::Bodies, Part::RequestHeaders, Part::ResponseHeaders],
    look: |seen, memory, _| Identifiers::note(seen, memory),
    conclude: Some(|memory, hosts, out| {
        let Some(identifiers) = memory.seen::<Identifiers>() else { return };
        let passed = identifiers.passed(hosts).filter(|passed| !passed.own && !passed.navigation);
        out.extend(passed.map(|passed| passed.draft(Level::High)));
    }),
    ..PLAIN
};
