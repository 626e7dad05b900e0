//! Which companies of the owners' data an actor is, and that its own hosts lead to one organisation. It is said here, once,
//! when a pack is made, and nowhere else. In this order, an actor is
//!
//! 1. the companies that its entry names in `companies`, and the one that has its name (but for case) and a registrable
//!    domain in common with it. Where these are several they are one organisation, under the first one's name;
//! 2. a part of the company that has its `owner`'s name and a registrable domain in common with it;
//! 3. the one company to which its own hosts lead, where they lead to no other;
//! 4. a company of its own, by its own name. (Not where a company has its name and nothing else of it: that may be another.)
//!
//! `companies = []` says that it is none of 2 and 3. Such a company is told as that actor, whatever host of it is met, and the
//! actor's own hosts are that company's, whosever they are in the owners' data. What is not its own host stays where it was:
//! a firm that was bought keeps what no actor claims. Entries of one name are one organisation.
//!
//! Hosts that are signs of an actor's doings (`indicators` in [`kinds`]) are not its own: they may be anybody's today, and make
//! no company of it.

use std::collections::{BTreeMap, BTreeSet};

use toml::Table;

use super::Own;
use super::table::{several, word};
use crate::kinds::Kind;
use crate::rules::bundle::{Domains, OwnerSource};
use crate::rules::dossier::{CompanyFacts, Shelf};
use crate::{kinds, party};

/// What is told, with each company knowing which actors it is; their hosts are added to `owners`.
pub fn join(own: &Own, owners: &mut Vec<OwnerSource>) -> Shelf {
    let mut shelf = own.shelf();
    let named = by_name(own);
    // First whose all are, then what follows: so that no entry finds what another has changed.
    let domains = Domains::of(owners);
    let is: Vec<Vec<String>> = named.values().map(|one| one.companies(owners, &domains)).collect();
    let same = Same::of(&is);
    let mut moves: Vec<(String, String, String)> = Vec::new();
    let mut actors: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (one, is) in named.values().zip(&is) {
        let home = match is.first() {
            Some(first) => same.name(first).to_owned(),
            None if one.hosts.is_empty() || owners.iter().any(|owner| one.is_name_of(owner)) => continue,
            None => one.name.to_owned(),
        };
        for host in &one.hosts {
            match domains.company(host) {
                Some((company, _)) if same.name(company) == home => {}
                Some((_, category)) => moves.push(((*host).to_owned(), home.clone(), category.to_owned())),
                // Of a company that is made here, its entry's own rules say it.
                None if is.is_empty() => {}
                None => {
                    let beside = owners.iter().find(|owner| same.name(&owner.company) == home && one.meets(owner));
                    let category = beside.map_or("unknown", |owner| &owner.category);
                    moves.push(((*host).to_owned(), home.clone(), category.to_owned()));
                }
            }
        }
        if is.is_empty() && !shelf.companies.iter().any(|facts| facts.name == home) {
            let country = one.country.to_owned();
            shelf.companies.push(CompanyFacts { name: home.clone(), country, ..CompanyFacts::default() });
        }
        actors.entry(home).or_default().extend(one.ids.iter().map(|id| (*id).to_owned()));
    }
    for owner in owners.iter_mut() {
        owner.company = same.name(&owner.company).to_owned();
    }
    for (host, company, category) in moves {
        give(&host, company, category, owners);
    }
    // A company that has no domain is one all the same: its actors' rules lead to it.
    for company in actors.keys() {
        if !owners.iter().any(|owner| owner.company == *company) {
            owners.push(service(company.clone(), "unknown".to_owned(), Vec::new()));
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

/// What the entries of one name say.
#[derive(Default)]
struct Named<'a> {
    name: &'a str,
    country: &'a str,
    owners: Vec<&'a str>,
    ids: Vec<&'a str>,
    hosts: Vec<&'a str>,
    companies: Vec<&'a str>,
    /// Whether an entry says that it is none.
    none: bool,
}

fn by_name(own: &Own) -> BTreeMap<String, Named<'_>> {
    let mut named: BTreeMap<String, Named<'_>> = BTreeMap::new();
    for file in own.of_known_kinds() {
        let Some(kind) = kinds::kind(&file.kind) else { continue };
        for entry in file.entries() {
            let (name, companies) = (word(entry, "name"), several(entry, "companies"));
            let one = named.entry(name.to_ascii_lowercase()).or_default();
            if one.name.is_empty() {
                one.name = name;
            }
            if one.country.is_empty() {
                one.country = word(entry, "country");
            }
            one.owners.extend(Some(word(entry, "owner")).filter(|owner| !owner.is_empty()));
            one.ids.push(word(entry, "id"));
            one.hosts.extend(own_hosts(kind, entry));
            one.none |= entry.contains_key("companies") && companies.is_empty();
            one.companies.extend(companies);
        }
    }
    named
}

/// The hosts that are an actor's own.
pub fn own_hosts<'a>(kind: &Kind, entry: &'a Table) -> Vec<&'a str> {
    let mut hosts = if kind.indicators { Vec::new() } else { several(entry, "collects") };
    hosts.extend(several(entry, "sites"));
    hosts
}

