//! A feed in Atom's vocabulary, independent of any format.

pub mod shared_entry;

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use self::shared_entry::SharedEntry;
use crate::model::article::Media;
use crate::model::format::Format;
use crate::model::translations::Translations;
use crate::text::{Html, Text};

/// One feed, ready to be written in any format.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// The feed's metadata.
    pub channel: Channel,
    /// The latest `updated` of the entries; of an empty feed the start of the site's id year.
    pub updated: DateTime<FixedOffset>,
    /// The newest first.
    pub entries: Vec<SharedEntry>,
}

/// The metadata of a feed. It is part of the feed's ETag, so a format must write nothing that is neither
/// here nor in an [`Entry`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Where the feed is served.
    pub address: Address,
    /// The feed's permanent Atom id.
    pub id: String,
    /// The feed's title.
    pub title: Text,
    /// The description; the site's description or title if it has none.
    pub description: Text,
    /// The page the feed belongs to, absolute and percent-encoded.
    pub link: String,
    /// Its title and description in other languages, which only pages show.
    #[serde(skip)]
    pub translations: Translations,
    /// BCP 47.
    pub language: String,
    /// The author of entries without one.
    pub author: Person,
    /// A copyright line.
    pub copyright: Option<Text>,
    /// A square picture, absolute URL.
    pub icon: Option<String>,
    /// A picture for the channel, absolute URL.
    pub logo: Option<String>,
    /// How long a response stays fresh, in seconds.
    pub cache_seconds: u32,
    /// The formats it is served in, in the order of pages and links.
    pub formats: Vec<Format>,
    /// The hubs that tell its subscribers of changes (WebSub, section 4), absolute URLs. Selections have none.
    /// They are part of the ETag only if there are any.
    #[serde(skip)]
    pub hubs: Arc<[String]>,
}

/// Where a feed is served, in every format.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Absolute URL up to the extension, percent-encoded: `https://x.example/tags/%D0%BC…`.
    pub stem: String,
    /// The query behind the extension, percent-encoded, without `?`.
    pub query: Option<String>,
}

impl Address {
    /// The absolute URL of the feed's page.
    pub fn page(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.stem),
            None => self.stem.clone(),
        }
    }

    /// The absolute URL of the feed in `format`.
    pub fn url(&self, format: Format) -> String {
        let Address { stem, query } = self;
        let extension = format.extension();
        match query {
            Some(query) => format!("{stem}.{extension}?{query}"),
            None => format!("{stem}.{extension}"),
        }
    }
}

/// A person, such as an author.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The name.
    pub name: Text,
    /// What the key of the author's feed is made of, if that is not the name. The author of a channel,
    /// which is part of the ETag, has none.
    #[serde(skip)]
    pub slug: Option<String>,
    /// `корреспондент`, `editor`, …
    pub role: Option<Text>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The person's page, absolute and percent-encoded.
    pub url: Option<String>,
}

/// One article in a feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// The permanent id: an absolute ASCII URI.
    pub id: String,
    /// The article's page, absolute and percent-encoded.
    pub link: String,
    /// The headline, plain text.
    pub title: Text,
    /// First publication, with the offset of that day.
    pub published: DateTime<FixedOffset>,
    /// Last correction, with the offset of that day.
    pub updated: DateTime<FixedOffset>,
    /// The article's own authors; none means the channel's.
    pub authors: Vec<Person>,
    /// The sections, the main one first, then the tags.
    pub categories: Vec<Category>,
    /// BCP 47.
    pub language: String,
    /// The lead, which is empty if the article has none; `None` if the feed has only titles.
    pub summary: Option<Text>,
    /// The full text, if the feed has it.
    pub content: Option<Html>,
    /// The main picture.
    pub image: Option<Media>,
    /// Audio, video and other files.
    pub enclosures: Vec<Media>,
}

impl Feed {
    /// The feed without its oldest entries: only the first `count` remain.
    pub fn newest(&self, count: usize) -> Feed {
        let entries = self.entries[..count].to_vec();
        let updated = entries.iter().map(|entry| entry.updated).max();
        Feed {
            channel: self.channel.clone(),
            updated: updated.unwrap_or(self.updated),
            entries,
        }
    }
}

impl Entry {
    /// The bytes of its title and texts, all of which every format writes.
    pub fn text_bytes(&self) -> u64 {
        let lead = self.lead().map_or(0, |text| text.as_str().len());
        let body = self.body().map_or(0, |html| html.as_str().len());
        (self.title.as_str().len() + lead + body) as u64
    }

    /// The date of the last correction, if there was one.
    pub fn corrected(&self) -> Option<DateTime<FixedOffset>> {
        (self.updated != self.published).then_some(self.updated)
    }

    /// The summary, if it is not empty.
    pub fn lead(&self) -> Option<&Text> {
        self.summary.as_ref().filter(|text| !text.is_empty())
    }

    /// The full text, if it is not empty.
    pub fn body(&self) -> Option<&Html> {
        self.content.as_ref().filter(|html| !html.is_empty())
    }

    /// The language, if it differs from that of `channel`.
    pub fn own_language(&self, channel: &Channel) -> Option<&str> {
        let is_same = self.language.eq_ignore_ascii_case(&channel.language);
        (!is_same).then_some(self.language.as_str())
    }
}

/// A section or tag of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    /// The article's spelling, or the one that `[same]` replaces it with; without `#`.
    pub label: Text,
    /// The key of its feed, if that is not made of the label.
    pub slug: Option<String>,
    /// The base URL of its kind, such as `https://x.example/tags/`.
    pub scheme: String,
}
