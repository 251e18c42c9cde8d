//! HTML pages, and the lists of feeds for programs.
//!
//! A [`PageRequest`] names a page, a [`Page`] holds its content, and [`Page::render`] renders it. The
//! bytes depend only on the articles, the configuration and the templates, so their digest is the ETag.

pub mod asset;
pub mod build_query;
pub mod error;
pub mod error_page;
pub mod feed_builder;
mod feed_selection;
pub mod folder;
pub mod frame;
mod load_templates;
pub mod locale;
mod locale_format;
mod qr_code;
pub mod related;
mod sample;
pub mod templates;
pub mod term_list;
pub mod term_names;
#[cfg(test)]
mod tests;
mod values;
mod words;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use bytes::Bytes;
use xxhash_rust::xxh3::Xxh3;

use crate::config::{ALL, Config, Content, ImageInText, Site, TextSettings};
use crate::feed::automatic_path::AUTOMATIC;
use crate::feed::definitions::SELECT;
use crate::feed::overview::Overview;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::article::Article;
use crate::model::selection::Selection;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;
use crate::model::url_encoding::encode_path;
use crate::render::pages::build_query::BuildQuery;
use crate::render::pages::error::PageError;
use crate::render::pages::feed_builder::FeedBuilder;
use crate::render::pages::feed_selection::feed_selection;
use crate::render::pages::frame::{Frame, Host};
use crate::render::pages::locale::Locale;
use crate::render::pages::related::related;
use crate::render::pages::templates::{ARTICLE, BUILD, CATALOGUE, FEED, TERMS, Templates};
use crate::render::pages::term_list::{TermList, TermListRequest};
use crate::render::pages::term_names::TermNames;
use crate::render::pages::values::{
    ArticlePage, BuildPage, CataloguePage, FeedPage, FeedRow, TermsPage,
};
use crate::render::pages::words::Words;
use crate::render::{feed_list, opml};

/// Articles on the catalogue page.
pub const NEWEST_MAX: usize = 8;

/// A page or list, by name.
#[derive(Clone, Debug)]
pub enum PageRequest {
    /// `/`.
    Catalogue,
    /// A page of `/sections`, `/tags` or `/authors`.
    Terms(TermListRequest),
    /// The page of a feed.
    Feed(Arc<FeedVersion>),
    /// The page of a canonical selection.
    Select(Selection),
    /// `/build`, with what a reader typed and chose.
    Build(BuildQuery),
    /// The article with this key.
    Article(String),
    /// `/feeds.opml`.
    Opml(OpmlScope),
    /// `/feeds.json`.
    List,
}

/// Which feeds a subscription list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpmlScope {
    /// Those of the catalogue.
    Catalogue,
    /// Every listed feed: `/feeds.opml?all`.
    Listed,
}

/// A page or list with its content.
#[derive(Clone, Debug)]
pub enum Page {
    /// `/`.
    Catalogue(Arc<Overview>),
    /// A page of `/sections`, `/tags` or `/authors`.
    Terms(Arc<TermList>),
    /// The page of a feed.
    Feed(Arc<FeedVersion>),
    /// `/build`.
    Build(Arc<FeedBuilder>),
    /// The page of an article.
    Article(Arc<ReleasedArticle>),
    /// `/feeds.opml`.
    Opml(OpmlScope, Arc<Overview>),
    /// `/feeds.json`.
    List(Arc<Overview>),
}

/// A released article at an instant.
#[derive(Debug)]
pub struct ReleasedArticle {
    /// The article.
    pub article: Article,
    /// Changes whenever what the page shows of the article changes.
    pub digest: u128,
    /// The instant it is true for.
    pub as_of: Timestamp,
    /// When it changes or leaves by itself.
    pub next: Option<Timestamp>,
    /// Whether search engines may show it.
    pub is_in_search: bool,
}

