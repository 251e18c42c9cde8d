//! A database of articles: the rows of one query of the newsroom's.
//!
//! The query's columns carry the names that keys have in front matter, and mean the same. Nothing is
//! ever written: each statement runs in a read-only transaction of its own, with a limit of time on
//! both sides, which a pooler in between does not disturb.
//!
//! The rest of the program blocks where it reads articles, so this part has a small runtime of its
//! own and shows a blocking face; the library's types stay in here.
//!
//! ```text
//!  Sql::walk · read · look ─────▶ Engine ──▶ Dialect (text of a statement) ──▶ Database (connections)
//!     ▲ Place, ReadOutcome              │ Watermark: since when rows may be new
//!  SourceEvents::next ◀── SourceEvent ◀── probe, listener
//! ```

mod backoff;
mod columns;
pub(crate) mod count_drift;
mod database;
mod dialect;
mod engine;
mod error;
mod listener;
mod listing;
mod probe;
mod recheck_window;
mod required_columns;
mod row;
mod source_event;
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
pub(crate) mod watcher;
mod watermark;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use xxhash_rust::xxh3::xxh3_128;

pub use self::columns::ColumnProblem;
use self::columns::Selected;
use self::database::Database;
use self::engine::{Engine, Step, Task, is_stamp};
pub use self::error::SqlError;
use self::listener::Channel;
use self::row::{Row, Rules};
use super::{ListingError, Place, ReadOutcome, ReadResult};
use crate::config::SqlConfig;
use crate::model::article::Reading;
use crate::model::time::Timestamp;
use crate::source::sql::listing::{SameIdRows, Walk};
use crate::source::sql::required_columns::RequiredColumns;
use crate::source::sql::source_event::PendingSignals;
pub use crate::source::sql::source_event::{SourceEvent, SourceEvents};

pub(super) use crate::source::sql::recheck_window::{is_in_recheck_window, is_same_row};

/// Rows read with one statement.
pub(super) const ROWS_A_STATEMENT: usize = 256;

/// Rows from which on it matters how one of them is found. Planners take no index for a small table.
const INDEX_FROM: u64 = 5_000;

/// Rows that may wait for whoever reads them. All of a statement's find room, so that the database
/// does not wait for the gate.
const UNDERWAY: usize = ROWS_A_STATEMENT + 2;

/// Statements of one reading that may take too long. Of so many rows a single slow one costs nine.
const TIMEOUTS_MAX: usize = 32;

/// A database of articles.
#[derive(Clone, Debug)]
pub struct Sql(Arc<Inner>);

struct Inner {
    engine: Arc<Engine>,
    /// Between two polls for changes.
    refresh: Duration,
    /// Where notifications are heard.
    listen: Option<Channel>,
    /// Taken when it is dropped.
    runtime: Option<Runtime>,
}

impl fmt::Debug for Inner {
    /// A channel holds a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.engine.fmt(f)
    }
}

impl Drop for Inner {
    /// A runtime that waits for its tasks must not be dropped where others wait.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Which rows a listing shows. It shows their ids and when they changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every row.
    All,
    /// The rows that may have changed since the last listings; none once the query gives other columns
    /// than in the last listing of everything. Of several with one id these may be only some.
    Recent,
}

