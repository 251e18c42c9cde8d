//! What MDX adds to Markdown: imports and exports, components, expressions.

use std::borrow::Cow;

use super::arguments::Arguments;
use super::cursor::Cursor;
use super::jsx;
use super::piece::{Family, Piece, Tag, What};
use crate::text::elements::is_void;
use crate::text::references::decode;

/// Words that may follow `export`; in other lines it is a word of the text.
const EXPORTS: [&str; 9] = [
    "const ",
    "let ",
    "var ",
    "function ",
    "default ",
    "async ",
    "class ",
    "{",
    "*",
];

/// The text without the indentation of what stands in components: MDX has no indented code.
pub(super) fn without_indentation(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut fence = None;
    // The columns that are cut off, and whether lists give the further ones a meaning.
    let (mut base, mut in_list) = (0, false);
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let margin = &line[..line.len() - content.len()];
        let columns = margin.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum();
        if content.trim().is_empty() {
            plain.push('\n');
            continue;
        }
        if fence.is_none() {
            if columns < base {
                (base, in_list) = (0, false);
            }
            if base == 0 && !in_list && columns >= CODE_COLUMNS {
                base = columns;
            }
            in_list = is_list_item(content) || (in_list && columns > base);
        }
        match columns > base || base == 0 {
            false => {}
            true if base == 0 => plain.push_str(margin),
            true => plain.extend(std::iter::repeat_n(' ', columns - base)),
        }
        plain.push_str(content);
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| content.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => {}
        }
    }
    plain
}

/// The columns of indentation that make a line code in Markdown.
const CODE_COLUMNS: usize = 4;

fn is_list_item(content: &str) -> bool {
    let number = content.trim_start_matches(|c: char| c.is_ascii_digit());
    let behind = match number.len() < content.len() {
        true => number.strip_prefix(['.', ')']),
        false => content.strip_prefix(['-', '*', '+']),
    };
    behind.is_some_and(|behind| behind.starts_with([' ', '\t']))
}

/// The block of `import` and `export` at `at`, the start of a line. It ends at a blank line outside of
/// braces.
pub(super) fn module_block<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let line = cursor.line_from(at);
    let is_export = line.strip_prefix("export ").is_some_and(|rest| {
        let rest = rest.trim_start();
        EXPORTS.iter().any(|word| rest.starts_with(word))
    });
    if !is_import(line) && !is_export {
        return None;
    }
    let mut end = at;
    loop {
        let window = cursor.window(end);
        let stop = window.find(['{', '\n']).unwrap_or(window.len());
        cursor.look(stop)?;
        end += stop;
        let rest = &cursor.text[end..];
        if rest.starts_with('{') {
            end = braces_end(cursor, end)?;
            continue;
        }
        let next_line = rest.strip_prefix('\n');
        let next_line = next_line.map(|next| next.trim_start_matches([' ', '\t']));
        if rest.is_empty() || next_line.is_some_and(|next| next.starts_with('\n')) {
            break;
        }
        // The end of a line, or of the window.
        end += rest.chars().next().map_or(1, char::len_utf8);
    }
    Some(Piece {
        range: at..end,
        what: What::NOTHING,
    })
}

/// Whether the text is MDX by its first line, which imports a module. Some generators read every `.md` so.
pub(super) fn begins_with_import(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("import") && is_import(text.lines().next().unwrap_or_default())
}

/// `import 'a'`, `import A from "b"`, `import { a` and `import * as a`; a sentence is none.
fn is_import(line: &str) -> bool {
    line.strip_prefix("import").is_some_and(|rest| {
        let names = rest.trim_start();
        let is_from = || rest.contains(" from '") || rest.contains(" from \"");
        names.starts_with(['\'', '"', '{'])
            || names.starts_with("* as ")
            || (rest.starts_with(' ') && is_from())
    })
}

/// The expression in the braces at `at`. A text in quotes stays, and so does the mark of the summary.
pub(super) fn expression<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let end = braces_end(cursor, at)?;
    let inside = cursor.text[at + 1..end - 1].trim();
    let comment = inside.strip_prefix("/*");
    let what = match comment.and_then(|text| text.strip_suffix("*/")) {
        Some(comment) if ["truncate", "more", "excerpt"].contains(&comment.trim()) => {
            What::Html("<!--more-->".to_owned())
        }
        Some(_) => What::NOTHING,
        None => jsx::quoted(inside).map_or(What::NOTHING, |text| What::Source(text.into())),
    };
    Some(Piece {
        range: at..end,
        what,
    })
}

