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
        let attributes = tag.attrs.iter();
        let mut attributes =
            attributes.filter(|attribute| attribute.value.len() <= ATTRIBUTE_BYTES_MAX);
        let post = attributes.find_map(|attribute| {
            let written = clean(&attribute.value);
            match &*attribute.name.local {
                "data-instgrm-permalink" | "data-text-post-permalink" => Some(written.into_owned()),
                "data-href" if has_class(tag, &["fb-post", "fb-video", "fb-comment-embed"]) => {
                    Some(written.into_owned())
                }
                "cite" if has_class(tag, &["tiktok-embed"]) => Some(written.into_owned()),
                "src" if &*tag.name == "amp-iframe" => Some(written.into_owned()),
                "videoid" | "data-videoid" if tag.name.ends_with("-youtube") => {
                    Some(format!("https://youtu.be/{written}"))
                }
                "data-src" if has_class(tag, &["flourish-embed"]) => {
                    Some(format!("https://public.flourish.studio/{written}/"))
                }
                "id" => {
                    let wall = written.strip_prefix("vk_post_")?;
                    is_name(wall).then(|| format!("https://vk.com/wall{wall}"))
                }
                _ => None,
            }
        });
        post.map(|address| Post {
            frame: Frame::at(address),
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

fn has_class(tag: &Tag, wanted: &[&str]) -> bool {
    let mut classes = value(tag, "class").unwrap_or_default().split_whitespace();
    classes.any(|class| wanted.contains(&class))
}
