//! When an article was published, and when it was corrected.

use std::iter;

use super::names::{FURTHER_DATE, Field};
use super::{Fields, Key, at, find};
use crate::model::article::{AcceptSettings, Refusal, Warning};
use crate::model::time::{DateError, WrittenDate};
use crate::source::article_file::tree::{KeyValue, Node, Value};
use crate::source::article_file::{ParseContext, date, hidden, key_name, missing_keys};
use crate::text::excerpt;

/// The date that these keys give to the articles below the folder of their file.
///
/// # Errors
/// When a value is not a date.
pub(in crate::source) fn inherited_date(
    pairs: &[KeyValue],
    settings: &AcceptSettings,
) -> Result<Option<WrittenDate>, Refusal> {
    Fields::new(pairs, 0, settings).latest(&[])
}

impl<'p> Fields<'p> {
    /// The date of publication: the latest one, because each may be an embargo.
    pub(super) fn published(
        &self,
        context: &ParseContext<'_>,
    ) -> Result<Option<WrittenDate>, Refusal> {
        let published = self.latest(context.inherited)?;
        Ok(published.or(context.name_date))
    }

    fn latest(&self, inherited: &[KeyValue]) -> Result<Option<WrittenDate>, Refusal> {
        let zone = &self.settings.zone;
        let later = |a, b| match zone.resolve(a) > zone.resolve(b) {
            true => a,
            false => b,
        };
        let dates = self.dates(inherited);
        dates.reduce(|a, b| Ok(later(a?, b?))).transpose()
    }

    /// The date that a file above gives, those under further names, and the article's own, which counts as it
    /// is written where others are equal.
    pub(super) fn dates(
        &self,
        inherited: &[KeyValue],
    ) -> impl Iterator<Item = Result<WrittenDate, Refusal>> + use<'_, 'p> {
        let own = self.of(Field::Date);
        let (own, further) = own.split_at(own.partition_point(|key| key.rank < FURTHER_DATE));
        let inherited = match inherited.is_empty() {
            true => Ok(None),
            false => {
                let missing = missing_keys(self.pairs, inherited);
                inherited_date(&missing, self.settings)
            }
        };
        let further = further.chunks(1).map(published);
        let dates = iter::once(inherited).chain(further);
        let dates = dates.chain(iter::once_with(|| published(own)));
        dates.filter_map(Result::transpose)
    }
}

/// The date: a value that is not one refuses the article, since a key before others may be an embargo.
fn published(keys: &[Key<'_>]) -> Result<Option<WrittenDate>, Refusal> {
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
