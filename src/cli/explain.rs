//! `onlooker explain`: which rules match one request of one page, and whose host it goes to; or who is behind a host.

use onlooker::observation::RequestType;
use onlooker::rules::added::ADDED;
use onlooker::wire;

use super::args::{Explain, Plain};
use super::{Failure, feeds, output, pack, text};

/// A page of nobody's: a host is explained as one that somebody else's page contacts.
const NOBODY: &str = "https://page.invalid/";

/// Runs the command and gives the exit code.
pub fn run(args: &Explain) -> Result<u8, Failure> {
    let mut engine = pack::load(args.pack.pack.as_deref())?;
    feeds::add(&mut engine, &args.added.lists)?;
    let url = if args.url.contains("://") { args.url.clone() } else { format!("https://{}/", args.url) };
    let mut explanation = match (&args.page, args.kind) {
        (Some(page), Some(kind)) => engine.explain(&url, page, kind)?,
        _ => engine.explain(&url, NOBODY, RequestType::Other)?,
    };
    if args.page.is_none() {
        // Which rules match depends on the page and the type, which nobody said; what a list of the person's own names is
        // what was asked.
        explanation.rules.retain(|rule| rule.list & ADDED != 0);
    }
    let bytes = match args.format {
        Plain::Json => wire::json(&wire::Explanation::from(explanation))?,
        Plain::Text => text::explanation(&explanation, args.kind, output::colours(None)).into_bytes(),
    };
    output::write(&bytes, None)?;
    Ok(0)
}
