//! Finds the resource that a request target names, without I/O.
//!
//! In order of precedence: the key file of IndexNow; a `[[redirect]]`, followed to its last target; an article or
//! asset; the catalogue, the lists, robots.txt and the sitemaps; a feed or selection, with the extension of a format, or without one for its
//! page; a usual address of feeds, such as `/rss.xml`; and, where the articles come from WordPress, an address of
//! its own feeds, which may have the path of the catalogue and say by its query what it means. A target that differs from the canonical one (in case, Unicode normalization, order, doubled or
//! trailing slashes, by the alias of a term, or by the name of a term with a slug) is redirected once, to a path and never to a host.
//! Percent-encoding makes no difference; a target that was encoded twice is redirected.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::{percent_decode_str, utf8_percent_encode};
use url::form_urlencoded;

use crate::config::RedirectTo;
use crate::feed::automatic_path::split_automatic;
use crate::feed::definitions::SELECT;
use crate::feed::letter::Letter;
use crate::feed::sitemaps::{SitemapName, SitemapVersion, is_sitemap, sitemap_path};
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::feed::usual_address::usual_feed;
use crate::model::format::Format;
use crate::model::selection::{Selection, is_canonical};
use crate::model::term::{Term, TermKind};
use crate::model::url_encoding::{encode_path, normalize_path, strip_path_prefix};
use crate::publish::published_state::PublishedState;
use crate::render::pages::build_query::BuildQuery;
use crate::render::pages::term_list::{TermFilter, TermListRequest};
use crate::render::pages::{OpmlScope, PageRequest, term_lists};
use crate::render::robots;
use crate::serve::select_query::{display_parameters, refuse_parameter};
use crate::serve::wordpress_feeds::{self, Address};
use crate::text::typed_words;

/// The resource that a request target names.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    Feed(Cow<'a, Arc<FeedVersion>>, Format),
    /// A canonical selection.
    Select(Selection, Format),
    /// A page or list.
    Page(PageRequest),
    Asset(String),
    Sitemap(&'a Arc<SitemapVersion>),
    /// robots.txt, or the file that proves to search engines that this site is its key's.
    Text(String),
    /// The canonical target, or that of a `[[redirect]]`.
    Redirect(String),
    /// A `[[redirect]]` that is gone, or a feed of comments that WordPress had.
    Gone,
    /// With the reason.
    BadRequest(String),
    /// With the reason.
    NotFound(String),
}

/// A feed by its canonical target. Nearly every request is one, and costs one look-up.
fn canonical_feed<'a>(
    published: &'a PublishedState,
    path: &str,
    query: Option<&str>,
) -> Option<(Cow<'a, Arc<FeedVersion>>, Format)> {
    let snapshot = &published.snapshot;
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let path = strip_path_prefix(snapshot.site_rules.prefix(), &path).unwrap_or(&path);
    let (stem, extension) = path.strip_prefix('/')?.rsplit_once('.')?;
    let format = Format::from_extension(extension)?;
    let version = published.find_feed(stem)?;
    let is_served = version.channel.formats.contains(&format);
    // The path of a feed is normalized.
    let redirects = &snapshot.config.redirects;
    (is_served && redirects.find(path, query).is_none()).then_some((version, format))
}

/// Resolves a path and query as the client sent them.
pub(crate) fn resolve<'a>(
    published: &'a PublishedState,
    path: &str,
    query: Option<&str>,
) -> Target<'a> {
    if let Some((version, format)) = canonical_feed(published, path, query) {
        return Target::Feed(version, format);
    }
    let snapshot = &published.snapshot;
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return Target::NotFound("the path is not UTF-8".to_owned());
    };
    let prefix = snapshot.site_rules.prefix();
    if !prefix.is_empty() && path == prefix {
        return Target::Redirect(snapshot.root());
    }
    let (path, normalized) = match strip_path_prefix(prefix, &path) {
        Some(rest) => (rest, normalize_path(rest)),
        None => {
            let normalized = normalize_path(&path);
            let rest = strip_path_prefix(prefix, &normalized).map(str::to_owned);
            (&*path, rest.unwrap_or(normalized))
        }
    };
    // Without the key file no request to search engines is believed, so no redirect hides it.
    if let Some(indexnow) = &snapshot.config.indexnow
        && path.strip_prefix('/') == Some(&*indexnow.key_file())
    {
        return Target::Text(indexnow.key.clone());
    }
    match snapshot
        .config
        .redirects
        .follow(&normalized, query)
        .as_deref()
    {
        None => resolve_unconfigured(published, path, &normalized, query),
        Some(RedirectTo::Gone) => Target::Gone,
        Some(RedirectTo::Moved(to)) if to.starts_with('/') => redirect_to_path(published, to),
        Some(RedirectTo::Moved(to)) => Target::Redirect(to.clone()),
    }
}

