//! Places on the network that detectors know by name: a host, and how the path begins. One table a detector, in the order of
//! hosts, so that a request costs a few comparisons.

/// A place.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint<T: 'static> {
    /// The host, or a domain over it.
    pub host: &'static str,
    /// How the path begins, in whole segments; `*` is any one of them. Empty is any path.
    pub path: &'static str,
    /// What the table says of it.
    pub what: T,
}

/// Of a table in the order of hosts the first entry that a request fits. A host more exact than another comes first.
pub fn find<'t, T>(table: &'t [Endpoint<T>], host: &str, path: &[u8]) -> Option<&'t Endpoint<T>> {
    let mut rest = host;
    loop {
        let first = table.partition_point(|entry| entry.host < rest);
        let of_host = table.get(first..).unwrap_or_default().iter().take_while(|entry| entry.host == rest);
        if let Some(found) = of_host.into_iter().find(|entry| begins(path, entry.path)) {
            return Some(found);
        }
        (_, rest) = rest.split_once('.')?;
    }
}

/// Whether a path, up to its query, begins with these segments.
pub fn begins(path: &[u8], with: &str) -> bool {
    let end = path.iter().position(|byte| matches!(byte, b'?' | b';' | b'#')).unwrap_or(path.len());
    let path = path.get(..end).unwrap_or_default();
    let mut have = path.split(|&byte| byte == b'/').filter(|segment| !segment.is_empty());
    let mut wanted = with.split('/').filter(|segment| !segment.is_empty());
    wanted.all(|wanted| have.next().is_some_and(|have| wanted == "*" || have == wanted.as_bytes()))
}

/// Whether a host is a domain, or lies under it.
pub fn under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a table is in the order that [`find`] needs.
#[cfg(test)]
pub fn is_sorted<T>(table: &[Endpoint<T>]) -> bool {
    table.is_sorted_by(|a, b| a.host <= b.host)
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, begins, find, under};

    #[test]
    fn whole_segments() {
        assert!(begins(b"/tr/?id=1", "tr") && begins(b"/tr?id=1", "tr") && begins(b"/activityi;src=1", "activityi"));
        assert!(begins(b"/v1/projects/p-1/registrations", "v1/projects/*/registrations") && begins(b"/", ""));
        assert!(!begins(b"/trokry", "tr") && !begins(b"/", "tr") && !begins(b"/v1/projects", "v1/projects/*"));
    }

    #[test]
    fn hosts() {
        let table =
            [Endpoint { host: "a.example", path: "x", what: 1 }, Endpoint { host: "b.a.example", path: "", what: 2 }];
        let what = |host, path: &[u8]| find(&table, host, path).map(|found| found.what);
        assert_eq!(what("c.b.a.example", b"/x"), Some(2));
        assert_eq!(what("a.example", b"/x/y"), Some(1));
        assert_eq!(what("a.example", b"/y"), None);
        assert_eq!(what("ba.example", b"/x"), None);
        assert!(
            under("b.example", "b.example") && under("a.b.example", "b.example") && !under("ab.example", "b.example")
        );
    }
}
