//! Logs each problem and each outage once, no matter whether a reading or the watcher of the database
//! notices it first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::{error, info, warn};

use crate::ingest::report::{NEW_PROBLEMS_MAX, Report};
use crate::model::held_loss::LossId;
use crate::model::problem::chain;

/// Reasons of one outage that are compared; with more, the first may be logged again.
const REASONS_MAX: usize = 8;

pub(crate) struct ReadingLog {
    outage: Arc<OutageLog>,
    /// Whether nothing was logged yet, so that problems of an earlier run are new too.
    is_first: bool,
    pub(crate) failure: Option<String>,
    held: Option<LossId>,
}

impl ReadingLog {
    pub(crate) fn new(outage: Arc<OutageLog>) -> ReadingLog {
        ReadingLog {
            outage,
            is_first: true,
            failure: None,
            held: None,
        }
    }

    /// Logs what is new in a report. The watcher logs that the source `is_down`. A successful reading ends
    /// an outage only if it `proves` that the source works.
    pub(crate) fn log(&mut self, report: &Report, is_down: bool, proves: bool, is_published: bool) {
        self.log_problems(report);
        let failure = report.failure.as_ref().map(|failure| chain(failure));
        match &failure {
            Some(reason) if !is_down => self.outage.log(reason, is_published),
            None if proves => {
                self.outage.end();
                if self.failure.is_some() {
                    info!("the articles are read again");
                }
            }
            Some(_) | None => {}
        }
        let failure = failure.or_else(|| self.failure.take_if(|_| !proves));
        self.failure = failure;
        let held = report.held.as_ref();
        if let Some(loss) = held.filter(|loss| self.held != Some(loss.id)) {
            warn!("{loss}: they stay until they return or `taspa confirm` confirms the loss");
        }
        self.held = held.map(|loss| loss.id);
    }

    /// Notes that a reading panicked, so that nothing is published before one succeeds.
    pub(crate) fn note_panic(&mut self) {
        self.failure = Some("the reading ended early".to_owned());
    }

    /// Logs the first new problems, and the reasons of all if there are more.
    fn log_problems(&mut self, report: &Report) {
        for renamed in report.renamed.iter().take(NEW_PROBLEMS_MAX) {
            warn!("{renamed}");
        }
        let (all, new) = (&report.problems, &report.new_problems);
        let (first, count) = match std::mem::take(&mut self.is_first) {
            true => (&all.first, all.total()),
            false => (&new.first, new.count),
        };
        let logged = first.len().min(NEW_PROBLEMS_MAX);
        for problem in &first[..logged] {
            warn!("{problem}");
        }
        if count > logged {
            let (more, total, reasons) = (count - logged, all.total(), all.all_reasons());
            warn!("and {more} more; `taspa check --verbose` lists all {total}: {reasons}");
        }
    }
}

#[derive(Default)]
pub(crate) struct OutageLog {
    reasons: Mutex<Reasons>,
}

impl OutageLog {
    /// Logs why the articles cannot be read, unless that has been logged.
    pub(crate) fn log(&self, reason: &str, is_published: bool) {
        if !self.reasons().add(reason) {
            return;
        }
        let consequence = match is_published {
            true => "what is published stays",
            false => "nothing is published yet",
        };
        error!("the articles cannot be read, so {consequence}: {reason}");
    }

    /// Ends the outage: the next reason belongs to another one.
    pub(crate) fn end(&self) {
        *self.reasons() = Reasons::default();
    }

    fn reasons(&self) -> MutexGuard<'_, Reasons> {
        self.reasons.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Reasons(VecDeque<String>);

impl Reasons {
    /// Adds a reason; whether it is new.
    fn add(&mut self, reason: &str) -> bool {
        if self.0.iter().any(|before| before == reason) {
            return false;
        }
        if self.0.len() == REASONS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(reason.to_owned());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_is_a_failure_until_a_reading_succeeds() {
        let mut log = ReadingLog::new(Arc::default());
        log.note_panic();
        assert!(log.failure.is_some());
        log.log(&Report::default(), false, true, false);
        assert_eq!(log.failure, None);
    }

    #[test]
    fn a_reason_is_new_once_in_an_outage_until_it_is_evicted() {
        let mut reasons = Reasons::default();
        let mut is_new = |reason: &str| reasons.add(reason);
        for (reason, expected) in [("closed", true), ("refused", true), ("closed", false)] {
            assert_eq!(is_new(reason), expected, "{reason}");
        }
        for number in 0..REASONS_MAX {
            assert!(is_new(&number.to_string()));
        }
        assert!(is_new("closed"), "it was evicted");
    }
}
