//! The limits of the state writer. Tests have smaller ones.

use std::time::Duration;

/// How often the state writer does what it does again and again, and how much may wait for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct WriterLimits {
    /// How often a full disk is looked at.
    pub(super) room: Duration,
    /// How often the place of the file is checked.
    pub(super) check: Duration,
    /// The wait after a failure, before a new file is made; it doubles with each attempt.
    pub(super) remake: Duration,
    /// The longest such wait.
    pub(super) remake_max: Duration,
    /// A disk that completes nothing for so long is stalled.
    pub(super) stalled: Duration,
    /// The memory beyond which a reading waits for the disk.
    pub(super) reading_bytes: usize,
    /// The memory beyond which a reading waits for a disk that stalls or refuses writes.
    pub(super) reading_bytes_max: usize,
    /// The most memory for the queue of a disk that stalls or refuses writes.
    pub(super) queued_bytes_max: usize,
    /// The most memory for what is not in the file.
    pub(super) held_bytes_max: usize,
}

impl Default for WriterLimits {
    fn default() -> WriterLimits {
        WriterLimits {
            room: Duration::from_secs(1),
            check: Duration::from_secs(5),
            remake: Duration::from_secs(5),
            remake_max: Duration::from_secs(600),
            stalled: Duration::from_secs(10),
            reading_bytes: 48 << 20,
            reading_bytes_max: 96 << 20,
            queued_bytes_max: 128 << 20,
            held_bytes_max: 256 << 20,
        }
    }
}

impl WriterLimits {
    /// How long a waiting thread sleeps before it looks whether the disk has stalled.
    pub(super) fn look(&self) -> Duration {
        self.stalled / 10
    }
}
