//! HTML articles: front matter, then HTML.

use super::ParseContext;
use super::fields::Fields;
use super::front_matter;
use crate::model::article::{Body, Draft, Refusal};
use crate::text;

/// Parses one article.
pub fn parse(text: &str, context: &ParseContext<'_>) -> Result<Draft, Refusal> {
    let text = text::clean(text.strip_prefix('\u{feff}').unwrap_or(text));
    let file = front_matter::split(&text, context)?;
    let body = Body::HtmlTemplate(file.body.to_owned());
    Fields::new(&file.pairs, file.line, context.settings).draft(Some(body), context)
}
