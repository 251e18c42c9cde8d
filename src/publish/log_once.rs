//! What the log has said already, so that an unchanged fault is said once.

use std::sync::Arc;

use tracing::{info, warn};

use super::outage::Outage;
use crate::model::problem::{Problem, chain};
use crate::publish::publisher::Report;
use crate::source::Scope;

/// Quarantined files named in the log after one reading; `check` names all.
const PROBLEMS_LOGGED: usize = 20;

/// What was logged already, so that an unchanged fault is said once.
pub(crate) struct Seen {
    /// What was said of the source, by whoever noticed it.
    pub(crate) outage: Arc<Outage>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) failure: Option<String>,
    pub(crate) held: usize,
}

impl Seen {
    pub(crate) fn new(outage: Arc<Outage>) -> Seen {
        Seen {
            outage,
            problems: Vec::new(),
            failure: None,
            held: 0,
        }
    }

    /// Says what is new about a reading of `scopes`; whether it `is_known` that the source fails, and
    /// whether a reading that went well `proves` that it does not.
    pub(crate) fn log(&mut self, scopes: &[Scope], report: &Report, is_known: bool, proves: bool) {
        let whole = scopes.contains(&Scope::Whole);
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
        // One that failed says nothing of what it did not reach.
        if report.whole {
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
        match &failure {
            Some(reason) if !is_known => self.outage.tell(reason),
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
