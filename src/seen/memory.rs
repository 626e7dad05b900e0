//! What a page's detectors keep of what they saw, so that one observation can be held to another. It is bounded: each
//! detector has its own place in it and says how much fits in there, and together they stay below [`MAX_BYTES`], whatever a
//! page does. What was there first goes first, and is counted.

use std::any::{Any, TypeId};
use std::borrow::Borrow;
use std::collections::VecDeque;
use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt::Debug;
use std::ops::RangeBounds;

/// What all detectors together may keep of one page, in bytes; held by `tests/memory.rs`.
pub const MAX_BYTES: usize = 2 << 20;

/// What one detector keeps of a page.
pub trait State: Any + Debug {
    /// How much had to go for want of room.
    fn dropped(&self) -> u64 {
        0
    }
}

/// What all detectors keep of a page.
#[derive(Debug, Default)]
pub struct Memory {
    states: BTreeMap<TypeId, Box<dyn State>>,
    news: bool,
}

impl Memory {
    /// What a detector keeps, by its type; made where there is none yet.
    pub fn of<T: State + Default>(&mut self) -> &mut T {
        let state = self.states.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        let any: &mut dyn Any = &mut **state;
        match any.downcast_mut() {
            Some(found) => found,
            // A type's place holds that type, so this is never made.
            None => Box::leak(Box::default()),
        }
    }

    /// The same to be read; none where nothing was kept.
    pub fn seen<T: State>(&self) -> Option<&T> {
        let any: &dyn Any = &**self.states.get(&TypeId::of::<T>())?;
        any.downcast_ref()
    }

    /// How much had to go for want of room.
    pub fn dropped(&self) -> u64 {
        self.states.values().map(|state| state.dropped()).sum()
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
#[derive(Debug)]
pub struct Bounded<K, V, const MOST: usize> {
    entries: BTreeMap<K, V>,
    order: VecDeque<K>,
    dropped: u64,
}

impl<K, V, const MOST: usize> Default for Bounded<K, V, MOST> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), order: VecDeque::new(), dropped: 0 }
    }
}

impl<K: Ord + Clone, V, const MOST: usize> Bounded<K, V, MOST> {
    /// What stands under a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key)
    }

    /// The same, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key)
    }

    /// What stands under a key, made where nothing does; then what came first goes, if there is no room.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if self.entries.len() >= MOST
            && !self.entries.contains_key(&key)
            && let Some(first) = self.order.pop_front()
        {
            self.entries.remove(&first);
            self.dropped += 1;
        }
        match self.entries.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                self.order.push_back(place.key().clone());
                place.insert(V::default())
            }
        }
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    /// Those whose keys lie in a range, in their order.
    pub fn range(&self, keys: impl RangeBounds<K>) -> impl Iterator<Item = (&K, &V)> {
        self.entries.range(keys)
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
        assert_eq!((table.len(), table.dropped(), table.order.len()), (3, 2, 3));
        assert_eq!((table.get(&5), table.get(&9)), (None, Some(&1)));
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
