//! The URL of an article's page, from `[site] link`.
//!
//! Feeds link to that page, and relative URLs inside the article are resolved against it. Both fill
//! the template here, so they always agree.

use chrono::{DateTime, FixedOffset};

use crate::model::url_encoding::encode_path;

/// Fills `template`. The year, month and day are those of `published`, which is in the newsroom's
/// zone.
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
