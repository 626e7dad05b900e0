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

/// A table of places, in the order of hosts. A host more exact than another comes first.
#[derive(Debug)]
pub struct Table<T: 'static> {
    places: &'static [Endpoint<T>],
    /// A bit for each host, so that nearly every other host costs no comparison.
    marks: u128,
}

impl<T> Table<T> {
    /// Makes one.
    pub const fn of(places: &'static [Endpoint<T>]) -> Self {
        let (mut marks, mut rest) = (0, places);
        while let [first, others @ ..] = rest {
            marks |= mark(first.host.as_bytes());
            rest = others;
        }
        Self { places, marks }
    }

    /// The first entry that a request fits.
    pub fn find(&self, host: &str, path: &[u8]) -> Option<&'static Endpoint<T>> {
        let mut rest = host;
        loop {
            if self.marks & mark(rest.as_bytes()) != 0 {
                let first = self.places.partition_point(|place| place.host < rest);
                let of_host = self.places.get(first..).unwrap_or_default().iter();
                let mut of_host = of_host.take_while(|place| place.host == rest);
                if let Some(found) = of_host.find(|place| begins(path, place.path)) {
                    return Some(found);
                }
            }
            rest = rest.get(rest.bytes().position(|byte| byte == b'.')? + 1..)?;
        }
    }

    /// Whether it is in the order that [`Table::find`] needs.
    #[cfg(test)]
    pub fn is_sorted(&self) -> bool {
        self.places.is_sorted_by(|a, b| a.host <= b.host)
    }
}

/// One bit of 128, by a name's length and first letters.
const fn mark(name: &[u8]) -> u128 {
    match name {
        [first, second, ..] => 1 << ((name.len() + 37 * *first as usize + 11 * *second as usize) % 128),
        _ => 0,
    }
}

/// Whether a path, up to its query, begins with these segments.
pub fn begins(path: &[u8], with: &str) -> bool {
    // Segment by segment, as nearly always the first one says no.
    let mut rest = path;
    with.split('/').filter(|segment| !segment.is_empty()).all(|wanted| {
        while let [b'/', behind @ ..] = rest {
            rest = behind;
        }
        let ends = |byte: &u8| matches!(byte, b'/' | b'?' | b';' | b'#');
        let behind = if wanted == "*" {
            rest.get(rest.iter().position(ends).unwrap_or(rest.len())..).filter(|behind| behind.len() < rest.len())
        } else {
            rest.strip_prefix(wanted.as_bytes()).filter(|behind| behind.first().is_none_or(ends))
        };
        rest = behind.unwrap_or_default();
        behind.is_some()
    })
}

/// Whether a host is a domain, or lies under it.
pub fn under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Table, begins, under};

    #[test]
    fn whole_segments() {
        assert!(begins(b"/tr/?id=1", "tr") && begins(b"/tr?id=1", "tr") && begins(b"/activityi;src=1", "activityi"));
        assert!(begins(b"/v1/projects/p-1/registrations", "v1/projects/*/registrations") && begins(b"/", ""));
        assert!(!begins(b"/trokry", "tr") && !begins(b"/", "tr") && !begins(b"/v1/projects", "v1/projects/*"));
    }

    #[test]
    fn hosts() {
        static TABLE: Table<u8> = Table::of(&[
            Endpoint { host: "a.example", path: "x", what: 1 },
            Endpoint { host: "b.a.example", path: "", what: 2 },
        ]);
        let what = |host, path: &[u8]| TABLE.find(host, path).map(|found| found.what);
        assert_eq!(what("c.b.a.example", b"/x"), Some(2));
        assert_eq!(what("a.example", b"/x/y"), Some(1));
        assert_eq!(what("a.example", b"/y"), None);
        assert_eq!(what("ba.example", b"/x"), None);
        assert!(
            under("b.example", "b.example") && under("a.b.example", "b.example") && !under("ab.example", "b.example")
        );
    }
}
