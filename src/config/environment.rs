//! `${NAME}` in strings: settings that a deployment keeps out of the file, secrets among them.
//!
//! Values from the environment are never shown: a [`StringValue`] remembers how the file wrote it, and
//! messages quote that.

use std::ops::Range;

/// A string of the file, with the environment's values in it.
#[derive(Clone, Debug)]
pub(super) struct StringValue {
    /// What it means.
    pub(super) value: String,
    /// What the file says, which is all that messages may show.
    written: String,
    /// Whether a part of the value came from the environment.
    pub(super) is_secret: bool,
    pub(super) span: Range<usize>,
}

impl StringValue {
    /// A string as the file writes it, nothing replaced.
    pub(super) fn plain(written: &str, span: Range<usize>) -> StringValue {
        StringValue {
            value: written.to_owned(),
            written: written.to_owned(),
            is_secret: false,
            span,
        }
    }

    /// The written form for messages: in backquotes, on one line, not too long.
    pub(super) fn quoted(&self) -> String {
        let mut shown = String::new();
        for c in self.written.chars().take(SHOWN_MAX) {
            match c.is_control() {
                true => shown.extend(c.escape_default()),
                false => shown.push(c),
            }
        }
        let is_longer = self.written.chars().nth(SHOWN_MAX).is_some();
        format!("`{shown}{}`", if is_longer { "…" } else { "" })
    }
}

/// Characters of a value that a message repeats; the excerpt shows more.
const SHOWN_MAX: usize = 60;

/// A `$` that cannot be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ReplaceError {
    /// Bytes of the written string.
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) hint: String,
}

/// Replaces `${NAME}`, `${NAME:-default}` and `$$` in `written`. As in a shell, the default also
/// stands in for an empty variable; a `$` before anything else is a dollar sign.
pub(super) fn replace(
    written: &str,
    span: Range<usize>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<StringValue, Vec<ReplaceError>> {
    let mut value = String::with_capacity(written.len());
    let mut errors = Vec::new();
    let mut is_secret = false;
    let mut rest = written;
    while let Some(at) = rest.find('$') {
        value.push_str(&rest[..at]);
        let from = written.len() - rest.len() + at;
        let behind = &rest[at + 1..];
        rest = if let Some(behind) = behind.strip_prefix('$') {
            value.push('$');
            behind
        } else if let Some(inside) = behind.strip_prefix('{') {
            let length = inside.find('}').unwrap_or(inside.len());
            match look_up(&inside[..length], length < inside.len(), environment) {
                Ok(found) => {
                    value.push_str(&found);
                    is_secret = true;
                }
                Err((message, hint)) => errors.push(ReplaceError {
                    at: from..(from + 2 + length + 1).min(written.len()),
                    message,
                    hint,
                }),
            }
            inside.get(length + 1..).unwrap_or_default()
        } else {
            value.push('$');
            behind
        };
    }
    value.push_str(rest);
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(StringValue {
        value,
        written: written.to_owned(),
        is_secret,
        span,
    })
}

fn look_up(
    inside: &str,
    closed: bool,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<String, (String, String)> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name || !closed {
        return Err((
            "a variable is written `${NAME}` or `${NAME:-default}`".to_owned(),
            "write `$$` for a dollar sign".to_owned(),
        ));
    }
    match (environment(name), default) {
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (Some(_) | None, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err((
            format!("the environment has no variable `{name}`"),
            format!("set it, or write `${{{name}:-…}}` with a default"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        match name {
            "HOST" => Some("dala.example".to_owned()),
            "NASTY" => Some("${HOST} $$".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn variables_defaults_and_dollar_signs() {
        for (written, expected) in [
            ("https://${HOST}/", "https://dala.example/"),
            ("${HOST}${HOST}", "dala.exampledala.example"),
            ("${PORT:-8080}", "8080"),
            ("${HOST:-other}", "dala.example"),
            ("${EMPTY}", ""),
            ("${EMPTY:-full}", "full"),
            ("${NONE:-}", ""),
            ("${NONE:-a:-b}", "a:-b"),
            ("$$ 5, $5, 5$", "$ 5, $5, 5$"),
            ("$${HOST}", "${HOST}"),
            ("${NASTY}", "${HOST} $$"),
            ("қымбат $$$$", "қымбат $$"),
        ] {
            let text = replace(written, 0..0, &environment).expect("all can be replaced");
            assert_eq!(text.value, expected, "{written}");
            assert_eq!(text.quoted(), format!("`{written}`"));
        }
    }

    #[test]
    fn what_cannot_be_replaced_is_named_with_its_place() {
        for (written, places) in [
            ("https://${HOSTNAME}/", vec!["${HOSTNAME}"]),
            ("я ${A} ${HOST} ${B}", vec!["${A}", "${B}"]),
            ("${", vec!["${"]),
            ("${HOST", vec!["${HOST"]),
            ("${}", vec!["${}"]),
            ("${1A}", vec!["${1A}"]),
            ("${ХОСТ:-x}", vec!["${ХОСТ:-x}"]),
        ] {
            let errors = replace(written, 0..0, &environment).expect_err("not all can be");
            let found: Vec<&str> = errors.iter().map(|e| &written[e.at.clone()]).collect();
            assert_eq!(found, places);
        }
    }

    #[test]
    fn a_quoted_value_stays_on_one_line_and_is_not_endless() {
        let text = StringValue::plain("a\u{1b}[31m\nя", 0..0);
        assert_eq!(text.quoted(), "`a\\u{1b}[31m\\nя`");
        let text = StringValue::plain(&"ж".repeat(1000), 0..0);
        assert_eq!(text.quoted().chars().count(), SHOWN_MAX + 3);
    }
}
