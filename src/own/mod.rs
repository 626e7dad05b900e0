//! Onlooker's own lists (`lists/actors/*.toml`, `lists/laws.toml`, `lists/owners.toml`, `lists/retired.toml`): their texts in;
//! what is told of actors, countries and companies out. docs/lists.md says what an entry is. Not in the wasm build, which
//! has what this room made in its pack.
//!
//! Here they are read, whatever is wrong with them; [`check`] says what is, [`count`] how much there is, [`rules`] makes a
//! list of the hosts and patterns, [`join`] ties actors to companies of the owners' data.

pub mod check;
pub mod count;
pub mod join;
mod rules;
mod table;

use toml::Table;

use crate::error::Error;
use crate::kinds;
use crate::rules::bundle::OwnerSource;
use crate::rules::dossier::{CompanyFacts, Country, Dossier, Law, Shelf, Source};
use table::{inner, number, numbers, several, tables, text, texts, word};

/// The files' texts. One that is not there is an empty one.
#[derive(Debug, Default, Clone)]
pub struct Files {
    /// Of `actors`: each file's name without its ending, which is a kind of actor, and its text. In the order of the names.
    pub actors: Vec<(String, String)>,
    /// `laws.toml`
    pub laws: String,
    /// `owners.toml`
    pub owners: String,
    /// `retired.toml`
    pub retired: String,
}

/// Our own lists, read.
#[derive(Debug)]
pub struct Own {
    actors: Vec<ActorFile>,
    laws: Table,
    owners: Table,
    retired: Table,
}

/// A file of actors.
#[derive(Debug)]
struct ActorFile {
    kind: String,
    text: String,
    table: Table,
    /// How many lines stand in the files before it.
    before: usize,
}

impl ActorFile {
    fn entries(&self) -> impl Iterator<Item = &Table> {
        tables(&self.table, "actor")
    }

    fn text_lines(&self) -> Vec<&str> {
        self.text.split('\n').collect()
    }
}

impl Own {
    /// Reads the files. The error names the first that is no TOML.
    pub fn read(files: &Files) -> Result<Self, Error> {
        let parsed = |name: &str, text: &str| {
            text.parse::<Table>().map_err(|why| Error::List(format!("{name} is not TOML: {}", why.message())))
        };
        let mut actors = Vec::new();
        let mut before = 0;
        for (kind, text) in &files.actors {
            let table = parsed(&format!("actors/{kind}.toml"), text)?;
            actors.push(ActorFile { kind: kind.clone(), text: text.clone(), table, before });
            before += text.matches('\n').count();
        }
        Ok(Self {
            actors,
            laws: parsed("laws.toml", &files.laws)?,
            owners: parsed("owners.toml", &files.owners)?,
            retired: parsed("retired.toml", &files.retired)?,
        })
    }

    /// Files of actors whose name is a kind of actor. What stands in others cannot be graded, and is not read.
    fn of_known_kinds(&self) -> impl Iterator<Item = &ActorFile> {
        self.actors.iter().filter(|file| kinds::kind(&file.kind).is_some())
    }

    /// What is told. Companies do not know yet which actors they are: [`join::join`] says that.
    fn shelf(&self) -> Shelf {
        let actors = self.of_known_kinds().flat_map(|file| file.entries().map(|entry| dossier(&file.kind, entry)));
        Shelf {
            actors: actors.collect(),
            countries: tables(&self.laws, "country").map(country).collect(),
            companies: tables(&self.owners, "owner").map(company).collect(),
        }
    }

    /// The day on which a source was last read; empty where none was.
    pub fn date(&self) -> String {
        let read = self.sources().map(|source| word(source, "checked")).filter(|checked| *checked != "unread");
        read.max().unwrap_or_default().to_owned()
    }

    /// Every source of every file.
    fn sources(&self) -> impl Iterator<Item = &Table> {
        let actors = self.of_known_kinds().flat_map(ActorFile::entries);
        let countries = tables(&self.laws, "country");
        let parts = countries.flat_map(|country| {
            std::iter::once(country).chain(tables(country, "law")).chain(inner(country, "protection"))
        });
        actors.chain(parts).chain(tables(&self.owners, "owner")).flat_map(|entry| tables(entry, "source"))
    }

    /// Gives the owners' data the domains that they give to nobody, or to a part of the company only.
    pub fn give_domains(&self, owners: &mut Vec<OwnerSource>) {
        for entry in tables(&self.owners, "owner") {
            for domain in several(entry, "domains") {
                for owner in owners.iter_mut() {
                    owner.domains.retain(|known| known.trim_start_matches("*.") != domain);
                }
                owners.push(OwnerSource {
                    company: text(entry, "company"),
                    category: "other".to_owned(),
                    domains: vec![format!("*.{domain}")],
                });
            }
        }
    }
}

/// How sure an entry is: of one that no source was read for, nothing is.
fn confidence(entry: &Table) -> &str {
    if tables(entry, "source").all(|source| word(source, "checked") == "unread") {
        "unchecked"
    } else {
        word(entry, "confidence")
    }
}

fn dossier(kind: &str, entry: &Table) -> Dossier {
    Dossier {
        id: text(entry, "id"),
        name: text(entry, "name"),
        kind: kind.to_owned(),
        owner: text(entry, "owner"),
        country: text(entry, "country"),
        does: text(entry, "does"),
        takes: texts(entry, "takes"),
        since: text(entry, "since"),
        confidence: confidence(entry).to_owned(),
        harmless: text(entry, "harmless"),
        dispute: text(entry, "dispute"),
        gvl_id: number(entry, "gvl_id").unwrap_or(0),
        purposes: numbers(entry, "purposes"),
        special_features: numbers(entry, "special_features"),
        sources: sources(entry),
    }
}

fn country(entry: &Table) -> Country {
    let none = Table::new();
    let protection = inner(entry, "protection").unwrap_or(&none);
    let mut all = sources(entry);
    all.extend(sources(protection));
    Country {
        code: text(entry, "code"),
        alliances: texts(entry, "alliances"),
        adequacy: text(entry, "adequacy"),
        laws: tables(entry, "law").map(law).collect(),
        protection: text(protection, "law"),
        protection_year: text(protection, "year"),
        authority: text(protection, "authority"),
        complaints: text(protection, "complaints"),
        sources: all,
    }
}

fn law(entry: &Table) -> Law {
    Law {
        name: text(entry, "name"),
        year: text(entry, "year"),
        allows: text(entry, "allows"),
        oversight: text(entry, "oversight"),
        sources: sources(entry),
    }
}

fn company(entry: &Table) -> CompanyFacts {
    CompanyFacts {
        name: text(entry, "company"),
        parent: text(entry, "parent"),
        country: text(entry, "country"),
        actors: Vec::new(),
        sources: sources(entry),
    }
}

fn sources(entry: &Table) -> Vec<Source> {
    let source = |source: &Table| Source {
        url: text(source, "url"),
        publisher: text(source, "publisher"),
        date: text(source, "date"),
        supports: texts(source, "supports"),
        checked: text(source, "checked"),
    };
    tables(entry, "source").map(source).collect()
}
