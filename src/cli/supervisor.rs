//! Notifies systemd, if it started the daemon: ready, reloading, stopping, watchdog.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{self, Instant};
use tracing::warn;

/// The connection to systemd, with the watchdog timer.
pub(super) struct Supervisor {
    /// Half of the watchdog timeout; `None` if the watchdog is off.
    interval: Option<Duration>,
    next: Instant,
}

impl Supervisor {
    /// The service manager that started this process, if any.
    pub(super) fn of_process() -> Supervisor {
        Supervisor {
            interval: sd_notify::watchdog_enabled().map(|timeout| timeout / 2),
            next: Instant::now(),
        }
    }

    /// The daemon accepts requests.
    pub(super) fn ready(&self) {
        notify(&[NotifyState::Ready]);
    }

    /// The configuration is being read again, until [`Supervisor::ready`].
    pub(super) fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => notify(&[NotifyState::Reloading, now]),
            Err(_) => notify(&[NotifyState::Reloading]),
        }
    }

    /// The daemon finishes open requests and exits within `seconds`.
    pub(super) fn stopping(&self, seconds: u32) {
        let timeout = seconds.saturating_mul(1_000_000);
        notify(&[
            NotifyState::Stopping,
            NotifyState::ExtendTimeoutUsec(timeout),
        ]);
    }

    /// Waits until the next watchdog notification is due, and sends it. Never returns if the
    /// watchdog is off.
    pub(super) async fn notify_watchdog(&mut self) {
        let Some(interval) = self.interval else {
            return std::future::pending().await;
        };
        time::sleep_until(self.next).await;
        self.next = Instant::now() + interval;
        notify(&[NotifyState::Watchdog]);
    }
}

/// Without `NOTIFY_SOCKET` this does nothing.
fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        warn!("cannot notify systemd: {error}");
    }
}
