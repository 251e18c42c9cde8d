//! What systemd is told, where it started the daemon: ready, reloading, stopping, alive.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{self, Instant};
use tracing::warn;

/// The supervisor, and when it next wants to hear that the daemon lives.
pub(super) struct Supervisor {
    /// Half of the time after which it would believe the daemon dead.
    interval: Option<Duration>,
    next: Instant,
}

impl Supervisor {
    /// The one that started this process, if it listens.
    pub(super) fn of_process() -> Supervisor {
        Supervisor {
            interval: sd_notify::watchdog_enabled().map(|timeout| timeout / 2),
            next: Instant::now(),
        }
    }

    /// Requests are taken.
    pub(super) fn ready(&self) {
        notify(&[NotifyState::Ready]);
    }

    /// The configuration is read again; [`Supervisor::ready`] ends it.
    pub(super) fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => notify(&[NotifyState::Reloading, now]),
            Err(_) => notify(&[NotifyState::Reloading]),
        }
    }

    /// Open requests are finished, then the process ends, which may take so many seconds.
    pub(super) fn stopping(&self, seconds: u32) {
        let timeout = seconds.saturating_mul(1_000_000);
        notify(&[
            NotifyState::Stopping,
            NotifyState::ExtendTimeoutUsec(timeout),
        ]);
    }

    /// Waits until it is time for a sign of life, and gives it; for ever where nobody asks for one.
    pub(super) async fn notify_watchdog(&mut self) {
        let Some(interval) = self.interval else {
            return std::future::pending().await;
        };
        time::sleep_until(self.next).await;
        self.next = Instant::now() + interval;
        notify(&[NotifyState::Watchdog]);
    }
}

/// Nothing happens where nobody listens.
fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        warn!("the supervisor cannot be told: {error}");
    }
}
