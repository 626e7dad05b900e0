//! What a page's detectors keep of what they saw, so that one observation can be held to another. It is bounded: each
//! detector has its own place in it and says how much fits in there, and together they stay below [`MAX_BYTES`], whatever a
//! page does. What was there first goes first, and is counted.

use std::any::{Any, TypeId};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::ops::{Bound, RangeBounds};

/// What all detectors together may keep of one page, in bytes; held by `tests/memory.rs`.
pub const MAX_BYTES: usize = 2 << 20;

/// What one detector keeps of a page.
pub trait State: Any {
    /// How much had to go for want of room.
    fn dropped(&self) -> u64 {
        0
    }
}

/// What all detectors keep of a page.
#[derive(Default)]
pub struct Memory {
    /// One for each detector that keeps anything: some dozen.
    states: Vec<(TypeId, Box<dyn State>)>,
    news: bool,
}

// Not what is in it: the code to print every state would stand in the wasm file.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("states", &self.states.len()).field("news", &self.news).finish()
    }
}

impl Memory {
    /// What a detector keeps, by its type; made where there is none yet.
    pub fn of<T: State + Default>(&mut self) -> &mut T {
        let id = TypeId::of::<T>();
        let at = self.states.iter().position(|(known, _)| *known == id).unwrap_or(self.states.len());
        if at == self.states.len() {
            self.states.push((id, Box::new(T::default())));
        }
        let found = self.states.get_mut(at).and_then(|(_, state)| {
            let any: &mut dyn Any = &mut **state;
            any.downcast_mut()
        });
        // A type's place holds that type, so another is never made.
        found.unwrap_or_else(|| Box::leak(Box::default()))
    }

    /// The same to be read; none where nothing was kept.
    pub fn seen<T: State>(&self) -> Option<&T> {
        let (_, state) = self.states.iter().find(|(known, _)| *known == TypeId::of::<T>())?;
        let any: &dyn Any = &**state;
        any.downcast_ref()
    }

    /// How much had to go for want of room.
    pub fn dropped(&self) -> u64 {
        self.states.iter().map(|(_, state)| state.dropped()).sum()
    }

    /// Says that what is concluded from it may have changed: a detector that concludes something calls it where what it keeps
    /// has changed. Then all conclusions are drawn anew.
    pub fn news(&mut self) {
        self.news = true;
    }

    /// Whether anything of that kind was said since this was last asked.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }
}

/// A table with room for so many entries; what came first goes first.
///
/// Not a `BTreeMap`: there are some twenty such tables, each of types of its own, and what takes an entry out of a tree and
/// sets the tree right again was, with the code to print them, a tenth of the wasm file.
#[derive(Debug)]
pub struct Bounded<K, V, const MOST: usize> {
    /// In the order in which they came; once there are `MOST` of them, as a ring.
    entries: Vec<(K, V)>,
    /// The places of these, in the order of their keys.
    sorted: Vec<u32>,
    /// How many had to go.
    dropped: u64,
}

impl<K, V, const MOST: usize> Default for Bounded<K, V, MOST> {
    fn default() -> Self {
        Self { entries: Vec::new(), sorted: Vec::new(), dropped: 0 }
    }
}

