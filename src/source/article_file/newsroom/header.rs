//! Parses the header block: sections, view counter, authors and their roles.
//!
//! Its lines carry no markup, so the block is recognized by length, position and punctuation, or by a
//! line that only pages have, such as a counter. In doubt the lines belong to the body.

use super::body;
use super::lines::TextLine;
use super::metadata::Metadata;
use super::roles;
use crate::model::article::Author;
use crate::text::after_credit_word;

/// The contents of the header block; empty if there is no block.
#[derive(Debug, Default)]
pub(in crate::source) struct Header {
    pub(in crate::source) sections: Vec<String>,
    pub(in crate::source) authors: Vec<Author>,
    /// Credits in their usual form (`Фото: …`), which belong to the body.
    pub(in crate::source) credits: Vec<String>,
}

/// Parses the lines up to the first blank one if they are a header block, and returns the rest.
pub(in crate::source) fn split_off<'a, 't>(
    lines: &'a [TextLine<'t>],
    tags_follow: bool,
) -> (Header, &'a [TextLine<'t>]) {
    let end = lines
        .iter()
        .skip(1)
        .position(|line| line.after_blank)
        .map_or(lines.len(), |index| index + 1);
    let (block, below) = lines.split_at(end);
    if !block.iter().all(|line| may_be_header(line.text)) || block.len() > BLOCK_LINES_MAX {
        return (Header::default(), lines);
    }
    let parts = parts(block);
    // A credit alone does not make a header: it may stand above the text as well.
    let has_metadata = parts
        .iter()
        .any(|part| part.metadata.is_some_and(|data| data != Metadata::Credit));
    let is_header = match below.is_empty() {
        true => has_metadata && tags_follow,
        false => has_metadata || looks_like_names(block),
    };
    match is_header {
        true => (read(parts), below),
        false => (Header::default(), lines),
    }
}

const BLOCK_LINES_MAX: usize = 6;
const LINE_CHARS_MAX: usize = 100;

fn may_be_header(line: &str) -> bool {
    !line.starts_with('#') && !line.starts_with(body::DASHES) && at_most(line, LINE_CHARS_MAX)
}

/// A line of the block, or a piece of one between signs that pages put between such pieces.
struct Part<'t> {
    line: usize,
    text: &'t str,
    /// What it says about the page; such a part is dropped.
    metadata: Option<Metadata>,
}

fn parts<'t>(block: &[TextLine<'t>]) -> Vec<Part<'t>> {
    let mut parts = Vec::new();
    for (line, whole) in block.iter().enumerate() {
        let pieces = whole.text.split(['•', '|', '·']).map(str::trim);
        for text in pieces.filter(|piece| !piece.is_empty()) {
            // The section may look like a date or a duration: «9 мая», «24 часа».
            let is_first = parts.is_empty();
            let is_dropped = |data: &Metadata| match data {
                Metadata::Counter | Metadata::Date { is_full: true } => true,
                Metadata::Date { is_full: false } | Metadata::Duration => !is_first,
                Metadata::Credit => !is_first || body::is_credit(text),
            };
            parts.push(Part {
                line,
                text,
                metadata: Metadata::of(text).filter(is_dropped),
            });
        }
    }
    parts
}

/// Without metadata, each line must be as short as a name.
const NAME_CHARS_MAX: usize = 60;
const NAME_WORDS_MAX: usize = 6;

/// A lone line with more words is a short paragraph.
const LONE_LINE_WORDS_MAX: usize = 3;

fn looks_like_names(block: &[TextLine<'_>]) -> bool {
    let words_max = match block {
        [_] => LONE_LINE_WORDS_MAX,
        _ => NAME_WORDS_MAX,
    };
    let is_name = |line: &TextLine<'_>| {
        let text = line.text;
        at_most(text, NAME_CHARS_MAX)
            && text.split_whitespace().nth(words_max).is_none()
            && after_credit_word(text).is_none()
            && (!text.ends_with(['.', '!', '?', '…', ':', ';', ',']) || ends_in_initial(text))
    };
    block.iter().all(is_name)
        && block
            .first()
            .is_some_and(|line| !starts_in_lower_case(line.text))
}

/// Whether one capital stands before the last dot, as in `Иванов А.` and `А.Б.`.
fn ends_in_initial(line: &str) -> bool {
    let mut letters = line.chars().rev();
    letters.next() == Some('.')
        && letters.next().is_some_and(char::is_uppercase)
        && !letters.next().is_some_and(char::is_alphanumeric)
}

fn at_most(line: &str, characters: usize) -> bool {
    line.chars().nth(characters).is_none()
}

fn read(parts: Vec<Part<'_>>) -> Header {
    let credits = parts.iter().map(|part| part.text);
    let mut header = Header {
        credits: credits
            .filter(|text| body::is_credit(text))
            .map(str::to_owned)
            .collect(),
        ..Header::default()
    };
    let names: Vec<&Part<'_>> = parts.iter().filter(|p| p.metadata.is_none()).collect();
    let Some((first, others)) = names.split_first() else {
        return header;
    };
    // Below a counter stands the author, if the role is next.
    let has_role = others.first().is_some_and(|part| roles::is_role(part.text));
    if first.line > 0 && has_role {
        add_names(&mut header.authors, first.text);
    } else {
        let sections = first.text.split(',').map(str::trim);
        let sections = sections.filter(|section| !section.is_empty());
        header.sections = sections.map(str::to_owned).collect();
    }
    for part in others {
        add_names(&mut header.authors, part.text);
    }
    header
}

/// Adds what a line of authors and roles names.
fn add_names(authors: &mut Vec<Author>, line: &str) {
    let is_role = |text: &str, authors: &[Author]| {
        starts_in_lower_case(text) || (!authors.is_empty() && roles::is_role(text))
    };
    if is_role(line, authors) {
        return add_role(authors, line);
    }
    for part in author_parts(line) {
        match is_role(&part, authors) {
            true => add_role(authors, &part),
            false => add_author(authors, &part),
        }
    }
}

/// Splits a line of authors and roles at commas, ` и ` and ` және `.
fn author_parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split_whitespace() {
        if matches!(word, "и" | "және") {
            parts.push(String::new());
            continue;
        }
        for (index, piece) in word.split(',').enumerate() {
            if index > 0 {
                parts.push(String::new());
            }
            if let Some(part) = parts.last_mut().filter(|_| !piece.is_empty()) {
                if !part.is_empty() {
                    part.push(' ');
                }
                part.push_str(piece);
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn starts_in_lower_case(text: &str) -> bool {
    text.chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(char::is_lowercase)
}

fn add_author(authors: &mut Vec<Author>, name: &str) {
    authors.push(Author {
        name: name.to_owned(),
        ..Author::default()
    });
}

/// Gives the last author a role. Without an author the text is a name in lower case, such as
/// `пресс-служба мажилиса`.
fn add_role(authors: &mut Vec<Author>, role: &str) {
    match authors.last_mut() {
        None => add_author(authors, role),
        Some(author) => match &mut author.role {
            None => author.role = Some(role.to_owned()),
            Some(roles) => {
                roles.push_str(", ");
                roles.push_str(role);
            }
        },
    }
}
