//! Parses YAML front matter into the tree, and repairs three common mistakes.
//!
//! A headline with a colon is a syntax error, and a tag with its `#` starts a comment. Such front
//! matter is repaired and parsed again. If that fails too, the first error is reported. A headline whose quote has no
//! end is no error where a key below has a quote as well: it would hold the keys between them.

mod repair;

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Options, Spanned};

use self::repair::{Fault, LIST_KEYS, repair, without_open_quotes};
use super::{KeyValue, Node, Value};
use crate::model::article::Refusal;

/// Parses YAML whose first line has the number `first_line` in its file.
pub(in crate::source) fn parse(text: &str, first_line: u32) -> Result<Vec<KeyValue>, Refusal> {
    let closed;
    let text = match without_open_quotes(text) {
        Some(without) => {
            closed = without;
            &closed
        }
        None => text,
    };
    let first = read(text, first_line);
    let fault = match &first {
        Ok(pairs) if !has_empty_list_item(pairs) => return first,
        Ok(_) => Fault::EmptyItem,
        Err(_) => Fault::Syntax,
    };
    read(&repair(text, fault), first_line).or(first)
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
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
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
    match serde_saphyr::from_str_with_options::<Parsed>(text, options()) {
        Ok(Parsed {
            value: ParsedValue::Table(parsed),
            ..
        }) => Ok(pairs(parsed, text, first_line)),
        Ok(parsed) => {
            let node = node(parsed, text, first_line);
            let reason = format!("the front matter is {}, expected keys", node.value.kind());
            Err(Refusal::new(first_line, reason, HINT))
        }
        Err(error) => {
            let line = error.location().map_or(1, |place| place.line());
            let line = usize::try_from(line).unwrap_or(usize::MAX);
            let message = error.without_snippet().to_string();
            // The parser counts from the line below the fence.
            let message = message.lines().next().unwrap_or_default();
            let message = message.split(" at line ").next().unwrap_or(message);
            // The parser may notice a tab only further down.
            let begins_with_tab = |line: &str| line.trim_start_matches(' ').starts_with('\t');
            let tab = text
                .lines()
                .position(begins_with_tab)
                .map(|before| before + 1);
            let (line, reason, hint) = match tab.filter(|tab| *tab <= line.saturating_add(1)) {
                Some(tab) => (tab, "a line begins with a tab", TAB_HINT),
                None => (line, message, HINT),
            };
            Err(Refusal::new(
                offset_line(u32::try_from(line).unwrap_or(u32::MAX), first_line),
                format!("the front matter is not valid YAML: {reason}"),
                hint,
            ))
        }
    }
}

const TAB_HINT: &str = "YAML indents by spaces: write two spaces in place of the tab";

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

/// The keys of a parsed mapping with the numbers as written and the lines of the file.
fn pairs(parsed: Vec<(String, Parsed)>, text: &str, first_line: u32) -> Vec<KeyValue> {
    let pair = |(key, value): (String, Parsed)| KeyValue {
        key: key.into(),
        node: node(value, text, first_line),
    };
    parsed.into_iter().map(pair).collect()
}

fn node(Parsed { line, bytes, value }: Parsed, text: &str, first_line: u32) -> Node {
    let value = match value {
        ParsedValue::Scalar(Value::Number(number)) => {
            // `3.10` is a version, and not 3.1.
            let written = text.get(bytes).map(str::trim);
            let is_number =
                |text: &&str| text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            Value::Number(written.filter(is_number).map_or(number, str::to_owned))
        }
        ParsedValue::Scalar(value) => value,
        ParsedValue::List(items) => {
            let items = items.into_iter().map(|item| node(item, text, first_line));
            Value::List(items.collect())
        }
        ParsedValue::Table(parsed) => Value::Table(pairs(parsed, text, first_line)),
    };
    let line = offset_line(line, first_line);
    Node { line, value }
}

fn offset_line(line: u32, first_line: u32) -> u32 {
    line.max(1).saturating_add(first_line - 1)
}

/// A node as the parser returns it.
struct Parsed {
    /// Counted within the front matter.
    line: u32,
    /// The bytes of a scalar within the front matter.
    bytes: Range<usize>,
    value: ParsedValue,
}

enum ParsedValue {
    /// Neither a list nor a table.
    Scalar(Value),
    List(Vec<Parsed>),
    Table(Vec<(String, Parsed)>),
}

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Parsed, D::Error> {
        let Spanned {
            value,
            referenced,
            defined,
        } = Spanned::deserialize(deserializer)?;
        let line = u32::try_from(referenced.line()).unwrap_or(u32::MAX);
        let number = |number: Option<u64>| usize::try_from(number.unwrap_or(0)).unwrap_or(0);
        let start = number(defined.span().byte_offset());
        let end = start.saturating_add(number(defined.span().byte_len()));
        Ok(Parsed {
            line,
            bytes: start..end,
            value,
        })
    }
}

impl<'de> Deserialize<'de> for ParsedValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ParsedValue, D::Error> {
        deserializer.deserialize_any(AnyValueVisitor)
    }
}

struct AnyValueVisitor;

impl<'de> Visitor<'de> for AnyValueVisitor {
    type Value = ParsedValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Bool(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Number(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Number(number.to_string())))
    }

    fn visit_i128<E>(self, number: i128) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Number(number.to_string())))
    }

    fn visit_u128<E>(self, number: u128) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Number(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Number(number.to_string())))
    }

    fn visit_str<E>(self, text: &str) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Text(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Text(text)))
    }

    fn visit_unit<E>(self) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<ParsedValue, E> {
        Ok(ParsedValue::Scalar(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ParsedValue, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element()? {
            nodes.push(node);
        }
        Ok(ParsedValue::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParsedValue, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(ParsedValue::Table(pairs))
    }
}
