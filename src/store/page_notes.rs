//! Notes of changed articles, of whose pages search engines have yet to be told.
//!
//! A change is noted in the transaction that stores it, so no end of the process loses it. Of several changes
//! of an article one note stays, with its first version and its last.

use redb::{ReadableTable, Table, WriteTransaction};

use super::error::StoreError;
use super::packer::Unpacker;
use super::rows::{ArticleRow, PAGE_CHANGES, decode, encode};
use crate::model::page_change::{PageChange, PageVersion};

/// The notes, open for writing.
pub(super) struct PageNotes<'t> {
    notes: Table<'t, &'static str, &'static [u8]>,
    unpacker: Option<Unpacker>,
}

impl<'t> PageNotes<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<PageNotes<'t>, StoreError> {
        Ok(PageNotes {
            notes: transaction.open_table(PAGE_CHANGES)?,
            unpacker: None,
        })
    }

    /// Notes that the article `key` has changed from one row to another.
    pub(super) fn note(
        &mut self,
        records: &impl ReadableTable<u64, &'static [u8]>,
        key: &str,
        before: Option<&ArticleRow>,
        after: Option<&ArticleRow>,
        is_edit: bool,
    ) -> Result<(), StoreError> {
        let after = after.map(|row| self.version(records, row)).transpose()?;
        let noted = self.notes.get(key)?.map(|row| decode(row.value()));
        let change: PageChange = match noted.transpose()? {
            Some(PageChange { .. }) if after.is_none() && before.is_none() => return Ok(()),
            Some(noted) => PageChange::followed_by(noted, after, is_edit),
            None => PageChange {
                before: before.map(|row| self.version(records, row)).transpose()?,
                after,
                is_edit,
            },
        };
        self.notes.insert(key, encode(&change)?.as_slice())?;
        Ok(())
    }

    /// Removes these notes, apart from those that have changed since.
    pub(super) fn remove(&mut self, changes: &[(Box<str>, PageChange)]) -> Result<(), StoreError> {
        for (key, change) in changes {
            let noted = self.notes.get(&**key)?.map(|row| decode(row.value()));
            let noted: Option<PageChange> = noted.transpose()?;
            match noted {
                Some(noted) if noted == *change => {
                    self.notes.remove(&**key)?;
                }
                Some(noted) => {
                    // What was told is the version that the later change began with.
                    let rest = PageChange {
                        before: change.after.clone(),
                        ..noted
                    };
                    self.notes.insert(&**key, encode(&rest)?.as_slice())?;
                }
                None => {}
            }
        }
        Ok(())
    }

    fn version(
        &mut self,
        records: &impl ReadableTable<u64, &'static [u8]>,
        row: &ArticleRow,
    ) -> Result<PageVersion, StoreError> {
        let unpacker = match &mut self.unpacker {
            Some(unpacker) => unpacker,
            none => none.insert(Unpacker::new()?),
        };
        let packed = records.get(row.meta.record.0)?;
        let packed = packed.ok_or(StoreError::Missing)?;
        Ok(PageVersion::new(
            &row.meta,
            unpacker.unpack_url(packed.value())?,
        ))
    }
}
