//! The check of our own lists: each of its rules is broken once, and must be complained of; what is good must not be.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use onlooker::own::check::{Known, check};
use onlooker::own::count::count;
use onlooker::own::join::join;
use onlooker::own::{Files, Own};
use onlooker::rules::bundle::{Domains, OwnerSource};

const ACTOR: &str = r#"
[[actor]]
id = "a"
name = "A"
kind = "rtb"
owner = "A Holding"
country = "DE"
does = "Runs an auction."
takes = ["bid-requests"]
since = "2010-05"
confidence = "documented"
collects = ["collect.a.example", "a.b-cdn.net"]
sites = ["a.example"]
patterns = ["||facebook.com/a.js^", "||b.example^$script"]
companies = ["Known"]
gvl_id = 7
purposes = [1, 11]
special_features = [1, 2]
harmless = "Always."
dispute = "It says so."

[[actor.source]]
url = "https://a.example/about"
publisher = "A"
date = "2024-02-29"
supports = ["does", "country", "takes", "since", "collects", "sites", "patterns", "owner"]
checked = "2026-11-24"

[[actor.source]]
url = "https://b.example/list"
publisher = "B"
date = ""
supports = ["gvl_id", "purposes", "special_features"]
checked = "unread"
"#;

const LAWS: &str = r#"
[[country]]
code = "DE"
alliances = ["fourteen-eyes"]
adequacy = "eu"

[[country.source]]
url = "https://c.example/"
publisher = "C"
date = "2020"
supports = ["alliances", "adequacy"]
checked = "2026-11-24"

[[country.law]]
name = "A Law"
year = "2016"
allows = "Lets a minister read letters."
oversight = "executive"

[[country.law.source]]
url = "https://d.example/"
publisher = "D"
date = "2021-03"
supports = ["name", "year", "allows", "oversight"]
checked = "2026-11-24"

[country.protection]
law = "A Protection Act"
year = "2018"
authority = "An Authority"
complaints = "https://authority.example/complain"

[[country.protection.source]]
url = "https://e.example/"
publisher = "E"
date = ""
supports = ["law", "year", "authority", "complaints"]
checked = "2026-11-24"
"#;

const OWNERS: &str = r#"
[[owner]]
company = "Known"
parent = "Known Holding"
country = "DE"
domains = ["known.example"]

[[owner.source]]
url = "https://f.example/"
publisher = "F"
date = ""
supports = ["parent", "country", "domains"]
checked = "2026-11-24"
"#;

const RETIRED: &str = r#"
[[retired]]
id = "old"
name = "Old"
kind = "rtb"
date = "2026-11-25"
reason = "It was none."
"#;

fn files(actors: &str, laws: &str, owners: &str, retired: &str) -> Files {
    Files {
        actors: vec![("rtb".to_owned(), actors.to_owned())],
        laws: laws.to_owned(),
        owners: owners.to_owned(),
        retired: retired.to_owned(),
    }
}

fn good() -> Files {
    files(ACTOR, LAWS, OWNERS, RETIRED)
}

/// What is complained of, on the day after the newest source was read.
fn complaints(files: &Files) -> Vec<String> {
    complaints_on("2026-11-25", files)
}

fn complaints_on(today: &str, files: &Files) -> Vec<String> {
    let texts = [
        "kind_rtb_name",
        "takes_bid_requests",
        "alliance_fourteen_eyes",
        "adequacy_eu",
        "oversight_executive",
        "kind_stalkerware_name",
    ];
    let known = Known {
        has_text: &|key| texts.contains(&key),
        owners: &[owner("Known", "*.known.example"), owner("Other", "*.other.example")],
        today,
    };
    check(&Own::read(files).unwrap(), &known)
}

