//! What is known of one request, or of a host.

use std::fmt::Write;

use onlooker::observation::RequestType;
use onlooker::report::{Dossier, Explanation, Rule};

use super::facts::{checked, dossier, laws_of, meaning, named, seat, sources};
use super::{Paint, category, count, plain, rights, rule, says_something, slug};

/// The answer to `onlooker explain`. Without a type a host was asked for.
pub fn explanation(explanation: &Explanation, kind: Option<RequestType>, colours: bool) -> String {
    let paint = Paint(colours);
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.strong(&plain(&explanation.url)));
    if let Some(kind) = kind {
        let party = if explanation.party == "first" { "the page's own site" } else { "another site than the page's" };
        let _ = writeln!(out, "  asked for as {}, from {party}", slug(&kind.name().replace('_', " ")));
    }
    match &explanation.watcher {
        Some(who) => {
            let mut about = format!("  {} belongs to {}", plain(&explanation.domain), paint.strong(&plain(&who.name)));
            if says_something(who.category) {
                let _ = write!(about, " ({})", category(who.category));
            }
            about.push_str(&seat(who));
            let _ = writeln!(out, "{about}");
            sources(&mut out, "  ", &who.sources, paint);
        }
        None => out.push_str("  whose host it is, is not known\n"),
    }
    rights(&mut out, "  ", &explanation.rights);
    let of_parameters = |one: &Rule| {
        let all = explanation.parameters.iter().flat_map(|its| [Some(&its.rule), its.exception_rule.as_ref()]);
        all.flatten().any(|its| its == one)
    };
    let of_whole: Vec<&Rule> = explanation.rules.iter().filter(|one| !of_parameters(one)).collect();
    match of_whole.len() {
        0 if kind.is_none() || !explanation.parameters.is_empty() => {}
        0 => out.push_str("\n  No rule matches it.\n"),
        rules => {
            let _ = writeln!(out, "\n  {}:", count(rules as u64, "rule matches it", "rules match it"));
        }
    }
    for one in of_whole {
        rule(&mut out, if one.exception { "    lets it through: " } else { "    " }, one, paint);
    }
    if !explanation.parameters.is_empty() {
        out.push_str("\n  Parameters that only serve to track:\n");
    }
    for one in &explanation.parameters {
        rule(&mut out, &format!("    {}: ", plain(&one.name)), &one.rule, paint);
        if let Some(exception) = &one.exception_rule {
            rule(&mut out, "      lets it through: ", exception, paint);
        }
    }
    if kind.is_none() {
        out.push_str("\n  Which rules of the bundled lists match depends on page and type: see --page and --type.\n");
    }
    let listed = |actor: &&Dossier| explanation.watcher.as_ref().is_none_or(|who| who.listed.contains(&actor.id));
    let (its, of_company): (Vec<&Dossier>, Vec<&Dossier>) = explanation.actors.iter().partition(listed);
    for (title, actors) in
        [("In Onlooker's own lists", its), ("In Onlooker's own lists, of its company and not of this host", of_company)]
    {
        if !actors.is_empty() {
            let _ = writeln!(out, "\n  {title}:");
        }
        for actor in actors {
            told(&mut out, actor, explanation.indicators.contains(&actor.id), paint);
        }
    }
    if kind.is_none() && explanation.actors.is_empty() {
        out.push_str("\n  Onlooker's own lists do not have it.\n");
    }
    let codes = explanation.watcher.iter().flat_map(|who| &who.countries);
    laws_of(&mut out, codes, &explanation.countries, paint);
    out
}

fn told(out: &mut String, actor: &Dossier, sign: bool, paint: Paint) {
    let _ = writeln!(out, "    {}", paint.strong(&named(actor)));
    dossier(out, "      ", actor, sign);
    meaning(out, "      ", &actor.kind);
    checked(out, "      ", actor, paint);
}
