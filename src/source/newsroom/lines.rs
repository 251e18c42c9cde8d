//! Lines as the grammar sees them: trimmed, numbered, blank ones only remembered.

/// A line that holds something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Counted from 1 over all lines of the file.
    pub(super) number: u32,
    /// Without the space around it; never empty.
    pub(super) text: &'a str,
    /// Whether a blank line stands directly above.
    pub(super) after_blank: bool,
}

/// The lines of `text` that are not blank. LF, CRLF and CR end a line.
pub(super) fn non_blank(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut after_blank = false;
    let mut number = 0;
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (line, behind) = split_line(text);
        rest = behind;
        number += 1;
        let text = line.trim_matches(is_space);
        if !text.is_empty() {
            lines.push(Line {
                number,
                text,
                after_blank,
            });
        }
        after_blank = text.is_empty();
    }
    lines
}

fn split_line(text: &str) -> (&str, Option<&str>) {
    let Some(end) = text.find(['\n', '\r']) else {
        return (text, None);
    };
    let (line, rest) = text.split_at(end);
    let behind = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
    (line, Some(behind))
}

/// White space, and what content systems leave where a person sees an empty line.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}')
}
