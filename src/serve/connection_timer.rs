//! Deadlines of a connection, which nearly always pass unneeded: hyper sets one for the header of
//! every request and drops it with the last byte.
//!
//! Setting and clearing a timer of the runtime for each would cost more than the look-up that
//! answers. So a connection has one timer, which stays as it is while deadlines come and go; when it
//! goes off, it is set to the deadline that counts then.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::time;

/// The timer of one connection.
#[derive(Debug, Default)]
pub(super) struct ConnectionTimer(Arc<Alarm>);

/// Set once there is a deadline, and never later than the nearest one.
type Alarm = Mutex<Option<Pin<Box<time::Sleep>>>>;

impl Timer for ConnectionTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait {
            deadline: deadline.into(),
            alarm: self.0.clone(),
        })
    }
}

struct Wait {
    deadline: time::Instant,
    alarm: Arc<Alarm>,
}

impl Sleep for Wait {}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut alarm = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        let alarm = alarm.get_or_insert_with(|| Box::pin(time::sleep_until(self.deadline)));
        if alarm.deadline() > self.deadline {
            alarm.as_mut().reset(self.deadline);
        }
        loop {
            ready!(alarm.as_mut().poll(context));
            if alarm.deadline() >= self.deadline {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(self.deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_deadline_holds_whatever_others_were_set_before() {
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
