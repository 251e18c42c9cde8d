//! One write transaction of the store.

use crate::model::record::RecordId;
use crate::model::record::Stamp;
use crate::model::validators::Validators;
use std::collections::BTreeSet;

use redb::{ReadableTable, Table, WriteTransaction};
use serde::Serialize;

use super::rows::{
    ARTICLES, ArticleRow, FEEDS, FILES, FileRow, HEADER, Header, KEY_CONFLICTS, RECORDS, RETIRED,
    SERVED, TERMS, decode, encode, extensions, formats,
};
use super::{LastGood, Memory, Packed, StoreError};
use crate::model::format::Format;
use crate::model::term::Term;

/// The tables, open for writing; see [`Store::write`](super::Store::write).
pub struct Batch<'t> {
    header: Table<'t, &'static str, &'static [u8]>,
    articles: Table<'t, &'static str, &'static [u8]>,
    records: Table<'t, u64, &'static [u8]>,
    retired: Table<'t, u64, ()>,
    files: Table<'t, &'static str, &'static [u8]>,
    key_conflicts: Table<'t, (&'static str, &'static str), ()>,
    terms: Table<'t, &'static str, &'static str>,
    feeds: Table<'t, &'static str, &'static [u8]>,
    served: Table<'t, &'static str, &'static str>,
    next_record: u64,
}

