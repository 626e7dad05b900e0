//! Blockers' lists: Adblock Plus, uBlock Origin, AdGuard. The syntax is read as for the bundled lists; only what a line's
//! options mean is said here and not by the `adblock` crate, which would cost the extension 223 KB of its package. A test
//! asks both of every line of the bundled lists.

use super::{About, Entry, Feed, lines};
use crate::address;
use crate::observation::RequestType;
use crate::rules::list::{self, Meaning, Skipped};
use crate::rules::rule::Flags;

/// Reads a list.
pub fn read<'a>(body: &'a [u8], feed: &mut Feed<'a>) {
    let (mut unreadable, mut head) = (Skipped::default(), true);
    let read = lines(body).filter_map(|(line, text)| match text {
        Ok("") => None,
        Ok(text) => {
            head &= text.starts_with(['!', '[', '#']);
            if head {
                feed.fact(text.trim_start_matches(['!', '#', ' ']));
            }
            Some((line, text))
        }
        Err(why) => {
            unreadable.add(why, line);
            None
        }
    });
    let list = list::read(read, &[], meaning);
    feed.skipped = unreadable;
    for (why, left) in list.skipped.0 {
        feed.skipped.join(why, left);
    }
    // What its own syntax says goes before what any comment says.
    for (to, said) in [(&mut feed.title, list.title), (&mut feed.version, list.version), (&mut feed.date, list.date)] {
        if !said.is_empty() {
            *to = said;
        }
    }
    for rule in list.rules {
        let title = list.headings.get(rule.section).map(|heading| heading.title.as_str()).unwrap_or_default();
        let heading = feed.heading(title);
        let (line, text) = (rule.line, rule.text);
        feed.push(Entry { line, text, rule: text.into(), flags: rule.flags, about: About::Listed, heading });
    }
}

/// Whether a line says that the file is such a list.
pub fn is_head(line: &str) -> bool {
    let inner = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| {
        ["adblock", "ublock", "adguard"].iter().any(|who| inner.to_ascii_lowercase().starts_with(who))
    })
}

/// Whether a line can only be a rule of such a list.
pub fn is_rule(line: &str) -> bool {
    line.starts_with("||")
        || line.starts_with("@@")
        || ["##", "#@#", "#?#", "#$#", "#%#", "$third-party", "$3p", "$script", "$image", "$domain="]
            .iter()
            .any(|sign| line.contains(sign))
        || (line.ends_with('^') && !line.contains(' '))
}

/// The requests that a rule without a type speaks of: all but the page itself.
const PARTS: u32 = Flags::TYPES & !bit(RequestType::MainFrame);
/// What `$removeparam` without a type speaks of.
const WITH_PARAMS: u32 = bit(RequestType::MainFrame) | bit(RequestType::SubFrame) | bit(RequestType::Xmlhttprequest);

const fn bit(kind: RequestType) -> u32 {
    1 << (kind as u32)
}

/// The type that an option names.
fn type_of(name: &str) -> Option<u32> {
    Some(match name {
        "image" => bit(RequestType::Image),
        "media" => bit(RequestType::Media),
        "object" | "object-subrequest" => bit(RequestType::Object),
        "other" => bit(RequestType::Other) | bit(RequestType::CspReport),
        "ping" | "beacon" => bit(RequestType::Ping),
        "script" => bit(RequestType::Script),
        "stylesheet" | "css" => bit(RequestType::Stylesheet),
        "subdocument" | "frame" => bit(RequestType::SubFrame),
        "xmlhttprequest" | "xhr" => bit(RequestType::Xmlhttprequest),
        "websocket" => bit(RequestType::Websocket),
        "font" => bit(RequestType::Font),
        _ => return None,
    })
}

