//! JSON articles: one object that has the keys of front matter, and the text in `content_html`,
//! `content_markdown` or `content_text`.

use super::ParseContext;
use super::fields::Fields;
use super::tree;
use crate::model::article::{Body, Draft, Refusal};
use crate::text;

/// Parses one article.
pub fn parse(text: &str, context: &ParseContext<'_>) -> Result<Draft, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fields = Fields::new(context.inherit(tree::json::parse(text)?), 1);
    fields.draft(body(&fields)?, context)
}

/// The text of an article, from the first key that has one: HTML, then Markdown, then plain text.
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

/// Splits plain text at blank lines, or at every line end where it has no blank line.
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
