//! Reads rows by their ids, with a bound on what is in memory.
//!
//! One statement reads the beginnings of all columns, which is all there is of most rows. Longer rows are
//! read a few at a time, after the database has told their sizes; one that is too large for an article is
//! never read. Rows that fail together are read in two parts, so that one is refused alone.

use std::collections::HashMap;

use super::engine::Task;
use super::listing::SameIdRows;
use super::row::{self, BEGINNING_CHARS, ROW_BYTES_MAX, Texts};
use super::{Sql, SqlError};
use crate::model::article::Refusal;
use crate::model::time::Timestamp;
use crate::source::{Place, ReadOutcome, ReadResult};

/// Rows that one statement reads.
pub(in crate::source) const ROWS_A_STATEMENT: usize = 256;

/// Bytes of longer rows that one statement reads.
const LONG_ROWS_BYTES_MAX: u64 = 8 << 20;

/// Statements that may time out in one call of [`Sql::read`]. One slow row among 256 costs nine.
pub(super) const TIMEOUTS_MAX: usize = 32;

/// When this many rows fail in one call of [`Sql::read`] before one is read, it is the query that fails.
pub(super) const FAILED_ROWS_MAX: usize = 16;

/// Rows that one statement reads, as indexes of the places to read.
struct Part {
    rows: Vec<usize>,
    extent: PartExtent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartExtent {
    /// The beginnings of all columns.
    Beginnings,
    /// Everything. A row that has grown meanwhile is cut where it is too large.
    Whole,
}

impl PartExtent {
    fn chars(self) -> usize {
        match self {
            PartExtent::Beginnings => BEGINNING_CHARS,
            PartExtent::Whole => ROW_BYTES_MAX + 1,
        }
    }
}

/// A row, or several rows with one id, as one statement returned them.
struct ReadRow {
    rows: SameIdRows,
    columns: u64,
    /// What becomes of the last good version if the rows are refused together.
    refusal: Refusal,
    /// `None` if the row is longer than what was read.
    outcome: Option<ReadOutcome>,
    /// The size of a longer row; `None` if it is gone.
    bytes: Option<u64>,
}

/// The size of a longer row, and the digest of its columns.
#[derive(Clone, Copy, Default)]
struct Measure {
    bytes: u64,
    columns: u64,
}

impl Sql {
    /// Reads rows at `now`, and calls `done` with the index of each place and its result. Fails at once while the
    /// probe fails.
    pub fn read(
        &self,
        places: &[Place],
        now: Timestamp,
        mut done: impl FnMut(usize, ReadResult),
    ) -> Result<(), SqlError> {
        let all = Vec::from_iter(0..places.len());
        let parts = all.chunks(ROWS_A_STATEMENT).rev().map(|rows| Part {
            rows: rows.to_vec(),
            extent: PartExtent::Beginnings,
        });
        // The next part is the last one.
        let mut parts: Vec<Part> = parts.collect();
        let (mut timeouts, mut failed, mut succeeded) = (0, 0, false);
        while let Some(Part { rows, extent }) = parts.pop() {
            if let Some(error) = self.0.engine.failure() {
                return Err(error);
            }
            let ids: Vec<String> = rows.iter().map(|&row| places[row].path.clone()).collect();
            let error = match self.read_part(&ids, extent, now) {
                Ok(read) => {
                    succeeded = true;
                    parts.extend(take_results(places, &rows, read, &mut done));
                    continue;
                }
                Err(error) => error,
            };
            // If even their stamps fail, it is the database or the query, not the rows.
            if !error.may_be_of_one_row()
                || timeouts == TIMEOUTS_MAX
                || self.stat(&ids, now).is_err()
            {
                return Err(error);
            }
            timeouts += usize::from(error.is_timeout());
            let (first, second) = rows.split_at(rows.len() / 2);
            if let ([], &[row]) = (first, second) {
                failed += 1;
                if !error.is_timeout() && !succeeded && failed == FAILED_ROWS_MAX {
                    return Err(error);
                }
                let refusal = match error.is_timeout() {
                    true => row::slow(),
                    false => row::failed(&error),
                };
                done(
                    row,
                    ReadOutcome::Unreadable(self.refuse(refusal, &ids, now)).into(),
                );
                continue;
            }
            parts.extend([second, first].map(|rows| Part {
                rows: rows.to_vec(),
                extent,
            }));
        }
        Ok(())
    }

