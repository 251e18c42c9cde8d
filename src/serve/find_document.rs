//! Finds the feed or page whose path or address an operator gives.

use std::sync::Arc;

use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::feed::automatic_path::{automatic_path, split_automatic};
use crate::feed::definitions::{FeedKind, SELECT};
use crate::feed::sitemaps::SitemapVersion;
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::model::url_encoding::strip_path_prefix;
use crate::publish::published_state::PublishedState;
use crate::publish::read_handle::{ReadHandle, did_you_mean};
use crate::render::pages::PageRequest;
use crate::render::pages::error_page::SuggestedFeeds;
use crate::render::robots;
use crate::serve::route::{self, Target};
use crate::text::nearest::nearest as nearest_name;

/// Another spelling is one redirect, and feeds.toml may add one.
const REDIRECTS_MAX: usize = 3;

/// Feeds that a hint names.
const FEEDS_MAX: usize = 3;

/// What a path leads to.
pub(crate) enum Document {
    /// A feed in a format.
    Feed(Arc<FeedVersion>, Format),
    /// A page or list.
    Page(PageRequest),
    /// A file that pages refer to.
    Asset(String),
    /// A sitemap.
    Sitemap(Arc<SitemapVersion>),
    /// robots.txt, or the key file of IndexNow.
    Text(String),
}

/// Finds the document that a request would get, after redirects on this server. Behind the reason why there is none
/// stands what may have been meant.
pub(crate) fn find(publisher: &ReadHandle, address: &str) -> Result<Document, String> {
    let published = publisher.published().ok_or("nothing is published")?;
    if address.trim_start_matches('/') == "robots.txt"
        && let Some(text) = robots::render(&published.snapshot.config)
    {
        // It is printed for the root of another host as well.
        return Ok(Document::Text(text));
    }
    let with_hint = |reason: String| match nearest(&published, address, &str::to_owned) {
        Some(hint) => format!("{reason}\n  hint: {hint}"),
        None => reason,
    };
    match target(&published, address).map_err(with_hint)? {
        Target::Feed(version, format) => Ok(Document::Feed(version.into_owned(), format)),
        Target::Select(selection, format) => {
            let version = publisher
                .select(&published, &selection)
                .map_err(|error| with_hint(error.to_string()))?;
            Ok(Document::Feed(version, format))
        }
        Target::Page(page) => Ok(Document::Page(page)),
        Target::Asset(name) => Ok(Document::Asset(name)),
        Target::Sitemap(version) => Ok(Document::Sitemap(version.clone())),
        Target::Text(text) => Ok(Document::Text(text)),
        Target::Redirect(_) => Err("its redirects lead nowhere".to_owned()),
        Target::Gone => Err("this feed has ended".to_owned()),
        Target::BadRequest(reason) | Target::NotFound(reason) => Err(with_hint(reason)),
    }
}

/// The target of an address, after redirects on this server.
fn target<'a>(published: &'a PublishedState, address: &str) -> Result<Target<'a>, String> {
    let mut address = format!("/{}", address.trim_start_matches('/'));
    for _ in 0..=REDIRECTS_MAX {
        let (path, query) = match address.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (address.as_str(), None),
        };
        match route::resolve(published, path, query) {
            Target::Redirect(location) => address = location,
            Target::BadRequest(reason) | Target::NotFound(reason) => return Err(reason),
            target => return Ok(target),
        }
    }
    Err("its redirects lead nowhere".to_owned())
}

