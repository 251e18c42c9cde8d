//! Documents of what is published: made on the first request for them, cached, and made in advance
//! for the next version of a feed that is polled.

use std::sync::Arc;

use bytes::Bytes;

use crate::feed::coding::Coding;
use crate::feed::etag::ETag;
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::documents::{render_feed, render_page};
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::render::pages::Page;
use crate::render::pages::locale::Locale;
use crate::serve::document_cache::{CacheError, DocumentCache};
use crate::serve::render_metrics::RenderMetrics;

/// What is published, and the cache of its documents.
pub struct Documents {
    published: ReadHandle,
    cache: DocumentCache,
    metrics: Arc<RenderMetrics>,
}

impl Documents {
    /// The documents of what is published, of which at most `cache_bytes` are cached.
    pub fn new(published: ReadHandle, cache_bytes: u64) -> Documents {
        Documents {
            published,
            cache: DocumentCache::new(cache_bytes),
            metrics: Arc::default(),
        }
    }

    /// What is published.
    pub fn published(&self) -> &ReadHandle {
        &self.published
    }

    /// The cache.
    pub fn cache(&self) -> &DocumentCache {
        &self.cache
    }

    /// What rendering feeds took.
    pub fn metrics(&self) -> &RenderMetrics {
        &self.metrics
    }

    /// A feed in a format and coding.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn feed(
        &self,
        version: &Arc<FeedVersion>,
        format: Format,
        coding: Coding,
    ) -> Result<Bytes, CacheError> {
        let digest = ETag::new(version.digest, format).digest();
        let (store, version) = (self.published.store().clone(), version.clone());
        let metrics = self.metrics.clone();
        let render = move || metrics.measure(format, || render_feed(&store, &version, format));
        self.cache.get(digest, coding, render).await
    }

    /// A feed that is cached.
    pub fn cached_feed(
        &self,
        version: &FeedVersion,
        format: Format,
        coding: Coding,
    ) -> Option<Bytes> {
        let digest = ETag::new(version.digest, format).digest();
        self.cache.find(digest, coding)
    }

    /// The cached document of the version before, with its validators.
    pub fn previous_feed(
        &self,
        version: &FeedVersion,
        format: Format,
        coding: Coding,
    ) -> Option<(Bytes, Validators)> {
        let previous = version.previous?;
        let digest = ETag::new(previous.digest, format).digest();
        Some((self.cache.find(digest, coding)?, previous))
    }

    /// A page or list without a coding.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn page(
        &self,
        page: &Page,
        published: &Arc<PublishedState>,
        locale: Locale,
    ) -> Result<Bytes, CacheError> {
        let digest = page.digest(&published.snapshot, locale);
        let store = self.published.store().clone();
        let (page, published) = (page.clone(), published.clone());
        let render = move || render_page(&store, &published, &page, locale);
        self.cache.get(digest, Coding::Identity, render).await
    }

    /// A document in a coding.
    ///
    /// # Errors
    /// When it cannot be encoded.
    pub async fn encoded(&self, document: Bytes, coding: Coding) -> Result<Bytes, CacheError> {
        if coding == Coding::Identity {
            return Ok(document);
        }
        let digest = ETag::of(&document).digest();
        self.cache.get(digest, coding, || Ok(document)).await
    }

    /// The formats and codings in which a new version is likely to be requested: those in which the
    /// version before is cached, if the feed was polled within the last hour or two.
    pub fn likely_forms(&self, version: &FeedVersion, now: Timestamp) -> Vec<(Format, Coding)> {
        let is_polled = version.polls.rate(now).per_hour > 0.0;
        let Some(previous) = version.previous.filter(|_| is_polled) else {
            return Vec::new();
        };
        let formats = version.channel.formats.iter();
        let forms = formats.flat_map(|&format| Coding::ALL.map(|coding| (format, coding)));
        let is_cached = |&(format, coding): &(Format, Coding)| {
            let digest = ETag::new(previous.digest, format).digest();
            self.cache.contains(digest, coding)
        };
        forms.filter(is_cached).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::feed::poll_rate::PollReply;
    use crate::model::removal_guard::Removal;
    use crate::publish::publisher::Publisher;
    use crate::render::pages::templates::Templates;
    use crate::source::Scope;
    use crate::store::Store;
    use crate::testkit;

    const CONFIG: &str = "\
[site]
title = 'Дала'
url = 'https://dala.example/'
id-authority = 'dala.example'
id-year = 2026
[source.directory]
[auto.tags]
";

    #[tokio::test]
    async fn a_polled_feed_is_made_again_in_the_forms_that_are_cached() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("articles")).expect("a folder");
        let write = |name: &str, text: &str| {
            let text = format!("date 2026-01-08 Заголовок\n\nТекст.\n\n{text}\n");
            fs::write(folder.path().join("articles").join(name), text).expect("an article");
        };
        let config = Arc::new(testkit::config(CONFIG, folder.path()));
        let later = Timestamp(1_800_000_000);
        let publisher = Publisher::new(
            config,
            Templates::built_in(),
            Store::scratch().expect("a store"),
            later,
        )
        .expect("a publisher");
        let documents = Documents::new(publisher.handle().clone(), 1 << 20);
        let publish = |at| {
            let report = publisher.reconcile(&[Scope::All], Removal::Held);
            assert!(report.problems.is_empty(), "{:?}", report.problems);
            publisher.publish(at)
        };
        write("a.txt", "#спорт #наука");
        publish(later);
        let snapshot = documents.published.snapshot().expect("a snapshot");
        let polled = &snapshot.feeds["tags/спорт"];
        for feed in [polled, &snapshot.feeds["tags/наука"]] {
            let document = documents.feed(feed, Format::Atom, Coding::Gzip).await;
            document.expect("a document");
        }
        polled.polls.count(PollReply::Document, later);

        write("b.txt", "#спорт #наука");
        let published = publish(later.plus(60));
        let forms = |path: &str| {
            let mut revised = published.new_versions.iter();
            let version = revised.find(|version| &*version.path == path).expect("it");
            documents.likely_forms(version, later.plus(60))
        };
        assert_eq!(forms("tags/спорт"), [(Format::Atom, Coding::Gzip)]);
        assert_eq!(forms("tags/наука"), [], "it is not polled");
    }
}
