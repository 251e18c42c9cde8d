//! Where an address leads under a configuration, as the routes of the server have it.

use percent_encoding::percent_decode_str;

use super::side::Side;
use crate::config::RedirectTo;
use crate::feed::automatic_path::AUTOMATIC;
use crate::feed::crawler_addresses::{self, CRAWLER_ADDRESSES};
use crate::feed::definitions::SELECT;
use crate::feed::usual_address::usual_feed;
use crate::model::format::Format;
use crate::model::term::TermKind;
use crate::model::url_encoding::normalize_path;

/// What a client gets at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A document, or a redirect to another spelling of the address.
    Served,
    /// What a `[[redirect]]` says, or the feed that usual addresses lead to; empty for 410 Gone.
    Redirected(String),
    /// 404.
    Missing,
}

/// The addresses of a feed: of its page, then of its formats.
pub(super) fn addresses(path: &str, formats: &[Format]) -> Vec<String> {
    let formats = formats
        .iter()
        .map(|format| format!("/{path}.{}", format.extension()));
    [format!("/{path}")].into_iter().chain(formats).collect()
}

/// What a client gets at a decoded and normalized path below the public address, of those that today's feeds
/// and redirects may have.
pub(super) fn answer(side: &Side<'_>, path: &str, query: Option<&str>) -> Answer {
    match side.config.redirects.follow(path, query).as_deref() {
        Some(RedirectTo::Gone) => Answer::Redirected(String::new()),
        Some(RedirectTo::Moved(to)) if leads_nowhere(side, to) => Answer::Missing,
        Some(RedirectTo::Moved(to)) => Answer::Redirected(to.clone()),
        None if serves(side, path) => Answer::Served,
        None => match usual_feed(path).filter(|to| serves(side, to)) {
            Some(to) => Answer::Redirected(to.to_owned()),
            None => Answer::Missing,
        },
    }
}

/// Whether the target of a redirect is the address of a feed that is not there. Other targets are not known
/// here.
fn leads_nowhere(side: &Side<'_>, to: &str) -> bool {
    let path = to.split(['?', '#']).next().unwrap_or_default();
    let path = percent_decode_str(path).decode_utf8().unwrap_or_default();
    let has_format = split_format(&path).is_some() && path != "/feeds.json";
    path.starts_with('/') && has_format && !serves(side, &normalize_path(&path))
}

fn serves(side: &Side<'_>, path: &str) -> bool {
    if CRAWLER_ADDRESSES.contains(&path) {
        let prefix = side.definitions.site_rules().prefix();
        return crawler_addresses::is_served(path, side.config, prefix);
    }
    let (stem, format) = match split_format(path) {
        Some((stem, format)) => (stem, Some(format)),
        None => (path.trim_start_matches('/'), None),
    };
    let has = |formats: &[Format]| format.is_none_or(|format| formats.contains(&format));
    if stem == SELECT {
        return has(&side.config.defaults.formats);
    }
    let is_list = |kind: &TermKind| kind.folder() == stem && side.config.auto(*kind).is_some();
    if format.is_none() && AUTOMATIC.iter().any(is_list) {
        return true;
    }
    let definitions = side.definitions;
    match definitions.find(side.index, stem) {
        Some(number) => has(&side.definition(number).settings.formats),
        None => definitions.path_of_name(side.index, stem).is_some(),
    }
}

/// The stem of a feed's path, without slash and extension, and its format.
fn split_format(path: &str) -> Option<(&str, Format)> {
    let (stem, extension) = path.strip_prefix('/')?.rsplit_once('.')?;
    Some((stem, Format::from_extension(extension)?))
}
