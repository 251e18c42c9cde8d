//! A set of articles, in which the lists of a query are combined.

use super::ArticleNo;
use super::bitmap::PAGE_WORDS;
use super::posting_list::PostingList;
use super::postings::Postings;
use super::query::Query;

/// The words of two bitmaps that a processor combines while it puts one entry of a list in a set.
const WORDS_PER_STEP: usize = 4;

/// A bit for each article number. Unlike a posting list, the set has no order.
#[derive(Debug, Default)]
pub(super) struct ArticleSet {
    words: Vec<u64>,
}

impl ArticleSet {
    /// The articles of `postings` that match. The index has numbers for `numbers` articles.
    pub(super) fn matching(postings: &Postings, query: &Query, numbers: usize) -> ArticleSet {
        let mut set = match &query.any[..] {
            [] => None,
            any => {
                let mut set = ArticleSet::empty(numbers);
                any.iter().for_each(|&term| set.add(postings.of(term)));
                Some(set)
            }
        };
        for &term in &query.all {
            match &mut set {
                Some(set) => set.retain(postings.of(term)),
                None => set = Some(ArticleSet::of(postings.of(term), numbers)),
            }
        }
        let mut set = set.unwrap_or_else(|| ArticleSet::of(postings.all(), numbers));
        for &term in &query.none {
            set.subtract(postings.of(term));
        }
        set
    }

    /// The steps that [`ArticleSet::matching`] takes: one for each entry of a list, and for each
    /// [`WORDS_PER_STEP`] words of a bitmap.
    pub(super) fn steps(postings: &Postings, query: &Query, numbers: usize) -> usize {
        let words = numbers.div_ceil(64 * WORDS_PER_STEP);
        let steps = |list: &PostingList| match list.bitmap() {
            Some(_) => words,
            None => list.len(),
        };
        let terms = query.any.iter().chain(&query.all).chain(&query.none);
        let of_terms: usize = terms.map(|&term| steps(postings.of(term))).sum();
        of_terms + steps(postings.all()) + words
    }

    /// The number of articles.
    pub(super) fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// The articles, by their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = ArticleNo> {
        (0u32..).zip(&self.words).flat_map(|(place, &word)| {
            let rests = std::iter::successors(Some(word), |rest| Some(rest & (rest - 1)));
            let rests = rests.take(word.count_ones() as usize);
            rests.map(move |rest| ArticleNo(place * 64 + rest.trailing_zeros()))
        })
    }

    /// Removes an article, and says whether the set had it.
    pub(super) fn remove(&mut self, article: ArticleNo) -> bool {
        let (word, bit) = article.word_and_bit();
        let word = &mut self.words[word];
        let had = *word & bit != 0;
        *word &= !bit;
        had
    }

    fn empty(numbers: usize) -> ArticleSet {
        ArticleSet {
            words: vec![0; numbers.div_ceil(64)],
        }
    }

    fn of(list: &PostingList, numbers: usize) -> ArticleSet {
        let mut set = ArticleSet::empty(numbers);
        set.add(list);
        set
    }

    fn add(&mut self, list: &PostingList) {
        self.combine(list, |word, other| *word |= other);
    }

    fn subtract(&mut self, list: &PostingList) {
        self.combine(list, |word, other| *word &= !other);
    }

    fn retain(&mut self, list: &PostingList) {
        let others = ArticleSet::of(list, self.words.len() * 64);
        for (word, other) in self.words.iter_mut().zip(others.words) {
            *word &= other;
        }
    }

    /// Changes the words that have an article of the list.
    fn combine(&mut self, list: &PostingList, change: impl Fn(&mut u64, u64)) {
        if let Some(bitmap) = list.bitmap() {
            for (words, others) in self.words.chunks_mut(PAGE_WORDS).zip(bitmap.pages()) {
                for (word, &other) in words.iter_mut().zip(others) {
                    change(word, other);
                }
            }
        } else {
            for (word, bit) in list.backwards().map(ArticleNo::word_and_bit) {
                change(&mut self.words[word], bit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough for bitmaps of several pages.
    const NUMBERS: u32 = 3 * 64 * PAGE_WORDS as u32 - 100;

    /// The list of every `step`th article.
    fn list(step: usize) -> PostingList {
        let articles: Vec<ArticleNo> = (0..NUMBERS).step_by(step).map(ArticleNo).collect();
        let mut list = PostingList::default();
        list.merge(&articles, ArticleNo::cmp, NUMBERS as usize);
        list
    }

    /// The set has the articles of these numbers.
    fn check(set: &ArticleSet, has: impl Fn(u32) -> bool) {
        let expected = (0..NUMBERS).filter(|&number| has(number)).map(ArticleNo);
        assert!(set.iter().eq(expected.clone()));
        assert_eq!(set.len(), expected.count());
    }

    #[test]
    fn lists_are_combined_with_a_bitmap_or_without() {
        let (halves, thirds, few) = (list(2), list(3), list(5_000));
        assert!(halves.bitmap().is_some() && thirds.bitmap().is_some());
        assert!(few.bitmap().is_none());
        for (other, step) in [(&thirds, 3), (&few, 5_000)] {
            let set = || ArticleSet::of(&halves, NUMBERS as usize);
            check(&set(), |n| n % 2 == 0);
            let mut added = set();
            added.add(other);
            check(&added, |n| n % 2 == 0 || n % step == 0);
            let mut subtracted = set();
            subtracted.subtract(other);
            check(&subtracted, |n| n % 2 == 0 && n % step != 0);
            let mut retained = set();
            retained.retain(other);
            check(&retained, |n| n % 2 == 0 && n % step == 0);
        }
    }

    #[test]
    fn an_article_is_removed_once() {
        let mut set = ArticleSet::of(&list(2), NUMBERS as usize);
        let last = (NUMBERS - 1) / 2 * 2;
        assert!(set.remove(ArticleNo(last)));
        assert!(!set.remove(ArticleNo(last)));
        assert!(!set.remove(ArticleNo(1)));
        check(&set, |n| n % 2 == 0 && n != last);
    }
}
