//! The state folder as the store sees it. Tests put a disk with faults in its place.

use std::fmt::Debug;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::ops::Bound;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, SystemTime};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

/// The name of the database file in the state folder.
pub(super) const FILE: &str = "taspa.redb";

/// The name of a new database file, until it replaces the other.
const NEW_FILE: &str = "taspa.redb.new";

/// The name of an empty file that is there while no store is open and the last one saved everything.
const CLEAN_MARK: &str = "taspa.clean";

/// The name of an empty file that is there while answers were given that the state file may not have.
const BEHIND_MARK: &str = "taspa.behind";

/// How long opening waits until the names in the folder are on the disk.
const START_SYNC_TIMEOUT: Duration = Duration::from_secs(1);

/// A range of bytes of a lock.
pub(super) type LockRange = (Bound<u64>, Bound<u64>);

/// The bytes that the database locks while it reads or writes the header.
const HEADER_LOCK: LockRange = (Bound::Included(0), Bound::Excluded(320));

/// A file of the state folder.
pub(super) trait StateFile: Debug + Send + Sync {
    fn len(&self) -> io::Result<u64>;
    /// Fills `out`, or fails.
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()>;
    fn set_len(&self, bytes: u64) -> io::Result<()>;
    fn sync(&self) -> io::Result<()>;
    /// The device and the inode.
    fn id(&self) -> io::Result<(u64, u64)>;
    /// Tries to lock a range of bytes; false if another process has it.
    fn try_lock(&self, range: LockRange, shared: bool) -> Result<bool, BackendError>;
    /// Whether another process has locked bytes of this range.
    fn is_locked(&self, range: LockRange) -> Result<bool, BackendError>;
    /// Keeps other processes from reading the header, and waits for those that read it.
    fn lock_header(&self) -> io::Result<()>;
    fn unlock_header(&self) -> io::Result<()>;
    /// Releases the locks.
    fn close(&self) -> io::Result<()>;
}

/// The state file at start.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: Arc<dyn StateFile>,
    /// Why the file cannot be written, if so.
    pub(super) read_only: Option<String>,
    /// Whether the store that had it open before saved everything.
    pub(super) was_closed_cleanly: bool,
    /// Whether the folder has the mark of [`StateDisk::set_behind`].
    pub(super) has_behind_mark: bool,
}

/// What the path of the state file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatePath {
    /// The open file.
    Same,
    /// Nothing, or another file.
    Other,
    /// The open file, which has lost its end.
    Truncated,
}

/// A state folder.
pub(super) trait StateDisk: Debug + Send + Sync {
    /// Opens the state file, and creates it if it is missing. The error is
    /// [`io::ErrorKind::WouldBlock`] if another process has the folder.
    fn open(&self) -> io::Result<Opened>;
    /// An empty file that can replace the state file.
    fn create_new(&self) -> io::Result<Arc<dyn StateFile>>;
    /// Puts the file of [`StateDisk::create_new`], which is synced, in the place of the state file, which
    /// was `old`. It fails if another file is there and another process has these locks on it.
    fn install(&self, old: &dyn StateFile, held: &[(LockRange, bool)]) -> io::Result<()>;
    /// What the path of the state file names, which was `file` and had `bytes`.
    fn path_names(&self, file: &dyn StateFile, bytes: u64) -> io::Result<StatePath>;
    /// How many more bytes can be written.
    fn free_bytes(&self) -> io::Result<u64>;
    /// Notes whether answers were given that the state file may not have.
    fn set_behind(&self, is_behind: bool) -> io::Result<()>;
    /// Notes that everything is saved and no store is open.
    fn mark_clean(&self) -> io::Result<()>;
    /// Lets another process have the folder.
    fn unlock(&self);
    /// Whether this is the disk of a simulation, which has no thread for the state writer.
    #[cfg(test)]
    fn is_simulated(&self) -> bool {
        false
    }
    /// Whether the disk of a simulation completes the next task.
    #[cfg(test)]
    fn completes_next(&self) -> bool {
        true
    }
}

/// A folder of the system.
#[derive(Debug)]
pub(super) struct Folder {
    folder: PathBuf,
    /// The folder, locked, so that a second daemon is refused even if the state file was deleted.
    locked: Mutex<Option<File>>,
}

