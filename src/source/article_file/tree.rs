//! One tree for the keys and values of TOML, YAML and JSON.
//!
//! The tree keeps the line of each value, so a refusal names the line of the mistake, and one module
//! can decide what a key means in all three languages.

pub(in crate::source) mod json;
pub(in crate::source) mod toml;
pub(in crate::source) mod yaml;

use std::sync::Arc;

/// A value with its line; 0 for a value from a source without lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Node {
    pub(in crate::source) line: u32,
    pub(in crate::source) value: Value,
}

/// The value of a key. Dates are text, because all three languages write them alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Value {
    Null,
    Bool(bool),
    /// The digits as written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Table(Vec<KeyValue>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct KeyValue {
    /// Shared, because all rows of a listing have the same keys.
    pub(in crate::source) key: Arc<str>,
    pub(in crate::source) node: Node,
}

impl Value {
    /// What messages call this type of value.
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

    /// A scalar as text; `None` for nothing, lists and tables.
    pub(in crate::source) fn as_text(&self) -> Option<String> {
        match self {
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Number(text) | Value::Text(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Table(_) => None,
        }
    }

    /// The keys of a table, or of each table of a list, as `[[extra]]` of TOML gives them.
    pub(in crate::source) fn tables(&self) -> impl Iterator<Item = &[KeyValue]> {
        let nodes = match self {
            Value::List(items) => items.as_slice(),
            _ => &[],
        };
        let values = std::iter::once(self).chain(nodes.iter().map(|node| &node.value));
        values.filter_map(|value| match value {
            Value::Table(pairs) => Some(pairs.as_slice()),
            _ => None,
        })
    }

    /// Whether the key has no value or white space only.
    pub(in crate::source) fn is_blank(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.trim().is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Table(_) => false,
        }
    }
}

/// Finds the line number of a byte offset.
struct LineIndex {
    ends: Vec<usize>,
    first: u32,
}

impl LineIndex {
    /// Indexes `text`, whose first line has the number `first`.
    fn new(text: &str, first: u32) -> LineIndex {
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        LineIndex { ends, first }
    }

    /// For a text that has no line numbers, such as a database cell: every line is 0.
    fn none() -> LineIndex {
        LineIndex {
            ends: Vec::new(),
            first: 0,
        }
    }

    fn at(&self, offset: usize) -> u32 {
        let before = self.ends.partition_point(|&end| end < offset);
        self.first
            .saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }
}
