//! The media of an article, as enclosures and as Media RSS, for RSS and Atom.
//!
//! Every reader knows enclosures, few know Media RSS. So audio, video and other files are enclosures;
//! without them, the picture is one. Media RSS has what enclosures cannot express: further media, pixel
//! size, description and credit. An item that needs Media RSS for one of its media has it for all,
//! because some readers then ignore enclosures. Readers of both show each address once.
//!
//! No `media:group`: it is for variants of one file. No `media:thumbnail`: there is no smaller picture,
//! and readers would show the large one twice. No `role` on `media:credit`: the credit may be an
//! agency's.

use std::collections::BTreeMap;

use crate::feed::document::Entry;
use crate::model::article::Media;

/// The usual prefix of Media RSS.
pub(super) const PREFIX: &str = "media";

/// The namespace of Media RSS; the slash at its end belongs to it.
pub(super) const NAMESPACE: &str = "http://search.yahoo.com/mrss/";

/// The media of an entry, each address once.
pub(super) struct EntryMedia<'a> {
    /// The main picture.
    pub(super) picture: Option<&'a Media>,
    /// The other media, in the article's order.
    pub(super) files: Vec<&'a Media>,
}

impl<'a> EntryMedia<'a> {
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

    /// The enclosures, the most important first: the main picture only if there are no other files.
    pub(super) fn enclosures(&self) -> Vec<&'a Media> {
        let (pictures, others): (Vec<&Media>, Vec<&Media>) = self
            .files
            .iter()
            .copied()
            .partition(|medium| is_picture(medium));
        // As an enclosure, a picture without a media type would be a file of unknown kind.
        let first = self
            .picture
            .filter(|medium| others.is_empty() && is_picture(medium));
        first.into_iter().chain(others).chain(pictures).collect()
    }

    /// The media of `media:content`: none if these enclosures express everything.
    pub(super) fn contents(&self, enclosures: &[&Media]) -> Vec<&'a Media> {
        let is_enclosure = |medium: &Media| enclosures.iter().any(|other| other.url == medium.url);
        let media = self.picture.into_iter().chain(self.files.iter().copied());
        let media: Vec<&Media> = media.collect();
        if media
            .iter()
            .all(|medium| is_enclosure(medium) && !needs_media_rss(medium))
        {
            return Vec::new();
        }
        media
    }

    /// `medium` of `media:content`. The main picture is an image even without a media type.
    fn medium(&self, media: &Media) -> &'static str {
        let is_main_picture = self.picture.is_some_and(|picture| picture.url == media.url);
        match kind(media) {
            Some("audio") => "audio",
            Some("video") => "video",
            Some("image") => "image",
            _ if is_main_picture => "image",
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

/// The media type for formats that require one.
pub(super) fn media_type(media: &Media) -> &str {
    media
        .media_type
        .as_deref()
        .unwrap_or("application/octet-stream")
}

/// Whether it has properties that an enclosure cannot express.
fn needs_media_rss(media: &Media) -> bool {
    media.width.is_some() || media.height.is_some() || media.alt.is_some() || media.credit.is_some()
}

fn is_picture(media: &Media) -> bool {
    kind(media) == Some("image")
}

fn kind(media: &Media) -> Option<&str> {
    let (kind, _) = media.media_type.as_deref()?.split_once('/')?;
    Some(kind)
}
