//! The probe: a statement that is cheap enough to run all the time. It fails for the same reasons as a
//! reading: a dead or silent server, a lock, a missing column, even one that the query does not name.
//! It also shows that a column was added or has another type.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::database::StatementTimeout;
use super::engine::{Engine, ProbeResult};
use super::error::SqlError;
use crate::source::sql::source_event::PendingSignals;

/// Between probes. With [`TIMEOUT_MIN`], a fault is known in less than two seconds.
const PAUSE: Duration = Duration::from_millis(600);

/// The pause is at least this many times as long as the probe, so that a slow query keeps a
/// connection busy for a fifth of the time. Up to 250 ms a fault is still known in two seconds.
const PAUSE_SHARE: u32 = 4;

/// The timeout of a probe that usually takes far less.
const TIMEOUT_MIN: Duration = Duration::from_secs(1);

/// The timeout at first and after a failure: a query that aggregates everything is slow, not broken.
const TIMEOUT_MAX: Duration = Duration::from_secs(5);

/// A probe that takes this many times as long as the last one has failed.
const SLOWER: u32 = 4;

/// Probes the database until the future is dropped.
pub(super) async fn run(engine: Arc<Engine>, signals: Arc<PendingSignals>) {
    let mut backoff = Backoff::default();
    let mut limit = TIMEOUT_MAX;
    let mut had_rows = None;
    let mut last = Duration::MAX;
    let mut lost = 0;
    let mut shape = None;
    loop {
        let began = Instant::now();
        let result = probe(&engine, limit).await;
        engine.note_probe(result.clone());
        let pause = match result {
            Ok(result) => {
                // A probe that waited for a lock says nothing about the load.
                let took = began.elapsed();
                let usual = took.min(std::mem::replace(&mut last, took));
                if signals.up() {
                    tracing::debug!(database = %engine.reporter.database, "the database answers");
                }
                // An idle connection is not closed without a reason: perhaps this is another server.
                if engine.probe_database.lost_connections() > lost {
                    lost = engine.probe_database.lost_connections();
                    signals.missed();
                }
                // One comparison is enough, however long it takes.
                let before = std::mem::replace(&mut shape, engine.changed_shape());
                if shape.is_some() && shape != before {
                    signals.missed();
                }
                if had_rows.is_some_and(|had| had != result.has_rows) {
                    signals.has_rows(result.has_rows);
                }
                let is_first = had_rows.replace(result.has_rows).is_none();
                backoff = Backoff::default();
                limit = (usual * SLOWER).clamp(TIMEOUT_MIN, TIMEOUT_MAX);
                match is_first {
                    // Most of it was opening a connection, which stays open.
                    true => PAUSE,
                    false => pause_after(usual),
                }
            }
            Err(error) => {
                engine.forget_columns();
                engine.database.close_idle();
                signals.down(&error.to_string());
                limit = TIMEOUT_MAX;
                backoff.next()
            }
        };
        sleep(pause).await;
    }
}

/// At most 20 s, because a probe takes at most 5 s.
fn pause_after(took: Duration) -> Duration {
    PAUSE.max(took * PAUSE_SHARE)
}

async fn probe(engine: &Engine, limit: Duration) -> Result<ProbeResult, SqlError> {
    let statement_timeout = StatementTimeout {
        // The server's error, such as a lock timeout, says more than our own timeout.
        server: limit.saturating_sub(limit / 5),
        silence: limit,
    };
    let row = timeout(limit, engine.probe(statement_timeout)).await;
    let row = row.map_err(|_| engine.reporter.timeout(limit))??;
    let text = |at: usize| row.get(at).and_then(|cell| cell.text.as_deref());
    Ok(ProbeResult {
        has_rows: text(0).is_some(),
        is_standby: text(1) == Some("true"),
        lag: text(2).and_then(|seconds| seconds.parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_probes_run_a_fifth_of_the_time() {
        for (took, pause) in [
            (1, 600),
            (100, 600),
            (150, 600),
            (250, 1000),
            (1000, 4000),
            (5000, 20_000),
        ] {
            let [took, pause] = [took, pause].map(Duration::from_millis);
            assert_eq!(pause_after(took), pause, "{took:?}");
            if took <= Duration::from_millis(250) {
                assert!(pause + TIMEOUT_MIN <= Duration::from_secs(2), "{took:?}");
            }
        }
    }
}
