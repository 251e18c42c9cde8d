//! Expressions of SQL in the three dialects.

use crate::source::sql::{DatabaseKind, DatabaseTable};

/// Words that are no names of columns in one of the dialects, unless they are quoted.
const RESERVED: [&str; 23] = [
    "all",
    "check",
    "column",
    "condition",
    "default",
    "desc",
    "from",
    "group",
    "in",
    "index",
    "key",
    "keys",
    "limit",
    "order",
    "primary",
    "references",
    "select",
    "table",
    "to",
    "union",
    "user",
    "values",
    "when",
];

/// A name as SQL writes it, in quotes where it needs them.
pub(super) fn name(kind: DatabaseKind, name: &str) -> String {
    let is_plain = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !RESERVED.contains(&name);
    match kind {
        _ if is_plain => name.to_owned(),
        DatabaseKind::MySql => format!("`{}`", name.replace('`', "``")),
        DatabaseKind::Postgres | DatabaseKind::Sqlite => {
            format!("\"{}\"", name.replace('"', "\"\""))
        }
    }
}

/// The name of a table, with its schema where it needs one.
pub(super) fn table(kind: DatabaseKind, table: &DatabaseTable) -> String {
    match table.needs_schema {
        true => format!("{}.{}", name(kind, &table.schema), name(kind, &table.name)),
        false => name(kind, &table.name),
    }
}

/// Expressions of text one after another.
pub(super) fn concat(kind: DatabaseKind, parts: &[String]) -> String {
    match kind {
        DatabaseKind::MySql => format!("CONCAT({})", parts.join(", ")),
        DatabaseKind::Postgres | DatabaseKind::Sqlite => parts.join(" || "),
    }
}

/// An object of JSON with these members.
pub(super) fn object(kind: DatabaseKind, members: &[(&str, String)]) -> String {
    let members = members
        .iter()
        .map(|(key, value)| format!("'{key}', {value}"));
    let members = members.collect::<Vec<_>>().join(", ");
    match kind {
        DatabaseKind::Postgres => format!("jsonb_build_object({members})"),
        DatabaseKind::MySql => format!("JSON_OBJECT({members})"),
        DatabaseKind::Sqlite => format!("json_object({members})"),
    }
}

/// A list of JSON of what `rows`, which begins with FROM, gives; `value` is an expression of JSON or of text.
pub(super) fn array(
    kind: DatabaseKind,
    value: &str,
    is_json: bool,
    rows: &str,
    order: &str,
) -> String {
    match kind {
        DatabaseKind::Postgres => format!("(SELECT jsonb_agg({value} ORDER BY {order}) {rows})"),
        // JSON_ARRAYAGG has no order, and another order is another version of the article.
        DatabaseKind::MySql => {
            let value = if is_json {
                value.to_owned()
            } else {
                format!("JSON_QUOTE({value})")
            };
            format!("(SELECT CONCAT('[', GROUP_CONCAT({value} ORDER BY {order}), ']') {rows})")
        }
        DatabaseKind::Sqlite => {
            let read = if is_json { "json(x.v)" } else { "x.v" };
            format!(
                "(SELECT json_group_array({read}) FROM (SELECT {value} AS v {rows} ORDER BY {order}) AS x)"
            )
        }
    }
}

/// `SELECT` with one column a line.
pub(super) fn select(columns: &[(String, &str)], from: &str, conditions: &[String]) -> String {
    let columns = columns.iter().map(|(expression, alias)| {
        let last = expression.rsplit('.').next();
        let last = last.map(|name| name.trim_matches(['"', '`']));
        match last == Some(*alias) && !expression.contains(' ') {
            true => format!("    {expression}"),
            false => format!("    {expression} AS {alias}"),
        }
    });
    let mut text = format!(
        "SELECT\n{}\nFROM {from}",
        columns.collect::<Vec<_>>().join(",\n")
    );
    if !conditions.is_empty() {
        text += &format!("\nWHERE {}", conditions.join("\n    AND "));
    }
    text
}