/// Why an address on this server leads to nothing, with what may have been meant; `None` if it leads somewhere.
pub(crate) fn leads_nowhere(
    published: &PublishedState,
    address: &str,
) -> Option<(String, Option<String>)> {
    let address = address.split('#').next().unwrap_or(address);
    let reason = match target(published, address) {
        Err(reason) => reason,
        Ok(Target::Select(selection, _) | Target::Page(PageRequest::Select(selection))) => {
            let is_unknown = |term: &&Term| !published.knows_terms(&Selection::of((*term).clone()));
            let unknown = selection.terms().find(is_unknown)?;
            format!("no article has {unknown}")
        }
        Ok(Target::Page(PageRequest::Article(key))) if !published.has_article(&key) => {
            format!("no article \"{key}\"")
        }
        Ok(_) => return None,
    };
    let (path, _) = address.split_once('?').unwrap_or((address, ""));
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let written = Format::from_extension(&extension.to_lowercase());
    let shown = |feed: &str| {
        let version = published.find_feed(feed);
        let formats = version
            .as_ref()
            .map_or(&[][..], |version| &version.channel.formats);
        let format = written.filter(|format| formats.contains(format));
        match format.or(formats.first().copied()) {
            Some(format) => format!("/{feed}.{}", format.extension()),
            None => format!("/{feed}"),
        }
    };
    Some((reason, nearest(published, address, &shown)))
}

/// The terms or feeds that an address may have been meant to name, with the paths of feeds as `shown` shows them.
fn nearest(
    published: &PublishedState,
    address: &str,
    shown: &dyn Fn(&str) -> String,
) -> Option<String> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = percent_decode_str(path).decode_utf8_lossy();
    let path = strip_path_prefix(published.snapshot.site_rules.prefix(), &path).unwrap_or(&path);
    let path = path.trim_matches('/');
    let stem = match path.rsplit_once('.') {
        // Other programs have feeds in `.xml` or `.php`.
        Some((stem, extension)) if is_extension(extension) => stem,
        _ => path,
    };
    if stem.eq_ignore_ascii_case(SELECT) {
        return nearest_of_selection(published, query);
    }
    if stem.starts_with("articles/") {
        return None;
    }
    if let Some((kind, key)) = split_automatic(&stem.to_lowercase()) {
        let near = published.nearest_terms(kind, key).into_iter();
        let feeds = near.filter(|near| near.term.kind != TermKind::Lang);
        return did_you_mean(feeds.map(|near| (shown(&automatic_path(&near.term)), near.articles)));
    }
    let overview = published.overview();
    let all = overview
        .feeds()
        .iter()
        .find(|feed| feed.version.kind == FeedKind::All);
    if let Some(all) = all.filter(|all| nearest_name(stem, [&*all.version.path]).is_some()) {
        return did_you_mean([(shown(&all.version.path), all.articles)]);
    }
    let SuggestedFeeds::Nearest(feeds) = published.suggested_feeds(stem) else {
        return None;
    };
    let feeds = feeds.iter().take(FEEDS_MAX);
    did_you_mean(feeds.map(|feed| (shown(&feed.version.path), feed.articles)))
}

/// Whether an address may end so that names a file.
fn is_extension(text: &str) -> bool {
    (1..=EXTENSION_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The longest extension of a feed in other programs, such as `.phtml`.
const EXTENSION_MAX: usize = 5;

/// What the first unknown term of a selection was meant to be.
fn nearest_of_selection(published: &PublishedState, query: &str) -> Option<String> {
    let parameters = form_urlencoded::parse(query.as_bytes());
    let selecting = parameters.filter(|(name, _)| ["any", "all", "none"].contains(&&**name));
    let terms: Vec<String> = selecting.map(|(_, terms)| terms.into_owned()).collect();
    let mut written = terms.iter().flat_map(|terms| terms.split(','));
    let (kind, name) = written.find_map(|written| {
        let (kind, name) = Term::split(written).ok()?;
        let term = Term::new(kind, name)?;
        (!published.knows_terms(&Selection::of(term))).then_some((kind, name))
    })?;
    let near = published.nearest_terms(kind, name).into_iter();
    did_you_mean(near.map(|near| (near.written, near.articles)))
}

/// Finds a feed by its path or address, with any extension or none.
pub(crate) fn find_in_any_format(
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
        Document::Page(_) | Document::Asset(_) | Document::Sitemap(_) | Document::Text(_) => {
            Err("this is a page and no feed".to_owned())
        }
    }
}
