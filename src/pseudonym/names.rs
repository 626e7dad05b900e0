//! What a parameter's name says of its value.

use crate::order;

/// What a value is, as far as its parameter's name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing known.
    Any,
    /// Somebody's or something's number: a card's number is none of these.
    Id,
    /// A mail address, plain or hashed.
    Mail,
    /// A phone number, plain or hashed.
    Tel,
    /// A person's name, plain or hashed.
    Name,
    /// The number of a document of a state.
    Nat,
    /// The address of somebody's device in the network.
    Ip,
    /// Latitude or longitude.
    Geo,
    /// What a person typed, or said of themselves.
    Text,
    /// The same, for names that mean other things as well: only where the value has the form of it.
    Maybe,
    /// A person's name, for names that mean other things as well.
    MaybeName,
    /// A string that says what somebody consented to.
    Consent,
    /// An event's name, or a word of a few.
    Word,
}

/// Longest name that is looked at, in bytes. Longer ones are no words.
const MAX_NAME: usize = 48;

/// Names and what their values are, in lower case, without `_` and `-`.
///
/// Mail, phone, names and the rest of a person's data: the keys of advanced matching at Meta
/// (<https://developers.facebook.com/docs/meta-pixel/advanced/advanced-matching>), Google
/// (<https://developers.google.com/google-ads/api/docs/conversions/upload-online>, `sha256_email_address`) and TikTok
/// (<https://ads.tiktok.com/help/article/how-to-set-up-automatic-advanced-matching>: phone, contact, mobile, pn), and what
/// forms call their fields in HTML's `autocomplete`
/// (<https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill>).
///
/// Consent: IAB's TCF (<https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework>), GPP
/// (<https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform>), Google's consent mode
/// (<https://developers.google.com/tag-platform/security/guides/consent>).
///
/// A one-letter name other than `q` is never of what is typed for sure: `s` is a size as often as a search, `t` a type.
const WORDS: [(Role, &str); 12] = [
    (
        Role::Consent,
        "\
      gdprconsent gdprconsentstring euconsent euconsentv2 addtlconsent usprivacy gpp gppsid gppstring gcs gcd \
      npa gdpr tcstring tcfstring ccpa consent consentstring dma dmacps uspstring usp groups",
    ),
    (
        Role::Mail,
        "\
      em he hem email mail emailaddress useremail eml emailhash hashedemail emailsha256 emailmd5 emailsha1 \
      sha256email sha256emailaddress sha1email md5email hemsha256 hemmd5 hemsha1 uem",
    ),
    (
        Role::Tel,
        "\
      ph phone tel mobile phonenumber phoneno telephone cell cellphone msisdn sha256phonenumber hashedphone \
      phonehash phonesha256 sha256phone pn mobilenumber mobilephone whatsapp contactnumber",
    ),
    (
        Role::Name,
        "\
      firstname lastname fullname surname familyname givenname fname lname middlename sha256firstname \
      sha256lastname realname nachname vorname customername cardholder cardholdername nom prenom apellido \
      apellidos nombre additionalname",
    ),
    (
        Role::Nat,
        "\
      ssn cpf dni nie nif nir aadhaar aadhar personnummer nationalid passport socialsecuritynumber pesel taxid \
      curp",
    ),
    (
        Role::Ip,
        "\
      ip ipaddress ipaddr clientip userip uip remoteaddr remoteip visitorip ipv4 ipv6 clientipaddress",
    ),
    (
        Role::Geo,
        "\
      lat lon lng long latitude longitude latlng latlon ll coords geo geoloc location loc position center centre \
      gps",
    ),
    (
        Role::Text,
        "\
      q query search keyword keywords searchterm searchquery searchtext searchstring searchkeyword searchword \
      message comment address street streetaddress address1 address2 addressline1 addressline2 zip zipcode \
      postcode postalcode city town birthday dob birthdate dateofbirth bday gender sex company organization \
      nationality religion password passwd pwd homecity sha256street userinput freetext username login nickname",
    ),
    // Also a function's or a file's name, or a language.
    (
        Role::MaybeName,
        "\
      fn ln name",
    ),
    // Also a state, a database, a size (`s`), a label (`text`).
    (
        Role::Maybe,
        "\
      ct st zp ge db s text term kw wd note subject content",
    ),
    (
        Role::Id,
        "\
      uid id cid userid clientid visitorid externalid guid uuid deviceid did fbp fbc sid sessionid vid tid pid \
      aid mid customerid partnerid puid ppid ga pixelid accountid advertiserid googlegid googlenid partneruid \
      buyeruid cookieid muid ord rnd cb correlator random transactionid orderid requestid auid gclid fbclid \
      msclkid itemid productid sku pageid",
    ),
    (
        Role::Word,
        "\
      ev en event eventname t ec ea type action eventtype hittype currency lang language locale ul eventcategory \
      eventaction method status trackingtype conversiontype eventid op kind category",
    ),
];

