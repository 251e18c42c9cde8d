//! `[source]`: where the articles are, in a table for one kind of source.

use super::keys::{root, source as key};
use super::table::Table;
use super::{SourceConfig, directory, sql, wordpress};

/// Reads `[source]` from the file's tables; it must hold a table for one kind of source.
pub(super) fn read(root: &Table<'_>) -> SourceConfig {
    let table = root.table_or_empty(&root::SOURCE);
    table.refuse_unknown_keys();
    // Each of them is read, so that every problem is reported.
    let directory = table.table(&key::DIRECTORY);
    let directory = directory.map(|table| SourceConfig::Directory(directory::read(&table)));
    let sql = table.table(&key::SQL);
    let sql = sql.map(|table| SourceConfig::Sql(sql::read(&table)));
    let wordpress = table.table(&key::WORDPRESS);
    let wordpress = wordpress.map(|table| SourceConfig::WordPress(wordpress::read(&table)));
    let sources = [
        (key::DIRECTORY.name, directory),
        (key::SQL.name, sql),
        (key::WORDPRESS.name, wordpress),
    ];
    let mut sources = sources
        .into_iter()
        .filter_map(|(name, source)| Some((name, source?)));
    let Some((first, source)) = sources.next() else {
        // A source that is there under another name is reported as unknown.
        if table.key_values().is_empty() {
            let message =
                "`[source.directory]`, `[source.sql]` or `[source.wordpress]` is required";
            let hint = Some(HINT.to_owned());
            table.reader.missing(None, message.to_owned(), hint);
        }
        return SourceConfig::Directory(directory::read(&table.table_or_empty(&key::DIRECTORY)));
    };
    for (other, _) in sources {
        let message = format!(
            "[source.{other}]: articles come from one source, and `[source.{first}]` is one"
        );
        let hint = Some("delete one of the two tables".to_owned());
        let place = table.place(other).unwrap_or_default();
        table.reader.error(place, message, hint);
    }
    source
}

const HINT: &str = "write `[source.directory]` with the `path` of a folder, `[source.sql]` with a `url` and a \
                    `query`, or `[source.wordpress]` with the `url` of a site";
