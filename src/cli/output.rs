//! Where answers go: standard output, or a file that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::Failure;

/// Writes an answer to the named file, or to standard output.
pub fn write(bytes: &[u8], to: Option<&Path>) -> Result<(), Failure> {
    match to {
        Some(path) if path != Path::new("-") => file(bytes, path).map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "it cannot be written, for there is no such folder".to_owned(),
                io::ErrorKind::PermissionDenied => "it may not be written".to_owned(),
                kind => format!("it cannot be written ({kind})"),
            };
            Failure::new(format!("{}: {why}", path.display()))
        }),
        _ => match io::stdout().lock().write_all(bytes).and_then(|()| io::stdout().flush()) {
            // `onlooker audit … | head` has read enough: that is not a failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Failure::new(format!("standard output: it cannot be written ({})", error.kind()))),
            Ok(()) => Ok(()),
        },
    }
}

fn file(bytes: &[u8], path: &Path) -> io::Result<()> {
    // A link is followed, so that it stays a link. A device or a pipe cannot be replaced, and must not be.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|known| !known.is_file()) {
        return OpenOptions::new().write(true).open(&path)?.write_all(bytes);
    }
    let (beside, mut out) = beside(&path)?;
    let written = out.write_all(bytes).and_then(|()| out.sync_all()).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A new file in the same folder, so that renaming it is one step.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy().into_owned();
    let mut number = 0_u32;
    loop {
        let beside = path.with_file_name(format!(".{name}.{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            other => return other.map(|file| (beside, file)),
        }
    }
}

/// Whether an answer written there may be coloured: only on a terminal, and never against the reader's wish
/// (<https://no-color.org>).
pub fn colours(to: Option<&Path>) -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    to.is_none() && !unwanted && !dumb && io::stdout().is_terminal()
}
