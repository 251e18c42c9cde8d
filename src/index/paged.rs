//! A table by number whose clones share their pages.

use std::array;
use std::sync::Arc;

/// Entries of a page, and pages of a group. A change of one entry copies at most one of each, and the
/// clone of a table with a million entries counts a few hundred groups.
const PAGE: usize = 64;

type Page<T> = [Option<T>; PAGE];
type Group<T> = [Option<Arc<Page<T>>>; PAGE];

/// A table by number. A clone costs little; a change copies the page that it touches if a clone shares
/// it.
#[derive(Clone, Debug)]
pub(super) struct Paged<T> {
    groups: Vec<Arc<Group<T>>>,
    len: usize,
}

impl<T> Default for Paged<T> {
    fn default() -> Paged<T> {
        Paged {
            groups: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Clone> Paged<T> {
    /// One more than the highest number that [`Paged::entry`] was called with.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, number: usize) -> Option<&T> {
        let group = self.groups.get(number / (PAGE * PAGE))?;
        let page = group[number / PAGE % PAGE].as_ref()?;
        page[number % PAGE].as_ref()
    }

    /// The place of a number, to fill, change or empty it.
    pub(super) fn entry(&mut self, number: usize) -> &mut Option<T> {
        self.len = self.len.max(number + 1);
        let group = number / (PAGE * PAGE);
        while self.groups.len() <= group {
            self.groups.push(Arc::new(array::from_fn(|_| None)));
        }
        let group = Arc::make_mut(&mut self.groups[group]);
        let page =
            group[number / PAGE % PAGE].get_or_insert_with(|| Arc::new(array::from_fn(|_| None)));
        &mut Arc::make_mut(page)[number % PAGE]
    }

    /// Fills the next number and returns it.
    pub(super) fn push(&mut self, value: T) -> usize {
        let number = self.len;
        *self.entry(number) = Some(value);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_copies_one_page_and_leaves_clones_as_they_are() {
        let mut table = Paged::default();
        for number in 0..3 * PAGE * PAGE {
            table.push(Arc::new(number));
        }
        let clone = table.clone();
        *table.entry(PAGE) = Some(Arc::new(0));
        *table.entry(PAGE + 1) = None;
        assert_eq!(clone.get(PAGE).map(|number| **number), Some(PAGE));
        assert_eq!(table.get(PAGE).map(|number| **number), Some(0));
        assert_eq!(table.get(PAGE + 1), None);
        assert_eq!(table.get(table.len()), None);
        let is_copied = |number: &usize| table.get(*number).map(Arc::strong_count) == Some(2);
        let copied: Vec<usize> = (0..table.len()).filter(is_copied).collect();
        assert_eq!(copied, (PAGE + 2..2 * PAGE).collect::<Vec<_>>());
    }

    #[test]
    fn an_unshared_page_is_changed_in_place() {
        let mut table = Paged::default();
        let value = Arc::new(7);
        table.push(value.clone());
        *table.entry(1) = Some(Arc::new(8));
        assert_eq!(Arc::strong_count(&value), 2, "it was not cloned");
    }
}
