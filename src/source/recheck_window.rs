//! The recheck window: a row that was written a moment ago may not be complete.
//!
//! Many a CMS inserts an article and then, with further statements, its tags, which change no date. And
//! of two edits in one second, a date in whole seconds shows one. So the stamp of a row in the window
//! is not trusted: the row is read again with each poll, and once more after the window. The stamp
//! records that it was in the window, so that a restart does not skip that last reading.

use crate::model::record::Stamp;
use crate::model::time::Timestamp;

/// The window's length. A date that is further ahead is planned, not from a clock that differs.
pub(in crate::source) const RECHECK_SECONDS: i64 = 60;

/// The size in the stamp of a row in the window; after it, the size is 0.
const IN_WINDOW: u64 = 1;

/// The stamp at `now` of a row that changed at this instant.
pub(in crate::source) fn stamp_at(
    stamp: Stamp,
    changed: Option<Timestamp>,
    now: Timestamp,
) -> Stamp {
    let is_recent = changed.is_some_and(|at| at.0.abs_diff(now.0) < RECHECK_SECONDS.unsigned_abs());
    Stamp {
        size: if is_recent { IN_WINDOW } else { 0 },
        ..stamp
    }
}

pub(in crate::source) fn is_in_recheck_window(stamp: Stamp) -> bool {
    stamp.size == IN_WINDOW
}

/// Whether two stamps of single rows differ in nothing but the window.
pub(in crate::source) fn is_same_row(one: Stamp, other: Stamp) -> bool {
    let outside = |stamp: Stamp| Stamp { size: 0, ..stamp };
    one.size.max(other.size) <= IN_WINDOW && outside(one) == outside(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_767_225_600);

    fn stamp(changed: i64) -> Stamp {
        let row = Stamp {
            modified: changed.into(),
            ..Stamp::default()
        };
        stamp_at(row, Some(Timestamp(changed)), NOW)
    }

    #[test]
    fn the_window_holds_rows_of_the_last_minute_and_no_planned_ones() {
        for (seconds, expected) in [
            (-86_400, false),
            (-60, false),
            (-59, true),
            (0, true),
            // The clock of the database may be ahead.
            (59, true),
            (60, false),
            (86_400, false),
        ] {
            let stamp = stamp(NOW.0 + seconds);
            assert_eq!(is_in_recheck_window(stamp), expected, "{seconds} s");
        }
        let is_in_window = is_in_recheck_window;
        assert!(!is_in_window(stamp_at(Stamp::default(), None, NOW)));
        assert!(!is_in_window(stamp(i64::MIN)) && !is_in_window(stamp(i64::MAX)));
    }

    #[test]
    fn a_row_that_leaves_the_window_has_another_stamp_and_is_the_same_row() {
        let recent = stamp(NOW.0);
        let old = stamp_at(recent, Some(NOW), Timestamp(NOW.0 + RECHECK_SECONDS));
        assert_ne!(recent, old);
        assert!(is_same_row(recent, old) && is_same_row(recent, recent));
        assert!(!is_same_row(recent, stamp(NOW.0 + 1)));
        let two = Stamp { size: 2, ..old };
        assert!(!is_same_row(two, two) && !is_in_recheck_window(two));
    }
}
