//! `onlooker audit`: every file is read and judged by itself, and one report says it all.

use onlooker::audit::{Engine, Page};
use onlooker::finding::Level;
use onlooker::report::{Report, Told};
use onlooker::wire;

use super::args::{Audit, Format};
use super::{AT_OR_ABOVE, FAILED, Failure, csv, feeds, input, output, pack, say, text};

/// Runs the command and gives the exit code.
pub fn run(args: &Audit) -> Result<u8, Failure> {
    if args.brief && args.format != Format::Text {
        return Err(Failure::new("--brief shortens the text; leave it out where --format is json or csv"));
    }
    let mut engine = pack::load(args.pack.pack.as_deref())?;
    feeds::add(&mut engine, &args.added.lists)?;
    let mut problems = Vec::new();
    let inputs = input::expand(&args.inputs, &mut problems);
    let pages = judge(&mut engine, &inputs, &mut problems);
    let report = engine.report(&pages)?;
    let bytes = match args.format {
        Format::Json => wire::json(&wire::Report::from(report.clone()))?,
        Format::Csv => csv::report(&report).into_bytes(),
        Format::Text => {
            let write = if args.brief { text::brief } else { text::report };
            write(&report, output::colours(args.out.as_deref())).into_bytes()
        }
    };
    for problem in &problems {
        say(problem);
    }
    output::write(&bytes, args.out.as_deref())?;
    let reached = args.fail_on.is_some_and(|level| reaches(&report, level.into()));
    Ok(match (problems.is_empty(), reached) {
        (false, _) => FAILED,
        (true, true) => AT_OR_ABOVE,
        (true, false) => 0,
    })
}

/// Judges each file as soon as it is read, so that only the ledgers of its pages stay in memory.
fn judge(engine: &mut Engine, inputs: &[input::Input], problems: &mut Vec<String>) -> Vec<Page> {
    let bar = input::bar(inputs);
    let mut pages = Vec::new();
    for input in inputs {
        match input::read(input, &bar) {
            Ok(content) => {
                problems.extend(content.problems);
                pages.extend(content.pages.iter().map(|page| engine.audit(page)));
            }
            Err(problem) => problems.push(problem),
        }
    }
    bar.finish_and_clear();
    pages
}

/// Whether a page is at the level or above. What is not known is never held against a page, but it is told.
fn reaches(report: &Report, level: Level) -> bool {
    let unknown = report.pages.iter().filter(|page| page.level == Told::Unknown).count();
    if unknown > 0 {
        let pages = if unknown == 1 { "page was" } else { "pages were" };
        say(&format!("the level of {unknown} {pages} not known, and did not count for --fail-on"));
    }
    report.pages.iter().any(|page| matches!(page.level, Told::Known(known) if known >= level))
}
