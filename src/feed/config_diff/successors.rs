//! The feeds that have the articles of a feed that is no longer there.

use std::collections::HashMap;

use super::entries::{FeedEntries, selection};
use super::side::Side;
use crate::feed::automatic_path::split_automatic;
use crate::feed::definitions::{FeedDefinition, FeedKind, FeedNo};
use crate::model::selection::{Selection, TERMS_MAX};

/// The feeds of the next configuration by what they hold.
pub(super) struct Successors<'a> {
    next: Side<'a>,
    by_selection: HashMap<Selection, FeedNo>,
    /// New declared feeds.
    by_entries: HashMap<Vec<u128>, FeedNo>,
}

impl<'a> Successors<'a> {
    /// `gained` are the feeds whose path is new; they come before those that are there today.
    pub(super) fn new(next: Side<'a>, gained: &[FeedNo]) -> Successors<'a> {
        let (mut by_selection, mut by_entries) = (HashMap::new(), HashMap::new());
        let all = next.definitions.all(next.index).into_iter();
        let declared = all.filter(|number| matches!(number, FeedNo::Declared(_)));
        for number in gained.iter().copied().chain(declared) {
            let definition = next.definition(number);
            let selection = selection(&next, &definition.query).simplified();
            by_selection.entry(selection).or_insert(number);
        }
        for &number in gained {
            let definition = next.definition(number);
            if definition.kind == FeedKind::Declared {
                let names = FeedEntries::new(&next, &definition).names;
                by_entries.entry(names).or_insert(number);
            }
        }
        by_entries.remove(&Vec::new());
        Successors {
            next,
            by_selection,
            by_entries,
        }
    }

    /// The feed with the selection of `old`, else a new declared feed with its entries.
    pub(super) fn find(&self, today: &Side<'_>, old: &FeedDefinition) -> Option<FeedDefinition> {
        let selection = counted_as(&self.next, selection(today, &old.query)).simplified();
        let number = self.by_selection.get(&selection).or_else(|| {
            let is_declared = old.kind == FeedKind::Declared && !self.by_entries.is_empty();
            is_declared.then(|| self.by_entries.get(&FeedEntries::new(today, old).names))?
        });
        number.map(|number| self.next.definition(*number))
    }

    /// The query of the selection that has the articles of an automatic feed of today, if its terms are known
    /// then.
    pub(super) fn selection(
        today: &Side<'_>,
        next: &Side<'_>,
        old: &FeedDefinition,
    ) -> Option<String> {
        split_automatic(&old.path)?;
        let selection = counted_as(next, selection(today, &old.query));
        let is_known = next.definitions.select(next.index, &selection).is_ok();
        let is_short = selection.terms().count() <= TERMS_MAX;
        (is_known && is_short).then(|| selection.to_query())
    }
}

/// A selection with the terms that its own count as on the next side.
fn counted_as(next: &Side<'_>, selection: Selection) -> Selection {
    selection.map(|term| next.index.canonical(term).clone())
}
