//! The metadata that the index holds of each article, and changes to it.

use serde::{Deserialize, Serialize};

use crate::model::article::{Accepted, Revision, Visibility};
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
    /// Its terms in its own spelling: tags, section, authors, languages.
    pub terms: Vec<(TermKind, Box<str>)>,
}

impl ArticleMeta {
    /// The metadata of an article that the store has as `record`.
    pub fn new(accepted: &Accepted, record: RecordId) -> ArticleMeta {
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
        // `lang:kk` also finds articles in `kk-KZ`.
        let primary = article.language.split_once('-').map(|(primary, _)| primary);
        let languages = [Some(article.language.as_str()), primary];
        let languages = languages
            .into_iter()
            .flatten()
            .map(|language| (TermKind::Lang, language));
        let terms = tags.chain(section).chain(authors).chain(languages);
        ArticleMeta {
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

/// A change to one article.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new article, or a new version of one.
    Put(ArticleMeta),
    /// The article with this key was deleted.
    Remove(Box<str>),
}
