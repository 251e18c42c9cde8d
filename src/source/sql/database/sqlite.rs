//! SQLite: addresses.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Database, Pool, misunderstood};
use crate::source::sql::error::{Reporter, SqlError};

/// How long a statement waits for a writer.
const BUSY: Duration = Duration::from_secs(1);

pub(super) fn open(text: &str) -> Result<(Database, Reporter), SqlError> {
    let options = SqliteConnectOptions::from_str(text).map_err(|_| misunderstood("sqlite:PATH"))?;
    let reporter = Reporter {
        database: Arc::from(format!("sqlite:{}", options.get_filename().display())),
        secrets: Arc::from([]),
    };
    let options = options
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(BUSY)
        .pragma("query_only", "on")
        .disable_statement_logging();
    let pool = Pool::new(options, reporter.clone(), false);
    Ok((Database::Sqlite(pool), reporter))
}
