//! SQLite: addresses, and statements that end with their reader.

use std::str::FromStr as _;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::{Database, DatabaseConnection, Pool, invalid_address};
use crate::source::sql::error::{Reporter, SqlError};

/// How long a statement waits for a writer's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) fn open(text: &str) -> Result<(Database, Reporter), SqlError> {
    let options =
        SqliteConnectOptions::from_str(text).map_err(|_| invalid_address("sqlite:PATH"))?;
    let reporter = Reporter {
        database: Arc::from(format!("sqlite:{}", options.get_filename().display())),
        secrets: Arc::from([]),
    };
    let options = options
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .pragma("query_only", "on")
        .disable_statement_logging();
    let pool = Pool::new(options, reporter.clone(), false);
    Ok((Database::Sqlite(pool), reporter))
}

/// Virtual machine steps between two checks whether the caller still waits; they take well below a
/// millisecond.
const CHECK_EVERY_STEPS: i32 = 10_000;

impl DatabaseConnection for SqliteConnection {
    /// A statement runs in a thread of its own. Without this it would go on, and lock the file
    /// against writers, after its caller gave up.
    async fn stop_when_dropped(&mut self, waiter: Weak<()>) -> Result<(), sqlx::Error> {
        let mut handle = self.lock_handle().await?;
        handle.set_progress_handler(CHECK_EVERY_STEPS, move || waiter.strong_count() > 0);
        Ok(())
    }
}
