//! A blocker's list.
#![no_main]

mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| all::with_start(b"[Adblock Plus]\n", bytes));
