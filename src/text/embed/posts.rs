//! Posts in elements that a script of their site would fill.

use html5ever::LocalName;
use html5ever::tokenizer::Tag;

use super::url_parts::is_name;
use super::{Frame, value};
use crate::text::characters::clean;
use crate::text::elements::ATTRIBUTE_BYTES_MAX;

/// An open element with a post.
#[derive(Debug)]
pub(in crate::text) struct Post {
    frame: Frame,
    name: LocalName,
    /// Elements of its name that are open in it.
    namesakes: usize,
}

impl Post {
    /// The post of an element that names one.
    pub(in crate::text) fn of_tag(tag: &Tag) -> Option<Post> {
        let address = tag.attrs.iter().find_map(|attribute| {
            let is_short = attribute.value.len() <= ATTRIBUTE_BYTES_MAX;
            let address = address(tag, &attribute.name.local, &attribute.value);
            address.filter(|_| is_short)
        })?;
        let title = ["data-title", "title"].into_iter();
        let title = title.filter_map(|name| value(tag, name)).next();
        let title = title.filter(|title| title.len() <= ATTRIBUTE_BYTES_MAX);
        Some(Post {
            frame: Frame {
                title: title.map(str::to_owned),
                ..Frame::at(clean(&address).into_owned())
            },
            name: tag.name.clone(),
            namesakes: 0,
        })
    }

    /// A start tag inside of it.
    pub(in crate::text) fn start(&mut self, name: &LocalName) {
        self.namesakes += usize::from(self.name == *name);
    }

    /// An end tag; whether it ends the element.
    pub(in crate::text) fn end(&mut self, name: &LocalName) -> bool {
        if self.name != *name {
            return false;
        }
        let ends = self.namesakes == 0;
        self.namesakes = self.namesakes.saturating_sub(1);
        ends
    }

    /// What it shows.
    pub(in crate::text) fn into_frame(self) -> Frame {
        self.frame
    }
}

/// The address of the post that an attribute of `tag` names.
fn address(tag: &Tag, name: &str, written: &str) -> Option<String> {
    let element: &str = &tag.name;
    let below = |start: &str| is_name(written).then(|| format!("{start}{written}"));
    match name {
        "data-instgrm-permalink" | "data-text-post-permalink" => Some(written.to_owned()),
        "data-href"
            if has_class(tag, &["fb-post", "fb-video", "fb-comment-embed", "fb-page"])
                || element == "amp-facebook" =>
        {
            Some(written.to_owned())
        }
        "data-url" if element == "amp-pinterest" || has_class(tag, &["typeform-widget"]) => {
            Some(written.to_owned())
        }
        "cite" if has_class(tag, &["tiktok-embed"]) => Some(written.to_owned()),
        "src" if element == "amp-iframe" => Some(written.to_owned()),
        "data-src" if has_class(tag, &["flourish-embed"]) => {
            Some(format!("https://public.flourish.studio/{written}/"))
        }
        "data-id" if has_class(tag, &["infogram-embed"]) => {
            let is_path = written.split('/').all(is_name);
            is_path.then(|| format!("https://e.infogram.com/{written}"))
        }
        "data-facadesrc" => Some(written.to_owned()),
        "data-shortcode" if element == "amp-instagram" => {
            below("https://www.instagram.com/p/").map(|page| page + "/")
        }
        "data-tweet-id" | "data-tweetid" if !has_class(tag, &["twitter-tweet"]) => {
            below("https://x.com/i/status/")
        }
        "data-plyr-embed-id" if written.contains("://") => Some(written.to_owned()),
        "data-plyr-embed-id" => below(value(tag, "data-plyr-provider").and_then(player)?),
        "id" => {
            let wall = written.strip_prefix("vk_post_")?;
            is_name(wall).then(|| format!("https://vk.com/wall{wall}"))
        }
        "data-youtube-id" | "data-yt-id" | "data-ytid" => below(player("youtube")?),
        "data-vimeo-id" => below(player("vimeo")?),
        "data-embed" | "data-id" | "data-video-id" | "data-videoid" | "videoid" => {
            below(player_of(tag)?)
        }
        _ => None,
    }
}

/// The start of the addresses of a site's videos.
fn player(site: &str) -> Option<&'static str> {
    match site {
        "dailymotion" => Some("https://www.dailymotion.com/video/"),
        "rutube" => Some("https://rutube.ru/video/"),
        "vimeo" => Some("https://vimeo.com/"),
        "youtube" => Some("https://youtu.be/"),
        _ => None,
    }
}

/// The same for the site whose player the element stands for: `<lite-youtube>`, `<amp-vimeo>`,
/// `class="youtube"`, `class="rutube-player"`.
fn player_of(tag: &Tag) -> Option<&'static str> {
    let element = tag.name.rsplit_once('-').map(|(_, site)| site);
    let classes = value(tag, "class").unwrap_or_default().split_whitespace();
    let parts = ["lazy", "rll", "lite", "js", "embed", "player", "video"];
    let sites = classes.filter_map(|class| {
        let mut words = class.split(['-', '_']).filter(|word| !parts.contains(word));
        words.next().filter(|_| words.next().is_none())
    });
    element.into_iter().chain(sites).find_map(player)
}

fn has_class(tag: &Tag, wanted: &[&str]) -> bool {
    let mut classes = value(tag, "class").unwrap_or_default().split_whitespace();
    classes.any(|class| wanted.contains(&class))
}
