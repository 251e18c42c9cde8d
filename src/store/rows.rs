//! The tables of the store, and the types of their rows.

use std::collections::BTreeSet;

use redb::TableDefinition;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
#[cfg(any(test, fuzzing))]
use super::packer::Unpacker;
use crate::model::article::{Refusal, Warning};
use crate::model::article_meta::ArticleMeta;
use crate::model::format::Format;
use crate::model::record::Stamp;
#[cfg(any(test, fuzzing))]
use crate::model::validators::Validators;

/// Row `header` → [`Header`]. Row `columns` → the source's memory, which only the source can decode. Row `listing`
/// → the digest of what decided which articles the last full reading listed. Row `pages` → the second up to
/// which search engines were told; without it [`PAGE_CHANGES`] gets no rows.
pub(super) const HEADER: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("header");
/// The row of [`HEADER`] with the second up to which search engines were told.
pub(super) const PAGES: &str = "pages";
/// Key → [`ArticleRow`].
pub(super) const ARTICLES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("articles");
/// Number of a record → compressed article.
pub(super) const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");
/// Records that are no current version of an article.
pub(super) const RETIRED: TableDefinition<'_, u64, ()> = TableDefinition::new("retired");
/// Path below the articles' folder, or id of a row of a database → [`FileRow`].
pub(super) const FILES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("files");
/// Key and path of each file whose key another file has.
pub(super) const KEY_CONFLICTS: TableDefinition<'_, (&str, &str), ()> =
    TableDefinition::new("rivals");
/// Canonical form of a term → its name.
pub(super) const TERMS: TableDefinition<'_, &str, &str> = TableDefinition::new("terms");
/// Canonical form of a term that no released article has → the second since when. A folder that an older
/// version wrote lacks this table.
pub(super) const UNUSED_TERMS: TableDefinition<'_, &str, i64> =
    TableDefinition::new("unused-terms");
/// Path of a feed → [`Validators`](crate::model::validators::Validators).
pub(super) const FEEDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("feeds");

/// Name of a declared feed, or folder of a kind of feeds → the extensions of all formats that were ever
/// served.
pub(super) const SERVED: TableDefinition<'_, &str, &str> = TableDefinition::new("served");

/// Key → [`PageChange`](crate::model::page_change::PageChange), of articles that changed since search engines
/// were last told. A folder lacks this table and the next until something is in them.
pub(super) const PAGE_CHANGES: TableDefinition<'_, &str, &[u8]> =
    TableDefinition::new("page-changes");
/// Address of a page that search engines have yet to be told of → the second since when.
pub(super) const PAGE_QUEUE: TableDefinition<'_, &str, i64> = TableDefinition::new("page-queue");
/// Path of a feed → the digest of its entries that hubs were last told of, or that they need not be told of. Only
/// a folder whose daemon tells hubs has this table and the next.
pub(super) const TOLD_FEEDS: TableDefinition<'_, &str, u64> = TableDefinition::new("told-feeds");
/// A hub and the path of a feed that it has yet to be told of → the second since when.
pub(super) const WAITING_PINGS: TableDefinition<'_, (&str, &str), i64> =
    TableDefinition::new("waiting-pings");

/// The versions and settings that a state folder was written with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The layout of its tables, `LAYOUT`.
    pub layout: u32,
    /// Its [`ACCEPT_VERSION`](crate::model::article::ACCEPT_VERSION).
    pub read: u32,
    /// The digest of the configuration that reading articles depends on.
    pub reading: u128,
    /// `[site] id-authority`.
    pub id_authority: String,
    /// `[site] id-year`.
    pub id_year: u16,
}

/// A stored article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleRow {
    /// The metadata that the index holds.
    pub meta: ArticleMeta,
    /// The path below the articles' folder, or the id of the row.
    pub path: Box<str>,
}

/// A file, or a row of a database, that was read. The first three fields are those of layout 3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// The stamp of the version that was read.
    pub stamp: Stamp,
    /// The key of its article, which may come from an earlier version of the file.
    pub key: Option<Box<str>>,
    /// Why the version was refused.
    pub refusal: Option<Refusal>,
    /// The digest of a row's columns without the text; 0 for a file.
    pub columns: u64,
    /// The warnings of the version, if it was accepted.
    pub warnings: Vec<Warning>,
}

impl FileRow {
    /// Whether it is refused or has warnings.
    pub fn has_problems(&self) -> bool {
        self.refusal.is_some() || !self.warnings.is_empty()
    }
}

/// The extensions of formats, separated by spaces.
pub(super) fn extensions(formats: &BTreeSet<Format>) -> String {
    let extensions: Vec<&str> = formats.iter().map(|format| format.extension()).collect();
    extensions.join(" ")
}

/// The formats of extensions that are separated by spaces. Unknown ones are skipped: another version
/// may have written them.
pub(super) fn formats(extensions: &str) -> BTreeSet<Format> {
    let extensions = extensions.split(' ');
    extensions.filter_map(Format::from_extension).collect()
}

pub(super) fn encode(row: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(row).map_err(|_| StoreError::Row("row"))
}

/// The key and the refusal of a [`FileRow`] of layout 3 and later.
pub(super) fn decode_refusal(
    bytes: &[u8],
) -> Result<(Option<Box<str>>, Option<Refusal>), StoreError> {
    let row = postcard::take_from_bytes::<(Stamp, Option<Box<str>>, Option<Refusal>)>(bytes);
    let ((_, key, refusal), _) = row.map_err(|_| StoreError::Row("row"))?;
    Ok((key, refusal))
}

pub(super) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, StoreError> {
    postcard::from_bytes(bytes).map_err(|_| StoreError::Row("row"))
}

/// Decodes bytes as each kind of row and as an article, for the fuzzer: all may fail, none may panic.
#[cfg(any(test, fuzzing))]
pub(crate) fn decode_stored(bytes: &[u8]) {
    let _ = decode::<Header>(bytes);
    let _ = decode::<ArticleRow>(bytes);
    let _ = decode::<FileRow>(bytes);
    let _ = decode::<Validators>(bytes);
    let _ = decode_refusal(bytes);
    let _ = Unpacker::new().and_then(|mut unpacker| unpacker.unpack(bytes));
}
