//! How many selections are made at once. Anybody can name any combination of terms, so selections have
//! permits of their own, and other documents never wait behind them.

use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task;
use tokio::time::timeout;

/// Selections that are made at once, on any number of processors: half of the blocking threads of one
/// serving thread.
const AT_ONCE_MAX: usize = 4;

/// Requests that may wait for a permit.
const WAITING_MAX: usize = 256;

/// How long a request waits for a permit.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Why a selection was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum SelectionRefusal {
    /// Too many requests wait, or this one waited too long.
    #[error("too many selections are requested at the moment")]
    Busy,
    /// The task panicked, or the daemon is stopping.
    #[error("the selection cannot be made at the moment")]
    Task,
}

pub(super) struct SelectionLimit {
    /// For each selection that is made or waits.
    places: Semaphore,
    /// For each selection that is searched for, rendered or encoded.
    permits: Arc<Semaphore>,
}

impl SelectionLimit {
    pub(super) fn new() -> SelectionLimit {
        let processors = available_parallelism().map_or(1, std::num::NonZero::get);
        SelectionLimit::of(processors.min(AT_ONCE_MAX), WAITING_MAX)
    }

    fn of(at_once: usize, waiting: usize) -> SelectionLimit {
        SelectionLimit {
            places: Semaphore::new(at_once + waiting),
            permits: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// A place for a request, which it keeps until it has its answer.
    pub(super) fn enter(&self) -> Result<impl Sized + '_, SelectionRefusal> {
        self.places
            .try_acquire()
            .map_err(|_| SelectionRefusal::Busy)
    }

    /// The permits under which documents of selections are made.
    pub(super) fn permits(&self) -> &Arc<Semaphore> {
        &self.permits
    }

    /// Runs the search of a selection on a blocking thread.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        search: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, SelectionRefusal> {
        let permit = timeout(WAIT_MAX, self.permits.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| SelectionRefusal::Busy)?;
        let permit = permit.map_err(|_| SelectionRefusal::Task)?;
        run_with(permit, search)
            .await
            .map_err(|_| SelectionRefusal::Task)
    }
}

/// Runs work on a blocking thread, which keeps the permit to its end, also if the client leaves.
pub(super) async fn run_with<T: Send + 'static>(
    permit: OwnedSemaphorePermit,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, task::JoinError> {
    let work = move || {
        let result = work();
        drop(permit);
        result
    };
    task::spawn_blocking(work).await
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn only_requests_beyond_the_places_are_refused() {
        let limit = SelectionLimit::of(1, 1);
        let (first, second) = (limit.enter(), limit.enter());
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(limit.enter().err(), Some(SelectionRefusal::Busy));
        drop(first);
        assert!(limit.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_a_permit_up_to_the_deadline() {
        let limit = SelectionLimit::of(1, 1);
        let held = limit.permits().clone().acquire_owned().await;
        assert_eq!(limit.run(|| ()).await, Err(SelectionRefusal::Busy));
        drop(held);
        assert_eq!(limit.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn work_of_a_client_that_left_keeps_its_permit() {
        let limit = SelectionLimit::of(1, 1);
        let (begun, begins) = tokio::sync::oneshot::channel();
        let (end, ends) = mpsc::channel::<()>();
        let search = move || {
            let _ = begun.send(());
            let _ = ends.recv();
        };
        tokio::select! {
            _ = limit.run(search) => panic!("it has not ended"),
            _ = begins => {}
        }
        assert_eq!(limit.permits().available_permits(), 0);
        drop(end);
        assert!(limit.permits().acquire().await.is_ok());
    }
}
