//! Watches the articles' database: which scopes to read, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::{self, JoinHandle};
use tokio::time;
use tracing::{info, warn};

use crate::source::Scope;
use crate::source::restart::restarted;
use crate::source::sql::id_sum::{IdSum, ListedIds};
use crate::source::sql::reading::ROWS_A_STATEMENT;
use crate::source::sql::{SourceEvent, SourceEvents, Sql, SqlError};
use crate::source::watcher_messages::{OutageSender, ReadingNote};

/// The first delay of a retry after a failed reading; each retry doubles it.
const RETRY_FIRST: Duration = Duration::from_secs(1);

/// The longest delay, because changes wait for the retry.
const RETRY_LAST: Duration = Duration::from_secs(3);

/// How soon a full reading follows one that held a removal,
const HELD_REREAD_AFTER: Duration = Duration::from_secs(2);

/// but at least this many times as long as the last one took.
const LONG_READING_SHARE: u32 = 10;

/// What follows where the ids cannot be added up: only comparisons of all ids are left.
pub(crate) const NOTICED_LATE: &str = "rows that come or go are noticed only every `reconcile`";

/// With so many failures in a row to add up the ids, it is no passing one.
const SUM_FAILURES: usize = 2;

/// How soon all columns are compared again after that failed, with the same share.
const COLUMNS_RETRY_AFTER: Duration = Duration::from_secs(60);

pub(crate) struct SqlWatcher {
    sql: Sql,
    signals: Arc<Signals>,
    down: OutageSender,
    listening: JoinHandle<()>,
    poll_at: Instant,
    /// When a full reading is due by itself.
    full_at: Option<Instant>,
    /// When all columns are to be compared.
    columns_at: Instant,
    full_failed: bool,
    retry_delay: Duration,
    listed: ListedIds,
    /// How often in a row the ids could not be added up, and why.
    unsummed: Option<(usize, String)>,
}

/// The readings that events demand.
#[derive(Default)]
struct Signals {
    /// Whether a full reading has succeeded since the start.
    compared: AtomicBool,
    full: AtomicBool,
    recent: AtomicBool,
    arrived: Notify,
}

impl SqlWatcher {
    pub(crate) fn start(sql: Sql, down: OutageSender) -> SqlWatcher {
        let signals = Arc::new(Signals::default());
        let (watched, noted, reported) = (sql.clone(), signals.clone(), down.clone());
        let listening = task::spawn(restarted("the watch of the database", move || {
            listen(watched.watch(), noted.clone(), reported.clone())
        }));
        SqlWatcher {
            poll_at: Instant::now() + sql.refresh(),
            sql,
            signals,
            down,
            listening,
            full_at: None,
            columns_at: Instant::now(),
            full_failed: false,
            retry_delay: RETRY_FIRST,
            listed: ListedIds::default(),
            unsummed: None,
        }
    }

    pub(crate) fn is_down(&self) -> bool {
        self.down.borrow().is_some()
    }

    /// Whether a successful reading ends an outage: not while the probe fails, and after a full reading
    /// that failed only another full one does.
    pub(crate) fn ends_outage(&self, is_full: bool) -> bool {
        !self.is_down() && (is_full || !self.full_failed)
    }

    /// Why rows that come or go are noticed late, if the ids cannot be added up.
    pub(crate) fn refusal(&self) -> Option<&str> {
        let (failures, reason) = self.unsummed.as_ref()?;
        (*failures >= SUM_FAILURES).then_some(reason)
    }

    pub(crate) async fn next(&mut self) -> Vec<Scope> {
        loop {
            let signals = self.signals.clone();
            let arrived = signals.arrived.notified();
            if !self.is_down() {
                if self.signals.full.swap(false, SeqCst) {
                    self.signals.recent.store(false, SeqCst);
                    return self.full();
                }
                if self.full_at.is_none() && self.signals.recent.swap(false, SeqCst) {
                    return self.poll();
                }
            }
            // A poll finds too little while a full reading is due.
            let may_poll = !self.is_down() && self.full_at.is_none();
            let full_at = self.full_at.filter(|_| !self.is_down());
            let columns_at = Some(self.columns_at).filter(|_| may_poll);
            tokio::select! {
                biased;
                () = arrived => {}
                () = until(full_at) => {
                    self.full_at = None;
                    return self.full();
                }
                () = until(columns_at) => return self.full(),
                () = time::sleep_until(self.poll_at.into()), if may_poll => return self.poll(),
            }
        }
    }

