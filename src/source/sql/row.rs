//! A row: its stamp, and the article that its columns give.

use std::hash::Hash as _;

use chrono::DateTime;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::SqlError;
use super::columns::{Column, GUID, Kind, STAMP_CHARS, Selected};
use super::editor_blocks;
use super::watermark::{DAY_BYTES, MILLISECONDS, Raw};
use crate::model::article::{AcceptSettings, Accepted, ID_BYTES_MAX, Refusal, absolute_id};
use crate::model::record::Stamp;
use crate::model::time::{Timestamp, WrittenDate, Zone};
use crate::source::Place;
use crate::source::article_file::fields::{Fields, key_traits};
use crate::source::article_file::tree::{self, KeyValue, Node, Value};
use crate::source::article_file::{ParseContext, date};
use crate::source::recheck_window;
use crate::source::sql::id_sum::IdSum;
use crate::text;

/// A row with more text than this is refused, as a file is.
pub(super) const ROW_BYTES_MAX: usize = 2 << 20;

/// Characters of each column that one statement reads of many rows.
pub(super) const BEGINNING_CHARS: usize = 32 << 10;

/// Smaller numbers are no Unix time: a day such as 20260305 is not one of 1970.
const UNIX_SECONDS_MIN: u64 = 1_000_000_000;

/// Characters of an id that is too long, in messages.
const LONG_ID_CHARS: usize = 40;

/// A value as the database wrote it; one that is not text, as it is shown in messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: Option<String>,
    /// Whether it is a number in a column without a type.
    pub(super) is_number: bool,
    /// Whether it is not text in UTF-8.
    pub(super) is_broken: bool,
}

/// One cell for each selected column.
pub(super) type Cells = Vec<Cell>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) raw: Raw,
    /// Microseconds since 1970; `None` if it is not a date.
    pub(super) micros: Option<i128>,
}

impl Moment {
    pub(super) fn seconds(&self) -> Option<Timestamp> {
        let seconds = self.micros?.div_euclid(1_000_000);
        i64::try_from(seconds).ok().map(Timestamp)
    }

    fn stamp(&self) -> i128 {
        self.micros.unwrap_or_else(|| match &self.raw {
            Raw::Whole(number) => i128::from(*number),
            Raw::Text(text) => xxh3_128(text.as_bytes()).cast_signed(),
        })
    }
}

/// What the cells of a row hold in the columns with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Texts {
    Whole,
    /// Their lengths in bytes of UTF-8.
    Lengths,
}

/// A row with the columns that its cells belong to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'r> {
    pub(super) selected: &'r Selected,
    pub(super) cells: &'r [Cell],
}

