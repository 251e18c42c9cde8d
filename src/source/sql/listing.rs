//! A listing: rows become places, each id once and in order. A row whose id is not text,
//! or is too long, has no position in that order, so it is reported and skipped.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::columns::Selected;
use super::engine::{Engine, Step, Task};
use super::row::{Cells, Moment, Row, Texts};
use super::watermark::Highest;
use super::{Extent, Sql, SqlError};
use crate::model::problem::Severity;
use crate::model::time::Timestamp;
use crate::source::sql::id_sum::IdSum;
use crate::source::{ListingError, Place, Unlisted};

pub(super) struct Walk {
    began: Instant,
    now: Timestamp,
    engine: Arc<Engine>,
    rows: mpsc::Receiver<Result<Step, SqlError>>,
    extent: Extent,
    selected: Selected,
    /// The last row, until a row with another id follows.
    last: Option<SameIdRows>,
    highest: Highest,
    newest: Option<Timestamp>,
    ids: IdSum,
    ended: bool,
}

/// A place, and how many rows have its id.
pub(super) struct SameIdRows {
    pub(super) found: Place,
    pub(super) rows: usize,
}

impl SameIdRows {
    pub(super) fn new(found: Place) -> SameIdRows {
        SameIdRows { found, rows: 1 }
    }

    /// Adds another row with the same id. The stamp does not depend on their order.
    pub(super) fn add(&mut self, other: &Place) {
        let stamp = &mut self.found.stamp;
        stamp.modified = stamp.modified.wrapping_add(other.stamp.modified);
        stamp.changed = stamp.changed.wrapping_add(other.stamp.changed);
        stamp.inode = stamp.inode.wrapping_add(other.stamp.inode);
        let columns = self.found.columns.zip(other.columns);
        self.found.columns = columns.map(|(one, other)| one.wrapping_add(other));
        self.rows += 1;
    }

    /// The place of all rows. Its stamp holds their number, so that it changes when all but one of
    /// them are deleted.
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
                // Every row changed. The full comparison that follows reads all of them at once, so
                // that feeds move once.
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
                    let is_whole = self.extent != Extent::Recent;
                    let full = is_whole.then_some((self.selected.shape, self.ids));
                    self.engine
                        .note_listing(self.began, highest, self.newest, full);
                    return self.last.take().map(|last| Ok(last.into_place()));
                }
                Some(Err(error)) => return self.fail(error.into()),
                None => return self.fail(self.engine.stopped().into()),
            }
        }
        None
    }
}

impl Walk {
    pub(super) fn start(sql: &Sql, extent: Extent, now: Timestamp) -> Walk {
        let task = match extent {
            Extent::All => Task::AllStamps,
            Extent::Columns => Task::AllColumns,
            Extent::Recent => Task::RecentStamps,
        };
        Walk {
            began: Instant::now(),
            now,
            engine: sql.0.engine.clone(),
            rows: sql.start(task),
            extent,
            selected: Selected::default(),
            last: None,
            highest: Highest::default(),
            newest: None,
            ids: IdSum::default(),
            ended: false,
        }
    }

    /// Takes a row; returns the place before it, once that is complete.
    fn take(&mut self, cells: &Cells) -> Result<Option<Place>, ListingError> {
        let row = Row {
            selected: &self.selected,
            cells,
        };
        self.ids = self.ids + row.id_sum();
        if let Some((path, reason)) = row.unusable_id() {
            return Err(ListingError::Unlisted(Unlisted {
                path,
                reason,
                hides: false,
                severity: Severity::Error,
            }));
        }
        let zone = &self.engine.rules.reading.zone;
        let (updated, date) = (row.moment("updated", zone), row.moment("date", zone));
        let columns = (self.extent == Extent::Columns).then(|| row.columns_digest(Texts::Lengths));
        let found = Place {
            columns,
            ..row.place_with(updated.as_ref(), date.as_ref(), self.now)
        };
        // The query for recent rows looks at `date` only where `updated` is NULL.
        let (moment, side) = match updated {
            Some(updated) => (Some(updated), &mut self.highest.updated),
            None => (date, &mut self.highest.date),
        };
        let seconds = moment.as_ref().and_then(Moment::seconds);
        let is_past = seconds.is_some_and(|seconds| seconds <= self.now);
        if let Some(moment) = moment.filter(|_| is_past) {
            Highest::see(side, moment.raw);
            self.newest = self.newest.max(seconds);
        }
        Ok(self.push(found)?)
    }

    fn push(&mut self, found: Place) -> Result<Option<Place>, SqlError> {
        if let Some(last) = &mut self.last {
            if last.found.path == found.path {
                last.add(&found);
                return Ok(None);
            }
            if found.path < last.found.path {
                return Err(self.engine.out_of_order(found.path));
            }
        }
        let before = self.last.replace(SameIdRows::new(found));
        Ok(before.map(SameIdRows::into_place))
    }

    fn fail(&mut self, gap: ListingError) -> Option<Result<Place, ListingError>> {
        self.ended = matches!(gap, ListingError::Source(_));
        Some(Err(gap))
    }
}
