//! Answers for people: calm, in plain words, the same facts as the JSON. A level is always a word and a shape, and a
//! colour only where there is a terminal that wants one.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use isocountry::CountryCode;
use onlooker::feeds::Feed;
use onlooker::finding::{Confidence, Level};
use onlooker::observation::RequestType;
use onlooker::report::{
    Country, Dossier, Explanation, Finding, Identity, ListInfo, Numbered, PageReport, Report, Rule, Source, Summary,
    Told, Watcher,
};

use super::words;

/// How many of the organisations that no rule speaks of are named one by one.
const NAMED: usize = 12;

/// How much of an example's address is shown; the JSON has it all.
const SHOWN: usize = 110;

/// Text from outside with everything escaped that could steer a terminal or turn the reading order around.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if steers(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Where colours go, or not.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    fn soft(self, text: &str) -> String {
        self.with("2", text)
    }

    /// A level's shape and word. The colours are the terminal's own, so that they suit its background.
    fn level(self, told: Told) -> String {
        let (shape, code) = match told {
            Told::Known(Level::None) => ("○", "0"),
            Told::Known(Level::Low) => ("●", "32"),
            Told::Known(Level::Moderate) => ("▲", "33"),
            Told::Known(Level::High) => ("◆", "31"),
            Told::Known(Level::Severe) => ("⯃", "35"),
            Told::Unknown => ("?", "0"),
        };
        let word = if told == Told::Unknown { "not known" } else { told.name() };
        self.with(code, &format!("{shape} {word}"))
    }
}

/// What one says of a page at this level.
fn sentence(told: Told) -> &'static str {
    match told {
        Told::Known(Level::None) => "Nobody else was contacted.",
        Told::Known(Level::Low) => "Others were contacted; no known tracker among them.",
        Told::Known(Level::Moderate) => "Known trackers were contacted.",
        Told::Known(Level::High) => {
            "Contacted were services that can follow a person across sites, record visits, or sell places for adverts."
        }
        Told::Known(Level::Severe) => {
            "Contacted was an address that lists tie to spyware, stalkerware or interception."
        }
        Told::Unknown => "Nothing could be seen of this page, so nothing is said of it.",
    }
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn technique(slug: &str) -> String {
    slug.replace('-', " ")
}

/// A whole report.
pub fn report(report: &Report, colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    let mut told = BTreeSet::new();
    for one in &report.pages {
        page(&mut out, report, one, &mut told, paint);
        out.push('\n');
    }
    for country in &report.countries {
        laws(&mut out, country, paint);
    }
    if !report.countries.is_empty() {
        out.push('\n');
    }
    if report.pages.len() != 1 {
        let levels = Level::ALL.into_iter().rev().map(Told::Known).chain([Told::Unknown]);
        let mut parts = Vec::new();
        for told in levels {
            let pages = report.pages.iter().filter(|page| page.level == told).count();
            if pages > 0 {
                parts.push(format!("{pages} {}", paint.level(told)));
            }
        }
        let pages = count(report.pages.len() as u64, "page", "pages");
        let _ = writeln!(out, "{pages}{}{}", if parts.is_empty() { "" } else { ": " }, parts.join(", "));
    }
    let lists: Vec<String> =
        report.lists.iter().map(|list| plain(&format!("{} {}", list.title, list.version)).into_owned()).collect();
    let _ = writeln!(out, "{}", paint.soft(&format!("Onlooker {}. Lists: {}.", report.version, lists.join(", "))));
    out
}

