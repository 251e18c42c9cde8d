//! `[source.sql]`: the database that has the articles.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::directory::LINK_NAMES;
use super::environment::Text;
use super::table::Table;
use super::{Secret, SqlConfig, address, value};
use crate::text::nearest::one_of;

/// How the address of a database that can be read begins.
const SCHEMES: [&str; 5] = ["postgres:", "postgresql:", "mysql:", "mariadb:", "sqlite:"];

/// How that of a database begins that notifies.
const NOTIFYING: [&str; 2] = ["postgres:", "postgresql:"];

/// The channel that notifications are expected on.
const CHANNEL: &str = "taspa";

/// Reads `[source.sql]`; `None` if something required is absent or wrong.
pub(super) fn read(mut table: Table<'_>) -> Option<SqlConfig> {
    table.require("url");
    let url = table
        .text("url")
        .and_then(|url| check_url(&table, "url", url, &SCHEMES));
    let query = table.required("query", value::filled);
    let listen_url = table
        .filled("listen-url")
        .and_then(|url| check_url(&table, "listen-url", url, &NOTIFYING));
    let (refresh, reconcile) = (
        table.parsed("refresh", value::positive_duration),
        table.parsed("reconcile", value::positive_duration),
    );
    let listen = table.text("listen").map(|channel| channel.value);
    let link = table.parsed_if_filled("link", address::link(&LINK_NAMES));
    table.finish();
    Some(SqlConfig {
        url: url?,
        query: query?,
        refresh: refresh.unwrap_or(30),
        reconcile: reconcile.unwrap_or(300),
        listen: Some(listen.unwrap_or_else(|| CHANNEL.to_owned()))
            .filter(|channel| !channel.trim().is_empty()),
        listen_url,
        link,
    })
}

/// An address with its password, so nothing of it is ever repeated, its line neither.
fn check_url(table: &Table<'_>, key: &str, text: Text, schemes: &[&str]) -> Option<Secret> {
    if !schemes.iter().any(|scheme| text.value.starts_with(scheme)) {
        let message = format!("{key} must begin with {}", one_of(schemes.iter().copied()));
        let hint = "its value is not shown: it may hold a password".to_owned();
        table.refuse_unseen(&text, message, hint);
        return None;
    }
    Some(Secret::new(match text.value.strip_prefix("sqlite:") {
        Some(file) => format!("sqlite:{}", sqlite_file(table, file)),
        None => text.value,
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
