//! Tags in braces: shortcodes of Hugo and Zola, Liquid, Jinja and Kramdown.

use std::borrow::Cow;

use memchr::memmem;

use super::arguments::Arguments;
use super::cursor::Cursor;
use super::piece::{Family, Piece, Tag, What};
use super::verbatim;

/// The tag that begins with the brace at `at`.
pub(super) fn tag<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let rest = &cursor.text[at..];
    match rest.as_bytes().get(1)? {
        b'{' => match rest.as_bytes().get(2)? {
            b'<' => hugo(cursor, at, ["{{<", ">}}"]),
            b'%' => hugo(cursor, at, ["{{%", "%}}"]),
            b'{' => {
                let inside = cursor.until(at + 3, "}}}", "{")?;
                let range = at..at + inside.len() + 6;
                is_expression(inside.trim()).then_some(Piece {
                    range,
                    what: What::NOTHING,
                })
            }
            _ => comment(cursor, at).or_else(|| expression(cursor, at)),
        },
        b'%' => liquid(cursor, at),
        b'#' if rest[2..].starts_with(|c: char| c.is_whitespace() || c == '-') => {
            let inside = cursor.until(at + 2, "#}", "{#")?;
            Some(Piece {
                range: at..at + inside.len() + 4,
                what: What::NOTHING,
            })
        }
        _ => None,
    }
}

/// `{{< name … >}}`, `{{% name … %}}`, their end tags, and `{{</* … */>}}`, which is shown.
fn hugo<'t>(cursor: &mut Cursor<'t>, at: usize, [open, close]: [&str; 2]) -> Option<Piece<'t>> {
    let from = at + open.len();
    if cursor.text[from..].starts_with("/*") {
        let inside = cursor.until(from + 2, "*/", "\n\n")?;
        let end = from + 2 + inside.len() + 2;
        let shown = cursor.text[end..].starts_with(close);
        return shown.then(|| Piece {
            range: at..end + close.len(),
            what: What::Text(format!("{open}{inside}{close}").into()),
        });
    }
    let inside = cursor.until(from, close, open)?;
    let range = at..from + inside.len() + close.len();
    let (content, is_alone) = match inside.trim().strip_suffix('/') {
        Some(content) => (content, true),
        None => (inside.trim(), false),
    };
    if let Some(name) = content.strip_prefix('/') {
        let what = What::Close(Family::Hugo, tag_name(name.trim_start())?.0);
        return Some(Piece { range, what });
    }
    let (name, arguments) = tag_name(content)?;
    if name == "highlight" && !is_alone {
        return verbatim::code(cursor, range, [open, "/highlight", close]);
    }
    let tag = Tag {
        family: Family::Hugo,
        name,
        arguments: Arguments::parse(arguments),
        label: None,
    };
    let what = match is_alone {
        true => What::Alone(tag),
        false => What::Open(tag),
    };
    Some(Piece { range, what })
}

/// `{% name … %}` and its end tags. `{% raw %}` and the like hold no further tags.
fn liquid<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let inside = cursor.until(at + 2, "%}", "{%")?;
    let range = at..at + 2 + inside.len() + 2;
    let content = trim_tag(inside);
    if let Some(shown) = commented(content) {
        let text = format!("{{% {} %}}", shown.trim());
        let what = What::Text(text.into());
        return Some(Piece { range, what });
    }
    let (name, arguments) = tag_name(content)?;
    let end = |name| ["{%", name, "%}"];
    match name {
        "raw" => return verbatim::source(cursor, range, end("endraw")),
        "verbatim" => return verbatim::source(cursor, range, end("endverbatim")),
        "comment" => return verbatim::nothing(cursor, range, end("endcomment")),
        "capture" => return verbatim::nothing(cursor, range, end("endcapture")),
        "highlight" => return verbatim::code(cursor, range, end("endhighlight")),
        _ => {}
    }
    if let Some(name) = name.strip_prefix("end") {
        let what = What::Close(Family::Liquid, name);
        return Some(Piece { range, what });
    }
    let tag = Tag {
        family: Family::Liquid,
        name,
        arguments: Arguments::parse(arguments),
        label: None,
    };
    let what = What::Open(tag);
    Some(Piece { range, what })
}

/// `{{/* … */}}`: a comment of Hugo, which may hold tags and blank lines. A call in it is one that Zola
/// shows.
fn comment<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let is_margin = |c: char| matches!(c, '-' | ' ' | '\n' | '\t');
    let inner = cursor.window(at + 2).trim_start_matches(is_margin);
    let inner = inner.strip_prefix("/*")?;
    cursor.look(1)?;
    let from = at + 2 + (cursor.window(at + 2).len() - inner.len());
    let mut ends = memmem::find_iter(inner.as_bytes(), "*/");
    let found = ends.find_map(|end| {
        let behind = &inner[end + 2..];
        let rest = behind.trim_start_matches(is_margin).strip_prefix("}}")?;
        Some((&inner[..end], inner.len() - rest.len()))
    });
    cursor.look(found.map_or(inner.len(), |(_, length)| length))?;
    let (content, length) = found?;
    let content = content.trim();
    let is_call = content.ends_with(')')
        && tag_name(content).is_some_and(|(_, arguments)| arguments.starts_with('('));
    Some(Piece {
        range: at..from + length,
        what: match is_call {
            true => What::Text(format!("{{{{ {content} }}}}").into()),
            false => What::NOTHING,
        },
    })
}

