//! referrer-leak: the whole address of the page goes to somebody else, and not only the site's name.

use std::borrow::Cow;

use super::{Detector, PLAIN};
use crate::finding::{Confidence, Level, Right};
use crate::observation::{Part, RequestType, Stage};
use crate::pseudonym::{self, Kind, Value};
use crate::seen::sent::{Inner, called, is_filled, kept, last_part, referrer, sent};
use crate::seen::{Draft, Place, Seen, What};

/// Parameters by which sites have visitors search, as Matomo expects them by default:
/// <https://github.com/matomo-org/matomo/blob/ff316f2e806608be9f234154880b92390492c4a5/plugins/SitesManager/API.php>
/// (`DEFAULT_SEARCH_KEYWORD_PARAMETERS`).
static SEARCHES: [&str; 7] = ["k", "keyword", "q", "query", "s", "search", "searchword"];

/// What fields are called that hold the address of the page and of nothing else: Google Analytics' and Meta's `dl`, X's
/// `tw_document_href`, Snap's `pl` (<https://github.com/MisterPhilip/omnibug/tree/master/src/providers>).
static OF_PAGE: [&str; 3] = ["dl", "pl", "tw_document_href"];

/// A path that is sent alone, without the host, has at least so many characters: shorter ones are languages and the like.
const MIN_PATH: usize = 6;

/// What is not a page, by the end of its path.
static FILES: [&str; 12] =
    [".avif", ".css", ".gif", ".ico", ".jpeg", ".jpg", ".js", ".json", ".mjs", ".png", ".svg", ".webp"];

/// Whose words they are.
const HEALTH: &str = "health";
const SEXUALITY: &str = "sexuality";
const BELIEF: &str = "belief";
const UNION: &str = "union";

/// Words that say something of whoever reads under them, by the special categories of personal data of the GDPR's article 9
/// (<https://www.gdprsummary.com/gdpr-definitions/article-9/>), as whole words of an address. Few on purpose: such as hardly
/// mean anything else. Political opinions and ethnic origin are left out, for the same words stand in every newspaper. In
/// English, German, French, Spanish, Portuguese, Italian and Arabic; sorted by bytes.
static WORDS: &[(&str, &str)] = &[
    ("abortion", HEALTH),
    ("abortions", HEALTH),
    ("aborto", HEALTH),
    ("abtreibung", HEALTH),
    ("addiction", HEALTH),
    ("alcoholism", HEALTH),
    ("alkoholsucht", HEALTH),
    ("anorexia", HEALTH),
    ("ansiedad", HEALTH),
    ("antidepressant", HEALTH),
    ("antidepressants", HEALTH),
    ("anxiety", HEALTH),
    ("apostasy", BELIEF),
    ("ateismo", BELIEF),
    ("ateísmo", BELIEF),
    ("atheism", BELIEF),
    ("atheisme", BELIEF),
    ("atheismus", BELIEF),
    ("atheist", BELIEF),
    ("athéisme", BELIEF),
    ("autism", HEALTH),
    ("avortement", HEALTH),
    ("bisexual", SEXUALITY),
    ("bisexuality", SEXUALITY),
    ("brustkrebs", HEALTH),
    ("buddhism", BELIEF),
    ("bulimia", HEALTH),
    ("cancer", HEALTH),
    ("catholicism", BELIEF),
    ("chemotherapy", HEALTH),
    ("chlamydia", HEALTH),
    ("christentum", BELIEF),
    ("christianisme", BELIEF),
    ("christianity", BELIEF),
    ("contraception", HEALTH),
    ("cristianesimo", BELIEF),
    ("cristianismo", BELIEF),
    ("dementia", HEALTH),
    ("demenz", HEALTH),
    ("depresion", HEALTH),
    ("depresión", HEALTH),
    ("depressao", HEALTH),
    ("depression", HEALTH),
    ("depressione", HEALTH),
    ("depressionen", HEALTH),
    ("depressão", HEALTH),
    ("diabetes", HEALTH),
    ("dialysis", HEALTH),
    ("dépression", HEALTH),
    ("ebraismo", BELIEF),
    ("embarazada", HEALTH),
    ("embarazo", HEALTH),
    ("epilepsie", HEALTH),
    ("epilepsy", HEALTH),
    ("gewerkschaft", UNION),
    ("gonorrhea", HEALTH),
    ("gravida", HEALTH),
    ("gravidanza", HEALTH),
    ("gravidez", HEALTH),
    ("grossesse", HEALTH),
    ("grávida", HEALTH),
    ("hepatitis", HEALTH),
    ("herpes", HEALTH),
    ("hinduism", BELIEF),
    ("hiv", HEALTH),
    ("homosexual", SEXUALITY),
    ("homosexualidad", SEXUALITY),
    ("homosexualidade", SEXUALITY),
    ("homosexualitaet", SEXUALITY),
    ("homosexualite", SEXUALITY),
    ("homosexuality", SEXUALITY),
    ("homosexualität", SEXUALITY),
    ("homosexualité", SEXUALITY),
    ("homosexuel", SEXUALITY),
    ("homosexuell", SEXUALITY),
    ("infertility", HEALTH),
    ("islam", BELIEF),
    ("ivf", HEALTH),
    ("ivg", HEALTH),
    ("judaism", BELIEF),
    ("judaisme", BELIEF),
    ("judaismo", BELIEF),
    ("judaïsme", BELIEF),
    ("judentum", BELIEF),
    ("krebserkrankung", HEALTH),
    ("lesbian", SEXUALITY),
    ("lesbiana", SEXUALITY),
    ("lesbienne", SEXUALITY),
    ("lesbisch", SEXUALITY),
    ("lgbt", SEXUALITY),
    ("lgbtq", SEXUALITY),
    ("lgbtqia", SEXUALITY),
    ("miscarriage", HEALTH),
    ("omosessualita", SEXUALITY),
    ("omosessualità", SEXUALITY),
    ("oncology", HEALTH),
    ("pregnancy", HEALTH),
    ("pregnant", HEALTH),
    ("psychiatry", HEALTH),
    ("psychotherapie", HEALTH),
    ("psychotherapy", HEALTH),
    ("quran", BELIEF),
    ("schizophrenia", HEALTH),
    ("schwanger", HEALTH),
    ("schwangerschaft", HEALTH),
    ("schwangerschaftsabbruch", HEALTH),
    ("schwul", SEXUALITY),
    ("selbstmord", HEALTH),
    ("sindacato", UNION),
    ("sindicato", UNION),
    ("sintomas", HEALTH),
    ("sintomi", HEALTH),
    ("suicidal", HEALTH),
    ("suicide", HEALTH),
    ("suicidio", HEALTH),
    ("suicídio", HEALTH),
    ("suizid", HEALTH),
    ("symptome", HEALTH),
    ("symptomes", HEALTH),
    ("symptoms", HEALTH),
    ("symptômes", HEALTH),
    ("syphilis", HEALTH),
    ("síntomas", HEALTH),
    ("transgender", SEXUALITY),
    ("transsexual", SEXUALITY),
    ("tumore", HEALTH),
    ("unionise", UNION),
    ("unionising", UNION),
    ("unionize", UNION),
    ("unionizing", UNION),
    ("vih", HEALTH),
    ("إجهاض", HEALTH),
    ("اكتئاب", HEALTH),
    ("الإجهاض", HEALTH),
    ("الإدمان", HEALTH),
    ("الإلحاد", BELIEF),
    ("الإيدز", HEALTH),
    ("الاكتئاب", HEALTH),
    ("الانتحار", HEALTH),
    ("الردة", BELIEF),
    ("السرطان", HEALTH),
    ("السكري", HEALTH),
    ("الصرع", HEALTH),
    ("العقم", HEALTH),
    ("المثلية", SEXUALITY),
    ("المسيحية", BELIEF),
    ("النقابة", UNION),
    ("انتحار", HEALTH),
];

