//! Characters that mean markup in HTML and XML, written as entities.

use super::characters::positions;

/// Appends `text` for an attribute's value or for text between tags.
pub(super) fn escape_into(html: &mut String, text: &str) {
    escape(html, text, |byte| matches!(byte, b'&' | b'<' | b'>' | b'"'));
}

/// Appends `text` for use between tags, where a quote needs no entity.
pub(super) fn escape_text_into(html: &mut String, text: &str) {
    escape(html, text, |byte| matches!(byte, b'&' | b'<' | b'>'));
}

fn escape(html: &mut String, text: &str, is_markup: impl Fn(u8) -> bool + Copy) {
    let mut rest = 0;
    for at in positions(text, is_markup) {
        html.push_str(&text[rest..at]);
        html.push_str(match text.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = at + 1;
    }
    html.push_str(&text[rest..]);
}
