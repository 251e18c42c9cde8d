//! The date of a document.

use crate::model::time::Timestamp;
use crate::model::validators::Validators;

/// `Last-Modified`: the time of the content. If the ETag changes and that time is not later than the last
/// value, the second of publication. It never decreases, and no two ETags have the same date: after the clock
/// was set back, it moves on by a second a change.
pub(crate) fn last_modified(
    digest: u128,
    content_time: Timestamp,
    previous: Option<Validators>,
    as_of: Timestamp,
) -> Timestamp {
    match previous {
        None => content_time,
        Some(previous) if previous.digest == digest => previous.last_modified,
        Some(previous) if content_time > previous.last_modified => content_time,
        Some(previous) => previous.last_modified.plus(1).max(as_of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_modified_changes_with_the_etag_and_never_decreases() {
        let previous = |last_modified| {
            Some(Validators {
                digest: 1,
                last_modified: Timestamp(last_modified),
            })
        };
        for (digest, content_time, previous, expected, why) in [
            (1, 50, None, 50, "a new feed has its content's time"),
            (1, 90, previous(50), 50, "an equal ETag keeps its date"),
            (2, 90, previous(50), 90, "newer content has its own time"),
            (
                2,
                40,
                previous(50),
                100,
                "a removal is dated when it was published",
            ),
            (2, 50, previous(50), 100, "an edit without a date too"),
            (
                2,
                40,
                previous(120),
                121,
                "a clock set back never lowers it, and dates stay different",
            ),
        ] {
            let actual = last_modified(digest, Timestamp(content_time), previous, Timestamp(100));
            assert_eq!(actual, Timestamp(expected), "{why}");
        }
    }
}
