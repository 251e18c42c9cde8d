//! When an article was published, and when it was corrected.

use super::{Key, at, find};
use crate::model::article::{Refusal, Warning};
use crate::model::time::{DateError, WrittenDate};
use crate::source::article_file::tree::{Node, Value};
use crate::source::article_file::{date, hidden, key_name};
use crate::text::excerpt;

/// The date: a value that is not one refuses the article, since a key before others may be an embargo.
pub(super) fn published(keys: &[Key<'_>]) -> Result<Option<WrittenDate>, Refusal> {
    for key in keys {
        let value = &key.node.value;
        let is_theme_setting = key.table > 0 && value.as_text().is_none();
        // `published` may be a flag, which `hidden` has read.
        let is_flag = key_name::is(key.name, "published") && hidden::flag(value).is_some();
        if is_theme_setting || is_flag || is_zero(key.node) {
            continue;
        }
        let date = date_in(key, key.node);
        return date.map(Some).map_err(|(reason, hint)| {
            Refusal::new(at(key.node.line), format!("`{}`: {reason}", key.name), hint)
        });
    }
    Ok(None)
}

pub(super) fn updated(keys: &[Key<'_>], warnings: &mut Vec<Warning>) -> Option<WrittenDate> {
    keys.iter().find_map(|key| {
        let node = match &key.node.value {
            // Docusaurus has `last_update: {date, author}`.
            Value::Table(pairs) => find(pairs, &["date"])?,
            _ => key.node,
        };
        if is_zero(node) {
            return None;
        }
        let date = date_in(key, node);
        date.map_err(|(reason, hint)| {
            warnings.push(key.warning(node, format!("`{}`: {reason}", key.name), hint))
        })
        .ok()
    })
}

fn is_zero(node: &Node) -> bool {
    let written = node.value.as_text();
    written.is_some_and(|written| date::is_zero(written.trim()))
}

/// The date in `node`, or what is wrong with it, and how to mend it.
fn date_in(key: &Key<'_>, node: &Node) -> Result<WrittenDate, (String, &'static str)> {
    let hint = "write it as 2026-01-08, 2026-01-08T10:30 or 2026-01-08T10:30:00+05:00";
    let Some(written) = node.value.as_text() else {
        return Err((format!("must be a date, got {}", node.value.kind()), hint));
    };
    let written = written.trim();
    // WordPress's times in GMT have no zone.
    let is_gmt = key_name::normal(key.name).ends_with("gmt");
    let in_gmt = is_gmt.then(|| date::parse(&format!("{written}Z")).ok());
    let date = in_gmt.flatten().map_or_else(|| date::parse(written), Ok);
    date.map_err(|error| {
        let what = match error {
            DateError::Shape => "is not a date",
            DateError::TwoDates => "could be two dates",
            DateError::NoSuchDay => "is a day or time that does not exist",
        };
        (format!("`{}` {what}", excerpt(written)), hint)
    })
}
