//! HTML that stands in a Markdown text as a mark until the text is HTML itself.
//!
//! A mark is a word that Markdown leaves alone, so the text around it means the same as before. Its
//! characters are ones that no article may have.

use std::borrow::Cow;

use crate::text::elements::{self, ELEMENTS, Nature};
use crate::text::escape::{escape_into, escape_text_into};
use crate::text::markup::{HTML_BYTES_MAX, MarkupError};

const START: char = '\u{fdd0}';
const END: char = '\u{fdd1}';

#[derive(Debug, Default)]
pub(in crate::text) struct Replacements {
    all: Vec<Replacement>,
    bytes: usize,
}

#[derive(Debug)]
struct Replacement {
    html: String,
    /// What stands in its place where there can be no HTML.
    text: String,
    is_block: bool,
}

impl Replacements {
    pub(in crate::text) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The text without characters that marks are made of.
    pub(super) fn without_marks(text: &str) -> Cow<'_, str> {
        match text.contains([START, END]) {
            true => Cow::Owned(text.replace([START, END], "")),
            false => Cow::Borrowed(text),
        }
    }

    /// Appends the mark of `html` to `out`.
    pub(super) fn push_html(&mut self, out: &mut String, html: String) -> Result<(), MarkupError> {
        let is_block = is_block(&html);
        self.push(
            out,
            Replacement {
                html,
                text: String::new(),
                is_block,
            },
        )
    }

    /// Appends the mark of `text`, which is shown as it is, to `out`.
    pub(super) fn push_text(&mut self, out: &mut String, text: &str) -> Result<(), MarkupError> {
        let mut html = String::with_capacity(text.len());
        escape_text_into(&mut html, text);
        let text = text.to_owned();
        self.push(
            out,
            Replacement {
                html,
                text,
                is_block: false,
            },
        )
    }

    /// Appends the mark of `formula`, which is shown as it is, to `out`.
    pub(super) fn push_formula(
        &mut self,
        out: &mut String,
        formula: &str,
    ) -> Result<(), MarkupError> {
        let mut html = String::from("<math alttext=\"");
        escape_into(&mut html, formula);
        html.push_str("\"></math>");
        let text = formula.to_owned();
        self.push(
            out,
            Replacement {
                html,
                text,
                is_block: false,
            },
        )
    }

    fn push(&mut self, out: &mut String, replacement: Replacement) -> Result<(), MarkupError> {
        self.bytes += replacement.html.len();
        if self.bytes > HTML_BYTES_MAX {
            return Err(MarkupError::TooLong);
        }
        out.push(START);
        out.push_str(&self.all.len().to_string());
        out.push(END);
        self.all.push(replacement);
        Ok(())
    }

    /// `html` with its marks replaced. A paragraph around nothing but blocks goes.
    pub(in crate::text) fn fill_html(&self, html: &str) -> Result<String, MarkupError> {
        let mut out = String::with_capacity(html.len() + self.bytes);
        let mut rest = html;
        while let Some((before, found, after)) = self.split(rest) {
            out.push_str(before);
            rest = after;
            let mut blocks = String::new();
            let mut behind = None;
            if out.ends_with("<p>") && found.is_block {
                blocks.push_str(&found.html);
                let mut tail = rest;
                while let Some(("", next, after)) = self.split(tail.trim_start())
                    && next.is_block
                {
                    blocks.push_str(&next.html);
                    tail = after;
                }
                behind = tail.trim_start().strip_prefix("</p>");
            }
            match behind {
                Some(behind) => {
                    out.truncate(out.len() - "<p>".len());
                    out.push_str(&blocks);
                    rest = behind;
                }
                None => out.push_str(&found.html),
            }
            if out.len() > HTML_BYTES_MAX {
                return Err(MarkupError::TooLong);
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// `text` with its marks replaced by what they are without HTML.
    pub(in crate::text) fn fill_text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, found, after)) = self.split(rest) {
            out.push_str(before);
            out.push_str(&found.text);
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The first mark of `text` with what stands before and behind it.
    fn split<'a, 't>(&'a self, text: &'t str) -> Option<(&'t str, &'a Replacement, &'t str)> {
        let (before, behind) = text.split_once(START)?;
        let (number, after) = behind.split_once(END)?;
        let found = self.all.get(number.parse::<usize>().ok()?)?;
        Some((before, found, after))
    }
}

/// Whether this HTML begins with a block, or with the end of one.
pub(super) fn is_block(html: &str) -> bool {
    let Some(tag) = html.trim_start().strip_prefix('<') else {
        return false;
    };
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next();
    let name = name.unwrap_or_default().to_ascii_lowercase();
    let is_block = |at: usize| matches!(ELEMENTS[at].nature, Nature::Block | Nature::OptionalEnd);
    tag.starts_with('!')
        || ["audio", "hr", "iframe", "video"].contains(&name.as_str())
        || elements::position(&name).is_some_and(is_block)
}
