//! A report on pages: what was seen on each, then once for all of them who the actors are and which laws reach them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use onlooker::finding::{Confidence, Level};
use onlooker::kinds::place_of;
use onlooker::report::{
    Check, Dossier, Finding, Identity, ListInfo, PageReport, Report, RuleActor, Summary, Told, Watcher,
};

use super::details::told;
use super::facts::{PRISM, checked, country_name, dossier, laws_of, meaning, seat, sources};
use super::{Paint, category, count, cut, found, kind, plain, rights, rule, says_something, slug, technique, within};
use crate::cli::words;

/// How many of the organisations of which no more was found than the contact are named one by one.
const NAMED: usize = 12;

/// How much of an example's address is shown; the JSON has it all.
const SHOWN: usize = 110;
/// The technique that says no more than that somebody else was contacted: the organisation itself says so.
const CONTACT: &str = "third-party-contact";

/// How wide a level's shape and word are at most.
const LEVEL_WIDTH: usize = 10;

/// What one says of a page at this level: what was found that makes it this one, and nothing else.
fn sentence(page: &PageReport) -> String {
    let level = match page.level {
        Told::Known(Level::None) => return "Nobody else was contacted.".to_owned(),
        Told::Known(level) => level,
        Told::Unknown if page.total == 0 => {
            return "Nothing could be seen of this page, so nothing is said of it.".to_owned();
        }
        Told::Unknown => return "Too little of this page could be seen, so nothing is said of it.".to_owned(),
    };
    let mut what: Vec<String> = Vec::new();
    for finding in page.findings.iter().filter(|finding| finding.weight() == level && !is_quiet(finding)) {
        let name = within(&doing(finding));
        if !what.contains(&name) {
            what.push(name);
        }
    }
    match (what.is_empty(), page.watchers.is_empty()) {
        // More was found than is kept of a page: what is left out says so.
        (true, true) => "Nobody else was contacted.".to_owned(),
        (true, false) if level == Level::Low => "Others were contacted; no more than that was found.".to_owned(),
        (true, false) => "Others were contacted.".to_owned(),
        (false, true) => format!("Nobody else was contacted; of the site itself: {}.", what.join("; ")),
        (false, false) => format!("Others were contacted. What weighs most: {}.", what.join("; ")),
    }
}

/// What a finding is, in short: of our own lists the kind of actor, else the technique.
fn doing(finding: &Finding) -> String {
    let Some(named) = named(finding) else {
        return format!("{}{}", found(finding), signs(finding));
    };
    let Some(of) = named.standing.kind else { return technique(finding.technique) };
    if named.standing.own_site {
        format!("the public site of one listed as {}", within(&kind(of.name)))
    } else {
        kind_met(of.name, !named.standing.is_its_host())
    }
}

/// That there are only signs of it. An indicator was somebody's once; whose it is now, and what is done there, nobody says.
fn signs(finding: &Finding) -> &'static str {
    match finding.confidence {
        Confidence::Indicated if finding.technique == "added-list" => ", as an indicator of what the list is about",
        Confidence::Indicated => ", by signs of it only",
        Confidence::Reported | Confidence::Documented => "",
    }
}

/// Whether a finding says no more than that somebody else was contacted.
fn is_quiet(finding: &Finding) -> bool {
    finding.technique == CONTACT
}

/// A kind of actor, or that no more than an indicator of it was met.
fn kind_met(name: &str, indicator: bool) -> String {
    if indicator { format!("published indicator of {}", within(&kind(name))) } else { kind(name) }
}

/// A whole report.
pub fn report(report: &Report, colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    for one in &report.pages {
        page(&mut out, report, one, paint);
        out.push('\n');
    }
    who_they_are(&mut out, report, paint);
    let codes: BTreeSet<&String> = identities(report).flat_map(|who| &who.countries).collect();
    if !codes.is_empty() {
        // Each country's laws begin with an empty line of their own.
        if out.ends_with("\n\n") {
            out.pop();
        }
        laws_of(&mut out, codes, &report.countries, paint);
        out.push('\n');
    }
    foot(&mut out, report, paint);
    out
}

/// A report in a few lines: a page's level, a sentence, and a line for each organisation.
pub fn brief(report: &Report, colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    for page in &report.pages {
        head(&mut out, page, paint);
        for watcher in &page.watchers {
            let level = Told::Known(watcher.level);
            let gap = " ".repeat(LEVEL_WIDTH.saturating_sub(level.name().len() + 2) + 2);
            let mut what = kinds_here(report, watcher);
            if watcher.techniques.contains(&"added-list") {
                what.push("named by a list that you added".to_owned());
            }
            what.push(about(watcher));
            let what = what.join(", ");
            let _ = writeln!(out, "  {}{gap}{}: {what}", paint.level(level), plain(&watcher.who.name));
        }
        let own = findings_of(page, None);
        let names: BTreeSet<String> = own.iter().map(|finding| found(finding)).collect();
        if !names.is_empty() {
            let _ = writeln!(out, "  The site itself: {}", names.into_iter().collect::<Vec<_>>().join("; "));
        }
        out.push('\n');
    }
    foot(&mut out, report, paint);
    out
}

