//! The newsroom's own text files: a date line with the headline, a header block, paragraphs,
//! credits and hashtags.
//!
//! ```text
//!  date 2026-01-08 Headline
//!  updated 2026-01-09 10:00
//!
//! Section
//! 4                       ← a view counter, read and dropped
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
//! Everything but the date line may be missing. What the grammar does not claim is body: an
//! article never loses text because a line looked odd.

mod body;
mod date_line;
mod header;
mod lines;
mod tags;

use crate::model::article::{Body, Draft, Refusal};
use crate::text;

/// Reads one article.
///
/// # Errors
/// No date line, a date that no calendar has, or no headline behind it.
pub fn parse(text: &str) -> Result<Draft, Refusal> {
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
    Ok(Draft {
        id: None,
        title,
        published: date_line.published,
        updated: date_line.updated,
        url: None,
        section: header.section,
        tags,
        authors: header.authors,
        language: None,
        summary: None,
        image: None,
        enclosures: Vec::new(),
        expires: None,
        draft: false,
        feed: true,
        body: Body::Paragraphs {
            paragraphs: body.paragraphs,
            credits: body.credits,
        },
    })
}

/// A headline of more characters is run together with its lead.
const TITLE_CHARS_MAX: usize = 200;

/// A sentence of fewer characters is too short for a title («Да.»).
const TITLE_CHARS_MIN: usize = 20;

#[cfg(test)]
mod tests;
