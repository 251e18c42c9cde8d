//! `taspa render PATH`: one document to standard output.

use std::io;
use std::path::Path;

use super::output::Screen;
use super::{Exit, desk_or_complain, feed};
use crate::problem::chain;

pub(super) fn run(path: &Path, wanted: &str, screen: &mut Screen) -> io::Result<Exit> {
    let desk = match desk_or_complain(path, screen) {
        Ok(desk) => desk,
        Err(exit) => return Ok(exit),
    };
    let (version, format) = match feed::find(&desk, wanted) {
        Ok(found) => found,
        Err(reason) => {
            screen.complain(&format!("cannot render `{wanted}`: {reason}"));
            return Ok(Exit::Failed);
        }
    };
    match desk.render(&version, format) {
        Ok(document) => screen.write(&document)?,
        Err(failure) => {
            screen.complain(&format!("cannot render `{wanted}`: {}", chain(&failure)));
            return Ok(Exit::Failed);
        }
    }
    screen.finish()?;
    Ok(Exit::Done)
}
