//! The lists that the command line judges by: those it carries, or a pack that was named.

use std::borrow::Cow;
use std::path::Path;

use onlooker::audit::Engine;

use super::{Failure, unreadable};

/// The lists this file carries. A build that had none to carry compiles all the same: it is the one that makes them.
#[cfg(bundled_pack)]
static BUNDLED: Option<&[u8]> = Some(include_bytes!("../../pkg/onlooker.pack"));
#[cfg(not(bundled_pack))]
static BUNDLED: Option<&[u8]> = None;

/// Loads the named pack, or the bundled one.
pub fn load(named: Option<&Path>) -> Result<Engine, Failure> {
    let bytes: Cow<'static, [u8]> = match (named, BUNDLED) {
        (Some(path), _) => Cow::Owned(std::fs::read(path).map_err(|error| Failure::new(unreadable(path, &error)))?),
        (None, Some(bundled)) => Cow::Borrowed(bundled),
        (None, None) => {
            return Err(Failure::new(
                "this build carries no lists, so it cannot judge: name a pack with --pack FILE (onlooker lists compile makes one)",
            ));
        }
    };
    Engine::from_pack(bytes).map_err(|error| match named {
        Some(path) => Failure::new(format!("{}: {error} ({})", path.display(), error.variant())),
        None => Failure::new(format!("{error} ({})", error.variant())),
    })
}
