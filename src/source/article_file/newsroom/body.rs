//! Splits the body into paragraphs and credits.

use super::lines::TextLine;
use crate::text::after_credit_word;

/// The text below the header block, without tags.
#[derive(Debug, Default)]
pub(in crate::source) struct Body {
    /// The first one is the lead.
    pub(in crate::source) paragraphs: Vec<String>,
    /// Lines such as `Фото: …`, in their order in the file.
    pub(in crate::source) credits: Vec<String>,
}

/// Joins lines into paragraphs. Without any blank line each line is a paragraph: some systems end
/// paragraphs with a single line break.
pub(in crate::source) fn read(lines: &[TextLine<'_>]) -> Body {
    let has_blank_lines = lines.iter().skip(1).any(|line| line.after_blank);
    let mut body = Body::default();
    let mut open = None;
    for line in lines {
        if is_credit(line.text) {
            body.credits.push(line.text.to_owned());
            open = None;
        } else if let Some(last) = open
            && has_blank_lines
            && !line.after_blank
            && !is_speech(line.text)
        {
            let paragraph: &mut String = &mut body.paragraphs[last];
            paragraph.push(' ');
            paragraph.push_str(line.text);
        } else {
            open = Some(body.paragraphs.len());
            body.paragraphs.push(line.text.to_owned());
        }
    }
    body
}

/// Hyphen, en dash, em dash, horizontal bar and minus: newsrooms use all of them for speech.
pub(in crate::source) const DASHES: [char; 5] = ['-', '–', '—', '―', '−'];

fn is_speech(line: &str) -> bool {
    line.strip_prefix(DASHES)
        .is_some_and(|words| words.starts_with(char::is_whitespace))
}

/// A longer text after the colon is prose, not a credit.
const CREDIT_CHARS_MAX: usize = 150;

/// Whether `line` is a credit with its usual colon.
pub(in crate::source) fn is_credit(line: &str) -> bool {
    // In lower case it is the rest of a sentence that was broken into lines.
    let capital = line.starts_with(char::is_uppercase).then_some(line);
    capital
        .and_then(after_credit_word)
        .and_then(|rest| rest.trim_start().strip_prefix(':'))
        .is_some_and(|credit| credit.trim().chars().nth(CREDIT_CHARS_MAX).is_none())
}
