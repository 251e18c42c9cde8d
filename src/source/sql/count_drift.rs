//! Rows that the query gives beyond those that are known: what tells of changes that no row tells of.
//!
//! A row that was deleted, or that came with an old date, is in no listing of what changed lately, but
//! the count differs. So does it for ever where rows share an id, which makes one place of them; what a
//! comparison of everything does not explain is therefore accepted. Only of what was counted before it
//! began, though, and only if it found nothing: a row that comes or goes while everything is listed may
//! make up for one that was found.

/// How many rows there are too many, or too few.
#[derive(Debug, Default)]
pub(crate) struct CountDrift {
    accepted: i128,
    /// The last counts, where nothing explains them.
    unexplained: Option<Counts>,
}

/// Rows that the query gives, and places that are known, at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    given: u64,
    known: u64,
}

impl Counts {
    fn drift(self) -> i128 {
        i128::from(self.given) - i128::from(self.known)
    }
}

impl CountDrift {
    /// Takes note of the counts after everything was compared, and whether that `found` something. Those
    /// that nothing explains may be of rows that came after they were listed: the next look at what
    /// changed tells.
    pub(crate) fn after_full_reading(&mut self, given: u64, known: u64, found: bool) {
        let counts = Counts { given, known };
        if self.unexplained == Some(counts) && !found {
            self.accepted = counts.drift();
        }
        self.note(counts);
    }

    /// Takes note of the counts after a look at less than everything; whether everything has to be
    /// compared for their sake.
    #[must_use]
    pub(crate) fn after_partial_reading(&mut self, given: u64, known: u64) -> bool {
        self.note(Counts { given, known });
        self.unexplained.is_some()
    }

    fn note(&mut self, counts: Counts) {
        self.unexplained = Some(counts).filter(|counts| counts.drift() != self.accepted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is counted once a reading has ended: rows that the query gives, places that are known.
    #[derive(Clone, Copy)]
    enum After {
        All(u64, u64),
        Part(u64, u64),
        /// As many are known as before, but others.
        Others(u64, u64),
    }
    use After::{All, Others, Part};

    /// Takes counts one after the other; the numbers of those that ask for a comparison.
    #[track_caller]
    fn check(counts: &[After], expected: &[usize]) {
        let mut drift = CountDrift::default();
        let asks = counts.iter().map(|count| match *count {
            All(given, known) => {
                drift.after_full_reading(given, known, false);
                false
            }
            Others(given, known) => {
                drift.after_full_reading(given, known, true);
                false
            }
            Part(given, known) => drift.after_partial_reading(given, known),
        });
        let asking = asks.enumerate().filter(|(_, asks)| *asks);
        assert_eq!(Vec::from_iter(asking.map(|(at, _)| at)), expected);
    }

    #[test]
    fn what_every_row_tells_of_asks_for_nothing() {
        check(
            &[All(7, 7), Part(7, 7), Part(9, 9), All(9, 9), Part(9, 9)],
            &[],
        );
    }

    #[test]
    fn a_deletion_is_compared() {
        check(&[All(7, 7), Part(6, 7), All(6, 6), Part(6, 6)], &[1]);
    }

    #[test]
    fn a_row_that_came_with_an_old_date_is_compared() {
        check(&[All(7, 7), Part(8, 7), All(8, 8), Part(8, 8)], &[1]);
    }

    #[test]
    fn rows_that_share_an_id_are_compared_once_and_for_all() {
        let shared = [All(9, 7), Part(9, 7), All(9, 7), Part(9, 7)];
        check(&shared, &[1]);
        let later = [Part(9, 7), All(9, 7), Part(10, 8), All(10, 8), Part(10, 8)];
        check(&[&shared[..], &later].concat(), &[1]);
        // What happens beside them is noticed as before,
        check(&[&shared[..], &[Part(8, 7), All(8, 6)]].concat(), &[1, 4]);
        // and that they no longer share it as well.
        let apart = [Part(8, 7), All(7, 7), Part(7, 7), All(7, 7), Part(7, 7)];
        check(&[&shared[..], &apart].concat(), &[1, 4, 6]);
    }

    #[test]
    fn each_drift_that_no_comparison_explains_is_compared_once() {
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
    fn rows_that_come_while_everything_is_compared_are_no_reason_to_do_it_again() {
        check(&[Part(6, 7), All(7, 6), Part(7, 7)], &[0]);
        // Unless they bring an old date.
        check(
            &[Part(6, 7), All(7, 6), Part(7, 6), All(7, 7), Part(7, 7)],
            &[0, 2],
        );
    }

    #[test]
    fn one_that_is_found_does_not_hide_another_that_comes_meanwhile() {
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
    fn one_that_goes_while_another_is_found_is_compared() {
        // One was gone, and one with an old date came for it; then another went.
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
    fn drift_that_returns_after_it_went_away_is_compared_again() {
        check(&[Part(6, 7), Part(7, 7), Part(6, 7)], &[0, 2]);
    }
}
