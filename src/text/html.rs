//! HTML that feeds may carry.

use serde::{Deserialize, Serialize};
use url::Url;

use super::characters::{clean, is_invisible};
use super::escape::escape_into;
use super::markup::{Markup, MarkupError};
use super::sanitize::sanitize;

/// HTML that is safe in every reader, and legal inside XML once escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Html(String);

impl Html {
    /// Plain text as one `<p>` a paragraph, with everything escaped that means markup. Empty
    /// paragraphs are left out.
    pub fn from_paragraphs<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> Html {
        let mut html = String::new();
        for paragraph in paragraphs {
            let paragraph = clean(paragraph);
            let paragraph = paragraph.trim();
            if is_invisible(paragraph) {
                continue;
            }
            if !html.is_empty() {
                html.push('\n');
            }
            html.push_str("<p>");
            escape_into(&mut html, paragraph);
            html.push_str("</p>");
        }
        Html(html)
    }

    /// The elements and attributes of `markup` that feeds may carry, with URLs resolved against
    /// `base`.
    pub fn from_markup(markup: &Markup, base: Option<&Url>) -> Result<Html, MarkupError> {
        sanitize(markup, base).map(Html)
    }

    /// The HTML as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the body has no text and no element.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
