//! What a script element shows in an article.

use html5ever::tokenizer::Tag;
use url::Url;

use super::url_parts::{host, is_below, is_name, is_web, parameter, path};
use super::{Frame, value};

/// What a script element does to the article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::text) enum Script {
    /// It shows something here.
    Shows(Frame),
    /// It may show something that is not known.
    Unknown,
    /// It shows nothing of its own.
    Nothing,
}

/// Hosts of scripts that show nothing themselves: they fill elements beside them, count visits, or show
/// advertisements.
const SILENT_HOSTS: [&str; 31] = [
    "ampproject.org",
    "api-maps.yandex.ru",
    "bsky.app",
    "connect.facebook.net",
    "connect.ok.ru",
    "counter.yadro.ru",
    "doubleclick.net",
    "embedr.flickr.com",
    "google-analytics.com",
    "google.com",
    "googlesyndication.com",
    "googletagmanager.com",
    "infogram.com",
    "instagram.com",
    "jquery.com",
    "jsdelivr.net",
    "mail.ru",
    "mc.yandex.ru",
    "pinterest.com",
    "platform.twitter.com",
    "public.flourish.studio",
    "reddit.com",
    "telegram.org",
    "threads.net",
    "tiktok.com",
    "unpkg.com",
    "vk.com",
    "vk.ru",
    "yandex.ru",
    "yastatic.net",
    "zero.kz",
];

impl Script {
    /// Reads the attributes of a `script`.
    pub(in crate::text) fn of_tag(tag: &Tag) -> Script {
        if let Some(post) = value(tag, "data-telegram-post") {
            return match post.split('/').all(is_name) {
                true => Script::Shows(Frame::at(format!("https://t.me/{post}"))),
                false => Script::Unknown,
            };
        }
        let infographic = value(tag, "id").and_then(|id| id.strip_prefix("infogram_0_"));
        if let Some(id) = infographic.filter(|id| is_name(id)) {
            return Script::Shows(Frame {
                title: value(tag, "title").map(str::to_owned),
                ..Frame::at(format!("https://e.infogram.com/{id}"))
            });
        }
        value(tag, "src").map_or(Script::Nothing, Script::of_address)
    }

    /// A script that is loaded from an address as written.
    pub(super) fn of_address(src: &str) -> Script {
        let src = src.trim();
        let base = Url::parse("https://site.invalid/").ok();
        let url = base.and_then(|base| base.join(src).ok()).filter(is_web);
        let Some(url) = url else {
            return Script::Nothing;
        };
        if let Some(page) = script_page(&url) {
            return Script::Shows(Frame::at(page));
        }
        match host(&url) {
            Some("site.invalid") | None => Script::Nothing,
            Some(host) if SILENT_HOSTS.iter().any(|silent| is_below(host, silent)) => {
                Script::Nothing
            }
            Some(_) => Script::Unknown,
        }
    }
}

/// The page of what a script of such an address shows.
fn script_page(url: &Url) -> Option<String> {
    let path = path(url);
    match (host(url)?, &path[..]) {
        ("gist.github.com", [user, gist]) => {
            let gist = gist.strip_suffix(".js")?;
            Some(format!("https://gist.github.com/{user}/{gist}"))
        }
        ("datawrapper.dwcdn.net", [chart, .., "embed.js"]) => {
            Some(format!("https://datawrapper.dwcdn.net/{chart}/"))
        }
        ("api-maps.yandex.ru", [.., "constructor", _, "js"]) => {
            let map =
                Url::parse_with_params("https://yandex.ru/maps/", [("um", &parameter(url, "um")?)]);
            map.ok().map(String::from)
        }
        _ => None,
    }
}
