//! What the catalog knows beside the edition: how many articles a feed has, and single articles.

use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::Desk;
use super::state::State;
use crate::catalog::ArticleNo;
use crate::edition::Version;
use crate::overview::{Counted, Overview};
use crate::press::Released;
use crate::store::StoreError;
use crate::time::Timestamp;

impl Desk {
    /// Every feed with its articles counted; `None` before the first edition.
    pub fn overview(&self) -> Option<Arc<Overview>> {
        if let Some(overview) = self.overview.load_full() {
            return Some(overview);
        }
        let mut state = self.state();
        // Somebody else may have asked while this one waited.
        if let Some(overview) = self.overview.load_full() {
            return Some(overview);
        }
        let edition = self.edition()?;
        let feeds = edition.feeds.values();
        let feeds = feeds.map(|version| state.counted(version)).collect();
        state.overviews += 1;
        let overview = Arc::new(Overview::new(state.overviews, feeds));
        self.overview.store(Some(overview.clone()));
        Some(overview)
    }

    /// The keys of all released articles, each with the last correction that counts.
    pub fn released(&self) -> Vec<(String, Timestamp)> {
        self.state().catalog.released().collect()
    }

    /// A released article.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn article(&self, key: &str) -> Result<Option<Released>, StoreError> {
        let state = self.state();
        let Some(number) = state.catalog.find(key) else {
            return Ok(None);
        };
        let record = state.catalog.record(number);
        let (digest, as_of) = (state.digest(number, key), state.catalog.as_of());
        let expires = state.catalog.expires(number);
        drop(state);
        let article = self.store.articles(&[record])?.pop();
        Ok(article.map(|article| {
            let corrected = Some(article.updated).filter(|updated| *updated > as_of);
            Released {
                digest,
                as_of,
                next: expires.into_iter().chain(corrected).min(),
                article,
            }
        }))
    }
}

impl State {
    fn counted(&self, version: &Arc<Version>) -> Counted {
        let path = &version.path;
        let query = self.lineup.query(&self.catalog, path);
        // Without one, the feed ends with the next edition.
        let articles = query.map_or(version.entries.len(), |query| self.catalog.count(&query));
        Counted {
            version: version.clone(),
            articles,
            listed: self.lineup.is_listed(version.kind, articles),
            place: self.lineup.place(path).unwrap_or_default(),
        }
    }

    /// Names what can be seen of an article now, its configuration aside.
    fn digest(&self, article: ArticleNo, key: &str) -> u128 {
        let mut hash = Xxh3::new();
        hash.update(&self.catalog.revision(article).0.to_le_bytes());
        hash.update(&self.catalog.updated(article).0.to_le_bytes());
        hash.update(key.as_bytes());
        hash.digest128()
    }
}
