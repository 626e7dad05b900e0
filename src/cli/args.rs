//! What can be asked of the command line, and its help.

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use onlooker::finding;

/// Shows who looks on while you browse: judges recorded pages by the lists that it carries.
#[derive(Debug, Parser)]
#[command(
    name = "onlooker",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  onlooker audit page.har
  onlooker audit recordings/ --format json --out report.json --fail-on high
  onlooker explain https://www.google-analytics.com/g/collect --page https://example.com/ --type ping
  onlooker lists

Nothing is sent anywhere: everything is judged on this computer."
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Audit(Audit),
    Explain(Explain),
    Lists(Lists),
}

/// Judge recorded pages: HAR files, and logs saved by the extension
#[derive(Debug, Group)]
#[command(after_help = "\
Files may be HARs as Chrome, Firefox, Safari, WebPageTest and browsertime write them, or logs that the
extension saved (onlooker-log/2), plain or compressed with gzip. Of a folder, all *.har and
*.log.json in it and below (or with .gz) are read, in the order of their names. All pages go into one report.

Exit code:
  0  everything was read, and no page is at or above --fail-on
  1  everything was read, and a page is at or above --fail-on
  2  something could not be read or written; the report holds all the rest

Examples:
  onlooker audit page.har
  onlooker audit recordings/ --brief
  onlooker audit monday.har tuesday.har --format csv --out findings.csv
  onlooker audit recordings/ --format json --fail-on moderate > report.json
  gzip -dc page.har.gz | onlooker audit -")]
pub struct Audit {
    /// HAR files, logs and folders of them; - reads one from standard input
    #[arg(required = true, value_name = "FILE|FOLDER|-")]
    pub inputs: Vec<PathBuf>,

    /// How to write the report
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Write only each page's level, a sentence, and a line for each organisation; for --format text
    #[arg(long, short)]
    pub brief: bool,

    /// Write the report to this file, whole or not at all, instead of standard output
    #[arg(long, short, value_name = "PATH")]
    pub out: Option<PathBuf>,

    /// Exit with 1 when a page is at this level or above it; a page whose level is unknown never counts
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<Level>,

    #[command(flatten)]
    pub pack: Pack,

    #[command(flatten)]
    pub added: Added,
}

/// Say which rules match a request, and whose host it goes to
#[derive(Debug, Group)]
#[command(after_help = "\
Types are those of the browsers' webRequest API: main_frame, sub_frame, stylesheet, script, image, font,
object, xmlhttprequest, ping, csp_report, media, websocket, other.

Examples:
  onlooker explain https://connect.facebook.net/en_US/fbevents.js --page https://example.com/ --type script
  onlooker explain hotjar.com")]
pub struct Explain {
    /// The request's address; or a host, to be told who is behind it
    #[arg(value_name = "URL|HOST")]
    pub url: String,

    /// The address of the page that makes the request; without it the host is explained
    #[arg(long, value_name = "URL", requires = "kind")]
    pub page: Option<String>,

    /// What the request is for
    #[arg(long = "type", value_name = "TYPE", value_parser = request_type, requires = "page")]
    pub kind: Option<onlooker::observation::RequestType>,

    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = Plain::Text)]
    pub format: Plain,

    #[command(flatten)]
    pub pack: Pack,

    #[command(flatten)]
    pub added: Added,
}

/// Say which lists are bundled, or compile them
#[derive(Debug, Group)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Lists {
    #[command(subcommand)]
    pub command: Option<ListsCommand>,

    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = Plain::Text)]
    pub format: Plain,

    #[command(flatten)]
    pub pack: Pack,

    #[command(flatten)]
    pub added: Added,
}

/// What can be done with lists.
#[derive(Debug, Subcommand)]
pub enum ListsCommand {
    Read(Read),
    Compile(Compile),
    Check(Check),
}