/// One complaint for the change of one thing, and what it says. A change may break more than one rule.
fn breaks(file: &str, changed: &dyn Fn(&str) -> Files, cases: &[(&str, &str, &str)]) {
    for (from, to, says) in cases {
        assert_eq!(file.matches(from).count().min(1), 1, "{from} is not in the file");
        let said = complaints(&changed(&file.replacen(from, to, 1)));
        assert!(said.iter().any(|why| why.contains(says)), "{from} -> {to}: {says}: {said:#?}");
    }
}

#[test]
fn what_is_good_is_not_complained_of() {
    assert_eq!(complaints(&good()), [""; 0]);
    assert_eq!(complaints(&Files::default()), [""; 0]);
}

#[test]
fn an_actor_that_breaks_a_rule_is_named() {
    breaks(
        ACTOR,
        &|text| files(text, LAWS, OWNERS, RETIRED),
        &[
            ("\"a\"", "\"A a\"", "id is not in lower case"),
            ("\"a\"", "\"\"", "id is not in lower case"),
            ("\"a\"", "\"old\"", "stands in lists/actors"),
            ("\"A\"", "\"\"", "no name"),
            ("Runs an auction.", "", "no name, or does not say"),
            ("kind = \"rtb\"", "kind = \"stalkerware\"", "not the file's"),
            ("\"DE\"", "\"XX\"", "`XX` is no country"),
            ("\"documented\"", "\"certain\"", "confidence"),
            ("\"A Holding\"", "\"a\"", "which it is itself"),
            ("\"A Holding\"", "\"known\"", "which it is itself"),
            ("https://b.example/list", "https://a.example/about", "the same source stands twice"),
            ("\"bid-requests\"", "\"everything\"", "no word for data"),
            ("\"bid-requests\"", "\"clicks-and-typing\"", "no English text"),
            // Domains.
            ("\"a.example\"", "\"co.uk\"", "public suffix"),
            ("\"a.example\"", "\"jsdelivr.net\"", "many share it"),
            ("\"a.example\"", "\"cdn.jsdelivr.net\"", "many share it"),
            ("\"a.example\"", "\"play.google.com\"", "many share it"),
            ("\"a.example\"", "\"apps.apple.com\"", "many share it"),
            ("\"a.example\"", "\"raw.githubusercontent.com\"", "many share it"),
            ("\"a.example\"", "\"tumblr.com\"", "many share it"),
            ("\"a.example\"", "\"b-cdn.net\"", "many share it"),
            ("\"a.example\"", "\"storage.googleapis.com\"", "many share it"),
            ("\"a.example\"", "\"drive.google.com\"", "many share it"),
            ("\"a.example\"", "\"dropbox.com\"", "many share it"),
            ("\"a.example\"", "\"archive.org\"", "many share it"),
            ("\"a.example\"", "\"bit.ly\"", "many share it"),
            ("\"a.example\"", "\"127.0.0.1\"", "IP address"),
            ("\"a.example\"", "\"203.0.113.7\"", "IP address"),
            ("\"a.example\"", "\"[2001:db8::1]\"", "not a domain"),
            ("\"a.example\"", "\"A.example\"", "not a domain"),
            ("\"a.example\"", "\"b\u{fc}cher.example\"", "not a domain"),
            ("\"a.example\"", "\"a.example.\"", "not a domain"),
            ("\"a.example\"", "\"a.example/x\"", "not a domain"),
            ("\"a.example\"", "\"collect.a.example\"", "stands twice"),
            // Patterns.
            ("||facebook.com/a.js^", "facebook.com/a.js", "written out"),
            ("||facebook.com/a.js^", "||*.example/a.js", "written out"),
            ("||facebook.com/a.js^", "||facebook.com^", "whole host that many share"),
            ("||facebook.com/a.js^", "||facebook.com/", "whole host that many share"),
            ("||facebook.com/a.js^", "||facebook.com^$script", "whole host that many share"),
            ("||facebook.com/a.js^", "||co.uk/a.js", "public suffix"),
            ("||facebook.com/a.js^", "||203.0.113.7/a.js", "IP address"),
            ("||facebook.com/a.js^", "||a.example/a.js$nosuchoption", "is no rule"),
            // Numbers of the IAB's framework.
            ("[1, 11]", "[12]", "none of the IAB's"),
            ("[1, 11]", "[0]", "none of the IAB's"),
            ("[1, 2]", "[3]", "none of the IAB's"),
            ("gvl_id = 7", "gvl_id = 0", "Global Vendor List"),
            // Days.
            ("2010-05", "May 2010", "since"),
            ("2010-05", "2010-13", "since"),
            ("2010-05", "2010-05-01", "since"),
            ("2010-05", "2027", "since"),
            ("2024-02-29", "2023-02-29", "no date that has been"),
            ("2024-02-29", "2024-13", "no date that has been"),
            ("2024-02-29", "2027-01-01", "no date that has been"),
            ("2024-02-29", "2026-11-25", "read before it was published"),
            ("2026-11-24", "yesterday", "neither a day"),
            ("2026-11-24", "2026-11", "neither a day"),
            ("2026-11-24", "2026-11-31", "neither a day"),
            ("2026-11-24", "2026-11-26", "neither a day"),
            // Sources.
            ("[[actor.source]]", "[[other]]", "`other` is no key"),
            ("https://a.example/about", "a.example/about", "no address"),
            ("https://a.example/about", "ftp://a.example/about", "no address"),
            ("https://a.example/about", "https://a.example/an about", "no address"),
            ("https://a.example/about", "https://nowhere/about", "no address"),
            ("https://a.example/about", "https://mirror.deno.dev/https://a.example/about", "others' pages"),
            ("https://a.example/about", "https://github.com/who/what", "a whole repository"),
            ("https://a.example/about", "https://www.github.com/who/what/?x=1#readme", "a whole repository"),
            ("https://a.example/about", "https://gitlab.com/who/what/tree/main", "a whole repository"),
            ("publisher = \"A\"", "publisher = \"A\"\nwhole = \"yes\"", "`whole` is not in its form"),
            ("publisher = \"A\"", "publisher = \"\"", "no publisher"),
            ("\"country\", ", "", "supports its country"),
            ("\"owner\"]", "\"all\"]", "supports `all`"),
            ("\"owner\"]", "\"all\"]", "supports its owner"),
            ("\"gvl_id\", ", "", "supports its gvl_id"),
            ("\"purposes\", ", "", "supports its purposes"),
            // Words.
            ("Runs an auction.", "Has infected you.", "its does accuses"),
            ("\"A\"", "\"You were Hacked\"", "its name accuses"),
            ("\"A Holding\"", "\"Hacked\"", "its owner accuses"),
            ("Always.", "It is your fault.", "its harmless accuses"),
            ("It says so.", "It spied on you.", "its dispute accuses"),
            // Companies and keys.
            ("[\"Known\"]", "[\"Unknown\"]", "`Unknown` is no company"),
            ("harmless =", "harmles =", "`harmles` is no key"),
            ("publisher = \"A\"", "publisher = \"A\"\nread = true", "`read` is no key"),
            ("[[actor]]", "[[agent]]\n[[actor]]", "`agent` is no key"),
            ("takes = [\"bid-requests\"]", "takes = \"bid-requests\"", "`takes` is not in its form"),
            ("takes = [\"bid-requests\"]", "takes = [1]", "`takes` is not in its form"),
            ("gvl_id = 7", "gvl_id = -7", "`gvl_id` is not in its form"),
            ("gvl_id = 7", "gvl_id = \"7\"", "`gvl_id` is not in its form"),
            ("[1, 11]", "[1, -1]", "`purposes` is not in its form"),
            ("since = \"2010-05\"", "since = 2010", "`since` is not in its form"),
        ],
    );
}

