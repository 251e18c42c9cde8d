//! The SQL statements of each database. Nothing here does I/O.
//!
//! The newsroom's query is a subquery of each statement. The outer statement selects only the
//! columns that it needs, so that a listing does not make the database read the texts.

mod plans;

use std::fmt::Write as _;
use std::time::Duration;

use super::columns::{Column, Columns, Kind, STAMP_CHARS};
use super::row::{BEGINNING_CHARS, ROW_BYTES_MAX};
use super::watermark::{Mark, Raw, Since};

/// A database's variant of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Postgres,
    /// MariaDB too: where the two differ, the statement has comments that only one of them
    /// executes.
    MySql,
    Sqlite,
}

/// A parameter of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bind {
    Text(String),
    Integer(i64),
    Bytes(Vec<u8>),
}

/// A statement with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) sql: String,
    pub(super) binds: Vec<Bind>,
    /// Whether it is sent as plain text instead of being prepared.
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

/// The columns that [`Dialect::probe`] returns before those of the query.
pub(super) const PROBE_COLUMNS: usize = 3;

/// How long a statement may wait for a lock.
const LOCK_WAIT: Duration = Duration::from_secs(1);

impl Dialect {
    /// What precedes each statement: it makes the transaction read-only and limits its time. The
    /// settings belong to the transaction where possible, because a pooler may run the next one on
    /// another connection.
    pub(super) fn begin(self, limit: Duration) -> Option<String> {
        // The lock timeout comes first, since its error says more than that of the statement
        // timeout.
        let lock = LOCK_WAIT.min(limit * 3 / 4).as_millis();
        let limit = limit.as_millis();
        match self {
            // A server with the encoding SQL_ASCII fails a whole listing over one byte that is not
            // valid UTF-8, unless it sends the bytes as they are.
            Dialect::Postgres => Some(format!(
                "BEGIN READ ONLY; SET LOCAL statement_timeout = {limit}; \
                 SET LOCAL lock_timeout = {lock}; SET LOCAL timezone = 'UTC'; \
                 SET LOCAL datestyle = 'ISO'; SET LOCAL extra_float_digits = 2; \
                 SELECT set_config('client_encoding', 'SQL_ASCII', true) \
                 WHERE current_setting('server_encoding') = 'SQL_ASCII'"
            )),
            // Without the limit of our own GROUP_CONCAT cuts a list of tags at 1,024 bytes, without an error.
            // MySQL 5.7 has another variable for this limit; MariaDB ignores comments for that
            // version.
            Dialect::MySql => Some(format!(
                "SET SESSION lock_wait_timeout = 1, group_concat_max_len = {ROW_BYTES_MAX} /*!50708 , max_execution_time = {limit} */ \
                 /*M!100101 , max_statement_time = {}.{:03} */; START TRANSACTION READ ONLY",
                limit / 1000,
                limit % 1000
            )),
            Dialect::Sqlite => None,
        }
    }

