//! `[source]`: where the articles are, in a table for one kind of source.

use super::keys::{root, source as key};
use super::table::Table;
use super::{SourceConfig, directory, sql};

/// Reads `[source]` from the file's tables; it must hold a table for one kind of source.
pub(super) fn read(root: &Table<'_>) -> Option<SourceConfig> {
    let table = root.table_or_empty(&root::SOURCE);
    table.refuse_unknown_keys();
    let directory = table.table(&key::DIRECTORY);
    let sql = table.table(&key::SQL);
    if let (Some(_), Some(_), Some(place)) = (&directory, &sql, table.place(key::SQL.name)) {
        let message =
            "[source.sql]: articles come from one source, and `[source.directory]` is one";
        let hint = "delete one of the two tables";
        table
            .reader
            .error(place, message.to_owned(), Some(hint.to_owned()));
    }
    // A source that is there under another name is reported as unknown.
    if table.key_values().is_empty() {
        let message = "`[source.directory]` or `[source.sql]` is required".to_owned();
        table.reader.missing(None, message, Some(HINT.to_owned()));
    }
    let directory = directory.map(|table| SourceConfig::Directory(directory::read(&table)));
    let sql = sql.and_then(|table| sql::read(&table).map(SourceConfig::Sql));
    directory.or(sql)
}

const HINT: &str = "write `[source.directory]` with the `path` of a folder, or `[source.sql]` with a `url` and \
                    a `query`";
