//! Whether a connection is idle, so that it can be closed when another one needs its place, and whether it
//! has to end because the server stops.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;

/// What one connection does now. Its own task writes this; a connection that waits for a place reads it.
#[derive(Debug)]
pub(super) struct ConnectionActivity {
    accepted: Instant,
    /// When it was last used, in microseconds since it was accepted.
    last_used: AtomicU64,
    /// Whether an answer is being made.
    is_answering: AtomicBool,
    /// Whether the client has to read before more can be written.
    is_writing: AtomicBool,
    /// Whether it has to end as soon as it is idle.
    is_dismissed: AtomicBool,
    /// Whether it has to end after the current answer, because the server stops.
    is_stopping: AtomicBool,
    /// Whether `waker` has been that of the connection's task.
    has_waker: AtomicBool,
    waker: AtomicWaker,
}

impl ConnectionActivity {
    pub(super) fn new() -> ConnectionActivity {
        ConnectionActivity {
            accepted: Instant::now(),
            last_used: AtomicU64::new(0),
            is_answering: AtomicBool::new(false),
            is_writing: AtomicBool::new(false),
            is_dismissed: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
            has_waker: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    /// A request came at `instant`, or was answered then.
    pub(super) fn note_use(&self, instant: Instant, is_answering: bool) {
        self.set_last_used(instant);
        self.is_answering.store(is_answering, Relaxed);
    }

    /// The client has to read before more can be written.
    pub(super) fn note_writing(&self) {
        self.is_writing.store(true, Relaxed);
    }

    /// A write that had to wait went on at `instant`.
    pub(super) fn note_written(&self, instant: Instant) {
        self.set_last_used(instant);
        self.is_writing.store(false, Relaxed);
    }

    fn set_last_used(&self, instant: Instant) {
        let since = instant.saturating_duration_since(self.accepted);
        let microseconds = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        self.last_used.store(microseconds, Relaxed);
    }

    /// How long it has waited for a request at `now`; `None` if it does not wait.
    pub(super) fn idle_for(&self, now: Instant) -> Option<Duration> {
        if self.is_answering.load(Relaxed) || self.is_writing.load(Relaxed) {
            return None;
        }
        let last_used = Duration::from_micros(self.last_used.load(Relaxed));
        let since_accepted = now.saturating_duration_since(self.accepted);
        Some(since_accepted.saturating_sub(last_used))
    }

    pub(super) fn is_dismissed(&self) -> bool {
        self.is_dismissed.load(Relaxed)
    }

    /// Ends the connection as soon as it is idle.
    pub(super) fn dismiss(&self) {
        self.is_dismissed.store(true, Relaxed);
        self.waker.wake();
    }

    /// Lets the connection end after the current answer.
    pub(super) fn stop(&self) {
        self.is_stopping.store(true, Relaxed);
        self.waker.wake();
    }

    /// Polls the connection, which ends early if it is dismissed. The second argument of `poll_connection`
    /// is whether the server stops. Only the task of the connection may poll this.
    pub(super) fn poll<T>(
        &self,
        context: &mut Context<'_>,
        poll_connection: impl FnOnce(&mut Context<'_>, bool) -> Poll<T>,
    ) -> Poll<Option<T>> {
        // The waker of a task stays the same, and is taken only by `dismiss` and `stop`.
        let is_taken = self.is_dismissed() || self.is_stopping.load(Relaxed);
        if is_taken || !self.has_waker.load(Relaxed) {
            self.waker.register(context.waker());
            self.has_waker.store(true, Relaxed);
        }
        match poll_connection(context, self.is_stopping.load(Relaxed)) {
            Poll::Ready(ended) => Poll::Ready(Some(ended)),
            Poll::Pending if self.is_dismissed() && self.idle_for(self.accepted).is_some() => {
                Poll::Ready(None)
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;
    use std::task::{Wake, Waker};

    use super::*;

    #[derive(Default)]
    struct WakeCount(AtomicU32);

    impl Wake for WakeCount {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn a_connection_is_woken_by_each_order_however_often_it_was_polled_before() {
        type Order = fn(&ConnectionActivity);
        let (stop, dismiss): (Order, Order) =
            (ConnectionActivity::stop, ConnectionActivity::dismiss);
        for orders in [[stop, dismiss], [dismiss, stop]] {
            let activity = ConnectionActivity::new();
            // It is not idle, so it goes on.
            activity.note_writing();
            let count = Arc::<WakeCount>::default();
            let waker = Waker::from(count.clone());
            let mut context = Context::from_waker(&waker);
            for (before, order) in orders.into_iter().enumerate() {
                for _ in 0..3 {
                    let ended = activity.poll(&mut context, |_, _| Poll::<()>::Pending);
                    assert_eq!(ended, Poll::Pending);
                }
                assert_eq!(count.0.load(Relaxed) as usize, before);
                order(&activity);
            }
            assert_eq!(count.0.load(Relaxed), 2);
        }
    }
}
