//! What a key was meant to be that its table does not have.

use super::key::TableKeys;
use super::known_tables::{KnownTable, KnownTables};
use crate::text::latin_spelling;
use crate::text::nearest::{did_you_mean, joined, nearest, one_of};

/// Tables that are named in a hint.
const TABLES_MAX: usize = 3;

/// Names that other programs have for our keys, each with the keys that may be meant.
const OTHER_NAMES: [(&str, &[&str]); 51] = [
    ("entries", &["items"]),
    ("limit", &["items"]),
    ("count", &["items"]),
    ("max-items", &["items"]),
    ("num-items", &["items"]),
    ("size", &["items"]),
    ("lang", &["language"]),
    ("locale", &["language"]),
    ("base-url", &["url", "public-url"]),
    ("baseurl", &["url", "public-url"]),
    ("homepage", &["url", "link"]),
    ("home-page-url", &["url", "link"]),
    ("site-url", &["url"]),
    ("link", &["url"]),
    ("name", &["title"]),
    ("headline", &["title"]),
    ("timezone", &["time-zone"]),
    ("tz", &["time-zone"]),
    ("subtitle", &["description"]),
    ("summary", &["description"]),
    ("rights", &["copyright"]),
    ("favicon", &["icon"]),
    ("ttl", &["cache"]),
    ("max-age", &["cache", "oldest"]),
    ("tags", &["any"]),
    ("terms", &["any"]),
    ("sections", &["any"]),
    ("exclude", &["none", "except"]),
    ("without", &["none", "except"]),
    ("output", &["formats"]),
    ("path", &["name"]),
    ("slug", &["name"]),
    ("folder", &["path", "directory"]),
    ("dir", &["path", "directory"]),
    ("content-dir", &["path"]),
    ("files", &["directory", "path"]),
    ("interval", &["rescan", "refresh"]),
    ("poll", &["rescan", "refresh"]),
    ("bind", &["listen"]),
    ("address", &["listen"]),
    ("host", &["listen"]),
    ("port", &["listen"]),
    ("database", &["sql", "url"]),
    ("postgres", &["sql"]),
    ("postgresql", &["sql"]),
    ("mysql", &["sql"]),
    ("mariadb", &["sql"]),
    ("sqlite", &["sql"]),
    ("dsn", &["url"]),
    ("source", &["from"]),
    ("target", &["to"]),
];

/// The hint about a key `name` in a table with these keys.
pub(super) fn hint(name: &str, keys: &TableKeys, is_table: bool) -> String {
    let known = keys.names();
    let is_known = |name: &&str| known.clone().any(|known| known == *name);
    if let Some(latin) = latin_spelling(name).filter(|latin| is_known(&latin.as_str())) {
        return format!("write `{latin}` in Latin letters");
    }
    let wanted = name.to_lowercase().replace('_', "-");
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == wanted);
    let meant = other.and_then(|(_, ours)| ours.iter().find(|ours| is_known(ours)));
    let meant = meant.copied().or_else(|| nearest(name, known.clone()));
    let tables = KnownTables::all();
    if is_table {
        let own = tables.with_keys(keys);
        let below = |key: &str| match own {
            Some(own) => tables.find(&format!("{}.{key}", own.path)),
            None => tables.find(key),
        };
        let table = meant.and_then(below).or_else(|| tables.find_nearest(name));
        if let Some(table) = table {
            return did_you_mean(table.header());
        }
    }
    let mut elsewhere: Vec<&KnownTable> = tables.with_key(name).collect();
    // The tables below `[auto]` have the same keys.
    elsewhere.dedup_by_key(|table| std::ptr::from_ref(table.keys));
    match meant {
        Some(meant) if other.is_some() || elsewhere.is_empty() => did_you_mean(meant),
        _ if !elsewhere.is_empty() => {
            let headers: Vec<String> = elsewhere.iter().map(|table| table.header()).collect();
            let headers = headers.iter().take(TABLES_MAX).map(String::as_str);
            format!("`{name}` belongs to {}", one_of(headers))
        }
        _ => format!("known here: {}", joined(known, ", ")),
    }
}
