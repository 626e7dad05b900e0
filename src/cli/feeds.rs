//! Lists that a person names with `--list`: read from files, and handed to the core.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use onlooker::audit::Engine;
use onlooker::feeds;

use super::{Failure, unreadable};

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
    all.map_err(|error| Failure::new(unreadable(path, &error)))?;
    if is_binary(&bytes) {
        return Err(Failure::new(format!(
            "{}: it is no text, so it is no list (perhaps a picture or a program)",
            path.display()
        )));
    }
    Ok(bytes)
}

/// How much of a file is looked at to see whether it is text. Pictures and programs have a zero byte in their first words;
/// further down one may be a slip in a list, which its reader counts.
const LOOKED_AT: usize = 16;

/// Whether a file begins as no text does. Compressed files and UTF-16 do too; the reader has better words for those.
fn is_binary(bytes: &[u8]) -> bool {
    let named = [&[0x1f, 0x8b][..], b"PK\x03\x04", &[0xff, 0xfe], &[0xfe, 0xff]];
    bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0) && !named.iter().any(|magic| bytes.starts_with(magic))
}

/// An error with the file it is about.
pub fn named(path: &Path, error: &onlooker::error::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}
