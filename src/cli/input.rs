//! Which files are meant, and how each is read: plain or gzip, HAR or log, with a bar where it takes long.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use onlooker::observation::PageLog;
use onlooker::wire;

use super::unreadable;
use crate::har;

/// A file to be read, or standard input.
#[derive(Debug)]
pub struct Input {
    path: Option<PathBuf>,
    size: u64,
}

impl Input {
    /// What it is called in messages.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "standard input".to_owned(), |path| path.display().to_string())
    }
}

/// What one file held.
#[derive(Debug, Default)]
pub struct Content {
    /// Its pages.
    pub pages: Vec<PageLog>,
    /// What could not be read in it, one line each.
    pub problems: Vec<String>,
}

/// How many levels of folders are gone down: more is a loop, or nobody's recordings.
const DEPTH: usize = 64;
/// How much of a file is looked at to find out what it is.
const PREFIX: u64 = 1 << 16;
/// From how many bytes on reading takes long enough for a bar.
const LONG: u64 = 8 << 20;

/// The files that the arguments mean, in the order given; of a folder, in the order of their names. What cannot be
/// found is told in `problems`.
pub fn expand(arguments: &[PathBuf], problems: &mut Vec<String>) -> Vec<Input> {
    let mut inputs = Vec::new();
    for argument in arguments {
        if argument == Path::new("-") {
            inputs.push(Input { path: None, size: 0 });
            continue;
        }
        match fs::metadata(argument) {
            Ok(known) if known.is_dir() => {
                let before = (inputs.len(), problems.len());
                folder(argument, DEPTH, &mut inputs, problems);
                if (inputs.len(), problems.len()) == before {
                    problems
                        .push(format!("{}: no *.har or *.log.json (or with .gz) in this folder", argument.display()));
                }
            }
            Ok(known) => inputs.push(Input { path: Some(argument.clone()), size: known.len() }),
            Err(error) => problems.push(unreadable(argument, &error)),
        }
    }
    inputs
}

fn folder(path: &Path, depth: usize, inputs: &mut Vec<Input>, problems: &mut Vec<String>) {
    let mut inside: Vec<PathBuf> = match fs::read_dir(path).and_then(|entries| entries.map(|e| Ok(e?.path())).collect())
    {
        Ok(inside) => inside,
        Err(error) => return problems.push(unreadable(path, &error)),
    };
    inside.sort();
    for path in inside {
        // A link to a folder is not followed: it may lead back up.
        let link = fs::symlink_metadata(&path).is_ok_and(|known| known.is_symlink());
        match fs::metadata(&path) {
            Ok(known) if known.is_dir() && (link || depth == 0) => {}
            Ok(known) if known.is_dir() => folder(&path, depth - 1, inputs, problems),
            Ok(known) if known.is_file() && is_recording(&path) => {
                inputs.push(Input { path: Some(path), size: known.len() });
            }
            Err(error) if is_recording(&path) => problems.push(unreadable(&path, &error)),
            _ => {}
        }
    }
}

fn is_recording(path: &Path) -> bool {
    let name = path.file_name().unwrap_or(OsStr::new("")).to_string_lossy().to_ascii_lowercase();
    [".har", ".har.gz", ".log.json", ".log.json.gz"].iter().any(|ending| name.ends_with(ending))
}

