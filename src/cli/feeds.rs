//! Lists that a person names with `--list`: read from files, and handed to the core.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use onlooker::audit::Engine;
use onlooker::feeds;

use super::Failure;

/// Adds the named lists to those that are judged by.
pub fn add(engine: &mut Engine, lists: &[PathBuf]) -> Result<(), Failure> {
    for path in lists {
        let bytes = bytes(path)?;
        let pack = feeds::read(&path.display().to_string(), &bytes).and_then(|feed| feed.pack());
        pack.and_then(|pack| engine.add_list(pack)).map_err(|error| named(path, &error))?;
    }
    Ok(())
}

/// The bytes of a list's file.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    // One byte more than is read, so that the reader sees that there is more.
    let all = File::open(path).and_then(|file| file.take(feeds::MAX_BYTES as u64 + 1).read_to_end(&mut bytes));
    all.map_err(|error| Failure::new(format!("{}: it cannot be read ({})", path.display(), error.kind())))?;
    Ok(bytes)
}

/// An error with the file it is about.
pub fn named(path: &Path, error: &onlooker::error::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}
