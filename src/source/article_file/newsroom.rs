//! The newsroom's own text format: a date line with the headline, a header block, paragraphs,
//! credits and hashtags.
//!
//! ```text
//!  date 2026-01-08 Headline
//!  updated 2026-01-09 10:00
//!
//! Section
//! 4                       ← a view counter, ignored
//! Name of the author
//! role of the author
//!
//! First paragraph, the lead.
//!
//! Фото: whose photo it is
//!
//! – Direct speech.
//!
//! #tag #another
//! ```
//!
//! Only the date line is required. A line that the grammar does not recognize belongs to the body,
//! so an article never loses text to an unusual line.

mod body;
mod date_line;
mod header;
mod lines;
mod tags;

use super::ParseContext;
use crate::model::article::{Body, Draft, Refusal, WrittenTerm};
use crate::text;

/// Parses one article.
pub fn parse(text: &str, _context: &ParseContext<'_>) -> Result<Draft, Refusal> {
    let lines = lines::non_blank(text);
    let (date_line, rest) = date_line::read(&lines)?;
    let (rest, tags) = tags::split_off(rest);
    let (header, rest) = header::split_off(rest, !tags.is_empty());
    let mut body = body::read(rest);
    let headline = date_line.headline.into_string();
    let title = match text::cut(&headline, TITLE_CHARS_MIN, TITLE_CHARS_MAX) {
        None => headline,
        Some(title) => {
            body.paragraphs.insert(0, headline);
            title
        }
    };
    let body = Body::Paragraphs {
        paragraphs: body.paragraphs,
        credits: body.credits,
    };
    Ok(Draft {
        updated: date_line.updated,
        sections: header.section.into_iter().map(WrittenTerm::from).collect(),
        tags: tags.into_iter().map(WrittenTerm::from).collect(),
        authors: header.authors,
        ..Draft::new(title, date_line.published, body)
    })
}

/// A longer headline has its lead on the same line and is cut.
const TITLE_CHARS_MAX: usize = 200;

/// A shorter sentence does not make a title («Да.»).
const TITLE_CHARS_MIN: usize = 20;

#[cfg(test)]
mod tests;
