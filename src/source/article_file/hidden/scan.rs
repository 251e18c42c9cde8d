//! Finds hiding keys in text that cannot be parsed: a mistake in `draft = tru` is a mistake of syntax
//! in TOML and JSON, and must not publish the last good version of the article.

use super::{Hiding, hiding};
use crate::source::article_file::key_name;
use crate::source::article_file::tree::{KeyValue, Node, Value};

/// How keys are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Syntax {
    /// One at the start of a line, as in TOML and YAML.
    Lines,
    /// In quotes, as in JSON.
    Quoted,
}

/// Characters of a key and of a value that are looked at.
const KEY_CHARS_MAX: usize = 40;
const VALUE_BYTES_MAX: usize = 200;

/// Whether the keys of a text whose first line has the number `first_line` hide its article.
pub(in crate::source) fn scan(
    text: &str,
    syntax: Syntax,
    first_line: u32,
    public_status: &[String],
) -> Hiding {
    let mut found = Hiding::Shown;
    for (line, text) in (first_line..).zip(text.lines()) {
        let pairs = match syntax {
            Syntax::Lines => Vec::from_iter(pair_of_line(text)),
            Syntax::Quoted => quoted_pairs(text),
        };
        // What such a table holds may be on further lines.
        if pairs.iter().any(|(key, _)| key_name::is(key, "build")) {
            found = Hiding::Hidden;
            continue;
        }
        let pairs = pairs.into_iter().map(|(key, value)| KeyValue {
            key: key.into(),
            node: Node {
                line,
                value: Value::Text(value.to_owned()),
            },
        });
        match hiding(&pairs.collect::<Vec<_>>(), public_status) {
            Hiding::Shown => {}
            Hiding::Hidden => found = Hiding::Hidden,
            not_understood @ Hiding::NotUnderstood { .. } => return not_understood,
        }
    }
    found
}

fn pair_of_line(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '=', ']'])?;
    let key = line[..at].trim().trim_matches(['"', '\'', '[']);
    // A comment follows behind a space.
    let value = line[at + 1..].split(" #").next().unwrap_or_default().trim();
    is_key(key).then(|| (key, unquoted(value)))
}

fn quoted_pairs(line: &str) -> Vec<(&str, &str)> {
    let pair = |(at, _)| {
        let start: &str = &line[..at];
        let (before, key) = start.trim_end().strip_suffix('"')?.rsplit_once('"')?;
        // In a text that is a value, the quotes have backslashes.
        if before.ends_with('\\') || !is_key(key) {
            return None;
        }
        let value = shortened(line[at + 1..].trim_start());
        let value = match value.strip_prefix('"') {
            Some(rest) => rest.split('"').next(),
            None => value.split([',', '}', ']']).next(),
        };
        Some((key, value.unwrap_or_default().trim()))
    };
    line.match_indices(':').filter_map(pair).collect()
}

fn is_key(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !text.is_empty() && text.len() <= KEY_CHARS_MAX && text.chars().all(is_part)
}

fn unquoted(value: &str) -> &str {
    let is_quoted = |quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    match is_quoted('"') || is_quoted('\'') {
        true => &value[1..value.len() - 1],
        false => shortened(value),
    }
}

fn shortened(value: &str) -> &str {
    match value.len() > VALUE_BYTES_MAX {
        true => &value[..value.floor_char_boundary(VALUE_BYTES_MAX)],
        false => value,
    }
}
