//! Tells the crate whether the compiled lists are there to be built in, and writes the public suffix list as a table.
//!
//! The command line is one file that a person can carry: it holds the lists. But the lists are compiled by the
//! command line itself, so its first build has none, and says so when asked to judge.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=pkg/onlooker.pack");
    println!("cargo:rustc-check-cfg=cfg(bundled_pack)");
    if Path::new("pkg/onlooker.pack").exists() {
        println!("cargo:rustc-cfg=bundled_pack");
    }
    println!("cargo:rerun-if-changed=Cargo.lock");
    let rules = fs::read_to_string(package("psl")?.join("data/rules.txt"))?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("suffixes.rs"), suffixes(&rules)?)?;
    Ok(())
}

/// The folder of a crate, as Cargo.lock pins it.
fn package(name: &str) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let manifest = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("Cargo.toml");
    let asked = Command::new(env::var("CARGO")?)
        .args(["metadata", "--format-version", "1", "--offline", "--manifest-path"])
        .arg(manifest)
        .output()?;
    if !asked.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&asked.stderr)).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&asked.stdout)?;
    let packages = metadata.get("packages").and_then(serde_json::Value::as_array).into_iter().flatten();
    let word = |package: &serde_json::Value, key| package.get(key).and_then(|value| value.as_str().map(str::to_owned));
    let manifest = packages
        .filter(|package| word(package, "name").as_deref() == Some(name))
        .find_map(|package| word(package, "manifest_path"));
    let path = manifest.as_deref().and_then(|path| Path::new(path).parent());
    Ok(path.ok_or_else(|| format!("crate {name} is not there"))?.to_owned())
}

/// The rules in order of their names, as Rust: all names in one text, where each ends, and what is said of it.
fn suffixes(rules: &str) -> Result<String, Box<dyn std::error::Error>> {
    // As in src/party.rs.
    const SUFFIX: u8 = 1;
    const WILDCARD: u8 = 2;
    const EXCEPTION: u8 = 4;
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
    Ok(format!(
        "static NAMES: &str = {names:?};\nstatic ENDS: [u32; {count}] = {ends:?};\nstatic KINDS: [u8; {count}] = {:?};\n",
        kinds.values().collect::<Vec<_>>(),
        count = ends.len(),
    ))
}
