//! Markdown articles with front matter, as Zola and Hugo write them.

use super::ParseContext;
use super::fields::Fields;
use super::front_matter;
use crate::model::article::{Body, Draft, Refusal};
use crate::text;

/// Parses one article.
pub fn parse(text: &str, context: &ParseContext<'_>) -> Result<Draft, Refusal> {
    let text = text::clean(text.strip_prefix('\u{feff}').unwrap_or(text));
    let file = front_matter::split(&text, context)?;
    let body = Body::Markdown(file.body.to_owned());
    Fields::new(&file.pairs, file.line, context.settings).draft(Some(body), context)
}

#[cfg(test)]
mod tests;
