//! The command line's parts, and the one place where errors become words on stderr and an exit code.

mod args;
mod audit;
mod csv;
mod explain;
mod feeds;
mod input;
mod lists;
mod output;
mod own;
mod pack;
mod sources;
mod text;
mod words;

use std::path::Path;
use std::process::ExitCode;
use std::{fmt, io};

use clap::Parser;

/// The exit code of a page at or above `--fail-on`.
const AT_OR_ABOVE: u8 = 1;
/// The exit code of anything that could not be done or not be read.
const FAILED: u8 = 2;

/// Why a command ended without doing its work: one line for people. Holds no URL.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl From<onlooker::error::Error> for Failure {
    fn from(error: onlooker::error::Error) -> Self {
        Self::new(error)
    }
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let args = args::Args::parse();
    let outcome = match args.command {
        args::Command::Audit(command) => audit::run(&command),
        args::Command::Explain(command) => explain::run(&command),
        args::Command::Lists(command) => lists::run(&command),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            say(&failure.0);
            ExitCode::from(FAILED)
        }
    }
}

/// Why a file or folder could not be read, in the same words wherever one is.
fn unreadable(path: &Path, error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        kind => format!("it cannot be read ({kind})"),
    };
    format!("{}: {why}", path.display())
}

/// Says one line on stderr. Names of files come from outside, so nothing in it can steer the terminal.
fn say(line: &str) {
    use std::io::Write;
    // Nobody is left to tell if stderr is closed.
    let _ = writeln!(std::io::stderr(), "onlooker: {}", text::plain(line));
}
