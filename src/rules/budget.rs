//! How much a list that a person adds may cost each request, and its reading: counted in rules, bytes and states, never in
//! time, so that a list is the same on every machine. Whatever would be over it is left out, counted and named.
//!
//! The largest that 49 real lists need (AdGuard's, EasyList's regional ones, uBlock Origin's badware list; 723,793 lines) stands
//! with each limit.

use super::compile::{Filing, in_order};
use super::list::Parsed;

/// What rules cost: how many are tried, the bytes of their texts, and the states of those that are regular expressions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// How many.
    pub rules: u32,
    /// Of their texts, options too.
    pub bytes: u32,
    /// At most so many steps are made for each byte of a URL: [`super::regexes::states`].
    pub states: u32,
}

/// What one key of the index may lead to: a host, a word of a URL, a page. (534 rules, 38,382 bytes, 1,674 states.)
pub const KEY: Cost = Cost { rules: 2_000, bytes: 256 << 10, states: 4_096 };
/// What may be tried for every request. (34 rules, 940 bytes, 1,403 states.)
pub const ALWAYS: Cost = Cost { rules: 256, bytes: 64 << 10, states: 4_096 };
/// The regular expressions of one list, those too that turn out to be none: looked at before one is compiled. (185 rules,
/// 10,247 bytes, 10,424 states.)
pub const REGEXES: Cost = Cost { rules: 1_000, bytes: 256 << 10, states: 16_000 };
/// Under how many keys the rules of one list may be filed together; a rule about a thousand pages is filed under a
/// thousand. (163,426.)
pub const PLACES: usize = 1_000_000;

/// Of all added lists together: how many rules may share a bucket of the index, may be tried for every request, and may be
/// regular expressions, and how many states these have: all of them are kept compiled. Host lists of 500,000 entries have some 8 in a
/// bucket each, all 49 real lists together 730 regular expressions with 46,532 states.
pub const TOGETHER: (u32, u32, u32, u32) = (8_000, 1_000, 4_000, 64_000);
/// How many steps all added lists together may make for one request: for a regular expression its states times the bytes of the
/// address, for any other pattern what it takes. A rule that would need more is not tried, and the page says so: what a page
/// asks for chooses which rules are tried, so that no limit of a list alone is one of a request.
pub const STEPS: u64 = 4 << 20;

/// The reason for which a rule over it is left out.
pub const OVER: &str = "too-many-tried";

impl Cost {
    /// Takes from what is left; `false`, and nothing taken, where that is too little.
    pub fn take(&mut self, cost: Cost) -> bool {
        let left = (
            self.rules.checked_sub(cost.rules),
            self.bytes.checked_sub(cost.bytes),
            self.states.checked_sub(cost.states),
        );
        let (Some(rules), Some(bytes), Some(states)) = left else { return false };
        *self = Cost { rules, bytes, states };
        true
    }
}

/// Which rules of a list are over what one key may lead to, or what may be tried for every request: of those that share a
/// key the first in the list are kept.
pub fn over(rules: &[&Parsed<'_>], filing: &Filing) -> Vec<bool> {
    let mut over = vec![false; rules.len()];
    for &at in filing.cut() {
        if let Some(over) = over.get_mut(at as usize) {
            *over = true;
        }
    }
    let mut filed: Vec<(u64, u64)> = Vec::new();
    let mut always = ALWAYS;
    for (at, (rule, over)) in rules.iter().zip(&mut over).enumerate() {
        match filing.keys(at) {
            [] => *over = *over || !always.take(rule.cost()),
            keys => filed.extend(keys.iter().map(|&key| (key, at as u64))),
        }
    }
    in_order(&mut filed);
    let (mut key, mut left) = (None, KEY);
    for (of, at) in filed {
        if key != Some(of) {
            (key, left) = (Some(of), KEY);
        }
        let rule = usize::try_from(at).ok().and_then(|at| Some((rules.get(at)?, over.get_mut(at)?)));
        if let Some((rule, over)) = rule {
            *over |= !left.take(rule.cost());
        }
    }
    over
}
