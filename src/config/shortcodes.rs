//! `[source.directory.shortcodes]`: what becomes of a generator's tags.

use std::collections::BTreeMap;

use super::shortcode_form::SHORTCODE;
use super::table::Table;
use crate::text::Shortcode;

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
