//! What the whole of it does: tables of what becomes what, and properties that hold for all.

use proptest::prelude::*;

use super::*;

const SALT: [u8; 16] = *b"0123456789abcdef";

thread_local! {
    /// How many bytes were looked at.
    pub(super) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

fn new() -> Pseudonyms {
    Pseudonyms::new(SALT)
}

fn url(raw: &str) -> String {
    let mut out = Vec::new();
    new().url(raw.as_bytes(), &mut out);
    String::from_utf8(out).unwrap()
}

/// With each pseudonym as `<kind hashes>`.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('~') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match read::parse(rest) {
            Some((one, end)) => {
                let (form, kind, hashes) = (one.form.letter(), one.kind.word(), one.hashes().count());
                out.push_str(&format!("<{form}{kind} {hashes}>"));
                rest = &rest[end..];
                rest = rest.strip_prefix('~').unwrap_or(rest);
            }
            None => {
                out.push('~');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// What a query becomes.
fn query(query: &str) -> String {
    bare(url(&format!("https://a.example/p?{query}")).strip_prefix("https://a.example/p?").unwrap())
}

#[test]
fn what_stays() {
    for url in [
        "https://a.example/",
        "https://a.example",
        "about:blank",
        "/relative/path?x=1",
        "https://a.example/p?v=2&tid=G-D8LRHP9HJ8&gtm=GTM-WZL8XZV&sr=1920x1080&ul=en-us&_t=1643952222065&t=1609459200.123",
        "https://a.example/p?dt=Plumbing%20Supplies%2C%20HVAC&en=page_view&ver=12.0.6099.130&d=2024-01-31&x=20240131120000",
        "https://a.example/p?cid=pub-1234567890123456&c=ca-pub-1234567890123456&z=add_to_cart-v2&n=1234567&alias=abw_ettan_helsida1",
        "https://a.example/p?gdpr=1&gdpr_consent=CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA.YAAAAAAAAAAA&us_privacy=1YNN",
        "https://a.example/p?gcs=G111&gcd=13l3l3l3l1&npa=0&addtl_consent=1~7.12.35.62&gpp=DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA&gpp_sid=2,7",
        // The path keeps what is no one's beyond doubt.
        "https://a.example/u/12345678/app.4f6993f8f925b3a7.js?v=1",
        "https://a.example/how-to-cook-a-good-dinner/2024/11/breaking-news-live-updates-1234567/Some_Article-Title-2024-v2",
        "https://a.example/assets/internationalisation/v1.2.3/bundle-4f6993f8f925b3a7e1d2c3b4.min.js/%C3%A9t%C3%A9",
        "https://a.example/p?a=super-sale-black-friday-2024&c=functional-analytics-marketing1",
        "https://cdn.example/npm/react@18.2.0/umd/@scope/logo@2x.png",
        "https://a.example/p?dl=https%3A%2F%2Fb.example%2Fx%2Fy%3Fa%3D1%26b%3Dc",
        // Names of several meanings, with values of the other one.
        "https://a.example/p?q=80&s=1600x900&s=dark&fn=jsonp1&ln=en&st=1&text=label&db=2&name=main_menu&ge=web&term=value",
        // Letters of both cases, as words are joined.
        "https://a.example/p?e=InitiateCheckoutEventName&plugins=PaintTiming,NavigationTiming",
        "https://a.example/p?mp_481649dedec06b3434f5c2618942e33c_mixpanel=1&_ga_D8LRHP9HJ8=1&~oref=x",
        "https://a.example/\u{fc}?\u{fc}=\u{fc}&%zz=%&=&&;=;a",
    ] {
        assert_eq!(self::url(url), url);
    }
}

#[test]
fn what_is_replaced_in_a_query() {
    for (raw, is) in [
        // Mail addresses, however they are spelled.
        ("e=jo%40a.example", "e=<mail 4>"),
        ("e=jo@a.example&x=1", "e=<mail 4>&x=1"),
        ("e=jo%2540a.example", "e=<mail 4>"),
        ("e=Jo.Do+x@gmail.com", "e=<mail 8>"),
        ("x=a|jo@a.example,b", "x=a|<mail 4>,b"),
        ("jo@a.example", "<mail 4>"),
        ("jo@a.example=1", "<mail 4>=1"),
        ("jo%40a.example=1", "<mail 4>=1"),
        ("u=mailto:jo@a.example.", "u=mailto:<mail 4>."),
        ("d=%7B%22email%22%3A%22jo%40a.example%22%7D", "d=%7B%22email%22%3A%22<mail 4>%22%7D"),
        ("x=am9AYS5leGFtcGxl", "x=<bmail 4>"),
        ("x=6a6f40612e6578616d706c65", "x=<xmail 4>"),
        // Their digests.
        ("em=62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f", "em=<hmail 1>"),
        ("ud[ph]=E323EC626319CA94EE8BFF2E4C87CF613BE6EA19919ED1364124E16807AB3176", "ud[ph]=<htel 1>"),
        ("ud%5Bfn%5D=6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec", "ud%5Bfn%5D=<hname 1>"),
        ("x=62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f", "x=<hash 1>"),
        (
            "em=tv.1~em.YqFORPdlQZ0Q_qmTZzYacnwSNl4lIPMiGNUF7Zqg9i8~pn.4yPsYmMZypTui_8uTIfPYTvm6hmRntE2QSThaAerMXY",
            "em=tv.1~em.<hmail 1>~pn.<htel 1>",
        ),
        // Phone numbers.
        ("x=%2B491701234567", "x=<tel 8>"),
        ("x=+49-170-1234567", "x=<tel 8>"),
        ("phone=0170%201234567", "phone=<tel 8>"),
        ("phone=123", "phone=123"),
        // Names, and what is typed.
        ("first_name=Maria&ln=Silva&ud[ln]=o", "first_name=<name 4>&ln=<name 4>&ud[ln]=<name 4>"),
        (
            "q=hiv+test&q=hiv&s=hiv+test&zip=94110&gender=f",
            "q=<text 1>&q=<text 1>&s=<text 1>&zip=<text 1>&gender=<text 1>",
        ),
        ("db=19801231&dob=31.12.1980", "db=<text 1>&dob=<text 1>"),
        ("d=%7B%22fn%22%3A%22Maria%22%2C%22age%22%3A41%7D", "d=%7B%22fn%22%3A%22<name 4>%22%2C%22age%22%3A41%7D"),
        ("u=zip%3D94110%3Bk%3D1", "u=zip%3D<text 1>%3Bk%3D1"),
        // Cards and documents.
        ("x=4111111111111111&x=4111-1111-1111-1111&x=4111111111111112", "x=<card 1>&x=<card 1>&x=<id 1>"),
        ("id=4111111111111111", "id=<id 1>"),
        ("x=12345678Z&cpf=52998224725&x=529.982.247-25&x=52998224725", "x=<nat 1>&cpf=<nat 1>&x=<nat 1>&x=<id 1>"),
        ("ssn=123-45-6789&x=811228-9874&aadhaar=234123412346", "ssn=<nat 1>&x=<nat 1>&aadhaar=<nat 1>"),
        ("x=255081416802538", "x=<nat 1>"),
        // A number in words, in groups, or taken for a version.
        ("x=4111.1111.1111.1111&x=card+4111+1111+1111+1111+exp", "x=<card 1>&x=card+<card 1>+exp"),
        ("nr=06.12.34.56.78&nr=0151+1234567&x=01.02.2024", "nr=<val 1>&nr=<val 1>&x=01.02.2024"),
        ("iban=DE89+3704+0044+0532+0130+00", "iban=<val 1>"),
        ("e=jo%25252540a.example&e=jo%252540a.example", "e=<mail 4>&e=<mail 4>"),
        // No versions, accounts, words: more than these can tell apart.
        ("x=48211.90327.11873.66021.57310&x=v120.0.6099.130", "x=<id 1>&x=v120.0.6099.130"),
        ("x=GTM-4821190327118736602157&x=GTM-A82X1903M711K736P021&x=G-4915112345678", "x=<id 2>&x=<id 2>&x=<id 2>"),
        ("x=pub-4111111111111111&x=UA-12345678-12", "x=<id 2>&x=UA-12345678-12"),
        ("x=kova1-tiru2-peno3-salu4-meki5", "x=<id 1>"),
        // With a word before or behind it.
        ("x=pre-4zru4Xntv0ahXhfx0d9X&x=4zru4Xntv0ahXhfx0d9X_1", "x=<id 2>&x=<id 2>"),
        // A name that is a value.
        ("am9AYS5leGFtcGxl=1&email_am9AYS5leGFtcGxl=1", "<bmail 4>=1&email_<bmail 4>=1"),
        // Base64 of JSON with an address in it: the address, and the whole.
        ("d=eyJlbWFpbCI6ImpvQGEuZXhhbXBsZSJ9", "d=<bmail 4><bid 1>"),
        ("ip=203.0.113.55&uip=2001%3Adb8%3A%3A1&v=203.0.113.55", "ip=<id 1>&uip=<id 1>&v=203.0.113.55"),
        // Places.
        ("lat=52.52&lon=13.4050&lat=5", "lat=<geo 1>&lon=<geo 1>&lat=5"),
        ("ll=52.52,13.40&x=52.5200,13.4050&x=1.25,3.50", "ll=<geo 1>&x=<geo 1>&x=1.25,3.50"),
        // Identifiers.
        ("x=550e8400-e29b-41d4-a716-446655440000", "x=<id 1>"),
        ("x=12345678&x=1234567", "x=<id 1>&x=1234567"),
        ("uid=2345678901", "uid=<id 1>"),
        // A time, whatever it is called; replaced all the same.
        ("uid=1234567890&sid=1440877628581", "uid=<val 1>&sid=<val 1>"),
        ("x=4zru4Xntv0ahXhfx0d9X", "x=<id 1>"),
        ("x=AbCdEfGhIjKlMnOp", "x=<id 1>"),
        ("x=SEJzDlXiDDoAC%2B6v&x=SEJzDlXiDDoAC/6v", "x=<id 1>&x=<id 1>"),
        ("cid=1234567890.1609459200", "cid=<id 1>*<id 1>.1609459200"),
        ("cid=878270908.1609459200&x=1609459200.1609469999", "cid=<id 1>*<id 1>.1609459200&x=1609459200.1609469999"),
        (
            "utmcc=__utma%3D134968609.934057233.1440877631.1440877641.1440877651.1",
            "utmcc=__utma%3D<id 1>.<id 1>*<id 1>.1440877631.1440877641.1440877651.1",
        ),
        ("_ga=GA1.2.1234567890.1609459200", "_ga=GA1.2.<id 1>*<id 1>.1609459200"),
        ("fbp=fb.1.1612345678901.123456789", "fbp=fb.1.<id 1>*1612345678901.<id 1>"),
        ("x=a%7C12345678901%7Cb~12345678901~c", "x=a%7C<id 1>%7Cb~<id 1>~c"),
        ("a=1;uid=12345678901;b=2", "a=1;uid=<id 1>;b=2"),
        // No identifier is in a text; one is, and one is in a message.
        ("dGhpcyBpcyBhIHNlY3JldA==", "<val 1>"),
        ("x=eyJ2IjoiOGYxNGU0NWZjZWVhMTY3YSJ9&x=CAEYBSgCMgsI9pCj66fqszoQBTgB", "x=<bid 2>&x=<id 1>"),
        ("x=CgASBEM2MTAYu5iIrwUgu5iIrwU=", "x=<val 1>"),
        ("x=H4sIAAAAAAAAAKtWMjY0MTCMN7IwtlCyMjQzMbY0NTIyMjE3MNRR", "x=<zid 1>"),
        // A consent string's name is no way around.
        ("gpp=jo@a.example&gdpr_consent=12345678901", "gpp=<mail 4>&gdpr_consent=<id 1>"),
        // Addresses in addresses.
        (
            "u=https%3A%2F%2Fb.example%2Fx%3Femail%3Djo%2540a.example%26z%3D1",
            "u=https%3A%2F%2Fb.example%2Fx%3Femail%3D<mail 4>%26z%3D1",
        ),
        ("u=https://b.example/x?uid=12345678901#jo@a.example", "u=https://b.example/x?uid=<id 1>#<mail 4>"),
        ("u=//b.example/+491701234567/x", "u=//b.example/<tel 8>/x"),
        (
            "d=%7B%22url%22%3A%22https%3A%2F%2Fb.example%2F%3Fk%3D12345678901%22%7D",
            "d=%7B%22url%22%3A%22https%3A%2F%2Fb.example%2F%3Fk%3D<id 1>%22%7D",
        ),
    ] {
        assert_eq!(query(raw), is, "{raw}");
    }
}

#[test]
fn what_is_replaced_in_a_path() {
    for (raw, is) in [
        ("https://jo:secret1@a.example/x", "https://<val 1>@a.example/x"),
        ("https://a.example/u/jo@a.example/x", "https://a.example/u/<mail 4>/x"),
        ("https://a.example/u/jo%40a.example", "https://a.example/u/<mail 4>"),
        ("https://a.example/4111111111111111/+491701234567", "https://a.example/<card 1>/<tel 8>"),
        (
            "https://a.example/t;src=1;u1=jo@a.example;ord=12345678901?",
            "https://a.example/t;src=1;u1=<mail 4>;ord=<id 1>?",
        ),
        ("https://a.example/a;x=12345678901/b;y=2/c@d.example", "https://a.example/a;x=<id 1>/b;y=2/<mail 4>"),
        (
            "https://a.example/card-4111111111111111/,4111111111111111,/x",
            "https://a.example/card-<card 1>/,<card 1>,/x",
        ),
        ("https://a.example/tel:+4915112345678/x+4915112345678", "https://a.example/tel:<tel 8>/x<tel 8>"),
        ("https://a.example/ssn/078-05-1120/078-05-1120", "https://a.example/ssn/<nat 1>/078-05-1120"),
        ("https://a.example/jo%2540a.example/x", "https://a.example/<mail 4>/x"),
        ("https://a.example/u/am9AYS5leGFtcGxl/x.am9AYS5leGFtcGxl.y", "https://a.example/u/<bmail 4>/x.<bmail 4>.y"),
        (
            "https://a.example/sync/7d1f0c9ab4e2438f9c05e6b1a2d37f84/550e8400-e29b-41d4-a716-446655440000/4zru4Xntv0ahXhfx0d9X",
            "https://a.example/sync/<hash 1>/<id 1>/<id 1>",
        ),
        ("data:text/plain,jo@a.example", "data:"),
        ("mailto:jo@a.example", "mailto:"),
        ("wss://a.example/s?k=12345678901#jo@a.example", "wss://a.example/s?k=<id 1>#<mail 4>"),
    ] {
        assert_eq!(bare(&url(raw)), is, "{raw}");
    }
}

/// Where the same value arrives, it has the same hash, whatever it is in and however it is spelled.
#[test]
fn values_are_known_again() {
    let mut pseudonyms = new();
    let mut hashes = |name: &str, raw: &str| -> Vec<u64> {
        let mut out = Vec::new();
        pseudonyms.url(format!("https://a.example/?{name}={raw}").as_bytes(), &mut out);
        let first = pairs(&out["https://a.example/?".len()..]).next().unwrap().1;
        first.parts().flat_map(|part| part.hashes()).collect()
    };
    let cookie = |raw: &str| -> Vec<Vec<u64>> {
        let text = new().header(Direction::Sent, "cookie", &format!("c={raw}")).unwrap();
        cookies(&text).next().unwrap().1.parts().map(|part| part.hashes().collect()).collect()
    };
    let digest = |value: &str| encodings::digests(value.as_bytes()).map(|hex| String::from_utf8(hex).unwrap());
    // A cookie in each of its spellings.
    let value = "AbC123-xyz_789QrS";
    let source = cookie(value);
    assert_eq!((source.len(), source[0].len()), (1, 6));
    let (mut base64, mut hex) = (Vec::new(), Vec::new());
    encodings::push_base64(value.as_bytes(), &mut base64);
    encodings::push_hex(value.as_bytes(), &mut hex);
    let [md5, sha1, sha256] = digest(value);
    let spellings =
        [value.to_owned(), String::from_utf8(base64).unwrap(), String::from_utf8(hex).unwrap(), md5, sha1, sha256];
    for (at, spelling) in spellings.iter().enumerate() {
        assert_eq!(hashes("x", spelling)[0], source[0][at], "{at}");
        assert_eq!(
            hashes("x", &format!("{spelling}%3D").replace("%3D", if at == 1 { "%3D" } else { "" }))[0],
            source[0][at],
            "{at}"
        );
    }
    assert_eq!(hashes("x", &spellings[5].to_uppercase())[0], source[0][5]);
    // Base64 of a text that has it in it.
    let mut json = Vec::new();
    encodings::push_base64(format!("{{\"uid\": \"{value}\"}}").as_bytes(), &mut json);
    assert!(hashes("x", std::str::from_utf8(&json).unwrap()).contains(&source[0][0]));
    // A part of a compound value.
    let source = cookie("GA1.2.1234567890.1609459200");
    assert_eq!(source.len(), 3);
    assert_eq!(hashes("cid", "1234567890.1609459200"), [source[1][0], source[2][0]]);
    assert_eq!(hashes("cid", "2345678901")[0], cookie("GA1.2.2345678901.1609459200")[2][0]);
    // UUIDs.
    let source = cookie("550E8400-E29B-41D4-A716-446655440000");
    assert_eq!(hashes("x", "550e8400-e29b-41d4-a716-446655440000")[0], source[0][0]);
    // A mail address and its digests, both forms; Google's digests are base64.
    let plain = hashes("e", "Jo.Do%2Bx%40Gmail.com");
    for (at, form) in ["jo.do+x@gmail.com", "jodo@gmail.com"].into_iter().enumerate() {
        for (digit, hex) in digest(form).into_iter().enumerate() {
            assert_eq!(hashes("em", &hex), [plain[at * 4 + 1 + digit]]);
            assert_eq!(hashes("x", &hex), [plain[at * 4 + 1 + digit]]);
        }
    }
    let plain = hashes("e", "john_smith@gmail.com");
    assert_eq!(hashes("em", "tv.1~em.YqFORPdlQZ0Q_qmTZzYacnwSNl4lIPMiGNUF7Zqg9i8"), [plain[3]]);
    let plain = hashes("phone", "1(650)555-1212");
    assert_eq!(hashes("ph", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"), [plain[3]]);
    assert_eq!(hashes("x", "%2B16505551212"), plain);
    // What was typed.
    let typed = new().value("", "john_smith@gmail.com ");
    let Value::Pseudonym(typed) = Value::read(&typed) else { panic!("{typed}") };
    assert_eq!(typed.hashes().next(), hashes("e", "john_smith@gmail.com").first().copied());
    let typed = new().value("", value);
    assert_eq!(Value::read(&typed).whole().unwrap().hashes().count(), 6);
    assert_eq!(new().hash(value.as_bytes()), hashes("x", value)[0]);
}

#[test]
fn headers_that_are_kept() {
    for (direction, name, raw, is) in [
        (Direction::Sent, "Cookie", "a=1; b=yes; lang=en; e=", Some("a=1; b=yes; lang=en; e=")),
        (Direction::Sent, "Cookie", "t=dark_mode; ts=1609459200; n=12345", Some("t=<val 1>; ts=<val 1>; n=<val 1>")),
        (
            Direction::Sent,
            "cookie",
            "_ga=GA1.2.1234567890.1609459200",
            Some("_ga=<id 6>*GA1.2.<id 6>*<id 6>.1609459200"),
        ),
        (Direction::Sent, "cookie", "u=d41d8cd98f00b204e9800998ecf8427e;m=jo@a.example", Some("u=<id 6>; m=<mail 4>")),
        (
            Direction::Sent,
            "cookie",
            "euconsent-v2=CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA.YAAA",
            Some("euconsent-v2=CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA.YAAA"),
        ),
        (
            Direction::Sent,
            "cookie",
            "OptanonConsent=consentId=550e8400-e29b-41d4-a716-446655440000&groups=C0001%3A1%2CC0002%3A0",
            Some("OptanonConsent=<id 6>*consentId=<id 6>&groups=C0001%3A1%2CC0002%3A0"),
        ),
        (Direction::Sent, "cookie", "r=https://b.example/private?x=1", Some("r=<url 6>")),
        (Direction::Sent, "Referer", "https://b.example/x?uid=12345678901", Some("https://b.example/x?uid=<id 1>")),
        (Direction::Sent, "Sec-CH-UA", "\"Chromium\";v=\"124\"", Some("\"Chromium\";v=\"124\"")),
        (Direction::Sent, "User-Agent", "Mozilla/5.0", None),
        (Direction::Sent, "Authorization", "Bearer abc", Some("<val 0>")),
        (Direction::Sent, "X-MSISDN", "491701234567", Some("<id 6>")),
        (Direction::Sent, "Content-Type", "Text/Plain; charset=x", Some("text/plain")),
        (Direction::Answered, "ETag", "W/\"33a64df551425fcc55e4d42a148795d9f25f89d4\"", Some("<id 6>")),
        (Direction::Answered, "ETag", "\"1609459200\"", Some("<val 1>")),
        (Direction::Answered, "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT", Some("Sun, 06 Nov 1994 08:49:37 GMT")),
        (Direction::Answered, "Last-Modified", "my-secret-id-12345", Some("<id 6>")),
        (Direction::Answered, "Location", "/next?uid=12345678901", Some("/next?uid=<id 1>")),
        (
            Direction::Answered,
            "Refresh",
            "5; url=https://b.example/?uid=12345678901",
            Some("5; url=https://b.example/?uid=<id 1>"),
        ),
        (
            Direction::Answered,
            "Set-Cookie",
            "id=AbC123-xyz_789QrS; Domain=.a.example; Expires=Wed, 01 Jan 2025 00:00:00 GMT; Path=/; Secure; SameSite=None; Priority=High; x=secret",
            Some("id=<id 6>; domain=.a.example; expires=Wed, 01 Jan 2025 00:00:00 GMT; path=/; secure; samesite=None"),
        ),
        (
            Direction::Answered,
            "Content-Security-Policy",
            "default-src 'self'; report-uri https://r.example/csp?u=12345678901 /own; upgrade-insecure-requests",
            Some("report-uri https://r.example /; upgrade-insecure-requests"),
        ),
        (
            Direction::Answered,
            "Report-To",
            "{\"group\":\"g\",\"max_age\":86400,\"endpoints\":[{\"url\":\"https://r.example/a?s=AbC123xyz789\"}]}",
            Some("{\"group\":\"g\",\"max_age\":86400,\"endpoints\":[{\"url\":\"https://r.example/a?s=<id 1>\"}]}"),
        ),
        (Direction::Answered, "Server", "nginx/1.18.0 (Ubuntu)", Some("nginx/1.18.0 (Ubuntu)")),
        (
            Direction::Answered,
            "Server",
            "Protected by WireFilter u-7f3a9c2e11d04b5e jo.do AmazonS3",
            Some("Protected by WireFilter AmazonS3"),
        ),
        (
            Direction::Answered,
            "Cache-Control",
            "max-age=9, id=\"7f3a9c2e11d04b5e\", No-Store, x=jo",
            Some("max-age=9, No-Store"),
        ),
        (
            Direction::Answered,
            "Strict-Transport-Security",
            "max-age=1; id=4111111111111111; preload",
            Some("max-age=1; preload"),
        ),
        (Direction::Answered, "Accept-CH", "Sec-CH-UA-Model, DPR, x-jo-do-0151", Some("Sec-CH-UA-Model, DPR")),
        (Direction::Answered, "Tk", "N;jo-do", None),
        (Direction::Answered, "Access-Control-Allow-Origin", "https://jo:secret1@a.example", None),
        (Direction::Sent, "DNT", "Jo", Some("<val 1>")),
        (Direction::Answered, "Cache-Control", "max-age=31536000, immutable", Some("max-age=31536000, immutable")),
        (Direction::Answered, "Cookie", "a=1", None),
        (Direction::Answered, "X-Whatever", "1", None),
    ] {
        let out = new().header(direction, name, raw);
        assert_eq!(out.as_deref().map(bare).as_deref(), is, "{name}: {raw}");
    }
    let mut pseudonyms = new();
    let many: Vec<(String, &str)> = (0..100).map(|at| (format!("sec-ch-{at}"), "1")).collect();
    let kept = pseudonyms.headers(Direction::Sent, many.iter().map(|(name, value)| (name.as_str(), *value)));
    let dropped = Dropped { headers: 36, ..Dropped::default() };
    assert_eq!((kept.len(), pseudonyms.take_dropped(), pseudonyms.take_dropped()), (64, dropped, Dropped::default()));
}

/// As many as a browser keeps of a site, in a line as long as servers take: each with its six hashes.
#[test]
fn no_cookie_is_lost_to_its_hashes() {
    let mut pseudonyms = new();
    for (count, length) in [(61, 24), (180, 32), (180, 80)] {
        let jar: Vec<String> =
            (0..count).map(|at| format!("c{at}={:0length$x}", 0x9e37_79b9_7f4a_7c15_u128 * (at + 1))).collect();
        let jar = jar.join("; ");
        assert!(jar.len() <= 16 * 1024);
        for _ in 0..2 {
            let text = pseudonyms.header(Direction::Sent, "cookie", &jar).unwrap();
            assert_eq!(
                (cookies(&text).count() as u128, pseudonyms.take_dropped()),
                (count, Dropped::default()),
                "{count} of {length}"
            );
        }
    }
    // More than that are counted, each time.
    let jar: Vec<String> = (0..200).map(|at| format!("c{at}=value{at}value")).collect();
    for _ in 0..2 {
        let text = pseudonyms.header(Direction::Sent, "cookie", &jar.join("; ")).unwrap();
        assert_eq!((cookies(&text).count(), pseudonyms.take_dropped().cookies), (180, 20));
    }
    let text = pseudonyms.header(Direction::Sent, "cookie", &format!("a=1; b={}; c=3", "x".repeat(20_000))).unwrap();
    assert_eq!((text.as_str(), pseudonyms.take_dropped().cookies), ("a=1", 2));
}

#[test]
fn what_is_cut_is_counted() {
    let mut pseudonyms = new();
    let mut headers = |direction, name: &str, value: &str| {
        pseudonyms.header(direction, name, value).unwrap();
        pseudonyms.take_dropped()
    };
    let one = Dropped { headers: 1, ..Dropped::default() };
    let long = format!("https://a.example/?{}", "p=1&".repeat(2_000));
    assert_eq!(headers(Direction::Sent, "referer", &long), one);
    assert_eq!(headers(Direction::Sent, "referer", &long[..3_000]), Dropped::default());
    assert_eq!(headers(Direction::Sent, "sec-ch-ua", &"a".repeat(600)), one);
    assert_eq!(headers(Direction::Answered, "nel", &"a ".repeat(3_000)), one);
    pseudonyms.body("a=1&".repeat(5_000).as_bytes(), "");
    assert_eq!(pseudonyms.take_dropped(), Dropped { bodies: 1, ..Dropped::default() });
    pseudonyms.body(&[b'x'; 20_000], "application/octet-stream");
    assert_eq!(pseudonyms.take_dropped(), Dropped { bodies: 1, ..Dropped::default() });
}

#[test]
fn bodies_that_are_read() {
    for (media, raw, is) in [
        (
            "application/x-www-form-urlencoded",
            "em=jo%40a.example&ev=PageView&n=41&x=Smith&z=",
            "em=<mail 4>&ev=PageView&n=41&x=<val 1>&z=",
        ),
        (
            "application/x-www-form-urlencoded",
            "tid=G-D8LRHP9HJ8&sr=1920x1080&t=1609459200&gdpr_consent=CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA",
            "tid=G-D8LRHP9HJ8&sr=1920x1080&t=<val 1>&gdpr_consent=CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA",
        ),
        (
            "text/plain;charset=UTF-8",
            "en=page_view&_et=5\r\nen=scroll&epn.percent=90",
            "en=page_view&_et=5&en=scroll&epn.percent=90",
        ),
        ("", "dl=https%3A%2F%2Fb.example%2Fx%3Fk%3D12345678901", "dl=https%3A%2F%2Fb.example%2Fx%3Fk%3D<id 1>"),
        (
            "application/json",
            r#"{"event":"AddToCart","user":{"em":"jo@a.example","name":"Jo Do"},"ids":[12345678901,true,null,"x\u00e9"],"a b":{"c":[]}}"#,
            "event=AddToCart&user.em=<mail 4>&user.name=<name 4>&ids.0=<id 1>&ids.1=true&ids.2=null&ids.3=<val 1>",
        ),
        (
            "application/json",
            r#"[{"type":"click"},{"type":"jo@a.example","half":"jo@a.exa"#,
            "0.type=click&1.type=<mail 4>&1.half=",
        ),
        (
            "text/plain",
            r#"{"url":"https://b.example/x","d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"jo@a.example":1}}}}}}}}}"#,
            "url=https://b.example/x&d.d.d.d.d.d.d.d=%7B%22<mail 4>%22:1%7D",
        ),
        (
            "multipart/form-data; boundary=XX",
            "--XX\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\njo@a.example\r\n--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"jo.txt\"\r\n\r\nsecret\r\n--XX--\r\n",
            "email=<mail 4>",
        ),
        ("text/plain", "Dear Jo, this is a letter.", "<text 1>"),
        ("text/plain", "hello jo@a.example", "<text 1>&<mail 4>"),
        ("text/plain", "u\t7f3a9c2e11d04b5e88aa77bb66cc0011", "<text 1>&<hash 1>"),
        ("text/xml", "<e>jo@a.example</e>", "<text 1>&<mail 4>"),
        ("application/json", "\"jo@a.example\"", "<val 1>&<mail 4>"),
        ("text/plain", "am9AYS5leGFtcGxl", "<text 1>&<bmail 4>"),
        ("application/json", "\u{feff}{\"email\":\"jo@a.example\"}", "email=<mail 4>"),
        ("application/json", ")]}'\n{\"email\":\"jo@a.example\"}", "email=<mail 4>"),
        (
            "application/x-www-form-urlencoded",
            "x=G-4915112345678&y=pub-4111111111111111&gdpr_consent=CAliceSmithBornIn1985InMunich&consent=alice&groups=0151:1,1234567:1",
            "x=<id 2>&y=<id 2>&gdpr_consent=<id 1>&consent=<val 1>&groups=<val 1>",
        ),
        ("application/octet-stream", "\u{1}\u{2}abc", "<val 1>"),
        ("application/json", "", ""),
        ("text/plain", "x=~id.8.40.AAAAAAAA", "x=<val 1>"),
    ] {
        let out = new().body(raw.as_bytes(), media);
        assert_eq!(bare(&out), is, "{media}: {raw}");
        assert!(!out.contains(".AAAAAAAA"));
    }
}

#[test]
fn forged_pseudonyms_are_values() {
    for raw in [
        "https://a.example/?x=~id.8.40.AAAAAAAA&~id.8.40.AAAAAAAA=1&~id.8.40.AAAAAAAA",
        "https://a.example/~id.8.40.AAAAAAAA/?x=%7Eid.8.40.AAAAAAAA&%7Eid.8.40.AAAAAAAA=2",
        "https://a.example/?u=https%3A%2F%2Fb.example%2F%3Fx%3D~mail.8.40.AAAAAAAA%26y%3D%7Email.8.40.AAAAAAAA",
    ] {
        let out = url(raw);
        let known = |part: Pseudonym| part.hash_text().contains("AAAAAAAA");
        assert!(
            !Parts::of(&out).any(known) && !Parts::of(&decode(&decode(&out))).any(known) || out.contains("%7Eid.8"),
            "{out}"
        );
        assert!(!Parts::of(&out).any(known), "{out}");
    }
    let out =
        new().header(Direction::Sent, "cookie", "a=~id.8.40.AAAAAAAA; ~id.8.40.AAAAAAAA=1; b=~val.1.1~*x").unwrap();
    assert!(!Parts::of(&out).any(|part| part.hash_text().contains("AAAAAAAA")), "{out}");
    assert_eq!(cookies(&out).count(), 3);
}

#[test]
fn much_is_bounded() {
    let mut pseudonyms = new();
    let mut out = Vec::new();
    let parameters: String = (0..100_000).map(|at| format!("p{at}=jo{at}@a.example&")).collect();
    pseudonyms.url(format!("https://a.example/?{parameters}").as_bytes(), &mut out);
    assert!(out.len() <= MAX_ADDRESS_WRITTEN + CUT.len() && out.ends_with(CUT.as_bytes()));
    let long = "aB3+".repeat(250_000);
    pseudonyms.url(format!("https://a.example/?x={long}").as_bytes(), &mut out);
    assert!(out.len() <= MAX_ADDRESS_WRITTEN + CUT.len());
    pseudonyms.url(format!("https://a.example/{}", "a/;".repeat(300_000)).as_bytes(), &mut out);
    assert!(out.len() <= MAX_ADDRESS_WRITTEN + CUT.len());
    let jar: String = (0..10_000).map(|at| format!("c{at}=value{at}value; ")).collect();
    let text = pseudonyms.header(Direction::Sent, "cookie", &jar).unwrap();
    assert!(text.len() <= 24 * 1024 && cookies(&text).count() == 180);
    assert!(pseudonyms.take_dropped().cookies > 9_000);
    let text = pseudonyms.header(Direction::Sent, "cookie", &format!("a={long}; b=1")).unwrap();
    assert!(text.len() <= 4096);
    let text =
        pseudonyms.header(Direction::Answered, "set-cookie", &format!("a={}", "12345678|".repeat(5000))).unwrap();
    assert!(text.len() <= 4096 && set_cookies(&text, None).next().unwrap().value.whole().is_some());
    for media in ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        for raw in [
            &parameters,
            &long,
            &"[".repeat(1_000_000),
            &"{\"a\":".repeat(200_000),
            &"--x\n".repeat(200_000),
            &"\"".repeat(99_999),
        ] {
            let text = pseudonyms.body(raw.as_bytes(), media);
            assert!(text.len() <= 16 * 1024 && pairs(text.as_bytes()).count() <= 200, "{media}");
        }
    }
    assert!(pseudonyms.cache.known.len() <= Cache::MAX && pseudonyms.cache.bytes <= Cache::MAX_BYTES);
}

/// A page must not make a text cost more than its length: of twice the text, twice the work.
#[test]
fn work_grows_with_the_text() {
    const UNITS: [&str; 40] = [
        ";",
        ";a",
        ";a=",
        ";a=http:",
        "fname=",
        "fname=fname=",
        "fname:\"",
        "fname:\\\"",
        "em=",
        "em:",
        "consent=",
        "q=",
        "q=+",
        "s=",
        "db= ",
        "lat:",
        "ip=1",
        "name=A+",
        "~id.8.40~",
        "~",
        "a@",
        "a+",
        "a@b.cc+",
        "http://a/?x=",
        "http%3a//a/%3fx=",
        "a|http://a.b/c?x=12345678|",
        "[",
        "{\"a\":",
        "{\"fname\":\"",
        "--x\r\n",
        "=",
        "&",
        ",",
        "%25",
        "%2525",
        "4111111111111111/",
        "#a",
        "1.",
        "a-",
        "1234567890.",
    ];
    let steps = |work: &dyn Fn(&mut Pseudonyms)| {
        let mut pseudonyms = new();
        STEPS.set(0);
        work(&mut pseudonyms);
        STEPS.get()
    };
    let mut worst = Vec::new();
    for unit in UNITS {
        let long = |length: usize| unit.chars().cycle().take(length).collect::<String>();
        let mut check = |what: &str, length: usize, work: &dyn Fn(&mut Pseudonyms, &str)| {
            let (half, whole) = (long(length / 2), long(length));
            let (half, whole) = (steps(&|p| work(p, &half)), steps(&|p| work(p, &whole)));
            // Not more than so often in any case: a quadratic cost is thousands.
            if whole > half * 5 / 2 + 4096 || whole > length * 40 {
                worst.push(format!("{what} of {unit}: {half}, {whole}"));
            }
        };
        for before in [
            "https://a.example/",
            "https://a.example/?",
            "https://a.example/?x=",
            "https://a.example/?fname=",
            "https://a.example/;x=",
        ] {
            check(before, 4000, &|p, text| p.url(format!("{before}{text}").as_bytes(), &mut Vec::new()));
        }
        for (media, before) in [
            ("application/x-www-form-urlencoded", "x="),
            ("application/x-www-form-urlencoded", ""),
            ("application/json", "{\"x\":\""),
            ("application/json", "["),
            ("multipart/form-data", "--"),
            ("multipart/form-data", "---\r\n"),
            ("text/plain", ""),
        ] {
            check(media, 16_000, &|p, text| drop(p.body(format!("{before}{text}").as_bytes(), media)));
        }
        for (direction, name, before) in [
            (Direction::Sent, "cookie", "x="),
            (Direction::Sent, "cookie", "fname="),
            (Direction::Sent, "referer", "https://a.example/?x="),
            (Direction::Answered, "set-cookie", "x="),
            (Direction::Answered, "report-to", ""),
            (Direction::Answered, "server", ""),
            (Direction::Answered, "content-security-policy", "report-uri "),
            (Direction::Answered, "etag", ""),
        ] {
            check(name, 60_000, &|p, text| drop(p.header(direction, name, &format!("{before}{text}"))));
        }
    }
    assert!(worst.is_empty(), "{worst:#?}");
    let long = format!("{}\r\n{}", "-".repeat(5000), ["-".repeat(4999), "-".repeat(4999)].join("x"));
    assert!(steps(&|p| drop(p.body(long.as_bytes(), "multipart/form-data"))) < 100_000);
}

#[test]
fn nothing_tells_the_salt() {
    let mut pseudonyms = new();
    assert_eq!(format!("{pseudonyms:?}"), "Pseudonyms { .. }");
    let salt = std::str::from_utf8(&SALT).unwrap();
    let out = pseudonyms.value("", salt);
    assert!(!out.contains(salt));
}

/// Somebody's value, with the parameter's name under which it is known to be one.
fn planted() -> impl Strategy<Value = (String, String)> {
    let luhn = |body: String| {
        let sum: u32 = body
            .bytes()
            .rev()
            .enumerate()
            .map(|(at, digit)| {
                let digit = u32::from(digit - b'0');
                if at % 2 == 1 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
            })
            .sum();
        format!("{body}{}", (10 - sum % 10) % 10)
    };
    prop_oneof![
        "[a-z]{2,8}[._]?[a-z0-9]{2,8}@[a-z]{3,10}\\.(com|example|co\\.uk)".prop_map(|mail| ("x".to_owned(), mail)),
        "\\+[1-9][0-9]{9,12}".prop_map(|tel| ("x".to_owned(), tel)),
        "(4[0-9]{14}|5[1-5][0-9]{13})".prop_map(move |body| ("x".to_owned(), luhn(body))),
        "[A-Z][a-z]{5,10}".prop_map(|name| ("first_name".to_owned(), name)),
        "[a-z]{6,12}".prop_map(|name| ("lastName".to_owned(), name)),
        "[0-9]{7,14}".prop_map(|tel| ("phone".to_owned(), tel)),
        "[1-8][0-9]\\.[0-9]{4,8}".prop_map(|place| ("lat".to_owned(), place)),
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}".prop_map(|id| ("x".to_owned(), id)),
        "[0-9a-f]{32}".prop_map(|id| ("x".to_owned(), id)),
        "[A-Z][a-z0-9]{3}[0-9][A-Za-z0-9]{12,20}[A-Z]".prop_map(|id| ("x".to_owned(), id)),
        "[3-9][0-9]{10,11}".prop_map(|id| ("x".to_owned(), id)),
    ]
}

/// All percent-encoded.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// As `encodeURIComponent` does it.
fn coded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte))
        } else {
            out += &format!("%{byte:02X}")
        }
    }
    out
}

