//! Finds the resource that a request target names, without I/O.
//!
//! In order of precedence: a `[[redirect]]`, followed to its last target; an address of WordPress's own
//! feeds, where the articles come from there and no feed has it; an article or asset; the
//! catalogue and the lists; a feed or selection, with the extension of a format, or without one for its
//! page. A target that differs from the canonical one (in case, Unicode normalization, order, doubled or
//! trailing slashes, by the alias of a term, or by the name of a term with a slug) is redirected once, to a path and never to a host.
//! Percent-encoding makes no difference.

use std::borrow::Cow;
use std::sync::Arc;

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use url::form_urlencoded;

use crate::config::RedirectTo;
use crate::feed::automatic_path::split_automatic;
use crate::feed::definitions::SELECT;
use crate::feed::letter::Letter;
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::selection::{Selection, is_canonical};
use crate::model::term::{Term, TermKind};
use crate::model::url_encoding::{encode_path, encode_query};
use crate::publish::published_state::PublishedState;
use crate::render::pages::build_query::BuildQuery;
use crate::render::pages::term_list::{TermFilter, TermListRequest};
use crate::render::pages::{PageRequest, term_lists};
use crate::serve::wordpress_feeds;

/// Characters of a search that count.
const WORDS_MAX: usize = 200;

/// The resource that a request target names.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    Feed(Cow<'a, Arc<FeedVersion>>, Format),
    /// A canonical selection.
    Select(Selection, Format),
    /// A page or list.
    Page(PageRequest),
    Asset(String),
    /// `/favicon.ico`, which the templates map to an asset.
    Favicon,
    /// The canonical target, or that of a `[[redirect]]`.
    Redirect(String),
    /// A `[[redirect]]` that is gone.
    Gone,
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
    (is_served && configured_redirect(snapshot, path, query).is_none()).then_some((version, format))
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
        Some(rest) => (rest, normalize(rest)),
        None => {
            let normalized = normalize(&path);
            let rest = strip_path_prefix(prefix, &normalized).map(str::to_owned);
            (&*path, rest.unwrap_or(normalized))
        }
    };
    match configured_redirect(snapshot, path, query) {
        None => resolve_wordpress_feed(published, &normalized, query)
            .unwrap_or_else(|| resolve_decoded(published, path, &normalized, query)),
        Some(RedirectTo::Gone) => Target::Gone,
        Some(RedirectTo::Moved(to)) if to.starts_with('/') => redirect_to_path(published, to),
        Some(RedirectTo::Moved(to)) => Target::Redirect(to.clone()),
    }
}

/// The redirect for an address of WordPress's own feeds, if the articles come from there, nothing else has
/// that address, and the feed is here.
fn resolve_wordpress_feed<'a>(
    published: &'a PublishedState,
    path: &str,
    query: Option<&str>,
) -> Option<Target<'a>> {
    if !published.is_of_wordpress() {
        return None;
    }
    let find = |kind, number| published.slug_of_number(kind, number);
    let to = wordpress_feeds::path_of(path, query, &find)?;
    let is_taken = published
        .snapshot
        .feeds
        .contains_key(path.trim_start_matches('/'));
    let is_here = || {
        !matches!(
            resolve_decoded(published, &to, &to, None),
            Target::NotFound(_)
        )
    };
    (!is_taken && is_here()).then(|| redirect_to_path(published, &encode_path(&to)))
}

