//! What a finding is about and what it tells beside its rule, in plain words.

use onlooker::report::{Finding, Subject};

use super::{count, plain, slug, within};
use crate::cli::words;

/// What it is about, then what else it tells, each kind of it once.
pub fn told(finding: &Finding) -> Vec<String> {
    let mut told: Vec<String> = finding.subject.iter().map(|of| subject(finding.technique, of)).collect();
    let mut rest = finding.details.as_slice();
    while let Some(first) = rest.first() {
        let (same, others) = rest.split_at(rest.partition_point(|detail| detail.what == first.what));
        let texts: Vec<String> = same.iter().map(|detail| said(finding.technique, detail.what, &detail.text)).collect();
        told.push(format!("{}: {}", label(finding.technique, first.what), texts.join(", ")));
        rest = others;
    }
    told
}

/// A word of ours, or the page's with where that stood.
fn subject(technique: &str, of: &Subject) -> String {
    if let Some(ours) = ours(technique, "subject", &of.name) {
        return ours.to_owned();
    }
    let place = words::part("place", of.place, "").unwrap_or(of.place);
    if of.name.is_empty() { place.to_owned() } else { format!("{place}: {}", plain(&of.name)) }
}

fn ours(technique: &str, what: &str, word: &str) -> Option<&'static str> {
    words::part("said", &format!("{technique}/{what}/{word}"), "")
}

fn label(technique: &str, what: &str) -> String {
    let own = words::part("label", &format!("{technique}/{what}"), "");
    own.or_else(|| words::part("what", what, "")).map_or_else(|| slug(what), within)
}

fn said(technique: &str, what: &str, text: &str) -> String {
    if let Some(ours) = ours(technique, what, text) {
        return ours.to_owned();
    }
    let number = || text.parse::<u64>().ok();
    let known = match what {
        "kind" => words::part("value", text, "").map(str::to_owned),
        "channel" => words::part("place", text, "").map(str::to_owned),
        "encoding" => words::part("encoding", text, "").map(str::to_owned),
        "lifetime" if text == "session" => words::part("lifetime", text, "").map(str::to_owned),
        "lifetime" => number().map(|days| count(days, "day", "days")),
        "length" => number().map(|length| count(length, "character", "characters")),
        "purpose" => Some(purposes(text)),
        _ => None,
    };
    known.unwrap_or_else(|| plain(text).into_owned())
}

/// The purposes of the IAB's framework that a text names: `1-4, 7`.
fn purposes(text: &str) -> String {
    let mut named = Vec::new();
    for part in text.split(", ") {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.parse::<u8>(), last.parse::<u8>()) {
            (Ok(first), Ok(last)) => named.extend((first..=last).map(|number| {
                let number = number.to_string();
                words::part("purpose", &number, "").map_or(number, str::to_owned)
            })),
            _ => named.push(plain(part).into_owned()),
        }
    }
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{label, purposes, said};

    #[test]
    fn words_units_and_labels() {
        assert_eq!(said("identifier-cookie", "lifetime", "720"), "720 days");
        assert_eq!(said("identifier-cookie", "lifetime", "session"), "until the browser is closed");
        assert_eq!(said("identifier-cookie", "length", "1"), "1 character");
        assert_eq!(said("beacon", "kind", "every visit"), "visits in which nothing failed, too");
        assert_eq!(said("personal-data-leak", "kind", "mail"), "an e-mail address");
        assert_eq!(said("pixel-event", "event", "Add\u{202e}"), "Add\\u{202e}");
        assert_eq!(
            (label("beacon", "vendor").as_str(), label("consent", "vendor").as_str()),
            ("who collects", "whose")
        );
    }

    #[test]
    fn purposes_of_the_framework() {
        assert_eq!(
            purposes("1-2, 9"),
            "keeps or reads data on the device, chooses adverts by limited data, studies audiences"
        );
        assert_eq!(purposes("24, x-1"), "24, x-1");
    }
}
