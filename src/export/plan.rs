//! The plan: which documents a folder of files is to hold, said from a snapshot without any I/O.
//!
//! A document stands where its address leads: feeds, lists and files under their decoded paths, and a
//! page, whose address has no extension, with `.html` behind it. What an address says in its query is
//! lost on a host of files, apart from the number of a page: that is part of the name, as mirroring
//! programs have it. What a `[[redirect]]` leads elsewhere is not served, so it is not written.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::Config;
use crate::feed::etag::ETag;
use crate::feed::overview::Overview;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::publish::published_state::PublishedState;
use crate::render::pages::asset::Asset;
use crate::render::pages::{PageRequest, TERMS_MAX, term_lists};

/// Whether people get pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageExport {
    /// Feeds and their lists alone.
    Skip,
    /// Pages of feeds, terms and articles, and the files that they refer to.
    Write,
}

/// A document and where it stands.
#[derive(Clone, Debug)]
pub struct PlannedDocument {
    /// Its path below the folder, with `/`.
    pub path: String,
    /// What it is made of.
    pub source: DocumentSource,
    /// Its date, as far as its content alone says.
    pub modified: Timestamp,
}

/// What a document is made of.
#[derive(Clone, Debug)]
pub enum DocumentSource {
    /// A feed in a format.
    Feed(Arc<FeedVersion>, Format),
    /// A page or list.
    Page(PageRequest),
    /// A file that pages refer to.
    Asset(Asset),
}

/// All documents.
#[derive(Debug, Default)]
pub struct Plan {
    /// Pages last, else by path: the formats of a feed are neighbours.
    pub documents: Vec<PlannedDocument>,
    /// Why something that is served has no place, in words for a warning.
    pub without_file: Vec<String>,
}

impl PlannedDocument {
    /// What names the document's bytes before it is made, where anything does.
    pub fn digest(&self) -> Option<u128> {
        match &self.source {
            DocumentSource::Feed(version, format) => {
                Some(ETag::new(version.digest, *format).digest())
            }
            DocumentSource::Page(_) => None,
            DocumentSource::Asset(asset) => Some(ETag::of(&asset.bytes).digest()),
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

    /// Whether compressing it saves anything.
    pub fn is_text(&self) -> bool {
        match &self.source {
            DocumentSource::Feed(..) | DocumentSource::Page(_) => true,
            DocumentSource::Asset(asset) => asset.is_text(),
        }
    }
}

impl Plan {
    /// The documents of what is published. `articles` are the keys and last
    /// corrections of those that may have a page here.
    pub fn new(
        PublishedState {
            snapshot,
            templates,
        }: &PublishedState,
        overview: &Overview,
        articles: impl IntoIterator<Item = (String, Timestamp)>,
        pages: PageExport,
    ) -> Plan {
        let mut layout = FileLayout {
            snapshot,
            documents: BTreeMap::new(),
            without_file: Vec::new(),
        };
        let feeds = overview.feeds().iter().map(|feed| &feed.version);
        let latest = feeds.clone().map(|version| version.last_modified).max();
        let latest = latest.unwrap_or(snapshot.site_rules.epoch());
        let document = |request, modified| (DocumentSource::Page(request), modified);
        for (name, list) in [
            ("feeds.opml", PageRequest::Opml),
            ("feeds.json", PageRequest::List),
        ] {
            layout.put(name, name.to_owned(), document(list, latest));
        }
        for version in feeds.clone() {
            for format in &version.channel.formats {
                let path = format!("{}.{}", version.path, format.extension());
                let feed = DocumentSource::Feed(version.clone(), *format);
                layout.put(&path.clone(), path, (feed, version.last_modified));
            }
        }
        if pages == PageExport::Write {
            layout.put("", page("index"), document(PageRequest::Catalogue, latest));
            for version in feeds {
                let feed = PageRequest::Feed(version.clone());
                let of_feed = document(feed, version.last_modified);
                layout.put(&version.path, page(&version.path), of_feed);
            }
            layout.lists(&snapshot.config, overview, latest);
            for (key, updated) in articles {
                let path = format!("articles/{key}");
                let article = document(PageRequest::Article(key), updated);
                layout.put(&path, page(&path), article);
            }
            for (name, asset) in templates.assets() {
                let path = format!("assets/{name}");
                let asset = DocumentSource::Asset(asset.clone());
                layout.put(&path.clone(), path, (asset, snapshot.site_rules.epoch()));
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

/// The file of the page at an address without extension. Hosts that know `NAME.html` serve it at
/// `NAME`; those that know `NAME/index.html` redirect to `NAME/` first, which is another address than
/// the one that feeds and pages name.
fn page(path: &str) -> String {
    format!("{path}.html")
}

/// Whether every part of a path can be the name of a file below a folder, and of none that a host
/// hides or that means another place.
pub fn is_file_path(path: &str) -> bool {
    path.split('/').all(|name| {
        let moves = name.is_empty() || name == "." || name == "..";
        !moves && !name.contains(|c: char| c.is_control() || c == '\\')
    })
}

/// Documents by the file that each gets.
struct FileLayout<'e> {
    snapshot: &'e Snapshot,
    documents: BTreeMap<String, PlannedDocument>,
    without_file: Vec<String>,
}

impl FileLayout<'_> {
    /// Gives a document that is served at `/address` the file at `path`.
    fn put(
        &mut self,
        address: &str,
        path: String,
        (source, modified): (DocumentSource, Timestamp),
    ) {
        let address = format!("/{address}");
        if self.snapshot.redirects.contains_key(&address) {
            return;
        }
        if !is_file_path(&path) {
            let reason = format!("`{address}` is left out: no file can have its name");
            return self.without_file.push(reason);
        }
        if let Some(first) = self.documents.get(&path) {
            let path = &first.path;
            let reason = format!("`{address}` is left out: `{path}` is another page already");
            return self.without_file.push(reason);
        }
        let planned = PlannedDocument {
            path: path.clone(),
            source,
            modified,
        };
        self.documents.insert(path, planned);
    }

    /// The lists of sections, tags and authors; from its second page on, a list has the query of its
    /// address in its name.
    fn lists(&mut self, config: &Config, overview: &Overview, latest: Timestamp) {
        for kind in term_lists(config) {
            let name = kind.folder();
            let pages = overview.of_terms(kind).len().div_ceil(TERMS_MAX).max(1);
            for number in 1..=pages {
                let list = (
                    DocumentSource::Page(PageRequest::Terms(kind, number)),
                    latest,
                );
                let path = match number {
                    1 => page(name),
                    number => page(&format!("{name}?page={number}")),
                };
                self.put(name, path, list);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_no_file_paths() {
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
