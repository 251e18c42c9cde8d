//! Documents: what a snapshot says, made on demand and kept.

use crate::render::pages::PageRequest;
use std::sync::Arc;

use bytes::Bytes;

use super::Publisher;
use crate::export::entry_cache::EntryCache;
use crate::feed::coding::Coding;
use crate::feed::snapshot::{ETag, FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::term::Term;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::render::pages::locale::Locale;
use crate::render::pages::{self, Missing, Page};
use crate::serve::document_cache::DocumentError;

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
        let print = move || renders.measure(format, || pages::print(&store, &version, format));
        self.renditions.get(tag.digest(), coding, print).await
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

    /// The page or list with a name, in a snapshot.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn sheet(&self, snapshot: &Snapshot, wanted: PageRequest) -> Result<Page, Missing> {
        let overview = || {
            let overview = self.overview();
            overview.ok_or_else(|| Missing::Unknown("nothing is published".to_owned()))
        };
        match wanted {
            PageRequest::Feed(version) => Ok(Page::Feed(version)),
            PageRequest::Select(selection) => match self.select(&selection) {
                Ok(version) => Ok(Page::Feed(version)),
                Err(term) => Err(Missing::Unknown(unused(&term))),
            },
            PageRequest::Article(key) => {
                let released = self.article(&key)?;
                let missing = || Missing::Unknown(format!("no article \"{key}\""));
                let released = released.ok_or_else(missing)?;
                match snapshot.publication.page(&released.article) {
                    Some(page) => Err(Missing::Elsewhere(page)),
                    None => Ok(Page::Article(released.into())),
                }
            }
            PageRequest::Catalogue => Ok(Page::Catalogue(overview()?)),
            PageRequest::Opml => Ok(Page::Opml(overview()?)),
            PageRequest::List => Ok(Page::List(overview()?)),
            PageRequest::Terms(kind, number) => Page::terms(overview()?, kind, number)
                .ok_or_else(|| Missing::Unknown(format!("there is no page {number}"))),
        }
    }

    /// A page or list as it is.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn printed(
        &self,
        sheet: &Page,
        snapshot: &Arc<Snapshot>,
        locale: Locale,
    ) -> Result<Bytes, DocumentError> {
        let digest = sheet.digest(snapshot, locale);
        let (sheet, snapshot, store) = (sheet.clone(), snapshot.clone(), self.store.clone());
        let print = move || sheet.print(&snapshot, &store, locale);
        self.renditions.get(digest, Coding::Identity, print).await
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
        pages::print(&self.store, version, format)
    }

    /// Entries at hand, for runs without a server that make many feeds.
    pub fn shelf(&self) -> EntryCache<'_> {
        EntryCache::new(&self.store)
    }

    /// A page or list made for one caller, for runs without a server.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn render_sheet(
        &self,
        sheet: &Page,
        snapshot: &Snapshot,
        locale: Locale,
    ) -> Result<Bytes, DocumentError> {
        sheet.print(snapshot, &self.store, locale)
    }
}

/// Says that a selection names a term in vain.
pub fn unused(term: &Term) -> String {
    format!(
        "no article has the {} \"{}\"",
        term.kind.prefix(),
        term.key()
    )
}
