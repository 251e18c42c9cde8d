//! Foreign HTML as a list of allowed tags and text.
//!
//! The tokenizer follows the HTML specification, so it finds tags exactly where a browser finds
//! them. This module also bounds the work of one article: it counts steps for everything that takes
//! time here or later in the tree builder, and refuses HTML that needs too many.

mod appearance;
mod builder;
mod formula;
mod lead_marks;
mod marks;
mod picture_name;
mod pictures;
mod removed_element;
mod steps;
mod tags;
mod twins;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

pub(super) use self::appearance::style_hides;
use self::builder::MarkupBuilder;
use super::bare_links::BareLinks;
use super::elements;
pub(super) use super::piece::Piece;

/// The most bytes of an article as HTML. A Markdown file is shorter than its HTML.
pub(super) const HTML_BYTES_MAX: usize = 4 << 20;

/// The most open elements inside each other.
const DEPTH_MAX: usize = 200;

/// Bytes given to the tokenizer at a time. Limits are checked between two chunks.
const CHUNK_BYTES: usize = 16 << 10;

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
    /// Steps that reading it took.
    pub(super) steps: usize,
    /// Which addresses in its text become links.
    pub(super) bare_links: BareLinks,
    /// Scripts that may have shown something.
    pub(super) dropped_scripts: usize,
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
            tokenizer.sink.0.borrow_mut().count_chunk(chunk);
            input.push_back(StrTendril::from_slice(chunk));
            // The tokenizer returns early after each script; nothing runs one here.
            while !input.is_empty() {
                let _ = tokenizer.feed(&input);
            }
            rest = after;
        }
        tokenizer.end();
        tokenizer.sink.0.into_inner().finish()
    }

    /// The same where every address in the text becomes a link, not only one on a line of its own.
    pub fn with_bare_links(self) -> Markup {
        Markup {
            bare_links: BareLinks::All,
            ..self
        }
    }

    /// The text without markup, in runs between two tags.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) | Piece::Formula(text) => Some(text.as_str()),
            Piece::Open(..) | Piece::Close(_) | Piece::Frame(_) | Piece::More | Piece::NoLead => {
                None
            }
        })
    }

    /// The same without code and formulas, whose words are those of no language.
    pub fn prose(&self) -> impl Iterator<Item = &str> {
        let mut open_code = 0_usize;
        self.pieces.iter().filter_map(move |piece| {
            match piece {
                Piece::Text(text) if open_code == 0 => return Some(text.as_str()),
                Piece::Open(at, _) if elements::is_code(*at) => open_code += 1,
                Piece::Close(at) if elements::is_code(*at) => {
                    open_code = open_code.saturating_sub(1);
                }
                Piece::Open(..)
                | Piece::Close(_)
                | Piece::Text(_)
                | Piece::Formula(_)
                | Piece::Frame(_)
                | Piece::More
                | Piece::NoLead => {}
            }
            None
        })
    }
}

/// The tokenizer shares its sink, so the state is behind a `RefCell`.
#[derive(Default)]
struct MarkupSink(RefCell<MarkupBuilder>);

impl MarkupSink {
    fn has_failed(&self) -> bool {
        self.0.borrow().has_failed()
    }
}

impl TokenSink for MarkupSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut builder = self.0.borrow_mut();
        builder.end_token();
        match token {
            Token::TagToken(tag) => return builder.tag(&tag),
            Token::CharacterTokens(text) => builder.text(&text),
            Token::CommentToken(comment) => builder.comment(&comment),
            Token::DoctypeToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }
}
