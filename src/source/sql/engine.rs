//! The database with its query: runs tasks, and holds what they share.

use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::columns::{Column, Columns, STAMP_CHARS, Selected};
use super::database::{Database, StatementTimeout};
use super::dialect::{Dialect, PROBE_COLUMNS, Statement};
use super::error::{Reporter, SqlError};
use super::row::{Cell, Cells, ROW_BYTES_MAX, Rules};
use super::watermark::{Highest, Since, Watermark};
use crate::model::time::Timestamp;
use crate::source::sql::id_sum::IdSum;
use crate::source::sql::required_columns::RequiredColumns;

/// The timeout of everything but a full listing, once it has a connection.
const SHORT: StatementTimeout = StatementTimeout {
    server: Duration::from_secs(5),
    silence: Duration::from_secs(6),
};

/// The timeout of a full listing.
const LONG: StatementTimeout = StatementTimeout {
    server: Duration::from_secs(10 * 60),
    silence: Duration::from_secs(30),
};

/// The same where the database has to compute and sort all columns before it sends the first row.
const LONGER: StatementTimeout = StatementTimeout {
    silence: Duration::from_secs(2 * 60),
    ..LONG
};

/// Ids that may wait to be added up.
const IDS_BUFFERED: usize = 1_024;

const PLAN_LINES_MAX: usize = 1_024;

#[derive(Debug)]
pub(super) struct Engine {
    pub(super) database: Database,
    /// The same database with a connection for the probe, which must not wait for other statements.
    pub(super) probe_database: Database,
    pub(super) reporter: Reporter,
    pub(super) query: String,
    pub(super) rules: Rules,
    columns: Mutex<Option<Arc<Columns>>>,
    required: Mutex<RequiredColumns>,
    listings: Mutex<Listings>,
    last_probe: Mutex<Option<ProbeResult>>,
    failure: Mutex<Option<SqlError>>,
}

#[derive(Debug, Default)]
struct Listings {
    watermark: Watermark,
    /// The latest change in the listed rows.
    newest: Option<Timestamp>,
    /// The columns of the last full listing.
    shape: Option<u64>,
    /// The ids of its rows.
    ids: Option<IdSum>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ProbeResult {
    pub(super) has_rows: bool,
    /// Of PostgreSQL: whether it replays another server.
    pub(super) is_standby: bool,
    /// Of PostgreSQL: seconds behind that other server.
    pub(super) lag: Option<f64>,
}

/// The state of a database, to be compared with others that hold the same articles.
#[derive(Clone, Copy, Debug, Default)]
pub struct DatabasePosition {
    /// The latest change in the listed rows, without those dated in the future.
    pub newest: Option<Timestamp>,
    /// Seconds that a PostgreSQL standby is behind, 0 of a primary; `None` of other databases and
    /// before the first probe.
    pub replica_lag: Option<f64>,
    /// Whether the last probe reached a standby.
    pub is_standby: bool,
}

/// Which columns of which rows to read.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// The stamps of all rows, in order. A stamp is made of the columns for which [`Column::is_in_stamp`].
    AllStamps,
    /// All columns of all rows, in order; of texts their lengths.
    AllColumns,
    /// The stamps of rows that may have changed since the last listings.
    RecentStamps,
    /// The stamps of the rows with these ids.
    Stamps(Vec<String>),
    /// The columns of the rows with these ids that may keep them from readers.
    Marks(Vec<String>),
    /// All columns of the rows with these ids, each up to this many characters.
    Rows(usize, Vec<String>),
    /// All columns of the rows with these ids, of texts their lengths, each with the bytes of all.
    Sizes(Vec<String>),
}

/// One part of a task's result.
pub(super) enum Step {
    /// The columns of all rows that follow.
    Columns(Selected),
    Row(Cells),
    /// The result is complete.
    End,
}

impl Engine {
    pub(super) fn new(
        database: Database,
        reporter: Reporter,
        query: String,
        rules: Rules,
    ) -> Engine {
        Engine {
            probe_database: database.with_own_connection(),
            database,
            reporter,
            query,
            rules,
            columns: Mutex::default(),
            required: Mutex::default(),
            listings: Mutex::default(),
            last_probe: Mutex::default(),
            failure: Mutex::default(),
        }
    }

    /// Runs a task and sends its result to `out`.
    pub(super) async fn work(&self, task: Task, out: mpsc::Sender<Result<Step, SqlError>>) {
        let last = match self.try_work(task, &out).await {
            Ok(()) => Ok(Step::End),
            Err(error) => {
                self.forget_columns();
                Err(error)
            }
        };
        // A closed channel means that the result is no longer wanted.
        let _ = out.send(last).await;
    }

