//! The names that a feed of feeds.toml may have.

use super::form::{Form, Mismatch, matching_except};
use crate::model::format::Format;

/// The path of a feed. Its first part must not be one that the daemon needs itself.
pub(super) const FEED_NAME: Form<String> = Form {
    expected: || "parts of a-z, 0-9 and `-`, joined by `/`".to_owned(),
    schema: || {
        let reserved = format!("^({})(/|$)", RESERVED.join("|"));
        matching_except("^[a-z0-9-]+(/[a-z0-9-]+)*$", &reserved)
    },
    parse: feed_name,
};

fn feed_name(text: &str) -> Result<String, Mismatch> {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !text.split('/').all(part) || text.len() > NAME_BYTES_MAX {
        let meant = meant_name(text).filter(|meant| feed_name(meant).is_ok());
        return Err(FEED_NAME.mismatch().did_you_mean(meant));
    }
    if text
        .split('/')
        .next()
        .is_some_and(|first| RESERVED.contains(&first))
    {
        let reserved = RESERVED.join(", ");
        return Err(Mismatch::expected(format!(
            "a name that begins with none of {reserved}"
        )));
    }
    Ok(text.to_owned())
}

/// With an extension it is a file name, and file systems stop at 255 bytes.
const NAME_BYTES_MAX: usize = 200;

/// First parts of paths that mean something else.
const RESERVED: [&str; 8] = [
    "articles", "assets", "authors", "build", "feeds", "sections", "select", "tags",
];

/// The name behind `/Sport_News.rss`.
fn meant_name(text: &str) -> Option<String> {
    let stem = Format::ALL
        .into_iter()
        .find_map(|format| text.strip_suffix(format.extension())?.strip_suffix('.'));
    let stem = stem.unwrap_or(text).trim_matches('/');
    let name = stem.to_ascii_lowercase().replace(['_', ' '], "-");
    (name != text).then_some(name)
}
