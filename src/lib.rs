//! Onlooker's core: observations of a page go in, findings and a report come out.
//!
//! It does no input or output and reads no clock, so the same observations give the same report, byte for byte, in
//! the browser and on the command line. ARCHITECTURE.md draws the rooms and who may import whom.

pub mod address;
pub mod audit;
pub mod calendar;
pub mod consent;
pub mod detectors;
pub mod error;
pub mod feeds;
pub mod finding;
pub mod grade;
pub mod kinds;
pub mod observation;
pub mod order;
#[cfg(not(target_arch = "wasm32"))]
pub mod own;
pub mod party;
pub mod pseudonym;
pub mod redact;
pub mod report;
pub mod rules;
pub mod seen;
pub mod shared;
pub mod unseen;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod wire;
