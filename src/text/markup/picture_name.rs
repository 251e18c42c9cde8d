//! What an address says of a picture, but for the size in which it is shown.

use std::borrow::Cow;

/// The name of a picture, equal for all its sizes and formats.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PictureName<'a> {
    /// The file's name without size and extension, or a whole path where that has no extension.
    file: Cow<'a, str>,
    /// What the query says besides sizes, where the path names no file of a picture.
    query: Vec<&'a str>,
}

/// Extensions of pictures.
const EXTENSIONS: [&str; 9] = [
    "avif", "bmp", "gif", "heic", "jpeg", "jpg", "png", "svg", "webp",
];

/// Parameters of a query that say in which size or format a picture is sent.
const SIZES: [&str; 16] = [
    "auto", "crop", "dpr", "fit", "fm", "format", "h", "height", "q", "quality", "resize", "s",
    "size", "ssl", "w", "width",
];

/// Words behind the last hyphen or underscore of a name that say a size.
const SIZE_WORDS: [&str; 9] = [
    "big",
    "full",
    "large",
    "medium",
    "preview",
    "scaled",
    "small",
    "thumb",
    "thumbnail",
];

impl<'a> PictureName<'a> {
    pub(super) fn of(address: &'a str) -> PictureName<'a> {
        let address = address.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let file = path.rsplit('/').next().unwrap_or_default();
        let mut name = file;
        while let Some((start, extension)) = name.rsplit_once('.')
            && EXTENSIONS
                .iter()
                .any(|it| it.eq_ignore_ascii_case(extension))
        {
            name = start;
        }
        if name.len() < file.len() {
            return PictureName {
                file: Cow::Owned(without_sizes(name).to_lowercase()),
                query: Vec::new(),
            };
        }
        let is_size = |pair: &&str| {
            let key = pair.split('=').next().unwrap_or_default();
            SIZES.contains(&key)
        };
        PictureName {
            file: Cow::Borrowed(path),
            query: query.split('&').filter(|pair| !is_size(pair)).collect(),
        }
    }
}

/// `a` of `a-1024x768`, `a_640`, `a@2x` and `a-scaled`.
fn without_sizes(name: &str) -> &str {
    let mut name = name;
    while let Some(at) = name.rfind(['-', '_', '@']).filter(|at| *at > 0) {
        let word = &name[at + 1..];
        if !(is_size(word) || SIZE_WORDS.iter().any(|it| it.eq_ignore_ascii_case(word))) {
            break;
        }
        name = &name[..at];
    }
    name
}

/// `1024x768`, `640`, `300w` and `2x`. A small number alone numbers pictures.
fn is_size(word: &str) -> bool {
    let digits =
        |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let is_pixels = |text: &str| digits(text) && text.len() >= 3;
    let (one, other) = word.split_once(['x', 'X', '×']).unwrap_or((word, ""));
    match word.len() - one.len() {
        0 => is_pixels(word) || word.strip_suffix(['w', 'h']).is_some_and(is_pixels),
        _ => digits(one) && (other.is_empty() || digits(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_formats_of_one_picture_have_one_name() {
        for (one, other, is_same) in [
            ("/a.jpg", "https://cdn.example/x/a.jpg", true),
            ("/a.jpg", "/a-1024x768.jpg", true),
            ("/a-300.jpg", "/a-1024.jpg", true),
            ("/a@2x.png", "/a.PNG", true),
            ("/a.jpg.webp", "/a-scaled.jpg?v=2", true),
            ("/640x/a_thumb.jpg", "/1280x/a_large.jpg", true),
            ("/img?id=1&w=300", "/img?id=1&w=900&q=80", true),
            (
                "/_next/image?url=%2Fa.jpg&w=64",
                "/_next/image?url=%2Fa.jpg&w=640",
                true,
            ),
            ("/img?id=1&w=300", "/img?id=2&w=300", false),
            ("/1/photo", "/2/photo", false),
            ("/a.jpg", "/b.jpg", false),
            ("/photo-1.jpg", "/photo-2.jpg", false),
            ("/photo-12.jpg", "/photo-13.jpg", false),
            ("/most-reka.jpg", "/most.jpg", false),
            ("/-300.jpg", "/-400.jpg", false),
        ] {
            let equal = PictureName::of(one) == PictureName::of(other);
            assert_eq!(equal, is_same, "{one} {other}");
        }
    }
}
