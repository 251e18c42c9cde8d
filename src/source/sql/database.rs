//! Database connections, and statements on them.
//!
//! The pool is our own. It returns the reason of a failed connection at once. It drops a connection
//! after any error instead of closing it politely, which a silent server would delay.

mod endpoint;
mod mysql;
mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use sqlx::database::HasStatementCache;
use sqlx::{
    AssertSqlSafe, ColumnIndex, ConnectOptions as _, Connection, Decode, Encode, Executor, Type,
    TypeInfo as _, ValueRef as _,
};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};
use tokio::time::timeout;

pub(super) use self::postgres::parse_address;
use super::columns::{Column, Kind};
use super::dialect::{Bind, Dialect, Statement};
use super::error::{Reporter, SqlError};
use super::row::{Cell, Cells};

/// Connections at a time, besides the one of the probe: for a listing, a poll and a batch of rows.
const CONNECTIONS_MAX: usize = 3;

/// How long a statement waits for one of them. A listing keeps its connection for minutes,
/// everything else for seconds.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a new connection may take.
pub(super) const CONNECT: Duration = Duration::from_secs(1);

/// A connection that was idle for longer is closed.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// A database with its connection pool.
#[derive(Debug)]
pub(super) enum Database {
    Postgres(Pool<sqlx::PgConnection>),
    MySql(Pool<sqlx::MySqlConnection>),
    Sqlite(Pool<sqlx::SqliteConnection>),
}

/// How long a statement may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatementTimeout {
    /// The server ends the statement after this time.
    pub(super) server: Duration,
    /// The longest wait for the next row, or for any other answer.
    pub(super) silence: Duration,
}

impl Database {
    pub(super) fn dialect(&self) -> Dialect {
        match self {
            Database::Postgres(_) => Dialect::Postgres,
            Database::MySql(_) => Dialect::MySql,
            Database::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// The same database with a pool of one connection, so that no other statement delays its own.
    pub(super) fn with_own_connection(&self) -> Database {
        match self {
            Database::Postgres(pool) => Database::Postgres(pool.with_own_connection()),
            Database::MySql(pool) => Database::MySql(pool.with_own_connection()),
            Database::Sqlite(pool) => Database::Sqlite(pool.with_own_connection()),
        }
    }

    /// Closes the connections that are idle.
    pub(super) fn close_idle(&self) {
        match self {
            Database::Postgres(pool) => pool.idle().clear(),
            Database::MySql(pool) => pool.idle().clear(),
            Database::Sqlite(pool) => pool.idle().clear(),
        }
    }

    /// How many idle connections turned out to be dead when they were used again.
    pub(super) fn lost_connections(&self) -> usize {
        match self {
            Database::Postgres(pool) => pool.lost_connections.load(Ordering::Relaxed),
            Database::MySql(pool) => pool.lost_connections.load(Ordering::Relaxed),
            Database::Sqlite(pool) => pool.lost_connections.load(Ordering::Relaxed),
        }
    }

    /// Runs a statement and sends each row, converted by `wrap`, as it arrives. Ends early when the
    /// receiver is dropped.
    pub(super) async fn rows<T>(
        &self,
        statement: Statement,
        limit: StatementTimeout,
        wrap: impl Fn(Cells) -> T,
        out: &mpsc::Sender<T>,
    ) -> Result<(), SqlError> {
        match self {
            Database::Postgres(pool) => {
                let read = |row: &_| wrap(cells(row));
                run(self, pool, statement, limit, read, out).await
            }
            Database::MySql(pool) => {
                let read = |row: &_| wrap(cells(row));
                run(self, pool, statement, limit, read, out).await
            }
            Database::Sqlite(pool) => {
                let read = |row: &_| wrap(cells(row));
                run(self, pool, statement, limit, read, out).await
            }
        }
    }

    /// Runs a statement that returns one row.
    pub(super) async fn row(
        &self,
        statement: Statement,
        limit: StatementTimeout,
    ) -> Result<Cells, SqlError> {
        let (sender, mut receiver) = mpsc::channel(1);
        self.rows(statement, limit, |cells| cells, &sender).await?;
        Ok(receiver.try_recv().unwrap_or_default())
    }

    /// Runs a statement that returns one row, and returns its columns as well.
    pub(super) async fn row_with_columns(
        &self,
        statement: Statement,
        limit: StatementTimeout,
    ) -> Result<(Cells, Vec<Column>), SqlError> {
        let (sender, mut receiver) = mpsc::channel(1);
        let out = &sender;
        match self {
            Database::Postgres(pool) => {
                let read = |row: &_| (cells(row), columns_of(row, postgres::kind));
                run(self, pool, statement, limit, read, out).await
            }
            Database::MySql(pool) => {
                let read = |row: &_| (cells(row), columns_of(row, mysql::kind));
                run(self, pool, statement, limit, read, out).await
            }
            Database::Sqlite(pool) => {
                let read = |row: &_| (cells(row), columns_of(row, |_| Kind::Any));
                run(self, pool, statement, limit, read, out).await
            }
        }?;
        Ok(receiver.try_recv().unwrap_or_default())
    }
}

/// A pool of connections.
pub(super) struct Pool<C: Connection> {
    options: C::Options,
    reporter: Reporter,
    idle: Mutex<Vec<(C, Instant)>>,
    permits: Semaphore,
    lost_connections: AtomicUsize,
    /// Whether connections are used again. SQLite opens its file each time: another file may have
    /// replaced it, and an open connection does not notice.
    reuses_connections: bool,
}

impl<C: Connection> std::fmt::Debug for Pool<C> {
    /// Names the database only, because the options contain the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.reporter.database)
    }
}

/// A connection of any of the three databases.
pub(super) trait DatabaseConnection: Connection {
    /// Makes running statements end when `waiter` is dropped. Servers do that by themselves.
    fn stop_when_dropped(
        &mut self,
        waiter: Weak<()>,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        drop(waiter);
        std::future::ready(Ok(()))
    }
}

/// A connection from the pool. Unless it is released, it is closed when dropped.
struct PooledConnection<'p, C: Connection> {
    /// Tells [`DatabaseConnection::stop_when_dropped`] that the caller still waits.
    _waiter: Arc<()>,
    connection: C,
    pool: &'p Pool<C>,
    _permit: SemaphorePermit<'p>,
}

