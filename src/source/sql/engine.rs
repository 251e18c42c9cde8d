//! What the tasks of a database share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::columns::{Column, Columns, Selected};
use super::database::{Database, StatementTimeout};
use super::dialect::{PROBE_COLUMNS, Statement};
use super::error::{Reporter, SqlError};
use super::row::{Cells, Rules};
use super::watermark::{Highest, Since, Watermark};
use crate::model::time::Timestamp;
use crate::source::sql::required_columns::RequiredColumns;

/// What polls, looks and readings may take, once they have a connection.
const SHORT: StatementTimeout = StatementTimeout {
    server: Duration::from_secs(5),
    silence: Duration::from_secs(6),
};

/// What the listing of a whole archive may take.
const LONG: StatementTimeout = StatementTimeout {
    server: Duration::from_secs(10 * 60),
    silence: Duration::from_secs(30),
};

/// Lines of a plan that are looked at.
const PLAN_LINES_MAX: usize = 1_024;

/// The database, the query, and what is known of both.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) database: Database,
    /// The same one for the probe, which must not wait until others are done.
    pub(super) probe: Database,
    pub(super) reporter: Reporter,
    pub(super) query: String,
    pub(super) rules: Rules,
    columns: Mutex<Option<Arc<Columns>>>,
    required: Mutex<RequiredColumns>,
    listings: Mutex<Listings>,
    /// What the last probe showed that went well.
    shown: Mutex<Option<ProbeResult>>,
    /// Why the last probe failed, if it did.
    trouble: Mutex<Option<SqlError>>,
}

#[derive(Debug, Default)]
struct Listings {
    watermark: Watermark,
    /// The latest change of what is there now, as far as listings tell.
    newest: Option<Timestamp>,
    /// What columns the last listing of everything had.
    shape: Option<u64>,
}

/// What a probe shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ProbeResult {
    pub(super) has_rows: bool,
    /// Of PostgreSQL: whether it replays another server.
    pub(super) is_standby: bool,
    /// Of PostgreSQL: seconds behind that other server.
    pub(super) lag: Option<f64>,
}

/// What of the rows is read, and how long that may take.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// Stamps of all rows, in order.
    AllStamps,
    /// Stamps of rows that changed lately.
    RecentStamps,
    /// These columns of the rows with these ids.
    Rows(fn(&Column) -> bool, Vec<String>),
}

/// What comes of a task, piece by piece.
pub(super) enum Step {
    /// The columns of all rows that follow.
    Columns(Selected),
    Row(Cells),
    /// That was all. Without it the rows are not complete.
    End,
}

/// The columns of a stamp.
pub(super) fn is_stamp(column: &Column) -> bool {
    column.is_one_of(&["id", "updated", "date"])
}

