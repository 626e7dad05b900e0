//! What our own lists tell of actors, companies and countries: the shelf, a run of bytes of its own behind the texts. It is
//! read for a report, never for a verdict.
//!
//! Layout: [`Section::ShelfIndex`] is `u32` numbers: how many texts are shared, how many actors, countries and companies
//! there are, then where each of these starts in [`Section::Shelf`]. A record is its fields in order. A number is LEB128. A
//! text is a number, twice its length and then its bytes, or, where that is odd, half of it is the number of a shared text.
//! A list is its length, then its items. Records stand in the order of their first field, so that one is found by halving.

use super::columns::partition;
use super::pack::{Bytes, Section, u32_at};

/// Where a claim can be checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The document's address.
    pub url: String,
    /// Who published it.
    pub publisher: String,
    /// Its own date: a year, a month or a day; empty where it bears none.
    pub date: String,
    /// What of the entry it supports: names of fields.
    pub supports: Vec<String>,
    /// The day on which it was read for this claim, or `unread`.
    pub checked: String,
}

/// An actor of our own lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dossier {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What kind of actor it is: a file of `lists/actors`.
    pub kind: String,
    /// Its owner; empty where that is not known.
    pub owner: String,
    /// The country of its seat, ISO 3166-1 alpha-2; empty where that is not known.
    pub country: String,
    /// What it does.
    pub does: String,
    /// What data it is known to take.
    pub takes: Vec<String>,
    /// Since when, a year; empty where that is not known.
    pub since: String,
    /// `documented`, `reported`, `indicated`; `unchecked` where no source was read.
    pub confidence: String,
    /// When contact with it is harmless.
    pub harmless: String,
    /// What it says against the claim.
    pub dispute: String,
    /// Its number in IAB Europe's Global Vendor List; 0 where it is not known to have one.
    pub gvl_id: u32,
    /// The purposes of the IAB's framework that it declares, by number.
    pub purposes: Vec<u32>,
    /// The special features that it declares: 1 precise location, 2 scanning the device.
    pub special_features: Vec<u32>,
    /// Where each claim can be checked.
    pub sources: Vec<Source>,
}

/// A law by which a state can order or take data in bulk or in secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Law {
    /// Its name.
    pub name: String,
    /// Its year.
    pub year: String,
    /// What it allows.
    pub allows: String,
    /// Who oversees it, in a word.
    pub oversight: String,
    /// Where that can be checked.
    pub sources: Vec<Source>,
}

/// What is known of a country's laws.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// Alliances of signals intelligence.
    pub alliances: Vec<String>,
    /// `eu`, `eea`, `adequate`, `framework`, `none`; empty where that is not known.
    pub adequacy: String,
    /// Its laws; none where nothing is verified.
    pub laws: Vec<Law>,
    /// Its data-protection law; empty where nothing is verified.
    pub protection: String,
    /// The year of that law; empty where no source says it.
    pub protection_year: String,
    /// Its data-protection authority.
    pub authority: String,
    /// The authority's page for complaints.
    pub complaints: String,
    /// Where the rest can be checked.
    pub sources: Vec<Source>,
}

/// What is known of a company that the owners' data name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompanyFacts {
    /// Its name, as the owners' data have it.
    pub name: String,
    /// The company it belongs to, or by which it goes today; empty where that is not known.
    pub parent: String,
    /// The country of its seat; empty where that is not known.
    pub country: String,
    /// Ids of actors that are this company, whatever host of it is met.
    pub actors: Vec<String>,
    /// Where that can be checked.
    pub sources: Vec<Source>,
}

/// Everything that is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shelf {
    /// In any order.
    pub actors: Vec<Dossier>,
    /// In any order.
    pub countries: Vec<Country>,
    /// In any order.
    pub companies: Vec<CompanyFacts>,
}

/// An actor by its id. `None` where there is none, or where the shelf is not loaded.
pub fn actor(pack: &Bytes, id: &str) -> Option<Dossier> {
    let mut record = Records::of(pack, Kind::Actor)?.find(id)?;
    Some(Dossier {
        id: record.text()?,
        name: record.text()?,
        kind: record.text()?,
        owner: record.text()?,
        country: record.text()?,
        does: record.text()?,
        takes: record.list(Record::text)?,
        since: record.text()?,
        confidence: record.text()?,
        harmless: record.text()?,
        dispute: record.text()?,
        gvl_id: record.number()?,
        purposes: record.list(Record::number)?,
        special_features: record.list(Record::number)?,
        sources: record.list(Record::source)?,
    })
}