    async fn try_work(
        &self,
        task: Task,
        out: &mpsc::Sender<Result<Step, SqlError>>,
    ) -> Result<(), SqlError> {
        let (limit, wanted): (_, fn(&Column) -> bool) = match task {
            Task::AllStamps => (LONG, Column::is_in_stamp),
            Task::AllColumns => (LONGER, |_| true),
            Task::RecentStamps | Task::Stamps(_) => (SHORT, Column::is_in_stamp),
            Task::Marks(_) => (SHORT, |column| column.may_withhold() || column.is("id")),
            Task::Rows(..) | Task::Sizes(_) => (SHORT, |_| true),
        };
        if matches!(
            task,
            Task::AllStamps | Task::AllColumns | Task::RecentStamps
        ) {
            // A query such as `SELECT *` may have other columns by now.
            self.forget_columns();
        }
        let columns = self.columns().await?;
        locked(&self.required).update(&columns)?;
        let dialect = self.database.dialect();
        let selected = columns.known(wanted);
        let (query, of) = (&self.query, &selected.columns);
        let statement = match task {
            Task::AllStamps => dialect.listing(query, of),
            Task::AllColumns => dialect.listing_of_columns(query, of),
            Task::RecentStamps => dialect.recent(query, of, &columns, &self.since()),
            Task::Stamps(ids) => dialect.by_id(query, of, STAMP_CHARS, &ids),
            // JSON that is cut would count as JSON that cannot be read, which hides the row.
            Task::Marks(ids) => dialect.by_id(query, of, ROW_BYTES_MAX + 1, &ids),
            Task::Rows(chars, ids) => dialect.by_id(query, of, chars, &ids),
            Task::Sizes(ids) => dialect.sizes(query, of, &ids),
        };
        if out.send(Ok(Step::Columns(selected))).await.is_err() {
            return Ok(());
        }
        let row = |cells| Ok(Step::Row(cells));
        self.database.rows(statement, limit, row, out).await
    }

    /// The number of rows that the query returns with the sum of their ids, or of those with these ids.
    pub(super) async fn id_sum(&self, ids: Option<&[String]>) -> Result<IdSum, SqlError> {
        let columns = self.columns().await?;
        columns.check_required()?;
        let Some(id) = columns.find("id") else {
            return Ok(IdSum::default());
        };
        let dialect = self.database.dialect();
        let statement = dialect.id_sum(&self.query, id, ids);
        if dialect != Dialect::Sqlite {
            let row = self.database.row(statement, SHORT).await?;
            return Ok(IdSum {
                rows: self.number(row.first())?,
                digests: self.number(row.get(1))?,
            });
        }
        let (sender, mut receiver) = mpsc::channel(IDS_BUFFERED);
        let read = async {
            let sum = |cells: Cells| {
                let id = cells.first().and_then(|cell| cell.text.as_deref());
                IdSum::of_id(id.unwrap_or_default())
            };
            let read = self.database.rows(statement, SHORT, sum, &sender).await;
            drop(sender);
            read
        };
        let mut sum = IdSum::default();
        let add = async {
            while let Some(one) = receiver.recv().await {
                sum = sum + one;
            }
        };
        let (read, ()) = tokio::join!(read, add);
        read.map(|()| sum)
    }

    pub(super) fn listed_id_sum(&self) -> Option<IdSum> {
        locked(&self.listings).ids
    }

    /// A number that the database sent as text.
    pub(super) fn number<N: FromStr>(&self, cell: Option<&Cell>) -> Result<N, SqlError> {
        let text = cell.and_then(|cell| cell.text.as_deref());
        let number = text.and_then(|text| text.parse().ok());
        number.ok_or_else(|| self.reporter.not_a_number(text.unwrap_or_default()))
    }

    /// Whether finding rows by their ids scans all rows; `false` if the plans cannot be read.
    pub(super) async fn scans_all_for_one(&self) -> Result<bool, SqlError> {
        // The cost of a text, which subqueries may make, would hide that of finding its row.
        let selected = self.columns().await?.known(Column::is_in_stamp).columns;
        let plans = self.database.dialect().plans(&self.query, &selected);
        self.scans_all(plans).await
    }

    /// Whether finding the rows that changed scans all rows. An index that has all that a poll reads is scanned
    /// for the sum of the ids as well, and costs little.
    pub(super) async fn scans_all_for_poll(&self) -> Result<bool, SqlError> {
        let columns = self.columns().await?;
        let dialect = self.database.dialect();
        let Some([all, some]) = dialect.poll_plans(&self.query, &columns) else {
            return Ok(false);
        };
        let plan = self.plan(some.clone()).await?;
        Ok(!dialect.reads_only_index(&plan) && self.scans_all(Some([all, some])).await?)
    }

    /// Whether the second of two plans costs about as much as the first, which reads all rows.
    async fn scans_all(&self, plans: Option<[Statement; 2]>) -> Result<bool, SqlError> {
        let Some([all, some]) = plans else {
            return Ok(false);
        };
        let dialect = self.database.dialect();
        let (all, some) = (self.plan(all).await?, self.plan(some).await?);
        let costs = dialect.cost(&all).zip(dialect.cost(&some));
        Ok(costs.is_some_and(|(all, some)| dialect.reads_all(all, some)))
    }

