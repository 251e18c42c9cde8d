//! The dates of selections, and the instants at which they change without an edit.
//!
//! A selection of which no earlier date is known gets the second of the state that it is made from. No two
//! states whose selections may differ share a second, so an evicted selection gets no older date, and other
//! bytes get another date. The store keeps the second, so this holds after a crash too.

use std::collections::BTreeSet;

use tokio::sync::mpsc;

use crate::model::time::Timestamp;
use crate::publish::selections::SELECTIONS_MAX;

/// Instants that are remembered. The latest are left out; such a selection changes with the first
/// publication after its instant.
const DUE_MAX: usize = 4 * SELECTIONS_MAX.get();

/// By how many seconds the clock may be behind the last state without having been set back.
const STRAY_SECONDS: i64 = 2;

pub(super) struct SelectionDates {
    /// The second of the last state.
    second: Timestamp,
    /// The second in the store.
    stored: Timestamp,
    /// Whether the state before had the same second.
    is_repeated: bool,
    /// The second in which selections show the changes of the last states, which came within one second.
    waits_until: Option<Timestamp>,
    due: BTreeSet<Timestamp>,
    incoming: mpsc::Receiver<Timestamp>,
}

impl SelectionDates {
    /// `stored` is the second of the last state before this process; `incoming` are the instants of selections
    /// that requests build.
    pub(super) fn new(stored: Timestamp, incoming: mpsc::Receiver<Timestamp>) -> SelectionDates {
        SelectionDates {
            second: stored,
            stored,
            is_repeated: false,
            waits_until: None,
            due: BTreeSet::new(),
            incoming,
        }
    }

    /// The second of the last state.
    pub(super) fn second(&self) -> Timestamp {
        self.second
    }

    /// Whether the state before had the same second.
    pub(super) fn is_repeated(&self) -> bool {
        self.is_repeated
    }

    /// Selections are dated by the state before, so they show this one's changes in the next second.
    pub(super) fn wait(&mut self) {
        self.waits_until = Some(self.second.plus(1));
    }

    pub(super) fn next_instant(&self) -> Option<Timestamp> {
        let due = self.due.first().copied();
        [due, self.waits_until].into_iter().flatten().min()
    }

    /// Whether a selection may change at `as_of`.
    pub(super) fn is_due(&mut self, as_of: Timestamp) -> bool {
        while let Ok(instant) = self.incoming.try_recv() {
            self.due.insert(instant);
        }
        while self.due.len() > DUE_MAX {
            self.due.pop_last();
        }
        let waits_no_longer = |at| at <= as_of || self.is_set_back(as_of);
        self.due.first().is_some_and(|at| *at <= as_of)
            || self.waits_until.is_some_and(waits_no_longer)
    }

    /// Gives the next state its second: a later one, or within the same second the one of the state before.
    pub(super) fn advance(&mut self, as_of: Timestamp, has_state_before: bool) {
        self.due = self.due.split_off(&as_of.plus(1));
        self.waits_until = None;
        let is_later = as_of > self.second;
        self.is_repeated = !is_later && has_state_before && !self.is_set_back(as_of);
        if is_later {
            self.second = as_of;
        } else if !self.is_repeated {
            self.second = self.second.plus(1);
        }
    }

    /// After the clock was set back, the index still shows a later instant, by which feeds are dated.
    pub(super) fn reach(&mut self, shown: Timestamp) {
        if !self.is_repeated {
            self.second = self.second.max(shown);
        }
    }

    /// The second, if the store has another one.
    pub(super) fn unsaved(&self) -> Option<Timestamp> {
        Some(self.second).filter(|second| *second != self.stored)
    }

    pub(super) fn note_saved(&mut self) {
        self.stored = self.second;
    }

    fn is_set_back(&self, as_of: Timestamp) -> bool {
        as_of.plus(STRAY_SECONDS) < self.second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(stored: i64) -> SelectionDates {
        let (_, incoming) = mpsc::channel(1);
        SelectionDates::new(Timestamp(stored), incoming)
    }

    #[test]
    fn a_state_has_a_later_second_unless_the_clock_shows_the_same() {
        let mut dates = dates(0);
        for (as_of, second, is_repeated, why) in [
            (100, 100, false, "the clock's second"),
            (100, 100, true, "the same second again"),
            (101, 101, false, "the next second"),
            (100, 101, true, "the clock is a second behind"),
            (50, 102, false, "the clock was set back"),
            (51, 103, false, "it is still behind"),
            (110, 110, false, "it has caught up"),
        ] {
            dates.advance(Timestamp(as_of), true);
            let actual = (dates.second, dates.is_repeated);
            assert_eq!(actual, (Timestamp(second), is_repeated), "{why}");
        }
    }

    #[test]
    fn after_the_clock_was_set_back_no_second_is_before_the_dates_of_feeds() {
        let mut dates = dates(0);
        dates.advance(Timestamp(100), true);
        dates.reach(Timestamp(100));
        // Nothing was published in the last minute before the clock was set back.
        dates.advance(Timestamp(50), true);
        dates.reach(Timestamp(160));
        assert_eq!(dates.second(), Timestamp(160));
        dates.advance(Timestamp(55), true);
        dates.reach(Timestamp(160));
        assert_eq!(dates.second(), Timestamp(161));
    }

    #[test]
    fn a_restart_within_the_second_of_the_last_state_gets_a_later_one() {
        let mut dates = dates(100);
        dates.advance(Timestamp(100), false);
        assert_eq!((dates.second, dates.is_repeated), (Timestamp(101), false));
        assert_eq!(dates.unsaved(), Some(Timestamp(101)));
        dates.note_saved();
        assert_eq!(dates.unsaved(), None);
    }

    #[test]
    fn selections_do_not_wait_for_a_clock_that_was_set_back() {
        let mut dates = dates(0);
        dates.advance(Timestamp(100), true);
        dates.wait();
        assert!(!dates.is_due(Timestamp(100)));
        assert!(dates.is_due(Timestamp(101)));
        assert!(dates.is_due(Timestamp(50)));
    }

    #[test]
    fn instants_are_due_once_and_bounded() {
        let (sender, incoming) = mpsc::channel(DUE_MAX + 1);
        let mut dates = SelectionDates::new(Timestamp(0), incoming);
        for second in 0..=DUE_MAX as i64 {
            sender.try_send(Timestamp(100 + second)).expect("room");
        }
        assert!(!dates.is_due(Timestamp(99)));
        assert_eq!(dates.due.len(), DUE_MAX);
        assert_eq!(dates.next_instant(), Some(Timestamp(100)));
        assert!(dates.is_due(Timestamp(100)));
        dates.advance(Timestamp(100), true);
        assert_eq!(dates.next_instant(), Some(Timestamp(101)));
    }
}
