//! What people call the sites that articles embed.

use percent_encoding::percent_decode_str;
use url::Url;

use super::url_parts::{host, is_below, path};
use crate::text::plain::Text;

/// Sites with posts, players and maps, subdomains included, and what people call them.
const SITES: [(&str, &str); 42] = [
    ("2gis.kz", "2ГИС"),
    ("2gis.com", "2GIS"),
    ("2gis.ru", "2ГИС"),
    ("bsky.app", "Bluesky"),
    ("dai.ly", "Dailymotion"),
    ("dailymotion.com", "Dailymotion"),
    ("datawrapper.dwcdn.net", "Datawrapper"),
    ("docs.google.com", "Google Docs"),
    ("drive.google.com", "Google Drive"),
    ("dzen.ru", "Dzen"),
    ("facebook.com", "Facebook"),
    ("fb.watch", "Facebook"),
    ("flo.uri.sh", "Flourish"),
    ("gist.github.com", "GitHub Gist"),
    ("infogram.com", "Infogram"),
    ("instagram.com", "Instagram"),
    ("maps.google.com", "Google Maps"),
    ("music.apple.com", "Apple Music"),
    ("music.yandex.ru", "Yandex Music"),
    ("odnoklassniki.ru", "OK"),
    ("ok.ru", "OK"),
    ("openstreetmap.org", "OpenStreetMap"),
    ("pin.it", "Pinterest"),
    ("pinterest.com", "Pinterest"),
    ("pinterest.ru", "Pinterest"),
    ("podcasts.apple.com", "Apple Podcasts"),
    ("public.flourish.studio", "Flourish"),
    ("reddit.com", "Reddit"),
    ("rutube.ru", "Rutube"),
    ("soundcloud.com", "SoundCloud"),
    ("spotify.com", "Spotify"),
    ("t.me", "Telegram"),
    ("threads.net", "Threads"),
    ("tiktok.com", "TikTok"),
    ("twitter.com", "X"),
    ("vimeo.com", "Vimeo"),
    ("vk.com", "VK"),
    ("vk.ru", "VK"),
    ("vkvideo.ru", "VK Video"),
    ("x.com", "X"),
    ("youtu.be", "YouTube"),
    ("youtube.com", "YouTube"),
];

pub(super) fn site_name(host: &str) -> Option<&'static str> {
    let site = SITES.iter().find(|(site, _)| is_below(host, site));
    site.map(|(_, name)| *name)
}

/// What a link to `url` says: the file's name of a document, the site's name, or its host.
pub(super) fn label(url: &Url) -> String {
    let path = path(url);
    let file = path.last().filter(|file| is_document(file));
    if let Some(file) = file {
        return percent_decode_str(file)
            .decode_utf8()
            .map(|file| Text::new(&file).into_string())
            .unwrap_or_else(|_| (*file).to_owned());
    }
    let host = host(url).unwrap_or_default();
    let is_map = |host| is_below(host, "google.com") || is_below(host, "yandex.ru");
    if path.first() == Some(&"maps") && is_map(host) {
        let maps = if is_below(host, "google.com") {
            "Google Maps"
        } else {
            "Yandex Maps"
        };
        return maps.to_owned();
    }
    site_name(host).unwrap_or(host).to_owned()
}

/// Whether a name ends as documents do that browsers and offices open.
pub(super) fn is_document(name: &str) -> bool {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| {
        matches!(
            &*extension,
            "pdf" | "doc" | "docx" | "xls" | "xlsx" | "ppt" | "pptx" | "odt" | "djvu" | "epub"
        )
    })
}
