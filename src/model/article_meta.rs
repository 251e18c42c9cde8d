//! The metadata that the index holds of each article, and changes to it.

use serde::{Deserialize, Serialize};

use crate::model::address_size::AddressSize;
use crate::model::article::{Accepted, ArticleTerm, Revision, Visibility};
use crate::model::record::RecordId;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;

/// What the index needs of an accepted article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleMeta {
    /// [`Article::key`](crate::model::article::Article::key).
    pub key: Box<str>,
    /// Changes whenever a document could show another article.
    pub revision: Revision,
    /// The stored version that has the text.
    pub record: RecordId,
    /// First publication; before this instant no feed has it.
    pub published: Timestamp,
    /// Last correction; if it is in the future, it is ignored until then.
    pub updated: Timestamp,
    /// From this instant on no feed has it.
    pub expires: Option<Timestamp>,
    /// Who may see it between its publication and its expiry.
    pub visibility: Visibility,
    /// The size of the address of its page.
    pub address: AddressSize,
    /// Its terms in its own spelling: tags, sections, authors, languages.
    pub terms: Vec<MetaTerm>,
}

/// A term as one article writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaTerm {
    /// The kind that the article has it as.
    pub kind: TermKind,
    /// Its words.
    pub name: Box<str>,
    /// What its key is made of; without one the key is made of the name.
    pub slug: Option<Box<str>>,
}

impl MetaTerm {
    /// A term whose key is made of `slug`, or of its name.
    pub fn new(kind: TermKind, name: &str, slug: Option<&str>) -> MetaTerm {
        MetaTerm {
            kind,
            name: name.into(),
            slug: slug.map(Box::from),
        }
    }
}

impl ArticleMeta {
    /// The metadata of an article that the store has as `record`.
    pub fn new(accepted: &Accepted, record: RecordId) -> ArticleMeta {
        let article = &accepted.article;
        let of_kind = |kind| {
            move |term: &ArticleTerm| MetaTerm::new(kind, term.name.as_str(), term.slug.as_deref())
        };
        let tags = article.tags.iter().map(of_kind(TermKind::Tag));
        let sections = article.sections.iter().map(of_kind(TermKind::Section));
        let authors = article
            .authors
            .iter()
            .map(|author| MetaTerm::new(TermKind::Author, &author.name, author.slug.as_deref()));
        // `lang:kk` also finds articles in `kk-KZ`.
        let primary = article.language.split_once('-').map(|(primary, _)| primary);
        let languages = [Some(article.language.as_str()), primary];
        let languages = languages
            .into_iter()
            .flatten()
            .map(|language| MetaTerm::new(TermKind::Lang, language, None));
        let terms = tags.chain(sections).chain(authors).chain(languages);
        ArticleMeta {
            key: article.key.as_str().into(),
            revision: accepted.revision,
            record,
            published: article.published,
            updated: article.updated,
            expires: accepted.expires,
            visibility: accepted.visibility,
            address: match &article.url {
                Some(url) => AddressSize::of(url),
                None => AddressSize::HERE,
            },
            terms: terms.collect(),
        }
    }
}

/// A change to one article.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new article, or a new version of one.
    Put(ArticleMeta),
    /// The article with this key was deleted.
    Remove(Box<str>),
}