pub const DETECTOR: Detector = Detector {
    technique: "referrer-leak",
    looks_for: "The page's address with its path, in the Referer header of a request to somebody else, or in a value that the \
                request carries. Worse where it holds what the person searched for on the site, or words of what the law \
                protects most: health, sexuality, belief, membership of a union.",
    threshold: "More of the address than the site's name, which is all that browsers send along by themselves. In a value, it \
                is the page's own address, or any page of its host in a field that is made for that. Searches by the names \
                of parameters that Matomo expects by default; words by a small table in seven languages, by the special \
                categories of the GDPR's article 9.",
    severity: "Low for an address: it says what was read, not who reads. Moderate for searches, which a person words. High for \
               protected words, as indicated: a word of an address need not mean it, so that it weighs moderate.",
    sources: &[
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Referrer-Policy",
        "https://natlawreview.com/article/study-finds-majority-health-related-websites-share-personal-information-third-partie",
        "https://gendigital.com/blog/archive/search-privacy-research",
        "https://www.gdprsummary.com/gdpr-definitions/article-9/",
        "https://github.com/matomo-org/matomo/blob/ff316f2e806608be9f234154880b92390492c4a5/plugins/SitesManager/API.php",
        "https://github.com/MisterPhilip/omnibug/tree/master/src/providers",
    ],
    harmless: &[
        "A comment box, a map or a payment must know which page it is on.",
        "The site may have another name for the same server, so that its own files get the whole address.",
        "Who reads of an illness need not have it.",
    ],
    blind_to: "Addresses that are sent in pieces, encoded or encrypted; a page's title, which can say as much; words that the \
               small table does not have, and political opinions, whose words stand in every newspaper. What was searched for is not kept, so none of its \
               words is held to the table.",
    // Vaguer than nearly all else that is told of an organisation.
    tells: 7,
    rights: &[Right::Privacy, Right::Expression],
    reads: &[Part::RequestHeaders, Part::Bodies],
    look: |seen, _, out| {
        // On the way to a page its address is where signing in leads back to; what was sent along is of the page before.
        if !seen.is_other() || seen.kind() == RequestType::MainFrame || seen.stage() == Stage::Answered {
            return;
        }
        let mut told: Option<Draft<'_>> = None;
        let by_header = referrer(seen).and_then(|text| Inner::read(text.into()));
        let by_header = by_header.map(|inner| ("referer", Place::Header, inner));
        let values = seen.is_request().then(|| sent(seen)).into_iter().flatten();
        let by_value = values.filter(|one| matches!(one.place, Place::Query | Place::Body));
        let by_value = by_value.filter_map(|one| Some((one.name, one.place, address(seen, one.value)?)));
        for (name, place, inner) in by_header.into_iter().chain(by_value) {
            if !is_page(seen, name, place, &inner) {
                continue;
            }
            let (level, confidence, kind) = grade(&inner);
            let draft = told.get_or_insert_with(|| Draft::new(level, confidence));
            if level > draft.level {
                (draft.level, draft.confidence) = (level, confidence);
            }
            draft.details.add(What::Kind, kind);
            draft.details.add(What::Channel, place.name());
            if place != Place::Header {
                draft.details.add(What::Field, &called(name));
            }
        }
        out.extend(told);
    },
    ..PLAIN
};

