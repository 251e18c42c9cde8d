//! `[source]`: where the articles are, in a table for one kind of source.

use super::keys::{root, source as key};
use super::table::Table;
use super::{SourceConfig, directory, sql};

/// Reads `[source]` from the file's tables; it must hold a table for one kind of source.
pub(super) fn read(root: &Table<'_>) -> SourceConfig {
    let table = root.table_or_empty(&root::SOURCE);
    table.refuse_unknown_keys();
    let directory = table.table(&key::DIRECTORY);
    let sql = table.table(&key::SQL);
    if let (Some(_), Some(_), Some(place)) = (&directory, &sql, table.place(key::SQL.name)) {
        let message =
            "[source.sql]: articles come from one source, and `[source.directory]` is one";
        let hint = Some("delete one of the two tables".to_owned());
        table.reader.error(place, message.to_owned(), hint);
    }
    // A source that is there under another name is reported as unknown.
    if table.key_values().is_empty() {
        let message = "`[source.directory]` or `[source.sql]` is required".to_owned();
        table.reader.missing(None, message, Some(HINT.to_owned()));
    }
    let sql = sql.map(|table| SourceConfig::Sql(sql::read(&table)));
    match directory {
        Some(table) => SourceConfig::Directory(directory::read(&table)),
        None => sql.unwrap_or_else(|| {
            SourceConfig::Directory(directory::read(&table.table_or_empty(&key::DIRECTORY)))
        }),
    }
}

const HINT: &str = "write `[source.directory]` with the `path` of a folder, or `[source.sql]` with a `url` and \
                    a `query`";