/// What a line's options mean. The error is the reason for which it is skipped, in the words of the `adblock` crate.
pub fn meaning(line: &str) -> Result<Meaning, String> {
    let (body, options) = match line.rsplit_once('$') {
        Some((body, options)) => (body, Some(options)),
        None => (line, None),
    };
    let mut asked = Asked { parties: Flags::FIRST_PARTY | Flags::THIRD_PARTY, ..Asked::default() };
    for option in options.into_iter().flat_map(|options| options.split(',')) {
        asked.option(option)?;
    }
    if asked.csp && asked.has_type {
        return Err("csp-with-content-type".to_owned());
    }
    if asked.effects > 1 {
        return Err("multiple-modifier-options".to_owned());
    }

    let exception = body.starts_with("@@");
    let pattern = body.strip_prefix("@@").unwrap_or(body);
    let anchored = pattern.strip_prefix("||");
    let pattern = anchored.or_else(|| pattern.strip_prefix('|')).unwrap_or(pattern);
    let ended = pattern.strip_suffix('|');
    let pattern = ended.unwrap_or(pattern);
    let mut flags = asked.parties | asked.kinds;
    if pattern.len() > 1 && pattern.starts_with('/') && pattern.ends_with('/') {
        flags |= Flags::REGEX;
    } else if asked.kinds & Flags::MATCH_CASE != 0 {
        return Err("match-case-without-full-regex".to_owned());
    }
    let host = anchored.and_then(|_| pattern.split(['/', '^', '*']).next()).unwrap_or_default();
    if (host.contains("xn--") || !host.is_ascii()) && !address::is_name(host) {
        return Err("punycode-error".to_owned());
    }
    if asked.generichide && !exception {
        return Err("generichide-without-exception".to_owned());
    }

    let removes = asked.kinds & Flags::REMOVEPARAM != 0;
    if removes && exception {
        return Err("removeparam-with-exception".to_owned());
    }
    if asked.generichide && asked.method {
        return Err("method-with-generichide".to_owned());
    }
    let mut types = asked.types;
    if !removes && asked.not_types != 0 {
        types |= PARTS;
    }
    if asked.types == 0 {
        types |= if removes { WITH_PARAMS } else { PARTS };
    }
    if asked.csp {
        types |= bit(RequestType::MainFrame);
    }
    // `||host^` and no type: the page itself too.
    let is_host = anchored.is_some()
        && ended.is_none()
        && pattern.find(['/', '^', '*']).is_some_and(|at| pattern.get(at..) == Some("^"));
    if asked.types == 0 && asked.not_types == 0 && is_host && !removes {
        types |= Flags::TYPES;
    }
    flags |= types & !asked.not_types;
    Ok(Meaning { flags, cancels: asked.cancels })
}

/// What options ask for.
#[derive(Debug, Default)]
struct Asked {
    types: u32,
    not_types: u32,
    parties: u32,
    /// `$important`, `$match-case`, `$removeparam`.
    kinds: u32,
    /// Options of which a rule can have one.
    effects: u32,
    cancels: bool,
    csp: bool,
    has_type: bool,
    generichide: bool,
    method: bool,
}

impl Asked {
    fn option(&mut self, option: &str) -> Result<(), String> {
        let negated = option.starts_with('~');
        let plain = option.trim_start_matches('~');
        let (name, value) = plain.split_once('=').unwrap_or((plain, ""));
        if let Some(kind) = type_of(name) {
            self.has_type = true;
            *(if negated { &mut self.not_types } else { &mut self.types }) |= kind;
            return Ok(());
        }
        let not_negated = |what: &str| if negated { Err(format!("negated-{what}")) } else { Ok(()) };
        let unknown = || Err("unrecognised-option".to_owned());
        match name {
            "domain" | "from" | "to" => {
                // Regular expressions as hosts are left out; where there is nothing else, so is the rule.
                let is_regex = |item: &str| {
                    let item = item.strip_prefix('~').unwrap_or(item);
                    item.starts_with('/') && item.ends_with('/')
                };
                if value.split('|').all(is_regex) {
                    return Err("no-supported-domains".to_owned());
                }
            }
            "third-party" | "3p" | "first-party" | "1p" => {
                let third = matches!(name, "third-party" | "3p") != negated;
                self.parties &= !(if third { Flags::FIRST_PARTY } else { Flags::THIRD_PARTY });
            }
            "important" => {
                not_negated("important")?;
                self.kinds |= Flags::IMPORTANT;
            }
            "match-case" => {
                not_negated("match-case")?;
                self.kinds |= Flags::MATCH_CASE;
            }
            "badfilter" => {
                not_negated("badfilter-option")?;
                self.cancels = true;
            }
            "all" => {
                not_negated("all")?;
                self.has_type = true;
                self.types |= Flags::TYPES;
            }
            "document" | "doc" => {
                not_negated("document")?;
                self.has_type = true;
                self.types |= bit(RequestType::MainFrame);
            }
            "removeparam" => {
                not_negated("removeparam")?;
                if value.is_empty() {
                    return Err("empty-removeparam".to_owned());
                }
                if !value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
                    return Err("removeparam-regex-unsupported".to_owned());
                }
                self.kinds |= Flags::REMOVEPARAM;
                self.effects += 1;
            }
            "redirect" | "rewrite" | "redirect-rule" => {
                not_negated("redirection")?;
                if value.is_empty() {
                    return Err("empty-redirection".to_owned());
                }
                self.effects += 1;
            }
            "csp" => {
                self.csp = true;
                self.effects += 1;
            }
            "generichide" | "ghide" => {
                not_negated("generichide")?;
                self.generichide = true;
            }
            "tag" => not_negated("tag")?,
            "method" => {
                let known = |method: &str| {
                    let method = method.strip_prefix('~').unwrap_or(method);
                    ["get", "head", "post"].iter().any(|name| method.eq_ignore_ascii_case(name))
                };
                if negated || !value.split('|').any(known) {
                    return unknown();
                }
                self.method = true;
            }
            _ => return unknown(),
        }
        Ok(())
    }
}
