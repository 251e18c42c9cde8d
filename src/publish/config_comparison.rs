//! Compares a configuration with the one in force, over the articles that are published, stored, or read for the
//! comparison alone. Nothing here takes a lock that publishing needs: all work is on clones of the index.

use std::cell::RefCell;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use crate::config::Config;
use crate::feed::config_diff::{self, ArticleNames, ConfigDiff, Side};
use crate::feed::definitions::FeedDefinitions;
use crate::index::Index;
use crate::model::article::Article;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::publish::index_state::load_index;
use crate::publish::pace::{Pace, Pauses};
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::source::read_alike;
use crate::store::{ArticleReader, Store, StoreError};

/// Articles as one configuration reads them.
pub struct ArticleBase {
    index: Index,
    store: Arc<Store>,
    reader: RefCell<ArticleReader>,
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// Nothing is published yet.
    #[error("nothing is published yet")]
    Unpublished,
    /// The new configuration reads articles differently.
    #[error("the new configuration reads the articles differently")]
    ReadAnew,
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReadHandle {
    /// What `next` would change of what is published, by the articles of now.
    ///
    /// # Errors
    /// Also if `next` reads articles differently, so that its feeds cannot be known without reading them.
    pub fn compare(&self, next: &Config, now: Timestamp) -> Result<ConfigDiff, CompareError> {
        // While it is held, the store keeps its articles.
        let published = self.published().ok_or(CompareError::Unpublished)?;
        let today = &published.snapshot.config;
        if !read_alike(today, next) {
            return Err(CompareError::ReadAnew);
        }
        let base = ArticleBase::of_published(&published, self.store())?;
        Ok(compare(today, &base, next, None, now, Pace::Slow)?)
    }
}

impl ArticleBase {
    /// The articles of a published state, whose texts `store` has.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn of_published(
        published: &PublishedState,
        store: &Arc<Store>,
    ) -> Result<ArticleBase, StoreError> {
        Ok(ArticleBase {
            index: published.index.index.clone(),
            reader: RefCell::new(store.article_reader()?),
            store: store.clone(),
        })
    }

    /// The articles of a store at the instant `now`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn of_store(
        store: Arc<Store>,
        today: &Config,
        now: Timestamp,
    ) -> Result<ArticleBase, StoreError> {
        Ok(ArticleBase {
            index: load_index(today, &store, now)?,
            reader: RefCell::new(store.article_reader()?),
            store,
        })
    }

    /// The index at `now` under the `[same]` of `next`, which may differ from that of `today`.
    fn index_for(
        &self,
        today: &Config,
        next: &Config,
        now: Timestamp,
    ) -> Result<Index, StoreError> {
        let mut index = self.index.clone();
        index.advance(now);
        if today.same == next.same {
            return Ok(index);
        }
        Ok(index.with_aliases(&next.same, self.store.terms()?))
    }

    /// The articles by the paths of their files, or the ids of their rows.
    fn names(&self) -> Result<ArticleNames, StoreError> {
        let mut names = ArticleNames::default();
        for row in self.store.article_rows()? {
            let row = row?;
            let name = xxh3_128(row.path.as_bytes());
            names.of_record.insert(row.meta.record, name);
            names.keys.insert(name, row.meta.key);
        }
        Ok(names)
    }

    fn article(&self, record: RecordId) -> Result<Article, StoreError> {
        self.reader.borrow_mut().article(record)
    }
}

/// What changes from `today` over `base` to `next`: over the same articles, or over those that were `read_anew`
/// as `next` reads them.
///
/// # Errors
/// When the store cannot be read.
pub fn compare(
    today: &Config,
    base: &ArticleBase,
    next: &Config,
    read_anew: Option<&ArticleBase>,
    now: Timestamp,
    pace: Pace,
) -> Result<ConfigDiff, StoreError> {
    let now = now.max(base.index.as_of());
    let mut index = base.index_for(today, today, now)?;
    let mut next_index = match read_anew {
        None => base.index_for(today, next, now)?,
        Some(base) => base.index_for(next, next, now)?,
    };
    let definitions = FeedDefinitions::new(today, &mut index);
    let next_definitions = FeedDefinitions::new(next, &mut next_index);
    let names = read_anew.map(|_| base.names()).transpose()?;
    let next_names = read_anew.map(ArticleBase::names).transpose()?;
    let failure = RefCell::new(None);
    let readable = |read| match read {
        Ok(article) => Some(article),
        // It was replaced after it was published, or is not read again yet.
        Err(StoreError::Missing) => None,
        Err(error) => {
            failure.borrow_mut().get_or_insert(error);
            None
        }
    };
    let read = |record| readable(base.article(record));
    let read_next = |record| readable(read_anew.unwrap_or(base).article(record));
    let mut pauses = Pauses::new(pace);
    let mut pause = || pauses.pause();
    let today = Side {
        config: today,
        index: &index,
        definitions: &definitions,
        names: names.as_ref(),
        read: &read,
    };
    let next = Side {
        config: next,
        index: &next_index,
        definitions: &next_definitions,
        names: next_names.as_ref(),
        read: &read_next,
    };
    let diff = config_diff::compare(today, next, &mut pause);
    match failure.take() {
        Some(error) => Err(error),
        None => diff.ok_or(StoreError::Missing),
    }
}