    /// A full reading, which compares all columns if that is due.
    fn full(&self) -> Vec<Scope> {
        match self.columns_at <= Instant::now() {
            true => vec![Scope::All],
            false => vec![Scope::Ids],
        }
    }

    fn poll(&mut self) -> Vec<Scope> {
        self.poll_at = Instant::now() + self.sql.refresh();
        vec![Scope::Recent]
    }

    /// Plans the next reading by the result of the last one.
    pub(crate) async fn note(&mut self, note: &ReadingNote) {
        let is_full = note.is_full;
        if note.compared_columns {
            let pause = match note.failed {
                true => COLUMNS_RETRY_AFTER.max(note.took * LONG_READING_SHARE),
                false => self.sql.rows(),
            };
            self.columns_at = Instant::now() + pause;
        }
        if note.failed {
            self.full_failed |= is_full;
            self.retry();
            return;
        }
        self.full_failed &= !is_full;
        if is_full {
            self.signals.compared.store(true, SeqCst);
            self.full_at = None;
        }
        if note.is_held {
            let delay = HELD_REREAD_AFTER.max(note.took * LONG_READING_SHARE);
            self.full_at = Some(Instant::now() + delay);
            return;
        }
        match note.unsettled.is_empty() {
            true => self.retry_delay = RETRY_FIRST,
            // These rows were deleted while they were read, or cannot be found by their ids.
            false => self.retry(),
        }
        if !is_full && self.sql.has_changed_columns() {
            self.full_at = Some(Instant::now());
            return;
        }
        if is_full {
            self.listed.after_full_reading(self.sql.listed_id_sum());
        } else if self.others_came_or_went(&note.new).await {
            self.full_at = Some(Instant::now());
        }
    }

    /// Whether other rows than the `new` ones came or went, as far as the database answers.
    async fn others_came_or_went(&mut self, new: &[String]) -> bool {
        if new.len() > ROWS_A_STATEMENT {
            return true;
        }
        let (sql, ids) = (self.sql.clone(), new.to_vec());
        let sums = task::spawn_blocking(move || {
            let of_new = match ids.is_empty() {
                true => IdSum::default(),
                false => sql.id_sum_of(ids)?,
            };
            Ok::<_, SqlError>((sql.id_sum()?, of_new))
        });
        let reason = match sums.await {
            Ok(Ok((all, of_new))) => {
                if self.refusal().is_some() {
                    info!("rows that come or go are noticed by the next poll again");
                }
                self.unsummed = None;
                return self.listed.after_partial_reading(all, of_new, new.len());
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "adding up the ids ended early".to_owned(),
        };
        // The next poll asks again.
        let failures = self.unsummed.take().map_or(0, |(failures, _)| failures) + 1;
        if failures == SUM_FAILURES {
            warn!("{NOTICED_LATE}: {reason}");
        }
        self.unsummed = Some((failures, reason));
        false
    }

    /// Plans a full reading after a delay that grows with each call, because it is not known what a
    /// failed reading missed.
    pub(crate) fn retry(&mut self) {
        self.full_at = Some(Instant::now() + self.retry_delay);
        self.retry_delay = (self.retry_delay * 2).min(RETRY_LAST);
    }
}

impl Drop for SqlWatcher {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

/// Forwards events as they arrive, so that an outage is reported while a reading hangs.
async fn listen(mut events: SourceEvents, signals: Arc<Signals>, down: OutageSender) {
    loop {
        match events.next().await {
            SourceEvent::Down(reason) => {
                down.send_replace(Some(reason));
            }
            SourceEvent::Up => {
                let was_down = down.send_replace(None).is_some();
                if was_down {
                    info!("the database answers again: everything is compared");
                }
                // At the start, a full reading runs anyway.
                match was_down || signals.compared.load(SeqCst) {
                    true => signals.full.store(true, SeqCst),
                    false => signals.recent.store(true, SeqCst),
                }
            }
            SourceEvent::Changed => signals.recent.store(true, SeqCst),
            SourceEvent::Emptied => {
                warn!("the query returns no rows any more: everything is compared");
                signals.full.store(true, SeqCst);
            }
            SourceEvent::Refilled => signals.full.store(true, SeqCst),
        }
        signals.arrived.notify_one();
    }
}