/// A country by its code.
pub fn country(pack: &Bytes, code: &str) -> Option<Country> {
    let mut record = Records::of(pack, Kind::Country)?.find(code)?;
    Some(Country {
        code: record.text()?,
        alliances: record.list(Record::text)?,
        adequacy: record.text()?,
        laws: record.list(Record::law)?,
        protection: record.text()?,
        protection_year: record.text()?,
        authority: record.text()?,
        complaints: record.text()?,
        sources: record.list(Record::source)?,
    })
}

/// A company by its name in the owners' data.
pub fn company(pack: &Bytes, name: &str) -> Option<CompanyFacts> {
    let mut record = Records::of(pack, Kind::Company)?.find(name)?;
    Some(CompanyFacts {
        name: record.text()?,
        parent: record.text()?,
        country: record.text()?,
        actors: record.list(Record::text)?,
        sources: record.list(Record::source)?,
    })
}

/// A company whose name is this one but for case: owners are written as their sources have them.
pub fn company_like(pack: &Bytes, name: &str) -> Option<CompanyFacts> {
    if let Some(found) = company(pack, name) {
        return Some(found);
    }
    let records = Records::of(pack, Kind::Company)?;
    let mut names = (0..records.count).filter_map(|number| records.at(number)?.text());
    let alike = names.find(|known| known.eq_ignore_ascii_case(name))?;
    company(pack, &alike)
}

/// Where the facts of one are: found without reading anything else, and without allocating. For look-ups that only ask
/// whether there is something.
pub fn knows_country(pack: &Bytes, code: &str) -> bool {
    Records::of(pack, Kind::Country).and_then(|records| records.find(code)).is_some()
}

/// A place among the counts that the index begins with; at place 0 stands how many texts are shared.
#[derive(Clone, Copy)]
enum Kind {
    Actor = 1,
    Country = 2,
    Company = 3,
}

const KINDS: usize = 4;

/// The records of one kind.
struct Records<'a> {
    index: &'a [u8],
    bytes: &'a [u8],
    first: usize,
    count: usize,
}

impl<'a> Records<'a> {
    fn of(pack: &'a Bytes, kind: Kind) -> Option<Self> {
        let shelf = pack.shelf()?;
        let column = |section| shelf.range(section).ok().map(|range| shelf.slice(&range));
        let (index, bytes) = (column(Section::ShelfIndex)?, column(Section::Shelf)?);
        let before = (0..kind as usize).map(|kind| u32_at(index, kind).unwrap_or(0) as usize);
        let first = before.fold(KINDS, usize::saturating_add);
        let count = u32_at(index, kind as usize)? as usize;
        // A count that is none would make the search below a long one.
        (first.checked_add(count)? <= index.len() / 4).then_some(Self { index, bytes, first, count })
    }

    fn at(&self, number: usize) -> Option<Record<'a>> {
        let at = u32_at(self.index, self.first.checked_add(number)?)? as usize;
        Some(Record { index: self.index, bytes: self.bytes, at })
    }

    fn find(&self, key: &str) -> Option<Record<'a>> {
        let key_of = |number: usize| self.at(number).and_then(|mut record| record.bytes());
        let at = partition(self.count, |number| key_of(number).is_some_and(|known| known < key.as_bytes()));
        if at >= self.count || key_of(at)? != key.as_bytes() {
            return None;
        }
        self.at(at)
    }
}

struct Record<'a> {
    index: &'a [u8],
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Record<'a> {
    fn number(&mut self) -> Option<u32> {
        let mut value = 0_u32;
        for shift in (0..35).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= u32::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let number = self.number()? as usize;
        if number % 2 == 1 {
            let at = u32_at(self.index, KINDS.checked_add(number / 2)?)? as usize;
            let mut shared = Record { index: self.index, bytes: self.bytes, at };
            let length = shared.number()? as usize;
            return shared.bytes.get(shared.at..shared.at.checked_add(length)?);
        }
        let end = self.at.checked_add(number / 2)?;
        let text = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(text)
    }

    fn text(&mut self) -> Option<String> {
        self.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).map(str::to_owned)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| item(self)).collect()
    }

    fn source(&mut self) -> Option<Source> {
        Some(Source {
            url: self.text()?,
            publisher: self.text()?,
            date: self.text()?,
            supports: self.list(Self::text)?,
            checked: self.text()?,
        })
    }

    fn law(&mut self) -> Option<Law> {
        Some(Law {
            name: self.text()?,
            year: self.text()?,
            allows: self.text()?,
            oversight: self.text()?,
            sources: self.list(Self::source)?,
        })
    }
}

/// Writing the shelf: the index, and the records.
#[cfg(not(target_arch = "wasm32"))]
pub mod write {
    use std::collections::BTreeMap;

