//! location-request: the page asks a service where the person, the device or the connection is.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::observation::Part;
use crate::pseudonym::Kind;
use crate::seen::sent::sent;
use crate::seen::whereabouts::{Asks, service};
use crate::seen::{Details, Draft, What};

pub const DETECTOR: Detector = Detector {
    technique: "location-request",
    looks_for: "A request to a service that says where a connection, a device or a pair of coordinates is: those that look \
                up addresses of the network, Google's Geolocation API, and services that name the place of coordinates.",
    threshold: "One request to the part of such a service that answers pages. A service that names places counts only where \
                coordinates are sent. The table of hosts stands in the detector, with its sources.",
    severity: "Low for a connection or a device: what the service is told, every host is told that is asked for anything. High \
               for coordinates, which tell one person from others; but indicated only, as they may be somebody else's, so \
               that they weigh moderate.",
    sources: &[
        "https://github.com/enthec/webappanalyzer",
        "https://developers.google.com/maps/documentation/geolocation",
        "https://developers.google.com/maps/documentation/geocoding/start",
        "https://nominatim.org/release-docs/4.3/api/Reverse",
        "https://github.com/bigdatacloudapi/js-reverse-geocode-client",
    ],
    harmless: &[
        "A shop chooses language or currency by it, a weather page the town.",
        "By the connection alone it is often only the right country, and behind a relay not even that.",
        "Coordinates may be a shop's, and not the reader's.",
    ],
    blind_to: "Whether the browser gave the page a position, and what the page did with it; a place that the site's own server \
               looks up by the connection, which no page sees.",
    limit: "known-names-only",
    reads: &[Part::Bodies, Part::RequestHeaders],
    look: |seen, _, out| {
        if !seen.is_request() || !seen.is_other() {
            return;
        }
        let Some(asks) = service(seen) else { return };
        let coordinates = sent(seen).any(|one| one.value.parts().any(|part| part.kind == Kind::Geo));
        let (level, confidence, kind) = match asks {
            _ if coordinates => (Level::High, Confidence::Indicated, "coordinates"),
            Asks::Coordinates => return,
            Asks::Device => (Level::Low, Confidence::Documented, "device"),
            Asks::Connection => (Level::Low, Confidence::Documented, "connection"),
        };
        out.push(Draft { details: Details::default().with(What::Kind, kind), ..Draft::new(level, confidence) });
    },
    ..PLAIN
};
