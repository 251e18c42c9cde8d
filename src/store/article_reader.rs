//! Reads articles one after another.

use redb::ReadOnlyTable;

use super::error::StoreError;
use super::packer::Unpacker;
use crate::model::article::Article;
use crate::model::record::RecordId;

/// Reads the articles of records, as of when it was opened.
pub struct ArticleReader {
    pub(super) table: ReadOnlyTable<u64, &'static [u8]>,
    pub(super) unpacker: Unpacker,
}

impl ArticleReader {
    /// The article of a record.
    pub fn article(&mut self, record: RecordId) -> Result<Article, StoreError> {
        let row = self.table.get(record.0)?;
        let row = row.ok_or(StoreError::Row("article"))?;
        self.unpacker.unpack(row.value())
    }
}