fn page<'a>(out: &mut String, report: &'a Report, page: &'a PageReport, told: &mut BTreeSet<&'a str>, paint: Paint) {
    let url = if page.url.is_empty() { "(a page whose address could not be read)".into() } else { plain(&page.url) };
    let _ = writeln!(out, "{}  {}", paint.level(page.level), paint.strong(&url));
    let mut line = sentence(page.level).to_owned();
    if !page.watchers.is_empty() {
        let who = count(page.watchers.len() as u64, "organisation looks on", "organisations look on");
        let _ = write!(line, " {who}.");
    }
    if page.total > 0 {
        let _ =
            write!(line, " {} of {} went to other sites", page.third_party, count(page.total, "request", "requests"));
        if page.same_owner > 0 {
            let _ = write!(line, ", {} of them to the same owner's", page.same_owner);
        }
        line.push('.');
    }
    let _ = writeln!(out, "  {line}");
    summary(out, &page.summary);
    site(out, report, page);

    let mut quiet = Vec::new();
    for watcher in &page.watchers {
        let its: Vec<&Finding> =
            page.findings.iter().filter(|f| f.watcher.as_ref() == Some(&watcher.who.name)).collect();
        if its.iter().any(|finding| finding.rule.is_some()) {
            organisation(out, report, watcher, &its, told, paint);
        } else {
            quiet.push(watcher);
        }
    }
    let own: Vec<&Finding> = page.findings.iter().filter(|finding| finding.watcher.is_none()).collect();
    if !own.is_empty() {
        let _ = writeln!(out, "\n  {}", paint.strong("The site itself"));
        for each in own {
            finding(out, each, paint);
        }
    }
    if !quiet.is_empty() {
        let mut names: Vec<String> =
            quiet.iter().take(NAMED).map(|w| format!("{} ({})", plain(&w.who.name), w.requests)).collect();
        if quiet.len() > NAMED {
            names.push(format!("and {} more", quiet.len() - NAMED));
        }
        let _ = writeln!(out, "\n  Also contacted, with no rule against it: {}", names.join(", "));
    }
    looked_for(out, page);
}

/// Who looks on, in numbers: of which kinds, in which countries.
fn summary(out: &mut String, summary: &Summary) {
    let list = |items: &[Numbered], name: &dyn Fn(&str) -> String| {
        items.iter().map(|item| format!("{} ({})", name(&item.word), item.count)).collect::<Vec<_>>().join("; ")
    };
    if !summary.kinds.is_empty() {
        let _ = writeln!(out, "  Among them: {}", list(&summary.kinds, &kind));
    }
    if summary.organisations > 0 {
        let mut where_from = list(&summary.countries, &country_name);
        if summary.country_not_known > 0 {
            let comma = if where_from.is_empty() { "" } else { "; " };
            let _ = write!(where_from, "{comma}not known ({})", summary.country_not_known);
        }
        let _ = writeln!(out, "  Countries: {where_from}");
    }
}

/// Who runs the site itself, as far as it is known.
fn site(out: &mut String, report: &Report, page: &PageReport) {
    match &page.operator {
        None if page.site.is_empty() => {}
        None => out.push_str("  Who runs this site is not known.\n"),
        Some(who) => {
            if who.name.is_empty() {
                out.push_str("  Who runs this site is not known.\n");
            } else {
                let _ = writeln!(out, "  This site is run by {}{}.", plain(&who.name), seat(who));
            }
            let named: Vec<String> = actors(report, who)
                .filter(|actor| who.listed.contains(&actor.id))
                .map(|actor| kind(&actor.kind))
                .collect();
            if !named.is_empty() {
                let _ = writeln!(out, "  Its own address is on Onlooker's own lists, under: {}.", named.join(", "));
            }
        }
    }
}

/// `, of Contentsquare, in Malta`, as far as it is known.
fn seat(who: &Identity) -> String {
    let owner = who.owner.iter().map(|owner| format!(", of {}", plain(owner)));
    let country = who.country.iter().map(|code| format!(", in {}", country_name(code)));
    owner.chain(country).collect()
}

/// What a report tells of the actors that an organisation is.
fn actors<'a>(report: &'a Report, who: &'a Identity) -> impl Iterator<Item = &'a Dossier> {
    who.actors.iter().filter_map(|id| report.actors.iter().find(|actor| actor.id == *id))
}

/// A kind of actor, in words.
fn kind(name: &str) -> String {
    words::part("kind", name, "name").map_or_else(|| technique(name), str::to_owned)
}

/// A country's name in English; its code where that is none.
fn country_name(code: &str) -> String {
    CountryCode::for_alpha2(code).map_or_else(|_| code.to_owned(), |country| country.name().to_owned())
}

