//! Pictures that are there twice: for the script that loads them late, and in `noscript` for readers
//! without scripts.

use std::collections::HashSet;

use super::picture_name::PictureName;
use super::pictures::Source;
use crate::text::elements::{ELEMENTS, Nature};
use crate::text::piece::Piece;

/// Pieces to look at on either side of a `noscript` for the picture that it stands for.
const NEIGHBOURS: usize = 8;

/// A picture of an article: the index of its piece, where its address comes from, and whether it stands in
/// `noscript`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picture {
    pub(super) at: usize,
    pub(super) source: Source,
    pub(super) is_fallback: bool,
}

/// Drops one of each picture that is there twice, once of them in `noscript`.
pub(super) fn drop_twins(pieces: &mut Vec<Piece>, pictures: &[Picture]) {
    let shown = pictures.iter().filter(|picture| !picture.is_fallback);
    let shown = shown.filter(|picture| picture.source != Source::Placeholder);
    let shown: HashSet<&str> = shown
        .filter_map(|picture| attribute(&pieces[picture.at], "src"))
        .collect();
    let mut dropped = HashSet::new();
    let mut descriptions = Vec::new();
    for (number, fallback) in pictures.iter().enumerate() {
        if !fallback.is_fallback {
            continue;
        }
        let twin = twin(pieces, pictures, number).filter(|twin| !dropped.contains(&twin.at));
        let (kept, gone) = match twin.map(|twin| (twin.at, twin.source)) {
            Some((twin, Source::Late | Source::Plain)) => (twin, fallback.at),
            Some((twin, Source::Placeholder)) => (fallback.at, twin),
            None => (fallback.at, fallback.at),
        };
        let is_shown =
            attribute(&pieces[fallback.at], "src").is_some_and(|src| shown.contains(src));
        if kept != gone {
            let written = |at: usize| attribute(&pieces[at], "alt").filter(|alt| !alt.is_empty());
            let alt = written(gone).filter(|_| written(kept).is_none());
            descriptions.extend(alt.map(|alt| (kept, alt.to_owned())));
            dropped.insert(gone);
        } else if is_shown {
            dropped.insert(gone);
        }
    }
    for (at, alt) in descriptions {
        if let Piece::Open(_, attributes) = &mut pieces[at] {
            attributes.retain(|(name, _)| name != "alt");
            attributes.push(("alt".to_owned(), alt));
        }
    }
    if !dropped.is_empty() {
        let mut at = 0..;
        pieces.retain(|_| at.next().is_none_or(|at| !dropped.contains(&at)));
    }
}

/// The picture that a script would show in place of the fallback at `number`: the same one beside it, in the
/// same block rather than another.
fn twin(pieces: &[Piece], pictures: &[Picture], number: usize) -> Option<Picture> {
    let before = number
        .checked_sub(1)
        .and_then(|before| pictures.get(before));
    let beside = [before, pictures.get(number + 1)].into_iter().flatten();
    let fallback = pictures[number].at;
    let is_twin = |picture: &&Picture| {
        !picture.is_fallback
            && (is_place_of(picture, fallback, pieces) || is_same(picture, fallback, pieces))
    };
    let beside = beside.filter(is_twin);
    let distance = |picture: &&Picture| distance(pieces, picture.at, pictures[number].at);
    let near = beside.filter_map(|picture| Some((distance(&picture)?, picture)));
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, picture)| *picture)
}

/// Whether `picture` only holds the place of the fallback behind it, or is at least without an address of
/// its own that says otherwise.
fn is_place_of(picture: &Picture, fallback: usize, pieces: &[Piece]) -> bool {
    let is_in_front = picture.source == Source::Placeholder && picture.at < fallback;
    is_in_front || addresses(&pieces[picture.at]).next().is_none()
}

/// Whether two pictures have an address in common, but for their sizes.
fn is_same(picture: &Picture, fallback: usize, pieces: &[Piece]) -> bool {
    let written: Vec<PictureName> = addresses(&pieces[fallback]).map(PictureName::of).collect();
    addresses(&pieces[picture.at]).any(|address| written.contains(&PictureName::of(address)))
}

/// The most addresses of a picture that are compared.
const ADDRESSES_MAX: usize = 8;

/// The addresses of a picture in `src` and `srcset`.
fn addresses(piece: &Piece) -> impl Iterator<Item = &str> {
    let candidates = attribute(piece, "srcset").unwrap_or_default().split(", ");
    let candidates = candidates.filter_map(|candidate| candidate.split_whitespace().next());
    let source = attribute(piece, "src").filter(|src| !src.starts_with("data:"));
    source.into_iter().chain(candidates).take(ADDRESSES_MAX)
}

/// How many ends of blocks are between two pictures; `None` where text is between them or too much else.
fn distance(pieces: &[Piece], one: usize, other: usize) -> Option<usize> {
    let between = pieces.get(one.min(other) + 1..one.max(other))?;
    if between.len() > NEIGHBOURS {
        return None;
    }
    between.iter().try_fold(0, |distance, piece| match piece {
        Piece::Text(text) if text.trim().is_empty() => Some(distance),
        Piece::Open(at, _) | Piece::Close(at) => match ELEMENTS[*at].nature {
            Nature::Inline | Nature::Void => Some(distance),
            Nature::Block | Nature::OptionalEnd => Some(distance + 1),
        },
        Piece::Text(_) | Piece::Formula(_) | Piece::Frame(_) | Piece::More | Piece::NoLead => None,
    })
}

fn attribute<'p>(piece: &'p Piece, key: &str) -> Option<&'p str> {
    let Piece::Open(_, attributes) = piece else {
        return None;
    };
    let found = attributes.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value.as_str())
}
