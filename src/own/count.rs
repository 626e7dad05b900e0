//! How much our own lists hold, for docs/lists.md.

use std::collections::{BTreeMap, BTreeSet};

use super::Own;
use super::table::{several, tables, word};

/// How much a kind's file holds.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counts {
    /// Entries.
    pub entries: usize,
    /// Domains, of collecting hosts and of sites.
    pub domains: usize,
    /// Sources.
    pub sources: usize,
    /// Sources that were read.
    pub read: usize,
    /// Entries of which no source was read.
    pub unchecked: usize,
    /// Entries whose sources name at least two publishers: two that are written differently. Whether one has it from the
    /// other is not known here.
    pub two_publishers: usize,
}

/// What there is of each kind of actor, and how many countries and companies.
pub fn count(own: &Own) -> (BTreeMap<&str, Counts>, usize, usize) {
    let mut kinds = BTreeMap::new();
    for file in own.of_known_kinds() {
        let mut counts = Counts::default();
        for entry in file.entries() {
            let (mut publishers, mut read) = (BTreeSet::new(), 0);
            for source in tables(entry, "source") {
                counts.sources += 1;
                read += usize::from(word(source, "checked") != "unread");
                publishers.insert(word(source, "publisher"));
            }
            counts.entries += 1;
            counts.domains += several(entry, "collects").len() + several(entry, "sites").len();
            counts.read += read;
            counts.unchecked += usize::from(read == 0);
            counts.two_publishers += usize::from(publishers.len() > 1);
        }
        kinds.insert(file.kind.as_str(), counts);
    }
    (kinds, tables(&own.laws, "country").count(), tables(&own.owners, "owner").count())
}
