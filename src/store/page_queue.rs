//! What search engines have yet to be told: noted changes, and the queue of addresses.

use std::ops::Bound;

use redb::{ReadOnlyTable, ReadableDatabase, ReadableTableMetadata, TableDefinition, TableError};

use super::Store;
use super::error::StoreError;
use super::rows::{HEADER, PAGE_CHANGES, PAGE_QUEUE, PAGES, decode};
use crate::model::page_change::PageChange;
use crate::model::time::Timestamp;

/// Addresses that one transaction looks at, so that none holds up others for long.
const DROPPED_AT_ONCE: usize = 10_000;

impl Store {
    /// The second up to which search engines were told; `None` if they are not told.
    pub fn pages_told(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|database| {
            let table = database.begin_read()?.open_table(HEADER)?;
            let row = table.get(PAGES)?;
            row.map(|row| decode(row.value())).transpose()
        })
    }

    /// At most `limit` noted changes of articles whose keys come after `after`, by key.
    pub fn page_changes(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Box<str>, PageChange)>, StoreError> {
        self.read(|database| {
            let Some(table) = existing(database, PAGE_CHANGES)? else {
                return Ok(Vec::new());
            };
            let rows = table.range::<&str>(behind(after))?.take(limit);
            let decoded = rows.map(|row| {
                let (key, change) = row?;
                Ok((key.value().into(), decode(change.value())?))
            });
            decoded.collect()
        })
    }

    /// Whether a change of the article with this key is noted.
    pub fn has_page_change(&self, key: &str) -> Result<bool, StoreError> {
        self.read(|database| match existing(database, PAGE_CHANGES)? {
            Some(table) => Ok(table.get(key)?.is_some()),
            None => Ok(false),
        })
    }

    /// At most `limit` queued addresses after `after`, in their order, with the second since when.
    pub fn queued_pages(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Timestamp)>, StoreError> {
        self.read(|database| {
            let Some(table) = existing(database, PAGE_QUEUE)? else {
                return Ok(Vec::new());
            };
            let rows = table.range::<&str>(behind(after))?.take(limit);
            let decoded = rows.map(|row| {
                let (address, since) = row?;
                Ok((address.value().to_owned(), Timestamp(since.value())))
            });
            decoded.collect()
        })
    }

    /// Removes addresses that were queued at `until` or before, at most `limit` of them. Returns how many.
    pub fn drop_queued_pages(&self, until: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let (mut dropped, mut after) = (0, None::<String>);
        loop {
            let queued = self.queued_pages(after.as_deref(), DROPPED_AT_ONCE)?;
            let Some((last, _)) = queued.last() else {
                return Ok(dropped);
            };
            let old = queued.iter().filter(|(_, since)| *since <= until);
            let old: Vec<&str> = old
                .take(limit - dropped)
                .map(|(address, _)| address.as_str())
                .collect();
            if !old.is_empty() {
                self.write(|batch| batch.remove_queued_pages(old.iter().copied()))?;
                dropped += old.len();
            }
            after = Some(last.clone());
        }
    }

    /// The number of queued addresses.
    pub fn count_queued_pages(&self) -> Result<usize, StoreError> {
        self.read(|database| {
            let table = existing(database, PAGE_QUEUE)?;
            let count = table.map_or(Ok(0), |table| table.len())?;
            Ok(usize::try_from(count).unwrap_or(usize::MAX))
        })
    }
}

/// The range of keys behind one.
fn behind(after: Option<&str>) -> (Bound<&str>, Bound<&str>) {
    (
        after.map_or(Bound::Unbounded, Bound::Excluded),
        Bound::Unbounded,
    )
}

/// A table, if anything was ever in it.
fn existing<V: redb::Value + 'static>(
    database: &dyn ReadableDatabase,
    table: TableDefinition<'_, &'static str, V>,
) -> Result<Option<ReadOnlyTable<&'static str, V>>, StoreError> {
    match database.begin_read()?.open_table(table) {
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        table => Ok(Some(table?)),
    }
}
