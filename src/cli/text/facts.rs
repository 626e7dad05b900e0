//! What our own lists say: of an actor, of a country's laws, and where each claim can be checked.

use std::collections::BTreeSet;
use std::fmt::Write;

use isocountry::CountryCode;
use onlooker::report::{Country, Dossier, Identity, Source};

use super::{Paint, kind, plain, slug};
use crate::cli::words;

/// The kind whose entries say what a document names, and not what a company was seen taking.
pub const PRISM: &str = "prism";

/// Alliances, the closest first. Each is one within the next, so a country is told with the first of them only.
const ALLIANCES: [&str; 3] = ["five-eyes", "nine-eyes", "fourteen-eyes"];

/// Names that people use, as browsers have them, where the one of ISO 3166-1 is long, old, or disputed.
const COMMON_NAMES: [(&str, &str); 18] = [
    ("BN", "Brunei"),
    ("BO", "Bolivia"),
    ("FM", "Micronesia"),
    ("GB", "United Kingdom"),
    ("IR", "Iran"),
    ("KP", "North Korea"),
    ("KR", "South Korea"),
    ("LA", "Laos"),
    ("MD", "Moldova"),
    ("MK", "North Macedonia"),
    ("RU", "Russia"),
    ("SY", "Syria"),
    ("TR", "Türkiye"),
    ("TW", "Taiwan"),
    ("TZ", "Tanzania"),
    ("US", "United States"),
    ("VE", "Venezuela"),
    ("VN", "Vietnam"),
];

/// A country's name in English; its code where that is none.
pub fn country_name(code: &str) -> String {
    if let Some((_, name)) = COMMON_NAMES.iter().find(|(known, _)| *known == code) {
        return (*name).to_owned();
    }
    CountryCode::for_alpha2(code).map_or_else(|_| code.to_owned(), |country| country.name().to_owned())
}

/// `, of Contentsquare; seat: Malta`, as far as it is known.
pub fn seat(who: &Identity) -> String {
    let owner = who.owner.iter().filter(|owner| **owner != who.name).map(|owner| format!(", of {}", plain(owner)));
    let country = who.country.iter().map(|code| format!("; seat: {}", country_name(code)));
    owner.chain(country).collect()
}

fn known(text: &str) -> String {
    if text.is_empty() { "not known".to_owned() } else { plain(text).into_owned() }
}

/// What it means that an actor is of this kind, and what can be done.
pub fn meaning(out: &mut String, indent: &str, of: &str) {
    for (what, part) in [("it can mean", "means"), ("the site could", "site"), ("you can", "you")] {
        if let Some(text) = words::part("kind", of, part) {
            let _ = writeln!(out, "{indent}{what}: {text}");
        }
    }
}

/// What our own lists say of an actor, under a line that names it; of a host that is only a sign of it, that it is one.
pub fn dossier(out: &mut String, indent: &str, actor: &Dossier, sign: bool) {
    if sign {
        for line in signs(actor) {
            let _ = writeln!(out, "{indent}{line}");
        }
        let _ = writeln!(out, "{indent}whose host it is today is not known");
        let _ = writeln!(out, "{indent}of {}: {}", plain(&actor.name), plain(&actor.does));
    } else {
        let _ = writeln!(out, "{indent}{}", plain(&actor.does));
    }
    let takes: Vec<String> = actor
        .takes
        .iter()
        .map(|word| words::part("takes", word, "").map_or_else(|| slug(word), str::to_owned))
        .collect();
    if sign {
        // Its seat, and what it takes, are the actor's; as the host's they would be false.
    } else if actor.kind == PRISM {
        // The record is about what a company holds, not about what a page's contact gives it.
        if !takes.is_empty() {
            let _ = writeln!(out, "{indent}the slides name, of what the company holds: {}", takes.join(", "));
        }
    } else {
        let country = if actor.country.is_empty() { "not known".to_owned() } else { country_name(&actor.country) };
        let (owner, since) = (known(&actor.owner), known(&actor.since));
        let _ = writeln!(out, "{indent}owner: {owner}; country: {country}; since: {since}");
        let takes = if takes.is_empty() { "not known".to_owned() } else { takes.join(", ") };
        let _ = writeln!(out, "{indent}known to take: {takes}");
    }
    if actor.gvl_id != 0 {
        declared(out, indent, actor);
    }
    if !actor.harmless.is_empty() {
        let _ = writeln!(out, "{indent}can be harmless: {}", plain(&actor.harmless));
    }
    if !actor.dispute.is_empty() {
        let _ = writeln!(out, "{indent}what it says itself: {}", plain(&actor.dispute));
    }
}

/// How sure that is, and where it can be checked.
pub fn checked(out: &mut String, indent: &str, actor: &Dossier, paint: Paint) {
    let sure = words::part("entry_confidence", &actor.confidence, "").unwrap_or(&actor.confidence);
    let _ = writeln!(out, "{indent}how sure: {}", plain(sure));
    sources(out, indent, &actor.sources, paint);
}

