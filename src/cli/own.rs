//! The files of Onlooker's own lists, and what the check of them asks of the world: the texts, the owners' data, the clock.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};

use onlooker::own::{Files, Own};

use super::{Failure, unreadable};

/// Reads `folder` (`lists`). A file that is not there is an empty one, but its folder `actors` must be there: else a slip of
/// the pen in its name would be a pack without our own lists.
pub fn read(folder: &Path) -> Result<Own, Failure> {
    let actors = folder.join("actors");
    let mut paths: Vec<PathBuf> = fs::read_dir(&actors)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|error| Failure::new(unreadable(&actors, &error)))?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let mut files = Files {
        laws: optional(&folder.join("laws.toml"))?,
        owners: optional(&folder.join("owners.toml"))?,
        retired: optional(&folder.join("retired.toml"))?,
        ..Files::default()
    };
    for path in paths {
        let kind = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        files.actors.push((kind, text(&path)?));
    }
    Own::read(&files).map_err(|error| Failure::new(format!("{}: {error}", folder.display())))
}

fn text(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::new(unreadable(path, &error)))
}

fn optional(path: &Path) -> Result<String, Failure> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| Failure::new(unreadable(path, &error))),
    }
}

/// Today in UTC, as `2026-11-26`; the first day of 1970 where the clock stands before it.
pub fn today() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    day(seconds / 86_400)
}

/// The day so many days after the first of 1970, counted by years and months.
fn day(mut days: u64) -> String {
    let mut year = 1970;
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    loop {
        let length = 365 + u64::from(leap(year));
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_counted_over_leap_years() {
        for (days, wanted) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (789, "1972-02-29"),
            (11_016, "2000-02-29"),
            (20_453, "2025-12-31"),
            (20_454, "2026-01-01"),
        ] {
            assert_eq!(day(days), wanted);
        }
    }
}
