//! Which characters XML 1.0 allows, and text without the others.

use std::borrow::Cow;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

/// Removes the characters that XML forbids or discourages. Lines then end in LF; tabs and no-break
/// spaces stay.
pub fn clean(raw: &str) -> Cow<'_, str> {
    if is_clean(raw) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                text.push('\n');
            }
            // XML discourages these three kinds of white space, and word processors paste a soft
            // line break as a vertical tab. A line end keeps the words around them apart.
            '\u{b}' | '\u{c}' | '\u{85}' => text.push('\n'),
            c if is_legal(c) => text.push(c),
            _ => {}
        }
    }
    Cow::Owned(text)
}

/// Whether [`clean`] would change nothing, as for nearly every paragraph.
pub(super) fn is_clean(raw: &str) -> bool {
    let is_rare = |byte| matches!(byte, 0..=0x1f | 0x7f | 0xc2 | 0xef..) && byte != b'\n';
    positions(raw, is_rare).all(|at| raw[at..].starts_with(|c| c != '\r' && is_legal(c)))
}

/// Whether `c` is a letter of most words here: of Latin without marks or of Cyrillic. Its other properties
/// need not be looked up.
pub fn is_common_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{400}'..='\u{481}' | '\u{48a}'..='\u{52f}')
}

/// Whether `c` is alphabetic, as [`char::is_alphabetic`] says, which takes long for a Cyrillic letter.
pub fn is_letter(c: char) -> bool {
    is_common_letter(c) || c.is_alphabetic()
}

/// Whether XML 1.0 (section 2.2) allows `c` and does not discourage it: no control except tab and
/// line ends, no noncharacter.
pub(super) fn is_legal(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}' => false,
        c => u32::from(c) & 0xfffe != 0xfffe,
    }
}

/// Whether `text` has only white space and characters without a glyph, such as a zero-width space.
pub(super) fn is_invisible(text: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    text.chars()
        .all(|c| c.is_whitespace() || ignorable.contains(c))
}

/// The positions of the bytes that `is` accepts: ASCII characters, or first bytes of longer ones.
///
/// Most text has none of them. Decoding the text to find that out took a sixth of the time of
/// reading an article; a test of 64 bytes without a branch takes hardly any.
pub(super) fn positions(text: &str, is: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = usize> {
    let chunks = text.as_bytes().chunks(64).zip((0..).step_by(64));
    chunks
        .filter(move |(chunk, _)| chunk.iter().fold(false, |any, &byte| any | is(byte)))
        .flat_map(move |(chunk, start)| {
            let bytes = chunk.iter().zip(start..);
            bytes.filter_map(move |(&byte, at)| is(byte).then_some(at))
        })
}
