//! An open database. A store that is made anew opens another one.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{
    Builder, ConcurrencyMode, Database, DatabaseError, ReadOnlyDatabase, ReadableDatabase,
    ReadableTable,
};

use super::batch::Batch;
use super::catch_panic;
use super::damage::Damage;
use super::error::StoreError;
use super::no_sync_backend::NoSyncBackend;
use super::open_file::ShownCommits;
use super::rows::{RECORDS, UNUSED_TERMS};
use super::state_disk::FILE;
use super::write_behind::WriteBehind;
use super::{LAYOUT, memory};

/// Memory for pages of the database file. The default of `redb` is 1 GiB.
const CACHE_BYTES: usize = 8 << 20;

#[derive(Debug)]
pub(super) struct OpenDatabase {
    shown: Mutex<ShownCommits>,
    access: Access,
    /// The file as the database sees it; `None` for a scratch store.
    backend: Option<WriteBehind>,
    pub(super) damage: Damage,
}

/// What the database can be asked for.
enum Access {
    Write(Database),
    /// Another process may write it.
    Read(ReadOnlyDatabase),
}

impl fmt::Debug for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Access::Write(_) => "Write",
            Access::Read(_) => "Read",
        })
    }
}

impl Access {
    fn readable(&self) -> &dyn ReadableDatabase {
        match self {
            Access::Write(database) => database,
            Access::Read(database) => database,
        }
    }
}

impl OpenDatabase {
    fn new(access: Access, backend: Option<WriteBehind>) -> OpenDatabase {
        OpenDatabase {
            shown: Mutex::default(),
            access,
            backend,
            damage: Damage::default(),
        }
    }

    /// Creates the tables if they are missing, because a reader cannot open a missing table. Returns the
    /// number of the next record.
    pub(super) fn create_tables(&self) -> Result<u64, StoreError> {
        let next_record = AtomicU64::new(0);
        let database = self.access.readable();
        if database.begin_read()?.open_table(UNUSED_TERMS).is_err() {
            self.write(&next_record, |_| Ok(()))?;
        }
        let records = database.begin_read()?.open_table(RECORDS)?;
        let last = records.last()?;
        Ok(last.map_or(0, |(last, _)| last.value() + 1))
    }

    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&dyn ReadableDatabase) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.damage.watched(|| read(self.access.readable()))
    }

    /// The database, for tests that write what no batch does.
    #[cfg(test)]
    pub(super) fn writable(&self) -> &Database {
        match &self.access {
            Access::Write(database) => database,
            Access::Read(_) => panic!("it is only read"),
        }
    }

    /// Runs `work` in one transaction and commits it. Records get numbers from `next_record` on.
    pub(super) fn write<T>(
        &self,
        next_record: &AtomicU64,
        work: impl FnOnce(&mut Batch<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Access::Write(database) = &self.access else {
            return Err(StoreError::ReadOnly);
        };
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        self.damage.watched(|| {
            let transaction = database.begin_write()?;
            let mut batch = Batch::new(&transaction, next_record.load(Ordering::SeqCst))?;
            let result = work(&mut batch)?;
            next_record.fetch_max(batch.next_record(), Ordering::SeqCst);
            drop(batch);
            transaction.commit()?;
            if let Some(backend) = &self.backend {
                shown.push(database.begin_read()?, backend);
            }
            Ok(result)
        })
    }
}

/// Opens the database of a backend, and creates it if the backend is empty.
pub(super) fn over(backend: WriteBehind) -> Result<OpenDatabase, DatabaseError> {
    let database = builder().create_with_backend(backend.clone())?;
    Ok(OpenDatabase::new(Access::Write(database), Some(backend)))
}

/// As [`over`], for a file that may be damaged; errors name `path`.
pub(super) fn open(backend: WriteBehind, path: PathBuf) -> Result<OpenDatabase, StoreError> {
    let error: redb::Error = match catch_panic::run(|| over(backend)) {
        Ok(Ok(database)) => return Ok(database),
        Ok(Err(error)) => error.into(),
        Err(_) => return Err(StoreError::Damaged { path }),
    };
    Err(match error {
        redb::Error::Corrupted(_) | redb::Error::UpgradeRequired(_) => StoreError::Damaged { path },
        redb::Error::DatabaseAlreadyOpen => StoreError::InUse { path },
        redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            StoreError::Damaged { path }
        }
        source => StoreError::Open { path, source },
    })
}

/// A database that ends with the process.
pub(super) fn scratch() -> Result<OpenDatabase, StoreError> {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    let database = match tempfile::tempfile() {
        Ok(file) => builder.create_with_backend(NoSyncBackend(FileBackend::new(file)?)),
        Err(_) => builder.create_with_backend(InMemoryBackend::new()),
    };
    Ok(OpenDatabase::new(Access::Write(database?), None))
}

/// As [`read_only`], of this layout; `None` if it has another one, or no full reading.
pub(super) fn read_only_of_layout(folder: &Path) -> Result<Option<OpenDatabase>, StoreError> {
    let Some(database) = read_only(folder)? else {
        return Ok(None);
    };
    let header = memory::read_header(&database)?;
    let is_of_layout = header.is_some_and(|header| header.layout == LAYOUT);
    Ok(is_of_layout.then(|| OpenDatabase::new(Access::Read(database), None)))
}

/// The database of a state folder, even while another process has it open; `None` if there is no file.
pub(super) fn read_only(folder: &Path) -> Result<Option<ReadOnlyDatabase>, StoreError> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let opened = catch_panic::run(|| builder().open_read_only(&path));
    match opened.map_err(|_| StoreError::Damaged { path })? {
        Err(DatabaseError::RepairAborted) => Err(StoreError::Unclosed),
        opened => Ok(Some(opened?)),
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(CACHE_BYTES)
        .set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}
