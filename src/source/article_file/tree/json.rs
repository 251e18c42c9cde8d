//! Parses JSON into the tree.
//!
//! `serde_json` gives no line numbers for values. A [`RawValue`] borrows from the text, so its
//! address tells its line.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{KeyValue, LineIndex, Node, Value};
use crate::model::article::Refusal;
use crate::text::is_quote;

/// Levels of nested lists and objects; no key of ours lies deeper.
const DEPTH_MAX: usize = 8;

/// Values of one file or column; an article has some dozens.
const VALUES_MAX: usize = 100_000;

/// Parses a text that contains one object, and whose first line has the number `first_line`.
pub(in crate::source) fn parse(text: &str, first_line: u32) -> Result<Vec<KeyValue>, Refusal> {
    let text = without_lone_surrogates(text);
    let parser = Parser {
        text: &text,
        lines: LineIndex::new(&text, first_line),
        values: Cell::new(0),
    };
    parser.pairs(&text, DEPTH_MAX)
}

/// Parses one value, without line numbers; `None` if it is not valid JSON.
pub(in crate::source) fn value(text: &str) -> Option<Value> {
    let text = without_lone_surrogates(text);
    let parser = Parser {
        text: &text,
        lines: LineIndex::none(),
        values: Cell::new(0),
    };
    let raw: &RawValue = serde_json::from_str(&text).ok()?;
    parser.node(raw, DEPTH_MAX).ok().map(|node| node.value)
}

struct Parser<'t> {
    text: &'t str,
    lines: LineIndex,
    /// How many values were found.
    values: Cell<usize>,
}

impl Parser<'_> {
    fn pairs(&self, raw: &str, depth: usize) -> Result<Vec<KeyValue>, Refusal> {
        let members: Members<'_> =
            serde_json::from_str(raw).map_err(|error| self.refuse(raw, &error))?;
        self.count(members.0.len())?;
        let pair = |(key, raw): (String, &RawValue)| {
            Ok(KeyValue {
                key: key.into(),
                node: self.node(raw, depth - 1)?,
            })
        };
        members.0.into_iter().map(pair).collect()
    }

    fn node(&self, raw: &RawValue, depth: usize) -> Result<Node, Refusal> {
        let raw = raw.get();
        let value = match raw.as_bytes().first() {
            Some(b'{' | b'[') if depth == 0 => Value::Null,
            Some(b'{') => Value::Table(self.pairs(raw, depth)?),
            Some(b'[') => {
                let items: Vec<&RawValue> =
                    serde_json::from_str(raw).map_err(|error| self.refuse(raw, &error))?;
                self.count(items.len())?;
                let nodes = items.into_iter().map(|item| self.node(item, depth - 1));
                Value::List(nodes.collect::<Result<_, _>>()?)
            }
            Some(b'"') => {
                Value::Text(serde_json::from_str(raw).map_err(|error| self.refuse(raw, &error))?)
            }
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'n') | None => Value::Null,
            Some(_) => Value::Number(raw.to_owned()),
        };
        let line = self.lines.at(self.offset(raw));
        Ok(Node { line, value })
    }

    /// Counts values before they take memory.
    fn count(&self, values: usize) -> Result<(), Refusal> {
        self.values.set(self.values.get() + values);
        if self.values.get() <= VALUES_MAX {
            return Ok(());
        }
        Err(Refusal::new(
            None,
            format!("the file has more than {VALUES_MAX} JSON values"),
            "leave out what is no part of an article",
        ))
    }

    /// The offset of a part of the text.
    fn offset(&self, part: &str) -> usize {
        part.as_ptr().addr() - self.text.as_ptr().addr()
    }

    fn refuse(&self, part: &str, error: &serde_json::Error) -> Refusal {
        let message = error.to_string();
        let message = message
            .rsplit_once(" at line ")
            .map_or(message.as_str(), |(message, _)| message);
        let is_several = message.starts_with("trailing characters")
            || message.starts_with("invalid type: sequence");
        let place = self.place(part, error);
        // The columns of the parser count bytes, and may be behind the end.
        let here = self.text.get(place..).unwrap_or_default();
        let line_start = self.text.get(..place).unwrap_or(self.text);
        let line_start = line_start.rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let is_odd_quote = |c: char| is_quote(c) && !c.is_ascii();
        let has_odd_quotes =
            here.starts_with(is_odd_quote) || line.trim_start().starts_with(is_odd_quote);
        let above = self.text.get(..place).unwrap_or_default().trim_end();
        let is_behind_comma = here.starts_with(['}', ']']) && above.ends_with(',');
        let hint = match is_several {
            true => "write each article to a file of its own, as one object",
            false if is_behind_comma => "delete the comma behind the last value",
            false if here.starts_with('\'') => {
                "write `\"` on both sides of each key and text: JSON has no `'`"
            }
            false if message == "key must be a string" && here.starts_with(char::is_alphabetic) => {
                "write `\"` on both sides of each key"
            }
            false if has_odd_quotes => {
                "write `\"` on both sides of each key and text, in place of the quotes of a word processor"
            }
            false => {
                "a JSON article is one object: `{\"title\": \"…\", \"date\": \"2026-01-08\", …}`"
            }
        };
        let reason = match message.starts_with("invalid type: sequence") {
            true => "the file is a list, expected one article".to_owned(),
            false => format!("the file is not valid JSON: {message}"),
        };
        let before = self.text.get(line_start..place).unwrap_or_default();
        let column = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
        Refusal::new(self.lines.at(place), reason, hint).at_column(column)
    }

    /// The offset of an error in a part of the text: at the beginning of a letter.
    fn place(&self, part: &str, error: &serde_json::Error) -> usize {
        let lines = part.split_inclusive('\n');
        let above = lines.take(error.line().saturating_sub(1)).map(str::len);
        let inside = above.sum::<usize>() + error.column().saturating_sub(1);
        self.text
            .floor_char_boundary(self.offset(part) + inside.min(part.len()))
    }
}

/// The keys of an object with their unparsed values; a key that is given twice is there twice.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<'t>, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// Replaces each lone surrogate by U+FFFD: exports that cut text by UTF-16 units leave them, and
/// `serde_json` refuses them.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let lone = lone_surrogates(text);
    if lone.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut replaced = text.to_owned();
    for at in lone {
        replaced.replace_range(at..at + ESCAPE_BYTES, "\\ufffd");
    }
    Cow::Owned(replaced)
}

/// Bytes of an escape such as `\ud83d`. The replacement is as long, so offsets do not change.
const ESCAPE_BYTES: usize = 6;

/// The offsets of the escapes of lone surrogates.
fn lone_surrogates(text: &str) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        at += found;
        match (unit(text, at), unit(text, at + ESCAPE_BYTES)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 2 * ESCAPE_BYTES,
            (Some(0xd800..=0xdfff), _) => {
                lone.push(at);
                at += ESCAPE_BYTES;
            }
            (Some(_), _) => at += ESCAPE_BYTES,
            // The escaped character may be a backslash itself.
            (None, _) => {
                at += 1;
                at += text[at..].chars().next().map_or(0, char::len_utf8);
            }
        }
    }
    lone
}

/// The UTF-16 code unit of the escape at `at`.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE_BYTES)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}
