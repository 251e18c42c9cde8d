//! The statements, in the words of each database. Everything here is text: nothing is asked.
//!
//! The newsroom's query is a subquery of each of them, and only the columns that are needed are
//! taken from it, so that a listing never makes the database read a text.

use std::fmt::Write as _;
use std::time::Duration;

use super::columns::{Column, Columns, Kind};
use super::row::Cells;
use super::watermark::{Mark, Raw, Since};

/// What a database speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    /// MariaDB too: what differs is in comments that only one of the two reads.
    MySql,
    Sqlite,
}

/// A value that a statement is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bind {
    Text(String),
    Integer(i64),
    Bytes(Vec<u8>),
}

/// A statement with its values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
    /// Whether it is sent as a text, without being prepared.
    pub(super) is_simple: bool,
}

impl Statement {
    fn plain(sql: String) -> Statement {
        Statement {
            sql,
            ..Statement::default()
        }
    }
}

/// What a pulse gives before the columns of the query.
pub(super) const PULSE_COLUMNS: usize = 3;

/// How long a statement may wait for a lock.
const LOCK_WAIT: Duration = Duration::from_secs(1);

impl Dialect {
    /// What stands before every statement, so that nothing is written and nothing runs for ever. It
    /// is part of the transaction where it can be: behind a pooler, the next one may be elsewhere.
    pub(super) fn begin(self, limit: Duration) -> Option<String> {
        // Of the two, the word about the lock says more.
        let lock = LOCK_WAIT.min(limit * 3 / 4).as_millis();
        let limit = limit.as_millis();
        match self {
            // A server that knows no encoding fails a whole listing over one byte that is no UTF-8,
            // unless that is left to us.
            Dialect::Postgres => Some(format!(
                "BEGIN READ ONLY; SET LOCAL statement_timeout = {limit}; \
                 SET LOCAL lock_timeout = {lock}; SET LOCAL timezone = 'UTC'; \
                 SET LOCAL datestyle = 'ISO'; SET LOCAL extra_float_digits = 2; \
                 SELECT set_config('client_encoding', 'SQL_ASCII', true) \
                 WHERE current_setting('server_encoding') = 'SQL_ASCII'"
            )),
            // MariaDB passes over comments for MySQL 5.7, where this limit is another variable.
            Dialect::MySql => Some(format!(
                "SET SESSION lock_wait_timeout = 1 /*!50708 , max_execution_time = {limit} */ \
                 /*M!100101 , max_statement_time = {}.{:03} */; START TRANSACTION READ ONLY",
                limit / 1000,
                limit % 1000
            )),
            Dialect::Sqlite => None,
        }
    }

