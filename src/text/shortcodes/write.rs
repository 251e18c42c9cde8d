//! Writes a text without its tags.

use std::borrow::Cow;
use std::ops::Range;

use super::meaning::{self, Meaning};
use super::pairs::pairs;
use super::piece::{Family, Piece, What};
use super::replacements::{Replacements, is_block};
use super::{Syntax, TemplateContext};
use crate::text::commonmark::inline_html;
use crate::text::escape::escape_text_into;
use crate::text::markup::{HTML_BYTES_MAX, MarkupError};

/// `text` with its pieces replaced.
pub(super) fn write<'t>(
    text: &'t str,
    pieces: Vec<Piece<'t>>,
    syntax: Syntax,
    context: &TemplateContext<'_>,
) -> Result<(Cow<'t, str>, Replacements), MarkupError> {
    if pieces.is_empty() {
        return Ok((Cow::Borrowed(text), Replacements::default()));
    }
    let ends = pairs(&pieces);
    let ends_line = ends_line(text, &pieces);
    let mut writer = Writer {
        text,
        syntax,
        out: String::with_capacity(text.len()),
        line_start: 0,
        is_line_empty: true,
        replacements: Replacements::default(),
        notes: String::new(),
        notes_count: 0,
    };
    // What stands in place of the end tags, by piece.
    let mut at_end: Vec<Option<String>> = vec![None; pieces.len()];
    let mut at = 0;
    let mut number = 0;
    while let Some(piece) = pieces.get(number) {
        writer.source(at..piece.range.start);
        let mut last = number;
        let mut skipped = 0;
        let behind = |last: usize| &text[pieces[last].range.end..];
        match &piece.what {
            What::Open(tag) | What::Alone(tag) => {
                let end = ends[number];
                let inner = end.map(|end| &text[piece.range.end..pieces[end].range.start]);
                let meaning = meaning::of(tag, inner, behind(number), context);
                // A title stands in front of what the tags enclose.
                let label = || {
                    tag.label
                        .map(|label| format!("<p><strong>{}</strong></p>", inline_html(label)))
                };
                let html = match meaning {
                    Meaning::Inner if syntax == Syntax::Html => String::new(),
                    Meaning::Inner if tag.family == Family::Call => String::new(),
                    Meaning::Inner => label().unwrap_or_default(),
                    Meaning::Drop => {
                        last = end.unwrap_or(number);
                        String::new()
                    }
                    Meaning::Html(html) => {
                        last = end.unwrap_or(number);
                        html
                    }
                    Meaning::Around(before, after) => {
                        if let Some(end) = end {
                            at_end[end] = Some(after);
                            before
                        } else {
                            before + &after
                        }
                    }
                    Meaning::Source(source) => {
                        writer.inline(&source);
                        at = piece.range.end;
                        number += 1;
                        continue;
                    }
                };
                skipped = writer.html(html, ends_line[last], behind(last))?;
            }
            What::Close(..) => {
                let html = at_end[number].take().unwrap_or_default();
                skipped = writer.html(html, ends_line[number], behind(number))?;
            }
            What::Source(source) if source.is_empty() => {
                skipped = writer.html(String::new(), ends_line[number], behind(number))?;
            }
            What::Source(source) => writer.inline(source),
            What::Text(text) => writer.text(text)?,
            What::Formula(formula) => writer.formula(formula)?,
            What::Note(note) => writer.note(note),
            What::Html(html) => {
                skipped = writer.html(html.clone(), ends_line[number], behind(number))?;
            }
        }
        at = pieces[last].range.end + skipped;
        number = last + 1;
    }
    writer.source(at..text.len());
    writer.out.push_str(&writer.notes);
    Ok((Cow::Owned(writer.out), writer.replacements))
}

/// Of each piece, whether only white space and tags stand behind it in its line.
fn ends_line(text: &str, pieces: &[Piece<'_>]) -> Vec<bool> {
    let mut ends = vec![false; pieces.len()];
    let mut next: Option<(usize, bool)> = None;
    for (at, piece) in pieces.iter().enumerate().rev() {
        let gap = &text[piece.range.end..next.map_or(text.len(), |(start, _)| start)];
        let rest = gap.trim_start_matches([' ', '\t', '\r']);
        ends[at] = match (rest.chars().next(), next) {
            (Some(c), _) => c == '\n',
            (None, next) => next.is_none_or(|(_, ends)| ends),
        };
        let is_words = match &piece.what {
            What::Source(source) => !source.is_empty(),
            What::Text(_) | What::Formula(_) | What::Note(_) => true,
            What::Open(_) | What::Close(..) | What::Alone(_) | What::Html(_) => false,
        };
        next = Some((piece.range.start, ends[at] && !is_words));
    }
    ends
}

struct Writer<'t> {
    text: &'t str,
    syntax: Syntax,
    out: String,
    /// Where the last line of `out` begins.
    line_start: usize,
    /// Whether that line has nothing but white space and marks of blocks.
    is_line_empty: bool,
    replacements: Replacements,
    /// The footnotes that stood in lines, for the end of the text.
    notes: String,
    notes_count: usize,
}

