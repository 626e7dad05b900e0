//! The command line: `onlooker audit`, `explain` and `lists`. Arguments, files, progress and exit codes only; what is
//! said of a page is the core's.

mod cli;
mod har;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
