//! Every table of feeds.toml with its path, for hints.

use std::sync::LazyLock;

use super::key::TableKeys;
use super::keys::root;
use crate::text::nearest::nearest;

/// Every table of feeds.toml.
pub(super) struct KnownTables(Vec<KnownTable>);

pub(super) struct KnownTable {
    /// `site`, `source.sql`.
    pub(super) path: String,
    pub(super) keys: &'static TableKeys,
    pub(super) is_list: bool,
}

impl KnownTable {
    pub(super) fn header(&self) -> String {
        match self.is_list {
            true => format!("[[{}]]", self.path),
            false => format!("[{}]", self.path),
        }
    }
}

impl KnownTables {
    /// All of them, which are collected once.
    pub(super) fn all() -> &'static KnownTables {
        static ALL: LazyLock<KnownTables> = LazyLock::new(|| {
            let mut tables = Vec::new();
            collect(&root::TABLE, "", &mut tables);
            KnownTables(tables)
        });
        &ALL
    }

    /// The table with this path, or the only one that is called so in another table.
    pub(super) fn find(&self, path: &str) -> Option<&KnownTable> {
        let exact = self.0.iter().find(|table| table.path == path);
        exact.or_else(|| {
            let is_last = |table: &&KnownTable| {
                let parent = table.path.strip_suffix(path);
                parent.is_some_and(|parent| parent.ends_with('.'))
            };
            let mut found = self.0.iter().filter(is_last);
            found.next().filter(|_| found.next().is_none())
        })
    }

    /// The table that has nearly this path, or nearly this name.
    pub(super) fn find_nearest(&self, path: &str) -> Option<&KnownTable> {
        self.find(path).or_else(|| {
            let paths = self.0.iter().map(|table| &*table.path);
            self.find(nearest(path, paths)?)
        })
    }

    /// The table with these keys.
    pub(super) fn with_keys(&self, keys: &TableKeys) -> Option<&KnownTable> {
        self.0.iter().find(|table| std::ptr::eq(table.keys, keys))
    }

    /// The tables that have a key of this name.
    pub(super) fn with_key<'t>(&'t self, key: &'t str) -> impl Iterator<Item = &'t KnownTable> {
        // The keys of articles are no keys of feeds.toml.
        let tables = self.0.iter().filter(|table| table.path != ARTICLE_FIELDS);
        tables.filter(move |table| table.keys.own.iter().any(|(name, _)| *name == key))
    }
}

/// The path of the table with the further names of an article's keys.
const ARTICLE_FIELDS: &str = "source.directory.fields";

fn collect(keys: &TableKeys, parent: &str, tables: &mut Vec<KnownTable>) {
    for key in keys.own() {
        let Some(inner) = key.table else {
            continue;
        };
        let path = match parent {
            "" => key.name.to_owned(),
            parent => format!("{parent}.{}", key.name),
        };
        tables.push(KnownTable {
            path: path.clone(),
            keys: inner,
            is_list: key.schema["type"] == "array",
        });
        collect(inner, &path, tables);
    }
}
