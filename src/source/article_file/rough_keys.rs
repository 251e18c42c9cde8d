//! Finds the keys that hide or date an article in text that cannot be parsed.
//!
//! An edit may hide an article and make its file unreadable: then its last good version must not stay
//! public. So this finds such a key in whatever language it is written, and wherever it stands: in front
//! matter without an end, below the marks of a merge conflict, in JSON with wrong quotes. It takes a key for
//! one too many rather than for one too few, because only files that are refused are searched.

use super::fields;
use super::hidden;
use super::key_name::{self, is_space};
use super::tree::{KeyValue, Node, Value};
use crate::model::article::AcceptSettings;
use crate::source::article_file::date;
use crate::text::is_quote;

/// Bytes of a key, and of a value, that are looked at.
const KEY_BYTES_MAX: usize = 100;
const VALUE_BYTES_MAX: usize = 200;

/// Keys of one file that are looked at. With more it is hidden, since that is no article.
const KEYS_MAX: usize = 1_000;

/// Words that a date at the start of a line may have.
const DATE_WORDS_MAX: usize = 3;

/// The keys that say something about visibility, and the first date under each name, in their order.
pub(in crate::source) fn find(text: &str, settings: &AcceptSettings) -> Vec<KeyValue> {
    let mut keys = RoughKeys {
        settings,
        pairs: Vec::new(),
        dates: Vec::new(),
    };
    for (line, text) in (1..).zip(text.lines()) {
        keys.add_line(text.trim_matches(is_space), line);
    }
    let (mut line, mut counted, mut start) = (1, 0, 0);
    for (at, sign) in text.match_indices([':', '=', '：', '＝']) {
        let key = key_before(&text[start..at], start > 0);
        start = at + sign.len();
        let Some(key) = key else { continue };
        let feeds = memchr::memchr_iter(b'\n', &text.as_bytes()[counted..at]).count();
        line += u32::try_from(feeds).unwrap_or(u32::MAX);
        counted = at;
        keys.add(key, &text[start..], line);
        if keys.pairs.len() > KEYS_MAX {
            keys.push("draft", line, Value::Bool(true));
            break;
        }
    }
    keys.pairs
}

struct RoughKeys<'s> {
    settings: &'s AcceptSettings,
    pairs: Vec<KeyValue>,
    /// The names of the dates that were found.
    dates: Vec<String>,
}

impl RoughKeys<'_> {
    /// Adds a key whose value begins behind its sign.
    fn add(&mut self, key: &str, behind: &str, line: u32) {
        let key = match key.split_once('.') {
            Some((table, key)) if hidden::is_table(table.trim_end_matches(is_quote)) => key,
            _ => key,
        };
        let name = key_name::normal(key);
        if name == "protected" {
            // WordPress says so in the table of a text.
            if hidden::flag(&value_of(behind)) != Some(false) {
                self.push("draft", line, Value::Bool(true));
            }
        } else if hidden::knows(&name, self.settings) {
            self.add_hiding(&name, key, behind, line);
        } else if fields::is_date(&name, self.settings) && !self.dates.contains(&name) {
            self.push(key, line, value_of(behind));
            self.dates.push(name);
        }
    }

    fn add_hiding(&mut self, name: &str, key: &str, behind: &str, line: u32) {
        match name {
            // What such a table holds may be on further lines.
            "build" => self.push("draft", line, Value::Bool(true)),
            _ => self.push(key, line, value_of(behind)),
        }
    }

    /// Adds what a whole line says: a heading of TOML, or a line of newsroom text.
    fn add_line(&mut self, text: &str, line: u32) {
        if let Some(heading) = text.strip_prefix('[') {
            let name = heading.split(']').next().unwrap_or_default();
            let name = name.rsplit(['.', '[']).next().unwrap_or_default();
            if name.len() <= KEY_BYTES_MAX && key_name::is(name, "build") {
                self.push("draft", line, Value::Bool(true));
            }
            return;
        }
        let Some((word, value)) = text.split_once(char::is_whitespace) else {
            return;
        };
        let value = value.trim_start();
        let is_expiry = word.eq_ignore_ascii_case("expires");
        let is_date = word.eq_ignore_ascii_case("date") && self.dates.is_empty();
        // A sentence may begin with such a word, but hardly with a number behind it.
        let is_keyed = value.starts_with(|c: char| c.is_ascii_digit()) || line <= KEYED_LINES_MAX;
        let is_pair = value.starts_with([':', '=']);
        let is_key = (is_expiry || is_date) && is_keyed && !is_pair;
        if !is_key || self.pairs.len() > KEYS_MAX {
            return;
        }
        let value = start_of(value);
        let dates = (1..=DATE_WORDS_MAX)
            .rev()
            .map(|words| first_words(value, words));
        let date = dates.into_iter().find(|text| date::parse(text).is_ok());
        match date {
            None if is_date => {}
            date => self.push(word, line, Value::Text(date.unwrap_or(value).to_owned())),
        }
        if is_date {
            self.dates.push("date".to_owned());
        }
    }

    fn push(&mut self, key: &str, line: u32, value: Value) {
        self.pairs.push(KeyValue {
            key: key.into(),
            node: Node { line, value },
        });
    }
}

