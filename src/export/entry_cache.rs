//! A cache of entries: an article is in several feeds, and reading it and composing its entry costs more
//! than rendering it.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::config::TextSettings;
use crate::feed::document::{Entry, Feed};
use crate::feed::snapshot::FeedVersion;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::store::{Store, StoreError};

/// The most bytes of cached entries.
const BYTES_MAX: u64 = 24 << 20;

/// Roughly the size of an entry without its texts.
const OTHER_BYTES: u64 = 1024;

/// Everything that an entry depends on besides the rules of the site.
type Key = (RecordId, TextSettings, Timestamp);

/// Entries of a store's articles under the rules of one site, shared by threads.
pub(super) struct EntryCache<'s> {
    store: &'s Store,
    entries: Cache<Key, Arc<Entry>, Size>,
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, Arc<Entry>> for Size {
    fn weight(&self, _: &Key, entry: &Arc<Entry>) -> u64 {
        OTHER_BYTES + entry.text_bytes()
    }
}

impl EntryCache<'_> {
    pub(super) fn new(store: &Store) -> EntryCache<'_> {
        let items = usize::try_from(BYTES_MAX / (2 * OTHER_BYTES)).unwrap_or(usize::MAX);
        EntryCache {
            store,
            entries: Cache::with_weighter(items, BYTES_MAX, Size),
        }
    }

    /// The feed that [`FeedVersion::compose_newest`] returns for the articles of the store.
    pub(super) fn compose(&self, version: &FeedVersion) -> Result<Feed, StoreError> {
        let (texts, as_of) = (version.settings.texts, version.as_of);
        let mut reader = None;
        version.compose_newest(|record| {
            let key = (record, texts, as_of);
            if let Some(cached) = self.entries.get(&key) {
                return Ok(Arc::unwrap_or_clone(cached));
            }
            let reader = match &mut reader {
                Some(reader) => reader,
                None => reader.insert(self.store.article_reader()?),
            };
            let article = reader.article(record)?;
            let entry = version.site_rules.entry(&article, texts, as_of);
            self.entries.insert(key, Arc::new(entry.clone()));
            Ok(entry)
        })
    }
}
