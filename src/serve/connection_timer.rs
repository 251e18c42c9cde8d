//! The timer of a connection. hyper sets a deadline for the headers of every request, and drops nearly
//! every deadline before it passes.
//!
//! To set and clear a timer of the runtime for each request would cost more than the look-up that
//! answers it. So a connection has one timer, which does not change while hyper sets and drops
//! deadlines. When it fires, it is reset to the current deadline.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::time;

#[derive(Debug, Default)]
pub(super) struct ConnectionTimer(Arc<SharedTimer>);

/// The timer of the runtime. The first deadline sets it; it never fires after the nearest deadline.
type SharedTimer = Mutex<Option<Pin<Box<time::Sleep>>>>;

impl Timer for ConnectionTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Deadline {
            deadline: deadline.into(),
            timer: self.0.clone(),
        })
    }
}

struct Deadline {
    deadline: time::Instant,
    timer: Arc<SharedTimer>,
}

impl Sleep for Deadline {}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
        let timer = timer.get_or_insert_with(|| Box::pin(time::sleep_until(self.deadline)));
        if timer.deadline() > self.deadline {
            timer.as_mut().reset(self.deadline);
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= self.deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(self.deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deadline_passes_on_time_after_earlier_and_later_ones() {
        let timer = ConnectionTimer::default();
        let begun = time::Instant::now();
        let seconds = |seconds| begun.into_std() + Duration::from_secs(seconds);
        let passed = || begun.elapsed().as_secs();
        let mut dropped = timer.sleep_until(seconds(10));
        assert!(
            std::future::poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context)))
                .await
                .is_pending()
        );
        drop(dropped);
        timer.sleep_until(seconds(25)).await;
        assert_eq!(passed(), 25);
        let mut later = timer.sleep_until(seconds(60));
        assert!(
            std::future::poll_fn(|context| Poll::Ready(later.as_mut().poll(context)))
                .await
                .is_pending()
        );
        timer.sleep_until(seconds(40)).await;
        assert_eq!(passed(), 40);
        later.await;
        assert_eq!(passed(), 60);
    }
}
