//! A report as CSV (RFC 4180): a header, then one finding a row; and a row for a page without findings, so that one of which
//! nothing is known is not missed for one that was clean.
//!
//! What a page put into its addresses must not become a formula in somebody's spreadsheet, so a cell that could start
//! one begins with an apostrophe (OWASP, "CSV Injection").

use onlooker::report::Report;
use onlooker::unseen::unseen;

const HEADER: [&str; 26] = [
    "page",
    "site",
    "page_level",
    "page_score",
    "technique",
    "severity",
    "confidence",
    "watcher",
    "category",
    "country",
    "owner",
    "kinds",
    "actors",
    "domain",
    "requests",
    "allowed",
    "list",
    "line",
    "rule",
    "section",
    "exception_rule",
    "subject",
    "from",
    "details",
    "evidence_type",
    "evidence_url",
];

/// The report's rows.
pub fn report(report: &Report) -> String {
    let mut out = String::new();
    row(&mut out, HEADER);
    for page in &report.pages {
        if page.findings.is_empty() {
            let mut cells = [""; HEADER.len()];
            let score = page.score.to_string();
            for (cell, text) in cells.iter_mut().zip([page.url.as_str(), &page.site, page.level.name(), &score]) {
                *cell = text;
            }
            row(&mut out, cells);
        }
        for finding in &page.findings {
            let watcher = page.watchers.iter().find(|watcher| watcher.is_meant_by(finding));
            let who = watcher.map(|watcher| &watcher.who);
            // Those under which the lists name what was contacted; what the company is besides stands in the JSON.
            let ids: Vec<&str> = who.iter().flat_map(|who| &who.listed).map(String::as_str).collect();
            let at_work = who.iter().flat_map(|who| &who.at_work);
            let kinds: Vec<&str> = at_work.filter_map(|id| kind_of(report, id)).collect();
            let rule = finding.rule.as_ref();
            let evidence = finding.evidence.first();
            let details: Vec<String> =
                finding.details.iter().map(|detail| format!("{}={}", detail.what, detail.text)).collect();
            row(
                &mut out,
                [
                    page.url.as_str(),
                    &page.site,
                    page.level.name(),
                    &page.score.to_string(),
                    finding.technique,
                    finding.severity.name(),
                    finding.confidence.name(),
                    finding.watcher.as_deref().unwrap_or_default(),
                    who.map(|who| who.category).unwrap_or_default(),
                    who.and_then(|who| who.country.as_deref()).unwrap_or_default(),
                    who.and_then(|who| who.owner.as_deref()).unwrap_or_default(),
                    &kinds.join(" "),
                    &ids.join(" "),
                    &finding.domain,
                    &finding.count.to_string(),
                    if finding.allowed { "yes" } else { "no" },
                    rule.map(|rule| rule.list_title.as_str()).unwrap_or_default(),
                    &rule.map(|rule| rule.line.to_string()).unwrap_or_default(),
                    rule.map(|rule| rule.text.as_str()).unwrap_or_default(),
                    rule.map(|rule| rule.section.as_str()).unwrap_or_default(),
                    finding.exception_rule.as_ref().map(|rule| rule.text.as_str()).unwrap_or_default(),
                    &finding.subject.as_ref().map(|of| format!("{}: {}", of.place, of.name)).unwrap_or_default(),
                    finding.from.as_ref().map(|from| from.domain.as_str()).unwrap_or_default(),
                    &details.join(" "),
                    evidence.map(|evidence| evidence.kind).unwrap_or_default(),
                    evidence.map(|evidence| evidence.url.as_str()).unwrap_or_default(),
                ],
            );
        }
    }
    out
}

/// The kind of an actor that the report tells of.
fn kind_of<'a>(report: &'a Report, id: &str) -> Option<&'a str> {
    report.actors.iter().find(|actor| actor.id == id).map(|actor| actor.kind.as_str())
}

fn row(out: &mut String, cells: [&str; HEADER.len()]) {
    for (at, text) in cells.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        cell(out, text);
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, text: &str) {
    let formula =
        text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = formula || text.contains([',', '"', ';']) || text != text.trim() || text.contains(unseen);
    if !quoted {
        return out.push_str(text);
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    for character in text.chars() {
        match character {
            '"' => out.push_str("\"\""),
            // A cell may hold a line break, but nothing that steers a terminal, turns the line around or is not seen.
            c if unseen(c) && !matches!(c, '\n' | '\r' | '\t') => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    fn cell(text: &str) -> String {
        let mut out = String::new();
        super::cell(&mut out, text);
        out
    }

    #[test]
    fn formulas_are_defused() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("-ad-banner."), "\"'-ad-banner.\"");
        assert_eq!(cell("@@||a.example^"), "\"'@@||a.example^\"");
        assert_eq!(cell("  +1"), "\"'  +1\"");
        assert_eq!(cell("＝1"), "\"'＝1\"");
        assert_eq!(cell("\t=1"), "\"'\t=1\"");
    }

    #[test]
    fn nothing_steers_or_hides() {
        assert_eq!(cell("a\u{202e}b\u{2066}"), "\"a\\u{202e}b\\u{2066}\"");
        assert_eq!(cell("\u{9b}31m\u{115f}"), "\"\\u{9b}31m\\u{115f}\"");
        assert_eq!(cell("a\nb"), "\"a\nb\"");
    }

    #[test]
    fn plain_cells_stay_plain() {
        assert_eq!(cell("||a.example^"), "||a.example^");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell(""), "");
    }
}
