//! Order, made by one sort for all types. Each sort of its own that the compiler takes apart is 5 KB of the extension, and
//! each kilobyte is compiled anew whenever its background wakes. For what is not done with every request.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Sorts as `sort_by` does: what is equal stays in its order.
pub fn sort<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let mut places: Vec<usize> = (0..items.len()).collect();
    sort_places(&mut places, &|one, other| match (items.get(one), items.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        _ => Ordering::Equal,
    });
    let mut taken: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(places.into_iter().filter_map(|at| taken.get_mut(at).and_then(Option::take)));
}

#[inline(never)]
fn sort_places(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|&one, &other| compare(one, other));
}

/// Collects a set, one after the other: `collect` would sort them first.
pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    set.extend(items);
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_as_by_the_standard_library() {
        for length in [0, 1, 2, 3, 50, 1_000] {
            // Many are equal, and told apart by where they stood.
            let mut items: Vec<(usize, usize)> = (0..length).map(|at| (at * 7_919 % 13, at)).collect();
            let mut right = items.clone();
            right.sort_by_key(|(key, _)| *key);
            sort(&mut items, |one, other| one.0.cmp(&other.0));
            assert_eq!(items, right);
        }
    }

    #[test]
    fn a_set_has_each_once() {
        assert!(set([3, 1, 2, 3, 1]).into_iter().eq([1, 2, 3]));
    }
}
