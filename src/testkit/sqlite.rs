//! A file of SQLite that a test writes.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection};
use tokio::runtime::Builder;

/// Runs statements in a file, which is created where there is none.
pub(crate) fn write(file: &Path, sql: &str) {
    drop(begin(file, sql));
}

/// The same; a transaction that the statements begin ends with the connection.
pub(crate) fn begin(file: &Path, sql: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut connection = options.connect().await.expect("a connection");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .expect("a statement");
        connection
    })
}
