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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PAGE: u32 = 64 * PAGE_WORDS as u32;

    fn articles(bitmap: &Bitmap) -> BTreeSet<u32> {
        let words = bitmap.pages().flatten().copied();
        let bits = words.flat_map(|word| (0..64).map(move |bit| word >> bit & 1 == 1));
        let numbers = (0..).zip(bits);
        numbers
            .filter(|(_, is_set)| *is_set)
            .map(|(n, _)| n)
            .collect()
    }

    #[test]
    fn a_change_copies_one_page_of_a_bitmap() {
        let numbers = [0, 63, 64, PAGE - 1, PAGE, PAGE + 65, 3 * PAGE + 700];
        let mut bitmap = Bitmap::default();
        for number in numbers {
            bitmap.insert(ArticleNo(number));
            assert_eq!(bitmap.pages.len() as u32, number / PAGE + 1);
        }
        assert_eq!(articles(&bitmap), BTreeSet::from(numbers));

        let clone = bitmap.clone();
        bitmap.remove(ArticleNo(PAGE));
        // Neither of these is there.
        bitmap.remove(ArticleNo(PAGE + 1));
        bitmap.remove(ArticleNo(9 * PAGE));
        let rest = numbers.into_iter().filter(|&number| number != PAGE);
        assert_eq!(articles(&bitmap), rest.collect());
        assert_eq!(articles(&clone), BTreeSet::from(numbers));
        let pairs = bitmap.pages.iter().zip(&clone.pages);
        let are_shared: Vec<bool> = pairs.map(|(a, b)| Arc::ptr_eq(a, b)).collect();
        assert_eq!(are_shared, [true, false, true, true]);
    }
}
