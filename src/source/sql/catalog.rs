//! The tables of a database with their columns, from which `taspa init` proposes a query.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use super::database::{self, Database, StatementTimeout};
use super::dialect::{Dialect, Statement};
use super::error::{Reporter, SqlError};
use crate::source::article_file::fields::key_traits;

/// How long one statement about the tables may take.
const TIMEOUT: StatementTimeout = StatementTimeout {
    server: Duration::from_secs(10),
    silence: Duration::from_secs(12),
};

/// Rows of one answer that are taken; a column of a table is one.
const ROWS_MAX: usize = 50_000;

/// Bytes of one answer that are taken.
const ANSWER_BYTES_MAX: usize = 32 << 20;

const ROWS_BUFFERED: usize = 256;

/// A database that is asked what it has.
#[derive(Debug)]
pub struct DatabaseCatalog {
    database: Database,
    reporter: Reporter,
    runtime: Runtime,
}

/// The kind of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
    MySql,
    /// A file of SQLite.
    Sqlite,
}

/// A table or a view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseTable {
    /// The schema; empty where a database has none.
    pub schema: String,
    /// The name.
    pub name: String,
    /// Whether a statement has to name the schema: without it, the name means no table or another one.
    pub needs_schema: bool,
    /// The columns in their order.
    pub columns: Vec<TableColumn>,
}

/// A column of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableColumn {
    /// The name.
    pub name: String,
    /// The type in lower case, as the database writes it.
    pub kind: String,
    /// Whether it is the primary key or part of it.
    pub is_key: bool,
    /// What it refers to by a foreign key. This account may read it.
    pub refers_to: Option<Reference>,
}

/// The column of a table that a foreign key leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The schema of the table.
    pub schema: String,
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

impl DatabaseTable {
    /// The column of this name, in any case.
    pub fn column(&self, name: &str) -> Option<&TableColumn> {
        let mut columns = self.columns.iter();
        columns.find(|column| column.name.eq_ignore_ascii_case(name))
    }
}

impl TableColumn {
    /// Whether a query that selects it under its own name lets it hide a row.
    pub fn may_hide(&self) -> bool {
        key_traits::of(&self.name).is_some_and(|traits| traits.is_mark)
    }
}

impl DatabaseCatalog {
    /// The database at an address. Does not connect.
    ///
    /// # Errors
    /// When the address is not valid, or no thread can be started.
    pub fn open(url: &str) -> Result<DatabaseCatalog, SqlError> {
        let (database, reporter) = database::open(url)?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| SqlError::Unreachable {
            database: reporter.database.clone(),
            reason: error.to_string(),
        })?;
        Ok(DatabaseCatalog {
            database,
            reporter,
            runtime,
        })
    }

    /// The address without user, password and parameters.
    pub fn name(&self) -> &str {
        &self.reporter.database
    }

    /// Its kind.
    pub fn kind(&self) -> DatabaseKind {
        match self.database.dialect() {
            Dialect::Postgres => DatabaseKind::Postgres,
            Dialect::MySql => DatabaseKind::MySql,
            Dialect::Sqlite => DatabaseKind::Sqlite,
        }
    }

    /// Every table and view that this user may read.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub fn tables(&self) -> Result<Vec<DatabaseTable>, SqlError> {
        let [columns, references] = match self.kind() {
            DatabaseKind::Postgres => POSTGRES,
            DatabaseKind::MySql => MYSQL,
            DatabaseKind::Sqlite => SQLITE,
        };
        let mut tables: BTreeMap<(String, String), DatabaseTable> = BTreeMap::new();
        for row in self.rows(columns)? {
            let [schema, name, visible, column, kind, key] = texts(row);
            let entry = tables.entry((schema.clone(), name.clone()));
            let table = entry.or_insert_with(|| DatabaseTable {
                schema,
                name,
                needs_schema: visible != "1",
                columns: Vec::new(),
            });
            table.columns.push(TableColumn {
                name: column,
                kind: kind.to_lowercase(),
                is_key: key == "1",
                refers_to: None,
            });
        }
        for row in self.rows(references)? {
            let [schema, name, column, to_schema, to_table, to_column] = texts(row);
            let Some(to) = find_reference(&tables, &to_schema, &to_table, &to_column) else {
                continue;
            };
            let table = tables.get_mut(&(schema, name));
            let columns = table.map_or(&mut [][..], |table| &mut table.columns);
            let mut columns = columns.iter_mut();
            // SQLite writes it as the foreign key does, in any case.
            if let Some(column) = columns.find(|known| known.name.eq_ignore_ascii_case(&column)) {
                column.refers_to = Some(to);
            }
        }
        Ok(tables.into_values().collect())
    }

    /// The rows of a statement as text: the first `ROWS_MAX`, and fewer above `ANSWER_BYTES_MAX`.
    ///
    /// # Errors
    /// When the database cannot be reached or refuses.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, SqlError> {
        let statement = Statement {
            sql: sql.to_owned(),
            ..Statement::default()
        };
        self.runtime.block_on(async {
            let (sender, mut receiver) = mpsc::channel(ROWS_BUFFERED);
            let read = async {
                let text = |cells: Vec<super::row::Cell>| -> Vec<Option<String>> {
                    cells.into_iter().map(|cell| cell.text).collect()
                };
                let read = self.database.rows(statement, TIMEOUT, text, &sender).await;
                drop(sender);
                read
            };
            let collect = async move {
                let mut rows = Vec::new();
                let mut bytes = 0;
                while rows.len() < ROWS_MAX
                    && bytes < ANSWER_BYTES_MAX
                    && let Some(row) = receiver.recv().await
                {
                    bytes += row.iter().flatten().map(String::len).sum::<usize>();
                    rows.push(row);
                }
                rows
            };
            let (read, rows) = tokio::join!(read, collect);
            read.map(|()| rows)
        })
    }
}

