//! ioc.yaml of stalkerware-indicators.
#![no_main]

mod all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| all::with_start(b"- name: a\n", bytes));
