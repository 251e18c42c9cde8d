//! Composes a neutral [`Feed`] from stored articles: ids, links, dates and content.
//!
//! [`SiteRules`] is everything site-wide that an entry depends on. It is part of every feed's ETag, so an
//! entry must not depend on anything else, such as the clock, the request or another feed.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::config::{Config, Content, ImageInText, TextSettings};
use crate::feed::document::shared_entry::SharedEntry;
use crate::feed::document::{Category, Channel, Entry, Feed, Person};
use crate::model::address_size::page_here;
use crate::model::article::{Article, ArticleTerm, Author};
use crate::model::term::{Term, TermKind};
use crate::model::time::{Timestamp, Zone};
use crate::model::url_encoding::encode_path;
use crate::text::{Figure, Html, Text};

/// The site-wide rules of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SiteRules {
    #[serde(skip)]
    zone: Zone,
    zone_name: String,
    id_authority: String,
    id_year: u16,
    /// The public URL, with a slash at its end.
    base: String,
    /// The path of `base`, decoded, without a slash at its end.
    prefix: String,
    /// The most bytes of a feed or of its page.
    #[serde(skip)]
    document_bytes: u64,
    /// `[same]`: the term that each alias counts as, and its text.
    same: BTreeMap<Term, (Term, String)>,
}

impl SiteRules {
    /// The rules of a configuration.
    pub fn new(config: &Config) -> SiteRules {
        let same = config.same.iter().map(|alias| {
            (
                alias.from.clone(),
                (alias.to.clone(), alias.to_text.clone()),
            )
        });
        SiteRules {
            zone: config.site.zone.clone(),
            zone_name: config.site.zone.name(),
            id_authority: config.site.id_authority.clone(),
            id_year: config.site.id_year,
            prefix: prefix(&config.server.public_url),
            base: config.server.public_url.clone(),
            document_bytes: config.server.limits.document_bytes,
            same: same.collect(),
        }
    }

