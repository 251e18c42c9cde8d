//! Players of other sites. Feed readers do not run them, so each becomes a link to what it plays.

use url::Url;

/// Sites whose players are known to be worth a link; a frame of any other site is dropped.
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

/// The address of a player and what to call it; `None` where `address` is none of theirs.
pub(super) fn player(address: &str, title: Option<&str>) -> Option<(String, String)> {
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
