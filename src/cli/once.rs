//! Reads all articles once, for commands that keep no state.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use super::{CommandError, load, progress};
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

/// Reads feeds.toml and all articles, and publishes them for this process alone.
pub(super) fn published(path: &Path) -> Result<ReadHandle, CommandError> {
    let (loaded, templates) = load(path)?;
    let (publisher, report) =
        read(loaded.config, templates).map_err(|failure| unreadable(&failure))?;
    match report.failure {
        None => Ok(publisher.handle().clone()),
        Some(failure) => Err(unreadable(&failure).into()),
    }
}

/// The message about articles that cannot be read.
pub(super) fn unreadable(failure: &dyn Error) -> String {
    format!("the articles cannot be read: {}", chain(failure))
}

/// Reads all articles and publishes them for this process alone.
pub(super) fn read(
    config: Config,
    templates: Arc<Templates>,
) -> Result<(Publisher, Report), DriverError> {
    let as_of = Timestamp::now();
    let publisher = open(config, templates, as_of)?;
    // The store is empty, so no article can be lost.
    let read = || publisher.reconcile(&[Scope::All], Removal::Confirmed);
    let report = progress::run_with_progress(publisher.driver().progress(), read);
    publisher.publish(as_of);
    Ok((publisher, report))
}

/// A publisher without a state folder of its own. It copies what only the state folder knows, such as
/// the Last-Modified of feeds and the last good versions of broken files.
pub(super) fn open(
    config: Config,
    templates: Arc<Templates>,
    as_of: Timestamp,
) -> Result<Publisher, DriverError> {
    let store = Store::scratch()?;
    // Without the folder, the result is only less exact.
    if let Ok(Some(memory)) = Store::peek(&config.server.state) {
        store.write(|batch| batch.recall(&memory))?;
    }
    if let Ok(last_good) = Store::peek_last_good(&config.server.state) {
        store.write(|batch| batch.restore(&last_good))?;
    }
    Publisher::new(Arc::new(config), templates, store, as_of)
}
