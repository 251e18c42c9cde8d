//! Makes the documents of sitemaps: reads the addresses of articles, and renders them.

use std::num::NonZero;
use std::thread;

use bytes::Bytes;

use crate::config::Config;
use crate::feed::sitemaps::{SitemapContent, SitemapVersion, news_name, sitemap_path};
use crate::index::ArticleNo;
use crate::model::address_size::page_here;
use crate::model::record::RecordId;
use crate::publish::documents::DocumentError;
use crate::publish::published_state::PublishedState;
use crate::render::sitemap::{self, Location, NewsEntry};
use crate::store::{Store, StoreError};

/// Fewer articles are read by one thread: starting another one takes as long.
const ARTICLES_A_THREAD: usize = 500;

/// The most threads that read the articles of one sitemap.
const THREADS_MAX: usize = 4;

/// Renders a sitemap of a published state.
///
/// # Errors
/// When an article cannot be read.
pub fn render_sitemap(
    store: &Store,
    published: &PublishedState,
    version: &SitemapVersion,
) -> Result<Bytes, DocumentError> {
    let config = &*published.snapshot.config;
    let (zone, base) = (&config.site.zone, &config.server.public_url);
    let document = match &version.content {
        SitemapContent::Index(files) => {
            let locations = files.iter().map(|(name, modified)| Location {
                address: format!("{base}{}", sitemap_path(*name)),
                modified: *modified,
            });
            sitemap::render_index(&locations.collect::<Vec<_>>(), zone)?
        }
        SitemapContent::Month(month, places) => {
            let index = &published.index.index;
            let articles = index.articles_of_month(*month).skip(places.start);
            let articles: Vec<ArticleNo> = articles.take(places.len()).collect();
            sitemap::render_pages(&locations(store, published, &articles)?, zone)?
        }
        SitemapContent::News(records) => {
            let entries = news(store, config, records)?;
            sitemap::render_news(&entries, news_name(config), zone)?
        }
    };
    Ok(document.into())
}

/// Where the pages of articles are, in their order. Those that are read are read by several threads.
fn locations(
    store: &Store,
    published: &PublishedState,
    articles: &[ArticleNo],
) -> Result<Vec<Location>, StoreError> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = articles.len().div_ceil(ARTICLES_A_THREAD);
    let threads = threads.clamp(1, processors.min(THREADS_MAX));
    let parts: Vec<_> = articles
        .chunks(articles.len().div_ceil(threads).max(1))
        .collect();
    let Some((first, others)) = parts.split_first() else {
        return Ok(Vec::new());
    };
    let read = |articles| read_locations(store, published, articles);
    thread::scope(|scope| {
        let started: Vec<_> = others
            .iter()
            .map(|articles| scope.spawn(move || read(articles)))
            .collect();
        let mut locations = read(first)?;
        for part in started {
            locations.extend(part.join().expect("a reader does not panic")?);
        }
        Ok(locations)
    })
}

fn read_locations(
    store: &Store,
    published: &PublishedState,
    articles: &[ArticleNo],
) -> Result<Vec<Location>, StoreError> {
    let index = &published.index.index;
    let base = &published.snapshot.config.server.public_url;
    let mut reader = store.article_reader()?;
    let location = |&article: &ArticleNo| {
        let url = match index.has_page_here(article) {
            true => None,
            false => reader.url(index.record(article))?,
        };
        Ok(Location {
            address: url.unwrap_or_else(|| page_here(base, &index.key(article))),
            modified: Some(index.updated(article)),
        })
    };
    articles.iter().map(location).collect()
}

fn news(
    store: &Store,
    config: &Config,
    records: &[RecordId],
) -> Result<Vec<NewsEntry>, StoreError> {
    let mut reader = store.article_reader()?;
    let entry = |&record: &RecordId| {
        let article = reader.article(record)?;
        let here = || page_here(&config.server.public_url, &article.key);
        Ok(NewsEntry {
            address: article.url.clone().unwrap_or_else(here),
            language: article.language,
            published: article.published,
            title: article.title,
        })
    };
    records.iter().map(entry).collect()
}
