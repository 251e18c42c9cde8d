//! The state folder: accepted articles, and what else a restart needs.
//!
//! The folder holds one `redb` file. A thread of its own, the state writer, brings commits to the disk:
//! a disk that stalls, fails or is full costs persistence alone.
//!
//! Each version of an article is an immutable compressed record. A new version gets a new record; the old
//! record is retired, and deleted once no snapshot names it.
//!
//! The folder is safe to delete: nearly all of it can be computed again from the articles. Six things
//! cannot, so a restart then starts without them: the lower bounds of `Last-Modified`, terms that only
//! deleted articles had (and since when), paths that were served once, last good versions of broken files,
//! the loss that is held, and the source's own memory.
//!
//! Begin with [`Store`], which reads, and [`Batch`], one write transaction. `rows` has the tables;
//! `write_behind` is the file as `redb` sees it, `state_writer` the thread, `state_disk` the folder.
//!
//! Uses [`model`](crate::model). No other room uses types of `redb`.

mod article_reader;
mod batch;
pub mod catch_panic;
mod error;
mod limits;
mod memory;
mod no_sync_backend;
mod open_file;
mod packer;
mod rows;
mod state_disk;
mod state_writer;
mod write_behind;
mod write_queue;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{
    Builder, ConcurrencyMode, Database, ReadOnlyDatabase, ReadTransaction, ReadableDatabase,
    ReadableTable, ReadableTableMetadata,
};

pub use self::article_reader::ArticleReader;
pub use self::batch::Batch;
pub use self::error::StoreError;
use self::limits::Limits;
pub use self::memory::{LastGoodVersion, Memory};
use self::no_sync_backend::NoSyncBackend;
use self::open_file::{OpenFile, ShownCommits};
pub use self::packer::{PackedArticle, Packer};
use self::packer::{SCRATCH_LEVEL, STATE_LEVEL, Unpacker};
#[cfg(any(test, fuzzing))]
pub(crate) use self::rows::decode_stored;
use self::rows::{ARTICLES, FILES, RECORDS, RETIRED, UNUSED_TERMS, decode};
pub use self::rows::{ArticleRow, FileRow, Header};
use self::state_disk::{FILE, Folder, StateDisk};
use self::write_behind::WriteBehind;
use crate::model::article::Article;
use crate::model::format::Format;
use crate::model::held_loss::HeldLoss;
use crate::model::known_term::KnownTerm;
use crate::model::record::RecordId;
use crate::model::validators::Validators;

/// The layout of the tables and rows. A state folder with another layout is replaced by a new one, which
/// takes over what [`Store::peek`] and [`Store::peek_last_good`] can still read.
pub(crate) const LAYOUT: u32 = 4;

/// Memory for pages of the database file. The default of `redb` is 1 GiB.
const CACHE_BYTES: usize = 8 << 20;

/// How long opening waits until a new file is on the disk.
const CREATE_TIMEOUT: Duration = Duration::from_secs(1);

/// The open store. Reads do not wait for the writer, and nothing waits for the disk to be written.
#[derive(Debug)]
pub struct Store {
    shown: Mutex<ShownCommits>,
    database: Database,
    /// The database file; `None` for a scratch store. It is closed after the database.
    file: Option<OpenFile>,
}

impl Store {
    /// Opens the store of a state folder and creates what is missing. Meanwhile other processes can
    /// read the file but not open it for writing.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Damaged`], [`StoreError::Layout`] if another version wrote
    /// the file, else [`StoreError::Open`].
    pub fn open(folder: &Path) -> Result<Store, StoreError> {
        let disk = Arc::new(Folder::new(folder));
        Store::open_on(disk, folder.join(FILE), Limits::default())
    }

