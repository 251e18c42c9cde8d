//! A database file that outlives its disk: what the disk no longer takes is kept in memory.
//!
//! The database gives up for good at the first failed write, reading included, so it is never told
//! of one. The file stays as the last good write left it, which is what a crash would have left,
//! and a restart repairs it; once the disk takes writes again, everything is caught up with.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

/// What is kept in memory is kept in pieces of so many bytes.
const BLOCK_BYTES: u64 = 4096;

/// The most that is kept in memory; more, and the database does fail.
const BLOCKS_MAX: usize = 64 << 10;

/// How long a disk that refused a write is left alone.
const REST: Duration = Duration::from_secs(5);

/// A file, and above it what the file does not have.
#[derive(Clone, Debug)]
pub(super) struct OverlayBackend(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: FileBackend,
    ashore: RwLock<Option<Ashore>>,
}

/// What could not be written.
#[derive(Debug)]
struct Ashore {
    /// How long the file is meant to be.
    bytes: u64,
    /// How much of what is in the file counts.
    in_file: u64,
    /// What is not in the file, or not what the file has.
    blocks: BTreeMap<u64, Vec<u8>>,
    reason: String,
    refused: Instant,
}

impl OverlayBackend {
    pub(super) fn new(file: FileBackend) -> OverlayBackend {
        OverlayBackend(Arc::new(Inner {
            file,
            ashore: RwLock::new(None),
        }))
    }

    /// Why the file is behind, if it is.
    pub(super) fn trouble(&self) -> Option<String> {
        self.ashore().as_ref().map(|ashore| ashore.reason.clone())
    }

    /// Brings the file up to date if its disk lets it, after a rest.
    pub(super) fn catch_up(&self) {
        if self.trouble().is_none() {
            return;
        }
        let mut guard = self.ashore_mut();
        let Some(ashore) = guard.as_mut() else { return };
        if ashore.refused.elapsed() < REST {
            return;
        }
        match ashore.land(&self.0.file) {
            Ok(()) => *guard = None,
            Err(_) => ashore.refused = Instant::now(),
        }
    }

    fn ashore(&self) -> RwLockReadGuard<'_, Option<Ashore>> {
        self.0.ashore.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn ashore_mut(&self) -> RwLockWriteGuard<'_, Option<Ashore>> {
        self.0
            .ashore
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Does it to the file, or, where that fails or has failed, to what is in memory.
    fn endure(
        &self,
        to_file: impl FnOnce(&FileBackend) -> io::Result<()>,
        to_memory: impl FnOnce(&FileBackend, &mut Ashore) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut ashore = self.ashore_mut();
        if ashore.is_none() {
            let Err(error) = to_file(&self.0.file) else {
                return Ok(());
            };
            let bytes = self.0.file.len()?;
            *ashore = Some(Ashore {
                bytes,
                in_file: bytes,
                blocks: BTreeMap::new(),
                reason: error.to_string(),
                refused: Instant::now(),
            });
        }
        match ashore.as_mut() {
            Some(ashore) => to_memory(&self.0.file, ashore),
            None => Ok(()),
        }
    }
}

impl Ashore {
    /// The bytes at `offset`, from memory where they are there and else from the file.
    fn read(&self, file: &FileBackend, offset: u64, out: &mut [u8]) -> io::Result<()> {
        for_each_block(offset, out.len(), |number, within, range| {
            let out = &mut out[range];
            if let Some(block) = self.blocks.get(&number) {
                out.copy_from_slice(&block[within..within + out.len()]);
                return Ok(());
            }
            let start = number * BLOCK_BYTES + within as u64;
            let there = usize::try_from(self.in_file.saturating_sub(start)).unwrap_or(usize::MAX);
            let (from_file, beyond) = out.split_at_mut(there.min(out.len()));
            beyond.fill(0);
            if from_file.is_empty() {
                return Ok(());
            }
            file.read(start, from_file)
        })
    }

    fn write(&mut self, file: &FileBackend, offset: u64, data: &[u8]) -> io::Result<()> {
        for_each_block(offset, data.len(), |number, within, range| {
            if !self.blocks.contains_key(&number) {
                if self.blocks.len() >= BLOCKS_MAX {
                    let full = "the disk takes nothing and there is too much to keep in memory";
                    return Err(io::Error::other(full));
                }
                let mut block = vec![0; BLOCK_BYTES as usize];
                self.read(file, number * BLOCK_BYTES, &mut block)?;
                self.blocks.insert(number, block);
            }
            if let Some(block) = self.blocks.get_mut(&number) {
                block[within..within + range.len()].copy_from_slice(&data[range]);
            }
            Ok(())
        })?;
        self.bytes = self.bytes.max(offset + data.len() as u64);
        Ok(())
    }

    /// What is cut off reads as zero should the length grow again.
    fn set_len(&mut self, file: &FileBackend, bytes: u64) -> io::Result<()> {
        if bytes < self.bytes {
            let tail = usize::try_from(bytes.next_multiple_of(BLOCK_BYTES) - bytes).unwrap_or(0);
            self.write(file, bytes, &vec![0; tail])?;
        }
        self.blocks.split_off(&bytes.div_ceil(BLOCK_BYTES));
        self.in_file = self.in_file.min(bytes);
        self.bytes = bytes;
        Ok(())
    }

