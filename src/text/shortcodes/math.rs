//! Formulas, which feeds carry as they are written: nothing in them is emphasis or a line break.

use super::cursor::Cursor;
use super::piece::{Piece, What};

/// The formula that begins with the dollar sign at `at`. A price is none.
pub(super) fn dollars<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let rest = &cursor.text[at..];
    if rest.starts_with("$$") {
        let end = find_end(cursor, at + 2, "$$")?;
        let inside = &cursor.text[at + 2..end];
        return is_formula(inside).then(|| piece(cursor, at, end + 2));
    }
    let before = cursor.text[..at].chars().next_back();
    let opens = !before.is_some_and(char::is_alphanumeric)
        && !rest[1..].starts_with(|c: char| c.is_whitespace() || c == '$');
    if !opens {
        return None;
    }
    let end = find_end(cursor, at + 1, "$")?;
    let inside = &cursor.text[at + 1..end];
    let closes = !inside.ends_with(|c: char| c.is_whitespace() || c == '\\')
        && !cursor.text[end + 1..].starts_with(|c: char| c.is_alphanumeric());
    (closes && is_formula(inside)).then(|| piece(cursor, at, end + 1))
}

/// The formula that begins with `\(` or `\[` at `at`. An escaped bracket is none.
pub(super) fn brackets<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let end = match cursor.text.as_bytes().get(at + 1)? {
        b'(' => "\\)",
        b'[' => "\\]",
        _ => return None,
    };
    let close = find_end(cursor, at + 2, end)?;
    let inside = &cursor.text[at + 2..close];
    let is_formula = match end {
        "\\)" => is_formula(inside),
        // Converters to Markdown escape the brackets of `[Мы] победим` and of `[1]`.
        _ => inside.contains(['^', '=']) || has_command(inside),
    };
    is_formula.then(|| piece(cursor, at, close + 2))
}

fn piece<'t>(cursor: &Cursor<'t>, start: usize, end: usize) -> Piece<'t> {
    Piece {
        range: start..end,
        what: What::Formula(&cursor.text[start..end]),
    }
}

/// The place of `end` in the same paragraph.
fn find_end(cursor: &mut Cursor<'_>, from: usize, end: &str) -> Option<usize> {
    cursor.look(1)?;
    let window = cursor.window(from);
    let found = window.find(end);
    cursor.look(found.unwrap_or(window.len()))?;
    let inside = &window[..found?];
    (!inside.is_empty() && !inside.contains("\n\n")).then_some(from + inside.len())
}

/// Whether TeX would set this as a formula, and not as words between two prices.
fn is_formula(inside: &str) -> bool {
    if inside.contains(['^', '=']) || has_command(inside) {
        return true;
    }
    let mut letters = 0;
    let has_word = inside.chars().any(|c| {
        letters = if c.is_alphabetic() { letters + 1 } else { 0 };
        letters == 2
    });
    !has_word || (inside.contains('_') && !inside.contains(char::is_whitespace))
}

/// Whether it has a command of TeX, such as `\frac`.
fn has_command(inside: &str) -> bool {
    let mut behind = inside.split('\\').skip(1);
    behind.any(|text| text.starts_with(|c: char| c.is_ascii_alphabetic()))
}
