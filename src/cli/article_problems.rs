//! The problems of articles as `taspa check` lists them: all of them, or the first of those with one
//! reason and how many there are. Warnings come before errors, which are then the last lines of many.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::mem;

use super::likely_cause::{ProblemPlaces, likely_cause};
use crate::index::natural;
use crate::model::count::many;
use crate::model::problem::{Problem, Severity};
use crate::model::problem_summary::{ProblemSummary, general_reason};

/// The problems with one reason that are listed without `--verbose`.
const LISTED_MAX: usize = 3;

/// The reasons of which [`LISTED_MAX`] are listed without `--verbose`; of rarer ones, the first.
const FREQUENT_REASONS_MAX: usize = 10;

/// The reasons that are told apart without `--verbose`.
const REASONS_MAX: usize = 100;

/// The problems of articles, of which few are held unless all are to be listed.
pub(super) struct ArticleProblems {
    lists_all: bool,
    reasons: BTreeMap<(Severity, String), SameReason>,
    /// Problems that were counted, but not added.
    unnamed: [(Severity, usize); 2],
}

/// Problems with one reason.
#[derive(Default)]
struct SameReason {
    count: usize,
    /// Those to list and some more, in no order.
    first: Vec<Problem>,
    places: ProblemPlaces,
}

/// What is listed of the problems with one reason.
pub(super) struct ListedReason {
    /// The first of them, in natural order of their places.
    pub(super) problems: Vec<Problem>,
    /// How many more there are, and why they may be so many.
    pub(super) lines: Vec<String>,
}

impl ArticleProblems {
    /// Lists every problem, which takes memory for all.
    pub(super) fn all() -> ArticleProblems {
        ArticleProblems {
            lists_all: true,
            reasons: BTreeMap::new(),
            unnamed: [(Severity::Error, 0), (Severity::Warning, 0)],
        }
    }

    /// Lists [`LISTED_MAX`] problems of each reason.
    pub(super) fn first_of_each_reason() -> ArticleProblems {
        ArticleProblems {
            lists_all: false,
            ..ArticleProblems::all()
        }
    }

    fn listed_max(&self) -> usize {
        match self.lists_all {
            true => usize::MAX,
            false => LISTED_MAX,
        }
    }

    pub(super) fn add(&mut self, problem: Problem) {
        let listed_max = self.listed_max();
        let mut key = (problem.severity, general_reason(&problem.message));
        if self.reasons.len() >= REASONS_MAX && !self.reasons.contains_key(&key) {
            key.1 = "other reasons".to_owned();
        }
        let same = self.reasons.entry(key).or_default();
        same.count += 1;
        same.places.note(&problem.file);
        same.first.push(problem);
        if same.first.len() >= listed_max.saturating_mul(2) {
            same.first = in_order(mem::take(&mut same.first), listed_max);
        }
    }

    /// Counts problems that only the summary of the reading knows.
    pub(super) fn complete(&mut self, summary: &ProblemSummary) {
        for (severity, all) in [
            (Severity::Error, summary.errors),
            (Severity::Warning, summary.warnings),
        ] {
            let unnamed = all.saturating_sub(self.count(severity));
            for (of, count) in &mut self.unnamed {
                *count += unnamed * usize::from(*of == severity);
            }
        }
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        let reasons = self.reasons.iter();
        let added = reasons.filter(|((of, _), _)| *of == severity);
        let unnamed = self.unnamed.iter().filter(|(of, _)| *of == severity);
        let unnamed: usize = unnamed.map(|(_, count)| count).sum();
        unnamed + added.map(|(_, same)| same.count).sum::<usize>()
    }

    /// The problems to list by reason, the most frequent first; warnings before errors.
    pub(super) fn into_listed(self) -> Vec<ListedReason> {
        let listed_max = self.listed_max();
        let mut reasons: Vec<_> = self.reasons.into_iter().collect();
        reasons.sort_by_key(|((severity, _), same)| (Reverse(*severity), Reverse(same.count)));
        let mut listed = Vec::new();
        for of_severity in reasons.chunk_by(|one, other| one.0.0 == other.0.0) {
            for (number, ((_, reason), same)) in of_severity.iter().enumerate() {
                let listed_max = match number < FREQUENT_REASONS_MAX {
                    true => listed_max,
                    false if self.lists_all => listed_max,
                    false => 1,
                };
                listed.push(same.listed(reason, listed_max));
            }
        }
        let unnamed: usize = self.unnamed.iter().map(|(_, count)| count).sum();
        if unnamed > 0 {
            let line = format!("{} skipped and not listed", many(unnamed, "more place"));
            listed.push(ListedReason {
                problems: Vec::new(),
                lines: vec![line],
            });
        }
        listed
    }
}

