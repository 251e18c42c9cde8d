//! What the loops do at present, for those that notice their silence: the look for stalls, and the
//! service manager's watchdog.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// What the loops do at present.
#[derive(Debug)]
pub struct Activity {
    times: Mutex<Times>,
    published: watch::Sender<bool>,
}

#[derive(Debug)]
struct Times {
    /// When the publishing loop last ended a round; at first, when it began.
    round: Instant,
    /// When the publication began that has not succeeded yet.
    publication: Option<Instant>,
    /// Since when the reading loop reads, or starts to watch.
    reading: Option<Instant>,
}

impl Default for Activity {
    fn default() -> Activity {
        Activity {
            times: Mutex::new(Times {
                round: Instant::now(),
                publication: None,
                reading: None,
            }),
            published: watch::Sender::new(false),
        }
    }
}

impl Activity {
    /// Whether the publishing loop has ended a round within this time.
    pub fn has_rounds_within(&self, time: Duration) -> bool {
        self.times().round.elapsed() <= time
    }

    /// Turns true with the first snapshot.
    pub fn published(&self) -> watch::Receiver<bool> {
        self.published.subscribe()
    }

    pub(super) fn note_published(&self) {
        self.published
            .send_if_modified(|published| !std::mem::replace(published, true));
    }

    /// A publication begins, unless the one before has failed: then that one goes on.
    pub(super) fn begin_publication(&self) {
        self.times().publication.get_or_insert_with(Instant::now);
    }

    /// The publishing loop has done what there was to do.
    pub(super) fn end_round(&self) {
        let mut times = self.times();
        times.publication = None;
        times.round = Instant::now();
    }

    pub(super) fn begin_reading(&self) {
        self.times().reading = Some(Instant::now());
    }

    pub(super) fn end_reading(&self) {
        self.times().reading = None;
    }

    /// Since when the reading loop reads; `None` while it waits for a change.
    pub(super) fn reading(&self) -> Option<Instant> {
        self.times().reading
    }

    /// Since when a publication runs.
    pub(super) fn publication(&self) -> Option<Instant> {
        self.times().publication
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        // A panic leaves no change half done.
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_publication_goes_on_until_a_round_ends() {
        let activity = Activity::default();
        let start = activity.times().round;
        activity.begin_publication();
        let began = activity.publication().expect("it runs");
        activity.begin_publication();
        assert_eq!(activity.publication(), Some(began));
        assert_eq!(activity.times().round, start);
        activity.end_round();
        assert_eq!(activity.publication(), None);
        assert!(activity.times().round > start);
        assert!(activity.has_rounds_within(Duration::from_secs(60)));
    }
}