/// How many pages there are at which level, and by which lists they were judged.
fn foot(out: &mut String, report: &Report, paint: Paint) {
    if report.pages.is_empty() {
        out.push_str("No page was judged.\n");
    } else if report.pages.len() > 1 {
        let levels = Level::ALL.into_iter().rev().map(Told::Known).chain([Told::Unknown]);
        let mut parts = Vec::new();
        for told in levels {
            let pages = report.pages.iter().filter(|page| page.level == told).count();
            if pages > 0 {
                parts.push(format!("{pages} {}", paint.level(told)));
            }
        }
        let _ = writeln!(out, "{} pages: {}", report.pages.len(), parts.join(", "));
    }
    let names = |of: &[ListInfo]| -> String {
        let name = |list: &ListInfo| match list.version.as_str() {
            "" => plain(&list.title).into_owned(),
            version => format!("{} {}", plain(&list.title), plain(version)),
        };
        of.iter().map(name).collect::<Vec<_>>().join(", ")
    };
    for list in report.lists.iter().filter(|list| list.is_added() && !list.skipped.is_empty()) {
        let left: u64 = list.skipped.iter().map(|skipped| skipped.count).sum();
        let why: Vec<String> = list.skipped.iter().map(|s| format!("{} {}", s.count, plain(&slug(&s.why)))).collect();
        let _ =
            writeln!(out, "{}: {} left out ({})", plain(&list.title), count(left, "entry", "entries"), why.join(", "));
    }
    let mut judged_by = format!("Onlooker {}. Lists: {}.", report.version, names(&report.lists));
    if !report.data.is_empty() {
        let _ = write!(judged_by, " Whose a host is, and what one site is: {}.", names(&report.data));
    }
    let _ = writeln!(out, "{}", paint.soft(&judged_by));
}

/// The level, the address, and what that means in a line.
fn head(out: &mut String, page: &PageReport, paint: Paint) {
    let url = if page.url.is_empty() { "(a page whose address could not be read)".into() } else { plain(&page.url) };
    let _ = writeln!(out, "{}  {}", paint.level(page.level), paint.strong(&url));
    let mut line = sentence(page);
    if !page.watchers.is_empty() {
        let who = count(page.watchers.len() as u64, "organisation looks on", "organisations look on");
        let _ = write!(line, " {who}");
        // Where nobody knows whose a domain is, it counts as one.
        let nameless = page.watchers.iter().filter(|watcher| !watcher.known).count();
        if nameless > 0 {
            let _ = write!(line, ", {nameless} of them known by the domain only");
        }
        line.push('.');
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
}

fn page(out: &mut String, report: &Report, page: &PageReport, paint: Paint) {
    head(out, page, paint);
    summary(out, &page.summary);
    site(out, report, page, paint);

    let mut quiet = Vec::new();
    for watcher in &page.watchers {
        let its = findings_of(page, Some(watcher));
        if watcher.level <= Level::Low && its.iter().all(|finding| is_quiet(finding)) {
            quiet.push(watcher);
        } else {
            organisation(out, report, watcher, &its, paint);
        }
    }
    let own = findings_of(page, None);
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
        let _ = writeln!(out, "\n  Also contacted, and no more was found: {}", names.join(", "));
    }
    looked_for(out, page);
}

/// The findings of one organisation, or of the site itself.
fn findings_of<'a>(page: &'a PageReport, whose: Option<&Watcher>) -> Vec<&'a Finding> {
    let its = |finding: &&Finding| whose.map_or(finding.watcher.is_none(), |watcher| watcher.is_meant_by(finding));
    page.findings.iter().filter(its).collect()
}

/// Everybody whom the pages name.
fn identities(report: &Report) -> impl Iterator<Item = &Identity> {
    report.pages.iter().flat_map(|page| page.watchers.iter().map(|watcher| &watcher.who).chain(&page.operator))
}

/// Whom the rule of our own list is about on which a finding rests.
fn named(finding: &Finding) -> Option<&RuleActor> {
    finding.rule.as_ref().and_then(|rule| rule.actor.as_ref())
}

/// What a report tells of the actors that an organisation is.
fn actors<'a>(report: &'a Report, who: &'a Identity) -> impl Iterator<Item = &'a Dossier> {
    who.actors.iter().filter_map(|id| report.actors.iter().find(|actor| actor.id == *id))
}

