//! Logs each problem and each outage once, no matter whether a reading or the watcher of the database
//! notices it first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::{error, info, warn};

use crate::ingest::report::Report;
use crate::model::held_loss::LossId;
use crate::model::problem::{Problem, chain};

/// Problems logged after one reading; `check` lists all.
const PROBLEMS_LOGGED: usize = 20;

/// Reasons of one outage that are compared; with more, the first may be logged again.
const REASONS_MAX: usize = 8;

pub(crate) struct ReadingLog {
    outage: Arc<OutageLog>,
    problems: Vec<Problem>,
    pub(crate) failure: Option<String>,
    held: Option<LossId>,
}

impl ReadingLog {
    pub(crate) fn new(outage: Arc<OutageLog>) -> ReadingLog {
        ReadingLog {
            outage,
            problems: Vec::new(),
            failure: None,
            held: None,
        }
    }

    /// Logs what is new in a report. The watcher logs that the source `is_down`. A successful reading ends
    /// an outage only if it `proves` that the source works.
    pub(crate) fn log(&mut self, report: &Report, is_down: bool, proves: bool, is_published: bool) {
        let is_new = |problem: &&Problem| !self.problems.contains(problem);
        let new: Vec<&Problem> = report.problems.iter().filter(is_new).collect();
        for problem in new.iter().take(PROBLEMS_LOGGED) {
            warn!("{problem}");
        }
        if report.problems.len() > PROBLEMS_LOGGED && report.problems != self.problems {
            warn!(
                "and more; `taspa check` lists all {}",
                report.problems.len()
            );
        }
        match report.is_full {
            true => self.problems.clone_from(&report.problems),
            false => self.problems.extend(new.into_iter().cloned()),
        }
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
