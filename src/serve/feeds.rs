//! Answers with a feed in one of its formats.

use std::sync::Arc;

use tracing::error;

use crate::feed::coding::Coding;
use crate::feed::headers::{FeedHeaders, seconds_left};
use crate::feed::poll_rate::PollReply;
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::model::problem::chain;
use crate::serve::answer::Answer;
use crate::serve::conditional::{self, Dates, Outcome};
use crate::serve::reply::{self, DocumentHeaders};
use crate::serve::request_context::RequestContext;
use crate::serve::request_outcome::RequestResult;
use crate::serve::security_headers::DocumentKind;

/// 304, 412, or 200 with a cached document; `None` if the document has to be made.
pub(super) fn cached(
    context: &RequestContext<'_>,
    version: &FeedVersion,
    format: Format,
) -> Option<Answer> {
    let coding = context.coding();
    let headers = version.headers(format);
    let document_headers = || document_headers(context, version, headers, coding);
    let dates = Dates::new(version, context.now);
    let outcome = conditional::evaluate(context.headers, &headers.opaque_tag, Some(dates));
    let (poll, reply) = match outcome {
        Outcome::NotModified => (
            PollReply::NotModified,
            reply::not_modified(document_headers()),
        ),
        Outcome::Send => {
            let document = context.documents.cached_feed(version, format, coding)?;
            let reply = reply::document(document_headers(), document);
            (PollReply::Document, reply)
        }
        Outcome::PreconditionFailed => return Some(reply::precondition_failed().into()),
    };
    version.polls.count(poll, context.now);
    Some(Answer::new(version.kind, coding, RequestResult::Hit, reply))
}

/// 200 with a document that is made first.
pub(super) async fn make(
    context: &RequestContext<'_>,
    version: &Arc<FeedVersion>,
    format: Format,
) -> Answer {
    version.polls.count(PollReply::Document, context.now);
    let coding = context.coding();
    let headers = |headers| document_headers(context, version, headers, coding);
    let documents = context.documents;
    let reply = match documents.feed(version, format, coding).await {
        Ok(document) => reply::document(headers(version.headers(format)), document),
        Err(failure) => {
            let (path, title) = (&version.path, format.title());
            error!(
                "feed `{path}` as {title} cannot be made: {}",
                chain(&failure)
            );
            // The previous document, with its own ETag, is more useful than an error.
            match documents.previous_feed(version, format, coding) {
                Some((document, previous)) => {
                    let previous = version.headers_under(previous, format);
                    reply::document(headers(&previous), document)
                }
                None => reply::service_unavailable("this feed cannot be made at the moment"),
            }
        }
    };
    Answer::new(version.kind, coding, RequestResult::Made, reply)
}

fn document_headers(
    context: &RequestContext<'_>,
    version: &FeedVersion,
    headers: &FeedHeaders,
    coding: Coding,
) -> DocumentHeaders {
    DocumentHeaders {
        etag: headers.etag(coding),
        last_modified: Some(headers.date.clone()),
        cache_control: headers
            .cache_control(&version.settings, seconds_left(version.next, context.now)),
        link: Some(headers.link.clone()),
        content_type: headers.content_type.clone(),
        coding,
        kind: DocumentKind::Feed,
    }
}