fn texts<const N: usize>(row: Vec<Option<String>>) -> [String; N] {
    let mut row = row.into_iter().map(Option::unwrap_or_default);
    std::array::from_fn(|_| row.next().unwrap_or_default())
}

/// What a foreign key leads to, if this account may read it. SQLite takes names in any case.
fn find_reference(
    tables: &BTreeMap<(String, String), DatabaseTable>,
    schema: &str,
    table: &str,
    column: &str,
) -> Option<Reference> {
    let exact = tables.get(&(schema.to_owned(), table.to_owned()));
    let similar = || {
        let mut all = tables.values();
        all.find(|known| known.schema == schema && known.name.eq_ignore_ascii_case(table))
    };
    let table = exact.or_else(similar)?;
    let column = table.column(column)?;
    Some(Reference {
        schema: table.schema.clone(),
        table: table.name.clone(),
        column: column.name.clone(),
    })
}

/// The columns and the foreign keys of one column of PostgreSQL. A partition is part of another table.
const POSTGRES: [&str; 2] = [
    "SELECT n.nspname::text, c.relname::text, CASE WHEN pg_table_is_visible(c.oid) THEN '1' ELSE '0' END, \
     a.attname::text, format_type(a.atttypid, NULL)::text, \
     CASE WHEN EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary \
     AND a.attnum = ANY (i.indkey)) THEN '1' ELSE '0' END \
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
     JOIN pg_attribute AS a ON a.attrelid = c.oid \
     WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition \
     AND a.attnum > 0 AND NOT a.attisdropped \
     AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' \
     AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') \
     ORDER BY n.nspname, c.relname, a.attnum",
    "SELECT n.nspname::text, c.relname::text, a.attname::text, m.nspname::text, t.relname::text, b.attname::text \
     FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid \
     JOIN pg_namespace AS n ON n.oid = c.relnamespace \
     JOIN pg_class AS t ON t.oid = k.confrelid JOIN pg_namespace AS m ON m.oid = t.relnamespace \
     JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] \
     JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1] \
     WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1",
];

const MYSQL: [&str; 2] = [
    "SELECT '', CAST(table_name AS CHAR), '1', CAST(column_name AS CHAR), CAST(column_type AS CHAR), \
     CASE WHEN column_key = 'PRI' THEN '1' ELSE '0' END \
     FROM information_schema.columns WHERE table_schema = DATABASE() \
     ORDER BY table_name, ordinal_position",
    "SELECT '', CAST(table_name AS CHAR), CAST(MIN(column_name) AS CHAR), '', \
     CAST(MIN(referenced_table_name) AS CHAR), CAST(MIN(referenced_column_name) AS CHAR) \
     FROM information_schema.key_column_usage \
     WHERE table_schema = DATABASE() AND referenced_table_schema = DATABASE() \
     GROUP BY table_name, constraint_name HAVING COUNT(*) = 1",
];

/// A foreign key of SQLite that names no column means the primary key.
const SQLITE: [&str; 2] = [
    "SELECT '', m.name, '1', p.name, p.type, CASE WHEN p.pk > 0 THEN '1' ELSE '0' END \
     FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS p \
     WHERE m.type IN ('table', 'view') AND substr(m.name, 1, 7) <> 'sqlite_' ORDER BY m.name, p.cid",
    "SELECT '', m.name, min(f.\"from\"), '', min(f.\"table\"), \
     coalesce(min(f.\"to\"), (SELECT p.name FROM pragma_table_info(f.\"table\") AS p WHERE p.pk = 1)) \
     FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' \
     GROUP BY m.name, f.id HAVING count(*) = 1",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::sqlite;

    #[test]
    fn tables_have_their_columns_keys_and_references() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("news.db");
        sqlite::write(
            &file,
            "CREATE TABLE rubrics (rubric_id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE stories (id INTEGER PRIMARY KEY, rubric INTEGER REFERENCES Rubrics, title TEXT,
                named TEXT REFERENCES rubrics (Name), gone INTEGER REFERENCES missing (id));
             CREATE TABLE pairs (a INTEGER, b INTEGER, PRIMARY KEY (a, b));
             CREATE TABLE notes (a INTEGER, b INTEGER, FOREIGN KEY (a, b) REFERENCES pairs)",
        );
        let catalog = DatabaseCatalog::open(&format!("sqlite:{}", file.display()));
        let tables = catalog.expect("an address").tables().expect("tables");
        let named = tables.iter().map(|table| {
            let columns = table.columns.iter().map(|column| {
                let key = if column.is_key { "!" } else { "" };
                let to = column.refers_to.as_ref();
                let to = to.map_or(String::new(), |to| format!(">{}.{}", to.table, to.column));
                format!("{}:{}{key}{to}", column.name, column.kind)
            });
            format!("{} {}", table.name, columns.collect::<Vec<_>>().join(" "))
        });
        assert_eq!(
            named.collect::<Vec<_>>(),
            [
                "notes a:integer b:integer",
                "pairs a:integer! b:integer!",
                "rubrics rubric_id:integer! name:text",
                "stories id:integer! rubric:integer>rubrics.rubric_id title:text named:text>rubrics.name \
                 gone:integer",
            ]
        );
    }
}
