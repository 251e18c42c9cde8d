//! One write transaction of the store.

use std::collections::BTreeSet;

use redb::{ReadableTable, ReadableTableMetadata, Table, WriteTransaction};
use serde::Serialize;

use super::error::StoreError;
use super::memory::{LastGoodVersion, Memory};
use super::packer::PackedArticle;
use super::page_notes::PageNotes;
use super::rows::{
    ARTICLES, ArticleRow, FEEDS, FILES, FileRow, HEADER, Header, KEY_CONFLICTS, PAGE_CHANGES,
    PAGE_QUEUE, PAGES, RECORDS, RETIRED, SERVED, TERMS, TOLD_FEEDS, UNUSED_TERMS, WAITING_PINGS,
    decode, encode, extensions, formats,
};
use crate::model::format::Format;
use crate::model::held_loss::HeldLoss;
use crate::model::known_term::KnownTerm;
use crate::model::page_change::PageChange;
use crate::model::record::{RecordId, Stamp};
use crate::model::term::Term;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;

/// The tables, open for writing; see [`Store::write`](super::Store::write).
pub struct Batch<'t> {
    header: Table<'t, &'static str, &'static [u8]>,
    articles: Table<'t, &'static str, &'static [u8]>,
    records: Table<'t, u64, &'static [u8]>,
    retired: Table<'t, u64, ()>,
    files: Table<'t, &'static str, &'static [u8]>,
    key_conflicts: Table<'t, (&'static str, &'static str), ()>,
    terms: Table<'t, &'static str, &'static str>,
    unused_terms: Table<'t, &'static str, i64>,
    feeds: Table<'t, &'static str, &'static [u8]>,
    served: Table<'t, &'static str, &'static str>,
    /// Notes changes of pages, where search engines are told of them.
    page_notes: Option<PageNotes<'t>>,
    /// For the tables that most batches do not need.
    transaction: &'t WriteTransaction,
    next_record: u64,
}

/// Why an article is stored again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutCause {
    /// The newsroom changed it.
    Edit,
    /// It is read by other rules than before, from the same file or row.
    Reread,
}

