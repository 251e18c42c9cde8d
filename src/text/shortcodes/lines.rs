//! Directives (`:::name`), and marks in brackets: tables of contents, alerts, links of a wiki.

use std::borrow::Cow;

use super::arguments::Arguments;
use super::cursor::Cursor;
use super::piece::{Family, Piece, Tag, What};

/// The longest link of a wiki.
const WIKILINK_BYTES_MAX: usize = 300;

/// The line of colons at `at`: `:::name`, `:::name[Title]{key="value"}`, `::: name Title`, `:::`, and
/// `::name[Words]{…}`, which has no end.
pub(super) fn directive<'t>(cursor: &Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    cursor.line_before(at, ' ')?;
    let line = cursor.line_from(at);
    let content = line.trim_start_matches(':');
    let colons = line.len() - content.len();
    let piece = |what| {
        let range = at..at + line.len();
        Some(Piece { range, what })
    };
    let content = content.trim();
    if content.is_empty() && colons >= 3 {
        return piece(What::Close(Family::Directive, ""));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let end = content.find(|c| !is_name(c)).unwrap_or(content.len());
    let (name, mut rest) = content.split_at(end);
    if colons < 2 || !(name.starts_with(|c: char| c.is_ascii_alphabetic()) || rest.starts_with('{'))
    {
        return None;
    }
    let mut label = None;
    if let Some(words) = rest.strip_prefix('[') {
        let (words, behind) = words.rsplit_once(']')?;
        (label, rest) = (Some(words), behind);
    }
    let mut arguments = "";
    rest = rest.trim();
    if let Some(inside) = rest.strip_prefix('{') {
        let (inside, behind) = inside.split_once('}')?;
        (arguments, rest) = (inside, behind.trim());
    }
    // Some write colons at the end, too.
    rest = rest.trim_end_matches(':').trim();
    if colons == 2 && !rest.is_empty() {
        return None;
    }
    let label = label
        .or(Some(rest))
        .filter(|words| !words.trim().is_empty());
    let tag = Tag {
        family: Family::Directive,
        name,
        arguments: Arguments::parse(arguments),
        label,
    };
    piece(match colons {
        2 => What::Alone(tag),
        _ => What::Open(tag),
    })
}

/// The mark that begins with the bracket at `at`.
pub(super) fn bracket<'t>(cursor: &mut Cursor<'t>, at: usize, last: usize) -> Option<Piece<'t>> {
    let rest = &cursor.text[at..];
    match rest.as_bytes().get(1)? {
        b'!' => alert(cursor, at),
        b'[' => table_of_contents(cursor, at).or_else(|| wikilink(cursor, at, last)),
        b't' | b'T' => table_of_contents(cursor, at).or_else(|| player(cursor, at)),
        b'a'..=b'z' => player(cursor, at),
        _ => None,
    }
}

/// `[toc]`, `[[_TOC_]]` and the like on a line of their own.
fn table_of_contents<'t>(cursor: &Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let rest = &cursor.text[at..];
    let mark = ["[toc]", "[[toc]]", "[[_toc_]]"].into_iter().find(|mark| {
        let begins = rest.as_bytes().get(..mark.len());
        begins.is_some_and(|begins| begins.eq_ignore_ascii_case(mark.as_bytes()))
    })?;
    cursor.line_before(at, ' ')?;
    let end = at + mark.len();
    let is_alone = cursor.line_from(end).trim().is_empty();
    is_alone.then_some(Piece {
        range: at..end,
        what: What::NOTHING,
    })
}

/// The longest address between the tags of a player.
const PLAYER_BYTES_MAX: usize = 300;

/// Names of WordPress's tags around the address of what they show.
const PLAYERS: [&str; 10] = [
    "audio",
    "dailymotion",
    "embed",
    "instagram",
    "rutube",
    "soundcloud",
    "tweet",
    "video",
    "vimeo",
    "youtube",
];

