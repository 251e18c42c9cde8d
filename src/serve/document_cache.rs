//! Finished documents, and the bounded cache they are kept in.
//!
//! A document is made on first demand by one task while everybody else who wants it waits, and
//! belongs to its digest: a new version of a feed never touches the bytes of the old one, and nothing
//! has to be thrown away when something changes. Only what was asked for is kept: nearly every
//! client takes a coding, and the plain bytes are several times as many. Another coding is made from
//! one that is kept.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use tokio::sync::Semaphore;
use tokio::task;

use crate::feed::coding::Coding;
use crate::model::format::Format;
use crate::render::RenderError;
use crate::render::compress::{decode, encode};
use crate::render::pages::error::PageError;
use crate::serve::metrics::{Counter, Histogram};
use crate::store::StoreError;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// An article of the feed cannot be read.
    #[error("cannot read the articles")]
    Store(#[from] StoreError),
    /// The writer failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A page cannot be made.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The compressor, or the writer of a list, failed.
    #[error("cannot write the document")]
    Write(#[from] std::io::Error),
    /// The task that made it panicked or the daemon is stopping.
    #[error("the rendering task ended early")]
    Task,
}

/// A document by its digest, in a form.
type Key = (u128, Form);

/// What is kept of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// Its plain bytes, while it is brought into the codings that are asked for at the same time.
    Draft,
    /// What is sent.
    Finished(Coding),
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, Bytes> for Size {
    fn weight(&self, _: &Key, document: &Bytes) -> u64 {
        document.len() as u64
    }
}

/// All finished documents that are kept.
pub struct DocumentCache {
    cache: Cache<Key, Bytes, Size>,
    /// As many documents are made at once as there are processors.
    makers: Semaphore,
    renders: Arc<Renders>,
}

/// What making feeds cost, by format.
#[derive(Debug, Default)]
pub struct Renders {
    took: [Histogram; Format::ALL.len()],
    failures: [Counter; Format::ALL.len()],
}

impl Renders {
    /// How long feeds of a format took.
    pub fn took(&self, format: Format) -> &Histogram {
        &self.took[format as usize]
    }

    /// Feeds of a format that could not be made.
    pub fn failures(&self, format: Format) -> &Counter {
        &self.failures[format as usize]
    }

    /// Does the work for a format, and notes how it went.
    pub fn measure<T, E>(
        &self,
        format: Format,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let begun = Instant::now();
        let made = work();
        match made {
            Ok(_) => self.took(format).observe(begun.elapsed()),
            Err(_) => self.failures(format).increment(),
        }
        made
    }
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
            makers: Semaphore::new(processors),
            renders: Arc::default(),
        }
    }

    /// The document with this digest in a coding; `make` makes it where it is not kept.
    ///
    /// # Errors
    /// [`DocumentError`]; nothing is kept of a failure, the next request tries again.
    pub async fn get(
        &self,
        digest: u128,
        coding: Coding,
        make: impl FnOnce() -> Result<Bytes, DocumentError> + Send + 'static,
    ) -> Result<Bytes, DocumentError> {
        let draft = (digest, Form::Draft);
        let finish = async {
            let mut _done = None;
            let plain = match self.any_kept(digest) {
                Some((kept, document)) => self.make(move || Ok(decode(document, kept)?)).await?,
                None => {
                    let make = self.make(make);
                    let plain = self.cache.get_or_insert_async(&draft, make).await?;
                    // Also where nobody waits any more for what is made of it.
                    _done = Some(Discarded {
                        cache: &self.cache,
                        draft,
                    });
                    plain
                }
            };
            match coding {
                Coding::Identity => Ok(plain),
                coded => self.make(move || Ok(encode(plain, coded)?)).await,
            }
        };
        let finished = (digest, Form::Finished(coding));
        self.cache.get_or_insert_async(&finished, finish).await
    }

    fn any_kept(&self, digest: u128) -> Option<(Coding, Bytes)> {
        let mut codings = Coding::BY_DECODING.into_iter();
        codings.find_map(|coding| Some((coding, self.kept(digest, coding)?)))
    }

    /// The document that a digest had, if it is still kept.
    pub fn kept(&self, digest: u128, coding: Coding) -> Option<Bytes> {
        self.cache.get(&(digest, Form::Finished(coding)))
    }

    /// Whether a document is kept, which does not count as asking for it.
    pub fn has(&self, digest: u128, coding: Coding) -> bool {
        self.cache.contains_key(&(digest, Form::Finished(coding)))
    }

    /// What making feeds cost.
    pub fn renders(&self) -> &Arc<Renders> {
        &self.renders
    }

    /// Finished documents that are kept.
    pub fn documents(&self) -> usize {
        self.cache.len()
    }

    /// Their bytes.
    pub fn bytes(&self) -> u64 {
        self.cache.weight()
    }

    /// Works off the threads that serve requests.
    async fn make(
        &self,
        work: impl FnOnce() -> Result<Bytes, DocumentError> + Send + 'static,
    ) -> Result<Bytes, DocumentError> {
        let _permit = self
            .makers
            .acquire()
            .await
            .map_err(|_| DocumentError::Task)?;
        task::spawn_blocking(|| work().map(snug))
            .await
            .map_err(|_| DocumentError::Task)?
    }
}

/// A draft that goes when this does.
struct Discarded<'a> {
    cache: &'a Cache<Key, Bytes, Size>,
    draft: Key,
}

impl Drop for Discarded<'_> {
    fn drop(&mut self) {
        self.cache.remove(&self.draft);
    }
}

/// Without the room that was left for growing, which the cache does not count.
fn snug(document: Bytes) -> Bytes {
    Vec::from(document).into_boxed_slice().into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn document() -> Bytes {
        Bytes::from("Вода в канале стоит высоко. ".repeat(500))
    }

    #[tokio::test]
    async fn a_document_is_made_once_and_only_what_was_asked_for_is_kept() {
        let renditions = DocumentCache::new(1 << 20);
        let made = Arc::new(AtomicUsize::new(0));
        let get = |coding| {
            let made = made.clone();
            renditions.get(7, coding, move || {
                made.fetch_add(1, Ordering::Relaxed);
                Ok(document())
            })
        };
        let both = tokio::join!(get(Coding::Gzip), get(Coding::Gzip), get(Coding::Zstd));
        let (gzip, same, zstd) = both;
        let (gzip, zstd) = (gzip.expect("gzip"), zstd.expect("zstd"));
        assert_eq!(same.expect("gzip"), gzip);
        assert_eq!(renditions.documents(), 2);
        assert_eq!(renditions.bytes(), (gzip.len() + zstd.len()) as u64);
        // Later ones are made from what is there.
        assert_eq!(get(Coding::Identity).await.expect("it"), document());
        assert!(get(Coding::Brotli).await.expect("br").len() < gzip.len());
        assert_eq!(made.load(Ordering::Relaxed), 1);
        assert_eq!(renditions.documents(), 4);
    }

    #[tokio::test]
    async fn of_a_failure_nothing_is_kept() {
        let renditions = DocumentCache::new(1 << 20);
        let failed = renditions.get(7, Coding::Gzip, || Err(DocumentError::Task));
        assert!(failed.await.is_err());
        assert_eq!(renditions.documents(), 0);
        let mended = renditions.get(7, Coding::Gzip, || Ok(document()));
        assert!(mended.await.is_ok());
    }
}
