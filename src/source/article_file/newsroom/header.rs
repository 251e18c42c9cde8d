//! Parses the header block: section, view counter, authors and their roles.
//!
//! Its lines carry no markup, so the block is recognized by length, position and punctuation. In
//! doubt the lines belong to the body.

use super::body;
use super::lines::TextLine;
use crate::model::article::Author;

/// The contents of the header block; empty if there is no block.
#[derive(Debug, Default)]
pub(in crate::source) struct Header {
    pub(in crate::source) section: Option<String>,
    pub(in crate::source) authors: Vec<Author>,
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
    if is_header(block, !below.is_empty(), tags_follow) {
        (read(block), below)
    } else {
        (Header::default(), lines)
    }
}

const BLOCK_LINES_MAX: usize = 6;
const LINE_CHARS_MAX: usize = 100;

/// Without a view counter, which only header blocks have, each line must be as short as a name.
const NAME_CHARS_MAX: usize = 60;

fn is_header(block: &[TextLine<'_>], text_follows: bool, tags_follow: bool) -> bool {
    let has_counter = block.iter().any(|line| is_number(line.text));
    (text_follows || (has_counter && tags_follow))
        && block.len() <= BLOCK_LINES_MAX
        && block.iter().all(|line| may_be_header(line.text))
        && (has_counter || block.iter().all(|line| looks_like_name(line.text)))
}

fn may_be_header(line: &str) -> bool {
    !line.starts_with('#')
        && !line.starts_with(body::DASHES)
        && body::after_credit_word(line).is_none()
        && at_most(line, LINE_CHARS_MAX)
}

fn looks_like_name(line: &str) -> bool {
    at_most(line, NAME_CHARS_MAX)
        && (!line.ends_with(['.', '!', '?', '…', ':']) || ends_in_initial(line))
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

/// Whether a line is a number, with or without spaces between groups of digits.
fn is_number(line: &str) -> bool {
    line.chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace())
}

fn read(block: &[TextLine<'_>]) -> Header {
    let mut header = Header::default();
    for (index, line) in block.iter().enumerate() {
        let line = line.text;
        if is_number(line) {
            continue;
        }
        if index == 0 {
            header.section = Some(line.to_owned());
        } else if starts_in_lower_case(line) {
            add_role(&mut header.authors, line);
        } else {
            for part in author_parts(line) {
                if starts_in_lower_case(&part) {
                    add_role(&mut header.authors, &part);
                } else {
                    add_author(&mut header.authors, &part);
                }
            }
        }
    }
    header
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
        .find(|c| c.is_alphabetic())
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
