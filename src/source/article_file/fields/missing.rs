//! Refuses what has no title or no date, and names the key that may have been meant.

use super::names::{Field, names_of};
use super::{Fields, at, find};
use crate::model::article::Refusal;
use crate::source::article_file::date;
use crate::source::article_file::tree::{KeyValue, Value};
use crate::text::nearest::nearest;

/// Levels of tables and lists that are searched for a list of articles.
const DEPTH_MAX: usize = 6;

/// Items of a list that are looked at: beside an article, a graph of schema.org has others.
const ITEMS_MAX: usize = 20;

pub(super) fn title(fields: &Fields<'_>) -> Refusal {
    let names = names_of(Field::Title);
    let mut unknown = fields.unknown.iter();
    let like = unknown.find(|pair| nearest(&pair.key, names.iter().copied()).is_some());
    let refusal = refusal(fields, "title", like.map(|pair| &*pair.key));
    refusal.of_page_if(is_page(fields))
}

/// Whether no key is a date or looks like one.
fn is_page(fields: &Fields<'_>) -> bool {
    let has = |field| !fields.of(field).is_empty();
    !has(Field::Date) && !has(Field::Updated) && like_date(fields).is_none()
}

/// A key that has nearly the name of the date, or a date as its value.
fn like_date<'f>(fields: &'f Fields<'_>) -> Option<&'f str> {
    let names = names_of(Field::Date);
    let is_like = |pair: &&&KeyValue| {
        let written = pair.node.value.as_text().unwrap_or_default();
        let is_date = date::parse(&written).is_ok();
        is_date || nearest(&pair.key, names.iter().copied()).is_some()
    };
    fields.unknown.iter().find(is_like).map(|pair| &*pair.key)
}

pub(super) fn date(fields: &Fields<'_>) -> Refusal {
    let like = like_date(fields);
    let mut refusal = refusal(fields, "date", like).of_page_if(is_page(fields));
    if let (None, Some(updated)) = (like, fields.of(Field::Updated).first()) {
        refusal.hint = format!(
            "`{}` is the date of the last correction; write that of the publication as `date`",
            updated.name
        );
    }
    refusal
}

fn refusal(fields: &Fields<'_>, key: &str, like: Option<&str>) -> Refusal {
    let line = at(fields.line);
    if let Some(path) = article_list(fields.pairs, key == "title", DEPTH_MAX) {
        return Refusal::new(
            line,
            format!("there is no `{key}`; `{path}` is a list of articles"),
            "write each article to a file of its own",
        );
    }
    if let Some(like) = like {
        return Refusal::new(
            line,
            format!("there is no `{key}`; `{like}` looks like one"),
            format!("write `{key}` in place of `{like}`"),
        );
    }
    Refusal::new(
        line,
        format!("there is no `{key}`"),
        "every article has a `title` and a `date` such as 2026-01-08 or 2026-01-08T10:30",
    )
}

/// The path of the first list whose items look like articles, such as `items` of a JSON Feed.
/// `by_title` takes everything that has a title for one.
fn article_list(pairs: &[KeyValue], by_title: bool, depth: usize) -> Option<String> {
    let below = |inner| match depth {
        0 => None,
        _ => article_list(inner, by_title, depth - 1),
    };
    pairs.iter().find_map(|pair| {
        let key = &pair.key;
        match &pair.node.value {
            Value::Table(inner) => Some(format!("{key}.{}", below(inner)?)),
            Value::List(items) => {
                let mut tables = items.iter().take(ITEMS_MAX).filter_map(|item| {
                    let Value::Table(inner) = &item.value else {
                        return None;
                    };
                    Some(inner)
                });
                if tables.clone().any(|inner| is_article(inner, by_title)) {
                    return Some(key.to_string());
                }
                Some(format!("{key}[0].{}", below(tables.next()?)?))
            }
            _ => None,
        }
    })
}

fn is_article(pairs: &[KeyValue], by_title: bool) -> bool {
    let has = |names| find(pairs, names).is_some();
    // Much else has a `name`.
    has(&["title", "headline"]) && (by_title || has(names_of(Field::Date)))
}
