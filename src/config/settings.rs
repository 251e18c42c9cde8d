//! The keys that `[defaults]`, every `[[feed]]` and every `[auto.*]` share: window, content,
//! caching, and which articles.

use std::collections::BTreeSet;

use super::form::Word;
use super::key::Key;
use super::keys::defaults as key;
use super::kind::List;
use super::table::Table;
use super::{Content, ImageInText, Settings, TextSettings, terms};
use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::term::Term;

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            items: key::ITEMS.default(),
            keep: key::KEEP.default(),
            texts: TextSettings::default(),
            formats: key::FORMATS.default(),
            listed: key::LISTED.default(),
            cache: key::CACHE.default(),
            stale_while_revalidate: key::STALE_WHILE_REVALIDATE.default(),
            stale_if_error: key::STALE_IF_ERROR.default(),
            delay: key::DELAY.default(),
            oldest: None,
        }
    }
}

impl Default for TextSettings {
    fn default() -> TextSettings {
        TextSettings {
            content: key::CONTENT.default(),
            summary_length: key::SUMMARY_LENGTH.default(),
            image_in_text: key::IMAGE_IN_TEXT.default(),
        }
    }
}

/// Reads the settings of `table`; what it does not say is as in `base`.
pub(super) fn read(table: &Table<'_>, base: &Settings) -> Settings {
    let formats = table.read(&key::FORMATS);
    let stale_while_revalidate = table.read(&key::STALE_WHILE_REVALIDATE);
    Settings {
        items: table.read(&key::ITEMS).unwrap_or(base.items),
        keep: table.read(&key::KEEP).unwrap_or(base.keep),
        texts: read_texts(table, base.texts),
        formats: formats.unwrap_or_else(|| base.formats.clone()),
        listed: table.read(&key::LISTED).unwrap_or(base.listed),
        cache: table.read(&key::CACHE).unwrap_or(base.cache),
        stale_while_revalidate: stale_while_revalidate.unwrap_or(base.stale_while_revalidate),
        stale_if_error: table
            .read(&key::STALE_IF_ERROR)
            .unwrap_or(base.stale_if_error),
        delay: table.read(&key::DELAY).unwrap_or(base.delay),
        oldest: table.read(&key::OLDEST).or(base.oldest),
    }
}

fn read_texts(table: &Table<'_>, base: TextSettings) -> TextSettings {
    let summary_length = table.read(&key::SUMMARY_LENGTH);
    let image_in_text = table.read(&key::IMAGE_IN_TEXT);
    TextSettings {
        content: table.read(&key::CONTENT).unwrap_or(base.content),
        summary_length: summary_length.unwrap_or(base.summary_length),
        image_in_text: image_in_text.unwrap_or(base.image_in_text),
    }
}

impl Word for Content {
    fn words() -> Vec<(&'static str, Content)> {
        vec![
            ("full", Content::Full),
            ("summary", Content::Summary),
            ("title", Content::Title),
        ]
    }

    fn other_names() -> &'static [(&'static str, &'static str)] {
        &[
            ("lead", "summary"),
            ("lede", "summary"),
            ("excerpt", "summary"),
            ("short", "summary"),
            ("teaser", "summary"),
            ("intro", "summary"),
            ("description", "summary"),
            ("abstract", "summary"),
            ("preview", "summary"),
            ("анонс", "summary"),
            ("лид", "summary"),
            ("html", "full"),
            ("text", "full"),
            ("body", "full"),
            ("whole", "full"),
            ("all", "full"),
            ("complete", "full"),
            ("full-text", "full"),
            ("fulltext", "full"),
            ("headline", "title"),
            ("heading", "title"),
            ("none", "title"),
            ("заголовок", "title"),
        ]
    }
}

impl Word for ImageInText {
    fn words() -> Vec<(&'static str, ImageInText)> {
        vec![("auto", ImageInText::Auto), ("never", ImageInText::Never)]
    }

    fn other_names() -> &'static [(&'static str, &'static str)] {
        &[
            ("off", "never"),
            ("no", "never"),
            ("none", "never"),
            ("on", "auto"),
            ("yes", "auto"),
        ]
    }
}

impl Word for Format {
    fn words() -> Vec<(&'static str, Format)> {
        let all = Format::ALL.into_iter();
        all.map(|format| (format.extension(), format)).collect()
    }

    fn other_names() -> &'static [(&'static str, &'static str)] {
        &[
            ("xml", "rss"),
            ("rdf", "rss"),
            ("rss2", "rss"),
            ("rss2.0", "rss"),
            ("rss 2.0", "rss"),
            ("application/rss+xml", "rss"),
            ("atom1", "atom"),
            ("atom1.0", "atom"),
            ("application/atom+xml", "atom"),
            ("jsonfeed", "json"),
            ("json-feed", "json"),
            ("json feed", "json"),
            ("application/feed+json", "json"),
        ]
    }
}

/// Reads `any`, `all` and `none`, which add to those of `base`.
pub(super) fn read_selection(table: &Table<'_>, base: &Selection) -> Selection {
    let own = Selection {
        any: read_terms(table, &key::ANY),
        all: read_terms(table, &key::ALL),
        none: read_terms(table, &key::NONE),
    };
    own.and(base)
}

fn read_terms(table: &Table<'_>, key: &Key<List<String>>) -> BTreeSet<Term> {
    let texts = table.texts(key).unwrap_or_default();
    texts
        .iter()
        .filter_map(|text| terms::read(table, key.name, text))
        .map(|named| named.term)
        .collect()
}
