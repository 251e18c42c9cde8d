//! The text in which tags are searched, with a limit on the whole search.

use memchr::memmem;

use super::arguments::quoted_end;

/// The longest tag. A longer one is text.
const TAG_BYTES_MAX: usize = 8 << 10;

/// Bytes that may be looked at for each byte of the text. Tags without end are looked at again and
/// again; a text that needs more has its further tags as text.
const LOOKS_PER_BYTE: usize = 8;

/// An allowance for short texts.
const LOOKS_MIN: usize = 64 << 10;

/// A text with the number of bytes that may still be looked at.
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    looks: usize,
    /// End tags that do not occur in the rest of the text.
    missing_ends: Vec<String>,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Cursor<'t> {
        Cursor {
            text,
            looks: LOOKS_MIN + text.len() * LOOKS_PER_BYTE,
            missing_ends: Vec::new(),
        }
    }

    /// Counts `bytes` that were looked at; `None` when there were too many.
    pub(super) fn look(&mut self, bytes: usize) -> Option<()> {
        self.looks = self.looks.saturating_sub(bytes);
        (self.looks > 0).then_some(())
    }

    /// The text from `at` on, up to the greatest length of a tag.
    pub(super) fn window(&self, at: usize) -> &'t str {
        let rest = &self.text[at..];
        &rest[..rest.floor_char_boundary(TAG_BYTES_MAX)]
    }

    /// What stands between `from` and the next `end` that is in no quotes. A blank line or `stop`, which
    /// begins another tag, means that the tag has no end.
    pub(super) fn until(&mut self, from: usize, end: &str, stop: &str) -> Option<&'t str> {
        self.look(1)?;
        let window = self.window(from);
        let bytes = window.as_bytes();
        let mut begins_value = true;
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            if rest.starts_with(end.as_bytes()) {
                self.look(at)?;
                return Some(&window[..at]);
            }
            if rest.starts_with(stop.as_bytes()) || rest.starts_with(b"\n\n") {
                break;
            }
            let byte = bytes[at];
            at += 1;
            if begins_value && matches!(byte, b'"' | b'\'' | b'`') {
                let quote = &window[at - 1..at];
                let inside = quoted_end(&window[at..], quote).map(|end| &window[at..at + end]);
                self.look(inside.map_or(window.len() - at, str::len))?;
                if let Some(inside) = inside
                    && !inside.contains(stop)
                    && !inside.contains("\n\n")
                {
                    at += inside.len() + 1;
                }
            }
            begins_value = byte.is_ascii_whitespace() || matches!(byte, b'=' | b'(' | b',' | b'[');
        }
        self.look(at)?;
        None
    }

    /// The place of the first end tag from `from` on: `open`, `name` and `close` with white space or
    /// hyphens between them.
    pub(super) fn end_tag(
        &mut self,
        from: usize,
        [open, name, close]: [&str; 3],
    ) -> Option<std::ops::Range<usize>> {
        self.look(1)?;
        if self.missing_ends.iter().any(|missing| missing == name) {
            return None;
        }
        let is_gap = |c: char| c.is_ascii_whitespace() || c == '-';
        let rest = &self.text[from..];
        for at in memmem::find_iter(rest.as_bytes(), name) {
            let before = rest[..at].trim_end_matches(is_gap);
            let behind = rest[at + name.len()..].trim_start_matches(is_gap);
            self.look(at - before.len() + 1)?;
            if let Some(start) = before.strip_suffix(open)
                && behind.starts_with(close)
            {
                let end = self.text.len() - behind.len() + close.len();
                self.look(at)?;
                return Some(from + start.len()..end);
            }
        }
        self.missing_ends.push(name.to_owned());
        None
    }

    /// What stands before `at` in its line, if that is only white space and `also`.
    pub(super) fn line_before(&self, at: usize, also: char) -> Option<&'t str> {
        let before = &self.text[..at];
        let is_margin = |c: char| c == ' ' || c == '\t' || c == also;
        let start = before.trim_end_matches(is_margin).len();
        let begins_line = start == 0 || before[..start].ends_with('\n');
        begins_line.then(|| &before[start..])
    }

    /// The part of the line from `at` on, without its end.
    pub(super) fn line_from(&self, at: usize) -> &'t str {
        let window = self.window(at);
        &window[..window.find('\n').unwrap_or(window.len())]
    }
}