/// A bar over all inputs, drawn on stderr and only on a terminal; hidden where the work is short.
pub fn bar(inputs: &[Input]) -> ProgressBar {
    let total: u64 = inputs.iter().map(|input| input.size).sum();
    let unbounded = inputs.iter().any(|input| input.path.is_none());
    if total < LONG && inputs.len() < 32 && !unbounded {
        return ProgressBar::hidden();
    }
    let bar = if unbounded { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
    let shape = if unbounded { "{spinner} {bytes} {wide_msg}" } else { "{bar:24} {bytes} of {total_bytes} {wide_msg}" };
    // A shape that indicatif does not take would only cost us our own.
    if let Ok(style) = ProgressStyle::with_template(shape) {
        bar.set_style(style);
    }
    bar
}

/// Reads one input to its end. The error is one line that names the file.
pub fn read(input: &Input, bar: &ProgressBar) -> Result<Content, String> {
    bar.set_message(super::text::plain(&input.name()).into_owned());
    let name = input.name();
    let source: Box<dyn Read> = match &input.path {
        Some(path) => Box::new(File::open(path).map_err(|error| unreadable(path, &error))?),
        None => Box::new(io::stdin().lock()),
    };
    content(bar.wrap_read(source))
        .map(|mut content| {
            for problem in &mut content.problems {
                *problem = format!("{name}: {problem}");
            }
            content
        })
        .map_err(|why| format!("{name}: {why}"))
}

/// Largest log that is read, in bytes. The extension keeps some 4 MB of a page; a log is held whole while it is read.
const MAX_LOG: u64 = 64 << 20;

fn content(source: impl Read) -> Result<Content, String> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            "the compressed file is damaged".to_owned()
        }
        kind => format!("it cannot be read ({kind})"),
    };
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut magic = Vec::with_capacity(2);
    source.by_ref().take(2).read_to_end(&mut magic).map_err(failed)?;
    if magic.is_empty() {
        return Err("it is empty".to_owned());
    }
    let gzip = magic == [0x1f, 0x8b];
    let source = Cursor::new(magic).chain(source);
    // A name proves nothing: what the bytes are decides.
    let source: Box<dyn Read + '_> = if gzip { Box::new(MultiGzDecoder::new(source)) } else { Box::new(source) };
    let mut source = har::Decoded::new(source);
    let mut prefix = Vec::new();
    source.by_ref().take(PREFIX).read_to_end(&mut prefix).map_err(failed)?;
    let kind = kind(&prefix);
    let mut source = Cursor::new(prefix).chain(source);
    match kind {
        Kind::Report => Err("this is a report, not a recording".to_owned()),
        Kind::Log => {
            let mut bytes = Vec::new();
            source.by_ref().take(MAX_LOG + 1).read_to_end(&mut bytes).map_err(failed)?;
            if bytes.len() as u64 > MAX_LOG {
                return Err("it is larger than any log that the extension saves".to_owned());
            }
            let log = wire::Log::from_json(&bytes).map_err(|error| error.to_string())?;
            let pages = log.into_pages();
            if pages.is_empty() {
                Err("it records no page".to_owned())
            } else {
                Ok(Content { pages, problems: Vec::new() })
            }
        }
        Kind::Har => {
            let recording = har::read(source).map_err(|error| error.to_string())?;
            let problems = left_out(&recording).into_iter().chain(pages_over(&recording)).collect();
            Ok(Content { pages: recording.pages, problems })
        }
    }
}

/// One line on the entries that could not be read, the first of them by number and reason.
fn left_out(recording: &har::Recording) -> Option<String> {
    let named: Vec<String> =
        recording.malformed.iter().map(|bad| format!("entry {}: {}", bad.entry, bad.why)).collect();
    let more = recording.malformed_count.saturating_sub(named.len() as u64);
    match (named.len(), more) {
        (0, _) => None,
        (1, 0) => Some(format!("{}; it is left out", named.concat())),
        (_, 0) => Some(format!("{}; they are left out", named.join("; "))),
        _ => Some(format!("{}; they and {more} more are left out", named.join("; "))),
    }
}

/// One line on the pages that were too many.
fn pages_over(recording: &har::Recording) -> Option<String> {
    let pages = if recording.pages_over == 1 { "page" } else { "pages" };
    (recording.pages_over > 0).then(|| format!("{} {pages} more than are read; left out", recording.pages_over))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Har,
    Log,
    Report,
}

/// What a file is, by the first of its own keys that tells. What tells nothing is read as a HAR, whose reader can say
/// best what is wrong with it.
fn kind(prefix: &[u8]) -> Kind {
    let (mut depth, mut at, mut schema) = (0_usize, 0, false);
    while let Some(&byte) = prefix.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let start = at;
                while let Some(&inner) = prefix.get(at) {
                    match inner {
                        b'"' => break,
                        b'\\' => at += 2,
                        _ => at += 1,
                    }
                }
                let word = prefix.get(start..at).unwrap_or_default();
                at += 1;
                if depth != 1 {
                    continue;
                }
                if schema && word.starts_with(b"onlooker-log/") {
                    return Kind::Log;
                }
                if schema && word.starts_with(b"onlooker-report/") {
                    return Kind::Report;
                }
                if word == b"log" {
                    return Kind::Har;
                }
                schema = word == b"schema";
            }
            _ => {}
        }
    }
    Kind::Har
}

#[cfg(test)]
mod tests {
    use super::{Kind, kind};

    #[test]
    fn the_first_key_that_tells_decides() {
        assert_eq!(kind(br#"{"log":{"schema":"onlooker-log/1"}}"#), Kind::Har);
        assert_eq!(kind(br#"{"schema":"onlooker-log/1","pages":[]}"#), Kind::Log);
        assert_eq!(kind(br#" { "a" : {"log":1}, "b\"": "log\"", "schema" : "onlooker-log/2" }"#), Kind::Log);
        assert_eq!(kind(br#"{"schema":"onlooker-report/1"}"#), Kind::Report);
        assert_eq!(kind(b"[1,2"), Kind::Har);
        assert_eq!(kind(b"\"\\"), Kind::Har);
    }
}