/// The kinds of terms that have lists.
pub fn term_lists(config: &Config) -> Vec<TermKind> {
    let has_feeds = |kind: &TermKind| config.auto(*kind).is_some();
    AUTOMATIC.into_iter().filter(has_feeds).collect()
}

impl PageRequest {
    /// Whether it is one of endlessly many pages that readers' own words ask for. No cache may store them.
    pub fn is_search(&self) -> bool {
        let is_search_of_list = matches!(self, PageRequest::Terms(request) if request.is_search());
        is_search_of_list || matches!(self, PageRequest::Build(_))
    }

    /// Whether it is found, and made, under the limit of selections: anybody can ask for any number of others.
    pub fn is_limited(&self) -> bool {
        matches!(self, PageRequest::Select(_)) || self.is_search()
    }
}

impl Page {
    /// Whether [`PageRequest::is_search`].
    pub fn is_search(&self) -> bool {
        let is_search_of_list = matches!(self, Page::Terms(list) if list.request.is_search());
        is_search_of_list || matches!(self, Page::Build(_))
    }

    /// The media type, for `Content-Type`.
    pub fn content_type(&self) -> &'static str {
        match self {
            Page::Opml(..) => opml::CONTENT_TYPE,
            Page::List(_) => "application/json",
            Page::Catalogue(_)
            | Page::Terms(..)
            | Page::Feed(_)
            | Page::Build(_)
            | Page::Article(_) => "text/html; charset=utf-8",
        }
    }

    /// The cache key of the page in this process: equal digests mean equal bytes. A search has none.
    pub fn digest(&self, snapshot: &Snapshot, chosen: Option<Locale>) -> Option<u128> {
        if self.is_search() {
            return None;
        }
        let mut hash = Xxh3::new();
        (snapshot.generation, chosen.map(Locale::tag)).hash(&mut hash);
        std::mem::discriminant(self).hash(&mut hash);
        match self {
            Page::Catalogue(overview) => {
                (overview.number(), snapshot.feeds[ALL].digest).hash(&mut hash);
            }
            Page::List(overview) => overview.number().hash(&mut hash),
            Page::Opml(scope, overview) => (overview.number(), *scope).hash(&mut hash),
            Page::Terms(list) => (list.overview, &list.request).hash(&mut hash),
            Page::Feed(version) => (&version.path, version.digest).hash(&mut hash),
            Page::Build(_) => return None,
            Page::Article(released) => (released.digest, released.is_in_search).hash(&mut hash),
        }
        hash.write_u8(0);
        Some(hash.digest128())
    }

    /// The feed whose newest articles the page shows, and the most of them.
    pub fn articles<'a>(&'a self, snapshot: &'a Snapshot) -> Option<(&'a FeedVersion, usize)> {
        match self {
            Page::Feed(version) => Some((version, version.entries.len())),
            Page::Catalogue(_) => Some((&snapshot.feeds[ALL], NEWEST_MAX)),
            Page::Terms(..)
            | Page::Build(_)
            | Page::Article(_)
            | Page::Opml(..)
            | Page::List(_) => None,
        }
    }

    /// Renders the document, in the language that the reader chose, else in its own. `articles` are those of
    /// [`Page::articles`].
    ///
    /// # Errors
    /// When a replaced template or the writer of a list fails.
    pub fn render(
        &self,
        snapshot: &Snapshot,
        templates: &Templates,
        articles: &[Article],
        chosen: Option<Locale>,
        host: Host,
    ) -> Result<Bytes, PageError> {
        let Snapshot {
            config, site_rules, ..
        } = snapshot;
        let (root, path) = (snapshot.root(), self.path());
        let locale = chosen.unwrap_or_else(|| self.own_locale(&config.site));
        let names = TermNames::new(&config.same, locale);
        let frame = Frame {
            site: &config.site,
            names: &names,
            root: &root,
            base: site_rules.base(),
            path: &path,
            locale,
            is_chosen: chosen.is_some(),
            host,
        };
        Ok(match self {
            Page::Catalogue(overview) => {
                let feeds = overview.catalogue().into_iter();
                let rows: Vec<FeedRow<'_>> = feeds.map(FeedRow::from).collect();
                let lists = term_lists(config);
                let newest = snapshot.feeds[ALL].compose(articles);
                let page = CataloguePage::new(&frame, &rows, &lists, &newest);
                templates.render(CATALOGUE, &frame, page)?.into()
            }
            Page::Terms(list) => {
                let rows: Vec<FeedRow<'_>> = list.feeds.iter().map(FeedRow::from).collect();
                let nearest: Vec<FeedRow<'_>> = list.nearest.iter().map(FeedRow::from).collect();
                let (part, letters) = (list.part, &list.letters);
                let page = TermsPage::new(&frame, &list.request, part, letters, &rows, &nearest);
                templates.render(TERMS, &frame, page)?.into()
            }
            Page::Feed(version) => {
                let feed = version.compose(articles);
                let entries = feed.entries.iter().map(|entry| &**entry);
                let related = related(config, site_rules, entries, Some(&version.path));
                let selection = feed_selection(config, version);
                let page = FeedPage::new(&frame, &feed, &related, selection.as_ref());
                templates.render(FEED, &frame, page)?.into()
            }
            Page::Build(builder) => {
                let page = BuildPage::new(&frame, builder);
                templates.render(BUILD, &frame, page)?.into()
            }
            Page::Article(released) => {
                let ReleasedArticle {
                    article,
                    as_of,
                    is_in_search,
                    ..
                } = &**released;
                // The template shows the picture itself.
                let texts = TextSettings {
                    content: Content::Full,
                    image_in_text: ImageInText::Never,
                    ..config.defaults.texts
                };
                let entries = [site_rules.entry(article, texts, *as_of)];
                let related = related(config, site_rules, &entries, None);
                let all = &snapshot.feeds[ALL].channel;
                let page = ArticlePage::new(&frame, &entries[0], all, &related, *is_in_search);
                templates.render(ARTICLE, &frame, page)?.into()
            }
            Page::Opml(scope, overview) => {
                let feeds = match scope {
                    OpmlScope::Catalogue => overview.catalogue(),
                    OpmlScope::Listed => overview.listed(),
                };
                let words = Words::of(Locale::of_site(&config.site.language));
                let title = |kind| words.kind_of_feeds(kind);
                opml::render(&feeds, &config.site, title)?.into()
            }
            Page::List(overview) => feed_list::render(overview).into(),
        })
    }

    /// The language of what the page shows, if pages have it, else that of the publication.
    fn own_locale(&self, site: &Site) -> Locale {
        let shown = match self {
            Page::Feed(version) => &version.channel.language,
            Page::Article(released) => &released.article.language,
            Page::Catalogue(_)
            | Page::Terms(..)
            | Page::Build(_)
            | Page::Opml(..)
            | Page::List(_) => &site.language,
        };
        Locale::from_tag(shown).unwrap_or_else(|| Locale::of_site(&site.language))
    }

    /// The path below the public address, percent-encoded, without the language.
    fn path(&self) -> String {
        match self {
            Page::Catalogue(_) => String::new(),
            Page::Terms(list) => list.request.path(),
            Page::Feed(version) => match &version.channel.address.query {
                Some(query) => format!("{SELECT}?{query}"),
                None => encode_path(&version.path),
            },
            Page::Build(builder) => builder.query.path(),
            Page::Article(released) => {
                format!("articles/{}", encode_path(&released.article.key))
            }
            Page::Opml(OpmlScope::Catalogue, _) => "feeds.opml".to_owned(),
            Page::Opml(OpmlScope::Listed, _) => "feeds.opml?all".to_owned(),
            Page::List(_) => "feeds.json".to_owned(),
        }
    }
}
