//! A reply and how it came about, for the counters and the access log.

use crate::feed::coding::Coding;
use crate::feed::definitions::FeedKind;
use crate::serve::metrics::RequestKind;

use super::reply::Reply;

/// A reply, and how it came about.
#[derive(Debug)]
pub struct Answer {
    /// What is sent.
    pub reply: Reply,
    /// How it came about.
    pub outcome: Outcome,
}

/// Redirects, mistakes, OPTIONS.
impl From<Reply> for Answer {
    fn from(reply: Reply) -> Answer {
        Outcome::page(RequestKind::Other, Coding::Identity).on(reply)
    }
}

/// How a reply came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was asked for.
    pub kind: RequestKind,
    /// The coding of the document, sent or not.
    pub coding: Coding,
    /// Where the document came from.
    pub origin: Origin,
}

/// Where a document came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was there.
    Kept,
    /// It was made for this request, or for one that this request waited for.
    Made,
}

impl Outcome {
    /// The answer that it is about.
    pub fn on(self, reply: Reply) -> Answer {
        Answer {
            reply,
            outcome: self,
        }
    }

    /// A feed in one of its formats.
    pub fn feed(kind: FeedKind, coding: Coding, origin: Origin) -> Outcome {
        Outcome {
            kind: kind.into(),
            coding,
            origin,
        }
    }

    /// A page, which is looked at as a whole before anything is sent.
    pub fn page(kind: RequestKind, coding: Coding) -> Outcome {
        Outcome {
            kind,
            coding,
            origin: Origin::Made,
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