/// Who looks on, in numbers: of which kinds, in which countries.
fn summary(out: &mut String, summary: &Summary) {
    if !summary.kinds.is_empty() {
        let kinds = summary.kinds.iter().map(|of| format!("{} ({})", kind_met(&of.kind, of.indicator), of.count));
        let _ = writeln!(out, "  Among them: {}", kinds.collect::<Vec<_>>().join("; "));
    }
    if summary.organisations > 0 {
        let countries = summary.countries.iter().map(|of| format!("{} ({})", country_name(&of.word), of.count));
        let mut where_from = countries.collect::<Vec<_>>().join("; ");
        if summary.country_not_known > 0 {
            let comma = if where_from.is_empty() { "" } else { "; " };
            let _ = write!(where_from, "{comma}not known ({})", summary.country_not_known);
        }
        let _ = writeln!(out, "  Countries: {where_from}");
    }
}

/// Who runs the site itself, as far as it is known.
fn site(out: &mut String, report: &Report, page: &PageReport, paint: Paint) {
    let Some(who) = &page.operator else {
        if !page.site.is_empty() {
            out.push_str("  Whose this site is, is not known.\n");
        }
        return;
    };
    if who.name.is_empty() {
        out.push_str("  Whose this site is, is not known.\n");
    } else {
        let _ = writeln!(out, "  As far as is known this site belongs to {}{}.", plain(&who.name), seat(who));
    }
    for actor in actors(report, who) {
        let whose = if who.listed.contains(&actor.id) { "Its own address" } else { "Of those whose it is" };
        let _ = writeln!(out, "  {whose}: {}.", tie(actor, who));
    }
    if !who.countries.is_empty() {
        let _ = writeln!(out, "  Laws that reach it: {}; see below.", countries(who));
    }
    sources(out, "  ", &who.sources, paint);
}

/// Why an actor of our own lists is told with an organisation.
fn tie(actor: &Dossier, who: &Identity) -> String {
    let name = format!("{}, as {}", plain(&actor.name), within(&kind(&actor.kind)));
    if who.listed.contains(&actor.id) {
        return if who.indicators.contains(&actor.id) {
            format!(
                "published as an indicator of {}; whose host it is today is not known; see below",
                plain(&actor.name)
            )
        } else {
            format!("on Onlooker's own lists: {name}; see below")
        };
    }
    if actor.kind == PRISM {
        return "the company is named in the PRISM slides published in 2013; see below".to_owned();
    }
    format!("the company is on Onlooker's own lists too: {name}; see below")
}

/// The countries whose laws reach an organisation.
fn countries(who: &Identity) -> String {
    who.countries.iter().map(|code| country_name(code)).collect::<Vec<_>>().join(", ")
}

/// What an organisation is, where it sits, and how often it was asked.
fn about(watcher: &Watcher) -> String {
    let who = &watcher.who;
    let mut about = Vec::new();
    if !watcher.known {
        about.push("owner not known".to_owned());
    } else if says_something(who.category) {
        about.push(category(who.category));
    }
    about.push(who.country.as_deref().map_or_else(|| "country not known".to_owned(), country_name));
    about.extend(
        who.owner.as_deref().filter(|owner| *owner != who.name).map(|owner| format!("belongs to {}", plain(owner))),
    );
    about.push(count(watcher.requests, "request", "requests"));
    about.join(", ")
}

/// The kinds under which our own lists name what was met of an organisation. Its own public site is none of its trade.
fn kinds_here(report: &Report, watcher: &Watcher) -> Vec<String> {
    let mut kinds: Vec<String> = Vec::new();
    for actor in actors(report, &watcher.who).filter(|actor| watcher.who.at_work.contains(&actor.id)) {
        let name = within(&kind(&actor.kind));
        let name = if watcher.who.indicators.contains(&actor.id) {
            format!("published as an indicator of {name}")
        } else {
            name
        };
        if !kinds.contains(&name) {
            kinds.push(name);
        }
    }
    kinds
}

fn organisation(out: &mut String, report: &Report, watcher: &Watcher, findings: &[&Finding], paint: Paint) {
    let who = &watcher.who;
    let level = paint.level(Told::Known(watcher.level));
    let name = paint.strong(&plain(&who.name));
    let _ = writeln!(out, "\n  {name}  {}  {level}", paint.soft(&about(watcher)));
    for actor in actors(report, who) {
        let _ = writeln!(out, "    {}", tie(actor, who));
    }
    for each in findings {
        // A contact says nothing more where it is told what it was for.
        if !is_quiet(each) {
            finding(out, each, paint);
        }
    }
    rights(out, "    ", &watcher.rights);
    if !who.countries.is_empty() {
        let _ = writeln!(out, "    laws that reach it: {}; see below", countries(who));
    }
    sources(out, "    ", &who.sources, paint);
}

