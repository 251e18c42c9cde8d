//! Reads all articles once, for commands that keep no state.

use std::error::Error;
use std::sync::Arc;

use super::output::Screen;
use super::{CommandError, load, progress, state_folder};
use crate::config::{Config, ConfigInput};
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
pub(super) fn published(
    input: &ConfigInput,
    screen: &mut Screen,
) -> Result<ReadHandle, CommandError> {
    let (loaded, templates) = load(input)?;
    let read = read(loaded.config, templates, |warning| screen.complain(warning));
    let (publisher, report) = read.map_err(|failure| unreadable(&failure))?;
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
    warn: impl FnOnce(&str),
) -> Result<(Publisher, Report), DriverError> {
    let as_of = Timestamp::now();
    let publisher = open(config, templates, as_of, warn)?;
    let report = read_into(&publisher, as_of);
    Ok((publisher, report))
}

/// Reads all articles into an opened publisher, and publishes them for this process alone.
pub(super) fn read_into(publisher: &Publisher, as_of: Timestamp) -> Report {
    // The store is empty, so no article can be lost.
    let read = || publisher.reconcile(&[Scope::All], Removal::Confirmed);
    let report = progress::run_with_progress(publisher.driver().progress(), read);
    publisher.publish(as_of);
    report
}

/// A publisher without a state folder of its own. It copies what only the state folder knows, such as
/// the Last-Modified of feeds and the last good versions of broken files.
pub(super) fn open(
    config: Config,
    templates: Arc<Templates>,
    as_of: Timestamp,
    warn: impl FnOnce(&str),
) -> Result<Publisher, DriverError> {
    let store = Store::scratch()?;
    match state_folder::peek_all(&config.server.state) {
        Ok((memory, last_good)) => store.write(|batch| {
            memory.iter().try_for_each(|memory| batch.recall(memory))?;
            batch.restore(&last_good)
        })?,
        // Without the folder, the result is only less exact.
        Err(failure) => warn(&format!(
            "the state folder cannot be read, so dates of removals and last good versions of broken files are missing: {}",
            chain(&failure)
        )),
    }
    Publisher::new(Arc::new(config), templates, store, as_of)
}
