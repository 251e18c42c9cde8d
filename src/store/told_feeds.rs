//! What hubs were told of feeds, as a database file has it.

use redb::{ReadableDatabase, ReadableTable, TableError};

use super::error::StoreError;
use super::rows::{TOLD_FEEDS, WAITING_PINGS};
use crate::model::time::Timestamp;

/// What hubs were told of feeds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldFeeds {
    /// By path the digest of the entries that hubs were last told of.
    pub digests: Vec<(String, u64)>,
    /// A hub, the path of a feed that it has yet to be told of, and since when.
    pub waiting: Vec<(String, String, Timestamp)>,
}

/// Reads both tables; a folder whose daemon told no hubs lacks them.
pub(super) fn read(database: &impl ReadableDatabase) -> Result<ToldFeeds, StoreError> {
    let transaction = database.begin_read()?;
    let mut told = ToldFeeds::default();
    match transaction.open_table(TOLD_FEEDS) {
        Err(TableError::TableDoesNotExist(_)) => {}
        table => {
            for row in table?.iter()? {
                let (path, digest) = row?;
                told.digests.push((path.value().to_owned(), digest.value()));
            }
        }
    }
    match transaction.open_table(WAITING_PINGS) {
        Err(TableError::TableDoesNotExist(_)) => {}
        table => {
            for row in table?.iter()? {
                let (key, since) = row?;
                let (hub, path) = key.value();
                let row = (hub.to_owned(), path.to_owned(), Timestamp(since.value()));
                told.waiting.push(row);
            }
        }
    }
    Ok(told)
}
