//! What the watchers of a database report, kept until it is taken.
//!
//! There is one slot for each kind of event, so nothing queues up behind a long comparison, and an
//! event that is taken describes the present state.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// An event of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceEvent {
    /// It does not answer, or answers with an error, for this reason.
    Down(Arc<str>),
    /// It answers again, or may have changed unnoticed: everything has to be compared.
    Up,
    /// Rows changed.
    Changed,
    /// The query returns no rows any more.
    Emptied,
    /// The query returns rows again.
    Refilled,
}

/// The events of a database; dropping it ends the watching.
#[derive(Debug)]
pub struct SourceEvents {
    pub(super) signals: Arc<PendingSignals>,
    pub(super) watchers: Vec<JoinHandle<()>>,
}

impl SourceEvents {
    /// Waits for the next event. Cancelling it loses nothing.
    pub async fn next(&mut self) -> SourceEvent {
        loop {
            let arrived = self.signals.arrived.notified();
            if let Some(event) = self.signals.state().take() {
                return event;
            }
            arrived.await;
        }
    }
}

impl Drop for SourceEvents {
    fn drop(&mut self) {
        for watcher in &self.watchers {
            watcher.abort();
        }
    }
}

/// Where watchers leave events.
#[derive(Debug, Default)]
pub(super) struct PendingSignals {
    state: Mutex<State>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The last state of the database: `Up` or `Down`.
    health: Option<SourceEvent>,
    is_health_pending: bool,
    /// `Emptied` or `Refilled`.
    rows: Option<SourceEvent>,
    changed: bool,
}

impl PendingSignals {
    /// The database answered; whether it did not before.
    pub(super) fn up(&self) -> bool {
        self.set_health(SourceEvent::Up)
    }

    pub(super) fn down(&self, reason: &str) {
        self.set_health(SourceEvent::Down(reason.into()));
    }

    fn set_health(&self, health: SourceEvent) -> bool {
        let mut state = self.state();
        let is_new = state.health.as_ref() != Some(&health);
        state.health = Some(health);
        state.is_health_pending |= is_new;
        drop(state);
        if is_new {
            self.arrived.notify_one();
        }
        is_new
    }

    /// A change may have been missed. While the database is down, `Up` follows anyway.
    pub(super) fn missed(&self) {
        let mut state = self.state();
        state.is_health_pending |= state.health == Some(SourceEvent::Up);
        drop(state);
        self.arrived.notify_one();
    }

    /// Rows changed.
    pub(super) fn changed(&self) {
        self.state().changed = true;
        self.arrived.notify_one();
    }

    /// The query returns rows again, or none any more.
    pub(super) fn has_rows(&self, has_rows: bool) {
        self.state().rows = Some(match has_rows {
            true => SourceEvent::Refilled,
            false => SourceEvent::Emptied,
        });
        self.arrived.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self) -> Option<SourceEvent> {
        if mem::take(&mut self.is_health_pending) {
            return self.health.clone();
        }
        self.rows
            .take()
            .or_else(|| mem::take(&mut self.changed).then_some(SourceEvent::Changed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_describe_the_present_state() {
        let signals = PendingSignals::default();
        let take = || signals.state().take();
        assert_eq!(take(), None);
        signals.changed();
        signals.changed();
        signals.down("no answer");
        signals.missed();
        signals.has_rows(false);
        assert_eq!(take(), Some(SourceEvent::Down("no answer".into())));
        signals.down("no answer");
        assert!(signals.up());
        assert_eq!(take(), Some(SourceEvent::Up));
        assert!(!signals.up());
        assert_eq!(take(), Some(SourceEvent::Emptied));
        assert_eq!(take(), Some(SourceEvent::Changed));
        assert_eq!(take(), None);
        signals.missed();
        assert_eq!(take(), Some(SourceEvent::Up));
        assert_eq!(take(), None);
    }
}
