//! Which companies of the owners' data an actor is. It is said here, once, when a pack is made, and nowhere else:
//!
//! - those that its entry names in `companies`;
//! - the one that has its name (but for case) and a registrable domain in common with it.
//!
//! Such a company is told as that actor, whatever host of it is met. Where an actor is one company and no more, its own hosts
//! are that company's. One that is no company of the owners' data is made one, by its own name: so that a host of its and a
//! list that names it speak of one organisation. (Not where a company has its name and nothing else of it: that may be another.) Hosts that are signs of an actor's doings (`indicators` in [`kinds`]) are not its own: they may be
//! anybody's today, and make no company of it.

use std::collections::{BTreeMap, BTreeSet};

use toml::Table;

use super::Own;
use super::table::{several, word};
use crate::kinds::Kind;
use crate::rules::bundle::OwnerSource;
use crate::rules::dossier::{CompanyFacts, Shelf};
use crate::{kinds, party};

/// What is told, with each company knowing which actors it is; their hosts are added to `owners`.
pub fn join(own: &Own, owners: &mut Vec<OwnerSource>) -> Shelf {
    let mut shelf = own.shelf();
    let mut actors: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in own.of_known_kinds() {
        let Some(kind) = kinds::kind(&file.kind) else { continue };
        for entry in file.entries() {
            let hosts = own_hosts(kind, entry);
            let mut is = companies(entry, &hosts, owners);
            if let (1, Some(company)) = (is.len(), is.first()) {
                give(company, &hosts, owners);
            }
            if is.is_empty() && !hosts.is_empty() && !owners.iter().any(|owner| is_called(owner, entry)) {
                let name = word(entry, "name").to_owned();
                owners.push(service(&name, Vec::new()));
                if !shelf.companies.iter().any(|facts| facts.name == name) {
                    let country = word(entry, "country").to_owned();
                    shelf.companies.push(CompanyFacts { name: name.clone(), country, ..CompanyFacts::default() });
                }
                is.insert(name);
            }
            for company in is {
                actors.entry(company).or_default().insert(word(entry, "id").to_owned());
            }
        }
    }
    for (name, ids) in actors {
        let ids = ids.into_iter().collect();
        match shelf.companies.iter_mut().find(|facts| facts.name == name) {
            Some(facts) => facts.actors = ids,
            None => shelf.companies.push(CompanyFacts { name, actors: ids, ..CompanyFacts::default() }),
        }
    }
    shelf
}

/// The hosts that are an actor's own.
fn own_hosts<'a>(kind: &Kind, entry: &'a Table) -> Vec<&'a str> {
    let mut hosts = if kind.indicators { Vec::new() } else { several(entry, "collects") };
    hosts.extend(several(entry, "sites"));
    hosts
}

/// The companies that an actor is.
fn companies(entry: &Table, hosts: &[&str], owners: &[OwnerSource]) -> BTreeSet<String> {
    let named = several(entry, "companies").into_iter().map(str::to_owned);
    let alike = owners.iter().find(|owner| is_called(owner, entry) && meets(owner, hosts));
    named.chain(alike.map(|owner| owner.company.clone())).collect()
}

fn is_called(owner: &OwnerSource, entry: &Table) -> bool {
    owner.company.eq_ignore_ascii_case(word(entry, "name"))
}

/// Gives hosts to a company, as the service of its to which a domain of theirs belongs.
fn give(company: &str, hosts: &[&str], owners: &mut Vec<OwnerSource>) {
    if hosts.is_empty() {
        return;
    }
    let all = hosts.iter().map(|host| format!("*.{host}"));
    match owners.iter_mut().find(|owner| owner.company == company && meets(owner, hosts)) {
        Some(owner) => owner.domains.extend(all),
        None => owners.push(service(company, all.collect())),
    }
}

fn service(company: &str, domains: Vec<String>) -> OwnerSource {
    OwnerSource { company: company.to_owned(), category: "unknown".to_owned(), domains }
}

/// Whether a service has a registrable domain in common with hosts.
fn meets(owner: &OwnerSource, hosts: &[&str]) -> bool {
    owner.domains.iter().any(|domain| {
        let site = party::registrable(domain.trim_start_matches("*."));
        hosts.iter().any(|host| party::registrable(host) == site)
    })
}
