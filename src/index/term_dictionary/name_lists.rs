//! Name lists: the articles that the name of a term with a slug leads to.
//!
//! The name of a term with a slug leads to it too, although its key is another. Several terms may have one
//! name, so each such name has a *name list* beside the posting list of its own key: the articles that have
//! the key as their own, or a term of that name. Its number is one that no other term has.

use super::{SpellingNo, TermDictionary, TermNo, TermSlot, slot, to_number};
use crate::model::term::Term;

/// How a term and a name list belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameList {
    /// No other term has this one's key as its name.
    None,
    /// The name list of the term has this number.
    At(TermNo),
    /// This is the number of the name list of that term.
    Of(TermNo),
}

/// A name list that is new, and so has no article.
#[derive(Clone, Copy, Debug)]
pub(in crate::index) struct NewNameList {
    pub(in crate::index) term: TermNo,
    pub(in crate::index) list: TermNo,
    /// Whether the term had a number before, so that articles and queries may name it.
    pub(in crate::index) is_of_old_term: bool,
}

impl TermDictionary {
    /// The number of the name list of `name`, which is added if it is new; `None` if the name is that of
    /// `term` by its key already.
    pub(super) fn intern_name_list(
        &mut self,
        name: Term,
        term: Option<TermNo>,
        new_lists: &mut Vec<NewNameList>,
    ) -> Option<TermNo> {
        let terms_before = self.slots.len();
        let base = self.intern(name);
        if Some(base) == term {
            return None;
        }
        if let Some(list) = self.name_list(base) {
            return Some(list);
        }
        let slot = TermSlot::new(self.term(base).clone(), NameList::Of(base));
        let list = TermNo(to_number(self.slots.push(slot)));
        self.slot_mut(base).name_list = NameList::At(list);
        self.has_name_lists = true;
        new_lists.push(NewNameList {
            term: base,
            list,
            is_of_old_term: base.place() < terms_before,
        });
        Some(list)
    }

    /// Whether any spelling has a slug.
    pub(in crate::index) fn has_slugs(&self) -> bool {
        self.has_slugs
    }

    /// Whether there is a name list.
    pub(in crate::index) fn has_name_lists(&self) -> bool {
        self.has_name_lists
    }

    /// The name list of a term.
    pub(in crate::index) fn name_list(&self, term: TermNo) -> Option<TermNo> {
        match slot(&self.slots, term).name_list {
            NameList::At(list) => Some(list),
            NameList::None | NameList::Of(_) => None,
        }
    }

    /// The term that a name list is of; any other number itself.
    pub(in crate::index) fn base(&self, number: TermNo) -> TermNo {
        match slot(&self.slots, number).name_list {
            NameList::Of(term) => term,
            NameList::None | NameList::At(_) => number,
        }
    }

    /// The lists that have the articles with a spelling: that of its term, its name list, and the list of
    /// the name that leads to the term.
    pub(in crate::index) fn lists_of(
        &self,
        spelling: SpellingNo,
    ) -> impl Iterator<Item = TermNo> + use<> {
        let term = self.term_of(spelling);
        let (of_term, of_name) = match self.has_name_lists {
            true => (self.name_list(term), self.list_of_name(spelling)),
            false => (None, None),
        };
        [Some(term), of_term, of_name].into_iter().flatten()
    }

    /// The name list that has the articles with a spelling because of its name.
    pub(in crate::index) fn list_of_name(&self, spelling: SpellingNo) -> Option<TermNo> {
        self.entry(spelling).slug.as_ref()?.name_list
    }

    /// The term whose key is the slug of a spelling.
    pub(in crate::index) fn term_of_slug(&self, spelling: SpellingNo) -> Option<TermNo> {
        let entry = self.entry(spelling);
        entry.slug.as_ref().filter(|slug| slug.is_key)?;
        entry.term
    }

    /// The number of released articles whose slug is the key of a term, counted by spelling.
    pub(in crate::index) fn slug_articles(&self, term: TermNo) -> u32 {
        slot(&self.slots, term).slug_articles
    }

    pub(in crate::index) fn slug_articles_mut(&mut self, term: TermNo) -> &mut u32 {
        &mut self.slot_mut(term).slug_articles
    }
}
