//! What editors know of `feeds.toml`: its keys with their meaning, form and default.
//!
//! The schema may be laxer than the reader, never stricter: it does not know time zones, or which
//! values contradict each other, and a string with `${NAME}` can be anything. `taspa check` has the
//! last word.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::key::{Facts, TableKeys};
use super::keys::root;

/// The JSON Schema of `feeds.toml`, in draft 7: the newest that TOML editors agree on.
pub fn schema() -> String {
    let mut schema = table(&root::TABLE);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("feeds.toml of taspa");
    schema["description"] = json!(
        "What taspa serves, and how. Every string may hold `${NAME}` or `${NAME:-default}` from \
         the environment; `$$` is a dollar sign."
    );
    format!("{schema:#}\n")
}

/// The schema of a table with these keys and no others.
pub(super) fn table(keys: &TableKeys) -> Value {
    let properties: Map<String, Value> = keys
        .all()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": keys.required(),
        "properties": properties,
    });
    for rule in keys.rules {
        if let (Value::Object(schema), Value::Object(keywords)) = (&mut schema, rule()) {
            schema.extend(keywords);
        }
    }
    schema
}

fn property(key: Facts) -> Value {
    let mut schema = key.schema;
    schema["description"] = match key.table {
        Some(_) => json!(key.doc),
        None => json!(format!("{} Value: {}.", key.doc, key.expected)),
    };
    if let Some(default) = key.default {
        schema["default"] = default;
    }
    if !key.examples.is_empty() {
        schema["examples"] = json!(key.examples);
    }
    schema
}
