//! WordPress's tags in brackets: `[caption width="300"]…[/caption]`.
//!
//! An editor's words in brackets are none: a tag has a known name with an end tag or arguments, or an
//! argument in quotes.

use super::arguments::Arguments;
use super::cursor::Cursor;
use super::pairs::pairs;
use super::piece::{Family, Piece, Tag, What};
use crate::text::commonmark::html_code;

/// Names of WordPress itself and of its common plugins.
const KNOWN: [&str; 24] = [
    "audio",
    "button",
    "caption",
    "column",
    "columns",
    "contact-form-7",
    "dailymotion",
    "embed",
    "gallery",
    "googlemaps",
    "instagram",
    "playlist",
    "rutube",
    "soundcloud",
    "spoiler",
    "tweet",
    "twitter",
    "video",
    "vimeo",
    "vk",
    "wp_caption",
    "wpvideo",
    "youtube",
    "yt",
];

/// Names of players that a number can follow.
const PLAYERS: [&str; 3] = ["dailymotion", "vimeo", "youtube"];

/// Names that begin so belong to a builder of pages.
const KNOWN_STARTS: [&str; 5] = ["et_pb_", "fusion_", "su_", "vc_", "wp_"];

/// The tags of a text, in order.
pub(super) fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut cursor = Cursor::new(html);
    let mut pieces = Vec::new();
    let mut code = None;
    let last_end = html.rfind('>').map_or(0, |end| end + 1);
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'[', b'<', &html.as_bytes()[at..]) {
        at += found;
        if html[at..].starts_with('<') {
            // Brackets in attributes are no tags.
            at = element_end(&html[..last_end], at);
            continue;
        }
        let Some(piece) = tag(&mut cursor, at) else {
            at += 1;
            continue;
        };
        let code = code.get_or_insert_with(|| html_code(html));
        let number = code.partition_point(|range| range.end <= at);
        match code.get(number) {
            Some(range) if range.start <= at => at = range.end,
            _ => {
                at = piece.range.end;
                pieces.push(piece);
            }
        }
    }
    without_lone_tags(pieces)
}

/// The place behind the element's tag at `at`; `html` ends with the last such end.
fn element_end(html: &str, at: usize) -> usize {
    let rest = html.as_bytes().get(at..).unwrap_or_default();
    let is_tag = rest
        .get(1)
        .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'/' | b'!'));
    let end = memchr::memchr(b'>', rest).filter(|_| is_tag);
    at + end.map_or(1, |end| end + 1)
}

fn tag<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let text = cursor.text;
    let is_end = text[at + 1..].starts_with('/');
    let from = at + 1 + usize::from(is_end);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let rest = &text[from..];
    let name = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let from = from + name.len();
    let inside = cursor.until(from, "]", "[")?;
    let range = at..from + inside.len() + 1;
    // `[[caption]]` is shown as `[caption]`.
    let is_escaped = text[..at].ends_with('[') && text[range.end..].starts_with(']');
    if is_escaped
        || !(inside.is_empty() || inside.starts_with([' ', '\n', '\t', '\u{a0}', '/', '=']))
    {
        return None;
    }
    if is_end {
        let what = What::Close(Family::WordPress, name);
        return inside.trim().is_empty().then_some(Piece { range, what });
    }
    let (content, is_alone) = match inside.trim_end().strip_suffix('/') {
        Some(content) => (content, true),
        None => (inside, false),
    };
    // `[youtube=ADDRESS]` was once the way to write it.
    let content = content.strip_prefix('=').unwrap_or(content);
    let arguments = Arguments::parse(content);
    let tag = Tag {
        family: Family::WordPress,
        name,
        arguments,
        label: None,
    };
    let what = match is_alone {
        true => What::Alone(tag),
        false => What::Open(tag),
    };
    Some(Piece { range, what })
}

fn is_known(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    KNOWN.contains(&name.as_str()) || KNOWN_STARTS.iter().any(|start| name.starts_with(start))
}

/// Takes out what is an editor's word: a tag without argument in quotes, unless its name is known and it
/// has an end tag or an argument that is none of an editor's words.
fn without_lone_tags(mut pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let ends = pairs(&pieces);
    // Of each piece, whether it is a tag; `None` is an end tag without start.
    let mut is_tag: Vec<Option<bool>> = vec![None; pieces.len()];
    for (at, piece) in pieces.iter().enumerate() {
        if let What::Open(tag) | What::Alone(tag) = &piece.what {
            let stands = is_wordpress(tag, ends[at].is_some());
            is_tag[at] = Some(stands);
            if let Some(end) = ends[at] {
                is_tag[end] = Some(stands);
            }
        }
    }
    let mut is_tag = is_tag.into_iter();
    pieces.retain(|piece| {
        let is_tag = is_tag.next().flatten();
        is_tag.unwrap_or_else(|| matches!(piece.what, What::Close(_, name) if is_known(name)))
    });
    pieces
}

fn is_wordpress(tag: &Tag<'_>, has_end: bool) -> bool {
    let arguments = &tag.arguments;
    let first = arguments.positional(0);
    let is_place = |first: &str| {
        first.contains("://") || PLAYERS.contains(&tag.name) && first.contains(char::is_numeric)
    };
    arguments.has_quoted
        || tag.name == "gallery" && first.is_none()
        || is_known(tag.name) && (has_end || arguments.has_named() || first.is_some_and(is_place))
}