/// Resolves a decoded path below the prefix that has no redirect in feeds.toml. What has no other meaning may be
/// an address at which people and programs look for a feed, or one of WordPress's own feeds, if the articles
/// come from there.
fn resolve_unconfigured<'a>(
    published: &'a PublishedState,
    path: &str,
    normalized: &str,
    query: Option<&str>,
) -> Target<'a> {
    if let Some(target) = resolve_encoded_twice(published, normalized, query) {
        return target;
    }
    let target = resolve_decoded(published, path, normalized, query);
    // The address of a site of WordPress says by its query what it means.
    let is_free = normalized == "/" || matches!(target, Target::NotFound(_));
    if !is_free {
        return target;
    }
    let find = |kind, number| published.slug_of_number(kind, number);
    let of_wordpress = published
        .is_of_wordpress()
        .then(|| wordpress_feeds::find(normalized, query, &find));
    let usual = || usual_feed(normalized).map(|to| Address::Feed(to.to_owned()));
    match of_wordpress.flatten().or_else(usual) {
        None => target,
        Some(Address::Comments) => Target::Gone,
        Some(Address::Unknown(reason)) => Target::NotFound(reason),
        Some(Address::Feed(to)) => match resolve_decoded(published, &to, &to, None) {
            Target::NotFound(reason) => Target::NotFound(reason),
            _ => redirect_to_path(published, &encode_path(&to)),
        },
    }
}

/// The redirect for a decoded target that is percent-encoded still, as some programs send it: it names
/// nothing, and decoded once more it names a feed or an article.
fn resolve_encoded_twice<'a>(
    published: &'a PublishedState,
    path: &str,
    query: Option<&str>,
) -> Option<Target<'a>> {
    let decode = |text| -> Option<String> {
        let text = percent_decode_str(text).decode_utf8().ok()?;
        Some(text.into_owned())
    };
    let again_query = match query.filter(|query| query.contains("%25")) {
        Some(query) => Some(decode(query)?),
        None if path.contains('%') => query.map(str::to_owned),
        None => return None,
    };
    let again = normalize_path(&decode(path)?);
    if names_feed_or_article(published, path, query) {
        return None;
    }
    let query = again_query.map(|query| encode_raw(&query));
    if !names_feed_or_article(published, &again, query.as_deref()) {
        return None;
    }
    let query = query.map(|query| format!("?{query}"));
    let to = format!("{}{}", encode_path(&again), query.unwrap_or_default());
    Some(redirect_to_path(published, &to))
}

/// Whether a decoded path below the prefix leads to a feed, a selection of known terms or a released article.
fn names_feed_or_article(published: &PublishedState, path: &str, query: Option<&str>) -> bool {
    let target = match resolve_decoded(published, path, path, query) {
        Target::Redirect(location) => {
            let (path, query) = split_target(&location);
            let path = percent_decode_str(path).decode_utf8().unwrap_or_default();
            let prefix = published.snapshot.site_rules.prefix();
            let path = strip_path_prefix(prefix, &path).unwrap_or(&path);
            resolve_decoded(published, path, path, query)
        }
        target => target,
    };
    match target {
        Target::Feed(..) | Target::Page(PageRequest::Feed(_)) => true,
        Target::Page(PageRequest::Article(key)) => published.has_article(&key),
        Target::Select(selection, _) | Target::Page(PageRequest::Select(selection)) => {
            published.knows_terms(&selection)
        }
        _ => false,
    }
}

/// Resolves a decoded path below the prefix, without redirects from other addresses than spellings of it.
fn resolve_decoded<'a>(
    published: &'a PublishedState,
    path: &str,
    normalized: &str,
    query: Option<&str>,
) -> Target<'a> {
    let decoded = DecodedTarget {
        published,
        snapshot: &published.snapshot,
        path,
        query,
    };
    if let Some(key) = normalized.strip_prefix("/articles/") {
        return decoded.require_canonical(normalized, || {
            Target::Page(PageRequest::Article(key.to_owned()))
        });
    }
    if let Some(name) = normalized.strip_prefix("/assets/") {
        return decoded.require_canonical(normalized, || Target::Asset(name.to_owned()));
    }
    let lower = normalized.to_lowercase();
    match &*lower {
        "/" => decoded.require_canonical("/", || Target::Page(PageRequest::Catalogue)),
        "/feeds.opml" => decoded.require_canonical(&lower, || {
            let is_whole = decoded.parameters().any(|(name, _)| name == "all");
            let scope = match is_whole {
                true => OpmlScope::Listed,
                false => OpmlScope::Catalogue,
            };
            Target::Page(PageRequest::Opml(scope))
        }),
        "/feeds.json" => decoded.require_canonical(&lower, || Target::Page(PageRequest::List)),
        "/favicon.ico" | "/apple-touch-icon.png" => {
            let name = published.templates.icon(lower.trim_start_matches('/'));
            Target::Asset(name.to_owned())
        }
        "/robots.txt" => decoded.robots(),
        "/build" => decoded.require_canonical(&lower, || {
            let query = BuildQuery::parse(query.unwrap_or_default());
            Target::Page(PageRequest::Build(query))
        }),
        "/sections" => decoded.terms(&lower, TermKind::Section),
        "/tags" => decoded.terms(&lower, TermKind::Tag),
        "/authors" => decoded.terms(&lower, TermKind::Author),
        _ if is_sitemap(lower.trim_start_matches('/')) => decoded.sitemap(&lower),
        _ => match split_extension(normalized) {
            Some((stem, format)) => decoded.feed(stem, Some(format)),
            None => decoded.feed(normalized.trim_start_matches('/'), None),
        },
    }
}

