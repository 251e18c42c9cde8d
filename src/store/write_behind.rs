//! The file of a state folder as the database sees it: writes go to memory at once, and the state writer
//! brings them to the file.
//!
//! So no commit waits for the disk, and none fails with it: after a failed write `redb` could not even
//! read. Reads take what is in memory, and the rest from the file.

use std::io;
use std::ops::{Bound, Range};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use redb::{BackendError, StorageBackend};

use super::behind_mark::BehindMark;
use super::state_disk::{LockRange, Opened, StateDisk};
use super::state_writer::{State, StateWriter};
use super::write_queue::{WriteQueue, fill};
use super::writer_limits::WriterLimits;

/// How long closing waits for a disk that completes nothing.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long closing waits for the mark that says that answers may be missing.
const MARK_TIMEOUT: Duration = Duration::from_secs(1);

/// The bytes whose locks say how a process has the database open. The database also locks its header,
/// and a byte for each transaction. Inside this process nobody else could have those, and other
/// processes see what the state writer does: it locks the header, and [`Store`](super::Store) keeps the
/// transactions.
const MODE_BYTES: Range<u64> = 1 << 62..(1 << 62) + 1024;

/// See the module's doc.
#[derive(Clone, Debug)]
pub(super) struct WriteBehind {
    writer: Arc<StateWriter>,
    /// The generation of the content that this one reads and writes.
    generation: u64,
}

impl WriteBehind {
    /// Starts the state writer.
    pub(super) fn start(
        disk: Arc<dyn StateDisk>,
        opened: Opened,
        limits: WriterLimits,
    ) -> io::Result<WriteBehind> {
        // After a clean end the mark is an old one.
        let is_outdated = opened.has_behind_mark && !opened.was_closed_cleanly;
        let (is_marked, pause) = (opened.has_behind_mark, limits.check);
        let mark = Arc::new(BehindMark::new(disk.clone(), is_marked, is_outdated, pause));
        let marking = mark.clone();
        let (file, read_only) = (opened.file, opened.read_only);
        let writer = Arc::new(StateWriter::new(disk, mark, file, read_only, limits)?);
        #[cfg(test)]
        if writer.is_simulated() {
            return Ok(WriteBehind {
                writer,
                generation: 0,
            });
        }
        let running = writer.clone();
        thread::Builder::new()
            .name("state-mark".to_owned())
            .spawn(move || marking.run())?;
        thread::Builder::new()
            .name("state-writer".to_owned())
            .spawn(move || running.run())?;
        Ok(WriteBehind {
            writer,
            generation: 0,
        })
    }

    /// Why commits do not reach the file.
    pub(super) fn trouble(&self) -> Option<String> {
        self.writer.trouble()
    }

    /// The mark that says that answers may be missing in the file.
    pub(super) fn mark(&self) -> &BehindMark {
        &self.writer.mark
    }

    /// Why the content of the file is lost.
    pub(super) fn damage(&self) -> Option<String> {
        self.writer.damage()
    }

    /// An empty file in memory, which takes the place of the file after [`WriteBehind::replace_file`].
    /// The database before can do nothing any more.
    pub(super) fn renew(&self) -> WriteBehind {
        WriteBehind {
            generation: self.writer.renew(),
            writer: self.writer.clone(),
        }
    }

    /// Has the content written to a new file in the place of the file.
    pub(super) fn replace_file(&self) {
        self.writer.replace_file();
    }

    /// Since when the oldest commit that is not in the file waits.
    pub(super) fn unsaved_since(&self) -> Option<Instant> {
        self.writer.state().queue.unsaved_since()
    }

    /// See [`Store::wait_until_saved`](super::Store::wait_until_saved).
    pub(super) fn wait_until_saved(&self, limit: Duration) -> bool {
        self.writer.wait_until_saved(limit)
    }

    /// See [`Store::wait_for_room`](super::Store::wait_for_room).
    pub(super) fn wait_for_room(&self, waiting: impl FnMut()) {
        self.writer.wait_for_room(waiting);
    }

    /// Queues the end of a commit. Returns a number that grows.
    pub(super) fn end_commit(&self) -> u64 {
        let last = self.writer.state().queue.seal();
        self.writer.notify();
        last
    }

    /// The number of a commit such that no process will find the file as of an earlier one.
    pub(super) fn passed(&self) -> u64 {
        self.writer.state().queue.passed()
    }

    pub(super) fn mark_clean(&self) {
        // Without the mark, the next start takes it for an unclean end, which does no harm.
        let _ = self.writer.disk.mark_clean();
    }

    /// Ends the state writer. If everything is in the file, and `is_clean`, the next start is told.
    pub(super) fn stop(&self, is_clean: bool) {
        let (has_ended, is_saved) = self.writer.stop(CLOSE_TIMEOUT);
        self.writer.mark.stop(MARK_TIMEOUT);
        if !has_ended {
            return;
        }
        if is_saved && is_clean {
            self.mark_clean();
        }
        let file = self.writer.state().queue.file().clone();
        let _ = file.close();
        self.writer.disk.unlock();
    }

