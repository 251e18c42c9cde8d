//! What a reply says of its making, for the counters and the access log.

use crate::lineup::FeedKind;
use crate::metrics::RequestKind;
use crate::rendition::Coding;

use super::reply::Reply;

/// How a reply came about; a reply without it is a redirect, a mistake or OPTIONS.
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
    /// Writes it into a reply.
    pub fn on(self, mut reply: Reply) -> Reply {
        reply.extensions_mut().insert(self);
        reply
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
