//! Kinds of values. Each says what it takes in three ways that stand together: the phrase for people,
//! the JSON Schema for editors, and the check of the reader.

mod list;
mod number;
mod table;

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

pub(super) use self::list::List;
pub(super) use self::number::{Integer, Size, Switch};
pub(super) use self::table::Tables;
use super::key::{Absent, Key, TableKeys};
use super::table::Table;
use crate::text::nearest::{did_you_mean, nearest, one_of};

pub(super) type TomlValue<'a> = Spanned<DeValue<'a>>;

/// What the value of a key must be.
pub(super) trait ValueKind {
    /// How a default or an example is written in the tables of keys.
    type Literal: Copy + Serialize + Sync + 'static;

    /// What the value must be, to be put behind "must be".
    fn expected(&self) -> String;

    /// The JSON Schema of the value. It may be laxer than the reader, never stricter.
    fn schema(&self) -> Value;

    /// A literal as the file would have it.
    fn json(&self, literal: Self::Literal) -> Value {
        json!(literal)
    }

    /// The keys of the table, if the value is one.
    fn table(&self) -> Option<&'static TableKeys> {
        None
    }
}

/// Kinds that the reader turns into a checked value at one go.
pub(super) trait Readable: ValueKind + Sized {
    type Output;

    /// The checked value, if the table has it; what does not fit is reported to `table`.
    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<Self::Output>;

    /// What a literal means. Literals are constants, and a test reads each.
    fn parse_literal(&self, literal: Self::Literal) -> Self::Output;
}

impl<K: Readable> Key<K> {
    /// What a table without this key means; only for keys that have a default.
    pub(super) fn default(&self) -> K::Output {
        let Absent::Default(literal) = self.absent else {
            unreachable!("{} has no default", self.name);
        };
        self.kind.parse_literal(literal)
    }
}

/// A value that is not what its key takes.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// What it must be, to be put behind "must be".
    pub(super) expected: String,
    /// What was probably meant.
    pub(super) hint: Option<String>,
}

impl Mismatch {
    pub(super) fn expected(expected: impl Into<String>) -> Mismatch {
        Mismatch {
            expected: expected.into(),
            hint: None,
        }
    }

    pub(super) fn hint(self, hint: Option<String>) -> Mismatch {
        Mismatch { hint, ..self }
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

impl<T> ValueKind for Form<T> {
    type Literal = &'static str;

    fn expected(&self) -> String {
        (self.expected)()
    }

    fn schema(&self) -> Value {
        (self.schema)()
    }
}

impl<T> Readable for Form<T> {
    type Output = T;

    fn read(key: &Key<Self>, table: &Table<'_>) -> Option<T> {
        let text = table.text(key)?;
        table.accept(key.name, &key.kind, &text)
    }

    fn parse_literal(&self, literal: &'static str) -> T {
        (self.parse)(literal).expect("a literal has the form of its key")
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
                let near = nearest(text, names(&words));
                word::<T>().mismatch().did_you_mean(near)
            })
        },
    }
}

fn names<T>(words: &[(&'static str, T)]) -> impl Iterator<Item = &'static str> {
    words.iter().map(|&(word, _)| word)
}