fn organisation<'a>(
    out: &mut String,
    report: &'a Report,
    watcher: &'a Watcher,
    findings: &[&Finding],
    told: &mut BTreeSet<&'a str>,
    paint: Paint,
) {
    let who = &watcher.who;
    let mut about = Vec::new();
    if !watcher.known {
        about.push("owner not known".to_owned());
    } else if who.category != "unknown" {
        about.push(technique(who.category));
    }
    about.push(who.country.as_deref().map_or_else(|| "country not known".to_owned(), country_name));
    about.extend(who.owner.as_deref().map(|owner| format!("belongs to {}", plain(owner))));
    about.push(count(watcher.requests, "request", "requests"));
    let level = paint.level(Told::Known(watcher.level));
    let _ = writeln!(out, "\n  {}  {}  {level}", paint.strong(&plain(&who.name)), paint.soft(&about.join(", ")));
    for each in findings {
        // A contact says nothing more where a rule names what it is for.
        if each.rule.is_some() {
            finding(out, each, paint);
        }
    }
    for actor in actors(report, who) {
        // Told whole where it is met first.
        if told.insert(&actor.id) {
            dossier(out, actor, paint);
        } else {
            let _ = writeln!(out, "    {}: {} (told above)", kind(&actor.kind), plain(&actor.name));
        }
    }
    let rights: Vec<&str> = watcher.rights.iter().filter_map(|right| words::part("right", right.name(), "")).collect();
    if !rights.is_empty() {
        let _ = writeln!(out, "    rights it touches: {}", rights.join(", "));
    }
    if !who.countries.is_empty() {
        let names: Vec<String> = who.countries.iter().map(|code| country_name(code)).collect();
        let _ = writeln!(out, "    laws that reach it: those of {}, see below", names.join(", "));
    }
    sources(out, "    ", &who.sources, paint);
}

fn finding(out: &mut String, finding: &Finding, paint: Paint) {
    let signs = if finding.confidence == Confidence::Indicated { ", signs of it only" } else { "" };
    let times = if finding.count == 1 { String::new() } else { format!(", {} times", finding.count) };
    let _ = writeln!(out, "    {}: {}{times}{signs}", technique(finding.technique), plain(&finding.domain));
    if let Some(one) = &finding.rule {
        rule(out, "      ", one, paint);
    }
    if let Some(exception) = &finding.exception_rule {
        let _ = writeln!(out, "      known, and let through by the list to avoid breakage:");
        rule(out, "      ", exception, paint);
    }
    if let Some(evidence) = finding.evidence.first() {
        let mut url: String = evidence.url.chars().take(SHOWN).collect();
        if url.len() < evidence.url.len() {
            url.push('…');
        }
        let _ = writeln!(out, "      {}", paint.soft(&format!("{} {}", evidence.kind, plain(&url))));
    }
}

fn rule(out: &mut String, indent: &str, rule: &Rule, paint: Paint) {
    let mut place = format!("{}, line {}", plain(&rule.list_title), rule.line);
    if !rule.section.is_empty() {
        let _ = write!(place, ", under \"{}\"", plain(&rule.section));
    }
    let _ = writeln!(out, "{indent}{}  {}", plain(&rule.text), paint.soft(&place));
}

