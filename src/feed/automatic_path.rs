//! The paths of automatic feeds.

use crate::model::term::{Term, TermKind};

/// The kinds of terms that can have automatic feeds.
pub const AUTOMATIC: [TermKind; 3] = [TermKind::Section, TermKind::Tag, TermKind::Author];

/// The path of the automatic feed of a term.
pub fn automatic_path(term: &Term) -> String {
    format!("{}/{}", term.kind.folder(), term.key())
}

/// The kind and key of an automatic feed's path.
pub fn split_automatic(path: &str) -> Option<(TermKind, &str)> {
    let (parent, key) = path.split_once('/')?;
    AUTOMATIC
        .into_iter()
        .find(|&kind| kind.folder() == parent)
        .map(|kind| (kind, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automatic_paths_name_their_kind() {
        for (path, expected) in [
            ("tags/x", Some((TermKind::Tag, "x"))),
            ("sections/x/y", Some((TermKind::Section, "x/y"))),
            ("authors/", Some((TermKind::Author, ""))),
            ("languages/kk", None),
            ("tags", None),
            ("x/tags", None),
        ] {
            assert_eq!(split_automatic(path), expected, "{path}");
        }
    }
}
