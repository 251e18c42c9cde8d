//! What commands share that read all articles once and end.

use std::path::Path;
use std::sync::Arc;

use super::output::Screen;
use super::{Exit, load_or_complain, progress};
use crate::config::Config;
use crate::ingest::driver::DriverError;
use crate::ingest::report::Report;
use crate::model::problem::chain;
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::publisher::Publisher;
use crate::publish::read_handle::ReadHandle;
use crate::render::pages::templates::Templates;
use crate::source::Scope;
use crate::store::Store;

/// Reads all articles, keeping nothing, for a command that needs them to be readable at all.
pub(super) fn published_or_complain(path: &Path, screen: &mut Screen) -> Result<ReadHandle, Exit> {
    let (loaded, templates) = load_or_complain(path, screen).ok_or(Exit::Config)?;
    let failure = match read(loaded.config, templates) {
        Ok((published, report)) => match report.failure {
            None => return Ok(published),
            Some(failure) => chain(&failure),
        },
        Err(failure) => chain(&failure),
    };
    screen.complain(&format!("the articles cannot be read: {failure}"));
    Err(Exit::Failed)
}

/// Reads all articles, keeping nothing, and publishes them for this process alone.
pub(super) fn read(
    config: Config,
    templates: Arc<Templates>,
) -> Result<(ReadHandle, Report), DriverError> {
    let as_of = Timestamp::now();
    let publisher = open(config, templates, as_of)?;
    // Nothing is gone that this process has not just been told of.
    let read = || publisher.reconcile(&[Scope::All], Removal::Confirmed);
    let report = progress::run_with_progress(publisher.driver().progress(), read);
    publisher.publish(as_of);
    Ok((publisher.handle().clone(), report))
}

/// A publisher that keeps nothing. What only the state folder knows, such as when a feed last moved and
/// what is still served of a broken file, is taken from there.
pub(super) fn open(
    config: Config,
    templates: Arc<Templates>,
    as_of: Timestamp,
) -> Result<Publisher, DriverError> {
    let store = Store::scratch()?;
    // A folder that cannot be read now is no reason to refuse an answer without it.
    if let Ok(Some(memory)) = Store::peek(&config.server.state) {
        store.write(|batch| batch.recall(&memory))?;
    }
    if let Ok(last_good) = Store::peek_last_good(&config.server.state) {
        store.write(|batch| batch.restore(&last_good))?;
    }
    Publisher::new(Arc::new(config), templates, store, as_of)
}
