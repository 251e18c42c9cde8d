//! The slugs of categories and authors by their numbers, which the addresses of WordPress's own feeds name.

use std::collections::BTreeMap;

use arc_swap::ArcSwap;

use crate::model::term::TermKind;

/// The slugs of a site's terms by their kinds and numbers. It is read without a lock, by requests.
#[derive(Debug, Default)]
pub struct TermSlugs(ArcSwap<BTreeMap<(TermKind, u64), String>>);

impl TermSlugs {
    /// The slug of the term with this number.
    pub fn slug(&self, kind: TermKind, number: u64) -> Option<String> {
        self.0.load().get(&(kind, number)).cloned()
    }

    /// Adds terms, and replaces those with the same numbers. Only one thread does.
    pub(super) fn add(&self, terms: impl IntoIterator<Item = ((TermKind, u64), String)>) {
        let mut terms = terms.into_iter().peekable();
        if terms.peek().is_some() {
            let mut next = BTreeMap::clone(&self.0.load());
            next.extend(terms);
            self.0.store(next.into());
        }
    }

    /// All of them as bytes for the next start.
    pub(super) fn encode(&self) -> Vec<u8> {
        postcard::to_stdvec(&**self.0.load()).expect("strings and numbers always serialize")
    }

    /// Restores the bytes of an earlier run; bytes of another form are none.
    pub(super) fn restore(&self, bytes: &[u8]) {
        if let Ok(terms) = postcard::from_bytes::<BTreeMap<_, _>>(bytes) {
            self.0.store(terms.into());
        }
    }
}
