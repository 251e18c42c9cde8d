//! The report of a reading, for the log, the health and the commands.

use std::sync::Arc;

use super::ReconcileError;
use crate::model::held_loss::HeldLoss;
use crate::model::problem::Problem;
use crate::model::problem_summary::ProblemSummary;

/// The new problems that a report holds.
pub const NEW_PROBLEMS_MAX: usize = 20;

/// The report of a reading.
#[derive(Debug, Default)]
pub struct Report {
    /// Files or rows that were read.
    pub read: usize,
    /// Articles that are new, changed or gone.
    pub changed: usize,
    /// Articles in the store, released or not.
    pub articles: usize,
    /// All problems after the reading: files and rows that are refused, and what cannot be listed.
    pub problems: Arc<ProblemSummary>,
    /// The problems that the reading found first.
    pub new_problems: NewProblems,
    /// Warnings about new files that seem to be missing ones under another name.
    pub renamed: Vec<Problem>,
    /// The loss that is held after the reading.
    pub held: Option<HeldLoss>,
    /// Whether everything was compared.
    pub is_full: bool,
    /// Places that changed while they were read, and have to be read again.
    pub unsettled: Vec<String>,
    /// Rows that a listing of recent rows showed first.
    pub new_rows: Vec<String>,
    /// Places in the store, if they could be counted.
    pub places: Option<u64>,
    /// Why the reading is not complete.
    pub failure: Option<ReconcileError>,
}

/// The problems that were not there before a reading.
#[derive(Debug, Default)]
pub struct NewProblems {
    /// The first of them, at most [`NEW_PROBLEMS_MAX`].
    pub first: Vec<Problem>,
    /// How many they are. A place whose problem ends within the same reading may be among them.
    pub count: usize,
}

impl NewProblems {
    pub(super) fn add(&mut self, problem: impl FnOnce() -> Problem) {
        self.count += 1;
        if self.first.len() < NEW_PROBLEMS_MAX {
            self.first.push(problem());
        }
    }
}

impl Report {
    /// Adds the report of the next reading, of which the state counts.
    pub fn add(&mut self, next: Report) {
        *self = Report {
            read: self.read + next.read,
            changed: self.changed + next.changed,
            is_full: self.is_full || next.is_full,
            ..next
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_report_replaces_the_problems() {
        let report = |errors, articles| Report {
            read: 2,
            changed: 1,
            articles,
            problems: Arc::new(ProblemSummary {
                errors,
                ..ProblemSummary::default()
            }),
            ..Report::default()
        };
        let mut both = Report {
            unsettled: vec!["c".to_owned()],
            is_full: true,
            ..report(2, 7)
        };
        both.add(report(1, 5));
        assert_eq!((both.read, both.changed, both.articles), (4, 2, 5));
        assert_eq!(both.problems.errors, 1);
        assert!(both.unsettled.is_empty() && both.is_full);
    }
}
