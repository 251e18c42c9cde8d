//! The body of a draft: its language, its lead, its HTML.

use url::Url;

use super::{Body, Refusal};
use crate::text::{self, Html, Markup, MarkupError, Text};

/// A parsed body. Its HTML comes later: URLs in it are resolved against the article's page, and the
/// URL of that page may contain the language of the text.
pub(super) enum Content<'d> {
    Paragraphs {
        paragraphs: &'d [String],
        credits: &'d [String],
    },
    Markup(Markup),
}

impl<'d> Content<'d> {
    /// Parses a body; HTML beyond a limit is refused.
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
            Body::Markdown(markdown) | Body::Mdx(markdown) => {
                text::markdown_to_html(markdown).and_then(|html| Markup::read(&html))
            }
        };
        markup.map(Content::Markup).map_err(refuse)
    }

    /// The language of the headline and the text, guessed from their words.
    pub(super) fn language<'l>(
        &self,
        title: &str,
        site: &'l str,
        languages: &'l [String],
    ) -> &'l str {
        match self {
            Content::Paragraphs { paragraphs, .. } => {
                let texts = paragraphs.iter().map(String::as_str);
                text::language(title, texts, site, languages)
            }
            Content::Markup(markup) => text::language(title, markup.texts(), site, languages),
        }
    }

    /// The first paragraph, or what `<!--more-->` marks; empty when the body has no text.
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

    /// The whole body with URLs resolved against `base`.
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
