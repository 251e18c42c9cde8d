//! Youth: a row that was written a moment ago may not be all that is written.
//!
//! Many a CMS inserts an article and then, with further statements, its tags, which moves no date. And
//! of two edits in one second, a date of whole seconds shows one. So the stamp of a young row is not
//! trusted: the row is read again with each look at what changed, and once more when it has come of
//! age. Its stamp keeps that it was young, so that a restart does not forget that last reading.

use crate::model::record::Stamp;
use crate::model::time::Timestamp;

/// How long a row is young. Dates that are ahead by more are plans, not clocks that differ.
pub(super) const RECHECK_SECONDS: i64 = 60;

/// Stands in the stamp of a young row, where one that is grown has nothing.
const IN_WINDOW: u64 = 1;

/// The stamp at `now` of a row that says when it changed.
pub(super) fn stamp_at(stamp: Stamp, changed: Option<Timestamp>, now: Timestamp) -> Stamp {
    let is_in_recheck_window =
        changed.is_some_and(|at| at.0.abs_diff(now.0) < RECHECK_SECONDS.unsigned_abs());
    Stamp {
        size: if is_in_recheck_window { IN_WINDOW } else { 0 },
        ..stamp
    }
}

/// Whether a stamp is one of a young row.
pub(in crate::source) fn is_in_recheck_window(stamp: Stamp) -> bool {
    stamp.size == IN_WINDOW
}

/// Whether two stamps of single rows differ in nothing but youth.
pub(in crate::source) fn is_same_row(one: Stamp, other: Stamp) -> bool {
    one.size.max(other.size) <= IN_WINDOW && grown(one) == grown(other)
}

/// The stamp that a single row has once it is grown.
fn grown(stamp: Stamp) -> Stamp {
    Stamp { size: 0, ..stamp }
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
    fn rows_of_the_last_minute_are_young_and_plans_are_not() {
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
            assert_eq!(
                is_in_recheck_window(stamp(NOW.0 + seconds)),
                expected,
                "{seconds} s"
            );
        }
        assert!(!is_in_recheck_window(stamp_at(Stamp::default(), None, NOW)));
        assert!(!is_in_recheck_window(stamp(i64::MIN)) && !is_in_recheck_window(stamp(i64::MAX)));
    }

    #[test]
    fn a_row_that_comes_of_age_is_another_once_and_yet_the_same() {
        let young = stamp(NOW.0);
        let grown = stamp_at(young, Some(NOW), Timestamp(NOW.0 + RECHECK_SECONDS));
        assert_ne!(young, grown);
        assert!(is_same_row(young, grown) && is_same_row(young, young));
        assert!(!is_same_row(young, stamp(NOW.0 + 1)));
        let two = Stamp { size: 2, ..grown };
        assert!(!is_same_row(two, two) && !is_in_recheck_window(two));
    }
}
