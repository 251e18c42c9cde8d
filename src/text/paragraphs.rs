//! The paragraphs of marked-up text, which leads and summaries are made of.

mod marks;

use std::slice;

use self::marks::{Mark, is_exponent, is_footnote_mark};
use super::elements::{ELEMENTS, Nature};
use super::markup::{Markup, Piece};
use super::plain::Text;

/// Text between two boundaries of blocks, or between two line breaks in a row.
#[derive(Debug)]
pub(super) struct Paragraph {
    /// Never empty.
    pub(super) text: Text,
    /// Letters and digits inside links.
    pub(super) link_letters: usize,
    /// Letters and digits in italics or in small type.
    pub(super) italic_letters: usize,
    /// Whether a picture or a player stands right above it, or at its front.
    pub(super) is_below_picture: bool,
    pub(super) place: Place,
}

/// The place of a paragraph in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// The text itself.
    #[default]
    Body,
    /// A quotation, an aside, details, preformatted text.
    Beside,
    /// A list.
    List,
    /// Text without markup.
    Plain,
}

/// What is read of the markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// What may be a lead: no headings, figures, captions, tables and navigation, and nothing that
    /// stands in place of a player.
    Lead,
    /// Everything that is not struck.
    All,
}

/// The number of letters and digits.
pub(super) fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

impl Markup {
    /// The paragraphs of the first `pieces` pieces.
    pub(super) fn paragraphs(&self, scope: Scope, pieces: usize) -> Paragraphs<'_> {
        Paragraphs {
            pieces: self.pieces[..pieces].iter(),
            scope,
            open: Vec::new(),
            next_is_left_out: false,
            text: String::new(),
            line_start: 0,
            link_letters: 0,
            italic_letters: 0,
            picture_is_above: false,
            is_below_picture: false,
            mark: None,
        }
    }
}

/// An iterator over paragraphs. It reads no further than the paragraph it returns.
pub(super) struct Paragraphs<'m> {
    pieces: slice::Iter<'m, Piece>,
    scope: Scope,
    /// The open elements, the outermost first.
    open: Vec<OpenElement>,
    /// Whether the next element is left out because of its class.
    next_is_left_out: bool,
    text: String,
    /// Where the line after the last line break begins.
    line_start: usize,
    link_letters: usize,
    italic_letters: usize,
    /// Whether there was a picture or a player, and no text since.
    picture_is_above: bool,
    /// Whether that was so when the text of the paragraph began.
    is_below_picture: bool,
    mark: Option<Mark>,
}

#[derive(Clone, Copy)]
struct OpenElement {
    /// Its index in [`ELEMENTS`].
    at: usize,
    context: Context,
}

/// What the open elements mean for text inside them.
#[derive(Clone, Copy, Default)]
struct Context {
    is_left_out: bool,
    is_link: bool,
    is_italic: bool,
    place: Place,
}

impl Iterator for Paragraphs<'_> {
    type Item = Paragraph;

    fn next(&mut self) -> Option<Paragraph> {
        while let Some(piece) = self.pieces.next() {
            let ended = match piece {
                Piece::Text(text) | Piece::Formula(text) => {
                    self.push(text);
                    None
                }
                Piece::NoLead => {
                    self.next_is_left_out = self.scope == Scope::Lead;
                    None
                }
                Piece::More => None,
                Piece::Frame(_) => {
                    self.picture_is_above = true;
                    self.end_paragraph()
                }
                Piece::Open(at, attributes) => self.start(*at, attributes),
                Piece::Close(at) => self.end(*at),
            };
            if ended.is_some() {
                return ended;
            }
        }
        self.end_paragraph()
    }
}

