//! Pictures, sound, video and other files of an article.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::text::{Base, Text, decode_references, resolve};

/// A file that belongs to an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Its URL; absolute and percent-encoded once accepted.
    pub url: String,
    /// Its media type; without one it is guessed from the extension.
    pub media_type: Option<String>,
    /// Its size in bytes. For a file next to the article, the source fills it in.
    pub length: Option<u64>,
    /// Its width in pixels.
    pub width: Option<u32>,
    /// Its height in pixels.
    pub height: Option<u32>,
    /// A description for readers who cannot see it.
    pub alt: Option<String>,
    /// The photographer or agency.
    pub credit: Option<String>,
}

impl Media {
    /// The medium with a resolved URL and clean text; `None` when the URL is not HTTP. A size of 0
    /// means that the size is unknown.
    pub(super) fn accept(&self, base: Base<'_>) -> Option<Media> {
        let written = decode_references(&self.url);
        let url = resolve(base, &written).filter(|url| url.starts_with("http"))?;
        let stated = self.media_type.as_deref().and_then(media_type);
        Some(Media {
            media_type: stated.or_else(|| guess(&url).map(str::to_owned)),
            length: self.length.filter(|&bytes| bytes > 0),
            width: self.width.filter(|&pixels| pixels > 0),
            height: self.height.filter(|&pixels| pixels > 0),
            alt: self.alt.as_deref().and_then(some_text),
            credit: self.credit.as_deref().and_then(some_text),
            url,
        })
    }
}

/// Clean text of a name or a description; `None` when nothing is left.
pub(super) fn some_text(raw: &str) -> Option<String> {
    let text = Text::from_written(raw);
    (!text.is_empty()).then(|| text.into_string())
}

/// `type/subtype` in lower case, without parameters; `None` when it is malformed (RFC 6838, section
/// 4.2).
fn media_type(raw: &str) -> Option<String> {
    let essence = raw.split(';').next().unwrap_or(raw).trim();
    let essence = essence.to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/')?;
    let token = |text: &str| {
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        (1..=64).contains(&text.len()) && text.bytes().all(is_token)
    };
    (token(kind) && token(subtype)).then_some(essence)
}

/// The media type for the extension of a URL's path.
fn guess(url: &str) -> Option<&'static str> {
    let path = Url::parse(url).ok()?.path().to_ascii_lowercase();
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    TYPES
        .iter()
        .find(|(known, _)| *known == extension)
        .map(|(_, media_type)| *media_type)
}

const TYPES: [(&str, &str); 24] = [
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("svg", "image/svg+xml"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", "audio/wav"),
    ("flac", "audio/flac"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("mov", "video/quicktime"),
    ("ogv", "video/ogg"),
    ("pdf", "application/pdf"),
    ("epub", "application/epub+zip"),
    ("zip", "application/zip"),
    ("csv", "text/csv"),
];
