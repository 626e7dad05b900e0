//! Who owns a host. Look-ups read the pack in place and allocate nothing.

use std::ops::Range;

use super::columns::partition;
use super::index::{Key, key_hash};
use super::pack::{Bytes, Section, u16_at, u32_at};
use crate::error::Error;

/// What kind of service a company offers at a domain: the categories of the third-party-web data.
///
/// Ordered: of two that apply to one watcher on one page, the earlier one is shown.
pub const CATEGORIES: [&str; 14] = [
    "ad",
    "analytics",
    "social",
    "marketing",
    "customer-success",
    "tag-manager",
    "video",
    "content",
    "utility",
    "consent-provider",
    "hosting",
    "cdn",
    "other",
    "unknown",
];

/// The position of "unknown" in [`CATEGORIES`].
pub const UNKNOWN: u8 = 13;

/// The number of a company in the pack.
pub type Company = u16;

/// Who owns a host, and what the host is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The company.
    pub company: Company,
    /// A position in [`CATEGORIES`].
    pub category: u8,
}

/// What stands for an actor's id in [`Section::ActorCompanies`]; the compiler sees that no two share it.
pub fn actor_hash(id: &str) -> u32 {
    (key_hash(Key::Host, id.as_bytes()) >> 32) as u32
}

/// The word for a category.
pub fn category_name(category: u8) -> &'static str {
    CATEGORIES.get(usize::from(category)).copied().unwrap_or("unknown")
}

/// The owners of a pack.
#[derive(Debug)]
pub struct Actors {
    companies: Range<usize>,
    domains: Range<usize>,
    slots: Range<usize>,
    names: Range<usize>,
    of_actors: Range<usize>,
}

impl Actors {
    /// Takes its place in a checked pack.
    pub fn open(pack: &Bytes) -> Result<Self, Error> {
        let actors = Self {
            companies: pack.range(Section::Companies)?,
            domains: pack.range(Section::Domains)?,
            slots: pack.range(Section::DomainSlots)?,
            names: pack.range(Section::Names)?,
            of_actors: pack.range(Section::ActorCompanies)?,
        };
        if !(actors.slots.len() / 2).is_power_of_two() {
            return Err(Error::PackDamaged("its owners' table has a wrong size"));
        }
        Ok(actors)
    }

    /// Who owns the domain of exactly this name, whose hash as a [`Key::Host`] is given; `whole`: it is the host itself.
    #[inline]
    pub fn at(&self, pack: &Bytes, name: &[u8], hash: u64, whole: bool) -> Option<Owner> {
        let slots = pack.slice(&self.slots);
        let mask = (slots.len() / 2).checked_sub(1)?;
        let mut slot = (hash >> 1) as usize & mask;
        for _ in 0..=mask {
            let domain = usize::from(u16_at(slots, slot)?).checked_sub(1)?;
            let record = pack.slice(&self.domains).get(domain * 12..domain * 12 + 12)?;
            let (at, length) = (u32_at(record, 0)? as usize, usize::from(u16_at(record, 2)?));
            let exact = record.get(9).copied()? == 1;
            if pack.slice(&self.names).get(at..at + length)? == name {
                // An entry for one host says nothing of its subdomains; a wider one may.
                if exact && !whole {
                    return None;
                }
                return Some(Owner { company: u16_at(record, 3)?, category: record.get(8).copied()? });
            }
            slot = (slot + 1) & mask;
        }
        None
    }

    /// The company of exactly this name. Companies stand in the order of their names.
    pub fn company(&self, pack: &Bytes, name: &str) -> Option<Company> {
        let (mut low, mut high) = (0, self.companies.len() / 8);
        while low < high {
            let middle = low.midpoint(high);
            let company = Company::try_from(middle).ok()?;
            match self.name(pack, company).cmp(name) {
                std::cmp::Ordering::Equal => return Some(company),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The company that an actor of our own lists is, by the actor's id; `None` where it is several, or is not said to be one.
    pub fn of_actor(&self, pack: &Bytes, id: &str) -> Option<Company> {
        let table = pack.slice(&self.of_actors);
        let hash = actor_hash(id);
        let at = partition(table.len() / 6, |n| table.get(n * 6..).and_then(|row| u32_at(row, 0)) < Some(hash));
        let row = table.get(at * 6..at * 6 + 6).filter(|row| u32_at(row, 0) == Some(hash))?;
        u16_at(row, 2)
    }

    /// The country of a company's seat, ISO 3166-1 alpha-2; `None` where that is not known.
    pub fn country<'a>(&self, pack: &'a Bytes, company: Company) -> Option<&'a str> {
        let at = usize::from(company) * 8;
        let code = pack.slice(&self.companies).get(at + 6..at + 8)?;
        std::str::from_utf8(code).ok().filter(|code| !code.contains('\0'))
    }

    /// A company's name.
    pub fn name<'a>(&self, pack: &'a Bytes, company: Company) -> &'a str {
        let at = usize::from(company) * 8;
        pack.slice(&self.companies)
            .get(at..at + 8)
            .and_then(|record| Some((u32_at(record, 0)? as usize, usize::from(u16_at(record, 2)?))))
            .and_then(|(at, length)| pack.slice(&self.names).get(at..at + length))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }
}