impl SameReason {
    fn listed(&self, reason: &str, at_most: usize) -> ListedReason {
        let problems = in_order(self.first.clone(), at_most);
        let more = self.count - problems.len();
        let more = (more > 0).then(|| format!("  and {more} more of this reason"));
        let cause = likely_cause(reason, &self.places);
        let cause = cause.map(|cause| format!("  {cause}"));
        ListedReason {
            problems,
            lines: more.into_iter().chain(cause).collect(),
        }
    }
}

fn in_order(mut problems: Vec<Problem>, at_most: usize) -> Vec<Problem> {
    problems
        .sort_by(|a, b| natural(a.file.as_bytes(), b.file.as_bytes()).then(a.line.cmp(&b.line)));
    problems.truncate(at_most);
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(file: &str, message: &str) -> Problem {
        Problem {
            severity: Severity::Error,
            file: file.to_owned(),
            line: None,
            column: None,
            message: message.to_owned(),
            hint: None,
            excerpt: None,
        }
    }

    fn files(listed: &ListedReason) -> Vec<&str> {
        let files = listed.problems.iter().map(|problem| &*problem.file);
        files.collect()
    }

    #[test]
    fn like_problems_are_counted_and_the_first_are_listed() {
        let mut problems = ArticleProblems::first_of_each_reason();
        problems.add(problem("/a/b.md", "the title is empty"));
        for number in (0..1000).rev() {
            let date = if number < 748 { "20260108-" } else { "" };
            problems.add(problem(
                &format!("/a/{date}{number}.md"),
                "there is no `date`",
            ));
        }
        assert_eq!(problems.count(Severity::Error), 1001);
        let listed = problems.into_listed();
        let [undated, untitled] = &listed[..] else {
            panic!("two reasons");
        };
        assert_eq!(files(undated), ["/a/748.md", "/a/749.md", "/a/750.md"]);
        assert_eq!(undated.lines[0], "  and 997 more of this reason");
        let cause = "  likely cause: 748 names begin with a date";
        assert!(undated.lines[1].starts_with(cause), "{}", undated.lines[1]);
        assert_eq!(files(untitled), ["/a/b.md"]);
        assert!(untitled.lines.is_empty());
    }

    #[test]
    fn warnings_come_before_errors() {
        let warning = |number: usize| Problem {
            severity: Severity::Warning,
            ..problem(
                &format!("{number}.md"),
                &format!("`tags`: must be a list, got `{number}`"),
            )
        };
        let mut problems = ArticleProblems::first_of_each_reason();
        problems.add(problem("0.md", "there is no `date`"));
        (0..20).for_each(|number| problems.add(warning(number)));
        assert_eq!(problems.count(Severity::Warning), 20);
        let listed = problems.into_listed();
        let listed: Vec<_> = listed.iter().map(files).collect();
        assert_eq!(listed, [vec!["0.md", "1.md", "2.md"], vec!["0.md"]]);
    }

    #[test]
    fn of_rare_reasons_one_problem_is_listed() {
        let mut problems = ArticleProblems::first_of_each_reason();
        for number in 0..20 {
            let reason = format!("reason x{number}");
            (0..40 - number).for_each(|_| problems.add(problem("0.md", &reason)));
        }
        let listed = problems.into_listed();
        let listed: Vec<_> = listed.iter().map(|reason| reason.problems.len()).collect();
        assert_eq!(listed, [vec![3; 10], vec![1; 10]].concat());
    }

    #[test]
    fn all_problems_are_listed_in_natural_order() {
        let mut problems = ArticleProblems::all();
        for number in [10, 9, 200, 1] {
            problems.add(problem(&format!("{number}.txt"), "the title is empty"));
        }
        let listed = problems.into_listed();
        assert_eq!(files(&listed[0]), ["1.txt", "9.txt", "10.txt", "200.txt"]);
        assert!(listed[0].lines.is_empty());
    }

    #[test]
    fn memory_is_limited_for_any_number_of_reasons() {
        let mut problems = ArticleProblems::first_of_each_reason();
        for number in 0..100_000 {
            problems.add(problem(
                &number.to_string(),
                &format!("reason x{}", number % 300),
            ));
        }
        let held = problems.reasons.values().map(|same| same.first.len());
        assert!(held.sum::<usize>() < 2 * LISTED_MAX * (REASONS_MAX + 1));
        assert_eq!(problems.count(Severity::Error), 100_000);
        problems.complete(&ProblemSummary {
            errors: 100_000,
            warnings: 3,
            ..ProblemSummary::default()
        });
        assert_eq!(problems.count(Severity::Warning), 3);
        let listed = problems.into_listed();
        let last = listed.last().and_then(|listed| listed.lines.last());
        let expected = "3 more places skipped and not listed";
        assert_eq!(last.map(String::as_str), Some(expected));
    }
}
