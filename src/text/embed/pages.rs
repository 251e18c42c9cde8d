//! From the address of a frame to the page for people that it shows a part of.

use url::Url;

use super::sites::is_document;
use super::url_parts::{host, is_name, is_web, parameter, path};

/// The page for people that a frame of such an address shows a part of.
pub(super) fn page(url: &Url) -> Option<Url> {
    let found = video_page(url)
        .or_else(|| post_page(url))
        .or_else(|| map_page(url));
    match found {
        Some(page) => Url::parse(&page).ok(),
        None => document_page(url),
    }
}

fn video_page(url: &Url) -> Option<String> {
    let path = path(url);
    match (host(url)?, &path[..]) {
        ("youtube.com" | "youtube-nocookie.com", ["embed", "videoseries"]) => Some(format!(
            "https://www.youtube.com/playlist?list={}",
            parameter(url, "list")?
        )),
        ("youtube.com" | "youtube-nocookie.com", ["embed", "live_stream"]) => Some(format!(
            "https://www.youtube.com/channel/{}/live",
            parameter(url, "channel")?
        )),
        ("youtube.com" | "youtube-nocookie.com", ["embed" | "v", id]) | ("youtu.be", [id]) => {
            let start = parameter(url, "start").or_else(|| parameter(url, "t"));
            let start = start.filter(|start| is_name(start));
            let start = start.map_or(String::new(), |start| format!("&t={start}"));
            Some(format!("https://www.youtube.com/watch?v={id}{start}"))
        }
        ("player.vimeo.com", ["video", id]) => {
            let hash = parameter(url, "h").filter(|hash| is_name(hash));
            let hash = hash.map_or(String::new(), |hash| format!("/{hash}"));
            Some(format!("https://vimeo.com/{id}{hash}"))
        }
        ("dailymotion.com", ["embed", "video", id]) => {
            Some(format!("https://www.dailymotion.com/video/{id}"))
        }
        ("geo.dailymotion.com", [.., _]) => Some(format!(
            "https://www.dailymotion.com/video/{}",
            parameter(url, "video")?
        )),
        ("rutube.ru", ["play", "embed", id]) => Some(match parameter(url, "p") {
            Some(key) if is_name(&key) => format!("https://rutube.ru/video/private/{id}/?p={key}"),
            _ => format!("https://rutube.ru/video/{id}/"),
        }),
        (host @ ("vk.com" | "vk.ru" | "vkvideo.ru"), ["video_ext.php"]) => {
            let (owner, id) = (parameter(url, "oid")?, parameter(url, "id")?);
            Some(format!("https://{host}/video{owner}_{id}"))
        }
        ("ok.ru" | "odnoklassniki.ru", ["videoembed", id]) => {
            Some(format!("https://ok.ru/video/{id}"))
        }
        ("open.spotify.com", ["embed" | "embed-podcast", kind, id]) => {
            Some(format!("https://open.spotify.com/{kind}/{id}"))
        }
        (host @ ("embed.music.apple.com" | "embed.podcasts.apple.com"), _) => {
            let host = host.strip_prefix("embed.")?;
            Some(format!("https://{host}{}", url.path()))
        }
        ("music.yandex.ru", ["iframe", rest @ ..]) if !rest.is_empty() => {
            Some(format!("https://music.yandex.ru/{}", rest.join("/")))
        }
        ("w.soundcloud.com", ["player"]) => {
            let track = Url::parse(&parameter(url, "url")?).ok()?;
            // `api.soundcloud.com` is for programs; the player at least shows the track.
            (host(&track)? == "soundcloud.com").then(|| track.into())
        }
        _ => None,
    }
}

