//! What a request target names. Nothing here waits or reads a file.
//!
//! In order of precedence: a `[[redirect]]`, followed to its end; the catalogue, its lists and
//! files; an article; a feed or selection, with the extension of a format or, for its page, without
//! one. Another spelling of these (case, decomposed letters, order, doubled or trailing slashes, a
//! term that counts as another) is redirected once, to a path and never to a host. How a spelling is
//! percent-encoded does not matter.

use std::sync::Arc;

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use url::form_urlencoded;

use crate::config::RedirectTo;
use crate::feed::definitions::{SELECT, split_automatic};
use crate::feed::snapshot::{FeedVersion, Snapshot};
use crate::model::format::Format;
use crate::model::selection::{Selection, is_canonical};
use crate::model::term::{Term, TermKind};
use crate::model::url_encoding::{encode_path, encode_query};
use crate::render::pages::{PageRequest, term_lists};

/// The resource that a request names.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    /// A feed of the snapshot.
    Feed(&'a Arc<FeedVersion>, Format),
    /// A canonical selection.
    Select(Selection, Format),
    /// A page or list.
    Page(PageRequest),
    /// A file that pages refer to.
    Asset(String),
    /// `/favicon.ico`, whatever file that is.
    Favicon,
    /// Another spelling, or a feed that moved.
    Redirect(String),
    /// A feed that ended.
    Gone,
    /// Nothing, and why.
    NotFound(String),
}

/// A feed in its canonical spelling: nearly every request names one, and one look-up finds it.
fn canonical_feed<'a>(
    snapshot: &'a Snapshot,
    path: &str,
    query: Option<&str>,
) -> Option<(&'a Arc<FeedVersion>, Format)> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let path = below(snapshot.site_rules.prefix(), &path).unwrap_or(&path);
    let (stem, extension) = path.strip_prefix('/')?.rsplit_once('.')?;
    let format = Format::from_extension(extension)?;
    let version = snapshot.feeds.get(stem)?;
    let is_served = version.channel.formats.contains(&format);
    (is_served && configured(snapshot, path, query).is_none()).then_some((version, format))
}

/// Resolves a raw path and query.
pub(crate) fn resolve<'a>(snapshot: &'a Snapshot, path: &str, query: Option<&str>) -> Target<'a> {
    if let Some((version, format)) = canonical_feed(snapshot, path, query) {
        return Target::Feed(version, format);
    }
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return Target::NotFound("the path is not UTF-8".to_owned());
    };
    let prefix = snapshot.site_rules.prefix();
    if !prefix.is_empty() && path == prefix {
        return Target::Redirect(snapshot.root());
    }
    let (path, tidy) = match below(prefix, &path) {
        Some(rest) => (rest, tidy(rest)),
        None => {
            let tidy = tidy(&path);
            let rest = below(prefix, &tidy).map(str::to_owned);
            (&*path, rest.unwrap_or(tidy))
        }
    };
    match configured(snapshot, path, query) {
        None => served(snapshot, path, &tidy, query),
        Some(RedirectTo::Gone) => Target::Gone,
        Some(RedirectTo::Moved(to)) if to.starts_with('/') => onward(snapshot, to),
        Some(RedirectTo::Moved(to)) => Target::Redirect(to.clone()),
    }
}

/// What a decoded path below the prefix names, redirects of feeds.toml aside.
fn served<'a>(snapshot: &'a Snapshot, path: &str, tidy: &str, query: Option<&str>) -> Target<'a> {
    let decoded = DecodedTarget {
        snapshot,
        path,
        query,
    };
    if let Some(key) = tidy.strip_prefix("/articles/") {
        return decoded.spelled(tidy, || Target::Page(PageRequest::Article(key.to_owned())));
    }
    if let Some(name) = tidy.strip_prefix("/assets/") {
        return decoded.spelled(tidy, || Target::Asset(name.to_owned()));
    }
    let lower = tidy.to_lowercase();
    match &*lower {
        "/" => decoded.spelled("/", || Target::Page(PageRequest::Catalogue)),
        "/feeds.opml" => decoded.spelled(&lower, || Target::Page(PageRequest::Opml)),
        "/feeds.json" => decoded.spelled(&lower, || Target::Page(PageRequest::List)),
        "/favicon.ico" => Target::Favicon,
        "/sections" => decoded.terms(&lower, TermKind::Section),
        "/tags" => decoded.terms(&lower, TermKind::Tag),
        "/authors" => decoded.terms(&lower, TermKind::Author),
        _ => match split_extension(tidy) {
            Some((stem, format)) => decoded.feed(stem, Some(format)),
            None => decoded.feed(tidy.trim_start_matches('/'), None),
        },
    }
}

/// A decoded path below the prefix, with its query.
struct DecodedTarget<'a, 'r> {
    snapshot: &'a Snapshot,
    path: &'r str,
    query: Option<&'r str>,
}

