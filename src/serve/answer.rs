//! A reply with the values that the metrics and the access log record.

use std::time::{Instant, SystemTime};

use hyper::body::Body;
use hyper::{Method, Request, StatusCode};

use crate::feed::coding::Coding;
use crate::serve::access_log::LogLine;
use crate::serve::client_address::ClientAddress;
use crate::serve::reply::Reply;
use crate::serve::request_outcome::{RequestKind, RequestOutcome, RequestResult};
use crate::serve::server_context::ServerContext;

#[derive(Debug)]
pub struct Answer {
    pub(crate) reply: Reply,
    kind: RequestKind,
    /// The coding of the document, also of a 304.
    coding: Coding,
    result: RequestResult,
}

/// Redirects, errors and OPTIONS.
impl From<Reply> for Answer {
    fn from(reply: Reply) -> Answer {
        let (kind, coding) = (RequestKind::Other, Coding::Identity);
        Answer::new(kind, coding, RequestResult::Made, reply)
    }
}

impl Answer {
    /// `document_result` is the result if the reply sends a document.
    pub(super) fn new(
        kind: impl Into<RequestKind>,
        coding: Coding,
        document_result: RequestResult,
        reply: Reply,
    ) -> Answer {
        let result = match reply.status() {
            StatusCode::NOT_MODIFIED => RequestResult::NotModified,
            status if status.is_redirection() => RequestResult::Redirect,
            status if status.is_client_error() || status.is_server_error() => RequestResult::Error,
            _ => document_result,
        };
        Answer {
            reply,
            kind: kind.into(),
            coding,
            result,
        }
    }

    /// The same answer with a page in place of its text, or with a file that such a page loads.
    pub(super) fn with_page(self, coding: Coding, page: Reply) -> Answer {
        Answer::new(self.kind, coding, RequestResult::Made, page)
    }

    /// Counts a request that began at `start`, and writes it to the access log.
    pub(super) fn record<B>(
        &self,
        context: &ServerContext,
        peer: ClientAddress,
        request: &Request<B>,
        start: Instant,
    ) {
        let status = self.reply.status();
        let has_body = *request.method() != Method::HEAD && status != StatusCode::NOT_MODIFIED;
        let outcome = RequestOutcome {
            kind: self.kind,
            status,
            coding: self.coding,
            result: self.result,
            bytes: match has_body {
                true => self.reply.body().size_hint().lower(),
                false => 0,
            },
            duration: start.elapsed(),
        };
        context.requests.count(&outcome);
        if let Some(access_log) = &context.access_log {
            let client = peer.forwarded_for(request.headers(), &context.trusted_proxies);
            access_log.write(LogLine::of(request, client, outcome, SystemTime::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::serve::reply;

    #[test]
    fn the_result_of_a_page_in_place_of_a_text_is_that_of_its_status() {
        let unavailable = || reply::service_unavailable(reply::STARTING);
        for (page, result) in [
            (
                reply::starting_asset("text/css", Bytes::new()),
                RequestResult::Made,
            ),
            (
                reply::starting_page(&unavailable(), Bytes::new()),
                RequestResult::Error,
            ),
        ] {
            let answer = Answer::from(unavailable()).with_page(Coding::Identity, page);
            assert_eq!(answer.result, result, "{}", answer.reply.status());
        }
    }
}
