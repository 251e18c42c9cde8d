//! Whose turn it is to have the daemon do work that takes seconds.

use std::sync::Arc;
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{self, Instant};
use tracing::debug;

/// How much such work gives way to other threads.
const NICENESS: i32 = 10;

/// One kind of work is done at most so many times at once, and few clients wait for it.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    /// What one piece of work is called.
    noun: &'static str,
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    most: (usize, usize),
}

/// The turn of one client. It ends when nothing of its work is in memory any more.
#[derive(Debug)]
pub(super) struct Turn {
    noun: &'static str,
    _place: OwnedSemaphorePermit,
    _turn: OwnedSemaphorePermit,
}

impl Turns {
    /// Turns of which `at_once` clients have one, while all together are at most `clients`.
    pub(super) fn new(noun: &'static str, at_once: usize, clients: usize) -> Turns {
        Turns {
            noun,
            places: Arc::new(Semaphore::new(clients)),
            turns: Arc::new(Semaphore::new(at_once)),
            most: (at_once, clients),
        }
    }

    /// Waits for a turn until `deadline`; an error says why there is none.
    pub(super) async fn turn(&self, deadline: Instant) -> Result<Arc<Turn>, String> {
        let too_many = || format!("too many clients wait for a {} now; try again", self.noun);
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| too_many())?;
        let turn = time::timeout_at(deadline, self.turns.clone().acquire_owned());
        match turn.await {
            Ok(Ok(turn)) => Ok(Arc::new(Turn {
                noun: self.noun,
                _place: place,
                _turn: turn,
            })),
            Ok(Err(_)) | Err(_) => Err(too_many()),
        }
    }

    /// Waits until the work of every client has ended.
    pub(super) async fn all_ended(&self) {
        let clients = u32::try_from(self.most.1).unwrap_or(u32::MAX);
        // An error says that the semaphore was closed, which nothing does.
        let _ = self.places.acquire_many(clients).await;
    }

    /// Whether no client has a turn or waits for one.
    #[cfg(test)]
    pub(super) fn is_free(&self) -> bool {
        let free = (&self.turns, &self.places);
        (free.0.available_permits(), free.1.available_permits()) == self.most
    }
}

/// Runs `work` on a thread of lower priority that ends with it. Whoever waits longer than until `deadline` gets an
/// error; the turn goes on until the thread has ended.
pub(super) async fn run<T: Send + 'static>(
    turn: Arc<Turn>,
    deadline: Instant,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (result, done) = oneshot::channel();
    let noun = turn.noun;
    let work = move || {
        if let Err(error) = rustix::process::nice(NICENESS) {
            debug!("the system refuses a lower priority for a {noun}: {error}");
        }
        let _ = result.send(work());
        drop(turn);
    };
    let thread = thread::Builder::new().name(noun.to_owned());
    if let Err(error) = thread.spawn(work) {
        return Err(format!("cannot start a thread: {error}"));
    }
    match time::timeout_at(deadline, done).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_)) => Err(format!("the {noun} ended early")),
        Err(_) => Err(format!("the {noun} takes too long")),
    }
}
