//! The parts of addresses that tell embedded sites apart.

use url::Url;

/// The host without `www.` and `m.`, which stand for the same site.
pub(super) fn host(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    Some(host.strip_prefix("m.").unwrap_or(host))
}

/// The parts of the path that are not empty.
pub(super) fn path(url: &Url) -> Vec<&str> {
    let parts = url.path().split('/');
    parts
        .filter(|part| !part.is_empty())
        .take(PATH_PARTS_MAX)
        .collect()
}

/// No address that is known here has more parts in its path.
const PATH_PARTS_MAX: usize = 64;

/// The first parameter of that name in the query; `None` when it is empty.
pub(super) fn parameter(url: &Url, key: &str) -> Option<String> {
    let found = url.query_pairs().find(|(name, _)| name == key);
    found
        .map(|(_, value)| value.into_owned())
        .filter(|value| !value.is_empty())
}

/// Whether `host` is `site` or below it.
pub(super) fn is_below(host: &str, site: &str) -> bool {
    host.strip_suffix(site)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Whether it can be a part of an address as it is.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}
