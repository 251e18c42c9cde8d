//! A sorted list whose clones share their chunks.

use std::cmp::Ordering;
use std::sync::Arc;

/// A list of at most this many entries is one vector.
const SHORT_MAX: usize = 512;

/// The most entries of a chunk: a change copies at most one chunk, and the list of a million articles
/// has a few hundred.
const CHUNK_MAX: usize = 4096;

/// Entries in an order that the caller gives, always the same. An insertion or a removal moves the
/// entries of one chunk, and copies the chunk if a clone of the list shares it.
#[derive(Clone, Debug)]
pub(super) enum SortedList<T> {
    Short(Vec<T>),
    Long(Arc<Chunks<T>>),
}

#[derive(Clone, Debug)]
pub(super) struct Chunks<T> {
    /// None of them is empty.
    chunks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for SortedList<T> {
    fn default() -> SortedList<T> {
        SortedList::Short(Vec::new())
    }
}

impl<T: Copy> SortedList<T> {
    pub(super) fn len(&self) -> usize {
        match self {
            SortedList::Short(list) => list.len(),
            SortedList::Long(long) => long.len,
        }
    }

    /// The entries, the first one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = T> {
        (0..self.chunk_count()).flat_map(|chunk| self.chunk(chunk).iter().copied())
    }

    /// The entries from the first one that `is_before` is not true of. It is true of all before that one.
    pub(super) fn iter_from(&self, is_before: impl Fn(&T) -> bool) -> impl Iterator<Item = T> {
        let (first, skipped) = match self {
            SortedList::Short(list) => (0, list.partition_point(&is_before)),
            SortedList::Long(long) => {
                let chunks = &long.chunks;
                let first = chunks.partition_point(|chunk| is_before(&chunk[chunk.len() - 1]));
                let rest = chunks.get(first).map(|chunk| &***chunk).unwrap_or_default();
                (first, rest.partition_point(&is_before))
            }
        };
        let chunks =
            (first..self.chunk_count()).flat_map(|chunk| self.chunk(chunk).iter().copied());
        chunks.skip(skipped)
    }

    /// The entries, the last one first.
    pub(super) fn backwards(&self) -> Backwards<'_, T> {
        Backwards {
            list: self,
            chunks_left: self.chunk_count(),
            rest: &[],
        }
    }

    /// Adds `new`, which is sorted and has no entry of this list.
    pub(super) fn merge(&mut self, new: &[T], order: impl Fn(&T, &T) -> Ordering + Copy) {
        match self {
            SortedList::Short(list) => {
                merge(list, new, order);
                if list.len() > SHORT_MAX {
                    *self = SortedList::Long(Arc::new(Chunks {
                        chunks: split(list).collect(),
                        len: list.len(),
                    }));
                }
            }
            SortedList::Long(long) => Arc::make_mut(long).merge(new, order),
        }
    }

    /// Removes `entry`, and says whether the list had it.
    pub(super) fn remove(&mut self, entry: &T, order: impl Fn(&T, &T) -> Ordering + Copy) -> bool {
        match self {
            SortedList::Short(list) => {
                let found = list.binary_search_by(|other| order(other, entry));
                found.map(|at| list.remove(at)).is_ok()
            }
            SortedList::Long(long) => {
                let chunk = long.chunk_of(entry, order);
                let found = long.chunks[chunk].binary_search_by(|other| order(other, entry));
                let Ok(at) = found else { return false };
                Arc::make_mut(long).remove(chunk, at);
                // Far below the limit, so that a list at the limit does not change its form again and
                // again.
                if long.len <= SHORT_MAX / 2 {
                    *self = SortedList::Short(self.iter().collect());
                }
                true
            }
        }
    }

    fn chunk_count(&self) -> usize {
        match self {
            SortedList::Short(_) => 1,
            SortedList::Long(long) => long.chunks.len(),
        }
    }

    fn chunk(&self, number: usize) -> &[T] {
        match self {
            SortedList::Short(list) => list,
            SortedList::Long(long) => &long.chunks[number],
        }
    }
}

impl<T: Copy> Chunks<T> {
    /// The chunk that has `entry` or is to have it.
    fn chunk_of(&self, entry: &T, order: impl Fn(&T, &T) -> Ordering) -> usize {
        let later = self
            .chunks
            .partition_point(|chunk| order(&chunk[0], entry) != Ordering::Greater);
        later.saturating_sub(1)
    }

    fn merge(&mut self, mut new: &[T], order: impl Fn(&T, &T) -> Ordering + Copy) {
        self.len += new.len();
        // From the end, so that the numbers of the chunks before stay the same.
        while let Some(last) = new.last() {
            let number = self.chunk_of(last, order);
            let chunk = &mut self.chunks[number];
            let others = match number {
                0 => 0,
                _ => new.partition_point(|entry| order(entry, &chunk[0]) == Ordering::Less),
            };
            let chunk = Arc::make_mut(chunk);
            merge(chunk, &new[others..], order);
            if chunk.len() > CHUNK_MAX {
                let chunk = std::mem::take(chunk);
                self.chunks.splice(number..=number, split(&chunk));
            }
            new = &new[..others];
        }
    }