/// The same for names that mean this only within what is of a person: `ud[fn]`.
const WITHIN: [(Role, &str); 2] = [(Role::Name, "fn ln name"), (Role::Text, "ct st zp ge db country region state")];

/// [`WORDS`], in order.
#[derive(Debug)]
pub(super) struct Names {
    words: Vec<(&'static [u8], Role)>,
}

impl Names {
    pub(super) fn new() -> Self {
        let mut words: Vec<_> = WORDS
            .iter()
            .flat_map(|(role, words)| words.split(' ').map(|word| (word.trim().as_bytes(), *role)))
            .collect();
        order::sort(&mut words, |(one, _), (other, _)| one.cmp(other));
        Self { words }
    }

    /// What this parameter's value is, by the last part of its name (`user[email]`, `ud%5Bem%5D`, `user.email`).
    pub(super) fn role(&self, name: &[u8]) -> Role {
        let mut plain = [0_u8; MAX_NAME];
        let mut len = 0;
        let (last, within) = last_part(name);
        for &byte in last {
            if matches!(byte, b'_' | b'-') {
                continue;
            }
            let Some(place) = plain.get_mut(len) else { return Role::Any };
            *place = byte.to_ascii_lowercase();
            len += 1;
        }
        let whole = name;
        let name = plain.get(..len).unwrap_or_default();
        // Whose an identifier in a bid request is: a domain.
        if name == b"source" && whole.windows(4).any(|four| four == b"eids") {
            return Role::Word;
        }
        if within {
            let is = |words: &str| words.split(' ').any(|word| word.as_bytes() == name);
            if let Some((role, _)) = WITHIN.iter().find(|(_, words)| is(words)) {
                return *role;
            }
        }
        match self.words.binary_search_by_key(&name, |(word, _)| *word) {
            Ok(at) => self.words.get(at).map_or(Role::Any, |(_, role)| *role),
            Err(_) => by_end(name),
        }
    }
}

/// `customer_email`, `billingFirstName`: the words that end longer names and mean nothing else.
fn by_end(name: &[u8]) -> Role {
    let ends = |words: &[&[u8]]| words.iter().any(|word| name.ends_with(word));
    match name.last() {
        Some(b'l') if ends(&[b"email"]) => Role::Mail,
        Some(b's') if ends(&[b"emailaddress"]) => Role::Mail,
        Some(b's') if ends(&[b"streetaddress", b"billingaddress", b"shippingaddress"]) => Role::Text,
        Some(b'e') if ends(&[b"firstname", b"lastname", b"fullname", b"surname", b"familyname", b"givenname"]) => {
            Role::Name
        }
        Some(b'e') if ends(&[b"zipcode", b"postcode", b"postalcode", b"birthdate"]) => Role::Text,
        Some(b'e') if ends(&[b"phone", b"telephone"]) => Role::Tel,
        Some(b'r') if ends(&[b"phonenumber", b"mobilenumber"]) => Role::Tel,
        Some(b'y') if ends(&[b"birthday", b"searchquery"]) => Role::Text,
        Some(b'm') if ends(&[b"searchterm"]) => Role::Text,
        Some(b'd') if ends(&[b"userid", b"clientid", b"visitorid", b"deviceid", b"sessionid", b"uuid"]) => Role::Id,
        _ => Role::Any,
    }
}

/// The last part of a name with brackets or dots, and whether it is within what is of a person: `ud[fn]`, `user.name`.
/// A mere number, as of a list, is no such part: `emails.0`.
fn last_part(name: &[u8]) -> (&[u8], bool) {
    let mut name = name;
    for _ in 0..4 {
        name = match name {
            [rest @ .., b']'] | [rest @ .., b'%', b'5', b'D' | b'd'] => rest,
            _ => name,
        };
        let Some((start, end)) = opening(name) else { return (name, false) };
        let (outer, last) = (name.get(..start).unwrap_or_default(), name.get(end..).unwrap_or_default());
        if outer.is_empty() || !last.iter().all(u8::is_ascii_digit) {
            return (last, is_of_person(outer));
        }
        name = outer;
    }
    (name, false)
}

/// Where the last `[`, `%5B` or dot stands.
fn opening(name: &[u8]) -> Option<(usize, usize)> {
    let mut found = None;
    for (at, byte) in name.iter().enumerate() {
        match byte {
            b'[' | b'.' => found = Some((at, at + 1)),
            b'%' if matches!(name.get(at + 1..at + 3), Some(b"5B" | b"5b")) => found = Some((at, at + 3)),
            _ => {}
        }
    }
    found
}

/// Whether the part before the last one says that it is about a person.
fn is_of_person(outer: &[u8]) -> bool {
    let outer = match outer {
        [rest @ .., b']'] | [rest @ .., b'%', b'5', b'D' | b'd'] => rest,
        _ => outer,
    };
    let outer = opening(outer).and_then(|(_, end)| outer.get(end..)).unwrap_or(outer);
    let mut lower = [0_u8; 24];
    let letters = outer.iter().filter(|byte| !matches!(byte, b'_' | b'-'));
    let len = lower.iter_mut().zip(letters).map(|(place, byte)| *place = byte.to_ascii_lowercase()).count();
    matches!(
        lower.get(..len).unwrap_or_default(),
        b"ud"
            | b"udff"
            | b"user"
            | b"userdata"
            | b"customer"
            | b"profile"
            | b"person"
            | b"contact"
            | b"traits"
            | b"billing"
            | b"shipping"
            | b"billingaddress"
            | b"shippingaddress"
            | b"address"
            | b"account"
            | b"member"
            | b"pd"
            | b"lead"
            | b"visitor"
            | b"cud"
            | b"match"
            | b"identity"
    )
}

/// What cookies of vendors' scripts and of load balancers are called, up to the number that the vendor gave to the site: it is
/// nobody's, and the name says whose the cookie is. (`identifier-cookie` has their sources.)
const OF_VENDORS: [&str; 17] = [
    "AMCV_",
    "AMP_",
    "BIGipServer",
    "NSC_",
    "_ga_",
    "_gac_",
    "_hjSessionUser_",
    "_hp2_id.",
    "_hp5_meta.",
    "_pk_id.",
    "_sp_id.",
    "ab.storage.deviceId.",
    "incap_ses_",
    "intercom-device-id-",
    "intercom-id-",
    "mp_",
    "xnpe_",
];

/// Whether a cookie's name is one that stays as it is.
pub(super) fn is_of_vendor(name: &str) -> bool {
    let of_a_number =
        |rest: &str| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    OF_VENDORS.iter().any(|start| name.strip_prefix(start).is_some_and(of_a_number))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn names_of_vendors() {
        for name in ["_ga_9XKQ2B7TMN", "_hjSessionUser_1457922", "mp_0a1b2c3d4e5f60718293a4b5c6d7e8f9_mixpanel"] {
            assert!(is_of_vendor(name), "{name}");
        }
        for name in ["_ga_a@b.example", "x_ga_9XKQ2B7TMN", "user_1457922", "mp_%40"] {
            assert!(!is_of_vendor(name), "{name}");
        }
    }

    #[test]
    fn roles() {
        let names = Names::new();
        for (name, is) in [
            ("em", Role::Mail),
            ("user[email]", Role::Mail),
            ("ud%5Bem%5D", Role::Mail),
            ("User_E-Mail", Role::Mail),
            ("emails.0", Role::Any),
            ("email.0.1", Role::Mail),
            ("customer.email.0", Role::Mail),
            ("customerEmail", Role::Mail),
            ("fn", Role::MaybeName),
            ("ud[fn]", Role::Name),
            ("ud%5bfn%5d", Role::Name),
            ("billing_first_name", Role::Name),
            ("gdpr_consent", Role::Consent),
            ("euconsent-v2", Role::Consent),
            ("q", Role::Text),
            ("s", Role::Maybe),
            ("ph", Role::Tel),
            ("web_ph", Role::Any),
            ("lat", Role::Geo),
            ("b", Role::Any),
            ("ab", Role::Any),
            ("", Role::Any),
            ("uid", Role::Id),
            ("ev", Role::Word),
            ("user.ext.eids.0.source", Role::Word),
            ("source", Role::Any),
            ("[", Role::Any),
            ("]", Role::Any),
            ("%5B%5D", Role::Any),
            ("a.", Role::Any),
        ] {
            assert_eq!(names.role(name.as_bytes()), is, "{name}");
        }
        assert_eq!(names.role(&[b'a'; 100]), Role::Any);
        // No word stands twice.
        assert!(names.words.windows(2).all(|two| two[0].0 < two[1].0 && !two[0].0.is_empty()));
    }
}