impl Row<'_> {
    /// Its id; empty if it has none, or one that is not text.
    pub(super) fn id(&self) -> &str {
        let id = self.cell("id").filter(|(_, cell)| !cell.is_broken);
        id.and_then(|(_, cell)| cell.text.as_deref())
            .unwrap_or_default()
    }

    /// The sum of its id alone: a digest that the database sent behind the columns, or our own.
    pub(super) fn id_sum(&self) -> IdSum {
        match self.behind() {
            Some(cell) => IdSum {
                rows: 1,
                digests: cell
                    .text
                    .as_ref()
                    .and_then(|text| text.parse().ok())
                    .unwrap_or(0),
            },
            None => {
                let id = self.cell("id").and_then(|(_, cell)| cell.text.as_deref());
                IdSum::of_id(id.unwrap_or_default())
            }
        }
    }

    /// An id that cannot be compared or queried, and why: one that is too long, or that is not text.
    pub(super) fn unusable_id(&self) -> Option<(String, String)> {
        let (_, cell) = self.cell("id")?;
        let id = cell.text.as_deref()?;
        if id.len() > ID_BYTES_MAX {
            let start = text::cut(id, LONG_ID_CHARS, LONG_ID_CHARS);
            let reason = format!(
                "its `id` is longer than {ID_BYTES_MAX} bytes; a number or a short text is enough"
            );
            return Some((start.unwrap_or_default(), reason));
        }
        let reason = "its `id` is not text in UTF-8; correct it, or convert it in the query";
        cell.is_broken.then(|| (id.to_owned(), reason.to_owned()))
    }

    pub(super) fn moment(&self, name: &str, zone: &Zone) -> Option<Moment> {
        let (column, cell) = self.cell(name)?;
        let text = cell.text.as_deref().filter(|text| !is_zero(text))?;
        if let Some(number) = number(column, cell) {
            return Some(Moment {
                raw: Raw::Whole(number),
                micros: Some(micros_of(number) + micros_of_fraction(text, number)),
            });
        }
        Some(Moment {
            raw: Raw::Text(text.to_owned()),
            micros: micros(&written(column, text), zone),
        })
    }

    pub(super) fn place(&self, zone: &Zone, now: Timestamp) -> Place {
        let (updated, date) = (self.moment("updated", zone), self.moment("date", zone));
        self.place_with(updated.as_ref(), date.as_ref(), now)
    }

    /// Its place at `now`, from its `updated` and `date`.
    pub(super) fn place_with(
        &self,
        updated: Option<&Moment>,
        date: Option<&Moment>,
        now: Timestamp,
    ) -> Place {
        let changed = updated.or(date).and_then(Moment::seconds);
        Place {
            path: self.id().to_owned(),
            stamp: recheck_window::stamp_at(self.stamp(updated, date), changed, now),
            closed: false,
            recheck: false,
            columns: None,
        }
    }

    /// Changes when a date, what may hide the row, or the query's columns do.
    fn stamp(&self, updated: Option<&Moment>, date: Option<&Moment>) -> Stamp {
        let mut others = Xxh3::new();
        self.selected.shape.hash(&mut others);
        let is_other = |column: &Column| {
            let is_own = ["id", "updated", "date"].iter().any(|name| column.is(name));
            column.is_in_stamp() && !is_own
        };
        for (column, cell) in self.columns().filter(|(column, _)| is_other(column)) {
            let text = cell.text.as_ref();
            // A longer one is cut here and there at another length.
            let text = text.filter(|text| text.len() < STAMP_CHARS);
            (&column.name, text, cell.text.is_some()).hash(&mut others);
        }
        Stamp {
            size: 0,
            modified: updated.map_or(0, Moment::stamp),
            changed: date.map_or(0, Moment::stamp),
            inode: others.digest(),
        }
    }

    fn columns(&self) -> impl Iterator<Item = (&Column, &Cell)> {
        self.selected.columns.iter().zip(self.cells)
    }

    /// Whether one of its values may go on beyond its first `chars` characters, which were read.
    pub(super) fn is_cut(&self, chars: usize) -> bool {
        let mut texts = self.cells.iter().filter_map(|cell| cell.text.as_ref());
        texts.any(|text| text.len() >= chars)
    }

    /// A digest of all columns, of texts their lengths. Of a value that is longer than what a listing reads
    /// it says only that it is.
    pub(super) fn columns_digest(&self, texts: Texts) -> u64 {
        let mut hash = Xxh3::new();
        for (column, cell) in self.columns() {
            column.name.to_ascii_lowercase().hash(&mut hash);
            let text = cell.text.as_deref();
            match (column.traits().is_text, texts) {
                (true, Texts::Whole) => text.map(str::len).hash(&mut hash),
                (true, Texts::Lengths) => {
                    let length = text.and_then(|length| length.parse::<usize>().ok());
                    length.hash(&mut hash);
                }
                (false, _) => {
                    let read = text.filter(|text| text.len() < BEGINNING_CHARS);
                    (read, text.is_some()).hash(&mut hash);
                }
            }
        }
        hash.digest()
    }

    /// The article; its refusal says what becomes of the last good version at `now`.
    pub(super) fn accept(
        &self,
        reading: &AcceptSettings,
        now: Timestamp,
    ) -> Result<Accepted, Refusal> {
        self.read(reading)
            .map_err(|refusal| self.refuse(refusal, reading, now))
    }

    fn read(&self, reading: &AcceptSettings) -> Result<Accepted, Refusal> {
        let mut pairs = self.pairs()?;
        let guid = pairs
            .iter()
            .position(|pair| pair.key.eq_ignore_ascii_case(GUID));
        let guid = guid.and_then(|at| match pairs.remove(at).node.value {
            Value::Text(guid) => absolute_id(&guid),
            _ => None,
        });
        let context = ParseContext::new(reading, None);
        let mut draft = Fields::new(&pairs, 0, reading).draft(None, &context)?;
        draft.id = guid.or(draft.id);
        let key = draft.own_key()?.ok_or_else(no_id)?;
        draft.accept(key, reading)
    }

    /// The refusal of this row, for whatever reason: what the columns that were read say of its visibility
    /// counts for its last good version as well, as in a file. A column that may hide it and cannot be read
    /// hides it.
    pub(super) fn refuse(
        &self,
        refusal: Refusal,
        reading: &AcceptSettings,
        now: Timestamp,
    ) -> Refusal {
        let mut pairs = Vec::new();
        for (column, cell) in self.columns().filter(|(column, _)| column.may_withhold()) {
            match pair(column, cell) {
                Ok(pair) => pairs.push(pair),
                Err(_) if column.may_hide() => return refusal.withdrawn_if(true),
                Err(_) => {}
            }
        }
        let context = ParseContext::new(reading, None);
        Fields::new(&pairs, 0, reading).refuse(refusal, &context, now)
    }

    /// The columns in which it has a time without a zone as text. A day needs none.
    pub(super) fn local_times(&self) -> impl Iterator<Item = &str> {
        let written = self.columns().filter(|(column, cell)| {
            let text = cell.text.as_deref().unwrap_or_default().trim();
            let has_time = text.len() > DAY_BYTES && text.contains(':');
            column.may_be_written_date()
                && has_time
                && matches!(date::parse(text), Ok(WrittenDate::Local(_)))
        });
        written.map(|(column, _)| &*column.name)
    }

    /// What the statement selects behind the columns.
    pub(super) fn behind(&self) -> Option<&Cell> {
        self.cells.get(self.selected.columns.len())
    }

    fn cell(&self, name: &str) -> Option<(&Column, &Cell)> {
        self.columns().find(|(column, _)| column.is(name))
    }

    fn pairs(&self) -> Result<Vec<KeyValue>, Refusal> {
        let texts = self.cells.iter().filter_map(|cell| cell.text.as_ref());
        let bytes = texts.map(|text| text.len() as u64).sum();
        if bytes > ROW_BYTES_MAX as u64 {
            return Err(too_large(bytes));
        }
        self.columns()
            .map(|(column, cell)| pair(column, cell))
            .collect()
    }
}

