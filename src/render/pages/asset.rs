//! A file that pages refer to.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

/// A file that pages refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Bytes,
    /// The digest of its content. Pages link to `/assets/NAME?v=VERSION`, so that such a response is
    /// immutable.
    pub version: String,
}

impl Asset {
    /// Whether it is worth compressing.
    pub fn is_text(&self) -> bool {
        self.media_type.starts_with("text/") || self.media_type == "image/svg+xml"
    }

    pub(super) fn new(media_type: &'static str, bytes: impl Into<Bytes>) -> Asset {
        let bytes = bytes.into();
        Asset {
            media_type,
            version: format!("{:016x}", xxh3_64(&bytes)),
            bytes,
        }
    }
}
