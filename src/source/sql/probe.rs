//! The probe: a statement so small that it may run all the time, and yet fails with everything that
//! would make a reading fail: a dead or silent server, a lock, a column that is gone, even one that
//! the query does not name. It shows too that a column came, or has another type.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::backoff::Backoff;
use super::database::StatementTimeout;
use super::engine::{Engine, ProbeResult};
use super::error::SqlError;
use crate::source::sql::source_event::PendingSignals;

/// Between probes. With [`PATIENCE`] that makes less than two seconds until a fault is known.
const PAUSE: Duration = Duration::from_millis(600);

/// The pause is at least so many times as long as the probe, so that a query that takes seconds has
/// a connection busy for a fifth of the time. Up to 250 ms a fault is still known in two seconds.
const PAUSE_SHARE: u32 = 4;

/// How long a probe may take, where it usually takes far less.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it may take at first and while it fails: a query that has to aggregate everything is
/// slow, not broken.
const PATIENCE_LONGEST: Duration = Duration::from_secs(5);

/// A probe that takes so many times as long as the last one has failed.
const SLOWER: u32 = 4;

/// Beats until it is dropped.
pub(super) async fn run(engine: Arc<Engine>, signals: Arc<PendingSignals>) {
    let mut backoff = Backoff::default();
    let mut patience = PATIENCE_LONGEST;
    let mut had_rows = None;
    let mut last = Duration::MAX;
    let mut lost = 0;
    let mut reshaped = None;
    loop {
        let began = Instant::now();
        let pause = match once(&engine, patience).await {
            Ok(probe) => {
                // One that waited for a lock says nothing about the load.
                let took = began.elapsed();
                let usual = took.min(std::mem::replace(&mut last, took));
                engine.beat(probe);
                engine.note_trouble(None);
                if signals.up() {
                    tracing::debug!(database = %engine.reporter.database, "the database answers");
                }
                // Nobody closes what rests for a moment: perhaps this is another server.
                if engine.probe.lost_connections() > lost {
                    lost = engine.probe.lost_connections();
                    signals.missed();
                }
                // One comparison is enough, however long it takes.
                let before = std::mem::replace(&mut reshaped, engine.changed_shape());
                if reshaped.is_some() && reshaped != before {
                    signals.missed();
                }
                if had_rows.is_some_and(|had| had != probe.has_rows) {
                    signals.filled(probe.has_rows);
                }
                let is_first = had_rows.replace(probe.has_rows).is_none();
                backoff = Backoff::default();
                patience = (usual * SLOWER).clamp(PATIENCE, PATIENCE_LONGEST);
                match is_first {
                    // Most of it was the opening of a connection, which will not be opened again.
                    true => PAUSE,
                    false => pause_after(usual),
                }
            }
            Err(error) => {
                engine.forget();
                engine.database.close_idle();
                signals.down(&error.to_string());
                engine.note_trouble(Some(error));
                patience = PATIENCE_LONGEST;
                backoff.next()
            }
        };
        sleep(pause).await;
    }
}

/// No longer than 20 s, as no probe takes longer than five.
fn pause_after(probe: Duration) -> Duration {
    PAUSE.max(probe * PAUSE_SHARE)
}

async fn once(engine: &Engine, limit: Duration) -> Result<ProbeResult, SqlError> {
    let patience = StatementTimeout {
        // The server's own word, such as that it waits for a lock, says more than our silence.
        server: limit.saturating_sub(limit / 5),
        silence: limit,
    };
    let row = timeout(limit, engine.feel(patience)).await;
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
    fn cheap_pulses_are_frequent_and_expensive_ones_a_fifth_of_the_time() {
        for (probe, pause) in [
            (1, 600),
            (100, 600),
            (150, 600),
            (250, 1000),
            (1000, 4000),
            (5000, 20_000),
        ] {
            let [probe, pause] = [probe, pause].map(Duration::from_millis);
            assert_eq!(pause_after(probe), pause, "{probe:?}");
            if probe <= Duration::from_millis(250) {
                assert!(pause + PATIENCE <= Duration::from_secs(2), "{probe:?}");
            }
        }
    }
}
