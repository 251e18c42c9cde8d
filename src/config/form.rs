//! Strings of a certain form. Each says what it takes in three ways that stand together: the phrase
//! for people, the JSON Schema for editors, and the check of the reader.

use std::fmt::Display;

use serde_json::{Value, json};

use crate::text::nearest::{did_you_mean, nearest, one_of};

/// A value that is not what its key takes.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// What it must be, to be put behind "must be".
    pub(super) expected: String,
    /// What was probably meant.
    pub(super) hint: Option<String>,
    /// The text that was certainly meant: the line is shown with it.
    pub(super) meant: Option<&'static str>,
}

impl Mismatch {
    pub(super) fn expected(expected: impl Into<String>) -> Mismatch {
        Mismatch {
            expected: expected.into(),
            hint: None,
            meant: None,
        }
    }

    pub(super) fn hint(self, hint: Option<String>) -> Mismatch {
        Mismatch { hint, ..self }
    }

    /// The mismatch with a hint in place of the line as it was meant.
    pub(super) fn instead_of_line(self, hint: String) -> Mismatch {
        Mismatch {
            hint: Some(hint),
            meant: None,
            ..self
        }
    }

    /// The mismatch with a hint that names what was probably meant.
    pub(super) fn did_you_mean(self, meant: Option<impl Display>) -> Mismatch {
        self.hint(meant.map(did_you_mean))
    }
}

/// A string of a certain form.
pub(super) struct Form<T: 'static> {
    pub(super) expected: fn() -> String,
    pub(super) schema: fn() -> Value,
    pub(super) parse: fn(&str) -> Result<T, Mismatch>,
}

impl<T> Form<T> {
    pub(super) fn mismatch(&self) -> Mismatch {
        Mismatch::expected((self.expected)())
    }
}

/// Strings that a regular expression matches. Any string may come from the environment.
pub(super) fn matching(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": format!(r"{pattern}|{ENVIRONMENT}") })
}

/// The same, except for strings that `excluded` matches.
pub(super) fn matching_except(pattern: &str, excluded: &str) -> Value {
    let mut schema = matching(pattern);
    schema["not"] = json!({ "pattern": excluded });
    schema
}

/// What strings with a value from the environment match.
pub(super) const ENVIRONMENT: &str = r"\$\{";

/// A choice that is written as one of several words.
pub(super) trait Word: Copy + 'static {
    fn words() -> Vec<(&'static str, Self)>;

    /// Names that other programs have for the words, in lower case, each with the word that is meant.
    fn other_names() -> &'static [(&'static str, &'static str)] {
        &[]
    }
}

pub(super) const fn word<T: Word>() -> Form<T> {
    Form {
        expected: || one_of(names(&T::words())),
        schema: || {
            let words: Vec<&str> = names(&T::words()).collect();
            json!({ "type": "string", "anyOf": [{ "enum": words }, { "pattern": ENVIRONMENT }] })
        },
        parse: |text| {
            let words = T::words();
            let choice = words.iter().find(|&&(word, _)| word == text);
            choice.map(|&(_, choice)| choice).ok_or_else(|| {
                let lower = text.trim().to_lowercase();
                let mut others = T::other_names().iter();
                let mismatch = word::<T>().mismatch();
                match others.find(|(other, _)| *other == lower) {
                    Some((_, meant)) => Mismatch {
                        meant: Some(meant),
                        ..mismatch
                    },
                    None => mismatch.did_you_mean(nearest(text, names(&words))),
                }
            })
        },
    }
}

fn names<T>(words: &[(&'static str, T)]) -> impl Iterator<Item = &'static str> {
    words.iter().map(|&(word, _)| word)
}
