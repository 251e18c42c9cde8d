//! The body of a draft: its language, its lead, its HTML.

use super::{Body, Refusal};
use crate::text::{
    self, Base, Html, Markup, MarkupError, Omissions, SiteLanguages, TemplateContext, Text,
};

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
    pub(super) fn read(
        body: &'d Body,
        context: &TemplateContext<'_>,
    ) -> Result<Content<'d>, Refusal> {
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
            Body::Html(html) => {
                let html = text::html_without_wordpress_tags(html, context);
                html.and_then(|html| Markup::read(&html))
            }
            Body::HtmlTemplate(html) => {
                let html = text::html_without_shortcodes(html, context);
                html.and_then(|html| {
                    let html = text::html_without_wordpress_tags(&html, context)?;
                    Markup::read(&html)
                })
            }
            Body::Markdown(markdown) => {
                let html = text::markdown_to_html(markdown, context);
                html.and_then(|html| Markup::read(&html))
                    .map(Markup::with_bare_links)
            }
            Body::Mdx(mdx) => {
                let html = text::mdx_to_html(mdx, context);
                html.and_then(|html| Markup::read(&html))
                    .map(Markup::with_bare_links)
            }
        };
        markup.map(Content::Markup).map_err(refuse)
    }

    /// The language of the headline and the text, guessed from their words.
    pub(super) fn language<'l>(&self, title: &str, languages: &'l SiteLanguages) -> &'l str {
        match self {
            Content::Paragraphs { paragraphs, .. } => {
                let texts = paragraphs.iter().map(String::as_str);
                languages.guess(title, texts)
            }
            Content::Markup(markup) => languages.guess(title, markup.prose()),
        }
    }

    /// What `<!--more-->` marks, else the first paragraph that may be a lead; empty when the body has no
    /// such text.
    pub(super) fn lead(&self) -> Text {
        match self {
            Content::Paragraphs { paragraphs, .. } => {
                Text::lead(paragraphs.iter().map(String::as_str))
            }
            Content::Markup(markup) => markup.lead(),
        }
    }

    /// The whole body with URLs resolved against `base`, and what was left out of it.
    pub(super) fn html(&self, base: Base<'_>) -> Result<(Html, Omissions), Refusal> {
        match self {
            Content::Paragraphs {
                paragraphs,
                credits,
            } => {
                let texts = paragraphs.iter().chain(*credits);
                let html = Html::from_paragraphs(texts.map(String::as_str));
                Ok((html, Omissions::default()))
            }
            Content::Markup(markup) => Html::from_markup(markup, base).map_err(refuse),
        }
    }
}

/// A written summary as text: Markdown where the body is, else HTML.
pub(super) fn summary(body: &Body, written: &str) -> Result<Text, MarkupError> {
    match body {
        Body::Markdown(_) | Body::Mdx(_) => Text::from_markdown_summary(written),
        Body::Html(_) | Body::HtmlTemplate(_) | Body::Paragraphs { .. } => {
            Text::from_summary(written)
        }
    }
}

fn refuse(error: MarkupError) -> Refusal {
    let hint = match error {
        MarkupError::TooLong => "split the article",
        MarkupError::TooComplex => {
            "split the article; each tag counts, and so does each `<`, `>` and `&` of code and tables"
        }
        MarkupError::TooDeep | MarkupError::Unstable => {
            "close every element that is opened; an editor that shows HTML marks those that are not"
        }
    };
    Refusal::new(None, error.to_string(), hint)
}
