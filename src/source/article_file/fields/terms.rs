//! Sections, tags and authors: texts, tables with a name and a slug, or lists of these.

use super::{Key, find, is_absent};
use crate::model::article::{Author, Warning, WrittenTerm};
use crate::source::article_file::key_name;
use crate::source::article_file::tree::{KeyValue, Node, Value};

/// Levels of lists in lists: Hexo nests categories.
const NESTING_MAX: usize = 4;

/// The sections of all keys together; `numbers_are_ids` leaves numbers out, as ids of WordPress.
pub(super) fn sections(
    keys: &[Key<'_>],
    numbers_are_ids: bool,
    warnings: &mut Vec<Warning>,
) -> Vec<WrittenTerm> {
    let mut sections = Vec::new();
    let mut last = None;
    for key in keys {
        // Of one name, the first table that has it counts.
        if last.replace(key.rank) == Some(key.rank) {
            continue;
        }
        let is_several = ["sections", "categories"]
            .iter()
            .any(|name| key_name::is(key.name, name));
        match &key.node.value {
            Value::Text(text) if is_several => {
                sections.extend(parts(text, &[',', ';']).map(WrittenTerm::from));
            }
            _ => sections.extend(terms(key, numbers_are_ids, warnings)),
        }
    }
    sections
}

/// The tags of the first key that has some.
pub(super) fn tags(
    keys: &[Key<'_>],
    numbers_are_ids: bool,
    warnings: &mut Vec<Warning>,
) -> Vec<WrittenTerm> {
    let tags = keys.iter().map(|key| match &key.node.value {
        Value::Text(text) if text.contains([',', ';']) => {
            parts(text, &[',', ';']).map(WrittenTerm::from).collect()
        }
        Value::Text(text) if key_name::is(key.name, "tags") => {
            text.split_whitespace().map(WrittenTerm::from).collect()
        }
        _ => terms(key, numbers_are_ids, warnings),
    });
    tags.into_iter()
        .find(|tags: &Vec<_>| !tags.is_empty())
        .unwrap_or_default()
}

fn parts<'t>(text: &'t str, separators: &'t [char]) -> impl Iterator<Item = &'t str> {
    text.split(separators)
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn terms(key: &Key<'_>, numbers_are_ids: bool, warnings: &mut Vec<Warning>) -> Vec<WrittenTerm> {
    let (mut terms, mut faulty) = (Vec::new(), None);
    for item in flat(key.items(), NESTING_MAX) {
        if is_id(item, numbers_are_ids) {
            warnings.push(id_warning(key, item));
            break;
        }
        let term = match &item.value {
            Value::Table(pairs) if is_internal(pairs) => continue,
            Value::Table(pairs) => named(pairs).map(|name| WrittenTerm {
                name,
                slug: text_at(pairs, &["slug"]),
            }),
            // In a list, it is a word.
            Value::Bool(_) if std::ptr::eq(item, key.node) => None,
            value => value.as_text().map(WrittenTerm::from),
        };
        match term {
            Some(term) => terms.push(term),
            None => faulty = faulty.or(Some(item)),
        }
    }
    warn_of(key, faulty, "text or a list of texts", warnings);
    terms
}

/// Warns of the first item that does not fit. In a generator's table it belongs to a theme.
fn warn_of(key: &Key<'_>, faulty: Option<&Node>, expected: &str, warnings: &mut Vec<Warning>) {
    if let Some(item) = faulty.filter(|_| key.table == 0) {
        warnings.push(key.wrong(item, expected));
    }
}

/// The items of nested lists, without those that have no value.
fn flat(items: &[Node], levels: usize) -> Vec<&Node> {
    let nested = items.iter().flat_map(|item| match &item.value {
        Value::List(inner) if levels > 0 => flat(inner, levels - 1),
        value if is_absent(value) && *value != Value::Bool(false) => Vec::new(),
        _ => vec![item],
    });
    nested.collect()
}

fn is_id(item: &Node, numbers_are_ids: bool) -> bool {
    numbers_are_ids && matches!(item.value, Value::Number(_))
}

fn id_warning(key: &Key<'_>, item: &Node) -> Warning {
    let reason = format!("`{}`: has numbers of WordPress in place of names", key.name);
    let hint = "give the names, or let `[source.wordpress]` read the site";
    key.warning(item, reason, hint)
}

/// Ghost's tags for its own use.
fn is_internal(pairs: &[KeyValue]) -> bool {
    text_at(pairs, &["visibility"]).is_some_and(|visibility| visibility != "public")
}

fn named(pairs: &[KeyValue]) -> Option<String> {
    text_at(pairs, &["name", "displayName", "title", "label", "slug"])
}

/// The first of these names whose value is text.
pub(super) fn text_at(pairs: &[KeyValue], names: &[&str]) -> Option<String> {
    let text = find(pairs, names)?.value.as_text()?;
    Some(text.trim().to_owned())
}

/// The authors of the first key that has some.
pub(super) fn authors(
    keys: &[Key<'_>],
    numbers_are_ids: bool,
    warnings: &mut Vec<Warning>,
) -> Vec<Author> {
    let authors = keys
        .iter()
        .map(|key| authors_of(key, numbers_are_ids, warnings));
    authors
        .into_iter()
        .find(|authors| !authors.is_empty())
        .unwrap_or_default()
}

fn authors_of(key: &Key<'_>, numbers_are_ids: bool, warnings: &mut Vec<Warning>) -> Vec<Author> {
    let (mut authors, mut faulty) = (Vec::new(), None);
    for item in flat(key.items(), NESTING_MAX) {
        if is_id(item, numbers_are_ids) {
            warnings.push(id_warning(key, item));
            break;
        }
        let author = match &item.value {
            Value::Table(pairs) => named(pairs).map(|name| Author {
                name,
                slug: text_at(pairs, &["slug"]),
                role: text_at(pairs, &["role", "jobTitle"]),
                email: text_at(pairs, &["email"]),
                url: text_at(pairs, &["url", "website", "link"]),
            }),
            Value::Bool(_) => None,
            value => value.as_text().map(|name| Author {
                name: without_by(key, name),
                ..Author::default()
            }),
        };
        match author {
            Some(author) => authors.push(author),
            None => faulty = faulty.or(Some(item)),
        }
    }
    let expected = "a name, `{name, slug, email, url, role}`, or a list of them";
    warn_of(key, faulty, expected, warnings);
    authors
}

/// A byline of an agency begins with `By`.
fn without_by(key: &Key<'_>, name: String) -> String {
    let is_byline = key_name::is(key.name, "byline");
    match name.split_once(' ') {
        Some((by, rest)) if is_byline && by.eq_ignore_ascii_case("by") => rest.to_owned(),
        _ => name,
    }
}
