//! `[source.directory.shortcodes]`: what becomes of a generator's tags.

use std::collections::BTreeMap;

use serde_json::json;

use super::form::{ENVIRONMENT, Form};
use super::table::Table;
use crate::text::Shortcode;
use crate::text::nearest::nearest;

/// What one tag becomes.
pub(super) const SHORTCODE: Form<Shortcode> = Form {
    expected: || "`drop`, `inner`, or HTML with `{argument}` and `{inner}`".to_owned(),
    schema: || json!({ "type": "string", "pattern": format!("^(drop|inner)$|[<{{]|{ENVIRONMENT}") }),
    parse: |text| match text {
        "drop" => Ok(Shortcode::Drop),
        "inner" => Ok(Shortcode::Inner),
        html if html.contains(['<', '{']) => Ok(Shortcode::Html(html.to_owned())),
        word => {
            let meant = nearest(word, ["drop", "inner"]);
            Err(SHORTCODE.mismatch().did_you_mean(meant))
        }
    },
};

/// Reads the table: each key is the name of a tag.
pub(super) fn read(table: &Table<'_>) -> BTreeMap<String, Shortcode> {
    let mut shortcodes = BTreeMap::new();
    for (key, value) in table.key_values() {
        let name: &str = key.get_ref();
        let text = table.read_text(name, value);
        let rule = text.and_then(|text| table.accept(name, &SHORTCODE, &text));
        shortcodes.extend(rule.map(|rule| (name.to_owned(), rule)));
    }
    shortcodes
}
