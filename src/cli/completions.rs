//! `taspa completions SHELL`: writes the completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::Screen;
use super::{Arguments, CommandResult, Exit};

pub(super) fn run(shell: Shell, screen: &mut Screen) -> CommandResult {
    // clap panics on write errors, and standard output may be a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "taspa", &mut script);
    screen.write(&script)?;
    Ok(Exit::Done)
}