    /// Writes everything to the file: first what makes it longer, so that a disk which is still full
    /// says so before anything is overwritten; the first block, which says which of the others
    /// count, last and by itself.
    fn land(&self, file: &FileBackend) -> io::Result<()> {
        let write = |(number, block): (&u64, &Vec<u8>)| {
            let start = number * BLOCK_BYTES;
            let left = usize::try_from(self.bytes.saturating_sub(start)).unwrap_or(usize::MAX);
            file.write(start, &block[..left.min(block.len())])
        };
        let longer = self.in_file.div_ceil(BLOCK_BYTES).max(1);
        self.blocks.range(longer..).try_for_each(write)?;
        file.sync_data()?;
        self.blocks.range(1..longer).try_for_each(write)?;
        // What the file has there was cut off.
        let cut = self.in_file.div_ceil(BLOCK_BYTES);
        for number in cut..file.len()?.min(self.bytes).div_ceil(BLOCK_BYTES) {
            if !self.blocks.contains_key(&number) {
                write((&number, &vec![0; BLOCK_BYTES as usize]))?;
            }
        }
        file.set_len(self.bytes)?;
        file.sync_data()?;
        self.blocks.range(..1).try_for_each(write)?;
        file.sync_data()
    }
}

/// Parts a range of bytes at the borders of blocks: each part's block, where the part begins in the
/// block, and where it stands in the range.
fn for_each_block(
    offset: u64,
    bytes: usize,
    mut part: impl FnMut(u64, usize, std::ops::Range<usize>) -> io::Result<()>,
) -> io::Result<()> {
    let mut done = 0;
    while done < bytes {
        let at = offset + done as u64;
        let within = usize::try_from(at % BLOCK_BYTES).unwrap_or(0);
        let step = (BLOCK_BYTES as usize - within).min(bytes - done);
        part(at / BLOCK_BYTES, within, done..done + step)?;
        done += step;
    }
    Ok(())
}

impl StorageBackend for OverlayBackend {
    fn len(&self) -> io::Result<u64> {
        match self.ashore().as_ref() {
            Some(ashore) => Ok(ashore.bytes),
            None => self.0.file.len(),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match self.ashore().as_ref() {
            Some(ashore) => ashore.read(&self.0.file, offset, out),
            None => self.0.file.read(offset, out),
        }
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.endure(
            |file| file.set_len(bytes),
            |file, ashore| ashore.set_len(file, bytes),
        )
    }

    fn sync_data(&self) -> io::Result<()> {
        self.endure(FileBackend::sync_data, |_, _| Ok(()))
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.endure(
            |file| file.write(offset, data),
            |file, ashore| ashore.write(file, offset, data),
        )
    }

    fn close(&self) -> io::Result<()> {
        if let Some(ashore) = self.ashore().as_ref() {
            // The last chance; without it a restart starts from what the file has.
            let _ = ashore.land(&self.0.file);
        }
        self.0.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.0.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.0.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.0.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enduring(bytes: &[u8]) -> (OverlayBackend, std::fs::File) {
        let file = tempfile::tempfile().expect("a file");
        let other = file.try_clone().expect("the same file");
        let backend = FileBackend::new(file).expect("a backend");
        backend.set_len(bytes.len() as u64).expect("its length");
        backend.write(0, bytes).expect("its bytes");
        (OverlayBackend::new(backend), other)
    }

    /// From here on nothing goes to the file.
    fn refuse(enduring: &OverlayBackend) {
        let full = |_: &FileBackend| Err(io::Error::from(io::ErrorKind::StorageFull));
        enduring.endure(full, |_, _| Ok(())).expect("it is endured");
    }

    fn bytes(backend: &impl StorageBackend) -> Vec<u8> {
        let length = usize::try_from(backend.len().expect("a length")).expect("it fits");
        let mut bytes = vec![0; length];
        backend.read(0, &mut bytes).expect("its bytes");
        bytes
    }

    #[test]
    fn what_the_disk_refuses_is_read_as_if_it_had_not() {
        let (enduring, file) = enduring(&[7; 10_000]);
        let mut model = vec![7; 10_000];
        refuse(&enduring);
        assert!(enduring.trouble().is_some());
        for (offset, count, byte) in [
            (0, 10, 1),
            (4_090, 20, 2),
            (9_000, 1_000, 3),
            (100, 9_000, 4),
        ] {
            enduring
                .write(offset as u64, &vec![byte; count])
                .expect("it is endured");
            model[offset..offset + count].fill(byte);
            assert!(bytes(&enduring) == model, "{offset}");
        }
        for length in [20_000, 5_000, 4_096, 12_000, 0, 9_000] {
            enduring.set_len(length as u64).expect("it is endured");
            model.resize(length, 0);
            assert!(bytes(&enduring) == model, "{length}");
            enduring.sync_data().expect("it is endured");
        }
        enduring.write(8_000, &[5; 500]).expect("it is endured");
        model[8_000..8_500].fill(5);
        let before = FileBackend::new(file).expect("the same file");
        assert!(bytes(&before) == [7; 10_000], "the file is left alone");

        // Not before the rest is over.
        enduring.catch_up();
        assert!(enduring.trouble().is_some());
        if let Some(ashore) = enduring.ashore_mut().as_mut() {
            ashore.refused -= REST;
        }
        enduring.catch_up();
        assert_eq!(enduring.trouble(), None);
        assert!(bytes(&before) == model, "the file has caught up");
        assert!(bytes(&enduring) == model);
    }
}
