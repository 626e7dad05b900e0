//! The actors' hosts and patterns as a list of rules: each with its line, counted through all files of actors, one behind
//! the other in the order of their names. Headings name the kind, how sure the entry is, and the actor's id.

use sha2::{Digest, Sha256};
use toml::Table;

use super::table::{several, word};
use super::{ActorFile, Own, confidence};
use crate::kinds::Standing;
use crate::rules::blocklist;
use crate::rules::compile::ListSource;
use crate::rules::index::OWN_LIST;
use crate::rules::list;

/// What our own list is called.
const TITLE: &str = "Onlooker surveillance list";

/// The lines of our own list: headings have the number 0.
pub type Lines = Vec<(u32, String)>;

impl Own {
    /// The lines of our own list, for [`Own::list`].
    pub fn lines(&self) -> Lines {
        let of_file = |file: &ActorFile| {
            let text = file.text_lines();
            file.entries().flat_map(|entry| lines(file, &text, entry)).collect::<Lines>()
        };
        self.of_known_kinds().flat_map(of_file).collect()
    }

    /// These lines as a list to be compiled, whose matches mean the technique of this number; `None` where no line is a rule.
    pub fn list<'a>(&self, lines: &'a Lines, technique: u32) -> Option<ListSource<'a>> {
        let mut list = list::read(lines.iter().map(|(line, text)| (*line, text.as_str())), &[], blocklist::meaning);
        list.title = TITLE.to_owned();
        list.version = self.date();
        list.date.clone_from(&list.version);
        let mut all = Sha256::new();
        for file in &self.actors {
            all.update(file.text.as_bytes());
        }
        let source = ListSource {
            id: OWN_LIST,
            technique,
            source: "lists/actors".to_owned(),
            licence: "GPL-3.0-or-later".to_owned(),
            attribution: "indicators of spyware and stalkerware: Amnesty International Security Lab, MVT, Echap"
                .to_owned(),
            sha256: all.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            list,
        };
        (!source.list.rules.is_empty()).then_some(source)
    }
}

/// An entry's hosts and patterns, with a heading for each part. `text`: the file's lines.
pub fn lines(file: &ActorFile, text: &[&str], entry: &Table) -> Lines {
    let (id, kind, confidence) = (word(entry, "id"), file.kind.as_str(), confidence(entry));
    let heading = format!("id = \"{id}\"");
    let begins = text.iter().position(|line| line.trim() == heading).unwrap_or(0);
    let behind = |from: usize, is: &dyn Fn(&str) -> bool| {
        text.iter().skip(from).position(|line| is(line)).map_or(from, |at| from + at)
    };
    let mut out = Vec::new();
    // In the order in which an entry has them: a list's lines never go back.
    for (key, own_site) in [("collects", false), ("sites", true), ("patterns", false)] {
        let written = several(entry, key);
        if written.is_empty() {
            continue;
        }
        // A name or a sentence may say a host too.
        let from = behind(begins, &|line| {
            line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
        });
        out.push((0, format!("! SECTION: {}", Standing::title(kind, confidence, own_site))));
        out.push((0, format!("! Company name: {id}")));
        let numbered = written.into_iter().map(|written| {
            let quoted = format!("\"{written}\"");
            let line = behind(from, &|line| line.contains(&quoted));
            let rule = if key == "patterns" { written.to_owned() } else { format!("||{written}^") };
            (u32::try_from(file.before + line + 1).unwrap_or(u32::MAX), rule)
        });
        let mut numbered: Lines = numbered.collect();
        numbered.sort();
        out.extend(numbered);
    }
    out
}
