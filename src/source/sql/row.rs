//! A row: its stamp, and the article that its columns give.

use std::hash::Hash as _;

use chrono::DateTime;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::SqlError;
use super::columns::{Column, Kind, Selected};
use super::watermark::{MILLISECONDS, Raw};
use crate::model::article::{AcceptSettings, Accepted, ID_BYTES_MAX, Refusal};
use crate::model::record::Stamp;
use crate::model::time::{Timestamp, Zone};
use crate::source::Place;
use crate::source::article_file::fields::Fields;
use crate::source::article_file::tree::{self, KeyValue, Node, Value};
use crate::source::article_file::{ParseContext, date};
use crate::source::recheck_window;
use crate::text;

/// A row with more text than this is refused, as a file is.
pub(super) const ROW_BYTES_MAX: usize = 2 << 20;

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
        }
    }

    /// Changes when `updated`, `date` or the query's columns do.
    fn stamp(&self, updated: Option<&Moment>, date: Option<&Moment>) -> Stamp {
        Stamp {
            size: 0,
            modified: updated.map_or(0, Moment::stamp),
            changed: date.map_or(0, Moment::stamp),
            inode: self.selected.shape,
        }
    }

    /// Whether one of its values may go on beyond its first `chars` characters, which were read.
    pub(super) fn is_cut(&self, chars: usize) -> bool {
        let mut texts = self.cells.iter().filter_map(|cell| cell.text.as_ref());
        texts.any(|text| text.len() >= chars)
    }

    pub(super) fn columns_digest(&self) -> u64 {
        let mut hash = Xxh3::new();
        let cells = self.selected.columns.iter().zip(self.cells);
        for (column, cell) in cells.filter(|(column, _)| !column.is_text()) {
            (column.name.to_ascii_lowercase(), &cell.text).hash(&mut hash);
        }
        hash.digest()
    }

    pub(super) fn accept(&self, reading: &AcceptSettings) -> Result<Accepted, Refusal> {
        let pairs = self.pairs()?;
        let context = ParseContext::new(reading, None);
        let draft = Fields::new(&pairs, 0).draft(None, &context)?;
        let key = draft.own_key()?.ok_or_else(no_id)?;
        draft.accept(key, reading)
    }

    fn cell(&self, name: &str) -> Option<(&Column, &Cell)> {
        let mut cells = self.selected.columns.iter().zip(self.cells);
        cells.find(|(column, _)| column.is(name))
    }

    fn pairs(&self) -> Result<Vec<KeyValue>, Refusal> {
        let texts = self.cells.iter().filter_map(|cell| cell.text.as_ref());
        let bytes = texts.map(|text| text.len() as u64).sum();
        if bytes > ROW_BYTES_MAX as u64 {
            return Err(too_large(bytes));
        }
        let cells = self.selected.columns.iter().zip(self.cells);
        let entries = cells.map(|(column, cell)| {
            Ok(KeyValue {
                key: column.name.clone(),
                node: Node {
                    line: 0,
                    value: value(column, cell)?,
                },
            })
        });
        entries.collect()
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
    if column.is_date() {
        return Ok(match number(column, cell) {
            Some(0) => Value::Null,
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
        Kind::Text | Kind::Any => column.is_list() && text.trim_start().starts_with(['[', '{']),
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
        // In a column, only commas separate tags, since a tag may contain spaces. Hashtags need none.
        None if is_one_tag => Value::List(vec![Node {
            line: 0,
            value: Value::Text(text.clone()),
        }]),
        None => Value::Text(text.clone()),
    })
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
mod tests {
    use super::*;

    fn column(name: &str, kind: Kind) -> Column {
        Column {
            name: name.into(),
            kind,
            type_name: String::new(),
        }
    }

    fn text(text: &str) -> Cell {
        Cell {
            text: Some(text.to_owned()),
            ..Cell::default()
        }
    }

    #[test]
    fn dates_of_any_column_type_are_instants() {
        let zone = Zone::find("Asia/Almaty").expect("a zone");
        let second = 1_767_848_400_i128 * 1_000_000;
        for (kind, value, micros, as_written) in [
            (
                Kind::Instant,
                "2026-01-08 05:00:00.25+00",
                second + 250_000,
                "2026-01-08 05:00:00.25+00",
            ),
            (
                Kind::Instant,
                "2026-01-08 05:00:00",
                second,
                "2026-01-08 05:00:00Z",
            ),
            (
                Kind::Local,
                "2026-01-08 10:00:00.000001",
                second + 1,
                "2026-01-08 10:00:00.000001",
            ),
            (
                Kind::Day,
                "2026-01-08",
                second - 36_000_000_000,
                "2026-01-08",
            ),
            (Kind::Integer, "1767848400", second, "2026-01-08T05:00:00Z"),
            (
                Kind::Integer,
                "1767848400123",
                second + 123_000,
                "2026-01-08T05:00:00Z",
            ),
            (
                Kind::Number,
                "1767848400.9",
                second + 900_000,
                "2026-01-08T05:00:00Z",
            ),
            (Kind::Any, "2026-01-08T10:00", second, "2026-01-08T10:00"),
            (
                Kind::Text,
                "2026-01-08T05:00:00Z",
                second,
                "2026-01-08T05:00:00Z",
            ),
        ] {
            let (columns, cells) = ([column("date", kind)], [text(value)]);
            let row = Row {
                selected: &selected(&columns),
                cells: &cells,
            };
            let moment = row.moment("DATE", &zone).expect("a moment");
            assert_eq!(moment.micros, Some(micros), "{value}");
            let written = super::value(&columns[0], &cells[0]);
            assert_eq!(written, Ok(Value::Text(as_written.to_owned())), "{value}");
        }
    }

    fn selected(columns: &[Column]) -> Selected {
        Selected {
            columns: columns.to_vec(),
            shape: 0,
        }
    }

    #[test]
    fn a_small_number_is_no_time() {
        for (kind, value, expected) in [
            (Kind::Integer, "0", Value::Null),
            (Kind::Number, "0.0", Value::Null),
            (Kind::Text, "0", Value::Text("0".to_owned())),
            (
                Kind::Integer,
                "20260305",
                Value::Number("20260305".to_owned()),
            ),
            (Kind::Integer, "7", Value::Number("7".to_owned())),
        ] {
            let written = super::value(&column("expires", kind), &text(value));
            assert_eq!(written, Ok(expected), "{value}");
        }
        let columns = ["id", "title", "date", "expires"].map(|name| column(name, Kind::Any));
        for (expires, expected) in [("0", Some(None)), ("20260305", Some(Some(()))), ("7", None)] {
            let cells = ["1", "Т", "2026-01-08", expires].map(text);
            let row = Row {
                selected: &selected(&columns),
                cells: &cells,
            };
            let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
            match row.accept(&reading) {
                Ok(accepted) => assert_eq!(Some(accepted.expires.map(drop)), expected, "{expires}"),
                Err(refusal) => assert!(refusal.withdraws && expected.is_none(), "{refusal:?}"),
            }
        }
    }

    #[test]
    fn a_change_of_an_invalid_date_changes_the_stamp() {
        let columns = [column("updated", Kind::Text), column("date", Kind::Local)];
        let cells = [text("вчера"), text("0000-00-00 00:00:00")];
        let row = Row {
            selected: &selected(&columns),
            cells: &cells,
        };
        let moment = row.moment("updated", &Zone::UTC).expect("a moment");
        assert_eq!(moment.micros, None);
        assert_ne!(moment.stamp(), 0);
        assert_eq!(row.moment("date", &Zone::UTC), None);
        assert_eq!(super::value(&columns[1], &cells[1]), Ok(Value::Null));
    }

    #[test]
    fn json_in_a_text_column_is_a_list() {
        let list = |words: &[&str]| {
            let node = |word: &&str| Node {
                line: 0,
                value: Value::Text((*word).to_owned()),
            };
            Value::List(words.iter().map(node).collect())
        };
        for (name, kind, written, expected) in [
            ("tags", Kind::Text, "[\"а\",\n \"б\"]", list(&["а", "б"])),
            ("tags", Kind::Own, "[\"а\"]", list(&["а"])),
            ("tags", Kind::Text, "а, б", Value::Text("а, б".to_owned())),
            ("tags", Kind::Text, "[а", list(&["[а"])),
            ("title", Kind::Text, "[]", Value::Text("[]".to_owned())),
            (
                "section",
                Kind::Own,
                "\"город\"",
                Value::Text("город".to_owned()),
            ),
        ] {
            let value = super::value(&column(name, kind), &text(written));
            assert_eq!(value, Ok(expected), "{written}");
        }
    }

    #[test]
    fn rows_that_are_not_articles_are_refused() {
        let columns = ["id", "title", "date"].map(|name| column(name, Kind::Text));
        let title = "т".repeat(ROW_BYTES_MAX);
        let not_a_number = Cell {
            is_number: true,
            ..text("NaN")
        };
        for (cells, reason) in [
            (
                [text("1"), text(&title), text("2026-01-08")],
                "the row is larger than 2097152 bytes: it has 4194315",
            ),
            (
                [Cell::default(), text("Т"), text("2026-01-08")],
                "there is no `id`",
            ),
            (
                [text("1"), Cell::default(), text("2026-01-08")],
                "there is no `title`",
            ),
            (
                [text("1"), text("Т"), text("infinity")],
                "`date`: `infinity` is not a date",
            ),
            (
                [text("1"), text("Т"), not_a_number],
                "`date`: `NaN` is not a date",
            ),
        ] {
            let row = Row {
                selected: &selected(&columns),
                cells: &cells,
            };
            let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
            let refusal = row.accept(&reading).expect_err(reason);
            assert_eq!((refusal.line, refusal.reason.as_str()), (None, reason));
        }
    }
}
