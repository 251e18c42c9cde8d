//! The sanitizer: an allow-list of elements, absolute URLs, frames as links.
//!
//! The allowed pieces are written as HTML, which `ammonia` then parses as a browser would; its
//! allow-list decides on every element, attribute and URL. Attackers smuggle scripts past sanitizers
//! with HTML that means something else when it is parsed again. So the output is parsed until it no
//! longer changes, and HTML that keeps changing is refused.

mod writer;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use memchr::memmem;

use self::writer::write;
use super::address::Base;
use super::bare_links::link_pieces;
use super::elements::{ELEMENTS, GLOBAL_ATTRIBUTES, RAW_TEXT};
use super::markup::{HTML_BYTES_MAX, Markup, MarkupError};
use super::omissions::Omissions;

/// After so many passes the HTML must no longer change.
const PASSES_MAX: usize = 4;

/// Addresses and empty links get their words in a second round, which an article that takes more steps
/// does without.
const SECOND_ROUND_STEPS_MAX: usize = 100_000;

/// `markup` as safe HTML, with URLs resolved against `base`, and what was left out of it.
pub(super) fn sanitize<'u>(
    markup: &Markup,
    base: impl Into<Base<'u>>,
) -> Result<(String, Omissions), MarkupError> {
    let base = base.into();
    let (html, mut dropped) = write(&markup.pieces, base);
    dropped.scripts = markup.dropped_scripts;
    let mut html = stable(html)?;
    if markup.steps > SECOND_ROUND_STEPS_MAX {
        return Ok((html, dropped));
    }
    if has_empty_link(&html) {
        // The tree builder ends an open link with the block around it, and opens it again behind.
        html = stable(write(&Markup::read(&html)?.pieces, base).0)?;
    }
    if markup.texts().any(|text| markup.bare_links.may_link(text)) {
        // Only in what a reader gets is it certain which text stands on a line of its own.
        let pieces = Markup::read(&html)?.pieces;
        if let Some(linked) = link_pieces(pieces, markup.bare_links) {
            html = stable(write(&linked, base).0)?;
        }
    }
    Ok((html, dropped))
}

/// Whether a link in `html`, which the tree builder wrote, has no content.
fn has_empty_link(html: &str) -> bool {
    memmem::find_iter(html.as_bytes(), "\"></a>").any(|end| {
        let tag = html[..end].rfind('<').map(|start| &html[start..end]);
        tag.is_some_and(|tag| tag.starts_with("<a "))
    })
}

/// `html` without space at its ends. A reader would drop U+FEFF at the start as a byte order mark.
fn trimmed(html: &str) -> String {
    let edge = |c: char| c.is_whitespace() || c == '\u{feff}';
    html.trim_matches(edge).to_owned()
}

/// `html` with what the allow-list has, once it no longer changes.
fn stable(mut html: String) -> Result<String, MarkupError> {
    for _ in 0..PASSES_MAX {
        let cleaned = ALLOWED.clean(&html).to_string();
        if cleaned.len() > HTML_BYTES_MAX {
            return Err(MarkupError::TooLong);
        }
        if cleaned == html {
            return Ok(trimmed(&html));
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
        .clean_content_tags(RAW_TEXT.into())
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true);
    builder
});

#[cfg(test)]
mod tests;
