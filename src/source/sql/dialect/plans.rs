//! Plans: how a database would read rows, and at what cost.

use super::{Dialect, Statement};
use crate::source::sql::columns::{Column, Kind, STAMP_CHARS};
use crate::source::sql::row::Cells;

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
        let explain = match self {
            Dialect::Postgres | Dialect::MySql => "EXPLAIN",
            Dialect::Sqlite => "EXPLAIN QUERY PLAN",
        };
        let (compared, cast) = self.comparison(id);
        let value = match (self, id.kind) {
            (Dialect::Postgres, Kind::Text) if id.type_name == "UUID" => NIL_UUID,
            (Dialect::MySql, Kind::Integer) => "1",
            (Dialect::Sqlite, _) => "'1', 1",
            (Dialect::Postgres | Dialect::MySql, _) => "'1'",
        };
        let all = format!("{explain} {}", self.select(query, selected, STAMP_CHARS));
        let one = format!("{all} WHERE {compared} IN ({value}{cast})");
        Some([all, one].map(|sql| Statement {
            is_simple: true,
            ..Statement::plain(sql)
        }))
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
                // MySQL has two columns more than MariaDB; one of them stands before the rows.
                let rows = plan.iter().filter_map(|line| match line.len() {
                    10 => cell(line, 8),
                    _ => cell(line, 9),
                });
                rows.map(|rows| rows.parse::<f64>().ok())
                    .try_fold(0.0, |most, rows| Some(f64::max(most, rows?)))
            }
            Dialect::Sqlite => {
                let lines = plan.iter().filter_map(|line| cell(line, 3));
                Some(lines.filter(|line| line.starts_with("SCAN")).count() as f64)
            }
        }
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
