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
            italic_letters: 0,
            is_below_picture: false,
            place: Place::Plain,
        });
        choose(paragraphs).shortened(LEAD_CHARACTERS_MAX)
    }
}

/// Whether the lead ends before this piece. Docusaurus writes its comments as a paragraph of text.
fn ends_lead(piece: &Piece) -> bool {
    *piece == Piece::More || matches!(piece, Piece::Text(text) if text.trim() == "{/* truncate */}")
}

/// The first good paragraph, else the first weak one, else the first caption.
fn choose(mut paragraphs: impl Iterator<Item = Paragraph>) -> Text {
    let mut weak = WeakLead::default();
    let mut caption = None;
    while let Some(paragraph) = paragraphs.next() {
        match fitness(&paragraph) {
            Fitness::Never => {}
            Fitness::Caption => {
                caption.get_or_insert(paragraph.text);
            }
            Fitness::Weak => weak.add(&paragraph),
            Fitness::Good => {
                let text = paragraph.text;
                let is_short = is_short(text.as_str()) && paragraph.place != Place::Plain;
                let along = is_short.then(|| good_one(&mut paragraphs)).flatten();
                return match along {
                    Some(next) => Text::new(&format!("{text} {next}")),
                    None => text,
                };
            }
        }
    }
    match weak.text.is_empty() {
        true => caption.unwrap_or_default(),
        false => Text::new(&weak.text),
    }
}

fn is_short(text: &str) -> bool {
    text.chars().nth(LEAD_CHARACTERS_MIN - 1).is_none()
}

/// The first weak paragraph, and what a short one needs of those behind it.
#[derive(Default)]
struct WeakLead {
    text: String,
    last_is_item: bool,
}

impl WeakLead {
    /// Adds a weak paragraph behind a short label, such as «Главное:», or behind a short item of a list.
    fn add(&mut self, paragraph: &Paragraph) {
        let is_label = self.last_is_item || self.text.ends_with(':');
        let takes_more = is_label && is_short(&self.text);
        if !(self.text.is_empty() || takes_more) {
            return;
        }
        let is_item = paragraph.place == Place::List;
        if !self.text.is_empty() {
            let ends_open = self.text.ends_with(|c: char| c.is_alphanumeric());
            let is_next_item = self.last_is_item && is_item && ends_open;
            self.text.push_str(if is_next_item { "; " } else { " " });
        }
        self.text.push_str(paragraph.text.as_str());
        self.last_is_item = is_item;
    }
}

/// The next paragraph that may be a lead, if it is a good one.
fn good_one(paragraphs: &mut impl Iterator<Item = Paragraph>) -> Option<Text> {
    paragraphs
        .map(|paragraph| (fitness(&paragraph), paragraph.text))
        .find(|(fitness, _)| matches!(fitness, Fitness::Good | Fitness::Weak))
        .filter(|(fitness, _)| *fitness == Fitness::Good)
        .map(|(_, text)| text)
}

/// All paragraphs that may be a lead, in one line, and no more than a lead can hold.
fn join(paragraphs: impl Iterator<Item = Paragraph>) -> Text {
    let mut text = String::new();
    let fits = |paragraph: &Paragraph| matches!(fitness(paragraph), Fitness::Good | Fitness::Weak);
    for paragraph in paragraphs.filter(fits) {
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
