//! A bitmap of articles whose clones share its pages.

use std::sync::Arc;

use super::ArticleNo;

/// The words of a page. A change copies at most one page.
pub(super) const PAGE_WORDS: usize = 512;

/// A bit for each article number.
#[derive(Clone, Debug, Default)]
pub(super) struct Bitmap {
    pages: Vec<Arc<[u64; PAGE_WORDS]>>,
}

impl Bitmap {
    /// The words of each page. Bits after the last page are not set.
    pub(super) fn pages(&self) -> impl Iterator<Item = &[u64; PAGE_WORDS]> {
        self.pages.iter().map(|page| &**page)
    }

    pub(super) fn insert(&mut self, article: ArticleNo) {
        let (word, bit) = article.word_and_bit();
        while self.pages.len() <= word / PAGE_WORDS {
            self.pages.push(Arc::new([0; PAGE_WORDS]));
        }
        Arc::make_mut(&mut self.pages[word / PAGE_WORDS])[word % PAGE_WORDS] |= bit;
    }

    pub(super) fn remove(&mut self, article: ArticleNo) {
        let (word, bit) = article.word_and_bit();
        if let Some(page) = self.pages.get_mut(word / PAGE_WORDS) {
            Arc::make_mut(page)[word % PAGE_WORDS] &= !bit;
        }
    }
}

impl ArticleNo {
    /// The word that has the bit of this article, and the bit.
    pub(super) fn word_and_bit(self) -> (usize, u64) {
        (self.place() / 64, 1 << (self.0 % 64))
    }
}