    use super::{CompanyFacts, Country, Dossier, Law, Shelf, Source};

    /// The two sections of a shelf. The same shelf gives the same bytes, whatever its order.
    pub fn sections(shelf: &Shelf) -> (Vec<u32>, Vec<u8>) {
        // Once to count how often each text is met, once more to write.
        let mut count = Writer::default();
        count.shelf(shelf);
        let mut shared: Vec<(usize, String)> = count
            .met
            .into_iter()
            .filter(|(text, times)| *times > 1 && text.len() > 1)
            .map(|(text, times)| (times, text))
            .collect();
        shared.sort_unstable_by(|a, b| (b.0, &a.1).cmp(&(a.0, &b.1)));
        let mut out = Writer {
            shared: shared.iter().zip(0..).map(|((_, text), at)| (text.clone(), at)).collect(),
            ..Writer::default()
        };
        for (_, text) in &shared {
            out.starts.push(out.bytes.len() as u32);
            out.number(text.len() as u32);
            out.bytes.extend_from_slice(text.as_bytes());
        }
        out.shelf(shelf);
        let mut index: Vec<u32> = [shared.len(), shelf.actors.len(), shelf.countries.len(), shelf.companies.len()]
            .iter()
            .map(|&count| count as u32)
            .collect();
        index.extend(&out.starts);
        (index, out.bytes)
    }

    #[derive(Default)]
    struct Writer {
        bytes: Vec<u8>,
        starts: Vec<u32>,
        shared: BTreeMap<String, u32>,
        met: BTreeMap<String, usize>,
    }

    impl Writer {
        fn shelf(&mut self, shelf: &Shelf) {
            let mut actors: Vec<&Dossier> = shelf.actors.iter().collect();
            actors.sort_unstable_by(|a, b| a.id.cmp(&b.id));
            for actor in actors {
                self.actor(actor);
            }
            let mut countries: Vec<&Country> = shelf.countries.iter().collect();
            countries.sort_unstable_by(|a, b| a.code.cmp(&b.code));
            for country in countries {
                self.country(country);
            }
            let mut companies: Vec<&CompanyFacts> = shelf.companies.iter().collect();
            companies.sort_unstable_by(|a, b| a.name.cmp(&b.name));
            for company in companies {
                self.begin();
                self.texts([&company.name, &company.parent, &company.country]);
                self.list(&company.actors, |out, id| out.text(id));
                self.list(&company.sources, Self::source);
            }
        }

        fn actor(&mut self, actor: &Dossier) {
            self.begin();
            self.texts([&actor.id, &actor.name, &actor.kind, &actor.owner, &actor.country, &actor.does]);
            self.list(&actor.takes, |out, word| out.text(word));
            self.texts([&actor.since, &actor.confidence, &actor.harmless, &actor.dispute]);
            self.number(actor.gvl_id);
            self.list(&actor.purposes, |out, number| out.number(*number));
            self.list(&actor.special_features, |out, number| out.number(*number));
            self.list(&actor.sources, Self::source);
        }

        fn country(&mut self, country: &Country) {
            self.begin();
            self.text(&country.code);
            self.list(&country.alliances, |out, word| out.text(word));
            self.text(&country.adequacy);
            self.list(&country.laws, Self::law);
            self.texts([&country.protection, &country.protection_year, &country.authority, &country.complaints]);
            self.list(&country.sources, Self::source);
        }

        fn law(&mut self, law: &Law) {
            self.texts([&law.name, &law.year, &law.allows, &law.oversight]);
            self.list(&law.sources, Self::source);
        }

        fn source(&mut self, source: &Source) {
            self.texts([&source.url, &source.publisher, &source.date]);
            self.list(&source.supports, |out, word| out.text(word));
            self.text(&source.checked);
        }

        fn begin(&mut self) {
            self.starts.push(self.bytes.len() as u32);
        }

        fn texts<const N: usize>(&mut self, texts: [&String; N]) {
            for text in texts {
                self.text(text);
            }
        }

        fn text(&mut self, text: &str) {
            if let Some(&number) = self.shared.get(text) {
                self.number(number * 2 + 1);
                return;
            }
            *self.met.entry(text.to_owned()).or_default() += 1;
            self.number(text.len() as u32 * 2);
            self.bytes.extend_from_slice(text.as_bytes());
        }

        fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
            self.number(items.len() as u32);
            for one in items {
                item(self, one);
            }
        }

        fn number(&mut self, mut number: u32) {
            while number >= 0x80 {
                self.bytes.push(number as u8 | 0x80);
                number >>= 7;
            }
            self.bytes.push(number as u8);
        }
    }
}
