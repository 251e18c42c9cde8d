//! `taspa confirm`: tells the running daemon to believe the loss that it holds.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use super::ask_daemon::UNEXPECTED;
use super::output::Screen;
use super::{CommandError, CommandResult, Exit};
use crate::config::{Config, ConfigInput};
use crate::model::held_loss::{Confirmation, HeldLoss, LossKind};
use crate::serve::control::{self, ControlAnswer, ControlRequest};
use crate::text::visible;

/// The longest answer to the question that is read.
const REPLY_BYTES_MAX: u64 = 64;

pub(super) fn run(input: &ConfigInput, is_agreed: bool, screen: &mut Screen) -> CommandResult {
    // Mistakes in the file do not matter, but another file may name another folder.
    input.read().map_err(|error| {
        let hint = "name another with `--config FILE`";
        let reason = format!("{}: error: {error}\n  hint: {hint}", input.name());
        CommandError::Failed(reason, Exit::Config)
    })?;
    let folder = Config::find_server(input, &|name| std::env::var(name).ok()).state;
    let ask = |request| {
        let answer = control::ask(&folder, request).map_err(|error| no_answer(&folder, &error))?;
        match answer {
            ControlAnswer::Error(reason) => Err(format!("the daemon answers: {reason}")),
            answer => Ok(answer),
        }
    };
    let ControlAnswer::Held(held) = ask(ControlRequest::Held)? else {
        return Err(UNEXPECTED.to_owned().into());
    };
    let Some(loss) = held else {
        return Err("no loss is held, so there is nothing to confirm"
            .to_owned()
            .into());
    };
    show(&loss, screen);
    if !is_agreed {
        let obstacle = match input.is_standard_input() {
            true => Some("feeds.toml was read from standard input, so the answer cannot be"),
            false if !io::stdin().is_terminal() => Some("standard input is no terminal"),
            false => None,
        };
        if let Some(obstacle) = obstacle {
            let reason = format!("{obstacle}: give `--yes` to confirm this loss");
            return Err(CommandError::Failed(reason, Exit::Usage));
        }
        screen.ask(&format!("Remove {} from the feeds? [y/N] ", loss.held()));
        if !is_yes(io::stdin().lock())? {
            return Err("nothing is removed".to_owned().into());
        }
    }
    match ask(ControlRequest::Confirm { id: loss.id })? {
        ControlAnswer::Confirmation(Confirmation::Removed(loss)) => {
            screen.line(&format!("{} removed", loss.held()))?;
            Ok(Exit::Done)
        }
        ControlAnswer::Confirmation(Confirmation::Changed(None)) => {
            Err("nothing is removed: what was gone has returned"
                .to_owned()
                .into())
        }
        ControlAnswer::Confirmation(Confirmation::Changed(Some(loss))) => {
            show(&loss, screen);
            let reason = "nothing is removed: the loss has changed meanwhile; confirm it anew";
            Err(reason.to_owned().into())
        }
        ControlAnswer::Confirmation(Confirmation::Failed(reason)) => {
            let result = match loss.kind {
                LossKind::Articles => "nothing is removed",
                LossKind::Columns => "the next reading that succeeds goes without the columns",
            };
            Err(format!("{result}; now the articles cannot be read: {reason}").into())
        }
        ControlAnswer::Held(_)
        | ControlAnswer::Diff(_)
        | ControlAnswer::ReadAnew
        | ControlAnswer::Explanation(_)
        | ControlAnswer::NoExplanation(_)
        | ControlAnswer::Unpublished
        | ControlAnswer::Error(_) => Err(UNEXPECTED.to_owned().into()),
    }
}

fn no_answer(folder: &Path, error: &io::Error) -> String {
    format!(
        "no daemon answers at {}: {error}\n  hint: `taspa serve` opens this socket, unless it runs \
         without a state folder; ask as the user that runs it or as root, and with the environment \
         variables that its feeds.toml names",
        folder.join(control::FILE).display()
    )
}

/// Shows what is gone, how much, since when, and the first few names.
fn show(loss: &HeldLoss, screen: &mut Screen) {
    screen.complain(&format!("{loss}, since {}", loss.since));
    for name in &loss.names {
        screen.complain(&format!("  {}", visible(name)));
    }
    let more = loss.lost.saturating_sub(loss.names.len());
    if more > 0 {
        screen.complain(&format!("  and {more} more"));
    }
}

fn is_yes(input: impl BufRead) -> io::Result<bool> {
    let mut reply = Vec::new();
    input.take(REPLY_BYTES_MAX).read_until(b'\n', &mut reply)?;
    let reply = reply.trim_ascii().to_ascii_lowercase();
    Ok([&b"y"[..], b"yes"].contains(&reply.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        for reply in ["y\n", "Y\r\n", "yes", " YES \n"] {
            assert!(is_yes(reply.as_bytes()).expect("a reply"), "{reply:?}");
        }
        let long = "y".repeat(10_000);
        for reply in ["", "\n", "n\n", "yy\n", "да\n", "n\ny\n", &long] {
            assert!(!is_yes(reply.as_bytes()).expect("a reply"), "{reply:?}");
        }
    }
}
