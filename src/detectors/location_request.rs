//! location-request: the page asks a service where the person, the device or the connection is.

use super::endpoint::{self, Endpoint};
use super::sent::sent;
use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::pseudonym::Kind;
use crate::seen::{Details, Draft, Seen, What};

/// What a service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Says where the connection's address on the network lies.
    Connection,
    /// Says where a device is, by the radio networks around it, else by the connection.
    Device,
    /// Names the place that coordinates mean; asked without any, it is no such service.
    Coordinates,
}

use Asks::{Connection, Coordinates, Device};

const fn at(host: &'static str, path: &'static str, what: Asks) -> Endpoint<Asks> {
    Endpoint { host, path, what }
}

/// Services, with the part of them that answers pages: their scripts and interfaces, not the sites that sell them. In the
/// order of hosts.
///
/// Those that look up a connection are the hosts of the category "Geolocation" of
/// <https://github.com/enthec/webappanalyzer>. The others:
/// <https://developers.google.com/maps/documentation/geolocation>,
/// <https://developers.google.com/maps/documentation/geocoding/start>,
/// <https://nominatim.org/release-docs/4.3/api/Reverse>, <https://github.com/bigdatacloudapi/js-reverse-geocode-client>.
static SERVICES: [Endpoint<Asks>; 27] = [
    at("api.bigdatacloud.net", "", Connection),
    at("api.db-ip.com", "", Connection),
    at("api.ip2location.io", "", Connection),
    at("api.ipapi.com", "", Connection),
    at("api.ipbase.com", "", Connection),
    at("api.ipdata.co", "", Connection),
    at("api.ipgeolocation.io", "", Connection),
    at("api.ipify.org", "", Connection),
    at("api.ipinfodb.com", "", Connection),
    at("api.ipstack.com", "", Connection),
    at("api64.ipify.org", "", Connection),
    at("cdn.db-ip.com", "", Connection),
    at("geo.ipify.org", "", Connection),
    at("geoip-js.com", "", Connection),
    at("geoip.maxmind.com", "", Connection),
    at("geolocation-recommendations.shopifycloud.com", "", Connection),
    at("geotargetly.co", "", Connection),
    at("ip-api.com", "json", Connection),
    at("ipapi.co", "*/json", Connection),
    at("ipapi.co", "json", Connection),
    at("ipapi.co", "jsonp", Connection),
    at("ipinfo.io", "", Connection),
    at("js.maxmind.com", "js/apis/geoip2", Connection),
    at("maps.googleapis.com", "maps/api/geocode", Coordinates),
    at("nominatim.openstreetmap.org", "reverse", Coordinates),
    at("nominatim.openstreetmap.org", "reverse.php", Coordinates),
    at("www.googleapis.com", "geolocation/v1/geolocate", Device),
];

pub static DETECTOR: Detector = Detector {
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
    look: |seen, _, out| {
        if !seen.is_request() || !seen.is_other() {
            return;
        }
        let Some(asks) = service(seen) else { return };
        let coordinates = sent(seen).any(|one| one.value.parts().any(|part| part.kind == Kind::Geo));
        let (level, confidence, kind) = match asks {
            _ if coordinates => (Level::High, Confidence::Indicated, "coordinates"),
            Coordinates => return,
            Device => (Level::Low, Confidence::Documented, "device"),
            Connection => (Level::Low, Confidence::Documented, "connection"),
        };
        out.push(Draft { details: Details::default().with(What::Kind, kind), ..Draft::new(level, confidence) });
    },
    ..PLAIN
};

/// What the service does that is asked; `None` where it is none.
pub(super) fn service(seen: &Seen<'_>) -> Option<Asks> {
    endpoint::find(&SERVICES, seen.host_name(), seen.address.path()).map(|found| found.what)
}

#[cfg(test)]
mod tests {
    #[test]
    fn in_order() {
        assert!(super::endpoint::is_sorted(&super::SERVICES));
    }
}
