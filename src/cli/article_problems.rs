//! The problems of articles as `taspa check` lists them: all of them, or the first of those with one
//! reason and how many there are.

use std::collections::BTreeMap;
use std::mem;
use std::path::Path;

use crate::index::natural;
use crate::model::count::{counted, many};
use crate::model::problem::{Problem, Severity};
use crate::model::problem_summary::{ProblemSummary, general_reason};
use crate::model::time::WrittenDate;

/// The problems with one reason that are listed without `--verbose`.
const LISTED_MAX: usize = 100;

/// The reasons that are told apart without `--verbose`.
const REASONS_MAX: usize = 100;

/// The problems of articles, of which few are held unless all are to be listed.
pub(super) struct ArticleProblems {
    listed_max: usize,
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
    /// Files whose name begins with a date.
    dated_names: usize,
}

impl ArticleProblems {
    /// Lists every problem, which takes memory for all.
    pub(super) fn all() -> ArticleProblems {
        ArticleProblems {
            listed_max: usize::MAX,
            reasons: BTreeMap::new(),
            unnamed: [(Severity::Error, 0), (Severity::Warning, 0)],
        }
    }

    /// Lists [`LISTED_MAX`] problems of each reason.
    pub(super) fn first_of_each_reason() -> ArticleProblems {
        ArticleProblems {
            listed_max: LISTED_MAX,
            ..ArticleProblems::all()
        }
    }

    pub(super) fn add(&mut self, problem: Problem) {
        let mut key = (problem.severity, general_reason(&problem.message));
        if self.reasons.len() >= REASONS_MAX && !self.reasons.contains_key(&key) {
            key.1 = "other reasons".to_owned();
        }
        let same = self.reasons.entry(key).or_default();
        same.count += 1;
        same.dated_names += usize::from(has_dated_name(&problem.file));
        same.first.push(problem);
        if same.first.len() >= self.listed_max.saturating_mul(2) {
            same.first = in_order(mem::take(&mut same.first), self.listed_max);
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

    /// The problems to list in natural order of their places, and a line for each reason that has more.
    pub(super) fn into_listed(self) -> (Vec<Problem>, Vec<String>) {
        let (mut listed, mut lines) = (Vec::new(), Vec::new());
        for ((_, reason), same) in self.reasons {
            if same.count > self.listed_max {
                lines.push(same.describe(&reason));
            }
            listed.extend(in_order(same.first, self.listed_max));
        }
        let unnamed: usize = self.unnamed.iter().map(|(_, count)| count).sum();
        if unnamed > 0 {
            lines.push(format!(
                "{} skipped and not listed",
                many(unnamed, "more place")
            ));
        }
        (in_order(listed, usize::MAX), lines)
    }
}

impl SameReason {
    fn describe(&self, reason: &str) -> String {
        let times = many(self.count, "problem");
        let dated = match self.dated_names {
            0 => String::new(),
            _ if !reason.contains("date") => String::new(),
            dated => format!(
                "; {} with one",
                counted(dated, "name begins", "names begin")
            ),
        };
        format!("{times}: {reason}{dated}; {LISTED_MAX} are listed, with `--verbose` all")
    }
}

fn in_order(mut problems: Vec<Problem>, at_most: usize) -> Vec<Problem> {
    problems.sort_by(|a, b| natural(a.file.as_bytes(), b.file.as_bytes()));
    problems.truncate(at_most);
    problems
}

/// Whether a file's name begins with a date such as `2026-01-08`.
fn has_dated_name(file: &str) -> bool {
    let name = Path::new(file).file_name().and_then(|name| name.to_str());
    let date = name.and_then(|name| name.get(.."2026-01-08".len()));
    date.is_some_and(|date| WrittenDate::parse(date).is_ok())
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

    fn files(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|problem| &*problem.file).collect()
    }

    #[test]
    fn like_problems_are_counted_and_the_first_are_listed() {
        let mut problems = ArticleProblems::first_of_each_reason();
        for number in (0..1000).rev() {
            let date = if number < 748 { "2026-01-08-" } else { "" };
            problems.add(problem(
                &format!("/a/{date}{number}.md"),
                "there is no `date`",
            ));
        }
        problems.add(problem("/a/b.md", "the title is empty"));
        assert_eq!(problems.count(Severity::Error), 1001);
        let (listed, lines) = problems.into_listed();
        assert_eq!(listed.len(), LISTED_MAX + 1);
        assert_eq!(listed[0].file, "/a/748.md");
        assert_eq!(listed[LISTED_MAX].file, "/a/b.md");
        assert_eq!(
            lines,
            [
                "1000 problems: there is no `date`; 748 names begin with one; 100 are listed, with \
                 `--verbose` all"
            ]
        );
    }

    #[test]
    fn all_problems_are_listed_in_natural_order() {
        let mut problems = ArticleProblems::all();
        for number in [10, 9, 200, 1] {
            problems.add(problem(&format!("{number}.txt"), "there is no `date`"));
        }
        let (listed, lines) = problems.into_listed();
        assert_eq!(files(&listed), ["1.txt", "9.txt", "10.txt", "200.txt"]);
        assert!(lines.is_empty());
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
        let (_, lines) = problems.into_listed();
        let last = "3 more places skipped and not listed";
        assert_eq!(lines.last().map(String::as_str), Some(last));
    }
}
