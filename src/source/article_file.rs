//! Parses the bytes of an article file into a [`Draft`](crate::model::article::Draft), without any
//! I/O.
//!
//! [`newsroom`] parses the text format of news portals, [`markdown`] and [`json`] the formats of
//! other systems. The keys of front matter and of JSON become one `tree`, and `fields` alone
//! decides what each key means, `hidden` which keys hide their article; `rough_keys` finds these in text that
//! cannot be parsed. Database rows use the same two modules.
//!
//! Uses [`model`](crate::model) and [`text`](crate::text).

pub mod date;
pub mod encoding;
pub(crate) mod fields;
pub(in crate::source) mod front_matter;
pub(in crate::source) mod hidden;
pub mod html;
pub mod json;
pub(in crate::source) mod key_name;
pub mod markdown;
pub mod newsroom;
pub(in crate::source) mod rough_keys;
pub(crate) mod tree;

use std::borrow::Cow;

use self::tree::KeyValue;
use crate::model::article::AcceptSettings;
use crate::model::time::WrittenDate;

/// What a parser knows of an article beside its text.
#[derive(Clone, Copy, Debug)]
pub struct ParseContext<'c> {
    /// The date at the front of the name of its file or folder.
    pub name_date: Option<WrittenDate>,
    /// The settings of the site.
    pub settings: &'c AcceptSettings,
    /// Keys that files above give to it, where it has none of their names.
    pub(in crate::source) inherited: &'c [KeyValue],
}

impl<'c> ParseContext<'c> {
    /// An article that no file above says something of.
    pub fn new(settings: &'c AcceptSettings, name_date: Option<WrittenDate>) -> ParseContext<'c> {
        ParseContext {
            name_date,
            settings,
            inherited: &[],
        }
    }

    /// The keys of an article with those that it inherits.
    fn inherit<'p>(&self, pairs: &'p [KeyValue]) -> Cow<'p, [KeyValue]> {
        let missing = missing_keys(pairs, self.inherited);
        match missing.is_empty() {
            true => Cow::Borrowed(pairs),
            false => Cow::Owned([pairs, &missing].concat()),
        }
    }
}

/// Those of the inherited keys that an article has not itself.
fn missing_keys(pairs: &[KeyValue], inherited: &[KeyValue]) -> Vec<KeyValue> {
    let inherited = inherited.iter();
    let missing = inherited.filter(|pair| !has_key(pairs, &pair.key));
    missing.cloned().collect()
}

/// Whether a key has a value, at the top level or in the tables of themes.
fn has_key(pairs: &[KeyValue], name: &str) -> bool {
    let has_value =
        |pair: &KeyValue| key_name::is(&pair.key, name) && !hidden::is_empty(&pair.node.value);
    let in_table = |pair: &KeyValue| {
        let mut inner = pair.node.value.tables().flatten();
        hidden::is_table(&pair.key) && inner.any(has_value)
    };
    pairs.iter().any(|pair| has_value(pair) || in_table(pair))
}

/// Calls a parser for a site that names nothing but its language.
#[cfg(test)]
fn in_test<T>(text: &str, parse: impl FnOnce(&str, &ParseContext<'_>) -> T) -> T {
    use crate::model::time::Zone;

    let settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
    let context = ParseContext::new(&settings, None);
    parse(text, &context)
}
