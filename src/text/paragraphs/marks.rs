//! Marks of footnotes and exponents, which a line of plain text leaves out or writes otherwise.

/// Raised text, or a link to a place of the same text. Its meaning is known at its end.
pub(super) struct Mark {
    /// Its element's index in the list of open ones.
    pub(super) element: usize,
    pub(super) text_start: usize,
    pub(super) link_letters: usize,
    pub(super) is_raised: bool,
    pub(super) has_fragment_link: bool,
}

/// The longest mark of a footnote, such as `[12]`.
const MARK_BYTES_MAX: usize = 12;

/// Whether `sign` behind `before` is the mark of a footnote.
pub(super) fn is_footnote_mark(before: &str, sign: &str, mark: &Mark) -> bool {
    let number = sign.trim_matches(['[', ']', '(', ')', '*']);
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let is_bracketed = is_number && number.len() < sign.len();
    let is_symbol = !sign.is_empty()
        && sign
            .chars()
            .all(|c| matches!(c, '*' | '†' | '‡' | '§' | '↩' | '\u{fe0e}'));
    if mark.has_fragment_link && mark.is_raised {
        return sign.len() <= MARK_BYTES_MAX || is_symbol;
    }
    match mark.is_raised {
        true => is_bracketed || is_symbol || (is_number && follows_word(before)),
        false => is_bracketed || is_symbol || is_number,
    }
}

/// The most letters of a unit that has an exponent, such as `км` and `cm`.
const UNIT_LETTERS_MAX: usize = 3;

/// Whether a raised number after this text cannot be an exponent: it stands behind a whole word, or
/// behind the end of a sentence or quotation.
fn follows_word(before: &str) -> bool {
    let word = before.chars().rev().take_while(|c| c.is_alphabetic());
    let is_word = word.take(UNIT_LETTERS_MAX + 1).count() > UNIT_LETTERS_MAX;
    is_word || before.ends_with(['.', ',', ';', ':', '!', '?', '…', '»', '”', '"'])
}

/// Whether raised text is an exponent, unlike `1<sup>st</sup>` and `<sup>TM</sup>`.
pub(super) fn is_exponent(sign: &str) -> bool {
    let mut chars = sign.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => {
            only.is_ascii_digit() || (only.is_alphabetic() && !"aeoªºейя".contains(only))
        }
        _ => sign.contains(|c: char| c.is_ascii_digit()),
    }
}
