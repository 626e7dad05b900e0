//! Lists that a person added: each is a pack of its own, asked beside the bundled one. They stand in the order of their
//! numbers, which their texts give them, so that the order of adding means nothing.

use std::borrow::Cow;

use super::budget::{REGEXES, STEPS, TOGETHER};
use super::index::{Index, Matches, PageContext, RuleId, RulePlace};
use super::pack::{Bytes, ListInfo, Section};
use crate::address::Address;
use crate::error::{Error, Refusal};
use crate::observation::RequestType;

/// How many lists can be added. Each is asked for every request.
pub const MAX_LISTS: usize = 32;

pub use super::pack::ADDED;

/// One of them.
#[derive(Debug)]
pub struct Added {
    /// What is known of it.
    pub info: ListInfo,
    /// Where its rules begin, among those of all lists.
    pub first: RuleId,
    /// Its rules.
    pub index: Index,
    /// The pack they lie in.
    pub pack: Bytes,
    /// Which of them match the request that was asked last.
    pub matches: Matches,
}

/// What all of them together cost a request.
#[derive(Debug, Default)]
struct Load {
    /// How many rules there are in each bucket of the indexes.
    buckets: Vec<u32>,
    always: usize,
    regexes: usize,
    states: u32,
}

impl Load {
    /// With one list more; `None` where that is too much.
    fn with(&self, index: &Index, pack: &Bytes) -> Option<Self> {
        let mut before = self.buckets.iter().copied();
        let buckets: Vec<u32> = index.buckets(pack).map(|rules| rules + before.next().unwrap_or(0)).collect();
        let (always, regexes) = index.always_and_regexes(pack);
        let (always, regexes) = (self.always + always, self.regexes + regexes);
        let states = self.states.saturating_add(index.states(pack));
        let fits = buckets.iter().all(|&rules| rules <= TOGETHER.0)
            && always <= TOGETHER.1 as usize
            && regexes <= TOGETHER.2 as usize
            && states <= TOGETHER.3;
        fits.then_some(Self { buckets, always, regexes, states })
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct AddedLists {
    lists: Vec<Added>,
    load: Load,
}

impl AddedLists {
    /// Adds one. `bundled` is how many rules the bundled lists have. One that is there already is not added again.
    pub fn add(&mut self, bytes: Cow<'static, [u8]>, bundled: usize) -> Result<(), Error> {
        let pack = Bytes::check(bytes)?;
        let mut index = Index::open(&pack)?;
        index.count_regexes(REGEXES.rules as usize);
        let mut infos = ListInfo::from_json(pack.slice(&pack.range(Section::Lists)?))?;
        let (Some(info), true) = (infos.pop(), infos.is_empty()) else { return Err(Error::PackForeign) };
        let ranged = index.lists().len() == 1 && index.lists().iter().all(|range| range.list == info.id);
        if info.id & ADDED == 0 || !ranged || pack.texts().is_none() {
            return Err(Error::PackForeign);
        }
        match self.lists.binary_search_by_key(&info.id, |added| added.info.id) {
            Ok(at) if self.lists.get(at).is_some_and(|known| known.info.sha256 == info.sha256) => return Ok(()),
            // 31 bits of a checksum can be made to agree: then it is said, and nothing is taken for something else.
            Ok(_) => return Err(Error::Feed(Refusal::SameNumber)),
            Err(_) if self.lists.len() >= MAX_LISTS => return Err(Error::Feed(Refusal::Full)),
            Err(at) => {
                // A sum: lists that fit together do so in any order.
                let load = self.load.with(&index, &pack).ok_or(Error::Feed(Refusal::TooManyTried))?;
                self.load = load;
                self.lists.insert(at, Added { info, first: 0, index, pack, matches: Matches::default() });
            }
        }
        let mut first = bundled;
        for added in &mut self.lists {
            added.first = RuleId::try_from(first).map_err(|_| Error::Feed(Refusal::Full))?;
            first += added.index.len();
        }
        Ok(())
    }

    /// Takes all of them out.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The lists, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &Added> {
        self.lists.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Asks each which of its rules match a request.
    pub fn ask(&mut self, page: &PageContext, request: &Address, kind: RequestType, third_party: bool) {
        let mut steps = STEPS;
        for added in &mut self.lists {
            let asked = (page, request, kind, third_party);
            added.index.matches_within(&added.pack, asked, &mut steps, &mut added.matches);
        }
    }

    /// Whether rules were left untried for the request that was asked last, because all of them together cost too much.
    pub fn over(&self) -> bool {
        self.lists.iter().any(|added| added.matches.over)
    }

    /// Whether any of them names the request that was asked last.
    pub fn name_it(&self) -> bool {
        self.lists.iter().any(|added| !added.matches.blocking.is_empty() || !added.matches.params.is_empty())
    }

    /// Every rule that matches the request that was asked last, exceptions too, counted among those of all lists.
    pub fn matching(&self) -> impl Iterator<Item = RuleId> {
        self.lists.iter().flat_map(|added| {
            let found = &added.matches;
            let blocking = found.blocking.iter().map(|found| found.rule);
            let others = [&found.exceptions, &found.params, &found.param_exceptions].into_iter().flatten().copied();
            blocking.chain(others).map(|rule| added.first + rule)
        })
    }

    /// Where a rule stands, by its number among those of all lists; `None` where it is of a bundled one.
    pub fn place(&self, rule: RuleId) -> Option<RulePlace<'_>> {
        let added = self.lists.iter().rev().find(|added| added.first <= rule)?;
        added.index.place(&added.pack, rule - added.first)
    }
}
