//! From which date on the next poll has to read rows.
//!
//! A row becomes visible when its transaction commits, later than the date in it. So a poll does
//! not start at the highest date of the last listing, but at the highest one some time *before*
//! that listing. Rows that are read twice cost a comparison.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::source::recheck_window::RECHECK_SECONDS;

/// How far before the last listing a poll starts. It covers transactions that last as long, and
/// rows whose stamp was provisional in the last listing and has to be read again. It includes ten
/// seconds for clocks that differ.
const OVERLAP: Duration = Duration::from_secs(OVERLAP_SECONDS.unsigned_abs());

/// The same in seconds, for values of the first listing, which no earlier listing bounds.
const OVERLAP_SECONDS: i64 = RECHECK_SECONDS + 10;

/// A date as the database writes it. Text forms sort in the order of their dates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Raw {
    Whole(i64),
    Text(String),
}

/// Rows after this value may be new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) after: Raw,
    /// Whether rows with the value itself may be new too. Many articles share a day.
    pub(super) inclusive: bool,
}

/// The marks of a poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Since {
    pub(super) updated: Option<Mark>,
    /// For rows that were never updated.
    pub(super) date: Option<Mark>,
}

/// The highest values of one listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Highest {
    pub(super) updated: Option<Raw>,
    pub(super) date: Option<Raw>,
}

impl Highest {
    pub(super) fn see(side: &mut Option<Raw>, raw: Raw) {
        if side.as_ref().is_none_or(|highest| *highest < raw) {
            *side = Some(raw);
        }
    }
}

/// The highest values of all listings until now.
#[derive(Debug, Default)]
pub(super) struct Watermark {
    updated: HighestValues,
    date: HighestValues,
    /// When the last complete listing began.
    listed: Option<Instant>,
}

/// Rising values of one column, each with the start of the listing that first returned it.
#[derive(Debug, Default)]
struct HighestValues(VecDeque<(Instant, Raw)>);

impl Watermark {
    /// Records a listing that began at `began` and is complete.
    pub(super) fn listed(&mut self, began: Instant, highest: Highest) {
        self.listed = self.listed.max(Some(began));
        let settled = self.settled();
        self.updated.see(began, highest.updated, settled);
        self.date.see(began, highest.date, settled);
    }

    /// The marks for the next poll.
    pub(super) fn since(&self) -> Since {
        let settled = self.settled();
        Since {
            updated: self.updated.mark(settled),
            date: self.date.mark(settled),
        }
    }

    /// Whatever a listing returned before this instant was certainly visible to the last listing.
    fn settled(&self) -> Option<Instant> {
        self.listed?.checked_sub(OVERLAP)
    }
}

impl HighestValues {
    fn see(&mut self, began: Instant, highest: Option<Raw>, settled: Option<Instant>) {
        let higher = highest.filter(|raw| self.0.back().is_none_or(|(_, last)| last < raw));
        self.0.extend(higher.map(|raw| (began, raw)));
        while let (Some(settled), Some((second, _))) = (settled, self.0.get(1))
            && *second <= settled
        {
            self.0.pop_front();
        }
    }

    fn mark(&self, settled: Option<Instant>) -> Option<Mark> {
        let (began, first) = self.0.front()?;
        let after = match settled {
            Some(settled) if *began <= settled => first.clone(),
            _ => earlier(first)?,
        };
        let inclusive = match &after {
            Raw::Whole(_) => false,
            Raw::Text(text) => text.len() <= DAY_BYTES,
        };
        Some(Mark { after, inclusive })
    }
}

/// The length of `2026-01-08`.
pub(super) const DAY_BYTES: usize = 10;

/// Larger numbers are milliseconds, smaller ones seconds.
pub(super) const MILLISECONDS: i64 = 100_000_000_000;

/// The value [`OVERLAP_SECONDS`] earlier, in the same format; `None` for an unknown format.
fn earlier(raw: &Raw) -> Option<Raw> {
    match raw {
        Raw::Whole(number) if number.abs() > MILLISECONDS => {
            Some(Raw::Whole(number - OVERLAP_SECONDS * 1000))
        }
        Raw::Whole(number) => Some(Raw::Whole(number - OVERLAP_SECONDS)),
        Raw::Text(text) => DATE_FORMATS
            .iter()
            .find_map(|(bytes, format)| earlier_date(text, *bytes, format))
            .map(Raw::Text),
    }
}

