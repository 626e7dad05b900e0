//! A list of root certificates as the CCADB exports it (<https://www.ccadb.org/resources>): a table (CSV) with a head, of which
//! the fingerprint, the owner and the country are read. Nothing is judged by it yet.
//!
//! Two of its reports were looked at: "All Certificate Records" (`AllCertificateRecordsCSVFormat`, `CA Owner`, `Country`; it
//! has intermediate certificates too, told by `Certificate Record Type`) and Mozilla's "Included CA Certificates"
//! (`IncludedCACertificateReportPEMCSV`, `Owner`). Both name the fingerprint `SHA-256 Fingerprint`. The heads were read in the
//! code of <https://github.com/cpu/ccadb-utils>, whose tests compare them with the reports as they are served. Mozilla's
//! `Geographic Focus` says whom a certificate authority serves, not where it sits, and is not read.

use csv_core::{ReadRecordResult, Reader};

use super::{Feed, MAX_ENTRIES, Root, words};
use crate::error::{Error, Refusal};

/// The heads of the columns, in small letters.
const FINGERPRINT: [&str; 1] = ["sha-256 fingerprint"];
const OWNER: [&str; 2] = ["ca owner", "owner"];
const COUNTRY: [&str; 1] = ["country"];
const TYPE: [&str; 1] = ["certificate record type"];
/// What a root's row has in the last of them.
const ROOT: &str = "root certificate";

/// The most columns that a table may have; the CCADB's widest has some 80.
const MAX_COLUMNS: usize = 512;
/// The longest row, in bytes: the CCADB's can hold a whole certificate.
const MAX_ROW: usize = 1 << 20;

/// Whether a table with this first line is one.
pub fn is_head(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    FINGERPRINT.iter().any(|name| line.contains(name)) && line.contains(',')
}

/// Reads the table. The error says what it lacks.
pub fn read(body: &[u8], feed: &mut Feed<'_>) -> Result<(), Error> {
    let mut reader = Reader::new();
    let (mut row, mut ends) = (vec![0; MAX_ROW], vec![0; MAX_COLUMNS]);
    let (mut rest, mut line) = (body, 1_u32);
    let mut columns: Option<Columns> = None;
    loop {
        let (mut text, mut count, mut whole) = (0, 0, true);
        // The reader counts the lines that it has passed; a row begins on the one behind them.
        let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
        let begins = line.saturating_add(u32::try_from(blank).unwrap_or(u32::MAX));
        let ended = loop {
            let (room, room_for_ends) = (row.get_mut(text..), ends.get_mut(count..));
            let (Some(room), Some(room_for_ends)) = (room, room_for_ends) else { break true };
            let (result, read, wrote, fields) = reader.read_record(rest, room, room_for_ends);
            let passed = rest.get(..read).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count();
            line = line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
            rest = rest.get(read..).unwrap_or_default();
            text += wrote;
            count += fields;
            match result {
                ReadRecordResult::Record => break false,
                ReadRecordResult::End => break true,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    // Too wide to be a row of such a table: read on to its end, and leave it out.
                    (text, count, whole) = (0, 0, false);
                }
            }
        };
        if ended {
            return Ok(());
        }
        let field = |at: usize| -> Option<&[u8]> {
            let start = at.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
            (at < count).then(|| row.get(start..*ends.get(at)?)).flatten()
        };
        let Some(columns) = columns else {
            columns = Some(Columns::of((0..count).map(|at| field(at).unwrap_or_default()))?);
            continue;
        };
        let word =
            |at: Option<usize>| at.and_then(field).and_then(|bytes| std::str::from_utf8(bytes).ok()).map(str::trim);
        if !whole {
            feed.skip("too-long", begins);
        } else if count != columns.count {
            feed.skip("wrong-columns", begins);
        } else if (0..count).any(|at| field(at).is_none_or(|bytes| std::str::from_utf8(bytes).is_err())) {
            feed.skip("not-utf-8", begins);
        } else if word(columns.kind).is_some_and(|kind| !kind.eq_ignore_ascii_case(ROOT)) {
            feed.skip("not-a-root", begins);
        } else if let Some(sha256) = word(Some(columns.fingerprint)).and_then(fingerprint) {
            if feed.roots.len() >= MAX_ENTRIES {
                feed.skip("entry-limit", begins);
            } else {
                let (owner, country) = (word(columns.owner), word(columns.country));
                let (owner, country) = (words(owner.unwrap_or_default()), words(country.unwrap_or_default()));
                feed.roots.push(Root { sha256, owner, country, line: begins });
            }
        } else {
            feed.skip("no-fingerprint", begins);
        }
    }
}

/// Where the columns stand.
#[derive(Debug, Clone, Copy)]
struct Columns {
    count: usize,
    fingerprint: usize,
    owner: Option<usize>,
    country: Option<usize>,
    kind: Option<usize>,
}

impl Columns {
    fn of<'a>(head: impl Iterator<Item = &'a [u8]>) -> Result<Self, Error> {
        let names: Vec<String> = head.map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).collect();
        let find = |any: &[&str]| any.iter().find_map(|name| names.iter().position(|have| have == name));
        let fingerprint = find(&FINGERPRINT);
        let fingerprint = fingerprint.ok_or(Error::Feed(Refusal::NoFingerprints))?;
        Ok(Self { count: names.len(), fingerprint, owner: find(&OWNER), country: find(&COUNTRY), kind: find(&TYPE) })
    }
}

/// A fingerprint in its one spelling, written with or without colons and quotes.
fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ' | '\'' | '"')).collect();
    (digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| digits.to_ascii_lowercase())
}
