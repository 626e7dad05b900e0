//! The look-up of who is behind a host allocates nothing. Alone in its file: whatever else runs at the same time would be
//! counted too.

#![allow(clippy::unwrap_used)]

use std::alloc::System;
use std::fs;

use onlooker::audit::Engine;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATIONS: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn a_look_up_allocates_nothing() {
    let engine = Engine::from_pack(fs::read("pkg/onlooker.pack").unwrap()).unwrap();
    let hosts = [
        "static.hotjar.com",
        "www.google-analytics.com",
        "behindaquarium.com",
        "nobody.example",
        "a.b.c.d.e.f.example",
    ];
    let region = Region::new(ALLOCATIONS);
    let mut found = 0;
    for host in hosts {
        found += usize::from(engine.look_up(host).actor.is_some());
    }
    let change = region.change();
    assert_eq!((change.allocations, change.reallocations), (0, 0));
    assert_eq!(found, 2);
}
