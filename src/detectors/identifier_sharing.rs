//! identifier-sharing: the number by which the site itself knows the browser is handed to somebody else.

use super::{Detector, PLAIN};
use crate::finding::{Level, Right};
use crate::observation::Part;
use crate::seen::Identifiers;

pub const DETECTOR: Detector = Detector {
    technique: "identifier-sharing",
    looks_for: "A value that the site keeps in a cookie of its own name, arriving at a host of somebody else: in the address, \
                a header, or what a request carries; in the same spellings as with `cookie-syncing`. The cookie may be one \
                that somebody's script wrote; what a host sets which is another organisation's by CNAME is told as that one's.",
    threshold: "One value of at least 8 characters and more than 33 bits, as Privacy Badger has it for cookies that a page \
                shares with pictures of others. A chance and a time that Google (`_ga`, `_gid`, `_gcl_au`) or Meta (`_fbp`) \
                documents as one identifier are one value.",
    severity: "Moderate: it recognises the person on this site, and links what several services know of them; it does not \
               cross sites by itself.",
    sources: &[
        "https://github.com/EFForg/privacybadger/blob/master/src/js/heuristicblocking.js",
        "https://developers.google.com/analytics/devguides/collection/protocol/v1/parameters",
        "https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/fbp-and-fbc",
    ],
    harmless: &[
        "A service that counts, answers or sells for the site may need a number to keep visits apart, and be bound to use it \
         for nothing else.",
        "The cookie may hold the number of a version or an experiment, which many have the same of.",
    ],
    blind_to: "Numbers that are encrypted or keyed on the way, kept in other storage than cookies, or passed on behind the \
               site's own server; and what the receiver may do by contract.",
    rights: &[Right::Privacy],
    needs: &[Part::Cookies],
    reads: &[Part::Bodies, Part::RequestHeaders, Part::ResponseHeaders],
    conclude: Some(|memory, hosts, out| {
        let Some(identifiers) = memory.seen::<Identifiers>() else { return };
        let passed = identifiers.passed(hosts).filter(|passed| passed.own && !passed.navigation);
        out.extend(passed.map(|passed| passed.draft(Level::Moderate)));
    }),
    ..PLAIN
};
