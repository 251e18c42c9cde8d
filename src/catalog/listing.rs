//! What the catalog is told, and whom a change of it concerns.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Query, TermNo};
use crate::article::{Accepted, Revision, Visibility};
use crate::store::RecordId;
use crate::term::TermKind;
use crate::time::Timestamp;

/// What the catalog is told of an accepted article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// What names the article.
    pub key: Box<str>,
    /// The digest of all that documents show of it.
    pub revision: Revision,
    /// Where the store has it.
    pub record: RecordId,
    /// First publication, which is also its release.
    pub published: Timestamp,
    /// Last correction; one in the future counts from its instant on.
    pub updated: Timestamp,
    /// When it leaves all feeds.
    pub expires: Option<Timestamp>,
    /// Who may see it, dates aside.
    pub visibility: Visibility,
    /// Its terms as it spells them.
    pub terms: Vec<(TermKind, Box<str>)>,
}

impl Listing {
    /// What the catalog needs of an article that the store has as `record`.
    pub fn new(accepted: &Accepted, record: RecordId) -> Listing {
        let article = &accepted.article;
        let tags = article.tags.iter().map(|tag| (TermKind::Tag, tag.as_str()));
        let section = article
            .section
            .iter()
            .map(|section| (TermKind::Section, section.as_str()));
        let authors = article
            .authors
            .iter()
            .map(|author| (TermKind::Author, author.name.as_str()));
        // `lang:kk` also finds what is written in `kk-KZ`.
        let primary = article.language.split_once('-').map(|(primary, _)| primary);
        let languages = [Some(article.language.as_str()), primary];
        let languages = languages
            .into_iter()
            .flatten()
            .map(|language| (TermKind::Lang, language));
        let terms = tags.chain(section).chain(authors).chain(languages);
        Listing {
            key: article.key.as_str().into(),
            revision: accepted.revision,
            record,
            published: article.published,
            updated: article.updated,
            expires: accepted.expires,
            visibility: accepted.visibility,
            terms: terms.map(|(kind, text)| (kind, text.into())).collect(),
        }
    }
}

/// A change of what exists.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new article, or a new version of one.
    Put(Listing),
    /// The article with this key is gone.
    Remove(Box<str>),
}

/// Which feeds a batch of changes can have moved.
#[derive(Debug, PartialEq, Eq)]
pub enum Touched {
    /// Any of them.
    Everything,
    /// Those that match one of these articles' terms.
    Articles(HashSet<Box<[TermNo]>>),
}

impl Touched {
    /// Nothing.
    pub fn nothing() -> Touched {
        Touched::Articles(HashSet::new())
    }

    /// Whether no feed is concerned.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Touched::Articles(articles) if articles.is_empty())
    }

    /// Both batches' concerns.
    pub fn and(self, other: Touched) -> Touched {
        match (self, other) {
            (Touched::Articles(mut articles), Touched::Articles(more)) => {
                articles.extend(more);
                Touched::Articles(articles)
            }
            (Touched::Everything, _) | (_, Touched::Everything) => Touched::Everything,
        }
    }

    /// Whether a feed of this query is concerned.
    pub fn concerns(&self, query: &Query) -> bool {
        match self {
            Touched::Everything => true,
            Touched::Articles(articles) => articles.iter().any(|terms| query.matches(terms)),
        }
    }
}