    /// The rules that are part of every feed's digest. `[same]` is part of the digest only where it
    /// replaces a term, the limit on documents only where it is not the default.
    pub fn digest_fields(&self) -> impl Serialize + '_ {
        (
            &self.zone_name,
            &self.id_authority,
            self.id_year,
            &self.base,
        )
    }

    /// The keys of feeds.toml by which the fields of [`SiteRules::digest_fields`] and the limit on documents
    /// differ from those of other rules.
    pub fn differing_keys(&self, other: &SiteRules) -> Vec<&'static str> {
        let keys = [
            ("time-zone", self.zone_name != other.zone_name),
            ("id-authority", self.id_authority != other.id_authority),
            ("id-year", self.id_year != other.id_year),
            ("public-url", self.base != other.base),
            (
                "document-bytes",
                self.document_bytes != other.document_bytes,
            ),
        ];
        let differing = keys.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(key, _)| key).collect()
    }

    /// The most bytes of a feed or of its page.
    pub fn document_bytes(&self) -> u64 {
        self.document_bytes
    }

    /// The public URL, with a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The path of [`SiteRules::base`], decoded, without a slash at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The term that a term counts as.
    pub fn canonical<'a>(&'a self, term: &'a Term) -> &'a Term {
        self.same.get(term).map_or(term, |(to, _)| to)
    }

    /// The term that a section, tag or author of an article counts as, and the words that are printed
    /// instead of its own. `[same]` may name it by its slug or by its name.
    pub fn counts_as(
        &self,
        kind: TermKind,
        name: &str,
        slug: Option<&str>,
    ) -> Option<(Term, Option<&str>)> {
        let term = Term::named(kind, name, slug)?;
        let by_name = slug.and_then(|_| Term::new(kind, name));
        let alias = |term: &Term| self.same.get(term);
        match alias(&term).or_else(|| alias(by_name.as_ref()?)) {
            Some((to, shown)) => Some((to.clone(), Some(shown))),
            None => Some((term, None)),
        }
    }

    /// The date of a feed without entries.
    pub fn epoch(&self) -> Timestamp {
        Timestamp::start_of_year(self.id_year)
    }

    /// The permanent id of `key`: a `tag:` URI (RFC 4151) of the site.
    pub fn id(&self, key: &str) -> String {
        format!(
            "tag:{},{}:{}",
            self.id_authority,
            self.id_year,
            encode_path(key)
        )
    }

    /// The permanent id of an article: its own, else that of its key.
    pub fn article_id(&self, article: &Article) -> String {
        article.id.clone().unwrap_or_else(|| self.id(&article.key))
    }

    /// The address of an article's page: on the newsroom's site, else on this daemon.
    pub fn link(&self, article: &Article) -> String {
        let here = || page_here(&self.base, &article.key);
        article.url.clone().unwrap_or_else(here)
    }

    /// The base address of the feeds of a kind of terms.
    pub fn scheme(&self, kind: TermKind) -> String {
        format!("{}{}/", self.base, kind.folder())
    }

    /// A feed of these articles, in their order, at the instant `as_of` of their window.
    pub fn compose(
        &self,
        channel: Channel,
        texts: TextSettings,
        articles: &[Article],
        as_of: Timestamp,
    ) -> Feed {
        let entry = |article| self.entry(article, texts, as_of).into();
        self.from_entries(channel, articles.iter().map(entry).collect())
    }

    /// A feed of these entries, in their order.
    pub fn from_entries(&self, channel: Channel, entries: Vec<SharedEntry>) -> Feed {
        let updated = entries.iter().map(|entry| entry.updated).max();
        Feed {
            updated: updated.unwrap_or_else(|| self.zone.date_time(self.epoch())),
            entries,
            channel,
        }
    }

    /// The entry of an article with its texts as these settings have them, at the instant `as_of`.
    pub fn entry(&self, article: &Article, texts: TextSettings, as_of: Timestamp) -> Entry {
        let full = texts.content == Content::Full && !article.body.is_empty();
        let has_summary = texts.content != Content::Title;
        Entry {
            id: self.article_id(article),
            link: self.link(article),
            title: article.title.clone(),
            published: self.zone.date_time(article.published),
            updated: self.zone.date_time(updated(article, as_of)),
            authors: article.authors.iter().map(person).collect(),
            categories: self.categories(article),
            language: article.language.clone(),
            summary: has_summary.then(|| article.lead.shortened(texts.summary_length)),
            content: full.then(|| full_text(article, texts.image_in_text)),
            image: article.image.clone(),
            enclosures: article.enclosures.clone(),
        }
    }

    /// The sections, then the tags; several spellings of one term are one category.
    fn categories(&self, article: &Article) -> Vec<Category> {
        let sections = article.sections.iter();
        let sections = sections.map(|section| (TermKind::Section, section));
        let tags = article.tags.iter().map(|tag| (TermKind::Tag, tag));
        let mut seen = BTreeSet::new();
        let mut categories = Vec::new();
        for (kind, ArticleTerm { name, slug }) in sections.chain(tags) {
            let counts_as = self.counts_as(kind, name.as_str(), slug.as_deref());
            let Some((term, shown)) = counts_as else {
                continue;
            };
            let slug = slug.as_ref().filter(|_| shown.is_none());
            let category = Category {
                label: shown.map_or_else(|| name.clone(), Text::new),
                slug: slug.map(|_| term.key().to_owned()),
                scheme: self.scheme(kind),
            };
            if seen.insert(term) {
                categories.push(category);
            }
        }
        categories
    }
}

/// The whole text, with the picture of the article at its front where it may stand there.
fn full_text(article: &Article, image_in_text: ImageInText) -> Html {
    let image = article.image.as_ref();
    let image = image.filter(|_| image_in_text == ImageInText::Auto && !article.body.has_picture());
    match image {
        Some(image) => article.body.with_figure(&Figure {
            url: &image.url,
            alt: image.alt.as_deref(),
            size: image.width.zip(image.height),
            caption: image.credit.as_deref(),
        }),
        None => article.body.clone(),
    }
}

fn person(author: &Author) -> Person {
    Person {
        name: Text::new(&author.name),
        slug: author.slug.clone(),
        role: author.role.as_deref().map(Text::new),
        email: author.email.clone(),
        url: author.url.clone(),
    }
}

/// The last correction at `as_of`: one with a later date does not count yet.
fn updated(article: &Article, as_of: Timestamp) -> Timestamp {
    if article.updated > as_of {
        article.published
    } else {
        article.updated
    }
}

fn prefix(base: &str) -> String {
    let path = base
        .split_once("://")
        .and_then(|(_, rest)| Some(&rest[rest.find('/')?..]));
    let path = percent_decode_str(path.unwrap_or_default()).decode_utf8_lossy();
    path.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests;
