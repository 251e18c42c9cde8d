//! Problems of configuration and articles: what is wrong, where, and how to repair it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::{visible, visible_lines};

/// A problem that an editor or operator should repair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Whether the value is refused or used with a warning.
    pub severity: Severity,
    /// The file, by the path that the user knows.
    pub file: String,
    /// Line in the file, from 1.
    pub line: Option<u32>,
    /// Column in the line, in characters from 1.
    pub column: Option<u32>,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// How to repair it.
    pub hint: Option<String>,
    /// The lines of the file with a caret under the position, ready to print.
    #[serde(skip)]
    pub excerpt: Option<String>,
}

impl Problem {
    /// Drops the excerpt, because the lines of the file may contain a secret such as a password.
    pub fn without_excerpt(self) -> Problem {
        Problem {
            excerpt: None,
            ..self
        }
    }

    /// The form in which the log takes it, so that a log of JSON finds its parts.
    pub fn as_error(&self) -> &(dyn std::error::Error + 'static) {
        self
    }
}

impl std::error::Error for Problem {}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The value is refused.
    Error,
    /// The value is used, but is probably a mistake.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

impl fmt::Display for Problem {
    /// `file:line:column: error: message`, then the excerpt and the hint on lines of their own. Only a hint
    /// may have further lines: a file's name or a value that ends a line cannot forge one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.file))?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}: {}", self.severity, visible(&self.message))?;
        for line in self.excerpt.iter().flat_map(|excerpt| excerpt.lines()) {
            write!(f, "\n{}", visible(line))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {}", visible_lines(hint))?;
        }
        Ok(())
    }
}

/// An error and its causes in one line, joined by `: `.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::is_hidden;

    proptest! {
        #[test]
        fn problem_of_any_file_has_the_lines_of_a_problem(
            file in any::<String>(),
            message in any::<String>(),
            hint in prop::option::of("[^\n]*"),
        ) {
            let file = file + "\nERROR forged\n  hint: forged\n1 | forged";
            let problem = Problem {
                severity: Severity::Error,
                file,
                line: Some(1),
                column: None,
                message,
                excerpt: Some("1 | a = \u{1b}[31m\n  |     ^".to_owned()),
                hint,
            };
            let text = problem.to_string();
            let lines: Vec<&str> = text.split('\n').collect();
            prop_assert_eq!(lines.len(), 3 + usize::from(problem.hint.is_some()), "{}", text);
            prop_assert!(lines.iter().all(|line| !line.contains(is_hidden)), "{}", text);
            prop_assert_eq!(visible_lines(&text), text.as_str());
        }
    }
}
