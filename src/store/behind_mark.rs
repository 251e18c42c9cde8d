//! The mark in the state folder which says that answers were given that the state file may not have.
//!
//! A start that finds it does not serve what is stored before everything was read. A thread of its own
//! makes and removes the mark, because a disk that takes no writes may not take the mark either.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::state_disk::StateDisk;

/// See the module's doc.
#[derive(Debug)]
pub(super) struct BehindMark {
    disk: Arc<dyn StateDisk>,
    /// The least time between making the mark and removing it, and between attempts.
    pause: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// Whether the file lacks answers until everything was read.
    is_outdated: bool,
    /// Whether the file lacks answers until everything is saved.
    is_behind: bool,
    /// Whether the folder has the mark.
    is_made: bool,
    is_stopping: bool,
    has_ended: bool,
}

impl State {
    fn is_wanted(&self) -> bool {
        self.is_outdated || self.is_behind
    }
}

impl BehindMark {
    /// The mark of a folder that has it or not; it counts if the file `is_outdated`.
    pub(super) fn new(
        disk: Arc<dyn StateDisk>,
        is_made: bool,
        is_outdated: bool,
        pause: Duration,
    ) -> BehindMark {
        BehindMark {
            disk,
            pause,
            state: Mutex::new(State {
                is_outdated,
                is_behind: false,
                is_made,
                is_stopping: false,
                has_ended: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Whether the file lacks answers until everything was read.
    pub(super) fn is_outdated(&self) -> bool {
        self.state().is_outdated
    }

    /// Answers are given that the file may never get.
    pub(super) fn note_loss(&self) {
        self.change(|state| state.is_outdated = true);
    }

    /// Answers are given that are not saved yet.
    pub(super) fn note_unsaved(&self) {
        self.change(|state| state.is_behind = true);
    }

    /// Everything was read. What came of it may not be saved yet.
    pub(super) fn note_full_reading(&self) {
        self.change(|state| state.is_behind |= std::mem::take(&mut state.is_outdated));
    }

    /// Everything is saved.
    pub(super) fn note_saved(&self) {
        self.change(|state| state.is_behind = false);
    }

    /// Runs the thread.
    pub(super) fn run(&self) {
        let mut state = self.state();
        loop {
            let is_wanted = state.is_wanted();
            if is_wanted == state.is_made {
                if state.is_stopping {
                    break;
                }
                let woken = self.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            drop(state);
            let is_done = self.disk.set_behind(is_wanted).is_ok();
            state = self.state();
            if is_done {
                state.is_made = is_wanted;
            } else if state.is_stopping {
                break;
            }
            if is_wanted || !is_done {
                let paused =
                    (self.changed).wait_timeout_while(state, self.pause, |it| !it.is_stopping);
                state = paused.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        state.has_ended = true;
        self.changed.notify_all();
    }

    /// Ends the thread once the mark is as it should be, or after `limit`.
    pub(super) fn stop(&self, limit: Duration) {
        #[cfg(test)]
        if self.disk.is_simulated() {
            return;
        }
        let (mut state, begun) = (self.state(), Instant::now());
        state.is_stopping = true;
        self.changed.notify_all();
        while !state.has_ended && begun.elapsed() < limit {
            let left = limit.saturating_sub(begun.elapsed());
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        let before = state.is_wanted();
        change(&mut state);
        if state.is_wanted() != before {
            self.changed.notify_all();
            #[cfg(test)]
            if self.disk.is_simulated() {
                state.is_made = state.is_wanted();
                let _ = self.disk.set_behind(state.is_made);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
