//! Safe HTML: an allow list of elements, absolute addresses, players as links.
//!
//! What may stay is written anew and then given to `ammonia`, which builds the tree that a browser
//! would and has the last word on every element, attribute and address. Its output is read once
//! more: HTML that means something else when it is read again is how scripts are smuggled through
//! sanitizers, so only a fixed point is accepted.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

use super::address::{resolve, resolve_srcset};
use super::elements::{ELEMENTS, EVERYWHERE, NO_TEXT, Nature};
use super::markup::{HTML_BYTES_MAX, Markup, MarkupError, Piece};
use super::{Html, embed, escape_into};

/// How often HTML may be read anew before it must have settled.
const PASSES_MAX: usize = 4;

impl Html {
    /// What may stay of `markup`, its addresses resolved against `base`.
    ///
    /// # Errors
    /// [`MarkupError::Long`] and [`MarkupError::Unstable`].
    pub fn from_markup(markup: &Markup, base: Option<&Url>) -> Result<Html, MarkupError> {
        let mut html = write(&markup.pieces, base);
        for _ in 0..PASSES_MAX {
            let read = ALLOWED.clean(&html).to_string();
            if read.len() > HTML_BYTES_MAX {
                return Err(MarkupError::Long);
            }
            if read == html {
                // A byte order mark would be taken for one as soon as it comes first.
                let edge = |c: char| c.is_whitespace() || c == '\u{feff}';
                return Ok(Html(html.trim_matches(edge).to_owned()));
            }
            html = read;
        }
        Err(MarkupError::Unstable)
    }
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
        .generic_attributes(EVERYWHERE.into())
        .clean_content_tags(NO_TEXT.into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// Writes pieces as HTML again.
fn write(pieces: &[Piece], base: Option<&Url>) -> String {
    let mut html = String::new();
    let mut before = None;
    let mut in_paragraph = false;
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                // A reader drops the line end behind `<pre>`, and would drop the next one next
                // time.
                let starts_pre = before.is_some_and(|piece| is_start(piece, "pre"));
                let text = if starts_pre {
                    text.trim_start_matches('\n')
                } else {
                    text
                };
                escape_text(&mut html, text);
            }
            Piece::Open(at, attributes) => {
                in_paragraph = ELEMENTS[*at].name == "p" || (in_paragraph && !parts(*at));
                open(&mut html, ELEMENTS[*at].name, attributes, base);
            }
            Piece::Close(at) => {
                in_paragraph &= !parts(*at);
                html.push_str("</");
                html.push_str(ELEMENTS[*at].name);
                html.push('>');
            }
            Piece::Frame(attributes) => frame(&mut html, attributes, base, in_paragraph),
            Piece::More => {}
        }
        before = Some(piece);
    }
    html
}

/// Text between tags, where a quote needs no entity.
fn escape_text(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            c => html.push(c),
        }
    }
}

/// Whether the start or end of this element ends the paragraph before it.
fn parts(at: usize) -> bool {
    match ELEMENTS[at].nature {
        Nature::Block | Nature::Implied => true,
        Nature::Inline | Nature::Void => false,
    }
}

fn is_start(piece: &Piece, name: &str) -> bool {
    matches!(piece, Piece::Open(at, _) if ELEMENTS[*at].name == name)
}

/// Writes a start tag, unless what makes the element useful is not there: a link without address
/// is text, a picture without source nothing.
fn open(html: &mut String, name: &str, attributes: &[(String, String)], base: Option<&Url>) {
    let attributes: Vec<(&str, String)> = attributes
        .iter()
        .filter_map(|(key, value)| Some((key.as_str(), attribute(key, value, base)?)))
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
        // A picture that nobody described is invalid without it, and read out by its address.
        html.push_str(" alt=\"\"");
    }
    html.push('>');
}

/// The value that an attribute may keep.
fn attribute(key: &str, value: &str, base: Option<&Url>) -> Option<String> {
    match key {
        // A place in the page is of no use in a feed, where no element has an id.
        "href" if value.trim_start().starts_with('#') => None,
        "href" => resolve(base, value),
        "src" | "poster" | "cite" => resolve(base, value).filter(|url| url.starts_with("http")),
        "srcset" => resolve_srcset(base, value),
        _ => Some(value.to_owned()),
    }
}

/// Writes a frame as the link to what it plays; a frame of an unknown site is dropped.
fn frame(
    html: &mut String,
    attributes: &[(String, String)],
    base: Option<&Url>,
    in_paragraph: bool,
) {
    let value = |key: &str| {
        let found = attributes.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    };
    // Scripts that load frames late keep their address elsewhere.
    let address = ["src", "data-src"]
        .into_iter()
        .filter_map(value)
        .find_map(|raw| embed::player(&resolve(base, raw)?, value("title")));
    let Some((address, label)) = address else {
        return;
    };
    let (before, behind) = if in_paragraph {
        ("", "")
    } else {
        ("<p>", "</p>")
    };
    html.push_str(before);
    html.push_str("<a href=\"");
    escape_into(html, &address);
    html.push_str("\">");
    escape_text(html, &label);
    html.push_str("</a>");
    html.push_str(behind);
}

#[cfg(test)]
mod tests;
