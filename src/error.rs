//! What can go wrong in the core, with a stable name for each. Never holds a URL, a cookie or a typed value.

use std::fmt;

/// What went wrong: a stable variant that machines read, and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The file is not a pack of ours at all.
    PackForeign,
    /// The file is a pack of another format version than this build reads.
    PackVersion {
        /// The version found in the file.
        found: u32,
    },
    /// The pack's bytes do not agree with its checksum, or a part of it is cut off.
    PackDamaged(&'static str),
    /// A report was asked for, and the rules' texts are not loaded.
    TextsMissing,
    /// A log (`onlooker-log/2`) could not be read.
    Log(String),
    /// A list, or the file that names the lists, could not be compiled.
    List(String),
    /// A list that a person adds cannot be used.
    Feed(Refusal),
    /// The page's URL could not be read as one.
    PageUrl,
}

/// Why a list that a person adds cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has more bytes than are read.
    TooLarge,
    /// It is UTF-16.
    Utf16,
    /// It is compressed.
    Compressed,
    /// It has nothing but blanks.
    Empty,
    /// It is HTML.
    WebPage,
    /// It is JSON, and no STIX bundle.
    NotStix,
    /// It begins as JSON does, and is none from this line on, counted from 1.
    NotJson {
        /// The line.
        line: u32,
    },
    /// A table of certificates without a column of fingerprints.
    NoFingerprints,
    /// Nothing in it becomes a rule or a root.
    Nothing {
        /// The reason for which most of it was left out, a stable word; empty where nothing was.
        why: String,
        /// How often.
        count: u64,
        /// The first line, from 1.
        line: u32,
    },
    /// It names certificates only, by which nothing is judged yet.
    RootsOnly,
    /// As many lists as can be used are added already.
    Full,
    /// Another list that is added has the same number.
    SameNumber,
    /// With the lists that are added already, too many rules would be tried for each address.
    TooManyTried,
}

impl Refusal {
    /// What goes with it, where anything does: the reason for which most was left out (a stable word, empty where there is
    /// none), how often, and the first line, from 1.
    pub fn first(&self) -> Option<(&str, u64, u32)> {
        match self {
            Self::NotJson { line } => Some(("", 1, *line)),
            Self::Nothing { why, count, line } if !why.is_empty() => Some((why, *count, *line)),
            _ => None,
        }
    }

    fn variant(&self) -> &'static str {
        match self {
            Self::TooLarge => "feed-too-large",
            Self::Utf16 => "feed-utf-16",
            Self::Compressed => "feed-compressed",
            Self::Empty => "feed-empty",
            Self::WebPage => "feed-web-page",
            Self::NotStix => "feed-not-stix",
            Self::NotJson { .. } => "feed-not-json",
            Self::NoFingerprints => "feed-no-fingerprints",
            Self::Nothing { .. } => "feed-nothing",
            Self::RootsOnly => "feed-roots-only",
            Self::Full => "feed-full",
            Self::SameNumber => "feed-same-number",
            Self::TooManyTried => "feed-too-many-tried",
        }
    }
}

/// In the browser its variant alone: our pages have words of their own for it, in every language, and the package is spared
/// these.
#[cfg(target_arch = "wasm32")]
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.variant())
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "it is larger than 32 MB",
            Self::Utf16 => "it is written in UTF-16; save it as UTF-8",
            Self::Compressed => "it is compressed; unpack it first",
            Self::Empty => "it is empty",
            Self::WebPage => "it is a web page, and no list",
            Self::NotStix => "it is JSON, and no STIX bundle",
            Self::NotJson { line } => return write!(f, "it is not whole JSON in UTF-8, from line {line} on"),
            Self::NoFingerprints => "its head names no column of fingerprints",
            Self::Nothing { why, count, line } if !why.is_empty() => {
                return write!(
                    f,
                    "nothing in it is about hosts or roots; most often: {why}, {count} times, first in line {line}"
                );
            }
            Self::Nothing { .. } => "nothing in it is about hosts or roots",
            Self::RootsOnly => "it names roots of certificates, and no technique looks at those yet",
            Self::Full => "as many lists as can be used are added already",
            Self::SameNumber => "another list that is added has the same number",
            Self::TooManyTried => {
                "with the lists that are added already, too many rules would be tried for each address"
            }
        })
    }
}

impl Error {
    /// The stable name of the variant, the same in JavaScript errors, messages and exit texts.
    pub fn variant(&self) -> &'static str {
        match self {
            Self::PackForeign => "pack-foreign",
            Self::PackVersion { .. } => "pack-version",
            Self::PackDamaged(_) => "pack-damaged",
            Self::TextsMissing => "texts-missing",
            Self::Log(_) => "log",
            Self::List(_) => "list",
            Self::Feed(refusal) => refusal.variant(),
            Self::PageUrl => "page-url",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PackForeign => f.write_str("this is not a pack of Onlooker's lists"),
            Self::PackVersion { found } => {
                write!(f, "this pack of lists is of format {found}, which this version of Onlooker does not read")
            }
            Self::PackDamaged(what) => write!(f, "the pack of lists is damaged ({what})"),
            Self::TextsMissing => f.write_str("the rules' texts are not loaded, and a report needs them"),
            Self::Log(why) => write!(f, "the log cannot be read: {why}"),
            Self::List(why) => write!(f, "the lists cannot be compiled: {why}"),
            Self::Feed(refusal) => write!(f, "the list cannot be read: {refusal}"),
            Self::PageUrl => {
                f.write_str("no page is open under this number, or an address is not one that can be judged")
            }
        }
    }
}

impl std::error::Error for Error {}
