//! The state folder: accepted articles, and what else a restart needs.
//!
//! The folder holds one `redb` file. A thread of its own, the state writer, brings commits to the disk:
//! a disk that stalls, fails or is full costs persistence alone.
//!
//! Each version of an article is an immutable compressed record. A new version gets a new record; the old
//! record is retired, and deleted once no snapshot names it.
//!
//! The folder is safe to delete: nearly all of it can be computed again from the articles. Seven things
//! cannot, so a restart then starts without them: the lower bounds of `Last-Modified`, terms that only
//! deleted articles had (and since when), paths that were served once, last good versions of broken files,
//! the loss that is held, what hubs were told and search engines have yet to be told, and the source's own
//! memory.
//!
//! Begin with [`Store`], which reads, and [`Batch`], one write transaction. `rows` has the tables;
//! `open_database` is the database, which a new one replaces once `damage` was found; `write_behind` is the
//! file as `redb` sees it, `state_writer` the thread, `state_disk` the folder.
//!
//! Uses [`model`](crate::model). No other room uses types of `redb`.

mod article_reader;
mod batch;
mod behind_mark;
pub mod catch_panic;
mod damage;
mod error;
mod interval;
mod memory;
mod no_sync_backend;
mod open_database;
mod open_file;
mod packer;
mod page_notes;
mod page_queue;
mod rows;
mod state_disk;
mod state_writer;
mod told_feeds;
mod write_behind;
mod write_queue;
mod writer_limits;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use redb::{ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata};

pub use self::article_reader::ArticleReader;
pub use self::batch::{Batch, PutCause};
pub use self::error::StoreError;
pub use self::memory::{LastGoodVersion, Memory};
use self::open_database::OpenDatabase;
use self::open_file::OpenFile;
pub use self::packer::{PackedArticle, Packer};
use self::packer::{SCRATCH_LEVEL, STATE_LEVEL, Unpacker};
#[cfg(any(test, fuzzing))]
pub(crate) use self::rows::decode_stored;
use self::rows::{ARTICLES, FILES, RECORDS, RETIRED, decode};
pub use self::rows::{ArticleRow, FileRow, Header};
use self::state_disk::{FILE, Folder, StateDisk};
pub use self::told_feeds::ToldFeeds;
use self::write_behind::WriteBehind;
use self::writer_limits::WriterLimits;
use crate::model::article::Article;
use crate::model::format::Format;
use crate::model::held_loss::HeldLoss;
use crate::model::known_term::KnownTerm;
use crate::model::record::RecordId;
use crate::model::validators::Validators;

/// The layout of the tables and rows. A state folder with another layout is replaced by a new one, which
/// takes over what [`Store::peek`] and [`Store::peek_last_good`] can still read.
pub(crate) const LAYOUT: u32 = 5;

/// How long opening waits until a new file is on the disk.
const CREATE_TIMEOUT: Duration = Duration::from_secs(1);

