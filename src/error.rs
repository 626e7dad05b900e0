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
    /// A log (`onlooker-log/1`) could not be read.
    Log(String),
    /// A list, or the file that names the lists, could not be compiled.
    List(String),
    /// A list that a person adds could not be read.
    Feed(String),
    /// The page's URL could not be read as one.
    PageUrl,
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
            Self::Feed(_) => "feed",
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
            Self::Feed(why) => write!(f, "the list cannot be read: {why}"),
            Self::PageUrl => f.write_str("the page's address is not one that can be judged"),
        }
    }
}

impl std::error::Error for Error {}
