//! Markdown articles with TOML or YAML front matter, as Zola and Hugo have them.
//!
//! Shortcodes of site generators (`{{< … >}}`) stay in the text as they are: what they would
//! become is known to the generator alone.

use super::fields::Fields;
use super::front_matter;
use crate::model::article::{Body, Draft, Refusal};
use crate::text;

/// Reads one article.
///
/// # Errors
/// Front matter that is missing or cannot be read, no title, no date, or a key whose value is not
/// what the key means.
pub fn parse(text: &str) -> Result<Draft, Refusal> {
    let text = text::clean(text.strip_prefix('\u{feff}').unwrap_or(text));
    let file = front_matter::split(&text)?;
    let body = Body::Markdown(file.body.to_owned());
    Fields::new(file.pairs, file.line).draft(body)
}

#[cfg(test)]
mod tests;