/// What was not seen, what could not be looked for, and what was left out: part of the answer.
fn looked_for(out: &mut String, page: &PageReport) {
    let with = |state: &str, why: bool| {
        let checks = page.checks.iter().filter(|check| check.state == state);
        let words = checks.map(|check| match (&check.why, why) {
            (Some(why), true) => format!("{} ({})", technique(check.technique), plain(&technique(why))),
            _ => technique(check.technique),
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let skipped: Vec<String> =
        page.skipped.iter().map(|skipped| format!("{} {}", skipped.count, plain(&technique(&skipped.why)))).collect();
    let lines = [
        ("Not seen", with("not-seen", true)),
        ("Could not look for", with("could-not-look", true)),
        ("Not judged, or not whole", skipped.join(", ")),
    ];
    if lines.iter().any(|(_, line)| !line.is_empty()) {
        out.push('\n');
    }
    for (what, line) in lines {
        if !line.is_empty() {
            let _ = writeln!(out, "  {what}: {line}");
        }
    }
}

/// What is known of one request.
pub fn explanation(explanation: &Explanation, kind: Option<RequestType>, colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.strong(&plain(&explanation.url)));
    if let Some(kind) = kind {
        let party = if explanation.party == "first" { "the page's own site" } else { "another site than the page's" };
        let _ = writeln!(out, "  asked for as {}, from {party}", technique(&kind.name().replace('_', " ")));
    }
    match &explanation.watcher {
        Some(who) => {
            let mut about = format!("  {} belongs to {}", plain(&explanation.domain), paint.strong(&plain(&who.name)));
            if who.category != "unknown" {
                let _ = write!(about, " ({})", technique(who.category));
            }
            about.push_str(&seat(who));
            let _ = writeln!(out, "{about}");
            sources(&mut out, "  ", &who.sources, paint);
        }
        None => out.push_str("  whose host it is, is not known\n"),
    }
    match explanation.rules.len() {
        0 if kind.is_none() => {}
        0 => out.push_str("\n  No rule matches it.\n"),
        rules => {
            let _ = writeln!(out, "\n  {}:", count(rules as u64, "rule matches it", "rules match it"));
        }
    }
    for one in &explanation.rules {
        rule(&mut out, if one.exception { "    lets it through: " } else { "    " }, one, paint);
    }
    if !explanation.actors.is_empty() {
        out.push_str("\n  In Onlooker's own lists:\n");
    }
    for actor in &explanation.actors {
        dossier(&mut out, actor, paint);
    }
    if kind.is_none() && explanation.actors.is_empty() {
        out.push_str("\n  Onlooker's own lists do not have it.\n");
    }
    for country in &explanation.countries {
        laws(&mut out, country, paint);
    }
    out
}

/// Everything that our own lists say of an actor, and what its kind can mean.
fn dossier(out: &mut String, actor: &Dossier, paint: Paint) {
    let known = |text: &str| if text.is_empty() { "not known".to_owned() } else { plain(text).into_owned() };
    let _ = writeln!(out, "    {}: {}", paint.strong(&kind(&actor.kind)), plain(&actor.name));
    let _ = writeln!(out, "      {}", plain(&actor.does));
    let country = if actor.country.is_empty() { "not known".to_owned() } else { country_name(&actor.country) };
    let _ = writeln!(out, "      owner: {}; country: {country}; since: {}", known(&actor.owner), known(&actor.since));
    if !actor.takes.is_empty() {
        let words: Vec<String> = actor
            .takes
            .iter()
            .map(|word| words::part("takes", word, "").map_or_else(|| technique(word), str::to_owned))
            .collect();
        let _ = writeln!(out, "      known to take: {}", words.join(", "));
    }
    if actor.gvl_id != 0 {
        let purposes = actor.purposes.iter().filter_map(|purpose| words::part("purpose", &purpose.to_string(), ""));
        let features =
            actor.special_features.iter().filter_map(|number| words::part("iab_feature", &number.to_string(), ""));
        let declared: Vec<&str> = purposes.chain(features).collect();
        let _ = writeln!(out, "      declares to the IAB (vendor {}): {}", actor.gvl_id, declared.join(", "));
    }
    for (what, part) in [("it can mean", "means"), ("the site could", "site"), ("you can", "you")] {
        if let Some(text) = words::part("kind", &actor.kind, part) {
            let _ = writeln!(out, "      {what}: {text}");
        }
    }
    if !actor.harmless.is_empty() {
        let _ = writeln!(out, "      can be harmless: {}", plain(&actor.harmless));
    }
    if !actor.dispute.is_empty() {
        let _ = writeln!(out, "      what it says itself: {}", plain(&actor.dispute));
    }
    let sure = words::part("confidence", &actor.confidence, "").unwrap_or(&actor.confidence);
    let _ = writeln!(out, "      how sure: {}", plain(sure));
    sources(out, "      ", &actor.sources, paint);
}

/// What is verified of a country's laws.
fn laws(out: &mut String, country: &Country, paint: Paint) {
    let _ = writeln!(out, "\n  {}", paint.strong(&format!("Laws of {}", country_name(&country.code))));
    if country.laws.is_empty() {
        out.push_str("    What the state can demand of companies there is not known.\n");
    }
    for law in &country.laws {
        let year = if law.year.is_empty() { String::new() } else { format!(" ({})", plain(&law.year)) };
        let _ = writeln!(out, "    {}{year}: {}", plain(&law.name), plain(&law.allows));
        if let Some(oversight) = words::part("oversight", &law.oversight, "").filter(|_| !law.oversight.is_empty()) {
            let _ = writeln!(out, "      {oversight}");
        }
        sources(out, "      ", &law.sources, paint);
    }
    let alliances = country.alliances.iter().filter_map(|alliance| words::part("alliance", alliance, ""));
    let adequacy = words::part("adequacy", &country.adequacy, "").filter(|_| !country.adequacy.is_empty());
    for line in alliances.chain(adequacy) {
        let _ = writeln!(out, "    {line}");
    }
    if !country.protection.is_empty() {
        let year = &country.protection_year;
        let year = if year.is_empty() { String::new() } else { format!(" ({})", plain(year)) };
        let _ = writeln!(out, "    data protection law: {}{year}", plain(&country.protection));
    }
    if !country.authority.is_empty() {
        let complain = if country.complaints.is_empty() { "" } else { "; complaints: " };
        let _ = writeln!(
            out,
            "    data protection authority: {}{complain}{}",
            plain(&country.authority),
            plain(&country.complaints)
        );
    }
    sources(out, "    ", &country.sources, paint);
}

fn sources(out: &mut String, indent: &str, sources: &[Source], paint: Paint) {
    for source in sources {
        let read =
            if source.checked == "unread" { "not read yet".to_owned() } else { format!("read on {}", source.checked) };
        let line = format!("{}: {} ({})", plain(&source.publisher), plain(&source.url), plain(&read));
        let _ = writeln!(out, "{indent}{}", paint.soft(&line));
    }
}

/// The lists that are judged by.
pub fn lists(lists: &[ListInfo], colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    for list in lists {
        let _ = writeln!(out, "{}  {}", paint.strong(&plain(&list.title)), paint.soft(&format!("list {}", list.id)));
        // What a list that a person added does not state is not there.
        let stated = |text: &str| if text.is_empty() { "not stated".to_owned() } else { plain(text).into_owned() };
        let _ = writeln!(out, "  version {}, of {}", stated(&list.version), stated(&list.date));
        let by = if list.attribution.is_empty() { String::new() } else { format!(", by {}", plain(&list.attribution)) };
        let _ = writeln!(out, "  from {}, licence {}{by}", plain(&list.source), stated(&list.licence));
        let mut rules = format!("  {}", count(list.rules, "rule", "rules"));
        let left_out: u64 = list.skipped.iter().map(|skipped| skipped.count).sum();
        if left_out > 0 {
            let reasons: Vec<String> =
                list.skipped.iter().map(|s| format!("{} {}", s.count, plain(&technique(&s.why)))).collect();
            let _ = write!(rules, "; {} left out: {}", count(left_out, "line", "lines"), reasons.join(", "));
        }
        let _ = writeln!(out, "{rules}");
        let _ = writeln!(out, "  sha256 {}\n", plain(&list.sha256));
    }
    out
}

/// How many entries and roots of a list are shown; the rest is counted.
const EXAMPLES: usize = 5;

/// What was read of a list that a person may add.
pub fn feed(feed: &Feed<'_>, colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    let stated = |text: &str| if text.is_empty() { "not stated".to_owned() } else { plain(text).into_owned() };
    let _ = writeln!(out, "{}  {}", paint.strong(&plain(feed.shown_title())), paint.soft(feed.format.name()));
    let _ = writeln!(out, "  version: {}; of: {}", stated(&feed.version), stated(&feed.date));
    let _ = writeln!(out, "  licence: {}; by: {}", stated(&feed.licence), stated(&feed.attribution));
    let (rules, roots) = (feed.entries.len() as u64, feed.roots.len() as u64);
    if roots > 0 {
        let _ = writeln!(out, "  {}, of which no technique makes use yet", count(roots, "root", "roots"));
    } else {
        let _ = writeln!(out, "  {}", count(rules, "rule", "rules"));
    }
    for entry in feed.entries.iter().take(EXAMPLES) {
        let under = feed.headings.get(entry.heading).filter(|heading| !heading.is_empty());
        let under = under.map(|heading| format!(", under \"{}\"", plain(heading))).unwrap_or_default();
        let place = format!("line {}{under}", entry.line);
        let _ = writeln!(out, "    {}  {}", plain(&entry.rule), paint.soft(&place));
    }
    for root in feed.roots.iter().take(EXAMPLES) {
        let who = format!("{} {}, line {}", stated(&root.owner), plain(&root.country), root.line);
        let _ = writeln!(out, "    {}  {}", root.sha256, paint.soft(&who));
    }
    if let Some(more) = rules.max(roots).checked_sub(EXAMPLES as u64).filter(|more| *more > 0) {
        let _ = writeln!(out, "    and {more} more");
    }
    for (why, left) in feed.left_out() {
        let lines: Vec<String> = left.lines.iter().map(u32::to_string).collect();
        let more = if left.count > left.lines.len() as u64 { ", \u{2026}" } else { "" };
        let of = if left.lines.len() == 1 { "line" } else { "lines" };
        let _ = writeln!(out, "  left out: {}, {} ({of} {}{more})", technique(why), left.count, lines.join(", "));
    }
    let _ = writeln!(out, "  sha256 {}", feed.sha256);
    out
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn nothing_steers_a_terminal() {
        assert_eq!(plain("\u{1b}]0;owned\u{7}"), "\\u{1b}]0;owned\\u{7}");
        assert_eq!(plain("a\u{9b}31m\u{202e}b\r\n"), "a\\u{9b}31m\\u{202e}b\\u{d}\\u{a}");
        assert_eq!(plain("bücher.example/…"), "bücher.example/…");
    }
}