impl Engine {
    pub(super) fn new(
        database: Database,
        reporter: Reporter,
        query: String,
        rules: Rules,
    ) -> Engine {
        Engine {
            probe: database.with_own_connection(),
            database,
            reporter,
            query,
            rules,
            columns: Mutex::default(),
            required: Mutex::default(),
            listings: Mutex::default(),
            shown: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// Does a task, giving away what comes of it.
    pub(super) async fn work(&self, task: Task, out: mpsc::Sender<Result<Step, SqlError>>) {
        let last = match self.try_work(task, &out).await {
            Ok(()) => Ok(Step::End),
            Err(error) => {
                self.forget();
                Err(error)
            }
        };
        // Nobody to take it has nobody to miss it.
        let _ = out.send(last).await;
    }

    async fn try_work(
        &self,
        task: Task,
        out: &mpsc::Sender<Result<Step, SqlError>>,
    ) -> Result<(), SqlError> {
        let patience = match task {
            Task::AllStamps => LONG,
            Task::RecentStamps | Task::Rows(..) => SHORT,
        };
        if matches!(task, Task::AllStamps | Task::RecentStamps) {
            // A query such as `SELECT *` may have other columns by now.
            self.forget();
        }
        let columns = self.columns().await?;
        locked(&self.required).take(&columns)?;
        let dialect = self.database.dialect();
        let (selected, statement) = match task {
            Task::AllStamps => {
                let selected = columns.known(is_stamp);
                let statement = dialect.listing(&self.query, &selected.columns);
                (selected, statement)
            }
            Task::RecentStamps => {
                let selected = columns.known(is_stamp);
                let since = self.since();
                let statement = dialect.recent(&self.query, &selected.columns, &columns, &since);
                (selected, statement)
            }
            Task::Rows(wanted, ids) => {
                let selected = columns.known(wanted);
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                let statement = dialect.by_id(&self.query, &selected.columns, &ids);
                (selected, statement)
            }
        };
        if out.send(Ok(Step::Columns(selected))).await.is_err() {
            return Ok(());
        }
        let row = |cells| Ok(Step::Row(cells));
        self.database.rows(statement, patience, row, out).await
    }

    /// The single text that a statement gives.
    pub(super) async fn text(&self, statement: Statement) -> Result<Option<String>, SqlError> {
        let row = self.database.row(statement, SHORT).await?;
        Ok(row.into_iter().next().and_then(|cell| cell.text))
    }

    /// Whether finding rows by their ids looks at all rows.
    pub(super) async fn reads_all_for_one(&self) -> Result<bool, SqlError> {
        let dialect = self.database.dialect();
        let selected = self.columns().await?.known(|_| true).columns;
        let Some([all, one]) = dialect.plans(&self.query, &selected) else {
            return Ok(false);
        };
        let (all, one) = (self.plan(all).await?, self.plan(one).await?);
        Ok(dialect.reads_all(dialect.cost(&all), dialect.cost(&one)))
    }

    async fn plan(&self, explain: Statement) -> Result<Vec<Cells>, SqlError> {
        let (sender, mut receiver) = mpsc::channel(PLAN_LINES_MAX);
        let lines = self.database.rows(explain, SHORT, |cells| cells, &sender);
        // Of a longer plan, the first lines say enough.
        let lines = timeout(SHORT.silence, lines).await;
        drop(sender);
        lines.unwrap_or(Ok(()))?;
        let mut plan = Vec::new();
        while let Ok(line) = receiver.try_recv() {
            plan.push(line);
        }
        Ok(plan)
    }

    /// The columns of the query, asked for where they are not known.
    pub(super) async fn columns(&self) -> Result<Arc<Columns>, SqlError> {
        if let Some(columns) = locked(&self.columns).clone() {
            return Ok(columns);
        }
        self.describe(&self.database, SHORT).await
    }

    async fn describe(
        &self,
        database: &Database,
        patience: StatementTimeout,
    ) -> Result<Arc<Columns>, SqlError> {
        let dialect = database.dialect();
        let sender = mpsc::channel(1).0;
        let probe = dialect.validate(&self.query);
        database.rows(probe, patience, |_| (), &sender).await?;
        let describe = dialect.describe(&self.query);
        let (_, columns) = database.row_with_columns(describe, patience).await?;
        Ok(self.learn(columns))
    }

    fn learn(&self, columns: Vec<Column>) -> Arc<Columns> {
        let columns = Arc::new(Columns(columns));
        *locked(&self.columns) = Some(columns.clone());
        columns
    }

    /// Feels the probe: what it shows of the database, whether articles can be made of the query's
    /// columns as they are now, and what the columns are.
    pub(super) async fn feel(&self, patience: StatementTimeout) -> Result<Cells, SqlError> {
        // It is sent as it is, so only a query that was probed may be part of it.
        if locked(&self.columns).is_none() {
            self.describe(&self.probe, patience).await?;
        }
        let statement = self.database.dialect().probe(&self.query);
        let (mut shown, mut columns) = self.probe.row_with_columns(statement, patience).await?;
        shown.truncate(PROBE_COLUMNS);
        let columns = self.learn(columns.split_off(columns.len().min(PROBE_COLUMNS)));
        locked(&self.required).take(&columns)?;
        Ok(shown)
    }

    /// After a failure the columns may be others.
    pub(super) fn forget(&self) {
        *locked(&self.columns) = None;
    }

    /// The columns that must not go unnoticed.
    pub(super) fn required(&self) -> RequiredColumns {
        locked(&self.required).clone()
    }

    /// Requires these columns and no others.
    pub(super) fn require(&self, required: RequiredColumns) {
        *locked(&self.required) = required;
    }

    /// The shape of the query's columns, where it is another than when everything was listed.
    pub(super) fn changed_shape(&self) -> Option<u64> {
        let columns = locked(&self.columns).clone()?;
        Some(columns.shape()).filter(|now| self.differs_from_listing(*now))
    }

    /// Whether everything was listed with columns of another shape.
    pub(super) fn differs_from_listing(&self, shape: u64) -> bool {
        let listed = locked(&self.listings).shape;
        listed.is_some_and(|listed| listed != shape)
    }

    /// The runtime ended before the work did.
    pub(super) fn stopped(&self) -> SqlError {
        SqlError::Stopped(self.reporter.database.clone())
    }

    /// A listing came to an id that should have come earlier.
    pub(super) fn out_of_order(&self, id: String) -> SqlError {
        SqlError::Order {
            database: self.reporter.database.clone(),
            id,
        }
    }

    /// A listing that began at `began` is complete; one of everything had columns of this shape.
    pub(super) fn listed(
        &self,
        began: Instant,
        highest: Highest,
        newest: Option<Timestamp>,
        shape: Option<u64>,
    ) {
        let mut listings = locked(&self.listings);
        listings.watermark.listed(began, highest);
        match shape {
            // Whoever starts later does not see rows that were deleted either.
            Some(_) => (listings.shape, listings.newest) = (shape, newest),
            None => listings.newest = listings.newest.max(newest),
        }
    }

    pub(super) fn newest(&self) -> Option<Timestamp> {
        locked(&self.listings).newest
    }

    fn since(&self) -> Since {
        locked(&self.listings).watermark.since()
    }

    /// Keeps what a probe showed.
    pub(super) fn beat(&self, probe: ProbeResult) {
        *locked(&self.shown) = Some(probe);
    }

    /// Keeps whether the probe fails.
    pub(super) fn note_trouble(&self, trouble: Option<SqlError>) {
        *locked(&self.trouble) = trouble;
    }

    /// Why the last probe failed, if it did.
    pub(super) fn trouble(&self) -> Option<SqlError> {
        locked(&self.trouble).clone()
    }

    pub(super) fn is_standby(&self) -> bool {
        locked(&self.shown).is_some_and(|probe| probe.is_standby)
    }

    pub(super) fn lag(&self) -> Option<f64> {
        locked(&self.shown).and_then(|probe| probe.lag)
    }
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
