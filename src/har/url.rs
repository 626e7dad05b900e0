//! The little that a recording needs to know of URLs: which are on the web, which are the same, where one leads.

use std::borrow::Cow;

use onlooker::address::{Address, MAX_URL, user_information};
use xxhash_rust::xxh3::xxh3_64;

use super::tame::LONGEST;

pub(super) fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

pub(super) fn on_the_web(url: &str) -> bool {
    starts_with_ignoring_case(url, "http:") || starts_with_ignoring_case(url, "https:")
}

/// A number for what a URL names: case of the host, default port, fragment and user information aside.
pub(super) fn key(url: &str) -> u64 {
    let mut address = Address::new();
    match address.read(url.as_bytes()) {
        Ok(()) => xxh3_64(address.exact()),
        Err(_) => xxh3_64(url.as_bytes()),
    }
}

/// `location` as seen from `base`: the few forms that servers send. Dot segments are resolved, since browsers do.
pub(super) fn resolve(base: &str, location: &str) -> String {
    let location = location.trim();
    let Some((scheme, rest)) = base.split_once("://") else { return location.to_owned() };
    if location.starts_with("//") {
        return format!("{scheme}:{location}");
    }
    let name = location.split(['/', '?', '#']).next().unwrap_or_default();
    if name.contains(':') {
        return location.to_owned();
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (target, tail) =
        location.split_at_checked(location.find(['?', '#']).unwrap_or(location.len())).unwrap_or((location, ""));
    let joined = if target.is_empty() {
        path.to_owned()
    } else if target.starts_with('/') {
        target.to_owned()
    } else {
        let folder = path.rfind('/').and_then(|at| path.get(..=at)).unwrap_or("/");
        format!("{folder}{target}")
    };
    let mut segments: Vec<&str> = Vec::new();
    for segment in joined.split('/').skip(1) {
        match segment {
            ".." => {
                segments.pop();
            }
            "." => {}
            segment => segments.push(segment),
        }
    }
    if matches!(joined.rsplit('/').next(), Some("." | "..")) {
        segments.push("");
    }
    format!("{scheme}://{host}/{}{tail}", segments.join("/"))
}

/// Whether what is read of a URL ends before who is asked is named: then that may be anybody.
pub(super) fn endless(url: &str) -> bool {
    // At its shortest a string that was cut while it was read is all escapes of six bytes.
    let may_be_cut = url.len() >= LONGEST / 6 - 1;
    let rest = url.split_once(':').filter(|_| may_be_cut).map(|(_, rest)| rest);
    let authority = rest.and_then(|rest| rest.strip_prefix("//").or_else(|| rest.strip_prefix("\\\\")));
    authority.is_some_and(|authority| !authority.contains(['/', '?', '#', '\\']))
}

/// A URL of which the core judges the start only: one byte more than it judges is kept, so that it counts the cut.
/// Who logs in is not kept, and does not push the host behind the cut.
pub(super) fn kept(url: &str) -> Box<str> {
    let user = user_information(url.as_bytes());
    let without = user.and_then(|user| Some(Cow::Owned([url.get(..user.start)?, url.get(user.end..)?].concat())));
    let url = without.unwrap_or(Cow::Borrowed(url));
    let mut end = MAX_URL + 1;
    while end < url.len() && !url.is_char_boundary(end) {
        end += 1;
    }
    url.get(..end).unwrap_or(&url).into()
}