/// The tag that begins with `<` at `at`: a component, a fragment, or an element that HTML writes
/// otherwise, because its attributes have expressions or it ends itself.
pub(super) fn component<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let text = cursor.text;
    let is_end = text[at + 1..].starts_with('/');
    let from = at + 1 + usize::from(is_end);
    let name = element_name(&text[from..]);
    let mut place = from + name.len();
    let is_component =
        name.is_empty() || name.contains('.') || name.starts_with(|c: char| c.is_ascii_uppercase());
    let mut attributes = Vec::new();
    let mut has_expression = false;
    loop {
        let space = text[place..].len() - text[place..].trim_start().len();
        cursor.look(space + 1)?;
        place += space;
        let rest = &text[place..];
        let is_alone = rest.starts_with("/>");
        if is_alone || rest.starts_with('>') {
            let range = at..place + 1 + usize::from(is_alone);
            if !is_component {
                let is_html = !has_expression && (!is_alone || is_void(name));
                let rewritten = || jsx::element(name, &attributes, is_alone);
                let what = What::Source(Cow::Owned((!is_html).then(rewritten)?));
                return Some(Piece { range, what });
            }
            if is_end {
                let what = What::Close(Family::Component, name);
                return Some(Piece { range, what });
            }
            let tag = Tag {
                family: Family::Component,
                name,
                arguments: Arguments::of_names(attributes),
                label: None,
            };
            let what = match is_alone {
                true => What::Alone(tag),
                false => What::Open(tag),
            };
            return Some(Piece { range, what });
        }
        // `<>` has no attributes, and an attribute stands behind white space or another's end.
        if name.is_empty() || is_end || place > at + EXPRESSION_BYTES_MAX {
            return None;
        }
        if rest.starts_with('{') {
            place = braces_end(cursor, place)?;
            has_expression = true;
            continue;
        }
        let key = attribute_name(rest);
        if key.is_empty() {
            return None;
        }
        place += key.len();
        cursor.look(key.len())?;
        let Some(value) = text[place..].strip_prefix('=') else {
            attributes.push((key, Cow::Borrowed("")));
            continue;
        };
        place += 1;
        let quote = value.chars().next()?;
        let value = match quote {
            '"' | '\'' => {
                let window = cursor.window(place + 1);
                let end = window.find(quote);
                cursor.look(end.unwrap_or(window.len()))?;
                let value = &window[..end?];
                place += value.len() + 2;
                Some(decode(value))
            }
            '{' => {
                let end = braces_end(cursor, place)?;
                has_expression = true;
                let inside = &text[place + 1..end - 1];
                place = end;
                jsx::value(key, inside)
            }
            _ => return None,
        };
        attributes.extend(value.map(|value| (key, value)));
    }
}

/// The longest tag or expression.
const EXPRESSION_BYTES_MAX: usize = 16 << 10;

/// The place behind the brace that closes the one at `at`. Braces in texts and comments do not count.
fn braces_end(cursor: &mut Cursor<'_>, at: usize) -> Option<usize> {
    cursor.look(1)?;
    let rest = &cursor.text.as_bytes()[at..];
    let rest = &rest[..rest.len().min(EXPRESSION_BYTES_MAX)];
    let mut depth = 0_usize;
    let mut quote = None;
    let mut place = 0;
    while let Some(&byte) = rest.get(place) {
        match (quote, byte) {
            (Some(_), b'\\') => place += 1,
            // A line ends a text that was an apostrophe.
            (Some(open), byte) if byte == open || (byte == b'\n' && open != b'`') => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'{') => depth += 1,
            (None, b'}') => depth -= 1,
            (None, b'/') if rest[place..].starts_with(b"/*") => {
                match memchr::memmem::find(&rest[place + 2..], b"*/") {
                    Some(end) => place += end + 3,
                    None => break,
                }
            }
            (None, _) => {}
        }
        place += 1;
        if depth == 0 {
            cursor.look(place)?;
            return Some(at + place);
        }
    }
    cursor.look(rest.len())?;
    None
}

fn element_name(text: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let name = &text[..end];
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name,
        false => "",
    }
}

fn attribute_name(text: &str) -> &str {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.');
    &text[..text.find(|c| !is_name(c)).unwrap_or(text.len())]
}