/// `[youtube]ADDRESS[/youtube]`, which texts that came from WordPress still have.
fn player<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let rest = &cursor.text[at + 1..];
    let name = *PLAYERS.iter().find(|name| {
        let behind = rest.strip_prefix(**name);
        behind.is_some_and(|behind| behind.starts_with(']'))
    })?;
    let rest = &rest[name.len() + 1..];
    let rest = &rest[..rest.floor_char_boundary(PLAYER_BYTES_MAX)];
    cursor.look(rest.len())?;
    let (inside, behind) = rest.split_once("[/")?;
    let is_pair = behind
        .strip_prefix(name)
        .is_some_and(|behind| behind.starts_with(']'));
    let words = inside.trim();
    let is_word = !words.is_empty() && !words.contains(|c: char| c.is_whitespace() || c == ']');
    let tag = Tag {
        family: Family::WordPress,
        name,
        arguments: Arguments::parse(words),
        label: None,
    };
    (is_pair && is_word).then_some(Piece {
        range: at..at + 1 + name.len() + 1 + inside.len() + 2 + name.len() + 1,
        what: What::Alone(tag),
    })
}

/// The longest footnote in a line.
const NOTE_BYTES_MAX: usize = 4 << 10;

/// `^[A footnote in its place]`.
pub(super) fn inline_note<'t>(cursor: &mut Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    cursor.look(1)?;
    let rest = cursor.text[at..].strip_prefix("^[")?;
    let rest = &rest[..rest.floor_char_boundary(NOTE_BYTES_MAX)];
    let mut depth = 1_usize;
    let mut last = ' ';
    let end = rest.char_indices().find_map(|(place, c)| {
        match c {
            '[' if last != '\\' => depth += 1,
            ']' if last != '\\' => depth -= 1,
            _ => {}
        }
        let is_blank_line = last == '\n' && c == '\n';
        last = c;
        (depth == 0 || is_blank_line).then_some(place)
    });
    cursor.look(end.unwrap_or(rest.len()))?;
    let note = &rest[..end?];
    (depth == 0 && !note.trim().is_empty()).then_some(Piece {
        range: at..at + 2 + note.len() + 1,
        what: What::Note(note),
    })
}

/// `> [!NOTE] Title`: the mark goes, a title stays.
fn alert<'t>(cursor: &Cursor<'t>, at: usize) -> Option<Piece<'t>> {
    let margin = cursor
        .line_before(at, '>')
        .filter(|margin| margin.contains('>'))?;
    let line = cursor.line_from(at);
    let (word, title) = line.strip_prefix("[!")?.split_once(']')?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '|');
    if word.is_empty() || !word.chars().all(is_word) {
        return None;
    }
    let title = title.trim_start_matches(['+', '-']).trim();
    let what = match title {
        "" => What::NOTHING,
        title => What::Source(format!("**{title}**\n{margin}").into()),
    };
    let range = at..at + line.len();
    Some(Piece { range, what })
}

/// `[[Page]]`, `[[Page|words]]` and `![[picture.png]]`.
fn wikilink<'t>(cursor: &mut Cursor<'t>, at: usize, last: usize) -> Option<Piece<'t>> {
    cursor.look(1)?;
    let inside = &cursor.text[at + 2..];
    let inside = &inside[..inside.floor_char_boundary(WIKILINK_BYTES_MAX)];
    let end = inside.find("]]");
    cursor.look(end.unwrap_or(inside.len()))?;
    let inside = &inside[..end?];
    let before = &cursor.text[..at];
    let behind = &cursor.text[at + 2 + inside.len() + 2..];
    let begins = |c: char| c.is_alphanumeric() || matches!(c, '#' | '.' | '/');
    let is_link = inside.starts_with(begins)
        && inside.contains(char::is_alphabetic)
        && !inside.contains(['[', ']', '\n', '{'])
        && !behind.starts_with(['(', '[', ':'])
        && !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '[' | ']'));
    if !is_link {
        return None;
    }
    let (page, words) = inside.split_once('|').unwrap_or((inside, inside));
    let is_embedded = before.ends_with('!') && at > last;
    let start = if is_embedded { at - 1 } else { at };
    let what = match is_embedded && is_picture(page) {
        true => What::Source(format!("![](<{}>)", page.trim()).into()),
        false => What::Text(Cow::Borrowed(words.trim().trim_start_matches('#'))),
    };
    Some(Piece {
        range: start..at + 2 + inside.len() + 2,
        what,
    })
}

fn is_picture(page: &str) -> bool {
    let extension = page.trim().rsplit_once('.').map(|(_, extension)| extension);
    let known = ["avif", "gif", "jpeg", "jpg", "png", "svg", "webp"];
    extension.is_some_and(|extension| known.iter().any(|it| extension.eq_ignore_ascii_case(it)))
}
