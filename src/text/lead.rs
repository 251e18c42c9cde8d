//! The lead of marked-up text.

use std::mem;

use super::elements::{ELEMENTS, Nature};
use super::markup::{Markup, Piece};
use super::plain::Text;

impl Markup {
    /// The text before `<!--more-->`, else the first paragraph with text, else the first text of any
    /// block.
    pub fn lead(&self) -> Text {
        let more = self.pieces.iter().position(|piece| *piece == Piece::More);
        if let Some(more) = more {
            let blocks = blocks(&self.pieces[..more]);
            let texts: Vec<&str> = blocks.iter().map(|block| block.text.as_str()).collect();
            let lead = Text::new(&texts.join(" "));
            if !lead.is_empty() {
                return lead;
            }
        }
        let blocks = blocks(&self.pieces);
        let paragraph = blocks.iter().find(|block| block.is_paragraph);
        let lead = paragraph.or(blocks.first());
        lead.map(|block| Text::new(&block.text)).unwrap_or_default()
    }
}

/// A run of text between two block boundaries.
struct Block {
    is_paragraph: bool,
    text: String,
}

/// The blocks that have visible text.
fn blocks(pieces: &[Piece]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open = Block {
        is_paragraph: false,
        text: String::new(),
    };
    for piece in pieces {
        let next_is_paragraph = match piece {
            Piece::Text(text) => {
                open.text.push_str(text);
                continue;
            }
            Piece::More => continue,
            Piece::Frame(_) => false,
            Piece::Open(at, _) | Piece::Close(at) => match ELEMENTS[*at].nature {
                Nature::Inline => continue,
                Nature::Void => {
                    open.text.push(' ');
                    continue;
                }
                Nature::Block | Nature::OptionalEnd => {
                    matches!(piece, Piece::Open(..)) && ELEMENTS[*at].name == "p"
                }
            },
        };
        let next = Block {
            is_paragraph: next_is_paragraph,
            text: String::new(),
        };
        let done = mem::replace(&mut open, next);
        if !Text::new(&done.text).is_empty() {
            blocks.push(done);
        }
    }
    if !Text::new(&open.text).is_empty() {
        blocks.push(open);
    }
    blocks
}
