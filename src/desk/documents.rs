//! Documents: what an edition says, made on demand and kept.

use std::sync::Arc;

use bytes::Bytes;

use super::Desk;
use crate::edition::shelf::Shelf;
use crate::edition::{Edition, Tag, Version};
use crate::format::Format;
use crate::page::Locale;
use crate::press::{self, Missing, Sheet, Wanted};
use crate::rendition::{Coding, RenditionError};
use crate::store::Validators;
use crate::term::Term;
use crate::time::Timestamp;

impl Desk {
    /// A feed in a format and coding.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn document(
        &self,
        version: &Arc<Version>,
        format: Format,
        coding: Coding,
    ) -> Result<Bytes, RenditionError> {
        let tag = Tag::new(version.digest, format);
        let (store, version) = (self.store.clone(), version.clone());
        let renders = self.renditions.renders().clone();
        let print = move || renders.measure(format, || press::print(&store, &version, format));
        self.renditions.get(tag.digest(), coding, print).await
    }

    /// In what form a version will be asked for: as the one before was, if somebody has asked lately.
    pub fn forms_wanted(&self, version: &Version, now: Timestamp) -> Vec<(Format, Coding)> {
        let is_asked_for = version.polls.rate(now).per_hour > 0.0;
        let Some(previous) = version.previous.filter(|_| is_asked_for) else {
            return Vec::new();
        };
        let formats = version.channel.formats.iter();
        let forms = formats.flat_map(|&format| Coding::ALL.map(|coding| (format, coding)));
        let was_asked_for = |&(format, coding): &(Format, Coding)| {
            let tag = Tag::new(previous.digest, format);
            self.renditions.has(tag.digest(), coding)
        };
        forms.filter(was_asked_for).collect()
    }

    /// A feed that need not be made.
    pub fn kept_document(
        &self,
        version: &Version,
        format: Format,
        coding: Coding,
    ) -> Option<Bytes> {
        let tag = Tag::new(version.digest, format);
        self.renditions.kept(tag.digest(), coding)
    }

    /// The document of the version before, if it is still there.
    pub fn previous_document(
        &self,
        version: &Version,
        format: Format,
        coding: Coding,
    ) -> Option<(Bytes, Validators)> {
        let previous = version.previous?;
        let tag = Tag::new(previous.digest, format);
        Some((self.renditions.kept(tag.digest(), coding)?, previous))
    }

    /// The page or list with a name, in an edition.
    ///
    /// # Errors
    /// [`Missing`].
    pub fn sheet(&self, edition: &Edition, wanted: Wanted) -> Result<Sheet, Missing> {
        let overview = || {
            let overview = self.overview();
            overview.ok_or_else(|| Missing::Unknown("nothing is published".to_owned()))
        };
        match wanted {
            Wanted::Feed(version) => Ok(Sheet::Feed(version)),
            Wanted::Select(selection) => match self.select(&selection) {
                Ok(version) => Ok(Sheet::Feed(version)),
                Err(term) => Err(Missing::Unknown(unused(&term))),
            },
            Wanted::Article(key) => {
                let released = self.article(&key)?;
                let missing = || Missing::Unknown(format!("no article \"{key}\""));
                let released = released.ok_or_else(missing)?;
                match edition.publication.page(&released.article) {
                    Some(page) => Err(Missing::Elsewhere(page)),
                    None => Ok(Sheet::Article(released.into())),
                }
            }
            Wanted::Catalogue => Ok(Sheet::Catalogue(overview()?)),
            Wanted::Opml => Ok(Sheet::Opml(overview()?)),
            Wanted::List => Ok(Sheet::List(overview()?)),
            Wanted::Terms(kind, number) => Sheet::terms(overview()?, kind, number)
                .ok_or_else(|| Missing::Unknown(format!("there is no page {number}"))),
        }
    }

    /// A page or list as it is.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn printed(
        &self,
        sheet: &Sheet,
        edition: &Arc<Edition>,
        locale: Locale,
    ) -> Result<Bytes, RenditionError> {
        let digest = sheet.digest(edition, locale);
        let (sheet, edition, store) = (sheet.clone(), edition.clone(), self.store.clone());
        let print = move || sheet.print(&edition, &store, locale);
        self.renditions.get(digest, Coding::Identity, print).await
    }

    /// A document that is at hand, in a coding.
    ///
    /// # Errors
    /// When it cannot be coded.
    pub async fn coded(&self, document: Bytes, coding: Coding) -> Result<Bytes, RenditionError> {
        if coding == Coding::Identity {
            return Ok(document);
        }
        let digest = Tag::of(&document).digest();
        self.renditions.get(digest, coding, || Ok(document)).await
    }

    /// A feed made for one caller, for runs without a server.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn render(&self, version: &Version, format: Format) -> Result<Bytes, RenditionError> {
        press::print(&self.store, version, format)
    }

    /// Entries at hand, for runs without a server that make many feeds.
    pub fn shelf(&self) -> Shelf<'_> {
        Shelf::new(&self.store)
    }

    /// A page or list made for one caller, for runs without a server.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn render_sheet(
        &self,
        sheet: &Sheet,
        edition: &Edition,
        locale: Locale,
    ) -> Result<Bytes, RenditionError> {
        sheet.print(edition, &self.store, locale)
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
