//! Parses TOML front matter into the tree.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{KeyValue, LineIndex, Node, Value};
use crate::config::correct_line;
use crate::model::article::Refusal;
use crate::text::excerpt;

/// Parses TOML whose first line has the number `first_line` in its file. A refusal names which of `keys` a name
/// in other letters means.
pub(in crate::source) fn parse(
    text: &str,
    first_line: u32,
    keys: &[&'static str],
) -> Result<Vec<KeyValue>, Refusal> {
    let lines = LineIndex::new(text, first_line);
    match DeTable::parse(text) {
        Ok(table) => Ok(pairs(table.into_inner(), &lines)),
        Err(error) => {
            let at = error.span().map_or(text.len(), |span| span.start);
            let line = lines.at(at);
            if let Some(refusal) = meant_line(text, at, line, keys) {
                return Err(refusal);
            }
            let mut reason = format!("the front matter is not valid TOML: {}", error.message());
            let key = error.span().and_then(|span| text.get(span));
            if let Some(key) = key.filter(|_| error.message() == "duplicate key") {
                reason += &format!(" `{}`", excerpt(key));
            }
            Err(Refusal::new(line, reason, hint(error.message())))
        }
    }
}

/// What is wrong with the line at `at`, if it is known what it was meant to be.
fn meant_line(text: &str, at: usize, number: u32, keys: &[&'static str]) -> Option<Refusal> {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[start..].lines().next()?;
    let meant = correct_line(line, keys)?;
    let reason = format!("the front matter is not valid TOML: {}", meant.slip.kind);
    let hint = match meant.text.is_empty() {
        true => "delete this line".to_owned(),
        false => format!("write `{}`", excerpt(&meant.text)),
    };
    Some(Refusal::new(number, reason, hint))
}

fn hint(message: &str) -> &'static str {
    if message.starts_with("duplicate") {
        "delete one of the two"
    } else {
        "write each line as `key = \"text\"`, with a quote on both sides of the text"
    }
}

fn pairs(table: DeTable<'_>, lines: &LineIndex) -> Vec<KeyValue> {
    let pair = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
        let line = lines.at(key.span().start);
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        KeyValue {
            key: key.as_ref().into(),
            node: Node {
                line,
                value: value_of(value.into_inner(), lines),
            },
        }
    };
    table.into_iter().map(pair).collect()
}

fn value_of(value: DeValue<'_>, lines: &LineIndex) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Value::Bool(flag),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(items) => {
            let node = |item: Spanned<DeValue<'_>>| Node {
                line: lines.at(item.span().start),
                value: value_of(item.into_inner(), lines),
            };
            Value::List(items.into_iter().map(node).collect())
        }
        DeValue::Table(table) => Value::Table(pairs(table, lines)),
    }
}
