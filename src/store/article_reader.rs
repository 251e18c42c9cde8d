//! Reads articles one after another.

use redb::ReadOnlyTable;

use super::damage::Damage;
use super::error::StoreError;
use super::packer::Unpacker;
use crate::model::article::Article;
use crate::model::record::RecordId;

/// Reads the articles of records, as of when it was opened.
pub struct ArticleReader {
    pub(super) table: ReadOnlyTable<u64, &'static [u8]>,
    pub(super) unpacker: Unpacker,
    pub(super) damage: Damage,
}

impl ArticleReader {
    /// The article of a record.
    pub fn article(&mut self, record: RecordId) -> Result<Article, StoreError> {
        let (table, unpacker) = (&self.table, &mut self.unpacker);
        self.damage.watched(|| {
            let row = table.get(record.0)?.ok_or(StoreError::Missing)?;
            unpacker.unpack(row.value())
        })
    }

    /// The address of the page of a record's article, which takes less than the whole article.
    pub fn url(&mut self, record: RecordId) -> Result<Option<String>, StoreError> {
        let (table, unpacker) = (&self.table, &mut self.unpacker);
        self.damage.watched(|| {
            let row = table.get(record.0)?.ok_or(StoreError::Missing)?;
            unpacker.unpack_url(row.value())
        })
    }

    /// The title of a record's article, which takes less than the whole article.
    pub fn title(&mut self, record: RecordId) -> Result<String, StoreError> {
        let (table, unpacker) = (&self.table, &mut self.unpacker);
        self.damage.watched(|| {
            let row = table.get(record.0)?.ok_or(StoreError::Missing)?;
            unpacker.unpack_title(row.value())
        })
    }
}
