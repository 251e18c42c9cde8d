//! Foreign HTML as a list of allowed tags and text.
//!
//! The tokenizer follows the HTML specification, so it finds tags exactly where a browser finds
//! them. This module also bounds the work of one article: it counts steps for everything that takes
//! time here or later in the tree builder, and refuses HTML that needs too many.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::characters::clean;
use super::elements::{self, ELEMENTS, Nature};
use super::lead_marks::{ends_lead, is_no_lead};

/// The most bytes of an article as HTML. A Markdown file is shorter than its HTML.
pub(super) const HTML_BYTES_MAX: usize = 4 << 20;

/// The most open elements inside each other.
const DEPTH_MAX: usize = 200;

/// The most steps, as [`MarkupBuilder`] counts them. An ordinary article has a few thousand; this many
/// take 0.2 s.
const STEPS_MAX: usize = 250_000;

/// Steps for a character that HTML writes as an entity, which takes a reader about as long as four tags.
const ENTITY_STEPS: usize = 4;

/// Pairs of attributes in one tag that make one step: the tokenizer compares each attribute with all
/// before it.
const ATTRIBUTE_PAIRS_PER_STEP: usize = 100;

/// Bytes given to the tokenizer at a time. Limits are checked between two chunks.
const CHUNK_BYTES: usize = 16 << 10;

/// The most positions in one tag where an attribute can begin.
const ATTRIBUTES_MAX: usize = 20_000;

/// The most bytes of one attribute; a longer one is dropped, since it is no URL and no description.
const ATTRIBUTE_BYTES_MAX: usize = 8 << 10;

/// Why HTML is refused as the body of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkupError {
    /// More than 4 MiB.
    #[error("the text is larger than {HTML_BYTES_MAX} bytes as HTML")]
    TooLong,
    /// More than 200 elements inside each other.
    #[error("elements are nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// More steps than an article may take, or too many attributes in one tag.
    #[error("the HTML has too many tags, attributes or entities")]
    TooComplex,
    /// It means something else each time it is parsed and written.
    #[error("the HTML is nested in a way that no two readers understand alike")]
    Unstable,
}

/// HTML as a list of tags and text.
#[derive(Debug)]
pub struct Markup {
    pub(super) pieces: Vec<Piece>,
}

/// One piece of HTML, with entities decoded and characters clean.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A start tag with its attributes, by the element's index in [`ELEMENTS`].
    Open(usize, Vec<(String, String)>),
    /// An end tag, by the element's index in [`ELEMENTS`].
    Close(usize),
    /// An `iframe` with its attributes.
    Frame(Vec<(String, String)>),
    Text(String),
    /// `<!--more-->`: the text before it is the lead.
    More,
    /// The next element is a caption, a credit or a footnote by its class: no lead.
    NoLead,
}

impl Markup {
    /// Parses HTML and keeps the allowed tags and the text.
    pub fn read(html: &str) -> Result<Markup, MarkupError> {
        if html.len() > HTML_BYTES_MAX {
            return Err(MarkupError::TooLong);
        }
        let tokenizer = Tokenizer::new(MarkupSink::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        let mut rest = html;
        while !rest.is_empty() && !tokenizer.sink.has_failed() {
            let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK_BYTES));
            tokenizer.sink.count_attributes(chunk);
            input.push_back(StrTendril::from_slice(chunk));
            // The tokenizer returns early after each script; nothing runs one here.
            while !input.is_empty() {
                let _ = tokenizer.feed(&input);
            }
            rest = after;
        }
        tokenizer.end();
        let builder = tokenizer.sink.0.into_inner();
        match builder.error {
            Some(error) => Err(error),
            None => Ok(Markup {
                pieces: builder.pieces,
            }),
        }
    }

    /// The text without markup, in runs between two tags.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Open(..) | Piece::Close(_) | Piece::Frame(_) | Piece::More | Piece::NoLead => {
                None
            }
        })
    }
}

/// The tokenizer shares its sink, so the state is behind a `RefCell`.
#[derive(Default)]
struct MarkupSink(RefCell<MarkupBuilder>);

impl MarkupSink {
    fn has_failed(&self) -> bool {
        self.0.borrow().error.is_some()
    }

    /// Counts possible attributes before the tokenizer reads `chunk`. It reports a tag only at its
    /// end, and by then it has compared each attribute with all others.
    fn count_attributes(&self, chunk: &str) {
        let mut builder = self.0.borrow_mut();
        let begins = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'');
        builder.attribute_starts += chunk.bytes().filter(|b| begins(b)).count();
        if builder.attribute_starts > ATTRIBUTES_MAX {
            builder.fail(MarkupError::TooComplex);
        }
    }
}

