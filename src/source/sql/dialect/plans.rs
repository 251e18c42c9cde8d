//! Plans: how a database would read rows, and at what cost.

use super::{Bind, Dialect, Statement};
use crate::source::sql::columns::{Column, Columns, Kind, STAMP_CHARS};
use crate::source::sql::row::Cells;
use crate::source::sql::watermark::{Mark, Raw, Since};

/// The nil UUID, which no row has.
const NIL_UUID: &str = "'00000000-0000-0000-0000-000000000000'";

impl Dialect {
    /// Explains how the database would read these columns of all rows, and of the row with one id.
    /// The id is part of the statement, because MySQL shows numbers as text only in statements that
    /// are not prepared.
    pub(in crate::source::sql) fn plans(
        self,
        query: &str,
        selected: &[Column],
    ) -> Option<[Statement; 2]> {
        let id = selected.iter().find(|column| column.is("id"))?;
        let (compared, cast) = self.comparison(id);
        let value = match (self, id.kind) {
            (Dialect::Postgres, Kind::Text) if id.type_name == "UUID" => NIL_UUID,
            (Dialect::MySql, Kind::Integer) => "1",
            (Dialect::Sqlite, _) => "'1', 1",
            (Dialect::Postgres | Dialect::MySql, _) => "'1'",
        };
        let one = format!("{compared} IN ({value}{cast})");
        Some(self.explained(query, selected, &one))
    }

    /// Explains how the database would read the stamps of all rows, and of those that a poll finds when nothing has
    /// changed. `None` if a poll reads all of them.
    pub(in crate::source::sql) fn poll_plans(
        self,
        query: &str,
        columns: &Columns,
    ) -> Option<[Statement; 2]> {
        let mark = |name| {
            let after = latest(columns.find(name)?.kind);
            Some(Mark {
                after,
                inclusive: false,
            })
        };
        let since = Since {
            updated: mark("updated"),
            date: mark("date"),
        };
        let mut binds = Vec::new();
        let changed = self.is_changed(columns, &since, &mut binds)?;
        let changed = binds.iter().zip(1..).fold(changed, |changed, (bind, at)| {
            changed.replacen(&self.placeholder(at), &literal(bind), 1)
        });
        let selected = columns.known(Column::is_in_stamp).columns;
        Some(self.explained(query, &selected, &changed))
    }

    /// Explains the reading of all rows, and of those with a condition.
    fn explained(self, query: &str, selected: &[Column], condition: &str) -> [Statement; 2] {
        let explain = match self {
            Dialect::Postgres | Dialect::MySql => "EXPLAIN",
            Dialect::Sqlite => "EXPLAIN QUERY PLAN",
        };
        let all = format!("{explain} {}", self.select(query, selected, STAMP_CHARS));
        let some = format!("{all} WHERE {condition}");
        [all, some].map(|sql| Statement {
            is_simple: true,
            ..Statement::plain(sql)
        })
    }

    /// The cost of a plan: PostgreSQL's own unit, the rows of the largest table that MySQL reads,
    /// or the number of tables that SQLite scans. `None` if the plan has another form.
    pub(in crate::source::sql) fn cost(self, plan: &[Cells]) -> Option<f64> {
        let cell = |line: &Cells, at: usize| line.get(at).and_then(|cell| cell.text.clone());
        match self {
            Dialect::Postgres => {
                let first = plan.first().and_then(|line| cell(line, 0))?;
                let (_, range) = first.split_once("cost=")?;
                let (_, most) = range.split_once("..")?;
                most.split(' ').next()?.parse().ok()
            }
            Dialect::MySql => {
                let mut rows = plan.iter().filter_map(mysql_rows);
                rows.try_fold(0.0, |most, rows| Some(f64::max(most, rows?)))
            }
            Dialect::Sqlite => {
                let lines = plan.iter().filter_map(|line| cell(line, 3));
                Some(lines.filter(|line| line.starts_with("SCAN")).count() as f64)
            }
        }
    }

    /// Whether a plan reads an index alone of the table of which it reads most rows, as MySQL says it.
    pub(in crate::source::sql) fn reads_only_index(self, plan: &[Cells]) -> bool {
        let rows = |line: &&Cells| mysql_rows(line).flatten().unwrap_or_default();
        let largest = plan.iter().max_by(|a, b| rows(a).total_cmp(&rows(b)));
        let extra = largest.and_then(|line| line.last()?.text.as_deref());
        let mut words = extra.unwrap_or_default().split(';').map(str::trim);
        self == Dialect::MySql && words.any(|word| word == "Using index")
    }

    /// Whether a plan for one row scans all of them, judged by the costs of both plans.
    pub(in crate::source::sql) fn reads_all(self, all: f64, one: f64) -> bool {
        match self {
            Dialect::Postgres | Dialect::MySql => one * 2.0 > all,
            // A table that a subquery scans counts in both plans.
            Dialect::Sqlite => one >= all,
        }
    }
}

/// The rows that a line of MySQL's plans reads of its table: `None` if it reads no table, or names no number.
fn mysql_rows(line: &Cells) -> Option<Option<f64>> {
    // MySQL has two columns more than MariaDB; one of them stands before the rows.
    let at = if line.len() == 10 { 8 } else { 9 };
    let rows = line.get(at)?.text.as_ref()?;
    // MariaDB writes how many of them a filter leaves behind it: `10 (27%)`.
    Some(rows.split(' ').next().and_then(|rows| rows.parse().ok()))
}

/// A date after those of all rows, of which MySQL's `TIMESTAMP` can be compared with none later than 2038.
fn latest(kind: Kind) -> Raw {
    match kind {
        // Milliseconds; as seconds it is later still.
        Kind::Integer | Kind::Number => Raw::Whole(4_102_444_800_000),
        Kind::Text
        | Kind::Flag
        | Kind::Instant
        | Kind::Local
        | Kind::Day
        | Kind::Json
        | Kind::Own
        | Kind::Any
        | Kind::Bytes
        | Kind::Other => Raw::Text("2037-12-31 00:00:00".to_owned()),
    }
}

/// The literal of a value that has no quotation mark in it.
fn literal(bind: &Bind) -> String {
    match bind {
        Bind::Integer(number) => number.to_string(),
        Bind::Text(text) => format!("'{text}'"),
        Bind::Bytes(_) => "NULL".to_owned(),
    }
}
