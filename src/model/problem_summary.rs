//! Many problems of articles in a form of limited size: their number, the first of them, and their reasons.

use super::count::many;
use super::problem::{Problem, Severity};

/// The problems that a summary shows.
pub const FIRST_PROBLEMS_MAX: usize = 100;

/// The reasons that one line names.
const REASONS_NAMED_MAX: usize = 5;

/// The problems of all files and rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemSummary {
    /// Files and rows that are refused, and folders that cannot be listed.
    pub errors: usize,
    /// What was left out of articles, and what is skipped and never was an article.
    pub warnings: usize,
    /// The first errors, then the first warnings, each in natural order of their places, at most [`FIRST_PROBLEMS_MAX`]. They are fewer
    /// for a while if some of them were corrected: the next full reading finds those that follow.
    pub first: Vec<Problem>,
    /// How many problems have one reason, the most frequent first.
    pub reasons: Vec<ReasonCount>,
}

/// How many problems have one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonCount {
    /// The severity of these problems.
    pub severity: Severity,
    /// The reason, as [`general_reason`] writes it.
    pub reason: String,
    /// How many they are.
    pub count: usize,
}

impl ProblemSummary {
    /// The number of all problems.
    pub fn total(&self) -> usize {
        self.errors + self.warnings
    }

    /// The reasons of one severity in one line, such as ``there is no `date` (750), the title is empty (2)``.
    pub fn reasons_of(&self, severity: Severity) -> String {
        let reasons = self.reasons.iter();
        in_one_line(reasons.filter(|reason| reason.severity == severity))
    }

    /// The reasons of all problems in one line.
    pub fn all_reasons(&self) -> String {
        in_one_line(self.reasons.iter())
    }
}

fn in_one_line<'a>(mut reasons: impl Iterator<Item = &'a ReasonCount>) -> String {
    let named = reasons.by_ref().take(REASONS_NAMED_MAX);
    let named = named.map(|ReasonCount { reason, count, .. }| format!("{reason} ({count})"));
    let mut line = named.collect::<Vec<_>>().join(", ");
    match reasons.count() {
        0 => {}
        unnamed => line += &format!(", and {}", many(unnamed, "other reason")),
    }
    line
}

/// A reason without the values of one article, so that like reasons are equal: `…` stands for quoted
/// values, for a number in front, and for numbers of lines, columns and bytes. Quoted keys stay.
pub fn general_reason(reason: &str) -> String {
    let parts: Vec<&str> = reason.split('`').collect();
    let general = |(number, part): (usize, &&str)| {
        if number % 2 == 0 {
            return without_numbers(part);
        }
        let before = parts[number - 1];
        let is_named = before.ends_with("there is no ") || before.ends_with("begin with ");
        let follows = parts.get(number + 1).copied().unwrap_or_default();
        let is_in_front = number == 1 && before.is_empty() && follows.starts_with(':');
        let part = match is_key(part) && (is_named || is_in_front) {
            true => part,
            false => "…",
        };
        format!("`{part}`")
    };
    parts.iter().enumerate().map(general).collect()
}

fn is_key(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '.');
    !text.is_empty() && text.chars().all(is_part)
}

fn without_numbers(text: &str) -> String {
    let mut before = "";
    let words = text.split(' ').map(|word| {
        let number = word.trim_end_matches([',', ';', ':', '.']);
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_value = matches!(before, "" | "line" | "column" | "has") && is_number;
        let is_byte = number.starts_with("0x");
        before = word;
        match is_value || is_byte {
            true => format!("…{}", &word[number.len()..]),
            false => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn like_reasons_are_equal() {
        for (reason, expected) in [
            ("there is no `date`", "there is no `date`"),
            (
                "the first line does not begin with `date`",
                "the first line does not begin with `date`",
            ),
            (
                "`tags`: must be a list, got `12`",
                "`tags`: must be a list, got `…`",
            ),
            (
                "`2026-02-30`: there is no such day",
                "`…`: there is no such day",
            ),
            ("`Вчера` is not a date", "`…` is not a date"),
            (
                "its key `x` belongs to `a/x.txt` already",
                "its key `…` belongs to `…` already",
            ),
            ("2 rows have the id `7`", "… rows have the id `…`"),
            (
                "103 tags, expected at most 100",
                "… tags, expected at most 100",
            ),
            (
                "damaged UTF-8: byte 0xD0 is not part of a character",
                "damaged UTF-8: byte … is not part of a character",
            ),
            (
                "not valid at line 3, column 14: x",
                "not valid at line …, column …: x",
            ),
            (
                "the row is larger than 2097152 bytes: it has 17000054",
                "the row is larger than 2097152 bytes: it has …",
            ),
            ("an odd ` mark", "an odd `…`"),
            ("", ""),
        ] {
            assert_eq!(general_reason(reason), expected);
        }
    }

    #[test]
    fn one_line_names_the_most_frequent_reasons() {
        let reason = |number: usize| ReasonCount {
            severity: match number {
                0 => Severity::Warning,
                _ => Severity::Error,
            },
            reason: format!("reason {number}"),
            count: 10 - number,
        };
        let summary = |reasons: usize| ProblemSummary {
            reasons: (0..reasons).map(reason).collect(),
            ..ProblemSummary::default()
        };
        assert_eq!(summary(0).all_reasons(), "");
        assert_eq!(summary(2).all_reasons(), "reason 0 (10), reason 1 (9)");
        assert_eq!(summary(2).reasons_of(Severity::Error), "reason 1 (9)");
        assert!(
            summary(6)
                .all_reasons()
                .ends_with("reason 4 (6), and 1 other reason")
        );
        assert!(
            summary(8)
                .reasons_of(Severity::Error)
                .ends_with("reason 5 (5), and 2 other reasons")
        );
    }
}
