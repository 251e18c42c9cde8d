//! JSON articles: one object that has the keys of front matter, and the text in one of them.

use super::ParseContext;
use super::fields::{self, Fields};
use super::hidden::{self, Syntax};
use super::tree;
use crate::model::article::{Draft, Refusal};

/// Parses one article.
///
/// # Errors
/// When the text is not one object, or its keys give no article.
pub fn parse(text: &str, context: &ParseContext<'_>) -> Result<Draft, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut pairs = tree::json::parse(text, 1).map_err(|refusal| {
        let public_status = &context.settings.public_status;
        hidden::scan(text, Syntax::Quoted, 1, public_status).refuse(refusal)
    })?;
    fields::rename(&mut pairs, &context.settings.fields);
    Fields::new(&pairs, 1).draft(None, context)
}

#[cfg(test)]
mod tests;
