//! `[source]`: where the articles are, in a table for one kind of source.

use super::table::Table;
use super::{SourceConfig, directory, sql};

/// Reads `[source]` from the file's tables; it must hold a table for one kind of source.
pub(super) fn read(root: &mut Table<'_>) -> Option<SourceConfig> {
    let mut table = root.table_or_empty("source", "[source]");
    let directory = table.table("directory", "[source.directory]");
    let sql = table.table("sql", "[source.sql]");
    if let (Some(_), Some(_), Some(place)) = (&directory, &sql, table.place("sql")) {
        let message =
            "[source.sql]: articles come from one source, and `[source.directory]` is one";
        let hint = "delete one of the two tables";
        table
            .reader
            .error(place, message.to_owned(), Some(hint.to_owned()));
    }
    // A source that is there under another name is reported as unknown.
    if table.entries().is_empty() {
        let message = "`[source.directory]` or `[source.sql]` is required".to_owned();
        table.reader.missing(None, message, Some(HINT.to_owned()));
    }
    table.finish();
    let directory = directory.map(directory::read).map(SourceConfig::Directory);
    let sql = sql.and_then(sql::read).map(SourceConfig::Sql);
    directory.or(sql)
}

const HINT: &str = "write `[source.directory]` with the `path` of a folder, or `[source.sql]` with a `url` and \
                    a `query`";
