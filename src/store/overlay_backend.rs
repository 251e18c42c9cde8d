//! The file of a state folder, with an overlay in memory for writes that the disk refuses.
//!
//! `redb` fails for good after one failed write, and then it cannot even read. So this backend hides the
//! failure: it keeps the writes in an overlay and tries to write them back later. Meanwhile the file
//! stays as the last successful write left it, as after a crash, and a restart repairs it.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};

/// The size of a block of the overlay.
const BLOCK_BYTES: u64 = 4096;

/// The most blocks in the overlay, 256 MiB together. When it is full, the write fails.
const BLOCKS_MAX: usize = 64 << 10;

/// The time between a refused write and the next attempt.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// A file, and an overlay while the disk refuses writes.
#[derive(Clone, Debug)]
pub(super) struct OverlayBackend(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: FileBackend,
    overlay: RwLock<Option<Overlay>>,
}

/// The writes that are not in the file.
#[derive(Debug)]
struct Overlay {
    /// The length that the file should have.
    bytes: u64,
    /// The bytes of the file that are valid; the rest was cut off.
    in_file: u64,
    /// Blocks that differ from the file, by their number.
    blocks: BTreeMap<u64, Vec<u8>>,
    reason: String,
    /// When the first write was refused.
    since: Instant,
    /// When a write was last refused.
    refused: Instant,
}

impl OverlayBackend {
    pub(super) fn new(file: FileBackend) -> OverlayBackend {
        OverlayBackend(Arc::new(Inner {
            file,
            overlay: RwLock::new(None),
        }))
    }

    /// The error of the disk, while there is an overlay.
    pub(super) fn write_error(&self) -> Option<String> {
        self.overlay()
            .as_ref()
            .map(|overlay| overlay.reason.clone())
    }

    /// Since when there is an overlay.
    pub(super) fn unsaved_since(&self) -> Option<Instant> {
        self.overlay().as_ref().map(|overlay| overlay.since)
    }

    /// Tries to write the overlay to the file, at most once in [`RETRY_INTERVAL`].
    pub(super) fn write_back_if_due(&self) {
        if self.write_error().is_none() {
            return;
        }
        let mut guard = self.overlay_mut();
        let Some(overlay) = guard.as_mut() else {
            return;
        };
        if overlay.refused.elapsed() < RETRY_INTERVAL {
            return;
        }
        match overlay.write_back(&self.0.file) {
            Ok(()) => *guard = None,
            Err(_) => overlay.refused = Instant::now(),
        }
    }

    fn overlay(&self) -> RwLockReadGuard<'_, Option<Overlay>> {
        self.0
            .overlay
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn overlay_mut(&self) -> RwLockWriteGuard<'_, Option<Overlay>> {
        self.0
            .overlay
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes to the file; if that fails, or if there is an overlay already, to the overlay.
    fn write_or_overlay(
        &self,
        to_file: impl FnOnce(&FileBackend) -> io::Result<()>,
        to_memory: impl FnOnce(&FileBackend, &mut Overlay) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut overlay = self.overlay_mut();
        if overlay.is_none() {
            let Err(error) = to_file(&self.0.file) else {
                return Ok(());
            };
            let bytes = self.0.file.len()?;
            *overlay = Some(Overlay {
                bytes,
                in_file: bytes,
                blocks: BTreeMap::new(),
                reason: error.to_string(),
                since: Instant::now(),
                refused: Instant::now(),
            });
        }
        match overlay.as_mut() {
            Some(overlay) => to_memory(&self.0.file, overlay),
            None => Ok(()),
        }
    }
}

impl Overlay {
    /// Reads the bytes at `offset` from the overlay, else from the file.
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

    /// Sets the length. Bytes that are cut off read as zero if the length grows again.
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

