//! The keys that `[defaults]`, every `[[feed]]` and every `[auto.*]` share: window, content,
//! caching, and which articles.

use std::collections::BTreeSet;

use super::table::Table;
use super::{Content, Settings, terms, value};
use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::term::Term;

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            items: 50,
            keep: 24 * 3_600,
            content: Content::Full,
            formats: Format::ALL.to_vec(),
            cache: 5 * 60,
            stale_while_revalidate: 60,
            stale_if_error: 86_400,
            delay: 0,
            oldest: None,
        }
    }
}

/// Reads the settings of `table`; what it does not say is as in `base`.
pub(super) fn read(table: &mut Table<'_>, base: &Settings) -> Settings {
    Settings {
        items: table.integer("items", 1..=500).unwrap_or(base.items),
        keep: read_seconds(table, "keep", base.keep),
        content: table
            .parsed("content", value::word(&CONTENTS))
            .unwrap_or(base.content),
        formats: read_formats(table).unwrap_or_else(|| base.formats.clone()),
        cache: read_seconds(table, "cache", base.cache),
        stale_while_revalidate: read_seconds(
            table,
            "stale-while-revalidate",
            base.stale_while_revalidate,
        ),
        stale_if_error: read_seconds(table, "stale-if-error", base.stale_if_error),
        delay: read_seconds(table, "delay", base.delay),
        oldest: table
            .parsed("oldest", value::positive_duration)
            .or(base.oldest),
    }
}

fn read_seconds(table: &mut Table<'_>, key: &'static str, base: u32) -> u32 {
    table.parsed(key, value::duration).unwrap_or(base)
}

const CONTENTS: [(&str, Content); 3] = [
    ("full", Content::Full),
    ("summary", Content::Summary),
    ("title", Content::Title),
];

fn read_formats(table: &mut Table<'_>) -> Option<Vec<Format>> {
    let place = table.place("formats");
    let texts = table.texts("formats")?;
    if let (true, Some(place)) = (texts.is_empty(), place) {
        let message = table.say("formats must name at least one format");
        table.reader.error(place, message, None);
    }
    let choices = Format::ALL.map(|format| (format.extension(), format));
    let mut formats = Vec::with_capacity(texts.len());
    for text in texts {
        let Some(format) = table.accept("formats", &text, value::word(&choices)) else {
            continue;
        };
        if formats.contains(&format) {
            let message = format!("formats names {} twice", text.quoted());
            table.refuse(&text, message, None);
        } else {
            formats.push(format);
        }
    }
    Some(formats)
}

/// Reads `any`, `all` and `none`, which add to those of `base`.
pub(super) fn read_selection(table: &mut Table<'_>, base: &Selection) -> Selection {
    let own = Selection {
        any: read_terms(table, "any"),
        all: read_terms(table, "all"),
        none: read_terms(table, "none"),
    };
    own.and(base)
}

fn read_terms(table: &mut Table<'_>, key: &'static str) -> BTreeSet<Term> {
    let texts = table.texts(key).unwrap_or_default();
    texts
        .iter()
        .filter_map(|text| terms::read(table, key, text))
        .map(|named| named.term)
        .collect()
}
