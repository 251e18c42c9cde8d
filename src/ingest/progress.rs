//! The progress of a reading, for other threads.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::model::count::many;

/// The progress of the current reading.
#[derive(Debug, Default)]
pub struct Progress(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    current: Option<ProgressCounts>,
    /// When the last reading ended.
    ended: Option<Instant>,
}

/// The counts of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressCounts {
    /// When the reading began.
    pub since: Instant,
    /// When it last made progress: a file or row was listed or read, or a batch was stored.
    pub advanced: Instant,
    /// The word for what is read: file or row.
    pub noun: &'static str,
    /// Files that have to be read, as far as they are listed.
    pub found: usize,
    /// Files read so far.
    pub read: usize,
    /// Whether the listing is complete.
    pub listed: bool,
}

/// Ends the progress when it is dropped.
#[derive(Debug)]
#[must_use]
pub struct ProgressGuard<'a>(&'a Progress);

impl Progress {
    /// Begins a reading; `noun` is the word for what it reads.
    pub fn start(&self, noun: &'static str) -> ProgressGuard<'_> {
        let now = Instant::now();
        self.lock().current = Some(ProgressCounts {
            since: now,
            advanced: now,
            noun,
            found: 0,
            read: 0,
            listed: false,
        });
        ProgressGuard(self)
    }

    /// The counts of the current reading; `None` between readings.
    pub fn reached(&self) -> Option<ProgressCounts> {
        self.lock().current
    }

    /// When a reading last made progress, or ended: what follows a reading has no progress of its own.
    pub fn last_advanced(&self) -> Option<Instant> {
        let state = self.lock();
        state
            .current
            .map(|reached| reached.advanced)
            .or(state.ended)
    }

    /// Notes progress that has no count.
    pub(super) fn advance(&self) {
        self.note(|_| {});
    }

    pub(super) fn found_one(&self) {
        self.note(|reached| reached.found += 1);
    }

    pub(super) fn read_one(&self) {
        self.note(|reached| {
            reached.read += 1;
            // A file with a key conflict may be read twice.
            reached.found = reached.found.max(reached.read);
        });
    }

    pub(super) fn all_found(&self) {
        self.note(|reached| reached.listed = true);
    }

    fn note(&self, change: impl FnOnce(&mut ProgressCounts)) {
        if let Some(reached) = self.lock().current.as_mut() {
            change(reached);
            reached.advanced = Instant::now();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic leaves no change half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ProgressGuard<'_> {
    fn drop(&mut self) {
        *self.0.lock() = State {
            current: None,
            ended: Some(Instant::now()),
        };
    }
}

impl fmt::Display for ProgressCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ProgressCounts {
            found, read, noun, ..
        } = self;
        if *read == 0 {
            return write!(f, "{} found", many(*found, noun));
        }
        if self.listed && read == found {
            // The last files are still being written.
            return write!(f, "{} read, storing them", many(*read, noun));
        }
        if self.listed {
            write!(f, "{read} of {} read", many(*found, noun))?;
        } else {
            write!(f, "{} read", many(*read, noun))?;
        }
        let seconds = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        write!(f, ", {} a second", *read as u64 * 1_000 / seconds.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_of_a_reading_is_progress() {
        let progress = Progress::default();
        assert_eq!(progress.last_advanced(), None);
        let reading = progress.start("file");
        let advanced = progress.reached().map(|reached| reached.advanced);
        assert_eq!(progress.last_advanced(), advanced);
        drop(reading);
        assert_eq!(progress.reached(), None);
        assert!(progress.last_advanced() > advanced);
    }
}
