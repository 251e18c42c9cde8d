//! Renders planned documents.

use std::error::Error;

use bytes::Bytes;

use crate::export::entry_cache::EntryCache;
use crate::export::plan::{DocumentSource, PlannedDocument};
use crate::feed::document::Feed;
use crate::model::problem::chain;
use crate::publish::documents::{render_page, write_feed};
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::{PageMissing, ReadHandle};
use crate::publish::sitemap_documents::render_sitemap;
use crate::render::pages::PageRequest;
use crate::render::pages::frame::Host;

/// Renders documents of a published snapshot, from any number of threads.
pub(super) struct DocumentMaker<'a> {
    publisher: &'a ReadHandle,
    published: &'a PublishedState,
    entries: EntryCache<'a>,
}

/// Why there is no document.
pub(super) enum MakeError {
    /// The daemon does not serve it.
    NotServed,
    /// Rendering failed, with the reason.
    Failed(String),
}

impl MakeError {
    fn failed(error: &dyn Error) -> MakeError {
        MakeError::Failed(format!("cannot be made: {}", chain(error)))
    }
}

impl<'a> DocumentMaker<'a> {
    pub(super) fn new(
        publisher: &'a ReadHandle,
        published: &'a PublishedState,
    ) -> DocumentMaker<'a> {
        DocumentMaker {
            publisher,
            published,
            entries: EntryCache::new(publisher.store()),
        }
    }

    /// Renders a document. `composed` holds the feed while its formats follow each other.
    pub(super) fn make(
        &self,
        document: &PlannedDocument,
        composed: &mut Option<Feed>,
    ) -> Result<Bytes, MakeError> {
        match &document.source {
            DocumentSource::Feed(version, format) => {
                let feed = match composed.take() {
                    Some(feed) => feed,
                    None => {
                        let feed = self.entries.compose(version);
                        feed.map_err(|error| MakeError::failed(&error))?
                    }
                };
                let written = write_feed(version, composed.insert(feed), *format);
                written.map_err(|error| MakeError::failed(&error))
            }
            DocumentSource::Page(request) => self.page(request),
            DocumentSource::Asset(asset) => Ok(asset.bytes.clone()),
            DocumentSource::Sitemap(version) => {
                let store = self.publisher.store();
                let made = render_sitemap(store, self.published, version);
                made.map_err(|error| MakeError::failed(&error))
            }
            DocumentSource::Text(text) => Ok(text.clone()),
        }
    }

    fn page(&self, request: &PageRequest) -> Result<Bytes, MakeError> {
        let page = self.publisher.find_page(self.published, request.clone());
        let page = page.map_err(|missing| match missing {
            PageMissing::Store(error) => MakeError::failed(&error),
            PageMissing::Elsewhere(_) | PageMissing::Unknown(_) | PageMissing::TooCostly(_) => {
                MakeError::NotServed
            }
        })?;
        let store = self.publisher.store();
        render_page(store, self.published, &page, None, Host::Static)
            .map_err(|error| MakeError::failed(&error))
    }
}