/// By whom, and when, the host was published under the actor's name.
fn signs(actor: &Dossier) -> Vec<String> {
    let about = |source: &&Source| source.supports.iter().any(|field| field == "collects" || field == "patterns");
    let by: BTreeSet<(&str, &str)> =
        actor.sources.iter().filter(about).map(|source| (source.publisher.as_str(), source.date.as_str())).collect();
    if by.is_empty() {
        return vec![format!("published as an indicator of {}; by whom is not known", plain(&actor.name))];
    }
    by.into_iter()
        .map(|(publisher, date)| {
            let on = match date.len() {
                0 => ", on a day that is not known".to_owned(),
                10 => format!(" on {}", plain(date)),
                _ => format!(" in {}", plain(date)),
            };
            format!("published as an indicator of {} by {}{on}", plain(&actor.name), plain(publisher))
        })
        .collect()
}

fn declared(out: &mut String, indent: &str, actor: &Dossier) {
    let word = |family: &str, number: &u32| words::part(family, &number.to_string(), "");
    let purposes: Vec<&str> = actor.purposes.iter().filter_map(|number| word("purpose", number)).collect();
    let features: Vec<&str> = actor.special_features.iter().filter_map(|number| word("iab_feature", number)).collect();
    let parts: Vec<String> =
        [purposes.join(", "), features.join(". ")].into_iter().filter(|part| !part.is_empty()).collect();
    let said = if parts.is_empty() { "nothing".to_owned() } else { parts.join(". ") };
    let _ = writeln!(out, "{indent}declares to IAB Europe (vendor {}): {said}", actor.gvl_id);
}

/// What is verified of the laws of these countries; of one of which nothing is, that it is not known.
pub fn laws_of<'a>(out: &mut String, codes: impl IntoIterator<Item = &'a String>, countries: &[Country], paint: Paint) {
    for code in codes {
        match countries.iter().find(|country| country.code == *code) {
            Some(country) => laws(out, country, paint),
            None => laws(out, &Country { code: code.clone(), ..Country::default() }, paint),
        }
    }
}

fn laws(out: &mut String, country: &Country, paint: Paint) {
    let _ = writeln!(out, "\n  {}", paint.strong(&format!("Laws: {}", country_name(&country.code))));
    if country.laws.is_empty() {
        out.push_str("    What the state can demand of companies there is not known.\n");
    }
    for law in &country.laws {
        let year = if law.year.is_empty() { String::new() } else { format!(" ({})", plain(&law.year)) };
        let _ = writeln!(out, "    {}{year}: {}", plain(&law.name), plain(&law.allows));
        let oversight = if law.oversight.is_empty() { "unknown" } else { &law.oversight };
        if let Some(oversight) = words::part("oversight", oversight, "") {
            let _ = writeln!(out, "      {oversight}");
        }
        sources(out, "      ", &law.sources, paint);
    }
    let closest = ALLIANCES.iter().find(|name| country.alliances.iter().any(|alliance| alliance == *name));
    let others = country.alliances.iter().map(String::as_str).filter(|name| !ALLIANCES.contains(name));
    let alliances = closest.copied().into_iter().chain(others).filter_map(|name| words::part("alliance", name, ""));
    for line in alliances {
        let _ = writeln!(out, "    {line}");
    }
    let adequacy = words::part("adequacy", &country.adequacy, "").filter(|_| !country.adequacy.is_empty());
    let adequacy = adequacy.unwrap_or("What the EU holds of its data protection is not known here");
    let _ = writeln!(out, "    {adequacy}");
    let year = &country.protection_year;
    let year = if year.is_empty() { String::new() } else { format!(" ({})", plain(year)) };
    let _ = writeln!(out, "    data protection law: {}{year}", known(&country.protection));
    let complain = if country.complaints.is_empty() { "" } else { "; complaints: " };
    let _ = writeln!(
        out,
        "    data protection authority: {}{complain}{}",
        known(&country.authority),
        plain(&country.complaints)
    );
    sources(out, "    ", &country.sources, paint);
}

/// Where a claim can be checked. One document can stand behind several claims, and is named once.
pub fn sources(out: &mut String, indent: &str, sources: &[Source], paint: Paint) {
    let mut named = BTreeSet::new();
    for source in sources {
        let read =
            if source.checked == "unread" { "not read yet".to_owned() } else { format!("read on {}", source.checked) };
        let date = if source.date.is_empty() { String::new() } else { format!(", {}", plain(&source.date)) };
        let claim = |key: &String| words::part("supports", key, "").map_or_else(|| slug(key), str::to_owned);
        let of: BTreeSet<String> = source.supports.iter().map(claim).collect();
        let of = if of.is_empty() { String::new() } else { format!(" for {}", Vec::from_iter(of).join(", ")) };
        let line = format!("source{of}: {}{date}: {} ({})", plain(&source.publisher), plain(&source.url), plain(&read));
        if named.insert(line.clone()) {
            let _ = writeln!(out, "{indent}{}", paint.soft(&line));
        }
    }
}

/// An actor with its kind.
pub fn named(actor: &Dossier) -> String {
    format!("{}: {}", kind(&actor.kind), plain(&actor.name))
}

#[cfg(test)]
mod tests {
    use super::country_name;

    #[test]
    fn countries_have_the_names_that_people_use() {
        assert_eq!(country_name("TW"), "Taiwan");
        assert_eq!(country_name("MT"), "Malta");
        assert_eq!(country_name("XX"), "XX");
        // Brackets and commas are how ISO writes what is disputed or long.
        for country in isocountry::CountryCode::iter() {
            let name = country_name(country.alpha2());
            assert!(!name.contains(" of)") && !name.contains(" of China"), "{name}");
        }
    }
}
