//! The problems of articles as `taspa check` lists them: all of them, or the first of those with one
//! reason and how many there are. Warnings come before errors, which are then the last lines of many.

use std::collections::BTreeMap;
use std::mem;
use std::path::Path;

use crate::index::natural;
use crate::model::count::{counted, many};
use crate::model::problem::{Problem, Severity};
use crate::model::problem_summary::{ProblemSummary, general_reason};
use crate::model::time::WrittenDate;

/// The errors with one reason that are listed without `--verbose`.
const ERRORS_MAX: usize = 100;

/// The warnings with one reason that are listed without `--verbose`. They are few, so that errors are not
/// lost among them.
const WARNINGS_MAX: usize = 3;

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
    /// Files whose name begins with a date.
    dated_names: usize,
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

    /// Lists [`ERRORS_MAX`] errors and [`WARNINGS_MAX`] warnings of each reason.
    pub(super) fn first_of_each_reason() -> ArticleProblems {
        ArticleProblems {
            lists_all: false,
            ..ArticleProblems::all()
        }
    }

    fn listed_max(&self, severity: Severity) -> usize {
        match severity {
            _ if self.lists_all => usize::MAX,
            Severity::Error => ERRORS_MAX,
            Severity::Warning => WARNINGS_MAX,
        }
    }

    pub(super) fn add(&mut self, problem: Problem) {
        let listed_max = self.listed_max(problem.severity);
        let mut key = (problem.severity, general_reason(&problem.message));
        if self.reasons.len() >= REASONS_MAX && !self.reasons.contains_key(&key) {
            key.1 = "other reasons".to_owned();
        }
        let same = self.reasons.entry(key).or_default();
        same.count += 1;
        same.dated_names += usize::from(has_dated_name(&problem.file));
        same.first.push(problem);
        if same.first.len() >= listed_max.saturating_mul(2) {
            same.first = in_order(mem::take(&mut same.first), listed_max);
        }
    }

    /// Adds the problems of `other`, which lists as many of each reason.
    pub(super) fn append(&mut self, other: ArticleProblems) {
        for (key, mut other) in other.reasons {
            let listed_max = self.listed_max(key.0);
            let same = self.reasons.entry(key).or_default();
            same.count += other.count;
            same.dated_names += other.dated_names;
            same.first.append(&mut other.first);
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

    /// The problems to list in natural order of their places, and a line for each reason that has more.
    /// First those that are no errors.
    pub(super) fn into_listed(self) -> [(Vec<Problem>, Vec<String>); 2] {
        let mut listed = [Severity::Warning, Severity::Error].map(|severity| {
            let at_most = self.listed_max(severity);
            let (mut problems, mut lines) = (Vec::new(), Vec::new());
            for ((_, reason), same) in self.reasons.iter().filter(|((of, _), _)| *of == severity) {
                if same.count > at_most {
                    lines.push(same.describe(severity, reason, at_most));
                }
                problems.extend(in_order(same.first.clone(), at_most));
            }
            (in_order(problems, usize::MAX), lines)
        });
        let unnamed: usize = self.unnamed.iter().map(|(_, count)| count).sum();
        if unnamed > 0 {
            let line = format!("{} skipped and not listed", many(unnamed, "more place"));
            listed[1].1.push(line);
        }
        listed
    }
}

impl SameReason {
    fn describe(&self, severity: Severity, reason: &str, listed: usize) -> String {
        let times = match severity {
            Severity::Error => many(self.count, "problem"),
            Severity::Warning => many(self.count, "warning"),
        };
        let dated = match self.dated_names {
            0 => String::new(),
            _ if !reason.contains("date") => String::new(),
            dated => format!(
                "; {} with one",
                counted(dated, "name begins", "names begin")
            ),
        };
        format!("{times}: {reason}{dated}; {listed} are listed, with `--verbose` all")
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
        let [_, (listed, lines)] = problems.into_listed();
        assert_eq!(listed.len(), ERRORS_MAX + 1);
        assert_eq!(listed[0].file, "/a/748.md");
        assert_eq!(listed[ERRORS_MAX].file, "/a/b.md");
        assert_eq!(
            lines,
            [
                "1000 problems: there is no `date`; 748 names begin with one; 100 are listed, with \
                 `--verbose` all"
            ]
        );
    }

    #[test]
    fn few_warnings_of_one_reason_are_listed_before_errors() {
        let warning = |number: usize| Problem {
            severity: Severity::Warning,
            ..problem(
                &format!("{number}.md"),
                &format!("`tags`: must be a list, got `{number}`"),
            )
        };
        let (mut problems, mut more) = (
            ArticleProblems::first_of_each_reason(),
            ArticleProblems::first_of_each_reason(),
        );
        (10..20).for_each(|number| problems.add(warning(number)));
        (0..10).for_each(|number| more.add(warning(number)));
        problems.add(problem("0.md", "there is no `date`"));
        problems.append(more);
        assert_eq!(problems.count(Severity::Warning), 20);
        let [(warnings, lines), (errors, _)] = problems.into_listed();
        assert_eq!(files(&warnings), ["0.md", "1.md", "2.md"]);
        assert_eq!(files(&errors), ["0.md"]);
        let line =
            "20 warnings: `tags`: must be a list, got `…`; 3 are listed, with `--verbose` all";
        assert_eq!(lines, [line]);
    }

    #[test]
    fn all_problems_are_listed_in_natural_order() {
        let mut problems = ArticleProblems::all();
        for number in [10, 9, 200, 1] {
            problems.add(problem(&format!("{number}.txt"), "there is no `date`"));
        }
        let [_, (listed, lines)] = problems.into_listed();
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
        assert!(held.sum::<usize>() < 2 * ERRORS_MAX * (REASONS_MAX + 1));
        assert_eq!(problems.count(Severity::Error), 100_000);
        problems.complete(&ProblemSummary {
            errors: 100_000,
            warnings: 3,
            ..ProblemSummary::default()
        });
        assert_eq!(problems.count(Severity::Warning), 3);
        let [_, (_, lines)] = problems.into_listed();
        let last = "3 more places skipped and not listed";
        assert_eq!(lines.last().map(String::as_str), Some(last));
    }
}
