//! The file of a scratch store. No other process opens it, so it has no locks and no write waits for the
//! disk.

use std::io;

use redb::StorageBackend;
use redb::backends::FileBackend;

/// A file whose `sync_data` does nothing.
#[derive(Debug)]
pub(super) struct NoSyncBackend(pub(super) FileBackend);

impl StorageBackend for NoSyncBackend {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }

    /// After a crash the file is gone, so its order of writes does not matter.
    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.0.close()
    }
}
