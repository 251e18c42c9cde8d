//! Whether a database is damaged, as those who read and write it find out.

use std::sync::{Arc, OnceLock};

use super::catch_panic;
use super::error::StoreError;
use crate::model::problem::chain;

/// Why a database is damaged, once that was found. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Damage(Arc<OnceLock<String>>);

impl Damage {
    pub(super) fn reason(&self) -> Option<String> {
        self.0.get().cloned()
    }

    /// Does `work` on the database. Its panic is an error, because `redb` panics on some damaged pages.
    pub(super) fn watched<T>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let done = catch_panic::run(work);
        let done = done.unwrap_or_else(|panic| Err(StoreError::Unreadable(panic)));
        if let Err(error) = &done
            && error.is_damage()
        {
            // The first reason is the most telling one.
            self.0.get_or_init(|| chain(error));
        }
        done
    }

    /// Rows that are read from the database one after another.
    pub(super) fn watch<T>(
        self,
        mut rows: impl Iterator<Item = Result<T, StoreError>>,
    ) -> impl Iterator<Item = Result<T, StoreError>> {
        std::iter::from_fn(move || self.watched(|| rows.next().transpose()).transpose())
    }
}
