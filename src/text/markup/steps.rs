//! The work of one article in steps, which have a limit.

use html5ever::tokenizer::Tag;

use super::MarkupError;
use super::tags::attribute;
use crate::text::piece::Piece;

/// The most steps, as [`Steps`] counts them. An ordinary article has a few thousand; this many
/// take 0.2 s.
const STEPS_MAX: usize = 250_000;

/// Steps for a character that HTML writes as an entity, which takes a reader about as long as four tags.
const ENTITY_STEPS: usize = 4;

/// Steps for an address, which is resolved and checked.
const ADDRESS_STEPS: usize = 6;

/// Steps for the code of a script, however short.
const CODE_STEPS: usize = 4;

/// Bytes of code that make one step.
const CODE_BYTES_PER_STEP: usize = 256;

/// Bytes of a style that make one step.
const STYLE_BYTES_PER_STEP: usize = 32;

/// Pairs of attributes in one tag that make one step: the tokenizer compares each attribute with all
/// before it.
const ATTRIBUTE_PAIRS_PER_STEP: usize = 100;

/// The most positions in one tag where an attribute can begin.
const ATTRIBUTES_MAX: usize = 20_000;

/// Work for what reads the article here and for the tree builder, which may visit every open element for
/// each tag.
#[derive(Debug, Default)]
pub(super) struct Steps {
    count: usize,
    /// Positions where an attribute can begin, since the last token.
    attribute_starts: usize,
}

impl Steps {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn add(&mut self, steps: usize) -> Result<(), MarkupError> {
        self.count += steps;
        match self.count > STEPS_MAX {
            true => Err(MarkupError::TooComplex),
            false => Ok(()),
        }
    }

    /// Counts possible attributes before the tokenizer reads `chunk`. It reports a tag only at its
    /// end, and by then it has compared each attribute with all others.
    pub(super) fn add_chunk(&mut self, chunk: &str) -> Result<(), MarkupError> {
        let begins = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'');
        self.attribute_starts += chunk.bytes().filter(|b| begins(b)).count();
        match self.attribute_starts > ATTRIBUTES_MAX {
            true => Err(MarkupError::TooComplex),
            false => Ok(()),
        }
    }

    /// A token is whole, so its attributes are few enough.
    pub(super) fn end_token(&mut self) {
        self.attribute_starts = 0;
    }
}

/// Steps for reading the attributes of a tag, its style above all.
pub(super) fn of_attributes(tag: &Tag) -> usize {
    let style = attribute(tag, "style").map_or(0, str::len);
    tag.attrs.len().pow(2) / ATTRIBUTE_PAIRS_PER_STEP + style / STYLE_BYTES_PER_STEP
}

/// Steps for a text.
pub(super) fn of_text(text: &str) -> usize {
    let is_entity = |c: &char| matches!(c, '&' | '<' | '>' | '\u{a0}');
    1 + text.chars().filter(is_entity).count() * ENTITY_STEPS
}

/// Steps for searching the code of a script.
pub(super) fn of_code(code: &str) -> usize {
    CODE_STEPS + code.len() / CODE_BYTES_PER_STEP
}

/// Steps for resolving the addresses of a piece.
pub(super) fn of_addresses(piece: &Piece) -> usize {
    let count: usize = match piece {
        Piece::Open(_, attributes) => attributes
            .iter()
            .map(|(key, value)| addresses(key, value))
            .sum(),
        Piece::Frame(frame) => frame.addresses.len(),
        Piece::Close(_) | Piece::Text(_) | Piece::Formula(_) | Piece::More | Piece::NoLead => 0,
    };
    count * ADDRESS_STEPS
}

/// How many addresses an attribute has.
fn addresses(key: &str, value: &str) -> usize {
    match key {
        "cite" | "href" | "poster" | "src" => 1,
        "srcset" => 1 + value.matches(',').count(),
        _ => 0,
    }
}
