//! A listing as it comes: rows become what was found, each id once and in order. One whose id is no
//! text has no place in that order, so it is named and passed over.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::columns::Selected;
use super::engine::{Engine, Step, Task};
use super::row::{Cells, Moment, Row};
use super::watermark::Highest;
use super::{Extent, Sql, SqlError};
use crate::model::problem::Severity;
use crate::model::record::Stamp;
use crate::model::time::Timestamp;
use crate::source::{ListingError, Place, Unlisted};

/// A listing under way.
pub(super) struct Walk {
    began: Instant,
    now: Timestamp,
    engine: Arc<Engine>,
    rows: mpsc::Receiver<Result<Step, SqlError>>,
    extent: Extent,
    selected: Selected,
    /// The row before, until it is known that no other has its id.
    held: Option<SameIdRows>,
    highest: Highest,
    newest: Option<Timestamp>,
    ended: bool,
}

/// A row that was found, and how many have its id.
pub(super) struct SameIdRows {
    pub(super) found: Place,
    pub(super) rows: usize,
}

impl SameIdRows {
    pub(super) fn new(found: Place) -> SameIdRows {
        SameIdRows { found, rows: 1 }
    }

    /// Takes another row with the same id. In whatever order they come, together they have one stamp.
    pub(super) fn add(&mut self, other: Stamp) {
        let stamp = &mut self.found.stamp;
        stamp.modified = stamp.modified.wrapping_add(other.modified);
        stamp.changed = stamp.changed.wrapping_add(other.changed);
        self.rows += 1;
    }

    /// What is shown of it. The stamp tells how many rows there are, so that it changes when all but
    /// one of them go.
    pub(super) fn into_place(self) -> Place {
        let SameIdRows { mut found, rows } = self;
        if rows > 1 {
            found.stamp.size = rows as u64;
        }
        found
    }
}

impl Iterator for Walk {
    type Item = Result<Place, ListingError>;

    fn next(&mut self) -> Option<Result<Place, ListingError>> {
        while !self.ended {
            match self.rows.blocking_recv() {
                // No row is what it was. The comparison of everything that is due has all of them at
                // once, so that feeds move once.
                Some(Ok(Step::Columns(selected)))
                    if self.extent == Extent::Recent
                        && self.engine.differs_from_listing(selected.shape) =>
                {
                    self.ended = true;
                }
                Some(Ok(Step::Columns(selected))) => self.selected = selected,
                Some(Ok(Step::Row(cells))) => match self.take(&cells) {
                    Ok(None) => {}
                    Ok(Some(found)) => return Some(Ok(found)),
                    Err(gap) => return self.fail(gap),
                },
                Some(Ok(Step::End)) => {
                    self.ended = true;
                    let highest = std::mem::take(&mut self.highest);
                    let is_whole = self.extent == Extent::All;
                    let shape = is_whole.then_some(self.selected.shape);
                    self.engine.listed(self.began, highest, self.newest, shape);
                    return self.held.take().map(|held| Ok(held.into_place()));
                }
                Some(Err(error)) => return self.fail(error.into()),
                None => return self.fail(self.engine.stopped().into()),
            }
        }
        None
    }
}

impl Walk {
    pub(super) fn start(sql: &Sql, extent: Extent) -> Walk {
        let task = match extent {
            Extent::All => Task::AllStamps,
            Extent::Recent => Task::RecentStamps,
        };
        Walk {
            began: Instant::now(),
            now: Timestamp::now(),
            engine: sql.0.engine.clone(),
            rows: sql.start(task),
            extent,
            selected: Selected::default(),
            held: None,
            highest: Highest::default(),
            newest: None,
            ended: false,
        }
    }

    /// The row before this one, where that is complete.
    fn take(&mut self, cells: &Cells) -> Result<Option<Place>, ListingError> {
        let row = Row {
            selected: &self.selected,
            cells,
        };
        if let Some(id) = row.broken_id() {
            return Err(ListingError::Unlisted(unreadable(id)));
        }
        let zone = &self.engine.rules.reading.zone;
        let (updated, date) = (row.moment("updated", zone), row.moment("date", zone));
        let found = row.place_with(updated.as_ref(), date.as_ref(), self.now);
        // A row that was updated counts by that alone, as it is asked for by that alone.
        let (moment, side) = match updated {
            Some(updated) => (Some(updated), &mut self.highest.updated),
            None => (date, &mut self.highest.date),
        };
        let seconds = moment.as_ref().and_then(Moment::seconds);
        let has_come = seconds.is_some_and(|seconds| seconds <= self.now);
        if let Some(moment) = moment.filter(|_| has_come) {
            Highest::see(side, moment.raw);
            self.newest = self.newest.max(seconds);
        }
        Ok(self.hold(found)?)
    }

    fn hold(&mut self, found: Place) -> Result<Option<Place>, SqlError> {
        if let Some(held) = &mut self.held {
            if held.found.path == found.path {
                held.add(found.stamp);
                return Ok(None);
            }
            if found.path < held.found.path {
                return Err(self.engine.out_of_order(found.path));
            }
        }
        let before = self.held.replace(SameIdRows::new(found));
        Ok(before.map(SameIdRows::into_place))
    }

    fn fail(&mut self, gap: ListingError) -> Option<Result<Place, ListingError>> {
        self.ended = matches!(gap, ListingError::Source(_));
        Some(Err(gap))
    }
}

fn unreadable(id: &str) -> Unlisted {
    Unlisted {
        path: id.to_owned(),
        reason: "its `id` is no text in UTF-8; mend it, or convert it in the query".to_owned(),
        hides: false,
        severity: Severity::Error,
    }
}
