//! A connection to a database, with which a test writes as a newsroom's own programs do.

use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection, SqliteConnection};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::testkit::wait::DEADLINE;

/// It is closed when it is dropped, and what it has not committed is undone.
pub(crate) struct Session {
    link: Link,
    runtime: Runtime,
}

enum Link {
    Postgres(PgConnection),
    MariaDb(MySqlConnection),
    Sqlite(SqliteConnection),
}

impl Session {
    #[track_caller]
    pub(crate) fn open(url: &str) -> Session {
        match Session::try_open(url) {
            Ok(session) => session,
            Err(error) => panic!("no session at {url}: {error}"),
        }
    }

    pub(crate) fn try_open(url: &str) -> Result<Session, sqlx::Error> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let opening = async {
            let (scheme, _) = url.split_once(':').expect("a scheme");
            Ok::<_, sqlx::Error>(match scheme {
                "postgres" => Link::Postgres(PgConnection::connect(url).await?),
                "mysql" => Link::MariaDb(MySqlConnection::connect(url).await?),
                _ => Link::Sqlite(SqliteConnection::connect(url).await?),
            })
        };
        let link = runtime.block_on(async { timeout(DEADLINE, opening).await });
        Ok(Session {
            link: link.expect("an answer in time")?,
            runtime,
        })
    }

    /// Executes statements, parted by semicolons.
    #[track_caller]
    pub(crate) fn execute(&mut self, sql: &str) {
        if let Err(error) = self.try_execute(sql) {
            panic!("{error} in {sql}");
        }
    }

    pub(crate) fn try_execute(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        let Session { link, runtime } = self;
        let statements = sqlx::raw_sql(AssertSqlSafe(sql));
        let executing = async {
            match link {
                Link::Postgres(link) => statements.execute(link).await.map(drop),
                Link::MariaDb(link) => statements.execute(link).await.map(drop),
                Link::Sqlite(link) => statements.execute(link).await.map(drop),
            }
        };
        let executed = runtime.block_on(async { timeout(DEADLINE, executing).await });
        executed.expect("an answer in time")
    }

    /// Waits until nothing of it is left; dropped, it may hold a file for another moment.
    pub(crate) fn close(self) {
        let Session { link, runtime } = self;
        let closing = async {
            match link {
                Link::Postgres(link) => link.close().await,
                Link::MariaDb(link) => link.close().await,
                Link::Sqlite(link) => link.close().await,
            }
        };
        let closed = runtime.block_on(async { timeout(DEADLINE, closing).await });
        closed.expect("an end in time").expect("a good end");
    }

    /// The number that a query gives.
    #[track_caller]
    pub(crate) fn number(&mut self, sql: &str) -> i64 {
        let Session { link, runtime } = self;
        let sql = AssertSqlSafe(sql);
        let asking = async {
            match link {
                Link::Postgres(link) => sqlx::query_scalar(sql).fetch_one(link).await,
                Link::MariaDb(link) => sqlx::query_scalar(sql).fetch_one(link).await,
                Link::Sqlite(link) => sqlx::query_scalar(sql).fetch_one(link).await,
            }
        };
        let asked = runtime.block_on(async { timeout(DEADLINE, asking).await });
        asked.expect("an answer in time").expect("a number")
    }
}
