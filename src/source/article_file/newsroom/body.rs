//! Paragraphs and credits.

use super::lines::TextLine;

/// The text below the header, without tags.
#[derive(Debug, Default)]
pub(in crate::source) struct Body {
    /// The lead first.
    pub(in crate::source) paragraphs: Vec<String>,
    /// Whose photos and videos they are, in the order written.
    pub(in crate::source) credits: Vec<String>,
}

/// Puts lines together to paragraphs. Without any blank line every line is one: such a file was
/// written by a system that ends each paragraph with a single line break.
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

/// Hyphen, en dash, em dash, horizontal bar, minus: typists use all of them.
pub(in crate::source) const DASHES: [char; 5] = ['-', '–', '—', '―', '−'];

fn is_speech(line: &str) -> bool {
    line.strip_prefix(DASHES)
        .is_some_and(|words| words.starts_with(char::is_whitespace))
}

const CREDIT_WORDS: [&str; 10] = [
    "Фото",
    "ФОТО",
    "Сурет",
    "СУРЕТ",
    "Видео",
    "ВИДЕО",
    "Коллаж",
    "КОЛЛАЖ",
    "Photo",
    "PHOTO",
];

/// More behind the colon is prose.
const CREDIT_CHARS_MAX: usize = 150;

fn is_credit(line: &str) -> bool {
    after_credit_word(line)
        .and_then(|rest| rest.trim_start().strip_prefix(':'))
        .is_some_and(|credit| credit.trim().chars().nth(CREDIT_CHARS_MAX).is_none())
}

/// What follows after the word that begins a credit; `Фотограф` is another word.
pub(in crate::source) fn after_credit_word(line: &str) -> Option<&str> {
    CREDIT_WORDS
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .filter(|rest| !rest.starts_with(char::is_alphanumeric))
}
