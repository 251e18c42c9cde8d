//! The names of terms with slugs: where their addresses lead, and which of them `except` has.

use std::collections::HashSet;

use super::{Auto, FeedDefinitions, SELECT, find_automatic_term};
use crate::feed::automatic_path::automatic_path;
use crate::index::{AffectedFeeds, Index, TermNo};
use crate::model::selection::Selection;

impl FeedDefinitions {
    /// The path that the path of an automatic feed leads to, if its key is only the name of other terms:
    /// the feed of the only term of that name, else the selection of all of them.
    pub fn path_of_name(&self, index: &Index, path: &str) -> Option<String> {
        let (kind, name) = find_automatic_term(index, path)?;
        if !self.auto.contains_key(&kind) || !index.is_name(name) {
            return None;
        }
        Some(match index.term_of_name(name) {
            Some(term) => automatic_path(index.term(term)),
            None => format!("{SELECT}?{}", Selection::of(index.term(name).clone())),
        })
    }

    /// The paths of the feeds that a change may end, because their term is only a name by now, or `except`
    /// has its new name.
    pub fn ended(&self, index: &Index, changed: &AffectedFeeds) -> Vec<String> {
        let terms: HashSet<TermNo> = match changed {
            AffectedFeeds::All => index.known_terms().collect(),
            AffectedFeeds::Matching(articles) => {
                let terms = articles.iter().flatten();
                terms.map(|&term| index.base(term)).collect()
            }
        };
        let is_ended = |term: &TermNo| {
            let auto = self.auto.get(&index.term(*term).kind);
            auto.is_some_and(|auto| index.is_name(*term) || auto.excepts_name(index, *term))
        };
        let ended = terms.into_iter().filter(is_ended);
        ended.map(|term| automatic_path(index.term(term))).collect()
    }
}

impl Auto {
    /// Whether `except` has the name of a term with a slug.
    pub(super) fn excepts_name(&self, index: &Index, term: TermNo) -> bool {
        let has_name = || {
            index
                .name_of_slug(term)
                .is_some_and(|name| self.except.contains(&name))
        };
        !self.except.is_empty() && has_name()
    }
}
