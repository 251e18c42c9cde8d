//! The picture and the enclosures of an article.

use std::collections::HashSet;

use super::terms::text_at;
use super::{Key, find};
use crate::model::article::{Media, WARNINGS_MAX, Warning};
use crate::source::article_file::key_name;
use crate::source::article_file::tree::{KeyValue, Node, Value};
use crate::text::excerpt;

/// Levels of tables and lists in which a picture may be, as in `{image: [{src}]}`.
const DEPTH_MAX: usize = 3;

/// Names of an address in the table of a medium.
const ADDRESS: [&str; 10] = [
    "url",
    "src",
    "path",
    "feature",
    "image",
    "href",
    "contentUrl",
    "sourceUrl",
    "file",
    "teaser",
];

/// The main picture: the first of these keys that has an address, with `alts` if nothing else says
/// what it shows.
pub(super) fn image(
    keys: &[Key<'_>],
    alts: &[Key<'_>],
    warnings: &mut Vec<Warning>,
) -> Option<Media> {
    let image = keys.iter().find_map(|key| {
        let found = match &key.node.value {
            Value::List(items) => picture(items)?,
            _ => key.node,
        };
        let image = media(found, DEPTH_MAX, warnings);
        // Under the other names, and in a table, a value without an address may mean something else.
        if image.is_none() && key.table == 0 && key_name::is(key.name, "image") {
            warnings.push(no_address(key, found));
        }
        image
    })?;
    let alt = image
        .alt
        .or_else(|| alts.iter().find_map(|key| key.node.value.as_text()));
    Some(Media { alt, ..image })
}

/// The picture in a list: Hugo's resource that is named as the picture of the page, else the first item
/// that is no file of another kind.
fn picture(items: &[Node]) -> Option<&Node> {
    let is_named = |item: &&Node| {
        let name = text_of(item, &["name"]).to_lowercase();
        let names = ["featured", "cover", "thumbnail"];
        names.iter().any(|known| name.starts_with(known))
    };
    let is_picture = |item: &&Node| {
        let address = text_of(item, &ADDRESS).to_lowercase();
        !OTHER_FILES.iter().any(|end| address.ends_with(end))
    };
    let mut items = items.iter();
    items
        .clone()
        .find(is_named)
        .or_else(|| items.find(is_picture))
}

/// The ends of files that stand beside pictures in lists of resources.
const OTHER_FILES: [&str; 9] = [
    ".pdf", ".md", ".txt", ".doc", ".docx", ".csv", ".zip", ".mp3", ".mp4",
];

/// One of these texts of a table, or the empty text.
fn text_of(item: &Node, names: &[&str]) -> String {
    match &item.value {
        Value::Table(pairs) => text_at(pairs, names).unwrap_or_default(),
        _ => String::new(),
    }
}

/// All attached files, of all keys.
pub(super) fn enclosures(keys: &[Key<'_>], warnings: &mut Vec<Warning>) -> Vec<Media> {
    let mut enclosures: Vec<Media> = Vec::new();
    for key in keys {
        let mut faulty = None;
        for item in key.items() {
            match media(item, 0, warnings) {
                Some(media) => enclosures.push(media),
                None => faulty = faulty.or(Some(item)),
            }
        }
        if let Some(item) = faulty.filter(|_| key.table == 0) {
            warnings.push(no_address(key, item));
        }
    }
    let mut addresses = HashSet::new();
    enclosures.retain(|media| addresses.insert(media.url.clone()));
    enclosures
}

fn no_address(key: &Key<'_>, node: &Node) -> Warning {
    match node.value {
        Value::Table(_) => {
            let reason = format!("`{}`: there is no `url`", key.name);
            key.warning(node, reason, "add one, or delete the key")
        }
        _ => key.wrong(node, "an address, `{url, type, …}`, or a list of them"),
    }
}

/// The medium of a text or table; `None` without an address.
fn media(node: &Node, depth: usize, warnings: &mut Vec<Warning>) -> Option<Media> {
    let pairs = match &node.value {
        Value::Text(text) => return of_address(text),
        Value::List(items) if depth > 0 => {
            return media(items.first()?, depth - 1, warnings);
        }
        Value::Table(pairs) => pairs,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) => return None,
    };
    let address = find(pairs, &ADDRESS)?;
    let inner = match &address.value {
        Value::Text(text) => of_address(text)?,
        _ if depth > 0 => media(address, depth - 1, warnings)?,
        _ => return None,
    };
    let mut number = |names: &[&str]| number(pairs, names, warnings);
    let length = number(&["length", "size", "sizeInBytes", "bytes"]);
    let (width, height) = (number(&["width"]), number(&["height"]));
    let pixels = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
    let media_type = ["type", "mimeType", "contentType", "encodingFormat"];
    Some(Media {
        media_type: text_at(pairs, &media_type).or(inner.media_type),
        length: length.or(inner.length),
        width: pixels(width).or(inner.width),
        height: pixels(height).or(inner.height),
        alt: text_at(pairs, &["alt", "altText", "description", "caption"]).or(inner.alt),
        credit: text_at(pairs, &["credit", "creditText", "copyright"]).or(inner.credit),
        url: inner.url,
    })
}

/// The medium of an address. WordPress's enclosures are address, length and type on three lines.
fn of_address(text: &str) -> Option<Media> {
    let text = text.trim();
    let text = without_base(text);
    let mut lines = text.lines().map(str::trim);
    let url = lines.next().filter(|url| is_address(url))?.to_owned();
    Some(Media {
        url,
        length: lines.next().and_then(|length| length.parse().ok()),
        media_type: lines.next().map(str::to_owned),
        ..Media::default()
    })
}

/// An address that begins with the site's own, as Liquid writes it, is relative to the site.
fn without_base(text: &str) -> &str {
    let mut rest = text;
    for name in ["site.url", "site.baseurl"] {
        let inner = rest.strip_prefix("{{").map(str::trim_start);
        let after = inner.and_then(|inner| inner.strip_prefix(name));
        let after = after.and_then(|after| after.trim_start().strip_prefix("}}"));
        rest = after.unwrap_or(rest);
    }
    rest
}

fn is_address(text: &str) -> bool {
    let is_pattern = ["{{", "{%", "*"].iter().any(|mark| text.contains(mark));
    let is_embedded = text
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("data:"));
    !text.is_empty() && !is_pattern && !is_embedded
}

/// A whole number; warns of a value that is something else.
fn number(pairs: &[KeyValue], names: &[&str], warnings: &mut Vec<Warning>) -> Option<u64> {
    let node = find(pairs, names)?;
    let written = node
        .value
        .as_text()
        .unwrap_or_else(|| node.value.kind().to_owned());
    let number = written.trim().trim_end_matches("px").parse();
    if number.is_err() && warnings.len() < WARNINGS_MAX {
        warnings.push(Warning::new(
            super::at(node.line),
            format!(
                "`{}`: must be a whole number, got `{}`",
                names[0],
                excerpt(written.trim())
            ),
            "correct the value, or delete the key",
        ));
    }
    number.ok()
}
