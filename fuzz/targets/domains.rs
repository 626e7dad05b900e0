//! A list of domains.
#![no_main]

mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| all::with_start(b"a.example\n", bytes));
