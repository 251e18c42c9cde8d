//! The pieces that HTML is taken apart into.

use super::embed::Frame;

/// One piece of HTML, with entities decoded and characters clean.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A start tag with its attributes, by the element's index in [`ELEMENTS`](super::elements::ELEMENTS).
    Open(usize, Vec<(String, String)>),
    /// An end tag, by the element's index in [`ELEMENTS`](super::elements::ELEMENTS).
    Close(usize),
    /// A frame, a player, or a post of another site.
    Frame(Frame),
    Text(String),
    /// A formula as text.
    Formula(String),
    /// `<!--more-->`: the text before it is the lead.
    More,
    /// The next element is a caption, a credit or a footnote by its class: no lead.
    NoLead,
}
