//! Makes the pack of the bundled lists: rules, the hosts among them kept apart, owners' data, and the shelf of what is told of
//! actors. Only the command line does that; a list that a person adds needs no more than [`super::compile`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::actors::{CATEGORIES, UNKNOWN, actor_hash, category_name};
use super::compile::{Compiled, ListSource, Names, u16s, u32s};
use super::dossier::{self, Shelf};
use super::index::{HOSTS, Key, key_hash};
use super::pack::{ListInfo, Section};
use crate::error::Error;
use crate::party;

/// An entity of the third-party-web data.
#[derive(Debug, Clone)]
pub struct OwnerSource {
    /// The company that people know it by.
    pub company: String,
    /// One of [`CATEGORIES`].
    pub category: String,
    /// Hosts, or `*.` and a domain for it and all below.
    pub domains: Vec<String>,
}

/// Compiles a pack.
///
/// `shelf` is what is told of actors, countries and companies; it says which companies are which actors. `data` are the facts
/// of what is judged by beside the lists ([`ListInfo::is_data`]).
pub fn compile(
    lists: &[ListSource<'_>],
    owners: &[OwnerSource],
    shelf: &Shelf,
    data: Vec<ListInfo>,
) -> Result<Vec<u8>, Error> {
    let mut compiled = Compiled::of(lists, true)?;
    compiled.lists.extend(data);
    let hosts = Hosts::of(&compiled.hosts);
    let (companies, domains, slots, of_actors) = owner_tables(owners, shelf, &mut compiled.names)?;
    let (shelf_index, shelf_bytes) = dossier::write::sections(shelf);
    Ok(compiled.write(
        vec![
            (Section::Companies, companies),
            (Section::ActorCompanies, of_actors),
            (Section::Domains, domains),
            (Section::DomainSlots, slots),
        ],
        [
            (Section::HostStarts, u32s(&hosts.starts)),
            (Section::HostEndings, hosts.endings),
            (Section::HostEnds, hosts.ends),
            (Section::HostLabels, hosts.labels),
            (Section::HostRests, hosts.rests),
        ],
        vec![(Section::ShelfIndex, u32s(&shelf_index)), (Section::Shelf, shelf_bytes)],
    ))
}

/// The rules that are a host and nothing else, in columns: the first label, what is between, and the ending that many of
/// them share as a byte. In a compressed package that saves a quarter of them, for labels follow labels like them, and
/// names names.
#[derive(Default)]
struct Hosts {
    labels: Vec<u8>,
    rests: Vec<u8>,
    ends: Vec<u8>,
    starts: Vec<u32>,
    endings: Vec<u8>,
}

impl Hosts {
    fn of(hosts: &[String]) -> Self {
        let endings = endings(hosts);
        let number: HashMap<&str, u8> =
            endings.iter().zip(1..=u8::MAX).map(|(ending, byte)| (ending.as_str(), byte)).collect();
        let mut made = Self::default();
        for (at, host) in hosts.iter().enumerate() {
            if at.is_multiple_of(HOSTS) {
                made.starts.extend([made.labels.len() as u32, made.rests.len() as u32]);
            }
            let known = host.match_indices('.').find_map(|(dot, _)| Some((dot, *number.get(host.get(dot..)?)?)));
            let (end, byte) = known.unwrap_or((host.len(), 0));
            made.ends.push(byte);
            let front = host.get(..end).unwrap_or(host);
            let (label, rest) = front.split_once('.').unwrap_or((front, ""));
            for (column, text) in [(&mut made.labels, label), (&mut made.rests, rest)] {
                column.extend_from_slice(text.as_bytes());
                column.push(b'\n');
            }
        }
        for ending in endings {
            made.endings.push(b'\n');
            made.endings.extend_from_slice(ending.as_bytes());
        }
        made
    }
}

/// 255 endings that save much: each time the one that saves most, of what the longer ones before it have left.
fn endings(hosts: &[String]) -> Vec<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for host in hosts {
        for (dot, _) in host.match_indices('.') {
            *count.entry(host.get(dot..).unwrap_or_default()).or_default() += 1;
        }
    }
    let mut chosen = Vec::new();
    while chosen.len() < 255 {
        let Some((&best, &taken)) = count.iter().max_by_key(|(ending, count)| **count * (ending.len() - 1)) else {
            break;
        };
        count.remove(best);
        for (dot, _) in best.match_indices('.').skip(1) {
            if let Some(shorter) = best.get(dot..).and_then(|shorter| count.get_mut(shorter)) {
                *shorter = shorter.saturating_sub(taken);
            }
        }
        chosen.push(best.to_owned());
    }
    chosen
}

/// Whose each domain of the owners' data is, as a pack has it.
#[derive(Debug)]
pub struct Domains<'a>(BTreeMap<String, Held<'a>>);

/// Who holds a domain.
#[derive(Debug, Clone, Copy)]
struct Held<'a> {
    company: &'a str,
    category: u8,
    /// Whether that says nothing of its subdomains.
    exact: bool,
}

