//! Entity tags (RFC 9110 §8.8.3) of documents.

use std::fmt;

use http::HeaderValue;
use xxhash_rust::xxh3::xxh3_128;

use crate::feed::coding::Coding;
use crate::model::format::Format;

/// A strong entity tag without quotes and without the suffix of a coding. It changes whenever the
/// document changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag(u128);

impl ETag {
    /// The entity tag of the document in `format` of a feed version with this digest.
    pub fn new(digest: u128, format: Format) -> ETag {
        let mut bytes = digest.to_le_bytes().to_vec();
        bytes.extend(format.extension().as_bytes());
        ETag(xxh3_128(&bytes))
    }

    /// The entity tag of a document, from its bytes alone.
    pub fn of(document: &[u8]) -> ETag {
        ETag(xxh3_128(document))
    }

    /// The entity tag of a document that has this digest and no formats.
    pub fn of_digest(digest: u128) -> ETag {
        ETag(digest)
    }

    /// The value of `ETag` for the document in a coding.
    pub fn value(self, coding: Coding) -> HeaderValue {
        let value = match coding {
            Coding::Identity => format!("\"{self}\""),
            coding => format!("\"{self}-{}\"", coding.name()),
        };
        HeaderValue::try_from(value).expect("hexadecimal digits and a name")
    }

    /// The number that names the document in caches.
    pub fn digest(self) -> u128 {
        self.0
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_different_etags() {
        let tags: Vec<String> = Format::ALL
            .iter()
            .map(|&format| ETag::new(7, format).to_string())
            .collect();
        assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2]);
        assert!(tags.iter().all(|tag| tag.len() == 32));
    }
}
