//! `taspa schema`: writes the JSON Schema of feeds.toml, for editors.

use std::io;

use super::Exit;
use super::output::Screen;
use crate::config::schema;

pub(super) fn run(screen: &mut Screen) -> io::Result<Exit> {
    screen.write(schema().as_bytes())?;
    screen.finish()?;
    Ok(Exit::Done)
}
