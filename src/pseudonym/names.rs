//! What a parameter's name says of its value.

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

/// What this parameter's value is. Names are matched in lower case, without `_` and `-`, and by their last part
/// (`user[email]`, `ud%5Bem%5D`, `user.email`).
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
pub(super) fn role(name: &[u8]) -> Role {
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
    let name = plain.get(..len).unwrap_or_default();
    match name {
        b"gdprconsent" | b"gdprconsentstring" | b"euconsent" | b"euconsentv2" | b"addtlconsent" | b"usprivacy"
        | b"gpp" | b"gppsid" | b"gppstring" | b"gcs" | b"gcd" | b"npa" | b"gdpr" | b"tcstring" | b"tcfstring"
        | b"ccpa" | b"consentstring" | b"dma" | b"dmacps" | b"uspstring" | b"usp" | b"groups" => Role::Consent,

        b"em"
        | b"he"
        | b"hem"
        | b"email"
        | b"mail"
        | b"emailaddress"
        | b"useremail"
        | b"eml"
        | b"emailhash"
        | b"hashedemail"
        | b"emailsha256"
        | b"emailmd5"
        | b"emailsha1"
        | b"sha256email"
        | b"sha256emailaddress"
        | b"sha1email"
        | b"md5email"
        | b"hemsha256"
        | b"hemmd5"
        | b"hemsha1"
        | b"uem" => Role::Mail,

        b"ph" | b"phone" | b"tel" | b"mobile" | b"phonenumber" | b"phoneno" | b"telephone" | b"cell" | b"cellphone"
        | b"msisdn" | b"sha256phonenumber" | b"hashedphone" | b"phonehash" | b"phonesha256" | b"sha256phone"
        | b"pn" | b"mobilenumber" | b"mobilephone" | b"whatsapp" | b"contactnumber" => Role::Tel,

        b"firstname" | b"lastname" | b"fullname" | b"surname" | b"familyname" | b"givenname" | b"fname" | b"lname"
        | b"middlename" | b"sha256firstname" | b"sha256lastname" | b"realname" | b"nachname" | b"vorname"
        | b"customername" | b"cardholder" | b"cardholdername" | b"nom" | b"prenom" | b"apellido" | b"apellidos"
        | b"nombre" | b"additionalname" => Role::Name,
        b"fn" | b"ln" if within => Role::Name,
        b"name" if within => Role::Name,

        b"ssn"
        | b"cpf"
        | b"dni"
        | b"nie"
        | b"nif"
        | b"nir"
        | b"aadhaar"
        | b"aadhar"
        | b"personnummer"
        | b"nationalid"
        | b"passport"
        | b"socialsecuritynumber"
        | b"pesel"
        | b"taxid"
        | b"curp" => Role::Nat,

        b"ip" | b"ipaddress" | b"ipaddr" | b"clientip" | b"userip" | b"uip" | b"remoteaddr" | b"remoteip"
        | b"visitorip" | b"ipv4" | b"ipv6" | b"clientipaddress" => Role::Ip,

        b"lat" | b"lon" | b"lng" | b"long" | b"latitude" | b"longitude" | b"latlng" | b"latlon" | b"ll" | b"coords"
        | b"geo" | b"geoloc" | b"location" | b"loc" | b"position" | b"center" | b"centre" | b"gps" => Role::Geo,

        b"q" | b"query" | b"search" | b"keyword" | b"keywords" | b"searchterm" | b"searchquery" | b"searchtext"
        | b"searchstring" | b"searchkeyword" | b"searchword" | b"message" | b"comment" | b"address" | b"street"
        | b"streetaddress" | b"address1" | b"address2" | b"addressline1" | b"addressline2" | b"zip" | b"zipcode"
        | b"postcode" | b"postalcode" | b"city" | b"town" | b"birthday" | b"dob" | b"birthdate" | b"dateofbirth"
        | b"bday" | b"gender" | b"sex" | b"company" | b"organization" | b"nationality" | b"religion" | b"password"
        | b"passwd" | b"pwd" | b"homecity" | b"sha256street" | b"userinput" | b"freetext" | b"username" | b"login"
        | b"nickname" => Role::Text,
        b"ct" | b"st" | b"zp" | b"ge" | b"db" | b"country" | b"region" | b"state" if within => Role::Text,

        // Also a function's or a file's name, or a language.
        b"fn" | b"ln" | b"name" => Role::MaybeName,
        // Also a state, a database, a size (`s`), a label (`text`).
        b"ct" | b"st" | b"zp" | b"ge" | b"db" | b"s" | b"text" | b"term" | b"kw" | b"wd" | b"note" | b"subject"
        | b"content" => Role::Maybe,

        b"uid" | b"id" | b"cid" | b"userid" | b"clientid" | b"visitorid" | b"externalid" | b"guid" | b"uuid"
        | b"deviceid" | b"did" | b"fbp" | b"fbc" | b"sid" | b"sessionid" | b"vid" | b"tid" | b"pid" | b"aid"
        | b"mid" | b"customerid" | b"partnerid" | b"puid" | b"ppid" | b"ga" | b"pixelid" | b"accountid"
        | b"advertiserid" | b"googlegid" | b"googlenid" | b"partneruid" | b"buyeruid" | b"cookieid" | b"muid"
        | b"ord" | b"rnd" | b"cb" | b"correlator" | b"random" | b"transactionid" | b"orderid" | b"requestid"
        | b"auid" | b"gclid" | b"fbclid" | b"msclkid" | b"itemid" | b"productid" | b"sku" | b"pageid" => Role::Id,

        b"ev" | b"en" | b"event" | b"eventname" | b"t" | b"ec" | b"ea" | b"type" | b"action" | b"eventtype"
        | b"hittype" | b"currency" | b"lang" | b"language" | b"locale" | b"ul" | b"eventcategory" | b"eventaction"
        | b"method" | b"status" | b"trackingtype" | b"conversiontype" | b"eventid" | b"op" | b"kind" | b"category" => {
            Role::Word
        }

        _ => by_end(name),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles() {
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
            ("[", Role::Any),
            ("]", Role::Any),
            ("%5B%5D", Role::Any),
            ("a.", Role::Any),
        ] {
            assert_eq!(role(name.as_bytes()), is, "{name}");
        }
        assert_eq!(role(&[b'a'; 100]), Role::Any);
    }
}
