//! What the body of a draft says: its text, its lead, its HTML.

use url::Url;

use super::{Body, Refusal};
use crate::text::{self, Html, Markup, MarkupError, Text};

/// A body, read but not yet written: addresses in it need the article's page, and that may need
/// the language of its text.
pub(super) enum Content<'d> {
    Paragraphs {
        paragraphs: &'d [String],
        credits: &'d [String],
    },
    Markup(Markup),
}

impl<'d> Content<'d> {
    /// Reads a body.
    ///
    /// # Errors
    /// HTML that would take readers, and this program, too long.
    pub(super) fn read(body: &'d Body) -> Result<Content<'d>, Refusal> {
        let markup = match body {
            Body::Paragraphs {
                paragraphs,
                credits,
            } => {
                return Ok(Content::Paragraphs {
                    paragraphs,
                    credits,
                });
            }
            Body::Html(html) => Markup::read(html),
            Body::Markdown(markdown) => {
                text::markdown_to_html(markdown).and_then(|html| Markup::read(&html))
            }
        };
        markup.map(Content::Markup).map_err(refuse)
    }

    /// The language of the text and its headline, else `fallback`.
    pub(super) fn language(&self, title: &str, fallback: &str) -> String {
        let title = std::iter::once(title);
        match self {
            Content::Paragraphs { paragraphs, .. } => {
                text::language(title.chain(paragraphs.iter().map(String::as_str)), fallback)
            }
            Content::Markup(markup) => text::language(title.chain(markup.texts()), fallback),
        }
    }

    /// The summary that the body offers; empty where it has no text.
    pub(super) fn lead(&self) -> Text {
        match self {
            Content::Paragraphs { paragraphs, .. } => paragraphs
                .iter()
                .map(|text| Text::new(text))
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            Content::Markup(markup) => markup.lead(),
        }
    }

    /// The whole body with addresses resolved against `base`.
    pub(super) fn html(&self, base: Option<&Url>) -> Result<Html, Refusal> {
        match self {
            Content::Paragraphs {
                paragraphs,
                credits,
            } => {
                let texts = paragraphs.iter().chain(*credits);
                Ok(Html::from_paragraphs(texts.map(String::as_str)))
            }
            Content::Markup(markup) => Html::from_markup(markup, base).map_err(refuse),
        }
    }
}

fn refuse(error: MarkupError) -> Refusal {
    let hint = match error {
        MarkupError::TooLong => "split the article",
        MarkupError::TooDeep | MarkupError::TooComplex | MarkupError::Unstable => {
            "close every element that is opened; an editor that shows HTML marks those that are not"
        }
    };
    Refusal::new(None, error.to_string(), hint)
}
