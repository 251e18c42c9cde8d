//! `[source.directory]`: where the articles are.

use std::collections::BTreeMap;

use super::form::Word;
use super::keys::{article_fields, directory as key};
use super::table::Table;
use super::{DirectoryConfig, KeyFrom, LegacyEncoding, Watch, shortcodes};

pub(super) fn read(table: &Table<'_>) -> DirectoryConfig {
    table.refuse_unknown_keys();
    DirectoryConfig {
        path: table.reader.path(&table.read_or_default(&key::PATH)),
        include: table.read_or_default(&key::INCLUDE),
        exclude: table.read_or_default(&key::EXCLUDE),
        key: table.read_or_default(&key::KEY),
        rescan: table.read_or_default(&key::RESCAN),
        watch: table.read_or_default(&key::WATCH),
        legacy_encoding: table.read_or_default(&key::LEGACY_ENCODING),
        shortcodes: shortcodes::read(&table.table_or_empty(&key::SHORTCODES)),
        link: table.read(&key::LINK),
        public_status: table.read_or_default(&key::PUBLIC_STATUS),
        fields: read_fields(&table.table_or_empty(&key::FIELDS)),
    }
}

/// The further names of each key that has some.
fn read_fields(table: &Table<'_>) -> BTreeMap<String, Vec<String>> {
    use article_fields as key;
    table.refuse_unknown_keys();
    let keys = [
        &key::TITLE,
        &key::DATE,
        &key::UPDATED,
        &key::EXPIRES,
        &key::DRAFT,
        &key::FEED,
        &key::ID,
        &key::URL,
        &key::SLUG,
        &key::SECTION,
        &key::TAGS,
        &key::AUTHOR,
        &key::LANG,
        &key::SUMMARY,
        &key::IMAGE,
        &key::ENCLOSURES,
        &key::CONTENT_HTML,
        &key::CONTENT_MARKDOWN,
        &key::CONTENT_TEXT,
    ];
    let names = keys.map(|key| (key.name.to_owned(), table.read_or_default(key)));
    names
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .collect()
}

impl Word for KeyFrom {
    fn words() -> Vec<(&'static str, KeyFrom)> {
        vec![("path", KeyFrom::Path), ("name", KeyFrom::Name)]
    }

    fn other_names() -> &'static [(&'static str, &'static str)] {
        &[
            ("filename", "name"),
            ("file-name", "name"),
            ("basename", "name"),
            ("slug", "name"),
        ]
    }
}

impl Word for Watch {
    fn words() -> Vec<(&'static str, Watch)> {
        vec![("auto", Watch::Auto), ("poll", Watch::Poll)]
    }

    fn other_names() -> &'static [(&'static str, &'static str)] {
        &[
            ("inotify", "auto"),
            ("on", "auto"),
            ("yes", "auto"),
            ("off", "poll"),
            ("no", "poll"),
            ("none", "poll"),
        ]
    }
}

impl Word for LegacyEncoding {
    fn words() -> Vec<(&'static str, LegacyEncoding)> {
        let all = [LegacyEncoding::Windows1251, LegacyEncoding::Kz1048];
        all.map(|encoding| (encoding.name(), encoding)).to_vec()
    }

    fn other_names() -> &'static [(&'static str, &'static str)] {
        &[
            ("cp1251", "windows-1251"),
            ("cp-1251", "windows-1251"),
            ("win1251", "windows-1251"),
            ("win-1251", "windows-1251"),
            ("1251", "windows-1251"),
        ]
    }
}