impl<C: DatabaseConnection> Pool<C> {
    fn new(options: C::Options, reporter: Reporter, reuses_connections: bool) -> Pool<C> {
        Pool {
            options,
            reporter,
            idle: Mutex::default(),
            permits: Semaphore::new(CONNECTIONS_MAX),
            lost_connections: AtomicUsize::new(0),
            reuses_connections,
        }
    }

    fn with_own_connection(&self) -> Pool<C> {
        let pool = Pool::new(
            self.options.clone(),
            self.reporter.clone(),
            self.reuses_connections,
        );
        Pool {
            permits: Semaphore::new(1),
            ..pool
        }
    }

    /// Takes a connection and begins the transaction on it. An idle connection may be dead, since
    /// poolers close idle connections and servers restart, and only its use reveals that. Then a
    /// new one is made.
    async fn acquire(
        &self,
        begin: Option<String>,
        silence: Duration,
    ) -> Result<PooledConnection<'_, C>, SqlError>
    where
        for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    {
        let waiter = Arc::default();
        let pooled = |connection, permit, waiter| PooledConnection {
            _waiter: waiter,
            connection,
            pool: self,
            _permit: permit,
        };
        let permit = self.permit().await?;
        if let Some(mut idle) = self.take_idle() {
            // No longer than a new connection may take, since that may have to follow.
            let begun = self.begin(&mut idle, begin.clone(), silence.min(CONNECT));
            match begun.await {
                Ok(()) => return Ok(pooled(idle, permit, waiter)),
                Err(_) => self.lost_connections.fetch_add(1, Ordering::Relaxed),
            };
        }
        let mut new = self.connect(Arc::downgrade(&waiter)).await?;
        self.begin(&mut new, begin, silence).await?;
        Ok(pooled(new, permit, waiter))
    }

    async fn begin(
        &self,
        connection: &mut C,
        begin: Option<String>,
        silence: Duration,
    ) -> Result<(), SqlError>
    where
        for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    {
        let Some(begin) = begin else {
            return Ok(());
        };
        let begin = sqlx::raw_sql(AssertSqlSafe(begin)).execute(connection);
        self.reporter.answer(silence, begin).await?;
        Ok(())
    }