/// Resolves a decoded path below the prefix, without the redirects of feeds.toml.
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
        "/feeds.opml" => decoded.require_canonical(&lower, || Target::Page(PageRequest::Opml)),
        "/feeds.json" => decoded.require_canonical(&lower, || Target::Page(PageRequest::List)),
        "/build" => decoded.require_canonical(&lower, || {
            let query = BuildQuery::parse(query.unwrap_or_default());
            Target::Page(PageRequest::Build(query))
        }),
        "/favicon.ico" => Target::Favicon,
        "/sections" => decoded.terms(&lower, TermKind::Section),
        "/tags" => decoded.terms(&lower, TermKind::Tag),
        "/authors" => decoded.terms(&lower, TermKind::Author),
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

    fn redirect(&self, path: &str, query: Option<&str>) -> Target<'a> {
        let query = query.map(|query| format!("?{}", encode_raw(query)));
        let prefix = encode_path(self.snapshot.site_rules.prefix());
        let path = encode_path(path);
        Target::Redirect(format!("{prefix}{path}{}", query.unwrap_or_default()))
    }

    /// A page of a list of terms, by default the first: all, those under `letter`, or what `q` finds.
    fn terms(&self, path: &str, kind: TermKind) -> Target<'a> {
        if !term_lists(&self.snapshot.config).contains(&kind) {
            let name = kind.folder();
            return Target::NotFound(format!("feeds.toml has no [auto.{name}]"));
        }
        let query = self.query.unwrap_or_default().as_bytes();
        let parameter = |wanted: &str| {
            let found = form_urlencoded::parse(query).find(|(name, _)| name == wanted);
            found.map(|(_, value)| value)
        };
        let Ok(page) = parameter("page").map_or(Ok(1), |number| number.parse()) else {
            return Target::NotFound("`page` must be a number from 1".to_owned());
        };
        let words = parameter("q").map(|words| words.trim().chars().take(WORDS_MAX).collect());
        let filter = match (words, parameter("letter")) {
            (Some::<String>(words), _) if !words.is_empty() => TermFilter::Words(words),
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
            Some((stem, selection)) => (stem, selection),
            None => (path, ""),
        };
        let extension = format.map(|format| format!(".{}", format.extension()));
        let stem = format!("/{stem}{}", extension.unwrap_or_default());
        let parameters = selection.split('&').filter(|text| !text.is_empty());
        let display = display_parameters(self.query.unwrap_or_default());
        let query: Vec<String> = parameters
            .map(encode_parameter)
            .chain(display.map(str::to_owned))
            .collect();
        let query = query.join("&");
        self.redirect(&stem, Some(&*query).filter(|query| !query.is_empty()))
    }

    fn selection(&self, format: Option<Format>) -> Target<'a> {
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
            let parameters = selection.to_string();
            let parameters = parameters.split('&').map(encode_parameter);
            let display = display_parameters(query).map(str::to_owned);
            let query: Vec<String> = parameters.chain(display).collect();
            return self.redirect(&path, Some(&query.join("&")));
        }
        match format {
            Some(format) => Target::Select(selection, format),
            None => Target::Page(PageRequest::Select(selection)),
        }
    }
}

/// The parameters that do not select articles.
fn display_parameters(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        ["raw", "lang"].contains(&name)
    })
}

/// The rest of a decoded path below a decoded prefix.
fn strip_path_prefix<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(prefix)
        .filter(|rest| rest.starts_with('/'))
}

/// The last target of the `[[redirect]]` of a decoded path, so that clients are redirected once for a
/// chain of redirects.
fn configured_redirect<'a>(
    snapshot: &'a Snapshot,
    path: &str,
    query: Option<&str>,
) -> Option<&'a RedirectTo> {
    let look_up = |path: &str, query: Option<&str>| {
        let whole = || {
            let query = percent_decode_str(query?).decode_utf8().ok()?;
            snapshot.redirects.get(&format!("{path}?{query}"))
        };
        whole().or_else(|| snapshot.redirects.get(path))
    };
    let mut to = look_up(path, query)?;
    // The configuration rejects loops.
    for _ in 0..snapshot.redirects.len() {
        let RedirectTo::Moved(target) = to else { break };
        let (path, query) = split_target(target);
        let path = percent_decode_str(path).decode_utf8().ok();
        match path.and_then(|path| look_up(&path, query)) {
            Some(further) => to = further,
            None => break,
        }
    }
    Some(to)
}

/// A redirect to the canonical target of a path in feeds.toml, so that clients are redirected once.
fn redirect_to_path<'a>(published: &'a PublishedState, to: &str) -> Target<'a> {
    let (path, query) = split_target(to);
    let path = percent_decode_str(path).decode_utf8().unwrap_or_default();
    match resolve_decoded(published, &path, &normalize(&path), query) {
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

/// NFC, with single slashes and no trailing one.
fn normalize(path: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(path);
    let segments: Vec<&str> = composed
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    format!("/{}", segments.join("/"))
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

fn encode_parameter(parameter: &str) -> String {
    let (name, terms) = parameter.split_once('=').unwrap_or((parameter, ""));
    format!("{name}={}", encode_query(terms))
}
