//! A disk in memory that stalls, fails, fills up, loses power or lies when a test says so.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redb::BackendError;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::store::state_disk::{LockRange, Opened, StateDisk, StateFile, StatePath};
use crate::store::writer_limits::WriterLimits;
use crate::store::{Store, StoreError};

/// The bytes that a disk writes as a whole.
const SECTOR_BYTES: usize = 512;

/// What the state writer does again and again, it does every few milliseconds, and little may wait for it.
pub(in crate::store) const LIMITS: WriterLimits = WriterLimits {
    room: Duration::from_millis(2),
    check: Duration::from_millis(5),
    remake: Duration::from_millis(2),
    remake_max: Duration::from_millis(8),
    stalled: Duration::from_millis(50),
    reading_bytes: 4 << 20,
    reading_bytes_max: 8 << 20,
    queued_bytes_max: 6 << 20,
    held_bytes_max: 12 << 20,
};

/// A state folder on a disk in memory. Clones are the same disk.
///
/// A write is in the page cache at once and durable after a sync that succeeds. A sync that fails drops
/// what it could not write from the page cache's debts, as Linux does: a later sync succeeds without it.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeDisk(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    resumed: Condvar,
}

#[derive(Clone, Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    names: Names,
    /// The names that a power cut leaves.
    durable_names: Names,
    is_locked: bool,
    is_stalled: bool,
    /// Which operation from now on fails, counted in writes, lengths and syncs.
    fails_in: Option<u64>,
    /// How many bytes can be written; `None` for no limit.
    room: Option<u64>,
    /// Whether the disk says that there is room where there is none.
    hides_room: bool,
    /// Whether the state writer has no thread.
    is_simulated: bool,
    /// How many of its tasks the disk of a simulation completes; `None` for all.
    tasks: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Names {
    state: Option<usize>,
    new: Option<usize>,
    clean: bool,
    behind: bool,
}

#[derive(Clone, Debug, Default)]
struct Inode {
    /// What reading finds.
    cached: Vec<u8>,
    /// What is on the disk for sure.
    durable: Vec<u8>,
    /// What may be on it, and will be after the next sync that succeeds.
    unsynced: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Change::Length(length) => bytes.resize(*length, 0),
            Change::Write(offset, data) => {
                let end = offset + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(data);
            }
        }
    }
}

impl FakeDisk {
    /// Opens the store on it.
    pub(crate) fn open_store(&self) -> Result<Store, StoreError> {
        let limits = match self.state().is_simulated {
            true => WriterLimits::default(),
            false => LIMITS,
        };
        Store::open_on(Arc::new(self.clone()), PathBuf::from("taspa.redb"), limits)
    }

    /// A disk for a store without a thread: see [`FakeDisk::complete`].
    pub(crate) fn simulated() -> FakeDisk {
        FakeDisk::of(State {
            is_simulated: true,
            ..State::default()
        })
    }

    /// The disk of a simulation completes so many more tasks of the state writer, or all.
    pub(crate) fn complete(&self, tasks: Option<u64>) {
        self.state().tasks = tasks;
    }

    /// Writes and syncs hang until [`FakeDisk::resume`].
    pub(crate) fn stall(&self) {
        self.state().is_stalled = true;
    }

    pub(crate) fn resume(&self) {
        self.state().is_stalled = false;
        self.0.resumed.notify_all();
    }

    /// One operation after `others` fails: a write half-way, a sync after it dropped what it should
    /// write.
    pub(crate) fn fail_after(&self, others: u64) {
        self.state().fails_in = Some(others);
    }

    /// Takes so many more bytes, or any number. If it `hides` that, it says that there is room.
    pub(crate) fn set_room(&self, bytes: Option<u64>, hides: bool) {
        let mut state = self.state();
        (state.room, state.hides_room) = (bytes, hides);
    }

    /// No fault remains.
    pub(crate) fn repair(&self) {
        self.set_room(None, false);
        self.state().fails_in = None;
        self.resume();
    }

    /// Another program deletes the state file.
    pub(crate) fn delete(&self) {
        let mut state = self.state();
        state.names.state = None;
        state.durable_names.state = None;
    }

    /// Whether the state file is deleted and not made anew.
    pub(crate) fn is_deleted(&self) -> bool {
        self.state().names.state.is_none()
    }

    /// Whether it has the mark that says that answers may be missing.
    pub(crate) fn is_behind(&self) -> bool {
        self.state().names.behind
    }