#[test]
fn a_repository_is_a_source_where_all_of_it_is_meant_or_a_part_is_named() {
    for (url, whole) in [
        ("https://github.com/who/what", "whole = true\n"),
        ("https://github.com/who/what/blob/main/a.txt", ""),
        ("https://github.com/who/what/tree/main/folder", ""),
        ("https://github.com/who/what/issues/1", ""),
        ("https://github.com/who", ""),
        ("https://github.com/advisories/GHSA-0000-0000-0000", ""),
        ("https://notgithub.com/who/what", ""),
    ] {
        let text = ACTOR.replacen("https://a.example/about\"\n", &format!("{url}\"\n{whole}"), 1);
        assert_eq!(complaints(&files(&text, LAWS, OWNERS, RETIRED)), [""; 0], "{url}");
    }
    let text = ACTOR.replacen("https://a.example/about\"\n", "https://github.com/who/what\"\nwhole = false\n", 1);
    assert_eq!(complaints(&files(&text, LAWS, OWNERS, RETIRED)).len(), 1);
}

#[test]
fn an_actor_without_a_source_is_named() {
    let (entry, _) = ACTOR.split_once("[[actor.source]]").unwrap();
    let said = complaints(&files(entry, LAWS, OWNERS, RETIRED));
    assert!(said.iter().any(|why| why == "actors/rtb.toml, a: it has no source"), "{said:?}");
    assert!(said.iter().any(|why| why == "actors/rtb.toml, a: no source supports its patterns"), "{said:?}");
}

