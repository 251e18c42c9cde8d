//! Why the articles cannot be read, said once, whoever notices it first: a reading, or whoever watches
//! the database.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::error;

use crate::publish::publisher::Publisher;

/// Reasons of one outage that are remembered; with more, the first may be said again.
const REASONS_MAX: usize = 8;

/// An outage of the source, while there is one.
pub(crate) struct Outage {
    publisher: Arc<Publisher>,
    /// Whether the state folder had something to publish at the start.
    has_state: bool,
    /// The reasons that were said since it began.
    said: Mutex<Reasons>,
    /// Whether whoever watches the database found last that it does not answer. A reload has somebody
    /// else watch, who must not take its end for the beginning.
    down: AtomicBool,
}

impl Outage {
    pub(crate) fn new(publisher: Arc<Publisher>, has_state: bool) -> Outage {
        Outage {
            publisher,
            has_state,
            said: Mutex::default(),
            down: AtomicBool::new(false),
        }
    }

    /// Says why the articles cannot be read, unless that has been said.
    pub(crate) fn tell(&self, reason: &str) {
        if !self.said().add(reason) {
            return;
        }
        let is_published = self.has_state || self.publisher.snapshot().is_some();
        let so = match is_published {
            true => "what is published stays",
            false => "nothing is published yet",
        };
        error!("the articles cannot be read, so {so}: {reason}");
    }

    /// It is over: what comes next is another one.
    pub(crate) fn end(&self) {
        *self.said() = Reasons::default();
    }

    /// Whoever watches the database finds that it does not answer.
    pub(crate) fn note_down(&self) {
        self.down.store(true, SeqCst);
    }

    /// Whoever watches the database finds that it answers; whether that ends an outage.
    pub(crate) fn note_up(&self) -> bool {
        let was_down = self.down.swap(false, SeqCst);
        if was_down {
            self.end();
        }
        was_down
    }

    /// Whether the database is known not to answer.
    pub(crate) fn is_down(&self) -> bool {
        self.down.load(SeqCst)
    }

    fn said(&self) -> MutexGuard<'_, Reasons> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last reasons that an outage had.
#[derive(Default)]
struct Reasons(VecDeque<String>);

impl Reasons {
    /// Takes note of a reason; whether it is a new one.
    fn add(&mut self, reason: &str) -> bool {
        if self.0.iter().any(|before| before == reason) {
            return false;
        }
        if self.0.len() == REASONS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(reason.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_new_once_in_an_outage() {
        let mut reasons = Reasons::default();
        let mut is_new = |reason: &str| reasons.add(reason);
        for (reason, expected) in [("closed", true), ("refused", true), ("closed", false)] {
            assert_eq!(is_new(reason), expected, "{reason}");
        }
        for number in 0..REASONS_MAX {
            assert!(is_new(&number.to_string()));
        }
        assert!(is_new("closed"), "that was long ago");
    }
}
