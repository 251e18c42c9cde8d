//! A file that pages refer to.

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

/// A file that pages refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// What it is.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Bytes,
    /// The digest of its content: pages ask for `/assets/NAME?v=VERSION`, and while that is equal
    /// to this, an answer may be kept for ever.
    pub version: String,
}

impl Asset {
    /// Whether compressing it saves anything.
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
