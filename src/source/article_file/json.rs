//! JSON articles: one object with the keys of front matter and the text in one of
//! `content_html`, `content_markdown` and `content_text`.

use super::fields::Fields;
use super::tree;
use crate::model::article::{Body, Draft, Refusal};
use crate::text;

/// Reads one article.
///
/// # Errors
/// Text that is not one JSON object, no title, no date, or a key whose value is not what the key
/// means.
pub fn parse(text: &str) -> Result<Draft, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fields = Fields::new(tree::json::parse(text)?, 1);
    fields.draft(body(&fields)?)
}

/// The text of an article whose keys say what it is written in.
pub(in crate::source) fn body(fields: &Fields) -> Result<Body, Refusal> {
    Ok(
        match (
            fields.text(&["content_html"])?,
            fields.text(&["content_markdown"])?,
            fields.text(&["content_text"])?,
        ) {
            (Some(html), _, _) => Body::Html(html),
            (None, Some(markdown), _) => Body::Markdown(markdown),
            (None, None, text) => Body::Paragraphs {
                paragraphs: paragraphs(&text.unwrap_or_default()),
                credits: Vec::new(),
            },
        },
    )
}

/// Plain text by its blank lines, or by its lines where it has no blank one.
fn paragraphs(text: &str) -> Vec<String> {
    let text = text::clean(text);
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let runs = lines.split(|line| line.is_empty());
    let paragraphs: Vec<String> = runs
        .filter(|run| !run.is_empty())
        .map(|run| run.join(" "))
        .collect();
    if paragraphs.len() > 1 {
        paragraphs
    } else {
        lines.into_iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests;
