//! What the log has said already, so that an unchanged fault is said once.

use std::time::Duration;

use tracing::{error, info, warn};

use crate::desk::Report;
use crate::problem::{Problem, chain};

/// Quarantined files named in the log after one reading; `check` names all.
const PROBLEMS_LOGGED: usize = 20;

/// What was logged already, so that an unchanged fault is said once.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) problems: Vec<Problem>,
    pub(super) failure: Option<String>,
    pub(super) held: usize,
}

impl Seen {
    pub(super) fn log(&mut self, report: &Report, whole: bool, took: Duration) {
        if report.read > 0 || report.changed > 0 {
            let Report {
                read,
                changed,
                articles,
                ..
            } = report;
            let quarantined = report.problems.len();
            info!(
                "{read} files read in {took:.1?}: {changed} changes, {articles} articles, {quarantined} problems"
            );
        }
        let new = report
            .problems
            .iter()
            .filter(|problem| !self.problems.contains(problem));
        for problem in new.take(PROBLEMS_LOGGED) {
            warn!("{problem}");
        }
        if report.problems.len() > PROBLEMS_LOGGED && report.problems != self.problems {
            warn!(
                "and more; `taspa check` lists all {}",
                report.problems.len()
            );
        }
        if whole {
            self.problems.clone_from(&report.problems);
        } else {
            self.problems.extend(
                report
                    .problems
                    .iter()
                    .filter(|problem| !self.problems.contains(problem))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        }
        let failure = report.failure.as_ref().map(|failure| chain(failure));
        if let Some(failure) = failure.as_ref().filter(|_| failure != self.failure) {
            error!("the articles cannot be read, so what is published stays: {failure}");
        }
        self.failure = failure;
        if !whole && report.held == 0 {
            return;
        }
        if report.held > 0 && report.held != self.held {
            let held = report.held;
            warn!(
                "{held} articles are gone, more than half of all: they stay until they return or SIGHUP confirms"
            );
        }
        self.held = report.held;
    }
}