/// `{{ name(…) }}` of Zola, and the expressions of other template languages.
fn expression<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let inside = cursor.until(at + 2, "}}", "{{")?;
    let range = at..at + 2 + inside.len() + 2;
    let content = trim_tag(inside);
    let is_called = content.ends_with(')');
    if let Some((name, arguments)) = tag_name(content)
        && (is_called && arguments.starts_with('('))
    {
        let tag = Tag {
            family: Family::Call,
            name,
            arguments: Arguments::parse(arguments),
            label: None,
        };
        let what = What::Alone(tag);
        return Some(Piece { range, what });
    }
    is_expression(content).then(|| {
        let tag = Tag {
            family: Family::Call,
            name: "",
            arguments: Arguments::default(),
            label: Some(content),
        };
        Piece {
            range,
            what: What::Alone(tag),
        }
    })
}

/// `{: .class}` of Kramdown, `{.class #id width=50%}` of Pandoc and of others.
pub(super) fn attributes<'t>(cursor: &mut Cursor<'t>, at: usize, last: usize) -> Option<Piece<'t>> {
    let inside = cursor.until(at + 1, "}", "{")?;
    let mut range = at..at + inside.len() + 2;
    if inside.contains('\n') {
        return None;
    }
    let what = What::NOTHING;
    if let Some(kramdown) = inside.strip_prefix(':') {
        if let Some(name) = kramdown.strip_prefix(':') {
            if name.trim() == "comment" {
                return verbatim::nothing(cursor, range, ["{:", "/comment", "}"]);
            }
            return name.starts_with(is_word).then_some(Piece { range, what });
        }
        let kramdown = kramdown.trim_start();
        let begins = |c: char| is_word(c) || matches!(c, '.' | '#' | '/');
        if !kramdown.starts_with(begins) {
            return None;
        }
        if kramdown.trim_end() == "toc" {
            // The list above it is replaced by the table of contents.
            let above = cursor.text[..at]
                .trim_end_matches([' ', '\t'])
                .strip_suffix('\n');
            let start = above.map_or(0, |above| above.rfind('\n').map_or(0, |end| end + 1));
            let line = above.map_or("", |above| &above[start..]);
            if start >= last && is_list_item(line) {
                range.start = start;
            }
        }
        return Some(Piece { range, what });
    }
    let before = cursor.text[..at].chars().next_back();
    let is_attached = matches!(before, Some(')' | ']'));
    let ends_line = cursor.line_from(range.end).trim().is_empty();
    let is_attribute = |token: &str| {
        let name = token.strip_prefix(['.', '#']);
        let pair = || token.split_once('=').filter(|_| is_attached);
        let name = name.or_else(|| pair().map(|(name, _)| name));
        name.is_some_and(|name| name.starts_with(is_word))
    };
    let mut tokens = inside.split_whitespace().peekable();
    let is_list = tokens.peek().is_some() && tokens.all(is_attribute);
    (is_list && (is_attached || ends_line)).then_some(Piece { range, what })
}

fn is_list_item(line: &str) -> bool {
    let line = line.trim_start();
    let bullet = line.trim_start_matches(|c: char| c.is_ascii_digit());
    ["* ", "- ", "+ "].iter().any(|mark| line.starts_with(mark))
        || (bullet.len() < line.len() && bullet.starts_with(". "))
}

/// What stands in `{%/* … */%}`: Zola shows it as a tag.
fn commented(content: &str) -> Option<&str> {
    content.strip_prefix("/*")?.strip_suffix("*/")
}

/// Without white space, and without the hyphens with which a tag eats it.
fn trim_tag(inside: &str) -> &str {
    let inside = inside.strip_prefix(['-', '~']).unwrap_or(inside);
    let inside = inside.strip_suffix(['-', '~']).unwrap_or(inside);
    inside.trim()
}

/// The name that a tag begins with, and its arguments.
pub(super) fn tag_name(content: &str) -> Option<(&str, &str)> {
    let is_name = |c: char| is_word(c) || matches!(c, '-' | '.' | '/' | ':');
    let end = content.find(|c| !is_name(c)).unwrap_or(content.len());
    let (name, arguments) = content.split_at(end);
    name.starts_with(is_word).then_some((name, arguments))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether a template language would take this for an expression. An editor's words are none.
fn is_expression(content: &str) -> bool {
    let begins = |c: char| c.is_ascii_alphabetic() || r#"_.$#/>&!^@"'"#.contains(c);
    content.starts_with(begins) && content.contains(|c: char| c.is_ascii_alphabetic())
}

/// The address that an expression stands for, if it is one: `'/a.jpg' | relative_url`.
pub(super) fn written_address(expression: &str) -> Option<Cow<'_, str>> {
    let quote = expression
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''))?;
    let (literal, filters) = expression[1..].split_once(quote)?;
    let filters = filters.trim_start();
    (filters.is_empty() || filters.starts_with('|')).then_some(Cow::Borrowed(literal))
}