impl Folder {
    pub(super) fn new(folder: &Path) -> Folder {
        Folder {
            folder: folder.to_owned(),
            locked: Mutex::new(None),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Creates the folder if it is missing, and locks it.
    fn lock(&self) -> io::Result<()> {
        create_durably(&self.folder)?;
        let folder = File::open(&self.folder)?;
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(locked) = &*locked
            && id(locked)? == id(&folder)?
        {
            return Ok(());
        }
        match folder.try_lock() {
            // Some network file systems cannot lock a folder; the locks of the file remain.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use()),
        }
        *locked = Some(folder);
        Ok(())
    }

    /// Makes the names in the folder durable.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    /// Removes the mark of a clean end, and returns whether it was there.
    fn take_clean_mark(&self) -> bool {
        // A mark that cannot be removed would stay after an unclean end, so it does not count.
        let removed = std::fs::remove_file(self.path(CLEAN_MARK));
        removed.and_then(|()| self.sync_at_start()).is_ok()
    }

    /// Makes the names in the folder durable, but waits only so long for a disk that hangs.
    fn sync_at_start(&self) -> io::Result<()> {
        let folder = File::open(&self.folder)?;
        within(START_SYNC_TIMEOUT, move || folder.sync_all())
    }
}

impl StateDisk for Folder {
    fn open(&self) -> io::Result<Opened> {
        self.lock()?;
        let path = self.path(FILE);
        let is_new = !path.try_exists()?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let (file, read_only) = match options.open(&path) {
            Ok(file) => (file, None),
            Err(error) if !is_new && is_read_only(&error) => {
                (File::open(&path)?, Some(error.to_string()))
            }
            Err(error) => return Err(error),
        };
        let was_closed_cleanly = self.take_clean_mark();
        if is_new {
            let synced = self.sync_at_start();
            // A disk that hangs is reported when the file is written.
            synced.or_else(|error| match error.kind() {
                io::ErrorKind::TimedOut => Ok(()),
                _ => Err(error),
            })?;
        }
        Ok(Opened {
            file: Arc::new(SystemFile::new(file, read_only.is_some())?),
            read_only,
            was_closed_cleanly: is_new || was_closed_cleanly,
            has_behind_mark: self.path(BEHIND_MARK).try_exists()?,
        })
    }

    fn create_new(&self) -> io::Result<Arc<dyn StateFile>> {
        self.lock()?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        let file = options.open(self.path(NEW_FILE))?;
        Ok(Arc::new(SystemFile::new(file, false)?))
    }

    fn install(&self, old: &dyn StateFile, held: &[(LockRange, bool)]) -> io::Result<()> {
        let path = self.path(FILE);
        if path.try_exists()? && self.path_names(old, 0)? == StatePath::Other {
            let there = OpenOptions::new().read(true).write(true).open(&path)?;
            let there = SystemFile::new(there, false)?;
            lock_all(&there, held)?;
        }
        std::fs::rename(self.path(NEW_FILE), path)?;
        self.sync()
    }

    fn path_names(&self, file: &dyn StateFile, bytes: u64) -> io::Result<StatePath> {
        let there = match std::fs::metadata(self.path(FILE)) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(StatePath::Other),
            Err(error) => return Err(error),
        };
        Ok(match (there.dev(), there.ino()) == file.id()? {
            false => StatePath::Other,
            true if there.len() < bytes => StatePath::Truncated,
            true => StatePath::Same,
        })
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        // Part of the disk may be reserved for root.
        let blocks = match rustix::process::geteuid().is_root() {
            true => disk.f_bfree,
            false => disk.f_bavail,
        };
        Ok(blocks.saturating_mul(disk.f_frsize))
    }

    fn set_behind(&self, is_behind: bool) -> io::Result<()> {
        let path = self.path(BEHIND_MARK);
        match is_behind {
            true => drop(File::create(path)?),
            false => remove_if_there(&path)?,
        }
        self.sync()
    }

    fn mark_clean(&self) -> io::Result<()> {
        File::create(self.path(CLEAN_MARK))?;
        self.sync()
    }

    fn unlock(&self) {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        *locked = None;
    }
}

/// Creates a folder with those above it, if it is missing, so that a loss of power leaves it.
fn create_durably(folder: &Path) -> io::Result<()> {
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let missing: Vec<&Path> = folder.ancestors().take_while(missing).collect();
    std::fs::create_dir_all(folder)?;
    for created in missing {
        let above = created
            .parent()
            .filter(|above| !above.as_os_str().is_empty());
        File::open(above.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// Locks ranges of a file.
///
/// # Errors
/// [`io::ErrorKind::WouldBlock`] if another process has one of them.
pub(super) fn lock_all(file: &dyn StateFile, held: &[(LockRange, bool)]) -> io::Result<()> {
    for (range, shared) in held {
        match file.try_lock(*range, *shared) {
            Ok(true) | Err(BackendError::Unsupported) => {}
            Ok(false) => return Err(in_use()),
            Err(error) => return Err(io::Error::other(error.to_string())),
        }
    }
    Ok(())
}

/// When a process last wrote the state file, or ended with nothing left to write.
pub(super) fn written_at(folder: &Path) -> Option<SystemTime> {
    let names = [FILE, CLEAN_MARK].into_iter();
    let dates = names.filter_map(|name| folder.join(name).metadata().ok()?.modified().ok());
    dates.max()
}

/// Deletes the files of a state folder; missing files are no error.
pub(super) fn discard(folder: &Path) -> io::Result<()> {
    for name in [CLEAN_MARK, NEW_FILE, FILE, BEHIND_MARK] {
        remove_if_there(&folder.join(name))?;
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Runs `work` in a thread of its own; fails with [`io::ErrorKind::TimedOut`] if it takes longer, and lets
/// it go on.
fn within(
    limit: Duration,
    work: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> io::Result<()> {
    let (result, ended) = mpsc::channel();
    // Nobody takes a result that is late.
    let run = move || drop(result.send(work()));
    thread::Builder::new()
        .name("state-folder".to_owned())
        .spawn(run)?;
    ended
        .recv_timeout(limit)
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn in_use() -> io::Error {
    io::Error::new(
        io::ErrorKind::WouldBlock,
        "another taspa has this state folder open",
    )
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}

fn id(file: &File) -> io::Result<(u64, u64)> {
    let file = file.metadata()?;
    Ok((file.dev(), file.ino()))
}

/// A file of the system. The database's own backend has the locks.
#[derive(Debug)]
struct SystemFile {
    backend: FileBackend,
    file: File,
    is_read_only: bool,
}

impl SystemFile {
    fn new(file: File, is_read_only: bool) -> io::Result<SystemFile> {
        let backend = FileBackend::new(file.try_clone()?).map_err(io::Error::other)?;
        Ok(SystemFile {
            backend,
            file,
            is_read_only,
        })
    }
}

impl StateFile for SystemFile {
    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.backend.write(offset, data)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.backend.set_len(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.backend.sync_data()
    }

    fn id(&self) -> io::Result<(u64, u64)> {
        id(&self.file)
    }

    fn try_lock(&self, (start, end): LockRange, shared: bool) -> Result<bool, BackendError> {
        // The system gives no other lock on a file that is open for reading alone.
        match shared || self.is_read_only {
            true => self.backend.try_lock_shared_range(start, end),
            false => self.backend.try_lock_range(start, end),
        }
    }

    fn is_locked(&self, (start, end): LockRange) -> Result<bool, BackendError> {
        self.backend.query_lock_range(start, end)
    }

    fn lock_header(&self) -> io::Result<()> {
        let locked = self.backend.lock_range(HEADER_LOCK.0, HEADER_LOCK.1);
        locked.or_else(unless_unsupported)
    }

    fn unlock_header(&self) -> io::Result<()> {
        let unlocked = self.backend.unlock_range(HEADER_LOCK.0, HEADER_LOCK.1);
        unlocked.or_else(unless_unsupported)
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }
}

fn unless_unsupported(error: BackendError) -> io::Result<()> {
    match error {
        BackendError::Unsupported => Ok(()),
        error => Err(io::Error::other(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_does_not_wait_for_a_disk_that_hangs() {
        let limit = Duration::from_secs(600);
        within(limit, || Ok(())).expect("it ends in time");
        let failed = within(limit, || Err(io::ErrorKind::StorageFull.into()));
        assert_eq!(
            failed.expect_err("it failed").kind(),
            io::ErrorKind::StorageFull
        );
        let (_hangs, never) = mpsc::channel::<()>();
        let hung = within(Duration::from_millis(1), move || {
            never.recv().map_err(io::Error::other)
        });
        assert_eq!(hung.expect_err("it hangs").kind(), io::ErrorKind::TimedOut);
    }
}
