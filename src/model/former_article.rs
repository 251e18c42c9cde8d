//! Articles as layouts 3 and 4 of the state folder have them. The last good version of a refused file is nowhere else, so it
//! is carried over to this layout.

use serde::{Deserialize, Serialize};

use crate::model::article::{Accepted, Article, ArticleTerm, Author, Media, Visibility};
use crate::model::article_meta::ArticleMeta;
use crate::model::record::RecordId;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;
use crate::text::{Html, Text};

/// The last layout with such articles.
pub(crate) const LAST_LAYOUT: u32 = 4;

/// A row of the articles' table.
#[derive(Serialize, Deserialize)]
pub(crate) struct FormerArticleRow {
    meta: FormerMeta,
    pub(crate) path: Box<str>,
}

#[derive(Serialize, Deserialize)]
struct FormerMeta {
    key: Box<str>,
    revision: u128,
    record: RecordId,
    published: Timestamp,
    updated: Timestamp,
    expires: Option<Timestamp>,
    visibility: Visibility,
    terms: Vec<(TermKind, Box<str>)>,
}

/// An article with one section, and with terms whose keys are made of their names.
#[derive(Serialize, Deserialize)]
pub(crate) struct FormerArticle {
    key: String,
    id: Option<String>,
    title: Text,
    published: Timestamp,
    updated: Timestamp,
    url: Option<String>,
    section: Option<Text>,
    tags: Vec<Text>,
    authors: Vec<FormerAuthor>,
    language: String,
    lead: Text,
    body: Html,
    image: Option<Media>,
    enclosures: Vec<Media>,
}

#[derive(Serialize, Deserialize)]
struct FormerAuthor {
    name: String,
    role: Option<String>,
    email: Option<String>,
    url: Option<String>,
}

impl FormerArticleRow {
    pub(crate) fn record(&self) -> RecordId {
        self.meta.record
    }

    /// The metadata of `article`, which this row is about.
    pub(crate) fn meta(self, article: Article) -> ArticleMeta {
        let accepted = Accepted {
            revision: article.revision(),
            article,
            expires: self.meta.expires,
            visibility: self.meta.visibility,
            language_is_guessed: false,
            warnings: Vec::new(),
            unknown_keys: Vec::new(),
            hiding_status: None,
        };
        ArticleMeta::new(&accepted, self.meta.record)
    }
}

impl From<FormerArticle> for Article {
    fn from(former: FormerArticle) -> Article {
        let term = |name| ArticleTerm { name, slug: None };
        let author = |author: FormerAuthor| Author {
            name: author.name,
            slug: None,
            role: author.role,
            email: author.email,
            url: author.url,
        };
        Article {
            key: former.key,
            id: former.id,
            title: former.title,
            published: former.published,
            updated: former.updated,
            url: former.url,
            sections: former.section.map(term).into_iter().collect(),
            tags: former.tags.into_iter().map(term).collect(),
            authors: former.authors.into_iter().map(author).collect(),
            language: former.language,
            lead: former.lead,
            body: former.body,
            image: former.image,
            enclosures: former.enclosures,
        }
    }
}

#[cfg(test)]
impl FormerArticleRow {
    /// The row as a former layout has it.
    pub(crate) fn of(meta: &ArticleMeta, path: &str) -> FormerArticleRow {
        let terms = meta.terms.iter();
        FormerArticleRow {
            meta: FormerMeta {
                key: meta.key.clone(),
                revision: meta.revision.0,
                record: meta.record,
                published: meta.published,
                updated: meta.updated,
                expires: meta.expires,
                visibility: meta.visibility,
                terms: terms.map(|term| (term.kind, term.name.clone())).collect(),
            },
            path: path.into(),
        }
    }
}

#[cfg(test)]
impl FormerArticle {
    /// The article as a former layout has it.
    pub(crate) fn of(article: &Article) -> FormerArticle {
        let article = article.clone();
        let author = |author: Author| FormerAuthor {
            name: author.name,
            role: author.role,
            email: author.email,
            url: author.url,
        };
        FormerArticle {
            key: article.key,
            id: article.id,
            title: article.title,
            published: article.published,
            updated: article.updated,
            url: article.url,
            section: article
                .sections
                .into_iter()
                .next()
                .map(|section| section.name),
            tags: article.tags.into_iter().map(|tag| tag.name).collect(),
            authors: article.authors.into_iter().map(author).collect(),
            language: article.language,
            lead: article.lead,
            body: article.body,
            image: article.image,
            enclosures: article.enclosures,
        }
    }
}
