//! `onlooker lists`: what is bundled, and how it is made.

use onlooker::own::check::{self, Known};
use onlooker::own::{count, join};
use onlooker::rules::bundle::compile;
use onlooker::rules::compile::ListSource;
use onlooker::{detectors, wire};

use super::args::{Check, Compile, Lists, ListsCommand, Plain, Read};
use super::sources::{ListText, Sources};
use super::{Failure, feeds, output, own, pack, say, sources, text, words};

/// Runs the command and gives the exit code.
pub fn run(args: &Lists) -> Result<u8, Failure> {
    match &args.command {
        Some(ListsCommand::Compile(command)) => make(command)?,
        Some(ListsCommand::Read(command)) => read(command)?,
        Some(ListsCommand::Check(command)) => return checked(command),
        None => {
            let mut engine = pack::load(args.pack.pack.as_deref())?;
            feeds::add(&mut engine, &args.added.lists)?;
            let lists = engine.lists()?;
            let bytes = match args.format {
                Plain::Json => wire::json(&lists.into_iter().map(wire::ListInfo::from).collect::<Vec<_>>())?,
                Plain::Text => text::lists(&lists, &engine.data()?, output::colours(None)).into_bytes(),
            };
            output::write(&bytes, None)?;
        }
    }
    Ok(0)
}

fn read(args: &Read) -> Result<(), Failure> {
    let bytes = feeds::bytes(&args.file)?;
    let name = args.file.display().to_string();
    let feed = onlooker::feeds::read(&name, &bytes).map_err(|error| feeds::named(&args.file, &error))?;
    let bytes = match args.format {
        Plain::Json => wire::json(&wire::AddedList::from(&feed))?,
        Plain::Text => text::feed(&feed, output::colours(None)).into_bytes(),
    };
    output::write(&bytes, None)
}

fn checked(args: &Check) -> Result<u8, Failure> {
    let own = own::read(&args.own)?;
    let owners = sources::read_owners(&args.sources, &args.node_modules)?;
    let known = Known { has_text: &words::has, owners: &owners, today: &own::today() };
    let wrong = check::check(&own, &known);
    for complaint in &wrong {
        say(complaint);
    }
    let (kinds, countries, companies) = count::count(&own);
    let mut text = String::from("kind                 entries  domains  sources   read  unchecked  2 publishers\n");
    for (kind, c) in kinds {
        text.push_str(&format!(
            "{kind:<20} {:>7}  {:>7}  {:>7}  {:>5}  {:>9}  {:>12}\n",
            c.entries, c.domains, c.sources, c.read, c.unchecked, c.two_publishers
        ));
    }
    text.push_str(&format!("{countries} countries, {companies} companies\n"));
    output::write(text.as_bytes(), None)?;
    Ok(u8::from(!wrong.is_empty()))
}

fn make(args: &Compile) -> Result<(), Failure> {
    let Sources { lists: texts, mut owners, data } = sources::read(&args.sources, &args.node_modules)?;
    let own = own::read(&args.own)?;
    let mut lists: Vec<ListSource<'_>> = texts.iter().map(ListText::source).collect();
    // Our own list comes last: so each rule of the others keeps its number.
    let technique = detectors::place_of("surveillance-actor").and_then(|place| u32::try_from(place).ok());
    let lines = own.lines();
    lists.extend(technique.and_then(|technique| own.list(&lines, technique)));
    own.give_domains(&mut owners);
    let shelf = join::join(&own, &mut owners);
    let bytes = compile(&lists, &owners, &shelf, data)?;
    output::write(&bytes, Some(&args.out))?;
    let count = if lists.len() == 1 { "1 list".to_owned() } else { format!("{} lists", lists.len()) };
    say(&format!("{count}, {} bytes: {}", bytes.len(), args.out.display()));
    Ok(())
}
