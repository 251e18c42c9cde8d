//! From what is published to the bytes of a document: articles from the store, composed and rendered.

use bytes::Bytes;

use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::render::RenderError;
use crate::render::pages::error::PageError;
use crate::render::pages::locale::Locale;
use crate::render::pages::{self, Page};
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

/// Makes the document of a feed in a format.
///
/// # Errors
/// [`DocumentError`].
pub fn render_feed(
    store: &Store,
    version: &FeedVersion,
    format: Format,
) -> Result<Bytes, DocumentError> {
    pages::print(store, version, format)
}

/// Makes a page or list of a snapshot.
///
/// # Errors
/// [`DocumentError`].
pub fn render_page(
    store: &Store,
    snapshot: &Snapshot,
    page: &Page,
    locale: Locale,
) -> Result<Bytes, DocumentError> {
    page.print(snapshot, store, locale)
}