/// The formats that a date may begin with, and their lengths.
const DATE_FORMATS: [(usize, &str); 5] = [
    (19, "%Y-%m-%d %H:%M:%S"),
    (19, "%Y-%m-%dT%H:%M:%S"),
    (16, "%Y-%m-%d %H:%M"),
    (16, "%Y-%m-%dT%H:%M"),
    (DAY_BYTES, "%Y-%m-%d"),
];

fn earlier_date(text: &str, bytes: usize, format: &str) -> Option<String> {
    let (start, rest) = text.split_at_checked(bytes)?;
    let at = match bytes {
        DAY_BYTES => NaiveDate::parse_from_str(start, format)
            .ok()?
            .and_time(NaiveTime::MIN),
        _ => NaiveDateTime::parse_from_str(start, format).ok()?,
    };
    let earlier = at.checked_sub_signed(TimeDelta::seconds(OVERLAP_SECONDS))?;
    Some(format!("{}{rest}", earlier.format(format)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Raw {
        Raw::Text(text.to_owned())
    }

    #[test]
    fn an_earlier_value_keeps_its_format() {
        for (raw, expected) in [
            (Raw::Whole(1_767_225_600), Some(Raw::Whole(1_767_225_530))),
            (
                Raw::Whole(1_767_225_600_000),
                Some(Raw::Whole(1_767_225_530_000)),
            ),
            (
                text("2026-01-08 00:00:30.5+00"),
                Some(text("2026-01-07 23:59:20.5+00")),
            ),
            (
                text("2026-01-08 10:30:00"),
                Some(text("2026-01-08 10:28:50")),
            ),
            (text("2026-01-01"), Some(text("2025-12-31"))),
            (text("2026-01-08T00:00Z"), Some(text("2026-01-07T23:58Z"))),
            (text("infinity"), None),
            (text("8 января"), None),
        ] {
            assert_eq!(earlier(&raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn the_mark_is_the_highest_value_some_time_before_the_last_listing() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut watermark = Watermark::default();
        let since = |watermark: &Watermark| {
            let since = watermark.since();
            since.updated.map(|mark| mark.after)
        };
        assert_eq!(since(&watermark), None);
        for (seconds, seen, expected) in [
            (100, Some(1000), 930),
            (130, Some(1020), 930),
            // A row with an earlier date that was committed later is still read.
            (145, Some(1001), 930),
            (170, None, 1000),
            (195, Some(1090), 1000),
            (200, None, 1020),
            (600, None, 1090),
        ] {
            let highest = Highest {
                updated: seen.map(Raw::Whole),
                date: None,
            };
            watermark.listed(after(seconds), highest);
            assert_eq!(
                since(&watermark),
                Some(Raw::Whole(expected)),
                "after {seconds} s"
            );
        }
    }

    #[test]
    fn a_recently_changed_row_is_read_once_more_later() {
        /// The row's own date.
        const WRITTEN: u64 = 1000;
        let start = Instant::now();
        for refresh in [1, 7, 30, 59, 60, 61, 300] {
            let mut watermark = Watermark::default();
            let mut at = WRITTEN - 2 * refresh + refresh / 2;
            loop {
                let mark = watermark.since().updated.map(|mark| mark.after);
                let is_shown = mark.is_none_or(|after| after < Raw::Whole(1000));
                if at >= WRITTEN + RECHECK_SECONDS.unsigned_abs() {
                    assert!(is_shown, "every {refresh} s, at {at}");
                    break;
                }
                let seen = match is_shown && at >= WRITTEN {
                    true => 1000,
                    false => 100,
                };
                let highest = Highest {
                    updated: Some(Raw::Whole(seen)),
                    date: None,
                };
                watermark.listed(start + Duration::from_secs(at), highest);
                at += refresh;
            }
        }
    }

    #[test]
    fn rows_of_the_last_day_are_read_again() {
        let mut watermark = Watermark::default();
        let highest = Highest {
            updated: None,
            date: Some(text("2026-01-08")),
        };
        watermark.listed(Instant::now(), highest);
        let since = watermark.since();
        let mark = Mark {
            after: text("2026-01-07"),
            inclusive: true,
        };
        assert_eq!(since.date, Some(mark));
    }
}
