//! What the table of public suffixes is made by (build.rs) and read by (party.rs): one file, so that both mean the same.

/// The name is a public suffix.
pub const SUFFIX: u8 = 1;
/// Whatever stands right before the name makes one with it.
pub const WILDCARD: u8 = 2;
/// The name is none after all.
pub const EXCEPTION: u8 = 4;

/// Where the search for a name begins, in a table of so many slots (FNV-1a).
pub fn first_slot(name: &str, slots: usize) -> usize {
    let hash = name.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize % slots
}