/// The open store. Reads do not wait for the writer, and nothing waits for the disk to be written.
///
/// Once a read or commit has found damage, or the file was seen to be damaged, [`Store::damage`] says so,
/// and [`Store::renew`] puts an empty database in the place of the damaged one.
#[derive(Debug)]
pub struct Store {
    open: ArcSwap<OpenDatabase>,
    /// The number of the next record. Those of a database that was damaged are not used again: a
    /// snapshot may still name them.
    next_record: AtomicU64,
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
        Store::open_on(disk, folder.join(FILE), WriterLimits::default())
    }

    /// Opens the store of a disk; errors name `path`.
    fn open_on(
        disk: Arc<dyn StateDisk>,
        path: PathBuf,
        limits: WriterLimits,
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
        let database = open_database::open(backend.clone(), path.clone())?;
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
        let Some(database) = open_database::read_only(folder)? else {
            return Ok(None);
        };
        memory::read(&database).map(Some)
    }

    /// Reads the last good versions of refused files, even while another process has the folder open.
    ///
    /// # Errors
    /// When the file cannot be read or was not closed properly.
    pub fn peek_last_good(folder: &Path) -> Result<Vec<LastGoodVersion>, StoreError> {
        open_database::read_only(folder)?
            .map_or(Ok(Vec::new()), |database| memory::read_last_good(&database))
    }

    /// Opens the store of a state folder for reading, even while another process has it open; `None` if it has no
    /// full reading in this layout. What that process writes meanwhile is seen by later reads.
    ///
    /// # Errors
    /// When the file cannot be read or was not closed properly.
    pub fn open_read_only(folder: &Path) -> Result<Option<Store>, StoreError> {
        let database = open_database::read_only_of_layout(folder)?;
        database.map_or(Ok(None), |database| {
            Store::with_tables(database, None).map(Some)
        })
    }

    /// When a process last wrote the state folder, or ended with nothing left to write; `None` if that is not known.
    pub fn written_at(folder: &Path) -> Option<SystemTime> {
        state_disk::written_at(folder)
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
        Store::with_tables(open_database::scratch()?, None)
    }

    /// Whether it ends with the process, so that nothing has to be closed.
    pub fn is_scratch(&self) -> bool {
        self.file.is_none()
    }

    /// The versions and settings that the state was written with; `None` for a new folder.
    pub fn header(&self) -> Result<Option<Header>, StoreError> {
        self.read(memory::read_header)
    }

    /// The source's memory, which only the source can decode; `None` if it stored nothing.
    pub fn source_memory(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(memory::read_source_memory)
    }

    /// The digest of what decided which articles the last full reading listed; `None` if it is not known.
    pub fn listing(&self) -> Result<Option<u128>, StoreError> {
        self.read(memory::read_listing)
    }

    /// The loss that was held at the end of the last reading.
    pub fn held_loss(&self) -> Result<Option<HeldLoss>, StoreError> {
        self.read(memory::read_held_loss)
    }

    /// The rows of all articles, by key, as of now.
    pub fn article_rows(
        &self,
    ) -> Result<impl Iterator<Item = Result<ArticleRow, StoreError>> + use<>, StoreError> {
        let open = self.open.load_full();
        let rows = open.read(|database| {
            let transaction = database.begin_read()?;
            let rows = transaction.open_table(ARTICLES)?.range::<&str>(..)?;
            Ok(rows.map(move |row| {
                // The closure owns the transaction, which must live as long as the iterator.
                let _: &ReadTransaction = &transaction;
                decode(row?.1.value())
            }))
        })?;
        Ok(open.damage.clone().watch(rows))
    }

    /// The rows of the file or folder at `path` and of all files below it, by path, as of now. An empty
    /// path stands for all files.
    pub fn files(
        &self,
        path: &str,
    ) -> Result<impl Iterator<Item = Result<(String, FileRow), StoreError>> + use<>, StoreError>
    {
        let below = (format!("{path}/"), format!("{path}0"));
        let open = self.open.load_full();
        let rows = open.read(|database| {
            let transaction = database.begin_read()?;
            let table = transaction.open_table(FILES)?;
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
        })?;
        Ok(open.damage.clone().watch(rows))
    }

    /// The number of articles.
    pub fn count_articles(&self) -> Result<usize, StoreError> {
        let count = |database: &dyn ReadableDatabase| {
            Ok(database.begin_read()?.open_table(ARTICLES)?.len()?)
        };
        let articles = self.read(count)?;
        Ok(usize::try_from(articles).unwrap_or(usize::MAX))
    }

    /// The article with this key.
    pub fn article(&self, key: &str) -> Result<Option<ArticleRow>, StoreError> {
        self.read(|database| {
            let table = database.begin_read()?.open_table(ARTICLES)?;
            table.get(key)?.map(|row| decode(row.value())).transpose()
        })
    }

    /// For each key the path of the article that has it.
    pub fn owners(&self, keys: &[&str]) -> Result<Vec<Option<String>>, StoreError> {
        self.read(|database| {
            let table = database.begin_read()?.open_table(ARTICLES)?;
            let owner = |key: &&str| {
                let row = table
                    .get(*key)?
                    .map(|row| decode::<ArticleRow>(row.value()));
                Ok(row.transpose()?.map(|row| row.path.into()))
            };
            keys.iter().map(owner).collect()
        })
    }

    /// The row of the file at this path, as it was last read.
    pub fn file(&self, path: &str) -> Result<Option<FileRow>, StoreError> {
        self.read(|database| {
            let table = database.begin_read()?.open_table(FILES)?;
            table.get(path)?.map(|row| decode(row.value())).transpose()
        })
    }

    /// All terms that an article has, or had within the last year.
    pub fn terms(&self) -> Result<Vec<KnownTerm>, StoreError> {
        self.read(memory::read_terms)
    }

    /// The last validators of every feed, by path.
    pub fn validators(&self) -> Result<Vec<(String, Validators)>, StoreError> {
        self.read(memory::read_validators)
    }

    /// What hubs were told, and which of them wait for a ping.
    pub fn told_feeds(&self) -> Result<ToldFeeds, StoreError> {
        self.read(told_feeds::read)
    }

    /// All that cannot be computed from the articles.
    pub fn memory(&self) -> Result<Memory, StoreError> {
        self.read(memory::read)
    }

    /// All formats that were ever served, by the name of a declared feed or the folder of a kind of feeds.
    pub fn served(&self) -> Result<BTreeMap<String, BTreeSet<Format>>, StoreError> {
        self.read(memory::read_served)
    }

    /// The retired records, which are not deleted yet.
    pub fn retired(&self) -> Result<Vec<RecordId>, StoreError> {
        self.read(|database| {
            let table = database.begin_read()?.open_table(RETIRED)?;
            let records = table.iter()?.map(|row| Ok(RecordId(row?.0.value())));
            records.collect()
        })
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
        let open = self.open.load_full();
        Ok(ArticleReader {
            table: open.read(|database| Ok(database.begin_read()?.open_table(RECORDS)?))?,
            unpacker: Unpacker::new()?,
            damage: open.damage.clone(),
        })
    }

    /// Runs `work` in one transaction and commits it; the state writer brings it to the disk. After an
    /// error nothing is written.
    pub fn write<T>(
        &self,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let written = self.open.load().write(&self.next_record, work);
        if let (Err(error), Some(file)) = (&written, &self.file)
            && !matches!(error, StoreError::Renewed)
        {
            file.note_failure();
        }
        written
    }

    /// Why this store has to be made anew: its file was truncated or overwritten, or a read or commit
    /// failed, after which the database answers nothing any more.
    pub fn damage(&self) -> Option<String> {
        let seen = self.file.as_ref().and_then(|file| file.backend.damage());
        seen.or_else(|| self.open.load().damage.reason())
    }

    /// Puts an empty database that knows `memory` and `held` in the place of this one, and a new file in
    /// the place of the file. What reads or writes the database before gets an error.
    pub fn renew(&self, memory: &Memory, held: Option<&HeldLoss>) -> Result<(), StoreError> {
        let next = match &self.file {
            None => open_database::scratch()?,
            Some(file) => open_database::over(file.backend.renew())?,
        };
        next.write(&self.next_record, |batch| {
            batch.recall(memory)?;
            batch.set_held_loss(held)
        })?;
        let before = self.open.swap(Arc::new(next));
        if let Some(file) = &self.file {
            file.note_renewal();
        }
        // Closing a damaged database may fail in any way.
        let _ = catch_panic::run(move || drop(before));
        Ok(())
    }

    /// Waits while the disk is far behind. A reading calls this before each batch, so that memory stays
    /// bounded; the publisher does not. `waiting` is called again and again meanwhile.
    pub fn wait_for_room(&self, waiting: impl FnMut()) {
        if let Some(file) = &self.file {
            file.backend.wait_for_room(waiting);
        }
    }

    /// Notes that everything was published anew, dated so that what an unclean end made unknown does not
    /// matter.
    pub fn note_publication(&self) {
        if let Some(file) = &self.file {
            file.note_publication(file.backend.unsaved_since().is_none());
        }
    }

    /// Tells the next start that the file has all that was answered. Nothing may be published afterwards; a
    /// reading that goes on until the process ends does no harm, since nobody was answered with its changes.
    pub fn note_end(&self) {
        if let Some(file) = &self.file {
            file.note_end();
        }
    }

    /// Waits until all commits are on the disk, but no longer than `limit`, and not at all if the oldest
    /// has waited so long or the disk takes none. Returns whether they are.
    ///
    /// A publication calls this before its answers are given, so that the next start remembers them.
    pub fn wait_until_saved(&self, limit: Duration) -> bool {
        let file = self.file.as_ref();
        file.is_none_or(|file| file.backend.wait_until_saved(limit))
    }

    /// Whether answers may have been given that are newer than what it has, and not everything was read
    /// since: the process before ended while the disk was behind, or a commit has failed.
    pub fn is_outdated(&self) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| file.backend.mark().is_outdated())
    }

    /// Everything was read, so that it has what was answered before.
    pub fn note_full_reading(&self) {
        if let Some(file) = &self.file {
            file.backend.mark().note_full_reading();
        }
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

    fn with_tables(database: OpenDatabase, file: Option<OpenFile>) -> Result<Store, StoreError> {
        let next_record = AtomicU64::new(database.create_tables()?);
        Ok(Store {
            open: ArcSwap::from_pointee(database),
            next_record,
            file,
        })
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&dyn ReadableDatabase) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.open.load_full().read(read)
    }
}

#[cfg(test)]
pub(crate) mod testkit;
#[cfg(test)]
mod tests;
