//! Tells the crate whether the compiled lists are there to be built in, and writes the public suffix list and the hosts
//! that many share as tables.
//!
//! The command line is one file that a person can carry: it holds the lists. But the lists are compiled by the
//! command line itself, so its first build has none, and says so when asked to judge.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/party/table.rs"]
mod table;

use table::{EXCEPTION, SUFFIX, WILDCARD, first_slot};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=pkg/onlooker.pack");
    println!("cargo:rustc-check-cfg=cfg(bundled_pack)");
    if Path::new("pkg/onlooker.pack").exists() {
        println!("cargo:rustc-cfg=bundled_pack");
    }
    println!("cargo:rerun-if-changed=lists/public-suffixes.txt");
    println!("cargo:rerun-if-changed=src/party/table.rs");
    let rules = fs::read_to_string("lists/public-suffixes.txt")?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("suffixes.rs"), suffixes(&rules)?)?;
    println!("cargo:rerun-if-changed=lists/shared-hosts.txt");
    let hosts = fs::read_to_string("lists/shared-hosts.txt")?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("shared.rs"), shared(&hosts))?;
    Ok(())
}

/// A power of two, more than twice as many as there are rules.
const SLOTS: usize = 1 << 15;

/// The rules in order of their names, as Rust: all names in one text, where each ends, and what is said of it.
fn suffixes(rules: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut kinds: BTreeMap<String, u8> = BTreeMap::new();
    for rule in rules.lines().map(str::trim).filter(|rule| !rule.is_empty() && !rule.starts_with("//")) {
        let (name, kind) = match (rule.strip_prefix("*."), rule.strip_prefix('!')) {
            (Some(name), _) => (name, WILDCARD),
            (_, Some(name)) => (name, EXCEPTION),
            _ => (rule, SUFFIX),
        };
        let ascii = idna::domain_to_ascii(name).map_err(|_| format!("not a name: {name}"))?;
        *kinds.entry(ascii).or_default() |= kind;
    }
    let (mut names, mut ends) = (String::new(), Vec::new());
    for name in kinds.keys() {
        names.push_str(name);
        ends.push(names.len());
    }
    // A table of places by hash, half empty, so that most names are found or missed at the first look.
    let mut slots = vec![0_u16; SLOTS];
    let mut start = 0;
    for (at, &end) in ends.iter().enumerate() {
        let mut slot = first_slot(names.get(start..end).unwrap_or_default(), SLOTS);
        while slots.get(slot).is_some_and(|&taken| taken != 0) {
            slot = (slot + 1) % SLOTS;
        }
        if let Some(free) = slots.get_mut(slot) {
            *free = u16::try_from(at + 1)?;
        }
        start = end;
    }
    Ok(format!(
        "static SLOTS: [u16; {SLOTS}] = {slots:?};\nstatic NAMES: &str = {names:?};\nstatic ENDS: [u32; {count}] = {ends:?};\nstatic KINDS: [u8; {count}] = {:?};\n",
        kinds.values().collect::<Vec<_>>(),
        count = ends.len(),
    ))
}

/// The hosts that many share, as Rust: those alone, and those with all below them, a line each and in order.
fn shared(file: &str) -> String {
    let about = |line: &&str| !["//", "[", "why: ", "source: "].iter().any(|start| line.starts_with(start));
    let mut hosts: Vec<&str> = file.lines().map(str::trim).filter(|line| !line.is_empty()).filter(about).collect();
    hosts.sort_unstable_by_key(|host| host.trim_start_matches("*."));
    let (below, itself): (Vec<&str>, Vec<&str>) = hosts.into_iter().partition(|host| host.starts_with("*."));
    let below: Vec<&str> = below.iter().map(|host| host.trim_start_matches("*.")).collect();
    format!("static ITSELF: &str = {:?};\nstatic BELOW: &str = {:?};\n", itself.join("\n"), below.join("\n"))
}
