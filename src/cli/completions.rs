//! `taspa completions SHELL`: writes the completion script for a shell.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::Screen;
use super::{Arguments, Exit};

pub(super) fn run(shell: Shell, screen: &mut Screen) -> io::Result<Exit> {
    // clap panics on write errors, and standard output may be a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "taspa", &mut script);
    screen.write(&script)?;
    screen.finish()?;
    Ok(Exit::Done)
}
