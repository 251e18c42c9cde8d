//! Promises in seconds, as far as a machine lets anybody keep them.

use std::fs;
use std::num::NonZero;
use std::thread;
use std::time::Duration;

/// How long something may take.
#[derive(Clone, Copy)]
pub(crate) struct Promise {
    seconds: u32,
}

impl Promise {
    pub(crate) const fn within(seconds: u32) -> Promise {
        Promise { seconds }
    }

    /// Fails where something took longer than was promised. Where more wants to run than there are
    /// processors, everything waits for its turn, so the seconds are longer ones there.
    #[track_caller]
    pub(crate) fn assert_kept(self, what: &str, took: Duration) {
        let crowd = crowd();
        let granted = Duration::from_secs(self.seconds.into()).mul_f64(crowd);
        assert!(
            took < granted,
            "{what}: {took:.2?} instead of {} s, which {crowd:.1} programs for each processor make {granted:.2?}",
            self.seconds
        );
    }
}

/// How many programs wanted to run for each processor in the last minute; at least one.
fn crowd() -> f64 {
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = loads
        .split(' ')
        .next()
        .and_then(|load| load.parse().ok())
        .unwrap_or(0.0);
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    (load / processors as f64).max(1.0)
}