impl Sql {
    /// The database that `config` names, whose rows are read as `reading` says. Nothing is opened
    /// yet.
    pub fn new(config: &SqlConfig, reading: Reading) -> Result<Sql, SqlError> {
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
            listen,
            runtime: Some(runtime),
        })))
    }

    /// The keys of `config` whose addresses cannot be understood, and why.
    pub fn address_errors(config: &SqlConfig) -> Vec<(&'static str, SqlError)> {
        let url = database::open(config.url.expose()).err();
        let listen_url = config.listen_url.as_ref();
        let listen_url = listen_url.and_then(|url| database::parse_address(url.expose()).err());
        let errors = [("url", url), ("listen-url", listen_url)].into_iter();
        errors
            .filter_map(|(key, error)| Some((key, error?)))
            .collect()
    }

    /// The newsroom's query.
    pub fn query(&self) -> &str {
        &self.0.engine.query
    }

    /// Where the database is, without user, password and parameters.
    pub fn name(&self) -> &str {
        &self.0.engine.reporter.database
    }

    /// How long to wait between two polls for changes.
    pub fn refresh(&self) -> Duration {
        self.0.refresh
    }

    /// Everything that decides how a row is read, as bytes for a digest. Where the database is
    /// decides nothing.
    pub fn reading_bytes(&self) -> Vec<u8> {
        self.0.engine.rules.digest.to_le_bytes().to_vec()
    }

    /// The rows, as `extent` says, by the bytes of their ids; several with one id are one that is refused.
    /// A failure of the database is the last thing that comes, and without one the listing was complete.
    pub fn walk(
        &self,
        extent: Extent,
    ) -> impl Iterator<Item = Result<Place, ListingError>> + use<> {
        Walk::start(self, extent)
    }

    /// Reads the rows that were found, in the order given. While the probe fails, so does this, and at
    /// once. Rows that take too long together are read in two parts, so that one which takes too long
    /// alone costs itself.
    pub fn read(&self, found: &[Place]) -> Result<Vec<ReadResult>, SqlError> {
        let mut results = Vec::with_capacity(found.len());
        // What is still to be read, the next part last.
        let mut parts: Vec<&[Place]> = found.chunks(ROWS_A_STATEMENT).rev().collect();
        let mut timeouts = 0;
        while let Some(part) = parts.pop() {
            if let Some(error) = self.0.engine.trouble() {
                return Err(error);
            }
            match self.read_part(part) {
                Ok(read) => results.extend(in_order(part, read)),
                Err(error) if error.is_timeout() && timeouts < TIMEOUTS_MAX => {
                    // Where even their stamps take too long, it is not the rows.
                    let ids: Vec<String> = part.iter().map(|found| found.path.clone()).collect();
                    self.stat(&ids).map_err(|_| error)?;
                    timeouts += 1;
                    match part.split_at(part.len() / 2) {
                        ([], _) => results.push(ReadOutcome::Unreadable(row::slow()).into()),
                        (first, second) => parts.extend([second, first]),
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(results)
    }

    /// What each of these ids gives, and what rows have it.
    fn read_part(
        &self,
        found: &[Place],
    ) -> Result<HashMap<String, (SameIdRows, ReadResult)>, SqlError> {
        let ids = found.iter().map(|found| found.path.clone());
        let ids: Vec<String> = ids.filter(|id| !id.is_empty()).collect();
        let (rules, now) = (&self.0.engine.rules, Timestamp::now());
        let mut read: HashMap<String, (SameIdRows, ReadResult)> = HashMap::with_capacity(ids.len());
        self.rows(Task::Rows(|_| true, ids), |row| {
            let seen = row.place(&rules.reading.zone, now);
            match read.get_mut(row.id()) {
                Some((held, result)) => {
                    held.add(seen.stamp);
                    result.columns = result.columns.wrapping_add(row.columns());
                }
                None => {
                    let result = ReadResult {
                        outcome: ReadOutcome::of("row", || row.accept(&rules.reading)),
                        columns: row.columns(),
                    };
                    read.insert(row.id().to_owned(), (SameIdRows::new(seen), result));
                }
            }
        })?;
        Ok(read)
    }

    /// How the rows with these ids look now, by the bytes of the ids; those that are not there are
    /// missing.
    pub fn stat(&self, ids: &[String]) -> Result<Vec<Place>, SqlError> {
        let (zone, now) = (&self.0.engine.rules.reading.zone, Timestamp::now());
        let mut seen: BTreeMap<String, SameIdRows> = BTreeMap::new();
        for ids in ids.chunks(ROWS_A_STATEMENT) {
            self.rows(Task::Rows(is_stamp, ids.to_vec()), |row| {
                let found = row.place(zone, now);
                match seen.get_mut(&found.path) {
                    Some(held) => held.add(found.stamp),
                    // Databases do not agree on what equal texts are.
                    None if ids.contains(&found.path) => {
                        seen.insert(found.path.clone(), SameIdRows::new(found));
                    }
                    None => {}
                }
            })?;
        }
        Ok(seen.into_values().map(SameIdRows::into_place).collect())
    }

    /// How many rows the query gives now.
    pub fn count(&self) -> Result<u64, SqlError> {
        let engine = self.0.engine.clone();
        let count = self.wait(async move {
            let count = engine.database.dialect().count(&engine.query);
            engine.text(count).await
        })?;
        Ok(count.and_then(|count| count.parse().ok()).unwrap_or(0))
    }

    /// How the columns of the query fit, and whether rows are found by their ids; nothing where all is
    /// well.
    pub fn check(&self) -> Result<Vec<ColumnProblem>, SqlError> {
        let engine = self.0.engine.clone();
        let dialect = engine.database.dialect();
        engine.forget();
        let columns = self.wait(async move { engine.columns().await })?;
        let mut problems = columns.problems(|column| dialect.cast(column));
        let is_readable = !problems.iter().any(|problem| problem.is_error);
        if is_readable && self.count()? >= INDEX_FROM && self.reads_all_for_one() {
            problems.push(columns::not_indexed());
        }
        Ok(problems)
    }

    /// Whether finding rows by their ids looks at all rows. A database that does not tell its plans to
    /// whoever may read the rows is not asked further.
    fn reads_all_for_one(&self) -> bool {
        let engine = self.0.engine.clone();
        let reads_all = self.wait(async move { engine.reads_all_for_one().await });
        reads_all.unwrap_or(false)
    }

    /// Whether the query gives other columns than when everything was listed, or of other types, so that
    /// no row is what it was.
    pub fn has_changed_columns(&self) -> bool {
        self.0.engine.changed_shape().is_some()
    }

    /// The columns that must not go unnoticed, as bytes for the next start.
    pub fn memory(&self) -> Vec<u8> {
        required_columns::encode(self.place(), self.0.engine.required().names)
    }

    /// Requires the columns that an earlier run remembered, where they are this query's.
    pub fn restore_memory(&self, memory: &[u8]) {
        if let Some(required) = required_columns::decode(memory, self.place()) {
            self.0.engine.require(required);
        }
    }

    /// This database, knowing of its columns what the one before it knew, where the query is the same.
    pub(super) fn with_columns_of(self, before: &Sql) -> Sql {
        if self.place() == before.place() {
            self.0.engine.require(before.0.engine.required());
        }
        self
    }

    /// Whether a column was gone when somebody last looked.
    pub fn misses_columns(&self) -> bool {
        self.0.engine.required().is_missed
    }

    /// Believes that columns are gone, if they are, from the next listing on.
    pub fn accept_lost_columns(&self) {
        self.0.engine.require(RequiredColumns::default());
    }

    /// A number for the query and for where it is asked. Whoever asks it decides nothing: passwords
    /// change.
    fn place(&self) -> u128 {
        xxh3_128(format!("{}\0{}", self.name(), self.query()).as_bytes())
    }

    /// The latest change in the rows that are there, as the last listing of everything and those of
    /// changes since then tell; what is dated in the future is none yet.
    pub fn newest(&self) -> Option<Timestamp> {
        self.0.engine.newest()
    }

    /// How many seconds a PostgreSQL standby is behind, 0 of a primary; `None` of other databases and
    /// before the first probe.
    pub fn replica_lag(&self) -> Option<f64> {
        self.0.engine.lag()
    }

    /// Whether it is a standby of PostgreSQL, as far as the last probe showed.
    pub fn is_standby(&self) -> bool {
        self.0.engine.is_standby()
    }

    /// Begins to watch the database; ends when the line is dropped.
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
            watchers.push(runtime.spawn(probe::run(engine.clone(), signals.clone())));
            if let Some(channel) = listen {
                let listener = listener::listen(engine.clone(), signals.clone(), channel.clone());
                watchers.push(runtime.spawn(listener));
            }
        }
        SourceEvents { signals, watchers }
    }

    /// Begins a task on the runtime.
    fn start(&self, task: Task) -> mpsc::Receiver<Result<Step, SqlError>> {
        let (sender, receiver) = mpsc::channel(UNDERWAY);
        let engine = self.0.engine.clone();
        if let Some(runtime) = &self.0.runtime {
            runtime.spawn(async move { engine.work(task, sender).await });
        }
        receiver
    }

    /// Does a task, showing each of its rows.
    fn rows(&self, task: Task, mut show: impl FnMut(Row<'_>)) -> Result<(), SqlError> {
        let mut steps = self.start(task);
        let mut selected = Selected::default();
        while let Some(step) = steps.blocking_recv() {
            match step? {
                Step::Columns(columns) => selected = columns,
                Step::Row(cells) => show(Row {
                    selected: &selected,
                    cells: &cells,
                }),
                Step::End => return Ok(()),
            }
        }
        Err(self.0.engine.stopped())
    }

    /// Waits for something that runs on the runtime.
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

/// The results of rows that were read, in the order that they were asked for.
fn in_order(
    found: &[Place],
    mut read: HashMap<String, (SameIdRows, ReadResult)>,
) -> impl Iterator<Item = ReadResult> {
    found
        .iter()
        .map(move |found| match read.remove(&*found.path) {
            Some((SameIdRows { rows: 1, .. }, result)) => result,
            Some((held, result)) => {
                let refusal = row::many(held.rows, &found.path);
                let outcome = ReadOutcome::Shared(held.into_place().stamp, refusal);
                ReadResult { outcome, ..result }
            }
            None if found.path.is_empty() => ReadOutcome::Refused(row::no_id()).into(),
            None => ReadOutcome::Unsettled.into(),
        })
}
