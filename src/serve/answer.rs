//! An answer to a request: the reply, with what is recorded of it.

use std::time::Instant;

use hyper::body::Body;
use hyper::{Method, StatusCode};

use crate::feed::coding::Coding;
use crate::feed::definitions::FeedKind;
use crate::serve::reply::Reply;
use crate::serve::request_outcome::{RequestKind, RequestOutcome, RequestResult};

/// A reply, with what is recorded of it.
#[derive(Debug)]
pub struct Answer {
    /// What is sent.
    pub reply: Reply,
    /// The kind of resource.
    pub kind: RequestKind,
    /// The coding of the document, sent or not.
    pub coding: Coding,
    /// Where the document came from.
    pub origin: Origin,
}

/// Where a document came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The cache.
    Cache,
    /// It was made for this request, or for one that this request waited for.
    Renderer,
}

/// Redirects, mistakes, OPTIONS.
impl From<Reply> for Answer {
    fn from(reply: Reply) -> Answer {
        Answer::page(RequestKind::Other, Coding::Identity, reply)
    }
}

impl Answer {
    /// An answer with a feed.
    pub(super) fn feed(kind: FeedKind, coding: Coding, origin: Origin, reply: Reply) -> Answer {
        Answer {
            reply,
            kind: kind.into(),
            coding,
            origin,
        }
    }

    /// An answer with a page, whose validators are known only once it is made.
    pub(super) fn page(kind: RequestKind, coding: Coding, reply: Reply) -> Answer {
        Answer {
            reply,
            kind,
            coding,
            origin: Origin::Renderer,
        }
    }

    /// What is recorded of a request with this method that began at `start`.
    pub(super) fn outcome(&self, method: &Method, start: Instant) -> RequestOutcome {
        let status = self.reply.status();
        let has_body = *method != Method::HEAD && status != StatusCode::NOT_MODIFIED;
        RequestOutcome {
            kind: self.kind,
            status,
            coding: self.coding,
            result: result(status, self.origin),
            bytes: match has_body {
                true => self.reply.body().size_hint().lower(),
                false => 0,
            },
            duration: start.elapsed(),
        }
    }
}

fn result(status: StatusCode, origin: Origin) -> RequestResult {
    match origin {
        _ if status == StatusCode::NOT_MODIFIED => RequestResult::NotModified,
        _ if status.is_redirection() => RequestResult::Redirect,
        _ if status.is_client_error() || status.is_server_error() => RequestResult::Error,
        Origin::Cache => RequestResult::Hit,
        Origin::Renderer => RequestResult::Made,
    }
}
