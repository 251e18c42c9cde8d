//! Makes documents: loads articles from the store, composes and renders them.

use bytes::Bytes;

use crate::config::Content;
use crate::feed::document::Feed;
use crate::feed::snapshot::FeedVersion;
use crate::model::article::Article;
use crate::model::format::Format;
use crate::publish::cut_log;
use crate::publish::published_state::PublishedState;
use crate::render::document_limit::fit;
use crate::render::pages::Page;
use crate::render::pages::error::PageError;
use crate::render::pages::frame::Host;
use crate::render::pages::locale::Locale;
use crate::render::{RenderError, render_newest};
use crate::store::{Store, StoreError};
use crate::text::{Html, Text};

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// An article of the feed cannot be read.
    #[error("cannot read the articles")]
    Store(#[from] StoreError),
    /// The writer of the format failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A template failed.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The writer of a list failed.
    #[error("cannot write the document")]
    Write(#[from] std::io::Error),
}

/// Renders a feed in a format.
pub fn render_feed(
    store: &Store,
    version: &FeedVersion,
    format: Format,
) -> Result<Bytes, DocumentError> {
    let mut articles = store.article_reader()?;
    let (texts, as_of) = (version.settings.texts, version.as_of);
    let feed = version.compose_newest(|record| {
        let article = articles.article(record)?;
        Ok::<_, StoreError>(version.site_rules.entry(&article, texts, as_of).into())
    })?;
    Ok(write_feed(version, &feed, format)?)
}

/// Writes a feed that [`FeedVersion::compose_newest`] composed.
pub fn write_feed(
    version: &FeedVersion,
    feed: &Feed,
    format: Format,
) -> Result<Bytes, RenderError> {
    let (entries, document) = render_newest(format, feed, version.site_rules.document_bytes())?;
    if entries < version.entries.len() {
        cut_log::warn_once(version, entries);
    }
    Ok(document.into())
}

/// Renders a page or a list, in the language that the reader chose or in its own.
pub fn render_page(
    store: &Store,
    published: &PublishedState,
    page: &Page,
    chosen: Option<Locale>,
    host: Host,
) -> Result<Bytes, DocumentError> {
    let PublishedState {
        snapshot,
        templates,
        ..
    } = published;
    let render = |articles: &[Article]| page.render(snapshot, templates, articles, chosen, host);
    let Some((version, most)) = page.articles(snapshot) else {
        return Ok(render(&[])?);
    };
    let articles = articles_of_page(store, version, most)?;
    let sizes: Vec<u64> = articles.iter().map(teaser_bytes).collect();
    let bytes_max = version.site_rules.document_bytes();
    let fitting = fit(&sizes, bytes_max, |count| render(&articles[..count]))?;
    let (entries, document) = match fitting {
        Some(fitting) => fitting,
        None => (0, render(&[])?),
    };
    if entries < version.entries.len().min(most) {
        cut_log::warn_once(version, entries);
    }
    Ok(document)
}

/// The newest articles of a feed, at most `most`, without what pages do not show, up to the first one at
/// which they are too large for a page.
fn articles_of_page(
    store: &Store,
    version: &FeedVersion,
    most: usize,
) -> Result<Vec<Article>, StoreError> {
    let mut reader = store.article_reader()?;
    let (mut articles, mut bytes) = (Vec::new(), 0);
    for &record in version.entries.iter().take(most) {
        let mut article = reader.article(record)?;
        article.body = Html::default();
        if version.settings.texts.content == Content::Title {
            article.lead = Text::default();
        }
        bytes += teaser_bytes(&article);
        articles.push(article);
        if bytes > version.site_rules.document_bytes() {
            break;
        }
    }
    Ok(articles)
}

fn teaser_bytes(article: &Article) -> u64 {
    (article.title.as_str().len() + article.lead.as_str().len()) as u64
}
