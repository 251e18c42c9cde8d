//! What hyper removes from a request: the fragment of its target, and a `Content-Length` beside
//! `Transfer-Encoding`. The contract answers both with 400, so the bytes that hyper reads are looked at too.
//!
//! A line that comes in several reads is not recognised. hyper then serves the target without its fragment, and
//! closes the connection behind a request with both headers, so nothing depends on this.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use memchr::memchr2_iter;

const CONTENT_LENGTH: &[u8] = b"content-length:";

/// What the bytes read since the last request had.
#[derive(Debug, Default)]
pub(super) struct RawHead {
    has_fragment: AtomicBool,
    has_length: AtomicBool,
}

impl RawHead {
    /// Looks at bytes that were read. Most have some lines without either.
    pub(super) fn look_at(&self, bytes: &[u8]) {
        for at in memchr2_iter(b'\n', b'#', bytes) {
            let rest = &bytes[at + 1..];
            if bytes[at] == b'#' {
                let line = rest.split(|byte| *byte == b'\n').next();
                let line = line.unwrap_or_default().trim_ascii_end();
                if line.ends_with(b" HTTP/1.1") || line.ends_with(b" HTTP/1.0") {
                    self.has_fragment.store(true, Relaxed);
                }
            } else if rest
                .get(..CONTENT_LENGTH.len())
                .is_some_and(|name| name.eq_ignore_ascii_case(CONTENT_LENGTH))
            {
                self.has_length.store(true, Relaxed);
            }
        }
    }

    /// Whether a target had a fragment; asked once for each request.
    pub(super) fn take_fragment(&self) -> bool {
        self.has_fragment.load(Relaxed) && self.has_fragment.swap(false, Relaxed)
    }

    /// Whether a request had a `Content-Length`; asked once for each request.
    pub(super) fn take_length(&self) -> bool {
        self.has_length.load(Relaxed) && self.has_length.swap(false, Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_and_lengths_are_seen_in_their_places_only() {
        for (text, fragment, length) in [
            ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", false, false),
            ("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", true, false),
            ("GET /a HTTP/1.1\r\nUser-Agent: #1\r\n\r\n", false, false),
            (
                "GET /a HTTP/1.1\r\nCONTENT-length: 3\r\n\r\nabc",
                false,
                true,
            ),
            (
                "GET /a HTTP/1.1\r\nX-Content-Length: 3\r\n\r\n",
                false,
                false,
            ),
            ("", false, false),
            ("#", false, false),
        ] {
            let head = RawHead::default();
            head.look_at(text.as_bytes());
            assert_eq!(
                (head.take_fragment(), head.take_length()),
                (fragment, length),
                "{text}"
            );
            assert!(!head.take_fragment() && !head.take_length());
        }
    }
}
