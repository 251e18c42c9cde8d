//! Addresses of videos and sound, in places where a picture is expected.

use url::Url;

use super::url_parts::{host, is_web, path};

/// Extensions of files that `video` plays.
const VIDEO_EXTENSIONS: [&str; 5] = ["m4v", "mov", "mp4", "ogv", "webm"];

/// Extensions of files that `audio` plays.
const AUDIO_EXTENSIONS: [&str; 8] = ["aac", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav"];

/// `video` or `audio`, by the extension of the file in an address.
pub(in crate::text) fn media_element(address: &str) -> Option<&'static str> {
    let path = address.split(['?', '#']).next()?;
    let (_, extension) = path.rsplit_once('.')?;
    let is_in = |known: &[&str]| known.iter().any(|it| extension.eq_ignore_ascii_case(it));
    if is_in(&VIDEO_EXTENSIONS) {
        return Some("video");
    }
    is_in(&AUDIO_EXTENSIONS).then_some("audio")
}

/// Parts of the hosts in [`is_video_page`]: nearly no picture has one in its address.
const HOST_PARTS: [&str; 9] = [
    "dai", "ok.ru", "rutube.", "tiktok.", "twitter.", "vimeo.", "vk", "x.com", "youtu",
];

/// Whether the address is the page or the player of a video, or of a post.
pub(in crate::text) fn is_video_page(address: &str) -> bool {
    if !HOST_PARTS.iter().any(|part| address.contains(part)) {
        return false;
    }
    let base = Url::parse("https://site.invalid/").ok();
    let url = base.and_then(|base| base.join(address.trim()).ok());
    let Some(url) = url.filter(is_web) else {
        return false;
    };
    let path = path(&url);
    match (host(&url), &path[..]) {
        (Some("youtube.com" | "youtube-nocookie.com"), [first, ..]) => {
            matches!(
                *first,
                "watch" | "embed" | "shorts" | "live" | "v" | "playlist"
            )
        }
        (Some("youtu.be" | "dai.ly"), [_]) => true,
        (Some("vimeo.com"), [id, ..]) => id.bytes().all(|b| b.is_ascii_digit()),
        (Some("player.vimeo.com"), ["video", _]) => true,
        (Some("rutube.ru"), ["video" | "play" | "shorts", _, ..]) => true,
        (Some("vk.com" | "vk.ru" | "vkvideo.ru"), [first]) => {
            first.starts_with("video") || first.starts_with("clip")
        }
        (Some("ok.ru"), ["video" | "videoembed", _]) => true,
        (Some("dailymotion.com"), ["video", _] | ["embed", "video", _]) => true,
        (Some("tiktok.com"), [user, "video", _]) => user.starts_with('@'),
        (Some("twitter.com" | "x.com"), [_, "status", _, ..]) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_videos_are_no_pictures() {
        for (address, is_page) in [
            ("https://www.youtube.com/watch?v=ID", true),
            ("//youtu.be/ID?t=5", true),
            ("https://m.youtube.com/shorts/ID", true),
            ("https://vimeo.com/12", true),
            ("https://rutube.ru/video/0af1/", true),
            ("https://vk.com/video-22_456", true),
            ("https://ok.ru/video/77", true),
            ("https://www.tiktok.com/@a/video/7", true),
            ("https://x.com/a/status/1", true),
            ("https://img.youtube.com/vi/ID/0.jpg", false),
            ("https://i.vimeocdn.com/video/1.jpg", false),
            ("https://sun9-1.userapi.com/vk/a.jpg", false),
            ("/youtube.png", false),
            ("watch?v=youtu", false),
            ("https://vimeo.com/logo.png", false),
        ] {
            assert_eq!(is_video_page(address), is_page, "{address}");
        }
    }
}
