//! The timeout of a request's headers, and of a connection without a request.
//!
//! hyper has one too. It sets and drops a deadline for every request, which costs more than the look-up that
//! answers it. A connection notes when it was last used anyway, so its timer looks at that only when it fires.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::serve::connection_activity::ConnectionActivity;

/// Ends a connection that waited too long for the headers of a request.
#[derive(Debug)]
pub(super) struct HeaderTimeout {
    timeout: Duration,
    /// It never fires after the time at which the connection has to end.
    timer: Pin<Box<Sleep>>,
    /// Whether the timer wakes the task when it fires.
    is_set: bool,
}

impl HeaderTimeout {
    pub(super) fn new(timeout: Duration) -> HeaderTimeout {
        HeaderTimeout {
            timeout,
            timer: Box::pin(sleep(timeout)),
            is_set: false,
        }
    }

    /// Ready when the connection has to end. Only the task of the connection may poll this.
    pub(super) fn poll(
        &mut self,
        context: &mut Context<'_>,
        activity: &ConnectionActivity,
    ) -> Poll<()> {
        loop {
            if self.is_set && !self.timer.is_elapsed() {
                return Poll::Pending;
            }
            self.is_set = true;
            ready!(self.timer.as_mut().poll(context));
            let now = Instant::now();
            let waited = activity.idle_for(now.into_std()).unwrap_or_default();
            if waited >= self.timeout {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(now + (self.timeout - waited));
            self.is_set = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(10);

    /// A connection whose timeout runs, and the seconds after which it has ended.
    fn begin() -> (Arc<ConnectionActivity>, impl Future<Output = u64>) {
        let activity = Arc::new(ConnectionActivity::new());
        let (begun, watched) = (Instant::now(), activity.clone());
        let mut timeout = HeaderTimeout::new(TIMEOUT);
        let ended = tokio::spawn(async move {
            poll_fn(|context| timeout.poll(context, &watched)).await;
            begun.elapsed().as_secs()
        });
        (activity, async { ended.await.expect("no panic") })
    }

    fn now() -> std::time::Instant {
        Instant::now().into_std()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_ends_when_it_has_waited_for_the_timeout() {
        let (_silent, ended) = begin();
        assert_eq!(ended.await, 10);

        let (used, ended) = begin();
        for seconds in [7, 9, 6] {
            sleep(Duration::from_secs(seconds)).await;
            used.note_use(now(), false);
        }
        assert_eq!(ended.await, 32);

        let (answering, ended) = begin();
        answering.note_use(now(), true);
        sleep(Duration::from_secs(33)).await;
        answering.note_use(now(), false);
        assert_eq!(ended.await, 43);

        let (writing, ended) = begin();
        writing.note_writing();
        sleep(Duration::from_secs(25)).await;
        writing.note_written(now());
        assert_eq!(ended.await, 35, "the client had its answer only then");
    }
}