/// Say what a list of your own holds, and what of it cannot be read
#[derive(Debug, Group)]
#[command(after_help = "\
What a file is, is told by what stands in it: a STIX bundle, a list of domains, ioc.yaml of
stalkerware-indicators, a hosts file, a list for Adblock Plus, uBlock Origin or AdGuard, or a table of root
certificates with the columns of the CCADB.

Example:
  onlooker lists read pegasus.stix2")]
pub struct Read {
    /// The list's file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// How to write the answer
    #[arg(long, short, value_enum, default_value_t = Plain::Text)]
    pub format: Plain,
}

/// Check Onlooker's own lists: sources, domains, countries, words
#[derive(Debug, Group)]
#[command(after_help = "\
Exit codes: 0 nothing to complain of, 1 something, 2 a file could not be read.

Example:
  onlooker lists check --own lists")]
pub struct Check {
    /// The folder of Onlooker's own lists
    #[arg(long, value_name = "FOLDER", default_value = "lists")]
    pub own: PathBuf,

    /// The file that names the owners' data, to which companies are compared
    #[arg(long, value_name = "FILE", default_value = "lists/sources.toml")]
    pub sources: PathBuf,

    /// The folder of installed npm packages
    #[arg(long, value_name = "FOLDER", default_value = "node_modules")]
    pub node_modules: PathBuf,
}

/// Compile a pack from the lists that a file names
#[derive(Debug, Group)]
#[command(after_help = "\
The lists are read from npm packages that are already installed, and from beside the file; nothing is fetched. The same lists always
give the same bytes.

Example:
  npm ci && onlooker lists compile --out pkg/onlooker.pack")]
pub struct Compile {
    /// Where to write the pack, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub out: PathBuf,

    /// The file that names the lists
    #[arg(long, value_name = "FILE", default_value = "lists/sources.toml")]
    pub sources: PathBuf,

    /// The folder of Onlooker's own lists
    #[arg(long, value_name = "FOLDER", default_value = "lists")]
    pub own: PathBuf,

    /// The folder of installed npm packages
    #[arg(long, value_name = "FOLDER", default_value = "node_modules")]
    pub node_modules: PathBuf,
}

/// Which lists to judge by.
#[derive(Debug, Group)]
pub struct Pack {
    /// Judge by the lists of this pack instead of the bundled ones
    #[arg(long, value_name = "FILE")]
    pub pack: Option<PathBuf>,
}

/// Which lists to judge by beside those.
#[derive(Debug, Group)]
pub struct Added {
    /// Judge by this list too: a STIX bundle, a hosts file, a list of domains and the like; may be given several times
    #[arg(long = "list", value_name = "FILE")]
    pub lists: Vec<PathBuf>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs: onlooker-report/1
    Json,
    /// For spreadsheets: one finding a row
    Csv,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Plain {
    /// For people
    Text,
    /// For programs
    Json,
}

/// A level that can be failed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Any page whose level is known
    None,
    /// Others were contacted, or worse
    Low,
    /// Known trackers, advertising, or others whom a list names were contacted, or worse
    Moderate,
    /// Services that can follow a person across sites, record visits, or sell places for adverts were, or worse
    High,
    /// An address that lists tie to spyware, stalkerware or interception was
    Severe,
}

impl From<Level> for finding::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::None => Self::None,
            Level::Low => Self::Low,
            Level::Moderate => Self::Moderate,
            Level::High => Self::High,
            Level::Severe => Self::Severe,
        }
    }
}

/// A type's name. One that is not known is a slip of the pen here, where in a recording it would be `other`.
fn request_type(name: &str) -> Result<onlooker::observation::RequestType, String> {
    use onlooker::observation::RequestType;
    let kind = RequestType::from_name(name);
    if kind != RequestType::Other || matches!(name, "other" | "speculative") {
        return Ok(kind);
    }
    let names: Vec<&str> = RequestType::ALL.iter().map(|kind| kind.name()).collect();
    Err(format!("not a type of request; types are {}", names.join(", ")))
}
