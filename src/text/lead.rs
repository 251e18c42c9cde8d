//! The lead of marked-up text: the paragraph that a reader would call the first one.

mod fitness;

use self::fitness::{Fitness, fitness};
use super::markup::{Markup, Piece};
use super::paragraphs::{Paragraph, Place, Scope};
use super::plain::Text;

/// The most characters of a lead, which is the greatest `summary-length`.
pub const LEAD_CHARACTERS_MAX: u16 = 5000;

/// A lead with fewer characters takes the next paragraph along.
const LEAD_CHARACTERS_MIN: usize = 40;

impl Markup {
    /// What stands before `<!--more-->`, else the first paragraph that may be a lead; at most
    /// [`LEAD_CHARACTERS_MAX`].
    pub fn lead(&self) -> Text {
        let more = self.pieces.iter().position(ends_lead);
        let marked = more.map(|more| join(self.paragraphs(Scope::Lead, more)));
        let lead = marked
            .filter(|text| !text.is_empty())
            .unwrap_or_else(|| choose(self.paragraphs(Scope::Lead, self.pieces.len())));
        lead.shortened(LEAD_CHARACTERS_MAX)
    }
}

impl Text {
    /// The first of these paragraphs of plain text that may be a lead; at most [`LEAD_CHARACTERS_MAX`].
    pub fn lead<'t>(paragraphs: impl IntoIterator<Item = &'t str>) -> Text {
        let paragraphs = paragraphs.into_iter().map(|text| Paragraph {
            text: Text::new(text),
            link_letters: 0,
            place: Place::Plain,
        });
        choose(paragraphs).shortened(LEAD_CHARACTERS_MAX)
    }
}

/// Whether the lead ends before this piece. Docusaurus writes its comments as a paragraph of text.
fn ends_lead(piece: &Piece) -> bool {
    *piece == Piece::More || matches!(piece, Piece::Text(text) if text.trim() == "{/* truncate */}")
}

/// The first good paragraph, else the first weak one.
fn choose(mut paragraphs: impl Iterator<Item = Paragraph>) -> Text {
    let mut weak = None;
    while let Some(paragraph) = paragraphs.next() {
        match fitness(&paragraph) {
            Fitness::Never => {}
            Fitness::Weak => {
                weak.get_or_insert(paragraph.text);
            }
            Fitness::Good => {
                let text = paragraph.text;
                let is_short = text.as_str().chars().nth(LEAD_CHARACTERS_MIN - 1).is_none();
                let is_short = is_short && paragraph.place != Place::Plain;
                let along = is_short.then(|| good_one(&mut paragraphs)).flatten();
                return match along {
                    Some(next) => Text::new(&format!("{text} {next}")),
                    None => text,
                };
            }
        }
    }
    weak.unwrap_or_default()
}

/// The next paragraph that may be a lead, if it is a good one.
fn good_one(paragraphs: &mut impl Iterator<Item = Paragraph>) -> Option<Text> {
    paragraphs
        .map(|paragraph| (fitness(&paragraph), paragraph.text))
        .find(|(fitness, _)| *fitness != Fitness::Never)
        .filter(|(fitness, _)| *fitness == Fitness::Good)
        .map(|(_, text)| text)
}

/// All paragraphs that may be a lead, in one line, and no more than a lead can hold.
fn join(paragraphs: impl Iterator<Item = Paragraph>) -> Text {
    let mut text = String::new();
    for paragraph in paragraphs.filter(|paragraph| fitness(paragraph) != Fitness::Never) {
        text.push_str(paragraph.text.as_str());
        text.push(' ');
        // A character has at most four bytes.
        if text.len() > 4 * usize::from(LEAD_CHARACTERS_MAX) {
            break;
        }
    }
    Text::new(&text)
}

#[cfg(test)]
mod tests;
