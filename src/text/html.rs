//! HTML that feeds may carry.

use serde::{Deserialize, Serialize};
use url::Url;

use super::bare_links::Linker;
use super::characters::{clean, is_invisible};
use super::dropped::Dropped;
use super::markup::{Markup, MarkupError};
use super::sanitize::sanitize;

/// HTML that is safe in every reader, and legal inside XML once escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Html(String);

impl Html {
    /// Plain text as one `<p>` a paragraph, with everything escaped that means markup. Addresses
    /// become links. Empty paragraphs are left out.
    pub fn from_paragraphs<'a>(paragraphs: impl IntoIterator<Item = &'a str>) -> Html {
        let mut html = String::new();
        let mut linker = Linker::default();
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
            linker.escape_into(&mut html, paragraph);
            html.push_str("</p>");
        }
        Html(html)
    }

    /// The elements and attributes of `markup` that feeds may carry, with URLs resolved against
    /// `base`, and what of it was left out.
    ///
    /// # Errors
    /// When the HTML is beyond a limit.
    pub fn from_markup(
        markup: &Markup,
        base: Option<&Url>,
    ) -> Result<(Html, Dropped), MarkupError> {
        let (html, dropped) = sanitize(markup, base)?;
        Ok((Html(html), dropped))
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
