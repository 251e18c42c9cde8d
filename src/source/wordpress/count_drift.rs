//! Count drift: the number of rows that the query returns, minus the number that is stored.
//!
//! A row that was deleted, or that was inserted with an old date, is in no listing of recent rows, but
//! the count differs. It also differs permanently where rows share an id, which makes one place of them;
//! so a drift that a full reading does not explain is accepted. That holds only for a drift that was
//! counted before the reading began, and only if the reading changed nothing: a row that is inserted or
//! deleted meanwhile may cancel out one that was found.

/// The drift, and whether a full reading has to explain it.
#[derive(Debug, Default)]
pub(super) struct CountDrift {
    accepted: i128,
    /// The last counts, if their drift is not accepted.
    unexplained: Option<Counts>,
}

/// Rows that the query returns, and places in the store, at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    returned: u64,
    stored: u64,
}

impl Counts {
    fn drift(self) -> i128 {
        i128::from(self.returned) - i128::from(self.stored)
    }
}

impl CountDrift {
    /// Notes the counts after a full reading, and whether it `found` a change. A drift that remains may
    /// be of rows that were inserted after they were listed, which the next poll shows.
    pub(super) fn after_full_reading(&mut self, returned: u64, stored: u64, found: bool) {
        let counts = Counts { returned, stored };
        if self.unexplained == Some(counts) && !found {
            self.accepted = counts.drift();
        }
        self.note(counts);
    }

    /// Notes the counts after a partial reading; whether their drift demands a full one.
    #[must_use]
    pub(super) fn after_partial_reading(&mut self, returned: u64, stored: u64) -> bool {
        self.note(Counts { returned, stored });
        self.unexplained.is_some()
    }

    fn note(&mut self, counts: Counts) {
        self.unexplained = Some(counts).filter(|counts| counts.drift() != self.accepted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The counts after a reading: rows that the query returns, places in the store.
    #[derive(Clone, Copy)]
    enum After {
        All(u64, u64),
        Part(u64, u64),
        /// A full reading that found as many new places as missing ones.
        Others(u64, u64),
    }
    use After::{All, Others, Part};

    /// Checks which of these counts demand a full reading.
    #[track_caller]
    fn check(counts: &[After], expected: &[usize]) {
        let mut drift = CountDrift::default();
        let asks = counts.iter().map(|count| match *count {
            All(returned, stored) => {
                drift.after_full_reading(returned, stored, false);
                false
            }
            Others(returned, stored) => {
                drift.after_full_reading(returned, stored, true);
                false
            }
            Part(returned, stored) => drift.after_partial_reading(returned, stored),
        });
        let asking = asks.enumerate().filter(|(_, asks)| *asks);
        assert_eq!(Vec::from_iter(asking.map(|(at, _)| at)), expected);
    }

    #[test]
    fn no_drift_demands_no_full_reading() {
        check(
            &[All(7, 7), Part(7, 7), Part(9, 9), All(9, 9), Part(9, 9)],
            &[],
        );
    }

    #[test]
    fn a_deletion_demands_a_full_reading() {
        check(&[All(7, 7), Part(6, 7), All(6, 6), Part(6, 6)], &[1]);
    }

    #[test]
    fn an_insertion_with_an_old_date_demands_a_full_reading() {
        check(&[All(7, 7), Part(8, 7), All(8, 8), Part(8, 8)], &[1]);
    }

    #[test]
    fn rows_that_share_an_id_demand_one_full_reading() {
        let shared = [All(9, 7), Part(9, 7), All(9, 7), Part(9, 7)];
        check(&shared, &[1]);
        let later = [Part(9, 7), All(9, 7), Part(10, 8), All(10, 8), Part(10, 8)];
        check(&[&shared[..], &later].concat(), &[1]);
        // Other changes are still noticed,
        check(&[&shared[..], &[Part(8, 7), All(8, 6)]].concat(), &[1, 4]);
        // and so is the end of the shared id.
        let apart = [Part(8, 7), All(7, 7), Part(7, 7), All(7, 7), Part(7, 7)];
        check(&[&shared[..], &apart].concat(), &[1, 4, 6]);
    }

    #[test]
    fn each_unexplained_drift_demands_one_full_reading() {
        let counts = [
            Part(8, 7),
            All(8, 7),
            Part(8, 7),
            Part(9, 7),
            All(9, 7),
            Part(9, 7),
            Part(9, 7),
        ];
        check(&counts, &[0, 3]);
    }

    #[test]
    fn rows_inserted_during_a_full_reading_demand_no_other() {
        check(&[Part(6, 7), All(7, 6), Part(7, 7)], &[0]);
        // Unless they have an old date.
        check(
            &[Part(6, 7), All(7, 6), Part(7, 6), All(7, 7), Part(7, 7)],
            &[0, 2],
        );
    }

    #[test]
    fn a_found_row_does_not_hide_one_inserted_meanwhile() {
        let counts = [
            Part(8, 7),
            All(9, 8),
            Part(9, 8),
            All(9, 9),
            Part(9, 9),
            Part(10, 9),
        ];
        check(&counts, &[0, 2, 5]);
    }

    #[test]
    fn a_deletion_during_a_full_reading_demands_another() {
        // One row was replaced by one with an old date; then another was deleted.
        let counts = [
            Part(6, 7),
            Others(6, 7),
            Part(6, 7),
            All(6, 6),
            Part(6, 6),
            Part(7, 6),
        ];
        check(&counts, &[0, 2, 5]);
    }

    #[test]
    fn drift_that_returns_demands_another_full_reading() {
        check(&[Part(6, 7), Part(7, 7), Part(6, 7)], &[0, 2]);
    }
}
