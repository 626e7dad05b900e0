//! Services that say where somebody is: which a request asks.

use super::Seen;
use super::endpoint::{Endpoint, Table};

/// What a service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
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
static SERVICES: Table<Asks> = Table::of(&[
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
]);

/// What the service does that is asked; `None` where it is none.
pub fn service(seen: &Seen<'_>) -> Option<Asks> {
    SERVICES.find(seen.host_name(), seen.address.path()).map(|found| found.what)
}

#[cfg(test)]
mod tests {
    #[test]
    fn in_order() {
        assert!(super::SERVICES.is_sorted());
    }
}
