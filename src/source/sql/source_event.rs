//! What the watchers of a database tell, kept until somebody takes it.
//!
//! There is one place for each kind of news, so that nothing piles up behind a long comparison and
//! what is taken is how things stand now.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// News of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceEvent {
    /// It does not answer, or not well; and why.
    Down(Arc<str>),
    /// It answers again, or may have changed unseen: everything is to be compared.
    Up,
    /// Rows changed.
    Changed,
    /// The query gives no rows any more.
    Emptied,
    /// It gives some again.
    Refilled,
}

/// The news of a database as they come; dropping it ends the watching.
#[derive(Debug)]
pub struct SourceEvents {
    pub(super) signals: Arc<PendingSignals>,
    pub(super) watchers: Vec<JoinHandle<()>>,
}

impl SourceEvents {
    /// The next sign; waits for one. Nothing is lost where this is broken off.
    pub async fn next(&mut self) -> SourceEvent {
        loop {
            let news = self.signals.news.notified();
            if let Some(sign) = self.signals.state().take() {
                return sign;
            }
            news.await;
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

/// Where watchers leave their news.
#[derive(Debug, Default)]
pub(super) struct PendingSignals {
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// How the database was last.
    health: Option<Health>,
    untold: bool,
    filling: Option<SourceEvent>,
    changed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Health {
    Up,
    Down(Arc<str>),
}

impl PendingSignals {
    /// It answered; says whether that is news.
    pub(super) fn up(&self) -> bool {
        self.health(Health::Up)
    }

    /// It did not; says whether that is news.
    pub(super) fn down(&self, reason: &str) -> bool {
        self.health(Health::Down(Arc::from(reason)))
    }

    fn health(&self, health: Health) -> bool {
        let mut state = self.state();
        let is_news = state.health.as_ref() != Some(&health);
        state.health = Some(health);
        state.untold |= is_news;
        drop(state);
        if is_news {
            self.news.notify_one();
        }
        is_news
    }

    /// Something may have been missed. While the database is down, `Up` follows anyway.
    pub(super) fn missed(&self) {
        let mut state = self.state();
        state.untold |= state.health == Some(Health::Up);
        drop(state);
        self.news.notify_one();
    }

    /// Rows changed.
    pub(super) fn changed(&self) {
        self.state().changed = true;
        self.news.notify_one();
    }

    /// There are no rows any more, or some again.
    pub(super) fn filled(&self, has_rows: bool) {
        let sign = if has_rows {
            SourceEvent::Refilled
        } else {
            SourceEvent::Emptied
        };
        self.state().filling = Some(sign);
        self.news.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self) -> Option<SourceEvent> {
        if std::mem::take(&mut self.untold) {
            return self.health.clone().map(|health| match health {
                Health::Up => SourceEvent::Up,
                Health::Down(reason) => SourceEvent::Down(reason),
            });
        }
        if let Some(filling) = self.filling.take() {
            return Some(filling);
        }
        std::mem::take(&mut self.changed).then_some(SourceEvent::Changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_how_things_stand_now() {
        let signals = PendingSignals::default();
        let take = || signals.state().take();
        assert_eq!(take(), None);
        signals.changed();
        signals.changed();
        assert!(signals.down("no answer"));
        assert!(!signals.down("no answer"));
        signals.missed();
        signals.filled(false);
        assert_eq!(take(), Some(SourceEvent::Down(Arc::from("no answer"))));
        assert!(signals.up());
        assert_eq!(take(), Some(SourceEvent::Up));
        assert_eq!(take(), Some(SourceEvent::Emptied));
        assert_eq!(take(), Some(SourceEvent::Changed));
        assert_eq!(take(), None);
        signals.missed();
        assert_eq!(take(), Some(SourceEvent::Up));
        assert_eq!(take(), None);
    }
}
