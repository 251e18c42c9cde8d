//! The plan: the documents of an exported folder, from a snapshot and without I/O.
//!
//! The file of a document has the decoded path of its address; a page has `.html` behind it. A host of
//! static files ignores queries. Only the number of a page is part of the file name, as in mirrors that
//! `wget` writes. An address with a `[[redirect]]` has no file.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::config::Config;
use crate::feed::etag::ETag;
use crate::feed::overview::Overview;
use crate::feed::sitemaps::{SitemapVersion, sitemap_path};
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::render::pages::asset::Asset;
use crate::render::pages::folder::RASTER_ICONS;
use crate::render::pages::term_list::{TERMS_A_PAGE, TermListRequest};
use crate::render::pages::{OpmlScope, PageRequest, term_lists};
use crate::render::robots;

/// Whether pages are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageExport {
    /// Only feeds and their lists.
    Skip,
    /// Pages of feeds, terms and articles, and the files that they refer to.
    Write,
}

/// A document and its file.
#[derive(Clone, Debug)]
pub struct PlannedDocument {
    /// Its path below the folder, with `/`.
    pub path: String,
    /// What it is rendered from.
    pub source: DocumentSource,
    /// The date of its content.
    pub modified: Timestamp,
}

/// What a document is rendered from.
#[derive(Clone, Debug)]
pub enum DocumentSource {
    /// A feed in a format.
    Feed(Arc<FeedVersion>, Format),
    /// A page or list.
    Page(PageRequest),
    /// A file that pages refer to.
    Asset(Asset),
    /// A sitemap.
    Sitemap(Arc<SitemapVersion>),
    /// robots.txt, or the key file of IndexNow.
    Text(Bytes),
}

/// All documents.
#[derive(Debug, Default)]
pub struct Plan {
    /// By path with pages last, so the formats of a feed follow each other.
    pub documents: Vec<PlannedDocument>,
    /// A warning for each address that has no file.
    pub without_file: Vec<String>,
}

impl PlannedDocument {
    /// The digest that is known before the document is rendered, if any.
    pub fn digest(&self) -> Option<u128> {
        match &self.source {
            DocumentSource::Feed(version, format) => {
                Some(ETag::new(version.digest, *format).digest())
            }
            DocumentSource::Page(_) => None,
            DocumentSource::Asset(asset) => Some(ETag::of(&asset.bytes).digest()),
            DocumentSource::Sitemap(version) => Some(version.digest),
            DocumentSource::Text(text) => Some(ETag::of(text).digest()),
        }
    }

    /// Whether the other one is the same feed in another format.
    pub fn is_same_feed(&self, other: &PlannedDocument) -> bool {
        match (&self.source, &other.source) {
            (DocumentSource::Feed(one, _), DocumentSource::Feed(other, _)) => {
                Arc::ptr_eq(one, other)
            }
            _ => false,
        }
    }

    /// Whether it is worth compressing.
    pub fn is_text(&self) -> bool {
        match &self.source {
            DocumentSource::Feed(..)
            | DocumentSource::Page(_)
            | DocumentSource::Sitemap(_)
            | DocumentSource::Text(_) => true,
            DocumentSource::Asset(asset) => asset.is_text(),
        }
    }
}

