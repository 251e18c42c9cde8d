//! What the index holds of each article: a hundred and some bytes, since there are a million of them.

use super::term_dictionary::SpellingNo;
use crate::model::article::{Revision, Visibility};
use crate::model::article_meta::ArticleMeta;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;

/// An article of the index.
#[derive(Debug)]
pub(super) struct Slot {
    /// The key, and behind it the numbers of the spellings: one allocation, made by the index itself,
    /// so that nothing of what was read stays in the memory it was read into.
    words: Box<[u8]>,
    key_bytes: u32,
    pub(super) visibility: Visibility,
    pub(super) list_state: ListState,
    pub(super) revision: Revision,
    pub(super) record: RecordId,
    pub(super) published: Timestamp,
    pub(super) updated: Timestamp,
    /// The end of time where it does not expire.
    expires: Timestamp,
}

/// Where an article stands in respect of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListState {
    /// In none of them.
    Unlisted,
    /// In those that the running batch has gathered.
    Pending,
    /// In the postings.
    Listed,
}

const NEVER: Timestamp = Timestamp(i64::MAX);

impl Slot {
    /// An article that stands in no list yet.
    pub(super) fn new(meta: &ArticleMeta, spellings: impl IntoIterator<Item = SpellingNo>) -> Slot {
        let key = meta.key.as_bytes();
        let mut words = Vec::with_capacity(key.len() + SpellingNo::BYTES * meta.terms.len());
        words.extend_from_slice(key);
        words.extend(spellings.into_iter().flat_map(SpellingNo::to_bytes));
        Slot {
            words: words.into(),
            key_bytes: u32::try_from(key.len()).expect("a key is a path or as short as one"),
            visibility: meta.visibility,
            list_state: ListState::Unlisted,
            revision: meta.revision,
            record: meta.record,
            published: meta.published,
            updated: meta.updated,
            expires: meta.expires.unwrap_or(NEVER),
        }
    }

    /// What names the article, in UTF-8.
    pub(super) fn key(&self) -> &[u8] {
        &self.words[..self.key_bytes as usize]
    }

    /// Its terms as it spells them.
    pub(super) fn spellings(&self) -> impl Iterator<Item = SpellingNo> {
        let spellings = self.words[self.key_bytes as usize..].as_chunks().0;
        spellings.iter().copied().map(SpellingNo::from_bytes)
    }

    /// When it leaves all feeds.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        Some(self.expires).filter(|at| *at != NEVER)
    }
}