impl Named<'_> {
    /// The companies of the owners' data that it is, or of whose one it is a part; none where it is one of its own.
    fn companies(&self, owners: &[OwnerSource], domains: &Domains<'_>) -> Vec<String> {
        let alike = owners.iter().find(|owner| self.is_name_of(owner) && self.meets(owner));
        let named = self.companies.iter().copied().chain(alike.map(|owner| owner.company.as_str()));
        let mut is: Vec<&str> = Vec::new();
        for company in named {
            if !is.contains(&company) {
                is.push(company);
            }
        }
        if is.is_empty() && !self.none {
            let its = |owner: &&OwnerSource| self.owners.iter().any(|name| owner.company.eq_ignore_ascii_case(name));
            let of_owner = owners.iter().filter(its).find(|owner| self.meets(owner));
            let leads: BTreeSet<&str> =
                self.hosts.iter().filter_map(|host| domains.company(host)).map(|(company, _)| company).collect();
            let only = leads.first().copied().filter(|_| leads.len() == 1);
            is.extend(of_owner.map(|owner| owner.company.as_str()).or(only));
        }
        is.into_iter().map(str::to_owned).collect()
    }

    fn is_name_of(&self, owner: &OwnerSource) -> bool {
        owner.company.eq_ignore_ascii_case(self.name)
    }

    /// Whether a service has a registrable domain in common with its hosts.
    fn meets(&self, owner: &OwnerSource) -> bool {
        owner.domains.iter().any(|domain| {
            let site = party::registrable(domain.trim_start_matches("*."));
            self.hosts.iter().any(|host| party::registrable(host) == site)
        })
    }
}

/// Companies of the owners' data that are one organisation, by our own lists: each leads to another, and the last has its name.
struct Same(BTreeMap<String, String>);

impl Same {
    fn of(several: &[Vec<String>]) -> Self {
        let mut same = Self(BTreeMap::new());
        for is in several {
            let Some((first, others)) = is.split_first() else { continue };
            for other in others {
                let (name, other) = (same.name(first).to_owned(), same.name(other).to_owned());
                if name != other {
                    same.0.insert(other, name);
                }
            }
        }
        same
    }

    fn name<'a>(&'a self, company: &'a str) -> &'a str {
        let mut name = company;
        while let Some(next) = self.0.get(name) {
            name = next;
        }
        name
    }
}

/// Gives a host and all below it to a company, and takes it from whoever had it.
fn give(host: &str, company: String, category: String, owners: &mut Vec<OwnerSource>) {
    for owner in owners.iter_mut() {
        owner.domains.retain(|known| known.trim_start_matches("*.") != host);
    }
    owners.push(service(company, category, vec![format!("*.{host}")]));
}

fn service(company: String, category: String, domains: Vec<String>) -> OwnerSource {
    OwnerSource { company, category, domains }
}
