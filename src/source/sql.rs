//! A database of articles: the rows of one query of the newsroom's.
//!
//! The query's columns have the names and meanings of front matter keys. Nothing is ever written: each
//! statement runs in a read-only transaction of its own, with a timeout on both sides, which also
//! works behind a pooler.
//!
//! Articles are read by blocking code, so [`Sql`] has blocking methods and a small runtime of its own.
//! The library's types stay in here.
//!
//! ```text
//!  Sql::walk · read · stat ─────▶ Engine ──▶ Dialect (text of a statement) ──▶ Database (connections)
//!     ▲ Place, ReadOutcome              │ Watermark: since when rows may be new
//!  SourceEvents::next ◀── SourceEvent ◀── probe, listener
//! ```

mod advice;
mod backoff;
mod catalog;
mod columns;
mod database;
mod dialect;
mod editor_blocks;
mod engine;
mod error;
pub(crate) mod id_sum;
mod listener;
mod listing;
mod probe;
mod reading;
mod required_columns;
mod row;
mod source_event;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
pub(crate) mod watcher;
mod watermark;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use xxhash_rust::xxh3::xxh3_128;

use self::advice::DateOrder;
pub use self::catalog::{DatabaseCatalog, DatabaseKind, DatabaseTable, Reference, TableColumn};
pub use self::columns::ColumnProblem;
use self::columns::{Column, Selected};
use self::database::Database;
pub use self::engine::DatabasePosition;
use self::engine::{Engine, Step, Task};
pub use self::error::SqlError;
use self::listener::Channel;
use self::row::{Row, Rules};
use super::{ListingError, Place};
use crate::config::SqlConfig;
use crate::model::article::AcceptSettings;
use crate::model::time::Timestamp;
use crate::source::restart::restarted;
use crate::source::sql::id_sum::IdSum;
use crate::source::sql::listing::{SameIdRows, Walk};
use crate::source::sql::required_columns::RequiredColumns;
use crate::source::sql::source_event::PendingSignals;
pub use crate::source::sql::source_event::{SourceEvent, SourceEvents};

pub(super) use crate::source::sql::reading::ROWS_A_STATEMENT;

/// With fewer rows, a query without an index is no problem. Planners use none for a small table.
const INDEX_FROM: u64 = 5_000;

/// Rows that may wait in the channel: all of one statement, so that the database never waits for
/// articles to be accepted.
const ROWS_BUFFERED: usize = ROWS_A_STATEMENT + 2;

/// A database of articles.
#[derive(Clone, Debug)]
pub struct Sql(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    refresh: Duration,
    rows: Duration,
    listen: Option<Channel>,
    /// `None` only while this is dropped.
    runtime: Option<Runtime>,
}

impl fmt::Debug for Inner {
    /// Leaves out the channel, which holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.engine.fmt(f)
    }
}

impl Drop for Inner {
    /// Waiting for the runtime's tasks would panic in an async context.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Which rows to list, by their ids and stamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every row.
    All,
    /// Every row, with the digest of its columns.
    Columns,
    /// The rows that may have changed since the last listings; none if the query's columns differ from
    /// those of the last full listing. Of several rows with one id, only some may be listed.
    Recent,
}

impl Sql {
    /// The database that `config` names. Does not connect; fails if the address is not valid.
    pub fn new(config: &SqlConfig, reading: AcceptSettings) -> Result<Sql, SqlError> {
        let url = config.url.expose();
        let (database, reporter) = database::open(url)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("taspa-sql")
            .enable_all()
            .build()
            .map_err(|error| SqlError::Unreachable {
                database: reporter.database.clone(),
                reason: format!("no thread can be started: {error}"),
            })?;
        let listen = match (&database, &config.listen) {
            (Database::Postgres(_), Some(channel)) => {
                let url = config.listen_url.as_ref().map_or(url, |url| url.expose());
                Some(Channel::new(channel, url)?)
            }
            (Database::Postgres(_) | Database::MySql(_) | Database::Sqlite(_), _) => None,
        };
        let rules = Rules::new(&config.query, reading);
        let engine = Engine::new(database, reporter, config.query.clone(), rules);
        Ok(Sql(Arc::new(Inner {
            engine: Arc::new(engine),
            refresh: Duration::from_secs(config.refresh.into()),
            rows: Duration::from_secs(config.rows.into()),
            listen,
            runtime: Some(runtime),
        })))
    }

    /// The keys of `config` whose addresses are not valid, and why.
    pub fn address_errors(config: &SqlConfig) -> Vec<(&'static str, SqlError)> {
        let url = database::open(config.url.expose()).err();
        let listen_url = config.listen_url.as_ref();
        let listen_url = listen_url.and_then(|url| database::parse_address(url.expose()).err());
        let errors = [("url", url), ("listen-url", listen_url)].into_iter();
        errors
            .filter_map(|(key, error)| Some((key, error?)))
            .collect()
    }