    /// The rows with these ids, by id.
    fn read_part(
        &self,
        ids: &[String],
        extent: PartExtent,
        now: Timestamp,
    ) -> Result<HashMap<String, ReadRow>, SqlError> {
        let rules = &self.0.engine.rules;
        let ids = ids.iter().filter(|id| !id.is_empty()).cloned().collect();
        let mut read: HashMap<String, ReadRow> = HashMap::new();
        self.visit_rows(Task::Rows(extent.chars(), ids), |row| {
            let found = row.place(&rules.reading.zone, now);
            let columns = row.columns_digest(Texts::Whole);
            let refuse = |refusal| row.refuse(refusal, &rules.reading, now);
            if let Some(same) = read.get_mut(row.id()) {
                same.rows.add(&found);
                same.columns = same.columns.wrapping_add(columns);
                same.refusal = refuse(same.refusal.clone());
                return;
            }
            let is_long = extent == PartExtent::Beginnings && row.is_cut(extent.chars());
            let accept = || ReadOutcome::of("row", || row.accept(&rules.reading, now));
            let row = ReadRow {
                columns,
                refusal: refuse(row::shared_id(1, row.id())),
                outcome: (!is_long).then(accept),
                bytes: None,
                rows: SameIdRows::new(found),
            };
            read.insert(row.rows.found.path.clone(), row);
        })?;
        self.measure(&mut read)?;
        Ok(read)
    }

    /// The refusal of these rows, which cannot be read whole. What they say of their visibility counts if it
    /// can be read.
    fn refuse(&self, refusal: Refusal, ids: &[String], now: Timestamp) -> Refusal {
        let reading = &self.0.engine.rules.reading;
        let mut refused = refusal.clone();
        let read = self.visit_rows(Task::Marks(ids.to_vec()), |row| {
            refused = row.refuse(refused.clone(), reading, now);
        });
        read.map_or(refusal, |()| refused)
    }

    /// Asks the database for the sizes of the longer rows, and for what a listing shows of their columns: of
    /// a value that was cut, the length is not known.
    fn measure(&self, read: &mut HashMap<String, ReadRow>) -> Result<(), SqlError> {
        let long = read.iter().filter(|(_, row)| row.outcome.is_none());
        let long: Vec<String> = long.map(|(id, _)| id.clone()).collect();
        if long.is_empty() {
            return Ok(());
        }
        let engine = &self.0.engine;
        let mut measures: HashMap<String, Measure> = HashMap::new();
        let mut failure = None;
        self.visit_rows(Task::Sizes(long), |row| match engine.number(row.behind()) {
            Ok(bytes) => {
                let measure = measures.entry(row.id().to_owned()).or_default();
                let columns = row.columns_digest(Texts::Lengths);
                measure.bytes = measure.bytes.saturating_add(bytes);
                measure.columns = measure.columns.wrapping_add(columns);
            }
            Err(error) => failure = Some(error),
        })?;
        for (id, measure) in measures {
            if let Some(row) = read.get_mut(&id) {
                row.bytes = Some(measure.bytes);
                row.columns = measure.columns;
            }
        }
        failure.map_or(Ok(()), Err)
    }
}

/// Gives the results of rows to `done`; returns the parts that read the longer rows, the first one last.
fn take_results(
    places: &[Place],
    rows: &[usize],
    mut read: HashMap<String, ReadRow>,
    done: &mut impl FnMut(usize, ReadResult),
) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut part_bytes = 0;
    for &row in rows {
        let path = &places[row].path;
        let result = match read.remove(path) {
            Some(ReadRow {
                rows,
                columns,
                refusal,
                ..
            }) if rows.rows > 1 => {
                let refusal = row::shared_id(rows.rows, path).bounded_by(&refusal);
                let outcome = ReadOutcome::Shared(rows.into_place().stamp, refusal);
                ReadResult { outcome, columns }
            }
            Some(ReadRow {
                columns,
                refusal,
                outcome,
                bytes,
                ..
            }) => match (outcome, bytes) {
                // That of a panic does not know what the row says.
                (Some(ReadOutcome::Refused(refused)), _) => ReadResult {
                    outcome: ReadOutcome::Refused(refused.bounded_by(&refusal)),
                    columns,
                },
                (Some(outcome), _) => ReadResult { outcome, columns },
                (None, None) => ReadOutcome::Unsettled.into(),
                (None, Some(bytes)) if bytes > ROW_BYTES_MAX as u64 => ReadResult {
                    outcome: ReadOutcome::Refused(row::too_large(bytes).bounded_by(&refusal)),
                    columns,
                },
                (None, Some(bytes)) => {
                    part_bytes += bytes;
                    match parts.last_mut() {
                        Some(part) if part_bytes <= LONG_ROWS_BYTES_MAX => part.rows.push(row),
                        _ => {
                            part_bytes = bytes;
                            parts.push(Part {
                                rows: vec![row],
                                extent: PartExtent::Whole,
                            });
                        }
                    }
                    continue;
                }
            },
            None if path.is_empty() => ReadResult {
                outcome: ReadOutcome::Refused(row::no_id()),
                columns: places[row].columns.unwrap_or(0),
            },
            None => ReadOutcome::Unsettled.into(),
        };
        done(row, result);
    }
    parts.reverse();
    parts
}
