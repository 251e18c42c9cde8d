//! Where an article's own page is on the site.
//!
//! Feeds point there, and relative addresses inside the article start there: both must fill the
//! template alike.

use chrono::{DateTime, FixedOffset};

use crate::model::url_encoding::encode_path;

/// The page that `template` names for an article published on this day of the newsroom's zone.
pub fn fill(template: &str, key: &str, published: DateTime<FixedOffset>, language: &str) -> String {
    let name = key.rsplit('/').next().unwrap_or(key);
    [
        ("{key}", encode_path(key)),
        ("{name}", encode_path(name)),
        ("{year}", published.format("%Y").to_string()),
        ("{month}", published.format("%m").to_string()),
        ("{day}", published.format("%d").to_string()),
        ("{lang}", language.to_owned()),
    ]
    .iter()
    .fold(template.to_owned(), |link, (placeholder, value)| {
        link.replace(placeholder, value)
    })
}
