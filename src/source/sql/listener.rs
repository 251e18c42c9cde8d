//! PostgreSQL's notifications: hints that rows changed.
//!
//! They go lost with the connection, so every new one means that everything is to be compared; and
//! without them the polls find the same a little later.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::engine::Engine;
use super::sign::Board;

/// When the rows are looked at again, after a notification that a standby may not have caught up with.
const ECHOES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_millis(1500),
    Duration::from_secs(4),
];

/// A connection that was silent for so long is asked whether it still is one.
const SILENCE: Duration = Duration::from_secs(30);

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A standby may be promoted, but not every other second.
const STANDBY_PAUSE: Duration = Duration::from_secs(30);

/// What PostgreSQL says to LISTEN on a standby.
const READ_ONLY: &str = "25006";

/// Listens until it is dropped.
pub(super) async fn listen(engine: Arc<Engine>, board: Arc<Board>, pool: PgPool, channel: String) {
    let mut backoff = Backoff::default();
    let mut complained = false;
    loop {
        let pause = match start(&pool, &channel).await {
            Ok(mut listener) => {
                backoff = Backoff::default();
                complained = false;
                board.missed();
                hear(&engine, &board, &mut listener).await;
                backoff.next()
            }
            Err(error) => {
                let is_standby = error
                    .as_database_error()
                    .is_some_and(|error| error.code().as_deref() == Some(READ_ONLY));
                if !complained {
                    complain(&engine, &channel, &error, is_standby);
                }
                complained = true;
                if is_standby {
                    STANDBY_PAUSE
                } else {
                    backoff.next()
                }
            }
        };
        sleep(pause).await;
    }
}

fn complain(engine: &Engine, channel: &str, error: &sqlx::Error, is_standby: bool) {
    let database = &engine.reporter.database;
    if is_standby {
        tracing::info!(
            %database,
            channel,
            "a standby sends no notifications; changes are found by polling, or by listening to the \
             primary with `listen-url`"
        );
    } else {
        let reason = engine.reporter.failed(error).to_string();
        tracing::warn!(
            channel,
            reason,
            "cannot listen; changes are found by polling"
        );
    }
}

async fn start(pool: &PgPool, channel: &str) -> Result<PgListener, sqlx::Error> {
    let start = async {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.eager_reconnect(false);
        listener.listen(channel).await?;
        Ok(listener)
    };
    let started = timeout(PATIENCE, start).await;
    started.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Passes on notifications until the connection is lost.
async fn hear(engine: &Engine, board: &Board, listener: &mut PgListener) {
    let mut echoes: Vec<Instant> = Vec::new();
    loop {
        let now = Instant::now();
        if echoes.iter().any(|echo| *echo <= now) {
            echoes.retain(|echo| *echo > now);
            board.changed();
        }
        let next = echoes.iter().min().map(|echo| *echo - now);
        match timeout(next.unwrap_or(SILENCE), listener.try_recv()).await {
            Ok(Ok(Some(_))) => {
                board.changed();
                if engine.is_standby() {
                    let now = Instant::now();
                    // One that is planned already is as good as a later one, but the last.
                    echoes = ECHOES.iter().map(|echo| now + *echo).collect();
                }
            }
            Ok(Ok(None) | Err(_)) => return,
            Err(_) if next.is_some() => {}
            Err(_) => {
                let asked = sqlx::raw_sql("SELECT 1").execute(&mut *listener);
                if !matches!(timeout(PATIENCE, asked).await, Ok(Ok(_))) {
                    return;
                }
            }
        }
    }
}
