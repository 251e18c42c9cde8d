//! The values of a request that the metrics and the access log record.

use std::time::Duration;

use hyper::StatusCode;

use crate::feed::coding::Coding;
use crate::feed::definitions::FeedKind;

#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestOutcome {
    pub kind: RequestKind,
    pub status: StatusCode,
    /// The coding of the document, also of a 304.
    pub coding: Coding,
    pub result: RequestResult,
    /// The length of the body that was sent.
    pub bytes: u64,
    /// The time to make the reply, without sending it.
    pub duration: Duration,
}

/// The kind of resource that was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    All,
    Declared,
    Section,
    Tag,
    Author,
    Select,
    /// A page, a list of feeds or an asset.
    Page,
    Article,
    /// A sitemap, robots.txt or the key file of IndexNow.
    Sitemap,
    /// Redirects, errors and OPTIONS.
    Other,
}

impl RequestKind {
    pub(crate) const ALL: [RequestKind; 10] = [
        RequestKind::All,
        RequestKind::Declared,
        RequestKind::Section,
        RequestKind::Tag,
        RequestKind::Author,
        RequestKind::Select,
        RequestKind::Page,
        RequestKind::Article,
        RequestKind::Sitemap,
        RequestKind::Other,
    ];

    /// The value of the label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            RequestKind::All => "all",
            RequestKind::Declared => "declared",
            RequestKind::Section => "section",
            RequestKind::Tag => "tag",
            RequestKind::Author => "author",
            RequestKind::Select => "select",
            RequestKind::Page => "page",
            RequestKind::Article => "article",
            RequestKind::Sitemap => "sitemap",
            RequestKind::Other => "other",
        }
    }
}

impl From<FeedKind> for RequestKind {
    fn from(kind: FeedKind) -> RequestKind {
        match kind {
            FeedKind::All => RequestKind::All,
            FeedKind::Declared => RequestKind::Declared,
            FeedKind::Section => RequestKind::Section,
            FeedKind::Tag => RequestKind::Tag,
            FeedKind::Author => RequestKind::Author,
            FeedKind::Select => RequestKind::Select,
        }
    }
}

/// The label `outcome`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestResult {
    /// 200 with a cached document.
    Hit,
    /// 200 with a document that the request waited for.
    Made,
    NotModified,
    /// Another 3xx.
    Redirect,
    /// 4xx or 5xx.
    Error,
}

impl RequestResult {
    pub(crate) const ALL: [RequestResult; 5] = [
        RequestResult::Hit,
        RequestResult::Made,
        RequestResult::NotModified,
        RequestResult::Redirect,
        RequestResult::Error,
    ];

    /// The value of the label.
    pub(crate) fn name(self) -> &'static str {
        match self {
            RequestResult::Hit => "hit",
            RequestResult::Made => "made",
            RequestResult::NotModified => "not_modified",
            RequestResult::Redirect => "redirect",
            RequestResult::Error => "error",
        }
    }
}