/// The lines of newsroom text that may have a key, with those of a merge conflict above.
const KEYED_LINES_MAX: u32 = 10;

fn first_words(text: &str, words: usize) -> &str {
    let mut ends = text.match_indices(char::is_whitespace).map(|(at, _)| at);
    ends.nth(words - 1).map_or(text, |end| &text[..end])
}

/// What stands before a key.
const KEY_STARTS: [char; 5] = ['\n', '{', '[', '(', ','];

/// The key at the end of a text that stands before a sign: one in quotes, or all from the start of the line
/// or a bracket or comma. `is_behind_sign` says that the text before it is no start of a line.
fn key_before(before: &str, is_behind_sign: bool) -> Option<&str> {
    let before = before.trim_end_matches(is_space);
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(KEY_BYTES_MAX))..];
    if let Some(inner) = before.strip_suffix(is_quote)
        && let Some(open) = inner.rfind(is_quote)
        && !inner[open..].contains(KEY_STARTS)
    {
        let key = inner[open..].trim_start_matches(is_quote);
        // In a text that is a value, the quotes have backslashes.
        let is_escaped = inner.ends_with('\\') || inner[..open].ends_with('\\');
        return Some(key).filter(|key| !is_escaped && !key.is_empty());
    }
    let start = before.rfind(KEY_STARTS);
    let key = match start {
        Some(start) => &before[start + 1..],
        None if is_behind_sign || before.len() == KEY_BYTES_MAX => return None,
        None => before,
    };
    // A list's mark, a merge's sign, a quote without its other half.
    let is_sign = |c: char| is_space(c) || is_quote(c) || "-?+*<>|!".contains(c);
    Some(key.trim_matches(is_sign)).filter(|key| !key.is_empty())
}

/// The value behind a sign; one on the next line counts if that line has no key.
fn value_of(behind: &str) -> Value {
    let mut lines = start_of(behind).lines();
    let first = without_comment(lines.next().unwrap_or_default());
    if !first.is_empty() {
        return value(first);
    }
    let next = lines.map(without_comment).find(|line| !line.is_empty());
    let next = next.unwrap_or_default();
    let is_date = next.starts_with(|c: char| c.is_ascii_digit());
    let has_key = next.contains([':', '=', '：', '＝']) && !is_date;
    let is_end = next.starts_with("---") || next.starts_with(['+', '}', ']', ')', ',']);
    match has_key || is_end {
        true => Value::Null,
        false => value(next.strip_prefix('-').map_or(next, str::trim_start)),
    }
}

fn start_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(VALUE_BYTES_MAX)]
}

fn without_comment(line: &str) -> &str {
    let line = line.trim_matches(is_space);
    let end = match line.starts_with('#') {
        true => 0,
        false => line.find(" #").unwrap_or(line.len()),
    };
    line[..end].trim_end_matches(is_space)
}

/// A value on one line, which has no line end.
fn value(written: &str) -> Value {
    if let Some(items) = written.strip_prefix('[') {
        let (items, is_whole) = match items.split_once(']') {
            Some((items, _)) => (items, true),
            None => (items, false),
        };
        if is_whole && items.trim().is_empty() {
            return Value::Null;
        }
        let item = |item: &str| Node {
            line: 0,
            value: value(item.trim().trim_start_matches('[')),
        };
        return Value::List(items.split(',').map(item).collect());
    }
    if let Some(inner) = written.strip_prefix('{') {
        return match inner.trim_start().starts_with('}') {
            true => Value::Null,
            // Its keys are found by themselves.
            false => Value::Table(vec![KeyValue {
                key: "".into(),
                node: Node {
                    line: 0,
                    value: Value::Null,
                },
            }]),
        };
    }
    let long = ["\"\"\"", "'''"]
        .iter()
        .find_map(|quotes| written.strip_prefix(quotes));
    if let Some(long) = long {
        let text = long.split(is_quote).next().unwrap_or_default().trim();
        // A text on the lines below is not read.
        return Value::Text(if text.is_empty() { written } else { text }.to_owned());
    }
    let text = match written.strip_prefix(is_quote) {
        Some(rest) => rest.split(is_quote).next(),
        None => written.split([',', '}', ']', ';']).next(),
    };
    match text.unwrap_or_default().trim() {
        "" | "~" | "null" => Value::Null,
        text => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests;
