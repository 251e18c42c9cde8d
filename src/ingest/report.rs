//! What a reading did, as the log, the health and `taspa check` are told of it.

use std::collections::BTreeSet;
use std::mem;

use super::ReconcileError;
use crate::model::problem::Problem;

/// What a reading did.
#[derive(Debug, Default)]
pub struct Report {
    /// Files or rows that were read.
    pub read: usize,
    /// Articles that are new, changed or gone.
    pub changed: usize,
    /// Articles that are known now, released or not.
    pub articles: usize,
    /// Files that gave no article, or not their newest version.
    pub problems: Vec<Problem>,
    /// Articles whose removal waits for a confirmation.
    pub held: usize,
    /// What operators call the places that are good now, or gone, of a reading of less than everything.
    pub resolved: Vec<String>,
    /// Whether everything was compared, so that what has no problem here has none.
    pub is_full: bool,
    /// Places that have to be read again soon.
    pub unsettled: Vec<String>,
    /// Places that are known now, where the store tells.
    pub places: Option<u64>,
    /// Why the reading is not complete.
    pub failure: Option<ReconcileError>,
}

impl Report {
    /// Takes over what the reading after this one did. Where both found something of a place, the later
    /// one knows better, and what it holds may be what was held before.
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
            held: self.held.max(next.held),
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
    fn of_two_readings_the_later_one_knows_better() {
        let report = |problems: &[(&str, &str)], held| Report {
            read: 2,
            changed: 1,
            articles: 7,
            held,
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
        let mut both = report(&[("a", "no date"), ("b", "no title")], 12);
        both.unsettled = vec!["c".to_owned()];
        both.add(Report {
            articles: 5,
            ..report(&[("a", "no title")], 12)
        });
        let problems = both.problems.iter().map(|problem| {
            let Problem { file, message, .. } = problem;
            format!("{file}: {message}")
        });
        assert_eq!(Vec::from_iter(problems), ["b: no title", "a: no title"]);
        assert_eq!((both.read, both.changed, both.articles), (4, 2, 5));
        // What is gone is held as long as it is, and not once more each time it is looked for.
        assert_eq!(both.held, 12);
        assert!(both.unsettled.is_empty());
        both.add(Report {
            resolved: vec!["b".to_owned()],
            ..report(&[("c", "no date")], 0)
        });
        let files = |report: &Report| {
            let files = report.problems.iter().map(|problem| problem.file.clone());
            Vec::from_iter(files)
        };
        assert_eq!(files(&both), ["a", "c"], "what is resolved is no problem");
        both.add(Report {
            is_full: true,
            ..report(&[("c", "no date")], 0)
        });
        assert_eq!(
            files(&both),
            ["c"],
            "nor what everything was compared without"
        );
        assert!(both.is_full);
    }
}