#[test]
fn parts_of_an_entry_stand_in_their_order() {
    let text =
        ACTOR.replace("sites = [\"a.example\"]\n", "").replace("collects = ", "sites = [\"a.example\"]\ncollects = ");
    let said = complaints(&files(&text, LAWS, OWNERS, RETIRED));
    assert!(said.iter().any(|why| why.contains("must stand in this order")), "{said:?}");
}

#[test]
fn two_actors_share_no_id_and_no_domain() {
    let again = |id: &str| format!("{ACTOR}{}", ACTOR.replacen("\"a\"", id, 1));
    let said = complaints(&files(&again("\"a\""), LAWS, OWNERS, RETIRED)).join("\n");
    assert!(said.contains("actors/rtb.toml, a: its id stands twice"), "{said}");
    let said = complaints(&files(&again("\"b\""), LAWS, OWNERS, RETIRED)).join("\n");
    assert!(said.contains("actors/rtb.toml, b: a.example stands under a too"), "{said}");
    assert!(said.contains("collect.a.example stands under a too"), "{said}");
    // In two files as well as in one.
    let mut two = good();
    two.actors.push(("stalkerware".to_owned(), ACTOR.replace("kind = \"rtb\"", "kind = \"stalkerware\"")));
    let said = complaints(&two).join("\n");
    assert!(said.contains("actors/stalkerware.toml, a: its id stands twice"), "{said}");
}

#[test]
fn a_file_of_no_kind_is_named_and_not_read() {
    let mut odd = good();
    odd.actors.push(("zeppelins".to_owned(), ACTOR.replace("\"rtb\"", "\"zeppelins\"")));
    assert_eq!(complaints(&odd), ["actors/zeppelins.toml: `zeppelins` is no kind of actor"]);
    let own = Own::read(&odd).unwrap();
    assert_eq!(count(&own).0.len(), 1);
    assert_eq!(join(&own, &mut Vec::new()).actors.len(), 1);
    // A kind without a text.
    let mut odd = good();
    odd.actors.push(("prism".to_owned(), String::new()));
    assert_eq!(complaints(&odd), ["actors/prism.toml: the kind has no English name"]);
}

