//! Finds the feed or page whose path or address an operator gives.

use std::sync::Arc;

use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::publish::read_handle::ReadHandle;
use crate::render::pages::PageRequest;
use crate::serve::route::{self, Target};

/// Another spelling is one redirect, and feeds.toml may add one.
const REDIRECTS_MAX: usize = 3;

/// What a path leads to.
pub(super) enum Document {
    /// A feed in a format.
    Feed(Arc<FeedVersion>, Format),
    /// A page or list.
    Page(PageRequest),
    /// A file that pages refer to.
    Asset(String),
}

/// Finds the document that a request would get, after redirects on this server.
pub(super) fn find(publisher: &ReadHandle, address: &str) -> Result<Document, String> {
    let published = publisher.published().ok_or("nothing is published")?;
    let mut address = format!("/{}", address.trim_start_matches('/'));
    for _ in 0..=REDIRECTS_MAX {
        let (path, query) = match address.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (address.as_str(), None),
        };
        match route::resolve(&published, path, query) {
            Target::Feed(version, format) => {
                return Ok(Document::Feed(version.into_owned(), format));
            }
            Target::Select(selection, format) => {
                let version = publisher
                    .select(&published, &selection)
                    .map_err(|error| error.to_string())?;
                return Ok(Document::Feed(version, format));
            }
            Target::Page(page) => return Ok(Document::Page(page)),
            Target::Asset(name) => return Ok(Document::Asset(name)),
            Target::Redirect(location) => address = location,
            Target::Gone => return Err("this feed has ended".to_owned()),
            Target::BadRequest(reason) | Target::NotFound(reason) => return Err(reason),
        }
    }
    Err("its redirects lead nowhere".to_owned())
}

/// Finds a feed by its path or address, with any extension or none.
pub(super) fn find_in_any_format(
    publisher: &ReadHandle,
    address: &str,
) -> Result<Arc<FeedVersion>, String> {
    let snapshot = publisher.snapshot().ok_or("nothing is published")?;
    let address = address
        .strip_prefix(snapshot.site_rules.base())
        .unwrap_or(address);
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (address, String::new()),
    };
    let path = path.trim_end_matches('/');
    let is_format = |extension: &str| Format::from_extension(&extension.to_lowercase()).is_some();
    let result = find_feed(publisher, address);
    match path.rsplit_once('.') {
        Some((stem, extension)) if is_format(extension) => result
            .or_else(|reason| find_feed(publisher, &format!("{stem}{query}")).map_err(|_| reason)),
        // Redirects and ended feeds are known with their extension.
        _ => result.or_else(|_| {
            let extension = Format::Rss.extension();
            find_feed(publisher, &format!("{path}.{extension}{query}"))
        }),
    }
}

fn find_feed(publisher: &ReadHandle, address: &str) -> Result<Arc<FeedVersion>, String> {
    match find(publisher, address)? {
        Document::Feed(version, _) | Document::Page(PageRequest::Feed(version)) => Ok(version),
        Document::Page(PageRequest::Select(selection)) => {
            let published = publisher.published().ok_or("nothing is published")?;
            publisher
                .select(&published, &selection)
                .map_err(|error| error.to_string())
        }
        Document::Page(_) | Document::Asset(_) => Err("this is a page and no feed".to_owned()),
    }
}
