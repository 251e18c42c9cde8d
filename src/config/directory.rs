//! `[source.directory]`: where the articles are.

use super::table::Table;
use super::{DirectoryConfig, KeyFrom, LegacyEncoding, Watch, address, value};

/// Reads `[source.directory]`.
pub(super) fn read(mut table: Table<'_>) -> DirectoryConfig {
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

/// What an article page's address may be made of.
pub(super) const LINK_NAMES: [&str; 6] = ["key", "name", "year", "month", "day", "lang"];