#[test]
fn a_country_that_breaks_a_rule_is_named() {
    breaks(
        LAWS,
        &|text| files(ACTOR, text, OWNERS, RETIRED),
        &[
            ("\"DE\"", "\"XX\"", "laws.toml, XX: it is no country"),
            ("\"DE\"", "\"de\"", "it is no country"),
            ("\"fourteen-eyes\"", "\"no-eyes\"", "`no-eyes` has no English text"),
            ("\"eu\"", "\"good\"", "`good` has no English text"),
            ("\"executive\"", "\"nobody\"", "`nobody` has no English text"),
            ("\"A Law\"", "\"\"", "a law has no name"),
            ("Lets a minister read letters.", "", "does not say what it allows"),
            ("Lets a minister read letters.", "Has hacked you.", "its allows accuses"),
            ("\"A Law\"", "\"Infected\"", "its name accuses"),
            ("\"A Protection Act\"", "\"Hacked\"", "its law accuses"),
            ("\"2016\"", "\"16\"", "`16` is no year"),
            ("\"2016\"", "\"2016-01\"", "no year"),
            ("\"2016\"", "\"2027\"", "no year that has been"),
            ("\"2018\"", "\"2027\"", "no year that has been"),
            (
                "https://authority.example/complain",
                "authority.example",
                "complaints: `authority.example` is no address",
            ),
            ("https://authority.example/complain", "https://nowhere", "no address"),
            ("https://d.example/", "d.example", "DE, A Law: `d.example` is no address"),
            ("[\"alliances\", \"adequacy\"]", "[\"adequacy\"]", "supports its alliances"),
            ("[\"alliances\", \"adequacy\"]", "[\"alliances\"]", "supports its adequacy"),
            ("[\"alliances\", \"adequacy\"]", "[\"alliances\", \"name\"]", "supports `name`"),
            ("\"name\", \"year\", \"allows\"", "\"year\", \"allows\"", "A Law: no source supports its name"),
            ("\"name\", \"year\", \"allows\"", "\"name\", \"allows\"", "A Law: no source supports its year"),
            ("\"name\", \"year\", \"allows\"", "\"name\", \"year\"", "A Law: no source supports its allows"),
            (", \"oversight\"]", "]", "A Law: no source supports its oversight"),
            ("[\"name\", \"year\", \"allows\", \"oversight\"]", "[]", "nothing that it supports"),
            ("[\"law\", \"year\",", "[\"law\",", "protection: no source supports its year"),
            ("[\"law\", \"year\",", "[\"year\",", "protection: no source supports its law"),
            ("\"authority\", \"complaints\"]", "\"complaints\"]", "protection: no source supports its authority"),
            ("\"authority\", \"complaints\"]", "\"authority\"]", "protection: no source supports its complaints"),
            ("[[country.source]]", "[[country.sources]]", "`sources` is no key"),
            ("[[country.source]]", "[[country.sources]]", "DE: it has no source"),
            ("[[country.law.source]]", "[[country.law.other]]", "A Law: it has no source"),
            ("[[country.protection.source]]", "[[country.protection.other]]", "protection: it has no source"),
            ("oversight =", "overseer =", "`overseer` is no key"),
            ("complaints =", "complain =", "`complain` is no key"),
            ("adequacy = \"eu\"", "adequacy = true", "`adequacy` is not in its form"),
            ("[[country]]", "[[land]]\n[[country]]", "`land` is no key"),
        ],
    );
    let twice = format!("{LAWS}{LAWS}");
    assert_eq!(complaints(&files(ACTOR, &twice, OWNERS, RETIRED)), ["laws.toml, DE: it stands twice"]);
}