#[derive(Default)]
struct MarkupBuilder {
    pieces: Vec<Piece>,
    /// How many of each element are open, by index in [`ELEMENTS`].
    open: Vec<usize>,
    depth: usize,
    /// Work for the tree builder: for each tag it may visit every open element.
    steps: usize,
    /// Positions where an attribute can begin, since the last token.
    attribute_starts: usize,
    /// The element whose content is skipped until its end tag.
    skipped: Option<String>,
    error: Option<MarkupError>,
}

impl TokenSink for MarkupSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        builder.attribute_starts = 0;
        match token {
            Token::TagToken(tag) => return builder.tag(tag),
            Token::CharacterTokens(text) => builder.text(&text),
            Token::CommentToken(comment) if ends_lead(&comment) => builder.push(Piece::More),
            Token::CommentToken(_)
            | Token::DoctypeToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl MarkupBuilder {
    fn tag(&mut self, tag: Tag) -> TokenSinkResult<()> {
        self.step(tag.attrs.len().pow(2) / ATTRIBUTE_PAIRS_PER_STEP);
        let name: &str = &tag.name;
        let starts = tag.kind == TagKind::StartTag;
        match &self.skipped {
            Some(skipped) if !starts && **skipped == *name => self.skipped = None,
            Some(_) => {}
            None if elements::SKIPPED.contains(&name) => {
                if starts {
                    self.skipped = Some(name.to_owned());
                    if name == "iframe" {
                        let attributes = attributes(&tag, &["src", "data-src", "title"]);
                        self.push(Piece::Frame(attributes));
                    }
                    return tokenizer_state(name);
                }
            }
            None => {
                if let Some(at) = elements::position(name) {
                    self.element(at, &tag);
                }
            }
        }
        TokenSinkResult::Continue
    }

    fn element(&mut self, at: usize, tag: &Tag) {
        self.step(self.depth + 1);
        self.open.resize(ELEMENTS.len(), 0);
        let element = &ELEMENTS[at];
        let nests = match element.nature {
            Nature::Inline | Nature::Block => 1,
            Nature::OptionalEnd | Nature::Void => 0,
        };
        match tag.kind {
            TagKind::StartTag => {
                self.open[at] += nests;
                self.depth += nests;
                if self.depth > DEPTH_MAX {
                    self.fail(MarkupError::TooDeep);
                }
                if is_no_lead(tag) {
                    self.push(Piece::NoLead);
                }
                self.push(Piece::Open(at, attributes(tag, element.attributes)));
            }
            TagKind::EndTag => {
                if self.open[at] > 0 {
                    self.open[at] -= 1;
                    self.depth -= 1;
                }
                self.push(Piece::Close(at));
            }
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        let entities = text
            .chars()
            .filter(|c| matches!(c, '&' | '<' | '>' | '\u{a0}'));
        self.step(1 + entities.count() * ENTITY_STEPS);
        let text = clean(text);
        match self.pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(&text),
            _ => self.push(Piece::Text(text.into_owned())),
        }
    }

    fn step(&mut self, steps: usize) {
        self.steps += steps;
        if self.steps > STEPS_MAX {
            self.fail(MarkupError::TooComplex);
        }
    }

    fn push(&mut self, piece: Piece) {
        if self.error.is_none() {
            self.pieces.push(piece);
        }
    }

    /// Keeps the first error and frees the pieces.
    fn fail(&mut self, error: MarkupError) {
        self.error.get_or_insert(error);
        self.pieces = Vec::new();
    }
}

/// The state that the tree builder sets the tokenizer to after this start tag (HTML Standard, section
/// 13.2.6.4).
fn tokenizer_state(name: &str) -> TokenSinkResult<()> {
    TokenSinkResult::RawData(match name {
        "script" => ScriptData,
        "title" | "textarea" => Rcdata,
        "template" => return TokenSinkResult::Continue,
        _ => Rawtext,
    })
}

/// The allowed attributes of `tag`, clean and in their order.
fn attributes(tag: &Tag, allowed: &[&str]) -> Vec<(String, String)> {
    let is_allowed =
        |name: &str| allowed.contains(&name) || elements::GLOBAL_ATTRIBUTES.contains(&name);
    tag.attrs
        .iter()
        .filter(|attribute| is_allowed(&attribute.name.local))
        .filter(|attribute| attribute.value.len() <= ATTRIBUTE_BYTES_MAX)
        .map(|attribute| {
            let value = clean(&attribute.value).into_owned();
            (attribute.name.local.to_string(), value)
        })
        .collect()
}