/// A decoded path below the prefix, with its query.
struct DecodedTarget<'a, 'r> {
    published: &'a PublishedState,
    snapshot: &'a Snapshot,
    path: &'r str,
    query: Option<&'r str>,
}

impl<'a> DecodedTarget<'a, '_> {
    /// The target, or a redirect if the path is not canonical.
    fn require_canonical(
        &self,
        canonical: &str,
        target: impl FnOnce() -> Target<'a>,
    ) -> Target<'a> {
        match self.path == canonical {
            true => target(),
            false => self.redirect(canonical, self.query),
        }
    }

    /// The names and values of the query, decoded.
    fn parameters(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.query.unwrap_or_default().as_bytes())
    }

    fn redirect(&self, path: &str, query: Option<&str>) -> Target<'a> {
        let query = query.map(|query| format!("?{}", encode_raw(query)));
        let prefix = encode_path(self.snapshot.site_rules.prefix());
        let path = encode_path(path);
        Target::Redirect(format!("{prefix}{path}{}", query.unwrap_or_default()))
    }

    /// Where crawlers look for it: robots.txt counts for a whole host.
    fn robots(&self) -> Target<'a> {
        let config = &self.snapshot.config;
        let reason = match (&config.robots, self.snapshot.site_rules.prefix()) {
            (None, _) => "feeds.toml has no [robots] and no [sitemap]",
            (Some(_), "") => {
                let text = || Target::Text(robots::render(config).unwrap_or_default());
                return self.require_canonical("/robots.txt", text);
            }
            (Some(_), _) => "`public-url` has a path, so robots.txt is not on this server",
        };
        Target::NotFound(reason.to_owned())
    }

    /// The sitemap at a path in lower case.
    fn sitemap(&self, path: &str) -> Target<'a> {
        let Some(sitemaps) = &self.snapshot.sitemaps else {
            return Target::NotFound("feeds.toml has no [sitemap]".to_owned());
        };
        let file = path.rsplit('/').next().unwrap_or_default();
        let name = SitemapName::parse(file);
        let Some(name) = name.filter(|name| path == format!("/{}", sitemap_path(*name))) else {
            let names = "expected index.xml, news.xml or a month such as 2026-11.xml";
            return Target::NotFound(format!("no sitemap \"{file}\": {names}"));
        };
        match sitemaps.find(name) {
            Some(version) => self.require_canonical(path, || Target::Sitemap(version)),
            None => Target::NotFound(format!("no article is in the sitemap \"{name}\"")),
        }
    }

    /// A page of a list of terms, by default the first: all, those under `letter`, or what `q` finds.
    fn terms(&self, path: &str, kind: TermKind) -> Target<'a> {
        if !term_lists(&self.snapshot.config).contains(&kind) {
            let name = kind.folder();
            return Target::NotFound(format!("feeds.toml has no [auto.{name}]"));
        }
        let parameter = |wanted: &str| {
            let found = self.parameters().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value)
        };
        let Ok(page) = parameter("page").map_or(Ok(1), |number| number.parse()) else {
            return Target::NotFound("`page` must be a number from 1".to_owned());
        };
        let words = parameter("q").map(|words| typed_words(&words));
        let filter = match (words, parameter("letter")) {
            (Some(words), _) if !words.is_empty() => TermFilter::Words(words),
            (_, Some(letter)) if !letter.is_empty() => TermFilter::Letter(Letter::of(&letter)),
            _ => TermFilter::All,
        };
        let request = TermListRequest { kind, filter, page };
        self.require_canonical(path, || Target::Page(PageRequest::Terms(request)))
    }

    /// A feed or selection in a format, or without one its page.
    fn feed(&self, stem: &str, format: Option<Format>) -> Target<'a> {
        let snapshot = self.snapshot;
        if stem.to_lowercase() == SELECT {
            return self.selection(format);
        }
        let Some(canonical) = canonical_stem(snapshot, stem) else {
            return Target::NotFound(format!("no feed \"{stem}\""));
        };
        let Some(version) = self.published.find_feed(&canonical) else {
            if let Some(path) = self.published.path_of_name(&canonical) {
                return self.redirect_to_feed(&path, format);
            }
            return Target::NotFound(match split_automatic(&canonical) {
                Some((kind, key)) => format!("no {} \"{key}\"", kind.prefix()),
                None => format!("no feed \"{canonical}\""),
            });
        };
        let Some(format) = format else {
            let page = || Target::Page(PageRequest::Feed(version.into_owned()));
            return self.require_canonical(&format!("/{canonical}"), page);
        };
        if !version.channel.formats.contains(&format) {
            return Target::NotFound(format!(
                "feed \"{canonical}\" is not served as {}",
                format.title()
            ));
        }
        let path = format!("/{canonical}.{}", format.extension());
        self.require_canonical(&path, || Target::Feed(version, format))
    }

    /// A redirect to the path of a feed, which may be a selection, with the parameters for display.
    fn redirect_to_feed(&self, path: &str, format: Option<Format>) -> Target<'a> {
        let (stem, selection) = match path.split_once('?') {
            Some((stem, selection)) => (stem, Selection::from_canonical(selection)),
            None => (path, None),
        };
        let extension = format.map(|format| format!(".{}", format.extension()));
        let stem = format!("/{stem}{}", extension.unwrap_or_default());
        let selection = selection.map(|selection| selection.to_query());
        let display = display_parameters(self.query.unwrap_or_default()).map(str::to_owned);
        let query: Vec<String> = selection.into_iter().chain(display).collect();
        let query = query.join("&");
        self.redirect(&stem, Some(&*query).filter(|query| !query.is_empty()))
    }

    fn selection(&self, format: Option<Format>) -> Target<'a> {
        let mut parameters = self.parameters();
        if let Some(reason) = parameters.find_map(|(name, _)| refuse_parameter(&name)) {
            return Target::BadRequest(reason);
        }
        let query = self.query.unwrap_or_default();
        let written = match Selection::from_query(query) {
            Ok(selection) => selection,
            Err(error) => return Target::NotFound(error.to_string()),
        };
        let (config, site_rules) = (&self.snapshot.config, &self.snapshot.site_rules);
        if let Some(format) = format.filter(|format| !config.defaults.formats.contains(format)) {
            let reason = format!("selections are not served as {}", format.title());
            return Target::NotFound(reason);
        }
        let selection = written.map(|term| site_rules.canonical(term).clone());
        let path = match format {
            Some(format) => format!("/{SELECT}.{}", format.extension()),
            None => format!("/{SELECT}"),
        };
        if path != self.path || !is_canonical(query, &selection) {
            let display = display_parameters(query).map(str::to_owned);
            let query: Vec<String> = [selection.to_query()].into_iter().chain(display).collect();
            return self.redirect(&path, Some(&query.join("&")));
        }
        match format {
            Some(format) => Target::Select(selection, format),
            None => Target::Page(PageRequest::Select(selection)),
        }
    }
}

