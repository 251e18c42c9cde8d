//! One line of plain text.

use std::fmt;

use serde::{Deserialize, Serialize};

use icu_normalizer::ComposingNormalizerBorrowed;

use super::characters::{is_invisible, is_legal, positions};
use super::references;

/// Plain text in one line: legal in XML, white space collapsed, no space at either end.
///
/// It is empty if and only if a reader would see nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Text(String);

impl Text {
    /// Cleans `raw`; the result may be empty.
    ///
    /// Each run of white space, no-break spaces included, becomes one space. Directional embeddings,
    /// overrides and isolates go: left open in a title, they would reverse the text that a reader
    /// prints after it.
    pub fn new(raw: &str) -> Text {
        let line = if is_one_line(raw) {
            raw.to_owned()
        } else {
            one_line(raw)
        };
        Text(if is_invisible(&line) {
            String::new()
        } else {
            line
        })
    }

    /// Cleans a title or a name that a source wrote; the result may be empty.
    ///
    /// Exports leave character references in titles (`&mdash;`), damaged characters (U+FFFD) and marks
    /// that belong to no text (U+FEFF, U+FFF9 to U+FFFC, U+206A to U+206F). So references are decoded
    /// once, such characters go, and the result is in NFC: a name that is typed in another way is the
    /// same text.
    pub fn from_written(raw: &str) -> Text {
        // The first bytes, in UTF-8, of ASCII, `«`, `»` and Cyrillic letters, which need nothing; dashes,
        // quotation marks and `…` need nothing either.
        let is_rare = |byte| !matches!(byte, ..0xc0 | 0xc2 | 0xd0..=0xd3) || byte == b'&';
        let is_mark = |c| matches!(c, '\u{2010}'..='\u{2027}' | '№');
        if positions(raw, is_rare).all(|at| raw[at..].starts_with(is_mark)) {
            return Text::new(raw);
        }
        let decoded = references::decode(raw);
        let line = one_line(&decoded);
        let kept: String = line.chars().filter(|&c| !is_damage(c)).collect();
        // What stood between two spaces may be gone.
        Text::new(&ComposingNormalizerBorrowed::new_nfc().normalize(&kept))
    }

    /// The text as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text as an owned string, without a copy.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Whether a reader would see nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether [`one_line`] would change nothing, as for nearly every headline.
pub(super) fn is_one_line(raw: &str) -> bool {
    let is_rare = |byte| matches!(byte, 0..=0x1f | 0x7f | 0xc2 | 0xe1..=0xe3 | 0xef..);
    let stays = |c: char| !c.is_whitespace() && is_legal(c) && !turns_direction(c);
    let collapses = raw.starts_with(' ') || raw.ends_with(' ') || raw.contains("  ");
    !collapses && positions(raw, is_rare).all(|at| raw[at..].starts_with(stays))
}

pub(super) fn one_line(raw: &str) -> String {
    let mut line = String::with_capacity(raw.len());
    for c in raw.chars() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if is_legal(c) && !turns_direction(c) {
            line.push(c);
        }
    }
    if line.ends_with(' ') {
        line.pop();
    }
    line
}

/// Whether `c` has no meaning in a title or a name.
fn is_damage(c: char) -> bool {
    matches!(c, '\u{fffd}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{206a}'..='\u{206f}')
}

/// Whether `c` is an embedding, an override or an isolate. Joiners and plain direction marks are not:
/// emoji and Kazakh in Arabic script need those.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
