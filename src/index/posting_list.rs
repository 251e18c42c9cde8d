//! A posting list: the articles that carry a term, in the order of the index.

use std::cmp::Ordering;
use std::sync::Arc;

use super::ArticleNo;
use super::bitmap::Bitmap;
use super::sorted_list::{Backwards, SortedList};

/// A list of fewer articles has no bitmap: the smallest bitmap is larger.
const BITMAP_MIN: usize = 1024;

/// A list that has one of this many articles gets a bitmap, which is then as large as the list.
const BITMAP_SHARE: usize = 32;

/// The articles that carry a term. Those that are asked for first stand last, because most changes are
/// there.
#[derive(Clone, Debug, Default)]
pub(super) struct PostingList {
    articles: SortedList<ArticleNo>,
    /// The same articles, if they are many.
    bitmap: Option<Arc<Bitmap>>,
}

impl PostingList {
    pub(super) const EMPTY: PostingList = PostingList {
        articles: SortedList::Short(Vec::new()),
        bitmap: None,
    };

    pub(super) fn len(&self) -> usize {
        self.articles.len()
    }

    /// The articles, the first one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = ArticleNo> {
        self.articles.iter()
    }

    /// The articles from the first one that `is_before` is not true of.
    pub(super) fn iter_from(
        &self,
        is_before: impl Fn(&ArticleNo) -> bool,
    ) -> impl Iterator<Item = ArticleNo> {
        self.articles.iter_from(is_before)
    }

    /// The articles, the last one first.
    pub(super) fn backwards(&self) -> Backwards<'_, ArticleNo> {
        self.articles.backwards()
    }

    pub(super) fn bitmap(&self) -> Option<&Bitmap> {
        self.bitmap.as_deref()
    }

    /// Adds `new`, which is sorted and has no article of this list. The index has numbers for `numbers`
    /// articles.
    pub(super) fn merge(
        &mut self,
        new: &[ArticleNo],
        order: impl Fn(&ArticleNo, &ArticleNo) -> Ordering + Copy,
        numbers: usize,
    ) {
        self.articles.merge(new, order);
        if let Some(bitmap) = &mut self.bitmap {
            let bitmap = Arc::make_mut(bitmap);
            new.iter().for_each(|&article| bitmap.insert(article));
        } else if self.len() >= BITMAP_MIN.max(numbers / BITMAP_SHARE) {
            let mut bitmap = Bitmap::default();
            self.iter().for_each(|article| bitmap.insert(article));
            self.bitmap = Some(Arc::new(bitmap));
        }
    }

    /// Removes `article` if the list has it.
    pub(super) fn remove(
        &mut self,
        article: ArticleNo,
        order: impl Fn(&ArticleNo, &ArticleNo) -> Ordering + Copy,
        numbers: usize,
    ) {
        self.articles.remove(&article, order);
        // Far below the limits, so that a list at a limit does not get and lose a bitmap again and again.
        if self.len() < BITMAP_MIN.max(numbers / BITMAP_SHARE) / 2 {
            self.bitmap = None;
        } else if let Some(bitmap) = &mut self.bitmap {
            Arc::make_mut(bitmap).remove(article);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gets_its_bitmap_at_a_limit_and_loses_it_far_below() {
        // An index with few articles, and one with so many that the share decides.
        for (numbers, limit) in [(1_000, 1_024), (100_000, 3_125)] {
            let mut list = PostingList::default();
            let articles: Vec<ArticleNo> = (0..limit).map(|n| ArticleNo(2 * n)).collect();
            let (last, others) = articles.split_last().expect("a limit");
            list.merge(others, ArticleNo::cmp, numbers);
            assert!(list.bitmap().is_none(), "below {limit}");
            list.merge(&[*last], ArticleNo::cmp, numbers);
            assert!(list.bitmap().is_some(), "{limit}");

            let (kept, removed) = articles.split_at(limit as usize / 2);
            for &article in removed {
                list.remove(article, ArticleNo::cmp, numbers);
            }
            list.merge(&[ArticleNo(1)], ArticleNo::cmp, numbers);
            let bitmap = list.bitmap().expect("half of the limit");
            let words = bitmap.pages().flatten();
            let bits: u32 = words.map(|word| word.count_ones()).sum();
            assert_eq!(bits as usize, kept.len() + 1);
            for &article in &kept[..2] {
                list.remove(article, ArticleNo::cmp, numbers);
            }
            assert!(list.bitmap().is_none(), "below half of {limit}");
        }
    }
}
