//! Markdown to HTML. HTML inside the Markdown passes through; the sanitizer handles it later.

use std::fmt;

use pulldown_cmark::{Options, Parser, html};

use super::markup::{HTML_BYTES_MAX, MarkupError};

/// Renders CommonMark with tables, strikethrough, footnotes and heading attributes (`{#id}`).
pub fn markdown_to_html(markdown: &str) -> Result<String, MarkupError> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut html = LimitedString(String::with_capacity(markdown.len() * 5 / 4));
    html::write_html_fmt(&mut html, Parser::new_ext(markdown, options))
        .map_err(|fmt::Error| MarkupError::TooLong)?;
    Ok(html.0)
}

/// A string that fails to grow beyond [`HTML_BYTES_MAX`].
struct LimitedString(String);

impl fmt::Write for LimitedString {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > HTML_BYTES_MAX {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
