//! `taspa schema`: writes the JSON Schema of feeds.toml, for editors.

use super::output::Screen;
use super::{CommandResult, Exit};
use crate::config::schema;

pub(super) fn run(screen: &mut Screen) -> CommandResult {
    screen.write(schema().as_bytes())?;
    Ok(Exit::Done)
}