    /// The query of the configuration.
    pub fn query(&self) -> &str {
        &self.0.engine.query
    }

    /// The database's address without user, password and parameters.
    pub fn name(&self) -> &str {
        &self.0.engine.reporter.database
    }

    /// The time between two polls.
    pub fn refresh(&self) -> Duration {
        self.0.refresh
    }

    /// The time between two comparisons of all columns.
    pub fn rows(&self) -> Duration {
        self.0.rows
    }

    /// Everything that decides how a row is read, as bytes for a digest. The address is not part of it.
    pub fn reading_bytes(&self) -> Vec<u8> {
        self.0.engine.rules.digest.to_le_bytes().to_vec()
    }

    /// Lists rows in the byte order of their ids; several rows with one id are one place. An error of the
    /// database is the last item; without one the listing is complete. `now` is the time of the reading.
    pub fn walk(
        &self,
        extent: Extent,
        now: Timestamp,
    ) -> impl Iterator<Item = Result<Place, ListingError>> + use<> {
        Walk::start(self, extent, now)
    }

    /// The places with these ids as they are `now`, in the byte order of the ids, without missing ones.
    pub fn stat(&self, ids: &[String], now: Timestamp) -> Result<Vec<Place>, SqlError> {
        let zone = &self.0.engine.rules.reading.zone;
        let mut places: BTreeMap<String, SameIdRows> = BTreeMap::new();
        for ids in ids.chunks(ROWS_A_STATEMENT) {
            self.visit_rows(Task::Stamps(ids.to_vec()), |row| {
                let found = row.place(zone, now);
                match places.get_mut(&found.path) {
                    Some(rows) => rows.add(&found),
                    // A collation may find ids that differ in their bytes.
                    None if ids.contains(&found.path) => {
                        places.insert(found.path.clone(), SameIdRows::new(found));
                    }
                    None => {}
                }
            })?;
        }
        Ok(places.into_values().map(SameIdRows::into_place).collect())
    }

    /// The number of rows that the query returns, with the sum of their ids.
    pub(crate) fn id_sum(&self) -> Result<IdSum, SqlError> {
        let engine = self.0.engine.clone();
        self.wait(async move { engine.id_sum(None).await })
    }

    /// The same of the rows with these ids.
    pub(crate) fn id_sum_of(&self, ids: Vec<String>) -> Result<IdSum, SqlError> {
        let engine = self.0.engine.clone();
        self.wait(async move { engine.id_sum(Some(&ids)).await })
    }

    /// The same of the rows that the last full listing returned.
    pub(crate) fn listed_id_sum(&self) -> Option<IdSum> {
        self.0.engine.listed_id_sum()
    }

    /// The problems of the query: its columns, the order of their dates, and an id or an `updated` without an index.
    pub fn check(&self) -> Result<Vec<ColumnProblem>, SqlError> {
        let engine = self.0.engine.clone();
        let dialect = engine.database.dialect();
        engine.forget_columns();
        let columns = self.wait(async move { engine.columns().await })?;
        let mut problems = columns.problems(|column| dialect.cast(column));
        if problems.iter().any(|problem| problem.is_error) {
            return Ok(problems);
        }
        if self.id_sum()?.rows >= INDEX_FROM {
            // A database that does not show its plan is not judged.
            let engine = self.0.engine.clone();
            let of_id = self.wait(async move { engine.scans_all_for_one().await });
            problems.extend(of_id.unwrap_or(false).then(columns::not_indexed));
            let engine = self.0.engine.clone();
            let of_poll = self.wait(async move { engine.scans_all_for_poll().await });
            let of_poll = of_poll.unwrap_or(false);
            let query = self.query();
            problems.extend(of_poll.then(|| advice::poll_scans_all(&columns, query)));
        }
        problems.extend(match self.date_order() {
            Ok(order) => order.problem(),
            Err(error) => Some(columns::unread_dates(&error)),
        });
        Ok(problems)
    }

    /// The order of the dates of all rows.
    fn date_order(&self) -> Result<DateOrder, SqlError> {
        let zone = &self.0.engine.rules.reading.zone;
        let mut order = DateOrder::default();
        let seconds = |row: &Row<'_>, name| row.moment(name, zone)?.seconds();
        self.visit_rows(Task::AllStamps, |row| {
            order.add(seconds(&row, "updated"), seconds(&row, "date"));
        })?;
        Ok(order)
    }

