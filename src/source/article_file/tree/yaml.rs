//! Parses YAML front matter into the tree, and repairs two common mistakes.
//!
//! A headline with a colon is a syntax error, and a tag with its `#` starts a comment. Such front
//! matter is repaired and parsed again. If that fails too, the first error is reported.

mod repair;

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Options, Spanned};

use self::repair::{LIST_KEYS, repair};
use super::{KeyValue, Node, Value};
use crate::model::article::Refusal;

/// Parses YAML whose first line has the number `first_line` in its file.
pub(in crate::source) fn parse(text: &str, first_line: u32) -> Result<Vec<KeyValue>, Refusal> {
    let first = read(text, first_line);
    let is_plausible = first
        .as_ref()
        .is_ok_and(|pairs| !has_empty_list_item(pairs));
    if is_plausible {
        return first;
    }
    read(&repair(text), first_line).or(first)
}

/// Limits far above what an article needs, and low enough against alias bombs.
fn options() -> Options {
    let budget = serde_saphyr::budget! {
        max_events: 10_000,
        max_nodes: 10_000,
        max_aliases: 100,
        max_anchors: 100,
        max_depth: 16,
        max_documents: 1,
        max_merge_keys: 100,
    };
    serde_saphyr::options! {
        budget: budget,
        // A title may be `No`, and a tag `007`.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

fn read(text: &str, first_line: u32) -> Result<Vec<KeyValue>, Refusal> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    match serde_saphyr::from_str_with_options::<Yaml>(text, options()) {
        Ok(Yaml(Node {
            value: Value::Table(pairs),
            ..
        })) => Ok(offset_lines(pairs, first_line)),
        Ok(Yaml(node)) => {
            let reason = format!("the front matter is {}, expected keys", node.value.kind());
            Err(Refusal::new(first_line, reason, HINT))
        }
        Err(error) => {
            let line = error.location().map_or(1, |place| place.line());
            let message = error.without_snippet().to_string();
            // The parser counts from the line below the fence.
            let message = message.lines().next().unwrap_or_default();
            let message = message.split(" at line ").next().unwrap_or(message);
            Err(Refusal::new(
                offset_line(u32::try_from(line).unwrap_or(u32::MAX), first_line),
                format!("the front matter is not valid YAML: {message}"),
                HINT,
            ))
        }
    }
}

const HINT: &str = "write each line as `key: value`; text with `: `, `#` or a quote in it needs \
                    quotes around it, as in `title: \"Мажилис: принял\"` or `tags: [\"#мажилис\"]`";

/// Whether a list has an empty item, or a key of [`LIST_KEYS`] has no value: the text there may have
/// begun with `#`, which starts a comment.
fn has_empty_list_item(pairs: &[KeyValue]) -> bool {
    let empty = |value: &Value| match value {
        Value::List(items) => items.iter().any(|item| item.value == Value::Null),
        Value::Table(inner) => has_empty_list_item(inner),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
    };
    pairs.iter().any(|KeyValue { key, node }| {
        empty(&node.value) || (node.value == Value::Null && LIST_KEYS.contains(&&**key))
    })
}

/// Changes line numbers of the front matter into those of the file.
fn offset_lines(pairs: Vec<KeyValue>, first_line: u32) -> Vec<KeyValue> {
    let pair = |KeyValue { key, node }| KeyValue {
        key,
        node: offset_node(node, first_line),
    };
    pairs.into_iter().map(pair).collect()
}

fn offset_node(Node { line, value }: Node, first_line: u32) -> Node {
    let value = match value {
        Value::List(items) => {
            let items = items.into_iter().map(|item| offset_node(item, first_line));
            Value::List(items.collect())
        }
        Value::Table(pairs) => Value::Table(offset_lines(pairs, first_line)),
        value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_)) => value,
    };
    let line = offset_line(line, first_line);
    Node { line, value }
}

fn offset_line(line: u32, first_line: u32) -> u32 {
    line.max(1).saturating_add(first_line - 1)
}

/// A node as the parser returns it; its lines are counted within the front matter.
struct Yaml(Node);

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Yaml, D::Error> {
        let Spanned {
            value, referenced, ..
        } = Spanned::deserialize(deserializer)?;
        let line = u32::try_from(referenced.line()).unwrap_or(u32::MAX);
        Ok(Yaml(Node { line, value }))
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValueVisitor)
    }
}

struct AnyValueVisitor;

impl<'de> Visitor<'de> for AnyValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(Yaml(node)) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Value::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((key, Yaml(node))) = map.next_entry::<String, Yaml>()? {
            pairs.push(KeyValue {
                key: key.into(),
                node,
            });
        }
        Ok(Value::Table(pairs))
    }
}
