//! Percent-encoding of paths and queries (RFC 3986, section 2.1), and the normal form of decoded paths. Links, ids and redirects share it.

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters to encode in ids and paths: all but the unreserved ones (RFC 3986, section 2.3) and `/`.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// In queries `/` is encoded too, and `,` and `:` are not: they separate terms and prefixes.
const QUERY: &AsciiSet = &PATH.add(b'/').remove(b',').remove(b':');

/// Encodes a path or key with uppercase `%XX`; unreserved characters and `/` stay.
pub fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// Encodes the value of a query parameter that lists terms.
pub fn encode_query(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// The rest of a decoded path below a decoded prefix, from its slash; `None` if the prefix ends within a name.
pub fn strip_path_prefix<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(prefix)
        .filter(|rest| rest.starts_with('/'))
}

/// NFC, with single slashes and no trailing one.
pub fn normalize_path(path: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(path);
    let segments: Vec<&str> = composed
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    format!("/{}", segments.join("/"))
}