    /// Another program cuts the state file to so many bytes.
    pub(crate) fn truncate(&self, bytes: usize) {
        let mut state = self.state();
        if let Some(file) = state.names.state {
            let Inode {
                cached, durable, ..
            } = &mut state.inodes[file];
            cached.truncate(bytes);
            durable.truncate(bytes);
        }
    }

    /// Another program overwrites the state file from `offset` on, and leaves its length as it is.
    pub(crate) fn overwrite(&self, offset: usize, byte: u8) {
        let mut state = self.state();
        if let Some(file) = state.names.state {
            let Inode {
                cached, durable, ..
            } = &mut state.inodes[file];
            cached[offset..].fill(byte);
            durable[offset..].fill(byte);
        }
    }

    /// The disk as a new process finds it after `kill -9`: what was written is there.
    pub(crate) fn after_kill(&self) -> FakeDisk {
        let state = self.state();
        FakeDisk::of(State {
            inodes: state.inodes.clone(),
            names: state.names,
            durable_names: state.durable_names,
            is_simulated: state.is_simulated,
            ..State::default()
        })
    }

    /// Whether the page cache has bytes that the disk will never have, because a sync of them failed. A
    /// process that starts over them cannot know.
    pub(crate) fn has_dropped(&self) -> bool {
        self.state().inodes.iter().any(|inode| {
            let mut bytes = inode.durable.clone();
            for change in &inode.unsynced {
                change.apply(&mut bytes);
            }
            bytes != inode.cached
        })
    }

    /// The disk after a loss of power: of what was not synced, some is there, in whole sectors.
    pub(crate) fn after_power_cut(&self, seed: u64) -> FakeDisk {
        let state = self.state();
        let mut random = Random(seed);
        let is_renamed = random.below(2) == 0;
        let names = match is_renamed {
            true => state.names,
            false => state.durable_names,
        };
        let inodes = state.inodes.iter().map(|inode| {
            let mut bytes = inode.durable.clone();
            for change in &inode.unsynced {
                match (random.below(3), change) {
                    (0, _) => {}
                    (1, Change::Write(offset, data)) => {
                        let sectors = data.len().div_ceil(SECTOR_BYTES) as u64;
                        let written = random.below(sectors + 1) as usize * SECTOR_BYTES;
                        let data = data[..written.min(data.len())].to_vec();
                        Change::Write(*offset, data).apply(&mut bytes);
                    }
                    _ => change.apply(&mut bytes),
                }
            }
            Inode {
                cached: bytes.clone(),
                durable: bytes,
                unsynced: Vec::new(),
            }
        });
        FakeDisk::of(State {
            inodes: inodes.collect(),
            names,
            durable_names: names,
            is_simulated: state.is_simulated,
            ..State::default()
        })
    }

