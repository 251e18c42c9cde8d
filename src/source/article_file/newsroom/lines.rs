//! Splits a text into trimmed, numbered lines without the blank ones.

use std::iter;

use memchr::memchr2;

/// A line that is not blank.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) struct TextLine<'a> {
    /// Counted from 1, blank lines included.
    pub(in crate::source) number: u32,
    /// Trimmed; never empty.
    pub(in crate::source) text: &'a str,
    /// Whether a blank line stands directly above.
    pub(in crate::source) after_blank: bool,
}

/// The lines of `text` that are not blank. LF, CRLF and CR end a line.
pub(in crate::source) fn non_blank(text: &str) -> Vec<TextLine<'_>> {
    let mut non_blank = Vec::with_capacity(LINES_USUAL);
    let mut after_blank = false;
    for (number, line) in (1..).zip(lines(text)) {
        let text = line.trim_matches(is_space);
        if !text.is_empty() {
            non_blank.push(TextLine {
                number,
                text,
                after_blank,
            });
        }
        after_blank = text.is_empty();
    }
    non_blank
}

/// Most articles have fewer lines that are not blank.
const LINES_USUAL: usize = 32;

fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let Some(end) = memchr2(b'\n', b'\r', text.as_bytes()) else {
            return rest.take();
        };
        let next = match text[end..].starts_with("\r\n") {
            true => end + 2,
            false => end + 1,
        };
        rest = Some(&text[next..]);
        Some(&text[..end])
    })
}

/// White space, and the invisible characters that content systems leave on empty lines.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_end_in_lf_or_crlf_or_cr(text in "[\r\nа ]{0,12}") {
            let mut plain = text.replace("\r\n", "\n").replace('\r', "\n");
            // Nothing after the last line end is no further line.
            plain.truncate(plain.trim_end_matches('\n').len());
            let found = lines(&text).collect::<Vec<_>>().join("\n");
            prop_assert_eq!(found.trim_end_matches('\n'), plain);
        }
    }
}
