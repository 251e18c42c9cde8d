//! What editors know of `feeds.toml`: its keys with their meaning, form and default.
//!
//! The schema may be laxer than the reader, never stricter: it does not know time zones, or which
//! values contradict each other, and a string with `${NAME}` can be anything. `taspa check` has the
//! last word.

#[cfg(test)]
mod tests;

use serde_json::json;

use super::keys::root;

/// The JSON Schema of `feeds.toml`, in draft 7: the newest that TOML editors agree on.
pub fn schema() -> String {
    let mut schema = root::TABLE.schema();
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("feeds.toml of taspa");
    schema["description"] = json!(
        "What taspa serves, and how. Every string may hold `${NAME}` or `${NAME:-default}` from \
         the environment; `$$` is a dollar sign."
    );
    format!("{schema:#}\n")
}