impl<'t> Batch<'t> {
    /// Records get numbers from `next_record` on, or after the last one of the table.
    pub(super) fn new(
        transaction: &'t WriteTransaction,
        next_record: u64,
    ) -> Result<Batch<'t>, StoreError> {
        let records = transaction.open_table(RECORDS)?;
        let next_record = match records.last()? {
            Some((last, _)) => next_record.max(last.value() + 1),
            None => next_record,
        };
        let header = transaction.open_table(HEADER)?;
        let page_notes = match header.get(PAGES)? {
            Some(_) => Some(PageNotes::open(transaction)?),
            None => None,
        };
        Ok(Batch {
            header,
            articles: transaction.open_table(ARTICLES)?,
            records,
            retired: transaction.open_table(RETIRED)?,
            files: transaction.open_table(FILES)?,
            key_conflicts: transaction.open_table(KEY_CONFLICTS)?,
            terms: transaction.open_table(TERMS)?,
            unused_terms: transaction.open_table(UNUSED_TERMS)?,
            feeds: transaction.open_table(FEEDS)?,
            served: transaction.open_table(SERVED)?,
            page_notes,
            transaction,
            next_record,
        })
    }

    /// The number of the next record.
    pub(super) fn next_record(&self) -> u64 {
        self.next_record
    }

    /// Replaces the header.
    pub fn set_header(&mut self, header: &Header) -> Result<(), StoreError> {
        put(&mut self.header, "header", header)
    }

    /// Replaces the digest of what decided which articles the last full reading listed.
    pub fn set_listing(&mut self, digest: u128) -> Result<(), StoreError> {
        self.header.insert("listing", &digest.to_le_bytes()[..])?;
        Ok(())
    }

    /// Replaces the source's memory.
    pub fn set_source_memory(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.header.insert("columns", bytes)?;
        Ok(())
    }

    /// Replaces the loss that is held.
    pub fn set_held_loss(&mut self, held: Option<&HeldLoss>) -> Result<(), StoreError> {
        put(&mut self.header, "held", &held)
    }

    /// The article with this key.
    pub fn article(&self, key: &str) -> Result<Option<ArticleRow>, StoreError> {
        self.articles
            .get(key)?
            .map(|row| decode(row.value()))
            .transpose()
    }

    /// Stores a version of an article and returns its record.
    pub fn add_record(&mut self, packed: &PackedArticle) -> Result<RecordId, StoreError> {
        let record = RecordId(self.next_record);
        self.next_record += 1;
        self.records.insert(record.0, packed.0.as_slice())?;
        Ok(record)
    }

    /// Stores the current version of an article.
    pub fn put_article(&mut self, row: &ArticleRow, cause: PutCause) -> Result<(), StoreError> {
        let key = &*row.meta.key;
        let before = self.articles.insert(key, encode(row)?.as_slice())?;
        if let Some(notes) = &mut self.page_notes {
            let before = before.map(|row| decode(row.value())).transpose()?;
            let is_edit = cause == PutCause::Edit;
            notes.note(&self.records, key, before.as_ref(), Some(row), is_edit)?;
        }
        Ok(())
    }

    /// Removes an article. The caller retires its record.
    pub fn remove_article(&mut self, key: &str) -> Result<(), StoreError> {
        let before = self.articles.remove(key)?;
        if let Some(notes) = &mut self.page_notes {
            let before = before.map(|row| decode(row.value())).transpose()?;
            notes.note(&self.records, key, before.as_ref(), None, true)?;
        }
        Ok(())
    }

    /// From now on search engines are told of changes, and were told of those up to `told`. Changes are noted
    /// from the next transaction on.
    pub fn set_pages_told(&mut self, told: Timestamp) -> Result<(), StoreError> {
        put(&mut self.header, PAGES, &told)
    }

    /// Search engines are not told any more: forgets what they have yet to be told of.
    pub fn stop_telling_pages(&mut self) -> Result<(), StoreError> {
        self.page_notes = None;
        self.header.remove(PAGES)?;
        self.transaction.delete_table(PAGE_CHANGES)?;
        self.transaction.delete_table(PAGE_QUEUE)?;
        Ok(())
    }

    /// Removes the noted changes of these articles, apart from those that another one followed, and queues
    /// addresses.
    pub fn queue_pages(
        &mut self,
        changes: &[(Box<str>, PageChange)],
        addresses: &BTreeSet<String>,
        since: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(notes) = &mut self.page_notes {
            notes.remove(changes)?;
        }
        let mut queue = self.transaction.open_table(PAGE_QUEUE)?;
        for address in addresses {
            queue.insert(address.as_str(), since.0)?;
        }
        Ok(())
    }

    /// Removes addresses from the queue.
    pub fn remove_queued_pages<'a>(
        &mut self,
        addresses: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), StoreError> {
        let mut queue = self.transaction.open_table(PAGE_QUEUE)?;
        for address in addresses {
            queue.remove(address)?;
        }
        Ok(())
    }

    /// Marks a record for deletion, which may follow after a restart.
    pub fn retire(&mut self, record: RecordId) -> Result<(), StoreError> {
        self.retired.insert(record.0, ())?;
        Ok(())
    }

    /// Deletes retired records, but never the last record: the next number follows from it, and numbers
    /// are not used twice.
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

    /// The row of the file at this path, as it was last read.
    pub fn file(&self, path: &str) -> Result<Option<FileRow>, StoreError> {
        self.files
            .get(path)?
            .map(|row| decode(row.value()))
            .transpose()
    }

    /// Stores how a file was read.
    pub fn put_file(&mut self, path: &str, row: &FileRow) -> Result<(), StoreError> {
        put(&mut self.files, path, row)
    }

    /// Removes the row of a file.
    pub fn remove_file(&mut self, path: &str) -> Result<(), StoreError> {
        self.files.remove(path)?;
        Ok(())
    }

    /// Stores that the file at `path` waits for `key`, which another file has.
    pub fn add_key_conflict(&mut self, key: &str, path: &str) -> Result<(), StoreError> {
        self.key_conflicts.insert((key, path), ())?;
        Ok(())
    }

    /// Removes and returns the lowest path that waits for `key`.
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
            self.key_conflicts.remove((key, path.as_str()))?;
        }
        Ok(next)
    }

    /// Stores a known term.
    pub fn put_term(&mut self, known: &KnownTerm) -> Result<(), StoreError> {
        let canonical = known.term.to_string();
        let canonical = canonical.as_str();
        self.terms.insert(canonical, known.name.as_str())?;
        match known.unused_since {
            Some(since) => self.unused_terms.insert(canonical, since.0)?,
            None => self.unused_terms.remove(canonical)?,
        };
        Ok(())
    }

    /// Removes a term.
    pub fn forget_term(&mut self, term: &Term) -> Result<(), StoreError> {
        let canonical = term.to_string();
        self.terms.remove(canonical.as_str())?;
        self.unused_terms.remove(canonical.as_str())?;
        Ok(())
    }

    /// Takes over the memory of another state folder, except the header.
    pub fn recall(&mut self, memory: &Memory) -> Result<(), StoreError> {
        for known in &memory.terms {
            self.put_term(known)?;
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

    /// Takes over the last good versions of refused files. The files are read again, because their stamp
    /// matches no file.
    pub fn restore(&mut self, last_good: &[LastGoodVersion]) -> Result<(), StoreError> {
        for LastGoodVersion { article, packed } in last_good {
            let mut article = article.clone();
            article.meta.record = self.add_record(packed)?;
            self.put_article(&article, PutCause::Reread)?;
            let file = FileRow {
                stamp: Stamp::default(),
                key: Some(article.meta.key),
                refusal: None,
                columns: 0,
                warnings: Vec::new(),
            };
            self.put_file(&article.path, &file)?;
        }
        Ok(())
    }

    /// Stores the validators of a feed.
    pub fn put_validators(
        &mut self,
        path: &str,
        validators: &Validators,
    ) -> Result<(), StoreError> {
        put(&mut self.feeds, path, validators)
    }

    /// Adds formats to those that a declared feed, or a kind of feeds, was ever served in.
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

    /// Changes what hubs were told: by path the digest of a feed's entries, or `None` for a feed that is
    /// gone. Returns how many feeds the table has then.
    pub fn change_told_feeds<'a>(
        &mut self,
        changes: impl IntoIterator<Item = (&'a str, Option<u64>)>,
    ) -> Result<u64, StoreError> {
        let mut table = self.transaction.open_table(TOLD_FEEDS)?;
        for (path, digest) in changes {
            match digest {
                Some(digest) => table.insert(path, digest)?,
                None => table.remove(path)?,
            };
        }
        Ok(table.len()?)
    }

    /// Notes that hubs have yet to be told of feeds: a hub, a path, and since when.
    pub fn add_waiting_pings<'a>(
        &mut self,
        pings: impl IntoIterator<Item = (&'a str, &'a str, Timestamp)>,
    ) -> Result<(), StoreError> {
        let mut table = self.transaction.open_table(WAITING_PINGS)?;
        for (hub, path, since) in pings {
            table.insert((hub, path), since.0)?;
        }
        Ok(())
    }

    /// Notes that hubs need not be told any more of what has waited since then. A feed that has changed again
    /// meanwhile still waits.
    pub fn remove_waiting_pings<'a>(
        &mut self,
        pings: impl IntoIterator<Item = (&'a str, &'a str, Timestamp)>,
    ) -> Result<(), StoreError> {
        let mut table = self.transaction.open_table(WAITING_PINGS)?;
        for (hub, path, since) in pings {
            let stored = table.get((hub, path))?.map(|stored| stored.value());
            if stored.is_some_and(|stored| stored <= since.0) {
                table.remove((hub, path))?;
            }
        }
        Ok(())
    }

    /// Forgets what hubs were told.
    pub fn clear_told_feeds(&mut self) -> Result<(), StoreError> {
        self.transaction.delete_table(TOLD_FEEDS)?;
        Ok(())
    }

    /// Removes the validators of a feed.
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
