//! Notifies systemd, if it started the daemon: starting, ready, reloading, stopping, alive.
//!
//! Ready means that feeds are published. The watchdog proves that the publishing loop goes round, not
//! only that the process has a thread that sends messages.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{self, Instant};
use tracing::warn;

/// How often systemd is asked for more time to start.
const EXTEND_EVERY: Duration = Duration::from_secs(5);

/// How much more time that is, and how long the first publication may take.
const EXTENSION: Duration = Duration::from_secs(60);

/// The longest time between two rounds of a publishing loop that has nothing to do, twice.
const ROUNDS_MIN: Duration = Duration::from_secs(2);

/// The connection to systemd.
pub(super) struct Supervisor {
    /// Half of the watchdog timeout; `None` if the watchdog is off.
    watchdog: Option<Duration>,
    /// When the next notification is due.
    next: Instant,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Starting,
    Ready,
    Reloading,
    Stopping,
}

impl Supervisor {
    /// The service manager that started this process, if any.
    pub(super) fn of_process() -> Supervisor {
        Supervisor {
            watchdog: sd_notify::watchdog_enabled().map(|timeout| timeout / 2),
            next: Instant::now(),
            phase: Phase::Starting,
        }
    }

    /// Whether feeds are not published yet.
    pub(super) fn is_starting(&self) -> bool {
        self.phase == Phase::Starting
    }

    /// Feeds are published.
    pub(super) fn ready(&mut self) {
        self.phase = Phase::Ready;
        self.next = Instant::now();
        notify(&[
            NotifyState::Ready,
            NotifyState::Status("feeds are published"),
        ]);
    }

    /// The configuration is being read again, until [`Supervisor::reloaded`]. Before the daemon is ready,
    /// a reload is a part of its start.
    pub(super) fn reloading(&mut self) {
        if !matches!(self.phase, Phase::Ready | Phase::Reloading) {
            return;
        }
        self.phase = Phase::Reloading;
        match NotifyState::monotonic_usec_now() {
            Ok(now) => notify(&[NotifyState::Reloading, now]),
            Err(_) => notify(&[NotifyState::Reloading]),
        }
    }

    /// The configuration was put in force or refused.
    pub(super) fn reloaded(&mut self) {
        if self.phase == Phase::Reloading {
            self.phase = Phase::Ready;
            notify(&[NotifyState::Ready]);
        }
    }

    /// The daemon finishes open requests and exits within `seconds`.
    pub(super) fn stopping(&mut self, seconds: u32) {
        self.phase = Phase::Stopping;
        let timeout = seconds.saturating_mul(1_000_000);
        notify(&[
            NotifyState::Stopping,
            NotifyState::ExtendTimeoutUsec(timeout),
        ]);
    }

    /// Waits until [`Supervisor::notify_alive`] has something to send.
    pub(super) async fn due(&self) {
        let is_needed = match self.phase {
            Phase::Starting => true,
            Phase::Ready | Phase::Reloading => self.watchdog.is_some(),
            Phase::Stopping => false,
        };
        match is_needed {
            true => time::sleep_until(self.next).await,
            false => std::future::pending().await,
        }
    }

    /// Asks for more time while the daemon starts, and sends the `status` of the start; later notifies the
    /// watchdog. Sends neither unless `is_alive` says that the publisher went round within that time.
    pub(super) fn notify_alive(
        &mut self,
        is_alive: impl FnOnce(Duration) -> bool,
        status: impl FnOnce() -> String,
    ) {
        let (interval, limit) = match self.watchdog {
            Some(interval) if !self.is_starting() => (interval, interval.max(ROUNDS_MIN)),
            _ => (EXTEND_EVERY, EXTENSION),
        };
        self.next = Instant::now() + interval;
        if is_alive(limit) {
            notify(&self.sign_of_life(&status()));
        }
    }

    fn sign_of_life<'a>(&self, status: &'a str) -> Vec<NotifyState<'a>> {
        if !self.is_starting() {
            return vec![NotifyState::Watchdog];
        }
        let timeout = u32::try_from(EXTENSION.as_micros()).unwrap_or(u32::MAX);
        // A further line would be another notification.
        let status = status.lines().next().unwrap_or_default();
        vec![
            NotifyState::ExtendTimeoutUsec(timeout),
            NotifyState::Status(status),
        ]
    }
}

/// Without `NOTIFY_SOCKET` this does nothing.
fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        warn!("cannot notify systemd: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn publisher_must_have_gone_round_since_the_last_notification() {
        let minute = Duration::from_secs(60);
        let mut supervisor = Supervisor {
            watchdog: Some(minute),
            next: Instant::now(),
            phase: Phase::Starting,
        };
        let asked = |supervisor: &mut Supervisor| {
            let within = Cell::new(Duration::ZERO);
            let is_alive = |time| {
                within.set(time);
                false
            };
            supervisor.notify_alive(is_alive, || unreachable!("nothing is sent"));
            within.get()
        };
        assert_eq!(asked(&mut supervisor), EXTENSION);
        let sent = |supervisor: &Supervisor, status| {
            let states = supervisor.sign_of_life(status);
            states
                .iter()
                .map(NotifyState::to_string)
                .collect::<Vec<_>>()
        };
        let extension = "EXTEND_TIMEOUT_USEC=60000000";
        assert_eq!(
            sent(&supervisor, "no such folder\nREADY=1"),
            [extension, "STATUS=no such folder"]
        );
        supervisor.ready();
        assert_eq!(asked(&mut supervisor), minute);
        assert_eq!(sent(&supervisor, ""), ["WATCHDOG=1"]);
        supervisor.watchdog = Some(Duration::from_millis(100));
        assert_eq!(asked(&mut supervisor), ROUNDS_MIN);
    }
}