    /// The state, while the content is the one of this generation.
    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        self.of_generation(self.writer.state())
    }

    fn of_generation<'s>(&self, state: MutexGuard<'s, State>) -> io::Result<MutexGuard<'s, State>> {
        match state.generation == self.generation {
            true => Ok(state),
            false => Err(io::Error::other("the state file was made anew")),
        }
    }

    /// Changes the queue, and wakes the state writer if that queues something. A database writes page by page, and
    /// most pages give the state writer nothing to do.
    fn change(
        &self,
        mut state: MutexGuard<'_, State>,
        change: impl FnOnce(&mut WriteQueue) -> io::Result<()>,
    ) -> io::Result<()> {
        let before = state.queue.sealed();
        let changed = change(&mut state.queue);
        let has_queued = state.queue.sealed() != before;
        drop(state);
        if has_queued {
            self.writer.notify();
        }
        changed
    }

    #[cfg(test)]
    pub(super) fn work_later(&self) {
        self.writer.work_later();
    }

    fn lock(&self, range: LockRange, shared: bool) -> Result<bool, BackendError> {
        if !is_of_mode(range) {
            return Ok(true);
        }
        let mut held = self
            .writer
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let file = self.writer.state().queue.file().clone();
        let is_locked = file.try_lock(range, shared)?;
        if is_locked {
            held.push((range, shared));
        }
        Ok(is_locked)
    }

    fn lock_now(&self, range: LockRange, shared: bool) -> Result<(), BackendError> {
        match self.lock(range, shared)? {
            true => Ok(()),
            false => Err(BackendError::Io(io::ErrorKind::WouldBlock.into())),
        }
    }
}

fn is_of_mode((start, _): LockRange) -> bool {
    match start {
        Bound::Included(start) | Bound::Excluded(start) => MODE_BYTES.contains(&start),
        Bound::Unbounded => false,
    }
}

impl StorageBackend for WriteBehind {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state()?.queue.bytes)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (file, missing, in_file) = {
            let state = self.state()?;
            if offset + out.len() as u64 > state.queue.bytes {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let (missing, in_file) = state.queue.read(offset, out);
            (state.queue.file().clone(), missing, in_file)
        };
        fill(&*file, in_file, offset, out, &missing)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let state = self.state()?;
        self.change(state, |queue| queue.set_len(bytes))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.state()?.queue.sync();
        self.writer.notify();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let state = self.of_generation(self.writer.state_with_room()?)?;
        self.change(state, |queue| queue.write(offset, data))
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.lock((start, end), false)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.lock((start, end), true)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.lock_now((start, end), false)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.lock_now((start, end), true)
    }

    /// The locks are released together, when everything is in the file.
    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        let file = self.writer.state().queue.file().clone();
        file.is_locked((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::interval::BLOCK_BYTES;
    use crate::store::testkit::{FakeDisk, LIMITS, PATIENCE, wait_for};
    use crate::store::write_queue::PART_BYTES;

    const BLOCK: usize = BLOCK_BYTES as usize;

    /// A file of a part and a few blocks, which is saved. Its state writer wakes by itself too late for a test.
    fn saved(disk: &FakeDisk) -> WriteBehind {
        let late = Duration::from_secs(3600);
        let limits = WriterLimits {
            check: late,
            room: late,
            ..LIMITS
        };
        let opened = disk.open().expect("a file");
        let file = WriteBehind::start(Arc::new(disk.clone()), opened, limits).expect("a writer");
        file.set_len((PART_BYTES + 4 * BLOCK) as u64)
            .expect("a length");
        assert!(file.wait_until_saved(PATIENCE));
        wait_for("sleep", || file.writer.state().is_asleep);
        file
    }

    fn write(file: &WriteBehind, bytes: usize) {
        for start in (0..bytes).step_by(BLOCK) {
            file.write(start as u64, &[7; BLOCK]).expect("room");
        }
    }

    #[test]
    fn the_state_writer_is_woken_by_all_that_it_has_to_write() {
        type Change = fn(&WriteBehind);
        let changes: [(&str, Change); 4] = [
            ("a sync", |file| {
                write(file, BLOCK);
                file.sync_data().expect("it is queued");
            }),
            ("the end of a commit", |file| {
                write(file, BLOCK);
                file.end_commit();
            }),
            ("a part of a transaction", |file| write(file, PART_BYTES)),
            ("a length within a block that fills a part", |file| {
                write(file, PART_BYTES - BLOCK);
                let length = PART_BYTES + 2 * BLOCK + 1;
                file.set_len(length as u64).expect("a length");
            }),
        ];
        for (what, change) in changes {
            let file = saved(&FakeDisk::default());
            let before = file.passed();
            change(&file);
            wait_for(what, || file.passed() > before);
            file.stop(true);
        }
    }

    #[test]
    fn a_new_file_is_made_while_the_state_writer_waits_for_room() {
        let disk = FakeDisk::default();
        let file = saved(&disk);
        disk.set_room(Some(0), false);
        file.write(0, &[7; BLOCK]).expect("memory");
        file.sync_data().expect("it is queued");
        wait_for("trouble", || file.trouble().is_some());
        disk.set_room(None, false);
        write(&file, LIMITS.queued_bytes_max + BLOCK);
        wait_for("a new file", || file.trouble().is_none());
        file.stop(true);
    }

    #[test]
    fn a_renewed_file_is_written_at_once() {
        let disk = FakeDisk::default();
        let file = saved(&disk).renew();
        file.set_len(BLOCK_BYTES).expect("a length");
        file.sync_data().expect("memory");
        assert!(file.trouble().is_some());
        file.replace_file();
        wait_for("a new file", || file.trouble().is_none());
        file.stop(true);
    }
}
