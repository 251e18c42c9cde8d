//! `[source.sql]`: the database that has the articles.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::form::{Form, Mismatch};
use super::key::Key;
use super::keys::sql as key;
use super::table::Table;
use super::{Secret, SqlConfig};

pub(super) fn read(table: &Table<'_>) -> SqlConfig {
    table.refuse_unknown_keys();
    let channel = table.read_or_default(&key::LISTEN);
    SqlConfig {
        url: read_url(table, &key::URL).unwrap_or_default(),
        query: table.read_required(&key::QUERY),
        refresh: table.read_or_default(&key::REFRESH),
        reconcile: table.read_or_default(&key::RECONCILE),
        rows: table.read_or_default(&key::ROWS),
        listen: Some(channel).filter(|channel| !channel.trim().is_empty()),
        listen_url: read_url(table, &key::LISTEN_URL),
        public_status: table.read_or_default(&key::PUBLIC_STATUS),
        link: table.read(&key::LINK),
    }
}

/// An address may hold a password: neither its value nor its line is repeated.
fn read_url(table: &Table<'_>, key: &Key<Form<String>>) -> Option<Secret> {
    let text = table.text(key)?;
    let report = |mismatch: Mismatch| {
        let message = format!("{} must begin with {}", key.name, mismatch.expected);
        table.refuse_without_excerpt(&text, message);
    };
    let url = (key.kind.parse)(&text.value).map_err(report).ok()?;
    Some(Secret::new(match url.strip_prefix("sqlite:") {
        Some(file) => format!("sqlite:{}", sqlite_file(table, file)),
        None => url,
    }))
}

/// The file of a database below the folder that relative paths start at, still with its parameters.
fn sqlite_file(table: &Table<'_>, file: &str) -> String {
    let file = file.strip_prefix("//").unwrap_or(file);
    let (path, parameters) = match file.split_once('?') {
        Some((path, parameters)) => (path, format!("?{parameters}")),
        None => (file, String::new()),
    };
    if path == ":memory:" || path.starts_with('/') {
        return file.to_owned();
    }
    let folder = table.reader.folder().display().to_string();
    let folder = match folder.is_empty() {
        // feeds.toml may be named without its folder.
        true => ".",
        false => folder.trim_end_matches('/'),
    };
    let folder = utf8_percent_encode(folder, NOT_IN_PATHS);
    format!("{folder}/{path}{parameters}")
}

/// What means something else in the path of an address.
const NOT_IN_PATHS: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');
