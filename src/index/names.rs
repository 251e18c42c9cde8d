//! What the name of a term with a slug leads to.
//!
//! A term that is the slug of a released article means the articles that have exactly that term. Any other
//! term also means those of terms with its name: `author:Сапар` finds the articles of every author of that
//! name, whatever the slugs are.

use std::borrow::Cow;

use super::{Index, Query, TermNo};
use crate::model::term::Term;

impl Index {
    /// The number of the list with the articles that a term means.
    pub(super) fn list_of(&self, term: TermNo) -> TermNo {
        match self.terms.name_list(term) {
            Some(list) if self.terms.slug_articles(term) == 0 => list,
            Some(_) | None => term,
        }
    }

    /// A query with the numbers of the lists that its terms mean now. When one of them means another list,
    /// [`AffectedFeeds::All`](super::AffectedFeeds::All) says so.
    pub fn resolve<'q>(&self, query: &'q Query) -> Cow<'q, Query> {
        let has_name_list = |term: &TermNo| self.terms.name_list(*term).is_some();
        if !self.terms.has_name_lists() || !query.terms().any(|term| has_name_list(&term)) {
            return Cow::Borrowed(query);
        }
        let lists = |terms: &[TermNo]| terms.iter().map(|term| self.list_of(*term)).collect();
        Cow::Owned(Query {
            any: lists(&query.any),
            all: lists(&query.all),
            none: lists(&query.none),
        })
    }

    /// The term that a number in [`AffectedFeeds`](super::AffectedFeeds) belongs to.
    pub fn base(&self, number: TermNo) -> TermNo {
        self.terms.base(number)
    }

    /// The term whose key is the name of a term, if the two differ because of a slug.
    pub fn name_of_slug(&self, term: TermNo) -> Option<TermNo> {
        if !self.terms.has_slugs() {
            return None;
        }
        let name = Term::new(self.term(term).kind, self.name(term))?;
        self.find_term(&name).filter(|name| *name != term)
    }

    /// Whether a released article has the term, or one of its name.
    pub fn is_used(&self, term: TermNo) -> bool {
        self.released.of(self.list_of(term)).len() > 0
    }

    /// Whether the term is only the name of other terms, which released articles have.
    pub fn is_name(&self, term: TermNo) -> bool {
        self.released.of(term).len() == 0 && self.is_used(term)
    }

    /// The term with this name whose feed has every article of the name; `None` if there is none, or if the
    /// name is a term itself.
    pub fn term_of_name(&self, name: TermNo) -> Option<TermNo> {
        if !self.is_name(name) {
            return None;
        }
        let list = self.list_of(name);
        let newest = self.released.of(list).backwards().next()?;
        let mut named = self.slot(newest).spellings();
        let named = named.find(|spelling| self.terms.list_of_name(*spelling) == Some(list))?;
        let term = self.terms.term_of(named);
        let both = Query::default().with(list).with(term);
        (self.count(&both) == self.released.of(list).len()).then_some(term)
    }
}
