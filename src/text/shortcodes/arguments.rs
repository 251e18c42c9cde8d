//! The arguments of a tag, as each generator writes them.

use std::borrow::Cow;

use crate::text::markup::style_hides;

/// Quotes that a value may stand in, with the quote that ends it. WordPress's editor turns straight
/// quotes into the last three.
const QUOTES: [(&str, &str); 6] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("&quot;", "&quot;"),
    ("&#8220;", "&#8221;"),
    ("“", "”"),
];

/// The arguments of one tag: `"a" b=c d="e"`, `(a="b", c=1)`, `{a="b" .c #d}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments<'t> {
    named: Vec<(&'t str, Cow<'t, str>)>,
    positional: Vec<Cow<'t, str>>,
    /// Whether a value with a name stands in quotes.
    pub(super) has_quoted: bool,
}

impl<'t> Arguments<'t> {
    /// Arguments that were read elsewhere.
    pub(super) fn of_names(named: Vec<(&'t str, Cow<'t, str>)>) -> Arguments<'t> {
        Arguments {
            named,
            ..Arguments::default()
        }
    }

    /// Reads what stands between a tag's name and its end.
    pub(super) fn parse(text: &'t str) -> Arguments<'t> {
        let mut arguments = Arguments::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(is_separator);
            if rest.is_empty() {
                return arguments;
            }
            let name = argument_name(rest);
            let behind = rest[name.len()..].trim_start();
            let is_named = !name.is_empty() && behind.starts_with('=');
            let value = if is_named {
                behind[1..].trim_start()
            } else {
                rest
            };
            let is_quoted = QUOTES.iter().any(|(open, _)| value.starts_with(open));
            arguments.has_quoted |= is_named && is_quoted;
            let (value, after) = split_value(value);
            match is_named {
                true => arguments.named.push((name, value)),
                false => arguments.positional.push(value),
            }
            rest = after;
        }
    }

    /// The first of `names` that has a value, without regard to case.
    pub(super) fn named(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let is_it = |(key, value): &&(&str, Cow<'_, str>)| {
                key.eq_ignore_ascii_case(name) && !value.trim().is_empty()
            };
            let found = self.named.iter().find(is_it);
            found.map(|(_, value)| value.trim())
        })
    }

    /// The value at `at` among those without a name.
    pub(super) fn positional(&self, at: usize) -> Option<&str> {
        let value = self.positional.get(at).map(|value| value.trim());
        value.filter(|value| !value.is_empty())
    }

    /// Whether they hide an element, as `hidden` and `style` do.
    pub(super) fn is_hidden(&self) -> bool {
        self.named.iter().any(|(key, value)| match *key {
            "hidden" => true,
            "style" => style_hides(value),
            _ => false,
        })
    }

    /// Whether there is a value with a name.
    pub(super) fn has_named(&self) -> bool {
        !self.named.is_empty()
    }

    /// The first of `names`, else the first value without a name.
    pub(super) fn named_or_first(&self, names: &[&str]) -> Option<&str> {
        self.named(names).or_else(|| self.positional(0))
    }
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '(' | ')')
}

/// The name that `text` begins with; it may be empty.
fn argument_name(text: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '@');
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    &text[..end]
}

/// The value that `text` begins with, and what stands behind it.
fn split_value(text: &str) -> (Cow<'_, str>, &str) {
    for (open, close) in QUOTES {
        if let Some(inside) = text.strip_prefix(open)
            && let Some(end) = quoted_end(inside, close)
        {
            let value = &inside[..end];
            let value = match value.contains('\\') && close != "`" {
                true => Cow::Owned(unescape(value)),
                false => Cow::Borrowed(value),
            };
            return (value, &inside[end + close.len()..]);
        }
    }
    // A quote that is forgotten encloses the rest.
    if let Some(value) = text.strip_prefix(['"', '\'', '`']) {
        return (Cow::Borrowed(value), "");
    }
    // A value that no rule understands is one character at least, so reading always ends.
    let first = text.chars().next().map_or(0, char::len_utf8);
    let end = text[first..].find(is_separator);
    let end = end.map_or(text.len(), |end| first + end);
    (Cow::Borrowed(&text[..end]), &text[end..])
}

/// Where the quote `close` stands that no backslash escapes.
pub(super) fn quoted_end(inside: &str, close: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + inside[from..].find(close)?;
        let before = inside[..at].bytes().rev();
        let backslashes = before.take_while(|b| *b == b'\\').count();
        if backslashes % 2 == 0 || close == "`" {
            return Some(at);
        }
        from = at + close.len();
    }
}

/// Removes the backslash before quotes and backslashes.
fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let escapes = c == '\\' && matches!(chars.peek(), Some('"' | '\'' | '\\'));
        text.push(if escapes {
            chars.next().unwrap_or(c)
        } else {
            c
        });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_every_generator_are_read() {
        type Check = (
            &'static str,
            &'static [(&'static str, &'static str)],
            &'static [&'static str],
        );
        let checks: [Check; 10] = [
            (
                r#" src="/a b.jpg" alt='Мост' "#,
                &[("src", "/a b.jpg"), ("alt", "Мост")],
                &[],
            ),
            (" abc `x \"y\"` 1 ", &[], &["abc", "x \"y\"", "1"]),
            (r#"(id="q", start=5)"#, &[("id", "q"), ("start", "5")], &[]),
            (
                r#"a="он сказал: \"да\"" b"#,
                &[("a", "он сказал: \"да\"")],
                &["b"],
            ),
            (
                "width=&quot;10&quot; src=&#8220;x.jpg&#8221;",
                &[("width", "10"), ("src", "x.jpg")],
                &[],
            ),
            ("#top .wide id = x", &[("id", "x")], &["#top", ".wide"]),
            ("https://a.example/?b=c", &[], &["https://a.example/?b=c"]),
            ("2026-01-02-x", &[], &["2026-01-02-x"]),
            ("", &[], &[]),
            ("a=\"x y=z", &[("a", "x y=z")], &[]),
        ];
        for (text, named, positional) in checks {
            let arguments = Arguments::parse(text);
            let read: Vec<_> = arguments.named.iter().map(|(k, v)| (*k, &**v)).collect();
            assert_eq!(read, named, "{text:?}");
            let read: Vec<_> = arguments.positional.iter().map(|v| &**v).collect();
            assert_eq!(read, positional, "{text:?}");
        }
    }
}
