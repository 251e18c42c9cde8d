//! Listens to notifications of PostgreSQL, which are hints that rows changed.
//!
//! Notifications are lost with their connection, so every new connection causes a full comparison.
//! Without notifications, polls find the same changes a little later. Standbys send none. A pooler
//! in transaction mode delivers them to whichever client has the connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor, Postgres, Row as _};
use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::database::{self, CONNECT};
use super::engine::Engine;
use super::error::{Reporter, SqlError};
use crate::source::sql::source_event::PendingSignals;

/// When to poll again after a notification, for a standby that has not replayed the change yet.
const STANDBY_RECHECKS: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_millis(1500),
    Duration::from_secs(4),
];

/// A connection without notifications is checked this often.
const KEEPALIVE_EVERY: Duration = Duration::from_secs(30);

/// How long the server may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait after finding a standby or a pooler: promotion and new settings are rare.
const UNSUPPORTED_PAUSE: Duration = Duration::from_secs(30);

/// The SQLSTATE of LISTEN on a standby.
const READ_ONLY_TRANSACTION: &str = "25006";

/// After a connection that lasted this long, the next one may cause a comparison at once.
const STABLE_AFTER: Duration = Duration::from_secs(5);

/// So many short connections in a row still cause a comparison at once.
const SHORT_CONNECTIONS_MAX: u32 = 1;

/// The channel to listen on.
#[derive(Clone)]
pub(super) struct Channel {
    name: String,
    options: PgConnectOptions,
    /// `listen-url` may name another database than the one that is read.
    reporter: Reporter,
}

impl Channel {
    /// Does not connect.
    pub(super) fn new(name: &str, url: &str) -> Result<Channel, SqlError> {
        let (options, reporter) = database::parse_address(url)?;
        Ok(Channel {
            name: name.to_owned(),
            options,
            reporter,
        })
    }

    /// Connects and listens, with a pool of its own for each listener. A dropped listener sends
    /// UNLISTEN before it frees its connection; if the network is gone, that hangs until TCP gives
    /// up.
    async fn open(&self) -> Result<PgListener, ListenError> {
        let open = async {
            let pool = PgPoolOptions::new()
                .max_connections(1)
                .max_lifetime(None)
                .idle_timeout(None)
                .acquire_timeout(CONNECT)
                .test_before_acquire(false)
                .connect_lazy_with(self.options.clone());
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.eager_reconnect(false);
            if self.is_pooled(&mut listener).await {
                return Err(ListenError::Pooled);
            }
            listener.listen(&self.name).await?;
            Ok(listener)
        };
        let opened = timeout(ANSWER_TIMEOUT, open).await;
        opened.unwrap_or(Err(ListenError::Failed(sqlx::Error::PoolTimedOut)))
    }

    /// Whether a pooler in transaction mode lends the connection. Then a second connection has the
    /// same server process, or this one soon has another. LISTEN would stay active for the next
    /// client there. If the question fails, there is no pooler.
    async fn is_pooled(&self, listener: &mut PgListener) -> bool {
        let ask = async {
            let Some(ours) = backend_pid(&mut *listener).await? else {
                return Ok(false);
            };
            let mut other = self.options.connect().await?;
            let theirs = backend_pid(&mut other).await?;
            let still_ours = backend_pid(&mut *listener).await?;
            Ok::<bool, sqlx::Error>(theirs == Some(ours) || still_ours != Some(ours))
        };
        matches!(timeout(CONNECT, ask).await, Ok(Ok(true)))
    }

    /// Why listening failed.
    async fn reason(&self, error: &sqlx::Error) -> SqlError {
        if !matches!(error, sqlx::Error::PoolTimedOut) {
            return self.reporter.failed(error);
        }
        // The library retries a server that refuses, and hides its reason. A direct connection
        // shows it.
        match timeout(CONNECT, self.options.connect()).await {
            Ok(Err(error)) => self.reporter.unreachable(&error),
            Ok(Ok(_)) | Err(_) => self.reporter.timeout(CONNECT),
        }
    }
}

/// Why it is not possible to listen.
#[derive(Debug)]
enum ListenError {
    /// The connection failed.
    Failed(sqlx::Error),
    /// The server is a standby.
    Standby,
    /// A pooler lends the connection by the transaction.
    Pooled,
}

impl From<sqlx::Error> for ListenError {
    fn from(error: sqlx::Error) -> ListenError {
        let code = error.as_database_error().and_then(|error| error.code());
        match code.as_deref() {
            Some(READ_ONLY_TRANSACTION) => ListenError::Standby,
            _ => ListenError::Failed(error),
        }
    }
}

/// Listens until the future is dropped.
pub(super) async fn listen(engine: Arc<Engine>, signals: Arc<PendingSignals>, channel: Channel) {
    let mut backoff = Backoff::default();
    let mut logged = false;
    let mut short_connections = 0;
    loop {
        let pause = match channel.open().await {
            Ok(mut listener) => {
                let began = Instant::now();
                // A server that keeps closing the connection must not cause a comparison each time.
                let compare_at = match short_connections <= SHORT_CONNECTIONS_MAX {
                    true => began,
                    false => began + STABLE_AFTER,
                };
                forward_notifications(&engine, &signals, &mut listener, compare_at).await;
                short_connections += 1;
                if began.elapsed() >= STABLE_AFTER {
                    backoff = Backoff::default();
                    logged = false;
                    short_connections = 0;
                }
                backoff.next()
            }
            Err(error) => {
                if !logged {
                    log_failure(&channel, &error).await;
                }
                logged = true;
                match error {
                    ListenError::Failed(_) => backoff.next(),
                    ListenError::Standby | ListenError::Pooled => UNSUPPORTED_PAUSE,
                }
            }
        };
        sleep(pause).await;
    }
}

