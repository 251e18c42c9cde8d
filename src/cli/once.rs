//! What commands share that read all articles once and end.

use std::path::Path;
use std::sync::Arc;

use super::output::Screen;
use super::{Exit, load_or_complain, progress};
use crate::config::Config;
use crate::desk::{Desk, DeskError, Removal, Report};
use crate::problem::chain;
use crate::source::Scope;
use crate::store::Store;
use crate::time::Timestamp;

/// Reads all articles, keeping nothing, for a command that needs them to be readable at all.
pub(super) fn desk_or_complain(path: &Path, screen: &mut Screen) -> Result<Desk, Exit> {
    let loaded = load_or_complain(path, screen).ok_or(Exit::Config)?;
    let failure = match read(loaded.config) {
        Ok((desk, report)) => match report.failure {
            None => return Ok(desk),
            Some(failure) => chain(&failure),
        },
        Err(failure) => chain(&failure),
    };
    screen.complain(&format!("the articles cannot be read: {failure}"));
    Err(Exit::Failed)
}

/// Reads all articles, keeping nothing, and publishes them for this process alone.
pub(super) fn read(config: Config) -> Result<(Desk, Report), DeskError> {
    let as_of = Timestamp::now();
    let desk = open(config, as_of)?;
    // Nothing is gone that this process has not just been told of.
    let read = || desk.reconcile(&[Scope::Whole], Removal::Confirmed);
    let report = progress::shown(desk.progress(), read);
    desk.publish(as_of);
    Ok((desk, report))
}

/// A desk that keeps nothing. What only the state folder knows, such as when a feed last moved and
/// what is still served of a broken file, is taken from there.
pub(super) fn open(config: Config, as_of: Timestamp) -> Result<Desk, DeskError> {
    let store = Store::scratch()?;
    // A folder that cannot be read now is no reason to refuse an answer without it.
    if let Ok(Some(memory)) = Store::peek(&config.server.state) {
        store.write(|batch| batch.recall(&memory))?;
    }
    if let Ok(last_good) = Store::peek_last_good(&config.server.state) {
        store.write(|batch| batch.restore(&last_good))?;
    }
    Desk::new(Arc::new(config), store, as_of)
}
