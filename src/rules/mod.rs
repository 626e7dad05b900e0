//! What the lists say of a request: which rules match, and whose host it is.
//!
//! [`pack`] is the compiled form that a waking worker reads in place, [`index`] finds the rules for a URL, [`added`] has the
//! lists that a person added, [`actors`] finds who owns a host. [`compile`] makes a pack from what [`list`] read and [`regexes`] knows of it: of a
//! list that a person adds, wherever that is done, within its [`budget`]; and of the bundled lists, on the command line only, where `blocklist` names
//! the `adblock` crate, `clearurls` makes rules of what is none, and `bundle` adds owners and the rest.

pub mod actors;
pub mod added;
#[cfg(not(target_arch = "wasm32"))]
pub mod blocklist;
pub mod budget;
#[cfg(not(target_arch = "wasm32"))]
pub mod bundle;
#[cfg(not(target_arch = "wasm32"))]
pub mod clearurls;
mod columns;
pub mod compile;
pub mod dossier;
pub mod index;
pub mod list;
pub mod pack;
pub mod regexes;
pub mod rule;
