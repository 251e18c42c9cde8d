//! A slot: all that the index holds of one article. It is small, about a hundred bytes, because there
//! can be a million articles.

use super::term_dictionary::{SpellingNo, TermDictionary, TermNo};
use crate::model::address_size::AddressSize;
use crate::model::article::{Revision, Visibility};
use crate::model::article_meta::ArticleMeta;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;

/// The metadata of one article.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// The key, followed by the numbers of the spellings, in one allocation. The key is copied: a key
    /// that a decoder allocated would keep its scattered memory alive.
    key_and_spellings: Box<[u8]>,
    key_bytes: u32,
    pub(super) visibility: Visibility,
    pub(super) list_state: ListState,
    /// Whether `updated` had come when the article was listed.
    pub(super) correction_counts: bool,
    pub(super) address: AddressSize,
    pub(super) revision: Revision,
    pub(super) record: RecordId,
    pub(super) published: Timestamp,
    pub(super) updated: Timestamp,
    /// [`NEVER`] if it does not expire; an `Option` would take eight bytes more.
    expires: Timestamp,
}

/// Whether an article is in the posting lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListState {
    /// In no list.
    Unlisted,
    /// In the lists of an [`Update`](super::Update) that is not finished.
    Pending,
    /// In the lists of released articles.
    Released,
    /// In the lists of articles with a publication date in the future.
    Scheduled,
}

const NEVER: Timestamp = Timestamp(i64::MAX);

impl Slot {
    /// A slot in no list.
    pub(super) fn new(meta: &ArticleMeta, spellings: impl IntoIterator<Item = SpellingNo>) -> Slot {
        let key = meta.key.as_bytes();
        let mut bytes = Vec::with_capacity(key.len() + SpellingNo::BYTES * meta.terms.len());
        bytes.extend_from_slice(key);
        bytes.extend(spellings.into_iter().flat_map(SpellingNo::to_bytes));
        Slot {
            key_and_spellings: bytes.into(),
            key_bytes: u32::try_from(key.len()).expect("a key is a path or as short as one"),
            visibility: meta.visibility,
            list_state: ListState::Unlisted,
            correction_counts: false,
            address: meta.address,
            revision: meta.revision,
            record: meta.record,
            published: meta.published,
            updated: meta.updated,
            expires: meta.expires.unwrap_or(NEVER),
        }
    }

    /// The key of the article, in UTF-8.
    pub(super) fn key(&self) -> &[u8] {
        &self.key_and_spellings[..self.key_bytes as usize]
    }

    /// The spellings of its terms, in the order of the article.
    pub(super) fn spellings(&self) -> impl Iterator<Item = SpellingNo> {
        let spellings = self.key_and_spellings[self.key_bytes as usize..]
            .as_chunks()
            .0;
        spellings.iter().copied().map(SpellingNo::from_bytes)
    }

    /// The numbers of the lists that have it, sorted, without duplicates: those of its terms, and of the
    /// names that lead to it.
    pub(super) fn terms(&self, dictionary: &TermDictionary) -> Box<[TermNo]> {
        let spellings = self.spellings();
        let mut terms: Vec<TermNo> = spellings
            .flat_map(|spelling| dictionary.lists_of(spelling))
            .collect();
        terms.sort_unstable();
        terms.dedup();
        terms.into()
    }

    /// The instant from which no feed has it.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        Some(self.expires).filter(|at| *at != NEVER)
    }
}
