//! `taspa completions SHELL`: the command line as a shell completes it.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use super::output::Screen;
use super::{Arguments, Exit};

pub(super) fn run(shell: Shell, screen: &mut Screen) -> io::Result<Exit> {
    // Written to a pipe that nobody reads, it would panic.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "taspa", &mut script);
    screen.write(&script)?;
    screen.finish()?;
    Ok(Exit::Done)
}
