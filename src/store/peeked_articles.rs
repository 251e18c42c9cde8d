//! The articles of a state folder that another process may have open.

use std::path::Path;

use redb::{ReadOnlyTable, ReadableDatabase, ReadableTable};

use super::article_reader::ArticleReader;
use super::damage::Damage;
use super::error::StoreError;
use super::packer::Unpacker;
use super::rows::{ARTICLES, ArticleRow, RECORDS, decode};
use super::{LAYOUT, memory, open_database};

/// The articles of a state folder, as of when it was opened.
pub struct PeekedArticles {
    rows: ReadOnlyTable<&'static str, &'static [u8]>,
    /// Reads their texts.
    pub reader: ArticleReader,
}

impl PeekedArticles {
    /// Opens the articles of a folder; `None` if it has no file or another layout.
    pub fn open(folder: &Path) -> Result<Option<PeekedArticles>, StoreError> {
        let Some(database) = open_database::read_only(folder)? else {
            return Ok(None);
        };
        let header = memory::read_header(&database)?;
        if header.is_none_or(|header| header.layout != LAYOUT) {
            return Ok(None);
        }
        let transaction = database.begin_read()?;
        Ok(Some(PeekedArticles {
            rows: transaction.open_table(ARTICLES)?,
            reader: ArticleReader {
                table: transaction.open_table(RECORDS)?,
                unpacker: Unpacker::new()?,
                damage: Damage::default(),
            },
        }))
    }

    /// Whether an article has this key.
    pub fn has(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.rows.get(key)?.is_some())
    }

    /// The rows of all articles, by key.
    pub fn rows(&self) -> Result<impl Iterator<Item = Result<ArticleRow, StoreError>>, StoreError> {
        let rows = self.rows.iter()?;
        Ok(rows.map(|row| decode(row?.1.value())))
    }
}
