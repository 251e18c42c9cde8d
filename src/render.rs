//! Renders feeds in each format, HTML pages and lists of feeds, and compresses them.
//!
//! Begin with [`render`], which writes a [`Feed`] in a [`Format`], and with [`pages`]. Nothing here reads
//! the store or a source, or writes to a disk. A new format is one file beside `rss.rs`, one variant of
//! [`Format`], and one arm of [`render`].
//!
//! Uses [`text`](crate::text), [`model`](crate::model), [`config`](crate::config) and
//! [`feed`](crate::feed).
//!
//! Every format has the same entries with the same ids in the same order. A property without an element
//! in a format is left out of it. So only JSON has the role of an author (`корреспондент`): RSS and Atom
//! have no element for it, and no reader knows a namespace of our own. Names never include the role,
//! because readers filter by them.

mod atom;
pub mod compress;
pub mod document_limit;
pub mod feed_list;
mod json;
mod media;
pub mod opml;
pub mod pages;
pub mod robots;
mod rss;
pub mod sitemap;

use chrono::{DateTime, FixedOffset, SecondsFormat};

use crate::feed::document::{Channel, Entry, Feed};
use crate::model::format::Format;
use crate::text::Text;

/// The version of the renderer, part of every ETag: raise it whenever the same feed is written
/// differently.
pub const RENDERER_VERSION: u32 = 3;

/// A document that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The RSS writer failed.
    #[error("cannot write RSS")]
    Rss(#[source] ::rss::Error),
    /// The Atom writer failed.
    #[error("cannot write Atom")]
    Atom(#[source] atom_syndication::Error),
    /// The JSON writer failed.
    #[error("cannot write JSON Feed")]
    Json(#[source] serde_json::Error),
}

/// Writes `feed` as one document in `format`.
pub fn render(format: Format, feed: &Feed) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::Rss => rss::render(feed),
        Format::Atom => atom::render(feed),
        Format::Json => json::render(feed),
    }
}

/// Writes as many entries of `feed`, the newest ones, as fit into a document of `bytes_max`; returns their
/// number as well. A newest entry that is larger than that goes without its text, without its lead too if
/// need be.
pub fn render_newest(
    format: Format,
    feed: &Feed,
    bytes_max: u64,
) -> Result<(usize, Vec<u8>), RenderError> {
    let sizes = feed.entries.iter().map(|entry| entry.text_bytes());
    let sizes: Vec<u64> = sizes.collect();
    let fitting = document_limit::fit(&sizes, bytes_max, |count| {
        match count == feed.entries.len() {
            true => render(format, feed),
            false => render(format, &feed.newest(count)),
        }
    })?;
    if let Some(fitting) = fitting {
        return Ok(fitting);
    }
    let mut newest = feed.newest(sizes.len().min(1));
    let shorten: [fn(&mut Entry); 2] = [|entry| entry.content = None, |entry| entry.summary = None];
    for shorten in shorten {
        newest.entries.iter_mut().for_each(|entry| shorten(entry));
        let document = render(format, &newest)?;
        if document.len() as u64 <= bytes_max {
            return Ok((newest.entries.len(), document));
        }
    }
    newest.entries.clear();
    Ok((0, render(format, &newest)?))
}

/// The generator in documents. It has no version, because an upgrade alone must not change a feed.
const GENERATOR: &str = "taspa";

/// The media types and addresses of the feed's other formats.
fn alternates(channel: &Channel, this: Format) -> impl Iterator<Item = (&'static str, String)> {
    channel
        .formats
        .iter()
        .filter(move |&&format| format != this)
        .map(|&format| (format.media_type(), channel.address.url(format)))
}

/// A category for readers that split at commas and add `#` themselves. U+201A looks like a comma and
/// gives the same tag, since keys ignore punctuation.
fn category_label(text: &Text) -> String {
    text.as_str()
        .trim_start_matches(['#', ' '])
        .replace(',', "\u{201a}")
}

/// Text for an element or a quoted attribute of XML or HTML.
fn escape_markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// RFC 3339 in whole seconds, with the offset of the article.
fn rfc3339(date: DateTime<FixedOffset>) -> String {
    date.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// A buffer that is large enough for most documents, so that it is not reallocated.
fn buffer(feed: &Feed) -> Vec<u8> {
    let text_bytes = |entry: &Entry| {
        let lead = entry.lead().map_or(0, |text| text.as_str().len());
        let body = entry.body().map_or(0, |html| html.as_str().len());
        2 * lead + body + body / 8
    };
    let entries: usize = feed
        .entries
        .iter()
        .map(|entry| MARKUP_BYTES + text_bytes(entry))
        .sum();
    Vec::with_capacity(MARKUP_BYTES + entries)
}

/// Roughly the bytes of an entry without its texts, and of the head of a feed.
const MARKUP_BYTES: usize = 2048;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use xxhash_rust::xxh3::Xxh3;

    use super::*;

    /// The renderer's version and the digest of the golden documents that it wrote.
    const WRITTEN: (u32, u64) = (3, 0xb372_8d29_8002_0eeb);

    #[test]
    fn golden_documents_change_only_with_the_renderer_version() {
        let digest = golden_digest();
        assert_eq!(
            (RENDERER_VERSION, digest),
            WRITTEN,
            "tests/golden no longer holds what renderer {} wrote. If a document changed, raise \
             RENDERER_VERSION by one, or readers keep the old bytes under the old ETag. If one was \
             only added or removed, it stays. Then set WRITTEN to ({RENDERER_VERSION}, {digest:#018x}), with the \
             raised number.",
            WRITTEN.0,
        );
    }

    fn golden_digest() -> u64 {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the folder of golden documents")
            .map(|file| file.expect("a golden document").path())
            .collect();
        files.sort();
        let mut digest = Xxh3::new();
        for file in files {
            let name = file.file_name().expect("a listed file has a name");
            let document = std::fs::read(&file).expect("a golden document");
            digest.update(name.as_encoded_bytes());
            digest.update(&[0]);
            digest.update(&(document.len() as u64).to_le_bytes());
            digest.update(&document);
        }
        digest.digest()
    }

    #[test]
    fn formats_are_found_by_their_extension() {
        for format in Format::ALL {
            assert_eq!(Format::from_extension(format.extension()), Some(format));
        }
        for other in ["", "RSS", "xml", "rss "] {
            assert_eq!(Format::from_extension(other), None, "{other:?}");
        }
    }
}
