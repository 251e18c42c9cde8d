//! The tables of the store and what their rows hold.

use crate::model::record::Stamp;
use std::collections::BTreeSet;

use redb::TableDefinition;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::model::article::Refusal;
use crate::model::article_meta::ArticleMeta;
use crate::model::format::Format;

/// Row `header`: what the rest was written with. Row `columns`: what the source wants to remember,
/// which the store does not read.
pub(super) const HEADER: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("header");
/// Key → [`ArticleRow`].
pub(super) const ARTICLES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("articles");
/// Record → compressed article.
pub(super) const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");
/// Records that no current article names.
pub(super) const RETIRED: TableDefinition<'_, u64, ()> = TableDefinition::new("retired");
/// Path below the articles' folder, or id of a row → [`FileRow`].
pub(super) const FILES: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("files");
/// Key and path of files whose key another file has.
pub(super) const KEY_CONFLICTS: TableDefinition<'_, (&str, &str), ()> =
    TableDefinition::new("rivals");
/// Term in canonical form → its name.
pub(super) const TERMS: TableDefinition<'_, &str, &str> = TableDefinition::new("terms");
/// Feed path → [`Validators`](crate::model::validators::Validators).
pub(super) const FEEDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("feeds");

/// Name of a declared feed, or folder of a kind of feeds → the extensions it was ever served with.
pub(super) const SERVED: TableDefinition<'_, &str, &str> = TableDefinition::new("served");

/// What a state folder was written with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The layout of its tables.
    pub layout: u32,
    /// The version of reading.
    pub read: u32,
    /// The digest of the configuration that decides how articles are read.
    pub reading: u128,
    /// `[site] id-authority`.
    pub id_authority: String,
    /// `[site] id-year`.
    pub id_year: u16,
}

/// A stored article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleRow {
    /// What the index needs of it.
    pub listing: ArticleMeta,
    /// Where it stands in its source: a path below the articles' folder, the id of a row.
    pub path: Box<str>,
}

/// A file, or a row of a database, that was read. What layout 3 kept of it comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// How the file looked when it was read.
    pub stamp: Stamp,
    /// The article it gave, possibly from an earlier version of the file.
    pub key: Option<Box<str>>,
    /// Why its present version is refused.
    pub refusal: Option<Refusal>,
    /// The digest of a row's columns without its text; 0 of a file.
    pub columns: u64,
}

/// Formats as a row lists them.
pub(super) fn extensions(formats: &BTreeSet<Format>) -> String {
    let extensions: Vec<&str> = formats.iter().map(|format| format.extension()).collect();
    extensions.join(" ")
}

/// The formats that a row lists; one that this program does not have is left out.
pub(super) fn formats(extensions: &str) -> BTreeSet<Format> {
    let extensions = extensions.split(' ');
    extensions.filter_map(Format::from_extension).collect()
}

pub(super) fn encode(row: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(row).map_err(|_| StoreError::Row("row"))
}

/// The key and the refusal of a [`FileRow`] of this layout or the one before.
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