fn base64(text: &str) -> String {
    let mut out = Vec::new();
    encodings::push_base64(text.as_bytes(), &mut out);
    String::from_utf8(out).unwrap()
}

/// Whether a text has the value in some spelling. The name of a person in base64 may be a word.
fn has(out: &str, value: &str) -> bool {
    let once = decode(out).into_owned();
    [out, &once, &decode(&once)].iter().any(|text| {
        text.contains(value) || text.contains(&coded(value)) || value.len() > 6 && text.contains(&base64(value))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn planted_values_never_pass((name, value) in planted(), around in "[a-z]{0,6}") {
        let mut pseudonyms = new();
        let mut out = Vec::new();
        let query = format!("a=1&{name}={}&b={around}", coded(&value));
        let nested = coded(&format!("https://b.example/{around}?{query}"));
        let deep = coded(&format!("https://c.example/?u={nested}"));
        let mut outs = Vec::new();
        for raw in [
            format!("https://a.example/{around}?{query}"),
            format!("https://a.example/{around}?{name}={value}"),
            format!("https://a.example/{around};{name}={}", coded(&value)),
            format!("https://a.example/?{name}={}", escaped(&value)),
            format!("https://a.example/?{name}={}", coded(&coded(&value))),
            format!("https://a.example/?u={nested}"),
            format!("https://a.example/?u={deep}"),
            format!("https://a.example/?{name}={around}|{}|{around}", if name == "x" { coded(&value) } else { String::new() }),
            format!("https://a.example/?d={}", coded(&format!("{{\"{name}\":\"{value}\",\"z\":1}}"))),
            format!("https://a.example/#{query}"),
            format!("https://a.example/?x={}", if name == "x" { base64(&value) } else { String::new() }),
        ] {
            pseudonyms.url(raw.as_bytes(), &mut out);
            outs.push((raw, String::from_utf8(out.clone()).unwrap()));
        }
        for (direction, header, raw) in [
            (Direction::Sent, "cookie", format!("s=1; {name}={value}; t={around}")),
            (Direction::Sent, "cookie", format!("s={around}.{}", coded(&value))),
            (Direction::Sent, "cookie", format!("s={}", coded(&format!("{{\"{name}\":\"{value}\",\"v\":\"{around}\"}}")))),
            (Direction::Answered, "set-cookie", format!("{around}={value}; path=/")),
            (Direction::Sent, "referer", format!("https://a.example/?{query}")),
            (Direction::Answered, "location", format!("/x?{query}")),
            (Direction::Answered, "etag", format!("\"{value}\"")),
            (Direction::Answered, "last-modified", value.clone()),
            (Direction::Sent, "x-msisdn", value.clone()),
            (Direction::Sent, "authorization", value.clone()),
        ] {
            let out = pseudonyms.header(direction, header, &raw).unwrap_or_default();
            outs.push((raw, out));
        }
        for (media, raw) in [
            ("application/x-www-form-urlencoded", query.clone()),
            ("text/plain", query),
            ("application/json", format!("{{\"{name}\":\"{value}\",\"v\":[\"{value}\",{{\"w\":\"{around} {value}\"}}]}}")),
            ("text/plain", format!("{around} {value}")),
            ("multipart/form-data", format!("--x\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\n{value}\r\n--x--")),
            ("application/x-unknown", value.clone()),
        ] {
            let out = pseudonyms.body(raw.as_bytes(), media);
            outs.push((raw, out));
        }
        for (raw, out) in outs {
            prop_assert!(!has(&out, &value), "{raw}\n{out}");
        }
    }

    #[test]
    fn nothing_panics(raw in proptest::collection::vec(any::<u8>(), 0..400), text in "[~.@%&=;:/?#\"{}\\[\\]a-c0-9+ ,|\\\\-]{0,200}") {
        let mut pseudonyms = new();
        let mut out = Vec::new();
        for bytes in [&raw[..], text.as_bytes(), &[b"https://a.example/?", &raw[..]].concat(), format!("https://a.example/{text}").as_bytes()] {
            pseudonyms.url(bytes, &mut out);
            pairs(&out).for_each(|(_, value)| drop((value.text(), value.parts().count())));
            matrix(&out).for_each(drop);
            for media in ["application/json", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"] {
                let body = pseudonyms.body(bytes, media);
                pairs(body.as_bytes()).for_each(|(_, value)| drop((value.text(), value.parts().count())));
            }
        }
        let lossy = String::from_utf8_lossy(&raw);
        for value in [&text, &*lossy] {
            for (direction, name) in [
                (Direction::Sent, "cookie"), (Direction::Answered, "set-cookie"), (Direction::Sent, "referer"), (Direction::Answered, "nel"),
                (Direction::Answered, "content-security-policy"), (Direction::Answered, "etag"), (Direction::Answered, "server"),
            ] {
                let out = pseudonyms.header(direction, name, value).unwrap();
                prop_assert!(out.len() <= 4096);
                cookies(&out).for_each(drop);
                set_cookies(&out, http_date(value)).for_each(drop);
            }
            let one = pseudonyms.value(value, value);
            prop_assert!(matches!(Value::read(&one), Value::Pseudonym(_)), "{value:?}: {one}");
            http_date(value);
        }
    }

    #[test]
    fn harmless_urls_stay(path in "(/[a-z]{1,8}[0-9]{0,3}){0,4}", query in "([a-z]{1,2}=([a-z]{1,12}|[0-9]{1,6}|[a-z]{2,5}[_-][a-z]{2,5})&){0,6}") {
        let query = query.replace("q=", "x=").replace("ph=", "x=").replace("pn=", "x=").replace("em=", "x=").replace("he=", "x=");
        let raw = format!("https://a.example{path}?{query}");
        prop_assert_eq!(url(&raw), raw);
    }

    #[test]
    fn one_salt_one_pseudonym((name, value) in planted(), salt in any::<[u8; 16]>()) {
        prop_assume!(salt != SALT);
        let raw = format!("https://a.example/?{name}={}", coded(&value));
        let with = |salt| {
            let (mut out, mut pseudonyms) = (Vec::new(), Pseudonyms::new(salt));
            pseudonyms.url(raw.as_bytes(), &mut out);
            let cookie = pseudonyms.header(Direction::Sent, "cookie", &format!("a={value}"));
            (out, cookie, pseudonyms.body(raw.as_bytes(), ""))
        };
        prop_assert_eq!(with(salt), with(salt));
        prop_assert_ne!(&with(salt).0, &with(SALT).0);
        prop_assert_ne!(with(salt).1, with(SALT).1);
    }
}
