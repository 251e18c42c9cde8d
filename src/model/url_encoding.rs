//! Percent-encoding of paths and queries (RFC 3986 §2.1), the same in links, ids and redirects.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stays raw in ids and paths: the unreserved characters of RFC 3986 §2.3 and `/`.
const RAW: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// What stays raw in queries: `,` and `:` stand between terms and kinds.
const RAW_IN_QUERY: &AsciiSet = &RAW.add(b'/').remove(b',').remove(b':');

/// A path or key with everything but unreserved characters and `/` as uppercase `%XX`.
pub fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, RAW).to_string()
}

/// A query value of canonical terms.
pub fn encode_query(value: &str) -> String {
    utf8_percent_encode(value, RAW_IN_QUERY).to_string()
}