impl Paragraphs<'_> {
    fn context(&self) -> Context {
        self.open
            .last()
            .map(|element| element.context)
            .unwrap_or_default()
    }

    fn push(&mut self, text: &str) {
        let context = self.context();
        let has_words = !text.trim().is_empty();
        let picture_is_above = has_words && std::mem::take(&mut self.picture_is_above);
        if context.is_left_out {
            return;
        }
        if has_words && self.text.trim().is_empty() {
            self.is_below_picture = picture_is_above;
        }
        if context.is_link {
            self.link_letters += letters(text);
        }
        if context.is_italic {
            self.italic_letters += letters(text);
        }
        self.text.push_str(text);
    }

    fn start(&mut self, at: usize, attributes: &[(String, String)]) -> Option<Paragraph> {
        let (name, nature) = (ELEMENTS[at].name, inner_nature(at));
        let is_left_out = std::mem::take(&mut self.next_is_left_out);
        if nature == Nature::Void {
            return self.void(name);
        }
        let ended = match nature {
            Nature::Inline | Nature::Void => None,
            Nature::Block | Nature::OptionalEnd => {
                let ended = self.end_paragraph();
                self.end_implied(name, nature);
                ended
            }
        };
        let mut context = self.context();
        context.is_left_out |=
            is_left_out || is_struck(name) || (self.scope == Scope::Lead && is_no_lead(name));
        context.place = place_inside(name).unwrap_or(context.place);
        let href = attributes.iter().find(|(key, _)| key == "href");
        let is_fragment_link = href.is_some_and(|(_, href)| href.trim_start().starts_with('#'));
        context.is_link |= name == "a" && href.is_some();
        context.is_italic |= matches!(name, "em" | "i" | "small");
        match &mut self.mark {
            Some(mark) => mark.has_fragment_link |= is_fragment_link,
            None if name == "sup" || is_fragment_link => {
                self.mark = Some(Mark {
                    element: self.open.len(),
                    text_start: self.text.len(),
                    link_letters: self.link_letters,
                    is_raised: name == "sup",
                    has_fragment_link: is_fragment_link,
                });
            }
            None => {}
        }
        self.open.push(OpenElement { at, context });
        ended
    }

    fn end(&mut self, at: usize) -> Option<Paragraph> {
        let is_inline = inner_nature(at) == Nature::Inline;
        let ended = match is_inline {
            true => None,
            false => self.end_paragraph(),
        };
        let found = self.open.iter().rposition(|open| open.at == at);
        let Some(found) = found else { return ended };
        let mut inside = self.open[found..].iter();
        if !is_inline || inside.all(|open| inner_nature(open.at) == Nature::Inline) {
            self.close_to(found);
        } else {
            // The end tag of an inline element does not end the block inside it. A mark is inside the
            // innermost block.
            self.open.remove(found);
            if let Some(mark) = &mut self.mark {
                mark.element -= 1;
            }
        }
        ended
    }

    /// Ends the elements whose end tag may be left out before this start tag: a paragraph before
    /// any block; an item, a cell or a row before the next one.
    fn end_implied(&mut self, name: &str, nature: Nature) {
        let is_around = |open: &OpenElement| {
            let element = &ELEMENTS[open.at];
            element.nature == Nature::Block || matches!(element.name, "audio" | "video")
        };
        let inside = self.open.iter().rposition(is_around).map_or(0, |at| at + 1);
        let ends = |open: &OpenElement| match ELEMENTS[open.at].name {
            "p" => true,
            _ => {
                nature == Nature::OptionalEnd
                    && name != "p"
                    && inner_nature(open.at) == Nature::OptionalEnd
            }
        };
        if let Some(at) = self.open[inside..].iter().position(ends) {
            self.close_to(inside + at);
        }
    }

    fn close_to(&mut self, count: usize) {
        if self.mark.as_ref().is_some_and(|mark| mark.element >= count) {
            self.end_mark();
        }
        self.open.truncate(count);
    }

    fn void(&mut self, name: &str) -> Option<Paragraph> {
        match name {
            "hr" => return self.end_paragraph(),
            "br" if self.text[self.line_start..].trim().is_empty() => return self.end_paragraph(),
            "br" => {
                self.text.push(' ');
                self.line_start = self.text.len();
            }
            "img" => {
                self.picture_is_above = true;
                self.text.push(' ');
            }
            _ => {}
        }
        None
    }

    /// Leaves out the mark of a footnote, and writes an exponent as `10^6`.
    fn end_mark(&mut self) {
        let Some(mark) = self.mark.take() else { return };
        let written = self.text.split_off(mark.text_start);
        let (before, written) = (self.text.as_str(), written.as_str());
        let sign = written.trim();
        if is_footnote_mark(before, sign, &mark) {
            self.link_letters = mark.link_letters;
        } else if mark.is_raised && is_exponent(sign) {
            self.text.push('^');
            self.text.push_str(sign);
        } else {
            self.text.push_str(written);
        }
        self.line_start = self.line_start.min(self.text.len());
    }

    fn end_paragraph(&mut self) -> Option<Paragraph> {
        self.end_mark();
        self.line_start = 0;
        let link_letters = std::mem::take(&mut self.link_letters);
        let italic_letters = std::mem::take(&mut self.italic_letters);
        let is_below_picture = std::mem::take(&mut self.is_below_picture);
        if self.text.is_empty() {
            return None;
        }
        let text = Text::new(&self.text);
        self.text.clear();
        (!text.is_empty()).then(|| Paragraph {
            text,
            link_letters,
            italic_letters,
            is_below_picture,
            place: self.context().place,
        })
    }
}

/// The nature of an element inside a paragraph: the annotations of `ruby` do not end it.
fn inner_nature(at: usize) -> Nature {
    match ELEMENTS[at].name {
        "rp" | "rt" => Nature::Inline,
        _ => ELEMENTS[at].nature,
    }
}

/// Whether text of this element is not said any more.
fn is_struck(name: &str) -> bool {
    matches!(name, "del" | "s")
}

/// Whether no text of this element may be a lead.
fn is_no_lead(name: &str) -> bool {
    matches!(
        name,
        "audio"
            | "caption"
            | "figcaption"
            | "figure"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "nav"
            | "summary"
            | "table"
            | "video"
    )
}

fn place_inside(name: &str) -> Option<Place> {
    match name {
        "aside" | "blockquote" | "details" | "pre" => Some(Place::Beside),
        "dl" | "ol" | "ul" => Some(Place::List),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_elements_stay_few_whatever_tags_are_left_open() {
        for part in [
            "<b><div>а</b></div>",
            "<p>а<b>",
            "<li><p>а</li>",
            "<td><b>а</b><td>",
            "<sup><div>а</sup></div>",
            "<a href=#b><p>а</a><sup>1</p>",
            "</div></p>а",
        ] {
            let Ok(markup) = Markup::read(&part.repeat(2_000)) else {
                continue;
            };
            let mut paragraphs = markup.paragraphs(Scope::Lead, markup.pieces.len());
            while paragraphs.next().is_some() {
                let open = paragraphs.open.len();
                assert!(open < 10, "{part}: {open} elements are open");
            }
        }
    }
}
