use std::sync::Arc;

use super::server::{Manner, Server};
use super::*;

const PATIENCE: Patience = Patience {
    server: Duration::from_secs(60),
    silence: Duration::from_secs(60),
};

fn statement(sql: &str) -> Statement {
    Statement {
        sql: sql.to_owned(),
        ..Statement::default()
    }
}

fn database(server: &Server) -> Arc<Database> {
    Arc::new(open(&server.url).expect("an address").0)
}

#[tokio::test]
async fn a_statement_waits_for_a_connection_and_the_pulse_for_none() {
    let server = Server::start(|_, sql| match sql {
        "SELECT slowly" => Manner::FallSilent,
        _ => Manner::Answer,
    })
    .await;
    let database = database(&server);
    let begin = |sql: &str| {
        let (database, statement) = (database.clone(), statement(sql));
        tokio::spawn(async move { database.row(statement, PATIENCE).await })
    };
    let slow: Vec<_> = (0..CONNECTIONS).map(|_| begin("SELECT slowly")).collect();
    server.accepts(CONNECTIONS).await;
    let mut next = begin("SELECT 1");
    let pulse = database.apart();
    for _ in 0..2 {
        assert_eq!(pulse.row(statement("SELECT 1"), PATIENCE).await, Ok(vec![]));
    }
    let waited = timeout(CONNECT * 3 / 2, &mut next).await;
    assert!(waited.is_err(), "others are slow, not the database");
    assert_eq!(server.connections(), CONNECTIONS + 1);
    slow[0].abort();
    assert_eq!(next.await.expect("no panic"), Ok(vec![]));
}
