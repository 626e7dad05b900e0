//! What the lists say of a request: which rules match, and whose host it is.
//!
//! [`pack`] is the compiled form that a waking worker reads in place, [`index`] finds the rules for a URL, [`actors`]
//! finds who owns a host. [`blocklist`], [`regexes`] and [`compile`] make a pack from list texts; only the command line does that.

pub mod actors;
#[cfg(not(target_arch = "wasm32"))]
pub mod blocklist;
mod columns;
#[cfg(not(target_arch = "wasm32"))]
pub mod compile;
pub mod dossier;
pub mod index;
pub mod pack;
#[cfg(not(target_arch = "wasm32"))]
pub mod regexes;
pub mod rule;
