//! The newsroom's own text format: a date line with the headline, a header block, paragraphs,
//! credits and hashtags.
//!
//! ```text
//!  date 2026-01-08 Headline
//!  updated 2026-01-09 10:00       ← further keys, all optional, in any order
//!
//! Section
//! 4                               ← a view counter, ignored
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
//! so an article never loses text to an unusual line. Where a line is close to something else, the
//! draft has a warning.

mod body;
mod date_line;
mod header;
mod keyed_lines;
mod lines;
mod metadata;
mod roles;
mod tags;

use self::date_line::DATE_LINE_HINT;
use self::lines::TextLine;
use crate::model::article::{Body, Draft, Refusal, WrittenTerm};
use crate::text::{self, Text};

/// Parses one article.
pub fn parse(text: &str) -> Result<Draft, Refusal> {
    let mut lines = lines::non_blank(text);
    let date_line = date_line::read(&lines)?;
    let keyed = keyed_lines::take(&mut lines, date_line.headline)?;
    let (rest, tags) = tags::split_off(&lines[1..]);
    let (headline, rest) = headline(date_line.headline, rest);
    let (header, rest) = header::split_off(rest, !tags.names.is_empty());
    let mut body = body::read(rest);
    body.credits.splice(0..0, header.credits);
    body.credits.extend(tags.credits);
    let mut headline = Text::new(headline).into_string();
    if !headline.contains(char::is_alphanumeric) && !date_line::is_headline(&headline) {
        headline.clear();
    }
    if body::is_credit(&headline) {
        let lead = body.paragraphs.first().map(|lead| Text::new(lead));
        let sentence = lead.map(|lead| first_sentence(lead.as_str()));
        let credit = std::mem::replace(&mut headline, sentence.unwrap_or_default());
        body.credits.insert(0, credit);
    }
    if headline.is_empty() {
        let reason = "there is no headline after the date";
        return Err(Refusal::new(date_line.number, reason, DATE_LINE_HINT));
    }
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
    let warnings = date_line.warning.into_iter().chain(keyed.warnings);
    Ok(Draft {
        id: keyed.id,
        updated: keyed.updated,
        expires: keyed.expires,
        url: keyed.url,
        language: keyed.language,
        image: keyed.image,
        sections: header.sections.into_iter().map(WrittenTerm::from).collect(),
        tags: tags.names.into_iter().map(WrittenTerm::from).collect(),
        authors: header.authors,
        warnings: warnings.chain(tags.warnings).collect(),
        ..Draft::new(title, date_line.published, body)
    })
}

/// The headline, and the lines below it. Where the date line has none, or a crawled page has another date
/// or a counter there, the headline is the next line. Behind a blank line only a crawled page has it:
/// elsewhere that line is a section or the lead.
fn headline<'a, 't>(written: &'t str, below: &'a [TextLine<'t>]) -> (&'t str, &'a [TextLine<'t>]) {
    let (mut headline, mut rest) = (written, below);
    while !date_line::is_headline(headline)
        && let Some((next, below)) = rest.split_first()
        && (!next.after_blank || metadata::is_numbers_and_dates(headline))
    {
        (headline, rest) = (next.text, below);
    }
    (headline, rest)
}

/// The first sentence of a lead, as a title.
fn first_sentence(lead: &str) -> String {
    let sentence = text::first_sentence(lead, TITLE_CHARS_MIN, TITLE_CHARS_MAX);
    match sentence {
        Some(sentence) => sentence.to_owned(),
        None => {
            text::cut(lead, TITLE_CHARS_MIN, TITLE_CHARS_MAX).unwrap_or_else(|| lead.to_owned())
        }
    }
}

/// A longer headline has its lead on the same line and is cut.
const TITLE_CHARS_MAX: usize = 200;

/// A shorter sentence does not make a title («Да.»).
const TITLE_CHARS_MIN: usize = 20;

#[cfg(test)]
mod tests;