fn post_page(url: &Url) -> Option<String> {
    let path = path(url);
    match (host(url)?, &path[..]) {
        ("t.me" | "telegram.me", [_, _, ..]) => {
            let shown = |key: &str| !matches!(key, "embed" | "userpic" | "mode" | "dark" | "color");
            let pairs = url.query_pairs().filter(|(key, _)| shown(key));
            let mut page = url.clone();
            page.set_query(None);
            for (key, value) in pairs {
                page.query_pairs_mut().append_pair(&key, &value);
            }
            Some(page.into())
        }
        ("instagram.com", [kind @ ("p" | "reel" | "tv"), id, "embed", ..]) => {
            Some(format!("https://www.instagram.com/{kind}/{id}/"))
        }
        ("facebook.com", ["plugins", ..]) => {
            let site = Url::parse("https://www.facebook.com/").ok()?;
            site.join(&parameter(url, "href")?).ok().map(String::from)
        }
        ("platform.twitter.com", ["embed", ..]) => {
            Some(format!("https://x.com/i/status/{}", parameter(url, "id")?))
        }
        ("flo.uri.sh", [kind @ ("visualisation" | "story"), id, ..]) => {
            Some(format!("https://public.flourish.studio/{kind}/{id}/"))
        }
        _ => None,
    }
}

/// Maps in frames refuse to be a page of their own, so the link is to the same place on the map's site.
fn map_page(url: &Url) -> Option<String> {
    let path = path(url);
    let place = |query: &str| {
        let page = Url::parse_with_params(
            "https://www.google.com/maps/search/?api=1",
            [("query", query)],
        );
        page.ok().map(String::from)
    };
    match (host(url)?, &path[..]) {
        ("google.com" | "maps.google.com", ["maps", "embed", "v1", ..]) => {
            place(&parameter(url, "q").or_else(|| parameter(url, "center"))?)
        }
        ("google.com" | "maps.google.com", ["maps", "embed"]) => {
            // `pb` holds marks as `!2d76.92!3d43.23`: the longitude, then the latitude.
            let marks = parameter(url, "pb")?;
            let mark = |key: &str| -> Option<f64> {
                let found = marks.split('!').find_map(|mark| mark.strip_prefix(key));
                found?.parse().ok()
            };
            let (longitude, latitude) = (mark("2d")?, mark("3d")?);
            place(&format!("{latitude},{longitude}"))
        }
        ("google.com", ["maps"]) | ("maps.google.com", ["maps"] | []) => {
            place(&parameter(url, "q")?)
        }
        ("google.com", ["maps", "d", .., "embed"]) => {
            let map = parameter(url, "mid").filter(|map| is_name(map))?;
            Some(format!("https://www.google.com/maps/d/viewer?mid={map}"))
        }
        ("yandex.ru" | "yandex.kz" | "yandex.com", ["map-widget", ..]) => {
            let mut page = url.clone();
            page.set_path("/maps/");
            Some(page.into())
        }
        ("openstreetmap.org", ["export", "embed.html"]) => {
            let bounds = parameter(url, "bbox")?;
            let mut page = Url::parse("https://www.openstreetmap.org/").ok()?;
            page.query_pairs_mut().append_pair("bbox", &bounds);
            let marker = parameter(url, "marker");
            if let Some((latitude, longitude)) = marker.as_deref().and_then(|m| m.split_once(',')) {
                page.query_pairs_mut()
                    .append_pair("mlat", latitude)
                    .append_pair("mlon", longitude);
            }
            Some(page.into())
        }
        _ => None,
    }
}

/// The document that a viewer shows, such as the PDF behind `viewer.html?file=`.
fn document_page(url: &Url) -> Option<Url> {
    let path = path(url);
    let named = match (host(url)?, &path[..]) {
        ("docs.google.com" | "drive.google.com", ["viewer" | "gview" | "viewerng", ..]) => {
            parameter(url, "url")
        }
        ("view.officeapps.live.com", _) => parameter(url, "src"),
        ("drive.google.com", ["file", "d", id, "preview"]) => {
            Some(format!("https://drive.google.com/file/d/{id}/view"))
        }
        ("docs.google.com", _) => {
            let mut page = url.clone();
            parameter(url, "embedded")?;
            page.set_query(None);
            return Some(page);
        }
        (_, [.., "viewer.html"]) => parameter(url, "file"),
        _ => {
            let mut values = url.query_pairs().map(|(_, value)| value);
            values.find(|value| is_document(value)).map(String::from)
        }
    };
    url.join(&named?).ok().filter(is_web)
}
