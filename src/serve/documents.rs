//! The documents of the published snapshot. The first request for a document renders and caches it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::feed::coding::Coding;
use crate::feed::definitions::FeedKind;
use crate::feed::etag::ETag;
use crate::feed::sitemaps::SitemapVersion;
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::documents::{render_feed, render_page};
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::ReadHandle;
use crate::publish::sitemap_documents::render_sitemap;
use crate::render::compress::encode;
use crate::render::pages::Page;
use crate::render::pages::frame::Host;
use crate::render::pages::locale::Locale;
use crate::serve::document_cache::{CacheError, DocumentCache, run};
use crate::serve::render_metrics::RenderMetrics;
use crate::serve::selection_limit::SelectionLimit;

/// The published snapshot and the cache of its documents.
pub struct Documents {
    pub(super) published: ReadHandle,
    pub(super) cache: DocumentCache,
    pub(super) selections: SelectionLimit,
    pub(super) metrics: Arc<RenderMetrics>,
}

impl Documents {
    /// Caches at most `cache_bytes` of documents.
    pub fn new(published: ReadHandle, cache_bytes: u64) -> Documents {
        Documents {
            published,
            cache: DocumentCache::new(cache_bytes),
            selections: SelectionLimit::new(),
            metrics: Arc::default(),
        }
    }

    /// A feed in a format and coding.
    pub(super) async fn feed(
        &self,
        version: &Arc<FeedVersion>,
        format: Format,
        coding: Coding,
    ) -> Result<Bytes, CacheError> {
        let digest = digest(version.digest, format);
        let permits = self.permits_of(version.kind);
        let (store, version) = (self.published.store().clone(), version.clone());
        let metrics = self.metrics.clone();
        let render = move || metrics.measure(format, || render_feed(&store, &version, format));
        self.cache.get(digest, coding, permits, render).await
    }

    pub(super) fn cached_feed(
        &self,
        version: &FeedVersion,
        format: Format,
        coding: Coding,
    ) -> Option<Bytes> {
        self.cache.find(digest(version.digest, format), coding)
    }

    /// The cached document of the previous version, with its validators.
    pub(super) fn previous_feed(
        &self,
        version: &FeedVersion,
        format: Format,
        coding: Coding,
    ) -> Option<(Bytes, Validators)> {
        let previous = version.previous?;
        let document = self.cache.find(digest(previous.digest, format), coding)?;
        Some((document, previous))
    }

    /// A sitemap in a coding.
    pub(super) async fn sitemap(
        &self,
        published: &Arc<PublishedState>,
        version: &Arc<SitemapVersion>,
        coding: Coding,
    ) -> Result<Bytes, CacheError> {
        let permits = &self.cache.render_permits;
        let store = self.published.store().clone();
        let (published, digest) = (published.clone(), version.digest);
        let version = version.clone();
        let render = move || render_sitemap(&store, &published, &version);
        self.cache.get(digest, coding, permits, render).await
    }

    pub(super) fn cached_sitemap(&self, version: &SitemapVersion, coding: Coding) -> Option<Bytes> {
        self.cache.find(version.digest, coding)
    }

    /// A page or list without a coding, in the language that the reader chose or in its own. Searches are
    /// endless, and are not cached: they would displace feeds.
    pub(super) async fn page(
        &self,
        page: &Page,
        published: &Arc<PublishedState>,
        chosen: Option<Locale>,
    ) -> Result<Bytes, CacheError> {
        let digest = page.digest(&published.snapshot, chosen);
        let permits = self.permits(page);
        let store = self.published.store().clone();
        let (page, published) = (page.clone(), published.clone());
        let render = move || render_page(&store, &published, &page, chosen, Host::Taspa);
        let coding = Coding::Identity;
        match digest {
            Some(digest) => self.cache.get(digest, coding, permits, render).await,
            None => run(permits, move || Ok(render()?)).await,
        }
    }

    /// A document that is not cached in a coding.
    pub(super) async fn encoded_once(
        &self,
        document: Bytes,
        coding: Coding,
        permits: &Arc<Semaphore>,
    ) -> Result<Bytes, CacheError> {
        match coding {
            Coding::Identity => Ok(document),
            coding => run(permits, move || Ok(encode(document, coding)?)).await,
        }
    }