#[derive(Debug)]
pub(super) struct Rules {
    pub(super) reading: AcceptSettings,
    /// A digest of everything that decides how a row is read, the query included.
    pub(super) digest: u128,
}

impl Rules {
    /// The digest leaves out the database's address, which does not change a row.
    pub(super) fn new(query: &str, reading: AcceptSettings) -> Rules {
        let mut bytes = ["sql", query, ""].join("\n").into_bytes();
        bytes.extend(reading.bytes());
        Rules {
            digest: xxh3_128(&bytes),
            reading,
        }
    }
}

pub(super) fn no_id() -> Refusal {
    Refusal::new(
        None,
        "there is no `id`",
        "every row needs an `id`: its number, or a text that never changes",
    )
}

pub(super) fn too_large(bytes: u64) -> Refusal {
    Refusal::new(
        None,
        format!("the row is larger than {ROW_BYTES_MAX} bytes: it has {bytes}"),
        "an article is at most 2 MiB; split it",
    )
}

pub(super) fn failed(error: &SqlError) -> Refusal {
    Refusal::new(
        None,
        format!("the database cannot read this row: {error}"),
        "correct the value, or convert it in the query; it is tried again with each comparison",
    )
}

pub(super) fn slow() -> Refusal {
    Refusal::new(
        None,
        "the database takes too long to read this row alone",
        "make the row smaller, or the query faster for it; it is tried again with each comparison",
    )
}

pub(super) fn shared_id(rows: usize, id: &str) -> Refusal {
    if id.is_empty() {
        return no_id();
    }
    Refusal::new(
        None,
        format!("{rows} rows have the id `{id}`"),
        "let the query return one row for each article: aggregate joined tables, and where two articles \
         share an id, leave one out or use another column as `id`",
    )
}

/// A column as the key of an article.
fn pair(column: &Column, cell: &Cell) -> Result<KeyValue, Refusal> {
    let mut pair = KeyValue {
        key: column.name.clone(),
        node: Node {
            line: 0,
            value: value(column, cell)?,
        },
    };
    if column.traits().is_metadata
        && let Value::Table(pairs) = &mut pair.node.value
    {
        // The rest of it describes the page for search engines.
        pairs.retain(|pair| key_traits::of(&pair.key).is_some_and(|traits| traits.is_mark));
        pair.key = "params".into();
    }
    Ok(pair)
}

