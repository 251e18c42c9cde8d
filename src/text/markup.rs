//! HTML of any origin, taken apart: which elements may stay, and what the text is.
//!
//! The tokenizer is the one of the HTML specification, so nothing is found inside comments,
//! scripts or attributes that a browser would not find. Here is also where work is bounded: steps
//! are counted for everything that takes time here or, later, in the tree builder, and with their
//! number the time that one article can take has a limit.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::clean;
use super::elements::{self, ELEMENTS, Nature};

/// The most bytes of an article as HTML; Markdown grows on its way there.
pub(super) const HTML_BYTES_MAX: usize = 4 << 20;

/// The most elements inside each other.
const DEPTH_MAX: usize = 200;

/// The most steps, as [`Collected`] counts them. An ordinary article has some thousands; this many
/// take a fifth of a second.
const STEPS_MAX: usize = 250_000;

/// Steps for a character that stands in HTML as an entity, which costs a reader that many.
const ENTITY_STEPS: usize = 4;

/// Attributes of one tag that cost one step for each pair: each is compared with all before it.
const PAIRS_A_STEP: usize = 100;

/// So much is read at a time, to stop early where there is too much of something.
const CHUNK_BYTES: usize = 16 << 10;

/// The most places where an attribute may begin in what is read before its tag ends.
const ATTRIBUTES_MAX: usize = 20_000;

/// An attribute with more bytes is no address and no description.
const ATTRIBUTE_BYTES_MAX: usize = 8 << 10;

/// Why HTML cannot be an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkupError {
    /// Too many bytes.
    #[error("the text is larger than {HTML_BYTES_MAX} bytes as HTML")]
    Long,
    /// Too many elements inside each other.
    #[error("elements are nested deeper than {DEPTH_MAX}")]
    Deep,
    /// Too many tags, too many of them while too many elements are open, or too much inside one.
    #[error("the HTML has too many tags, attributes or entities")]
    Tangled,
    /// Every reader would understand it differently.
    #[error("the HTML is nested in a way that no two readers understand alike")]
    Unstable,
}

/// HTML as a sequence of tags and text.
#[derive(Debug)]
pub struct Markup {
    pub(super) pieces: Vec<Piece>,
}

/// One piece of HTML, with entities decoded and characters clean.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// The start of an element, by its place in the list of those that may stay.
    Open(usize, Vec<(String, String)>),
    /// The end of one.
    Close(usize),
    /// A frame, with its attributes.
    Frame(Vec<(String, String)>),
    Text(String),
    /// `<!--more-->`: what stands before it is the lead.
    More,
}

impl Markup {
    /// Takes HTML apart.
    ///
    /// # Errors
    /// More bytes, depth or tags than an article may have.
    pub fn read(html: &str) -> Result<Markup, MarkupError> {
        if html.len() > HTML_BYTES_MAX {
            return Err(MarkupError::Long);
        }
        let tokenizer = Tokenizer::new(Collector::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        let mut rest = html;
        while !rest.is_empty() && !tokenizer.sink.has_failed() {
            let (chunk, behind) = rest.split_at(rest.floor_char_boundary(CHUNK_BYTES));
            tokenizer.sink.expect(chunk);
            input.push_back(StrTendril::from_slice(chunk));
            // A script does not run here, so it does not end the run either.
            while !input.is_empty() {
                let _ = tokenizer.feed(&input);
            }
            rest = behind;
        }
        tokenizer.end();
        let collected = tokenizer.sink.0.into_inner();
        match collected.error {
            Some(error) => Err(error),
            None => Ok(Markup {
                pieces: collected.pieces,
            }),
        }
    }

    /// The text in blocks, without markup.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Open(..) | Piece::Close(_) | Piece::Frame(_) | Piece::More => None,
        })
    }
}

/// The sink of the tokenizer.
#[derive(Default)]
struct Collector(RefCell<Collected>);

impl Collector {
    fn has_failed(&self) -> bool {
        self.0.borrow().error.is_some()
    }

    /// Looks at what the tokenizer is about to read: it says nothing of a tag before its end, and
    /// by then it has compared each attribute with all others.
    fn expect(&self, chunk: &str) {
        let mut collected = self.0.borrow_mut();
        let begins = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'');
        collected.unfinished += chunk.bytes().filter(|b| begins(b)).count();
        if collected.unfinished > ATTRIBUTES_MAX {
            collected.fail(MarkupError::Tangled);
        }
    }
}

#[derive(Default)]
struct Collected {
    pieces: Vec<Piece>,
    /// How many of each element stand open.
    open: Vec<usize>,
    depth: usize,
    /// What the tree builder will have to do: for each tag it may look at every open element.
    steps: usize,
    /// Places where an attribute may begin, since the last token.
    unfinished: usize,
    /// The element whose content is being skipped.
    skipped: Option<String>,
    error: Option<MarkupError>,
}

impl TokenSink for Collector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut collected = self.0.borrow_mut();
        collected.unfinished = 0;
        match token {
            Token::TagToken(tag) => return collected.tag(tag),
            Token::CharacterTokens(text) => collected.text(&text),
            Token::CommentToken(comment) if comment.trim() == "more" => {
                collected.push(Piece::More);
            }
            Token::CommentToken(_)
            | Token::DoctypeToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}

impl Collected {
    fn tag(&mut self, tag: Tag) -> TokenSinkResult<()> {
        self.step(tag.attrs.len().pow(2) / PAIRS_A_STEP);
        let name: &str = &tag.name;
        let starts = tag.kind == TagKind::StartTag;
        match &self.skipped {
            Some(skipped) if !starts && **skipped == *name => self.skipped = None,
            Some(_) => {}
            None if elements::NO_TEXT.contains(&name) => {
                if starts {
                    self.skipped = Some(name.to_owned());
                    if name == "iframe" {
                        let attributes = attributes(&tag, &["src", "data-src", "title"]);
                        self.push(Piece::Frame(attributes));
                    }
                    return switch(name);
                }
            }
            None => {
                if let Some(at) = elements::find(name) {
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
            Nature::Implied | Nature::Void => 0,
        };
        match tag.kind {
            TagKind::StartTag => {
                self.open[at] += nests;
                self.depth += nests;
                if self.depth > DEPTH_MAX {
                    self.fail(MarkupError::Deep);
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
            self.fail(MarkupError::Tangled);
        }
    }

    fn push(&mut self, piece: Piece) {
        if self.error.is_none() {
            self.pieces.push(piece);
        }
    }

    /// The first reason stands; what was collected is of no use any more.
    fn fail(&mut self, error: MarkupError) {
        self.error.get_or_insert(error);
        self.pieces = Vec::new();
    }
}

/// What the specification's tree builder would tell the tokenizer behind this start tag.
fn switch(name: &str) -> TokenSinkResult<()> {
    TokenSinkResult::RawData(match name {
        "script" => ScriptData,
        "title" | "textarea" => Rcdata,
        "template" => return TokenSinkResult::Continue,
        _ => Rawtext,
    })
}

/// The attributes of `tag` that may stay, clean and in the order written.
fn attributes(tag: &Tag, allowed: &[&str]) -> Vec<(String, String)> {
    let kept = |name: &str| allowed.contains(&name) || elements::EVERYWHERE.contains(&name);
    tag.attrs
        .iter()
        .filter(|attribute| kept(&attribute.name.local))
        .filter(|attribute| attribute.value.len() <= ATTRIBUTE_BYTES_MAX)
        .map(|attribute| {
            let value = clean(&attribute.value).into_owned();
            (attribute.name.local.to_string(), value)
        })
        .collect()
}
