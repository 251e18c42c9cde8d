//! A search over all articles, which ends early when nobody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::publish::pace::{Pace, Pauses};

/// The pace and the end of a search.
#[derive(Debug)]
pub struct Search {
    pauses: Pauses,
    deadline: Option<Instant>,
    is_cancelled: Arc<AtomicBool>,
}

/// Why a search ended before its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchEnded {
    /// It reached its deadline.
    #[error("the search takes too long; name the article by its key or its file")]
    TooLong,
    /// Its client does not wait any more.
    #[error("the search was cancelled")]
    Cancelled,
}

impl Search {
    /// A search that nothing else of this process waits for.
    pub fn alone() -> Search {
        Search {
            pauses: Pauses::new(Pace::Full),
            deadline: None,
            is_cancelled: Arc::default(),
        }
    }

    /// A search beside a daemon that serves. It ends at `deadline`, and once it is cancelled.
    pub fn beside_daemon(deadline: Instant, is_cancelled: Arc<AtomicBool>) -> Search {
        Search {
            pauses: Pauses::new(Pace::Slow),
            deadline: Some(deadline),
            is_cancelled,
        }
    }

    /// Is called before each article.
    pub(super) fn step(&mut self) -> Result<(), SearchEnded> {
        self.pauses.pause();
        if self.is_cancelled.load(Ordering::Relaxed) {
            return Err(SearchEnded::Cancelled);
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(SearchEnded::TooLong),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_search_ends_at_its_deadline_and_when_it_is_cancelled() {
        let later = Instant::now() + Duration::from_secs(600);
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let mut search = Search::beside_daemon(later, is_cancelled.clone());
        assert_eq!(search.step(), Ok(()));
        is_cancelled.store(true, Ordering::Relaxed);
        assert_eq!(search.step(), Err(SearchEnded::Cancelled));
        let mut late = Search::beside_daemon(Instant::now(), Arc::default());
        assert_eq!(late.step(), Err(SearchEnded::TooLong));
        assert_eq!(Search::alone().step(), Ok(()));
    }
}