#[test]
fn a_company_that_breaks_a_rule_is_named() {
    breaks(
        OWNERS,
        &|text| files(ACTOR, LAWS, text, RETIRED),
        &[
            ("\"Known\"", "\"Unknown\"", "owners.toml, Unknown: `Unknown` is no company"),
            ("\"DE\"", "\"XX\"", "`XX` is no country"),
            ("\"known.example\"", "\"www.known.example\"", "no registrable domain"),
            ("\"known.example\"", "\"co.uk\"", "no registrable domain"),
            ("\"known.example\"", "\"203.0.113.7\"", "no registrable domain"),
            ("\"known.example\"", "\"Known.example\"", "no registrable domain"),
            ("\"parent\", ", "", "supports its parent"),
            ("\"country\", ", "", "supports its country"),
            (", \"domains\"]", "]", "supports its domains"),
            (", \"domains\"]", ", \"seat\"]", "supports `seat`"),
            ("\"Known Holding\"", "\"Hacked\"", "its parent accuses"),
            ("[[owner.source]]", "[[owner.other]]", "it has no source"),
            ("https://f.example/", "f.example", "no address"),
            ("parent =", "mother =", "`mother` is no key"),
            ("[[owner]]", "[[company]]\n[[owner]]", "`company` is no key"),
        ],
    );
    let twice = format!("{OWNERS}{}", OWNERS.replace("\"known.example\"", "\"known2.example\""));
    assert_eq!(complaints(&files(ACTOR, LAWS, &twice, RETIRED)), ["owners.toml, Known: it stands twice"]);
    let twice = OWNERS.replace("[\"known.example\"]", "[\"known.example\", \"known.example\"]");
    assert_eq!(complaints(&files(ACTOR, LAWS, &twice, RETIRED)), ["owners.toml, Known: known.example stands twice"]);
    let both = format!("{OWNERS}{}", OWNERS.replace("company = \"Known\"", "company = \"Other\""));
    let said = complaints(&files(ACTOR, LAWS, &both, RETIRED));
    assert_eq!(said, ["owners.toml, Other: known.example stands under Known too"]);
}

#[test]
fn what_was_retired_says_why_and_is_not_given_again() {
    breaks(
        RETIRED,
        &|text| files(ACTOR, LAWS, OWNERS, text),
        &[
            ("\"old\"", "\"a\"", "stands in lists/actors"),
            ("\"old\"", "\"\"", "lower case"),
            ("It was none.", "", "no reason"),
            ("It was none.", "It hacked.", "its reason accuses"),
            ("\"Old\"", "\"\"", "no name"),
            ("2026-11-25", "2026", "no day"),
            ("2026-11-25", "2026-11-31", "no day"),
            ("2026-11-25", "2026-12-01", "no day that has been"),
            ("\"rtb\"", "\"nothing\"", "its kind"),
            ("reason =", "why =", "`why` is no key"),
            ("[[retired]]", "[[gone]]\n[[retired]]", "`gone` is no key"),
        ],
    );
    let twice = format!("{RETIRED}{RETIRED}");
    assert_eq!(complaints(&files(ACTOR, LAWS, OWNERS, &twice)), ["retired.toml, old: its id stands twice"]);
}

/// A machine whose clock is behind does not make lies of what was read; one wrong day does not make the future today.
#[test]
fn a_day_that_many_sources_show_has_been() {
    let source =
        "[[actor.source]]\nurl = \"https://a.example/N\"\npublisher = \"A\"\ndate = \"\"\nsupports = [\"does\"]\n";
    let with = |times: usize| {
        let one = |n: usize| format!("{source}checked = \"2026-11-24\"\n\n").replace('N', &n.to_string());
        let more: String = (0..times).map(one).collect();
        files(&format!("{ACTOR}\n{more}"), "", "", "")
    };
    assert!(complaints_on("2020-01-01", &with(0)).iter().any(|why| why.contains("neither a day")));
    assert_eq!(complaints_on("2020-01-01", &with(9)), [""; 0]);
    let late = with(9);
    let late = files(&late.actors[0].1.replacen("2026-11-24", "2026-11-25", 1), "", "", "");
    assert!(complaints_on("2020-01-01", &late).iter().any(|why| why.contains("neither a day")));
}

fn owner(company: &str, domain: &str) -> OwnerSource {
    OwnerSource { company: company.to_owned(), category: "ad".to_owned(), domains: vec![domain.to_owned()] }
}

