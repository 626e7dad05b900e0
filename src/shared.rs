//! Hosts that many share: what is said of such a host is said of everybody who publishes there, so no entry of our own lists
//! and no rule for a whole host of a list that a person adds may name one. Knows public suffixes and
//! `lists/shared-hosts.txt`, of which build.rs makes the tables here.

use crate::party;

include!(concat!(env!("OUT_DIR"), "/shared.rs"));

/// Why a host (lower case, no trailing dot) is nobody's in particular, a stable word: `public-suffix` or `shared-host`.
///
/// `None` for one that may be somebody's own, and for IP addresses, of which nothing is known here.
pub fn by_many(host: &str) -> Option<&'static str> {
    if party::is_ip(host) {
        None
    } else if party::public_suffix(host) == host {
        Some("public-suffix")
    } else if holds(ITSELF, host.strip_prefix("www.").unwrap_or(host)) || with_all_above(host).any(|h| holds(BELOW, h))
    {
        Some("shared-host")
    } else {
        None
    }
}

/// A host and the names above it: `a.b.example`, `b.example`, `example`.
fn with_all_above(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |host| host.split_once('.').map(|(_, above)| above))
}

/// Whether a line of a table is this name. The lines stand in order, so that the search halves what is left: a list of hosts
/// may have a hundred thousand.
fn holds(table: &str, name: &str) -> bool {
    let mut rest = table;
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        let start = rest.as_bytes().iter().take(middle).rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let line = rest.get(start..).and_then(|from| from.split('\n').next()).unwrap_or_default();
        rest = match name.cmp(line) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => rest.get(..start.saturating_sub(1)).unwrap_or_default(),
            std::cmp::Ordering::Greater => rest.get(start + line.len() + 1..).unwrap_or_default(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../lists/shared-hosts.txt");

    /// A section of the file.
    #[derive(Default)]
    struct Shared {
        name: &'static str,
        why: Vec<&'static str>,
        sources: Vec<&'static str>,
        /// As written.
        hosts: Vec<&'static str>,
    }

    fn sections() -> Vec<Shared> {
        let mut out: Vec<Shared> = Vec::new();
        for line in FILE.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                out.push(Shared { name, ..Shared::default() });
            }
            let Some(section) = out.last_mut() else { continue };
            if let Some(text) = line.strip_prefix("why: ") {
                section.why.push(text);
            } else if let Some(url) = line.strip_prefix("source: ") {
                section.sources.push(url);
            } else if !line.starts_with('[') {
                section.hosts.push(line);
            }
        }
        out
    }

    #[test]
    fn every_section_says_why_and_where_that_can_be_read() {
        let sections = sections();
        assert!(sections.len() >= 6);
        for Shared { name, why, sources, hosts } in &sections {
            assert!(matches!(why.as_slice(), [why] if why.ends_with('.')), "{name}: why?");
            assert!(!sources.is_empty() && sources.iter().all(|url| url.starts_with("https://")), "{name}: a source");
            assert!(hosts.is_sorted_by_key(|host| host.trim_start_matches("*.")), "{name}: its hosts are not in order");
        }
    }

    /// Each line is found, as it means it; what stands above it is shared too, for a rule for that is one for it.
    #[test]
    fn every_line_of_the_file_is_found() {
        let mut met = std::collections::BTreeSet::new();
        for host in sections().into_iter().flat_map(|section| section.hosts) {
            let (name, below) = host.strip_prefix("*.").map_or((host, false), |name| (name, true));
            assert!(met.insert(name), "{name} stands twice");
            let is = |host: &str| by_many(host).is_some();
            assert!(is(name) && is(&format!("www.{name}")), "{name}");
            assert_eq!(is(&format!("x.{name}")), below, "{name}: below");
            assert!(!is(&format!("x{name}")), "{name}: another name");
            assert!(below || party::public_suffix(name) != name, "{name} is a public suffix, and shared without this");
            let site = party::registrable(name);
            for above in with_all_above(name).take_while(|above| above.len() >= site.len()) {
                assert!(is(above), "{above}, above {name}");
            }
        }
        assert!(met.len() > 100, "{}", met.len());
    }

    #[test]
    fn what_many_share_is_told_from_what_is_somebodys() {
        for (host, why) in [
            ("co.uk", Some("public-suffix")),
            ("github.io", Some("public-suffix")),
            ("googleapis.com", Some("public-suffix")),
            ("google.com", Some("shared-host")),
            ("www.google.com", Some("shared-host")),
            ("play.google.com", Some("shared-host")),
            ("apps.apple.com", Some("shared-host")),
            ("raw.githubusercontent.com", Some("shared-host")),
            ("cdn.jsdelivr.net", Some("shared-host")),
            ("tumblr.com", Some("shared-host")),
            ("b-cdn.net", Some("shared-host")),
            ("storage.googleapis.com", Some("shared-host")),
            ("drive.google.com", Some("shared-host")),
            ("dropbox.com", Some("shared-host")),
            ("archive.org", Some("shared-host")),
            ("web.archive.org", Some("shared-host")),
            ("bit.ly", Some("shared-host")),
            ("someone.tumblr.com", None),
            ("spy.b-cdn.net", None),
            ("spy.firebaseio.com", None),
            ("someone.github.io", None),
            ("marketingplatform.google.com", None),
            ("mytumblr.com", None),
            ("tumblr.com.example", None),
            ("127.0.0.1", None),
            ("[::1]", None),
            ("", Some("public-suffix")),
        ] {
            assert_eq!(by_many(host), why, "{host}");
        }
    }

    #[test]
    fn a_table_is_searched_to_both_ends() {
        for table in ["", "a", "a\nb", "a\nb\nc", "a.b\nab\nb\nc\ncc"] {
            for line in table.lines() {
                assert!(holds(table, line), "{line} in {table:?}");
            }
            for other in ["", "0", "aa", "bb", "d", "a\nb"] {
                assert_eq!(holds(table, other), table.lines().any(|line| line == other), "{other:?} in {table:?}");
            }
        }
    }
}
