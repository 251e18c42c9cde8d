//! What the index holds of an article, and how it is told of a change.

use serde::{Deserialize, Serialize};

use crate::model::article::{Accepted, Revision, Visibility};
use crate::model::record::RecordId;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;

/// What the index is told of an accepted article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleMeta {
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

impl ArticleMeta {
    /// What the index needs of an article that the store has as `record`.
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
        // `lang:kk` also finds what is written in `kk-KZ`.
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

/// A change of what exists.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new article, or a new version of one.
    Put(ArticleMeta),
    /// The article with this key is gone.
    Remove(Box<str>),
}
