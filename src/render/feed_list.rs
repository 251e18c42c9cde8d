//! `/feeds.json`: every listed feed, for programs.

use serde::{Serialize, Serializer};

use crate::feed::definitions::FeedKind;
use crate::feed::overview::{FeedSummary, Overview};
use crate::model::format::Format;

/// A feed in `/feeds.json`.
#[derive(Debug, Serialize)]
pub struct FeedListItem<'a> {
    /// Path without extension, below the public address.
    pub path: &'a str,
    /// Its absolute URL in each format.
    #[serde(serialize_with = "by_format")]
    pub url: Vec<(Format, String)>,
    /// The feed's title.
    pub title: &'a str,
    /// What it is about.
    pub description: &'a str,
    /// BCP 47.
    pub language: &'a str,
    /// Where the feed comes from.
    pub kind: FeedKind,
    /// The formats it is served in.
    pub formats: &'a [Format],
    /// The number of released articles that match it, inside its window or not.
    pub articles: usize,
    /// Its `Last-Modified`, RFC 3339.
    pub updated: String,
}

impl<'a> From<&'a FeedSummary> for FeedListItem<'a> {
    fn from(feed: &'a FeedSummary) -> FeedListItem<'a> {
        let version = &feed.version;
        let channel = &*version.channel;
        let urls = channel.formats.iter();
        FeedListItem {
            path: &version.path,
            url: urls
                .map(|&format| (format, channel.address.url(format)))
                .collect(),
            title: channel.title.as_str(),
            description: channel.description.as_str(),
            language: &channel.language,
            kind: version.kind,
            formats: &channel.formats,
            articles: feed.articles,
            updated: version.last_modified.to_string(),
        }
    }
}

/// An object with the formats as keys, in their order.
fn by_format<S: Serializer>(urls: &[(Format, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(urls.iter().map(|(format, url)| (format, url)))
}

/// One item for each feed, listed or not, in the order of the overview.
pub fn rows(overview: &Overview) -> Vec<FeedListItem<'_>> {
    overview.feeds().iter().map(FeedListItem::from).collect()
}

/// `{"feeds": [...]}`, with the listed feeds.
pub fn render(overview: &Overview) -> Vec<u8> {
    #[derive(Serialize)]
    struct List<'a> {
        feeds: Vec<FeedListItem<'a>>,
    }
    let feeds = overview.listed().into_iter().map(FeedListItem::from);
    let feeds = feeds.collect();
    serde_json::to_vec(&List { feeds }).expect("texts and numbers serialize")
}
