//! Parses the bytes of an article file into a [`Draft`](crate::model::article::Draft), without any
//! I/O.
//!
//! [`newsroom`] parses the text format of news portals, [`markdown`] and [`json`] the formats of
//! other systems. The keys of front matter and of JSON become one `tree`, and `fields` alone
//! decides what each key means. Database rows use the same two modules.
//!
//! Uses [`model`](crate::model) and [`text`].

pub mod date;
pub mod encoding;
pub(crate) mod fields;
mod front_matter;
pub(in crate::source) mod hidden;
pub mod json;
mod key_name;
pub mod markdown;
pub mod newsroom;
pub(crate) mod tree;

use crate::model::article::AcceptSettings;
use crate::model::time::WrittenDate;
use crate::text;

/// What a parser knows of an article beside its text.
#[derive(Clone, Copy, Debug)]
pub struct ParseContext<'c> {
    /// The date at the front of the name of its file or folder.
    pub name_date: Option<WrittenDate>,
    /// The settings of the site.
    pub settings: &'c AcceptSettings,
}

/// Calls a parser for a site that names nothing but its language.
#[cfg(test)]
fn in_test<T>(text: &str, parse: impl FnOnce(&str, &ParseContext<'_>) -> T) -> T {
    use crate::model::time::Zone;

    let settings = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
    let context = ParseContext {
        name_date: None,
        settings: &settings,
    };
    parse(text, &context)
}

/// A value as messages show it: at most 40 characters.
fn excerpt(value: &str) -> String {
    text::cut(value, 40, 40).unwrap_or_else(|| value.to_owned())
}
