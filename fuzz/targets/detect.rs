//! Any bytes: what a file is, is told by what stands in it.
#![no_main]

mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| all::with_start(b"", bytes));