impl<K: Ord, V, const MOST: usize> Bounded<K, V, MOST> {
    /// What stands under a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = *self.sorted.get(self.find(key).ok()?)?;
        self.entries.get(place as usize).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = *self.sorted.get(self.find(key).ok()?)?;
        self.entries.get_mut(place as usize).map(|(_, value)| value)
    }

    /// What stands under a key, made where nothing does; then what came first goes, if there is no room.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let place = match self.find(&key) {
            Ok(at) => self.sorted.get(at).map_or(usize::MAX, |&place| place as usize),
            Err(at) => self.make(at, key),
        };
        match self.entries.get_mut(place) {
            Some((_, value)) => value,
            // What stands in `sorted` is the place of an entry, so this is never made.
            None => Box::leak(Box::default()),
        }
    }

    /// Makes an entry that is to stand there in the order of keys, and gives its place.
    fn make(&mut self, mut at: usize, key: K) -> usize
    where
        V: Default,
    {
        let mut place = self.entries.len();
        if place < MOST {
            if place == self.entries.capacity() {
                // As much again, but never more than there is room for.
                self.entries.reserve_exact(place.max(4).min(MOST - place));
            }
            self.entries.push((key, V::default()));
        } else {
            place = (self.dropped % MOST as u64) as usize;
            self.dropped += 1;
            if let Some(Ok(gone)) = self.entries.get(place).map(|(first, _)| self.find(first)) {
                self.sorted.remove(gone);
                at -= usize::from(gone < at);
            }
            if let Some(first) = self.entries.get_mut(place) {
                *first = (key, V::default());
            }
        }
        self.sorted.insert(at, place as u32);
        place
    }

    /// Where a key stands in the order of keys, or would.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.sorted.binary_search_by(|&place| {
            self.entries.get(place as usize).map_or(Ordering::Less, |(other, _)| other.borrow().cmp(key))
        })
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.sorted.iter().filter_map(|&place| self.entries.get(place as usize)).map(|(key, value)| (key, value))
    }

    /// Those whose keys lie in a range, in their order.
    pub fn range(&self, keys: impl RangeBounds<K>) -> impl Iterator<Item = (&K, &V)> {
        let start = match keys.start_bound() {
            Bound::Included(first) => self.find(first).unwrap_or_else(|at| at),
            Bound::Excluded(before) => self.find(before).map_or_else(|at| at, |at| at + 1),
            Bound::Unbounded => 0,
        };
        let end = match keys.end_bound() {
            Bound::Included(last) => self.find(last).map_or_else(|at| at, |at| at + 1),
            Bound::Excluded(after) => self.find(after).unwrap_or_else(|at| at),
            Bound::Unbounded => self.sorted.len(),
        };
        let places = self.sorted.get(start..end).unwrap_or_default();
        places.iter().filter_map(|&place| self.entries.get(place as usize)).map(|(key, value)| (key, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many had to go.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounded, Memory, State};

    #[test]
    fn what_came_first_goes_first_and_is_counted() {
        let mut table: Bounded<u32, u32, 3> = Bounded::default();
        for key in [5, 1, 9, 5, 1, 2, 7] {
            *table.entry(key) += 1;
        }
        let left: Vec<(u32, u32)> = table.iter().map(|(key, value)| (*key, *value)).collect();
        assert_eq!(left, [(2, 1), (7, 1), (9, 1)]);
        assert_eq!((table.len(), table.dropped(), table.sorted.len()), (3, 2, 3));
        assert_eq!((table.get(&5), table.get(&9)), (None, Some(&1)));
    }

    /// Held to the standard library's, by keys that come and go in no order.
    #[test]
    fn it_stays_in_order_whatever_comes() {
        let mut table: Bounded<u32, u32, 50> = Bounded::default();
        let mut plain = std::collections::BTreeMap::new();
        let mut order = std::collections::VecDeque::new();
        let mut key = 1_u32;
        for round in 0..5_000 {
            key = key.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = key >> 25;
            *table.entry(key) += round;
            if !plain.contains_key(&key) {
                if plain.len() == 50
                    && let Some(first) = order.pop_front()
                {
                    plain.remove(&first);
                }
                order.push_back(key);
            }
            *plain.entry(key).or_insert(0) += round;
            assert!(table.iter().eq(plain.iter()));
            assert!(table.range(20..=90).eq(plain.range(20..=90)));
            assert!(table.range(..key).eq(plain.range(..key)));
            assert_eq!(table.get_mut(&key).copied(), plain.get(&key).copied());
        }
        assert!(table.dropped() > 1_000 && table.entries.capacity() == 50);
    }

    #[derive(Debug, Default)]
    struct One(u64);
    impl State for One {
        fn dropped(&self) -> u64 {
            self.0
        }
    }
    #[derive(Debug, Default)]
    struct Two(u64);
    impl State for Two {}

    #[test]
    fn each_has_a_place_of_its_own() {
        let mut memory = Memory::default();
        assert!(memory.seen::<One>().is_none() && memory.seen::<Two>().is_none());
        memory.of::<One>().0 = 3;
        memory.of::<Two>().0 = 4;
        assert_eq!((memory.of::<One>().0, memory.of::<Two>().0, memory.dropped()), (3, 4, 3));
        assert_eq!(memory.seen::<Two>().map(|two| two.0), Some(4));
    }
}
