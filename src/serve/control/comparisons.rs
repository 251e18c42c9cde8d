//! Whose turn it is to have a configuration compared.

use std::sync::Arc;
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{self, Instant};

/// Clients that have a configuration compared or wait for it. They leave connections for `taspa confirm`.
const CLIENTS_MAX: usize = 4;

/// Configurations are compared one at a time, and few clients wait for it.
#[derive(Clone, Debug)]
pub(crate) struct Comparisons {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// The turn of one client. It ends when nothing of its comparison is in memory any more.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl Default for Comparisons {
    fn default() -> Comparisons {
        Comparisons {
            places: Arc::new(Semaphore::new(CLIENTS_MAX)),
            turns: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Comparisons {
    /// Waits for a turn until `deadline`; an error says why there is none.
    pub(super) async fn turn(&self, deadline: Instant) -> Result<Arc<Turn>, String> {
        let too_many = || "too many configurations are compared now; try again".to_owned();
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| too_many())?;
        let turn = time::timeout_at(deadline, self.turns.clone().acquire_owned());
        match turn.await {
            Ok(Ok(turn)) => Ok(Arc::new(Turn {
                _place: place,
                _turn: turn,
            })),
            Ok(Err(_)) | Err(_) => Err(too_many()),
        }
    }

    /// Whether no client has a turn or waits for one.
    #[cfg(test)]
    pub(super) fn is_free(&self) -> bool {
        self.turns.available_permits() == 1 && self.places.available_permits() == CLIENTS_MAX
    }
}

/// Runs `work` on a thread that ends with it. Whoever waits longer than until `deadline` gets an error; the
/// turn goes on until the thread has ended.
pub(super) async fn run<T: Send + 'static>(
    turn: Arc<Turn>,
    deadline: Instant,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (result, done) = oneshot::channel();
    let work = move || {
        let _ = result.send(work());
        drop(turn);
    };
    let thread = thread::Builder::new().name("comparison".to_owned());
    if let Err(error) = thread.spawn(work) {
        return Err(format!("cannot start a thread: {error}"));
    }
    match time::timeout_at(deadline, done).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err("the comparison ended early".to_owned()),
        Err(_) => Err("the comparison takes too long".to_owned()),
    }
}