fn finding(out: &mut String, finding: &Finding, paint: Paint) {
    let times = if finding.count == 1 { String::new() } else { format!(", {} times", finding.count) };
    let what = match named(finding).map(|named| named.standing) {
        Some(standing) if standing.own_site => "Contact with the vendor's own site".to_owned(),
        Some(standing) if !standing.is_its_host() => "Contact with a published indicator".to_owned(),
        _ => found(finding),
    };
    let from = finding.from.as_ref().map(|from| format!(" from {}", plain(&from.domain))).unwrap_or_default();
    let _ = writeln!(out, "    {what}: {}{from}{times}{}", plain(&finding.domain), signs(finding));
    let told = told(finding);
    if !told.is_empty() {
        let _ = writeln!(out, "      {}", told.join("; "));
    }
    if let Some(one) = &finding.rule {
        rule(out, "      ", one, paint);
    }
    if let Some(exception) = &finding.exception_rule {
        let _ = writeln!(out, "      known, and let through by the list to avoid breakage:");
        rule(out, "      ", exception, paint);
    }
    if let Some(evidence) = finding.evidence.first() {
        let url = cut(&evidence.url, SHOWN);
        let _ = writeln!(out, "      {}", paint.soft(&format!("{} {}", evidence.kind, plain(&url))));
    }
}

/// What was not seen, what could not be looked for, and what was left out: part of the answer.
fn looked_for(out: &mut String, page: &PageReport) {
    let mut lines = Vec::new();
    for (state, what) in [
        ("not-seen", "Looked for and not seen"),
        ("looked-in-part", "Looked for in part, and not seen there"),
        ("could-not-look", "Could not look for"),
    ] {
        let mut by_reason: BTreeMap<&str, Vec<&Check>> = BTreeMap::new();
        for check in page.checks.iter().filter(|check| check.state == state) {
            by_reason.entry(check.why.as_deref().unwrap_or_default()).or_default().push(check);
        }
        for (why, checks) in by_reason {
            let names: Vec<String> = checks.iter().map(|check| within(&technique(check.technique))).collect();
            let why = if why.is_empty() { String::new() } else { format!(" {}", reason(why)) };
            lines.push(format!("{what}: {}.{why}", names.join("; ")));
        }
    }
    let skipped = page.skipped.iter();
    lines.extend(
        skipped.map(|skipped| format!("Not judged, or not whole, {}: {}", skipped.count, reason(&skipped.why))),
    );
    if !lines.is_empty() {
        out.push('\n');
    }
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
}

/// A reason in a sentence. Those that only recordings have are told by their word.
fn reason(why: &str) -> String {
    words::part("why", why, "").map_or_else(|| format!("{}.", plain(&slug(why))), str::to_owned)
}

/// What public sources say of the actors that were met, each kind's meaning once.
fn who_they_are(out: &mut String, report: &Report, paint: Paint) {
    let mut kinds: BTreeMap<(usize, &str), Vec<&Dossier>> = BTreeMap::new();
    for actor in &report.actors {
        kinds.entry((place_of(&actor.kind), &actor.kind)).or_default().push(actor);
    }
    if kinds.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", paint.strong("Who they are, by Onlooker's own lists"));
    out.push_str("  What public sources say of them in general; not what was seen of them on a page.\n");
    for ((_, of), actors) in kinds {
        let _ = writeln!(out, "\n  {}", paint.strong(&kind(of)));
        if of == PRISM {
            record(out, &actors, paint);
            continue;
        }
        meaning(out, "    ", of);
        for actor in actors {
            let _ = writeln!(out, "    {}", paint.strong(&plain(&actor.name)));
            dossier(out, "      ", actor, sign_everywhere(report, actor));
            checked(out, "      ", actor, paint);
        }
    }
    out.push('\n');
}

/// What the record of 2013 says of companies, in short: it says nothing of a page. `onlooker explain HOST` has the rest.
fn record(out: &mut String, actors: &[&Dossier], paint: Paint) {
    if let Some(text) = words::part("kind", PRISM, "means") {
        let _ = writeln!(out, "    {text}");
    }
    for actor in actors {
        let _ = writeln!(out, "    {}: {}", paint.strong(&plain(&actor.name)), plain(&actor.does));
        if !actor.dispute.is_empty() {
            let _ = writeln!(out, "      what it says itself: {}", plain(&actor.dispute));
        }
        checked(out, "      ", actor, paint);
    }
}

/// Whether nothing that was met is the actor's own, on whatever page.
fn sign_everywhere(report: &Report, actor: &Dossier) -> bool {
    identities(report).filter(|who| who.actors.contains(&actor.id)).all(|who| who.indicators.contains(&actor.id))
}
