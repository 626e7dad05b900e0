//! push-registration: somebody other than the site gets the address by which the browser can be sent notifications, or
//! brings the means for it into the page.

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level};
use crate::observation::{Part, RequestType};
use crate::seen::endpoint::{Endpoint, Table};
use crate::seen::sent::{Inner, called, sent};
use crate::seen::{Details, Draft, What};

/// Hosts of the browsers' push services. A page gets an address at one of them when the person says yes, and whoever is
/// given that address can reach this browser.
///
/// <https://github.com/web-push-libs/webpush-java/wiki/Endpoints> (Chrome, Firefox),
/// <https://developer.apple.com/documentation/usernotifications/sending-web-push-notifications-in-web-apps-and-browsers>
/// (Safari). In the order of hosts.
static PUSH_SERVICES: [&str; 5] = [
    "android.googleapis.com",
    "fcm.googleapis.com",
    "notify.windows.com",
    "push.apple.com",
    "updates.push.services.mozilla.com",
];

/// What a place does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Takes registrations: a request that sends something there makes one, or renews it.
    Registers,
    /// Serves the script of a company whose business it is.
    Offers,
}

use Does::{Offers, Registers};

const fn at(host: &'static str, path: &'static str, what: Does) -> Endpoint<Does> {
    Endpoint { host, path, what }
}

/// Companies that look after notifications for sites: where they register, and whence their scripts come.
///
/// Registrations: <https://pub.dev/documentation/firebaseapis/0.1.0+1/fcmregistrations.v1/fcmregistrations.v1-library.html>,
/// <https://documentation.onesignal.com/docs/web-push-setup-faq>,
/// <https://docs.pushwoosh.com/developer/api-reference/device-api>,
/// <https://doc.batch.com/developer/technical-guides/how-to-guides/how-can-i-include-web-push-with-my-content-security-policy-rules>.
/// Scripts: those that <https://github.com/enthec/webappanalyzer> tells by their host and describes as web push.
static COMPANIES: Table<Does> = Table::of(&[
    at("api.onesignal.com", "apps/*/subscriptions", Registers),
    at("api.onesignal.com", "apps/*/users", Registers),
    at("api.pushnami.com", "", Offers),
    at("api.pushwoosh.com", "json/1.3/registerDevice", Registers),
    at("app.najva.com", "", Offers),
    at("cdn.aimtell.com", "", Offers),
    at("cdn.frizbit.com", "", Offers),
    at("cdn.gravitec.media", "", Offers),
    at("cdn.gravitec.net", "", Offers),
    at("cdn.izooto.com", "", Offers),
    at("cdn.onesignal.com", "", Offers),
    at("cdn.pushalert.co", "", Offers),
    at("cdn.pushbots.com", "", Offers),
    at("cdn.pushcrew.com", "", Offers),
    at("cdn.pushowl.com", "", Offers),
    at("clientcdn.pushengage.com", "", Offers),
    at("cp.pushwoosh.com", "json/1.3/registerDevice", Registers),
    at("fcmregistrations.googleapis.com", "v1/projects/*/registrations", Registers),
    at("foxpush.net", "", Offers),
    at("notix.io", "ent", Offers),
    at("onesignal.com", "api/v1/players", Registers),
    at("push-ad.com", "", Offers),
    at("pushify.com", "", Offers),
    at("pushpushgo.com", "", Offers),
    at("static.pushe.co", "", Offers),
    at("via.batch.com", "", Offers),
]);

pub const DETECTOR: Detector = Detector {
    technique: "push-registration",
    looks_for: "An address at a browser's push service in a request to somebody else; a request to where a company that looks \
                after notifications registers browsers; such a company's script.",
    threshold: "One request. The hosts of push services and companies stand in the detector, with their sources.",
    severity: "Moderate where a registration is handed over: it tells one browser from all others and lasts until it is taken \
               back, but it is another one on each site. Low, and indicated, for the script alone.",
    sources: &[
        "https://developer.mozilla.org/docs/Web/API/PushSubscription",
        "https://github.com/web-push-libs/webpush-java/wiki/Endpoints",
        "https://developer.apple.com/documentation/usernotifications/sending-web-push-notifications-in-web-apps-and-browsers",
        "https://pub.dev/documentation/firebaseapis/0.1.0+1/fcmregistrations.v1/fcmregistrations.v1-library.html",
        "https://documentation.onesignal.com/docs/web-push-setup-faq",
        "https://docs.pushwoosh.com/developer/api-reference/device-api",
        "https://doc.batch.com/developer/technical-guides/how-to-guides/how-can-i-include-web-push-with-my-content-security-policy-rules",
        "https://github.com/enthec/webappanalyzer",
    ],
    harmless: &[
        "Sites seldom run notifications themselves, and such a company may do nothing else with the address.",
        "Without the person's yes to the browser's question no address is made: the script alone registers nobody.",
        "Some of these companies do more than notifications, and a site may use them for that alone.",
    ],
    blind_to: "What the browser and its push service say to each other, which no page sees; registrations for background \
               synchronisation, which send nothing when they are made; what a service worker does without a request.",
    limit: "known-names-only",
    reads: &[Part::Bodies],
    look: |seen, _, out| {
        if !seen.is_request() || !seen.is_other() {
            return;
        }
        let company = COMPANIES.find(seen.host_name(), seen.address.path()).map(|found| found.what);
        // An address of that kind is long, and scripts send it in a body.
        let handed = sent(seen)
            .filter(|_| seen.has_body())
            .find(|one| Inner::of(one.value).is_some_and(|inner| is_push_service(&inner)));
        let registers = company == Some(Registers) && matches!(seen.method(), "POST" | "PUT" | "PATCH");
        let (level, confidence, kind) = if handed.is_some() || registers {
            (Level::Moderate, Confidence::Documented, "registration")
        } else if company == Some(Offers) && matches!(seen.kind(), RequestType::Script | RequestType::SubFrame) {
            (Level::Low, Confidence::Indicated, "script")
        } else {
            return;
        };
        let mut details = Details::default().with(What::Kind, kind);
        if let Some(handed) = handed {
            details.add(What::Field, &called(handed.name));
        }
        out.push(Draft { details, ..Draft::new(level, confidence) });
    },
    ..PLAIN
};

/// Whether an address is one at a browser's push service, and more than its name.
fn is_push_service(inner: &Inner<'_>) -> bool {
    inner.path().len() > 1 && PUSH_SERVICES.iter().any(|service| inner.is_under(service))
}

#[cfg(test)]
mod tests {
    #[test]
    fn in_order() {
        assert!(super::COMPANIES.is_sorted());
    }
}
