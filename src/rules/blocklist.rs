//! Reads the texts of the bundled lists. The only file that names `adblock`: its parser decides what is a rule and what its
//! options mean; what it does not take is counted with a reason, and nothing is dropped in silence.

use adblock::filters::network::{NetworkFilter, NetworkFilterFeaturesMask, NetworkFilterMask};
use adblock::lists::ParseOptions;

use super::list::{self, List, Meaning};
use super::rule::Flags;
use crate::observation::RequestType;

/// Reads a list in ABP syntax, with AdGuard's headings. Rules under a heading in `leave_out` are counted, not kept.
pub fn read<'a>(text: &'a str, leave_out: &[String]) -> List<'a> {
    list::read(list::lines(text), leave_out, meaning)
}

/// What a line's options mean, by the `adblock` crate.
pub fn meaning(line: &str) -> Result<Meaning, String> {
    let filter = NetworkFilter::parse(line, false, ParseOptions::default())
        .map_err(|error| error.to_string().replace(' ', "-"))?;
    let mask = filter.mask;
    let mut flags = 0_u32;
    for (kind, bit) in [
        (RequestType::MainFrame, NetworkFilterMask::FROM_DOCUMENT),
        (RequestType::SubFrame, NetworkFilterMask::FROM_SUBDOCUMENT),
        (RequestType::Stylesheet, NetworkFilterMask::FROM_STYLESHEET),
        (RequestType::Script, NetworkFilterMask::FROM_SCRIPT),
        (RequestType::Image, NetworkFilterMask::FROM_IMAGE),
        (RequestType::Font, NetworkFilterMask::FROM_FONT),
        (RequestType::Object, NetworkFilterMask::FROM_OBJECT),
        (RequestType::Xmlhttprequest, NetworkFilterMask::FROM_XMLHTTPREQUEST),
        (RequestType::Ping, NetworkFilterMask::FROM_PING),
        (RequestType::CspReport, NetworkFilterMask::FROM_OTHER),
        (RequestType::Media, NetworkFilterMask::FROM_MEDIA),
        (RequestType::Websocket, NetworkFilterMask::FROM_WEBSOCKET),
        (RequestType::Other, NetworkFilterMask::FROM_OTHER),
    ] {
        if mask.contains(bit) {
            flags |= 1 << (kind as u32);
        }
    }
    for (ours, theirs) in [
        (Flags::FIRST_PARTY, NetworkFilterMask::FIRST_PARTY),
        (Flags::THIRD_PARTY, NetworkFilterMask::THIRD_PARTY),
        (Flags::IMPORTANT, NetworkFilterMask::IS_IMPORTANT),
        (Flags::MATCH_CASE, NetworkFilterMask::MATCH_CASE),
        (Flags::REGEX, NetworkFilterMask::IS_COMPLETE_REGEX),
    ] {
        if mask.contains(theirs) {
            flags |= ours;
        }
    }
    if filter.features_mask.contains(NetworkFilterFeaturesMask::IS_REMOVEPARAM) {
        flags |= Flags::REMOVEPARAM;
    }
    Ok(Meaning { flags, cancels: filter.features_mask.contains(NetworkFilterFeaturesMask::BAD_FILTER) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const LIST: &str = "! Title: Test list\n! Version: 1.2\n! TimeUpdated: 2026-03-20T10:00:00+00:00\n\
        !------------------ Counters ---------------!\n||stats.example^$third-party\n@@||stats.example/ok.js\n\
        ! SECTION: CNAME disguised\n! Company name: Watchers Inc.\n||metrics.shop.example^\n! !SECTION: CNAME disguised\n\
        example.com##.ad\n||popup.example^$popup\n/ad[0-9]+(?=x)/\n/track/*.gif|$image,domain=a.example\n\
        ||mail.example^\n$denyallow=ok.example,removeparam=utm_x\n||gone.example^$third-party,image\n||gone.example^$image,third-party,badfilter\n";

    #[test]
    fn every_line_is_a_rule_or_counted() {
        let list = read(LIST, &[]);
        assert_eq!((list.title.as_str(), list.version.as_str()), ("Test list", "1.2"));
        let texts: Vec<_> = list.rules.iter().map(|rule| (rule.line, rule.text)).collect();
        assert_eq!(
            texts,
            [
                (5, "||stats.example^$third-party"),
                (6, "@@||stats.example/ok.js"),
                (9, "||metrics.shop.example^"),
                (14, "/track/*.gif|$image,domain=a.example"),
                (15, "||mail.example^"),
                (16, "$denyallow=ok.example,removeparam=utm_x"),
            ]
        );
        assert_eq!(list.headings[list.rules[0].section].title, "Counters");
        assert_eq!(list.headings[list.rules[2].section].company, "Watchers Inc.");
        assert_eq!(list.rules[3].pattern, "/track/*.gif");
        let skipped: Vec<_> = list.skipped.0.iter().map(|(why, left)| (why.as_str(), left.count)).collect();
        assert_eq!(
            skipped,
            [
                ("badfilter", 1),
                ("cancelled-by-badfilter", 1),
                ("cosmetic", 1),
                ("option-popup", 1),
                ("regex-not-supported", 1)
            ]
        );
    }

    #[test]
    fn sections_can_be_left_out() {
        let list = read(LIST, &["CNAME disguised".to_owned()]);
        assert!(!list.rules.iter().any(|rule| rule.text.contains("metrics")));
        assert_eq!(list.skipped.0["section-left-out"].count, 1);
    }
}