/// Which companies have which actors, and to whom the hosts of the actor `a` lead then.
fn joined(files: &Files, owners: &[OwnerSource]) -> (Vec<(String, Vec<String>)>, Vec<String>) {
    let mut owners = owners.to_vec();
    let shelf = join(&Own::read(files).unwrap(), &mut owners);
    let domains = Domains::of(&owners);
    let mut lead = Vec::new();
    for host in ["collect.a.example", "a.b-cdn.net", "a.example"] {
        lead.push(domains.company(host).map_or("", |(company, _)| company).to_owned());
    }
    // Every company that is told of is one of the pack's.
    for facts in shelf.companies.iter().filter(|facts| !facts.actors.is_empty()) {
        assert!(owners.iter().any(|owner| owner.company == facts.name), "{}", facts.name);
    }
    let told = shelf.companies.into_iter().filter(|facts| !facts.actors.is_empty());
    (told.map(|facts| (facts.name, facts.actors)).collect(), lead)
}

fn actor_of(kind: &str, changes: &[(&str, &str)]) -> Files {
    let mut text = ACTOR.replace("\"rtb\"", &format!("\"{kind}\""));
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let mut files = files(&text, "", "", "");
    files.actors[0].0 = kind.to_owned();
    files
}

/// Which companies an actor is, and that all its own hosts lead to one of them.
#[test]
fn an_actor_is_one_organisation() {
    let is = |name: &str| (name.to_owned(), vec!["a".to_owned()]);
    let all = |name: &str| vec![name.to_owned(); 3];
    let unnamed: &[(&str, &str)] = &[("companies = [\"Known\"]\n", "")];
    let entry = |changes: &[(&str, &str)]| actor_of("rtb", &[unnamed, changes].concat());

    // By name, whatever its case, where a domain of its belongs to it: also hosts that another company had.
    let owners = [owner("B", "*.b-cdn.net"), owner("B", "a.b-cdn.net"), owner("a", "*.www.a.example")];
    assert_eq!(joined(&entry(&[]), &owners), (vec![is("a")], all("a")));
    // Not by the name alone: that may be another.
    let owners = [owner("A", "*.other.example")];
    assert_eq!(joined(&entry(&[]), &owners), (vec![], all("")));
    // A part of its owner, where that has a domain in common with it; if not, of the one company to which its hosts lead.
    let owners = [owner("B", "*.b-cdn.net"), owner("a holding", "*.a.example")];
    assert_eq!(joined(&entry(&[]), &owners), (vec![is("a holding")], all("a holding")));
    let owners = [owner("B", "*.a.example"), owner("A Holding", "*.other.example")];
    assert_eq!(joined(&entry(&[]), &owners), (vec![is("B")], all("B")));
    // Of two such companies it is neither, nor where it says so: its hosts are its own.
    let owners = [owner("B", "*.b-cdn.net"), owner("C", "*.collect.a.example"), owner("C", "*.a.example")];
    assert_eq!(joined(&entry(&[]), &owners), (vec![is("A")], all("A")));
    let owners = [owner("B", "*.a.example"), owner("B", "*.b-cdn.net")];
    assert_eq!(joined(&actor_of("rtb", &[("[\"Known\"]", "[]")]), &owners), (vec![is("A")], all("A")));
    // What is not its own host stays where it was.
    let mut owners = vec![owner("Known", "*.known.example"), owner("B", "*.b-cdn.net")];
    assert_eq!(joined(&actor_of("rtb", &[]), &owners), (vec![is("Known")], all("Known")));
    join(&Own::read(&actor_of("rtb", &[])).unwrap(), &mut owners);
    let domains = Domains::of(&owners);
    assert_eq!(domains.company("c.b-cdn.net"), Some(("B", "ad")));
    // A host that was another's keeps the category that it had there; of one that nobody had it is not known.
    assert_eq!(domains.company("x.a.b-cdn.net"), Some(("Known", "ad")));
    assert_eq!(domains.company("a.example"), Some(("Known", "unknown")));
    // In no company at all: one of its own, which its own rules tell.
    assert_eq!(joined(&entry(&[]), &[]), (vec![is("A")], all("")));
    // A host that is only a sign of an actor is not its own; a vendor's public site is.
    let owners = [owner("A", "*.b-cdn.net")];
    assert_eq!(joined(&actor_of("stalkerware", unnamed), &owners).0, []);
    let owners = [owner("A", "*.www.a.example")];
    let (told, lead) = joined(&actor_of("stalkerware", unnamed), &owners);
    assert_eq!((told, lead[1].as_str(), lead[2].as_str()), (vec![is("A")], "", "A"));
}