/// A redirect to the canonical target of a path in feeds.toml, so that clients are redirected once.
fn redirect_to_path<'a>(published: &'a PublishedState, to: &str) -> Target<'a> {
    let (path, query) = split_target(to);
    let path = percent_decode_str(path).decode_utf8().unwrap_or_default();
    match resolve_unconfigured(published, &path, &normalize_path(&path), query) {
        Target::Redirect(location) => Target::Redirect(location),
        _ => {
            let prefix = published.snapshot.site_rules.prefix();
            Target::Redirect(format!("{}{to}", encode_path(prefix)))
        }
    }
}

/// The path and query of a target in feeds.toml.
fn split_target(target: &str) -> (&str, Option<&str>) {
    let target = target.split('#').next().unwrap_or(target);
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

/// Encodes a query as visible ASCII, and keeps the encoding of the client.
fn encode_raw(query: &str) -> String {
    utf8_percent_encode(query, percent_encoding::CONTROLS).to_string()
}

/// The stem of a feed's path, without slash and extension, and its format.
fn split_extension(path: &str) -> Option<(&str, Format)> {
    let stem = path.strip_prefix('/')?;
    let (stem, extension) = stem.rsplit_once('.')?;
    let format = Format::from_extension(&extension.to_ascii_lowercase())?;
    Some((stem, format))
}

/// The canonical stem; `None` if the key of a term consists of punctuation.
fn canonical_stem(snapshot: &Snapshot, stem: &str) -> Option<String> {
    match split_automatic(&stem.to_lowercase()) {
        None => Some(stem.to_lowercase()),
        Some((kind, key)) => {
            let term = Term::new(kind, key)?;
            let term = snapshot.site_rules.canonical(&term);
            Some(format!("{}/{}", term.kind.folder(), term.key()))
        }
    }
}
