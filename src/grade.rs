//! The written, public formula that turns findings into a level and a score. docs/grading.md says it in words; the
//! property tests below hold what it promises: order means nothing, more or worse never lowers the risk, and what is
//! not known never raises it.

use crate::finding::{Confidence, Level};

/// What a finding weighs: its level, one step milder where there are only signs of it.
///
/// A claim that may have another reading must not count like one that was seen; but it stays something seen, so it
/// is never less than `Low`.
pub fn effective(level: Level, confidence: Confidence) -> Level {
    match confidence {
        Confidence::Indicated => level.milder(),
        Confidence::Reported | Confidence::Documented => level,
    }
}

/// A page's risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Risk {
    /// The worst level any finding weighs.
    pub level: Level,
    /// 0 to 100: the level's band, and within it how many organisations look on and how badly.
    pub score: u8,
}

/// The score's band of each level, from the first number to the second.
const BANDS: [(u64, u64); 5] = [(0, 0), (1, 19), (20, 49), (50, 79), (80, 100)];

/// What one organisation at a level adds within a band. Each step is worth a few of the one below.
const WEIGHTS: [u64; 5] = [0, 1, 3, 8, 20];

/// How many points fill half of a band.
const HALF: u64 = 24;

/// Grades a page. `watchers` has, for each organisation that looks on, the worst level its findings weigh; `others`
/// the levels of findings that no other organisation stands behind.
pub fn grade(watchers: impl IntoIterator<Item = Level>, others: impl IntoIterator<Item = Level>) -> Risk {
    let mut level = Level::None;
    let mut points = 0_u64;
    for each in watchers.into_iter().chain(others) {
        level = level.max(each);
        points = points.saturating_add(WEIGHTS.get(each as usize).copied().unwrap_or(0));
    }
    let (low, high) = BANDS.get(level as usize).copied().unwrap_or((0, 0));
    let score = low + (high - low) * points.min(1 << 32) / (points.min(1 << 32) + HALF);
    Risk { level, score: u8::try_from(score).unwrap_or(100) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_level() -> impl Strategy<Value = Level> {
        prop::sample::select(Level::ALL.to_vec())
    }

    #[test]
    fn anchors() {
        assert_eq!(grade([], []), Risk { level: Level::None, score: 0 });
        for (level, (low, high)) in Level::ALL.into_iter().zip(BANDS).skip(1) {
            let one = grade([level], []);
            assert_eq!(one.level, level);
            assert!((low..=high).contains(&u64::from(one.score)));
            let many = grade(vec![level; 100_000], []);
            assert!(many.score > one.score && u64::from(many.score) <= high);
        }
        assert_eq!(effective(Level::Severe, Confidence::Indicated), Level::High);
        assert_eq!(effective(Level::Low, Confidence::Indicated), Level::Low);
        assert_eq!(effective(Level::Severe, Confidence::Reported), Level::Severe);
    }

    proptest! {
        #[test]
        fn order_means_nothing(levels in prop::collection::vec(any_level(), 0..60), seed in any::<u64>()) {
            let mut shuffled = levels.clone();
            let mut state = seed | 1;
            for at in (1..shuffled.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                shuffled.swap(at, (state >> 33) as usize % (at + 1));
            }
            prop_assert_eq!(grade(levels, []), grade(shuffled, []));
        }

        #[test]
        fn more_never_lowers(levels in prop::collection::vec(any_level(), 0..60), more in any_level()) {
            let before = grade(levels.clone(), []);
            let mut longer = levels.clone();
            longer.push(more);
            prop_assert!(grade(longer, []) >= before);
            prop_assert!(grade(levels, [more]) >= before);
        }

        #[test]
        fn worse_never_lowers(levels in prop::collection::vec(any_level(), 1..60), at in any::<prop::sample::Index>()) {
            let mut worse = levels.clone();
            let n = at.index(levels.len());
            if let Some(level) = worse.get_mut(n) {
                *level = Level::ALL.into_iter().find(|other| *other > *level).unwrap_or(Level::Severe);
            }
            prop_assert!(grade(worse, []) >= grade(levels, []));
        }

        #[test]
        fn surer_never_lowers(level in any_level()) {
            prop_assert!(effective(level, Confidence::Indicated) <= effective(level, Confidence::Reported));
            prop_assert!(effective(level, Confidence::Reported) <= effective(level, Confidence::Documented));
        }

        #[test]
        fn the_level_bounds_the_score(levels in prop::collection::vec(any_level(), 0..60)) {
            let risk = grade(levels, []);
            let (low, high) = BANDS.get(risk.level as usize).copied().unwrap_or((0, 0));
            prop_assert!(u64::from(risk.score) >= low && u64::from(risk.score) <= high);
        }
    }
}