/// Companies that an entry names are one organisation, whatever host of theirs is met, and whoever names them in which order.
#[test]
fn companies_that_an_actor_is_are_one() {
    let mut owners = vec![owner("Known", "*.known.example"), owner("Other", "*.other.example")];
    owners.push(owner("Third", "*.third.example"));
    let named = |id: &str, companies: &str| {
        let ids = ACTOR.replacen("\"a\"", &format!("\"{id}\""), 1).replacen("\"A\"", &format!("\"{id}\""), 1);
        ids.replacen("[\"Known\"]", companies, 1)
    };
    let two = format!("{}{}", named("a", "[\"Other\", \"Known\"]"), named("b", "[\"Known\", \"Other\", \"Third\"]"));
    let shelf = join(&Own::read(&files(&two, "", "", "")).unwrap(), &mut owners);
    let domains = Domains::of(&owners);
    for host in ["known.example", "other.example", "third.example", "a.example", "a.b-cdn.net"] {
        assert_eq!(domains.company(host).unwrap().0, "Other", "{host}");
    }
    let told: Vec<_> = shelf.companies.iter().filter(|facts| !facts.actors.is_empty()).collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].name.as_str(), told[0].actors.as_slice()), ("Other", &["a".to_owned(), "b".to_owned()][..]));
}

/// Two entries of one name that no company has are one organisation, in whichever order they stand.
#[test]
fn entries_of_one_name_are_one_organisation() {
    let entry = |id: &str, host: &str| {
        let text = ACTOR.replacen("\"a\"", &format!("\"{id}\""), 1).replacen("companies = [\"Known\"]\n", "", 1);
        text.replace("collect.a.example", &format!("collect.{host}"))
            .replace("[\"a.example\"]", &format!("[\"{host}\"]"))
    };
    let (one, other) = (entry("a", "a.example"), entry("b", "b.example"));
    let both = vec![("A".to_owned(), vec!["a".to_owned(), "b".to_owned()])];
    for text in [format!("{one}{other}"), format!("{other}{one}")] {
        assert_eq!(joined(&files(&text, "", "", ""), &[]).0, both);
        // One of them has a domain in common with the company of that name.
        assert_eq!(
            joined(&files(&text, "", "", ""), &[owner("A", "*.b.example")]),
            (both.clone(), vec!["A".to_owned(); 3])
        );
    }
}

#[test]
fn an_actor_whose_hosts_lead_to_several_organisations_is_named() {
    let said =
        |files: &Files| complaints(files).into_iter().filter(|why| why.contains("organisations")).collect::<Vec<_>>();
    // Another company has its name, so it can be neither that one nor one of its own.
    let clash = actor_of("rtb", &[("companies = [\"Known\"]\n", ""), ("name = \"A\"", "name = \"Known\"")]);
    let why = "actors/rtb.toml, a: its own hosts lead to several organisations: a.example; b-cdn.net";
    assert_eq!(said(&clash), [why]);
    assert_eq!(said(&actor_of("rtb", &[("name = \"A\"", "name = \"Known\"")])), [""; 0]);
    assert_eq!(said(&actor_of("rtb", &[("[\"Known\"]", "[\"Other\", \"Known\"]")])), [""; 0]);
}
