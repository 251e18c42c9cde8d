//! Parses the header block: sections, view counter, authors and their roles.
//!
//! Its lines carry no markup, so the block is recognized by length, position and punctuation, or by a
//! line that only pages have, such as a counter. Credits may stand in it and above it. In doubt the lines
//! belong to the body.

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
    /// Credits, which belong to the body.
    pub(in crate::source) credits: Vec<String>,
}

/// Parses the first run of lines that is not only credits, if it is a header block, and returns the rest.
pub(in crate::source) fn split_off<'a, 't>(
    lines: &'a [TextLine<'t>],
    tags_follow: bool,
) -> (Header, &'a [TextLine<'t>]) {
    let mut header = Header::default();
    let (mut block, mut below) = first_run(lines);
    while !below.is_empty() && header.take_credits(block) {
        (block, below) = first_run(below);
    }
    let rest = &lines[lines.len() - block.len() - below.len()..];
    if !block.iter().all(|line| may_be_header(line.text)) || block.len() > BLOCK_LINES_MAX {
        return above_text(header, lines, rest);
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
    if !is_header {
        return above_text(header, lines, rest);
    }
    // Where only its shape says that a line is a credit, it stays in the text.
    let stays = |text| body::is_credit(text) || (!has_metadata && is_lone_credit(text));
    let credits = parts
        .iter()
        .map(|part| part.text)
        .filter(|text| stays(text));
    header.credits.extend(credits.map(str::to_owned));
    read(&parts, &mut header);
    // The text knows a credit by its colon.
    let (run, text) = first_run(below);
    let needs_header = run.iter().any(|line| !body::is_credit(line.text));
    match needs_header && !text.is_empty() && header.take_credits(run) {
        true => (header, text),
        false => (header, below),
    }
}

impl Header {
    /// Takes the lines if they are credits and nothing else.
    fn take_credits(&mut self, lines: &[TextLine<'_>]) -> bool {
        let are_credits = lines.iter().all(|line| is_lone_credit(line.text));
        if are_credits {
            let credits = lines.iter().map(|line| line.text.to_owned());
            self.credits.extend(credits);
        }
        are_credits
    }
}

/// Credits without a header block. In their usual form they are found in the text as well.
fn above_text<'a, 't>(
    header: Header,
    lines: &'a [TextLine<'t>],
    rest: &'a [TextLine<'t>],
) -> (Header, &'a [TextLine<'t>]) {
    match header.credits.iter().all(|credit| body::is_credit(credit)) {
        true => (Header::default(), lines),
        false => (header, rest),
    }
}

/// The lines up to the first blank one, and those below.
fn first_run<'a, 't>(lines: &'a [TextLine<'t>]) -> (&'a [TextLine<'t>], &'a [TextLine<'t>]) {
    let starts = lines.iter().skip(1);
    let end = starts.take_while(|line| !line.after_blank).count() + 1;
    lines.split_at(end.min(lines.len()))
}

const BLOCK_LINES_MAX: usize = 6;
const LINE_CHARS_MAX: usize = 100;

fn may_be_header(line: &str) -> bool {
    !line.starts_with('#')
        && !line.starts_with(body::DASHES)
        && (at_most(line, LINE_CHARS_MAX) || body::is_credit(line))
}

/// Whether the line is a credit although nothing else of a header block need be there: with a colon, or
/// without one as short as a name: `Фото автора`, `Photo by Jane Hollow`. `Фото дня` is a section.
fn is_lone_credit(line: &str) -> bool {
    let Some(rest) = after_credit_word(line) else {
        return false;
    };
    let words = rest.trim_start();
    let has_name = !words.starts_with(char::is_lowercase)
        || ["by ", "courtesy "]
            .iter()
            .any(|start| words.starts_with(start));
    let words_max = match has_name {
        true => NAME_WORDS_MAX,
        false => LONE_CREDIT_WORDS_MAX,
    };
    body::is_credit(line) || (!words.is_empty() && is_short(line, words_max) && !is_label(words))
}

/// Whether what follows a credit word makes it the name of a section.
fn is_label(rest: &str) -> bool {
    let word = rest.split_whitespace().next().unwrap_or_default();
    LABEL_WORDS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()))
}

const LABEL_WORDS: [&str; 8] = [
    "и",
    "дня",
    "недели",
    "месяца",
    "года",
    "репортаж",
    "галерея",
    "галереясы",
];

/// A longer line that begins with `Видео` and goes on in lower case is a sentence.
const LONE_CREDIT_WORDS_MAX: usize = 4;

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
                Metadata::Credit => !is_first || is_lone_credit(text),
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
    let names = block.iter().map(|line| line.text);
    let mut names = names.filter(|text| !is_lone_credit(text)).peekable();
    let Some(first) = names.next() else {
        return true;
    };
    let words_max = match names.peek() {
        None => LONE_LINE_WORDS_MAX,
        Some(_) => NAME_WORDS_MAX,
    };
    // A credit word alone is the name of a section.
    let is_name = |text: &str| {
        is_short(text, words_max)
            && after_credit_word(text).is_none_or(|rest| rest.is_empty() || is_label(rest))
    };
    !starts_in_lower_case(first) && is_name(first) && names.all(is_name)
}

/// Whether the line has at most so many words, no more characters than a name, and does not end as
/// sentences do.
fn is_short(text: &str, words_max: usize) -> bool {
    at_most(text, NAME_CHARS_MAX)
        && text.split_whitespace().nth(words_max).is_none()
        && (!text.ends_with(['.', '!', '?', '…', ':', ';', ',']) || ends_in_initial(text))
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

fn read(parts: &[Part<'_>], header: &mut Header) {
    let mut names = parts
        .iter()
        .filter(|part| part.metadata.is_none())
        .peekable();
    let Some(first) = names.next() else {
        return;
    };
    // Below a counter stands the author, if the role is next.
    let has_role = names.peek().is_some_and(|part| roles::is_role(part.text));
    if first.line > 0 && has_role {
        add_names(&mut header.authors, first.text);
    } else {
        let sections = first.text.split(',').map(str::trim);
        let sections = sections.filter(|section| !section.is_empty());
        header.sections = sections.map(str::to_owned).collect();
    }
    for part in names {
        add_names(&mut header.authors, part.text);
    }
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
            false => add_author(authors, part),
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

fn add_author(authors: &mut Vec<Author>, name: String) {
    authors.push(Author {
        name,
        ..Author::default()
    });
}

/// Gives the last author a role. Without an author the text is a name in lower case, such as
/// `пресс-служба мажилиса`.
fn add_role(authors: &mut Vec<Author>, role: &str) {
    match authors.last_mut() {
        None => add_author(authors, role.to_owned()),
        Some(author) => match &mut author.role {
            None => author.role = Some(role.to_owned()),
            Some(roles) => {
                roles.push_str(", ");
                roles.push_str(role);
            }
        },
    }
}
