//! `onlooker explain`: which rules match one request of one page, and whose host it goes to.

use onlooker::wire;

use super::args::{Explain, Plain};
use super::{Failure, output, pack, text};

/// Runs the command and gives the exit code.
pub fn run(args: &Explain) -> Result<u8, Failure> {
    let mut engine = pack::load(args.pack.pack.as_deref())?;
    let explanation = engine.explain(&args.url, &args.page, args.kind)?;
    let bytes = match args.format {
        Plain::Json => wire::json(&wire::Explanation::from(explanation))?,
        Plain::Text => text::explanation(&explanation, args.kind, output::colours(None)).into_bytes(),
    };
    output::write(&bytes, None)?;
    Ok(0)
}
