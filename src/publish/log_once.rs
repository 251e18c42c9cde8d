//! Logs each problem and each outage once, no matter whether a reading or the watcher of the database
//! notices it first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::{error, info, warn};

use crate::ingest::report::{NEW_PROBLEMS_MAX, Report};
use crate::model::count::many;
use crate::model::held_loss::LossId;
use crate::model::problem::{Severity, chain};
use crate::model::problem_summary::ProblemSummary;

/// Reasons of one outage that are compared; with more, the first may be logged again.
const REASONS_MAX: usize = 8;

/// How long a number of refused files or rows is not repeated while it stays the same.
const QUARANTINE_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) struct ReadingLog {
    outage: Arc<OutageLog>,
    /// Whether nothing was logged yet, so that problems of an earlier run are new too.
    is_first: bool,
    pub(crate) failure: Option<String>,
    held: Option<LossId>,
    quarantine: QuarantineLog,
}

impl ReadingLog {
    pub(crate) fn new(outage: Arc<OutageLog>) -> ReadingLog {
        ReadingLog {
            outage,
            is_first: true,
            failure: None,
            held: None,
            quarantine: QuarantineLog::default(),
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
            warn!(message = renamed.as_error());
        }
        let (all, new) = (&report.problems, &report.new_problems);
        let (first, count) = match std::mem::take(&mut self.is_first) {
            true => (&all.first, all.total()),
            false => (&new.first, new.count),
        };
        let logged = first.len().min(NEW_PROBLEMS_MAX);
        for problem in &first[..logged] {
            warn!(message = problem.as_error());
        }
        let is_shortened = count > logged;
        if is_shortened {
            let (more, total) = (count - logged, all.total());
            warn!("and {more} more; `taspa check --verbose` lists all {total}");
        }
        let quarantine = &mut self.quarantine;
        match quarantine.line(all, is_shortened, report.is_full, Instant::now()) {
            Some(line) if all.errors + all.warnings == 0 => info!("{line}"),
            Some(line) => warn!("{line}"),
            None => {}
        }
    }
}

/// What is in quarantine altogether: logged when the number changes, and once a day while it does not.
#[derive(Default)]
struct QuarantineLog {
    last_logged: Option<(usize, Instant)>,
}

impl QuarantineLog {
    /// The line to log after a reading, if any. It `must_log` the reasons where problems were left out.
    fn line(
        &mut self,
        problems: &ProblemSummary,
        must_log: bool,
        is_full: bool,
        now: Instant,
    ) -> Option<String> {
        let number = problems.errors;
        let is_due = match self.last_logged {
            None => number > 0,
            Some((before, _)) if before != number => true,
            Some((_, at)) => is_full && number > 0 && now.duration_since(at) >= QUARANTINE_EVERY,
        };
        if !is_due && !must_log {
            return None;
        }
        self.last_logged = Some((number, now));
        let mut parts = Vec::new();
        match number {
            0 => parts.push("nothing is in quarantine".to_owned()),
            _ => parts.push(format!(
                "{number} in quarantine: {}",
                problems.reasons_of(Severity::Error)
            )),
        }
        if problems.warnings > 0 {
            parts.push(format!(
                "{}: {}",
                many(problems.warnings, "warning"),
                problems.reasons_of(Severity::Warning)
            ));
        }
        Some(parts.join("; "))
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
    use crate::model::problem_summary::ReasonCount;

    #[test]
    fn panic_is_a_failure_until_a_reading_succeeds() {
        let mut log = ReadingLog::new(Arc::default());
        log.note_panic();
        assert!(log.failure.is_some());
        log.log(&Report::default(), false, true, false);
        assert_eq!(log.failure, None);
    }

    #[test]
    fn quarantine_is_logged_when_its_number_changes_and_once_a_day() {
        let problems = |errors: usize, warnings: usize| {
            let reasons = [
                (Severity::Error, "no date", errors),
                (Severity::Warning, "no picture", warnings),
            ];
            let reasons = reasons.into_iter().filter(|(.., count)| *count > 0);
            ProblemSummary {
                errors,
                warnings,
                reasons: reasons
                    .map(|(severity, reason, count)| ReasonCount {
                        severity,
                        reason: reason.to_owned(),
                        count,
                    })
                    .collect(),
                ..ProblemSummary::default()
            }
        };
        let mut log = QuarantineLog::default();
        let start = Instant::now();
        for (hours, found, is_full, expected) in [
            (0, (0, 1), true, None),
            (1, (9, 0), true, Some("9 in quarantine: no date (9)")),
            (2, (9, 2), true, None),
            (
                3,
                (8, 2),
                false,
                Some("8 in quarantine: no date (8); 2 warnings: no picture (2)"),
            ),
            (26, (8, 2), true, None),
            (27, (8, 2), false, None),
            (28, (8, 0), true, Some("8 in quarantine: no date (8)")),
            (29, (0, 0), true, Some("nothing is in quarantine")),
            (99, (0, 0), true, None),
        ] {
            let now = start + Duration::from_secs(hours * 60 * 60);
            let line = log.line(&problems(found.0, found.1), false, is_full, now);
            assert_eq!(line.as_deref(), expected, "after {hours} hours");
        }
        let line = log.line(&problems(0, 30), true, true, start);
        let expected = "nothing is in quarantine; 30 warnings: no picture (30)";
        assert_eq!(line.as_deref(), Some(expected), "some were not listed");
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