    /// What follows each statement.
    pub(super) fn commit(self) -> Option<&'static str> {
        match self {
            Dialect::Postgres | Dialect::MySql => Some("COMMIT"),
            Dialect::Sqlite => None,
        }
    }

    /// Fails if the query is not valid, or is more than one statement: only a single one can be
    /// prepared.
    pub(super) fn validate(self, query: &str) -> Statement {
        Statement::plain(format!("SELECT 1 FROM {} LIMIT 0", subquery(query, ROWS)))
    }

    /// Returns one row of NULLs with every column of the query. Describing a prepared statement
    /// would leave its name in the session, which belongs to other programs behind a pooler.
    ///
    /// PostgreSQL gets it as plain text. If it were prepared, the library would query the server
    /// for unknown types, and lose the prepared statement behind a pooler.
    pub(super) fn describe(self, query: &str) -> Statement {
        self.beside_columns("taspa_rows.*", "SELECT 1 AS taspa_one", query)
    }

    /// Returns whether the query has rows, and the columns of the query as [`Dialect::describe`]
    /// does. PostgreSQL also returns whether it is a standby, and how many seconds it lags behind.
    pub(super) fn probe(self, query: &str) -> Statement {
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

    /// Selects `columns` from the one row of `first`, joined with the columns of the query.
    fn beside_columns(self, columns: &str, first: &str, query: &str) -> Statement {
        let sql = format!(
            "SELECT {columns} FROM ({first}) AS taspa_first \
             LEFT JOIN (SELECT * FROM {} LIMIT 0) AS taspa_rows ON 1 = 1",
            subquery(query, "taspa_query")
        );
        Statement {
            is_simple: self == Dialect::Postgres,
            ..Statement::plain(sql)
        }
    }

    /// Returns how many rows the query has, and the sum of the digests of their ids; with `ids` those of the
    /// rows with these ids. SQLite has no digest, and runs in this process: it returns the ids.
    pub(super) fn id_sum(self, query: &str, id: &Column, ids: Option<&[String]>) -> Statement {
        let selected = match self.id_digest(id) {
            Some(digest) => {
                let sum = format!("coalesce(sum({digest}), 0)");
                let [rows, sum] = ["count(*)", &sum].map(|number| self.number_as_text(number));
                format!("{rows}, {sum}")
            }
            None => self.excerpt(id, STAMP_CHARS),
        };
        let sql = format!("SELECT {selected} FROM {}", subquery(query, ROWS));
        match ids {
            Some(ids) => self.with_ids(sql, std::slice::from_ref(id), ids),
            None => Statement::plain(sql),
        }
    }

    /// The digest of an id as a number of the database's.
    fn id_digest(self, id: &Column) -> Option<String> {
        match self {
            // Its functions for hash tables are fast and not documented, and a server in FIPS mode refuses
            // `md5`. Of 100,000 ids this costs some 0.1 s. A backslash would begin an escape of bytes.
            Dialect::Postgres => Some(format!(
                "('x' || left(encode(sha256(replace({}, E'\\\\', E'\\\\\\\\')::bytea), 'hex'), 15))::bit(60)::int8",
                self.as_text(id)
            )),
            Dialect::MySql => Some(format!("CRC32({})", self.quoted(&id.name))),
            Dialect::Sqlite => None,
        }
    }

    /// Selects these columns of all rows, in byte order of the ids. The digest of the id follows, where the
    /// database has one.
    pub(super) fn listing(self, query: &str, selected: &[Column]) -> Statement {
        self.listing_of(query, selected, |column| self.excerpt(column, STAMP_CHARS))
    }

    /// Selects as [`Dialect::listing`], each column up to [`BEGINNING_CHARS`], and of texts their lengths.
    pub(super) fn listing_of_columns(self, query: &str, selected: &[Column]) -> Statement {
        self.listing_of(query, selected, |column| self.compared(column))
    }

    /// What a comparison of all columns reads of one.
    fn compared(self, column: &Column) -> String {
        match column.traits().is_text {
            true => self.number_as_text(&self.length(column)),
            false => self.excerpt(column, BEGINNING_CHARS),
        }
    }

    fn listing_of(
        self,
        query: &str,
        selected: &[Column],
        expression: impl Fn(&Column) -> String,
    ) -> Statement {
        let columns = selected.iter().map(expression);
        let id = selected.iter().find(|column| column.is("id"));
        let digest = id.and_then(|id| self.id_digest(id));
        let digest = digest.map(|digest| self.number_as_text(&digest));
        let columns: Vec<String> = columns.chain(digest).collect();
        let (columns, rows) = (columns.join(", "), subquery(query, ROWS));
        let mut sql = format!("SELECT {columns} FROM {rows}");
        self.order_by_id(&mut sql, selected);
        Statement::plain(sql)
    }

    /// The length of a column as text, in bytes of UTF-8.
    fn length(self, column: &Column) -> String {
        let text = self.as_text(column);
        match self {
            // In that encoding it is known without reading the value.
            Dialect::Postgres => format!(
                "CASE WHEN getdatabaseencoding() IN ('UTF8', 'SQL_ASCII') THEN octet_length({text}) \
                 ELSE octet_length(convert_to({text}, 'UTF8')) END"
            ),
            Dialect::MySql => format!("octet_length(CONVERT({text} USING utf8mb4))"),
            Dialect::Sqlite => format!("octet_length({text})"),
        }
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

    /// Selects these columns of the rows that changed after the marks, in byte order of the ids.
    pub(super) fn recent(
        self,
        query: &str,
        selected: &[Column],
        columns: &Columns,
        since: &Since,
    ) -> Statement {
        let mut statement = Statement::plain(self.select(query, selected, STAMP_CHARS));
        if let Some(changed) = self.is_changed(columns, since, &mut statement.binds) {
            let _ = write!(statement.sql, " WHERE {changed}");
        }
        self.order_by_id(&mut statement.sql, selected);
        statement
    }

    /// The condition that a row was updated after the mark or, if it was never updated, is dated
    /// after the mark. `None` if every row may be.
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

    /// The condition that a column has no date. MySQL has a zero date as well as NULL.
    fn is_without_date(self, column: &Column) -> String {
        let name = self.quoted(&column.name);
        match (self, column.kind) {
            // With a bound that the type cannot hold, MariaDB does not use the index.
            (Dialect::MySql, Kind::Instant) => {
                format!("({name} IS NULL OR {name} < '1970-01-01 00:00:01')")
            }
            (Dialect::MySql, Kind::Local | Kind::Day) => {
                format!("({name} IS NULL OR {name} < '1000-01-01')")
            }
            _ => format!("({name} IS NULL)"),
        }
    }

    /// Selects these columns of the rows with these ids, each up to this many characters. An id that the
    /// column cannot hold finds no row.
    pub(super) fn by_id(
        self,
        query: &str,
        selected: &[Column],
        chars: usize,
        ids: &[String],
    ) -> Statement {
        self.with_ids(self.select(query, selected, chars), selected, ids)
    }

    /// Selects of the rows with these ids what [`Dialect::listing_of_columns`] does, and behind it how many
    /// bytes these columns have together.
    pub(super) fn sizes(self, query: &str, selected: &[Column], ids: &[String]) -> Statement {
        let bytes = selected.iter().map(|column| {
            let text = self.as_text(column);
            match self {
                // A sum of its 32-bit lengths may overflow.
                Dialect::Postgres => format!("coalesce(octet_length({text})::int8, 0)"),
                Dialect::MySql | Dialect::Sqlite => format!("coalesce(octet_length({text}), 0)"),
            }
        });
        let bytes = self.number_as_text(&bytes.collect::<Vec<_>>().join(" + "));
        let compared = selected.iter().map(|column| self.compared(column));
        let columns: Vec<String> = compared.chain([bytes]).collect();
        let sql = format!(
            "SELECT {} FROM {}",
            columns.join(", "),
            subquery(query, ROWS)
        );
        self.with_ids(sql, selected, ids)
    }

    /// Restricts a statement to the rows with these ids.
    fn with_ids(self, sql: String, selected: &[Column], ids: &[String]) -> Statement {
        let mut statement = Statement::plain(sql);
        let Some(id) = selected.iter().find(|column| column.is("id")) else {
            return statement;
        };
        let (compared, cast) = self.comparison(id);
        let mut placeholders = Vec::with_capacity(ids.len());
        for bind in ids.iter().flat_map(|value| self.id_binds(id, value)) {
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

    /// An SQL expression that turns a column of bytes into text; hints show it.
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

    /// Selects these columns, each up to this many characters.
    fn select(self, query: &str, selected: &[Column], chars: usize) -> String {
        let columns = selected.iter().map(|column| self.excerpt(column, chars));
        let columns = columns.collect::<Vec<_>>().join(", ");
        format!("SELECT {columns} FROM {}", subquery(query, ROWS))
    }

    /// The beginning of a column as text. A value of fewer bytes than `chars` is whole; any other one has
    /// at least as many bytes, so that it can be told from a whole one. The column is named as rarely as
    /// possible, because a database may compute it each time.
    fn excerpt(self, column: &Column, chars: usize) -> String {
        let text = self.as_text(column);
        match (self, has_any_length(column.kind)) {
            (_, false) => text,
            (Dialect::Postgres | Dialect::MySql, true) => format!("left({text}, {chars})"),
            // SQLite runs in this process. It tells a length without reading the value, but reads all of
            // it to cut it, so zeros take the place of a long value. Only an id is worth reading.
            (Dialect::Sqlite, true) => {
                let long = match column.is("id") {
                    true => format!("substr({text}, 1, {chars})"),
                    false => format!("hex(zeroblob({}))", chars.div_ceil(2)),
                };
                format!("CASE WHEN octet_length({text}) >= {chars} THEN {long} ELSE {text} END")
            }
        }
    }

    /// An expression with a number, as text.
    fn number_as_text(self, number: &str) -> String {
        match self {
            Dialect::Postgres => format!("({number})::text"),
            Dialect::MySql => format!("CAST({number} AS CHAR)"),
            Dialect::Sqlite => number.to_owned(),
        }
    }

    /// The column as text, so that all types are read in the same way. SQLite converts any value
    /// when it is read as text.
    fn as_text(self, column: &Column) -> String {
        let name = self.quoted(&column.name);
        match (self, column.kind) {
            (Dialect::Postgres, Kind::Own) if !column.is("id") => format!("to_json({name})::text"),
            (Dialect::Postgres, _) => format!("({name})::text"),
            (Dialect::MySql, Kind::Text) | (Dialect::Sqlite, _) => name,
            // A conversion would map different bytes that are not valid text to the same text.
            (Dialect::MySql, Kind::Bytes) if column.is("id") => name,
            (Dialect::MySql, Kind::Flag) => format!("CAST({name} + 0 AS CHAR)"),
            (Dialect::MySql, _) => format!("CAST({name} AS CHAR)"),
        }
    }

    /// The expression to compare with ids, chosen so that an index on the column can be used, and
    /// the cast that gives a text parameter the type of the column.
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
            // MySQL converts a text parameter, so numbers above `i64::MAX` work too.
            (Dialect::MySql, Kind::Integer) => match id.parse::<u64>() {
                Ok(_) => vec![number.unwrap_or(text)],
                Err(_) => number.into_iter().collect(),
            },
            // A column without a type may hold text, bytes or numbers.
            (Dialect::Sqlite, _) => {
                let bytes = Bind::Bytes(id.as_bytes().to_vec());
                [text, bytes].into_iter().chain(number).collect()
            }
            (Dialect::Postgres | Dialect::MySql, _) => vec![text],
        }
    }

    /// The condition that a column lies after a mark; `None` if there is no mark or the type cannot
    /// be compared.
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
            // SQLite takes an unknown name in double quotes for a string.
            Dialect::MySql | Dialect::Sqlite => format!("`{}`", name.replace('`', "``")),
        }
    }
}

/// Whether a value may be longer than a number or a date.
fn has_any_length(kind: Kind) -> bool {
    match kind {
        Kind::Text | Kind::Json | Kind::Own | Kind::Any | Kind::Bytes | Kind::Other => true,
        Kind::Integer | Kind::Number | Kind::Flag | Kind::Instant | Kind::Local | Kind::Day => {
            false
        }
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

const ROWS: &str = "taspa_rows";

/// The newsroom's query as a subquery. It has lines of its own, because it may end in a comment.
fn subquery(query: &str, name: &str) -> String {
    let query = query.trim().trim_end_matches([';', ' ', '\n', '\r', '\t']);
    format!("(\n{query}\n) AS {name}")
}

#[cfg(test)]
mod tests;