    /// Opens the store of a disk; errors name `path`.
    fn open_on(
        disk: Arc<dyn StateDisk>,
        path: PathBuf,
        limits: Limits,
    ) -> Result<Store, StoreError> {
        let failed = |source| StoreError::Open {
            path: path.clone(),
            source,
        };
        let opened = match disk.open() {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(StoreError::InUse { path });
            }
            Err(error) => return Err(failed(redb::Error::Io(error))),
        };
        let was_closed_cleanly = opened.was_closed_cleanly;
        let is_new = opened.file.len().is_ok_and(|bytes| bytes == 0);
        let backend = WriteBehind::start(disk, opened, limits)
            .map_err(|error| failed(redb::Error::Io(error)))?;
        let file = OpenFile::new(backend.clone(), was_closed_cleanly);
        let opened = catch_panic::run(|| builder().create_with_backend(backend.clone()));
        let database = match opened {
            Ok(Ok(database)) => database,
            Ok(Err(error)) => {
                return Err(match error.into() {
                    redb::Error::Corrupted(_) | redb::Error::UpgradeRequired(_) => {
                        StoreError::Damaged { path }
                    }
                    redb::Error::DatabaseAlreadyOpen => StoreError::InUse { path },
                    redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                        StoreError::Damaged { path }
                    }
                    error => failed(error),
                });
            }
            Err(_) => return Err(StoreError::Damaged { path }),
        };
        let store = Store::with_tables(database, Some(file))?;
        match store.header()? {
            Some(Header { layout, .. }) if layout != LAYOUT => {
                Err(StoreError::Layout { found: layout })
            }
            // If the disk refuses the first write, all state would stay in memory, so opening fails.
            _ if !is_new || backend.wait_until_saved(CREATE_TIMEOUT) => Ok(store),
            _ => match store.trouble() {
                Some(reason) => Err(failed(redb::Error::Io(io::Error::other(reason)))),
                None => Ok(store),
            },
        }
    }

    /// Reads the memory of a state folder, even while another process has it open; `None` if there is no
    /// file.
    ///
    /// # Errors
    /// When the file cannot be read or was not closed properly.
    pub fn peek(folder: &Path) -> Result<Option<Memory>, StoreError> {
        let Some(database) = open_read_only(folder)? else {
            return Ok(None);
        };
        memory::read(&database).map(Some)
    }

    /// Reads the last good versions of refused files, even while another process has the folder open.
    ///
    /// # Errors
    /// When the file cannot be read or was not closed properly.
    pub fn peek_last_good(folder: &Path) -> Result<Vec<LastGoodVersion>, StoreError> {
        open_read_only(folder)?.map_or(Ok(Vec::new()), |database| memory::read_last_good(&database))
    }

    /// Deletes the files of a state folder; missing files are no error.
    pub fn discard(folder: &Path) -> Result<(), StoreError> {
        state_disk::discard(folder).map_err(|error| StoreError::Open {
            path: folder.join(FILE),
            source: redb::Error::Io(error),
        })
    }

    /// A store that ends with the process: an unlinked temporary file, or memory if no file can be
    /// created, as in a container with a read-only root.
    pub fn scratch() -> Result<Store, StoreError> {
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        let database = match tempfile::tempfile() {
            Ok(file) => builder.create_with_backend(NoSyncBackend(FileBackend::new(file)?)),
            Err(_) => builder.create_with_backend(InMemoryBackend::new()),
        };
        Store::with_tables(database?, None)
    }

    /// The versions and settings that the state was written with; `None` for a new folder.
    pub fn header(&self) -> Result<Option<Header>, StoreError> {
        memory::read_header(&self.database)
    }

    /// The source's memory, which only the source can decode; `None` if it stored nothing.
    pub fn source_memory(&self) -> Result<Option<Vec<u8>>, StoreError> {
        memory::read_source_memory(&self.database)
    }

    /// The loss that was held at the end of the last reading.
    pub fn held_loss(&self) -> Result<Option<HeldLoss>, StoreError> {
        memory::read_held_loss(&self.database)
    }

    /// The rows of all articles, by key, as of now.
    pub fn article_rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<ArticleRow, StoreError>> + use<>, StoreError> {
        let transaction = self.database.begin_read()?;
        let rows = transaction.open_table(ARTICLES)?.range::<&str>(..)?;
        Ok(rows.map(move |row| {
            // The closure owns the transaction, which must live as long as the iterator.
            let _: &ReadTransaction = &transaction;
            decode(row?.1.value())
        }))
    }

    /// The rows of the file or folder at `path` and of all files below it, by path, as of now. An empty
    /// path stands for all files.
    pub fn files(
        &self,
        path: &str,
    ) -> Result<impl Iterator<Item = Result<(String, FileRow), StoreError>> + use<>, StoreError>
    {
        let transaction = self.database.begin_read()?;
        let table = transaction.open_table(FILES)?;
        let below = (format!("{path}/"), format!("{path}0"));
        let (at, rows) = match path {
            "" => (None, table.range::<&str>(..)?),
            // `0` is the character after `/`, so the range ends after the folder.
            path => (
                Some(table.range(path..=path)?),
                table.range(below.0.as_str()..below.1.as_str())?,
            ),
        };
        Ok(at.into_iter().flatten().chain(rows).map(move |row| {
            // The closure owns the transaction, which must live as long as the iterator.
            let _: &ReadTransaction = &transaction;
            let (path, file) = row?;
            Ok((path.value().to_owned(), decode(file.value())?))
        }))
    }

    /// The number of articles.
    pub fn count_articles(&self) -> Result<usize, StoreError> {
        let articles = self.database.begin_read()?.open_table(ARTICLES)?.len()?;
        Ok(usize::try_from(articles).unwrap_or(usize::MAX))
    }

    /// The number of files, or of rows of a database, that were read.
    pub fn count_files(&self) -> Result<u64, StoreError> {
        Ok(self.database.begin_read()?.open_table(FILES)?.len()?)
    }

    /// The article with this key.
    pub fn article(&self, key: &str) -> Result<Option<ArticleRow>, StoreError> {
        let table = self.database.begin_read()?.open_table(ARTICLES)?;
        table.get(key)?.map(|row| decode(row.value())).transpose()
    }

    /// For each key the path of the article that has it.
    pub fn owners(&self, keys: &[&str]) -> Result<Vec<Option<String>>, StoreError> {
        let table = self.database.begin_read()?.open_table(ARTICLES)?;
        let owner = |key: &&str| {
            let row = table
                .get(*key)?
                .map(|row| decode::<ArticleRow>(row.value()));
            Ok(row.transpose()?.map(|row| row.path.into()))
        };
        keys.iter().map(owner).collect()
    }

    /// The row of the file at this path, as it was last read.
    pub fn file(&self, path: &str) -> Result<Option<FileRow>, StoreError> {
        let table = self.database.begin_read()?.open_table(FILES)?;
        table.get(path)?.map(|row| decode(row.value())).transpose()
    }

    /// All terms that an article has, or had within the last year.
    pub fn terms(&self) -> Result<Vec<KnownTerm>, StoreError> {
        memory::read_terms(&self.database)
    }

    /// The last validators of every feed, by path.
    pub fn validators(&self) -> Result<Vec<(String, Validators)>, StoreError> {
        memory::read_validators(&self.database)
    }

    /// All that cannot be computed from the articles.
    pub fn memory(&self) -> Result<Memory, StoreError> {
        memory::read(&self.database)
    }

    /// All formats that were ever served, by the name of a declared feed or the folder of a kind of feeds.
    pub fn served(&self) -> Result<BTreeMap<String, BTreeSet<Format>>, StoreError> {
        memory::read_served(&self.database)
    }

    /// The retired records, which are not deleted yet.
    pub fn retired(&self) -> Result<Vec<RecordId>, StoreError> {
        let table = self.database.begin_read()?.open_table(RETIRED)?;
        let records = table.iter()?.map(|row| Ok(RecordId(row?.0.value())));
        records.collect()
    }

    /// A packer for this store; each thread needs its own.
    pub fn packer(&self) -> Result<Packer, StoreError> {
        Packer::new(match &self.file {
            Some(_) => STATE_LEVEL,
            None => SCRATCH_LEVEL,
        })
    }

    /// The articles of these records, in their order.
    pub fn articles(&self, records: &[RecordId]) -> Result<Vec<Article>, StoreError> {
        let mut reader = self.article_reader()?;
        let read = |record: &RecordId| reader.article(*record);
        records.iter().map(read).collect()
    }

    /// A reader of articles, for those that should not all be in memory at once.
    pub fn article_reader(&self) -> Result<ArticleReader, StoreError> {
        Ok(ArticleReader {
            table: self.database.begin_read()?.open_table(RECORDS)?,
            unpacker: Unpacker::new()?,
        })
    }

    /// Runs `work` in one transaction and commits it; the state writer brings it to the disk. After an
    /// error nothing is written.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.commit(work, &mut shown);
        if let (Err(_), Some(file)) = (&written, &self.file) {
            file.note_failure();
        }
        written
    }

    fn commit<T>(
        &self,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, StoreError>,
        shown: &mut ShownCommits,
    ) -> Result<T, StoreError> {
        let transaction = self.database.begin_write()?;
        let result = work(&mut Batch::new(&transaction)?)?;
        transaction.commit()?;
        if let Some(OpenFile { backend, .. }) = &self.file {
            shown.push(self.database.begin_read()?, backend);
        }
        Ok(result)
    }

    /// Waits while the disk is far behind. A reading calls this before each batch, so that memory stays
    /// bounded; the publisher does not.
    pub fn wait_for_room(&self) {
        if let Some(file) = &self.file {
            file.backend.wait_for_room();
        }
    }

    /// Waits until all commits are on the disk, but no longer than `limit`, and not at all if the oldest
    /// has waited so long or the disk takes none. Returns whether they are.
    ///
    /// A publication calls this before its answers are given, so that the next start remembers them.
    pub fn wait_until_saved(&self, limit: Duration) -> bool {
        let Some(file) = &self.file else {
            return true;
        };
        file.note_publication();
        file.backend.wait_until_saved(limit)
    }

    /// Since when the oldest commit waits for the disk; `None` if all are on it.
    pub fn unsaved_since(&self) -> Option<Instant> {
        self.file.as_ref()?.backend.unsaved_since()
    }

    /// Why commits do not reach the disk: it refuses them, is full, or the file is not there any more.
    pub fn trouble(&self) -> Option<String> {
        self.file.as_ref()?.backend.trouble()
    }

    /// Whether all that was answered before this store was opened is in it. After an unclean end it may
    /// not be.
    pub fn was_closed_cleanly(&self) -> bool {
        let file = self.file.as_ref();
        file.is_none_or(|file| file.was_closed_cleanly)
    }

    /// Creates the tables if they are missing, because a reader cannot open a missing table.
    fn with_tables(database: Database, file: Option<OpenFile>) -> Result<Store, StoreError> {
        let store = Store {
            shown: Mutex::default(),
            database,
            file,
        };
        let missing = store
            .database
            .begin_read()?
            .open_table(UNUSED_TERMS)
            .is_err();
        if missing {
            store.write(|_| Ok(()))?;
        }
        Ok(store)
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(CACHE_BYTES)
        .set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}

fn open_read_only(folder: &Path) -> Result<Option<ReadOnlyDatabase>, StoreError> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let opened = catch_panic::run(|| builder().open_read_only(&path));
    Ok(Some(opened.map_err(|_| StoreError::Damaged { path })??))
}

#[cfg(test)]
pub(crate) mod testkit;
#[cfg(test)]
mod tests;
