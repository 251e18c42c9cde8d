//! Documents: what a snapshot says, made on demand and kept.

use std::sync::Arc;

use bytes::Bytes;

use super::Publisher;
use crate::export::entry_cache::EntryCache;
use crate::feed::coding::Coding;
use crate::feed::snapshot::{ETag, FeedVersion};
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::published_state::PublishedState;
use crate::render::pages::Page;
use crate::render::pages::locale::Locale;
use crate::render::render;
use crate::serve::document_cache::DocumentError;
use crate::store::Store;

impl Publisher {
    /// A feed in a format and coding.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn document(
        &self,
        version: &Arc<FeedVersion>,
        format: Format,
        coding: Coding,
    ) -> Result<Bytes, DocumentError> {
        let tag = ETag::new(version.digest, format);
        let (store, version) = (self.store.clone(), version.clone());
        let renders = self.renditions.renders().clone();
        let make = move || renders.measure(format, || document(&store, &version, format));
        self.renditions.get(tag.digest(), coding, make).await
    }

    /// In what form a version will be asked for: as the one before was, if somebody has asked lately.
    pub fn forms_wanted(&self, version: &FeedVersion, now: Timestamp) -> Vec<(Format, Coding)> {
        let is_asked_for = version.polls.rate(now).per_hour > 0.0;
        let Some(previous) = version.previous.filter(|_| is_asked_for) else {
            return Vec::new();
        };
        let formats = version.channel.formats.iter();
        let forms = formats.flat_map(|&format| Coding::ALL.map(|coding| (format, coding)));
        let was_asked_for = |&(format, coding): &(Format, Coding)| {
            let tag = ETag::new(previous.digest, format);
            self.renditions.has(tag.digest(), coding)
        };
        forms.filter(was_asked_for).collect()
    }

    /// A feed that need not be made.
    pub fn kept_document(
        &self,
        version: &FeedVersion,
        format: Format,
        coding: Coding,
    ) -> Option<Bytes> {
        let tag = ETag::new(version.digest, format);
        self.renditions.kept(tag.digest(), coding)
    }

    /// The document of the version before, if it is still there.
    pub fn previous_document(
        &self,
        version: &FeedVersion,
        format: Format,
        coding: Coding,
    ) -> Option<(Bytes, Validators)> {
        let previous = version.previous?;
        let tag = ETag::new(previous.digest, format);
        Some((self.renditions.kept(tag.digest(), coding)?, previous))
    }

    /// A page or list as it is.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn printed(
        &self,
        page: &Page,
        published: &Arc<PublishedState>,
        locale: Locale,
    ) -> Result<Bytes, DocumentError> {
        let digest = page.digest(&published.snapshot, locale);
        let (page, published, store) = (page.clone(), published.clone(), self.store.clone());
        let make = move || page_document(&store, &page, &published, locale);
        self.renditions.get(digest, Coding::Identity, make).await
    }

    /// A document that is at hand, in a coding.
    ///
    /// # Errors
    /// When it cannot be coded.
    pub async fn coded(&self, document: Bytes, coding: Coding) -> Result<Bytes, DocumentError> {
        if coding == Coding::Identity {
            return Ok(document);
        }
        let digest = ETag::of(&document).digest();
        self.renditions.get(digest, coding, || Ok(document)).await
    }

    /// A feed made for one caller, for runs without a server.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn render(&self, version: &FeedVersion, format: Format) -> Result<Bytes, DocumentError> {
        document(&self.store, version, format)
    }

    /// Entries at hand, for runs without a server that make many feeds.
    pub fn shelf(&self) -> EntryCache<'_> {
        EntryCache::new(&self.store)
    }

    /// A page or list made for one caller, for runs without a server.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn render_page(
        &self,
        page: &Page,
        published: &PublishedState,
        locale: Locale,
    ) -> Result<Bytes, DocumentError> {
        page_document(&self.store, page, published, locale)
    }
}

fn document(store: &Store, version: &FeedVersion, format: Format) -> Result<Bytes, DocumentError> {
    let articles = store.articles(&version.entries)?;
    Ok(render(format, &version.compose(&articles))?.into())
}

fn page_document(
    store: &Store,
    page: &Page,
    PublishedState {
        snapshot,
        templates,
    }: &PublishedState,
    locale: Locale,
) -> Result<Bytes, DocumentError> {
    let articles = store.articles(page.records())?;
    Ok(page.render(snapshot, templates, &articles, locale)?)
}
