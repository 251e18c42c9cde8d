//! The feed or page that somebody names on the command line.

use crate::render::pages::PageRequest;
use std::sync::Arc;

use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::publish::read_handle::{ReadHandle, unknown_term};
use crate::serve::route::{self, Target};

/// Other spellings lead to a feed in one step; a redirect of feeds.toml may add one.
const REDIRECTS_MAX: usize = 3;

/// What a path names.
pub(super) enum Named {
    /// A feed in a format.
    Feed(Arc<FeedVersion>, Format),
    /// A page or list.
    Page(PageRequest),
    /// A file that pages refer to.
    Asset(String),
}

/// Finds what a request would, following redirects on this server.
pub(super) fn find(publisher: &ReadHandle, wanted: &str) -> Result<Named, String> {
    let published = publisher.published().ok_or("nothing is published")?;
    let mut wanted = format!("/{}", wanted.trim_start_matches('/'));
    for _ in 0..=REDIRECTS_MAX {
        let (path, query) = match wanted.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (wanted.as_str(), None),
        };
        match route::resolve(&published.snapshot, path, query) {
            Target::Feed(version, format) => return Ok(Named::Feed(version.clone(), format)),
            Target::Select(selection, format) => {
                let version = publisher
                    .select(&selection)
                    .map_err(|term| unknown_term(&term))?;
                return Ok(Named::Feed(version, format));
            }
            Target::Page(page) => return Ok(Named::Page(page)),
            Target::Asset(name) => return Ok(Named::Asset(name)),
            Target::Favicon => return Ok(Named::Asset(published.templates.favicon().to_owned())),
            Target::Redirect(location) => wanted = location,
            Target::Gone => return Err("this feed has ended".to_owned()),
            Target::NotFound(reason) => return Err(reason),
        }
    }
    Err("its redirects lead nowhere".to_owned())
}

/// Finds a feed by its path or address, with an extension or without, in whatever formats it is
/// served.
pub(super) fn find_in_any_format(
    publisher: &ReadHandle,
    wanted: &str,
) -> Result<Arc<FeedVersion>, String> {
    let snapshot = publisher.snapshot().ok_or("nothing is published")?;
    let wanted = wanted
        .strip_prefix(snapshot.site_rules.base())
        .unwrap_or(wanted);
    let (path, query) = match wanted.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (wanted, String::new()),
    };
    let path = path.trim_end_matches('/');
    let is_format = |extension: &str| Format::from_extension(&extension.to_lowercase()).is_some();
    let found = find_feed(publisher, wanted);
    match path.rsplit_once('.') {
        Some((stem, extension)) if is_format(extension) => found
            .or_else(|reason| find_feed(publisher, &format!("{stem}{query}")).map_err(|_| reason)),
        // What ended or moved did so with its extension.
        _ => found.or_else(|_| {
            let extension = Format::Rss.extension();
            find_feed(publisher, &format!("{path}.{extension}{query}"))
        }),
    }
}

fn find_feed(publisher: &ReadHandle, wanted: &str) -> Result<Arc<FeedVersion>, String> {
    match find(publisher, wanted)? {
        Named::Feed(version, _) | Named::Page(PageRequest::Feed(version)) => Ok(version),
        Named::Page(PageRequest::Select(selection)) => publisher
            .select(&selection)
            .map_err(|term| unknown_term(&term)),
        Named::Page(_) | Named::Asset(_) => Err("this is a page and no feed".to_owned()),
    }
}
