//! What WordPress renders, as text.

use crate::text::Text;

/// HTML as text on one line.
pub(super) fn plain(html: &str) -> String {
    let text = Text::from_summary(html).unwrap_or_default();
    text.into_string()
}
