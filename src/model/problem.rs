//! Problems of configuration and articles: what is wrong, where, and how to repair it.

use std::fmt;

use serde::{Deserialize, Serialize};

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
}

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
    /// `file:line:column: error: message`, then the excerpt and the hint on lines of their own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}: {}", self.severity, self.message)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {hint}")?;
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
