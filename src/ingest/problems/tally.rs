//! Counts of problems by reason.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::first_places::FirstPlaces;
use crate::model::problem::Severity;
use crate::model::problem_summary::{ReasonCount, general_reason};
use crate::store::FileRow;

/// The reasons that are counted apart from each other.
const REASONS_MAX: usize = 100;

/// Why a file or row is refused, and what its warnings say.
fn reasons_of(row: &FileRow) -> impl Iterator<Item = (Severity, &str)> {
    let refusal = row.refusal.iter();
    let refusal = refusal.map(|refusal| (Severity::Error, &*refusal.reason));
    let warnings = row.warnings.iter();
    refusal.chain(warnings.map(|warning| (Severity::Warning, &*warning.reason)))
}

/// Problems by reason. A count may be negative while it only says how others change.
#[derive(Clone, Debug, Default)]
pub(in crate::ingest) struct Tally {
    reasons: BTreeMap<(Severity, String), i64>,
    /// Problems for reasons beyond [`REASONS_MAX`]. With so many, counts by reason may be wrong between two
    /// full readings; the sum is not.
    others: BTreeMap<Severity, i64>,
    /// The places of problems that were added, by severity. Those of problems that were removed may be
    /// among them.
    pub(super) first: BTreeMap<Severity, FirstPlaces>,
}

impl Tally {
    pub(super) fn add(&mut self, severity: Severity, reason: &str, path: &str) {
        self.count(severity, general_reason(reason), 1);
        self.first.entry(severity).or_default().insert(path);
    }

    /// Counts the problems of a file or row of the store.
    pub(in crate::ingest) fn add_row(&mut self, path: &str, row: &FileRow) {
        for (severity, reason) in reasons_of(row) {
            self.add(severity, reason, path);
        }
    }

    /// No longer counts the problems of a file or row.
    pub(super) fn remove_row(&mut self, row: &FileRow) {
        for (severity, reason) in reasons_of(row) {
            self.remove(severity, reason);
        }
    }

    pub(super) fn remove(&mut self, severity: Severity, reason: &str) {
        self.count(severity, general_reason(reason), -1);
    }

    pub(super) fn merge(&mut self, other: Tally) {
        for ((severity, reason), count) in other.reasons {
            self.count(severity, reason, count);
        }
        for (severity, count) in other.others {
            *self.others.entry(severity).or_default() += count;
        }
        for (severity, first) in &other.first {
            self.first.entry(*severity).or_default().merge(first);
        }
    }

    /// Whether nothing was added or removed.
    pub(super) fn is_empty(&self) -> bool {
        self.reasons.is_empty() && self.others.is_empty()
    }

    /// The reasons, the most frequent first, and last how many problems have others.
    pub(super) fn reasons(self) -> Vec<ReasonCount> {
        let counted = |severity, reason, count| {
            let count = usize::try_from(count).ok().filter(|count| *count > 0)?;
            Some(ReasonCount {
                severity,
                reason,
                count,
            })
        };
        let reasons = self.reasons.into_iter();
        let mut reasons: Vec<ReasonCount> = reasons
            .filter_map(|((severity, reason), count)| counted(severity, reason, count))
            .collect();
        reasons.sort_by_key(|reason| Reverse(reason.count));
        let others = self.others.into_iter();
        reasons.extend(
            others.filter_map(|(severity, count)| counted(severity, OTHERS.to_owned(), count)),
        );
        reasons
    }

    fn count(&mut self, severity: Severity, reason: String, change: i64) {
        let is_full = self.reasons.len() >= REASONS_MAX;
        let key = (severity, reason);
        match self.reasons.get_mut(&key) {
            Some(count) => *count += change,
            None if is_full => *self.others.entry(severity).or_default() += change,
            None => drop(self.reasons.insert(key, change)),
        }
    }
}

const OTHERS: &str = "other reasons";

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(tally: &Tally) -> Vec<(String, usize)> {
        let reasons = tally.clone().reasons().into_iter();
        reasons
            .map(|reason| (reason.reason, reason.count))
            .collect()
    }

    #[test]
    fn a_change_corrects_counts_no_matter_when_it_is_merged() {
        let mut stored = Tally::default();
        for path in ["a", "b", "c"] {
            stored.add(Severity::Error, "no date", path);
        }
        let mut change = Tally::default();
        change.remove(Severity::Error, "no date");
        change.add(Severity::Error, "no title", "b");
        let expected = [("no date".to_owned(), 2), ("no title".to_owned(), 1)];
        let (mut earlier, mut later) = (change.clone(), stored.clone());
        earlier.merge(stored);
        later.merge(change);
        for tally in [earlier, later] {
            assert_eq!(counts(&tally), expected);
        }
    }

    #[test]
    fn reasons_beyond_the_limit_are_counted_together() {
        let mut tally = Tally::default();
        let reason = |number: usize| format!("reason x{number}");
        for number in 0..REASONS_MAX + 20 {
            tally.add(Severity::Error, &reason(number), "a");
        }
        let last = |tally: &Tally| counts(tally).pop().expect("a reason");
        assert_eq!(counts(&tally).len(), REASONS_MAX + 1);
        assert_eq!(last(&tally), (OTHERS.to_owned(), 20));
        tally.remove(Severity::Error, &reason(0));
        tally.remove(Severity::Error, &reason(REASONS_MAX));
        assert_eq!(counts(&tally).len(), REASONS_MAX);
        assert_eq!(last(&tally), (OTHERS.to_owned(), 19));
    }
}
