//! `[source.directory]`: where the articles are.

use super::table::Table;
use super::{DirectoryConfig, KeyFrom, LegacyEncoding, Watch, address, value};

/// Reads `[source]` from the file's tables; it must hold a table for one kind of source.
pub(super) fn read(root: &mut Table<'_>) -> Option<DirectoryConfig> {
    let mut table = root.table_or_empty("source", "[source]");
    let directory = table.table("directory", "[source.directory]");
    if table.table("sql", "[source.sql]").is_some() {
        let message = "[source.sql]: this version reads articles from a directory only";
        let place = table.place("sql").unwrap_or_default();
        table
            .reader
            .error(place, message.to_owned(), Some(HINT.to_owned()));
    }
    // A source that is there under another name is reported as unknown.
    if table.entries().is_empty() {
        let message = "`[source.directory]` is required".to_owned();
        table.reader.missing(None, message, Some(HINT.to_owned()));
    }
    table.finish();
    directory.map(read_directory)
}

const HINT: &str = "write `[source.directory]` with the `path` of a folder";

fn read_directory(mut table: Table<'_>) -> DirectoryConfig {
    let path = table.parsed("path", value::filled);
    let directory = DirectoryConfig {
        path: table.reader.path(path.as_deref().unwrap_or("articles")),
        key: table
            .parsed("key", value::word(&KEYS))
            .unwrap_or(KeyFrom::Path),
        rescan: table
            .parsed("rescan", value::positive_duration)
            .unwrap_or(60),
        watch: table
            .parsed("watch", value::word(&WATCHES))
            .unwrap_or(Watch::Auto),
        legacy_encoding: table
            .parsed("legacy-encoding", value::word(&LEGACY_ENCODINGS))
            .unwrap_or(LegacyEncoding::Windows1251),
        link: table.parsed_if_filled("link", address::link(&LINK_NAMES)),
    };
    table.finish();
    directory
}

const KEYS: [(&str, KeyFrom); 2] = [("path", KeyFrom::Path), ("name", KeyFrom::Name)];

const WATCHES: [(&str, Watch); 2] = [("auto", Watch::Auto), ("poll", Watch::Poll)];

const LEGACY_ENCODINGS: [(&str, LegacyEncoding); 2] = [
    ("windows-1251", LegacyEncoding::Windows1251),
    ("kz-1048", LegacyEncoding::Kz1048),
];

const LINK_NAMES: [&str; 6] = ["key", "name", "year", "month", "day", "lang"];
