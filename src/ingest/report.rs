//! The report of a reading, for the log, the health and `taspa check`.

use std::collections::BTreeSet;
use std::mem;

use super::ReconcileError;
use crate::model::held_loss::HeldLoss;
use crate::model::problem::Problem;

/// The report of a reading.
#[derive(Debug, Default)]
pub struct Report {
    /// Files or rows that were read.
    pub read: usize,
    /// Articles that are new, changed or gone.
    pub changed: usize,
    /// Articles in the store, released or not.
    pub articles: usize,
    /// Files and rows that were refused, and what could not be listed.
    pub problems: Vec<Problem>,
    /// The loss that is held after the reading.
    pub held: Option<HeldLoss>,
    /// The names of places without a problem; empty after a full reading.
    pub resolved: Vec<String>,
    /// Whether everything was compared, so that `problems` is complete.
    pub is_full: bool,
    /// Places that changed while they were read, and have to be read again.
    pub unsettled: Vec<String>,
    /// Places in the store, if they could be counted.
    pub places: Option<u64>,
    /// Why the reading is not complete.
    pub failure: Option<ReconcileError>,
}

impl Report {
    /// Adds the report of the next reading. For a place in both, the later one counts.
    pub fn add(&mut self, next: Report) {
        let again = next.problems.iter().map(|problem| &problem.file);
        let again: BTreeSet<&String> = again.chain(&next.resolved).collect();
        let mut problems = mem::take(&mut self.problems);
        problems.retain(|problem| !next.is_full && !again.contains(&problem.file));
        problems.extend(next.problems);
        let mut resolved = mem::take(&mut self.resolved);
        resolved.extend(next.resolved);
        *self = Report {
            read: self.read + next.read,
            changed: self.changed + next.changed,
            problems,
            resolved,
            is_full: self.is_full || next.is_full,
            ..next
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::problem::Severity;

    #[test]
    fn a_later_report_replaces_the_problems_of_the_same_places() {
        let report = |problems: &[(&str, &str)]| Report {
            read: 2,
            changed: 1,
            articles: 7,
            problems: Vec::from_iter(problems.iter().map(|&(file, message)| Problem {
                severity: Severity::Error,
                file: file.to_owned(),
                line: None,
                column: None,
                message: message.to_owned(),
                hint: None,
                excerpt: None,
            })),
            ..Report::default()
        };
        let mut both = report(&[("a", "no date"), ("b", "no title")]);
        both.unsettled = vec!["c".to_owned()];
        both.add(Report {
            articles: 5,
            ..report(&[("a", "no title")])
        });
        let problems = both.problems.iter().map(|problem| {
            let Problem { file, message, .. } = problem;
            format!("{file}: {message}")
        });
        assert_eq!(Vec::from_iter(problems), ["b: no title", "a: no title"]);
        assert_eq!((both.read, both.changed, both.articles), (4, 2, 5));
        assert!(both.unsettled.is_empty());
        both.add(Report {
            resolved: vec!["b".to_owned()],
            ..report(&[("c", "no date")])
        });
        let files = |report: &Report| {
            let files = report.problems.iter().map(|problem| problem.file.clone());
            Vec::from_iter(files)
        };
        assert_eq!(files(&both), ["a", "c"], "a resolved problem is dropped");
        both.add(Report {
            is_full: true,
            ..report(&[("c", "no date")])
        });
        assert_eq!(
            files(&both),
            ["c"],
            "nor what everything was compared without"
        );
        assert!(both.is_full);
    }
}
