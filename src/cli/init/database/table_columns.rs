//! Columns of a table by their names, and what their types can hold.

use crate::source::sql::{DatabaseKind, DatabaseTable, TableColumn};

/// The first column with one of these names, in the order of the names.
pub(super) fn find_column<'t>(
    table: &'t DatabaseTable,
    names: &[&str],
    fits: impl Fn(&TableColumn) -> bool,
) -> Option<&'t TableColumn> {
    let mut found = names.iter().filter_map(|name| table.column(name));
    found.find(|column| fits(column))
}

/// The columns that together name a row; empty where none do.
pub(super) fn keys(table: &DatabaseTable) -> Vec<&TableColumn> {
    let keys: Vec<&TableColumn> = table
        .columns
        .iter()
        .filter(|column| column.is_key)
        .collect();
    match keys.is_empty() {
        true => find_column(table, &["id", "uuid", "article_id", "post_id"], |_| true)
            .into_iter()
            .collect(),
        false => keys,
    }
}

/// The column that names a row by itself.
pub(super) fn key(table: &DatabaseTable) -> Option<&TableColumn> {
    match keys(table)[..] {
        [key] => Some(key),
        _ => None,
    }
}

/// Whether a column is of a type for flags.
pub(super) fn is_flag(column: &TableColumn) -> bool {
    is_bool(column)
        || column.kind == "bit"
        || ["tinyint(1)", "bit("]
            .iter()
            .any(|kind| column.kind.starts_with(kind))
}

pub(super) fn is_bool(column: &TableColumn) -> bool {
    column.kind.starts_with("bool")
}

/// Whether a column holds whole numbers. The words of a type may be `bigint`, `int(11) unsigned`, `integer`.
pub(super) fn is_integer(column: &TableColumn) -> bool {
    let kind = column.kind.split('(').next().unwrap_or_default();
    let mut words = kind.split(' ');
    words.any(|word| (word.ends_with("int") && word != "point") || word == "integer")
}

/// Whether a column is of a type for dates.
pub(super) fn is_date(column: &TableColumn) -> bool {
    ["date", "time"]
        .iter()
        .any(|part| column.kind.contains(part))
}

/// Whether a column may hold a date, by its type or as text or number.
pub(super) fn may_be_date(column: &TableColumn) -> bool {
    let is_other = column.kind.is_empty() || is_text(column) || is_integer(column);
    is_date(column) || (is_other && !is_flag(column))
}

pub(super) fn is_text(column: &TableColumn) -> bool {
    let mut parts = ["text", "char", "clob", "string"].iter();
    parts.any(|part| column.kind.contains(part)) && !column.kind.starts_with("enum")
}

pub(super) fn is_text_or_json(column: &TableColumn) -> bool {
    is_text(column) || column.kind.contains("json") || column.kind.ends_with("[]")
}

/// An expression of a column as text.
pub(super) fn as_text(kind: DatabaseKind, column: &TableColumn, expression: &str) -> String {
    match kind {
        _ if is_text(column) => expression.to_owned(),
        DatabaseKind::MySql => format!("CAST({expression} AS CHAR)"),
        DatabaseKind::Postgres | DatabaseKind::Sqlite => format!("CAST({expression} AS text)"),
    }
}
