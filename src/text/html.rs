//! HTML that feeds may carry.

use super::address::Base;
use super::bare_links::Linker;
use super::characters::{clean, is_invisible};
use super::escape::{escape_into, escape_text_into};
use super::markup::{Markup, MarkupError};
use super::omissions::Omissions;
use super::sanitize::sanitize;
use serde::{Deserialize, Serialize};

/// A picture that stands in a text.
#[derive(Clone, Copy, Debug)]
pub struct Figure<'a> {
    /// Its absolute URL.
    pub url: &'a str,
    /// What it shows.
    pub alt: Option<&'a str>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// The text below it.
    pub caption: Option<&'a str>,
}

/// Roughly the bytes of a figure.
const FIGURE_BYTES: usize = 256;

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
    pub fn from_markup<'u>(
        markup: &Markup,
        base: impl Into<Base<'u>>,
    ) -> Result<(Html, Omissions), MarkupError> {
        let (html, dropped) = sanitize(markup, base.into())?;
        Ok((Html(html), dropped))
    }

    /// The HTML as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text has a picture.
    pub fn has_picture(&self) -> bool {
        self.0.contains("<img ")
    }

    /// The text with a picture at its front.
    pub fn with_figure(&self, figure: &Figure<'_>) -> Html {
        let mut html = String::with_capacity(FIGURE_BYTES + self.0.len());
        let mut attribute = |name: &str, value: &str| {
            html.push_str(name);
            html.push_str("=\"");
            escape_into(&mut html, value);
            html.push('"');
        };
        attribute("<figure><img src", figure.url);
        attribute(" alt", figure.alt.unwrap_or_default());
        if let Some((width, height)) = figure.size {
            attribute(" width", &width.to_string());
            attribute(" height", &height.to_string());
        }
        html.push('>');
        if let Some(caption) = figure.caption {
            html.push_str("<figcaption>");
            escape_text_into(&mut html, caption);
            html.push_str("</figcaption>");
        }
        html.push_str("</figure>\n");
        html.push_str(&self.0);
        Html(html)
    }

    /// Whether the body has no text and no element.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
