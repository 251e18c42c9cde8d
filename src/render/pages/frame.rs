//! The values around the content of a page.

use crate::config::Site;
use crate::feed::document::Address;
use crate::model::format::Format;
use crate::model::term::{Term, TermKind};
use crate::render::pages::locale::Locale;
use crate::render::pages::term_names::TermNames;
use crate::text::Text;

/// The values that every page shows around its content.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The publication.
    pub site: &'a Site,
    /// What terms are called in the page's language.
    pub names: &'a TermNames<'a>,
    /// The base path of links between pages: that of the public URL, percent-encoded, with a slash at its
    /// end.
    pub root: &'a str,
    /// The public URL, with a slash at its end.
    pub base: &'a str,
    /// The page's path below `root`: canonical, percent-encoded, with its query but without `lang`. Empty
    /// for the catalogue.
    pub path: &'a str,
    /// The language of the page's texts.
    pub locale: Locale,
    /// Whether the reader chose it. Links keep it then.
    pub is_chosen: bool,
    /// Where the page is served.
    pub host: Host,
}

/// Where a page is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// By this program.
    Taspa,
    /// As a file, by a host of static files: nothing there answers `/build`.
    Static,
}

/// Why a browser gets the page of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorReason {
    /// There is no such feed.
    NoFeed,
    /// The address of a selection names no term.
    NoTerm,
    /// The address of a selection names more terms than it may.
    TooManyTerms,
    /// There is no such article.
    NoArticle,
    /// There is no such page.
    NoPage,
    /// The configuration has ended the feed.
    Ended,
    /// The page cannot be made at the moment.
    Unavailable,
    /// The first snapshot is being built.
    Starting,
}

impl<'a> Frame<'a> {
    /// What a section, tag or author of an article is called in the page's language, else its own name.
    pub fn name_of(&self, kind: TermKind, label: &'a str, slug: Option<&str>) -> &'a str {
        let term = Term::named(kind, label, slug);
        term.and_then(|term| self.names.name(&term))
            .unwrap_or(label)
    }

    /// The name of the publication in the page's language, if it has one, else its usual name.
    pub fn site_title(&self) -> &'a str {
        let translated = self.site.translations.title(self.locale.tag());
        translated.unwrap_or(&self.site.title)
    }

    /// What the publication is about, in the same way.
    pub fn site_description(&self) -> Option<&'a str> {
        let translated = self.site.translations.description(self.locale.tag());
        translated.or(self.site.description.as_deref())
    }
}

/// A feed that a page links to: that of a section, tag or author of its articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedFeed {
    /// The kind of its term.
    pub kind: TermKind,
    /// The section, tag or author in an article's spelling.
    pub label: Text,
    /// Its slug in that article, if it has one.
    pub slug: Option<String>,
    /// Where it is served.
    pub address: Address,
    /// The formats it is served in.
    pub formats: Vec<Format>,
}

impl RelatedFeed {
    /// Whether it is that of a term.
    pub(super) fn is_of(&self, term: &Term) -> bool {
        let own = Term::named(self.kind, self.label.as_str(), self.slug.as_deref());
        own.as_ref() == Some(term)
    }
}

/// The part of a long list that a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListPart {
    /// The number of this page, from 1.
    pub page: usize,
    /// The number of pages, at least 1.
    pub pages: usize,
    /// The number of feeds on all pages.
    pub feeds: usize,
}
