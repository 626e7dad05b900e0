//! Cookies that tell nobody apart, whatever their values look like, as those who make them document.

/// Cookies that say which server answered, keep robots out, try whether cookies are taken, count a visit, or hold a language,
/// where a visit came from or what was agreed to. The category "Functional" or "Security" of the Open Cookie Database
/// (<https://github.com/jkwakman/Open-Cookie-Database/blob/master/open-cookie-database.csv>), but for: LinkedIn's `lidc`, by which
/// a data centre is chosen (<https://www.linkedin.com/legal/l/cookie-table>); Google Analytics' `__utmb`, `__utmc`, `__utmt` and
/// `__utmz`, which hold the number of the site and times
/// (<https://cloud.google.com/analytics/resources/concepts/gaConceptsCookies>); and Imperva's `___utmv…`, which its check for
/// robots leaves for a quarter of an hour, as recordings show: no page of Imperva's tells of them. Imperva's `visid_incap_*` is
/// none of these: it is kept for a year and is a visitor's number. Sorted; `*` for any rest.
static OF_SERVICE: &[&str] = &[
    "ARRAffinity",
    "ARRAffinitySameSite",
    "AWSALB",
    "AWSALBCORS",
    "AWSALBTG",
    "AWSALBTGCORS",
    "AWSELB",
    "AWSELBCORS",
    "BIGipServer*",
    "GCLB",
    "NSC_*",
    "SERVERID",
    "TS01*",
    "___utmva*",
    "___utmvb*",
    "___utmvc*",
    "___utmvm*",
    "__cf_bm",
    "__cflb",
    "__cfruid",
    "__utmb",
    "__utmc",
    "__utmt",
    "__utmz",
    "_abck",
    "_cfuvid",
    "ak_bmsc",
    "cf_clearance",
    "incap_ses_*",
    "lang",
    "li_gc",
    "lidc",
    "nlbi_*",
    "test_cookie",
];

/// Whether a cookie of that name tells nobody apart.
pub fn is_of_service(name: &str) -> bool {
    OF_SERVICE.iter().any(|known| is_called(name, known))
}

/// Whether a name is the known one, in which `*` stands for one character or more.
pub fn is_called(name: &str, known: &str) -> bool {
    // Nearly always the first letter says no.
    if name.as_bytes().first() != known.as_bytes().first() && !known.starts_with('*') {
        return false;
    }
    let same = name.bytes().zip(known.bytes()).take_while(|(one, other)| one == other && *other != b'*').count();
    match known.as_bytes().get(same..) {
        Some([]) => name.len() == same,
        Some([b'*', end @ ..]) => name.len() > same + end.len() && name.as_bytes().ends_with(end),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{OF_SERVICE, is_of_service};

    #[test]
    fn names() {
        assert!(OF_SERVICE.is_sorted());
        for name in ["BIGipServerpool_web", "__cf_bm", "incap_ses_198_592261", "___utmvmVOuOvZm", "lidc"] {
            assert!(is_of_service(name), "{name}");
        }
        for name in ["BIGipServer", "uid", "visid_incap_592261", "__utma", "lidc2"] {
            assert!(!is_of_service(name), "{name}");
        }
    }
}
