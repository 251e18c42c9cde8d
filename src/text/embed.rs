//! Embedded players of known sites. Feed readers do not run them, so each becomes a link.

use url::Url;

/// Sites with players, subdomains included; an `iframe` of any other site is dropped.
const HOSTS: [&str; 10] = [
    "dailymotion.com",
    "dai.ly",
    "rutube.ru",
    "vimeo.com",
    "vk.com",
    "vk.ru",
    "vkvideo.ru",
    "youtu.be",
    "youtube-nocookie.com",
    "youtube.com",
];

/// The URL and the text of the link; `None` when `address` is on no known site.
pub(super) fn player_link(address: &str, title: Option<&str>) -> Option<(String, String)> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    let known = HOSTS.iter().any(|known| {
        host.strip_suffix(known)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    if !known || !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let title = title.map(str::trim).filter(|title| !title.is_empty());
    let label = title.unwrap_or(host.strip_prefix("www.").unwrap_or(host));
    Some((address.to_owned(), label.to_owned()))
}
