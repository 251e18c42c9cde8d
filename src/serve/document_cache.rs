//! The bounded cache of documents.
//!
//! The first request for a document starts one task that makes it, and every other request waits for
//! that task. The key is the document's digest: a new version of a feed has a new key, so no entry is
//! ever invalidated. Only requested codings are cached: nearly every client accepts a coding, and the
//! unencoded bytes are several times as large. Another coding is made from a cached one.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use tokio::sync::Semaphore;

use crate::feed::coding::Coding;
use crate::publish::documents::DocumentError;
use crate::render::compress::{decode, encode};
use crate::serve::selection_limit::run_with;

/// Why the cache has no document.
#[derive(Debug, thiserror::Error)]
pub(super) enum CacheError {
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error("cannot encode the document")]
    Encode(#[from] std::io::Error),
    /// The rendering task panicked, or the daemon is stopping.
    #[error("the rendering task ended early")]
    Task,
}

/// Keys hold the digest of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// The unencoded bytes, as long as tasks encode them.
    Source(u128),
    /// The bytes that are sent.
    Document(u128, Coding),
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, Bytes> for Size {
    fn weight(&self, _: &Key, document: &Bytes) -> u64 {
        document.len() as u64
    }
}

pub(super) struct DocumentCache {
    cache: Cache<Key, Bytes, Size>,
    /// One for each processor: no more documents are made at the same time, those of selections aside.
    pub(super) render_permits: Arc<Semaphore>,
}

impl DocumentCache {
    pub(super) fn new(bytes_max: u64) -> DocumentCache {
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
            render_permits: Arc::new(Semaphore::new(processors)),
        }
    }

    /// The document with this digest in a coding; `make` makes it under one of `permits` if it is not cached.
    /// A failure is not cached: the next request tries again.
    pub(super) async fn get(
        &self,
        digest: u128,
        coding: Coding,
        permits: &Arc<Semaphore>,
        make: impl FnOnce() -> Result<Bytes, DocumentError> + Send + 'static,
    ) -> Result<Bytes, CacheError> {
        let source = Key::Source(digest);
        let encode_document = async {
            let mut _source_guard = None;
            let plain = match self.find_in_any_coding(digest) {
                Some((cached, document)) => {
                    run(permits, move || Ok(decode(document, cached)?)).await?
                }
                None => {
                    let make = run(permits, move || Ok(make()?));
                    let plain = self.cache.get_or_insert_async(&source, make).await?;
                    // Also removes the source if this request is cancelled while it encodes.
                    _source_guard = Some(RemoveOnDrop(&self.cache, source));
                    plain
                }
            };
            match coding {
                Coding::Identity => Ok(plain),
                coding => run(permits, move || Ok(encode(plain, coding)?)).await,
            }
        };
        let document = Key::Document(digest, coding);
        self.cache
            .get_or_insert_async(&document, encode_document)
            .await
    }

    fn find_in_any_coding(&self, digest: u128) -> Option<(Coding, Bytes)> {
        let mut codings = Coding::BY_DECODING.into_iter();
        codings.find_map(|coding| Some((coding, self.find(digest, coding)?)))
    }

    pub(super) fn find(&self, digest: u128, coding: Coding) -> Option<Bytes> {
        self.cache.get(&Key::Document(digest, coding))
    }

    /// Whether a document is cached. The cache does not count this as a use of it.
    pub(super) fn contains(&self, digest: u128, coding: Coding) -> bool {
        self.cache.contains_key(&Key::Document(digest, coding))
    }

    /// The number of cached documents.
    pub(super) fn len(&self) -> usize {
        self.cache.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.cache.weight()
    }
}

/// Runs work on a blocking thread, so that the threads that serve requests never wait for it.
pub(super) async fn run(
    permits: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<Bytes, CacheError> + Send + 'static,
) -> Result<Bytes, CacheError> {
    let permit = permits.clone().acquire_owned().await;
    let permit = permit.map_err(|_| CacheError::Task)?;
    run_with(permit, || work().map(shrink))
        .await
        .map_err(|_| CacheError::Task)?
}

struct RemoveOnDrop<'a>(&'a Cache<Key, Bytes, Size>, Key);

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        self.0.remove(&self.1);
    }
}

/// Frees spare capacity, which the cache does not count.
fn shrink(document: Bytes) -> Bytes {
    Vec::from(document).into_boxed_slice().into()
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn document() -> Bytes {
        Bytes::from("Вода в канале стоит высоко. ".repeat(500))
    }

    #[tokio::test]
    async fn a_document_is_made_once_and_only_requested_codings_are_cached() {
        let cache = DocumentCache::new(1 << 20);
        let renders = Arc::new(AtomicUsize::new(0));
        let get = |coding| {
            let renders = renders.clone();
            cache.get(7, coding, &cache.render_permits, move || {
                renders.fetch_add(1, Ordering::Relaxed);
                Ok(document())
            })
        };
        let both = tokio::join!(get(Coding::Gzip), get(Coding::Gzip), get(Coding::Zstd));
        let (gzip, same, zstd) = both;
        let (gzip, zstd) = (gzip.expect("gzip"), zstd.expect("zstd"));
        assert_eq!(same.expect("gzip"), gzip);
        assert_eq!(cache.len(), 2);
        assert_eq!(cache.bytes(), (gzip.len() + zstd.len()) as u64);
        // Later codings are made from a cached one.
        assert_eq!(get(Coding::Identity).await.expect("it"), document());
        assert!(get(Coding::Brotli).await.expect("br").len() < gzip.len());
        assert_eq!(renders.load(Ordering::Relaxed), 1);
        assert_eq!(cache.len(), 4);
    }

    #[tokio::test]
    async fn a_failure_is_not_cached() {
        let cache = DocumentCache::new(1 << 20);
        let fail = || Err(DocumentError::Write(io::ErrorKind::Other.into()));
        assert!(
            cache
                .get(7, Coding::Gzip, &cache.render_permits, fail)
                .await
                .is_err()
        );
        assert_eq!(cache.len(), 0);
        let second = cache.get(7, Coding::Gzip, &cache.render_permits, || Ok(document()));
        assert!(second.await.is_ok());
    }
}
