//! The number of a query's rows with the sum of digests of their ids: it changes when a row comes or goes,
//! also where as many come as go.
//!
//! A poll lists the rows whose date has moved. A row that was withdrawn, or that came with an old date, is
//! not among them, but the sum shows it. Every row that a reading lists is explained by it; what is not
//! explained demands a full reading.

use std::ops::Add;

use xxhash_rust::xxh3::xxh3_64;

/// How many rows there are, and the sum of the digests of their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct IdSum {
    pub(crate) rows: u64,
    pub(super) digests: i128,
}

impl IdSum {
    /// Of one row with this id.
    pub(super) fn of_id(id: &str) -> IdSum {
        IdSum {
            rows: 1,
            digests: xxh3_64(id.as_bytes()).into(),
        }
    }
}

impl Add for IdSum {
    type Output = IdSum;

    fn add(self, other: IdSum) -> IdSum {
        IdSum {
            rows: self.rows + other.rows,
            digests: self.digests.wrapping_add(other.digests),
        }
    }
}

/// The sum of the rows that readings have listed; `None` before the first full one.
#[derive(Debug, Default)]
pub(crate) struct ListedIds(Option<IdSum>);

impl ListedIds {
    /// Notes the sum of all rows that a full reading listed.
    pub(crate) fn after_full_reading(&mut self, listed: Option<IdSum>) {
        self.0 = listed;
    }

    /// Notes a reading of changed rows, of which `new` ids were not known: `of_new` is the sum of their
    /// rows, `all` that of all rows, both after the reading. Whether a full reading is needed, because other
    /// rows came or went.
    #[must_use]
    pub(crate) fn after_partial_reading(&mut self, all: IdSum, of_new: IdSum, new: usize) -> bool {
        let Some(listed) = self.0 else {
            return false;
        };
        // A new row may be gone again.
        let is_explained = listed + of_new == all && of_new.rows >= new as u64;
        if is_explained {
            self.0 = Some(all);
        }
        !is_explained
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(ids: &[&str]) -> IdSum {
        let ids = ids.iter().map(|id| IdSum::of_id(id));
        ids.fold(IdSum::default(), Add::add)
    }

    /// What a poll finds: all rows after it, and the ids that are new to it.
    type Poll<'a> = (&'a [&'a str], &'a [&'a str]);

    /// Checks which polls after a full reading of `listed` demand another one.
    #[track_caller]
    fn check(listed: &[&str], polls: &[Poll<'_>], expected: &[usize]) {
        let mut ids = ListedIds::default();
        ids.after_full_reading(Some(sum(listed)));
        let mut asking = Vec::new();
        for (number, (all, new)) in polls.iter().enumerate() {
            let there: Vec<&str> = all.iter().filter(|id| new.contains(id)).copied().collect();
            if ids.after_partial_reading(sum(all), sum(&there), new.len()) {
                asking.push(number);
                ids.after_full_reading(Some(sum(all)));
            }
        }
        assert_eq!(asking, expected);
    }

    #[test]
    fn what_a_poll_lists_demands_no_full_reading() {
        check(
            &["a", "b"],
            &[
                (&["a", "b"], &[]),
                (&["a", "b", "c", "d"], &["c", "d"]),
                (&["d", "c", "b", "a"], &[]),
            ],
            &[],
        );
    }

    #[test]
    fn what_a_poll_does_not_list_demands_a_full_reading() {
        check(&["a", "b"], &[(&["a"], &[]), (&["a"], &[])], &[0]);
        check(&["a"], &[(&["a", "old"], &[]), (&["a", "old"], &[])], &[0]);
        // As many rows as before.
        check(&["a", "b"], &[(&["a", "old"], &[])], &[0]);
        check(&["a", "b"], &[(&["a", "new"], &["new"])], &[0]);
        check(&["a"], &[(&["a", "new", "old"], &["new"])], &[0]);
    }

    #[test]
    fn a_new_row_that_is_gone_again_demands_a_full_reading() {
        check(&["a"], &[(&["a"], &["new"]), (&["a"], &[])], &[0]);
    }

    #[test]
    fn rows_that_share_an_id_are_counted_each() {
        check(
            &["a", "a"],
            &[
                (&["a", "a"], &[]),
                (&["a"], &[]),
                (&["a", "b", "b"], &["b"]),
            ],
            &[1],
        );
    }

    #[test]
    fn before_the_first_full_reading_nothing_is_demanded() {
        let mut ids = ListedIds::default();
        assert!(!ids.after_partial_reading(sum(&["a"]), sum(&[]), 0));
    }
}