fn value(column: &Column, cell: &Cell) -> Result<Value, Refusal> {
    if cell.is_broken {
        return Err(Refusal::new(
            None,
            format!("`{}`: is not text in UTF-8", column.name),
            "correct the value, or convert it in the query",
        ));
    }
    let Some(text) = &cell.text else {
        return Ok(Value::Null);
    };
    let traits = column.traits();
    if traits.is_text
        && let Some(editor) = editor_blocks::editor(text)
    {
        return Err(of_editor(column, editor));
    }
    if traits.is_date {
        return Ok(match number(column, cell) {
            Some(0) if !traits.may_be_flag => Value::Null,
            Some(number) if number.unsigned_abs() >= UNIX_SECONDS_MIN => {
                let seconds = micros_of(number).div_euclid(1_000_000);
                let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
                Value::Text(Timestamp(seconds).to_string())
            }
            // It may be a day such as 20260305.
            Some(number) => Value::Number(number.to_string()),
            None if is_zero(text) => Value::Null,
            None => Value::Text(written(column, text)),
        });
    }
    let is_json = match column.kind {
        Kind::Json | Kind::Own => true,
        Kind::Text | Kind::Any => traits.is_nested && text.trim_start().starts_with(['[', '{']),
        Kind::Integer
        | Kind::Number
        | Kind::Flag
        | Kind::Instant
        | Kind::Local
        | Kind::Day
        | Kind::Bytes
        | Kind::Other => false,
    };
    let json = is_json.then(|| tree::json::value(text)).flatten();
    let is_one_tag = column.is("tags") && !text.contains([',', ';', '#']);
    Ok(match json {
        Some(json) => json,
        None if is_json && traits.is_nested && !traits.is_mark => return Err(no_json(column)),
        // In a column, only commas separate tags, since a tag may contain spaces. Hashtags need none.
        None if is_one_tag => Value::List(vec![Node {
            line: 0,
            value: Value::Text(text.clone()),
        }]),
        None => Value::Text(text.clone()),
    })
}

fn of_editor(column: &Column, editor: &str) -> Refusal {
    Refusal::new(
        None,
        format!("`{}`: looks like the JSON blocks of {editor}", column.name),
        "select HTML or Markdown in its place: let the CMS store what its editor renders",
    )
}

fn no_json(column: &Column) -> Refusal {
    Refusal::new(
        None,
        format!("`{}`: is not valid JSON", column.name),
        "correct the value, or build it with the database's functions for JSON",
    )
}

fn number(column: &Column, cell: &Cell) -> Option<i64> {
    let is_number = matches!(column.kind, Kind::Integer | Kind::Number) || cell.is_number;
    let text = cell.text.as_deref().filter(|_| is_number)?;
    text.parse().ok().or_else(|| {
        let number = text
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())?;
        // Fractions of a second are dropped, as everywhere.
        Some(number.floor() as i64)
    })
}

/// From seconds since 1970, or milliseconds.
fn micros_of(number: i64) -> i128 {
    let unit = if number.abs() > MILLISECONDS {
        1000
    } else {
        1_000_000
    };
    i128::from(number) * unit
}

/// The microseconds in the fraction of a date that is a number. Only stamps use them: dates are whole
/// seconds.
fn micros_of_fraction(text: &str, number: i64) -> i128 {
    match number.abs() > MILLISECONDS {
        true => millionths(text) / 1000,
        false => millionths(text),
    }
}

/// The first six digits after the first point of a text.
fn millionths(text: &str) -> i128 {
    let fraction = text.split('.').nth(1).unwrap_or_default();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).take(6);
    let (millionths, _) = digits.fold((0, 100_000), |(millionths, unit), digit| {
        (millionths + i128::from(digit - b'0') * unit, unit / 10)
    });
    millionths
}

/// MySQL's zero date.
fn is_zero(text: &str) -> bool {
    text.starts_with("0000-00-00")
}

/// A date as an article writes it: an instant gets the zone that MySQL leaves out.
fn written(column: &Column, text: &str) -> String {
    let is_date = text.starts_with(|c: char| c.is_ascii_digit());
    let is_marked = text
        .bytes()
        .skip(10)
        .any(|b| matches!(b, b'+' | b'-' | b'Z'));
    match column.kind {
        Kind::Instant if is_date && !is_marked => format!("{text}Z"),
        _ => text.to_owned(),
    }
}

fn micros(written: &str, zone: &Zone) -> Option<i128> {
    let at = zone.resolve(date::parse(written.trim()).ok()?);
    DateTime::from_timestamp(at.0, 0)?;
    Some(i128::from(at.0) * 1_000_000 + millionths(written))
}

#[cfg(test)]
mod tests;