    /// What stands behind it.
    pub(super) fn commit(self) -> Option<&'static str> {
        match self {
            Dialect::Postgres | Dialect::MySql => Some("COMMIT"),
            Dialect::Sqlite => None,
        }
    }

    /// Whether the query is one that can be read at all, and a single one: what is prepared cannot be
    /// two.
    pub(super) fn probe(self, query: &str) -> Statement {
        Statement::plain(format!("SELECT 1 FROM {} LIMIT 0", subquery(query, ROWS)))
    }

    /// One row without values that shows every column of the query: statements are not described
    /// without leaving a name behind in the session, which is another program's behind a pooler.
    ///
    /// PostgreSQL is sent a simple one, as the library would ask it for types that it does not know,
    /// and lose the prepared statement over that.
    pub(super) fn describe(self, query: &str) -> Statement {
        self.beside_columns("taspa_rows.*", "SELECT 1 AS taspa_one", query)
    }

    /// Whether there are rows; of PostgreSQL also whether it is a standby, and how many seconds it
    /// is behind; then every column of the query, described as above.
    pub(super) fn pulse(self, query: &str) -> Statement {
        let rows = subquery(query, ROWS);
        let any = format!("CASE WHEN EXISTS (SELECT 1 FROM {rows} LIMIT 1) THEN 'rows' END");
        let (is_standby, lag) = match self {
            Dialect::Postgres => (
                "pg_is_in_recovery()::text",
                "(CASE WHEN NOT pg_is_in_recovery() THEN 0 \
                 WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 \
                 ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END)::text",
            ),
            Dialect::MySql | Dialect::Sqlite => ("NULL", "NULL"),
        };
        let first =
            format!("SELECT {any} AS taspa_any, {is_standby} AS taspa_standby, {lag} AS taspa_lag");
        self.beside_columns("*", &first, query)
    }

    /// What is wanted of the one row that `first` gives and of all columns of the query beside it.
    fn beside_columns(self, wanted: &str, first: &str, query: &str) -> Statement {
        let sql = format!(
            "SELECT {wanted} FROM ({first}) AS taspa_first \
             LEFT JOIN (SELECT * FROM {} LIMIT 0) AS taspa_rows ON 1 = 1",
            subquery(query, "taspa_query")
        );
        Statement {
            is_simple: self == Dialect::Postgres,
            ..Statement::plain(sql)
        }
    }

    pub(super) fn count(self, query: &str) -> Statement {
        let count = match self {
            Dialect::Postgres => "count(*)::text",
            Dialect::MySql => "CAST(count(*) AS CHAR)",
            Dialect::Sqlite => "count(*)",
        };
        Statement::plain(format!("SELECT {count} FROM {}", subquery(query, ROWS)))
    }

    /// These columns of every row, by the bytes of the ids.
    pub(super) fn listing(self, query: &str, selected: &[Column]) -> Statement {
        let mut sql = self.select(query, selected);
        self.order_by_id(&mut sql, selected);
        Statement::plain(sql)
    }

    /// Orders rows by the bytes of their ids.
    fn order_by_id(self, sql: &mut String, selected: &[Column]) {
        let Some(column) = selected.iter().find(|column| column.is("id")) else {
            return;
        };
        let id = self.quoted(&column.name);
        let order = match self {
            Dialect::Postgres => format!("({id})::text COLLATE \"C\" NULLS FIRST"),
            Dialect::MySql if column.kind == Kind::Bytes => id,
            Dialect::MySql => format!("CAST(CONVERT({id} USING utf8mb4) AS BINARY)"),
            Dialect::Sqlite => format!("CAST({id} AS TEXT) COLLATE BINARY"),
        };
        let _ = write!(sql, " ORDER BY {order}");
    }

    /// These columns of the rows that changed since then, by the bytes of the ids.
    pub(super) fn recent(
        self,
        query: &str,
        selected: &[Column],
        columns: &Columns,
        since: &Since,
    ) -> Statement {
        let mut statement = Statement::plain(self.select(query, selected));
        if let Some(changed) = self.is_changed(columns, since, &mut statement.binds) {
            let _ = write!(statement.sql, " WHERE {changed}");
        }
        self.order_by_id(&mut statement.sql, selected);
        statement
    }

    /// That a row was updated, or where it never was, dated since then; `None` where all may be.
    fn is_changed(self, columns: &Columns, since: &Since, binds: &mut Vec<Bind>) -> Option<String> {
        let updated = columns.find("updated").map(|updated| {
            let never = self.is_without_date(updated);
            let later = self.is_after(updated, since.updated.as_ref(), binds);
            let later = later.unwrap_or_else(|| format!("NOT {never}"));
            (never, later)
        });
        let date = columns.find("date");
        let dated = date.and_then(|date| self.is_after(date, since.date.as_ref(), binds));
        match (updated, dated) {
            (None, dated) => dated,
            (Some((never, later)), None) => Some(format!("({later} OR {never})")),
            (Some((never, later)), Some(dated)) => {
                Some(format!("({later} OR ({never} AND {dated}))"))
            }
        }
    }

    /// That a column holds no date. MySQL has a date that is none.
    fn is_without_date(self, column: &Column) -> String {
        let name = self.quoted(&column.name);
        match (self, column.kind) {
            (Dialect::MySql, Kind::Instant | Kind::Local | Kind::Day) => {
                format!("({name} IS NULL OR {name} < '1000-01-01')")
            }
            _ => format!("({name} IS NULL)"),
        }
    }

    /// These columns of the rows with these ids. An id that the column cannot hold is asked for in
    /// vain.
    pub(super) fn by_id(self, query: &str, selected: &[Column], ids: &[&str]) -> Statement {
        let mut statement = Statement::plain(self.select(query, selected));
        let Some(id) = selected.iter().find(|column| column.is("id")) else {
            return statement;
        };
        let (compared, cast) = self.comparison(id);
        let mut placeholders = Vec::with_capacity(ids.len());
        for bind in ids.iter().flat_map(|wanted| self.id_binds(id, wanted)) {
            statement.binds.push(bind);
            placeholders.push(format!("{}{cast}", self.placeholder(statement.binds.len())));
        }
        let _ = match placeholders.is_empty() {
            true => write!(statement.sql, " WHERE 1 = 0"),
            false => write!(
                statement.sql,
                " WHERE {compared} IN ({})",
                placeholders.join(", ")
            ),
        };
        statement
    }

    /// How the database would read these columns of all rows, and of the row with one id. The id is a
    /// part of the text, since MySQL shows numbers as text only where nothing is prepared.
    pub(super) fn plans(self, query: &str, selected: &[Column]) -> Option<[Statement; 2]> {
        let id = selected.iter().find(|column| column.is("id"))?;
        let explain = match self {
            Dialect::Postgres | Dialect::MySql => "EXPLAIN",
            Dialect::Sqlite => "EXPLAIN QUERY PLAN",
        };
        let (compared, cast) = self.comparison(id);
        let wanted = match (self, id.kind) {
            (Dialect::Postgres, Kind::Text) if id.type_name == "UUID" => NIL_UUID,
            (Dialect::MySql, Kind::Integer) => "1",
            (Dialect::Sqlite, _) => "'1', 1",
            (Dialect::Postgres | Dialect::MySql, _) => "'1'",
        };
        let all = format!("{explain} {}", self.select(query, selected));
        let one = format!("{all} WHERE {compared} IN ({wanted}{cast})");
        Some([all, one].map(|sql| Statement {
            is_simple: true,
            ..Statement::plain(sql)
        }))
    }

    /// What a plan costs, by its lines: in PostgreSQL's own unit, in rows of the largest table that
    /// MySQL looks at, in tables that SQLite reads from end to end.
    pub(super) fn cost(self, plan: &[Cells]) -> f64 {
        let cell = |line: &Cells, at: usize| line.get(at).and_then(|cell| cell.text.clone());
        match self {
            Dialect::Postgres => {
                let first = plan.first().and_then(|line| cell(line, 0));
                let range = first.as_deref().and_then(|line| line.split_once("cost="));
                let most = range.and_then(|(_, rest)| rest.split_once(".."));
                let most = most.and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
                most.unwrap_or(0.0)
            }
            Dialect::MySql => {
                // MySQL has two columns more than MariaDB, one of them before the rows.
                let rows = plan.iter().filter_map(|line| match line.len() {
                    10 => cell(line, 8),
                    _ => cell(line, 9),
                });
                let rows = rows.filter_map(|rows| rows.parse().ok());
                rows.fold(0.0, f64::max)
            }
            Dialect::Sqlite => {
                let lines = plan.iter().filter_map(|line| cell(line, 3));
                lines.filter(|line| line.starts_with("SCAN")).count() as f64
            }
        }
    }

    /// Whether a plan for one row, of so many, looks at all of them.
    pub(super) fn reads_all(self, all: f64, one: f64) -> bool {
        match self {
            Dialect::Postgres | Dialect::MySql => one * 2.0 > all,
            // What a subquery reads from end to end it reads in both.
            Dialect::Sqlite => one >= all,
        }
    }

    /// How bytes in a column become text.
    pub(super) fn cast(self, column: &Column) -> String {
        let name = &column.name;
        match self {
            Dialect::Postgres if column.is("id") => format!("encode({name}, 'hex')"),
            Dialect::Postgres => format!("convert_from({name}, 'UTF8')"),
            Dialect::MySql if column.is("id") => format!("HEX({name})"),
            Dialect::MySql => format!("CONVERT({name} USING utf8mb4)"),
            Dialect::Sqlite if column.is("id") => format!("hex({name})"),
            Dialect::Sqlite => format!("CAST({name} AS TEXT)"),
        }
    }

    fn select(self, query: &str, selected: &[Column]) -> String {
        let columns = selected.iter().map(|column| self.as_text(column));
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("SELECT {columns} FROM {}", subquery(query, ROWS))
    }

    /// The column as a text, so that one way of reading does for all types. SQLite makes one of any
    /// value that is asked for as such.
    fn as_text(self, column: &Column) -> String {
        let name = self.quoted(&column.name);
        match (self, column.kind) {
            (Dialect::Postgres, Kind::Own) if !column.is("id") => format!("to_json({name})::text"),
            (Dialect::Postgres, _) => format!("({name})::text"),
            (Dialect::MySql, Kind::Text) | (Dialect::Sqlite, _) => name,
            // What is no text would become one that several share.
            (Dialect::MySql, Kind::Bytes) if column.is("id") => name,
            (Dialect::MySql, Kind::Flag) => format!("CAST({name} + 0 AS CHAR)"),
            (Dialect::MySql, _) => format!("CAST({name} AS CHAR)"),
        }
    }

    /// What is compared with a list of ids so that an index on them serves, and what makes an id
    /// that was bound as text one of these.
    fn comparison(self, id: &Column) -> (String, &'static str) {
        let name = self.quoted(&id.name);
        match (self, id.kind) {
            (Dialect::Postgres, Kind::Integer) => (name, "::text::int8"),
            (Dialect::Postgres, Kind::Text) => match id.type_name.as_str() {
                "TEXT" | "VARCHAR" => (name, "::text"),
                "UUID" => (name, "::text::uuid"),
                _ => (format!("({name})::text"), "::text"),
            },
            (Dialect::Postgres, _) => (format!("({name})::text"), "::text"),
            (Dialect::MySql, Kind::Text | Kind::Integer | Kind::Bytes) | (Dialect::Sqlite, _) => {
                (name, "")
            }
            (Dialect::MySql, _) => (format!("CAST({name} AS CHAR)"), ""),
        }
    }

    fn id_binds(self, column: &Column, id: &str) -> Vec<Bind> {
        let number = id.parse::<i64>().ok().map(Bind::Integer);
        let text = Bind::Text(id.to_owned());
        match (self, column.kind) {
            (Dialect::Postgres, Kind::Text) if column.type_name == "UUID" && !is_uuid(id) => vec![],
            (Dialect::Postgres, Kind::Integer) => number.map(|_| text).into_iter().collect(),
            // Beyond the numbers with a sign, MySQL compares a text with one.
            (Dialect::MySql, Kind::Integer) => match id.parse::<u64>() {
                Ok(_) => vec![number.unwrap_or(text)],
                Err(_) => number.into_iter().collect(),
            },
            // A column without a type holds whatever was put in.
            (Dialect::Sqlite, _) => {
                let bytes = Bind::Bytes(id.as_bytes().to_vec());
                [text, bytes].into_iter().chain(number).collect()
            }
            (Dialect::Postgres | Dialect::MySql, _) => vec![text],
        }
    }

    /// That a column lies after a mark; `None` where that cannot be asked.
    fn is_after(
        self,
        column: &Column,
        mark: Option<&Mark>,
        binds: &mut Vec<Bind>,
    ) -> Option<String> {
        let mark = mark?;
        let cast = match (self, column.kind) {
            (Dialect::MySql | Dialect::Sqlite, _) => "",
            (Dialect::Postgres, Kind::Instant) => "::text::timestamptz",
            (Dialect::Postgres, Kind::Local) => "::text::timestamp",
            (Dialect::Postgres, Kind::Day) => "::text::date",
            (Dialect::Postgres, Kind::Integer) => "::text::int8",
            (Dialect::Postgres, Kind::Number) => "::text::numeric",
            (Dialect::Postgres, Kind::Text) => "::text",
            (Dialect::Postgres, _) => return None,
        };
        binds.push(match (self, &mark.after) {
            (Dialect::Postgres, Raw::Whole(number)) => Bind::Text(number.to_string()),
            (_, Raw::Whole(number)) => Bind::Integer(*number),
            (_, Raw::Text(text)) => Bind::Text(text.clone()),
        });
        let placeholder = self.placeholder(binds.len());
        let after = if mark.inclusive { ">=" } else { ">" };
        Some(format!(
            "{} {after} {placeholder}{cast}",
            self.quoted(&column.name)
        ))
    }

    fn placeholder(self, number: usize) -> String {
        match self {
            Dialect::Postgres => format!("${number}"),
            Dialect::MySql | Dialect::Sqlite => "?".to_owned(),
        }
    }

    fn quoted(self, name: &str) -> String {
        match self {
            Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            // SQLite takes a name in double quotes that there is no column of for a text.
            Dialect::MySql | Dialect::Sqlite => format!("`{}`", name.replace('`', "``")),
        }
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// A UUID that no row has.
const NIL_UUID: &str = "'00000000-0000-0000-0000-000000000000'";

const ROWS: &str = "taspa_rows";

/// The newsroom's query; on lines of its own, since it may end in a comment.
fn subquery(query: &str, name: &str) -> String {
    let query = query.trim().trim_end_matches([';', ' ', '\n', '\r', '\t']);
    format!("(\n{query}\n) AS {name}")
}

#[cfg(test)]
mod tests;