impl Writer<'_> {
    /// Text of the article as it stands there.
    fn source(&mut self, range: Range<usize>) {
        let source = &self.text[range];
        match source.rfind('\n') {
            Some(end) => {
                self.line_start = self.out.len() + end + 1;
                self.is_line_empty = source[end + 1..].trim().is_empty();
            }
            None => self.is_line_empty &= source.trim().is_empty(),
        }
        self.out.push_str(source);
    }

    /// Text in the article's markup in place of a tag.
    fn inline(&mut self, source: &str) {
        self.is_line_empty &= source.trim().is_empty();
        if let Some(end) = source.rfind('\n') {
            self.line_start = self.out.len() + end + 1;
        }
        self.out.push_str(source);
    }

    /// Text that is shown as it is.
    fn text(&mut self, text: &str) -> Result<(), MarkupError> {
        self.is_line_empty = false;
        match self.syntax {
            Syntax::Markdown | Syntax::Mdx => self.replacements.push_text(&mut self.out, text),
            Syntax::Html => {
                escape_text_into(&mut self.out, text);
                Ok(())
            }
        }
    }

    /// A formula, as an element that says so: it is no prose.
    fn formula(&mut self, formula: &str) -> Result<(), MarkupError> {
        if self.syntax == Syntax::Html {
            return self.text(formula);
        }
        self.is_line_empty = false;
        self.replacements.push_formula(&mut self.out, formula)
    }

    /// A footnote, as a mark that leads to the end of the text.
    fn note(&mut self, note: &str) {
        self.is_line_empty = false;
        self.notes_count += 1;
        let mark = format!("[^{NOTE_NAME}{}]", self.notes_count);
        self.out.push_str(&mark);
        let words = Vec::from_iter(note.split_whitespace()).join(" ");
        self.notes.extend(["\n\n", &mark, ": ", &words]);
    }

    /// HTML in place of a tag. `behind` is the rest of the text, of which as many bytes go as are
    /// returned.
    fn html(&mut self, html: String, ends_line: bool, behind: &str) -> Result<usize, MarkupError> {
        if self.syntax == Syntax::Html {
            return self.html_in_html(&html, behind);
        }
        let is_whole_line = self.is_line_empty && ends_line;
        if html.is_empty() {
            if is_whole_line {
                self.out.truncate(self.line_start);
                self.end_line();
            }
            return Ok(0);
        }
        let is_own_block = is_whole_line || is_block(&html) && self.may_break_line();
        if !is_own_block {
            self.is_line_empty = false;
            self.replacements.push_html(&mut self.out, html)?;
            return Ok(0);
        }
        // Blank lines around it, so that no other text becomes part of the block.
        let margin = match self.is_line_empty {
            true => self.out.split_off(self.line_start),
            false => String::new(),
        };
        if !self.is_line_empty {
            self.end_line();
        }
        self.end_line();
        if margin.len() < CODE_COLUMNS || self.is_in_list() {
            self.out.push_str(&margin);
        }
        self.replacements.push_html(&mut self.out, html)?;
        self.end_line();
        self.end_line();
        self.is_line_empty = true;
        // White space behind it would make the next text part of a list.
        Ok(behind.len() - behind.trim_start_matches([' ', '\t']).len())
    }

    fn html_in_html(&mut self, html: &str, behind: &str) -> Result<usize, MarkupError> {
        // A paragraph that had only this tag is no paragraph any more.
        let tail = self.out.len().saturating_sub(MARGIN_BYTES_MAX);
        let tail = &self.out[self.out.ceil_char_boundary(tail)..];
        let paragraph = tail
            .trim_end()
            .strip_suffix("<p>")
            .map(|before| tail.len() - before.len());
        let rest = behind.trim_start().strip_prefix("</p>");
        let mut skipped = 0;
        if let (Some(start), Some(rest)) = (paragraph, rest)
            && (html.is_empty() || is_block(html))
        {
            self.out.truncate(self.out.len() - start);
            skipped = behind.len() - rest.len();
        }
        self.out.push_str(html);
        match self.out.len() > HTML_BYTES_MAX {
            true => Err(MarkupError::TooLong),
            false => Ok(skipped),
        }
    }

    /// Whether the line can end here without ending a list item, a quotation or a row of a table.
    fn may_break_line(&self) -> bool {
        let line = &self.out[self.line_start..];
        let begins_block = |c: char| c.is_ascii_digit() || " \t>|-*+#".contains(c);
        self.is_line_empty || !line.starts_with(begins_block)
    }

    /// Whether the last line with text is part of a list.
    fn is_in_list(&self) -> bool {
        let start = self.out.len().saturating_sub(LOOK_BACK_BYTES);
        let lines = self.out[self.out.ceil_char_boundary(start)..].lines();
        let last = lines.rev().find(|line| !line.trim().is_empty());
        let begins_item = |c: char| c.is_ascii_digit() || " \t-*+".contains(c);
        last.is_some_and(|line| line.starts_with(begins_item))
    }

    fn end_line(&mut self) {
        self.out.push('\n');
        self.line_start = self.out.len();
    }
}

/// The names of footnotes that have none, before their number.
const NOTE_NAME: &str = "note-in-line-";

/// The columns of indentation that make a line code in Markdown.
const CODE_COLUMNS: usize = 4;

/// The most white space between a tag and the start of its paragraph.
const MARGIN_BYTES_MAX: usize = 64;

/// How far a list is looked for.
const LOOK_BACK_BYTES: usize = 1 << 10;
