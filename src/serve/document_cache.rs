//! The bounded cache of documents.
//!
//! A document is made on the first request by one task, and every other request for it waits for
//! that task. The key is the document's digest: a new version of a feed has another key, so nothing
//! is ever invalidated. Only codings that were requested are cached: nearly every client accepts a
//! coding, and plain bytes are several times as many. Another coding is made from a cached one.

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use tokio::sync::Semaphore;
use tokio::task;

use crate::feed::coding::Coding;
use crate::publish::documents::DocumentError;
use crate::render::compress::{decode, encode};

/// Why the cache has no document.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The document could not be made.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The document could not be encoded or decoded.
    #[error("cannot encode the document")]
    Encode(#[from] std::io::Error),
    /// The task that made it panicked, or the daemon is stopping.
    #[error("the rendering task ended early")]
    Task,
}

/// A document by its digest, in a form.
type Key = (u128, Form);

/// The bytes that are cached of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// Plain bytes, shared by the tasks that encode them at the same time.
    Draft,
    /// The bytes that are sent.
    Finished(Coding),
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, Bytes> for Size {
    fn weight(&self, _: &Key, document: &Bytes) -> u64 {
        document.len() as u64
    }
}

/// The cache of documents.
pub struct DocumentCache {
    cache: Cache<Key, Bytes, Size>,
    /// As many documents are made at once as there are processors.
    slots: Semaphore,
}

impl DocumentCache {
    /// A cache of at most `bytes_max` bytes of documents.
    pub fn new(bytes_max: u64) -> DocumentCache {
        // One shard: several would refuse a document larger than their share.
        let options = OptionsBuilder::new()
            .shards(1)
            .estimated_items_capacity(1024)
            .weight_capacity(bytes_max)
            .build()
            .expect("both capacities are given");
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        DocumentCache {
            cache: Cache::with_options(options, Size, Default::default(), Default::default()),
            slots: Semaphore::new(processors),
        }
    }

    /// The document with this digest in a coding; `make` makes it if it is not cached.
    ///
    /// # Errors
    /// [`CacheError`]. A failure is not cached: the next request tries again.
    pub async fn get(
        &self,
        digest: u128,
        coding: Coding,
        make: impl FnOnce() -> Result<Bytes, DocumentError> + Send + 'static,
    ) -> Result<Bytes, CacheError> {
        let draft = (digest, Form::Draft);
        let finish = async {
            let mut _draft_guard = None;
            let plain = match self.find_in_any_coding(digest) {
                Some((cached, document)) => self.run(move || Ok(decode(document, cached)?)).await?,
                None => {
                    let make = self.run(move || Ok(make()?));
                    let plain = self.cache.get_or_insert_async(&draft, make).await?;
                    // The draft goes also when this request is cancelled while it encodes.
                    _draft_guard = Some(DraftGuard {
                        cache: &self.cache,
                        draft,
                    });
                    plain
                }
            };
            match coding {
                Coding::Identity => Ok(plain),
                coding => self.run(move || Ok(encode(plain, coding)?)).await,
            }
        };
        let finished = (digest, Form::Finished(coding));
        self.cache.get_or_insert_async(&finished, finish).await
    }

    fn find_in_any_coding(&self, digest: u128) -> Option<(Coding, Bytes)> {
        let mut codings = Coding::BY_DECODING.into_iter();
        codings.find_map(|coding| Some((coding, self.find(digest, coding)?)))
    }

    /// The document with this digest, if it is cached.
    pub fn find(&self, digest: u128, coding: Coding) -> Option<Bytes> {
        self.cache.get(&(digest, Form::Finished(coding)))
    }

    /// Whether a document is cached. The cache does not count this as a use of it.
    pub fn contains(&self, digest: u128, coding: Coding) -> bool {
        self.cache.contains_key(&(digest, Form::Finished(coding)))
    }

    /// How many documents are cached.
    pub fn documents(&self) -> usize {
        self.cache.len()
    }

    /// Their bytes.
    pub fn bytes(&self) -> u64 {
        self.cache.weight()
    }

    /// Runs work off the threads that serve requests.
    async fn run(
        &self,
        work: impl FnOnce() -> Result<Bytes, CacheError> + Send + 'static,
    ) -> Result<Bytes, CacheError> {
        let _slot = self.slots.acquire().await.map_err(|_| CacheError::Task)?;
        task::spawn_blocking(|| work().map(shrink))
            .await
            .map_err(|_| CacheError::Task)?
    }
}

/// Removes a draft when it is dropped.
struct DraftGuard<'a> {
    cache: &'a Cache<Key, Bytes, Size>,
    draft: Key,
}

impl Drop for DraftGuard<'_> {
    fn drop(&mut self) {
        self.cache.remove(&self.draft);
    }
}

/// Frees spare capacity, which the cache does not count.
fn shrink(document: Bytes) -> Bytes {
    Vec::from(document).into_boxed_slice().into()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn document() -> Bytes {
        Bytes::from("Вода в канале стоит высоко. ".repeat(500))
    }

    #[tokio::test]
    async fn a_document_is_made_once_and_only_requested_codings_are_cached() {
        let cache = DocumentCache::new(1 << 20);
        let made = Arc::new(AtomicUsize::new(0));
        let get = |coding| {
            let made = made.clone();
            cache.get(7, coding, move || {
                made.fetch_add(1, Ordering::Relaxed);
                Ok(document())
            })
        };
        let both = tokio::join!(get(Coding::Gzip), get(Coding::Gzip), get(Coding::Zstd));
        let (gzip, same, zstd) = both;
        let (gzip, zstd) = (gzip.expect("gzip"), zstd.expect("zstd"));
        assert_eq!(same.expect("gzip"), gzip);
        assert_eq!(cache.documents(), 2);
        assert_eq!(cache.bytes(), (gzip.len() + zstd.len()) as u64);
        // Later codings are made from a cached one.
        assert_eq!(get(Coding::Identity).await.expect("it"), document());
        assert!(get(Coding::Brotli).await.expect("br").len() < gzip.len());
        assert_eq!(made.load(Ordering::Relaxed), 1);
        assert_eq!(cache.documents(), 4);
    }

    #[tokio::test]
    async fn a_failure_is_not_cached() {
        let cache = DocumentCache::new(1 << 20);
        let fail = || Err(DocumentError::Write(io::ErrorKind::Other.into()));
        assert!(cache.get(7, Coding::Gzip, fail).await.is_err());
        assert_eq!(cache.documents(), 0);
        let second = cache.get(7, Coding::Gzip, || Ok(document()));
        assert!(second.await.is_ok());
    }
}