impl<'t> Batch<'t> {
    pub(super) fn new(transaction: &'t WriteTransaction) -> Result<Batch<'t>, StoreError> {
        let records = transaction.open_table(RECORDS)?;
        let next_record = records.last()?.map_or(0, |(last, _)| last.value() + 1);
        Ok(Batch {
            header: transaction.open_table(HEADER)?,
            articles: transaction.open_table(ARTICLES)?,
            records,
            retired: transaction.open_table(RETIRED)?,
            files: transaction.open_table(FILES)?,
            key_conflicts: transaction.open_table(KEY_CONFLICTS)?,
            terms: transaction.open_table(TERMS)?,
            feeds: transaction.open_table(FEEDS)?,
            served: transaction.open_table(SERVED)?,
            next_record,
        })
    }

    /// Says what the state folder is written with.
    ///
    /// # Errors
    /// When the write fails, as everywhere in this type.
    pub fn set_header(&mut self, header: &Header) -> Result<(), StoreError> {
        put(&mut self.header, "header", header)
    }

    /// Remembers what the source says of itself.
    pub fn set_source_memory(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.header.insert("columns", bytes)?;
        Ok(())
    }

    /// The stored article with this key.
    pub fn article(&self, key: &str) -> Result<Option<ArticleRow>, StoreError> {
        self.articles
            .get(key)?
            .map(|row| decode(row.value()))
            .transpose()
    }

    /// Stores a version of an article and gives it a record.
    pub fn add_record(&mut self, packed: &Packed) -> Result<RecordId, StoreError> {
        let record = RecordId(self.next_record);
        self.next_record += 1;
        self.records.insert(record.0, packed.0.as_slice())?;
        Ok(record)
    }

    /// Makes `row` the current version of its article.
    pub fn put_article(&mut self, row: &ArticleRow) -> Result<(), StoreError> {
        put(&mut self.articles, &row.listing.key, row)
    }

    /// Forgets an article; its record is for the caller to retire.
    pub fn remove_article(&mut self, key: &str) -> Result<(), StoreError> {
        self.articles.remove(key)?;
        Ok(())
    }

    /// Marks a record for deletion, now or after a restart.
    pub fn retire(&mut self, record: RecordId) -> Result<(), StoreError> {
        self.retired.insert(record.0, ())?;
        Ok(())
    }

    /// Deletes retired records, except the last: numbers go on from it and are never used again.
    pub fn delete(&mut self, records: &[RecordId]) -> Result<(), StoreError> {
        for record in records
            .iter()
            .filter(|record| record.0 + 1 < self.next_record)
        {
            self.records.remove(record.0)?;
            self.retired.remove(record.0)?;
        }
        Ok(())
    }

    /// The file at this path, as it was last read.
    pub fn file(&self, path: &str) -> Result<Option<FileRow>, StoreError> {
        self.files
            .get(path)?
            .map(|row| decode(row.value()))
            .transpose()
    }

    /// Notes how a file was read.
    pub fn put_file(&mut self, path: &str, row: &FileRow) -> Result<(), StoreError> {
        put(&mut self.files, path, row)
    }

    /// Forgets a file.
    pub fn remove_file(&mut self, path: &str) -> Result<(), StoreError> {
        self.files.remove(path)?;
        Ok(())
    }

    /// Notes that the file at `path` waits for `key`, which another file has.
    pub fn add_key_conflict(&mut self, key: &str, path: &str) -> Result<(), StoreError> {
        self.key_conflicts.insert((key, path), ())?;
        Ok(())
    }

    /// Takes the lowest path that waits for `key` off the list.
    pub fn take_key_conflict(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let next = match self.key_conflicts.range((key, "")..)?.next() {
            None => None,
            Some(row) => {
                let row = row?.0;
                let (waits_for, path) = row.value();
                (waits_for == key).then(|| path.to_owned())
            }
        };
        if let Some(path) = &next {
            self.remove_key_conflict(key, path)?;
        }
        Ok(next)
    }

    fn remove_key_conflict(&mut self, key: &str, path: &str) -> Result<(), StoreError> {
        self.key_conflicts.remove((key, path))?;
        Ok(())
    }

    /// Remembers how a term is shown.
    pub fn put_term(&mut self, term: &Term, name: &str) -> Result<(), StoreError> {
        let canonical = term.to_string();
        self.terms.insert(canonical.as_str(), name)?;
        Ok(())
    }

    /// Takes over what another state folder knows, its header aside.
    pub fn recall(&mut self, memory: &Memory) -> Result<(), StoreError> {
        for (term, name) in &memory.terms {
            self.put_term(term, name)?;
        }
        for (path, validators) in &memory.validators {
            self.put_validators(path, validators)?;
        }
        for (name, formats) in &memory.served {
            self.add_served(name, formats.iter().copied())?;
        }
        match &memory.source {
            Some(bytes) => self.set_source_memory(bytes),
            None => Ok(()),
        }
    }

    /// Takes over the last good versions of broken files, which are then read as new ones.
    pub fn restore(&mut self, last_good: &[LastGood]) -> Result<(), StoreError> {
        for LastGood { article, packed } in last_good {
            let mut article = article.clone();
            article.listing.record = self.add_record(packed)?;
            self.put_article(&article)?;
            // The stamp of no file: whatever stands there now is read.
            let file = FileRow {
                stamp: Stamp::default(),
                key: Some(article.listing.key),
                refusal: None,
                columns: 0,
            };
            self.put_file(&article.path, &file)?;
        }
        Ok(())
    }

    /// Remembers what a feed was last validated by.
    pub fn put_validators(
        &mut self,
        path: &str,
        validators: &Validators,
    ) -> Result<(), StoreError> {
        put(&mut self.feeds, path, validators)
    }

    /// Remembers that a declared feed, or a kind of feeds, was served in these formats besides those
    /// that are remembered already.
    pub fn add_served(
        &mut self,
        name: &str,
        served: impl IntoIterator<Item = Format>,
    ) -> Result<(), StoreError> {
        let before = self.served.get(name)?;
        let mut all = before.map_or(BTreeSet::new(), |row| formats(row.value()));
        all.extend(served);
        self.served.insert(name, extensions(&all).as_str())?;
        Ok(())
    }

    /// Forgets a feed.
    pub fn remove_validators(&mut self, path: &str) -> Result<(), StoreError> {
        self.feeds.remove(path)?;
        Ok(())
    }
}

fn put(
    table: &mut Table<'_, &'static str, &'static [u8]>,
    key: &str,
    row: &impl Serialize,
) -> Result<(), StoreError> {
    table.insert(key, encode(row)?.as_slice())?;
    Ok(())
}
