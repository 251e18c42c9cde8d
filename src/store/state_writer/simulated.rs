//! The state writer of a simulation: no thread, and nothing happens but when it is told.

use std::time::{Duration, Instant};

use super::{StateWriter, Task};

/// Longer than everything that the state writer waits for.
const LONG: Duration = Duration::from_secs(86_400);

impl StateWriter {
    pub(in crate::store) fn is_simulated(&self) -> bool {
        self.disk.is_simulated()
    }

    /// Performs the tasks of this time, as far as the disk completes them.
    pub(super) fn work(&self, now: Instant) {
        while self.perform_next(now) {}
    }

    /// As if time had passed: performs one task that waits for its time, and what follows.
    pub(in crate::store) fn work_later(&self) {
        self.perform_next(Instant::now() + LONG);
        self.work(self.opened);
    }

    fn perform_next(&self, now: Instant) -> bool {
        let task = {
            let state = self.state();
            if state.queue.unsaved_since().is_none() {
                self.mark.note_saved();
            }
            state.task(now)
        };
        match task {
            Task::Wait(_) => false,
            Task::End => {
                self.state().has_ended = true;
                false
            }
            task => {
                let completes = self.disk.completes_next();
                if completes {
                    self.perform(task);
                }
                completes
            }
        }
    }
}
