//! Pictures that a script loads late, and those that stand in `noscript` for readers without scripts.
//!
//! Such a page has a placeholder in `src`, the real address in an attribute of the script's choice, and
//! often the same picture once more in `noscript`. Feed readers run no script.

use std::collections::HashSet;

use html5ever::tokenizer::Tag;

use crate::text::characters::clean;
use crate::text::elements::{ATTRIBUTE_BYTES_MAX, ELEMENTS, Nature};
use crate::text::piece::Piece;

/// Where scripts keep the address, the most common first. They hold what the page shows in the end, so
/// they win over `src`.
const LATE_SOURCES: [&str; 8] = [
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-lazyload",
    "data-cfsrc",
    "data-ezsrc",
    "data-echo",
];

/// Names of files that are shown until the picture is there, without extension, digits and signs.
const PLACEHOLDERS: [&str; 17] = [
    "blank",
    "clear",
    "dot",
    "dummy",
    "empty",
    "gray",
    "grey",
    "lazy",
    "lazyload",
    "loader",
    "loading",
    "pixel",
    "placeholder",
    "preloader",
    "spacer",
    "spinner",
    "transparent",
];

/// What the address of a picture is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// It comes from an attribute of a script that loads it late.
    Late,
    /// It is in `src` or `srcset`.
    Plain,
    /// There is none, or one that only holds the place of a picture.
    Placeholder,
}

/// Puts the addresses that a script would load into the `attributes` of an `img`, `source`, `audio` or
/// `video`.
pub(super) fn settle_source(tag: &Tag, attributes: &mut Vec<(String, String)>) -> Source {
    let written = |name: &str| {
        let found = attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    let is_shown = written("src").is_some_and(|src| is_address(src) && !is_placeholder(src));
    let source = late_source(tag, is_shown);
    let set = late_value(tag, |name| {
        name.ends_with("srcset") || name == "data-original-set"
    });
    let poster = late_value(tag, |name| name == "data-poster");
    let is_late = source.is_some() || set.is_some();
    let has_set = written("srcset").is_some_and(is_address);
    let is_lazy = class_of(tag).contains("lazy");
    if source.is_none() && !is_shown && (set.is_some() || has_set) {
        // The set says more than a placeholder.
        attributes.retain(|(key, _)| key != "src");
    }
    for (name, value) in [("poster", poster), ("srcset", set), ("src", source)] {
        if let Some(value) = value {
            attributes.retain(|(key, _)| key != name);
            attributes.insert(0, (name.to_owned(), value));
        }
    }
    match (is_late, is_shown || has_set) {
        (true, _) => Source::Late,
        (false, true) if !is_lazy => Source::Plain,
        (false, _) => Source::Placeholder,
    }
}

/// The address in the best of [`LATE_SOURCES`]. Any other `data-…src` may be a size of its own, and `data-url` a
/// link, so they count only where `src` shows nothing.
fn late_source(tag: &Tag, is_shown: bool) -> Option<String> {
    let known = LATE_SOURCES
        .iter()
        .find_map(|known| late_value(tag, |name| name == *known));
    known.or_else(|| match is_shown {
        true => None,
        false => late_value(tag, |name| name.ends_with("src") || name == "data-url"),
    })
}

/// The value of the first attribute `data-…` with such a name that is an address.
fn late_value(tag: &Tag, is_named: impl Fn(&str) -> bool) -> Option<String> {
    let mut late = tag.attrs.iter().filter(|attribute| {
        let name = &*attribute.name.local;
        name.starts_with("data-") && is_named(name)
    });
    late.find(|attribute| is_address(&attribute.value))
        .map(|attribute| clean(&attribute.value).trim().to_owned())
}

/// Whether something can be loaded from this value; resolving it comes later.
fn is_address(value: &str) -> bool {
    let value = value.trim();
    let scheme = value.get(..6).unwrap_or(value).to_ascii_lowercase();
    let is_inline = ["data:", "about:", "blob:"]
        .iter()
        .any(|inline| scheme.starts_with(inline));
    let has_path = value.contains(['/', '.']);
    has_path && !is_inline && !value.starts_with('#') && value.len() <= ATTRIBUTE_BYTES_MAX
}

/// Whether the file's name says that it only holds the place of a picture, as `blank.gif` and `1x1.png`.
fn is_placeholder(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let name = file
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut words = name
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty());
    words.clone().any(|word| PLACEHOLDERS.contains(&word)) && words.clone().count() <= 2
        || words.all(|word| word == "x") && name.starts_with("1x1")
}

fn class_of(tag: &Tag) -> &str {
    let class = tag
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == "class");
    class.map_or("", |class| &class.value)
}

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
            Some((twin, Source::Late)) => (twin, fallback.at),
            Some((twin, Source::Placeholder)) => (fallback.at, twin),
            Some((_, Source::Plain)) | None => (fallback.at, fallback.at),
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

/// The picture that a script would show in place of the fallback at `number`: the one beside it, in the same
/// block rather than another.
fn twin(pieces: &[Piece], pictures: &[Picture], number: usize) -> Option<Picture> {
    let before = number
        .checked_sub(1)
        .and_then(|before| pictures.get(before));
    let beside = [before, pictures.get(number + 1)].into_iter().flatten();
    let beside = beside.filter(|picture| !picture.is_fallback);
    let distance = |picture: &&Picture| distance(pieces, picture.at, pictures[number].at);
    let near = beside.filter_map(|picture| Some((distance(&picture)?, picture)));
    near.min_by_key(|(distance, _)| *distance)
        .map(|(_, picture)| *picture)
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
        Piece::Text(_) | Piece::Frame(_) | Piece::More | Piece::NoLead => None,
    })
}

fn attribute<'p>(piece: &'p Piece, key: &str) -> Option<&'p str> {
    let Piece::Open(_, attributes) = piece else {
        return None;
    };
    let found = attributes.iter().find(|(name, _)| name == key);
    found.map(|(_, value)| value.as_str())
}
