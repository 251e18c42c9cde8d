//! `[source.directory]`: where the articles are.

use super::form::Word;
use super::keys::directory as key;
use super::table::Table;
use super::{DirectoryConfig, KeyFrom, LegacyEncoding, Watch};

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
        link: table.read(&key::LINK),
    }
}

impl Word for KeyFrom {
    fn words() -> Vec<(&'static str, KeyFrom)> {
        vec![("path", KeyFrom::Path), ("name", KeyFrom::Name)]
    }
}

impl Word for Watch {
    fn words() -> Vec<(&'static str, Watch)> {
        vec![("auto", Watch::Auto), ("poll", Watch::Poll)]
    }
}

impl Word for LegacyEncoding {
    fn words() -> Vec<(&'static str, LegacyEncoding)> {
        let all = [LegacyEncoding::Windows1251, LegacyEncoding::Kz1048];
        all.map(|encoding| (encoding.name(), encoding)).to_vec()
    }
}
