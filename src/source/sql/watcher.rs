//! The articles' database while it is followed: what is worth a reading, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::{self, JoinHandle};
use tokio::time;
use tracing::{info, warn};

use crate::model::time::Timestamp;
use crate::publish::health::Health;
use crate::publish::outage::Outage;
use crate::publish::publisher::{Publisher, Report};
use crate::source::Scope;
use crate::source::sql::count_drift::Surplus;
use crate::source::sql::{SourceEvent, SourceEvents, Sql};

/// How soon a reading that failed is tried again, though the database answers; twice as long each time.
const AGAIN_FIRST: Duration = Duration::from_secs(1);

/// The longest that becomes: what was missed meanwhile should not wait.
const AGAIN_LAST: Duration = Duration::from_secs(3);

/// How soon rows whose removal is held are looked for again,
const HELD_LOOK_EVERY: Duration = Duration::from_secs(2);

/// or so many times as long as looking takes.
const HELD_LOOK_SHARE: u32 = 10;

/// The articles' database with the signs it gives.
pub(crate) struct SqlWatcher {
    publisher: Arc<Publisher>,
    sql: Sql,
    refresh: Duration,
    told: Arc<Told>,
    outage: Arc<Outage>,
    listening: JoinHandle<()>,
    /// When what changed lately is asked for.
    poll_at: Instant,
    /// When everything has to be compared again, for once.
    whole_at: Option<Instant>,
    /// Whether the last comparison of everything failed.
    has_failed: bool,
    /// How long a failed reading rests.
    rest: Duration,
    surplus: Surplus,
}

/// What the signs ask for.
#[derive(Default)]
struct Told {
    /// Whether everything has been compared once.
    compared: AtomicBool,
    whole: AtomicBool,
    recent: AtomicBool,
    news: Notify,
}

impl SqlWatcher {
    pub(crate) fn start(
        publisher: &Arc<Publisher>,
        health: &Arc<Health>,
        outage: &Arc<Outage>,
        sql: Sql,
    ) -> SqlWatcher {
        let told = Arc::new(Told::default());
        let listening = task::spawn(listen(
            sql.watch(),
            told.clone(),
            health.clone(),
            outage.clone(),
        ));
        let refresh = sql.refresh();
        SqlWatcher {
            publisher: publisher.clone(),
            sql,
            refresh,
            told,
            outage: outage.clone(),
            listening,
            poll_at: Instant::now() + refresh,
            whole_at: None,
            has_failed: false,
            rest: AGAIN_FIRST,
            surplus: Surplus::default(),
        }
    }

    /// Whether the database is known not to answer.
    pub(crate) fn is_down(&self) -> bool {
        self.outage.is_down()
    }

    /// Whether a reading of `scopes` that went well shows that the database is well: not while the
    /// pulse fails, and of a comparison that failed only another one can tell.
    pub(crate) fn is_proof(&self, scopes: &[Scope]) -> bool {
        !self.is_down() && (scopes.contains(&Scope::Whole) || !self.has_failed)
    }

    /// Waits for something that is worth a reading.
    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        loop {
            let told = self.told.clone();
            let news = told.news.notified();
            if !self.is_down() {
                if self.told.whole.swap(false, SeqCst) {
                    self.told.recent.store(false, SeqCst);
                    return vec![Scope::Whole];
                }
                if self.whole_at.is_none() && self.told.recent.swap(false, SeqCst) {
                    return self.poll();
                }
            }
            // Before everything was compared nobody knows what is recent.
            let may_poll = !self.is_down() && self.whole_at.is_none();
            let whole_at = self.whole_at.filter(|_| !self.is_down());
            tokio::select! {
                biased;
                () = news => {}
                () = until(whole_at) => {
                    self.whole_at = None;
                    return vec![Scope::Whole];
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
    pub(crate) async fn note(&mut self, scopes: &[Scope], report: &Report, took: Duration) {
        let whole = scopes.contains(&Scope::Whole);
        if report.failure.is_some() {
            self.has_failed |= whole;
            self.compare_soon();
            return;
        }
        self.has_failed &= !whole;
        if whole {
            self.told.compared.store(true, SeqCst);
            self.whole_at = None;
        }
        if report.held > 0 {
            let rest = HELD_LOOK_EVERY.max(took * HELD_LOOK_SHARE);
            self.whole_at = Some(Instant::now() + rest);
            return;
        }
        match report.unsettled.is_empty() {
            true => self.rest = AGAIN_FIRST,
            // Rows that went away while they were read, or that are never found by their ids.
            false => self.compare_soon(),
        }
        if !whole && self.sql.is_reshaped() {
            self.whole_at = Some(Instant::now());
            return;
        }
        let Some((given, known)) = self.counts().await else {
            return;
        };
        if whole {
            let found = report.read > 0 || report.changed > 0;
            self.surplus.after_all(given, known, found);
        } else if self.surplus.after_some(given, known) {
            self.whole_at = Some(Instant::now());
        }
    }

    /// Believes what was reported of the query's columns.
    pub(crate) fn confirm(&self) {
        if self.sql.misses_columns() {
            self.sql.give_up_columns();
        }
    }

    /// Has everything compared after a rest, which grows while there are reasons: what a reading missed
    /// that failed or did not end is not known.
    pub(crate) fn compare_soon(&mut self) {
        self.whole_at = Some(Instant::now() + self.rest);
        self.rest = (self.rest * 2).min(AGAIN_LAST);
    }

    /// How many rows the query gives, and how many are known.
    async fn counts(&self) -> Option<(u64, u64)> {
        let (sql, publisher) = (self.sql.clone(), self.publisher.clone());
        let counting = task::spawn_blocking(move || {
            let given = sql.count().ok()?;
            let known = publisher.store().count_files().ok()?;
            Some((given, known))
        });
        counting.await.ok().flatten()
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

/// Passes signs on as they come: a reading that hangs must not keep anybody from knowing why.
async fn listen(mut line: SourceEvents, told: Arc<Told>, health: Arc<Health>, outage: Arc<Outage>) {
    loop {
        match line.next().await {
            SourceEvent::Down(reason) => {
                outage.note_down();
                // Whoever reads the log and then asks finds what it said.
                health.note_failing_source(&reason, Timestamp::now());
                outage.tell(&reason);
            }
            SourceEvent::Up => {
                let was_down = outage.note_up();
                if was_down {
                    info!("the database gives articles again: everything is compared");
                }
                // At the start, everything is being compared anyway.
                match was_down || told.compared.load(SeqCst) {
                    true => told.whole.store(true, SeqCst),
                    false => told.recent.store(true, SeqCst),
                }
            }
            SourceEvent::Changed => told.recent.store(true, SeqCst),
            SourceEvent::Emptied => {
                warn!("the query gives no rows any more: everything is compared");
                told.whole.store(true, SeqCst);
            }
            SourceEvent::Refilled => told.whole.store(true, SeqCst),
        }
        told.news.notify_one();
    }
}