/// An address in a value: whole, or only the page's own path.
fn address<'a>(seen: &Seen<'a>, value: Value<'a>) -> Option<Inner<'a>> {
    Inner::of(value).or_else(|| {
        let path = kept(value);
        let is_path = path.starts_with('/') || path.starts_with("%2F") || path.starts_with("%2f");
        let path = if is_path && path.len() >= MIN_PATH { value.text() } else { return None };
        is_this(seen, path.split('?').next().unwrap_or_default())
            .then(|| Inner::read(format!("https://{}{path}", seen.page_host).into()))?
    })
}

/// Whether an address is of the page, and more than the site's name.
fn is_page(seen: &Seen<'_>, name: &str, place: Place, inner: &Inner<'_>) -> bool {
    let path = inner.path();
    if path.len() <= 1 || inner.host() != seen.page_host {
        return false;
    }
    let made_for_it = place == Place::Header || OF_PAGE.contains(&last_part(name));
    let plain = path.split('?').next().unwrap_or_default();
    let is_file = FILES.iter().any(|end| plain.ends_with(end));
    (made_for_it && !is_file) || is_this(seen, plain)
}

/// Whether a path is the page's own, as far as that is kept.
fn is_this(seen: &Seen<'_>, path: &str) -> bool {
    let Some(own) = Inner::read(seen.page_url.into()) else { return false };
    let own = own.path().split(['?', ';']).next().unwrap_or_default();
    let path = path.split(';').next().unwrap_or_default();
    if own.len() <= 1 {
        return false;
    }
    let (own, path) = (pseudonym::decode(own), pseudonym::decode(path));
    // Of a long one only the beginning is kept.
    own.strip_suffix('…').map_or_else(|| own == path, |own| path.starts_with(own))
}

/// How grave it is that somebody learns this address.
fn grade(inner: &Inner<'_>) -> (Level, Confidence, &'static str) {
    let (path, query) = inner.path().split_once('?').unwrap_or((inner.path(), ""));
    if let Some(kind) = protected(path) {
        (Level::High, Confidence::Indicated, kind)
    } else if is_search(query) {
        (Level::Moderate, Confidence::Documented, "search")
    } else {
        (Level::Low, Confidence::Documented, "address")
    }
}

/// Of which protected kind a word in a path is.
fn protected(path: &str) -> Option<&'static str> {
    let path = pseudonym::decode(path);
    let words = path.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).take(64);
    let known = |word: &str| {
        let is_lower = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let word = if is_lower { Cow::Borrowed(word) } else { word.to_lowercase().into() };
        let at = WORDS.binary_search_by(|(known, _)| (*known).cmp(&word)).ok()?;
        WORDS.get(at).map(|(_, kind)| *kind)
    };
    words.filter(|word| (3..=64).contains(&word.len())).find_map(known)
}

/// Whether a query says what was searched for: words, and not a number.
fn is_search(query: &str) -> bool {
    pseudonym::pairs(query.as_bytes()).any(|(name, value)| {
        SEARCHES.contains(&name)
            && is_filled(value)
            && (value.parts().any(|part| part.kind == Kind::Text)
                || kept(value).chars().filter(|c| c.is_alphabetic()).count() >= 3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0) && SEARCHES.is_sorted() && OF_PAGE.is_sorted());
        assert!(WORDS.iter().all(|(word, _)| word.to_lowercase() == *word));
    }

    #[test]
    fn words() {
        assert_eq!(protected("/conditions/Depression-in-teens"), Some(HEALTH));
        assert_eq!(protected("/الصحة/أعراض-الاكتئاب"), Some(HEALTH));
        assert_eq!(protected("/2026/healthy-food"), None);
    }
}
