//! JSON articles: one object that has the keys of front matter, and the text in one of them.

use super::ParseContext;
use super::fields::{self, Fields};
use super::tree::{self, KeyValue};
use crate::model::article::{Draft, Refusal};

/// Parses one article.
///
/// # Errors
/// When the text is not one object, or its keys give no article.
pub fn parse(text: &str, context: &ParseContext<'_>) -> Result<Draft, Refusal> {
    Fields::new(&keys(text, context)?, 1, context.settings).draft(None, context)
}

/// The keys of one article.
pub(in crate::source) fn keys(
    text: &str,
    context: &ParseContext<'_>,
) -> Result<Vec<KeyValue>, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pairs = tree::json::parse(text, 1)?;
    fields::rename(&mut pairs, &context.settings.fields);
    Ok(pairs)
}

#[cfg(test)]
mod tests;
