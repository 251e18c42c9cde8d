//! What comes with an article, as RSS and Atom divide it between enclosures and Media RSS.
//!
//! Every reader knows enclosures, few know Media RSS. So sound, video and other files are
//! enclosures, and where there are none, the picture is one. Media RSS is for what enclosures leave
//! unsaid: further media, size in pixels, description, credit. An item that needs it for one of its
//! media has it for all of them, because there are readers that then look at no enclosure; those
//! that look at both show an address once.
//!
//! No `media:group`, which is for forms of one thing: an article's media are different things. No
//! `media:thumbnail`: nobody knows a smaller picture here, and the large one under a second name is
//! shown twice. No `role` on `media:credit`: the credit may be an agency's.

use std::collections::BTreeMap;

use crate::feed::document::Entry;
use crate::model::article::Media;

/// The prefix that Media RSS is known by.
pub(super) const PREFIX: &str = "media";

/// The namespace of Media RSS; the slash at its end belongs to it.
pub(super) const NAMESPACE: &str = "http://search.yahoo.com/mrss/";

/// The media of an entry, each address once.
pub(super) struct EntryMedia<'a> {
    /// The picture that stands for the article.
    pub(super) picture: Option<&'a Media>,
    /// Everything else, in the article's order.
    pub(super) files: Vec<&'a Media>,
}

impl<'a> EntryMedia<'a> {
    /// What comes with `entry`.
    pub(super) fn new(entry: &'a Entry) -> EntryMedia<'a> {
        let picture = entry.image.as_ref();
        let mut files: Vec<&Media> = Vec::with_capacity(entry.enclosures.len());
        for medium in &entry.enclosures {
            if !picture
                .into_iter()
                .chain(files.iter().copied())
                .any(|known| known.url == medium.url)
            {
                files.push(medium);
            }
        }
        EntryMedia { picture, files }
    }

    /// What is an enclosure, the most important first: no picture but where there is nothing else.
    pub(super) fn enclosures(&self) -> Vec<&'a Media> {
        let (pictures, others): (Vec<&Media>, Vec<&Media>) = self
            .files
            .iter()
            .copied()
            .partition(|medium| is_picture(medium));
        // A picture of a kind that nobody knows would be a file of unknown kind.
        let first = self
            .picture
            .filter(|medium| others.is_empty() && is_picture(medium));
        first.into_iter().chain(others).chain(pictures).collect()
    }

    /// What stands in `media:content`: nothing where these enclosures say it all.
    pub(super) fn contents(&self, enclosures: &[&Media]) -> Vec<&'a Media> {
        let is_said = |medium: &Media| enclosures.iter().any(|said| said.url == medium.url);
        let media = self.picture.into_iter().chain(self.files.iter().copied());
        let media: Vec<&Media> = media.collect();
        if media
            .iter()
            .all(|medium| is_said(medium) && !says_more(medium))
        {
            return Vec::new();
        }
        media
    }

    /// The medium that `media:content` shows: only here is a picture of unknown kind known to be
    /// one.
    fn medium(&self, media: &Media) -> &'static str {
        let is_the_picture = self.picture.is_some_and(|picture| picture.url == media.url);
        match kind(media) {
            Some("audio") => "audio",
            Some("video") => "video",
            Some("image") => "image",
            _ if is_the_picture => "image",
            _ => "document",
        }
    }

    /// The attributes of `media:content`.
    pub(super) fn attributes(&self, media: &Media) -> BTreeMap<String, String> {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let attributes = [
            ("url", Some(media.url.clone())),
            ("type", media.media_type.clone()),
            ("medium", Some(self.medium(media).to_owned())),
            ("width", number(media.width)),
            ("height", number(media.height)),
            ("fileSize", media.length.map(|length| length.to_string())),
        ];
        attributes
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// The elements inside `media:content`, by local name.
pub(super) fn texts(media: &Media) -> impl Iterator<Item = (&'static str, &str)> {
    let description = media.alt.as_deref().map(|alt| ("description", alt));
    let credit = media.credit.as_deref().map(|credit| ("credit", credit));
    description.into_iter().chain(credit)
}

/// The media type, where a format demands one: bytes that nobody knows more of are just that.
pub(super) fn media_type(media: &Media) -> &str {
    media
        .media_type
        .as_deref()
        .unwrap_or("application/octet-stream")
}

/// Whether an enclosure has no words for some of this.
fn says_more(media: &Media) -> bool {
    media.width.is_some() || media.height.is_some() || media.alt.is_some() || media.credit.is_some()
}

fn is_picture(media: &Media) -> bool {
    kind(media) == Some("image")
}

fn kind(media: &Media) -> Option<&str> {
    let (kind, _) = media.media_type.as_deref()?.split_once('/')?;
    Some(kind)
}
