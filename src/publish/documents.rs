//! Makes documents: loads articles from the store, composes and renders them.

use bytes::Bytes;

use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::publish::published_state::PublishedState;
use crate::render::pages::Page;
use crate::render::pages::error::PageError;
use crate::render::pages::locale::Locale;
use crate::render::{RenderError, render};
use crate::store::{Store, StoreError};

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
    let articles = store.articles(&version.entries)?;
    Ok(render(format, &version.compose(&articles))?.into())
}

/// Renders a page or a list.
pub fn render_page(
    store: &Store,
    published: &PublishedState,
    page: &Page,
    locale: Locale,
) -> Result<Bytes, DocumentError> {
    let PublishedState {
        snapshot,
        templates,
        ..
    } = published;
    let articles = store.articles(page.records())?;
    Ok(page.render(snapshot, templates, &articles, locale)?)
}
