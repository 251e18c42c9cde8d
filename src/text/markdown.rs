//! Markdown to HTML, still of any kind: what authors wrote as HTML is kept, for the sanitizer to
//! judge.

use std::fmt;

use pulldown_cmark::{Options, Parser, html};

use super::markup::{HTML_BYTES_MAX, MarkupError};

/// CommonMark with tables, strikethrough and footnotes; `{#id}` behind a heading is no text.
///
/// # Errors
/// [`MarkupError::Long`] where the HTML would outgrow what an article may have.
pub fn markdown_to_html(markdown: &str) -> Result<String, MarkupError> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut html = Bounded(String::with_capacity(markdown.len() * 5 / 4));
    html::write_html_fmt(&mut html, Parser::new_ext(markdown, options))
        .map_err(|fmt::Error| MarkupError::Long)?;
    Ok(html.0)
}

/// A string that refuses to outgrow an article.
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > HTML_BYTES_MAX {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
