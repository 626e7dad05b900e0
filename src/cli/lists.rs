//! `onlooker lists`: what is bundled, and how it is made.

use onlooker::rules::compile::compile;
use onlooker::wire;

use super::args::{Compile, Lists, ListsCommand, Plain};
use super::{Failure, output, pack, say, sources, text};

/// Runs the command and gives the exit code.
pub fn run(args: &Lists) -> Result<u8, Failure> {
    match &args.command {
        Some(ListsCommand::Compile(command)) => make(command)?,
        None => {
            let lists = pack::load(args.pack.pack.as_deref())?.lists()?;
            let bytes = match args.format {
                Plain::Json => wire::json(&lists.into_iter().map(wire::ListInfo::from).collect::<Vec<_>>())?,
                Plain::Text => text::lists(&lists, output::colours(None)).into_bytes(),
            };
            output::write(&bytes, None)?;
        }
    }
    Ok(0)
}

fn make(args: &Compile) -> Result<(), Failure> {
    let (lists, owners) = sources::read(&args.sources, &args.node_modules)?;
    let bytes = compile(&lists, &owners)?;
    output::write(&bytes, Some(&args.out))?;
    let count = if lists.len() == 1 { "1 list".to_owned() } else { format!("{} lists", lists.len()) };
    say(&format!("{count}, {} bytes: {}", bytes.len(), args.out.display()));
    Ok(())
}
