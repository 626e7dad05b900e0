//! A hosts file.
#![no_main]

mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| all::with_start(b"0.0.0.0 a.example\n", bytes));
