//! What a request target names.
//!
//! In order of precedence: a `[[redirect]]`, followed to its end; a feed or selection in its canonical spelling; the
//! same in another spelling (case, decomposed letters, order, doubled or trailing slashes, a term
//! that counts as another), which is redirected once, to a path and never to a host; an article.
//! How a spelling is percent-encoded does not matter.

use std::sync::Arc;

use icu_normalizer::ComposingNormalizerBorrowed;
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::compose::{encode_path, encode_query, folder};
use crate::config::RedirectTo;
use crate::edition::{Edition, Version};
use crate::format::Format;
use crate::lineup::{SELECT, split_automatic};
use crate::selection::{Selection, is_canonical};
use crate::term::{Term, TermKind};

/// What a request is for.
#[derive(Debug)]
pub(crate) enum Target {
    /// A feed of the edition.
    Feed(Arc<Version>, Format),
    /// A canonical selection.
    Select(Selection, Format),
    /// The article with this key.
    Article(String),
    /// Another spelling, or a feed that moved.
    Redirect(String),
    /// A feed that ended.
    Gone,
    /// Nothing, and why.
    NotFound(String),
}

/// Resolves a raw path and query.
pub(crate) fn resolve(edition: &Edition, path: &str, query: Option<&str>) -> Target {
    let Ok(path) = percent_decode_str(path).decode_utf8() else {
        return Target::NotFound("the path is not UTF-8".to_owned());
    };
    let prefix = edition.publication.prefix();
    let (path, tidy) = match below(prefix, &path) {
        Some(rest) => (rest, tidy(rest)),
        None => {
            let tidy = tidy(&path);
            let rest = below(prefix, &tidy).map(str::to_owned);
            (&*path, rest.unwrap_or(tidy))
        }
    };
    match configured(edition, path, query) {
        None => served(edition, path, &tidy, query),
        Some(RedirectTo::Gone) => Target::Gone,
        Some(RedirectTo::Moved(to)) if to.starts_with('/') => onward(edition, to),
        Some(RedirectTo::Moved(to)) => Target::Redirect(to.clone()),
    }
}

/// What a decoded path below the prefix names, redirects of feeds.toml aside.
fn served(edition: &Edition, path: &str, tidy: &str, query: Option<&str>) -> Target {
    let prefix = edition.publication.prefix();
    let location = |path: &str, query: Option<&str>| {
        let query = query.map(|query| format!("?{}", encode_raw(query)));
        let (prefix, path) = (encode_path(prefix), encode_path(path));
        format!("{prefix}{path}{}", query.unwrap_or_default())
    };
    let Some((stem, format)) = split_extension(tidy) else {
        return match tidy.strip_prefix("/articles/") {
            Some(key) if tidy == path => Target::Article(key.to_owned()),
            Some(_) => Target::Redirect(location(tidy, query)),
            None => Target::NotFound(format!("nothing at \"{path}\"")),
        };
    };
    if stem.to_lowercase() == SELECT {
        return selection(edition, path, query.unwrap_or_default(), format, &location);
    }
    let Some(canonical) = canonical_stem(edition, stem) else {
        return Target::NotFound(format!("no feed \"{stem}\""));
    };
    let Some(version) = edition.feeds.get(canonical.as_str()) else {
        return unknown(&canonical);
    };
    if !version.channel.formats.contains(&format) {
        return Target::NotFound(format!(
            "feed \"{canonical}\" is not served as {}",
            format.title()
        ));
    }
    let spelled = format!("/{canonical}.{}", format.extension());
    if spelled == path {
        Target::Feed(version.clone(), format)
    } else {
        Target::Redirect(location(&spelled, query))
    }
}

/// What of a decoded path stands below a decoded prefix.
fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(prefix)
        .filter(|rest| rest.starts_with('/'))
}

/// Where the `[[redirect]]` of a decoded path leads in the end: one hop, however many lines of
/// feeds.toml are on the way.
fn configured<'a>(edition: &'a Edition, path: &str, query: Option<&str>) -> Option<&'a RedirectTo> {
    let look_up = |path: &str, query: Option<&str>| {
        let whole = || {
            let query = percent_decode_str(query?).decode_utf8().ok()?;
            edition.redirects.get(&format!("{path}?{query}"))
        };
        whole().or_else(|| edition.redirects.get(path))
    };
    let mut to = look_up(path, query)?;
    // Circles are refused with the configuration.
    for _ in 0..edition.redirects.len() {
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
fn onward(edition: &Edition, to: &str) -> Target {
    let (path, query) = split_target(to);
    let path = percent_decode_str(path).decode_utf8().unwrap_or_default();
    match served(edition, &path, &tidy(&path), query) {
        Target::Redirect(location) => Target::Redirect(location),
        _ => Target::Redirect(format!("{}{to}", encode_path(edition.publication.prefix()))),
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
    (!stem.starts_with("articles/")).then_some((stem, format))
}

/// The canonical spelling of a feed's path; `None` where nothing but punctuation names a term.
fn canonical_stem(edition: &Edition, stem: &str) -> Option<String> {
    match split_automatic(&stem.to_lowercase()) {
        None => Some(stem.to_lowercase()),
        Some((kind, key)) => {
            let term = Term::new(kind, key)?;
            let term = edition.publication.canonical(&term);
            Some(format!("{}/{}", folder(term.kind), term.key()))
        }
    }
}

fn unknown(path: &str) -> Target {
    Target::NotFound(match split_automatic(path) {
        Some((TermKind::Section, key)) => format!("no section \"{key}\""),
        Some((TermKind::Author, key)) => format!("no author \"{key}\""),
        Some((TermKind::Tag | TermKind::Lang, key)) => format!("no tag \"{key}\""),
        None => format!("no feed \"{path}\""),
    })
}

fn selection(
    edition: &Edition,
    path: &str,
    query: &str,
    format: Format,
    location: &impl Fn(&str, Option<&str>) -> String,
) -> Target {
    let written = match Selection::from_query(query) {
        Ok(selection) => selection,
        Err(error) => return Target::NotFound(error.to_string()),
    };
    if !edition.config.defaults.formats.contains(&format) {
        return Target::NotFound(format!("selections are not served as {}", format.title()));
    }
    let selection = written.map(|term| edition.publication.canonical(term).clone());
    let spelled = format!("/{SELECT}.{}", format.extension());
    if spelled == path && is_canonical(query, &selection) {
        Target::Select(selection, format)
    } else {
        let query = selection
            .to_string()
            .split('&')
            .map(encode_parameter)
            .collect::<Vec<_>>()
            .join("&");
        Target::Redirect(location(&spelled, Some(&query)))
    }
}

fn encode_parameter(parameter: &str) -> String {
    let (name, terms) = parameter.split_once('=').unwrap_or((parameter, ""));
    format!("{name}={}", encode_query(terms))
}