    /// Writes all blocks to the file. Blocks that make the file longer come first: a full disk then fails
    /// before anything is overwritten. The first block comes last and alone, because the database's
    /// header in it says which of the other blocks are valid.
    fn write_back(&self, file: &FileBackend) -> io::Result<()> {
        let write = |(number, block): (&u64, &Vec<u8>)| {
            let start = number * BLOCK_BYTES;
            let left = usize::try_from(self.bytes.saturating_sub(start)).unwrap_or(usize::MAX);
            file.write(start, &block[..left.min(block.len())])
        };
        let longer = self.in_file.div_ceil(BLOCK_BYTES).max(1);
        self.blocks.range(longer..).try_for_each(write)?;
        file.sync_data()?;
        self.blocks.range(1..longer).try_for_each(write)?;
        // The file still has old bytes here that were cut off.
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

/// Splits a range of bytes at the boundaries of blocks. `part` gets the number of the block, the offset
/// in the block, and the part of the range.
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
        match self.overlay().as_ref() {
            Some(overlay) => Ok(overlay.bytes),
            None => self.0.file.len(),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match self.overlay().as_ref() {
            Some(overlay) => overlay.read(&self.0.file, offset, out),
            None => self.0.file.read(offset, out),
        }
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.write_or_overlay(
            |file| file.set_len(bytes),
            |file, overlay| overlay.set_len(file, bytes),
        )
    }

    fn sync_data(&self) -> io::Result<()> {
        self.write_or_overlay(FileBackend::sync_data, |_, _| Ok(()))
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.write_or_overlay(
            |file| file.write(offset, data),
            |file, overlay| overlay.write(file, offset, data),
        )
    }

    fn close(&self) -> io::Result<()> {
        if let Some(overlay) = self.overlay().as_ref() {
            // If this fails too, a restart starts from the old state of the file.
            let _ = overlay.write_back(&self.0.file);
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

    fn backend(bytes: &[u8]) -> (OverlayBackend, std::fs::File) {
        let file = tempfile::tempfile().expect("a file");
        let other = file.try_clone().expect("the same file");
        let backend = FileBackend::new(file).expect("a backend");
        backend.set_len(bytes.len() as u64).expect("its length");
        backend.write(0, bytes).expect("its bytes");
        (OverlayBackend::new(backend), other)
    }

    /// Makes the next writes go to the overlay, as after a full disk.
    fn refuse(backend: &OverlayBackend) {
        let full = |_: &FileBackend| Err(io::Error::from(io::ErrorKind::StorageFull));
        backend
            .write_or_overlay(full, |_, _| Ok(()))
            .expect("a write to the overlay");
    }

    fn bytes(backend: &impl StorageBackend) -> Vec<u8> {
        let length = usize::try_from(backend.len().expect("a length")).expect("it fits");
        let mut bytes = vec![0; length];
        backend.read(0, &mut bytes).expect("its bytes");
        bytes
    }

    #[test]
    fn refused_writes_are_read_from_the_overlay_and_written_back_later() {
        let (backend, file) = backend(&[7; 10_000]);
        let mut model = vec![7; 10_000];
        refuse(&backend);
        assert!(backend.write_error().is_some());
        for (offset, count, byte) in [
            (0, 10, 1),
            (4_090, 20, 2),
            (9_000, 1_000, 3),
            (100, 9_000, 4),
        ] {
            backend
                .write(offset as u64, &vec![byte; count])
                .expect("a write to the overlay");
            model[offset..offset + count].fill(byte);
            assert!(bytes(&backend) == model, "{offset}");
        }
        for length in [20_000, 5_000, 4_096, 12_000, 0, 9_000] {
            backend
                .set_len(length as u64)
                .expect("a write to the overlay");
            model.resize(length, 0);
            assert!(bytes(&backend) == model, "{length}");
            backend.sync_data().expect("a write to the overlay");
        }
        backend
            .write(8_000, &[5; 500])
            .expect("a write to the overlay");
        model[8_000..8_500].fill(5);
        let before = FileBackend::new(file).expect("the same file");
        assert!(bytes(&before) == [7; 10_000], "the file is unchanged");

        // The interval is not over.
        backend.write_back_if_due();
        assert!(backend.write_error().is_some());
        if let Some(overlay) = backend.overlay_mut().as_mut() {
            overlay.refused -= RETRY_INTERVAL;
        }
        backend.write_back_if_due();
        assert_eq!(backend.write_error(), None);
        assert!(bytes(&before) == model, "the overlay was written back");
        assert!(bytes(&backend) == model);
    }
}