    /// The columns of times that have no zone: all of them by their type, or a value by its form.
    pub fn dates_without_zone(&self) -> Result<Vec<String>, SqlError> {
        let engine = self.0.engine.clone();
        let columns = self.wait(async move { engine.columns().await })?;
        let mut names = advice::without_zone(&columns);
        if columns.0.iter().any(Column::may_be_written_date) {
            self.visit_rows(Task::AllStamps, |row| {
                for name in row.local_times() {
                    if names.iter().all(|known| known != name) {
                        names.push(name.to_owned());
                    }
                }
            })?;
        }
        Ok(names)
    }

    /// Whether the query's columns or their types differ from the last full listing, so that every row
    /// has another stamp.
    pub fn has_changed_columns(&self) -> bool {
        self.0.engine.changed_shape().is_some()
    }

    /// The required columns, as bytes for the next start.
    pub fn memory(&self) -> Vec<u8> {
        required_columns::encode(self.query_digest(), self.0.engine.required().names)
    }

    /// Requires the columns that an earlier run stored, if it had the same query.
    pub fn restore_memory(&self, memory: &[u8]) {
        if let Some(required) = required_columns::decode(memory, self.query_digest()) {
            self.0.engine.require(required);
        }
    }

    /// This database with the required columns of `before`, if it has the same query.
    pub(super) fn with_columns_of(self, before: &Sql) -> Sql {
        if self.query_digest() == before.query_digest() {
            self.0.engine.require(before.0.engine.required());
        }
        self
    }

    /// The required columns that the last columns lacked, and how many are required.
    pub fn lost_columns(&self) -> (Vec<String>, usize) {
        let RequiredColumns { names, missing } = self.0.engine.required();
        (missing, names.len())
    }

    /// No longer requires these columns. Without names it requires none until the next listing, which
    /// then accepts every loss of columns.
    pub fn accept_lost_columns(&self, lost: Option<&[String]>) {
        let mut required = RequiredColumns::default();
        if let Some(lost) = lost {
            required.names = self.0.engine.required().names;
            required.names.retain(|name| !lost.contains(name));
        }
        self.0.engine.require(required);
    }

    /// The digest of the query and the database's address, without the user and the password, which may
    /// change.
    fn query_digest(&self) -> u128 {
        xxh3_128(format!("{}\0{}", self.name(), self.query()).as_bytes())
    }

    /// The state of the database, as the last listings and the last probe show.
    pub fn position(&self) -> DatabasePosition {
        self.0.engine.position()
    }

    /// Watches the database until the events are dropped.
    pub fn watch(&self) -> SourceEvents {
        let signals = Arc::new(PendingSignals::default());
        let Inner {
            engine,
            listen,
            runtime,
            ..
        } = &*self.0;
        let mut watchers = Vec::new();
        if let Some(runtime) = runtime {
            let (probed, noted) = (engine.clone(), signals.clone());
            watchers.push(
                runtime.spawn(restarted("the probe of the database", move || {
                    probe::run(probed.clone(), noted.clone())
                })),
            );
            if let Some(channel) = listen {
                let (engine, noted) = (engine.clone(), signals.clone());
                let channel = channel.clone();
                let listener = restarted("the listener for notifications", move || {
                    listener::listen(engine.clone(), noted.clone(), channel.clone())
                });
                watchers.push(runtime.spawn(listener));
            }
        }
        SourceEvents { signals, watchers }
    }

    fn start(&self, task: Task) -> mpsc::Receiver<Result<Step, SqlError>> {
        let (sender, receiver) = mpsc::channel(ROWS_BUFFERED);
        let engine = self.0.engine.clone();
        if let Some(runtime) = &self.0.runtime {
            runtime.spawn(async move { engine.work(task, sender).await });
        }
        receiver
    }

    /// Runs a task and calls `visit` with each row.
    fn visit_rows(&self, task: Task, mut visit: impl FnMut(Row<'_>)) -> Result<(), SqlError> {
        let mut steps = self.start(task);
        let mut selected = Selected::default();
        while let Some(step) = steps.blocking_recv() {
            match step? {
                Step::Columns(columns) => selected = columns,
                Step::Row(cells) => visit(Row {
                    selected: &selected,
                    cells: &cells,
                }),
                Step::End => return Ok(()),
            }
        }
        Err(self.0.engine.stopped())
    }

    /// Runs `work` on the runtime and waits for it.
    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, SqlError>> + Send + 'static,
    ) -> Result<T, SqlError> {
        let (sender, receiver) = sync_channel(1);
        if let Some(runtime) = &self.0.runtime {
            runtime.spawn(async move {
                let _ = sender.send(work.await);
            });
        }
        receiver
            .recv()
            .unwrap_or_else(|_| Err(self.0.engine.stopped()))
    }
}