    fn remove(&mut self, number: usize, at: usize) {
        let chunk = Arc::make_mut(&mut self.chunks[number]);
        chunk.remove(at);
        if chunk.is_empty() {
            self.chunks.remove(number);
        }
        self.len -= 1;
    }
}

/// Adds `new` to a sorted vector. Each entry moves at most once, however many are added. The vector gets
/// no spare capacity, because there are as many lists as terms.
fn merge<T: Copy>(list: &mut Vec<T>, new: &[T], order: impl Fn(&T, &T) -> Ordering) {
    let mut unmoved = list.len();
    list.reserve_exact(new.len());
    list.extend_from_slice(new);
    for (below, entry) in new.iter().enumerate().rev() {
        let at = list[..unmoved].partition_point(|other| order(other, entry) == Ordering::Less);
        list.copy_within(at..unmoved, at + below + 1);
        list[at + below] = *entry;
        unmoved = at;
    }
}

/// The fewest chunks of equal size, none of them empty.
fn split<T: Copy>(list: &[T]) -> impl Iterator<Item = Arc<Vec<T>>> {
    let chunks = list.len().div_ceil(CHUNK_MAX);
    let chunks = list.chunks(list.len().div_ceil(chunks));
    chunks.map(|chunk| Arc::new(chunk.to_vec()))
}

/// See [`SortedList::backwards`].
#[derive(Debug)]
pub(super) struct Backwards<'a, T> {
    list: &'a SortedList<T>,
    chunks_left: usize,
    /// What is left of a chunk.
    rest: &'a [T],
}

impl<T: Copy> Iterator for Backwards<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            if let Some((last, rest)) = self.rest.split_last() {
                self.rest = rest;
                return Some(*last);
            }
            self.chunks_left = self.chunks_left.checked_sub(1)?;
            self.rest = self.list.chunk(self.chunks_left);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Enough numbers for lists of several chunks.
    const NUMBERS: u32 = 4 * CHUNK_MAX as u32;

    fn check(list: &SortedList<u32>, model: &BTreeSet<u32>) -> Result<(), TestCaseError> {
        prop_assert!(list.iter().eq(model.iter().copied()));
        prop_assert!(list.backwards().eq(model.iter().rev().copied()));
        prop_assert_eq!(list.len(), model.len());
        if let SortedList::Long(long) = list {
            let sizes = long.chunks.iter().map(|chunk| chunk.len());
            prop_assert!(sizes.clone().all(|size| (1..=CHUNK_MAX).contains(&size)));
        }
        Ok(())
    }

    /// Numbers that are near each other, or anywhere.
    fn batches() -> impl Strategy<Value = Vec<(u32, u32, usize)>> {
        let batch = (0..NUMBERS, 1u32..9, prop_oneof![0usize..40, 0usize..9000]);
        proptest::collection::vec(batch, 0..6)
    }

    fn numbers((first, step, count): (u32, u32, usize)) -> BTreeSet<u32> {
        let numbers = (0..count as u32).map(|n| (first + n * step) % NUMBERS);
        numbers.collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn a_sorted_list_holds_the_same_as_a_set(
            added in batches(),
            removed in batches(),
        ) {
            let (mut list, mut model) = (SortedList::default(), BTreeSet::new());
            let mut clones = Vec::new();
            for batch in added.into_iter().map(numbers) {
                let new: Vec<u32> = batch.difference(&model).copied().collect();
                clones.push((list.clone(), model.clone()));
                list.merge(&new, u32::cmp);
                model.extend(new);
                check(&list, &model)?;
            }
            for batch in removed.into_iter().map(numbers) {
                clones.push((list.clone(), model.clone()));
                for number in batch {
                    prop_assert_eq!(list.remove(&number, u32::cmp), model.remove(&number));
                }
                check(&list, &model)?;
            }
            for (clone, model) in clones {
                check(&clone, &model)?;
            }
        }
    }

    #[test]
    fn a_list_has_chunks_from_a_limit_on_until_far_below() {
        let numbers: Vec<u32> = (0..=SHORT_MAX as u32).collect();
        let (last, others) = numbers.split_last().expect("a number");
        let is_short = |list: &SortedList<u32>| matches!(list, SortedList::Short(_));
        let mut list = SortedList::default();
        list.merge(others, u32::cmp);
        assert!(is_short(&list));
        list.merge(&[*last], u32::cmp);
        for number in SHORT_MAX as u32 / 2..=*last {
            assert!(!is_short(&list), "{} entries", list.len());
            assert!(list.remove(&number, u32::cmp));
        }
        assert!(is_short(&list));
        assert!(list.iter().eq(0..SHORT_MAX as u32 / 2));
    }

    #[test]
    fn a_change_copies_one_chunk() {
        let numbers: Vec<u32> = (0..NUMBERS).map(|n| 2 * n).collect();
        let mut list = SortedList::default();
        list.merge(&numbers, u32::cmp);
        let clone = list.clone();
        list.merge(&[5], u32::cmp);
        let (SortedList::Long(list), SortedList::Long(clone)) = (list, clone) else {
            panic!("the list has chunks");
        };
        let unshared = list.chunks.iter().filter(|chunk| {
            let is_same = |other: &Arc<Vec<u32>>| Arc::ptr_eq(other, chunk);
            !clone.chunks.iter().any(is_same)
        });
        assert_eq!(unshared.count(), 2, "a full chunk was split");
    }
}
