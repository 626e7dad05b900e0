//! `onlooker explain`: which rules match one request of one page, and whose host it goes to; or who is behind a host.

use onlooker::address::Address;
use onlooker::wire;

use super::args::{Explain, Plain};
use super::{Failure, feeds, output, pack, text};

/// Runs the command and gives the exit code.
pub fn run(args: &Explain) -> Result<u8, Failure> {
    let bare = !args.url.contains("://");
    let url = if args.url.contains("://") { args.url.clone() } else { format!("https://{}/", args.url) };
    let neither = "the first argument is neither the name of a host nor an address on the web";
    judged(&url, neither)?;
    if bare && !is_name(&url) {
        return Err(Failure::new(neither));
    }
    let mut engine = pack::load(args.pack.pack.as_deref())?;
    feeds::add(&mut engine, &args.added.lists)?;
    let explanation = match (&args.page, args.kind) {
        (Some(page), Some(kind)) => {
            judged(page, "--page is no address on the web; it is written with https:// or http://")?;
            engine.explain(&url, page, kind)?
        }
        _ => engine.explain_host(&url)?,
    };
    let bytes = match args.format {
        Plain::Json => wire::json(&wire::Explanation::from(explanation))?,
        Plain::Text => text::explanation(&explanation, args.kind, output::colours(None)).into_bytes(),
    };
    output::write(&bytes, None)?;
    Ok(0)
}

/// Whether a host can be asked for by its name: no pattern (`*.a.example`), nothing missing between its dots.
fn is_name(url: &str) -> bool {
    let mut address = Address::new();
    let read = address.read(url.as_bytes()).is_ok();
    let host = address.host_str();
    let of_names = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    read && (host.starts_with('[') || host.split('.').all(|label| !label.is_empty() && label.bytes().all(of_names)))
}

/// Says which argument cannot be judged; what it holds is not repeated.
fn judged(url: &str, otherwise: &str) -> Result<(), Failure> {
    Address::new().read(url.as_bytes()).map_err(|_| Failure::new(otherwise))
}
