//! third-party-contact: the page has the browser contact somebody else.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::seen::Draft;

pub const DETECTOR: Detector = Detector {
    technique: "third-party-contact",
    looks_for: "A request to another registrable domain, of another owner, that no rule names.",
    threshold: "One request. The registrable domain is told by the public suffix list, the owner by third-party-web.",
    severity: "Low: others were contacted, without a known way of recognising the person.",
    sources: &[
        "https://www.w3.org/TR/tracking-compliance/",
        "https://publicsuffix.org/",
        "https://github.com/patrickhulce/third-party-web",
    ],
    harmless: &[
        "Most pages load letters, pictures or code from others without being watched by them.",
        "The other domain may be the site's own under another name that our data does not know.",
    ],
    blind_to: "What the other side keeps: an address, a time and the page's name at most, unless more was sent.",
    by_host: true,
    covers_named: true,
    tells: 9,
    look: |seen, _, out| {
        if seen.is_request() && seen.is_other() && !seen.is_named() {
            out.push(Draft::new(Level::Low, Confidence::Documented));
        }
    },
    ..PLAIN
};
