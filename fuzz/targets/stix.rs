//! A STIX bundle: what stands in the list of its objects.
#![no_main]

mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| all::with_start(b"{\"type\":\"bundle\",\"objects\":[", bytes));