impl<'a> Domains<'a> {
    /// Of two that name one domain, the first has it.
    pub fn of(owners: &'a [OwnerSource]) -> Self {
        let mut domains: BTreeMap<String, Held<'a>> = BTreeMap::new();
        let mut sites: BTreeMap<String, BTreeSet<(&str, u8)>> = BTreeMap::new();
        for owner in owners {
            let category = CATEGORIES.iter().position(|name| *name == owner.category).map_or(UNKNOWN, |at| at as u8);
            let company = owner.company.as_str();
            for pattern in &owner.domains {
                let (name, exact) = match pattern.strip_prefix("*.") {
                    Some(rest) => (rest, false),
                    None => (pattern.as_str(), true),
                };
                let name = name.to_ascii_lowercase();
                if party::registrable(&name) == party::public_suffix(&name) {
                    // A whole public suffix belongs to nobody in particular.
                    continue;
                }
                sites.entry(party::registrable(&name).to_owned()).or_default().insert((company, category));
                domains.entry(name).or_insert(Held { company, category, exact });
            }
        }
        // Where every listed host under a registrable domain is one company's, so is the domain.
        for (site, who) in sites {
            let companies: BTreeSet<&str> = who.iter().map(|(company, _)| *company).collect();
            if let (1, Some(&company)) = (companies.len(), companies.first()) {
                let categories: BTreeSet<u8> = who.iter().map(|(_, category)| *category).collect();
                let category = match (categories.len(), categories.first()) {
                    (1, Some(&category)) => category,
                    _ => UNKNOWN,
                };
                let held = Held { company, category, exact: false };
                domains.entry(site).and_modify(|held| held.exact = false).or_insert(held);
            }
        }
        Self(domains)
    }

    /// The company to which a host leads, and the category of what it has there: as [`super::actors`] finds it.
    pub fn company(&self, host: &str) -> Option<(&'a str, &'static str)> {
        let above = host.match_indices('.').filter_map(|(dot, _)| host.get(dot + 1..));
        let held = std::iter::once(host).chain(above).enumerate().find_map(|(depth, part)| {
            // An entry for one host says nothing of its subdomains; a wider one may.
            self.0.get(part).filter(|held| depth == 0 || !held.exact)
        });
        held.map(|held| (held.company, category_name(held.category)))
    }
}

type OwnerTables = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);

/// The tables that [`super::actors`] reads.
fn owner_tables(owners: &[OwnerSource], shelf: &Shelf, names: &mut Names) -> Result<OwnerTables, Error> {
    let mut companies: Vec<&str> = owners.iter().map(|owner| owner.company.as_str()).collect();
    companies.sort_unstable();
    companies.dedup();
    let number: HashMap<&str, u16> = companies.iter().zip(0_u16..=u16::MAX).map(|(name, at)| (*name, at)).collect();
    if number.len() < companies.len() {
        return Err(Error::List("too many companies".to_owned()));
    }

    let domains = Domains::of(owners).0;
    let mut company_table = Vec::new();
    for name in &companies {
        company_table.extend_from_slice(&names.put(name).to_le_bytes());
        company_table.extend_from_slice(&(name.len() as u16).to_le_bytes());
        let facts = shelf.companies.iter().find(|facts| facts.name == *name);
        let country = facts.and_then(|facts| <[u8; 2]>::try_from(facts.country.as_bytes()).ok());
        company_table.extend_from_slice(&country.unwrap_or_default());
    }
    let size = (domains.len() * 2).next_power_of_two();
    let mut slots = vec![0_u16; size];
    let mut table = Vec::new();
    for (at, (name, held)) in domains.iter().enumerate() {
        let company = number.get(held.company).copied().unwrap_or(u16::MAX);
        table.extend_from_slice(&names.put(name).to_le_bytes());
        table.extend_from_slice(&(name.len() as u16).to_le_bytes());
        table.extend_from_slice(&company.to_le_bytes());
        table.extend_from_slice(&[held.category, u8::from(held.exact), 0, 0]);
        let number = u16::try_from(at + 1).map_err(|_| Error::List("too many owners' domains".to_owned()))?;
        let mut slot = (key_hash(Key::Host, name.as_bytes()) >> 1) as usize & (size - 1);
        while slots.get(slot).is_some_and(|&taken| taken != 0) {
            slot = (slot + 1) & (size - 1);
        }
        if let Some(free) = slots.get_mut(slot) {
            *free = number;
        }
    }
    Ok((company_table, table, u16s(&slots), of_actors(shelf, &number)?))
}

/// Which company an actor is, for those that are one and no more.
fn of_actors(shelf: &Shelf, number: &HashMap<&str, u16>) -> Result<Vec<u8>, Error> {
    let mut is: BTreeMap<&str, BTreeSet<u16>> = BTreeMap::new();
    for facts in &shelf.companies {
        if let Some(&company) = number.get(facts.name.as_str()) {
            for id in &facts.actors {
                is.entry(id).or_default().insert(company);
            }
        }
    }
    let mut rows: BTreeMap<u32, u16> = BTreeMap::new();
    for (id, companies) in is {
        if let (1, Some(&company)) = (companies.len(), companies.first())
            && rows.insert(actor_hash(id), company).is_some()
        {
            return Err(Error::List(format!("the actor {id} has the hash of another: it needs another id")));
        }
    }
    Ok(rows.iter().flat_map(|(hash, company)| hash.to_le_bytes().into_iter().chain(company.to_le_bytes())).collect())
}
