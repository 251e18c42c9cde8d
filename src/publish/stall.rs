//! Stalls: work that goes on without progress.
//!
//! A disk or a database that hangs reports no error. So whatever works says when it last made progress,
//! and a look every second finds what has made none for too long.

use std::time::{Duration, Instant};

use tracing::{info, warn};

use crate::model::time::Timestamp;

/// How long a reading may list, read and store nothing.
const READING_LIMIT: Duration = Duration::from_secs(10);

/// How long a publication may take.
const PUBLICATION_LIMIT: Duration = Duration::from_secs(10);

/// How long a change may wait for the disk of the state folder.
const STATE_WRITE_LIMIT: Duration = Duration::from_secs(10);

/// Work that may stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Reading the articles.
    Reading,
    /// Publishing what was read.
    Publication,
    /// Writing to the state folder.
    StateWrite,
}

impl Work {
    /// All work, the most serious first.
    pub const ALL: [Work; 3] = [Work::Publication, Work::Reading, Work::StateWrite];

    /// The value of the metric's label.
    pub fn label(self) -> &'static str {
        match self {
            Work::Reading => "reading",
            Work::Publication => "publication",
            Work::StateWrite => "state",
        }
    }

    /// What messages call it.
    pub fn noun(self) -> &'static str {
        match self {
            Work::Reading => "the reading of the articles",
            Work::Publication => "the publication of changes",
            Work::StateWrite => "writing to the state folder",
        }
    }

    fn limit(self) -> Duration {
        match self {
            Work::Reading => READING_LIMIT,
            Work::Publication => PUBLICATION_LIMIT,
            Work::StateWrite => STATE_WRITE_LIMIT,
        }
    }
}

/// When each work last made progress; `None` while there is nothing to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct LastProgress {
    /// Of the reading that runs.
    pub reading: Option<Instant>,
    /// The start of the publication that runs.
    pub publication: Option<Instant>,
    /// The oldest change that the disk does not have.
    pub state_write: Option<Instant>,
}

impl LastProgress {
    fn of(&self, work: Work) -> Option<Instant> {
        match work {
            Work::Reading => self.reading,
            Work::Publication => self.publication,
            Work::StateWrite => self.state_write,
        }
    }
}

/// Work without progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stall {
    /// What stalls.
    pub work: Work,
    /// When it last made progress.
    pub since: Timestamp,
}

/// The stalls at one moment. One that was there `before` keeps its date.
pub fn find_stalls(
    last: &LastProgress,
    before: &[Stall],
    now: Instant,
    wall: Timestamp,
) -> Vec<Stall> {
    let stall = |work: Work| {
        let idle = now.saturating_duration_since(last.of(work)?);
        if idle < work.limit() {
            return None;
        }
        let known = before.iter().find(|stall| stall.work == work);
        let seconds = i64::try_from(idle.as_secs()).unwrap_or(i64::MAX);
        Some(known.copied().unwrap_or(Stall {
            work,
            since: wall.plus(-seconds),
        }))
    };
    Work::ALL.into_iter().filter_map(stall).collect()
}

/// Logs the stalls that begin and those that end.
pub(super) fn log_stalls(before: &[Stall], now: &[Stall]) {
    let is_among = |stalls: &[Stall], stall: &Stall| stalls.iter().any(|s| s.work == stall.work);
    for Stall { work, since } in now.iter().filter(|stall| !is_among(before, stall)) {
        warn!(
            "{} has made no progress since {since}; what is published stays",
            work.noun()
        );
    }
    for Stall { work, .. } in before.iter().filter(|stall| !is_among(now, stall)) {
        info!("{} goes on", work.noun());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_stalls_after_ten_seconds_without_progress() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let wall = |seconds| Timestamp(1_000).plus(seconds);
        let last = LastProgress {
            reading: Some(start),
            publication: None,
            state_write: Some(after(5)),
        };
        let reading = Stall {
            work: Work::Reading,
            since: wall(0),
        };
        let state_write = Stall {
            work: Work::StateWrite,
            since: wall(5),
        };
        assert_eq!(find_stalls(&last, &[], after(9), wall(9)), []);
        let first = find_stalls(&last, &[], after(10), wall(10));
        assert_eq!(first, [reading]);
        let second = find_stalls(&last, &first, after(15), wall(15));
        assert_eq!(second, [reading, state_write]);
        // The wall clock was set forward meanwhile.
        let later = find_stalls(&last, &second, after(60), wall(9_999));
        assert_eq!(later, second, "the date stays");
        let advanced = LastProgress {
            reading: Some(after(59)),
            ..last
        };
        let rest = find_stalls(&advanced, &later, after(60), wall(60));
        assert_eq!(rest, [state_write]);
        assert_eq!(
            find_stalls(&LastProgress::default(), &rest, after(61), wall(61)),
            []
        );
    }
}
