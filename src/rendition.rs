//! Finished documents: their codings, and the bounded cache they are kept in.
//!
//! A document is made on first demand by one task while everybody else who wants it waits, and
//! belongs to its digest: a new version of a feed never touches the bytes of the old one.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use flate2::{Compression, GzBuilder};
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use tokio::sync::Semaphore;
use tokio::task;

use crate::edition::Version;
use crate::format::{Format, RenderError};
use crate::metrics::{Counter, Histogram};
use crate::store::{Store, StoreError};

/// A content coding (RFC 9110 §8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// As it is.
    Identity,
    /// gzip.
    Gzip,
}

impl Coding {
    /// Every coding, the best first.
    pub const ALL: [Coding; 2] = [Coding::Gzip, Coding::Identity];

    /// Its name in `Accept-Encoding` and `Content-Encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
        }
    }

    /// What it appends to a document's tag, so that different bytes have different tags.
    pub fn tag_suffix(self) -> &'static str {
        match self {
            Coding::Identity => "",
            Coding::Gzip => "-gzip",
        }
    }
}

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenditionError {
    /// An article of the feed cannot be read.
    #[error("cannot read the articles")]
    Store(#[from] StoreError),
    /// The writer failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The compressor failed.
    #[error("cannot compress")]
    Compress(#[from] std::io::Error),
    /// The task that made it panicked or the daemon is stopping.
    #[error("the rendering task ended early")]
    Task,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    digest: u128,
    format: Format,
    coding: Coding,
}

#[derive(Clone)]
struct Size;

impl Weighter<Key, Bytes> for Size {
    fn weight(&self, _: &Key, document: &Bytes) -> u64 {
        document.len() as u64
    }
}

/// All finished documents that are kept.
pub struct Renditions {
    cache: Cache<Key, Bytes, Size>,
    /// As many documents are made at once as there are processors.
    makers: Semaphore,
    /// What rendering cost, by format.
    renders: [Histogram; Format::ALL.len()],
    failures: [Counter; Format::ALL.len()],
}

impl Renditions {
    /// A cache of at most `bytes_max` bytes of documents.
    pub fn new(bytes_max: u64) -> Renditions {
        // One shard: several would refuse a document larger than their share.
        let options = OptionsBuilder::new()
            .shards(1)
            .estimated_items_capacity(1024)
            .weight_capacity(bytes_max)
            .build()
            .expect("both capacities are given");
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Renditions {
            cache: Cache::with_options(options, Size, Default::default(), Default::default()),
            makers: Semaphore::new(processors),
            renders: Default::default(),
            failures: Default::default(),
        }
    }

    /// The document of a version in a format and coding.
    ///
    /// # Errors
    /// [`RenditionError`]; nothing is kept of a failure, the next request tries again.
    pub async fn get(
        &self,
        store: &Arc<Store>,
        version: &Arc<Version>,
        format: Format,
        coding: Coding,
    ) -> Result<Bytes, RenditionError> {
        let identity = Key {
            digest: version.digest,
            format,
            coding: Coding::Identity,
        };
        let render = || async {
            let (store, version) = (store.clone(), version.clone());
            let begun = Instant::now();
            let made = self.make(move || render(&store, &version, format)).await;
            self.count(format, begun, made)
        };
        match coding {
            Coding::Identity => self.cache.get_or_insert_async(&identity, render()).await,
            Coding::Gzip => {
                let compress = async {
                    let plain = self.cache.get_or_insert_async(&identity, render()).await?;
                    self.make(move || gzip(&plain)).await
                };
                self.cache
                    .get_or_insert_async(&Key { coding, ..identity }, compress)
                    .await
            }
        }
    }

    /// The document that a digest had, if it is still kept.
    pub fn kept(&self, digest: u128, format: Format, coding: Coding) -> Option<Bytes> {
        self.cache.get(&Key {
            digest,
            format,
            coding,
        })
    }

    /// How long documents of a format took, the wait for a processor included.
    pub fn renders(&self, format: Format) -> &Histogram {
        &self.renders[format as usize]
    }

    /// Documents of a format that could not be made.
    pub fn failures(&self, format: Format) -> &Counter {
        &self.failures[format as usize]
    }

    /// Finished documents that are kept.
    pub fn documents(&self) -> usize {
        self.cache.len()
    }

    /// Their bytes.
    pub fn bytes(&self) -> u64 {
        self.cache.weight()
    }

    fn count(
        &self,
        format: Format,
        begun: Instant,
        made: Result<Bytes, RenditionError>,
    ) -> Result<Bytes, RenditionError> {
        match made {
            Ok(_) => self.renders(format).observe(begun.elapsed()),
            Err(_) => self.failures(format).increment(),
        }
        made
    }

    /// Works off the threads that serve requests.
    async fn make(
        &self,
        work: impl FnOnce() -> Result<Bytes, RenditionError> + Send + 'static,
    ) -> Result<Bytes, RenditionError> {
        let _permit = self
            .makers
            .acquire()
            .await
            .map_err(|_| RenditionError::Task)?;
        task::spawn_blocking(work)
            .await
            .map_err(|_| RenditionError::Task)?
    }
}

/// Makes the document of a version in a format.
///
/// # Errors
/// When an article cannot be read or the writer fails.
pub fn render(store: &Store, version: &Version, format: Format) -> Result<Bytes, RenditionError> {
    let articles = store.articles(&version.entries)?;
    let channel = version.channel.as_ref().clone();
    let feed =
        version
            .publication
            .compose(channel, version.settings.content, &articles, version.as_of);
    Ok(format.render(&feed)?.into())
}

/// Level 6 with neither time nor system in the header, so that equal input gives equal bytes.
fn gzip(plain: &[u8]) -> Result<Bytes, RenditionError> {
    let mut writer = GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), Compression::new(6));
    writer.write_all(plain)?;
    Ok(writer.finish()?.into())
}
