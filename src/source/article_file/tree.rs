//! Keys and values of an article file, whichever language they are written in.
//!
//! TOML, YAML and JSON end in one tree that keeps the line of every value, so that the meaning of
//! a key is decided in one place and a mistake is shown where it was made.

pub(in crate::source) mod json;
pub(in crate::source) mod toml;
pub(in crate::source) mod yaml;

use std::sync::Arc;

/// A value and the line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Node {
    pub(in crate::source) line: u32,
    pub(in crate::source) value: Value,
}

/// What may stand behind a key. Dates are text, as all three languages write them alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Value {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Table(Vec<KeyValue>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct KeyValue {
    /// Shared by the rows of a listing.
    pub(in crate::source) key: Arc<str>,
    pub(in crate::source) node: Node,
}

impl Value {
    /// The name of this kind of value, for messages.
    pub(in crate::source) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    /// A value of one word or sentence as text.
    pub(in crate::source) fn as_text(&self) -> Option<String> {
        match self {
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(text) | Value::Text(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Table(_) => None,
        }
    }

    /// Whether nothing was written behind the key.
    pub(in crate::source) fn is_blank(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.trim().is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Table(_) => false,
        }
    }
}

/// Line numbers of places in a text.
struct LineIndex {
    ends: Vec<usize>,
    first: u32,
}

impl LineIndex {
    /// The lines of `text`, whose first one has the number `first`.
    fn new(text: &str, first: u32) -> LineIndex {
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        LineIndex { ends, first }
    }

    /// Of a text that nobody sees as lines.
    fn none() -> LineIndex {
        LineIndex {
            ends: Vec::new(),
            first: 0,
        }
    }

    /// The line that the byte at `offset` stands in.
    fn at(&self, offset: usize) -> u32 {
        let before = self.ends.partition_point(|&end| end < offset);
        self.first
            .saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }
}
