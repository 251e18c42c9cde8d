//! The part of the state that cannot be computed from the articles, as a database file has it.
//!
//! The functions also read folders of layouts 3 and 4, so that a new layout does not lose that part.

use std::collections::{BTreeMap, BTreeSet};

use redb::{ReadableDatabase, ReadableTable, TableError};

use super::error::StoreError;
use super::packer::{PackedArticle, Packer, STATE_LEVEL, Unpacker};
use super::rows::{
    ARTICLES, ArticleRow, FEEDS, FILES, HEADER, Header, RECORDS, SERVED, TERMS, UNUSED_TERMS,
    decode, decode_refusal, formats,
};
use crate::model::article::Article;
use crate::model::format::Format;
use crate::model::former_article::{self, FormerArticle, FormerArticleRow};
use crate::model::held_loss::HeldLoss;
use crate::model::known_term::KnownTerm;
use crate::model::term::Term;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;

/// The part of the state that cannot be computed from the articles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The versions and settings of the state; `None` before the first complete reading.
    pub header: Option<Header>,
    /// All terms that an article has, or had within the last year.
    pub terms: Vec<KnownTerm>,
    /// The last validators of every feed, by path.
    pub validators: Vec<(String, Validators)>,
    /// All formats that were ever served, by the name of a declared feed or the folder of a kind of feeds.
    pub served: BTreeMap<String, BTreeSet<Format>>,
    /// The source's memory, which only the source can decode.
    pub source: Option<Vec<u8>>,
}

/// The last good version of a file whose current version is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastGoodVersion {
    pub(super) article: ArticleRow,
    pub(super) packed: PackedArticle,
}

pub(super) fn read(database: &dyn ReadableDatabase) -> Result<Memory, StoreError> {
    Ok(Memory {
        header: read_header(database)?,
        terms: read_terms(database)?,
        validators: read_validators(database)?,
        served: read_served(database)?,
        source: read_source_memory(database)?,
    })
}

pub(super) fn read_header(database: &dyn ReadableDatabase) -> Result<Option<Header>, StoreError> {
    let table = database.begin_read()?.open_table(HEADER)?;
    let row = table.get("header")?;
    row.map(|row| decode(row.value())).transpose()
}

pub(super) fn read_source_memory(
    database: &dyn ReadableDatabase,
) -> Result<Option<Vec<u8>>, StoreError> {
    let table = database.begin_read()?.open_table(HEADER)?;
    let row = table.get("columns")?;
    Ok(row.map(|row| row.value().to_vec()))
}

pub(super) fn read_listing(database: &dyn ReadableDatabase) -> Result<Option<u128>, StoreError> {
    let table = database.begin_read()?.open_table(HEADER)?;
    let row = table.get("listing")?;
    // One of another length is no digest of ours.
    Ok(row.and_then(|row| Some(u128::from_le_bytes(row.value().try_into().ok()?))))
}

pub(super) fn read_held_loss(
    database: &dyn ReadableDatabase,
) -> Result<Option<HeldLoss>, StoreError> {
    let table = database.begin_read()?.open_table(HEADER)?;
    let row = table.get("held")?;
    row.map_or(Ok(None), |row| decode(row.value()))
}

pub(super) fn read_terms(database: &dyn ReadableDatabase) -> Result<Vec<KnownTerm>, StoreError> {
    let transaction = database.begin_read()?;
    let unused = match transaction.open_table(UNUSED_TERMS) {
        Err(TableError::TableDoesNotExist(_)) => None,
        table => Some(table?),
    };
    let mut terms = Vec::new();
    for row in transaction.open_table(TERMS)?.iter()? {
        let (canonical, name) = row?;
        let Ok(term) = Term::parse(canonical.value()) else {
            continue;
        };
        let since = unused.as_ref().map(|unused| unused.get(canonical.value()));
        let since = since.transpose()?.flatten();
        terms.push(KnownTerm {
            term,
            name: name.value().to_owned(),
            unused_since: since.map(|since| Timestamp(since.value())),
        });
    }
    Ok(terms)
}

pub(super) fn read_validators(
    database: &dyn ReadableDatabase,
) -> Result<Vec<(String, Validators)>, StoreError> {
    let table = database.begin_read()?.open_table(FEEDS)?;
    let mut feeds = Vec::new();
    for row in table.iter()? {
        let (path, validators) = row?;
        feeds.push((path.value().to_owned(), decode(validators.value())?));
    }
    Ok(feeds)
}

pub(super) fn read_served(
    database: &dyn ReadableDatabase,
) -> Result<BTreeMap<String, BTreeSet<Format>>, StoreError> {
    let table = match database.begin_read()?.open_table(SERVED) {
        // A read-only folder of an old layout may not have this table.
        Err(TableError::TableDoesNotExist(_)) => return Ok(BTreeMap::new()),
        table => table?,
    };
    let mut served = BTreeMap::new();
    for row in table.iter()? {
        let (name, extensions) = row?;
        served.insert(name.value().to_owned(), formats(extensions.value()));
    }
    Ok(served)
}

pub(super) fn read_last_good(
    database: &dyn ReadableDatabase,
) -> Result<Vec<LastGoodVersion>, StoreError> {
    let transaction = database.begin_read()?;
    let (articles, records) = (
        transaction.open_table(ARTICLES)?,
        transaction.open_table(RECORDS)?,
    );
    let header = read_header(database)?;
    let is_former = header.is_some_and(|header| header.layout <= former_article::LAST_LAYOUT);
    let (mut last_good, mut unpacker) = (Vec::new(), Unpacker::new()?);
    let mut packer = Packer::new(STATE_LEVEL)?;
    for row in transaction.open_table(FILES)?.iter()? {
        let (path, file) = row?;
        let (Some(key), Some(_)) = decode_refusal(file.value())? else {
            continue;
        };
        let Some(article) = articles.get(&*key)? else {
            continue;
        };
        let version = match is_former {
            true => {
                let row: FormerArticleRow = decode(article.value())?;
                let record = records.get(row.record().0)?;
                let Some(record) = record.filter(|_| *row.path == *path.value()) else {
                    continue;
                };
                let article: FormerArticle = unpacker.unpack_as(record.value())?;
                let article = Article::from(article);
                let packed = packer.pack(&article)?;
                let (path, meta) = (row.path.clone(), row.meta(article));
                LastGoodVersion {
                    article: ArticleRow { meta, path },
                    packed,
                }
            }
            false => {
                let article: ArticleRow = decode(article.value())?;
                let record = records.get(article.meta.record.0)?;
                let Some(record) = record.filter(|_| *article.path == *path.value()) else {
                    continue;
                };
                let packed = PackedArticle(record.value().to_vec());
                LastGoodVersion { article, packed }
            }
        };
        last_good.push(version);
    }
    Ok(last_good)
}
