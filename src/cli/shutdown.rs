//! How the daemon stops.

use std::future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{self, Instant};
use tracing::info;

use crate::publish::health::Health;

/// Shutdown in two steps: `/readyz` says no, so that load balancers stop sending requests; after a delay
/// no connection is accepted.
pub(super) struct Shutdown {
    stop: watch::Sender<bool>,
    delay: Duration,
    /// When accepting stops; `None` before the shutdown begins, and after accepting has stopped.
    due: Option<Instant>,
    pub(super) has_begun: bool,
}

impl Shutdown {
    pub(super) fn new(stop: watch::Sender<bool>, delay_seconds: u32) -> Shutdown {
        Shutdown {
            stop,
            delay: Duration::from_secs(delay_seconds.into()),
            due: None,
            has_begun: false,
        }
    }

    pub(super) fn begin(&mut self, health: &Health) {
        health.note_draining();
        self.has_begun = true;
        let delay = self.delay;
        self.due = Some(Instant::now() + delay);
        if !delay.is_zero() {
            info!("stopping in {delay:?}: /readyz says no, requests are still taken");
        }
    }

    /// Turns true when no connection is accepted any more.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    pub(super) async fn delay_over(&self) {
        match self.due {
            Some(due) => time::sleep_until(due).await,
            None => future::pending().await,
        }
    }

    pub(super) fn stop_accepting(&mut self) {
        info!("stopping: open requests are finished first");
        self.stop_all();
    }

    /// Stops the loops too.
    pub(super) fn stop_all(&mut self) {
        self.due = None;
        self.stop.send_replace(true);
    }
}
