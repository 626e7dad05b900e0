//! A table of roots.
#![no_main]

mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| all::with_start(b"CA Owner,SHA-256 Fingerprint,Country\n", bytes));
