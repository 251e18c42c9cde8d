//! `/feeds.json`: every feed in the overview, for programs.

use serde::Serialize;

use crate::feed::definitions::FeedKind;
use crate::feed::overview::{FeedSummary, Overview};
use crate::model::format::Format;

/// A feed in `/feeds.json`.
#[derive(Debug, Serialize)]
pub struct FeedListItem<'a> {
    /// Path without extension, below the public address.
    pub path: &'a str,
    /// The feed's title.
    pub title: &'a str,
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
        FeedListItem {
            path: &version.path,
            title: version.channel.title.as_str(),
            kind: version.kind,
            formats: &version.channel.formats,
            articles: feed.articles,
            updated: version.last_modified.to_string(),
        }
    }
}

/// One item for each feed, in the order of the overview.
pub fn rows(overview: &Overview) -> Vec<FeedListItem<'_>> {
    overview.feeds().iter().map(FeedListItem::from).collect()
}

/// `{"feeds": [...]}`.
pub fn render(overview: &Overview) -> Vec<u8> {
    #[derive(Serialize)]
    struct List<'a> {
        feeds: Vec<FeedListItem<'a>>,
    }
    let feeds = rows(overview);
    serde_json::to_vec(&List { feeds }).expect("texts and numbers serialize")
}
