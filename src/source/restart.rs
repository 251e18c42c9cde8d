//! Tasks that must not end: one that returns or panics is started again.
//!
//! This is in the lowest room that has tasks, because all others may use it.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::time;
use tracing::error;

/// The pause before a task is started again, so that one that fails at once does not use up a processor.
pub const RESTART_DELAY: Duration = Duration::from_secs(1);

/// Runs the task that `start` makes, and starts it again whenever it ends; messages call it `name`.
pub async fn restarted<F: Future<Output = ()>>(name: &str, mut start: impl FnMut() -> F) {
    loop {
        let end = match catch_panic(async { start().await }).await {
            Some(()) => "ended",
            None => "panicked",
        };
        error!("{name} {end}; it starts again in {RESTART_DELAY:?}");
        time::sleep(RESTART_DELAY).await;
    }
}

/// The output of a future; `None` if it panics.
async fn catch_panic<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    // After a panic the future is dropped, and what it shares has locks that expect that.
    poll_fn(|context| {
        let poll = AssertUnwindSafe(|| future.as_mut().poll(context));
        match catch_unwind(poll) {
            Ok(polled) => polled.map(Some),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::task;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn task_that_panics_or_ends_starts_again() {
        let starts = Arc::new(AtomicUsize::new(0));
        let counted = starts.clone();
        let running = task::spawn(restarted("the test", move || {
            let start = counted.fetch_add(1, Ordering::SeqCst);
            async move {
                task::yield_now().await;
                match start {
                    0 => panic!("on purpose"),
                    1 => {}
                    _ => std::future::pending().await,
                }
            }
        }));
        time::sleep(RESTART_DELAY * 3).await;
        assert_eq!(starts.load(Ordering::SeqCst), 3);
        assert!(!running.is_finished());
    }
}