    /// A document in a coding.
    pub(super) async fn encoded(
        &self,
        document: Bytes,
        coding: Coding,
        permits: &Arc<Semaphore>,
    ) -> Result<Bytes, CacheError> {
        if coding == Coding::Identity {
            return Ok(document);
        }
        let digest = ETag::of(&document).digest();
        let make = || Ok(document);
        self.cache.get(digest, coding, permits, make).await
    }

    /// The permits under which a page is made.
    pub(super) fn permits(&self, page: &Page) -> &Arc<Semaphore> {
        match page {
            Page::Feed(version) => self.permits_of(version.kind),
            page if page.is_search() => self.selections.permits(),
            _ => &self.cache.render_permits,
        }
    }

    fn permits_of(&self, kind: FeedKind) -> &Arc<Semaphore> {
        match kind {
            FeedKind::Select => self.selections.permits(),
            FeedKind::All
            | FeedKind::Declared
            | FeedKind::Section
            | FeedKind::Tag
            | FeedKind::Author => &self.cache.render_permits,
        }
    }

    /// The formats and codings in which clients will probably request a new version: those in which
    /// the previous version is cached, if the feed was polled within the last two hours.
    pub(super) fn likely_representations(
        &self,
        version: &FeedVersion,
        now: Timestamp,
    ) -> Vec<(Format, Coding)> {
        let is_polled = version.polls.rate(now).per_hour > 0.0;
        let Some(previous) = version.previous.filter(|_| is_polled) else {
            return Vec::new();
        };
        let formats = version.channel.formats.iter();
        let all = formats.flat_map(|&format| Coding::ALL.map(|coding| (format, coding)));
        all.filter(|(format, coding)| {
            let digest = digest(previous.digest, *format);
            self.cache.contains(digest, *coding)
        })
        .collect()
    }
}

fn digest(version: u128, format: Format) -> u128 {
    ETag::new(version, format).digest()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::feed::poll_rate::PollReply;
    use crate::model::removal_guard::Removal;
    use crate::model::term::TermKind;
    use crate::publish::publisher::Publisher;
    use crate::render::pages::PageRequest;
    use crate::render::pages::build_query::BuildQuery;
    use crate::render::pages::templates::Templates;
    use crate::render::pages::term_list::{TermFilter, TermListRequest};
    use crate::source::Scope;
    use crate::store::Store;
    use crate::testkit;

    const FEEDS: &str = "[source.directory]\n[auto.tags]\n";

    #[tokio::test]
    async fn searches_displace_nothing_from_the_cache() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("articles")).expect("a folder");
        let config = Arc::new(testkit::newsroom(FEEDS, folder.path()));
        let later = Timestamp(1_800_000_000);
        let store = Store::scratch().expect("a store");
        let publisher = Publisher::new(config, Templates::built_in(), store, later);
        let publisher = publisher.expect("a publisher");
        publisher.publish(later);
        let documents = Documents::new(publisher.handle().clone(), 1 << 20);
        let published = documents.published.published().expect("a state");
        let list = |filter| {
            PageRequest::Terms(TermListRequest {
                filter,
                ..TermListRequest::of_all(TermKind::Tag, 1)
            })
        };
        for (request, cached) in [
            (PageRequest::Build(BuildQuery::parse("q=а")), 0),
            (list(TermFilter::Words("а".to_owned())), 0),
            (list(TermFilter::All), 1),
        ] {
            let name = format!("{request:?}");
            let page = documents.published.find_page(&published, request);
            let page = page.expect("a page");
            let made = documents.page(&page, &published, None).await;
            assert!(!made.expect("a document").is_empty(), "{name}");
            assert_eq!(documents.cache.len(), cached, "{name}");
        }
    }

    #[tokio::test]
    async fn the_cached_representations_of_a_polled_feed_are_likely_for_its_next_version() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("articles")).expect("a folder");
        let write = |name: &str, text: &str| {
            let text = format!("date 2026-01-08 Заголовок\n\nТекст.\n\n{text}\n");
            fs::write(folder.path().join("articles").join(name), text).expect("an article");
        };
        let config = Arc::new(testkit::newsroom(FEEDS, folder.path()));
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
            assert!(report.problems.total() == 0, "{:?}", report.problems);
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
        let likely = |path: &str| {
            let mut revised = published.new_versions.iter();
            let version = revised.find(|version| &*version.path == path).expect("it");
            documents.likely_representations(version, later.plus(60))
        };
        assert_eq!(likely("tags/спорт"), [(Format::Atom, Coding::Gzip)]);
        assert_eq!(likely("tags/наука"), [], "it is not polled");
    }
}
