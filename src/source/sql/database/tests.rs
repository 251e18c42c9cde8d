use std::sync::Arc;

use sqlx::sqlite::SqliteConnectOptions;

use super::*;
use crate::source::sql::probe::run;
use crate::source::sql::source_event::{PendingSignals, SourceEvent, SourceEvents};
use crate::source::sql::testkit::{FakePostgres, Reaction};

const LIMIT: StatementTimeout = StatementTimeout {
    server: Duration::from_secs(60),
    silence: Duration::from_secs(60),
};

fn statement(sql: &str) -> Statement {
    Statement {
        sql: sql.to_owned(),
        ..Statement::default()
    }
}

fn database(server: &FakePostgres) -> Arc<Database> {
    Arc::new(open(&server.url).expect("an address").0)
}

#[tokio::test]
async fn a_statement_waits_for_a_connection_but_a_probe_does_not() {
    let server = FakePostgres::start(|_, sql| match sql {
        "SELECT slowly" => Reaction::FallSilent,
        _ => Reaction::Answer,
    })
    .await;
    let database = database(&server);
    let begin = |sql: &str| {
        let (database, statement) = (database.clone(), statement(sql));
        tokio::spawn(async move { database.row(statement, LIMIT).await })
    };
    let slow: Vec<_> = (0..CONNECTIONS_MAX)
        .map(|_| begin("SELECT slowly"))
        .collect();
    server.accepts(CONNECTIONS_MAX).await;
    let mut next = begin("SELECT 1");
    let probe = database.with_own_connection();
    for _ in 0..2 {
        assert_eq!(probe.row(statement("SELECT 1"), LIMIT).await, Ok(vec![]));
    }
    let waited = timeout(CONNECT * 3 / 2, &mut next).await;
    assert!(waited.is_err(), "others are slow, not the database");
    assert_eq!(server.connections(), CONNECTIONS_MAX + 1);
    slow[0].abort();
    assert_eq!(next.await.expect("no panic"), Ok(vec![]));
}

/// A server that shows `reaction` when its first connection is used again after this many statements.
async fn server_that_fails_on_reuse(reaction: Reaction, statements: usize) -> FakePostgres {
    let begun = AtomicUsize::new(0);
    FakePostgres::start(move |connection, sql| {
        let again = sql.starts_with("BEGIN") && begun.fetch_add(1, Ordering::Relaxed) == statements;
        match again && connection == 1 {
            true => reaction,
            false => Reaction::Answer,
        }
    })
    .await
}

#[tokio::test]
async fn a_dead_idle_connection_is_replaced() {
    for reaction in [Reaction::HangUp, Reaction::FallSilent] {
        let server = server_that_fails_on_reuse(reaction, 1).await;
        let database = database(&server);
        for connections in [1, 2, 2] {
            let row = database.row(statement("SELECT 1"), LIMIT).await;
            assert_eq!(row, Ok(vec![]));
            assert_eq!(server.connections(), connections);
        }
        assert_eq!(database.lost_connections(), 1);
    }
}

#[tokio::test]
async fn idle_connections_can_be_closed() {
    let server = FakePostgres::start(|_, _| Reaction::Answer).await;
    let database = database(&server);
    for connections in [1, 2] {
        let row = database.row(statement("SELECT 1"), LIMIT).await;
        assert_eq!(row, Ok(vec![]));
        assert_eq!(server.connections(), connections);
        database.close_idle();
    }
}

#[tokio::test]
async fn a_probe_that_lost_its_connection_causes_a_full_comparison() {
    // The first probe also probes the query and reads its columns.
    let server = server_that_fails_on_reuse(Reaction::HangUp, 3).await;
    let signals = Arc::new(PendingSignals::default());
    let probe = tokio::spawn(run(server.engine(), signals.clone()));
    let mut events = SourceEvents {
        signals,
        watchers: vec![probe],
    };
    for connections in [1, 2] {
        assert_eq!(events.next().await, SourceEvent::Up);
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn an_abandoned_statement_releases_the_sqlite_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("news.db");
    let mut writer = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true)
        .connect()
        .await
        .expect("a file");
    let table = "CREATE TABLE articles (id); INSERT INTO articles VALUES (1)";
    let made = sqlx::raw_sql(table).execute(&mut writer).await;
    made.expect("a table");
    let (database, _) = open(&format!("sqlite:{}", file.display())).expect("an address");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                   SELECT count(*) FROM n, articles";
    let limit = StatementTimeout {
        silence: Duration::from_millis(200),
        ..LIMIT
    };
    let error = database.row(statement(endless), limit).await;
    assert!(matches!(error, Err(SqlError::Timeout { .. })), "{error:?}");
    let write = sqlx::raw_sql("INSERT INTO articles VALUES (2)").execute(&mut writer);
    write.await.expect("the file is not locked");
}

#[test]
fn an_unescaped_password_is_refused_and_not_shown() {
    for cut in [
        "reader:5432/x@h/news",
        "reader:5432?x@h/news",
        "reader:5432?x=1@h/news",
        "reader:5432?user&x@h/news",
        "reader:5432#x@h/news",
        "reader:5432#?user=x@h/news",
        "reader:p@h?x@h/news",
        "reader:5432?host=x@h/news",
        "reader:5432?user@h/news",
    ] {
        for scheme in ["postgres", "mysql"] {
            let error = open(&format!("{scheme}://{cut}")).err();
            assert!(matches!(error, Some(SqlError::Url(_))), "{scheme}://{cut}");
        }
    }
    for (address, database) in [
        ("h/news?user=a@b&password=c@d", "postgres://h:5432/news"),
        ("reader:p%3Fx%40y@h/news", "postgres://h:5432/news"),
        ("reader:p@h?application_name=a@b", "postgres://h:5432/"),
        ("h/news?sslrootcert=/etc/a@b.pem", "postgres://h:5432/news"),
    ] {
        let (_, reporter) = open(&format!("postgres://{address}")).expect(address);
        assert_eq!(&*reporter.database, database, "{address}");
    }
}