impl Plan {
    /// The documents of a published snapshot. `articles` are the keys and last corrections of the
    /// articles that may have a page here.
    pub fn new(
        published: &PublishedState,
        overview: &Overview,
        articles: impl IntoIterator<Item = (String, Timestamp)>,
        pages: PageExport,
    ) -> Plan {
        let PublishedState {
            snapshot,
            templates,
            ..
        } = published;
        let mut layout = FileLayout {
            snapshot,
            documents: BTreeMap::new(),
            without_file: Vec::new(),
        };
        let current = overview.feeds().iter().map(|feed| feed.version.clone());
        // Readers still ask for the feeds of dead terms.
        let feeds: Vec<Arc<FeedVersion>> = current.chain(published.dead_feeds()).collect();
        let latest = feeds.iter().map(|version| version.last_modified).max();
        let latest = latest.unwrap_or(snapshot.site_rules.epoch());
        layout.file(
            "feeds.opml",
            DocumentSource::Page(PageRequest::Opml(OpmlScope::Catalogue)),
            latest,
        );
        layout.file(
            "feeds.json",
            DocumentSource::Page(PageRequest::List),
            latest,
        );
        if let Some(indexnow) = &snapshot.config.indexnow {
            let key = DocumentSource::Text(indexnow.key.clone().into());
            let epoch = snapshot.site_rules.epoch();
            layout.insert(&indexnow.key_file(), key, epoch);
        }
        for version in &feeds {
            for format in &version.channel.formats {
                let path = format!("{}.{}", version.path, format.extension());
                let feed = DocumentSource::Feed(version.clone(), *format);
                layout.file(&path, feed, version.last_modified);
            }
        }
        for version in snapshot.sitemaps.iter().flat_map(|sitemaps| sitemaps.all()) {
            let sitemap = DocumentSource::Sitemap(version.clone());
            layout.file(&sitemap_path(version.name), sitemap, version.last_modified);
        }
        let robots = robots::render(&snapshot.config);
        if let Some(text) = robots.filter(|_| snapshot.site_rules.prefix().is_empty()) {
            let epoch = snapshot.site_rules.epoch();
            layout.file("robots.txt", DocumentSource::Text(text.into()), epoch);
        }
        if pages == PageExport::Write {
            let catalogue = DocumentSource::Page(PageRequest::Catalogue);
            layout.put("", "index.html", catalogue, latest);
            for version in &feeds {
                let feed = PageRequest::Feed(version.clone());
                layout.page(&version.path, feed, version.last_modified);
            }
            layout.lists(&snapshot.config, overview, latest);
            for (key, updated) in articles {
                let path = format!("articles/{key}");
                layout.page(&path, PageRequest::Article(key), updated);
            }
            for (name, asset) in templates.assets() {
                let source = || DocumentSource::Asset(asset.clone());
                let epoch = snapshot.site_rules.epoch();
                layout.file(&format!("assets/{name}"), source(), epoch);
                if RASTER_ICONS.contains(&name) {
                    layout.file(name, source(), epoch);
                }
            }
        }
        let mut documents: Vec<PlannedDocument> = layout.documents.into_values().collect();
        documents.sort_by_key(|document| matches!(document.source, DocumentSource::Page(_)));
        Plan {
            documents,
            without_file: layout.without_file,
        }
    }
}

/// Whether a path stays below the folder and each of its parts can be the name of a file.
pub fn is_file_path(path: &str) -> bool {
    path.split('/').all(|name| {
        let moves = name.is_empty() || name == "." || name == "..";
        !moves && !name.contains(|c: char| c.is_control() || c == '\\')
    })
}

/// The documents by file.
struct FileLayout<'e> {
    snapshot: &'e Snapshot,
    documents: BTreeMap<String, PlannedDocument>,
    without_file: Vec<String>,
}

impl FileLayout<'_> {
    /// Plans the document at `/path` as the file `path`.
    fn file(&mut self, path: &str, source: DocumentSource, modified: Timestamp) {
        self.put(path, path, source, modified);
    }

    /// Plans the page at `/path` as `path.html`, which hosts serve at `/path`. For `path/index.html` they
    /// redirect to `/path/`, which is not the address in feeds and pages.
    fn page(&mut self, path: &str, request: PageRequest, modified: Timestamp) {
        let page = DocumentSource::Page(request);
        self.put(path, &format!("{path}.html"), page, modified);
    }

    /// Plans the document at `/address` as the file `path`.
    fn put(&mut self, address: &str, path: &str, source: DocumentSource, modified: Timestamp) {
        let address = format!("/{address}");
        if self
            .snapshot
            .config
            .redirects
            .find(&address, None)
            .is_some()
        {
            return;
        }
        let reason = if !is_file_path(path) {
            format!("`{address}` is left out: no file can have its name")
        } else if self.documents.contains_key(path) {
            format!("`{address}` is left out: `{path}` is another page already")
        } else {
            self.insert(path, source, modified);
            return;
        };
        self.without_file.push(reason);
    }

    fn insert(&mut self, path: &str, source: DocumentSource, modified: Timestamp) {
        let document = PlannedDocument {
            path: path.to_owned(),
            source,
            modified,
        };
        self.documents.insert(path.to_owned(), document);
    }

    /// The lists of sections, tags and authors; the names of all pages but the first have a query.
    fn lists(&mut self, config: &Config, overview: &Overview, latest: Timestamp) {
        for kind in term_lists(config) {
            let name = kind.folder();
            let list = |number| PageRequest::Terms(TermListRequest::of_all(kind, number));
            self.page(name, list(1), latest);
            for number in 2..=overview.of_terms(kind).len().div_ceil(TERMS_A_PAGE) {
                let path = format!("{name}?page={number}.html");
                self.put(name, &path, DocumentSource::Page(list(number)), latest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_no_file_paths() {
        for path in ["all.rss", "tags/c++.rss", "articles/0001/a b.html", ".x/y"] {
            assert!(is_file_path(path), "{path}");
        }
        for path in [
            "", "/all.rss", "a//b", "../a", "a/../b", "a/.", "a/", "a\nb", "a\\b",
        ] {
            assert!(!is_file_path(path), "{path:?}");
        }
    }
}
