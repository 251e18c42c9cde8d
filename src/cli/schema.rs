//! `taspa schema`: writes the JSON Schema of feeds.toml, for editors.

use std::io;

use super::Exit;
use super::output::Screen;
use crate::config::SCHEMA;

pub(super) fn run(screen: &mut Screen) -> io::Result<Exit> {
    screen.write(SCHEMA.as_bytes())?;
    screen.finish()?;
    Ok(Exit::Done)
}
