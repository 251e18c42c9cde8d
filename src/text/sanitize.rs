//! The sanitizer: an allow-list of elements, absolute URLs, players as links.
//!
//! The allowed pieces are written as HTML, which `ammonia` then parses as a browser would; its
//! allow-list decides on every element, attribute and URL. Attackers smuggle scripts past sanitizers
//! with HTML that means something else when it is parsed again. So the output is parsed until it no
//! longer changes, and HTML that keeps changing is refused.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::address::{resolve, resolve_srcset};
use super::elements::{ELEMENTS, GLOBAL_ATTRIBUTES, Nature, SKIPPED};
use super::embed;
use super::escape::{escape_into, escape_text_into};
use super::markup::{HTML_BYTES_MAX, Markup, MarkupError, Piece};

/// After so many passes the HTML must no longer change.
const PASSES_MAX: usize = 4;

/// `markup` as safe HTML, with URLs resolved against `base`.
pub(super) fn sanitize(markup: &Markup, base: Option<&Url>) -> Result<String, MarkupError> {
    let mut html = write(&markup.pieces, base);
    for _ in 0..PASSES_MAX {
        let cleaned = ALLOWED.clean(&html).to_string();
        if cleaned.len() > HTML_BYTES_MAX {
            return Err(MarkupError::TooLong);
        }
        if cleaned == html {
            // A reader would drop U+FEFF at the start as a byte order mark.
            let edge = |c: char| c.is_whitespace() || c == '\u{feff}';
            return Ok(html.trim_matches(edge).to_owned());
        }
        html = cleaned;
    }
    Err(MarkupError::Unstable)
}

static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    let attributes: HashMap<&str, HashSet<&str>> = ELEMENTS
        .iter()
        .map(|element| (element.name, element.attributes.iter().copied().collect()))
        .collect();
    builder
        .tags(attributes.keys().copied().collect())
        .tag_attributes(attributes)
        .generic_attributes(GLOBAL_ATTRIBUTES.into())
        .clean_content_tags(SKIPPED.into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Writes the allowed pieces as HTML.
fn write(pieces: &[Piece], base: Option<&Url>) -> String {
    let mut html = String::new();
    let mut before = None;
    let mut in_paragraph = false;
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                // A parser drops one line end after `<pre>`, so with several of them each pass
                // would drop one more.
                let starts_pre = before.is_some_and(|piece| is_start(piece, "pre"));
                let text = if starts_pre {
                    text.trim_start_matches('\n')
                } else {
                    text
                };
                escape_text_into(&mut html, text);
            }
            Piece::Open(at, attributes) => {
                in_paragraph = ELEMENTS[*at].name == "p" || (in_paragraph && !ends_paragraph(*at));
                write_start_tag(&mut html, ELEMENTS[*at].name, attributes, base);
            }
            Piece::Close(at) => {
                in_paragraph &= !ends_paragraph(*at);
                html.push_str("</");
                html.push_str(ELEMENTS[*at].name);
                html.push('>');
            }
            Piece::Frame(attributes) => write_frame(&mut html, attributes, base, in_paragraph),
            Piece::More | Piece::NoLead => {}
        }
        before = Some(piece);
    }
    html
}

/// Whether the start or end tag of this element ends an open paragraph.
fn ends_paragraph(at: usize) -> bool {
    match ELEMENTS[at].nature {
        Nature::Block | Nature::OptionalEnd => true,
        Nature::Inline | Nature::Void => false,
    }
}

fn is_start(piece: &Piece, name: &str) -> bool {
    matches!(piece, Piece::Open(at, _) if ELEMENTS[*at].name == name)
}

/// Writes a start tag, unless the attribute is missing that gives the element its use: a link without
/// a URL becomes plain text, a picture without a source is dropped.
fn write_start_tag(
    html: &mut String,
    name: &str,
    attributes: &[(String, String)],
    base: Option<&Url>,
) {
    let attributes: Vec<(&str, String)> = attributes
        .iter()
        .filter_map(|(key, value)| Some((key.as_str(), attribute_value(key, value, base)?)))
        .collect();
    let has = |key: &str| attributes.iter().any(|(name, _)| *name == key);
    let useful = match name {
        "a" => has("href"),
        "img" | "source" => has("src") || has("srcset"),
        _ => true,
    };
    if !useful {
        return;
    }
    html.push('<');
    html.push_str(name);
    for (key, value) in &attributes {
        html.push(' ');
        html.push_str(key);
        html.push_str("=\"");
        escape_into(html, value);
        html.push('"');
    }
    if name == "img" && !has("alt") {
        // HTML requires `alt`; without it a screen reader reads the URL aloud.
        html.push_str(" alt=\"\"");
    }
    html.push('>');
}

/// The attribute's value as feeds may carry it; `None` drops the attribute.
fn attribute_value(key: &str, value: &str, base: Option<&Url>) -> Option<String> {
    match key {
        // In a feed no element has an id that a fragment could point to.
        "href" if value.trim_start().starts_with('#') => None,
        "href" => resolve(base, value),
        "src" | "poster" | "cite" => resolve(base, value).filter(|url| url.starts_with("http")),
        "srcset" => resolve_srcset(base, value),
        _ => Some(value.to_owned()),
    }
}

/// Writes the `iframe` of a known player as a link; any other is dropped.
fn write_frame(
    html: &mut String,
    attributes: &[(String, String)],
    base: Option<&Url>,
    in_paragraph: bool,
) {
    let value = |key: &str| {
        let found = attributes.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    };
    // Lazy-loading scripts keep the URL in `data-src`.
    let address = ["src", "data-src"]
        .into_iter()
        .filter_map(value)
        .find_map(|raw| embed::player_link(&resolve(base, raw)?, value("title")));
    let Some((address, label)) = address else {
        return;
    };
    let (before, after) = if in_paragraph {
        ("", "")
    } else {
        ("<p>", "</p>")
    };
    html.push_str(before);
    html.push_str("<a href=\"");
    escape_into(html, &address);
    html.push_str("\">");
    escape_text_into(html, &label);
    html.push_str("</a>");
    html.push_str(after);
}

#[cfg(test)]
mod tests;