    fn of(state: State) -> FakeDisk {
        FakeDisk(Arc::new(Inner {
            state: Mutex::new(state),
            resumed: Condvar::new(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.0.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an operation that changes the disk; false if it fails.
    fn begin(&self) -> (MutexGuard<'_, State>, bool) {
        let mut state = self.state();
        while state.is_stalled {
            let resumed = self.0.resumed.wait(state);
            state = resumed.unwrap_or_else(PoisonError::into_inner);
        }
        let fails = state.fails_in == Some(0);
        state.fails_in = state.fails_in.and_then(|left| left.checked_sub(1));
        (state, !fails)
    }

    fn file(&self, inode: usize) -> Arc<dyn StateFile> {
        let disk = self.clone();
        Arc::new(FakeFile { disk, inode })
    }
}

impl StateDisk for FakeDisk {
    fn open(&self) -> io::Result<Opened> {
        let mut state = self.state();
        if state.is_locked {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        state.is_locked = true;
        let is_new = state.names.state.is_none();
        let inode = state.names.state.unwrap_or(state.inodes.len());
        if is_new {
            state.inodes.push(Inode::default());
        }
        let was_closed_cleanly = state.names.clean;
        let has_behind_mark = state.names.behind;
        (state.names.state, state.names.clean) = (Some(inode), false);
        state.durable_names = state.names;
        drop(state);
        Ok(Opened {
            file: self.file(inode),
            read_only: None,
            was_closed_cleanly: is_new || was_closed_cleanly,
            has_behind_mark,
        })
    }

    fn create_new(&self) -> io::Result<Arc<dyn StateFile>> {
        let (mut state, succeeds) = self.begin();
        if !succeeds {
            return Err(failed());
        }
        let inode = state.inodes.len();
        state.inodes.push(Inode::default());
        state.names.new = Some(inode);
        drop(state);
        Ok(self.file(inode))
    }

    fn install(&self, _: &dyn StateFile, _: &[(LockRange, bool)]) -> io::Result<()> {
        let (mut state, succeeds) = self.begin();
        state.names.state = state.names.new.take();
        if !succeeds {
            return Err(failed());
        }
        state.durable_names = state.names;
        Ok(())
    }

    fn path_names(&self, file: &dyn StateFile, bytes: u64) -> io::Result<StatePath> {
        let names = self.state().names;
        Ok(match names.state == Some(file.id()?.1 as usize) {
            false => StatePath::Other,
            true if file.len()? < bytes => StatePath::Truncated,
            true => StatePath::Same,
        })
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let state = self.state();
        let room = state.room.filter(|_| !state.hides_room);
        Ok(room.unwrap_or(u64::MAX))
    }

    /// As on most systems, a stalled file delays no name.
    fn set_behind(&self, is_behind: bool) -> io::Result<()> {
        let mut state = self.state();
        state.names.behind = is_behind;
        state.durable_names.behind = is_behind;
        Ok(())
    }

    fn mark_clean(&self) -> io::Result<()> {
        let mut state = self.state();
        state.names.clean = true;
        state.durable_names = state.names;
        Ok(())
    }

    fn unlock(&self) {
        self.state().is_locked = false;
    }

    fn is_simulated(&self) -> bool {
        self.state().is_simulated
    }

    fn completes_next(&self) -> bool {
        let tasks = &mut self.state().tasks;
        let completes = *tasks != Some(0);
        *tasks = tasks.map(|left| left.saturating_sub(1));
        completes
    }
}

#[derive(Debug)]
struct FakeFile {
    disk: FakeDisk,
    inode: usize,
}

impl FakeFile {
    fn change(&self, change: Change) -> io::Result<()> {
        let (mut state, mut succeeds) = self.disk.begin();
        let mut change = change;
        let mut error = failed();
        if let Change::Write(_, data) = &mut change {
            if let Some(room) = &mut state.room {
                let fits = usize::try_from(*room).unwrap_or(usize::MAX);
                if fits < data.len() {
                    data.truncate(fits);
                    succeeds = false;
                    error = io::ErrorKind::StorageFull.into();
                }
                *room -= data.len() as u64;
            }
            if !succeeds {
                data.truncate(data.len() / 2);
            }
        } else if !succeeds {
            return Err(error);
        }
        let inode = &mut state.inodes[self.inode];
        change.apply(&mut inode.cached);
        inode.unsynced.push(change);
        match succeeds {
            true => Ok(()),
            false => Err(error),
        }
    }
}

impl StateFile for FakeFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.state().inodes[self.inode].cached.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.disk.state();
        let start = usize::try_from(offset).expect("it fits");
        let there = state.inodes[self.inode]
            .cached
            .get(start..start + out.len());
        out.copy_from_slice(there.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).expect("it fits");
        self.change(Change::Write(offset, data.to_vec()))
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let length = usize::try_from(bytes).expect("it fits");
        self.change(Change::Length(length))
    }

    fn sync(&self) -> io::Result<()> {
        let (mut state, succeeds) = self.disk.begin();
        let inode = &mut state.inodes[self.inode];
        let unsynced = std::mem::take(&mut inode.unsynced);
        if !succeeds {
            return Err(failed());
        }
        for change in unsynced {
            change.apply(&mut inode.durable);
        }
        Ok(())
    }

    fn id(&self) -> io::Result<(u64, u64)> {
        Ok((0, self.inode as u64))
    }

    fn try_lock(&self, _: LockRange, _: bool) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn is_locked(&self, _: LockRange) -> Result<bool, BackendError> {
        Ok(false)
    }

    fn lock_header(&self) -> io::Result<()> {
        Ok(())
    }

    fn unlock_header(&self) -> io::Result<()> {
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        Ok(())
    }
}

fn failed() -> io::Error {
    io::Error::other("Input/output error")
}

/// Numbers that follow from a seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        xxh3_64_with_seed(b"random", self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15)) % end
    }
}
