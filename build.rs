//! Tells the crate whether the compiled lists are there to be built in.
//!
//! The command line is one file that a person can carry: it holds the lists. But the lists are compiled by the
//! command line itself, so its first build has none, and says so when asked to judge.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=pkg/onlooker.pack");
    println!("cargo:rustc-check-cfg=cfg(bundled_pack)");
    if std::path::Path::new("pkg/onlooker.pack").exists() {
        println!("cargo:rustc-cfg=bundled_pack");
    }
}
