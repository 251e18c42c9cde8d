//! A cache of entries: an article is in several feeds, and reading it and composing its entry costs more
//! than rendering it.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::config::Content;
use crate::feed::document::{Entry, Feed};
use crate::feed::snapshot::FeedVersion;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::store::{Store, StoreError};

/// The most bytes of cached entries.
const BYTES_MAX: u64 = 24 << 20;

/// Roughly the size of an entry without its texts.
const OTHER_BYTES: usize = 1024;

/// Everything that an entry depends on besides the rules of the site.
type Key = (RecordId, Content, Timestamp);

/// Entries of a store's articles under the rules of one site, shared by threads.
pub(super) struct EntryCache<'s> {
    store: &'s Store,
    entries: Cache<Key, Arc<Entry>, Size>,
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, Arc<Entry>> for Size {
    fn weight(&self, _: &Key, entry: &Arc<Entry>) -> u64 {
        let lead = entry.lead().map_or(0, |text| text.as_str().len());
        let body = entry.body().map_or(0, |html| html.as_str().len());
        (OTHER_BYTES + lead + body) as u64
    }
}

impl EntryCache<'_> {
    pub(super) fn new(store: &Store) -> EntryCache<'_> {
        let items = usize::try_from(BYTES_MAX).unwrap_or(usize::MAX) / (2 * OTHER_BYTES);
        EntryCache {
            store,
            entries: Cache::with_weighter(items, BYTES_MAX, Size),
        }
    }

    /// The feed that [`FeedVersion::compose`] returns.
    pub(super) fn compose(&self, version: &FeedVersion) -> Result<Feed, StoreError> {
        let (content, as_of) = (version.settings.content, version.as_of);
        let key = |record: &RecordId| (*record, content, as_of);
        let cached = version
            .entries
            .iter()
            .map(|record| self.entries.get(&key(record)));
        let cached: Vec<Option<Arc<Entry>>> = cached.collect();
        let missing = version.entries.iter().zip(&cached);
        let missing: Vec<RecordId> = missing
            .filter(|(_, cached)| cached.is_none())
            .map(|(record, _)| *record)
            .collect();
        let articles = match missing.is_empty() {
            true => Vec::new(),
            false => self.store.articles(&missing)?,
        };
        let mut made = missing.iter().zip(&articles).map(|(record, article)| {
            let entry = Arc::new(version.site_rules.entry(article, content, as_of));
            self.entries.insert(key(record), entry.clone());
            entry
        });
        let entries = cached
            .into_iter()
            .filter_map(|entry| entry.or_else(|| made.next()))
            .map(Arc::unwrap_or_clone);
        let channel = version.channel.as_ref().clone();
        Ok(version.site_rules.from_entries(channel, entries.collect()))
    }
}
