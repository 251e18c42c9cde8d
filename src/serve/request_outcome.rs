//! How a request was answered, as the metrics and the access log record it.

use std::time::Duration;

use hyper::StatusCode;

use crate::feed::coding::Coding;
use crate::feed::definitions::FeedKind;

/// One answered request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestOutcome {
    /// The kind of resource.
    pub kind: RequestKind,
    /// The status of the reply.
    pub status: StatusCode,
    /// The coding of the reply; of a 304 the one that its document would have had.
    pub coding: Coding,
    /// How it was answered.
    pub result: RequestResult,
    /// The length of the reply's body.
    pub bytes: u64,
    /// How long the reply took to be made.
    pub duration: Duration,
}

/// The kind of resource that was requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// The feed of every article.
    All,
    /// A `[[feed]]`.
    Declared,
    /// The feed of a section.
    Section,
    /// The feed of a tag.
    Tag,
    /// The feed of an author.
    Author,
    /// A selection.
    Select,
    /// A page for people.
    Page,
    /// An article.
    Article,
    /// Anything else: redirects, mistakes, OPTIONS.
    Other,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [RequestKind; 9] = [
        RequestKind::All,
        RequestKind::Declared,
        RequestKind::Section,
        RequestKind::Tag,
        RequestKind::Author,
        RequestKind::Select,
        RequestKind::Page,
        RequestKind::Article,
        RequestKind::Other,
    ];

    /// Its label.
    pub fn name(self) -> &'static str {
        match self {
            RequestKind::All => "all",
            RequestKind::Declared => "declared",
            RequestKind::Section => "section",
            RequestKind::Tag => "tag",
            RequestKind::Author => "author",
            RequestKind::Select => "select",
            RequestKind::Page => "page",
            RequestKind::Article => "article",
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

/// How a request was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestResult {
    /// A cached document.
    Hit,
    /// A document that was made for this request, or for one that this request waited for.
    Made,
    /// 304.
    NotModified,
    /// Another address.
    Redirect,
    /// 4xx or 5xx.
    Error,
}

impl RequestResult {
    /// Every result.
    pub(crate) const ALL: [RequestResult; 5] = [
        RequestResult::Hit,
        RequestResult::Made,
        RequestResult::NotModified,
        RequestResult::Redirect,
        RequestResult::Error,
    ];

    /// Its label.
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
