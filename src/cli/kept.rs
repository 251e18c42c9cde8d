//! The state folder, as a command opens it that keeps it.

use std::sync::Arc;

use crate::config::Config;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::publisher::{IdentityChanged, Publisher, PublisherError, check_identity};
use crate::source::sql::SqlError;
use crate::store::catch_panic;
use crate::store::{Store, StoreError};

/// Why such a command cannot start.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    #[error(transparent)]
    Identity(#[from] IdentityChanged),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source's address cannot be understood.
    #[error("[source.sql]")]
    Source(#[from] SqlError),
}

impl From<PublisherError> for StartError {
    fn from(failure: PublisherError) -> StartError {
        match failure {
            PublisherError::Store(failure) => StartError::Store(failure),
            PublisherError::Source(failure) => StartError::Source(failure),
        }
    }
}

/// A publisher over the state folder, or why that cannot be used now. A damaged folder is made anew, which
/// `warn` is told of.
pub(super) fn open(
    config: &Config,
    warn: impl FnOnce(&str),
) -> Result<Result<Publisher, StoreError>, StartError> {
    let folder = &config.server.state;
    let failure = match desk_over(Store::open(folder), config) {
        Ok(publisher) => return Ok(Ok(publisher)),
        Err(StartError::Store(failure)) => failure,
        Err(failure) => return Err(failure),
    };
    match failure {
        StoreError::Damaged { .. }
        | StoreError::Layout { .. }
        | StoreError::Row(_)
        | StoreError::Unreadable(_) => {
            let reason = chain(&failure);
            warn(&format!("the state folder is made anew: {reason}"));
            Store::discard(folder)?;
            desk_over(Store::open(folder), config).map(Ok)
        }
        failure => Ok(Err(failure)),
    }
}

/// A publisher over what a store remembers.
pub(super) fn desk_over(
    store: Result<Store, StoreError>,
    config: &Config,
) -> Result<Publisher, StartError> {
    let store = store?;
    check_identity(config, store.header()?.as_ref())?;
    let config = Arc::new(config.clone());
    let read = catch_panic::run(|| Publisher::new(config, store, Timestamp::now()));
    Ok(read.unwrap_or_else(|panic| Err(StoreError::Unreadable(panic).into()))?)
}