impl<'a> DecodedTarget<'a, '_> {
    /// What is at a path, or the way to it from another spelling.
    fn spelled(&self, canonical: &str, target: impl FnOnce() -> Target<'a>) -> Target<'a> {
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

    /// A page of a list of terms; without a number, the first.
    fn terms(&self, path: &str, kind: TermKind) -> Target<'a> {
        if !term_lists(&self.snapshot.config).contains(&kind) {
            let name = kind.folder();
            return Target::NotFound(format!("feeds.toml has no [auto.{name}]"));
        }
        let query = self.query.unwrap_or_default().as_bytes();
        let number = form_urlencoded::parse(query).find(|(name, _)| name == "page");
        let number = number.map_or(Ok(1), |(_, number)| number.parse());
        match number {
            Ok(number) => self.spelled(path, || Target::Page(PageRequest::Terms(kind, number))),
            Err(_) => Target::NotFound("`page` must be a number from 1".to_owned()),
        }
    }

    /// A feed or selection by its name, in a format or, without one, for people.
    fn feed(&self, stem: &str, format: Option<Format>) -> Target<'a> {
        let snapshot = self.snapshot;
        if stem.to_lowercase() == SELECT {
            return self.selection(format);
        }
        let Some(canonical) = canonical_stem(snapshot, stem) else {
            return Target::NotFound(format!("no feed \"{stem}\""));
        };
        let Some(version) = snapshot.feeds.get(canonical.as_str()) else {
            return Target::NotFound(match split_automatic(&canonical) {
                Some((kind, key)) => format!("no {} \"{key}\"", kind.prefix()),
                None => format!("no feed \"{canonical}\""),
            });
        };
        let Some(format) = format else {
            let page = || Target::Page(PageRequest::Feed(version.clone()));
            return self.spelled(&format!("/{canonical}"), page);
        };
        if !version.channel.formats.contains(&format) {
            return Target::NotFound(format!(
                "feed \"{canonical}\" is not served as {}",
                format.title()
            ));
        }
        let spelled = format!("/{canonical}.{}", format.extension());
        self.spelled(&spelled, || Target::Feed(version, format))
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
        let spelled = match format {
            Some(format) => format!("/{SELECT}.{}", format.extension()),
            None => format!("/{SELECT}"),
        };
        if spelled != self.path || !is_canonical(query, &selection) {
            let parameters = selection.to_string();
            let parameters = parameters.split('&').map(encode_parameter);
            let others = others(query).map(str::to_owned);
            let query: Vec<String> = parameters.chain(others).collect();
            return self.redirect(&spelled, Some(&query.join("&")));
        }
        match format {
            Some(format) => Target::Select(selection, format),
            None => Target::Page(PageRequest::Select(selection)),
        }
    }
}

/// The parameters of a query that choose nothing but say how it is shown.
fn others(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|parameter| {
        let name = parameter.split('=').next().unwrap_or_default();
        ["raw", "lang"].contains(&name)
    })
}

/// What of a decoded path stands below a decoded prefix.
fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(prefix)
        .filter(|rest| rest.starts_with('/'))
}

/// Where the `[[redirect]]` of a decoded path leads in the end: one hop, however many lines of
/// feeds.toml are on the way.
fn configured<'a>(
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
    // Circles are refused with the configuration.
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

/// Where a path of feeds.toml is served: another spelling of it is no hop of its own.
fn onward<'a>(snapshot: &'a Snapshot, to: &str) -> Target<'a> {
    let (path, query) = split_target(to);
    let path = percent_decode_str(path).decode_utf8().unwrap_or_default();
    match served(snapshot, &path, &tidy(&path), query) {
        Target::Redirect(location) => Target::Redirect(location),
        _ => Target::Redirect(format!("{}{to}", encode_path(snapshot.site_rules.prefix()))),
    }
}

/// Path and query of a target that feeds.toml names.
fn split_target(target: &str) -> (&str, Option<&str>) {
    let target = target.split('#').next().unwrap_or(target);
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

/// A query as the client wrote it, but in visible ASCII.
fn encode_raw(query: &str) -> String {
    utf8_percent_encode(query, percent_encoding::CONTROLS).to_string()
}

/// NFC, with single slashes and none at the end.
fn tidy(path: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(path);
    let segments: Vec<&str> = composed
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    format!("/{}", segments.join("/"))
}

/// The path of a feed without slash and extension, and its format.
fn split_extension(path: &str) -> Option<(&str, Format)> {
    let stem = path.strip_prefix('/')?;
    let (stem, extension) = stem.rsplit_once('.')?;
    let format = Format::from_extension(&extension.to_ascii_lowercase())?;
    Some((stem, format))
}

/// The canonical spelling of a feed's path; `None` where nothing but punctuation names a term.
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