async fn log_failure(channel: &Channel, error: &ListenError) {
    let (name, database) = (&channel.name, &channel.reporter.database);
    match error {
        ListenError::Failed(error) => {
            let reason = channel.reason(error).await.to_string();
            tracing::warn!(
                channel = name,
                reason,
                "cannot listen; changes are found by polling"
            );
        }
        ListenError::Standby => tracing::info!(
            %database,
            channel = name,
            "a standby sends no notifications; changes are found by polling, or by listening to the \
             primary with `listen-url`"
        ),
        ListenError::Pooled => tracing::warn!(
            %database,
            channel = name,
            "a pooler that lends connections by the transaction passes on no notifications; changes are \
             found by polling, or by listening to the server itself with `listen-url`"
        ),
    }
}

/// The process id of the server that answers.
async fn backend_pid<'c>(
    connection: impl Executor<'c, Database = Postgres>,
) -> Result<Option<i32>, sqlx::Error> {
    let row = sqlx::raw_sql("SELECT pg_backend_pid()").fetch_optional(connection);
    let row = row.await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Forwards notifications until the connection is lost. Asks for a full comparison at `compare_at`,
/// because notifications may have been missed before.
async fn forward_notifications(
    engine: &Engine,
    signals: &PendingSignals,
    listener: &mut PgListener,
    compare_at: Instant,
) {
    let mut compare_at = Some(compare_at);
    let mut rechecks: Vec<Instant> = Vec::new();
    loop {
        let now = Instant::now();
        if compare_at.take_if(|at| *at <= now).is_some() {
            signals.missed();
        }
        if rechecks.iter().any(|recheck| *recheck <= now) {
            rechecks.retain(|recheck| *recheck > now);
            signals.changed();
        }
        let next = rechecks.iter().chain(&compare_at).min().map(|at| *at - now);
        match timeout(next.unwrap_or(KEEPALIVE_EVERY), listener.try_recv()).await {
            Ok(Ok(Some(_))) => {
                signals.changed();
                if engine.position().is_standby {
                    let now = Instant::now();
                    // Replaces rechecks that are already planned, so that a burst of notifications
                    // adds none.
                    rechecks = STANDBY_RECHECKS
                        .iter()
                        .map(|recheck| now + *recheck)
                        .collect();
                }
            }
            Ok(Ok(None) | Err(_)) => return,
            Err(_) if next.is_some() => {}
            Err(_) => {
                let answer = sqlx::raw_sql("SELECT 1").execute(&mut *listener);
                if !matches!(timeout(ANSWER_TIMEOUT, answer).await, Ok(Ok(_))) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::source::sql::source_event::{SourceEvent, SourceEvents};
    use crate::source::sql::testkit::{FakePostgres, Reaction};

    fn channel(server: &FakePostgres) -> Channel {
        Channel::new("news", &server.url).expect("an address")
    }

    #[tokio::test]
    async fn a_hanging_connection_does_not_block_the_next_one() {
        let server = FakePostgres::start(|_, sql| match sql.starts_with("UNLISTEN") {
            true => Reaction::FallSilent,
            false => Reaction::Answer,
        })
        .await;
        let channel = channel(&server);
        for connections in [1, 2] {
            let listener = channel.open().await;
            assert!(listener.is_ok(), "{:?}", listener.err());
            assert_eq!(server.connections(), connections);
        }
    }

    #[tokio::test]
    async fn a_failure_names_the_database_that_listens() {
        let server = FakePostgres::start(|_, _| Reaction::Refuse("not s3cret enough")).await;
        let closed_port = "postgres://taspa:s3cret@127.0.0.1:9/news";
        for (url, expected) in [
            (&*server.url, ": not … enough"),
            (closed_port, " cannot be reached: Connection refused"),
        ] {
            let channel = Channel::new("news", url).expect("an address");
            let Err(ListenError::Failed(error)) = channel.open().await else {
                panic!("{url} accepts a listener");
            };
            let reason = channel.reason(&error).await.to_string();
            let (_, place) = url.split_once('@').expect("a password");
            let place = place.split('?').next().expect("a place");
            assert!(
                reason.starts_with(&format!("postgres://{place}{expected}")),
                "{reason}"
            );
        }
    }

    #[tokio::test]
    async fn short_connections_delay_the_comparison() {
        let server = FakePostgres::start(|_, sql| match sql.starts_with("LISTEN") {
            true => Reaction::AnswerAndHangUp,
            false => Reaction::Answer,
        })
        .await;
        let signals = Arc::new(PendingSignals::default());
        let listening = listen(server.engine(), signals.clone(), channel(&server));
        signals.up();
        let mut events = SourceEvents {
            signals,
            watchers: Vec::new(),
        };
        assert_eq!(events.next().await, SourceEvent::Up);
        events.watchers.push(tokio::spawn(listening));
        server.accepts(3).await;
        assert_eq!(events.next().now_or_never(), Some(SourceEvent::Up));
        server.accepts(4).await;
        assert_eq!(events.next().now_or_never(), None);
    }
}
