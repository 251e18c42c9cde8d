//! Asks the running daemon, for commands that also do without it.

use std::io;
use std::path::Path;

use super::CommandError;
use super::output::Screen;
use crate::serve::control::{self, ControlAnswer, ControlRequest};

/// Why an answer of the daemon is of no use.
pub(super) const UNEXPECTED: &str = "the daemon's answer is not the expected one";

/// The answer of the daemon that uses this state folder; `None`, with a note, if it does not answer, or, without
/// one, if none runs.
pub(super) fn ask(
    folder: &Path,
    request: ControlRequest,
    screen: &mut Screen,
) -> Result<Option<ControlAnswer>, CommandError> {
    let reason = match control::ask(folder, request) {
        // A daemon before this request answers so.
        Ok(ControlAnswer::Error(reason)) if reason.starts_with("no message of this protocol") => {
            "it is of another version; restart it after an upgrade".to_owned()
        }
        Ok(ControlAnswer::Error(reason)) => {
            return Err(format!("the daemon answers: {reason}").into());
        }
        Ok(answer) => return Ok(Some(answer)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => return Ok(None),
            _ => error.to_string(),
        },
    };
    screen.complain(&format!(
        "the daemon cannot be asked, so its state folder is read: {reason}"
    ));
    Ok(None)
}