    /// Waits for a free connection. Its timeout is no error of the database.
    async fn permit(&self) -> Result<SemaphorePermit<'_>, SqlError> {
        match timeout(PERMIT_TIMEOUT, self.permits.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(SqlError::Stopped(self.reporter.database.clone())),
            Err(_) => Err(self.reporter.busy(PERMIT_TIMEOUT)),
        }
    }

    async fn connect(&self, waiter: Weak<()>) -> Result<C, SqlError> {
        let connect = async {
            let mut connection = self.options.connect().await?;
            connection.stop_when_dropped(waiter).await?;
            Ok(connection)
        };
        let connected = timeout(CONNECT, connect).await;
        let connected = connected.map_err(|_| self.reporter.timeout(CONNECT))?;
        connected.map_err(|error: sqlx::Error| self.reporter.unreachable(&error))
    }

    /// Takes the connection that was used last, and closes those that were idle for too long.
    fn take_idle(&self) -> Option<C> {
        let mut idle = self.idle();
        idle.retain(|(_, since)| since.elapsed() < IDLE_MAX);
        idle.pop().map(|(connection, _)| connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(C, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: DatabaseConnection> PooledConnection<'_, C> {
    fn release(self) {
        if self.pool.reuses_connections {
            let mut idle = self.pool.idle();
            idle.push((self.connection, Instant::now()));
        }
    }
}

/// Runs one statement in its own transaction.
async fn run<C, T>(
    database: &Database,
    pool: &Pool<C>,
    statement: Statement,
    limit: StatementTimeout,
    read: impl Fn(&<C::Database as sqlx::Database>::Row) -> T,
    out: &mpsc::Sender<T>,
) -> Result<(), SqlError>
where
    C: DatabaseConnection<Database: HasStatementCache>,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
    <C::Database as sqlx::Database>::Arguments: sqlx::IntoArguments<C::Database>,
    for<'e> String: Encode<'e, C::Database> + Type<C::Database>,
    for<'e> i64: Encode<'e, C::Database> + Type<C::Database>,
    for<'e> Vec<u8>: Encode<'e, C::Database> + Type<C::Database>,
{
    let dialect = database.dialect();
    let reporter = &pool.reporter;
    let begin = dialect.begin(limit.server);
    let mut pooled = pool.acquire(begin, limit.silence).await?;
    let mut rows = if statement.is_simple {
        sqlx::raw_sql(AssertSqlSafe(statement.sql)).fetch(&mut pooled.connection)
    } else {
        let query = sqlx::query(AssertSqlSafe(statement.sql)).persistent(false);
        let bound = statement
            .binds
            .into_iter()
            .fold(query, |query, bind| match bind {
                Bind::Text(text) => query.bind(text),
                Bind::Integer(number) => query.bind(number),
                Bind::Bytes(bytes) => query.bind(bytes),
            });
        bound.fetch(&mut pooled.connection)
    };
    while let Some(row) = reporter.answer(limit.silence, rows.try_next()).await? {
        if out.send(read(&row)).await.is_err() {
            return Ok(());
        }
    }
    drop(rows);
    if let Some(commit) = dialect.commit() {
        let commit = sqlx::raw_sql(commit).execute(&mut pooled.connection);
        reporter.answer(limit.silence, commit).await?;
    }
    pooled.release();
    Ok(())
}

/// All values of a row as text.
fn cells<R>(row: &R) -> Cells
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    for<'r> Option<String>: Decode<'r, R::Database>,
    for<'r> Option<Vec<u8>>: Decode<'r, R::Database>,
{
    let broken = |at: usize| {
        let bytes = row.try_get_unchecked::<Option<Vec<u8>>, usize>(at);
        bytes
            .ok()
            .flatten()
            .map(|bytes| escape_invalid_utf8(&bytes))
    };
    let cell = |at: usize| {
        let text = row.try_get_unchecked::<Option<String>, usize>(at);
        let is_number = row
            .try_get_raw(at)
            .is_ok_and(|value| matches!(value.type_info().name(), "INTEGER" | "REAL"));
        Cell {
            is_broken: text.is_err(),
            text: text.unwrap_or_else(|_| broken(at)),
            is_number,
        }
    };
    (0..row.len()).map(cell).collect()
}

/// Shows bytes that are not valid UTF-8 so that a person can find them: `caf\xE9`.
fn escape_invalid_utf8(bytes: &[u8]) -> String {
    bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
        text
    })
}

fn columns_of<R: sqlx::Row>(
    row: &R,
    kind: impl Fn(&<R::Database as sqlx::Database>::TypeInfo) -> Kind,
) -> Vec<Column> {
    use sqlx::Column as _;

    let column = |column: &<R::Database as sqlx::Database>::Column| {
        let type_info = column.type_info();
        Column::new(column.name(), kind(type_info), type_info.name())
    };
    row.columns().iter().map(column).collect()
}

/// Parses a database address. Does not connect.
pub(super) fn open(text: &str) -> Result<(Database, Reporter), SqlError> {
    let scheme = text.split(':').next().unwrap_or_default();
    match scheme {
        "postgres" | "postgresql" => postgres::open(text),
        "mysql" | "mariadb" => mysql::open(text),
        "sqlite" => sqlite::open(text),
        _ => Err(SqlError::Url(
            "must begin with postgres://, mysql://, mariadb:// or sqlite:".to_owned(),
        )),
    }
}

/// Query parameters whose values may contain an unescaped `@`. Their values are never shown.
const KEYS_THAT_MAY_HOLD_AT: [&str; 10] = [
    "application_name",
    "options",
    "password",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "sslcert",
    "sslkey",
    "sslrootcert",
    "user",
];

/// Whether an unescaped `/`, `?` or `#` ends the host inside the password, so that the rest of the
/// password would be taken for the database and be shown. An `@` after the delimiter reveals it.
fn has_unescaped_delimiter(text: &str) -> bool {
    let (_, address) = text.split_once("://").unwrap_or(("", text));
    let rest = address
        .find(['/', '?', '#'])
        .map_or("", |at| &address[at..]);
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let has_at = |parameter: &str| match parameter.split_once('=') {
        Some((key, _)) if KEYS_THAT_MAY_HOLD_AT.contains(&key) => false,
        Some(_) | None => parameter.contains('@'),
    };
    path.contains('@') || fragment.contains('@') || query.split('&').any(has_at)
}

/// Our own message: that of the library may quote the address with its password.
fn invalid_address(form: &str) -> SqlError {
    SqlError::Url(format!(
        "cannot be understood: it is written {form}, with special characters of a name or password as %XX"
    ))
}
