//! A cache of entries: an article is in several feeds, and is read, composed and written once.

use std::mem::ManuallyDrop;
use std::sync::{Mutex, MutexGuard, PoisonError};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::config::TextSettings;
use crate::feed::document::Feed;
use crate::feed::document::shared_entry::SharedEntry;
use crate::feed::snapshot::FeedVersion;
use crate::model::record::RecordId;
use crate::model::time::Timestamp;
use crate::store::{ArticleReader, Store, StoreError};

/// The most bytes of cached entries, as entries and as a writer keeps them.
const BYTES_MAX: u64 = 24 << 20;

/// Roughly the size of an entry without its texts.
const OTHER_BYTES: u64 = 1024;

/// Everything that an entry depends on besides the rules of the site.
type Key = (RecordId, TextSettings, Timestamp);

/// Entries of a store's articles under the rules of one site, shared by threads.
pub(super) struct EntryCache<'s> {
    store: &'s Store,
    /// Readers that no feed needs now. A new one costs more than most articles that a feed reads.
    idle: Mutex<Vec<ArticleReader>>,
    /// Never freed: the process ends after an export, and the system frees its memory faster than we could.
    entries: ManuallyDrop<Cache<Key, SharedEntry, Size>>,
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, SharedEntry> for Size {
    fn weight(&self, _: &Key, entry: &SharedEntry) -> u64 {
        OTHER_BYTES + 2 * entry.text_bytes()
    }
}

impl EntryCache<'_> {
    pub(super) fn new(store: &Store) -> EntryCache<'_> {
        let items = usize::try_from(BYTES_MAX / (2 * OTHER_BYTES)).unwrap_or(usize::MAX);
        EntryCache {
            store,
            idle: Mutex::default(),
            entries: ManuallyDrop::new(Cache::with_weighter(items, BYTES_MAX, Size)),
        }
    }

    /// The feed that [`FeedVersion::compose_newest`] returns for the articles of the store.
    pub(super) fn compose(&self, version: &FeedVersion) -> Result<Feed, StoreError> {
        let (texts, as_of) = (version.settings.texts, version.as_of);
        let mut reader = None;
        let feed = version.compose_newest(|record| {
            let key = (record, texts, as_of);
            if let Some(cached) = self.entries.get(&key) {
                return Ok(cached);
            }
            let reader = match &mut reader {
                Some(reader) => reader,
                None => reader.insert(self.reader()?),
            };
            let article = reader.article(record)?;
            let entry = SharedEntry::from(version.site_rules.entry(&article, texts, as_of));
            self.entries.insert(key, entry.clone());
            Ok(entry)
        });
        self.idle().extend(reader);
        feed
    }

    fn reader(&self) -> Result<ArticleReader, StoreError> {
        let idle = self.idle().pop();
        idle.map_or_else(|| self.store.article_reader(), Ok)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<ArticleReader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
