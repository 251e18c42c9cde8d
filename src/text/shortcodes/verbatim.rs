//! Pairs of tags that hold no further tags.

use std::ops::Range;

use super::cursor::Cursor;
use super::piece::{Piece, What};
use crate::text::escape::escape_into;

/// What stands between the tag at `range` and its end tag, as source without tags. A tag without end
/// costs itself alone.
pub(super) fn source<'t>(
    cursor: &mut Cursor<'t>,
    range: Range<usize>,
    end: [&str; 3],
) -> Option<Piece<'t>> {
    pair(cursor, range, end, |inside| What::Source(inside.into()))
}

/// The same as a block of code.
pub(super) fn code<'t>(
    cursor: &mut Cursor<'t>,
    range: Range<usize>,
    end: [&str; 3],
) -> Option<Piece<'t>> {
    pair(cursor, range, end, |inside| {
        let mut html = String::from("<pre><code>");
        escape_into(&mut html, inside.trim_matches('\n'));
        html.push_str("</code></pre>");
        What::Html(html)
    })
}

/// The same, left out.
pub(super) fn nothing<'t>(
    cursor: &mut Cursor<'t>,
    range: Range<usize>,
    end: [&str; 3],
) -> Option<Piece<'t>> {
    pair(cursor, range, end, |_| What::NOTHING)
}

fn pair<'t>(
    cursor: &mut Cursor<'t>,
    range: Range<usize>,
    end: [&str; 3],
    what: impl FnOnce(&'t str) -> What<'t>,
) -> Option<Piece<'t>> {
    Some(match cursor.end_tag(range.end, end) {
        Some(close) => Piece {
            what: what(&cursor.text[range.end..close.start]),
            range: range.start..close.end,
        },
        None => Piece {
            range,
            what: What::NOTHING,
        },
    })
}
