//! Which end tag belongs to which tag.

use std::collections::HashMap;

use super::piece::{Family, Piece, What};

/// For each piece that is a tag, the piece that is its end tag. A tag that is still open where a tag
/// around it ends has none.
pub(super) fn pairs(pieces: &[Piece<'_>]) -> Vec<Option<usize>> {
    let mut ends = vec![None; pieces.len()];
    let mut open: Vec<(Family, &str, usize)> = Vec::new();
    // How many of each name are open, so that an end tag without start costs nothing.
    let mut counts: HashMap<(Family, &str), usize> = HashMap::new();
    for (at, piece) in pieces.iter().enumerate() {
        match &piece.what {
            What::Open(tag) => {
                for name in [tag.name, ""] {
                    *counts.entry((tag.family, name)).or_default() += 1;
                }
                open.push((tag.family, tag.name, at));
            }
            What::Close(family, name) => {
                if counts
                    .get(&(*family, *name))
                    .is_none_or(|count| *count == 0)
                {
                    continue;
                }
                while let Some((found, found_name, start)) = open.pop() {
                    for name in [found_name, ""] {
                        let count = counts.entry((found, name)).or_default();
                        *count = count.saturating_sub(1);
                    }
                    if found == *family && (name.is_empty() || found_name == *name) {
                        ends[start] = Some(at);
                        break;
                    }
                }
            }
            What::Alone(_)
            | What::Source(_)
            | What::Text(_)
            | What::Formula(_)
            | What::Note(_)
            | What::Html(_) => {}
        }
    }
    ends
}
