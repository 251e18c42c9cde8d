//! A posting list: the articles that carry a term, in the order of the index.

use std::cmp::Ordering;

use super::ArticleNo;

/// Article numbers, oldest first. A vector suits that order: a new article is mostly the newest, so most
/// insertions append.
#[derive(Clone, Debug, Default)]
pub(super) struct PostingList(Vec<ArticleNo>);

impl PostingList {
    /// The articles, oldest first.
    pub(super) fn as_slice(&self) -> &[ArticleNo] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds `new`, which is sorted and has no article of this list. Each element moves at most once,
    /// however many are added.
    pub(super) fn merge(
        &mut self,
        new: &[ArticleNo],
        order: impl Fn(ArticleNo, ArticleNo) -> Ordering,
    ) {
        let mut unmoved = self.0.len();
        self.0.resize(unmoved + new.len(), ArticleNo(0));
        for (below, &article) in new.iter().enumerate().rev() {
            let at =
                self.0[..unmoved].partition_point(|&other| order(other, article) == Ordering::Less);
            self.0.copy_within(at..unmoved, at + below + 1);
            self.0[at + below] = article;
            unmoved = at;
        }
    }

    /// Removes `article` if the list has it.
    pub(super) fn remove(
        &mut self,
        article: ArticleNo,
        order: impl Fn(ArticleNo, ArticleNo) -> Ordering,
    ) {
        if let Ok(at) = self.0.binary_search_by(|&other| order(other, article)) {
            self.0.remove(at);
        }
    }

    /// Frees the spare capacity after a bulk load.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn by_number(a: ArticleNo, b: ArticleNo) -> Ordering {
        a.0.cmp(&b.0)
    }

    proptest! {
        #[test]
        fn a_posting_list_holds_the_same_as_a_sorted_set(
            batches in proptest::collection::vec(proptest::collection::btree_set(0u32..60, 0..20), 0..6),
            removed in proptest::collection::vec(0u32..60, 0..20),
        ) {
            let (mut posting, mut model) = (PostingList::default(), BTreeSet::new());
            for batch in batches {
                let new: Vec<ArticleNo> = batch.difference(&model).copied().map(ArticleNo).collect();
                posting.merge(&new, by_number);
                model.extend(batch);
            }
            for number in removed {
                posting.remove(ArticleNo(number), by_number);
                model.remove(&number);
            }
            let held: Vec<u32> = posting.as_slice().iter().map(|article| article.0).collect();
            prop_assert_eq!(held, model.into_iter().collect::<Vec<_>>());
        }
    }
}
