//! Fills in the length of media files in an article's folder or below it: `cover.jpg` next to
//! `x/index.md`, `audio/a.mp3` below the folder of `a.md`.
//!
//! Feeds give the length of an enclosure, and a local file tells it without a request. The length is
//! taken when the article is read; a file that is replaced alone is noticed when its article is read
//! again. Links, `..` and ignored names are not followed, so no address reveals a file elsewhere.

use std::fs;
use std::path::Path;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::model::article::{Draft, Media};
use crate::source::directory::file_name::is_ignored_name;

/// Sets the missing lengths of the draft's media; `folder` is the folder of the article's file.
pub(super) fn fill_lengths(folder: &Path, draft: &mut Draft) {
    let media = draft.image.iter_mut().chain(&mut draft.enclosures);
    for medium in media.filter(|medium| medium.length.is_none()) {
        medium.length = file_length(folder, medium);
    }
}

fn file_length(folder: &Path, medium: &Media) -> Option<u64> {
    let mut path = folder.to_owned();
    for name in path_names(&medium.url)? {
        path.push(name);
        if fs::symlink_metadata(&path).ok()?.is_symlink() {
            return None;
        }
    }
    let metadata = fs::symlink_metadata(&path).ok()?;
    metadata.is_file().then_some(metadata.len())
}

/// The path segments of a relative address, decoded; `None` for every other address.
fn path_names(address: &str) -> Option<Vec<String>> {
    let address = address.trim();
    if Url::parse(address).is_ok() {
        return None;
    }
    let path = address.split(['?', '#']).next()?;
    let names = path.split('/').filter(|name| *name != ".").map(plain_name);
    names
        .collect::<Option<Vec<_>>>()
        .filter(|names| !names.is_empty())
}

/// A decoded segment, if it is the plain name of a file or folder that is not ignored.
fn plain_name(encoded: &str) -> Option<String> {
    let name = percent_decode_str(encoded).decode_utf8().ok()?;
    let moves = name.is_empty() || name.contains(['/', '\\', '\0']);
    (!moves && !is_ignored_name(&name)).then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_addresses_are_paths() {
        for (address, expected) in [
            ("cover.jpg", Some(&["cover.jpg"][..])),
            (" ./cover.jpg?v=2#top ", Some(&["cover.jpg"])),
            ("audio/a.mp3", Some(&["audio", "a.mp3"])),
            ("фото/мост 1.jpg", Some(&["фото", "мост 1.jpg"])),
            (
                "%D1%84%D0%BE%D1%82%D0%BE/%D0%BC%20%231.jpg",
                Some(&["фото", "м #1.jpg"]),
            ),
            ("", None),
            (".", None),
            ("?v=2", None),
            ("/cover.jpg", None),
            ("//cdn.example/cover.jpg", None),
            ("https://dala.example/cover.jpg", None),
            ("file:cover.jpg", None),
            ("../cover.jpg", None),
            ("a/../../cover.jpg", None),
            ("%2e%2e/cover.jpg", None),
            ("..%2fcover.jpg", None),
            ("a\\..\\cover.jpg", None),
            ("a//cover.jpg", None),
            ("a/", None),
            ("a%00.jpg", None),
            ("%ff.jpg", None),
            (".env", None),
            ("_drafts/cover.jpg", None),
        ] {
            let names = path_names(address);
            let names: Option<Vec<&str>> = names
                .as_ref()
                .map(|names| names.iter().map(String::as_str).collect());
            assert_eq!(names.as_deref(), expected, "{address:?}");
        }
    }
}
