//! The articles' database while it is watched: what is worth a reading, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::{self, JoinHandle};
use tokio::time;
use tracing::{info, warn};

use crate::source::Scope;
use crate::source::sql::count_drift::CountDrift;
use crate::source::sql::{SourceEvent, SourceEvents, Sql};
use crate::source::watcher_messages::{Down, ReadingNote};

/// How soon a reading that failed is tried again, though the database answers; twice as long each time.
const AGAIN_FIRST: Duration = Duration::from_secs(1);

/// The longest that becomes: what was missed meanwhile should not wait.
const AGAIN_LAST: Duration = Duration::from_secs(3);

/// How soon rows whose removal is held are looked for again,
const HELD_LOOK_EVERY: Duration = Duration::from_secs(2);

/// or so many times as long as looking takes.
const HELD_LOOK_SHARE: u32 = 10;

/// The articles' database with the signals it gives.
pub(crate) struct SqlWatcher {
    sql: Sql,
    refresh: Duration,
    signals: Arc<Signals>,
    down: Down,
    listening: JoinHandle<()>,
    /// When what changed lately is asked for.
    poll_at: Instant,
    /// When everything has to be compared again, for once.
    full_at: Option<Instant>,
    /// Whether the last comparison of everything failed.
    has_failed: bool,
    /// How long a failed reading rests.
    rest: Duration,
    drift: CountDrift,
}

/// What the signals ask for.
#[derive(Default)]
struct Signals {
    /// Whether everything has been compared once.
    compared: AtomicBool,
    full: AtomicBool,
    recent: AtomicBool,
    arrived: Notify,
}

impl SqlWatcher {
    pub(crate) fn start(sql: Sql, down: Down) -> SqlWatcher {
        let signals = Arc::new(Signals::default());
        let listening = task::spawn(listen(sql.watch(), signals.clone(), down.clone()));
        let refresh = sql.refresh();
        SqlWatcher {
            sql,
            refresh,
            signals,
            down,
            listening,
            poll_at: Instant::now() + refresh,
            full_at: None,
            has_failed: false,
            rest: AGAIN_FIRST,
            drift: CountDrift::default(),
        }
    }

    /// Whether the database is known not to answer.
    pub(crate) fn is_down(&self) -> bool {
        self.down.borrow().is_some()
    }

    /// Whether a reading that went well shows that the database is well: not while the probe fails, and
    /// of a comparison of everything that failed only another one can tell.
    pub(crate) fn is_proof(&self, is_full: bool) -> bool {
        !self.is_down() && (is_full || !self.has_failed)
    }

    /// Waits for something that is worth a reading.
    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        loop {
            let signals = self.signals.clone();
            let arrived = signals.arrived.notified();
            if !self.is_down() {
                if self.signals.full.swap(false, SeqCst) {
                    self.signals.recent.store(false, SeqCst);
                    return vec![Scope::All];
                }
                if self.full_at.is_none() && self.signals.recent.swap(false, SeqCst) {
                    return self.poll();
                }
            }
            // Before everything was compared nobody knows what is recent.
            let may_poll = !self.is_down() && self.full_at.is_none();
            let full_at = self.full_at.filter(|_| !self.is_down());
            tokio::select! {
                biased;
                () = arrived => {}
                () = until(full_at) => {
                    self.full_at = None;
                    return vec![Scope::All];
                }
                () = time::sleep_until(self.poll_at.into()), if may_poll => return self.poll(),
            }
        }
    }

    fn poll(&mut self) -> Vec<Scope> {
        self.poll_at = Instant::now() + self.refresh;
        vec![Scope::Recent]
    }

    /// Takes note of how a reading went.
    pub(crate) async fn note(&mut self, note: &ReadingNote) {
        let is_full = note.is_full;
        if note.failed {
            self.has_failed |= is_full;
            self.compare_soon();
            return;
        }
        self.has_failed &= !is_full;
        if is_full {
            self.signals.compared.store(true, SeqCst);
            self.full_at = None;
        }
        if note.held > 0 {
            let rest = HELD_LOOK_EVERY.max(note.took * HELD_LOOK_SHARE);
            self.full_at = Some(Instant::now() + rest);
            return;
        }
        match note.unsettled.is_empty() {
            true => self.rest = AGAIN_FIRST,
            // Rows that went away while they were read, or that are never found by their ids.
            false => self.compare_soon(),
        }
        if !is_full && self.sql.has_changed_columns() {
            self.full_at = Some(Instant::now());
            return;
        }
        let Some((given, known)) = self.count().await.zip(note.known) else {
            return;
        };
        if is_full {
            self.drift.after_full_reading(given, known, note.found);
        } else if self.drift.after_partial_reading(given, known) {
            self.full_at = Some(Instant::now());
        }
    }

    /// Believes what was reported of the query's columns.
    pub(crate) fn confirm(&self) {
        if self.sql.misses_columns() {
            self.sql.accept_lost_columns();
        }
    }

    /// Has everything compared after a rest, which grows while there are reasons: what a reading missed
    /// that failed or did not end is not known.
    pub(crate) fn compare_soon(&mut self) {
        self.full_at = Some(Instant::now() + self.rest);
        self.rest = (self.rest * 2).min(AGAIN_LAST);
    }

    /// How many rows the query gives.
    async fn count(&self) -> Option<u64> {
        let sql = self.sql.clone();
        let count = task::spawn_blocking(move || sql.count().ok()).await;
        count.ok().flatten()
    }
}

impl Drop for SqlWatcher {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// Waits until then; for ever without an instant.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Passes signals on as they come: a reading that hangs must not keep anybody from knowing why.
async fn listen(mut events: SourceEvents, signals: Arc<Signals>, down: Down) {
    loop {
        match events.next().await {
            SourceEvent::Down(reason) => {
                down.send_replace(Some(reason));
            }
            SourceEvent::Up => {
                let was_down = down.send_replace(None).is_some();
                if was_down {
                    info!("the database gives articles again: everything is compared");
                }
                // At the start, everything is being compared anyway.
                match was_down || signals.compared.load(SeqCst) {
                    true => signals.full.store(true, SeqCst),
                    false => signals.recent.store(true, SeqCst),
                }
            }
            SourceEvent::Changed => signals.recent.store(true, SeqCst),
            SourceEvent::Emptied => {
                warn!("the query gives no rows any more: everything is compared");
                signals.full.store(true, SeqCst);
            }
            SourceEvent::Refilled => signals.full.store(true, SeqCst),
        }
        signals.arrived.notify_one();
    }
}