    async fn plan(&self, explain: Statement) -> Result<Vec<Cells>, SqlError> {
        let (sender, mut receiver) = mpsc::channel(PLAN_LINES_MAX);
        let lines = self.database.rows(explain, SHORT, |cells| cells, &sender);
        // The first lines of a longer plan are enough.
        let lines = timeout(SHORT.silence, lines).await;
        drop(sender);
        lines.unwrap_or(Ok(()))?;
        let mut plan = Vec::new();
        while let Ok(line) = receiver.try_recv() {
            plan.push(line);
        }
        Ok(plan)
    }

    /// The columns of the query, from the database unless they are cached.
    pub(super) async fn columns(&self) -> Result<Arc<Columns>, SqlError> {
        if let Some(columns) = locked(&self.columns).clone() {
            return Ok(columns);
        }
        self.describe(&self.database, SHORT).await
    }

    async fn describe(
        &self,
        database: &Database,
        limit: StatementTimeout,
    ) -> Result<Arc<Columns>, SqlError> {
        let dialect = database.dialect();
        let sender = mpsc::channel(1).0;
        let validate = dialect.validate(&self.query);
        database.rows(validate, limit, |_| (), &sender).await?;
        let describe = dialect.describe(&self.query);
        let (_, columns) = database.row_with_columns(describe, limit).await?;
        Ok(self.cache_columns(columns))
    }

    fn cache_columns(&self, columns: Vec<Column>) -> Arc<Columns> {
        let columns = Arc::new(Columns(columns));
        *locked(&self.columns) = Some(columns.clone());
        columns
    }

    /// Runs the probe, and checks whether the query's columns are still enough for an article.
    pub(super) async fn probe(&self, limit: StatementTimeout) -> Result<Cells, SqlError> {
        // It is sent as plain text, so only a validated query may be part of it.
        if locked(&self.columns).is_none() {
            self.describe(&self.probe_database, limit).await?;
        }
        let statement = self.database.dialect().probe(&self.query);
        let (mut cells, mut columns) = self
            .probe_database
            .row_with_columns(statement, limit)
            .await?;
        cells.truncate(PROBE_COLUMNS);
        let columns = self.cache_columns(columns.split_off(columns.len().min(PROBE_COLUMNS)));
        locked(&self.required).update(&columns)?;
        Ok(cells)
    }

    /// After a failure the query may have other columns.
    pub(super) fn forget_columns(&self) {
        *locked(&self.columns) = None;
    }

    pub(super) fn required(&self) -> RequiredColumns {
        locked(&self.required).clone()
    }

    pub(super) fn require(&self, required: RequiredColumns) {
        *locked(&self.required) = required;
        // Until the next probe, its last failure would end every reading.
        locked(&self.failure).take_if(|failure| matches!(failure, SqlError::Columns(_)));
    }

    /// The shape of the query's columns, if it differs from that of the last full listing.
    pub(super) fn changed_shape(&self) -> Option<u64> {
        let columns = locked(&self.columns).clone()?;
        Some(columns.shape()).filter(|now| self.differs_from_listing(*now))
    }

    /// Whether the last full listing had columns of another shape.
    pub(super) fn differs_from_listing(&self, shape: u64) -> bool {
        let listed = locked(&self.listings).shape;
        listed.is_some_and(|listed| listed != shape)
    }

    /// The error of work that outlived the runtime.
    pub(super) fn stopped(&self) -> SqlError {
        SqlError::Stopped(self.reporter.database.clone())
    }

    /// The error of a listing that is not sorted by id.
    pub(super) fn out_of_order(&self, id: String) -> SqlError {
        SqlError::Order {
            database: self.reporter.database.clone(),
            id,
        }
    }

    /// Notes a complete listing that began at `began`; a full one has the shape of its columns
    /// and the sum of its ids.
    pub(super) fn note_listing(
        &self,
        began: Instant,
        highest: Highest,
        newest: Option<Timestamp>,
        full: Option<(u64, IdSum)>,
    ) {
        let mut listings = locked(&self.listings);
        listings.watermark.listed(began, highest);
        match full {
            // Deleted rows must not count, as they do not for a process that starts now.
            Some((shape, ids)) => {
                (listings.shape, listings.newest) = (Some(shape), newest);
                listings.ids = Some(ids);
            }
            None => listings.newest = listings.newest.max(newest),
        }
    }

    fn since(&self) -> Since {
        locked(&self.listings).watermark.since()
    }

    pub(super) fn note_probe(&self, result: Result<ProbeResult, SqlError>) {
        let failure = match result {
            Ok(probe) => {
                *locked(&self.last_probe) = Some(probe);
                None
            }
            Err(error) => Some(error),
        };
        *locked(&self.failure) = failure;
    }

    pub(super) fn failure(&self) -> Option<SqlError> {
        locked(&self.failure).clone()
    }

    pub(super) fn position(&self) -> DatabasePosition {
        let probe = *locked(&self.last_probe);
        DatabasePosition {
            newest: locked(&self.listings).newest,
            replica_lag: probe.and_then(|probe| probe.lag),
            is_standby: probe.is_some_and(|probe| probe.is_standby),
        }
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
