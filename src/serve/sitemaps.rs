//! Answers with sitemaps and robots.txt.

use std::sync::Arc;

use hyper::header::HeaderValue;
use tracing::error;

use crate::feed::coding::Coding;
use crate::feed::etag::ETag;
use crate::feed::headers::{cache_control, http_date, seconds_left};
use crate::feed::sitemaps::SitemapVersion;
use crate::model::problem::chain;
use crate::render::{robots, sitemap};
use crate::serve::answer::Answer;
use crate::serve::conditional::{self, Dates, Outcome};
use crate::serve::reply::{self, DocumentHeaders};
use crate::serve::request_context::RequestContext;
use crate::serve::request_outcome::{RequestKind, RequestResult};
use crate::serve::security_headers::DocumentKind;

/// 304, 412, or 200 with a cached document; `None` if the document has to be made.
pub(super) fn cached(context: &RequestContext<'_>, version: &SitemapVersion) -> Option<Answer> {
    let coding = context.coding();
    let settings = &context.published.snapshot.config.defaults;
    let tag = version.etag();
    let dates = Dates::of_sitemap(version, settings, context.now);
    let reply = match conditional::evaluate(context.headers, &tag.to_string(), Some(dates)) {
        Outcome::NotModified => reply::not_modified(headers(context, version, coding)),
        Outcome::PreconditionFailed => return Some(reply::precondition_failed().into()),
        Outcome::Send => {
            let document = context.documents.cached_sitemap(version, coding)?;
            reply::document(headers(context, version, coding), document)
        }
    };
    let kind = RequestKind::Sitemap;
    Some(Answer::new(kind, coding, RequestResult::Hit, reply))
}

/// 200 with a document that is made first.
pub(super) async fn make(context: &RequestContext<'_>, version: &Arc<SitemapVersion>) -> Answer {
    let coding = context.coding();
    let made = context
        .documents
        .sitemap(context.published, version, coding)
        .await;
    let reply = match made {
        Ok(document) => reply::document(headers(context, version, coding), document),
        Err(failure) => {
            let (name, failure) = (version.name, chain(&failure));
            error!("the sitemap `{name}` cannot be made: {failure}");
            reply::service_unavailable("this sitemap cannot be made at the moment")
        }
    };
    Answer::new(RequestKind::Sitemap, coding, RequestResult::Made, reply)
}

fn headers(
    context: &RequestContext<'_>,
    version: &SitemapVersion,
    coding: Coding,
) -> DocumentHeaders {
    let published = context.published;
    let next = [version.next, published.next_instant()];
    let left = seconds_left(next.into_iter().flatten().min(), context.now);
    DocumentHeaders {
        etag: version.etag().value(coding),
        last_modified: Some(http_date(version.last_modified)),
        cache_control: cache_control(&published.snapshot.config.defaults, left),
        link: None,
        content_type: HeaderValue::from_static(sitemap::CONTENT_TYPE),
        coding,
        kind: DocumentKind::Feed,
    }
}

/// 304, 412 or 200 with robots.txt or the key file of IndexNow, which are as short as their headers.
pub(super) fn text(context: &RequestContext<'_>, text: String) -> Answer {
    let tag = ETag::of(text.as_bytes());
    let headers = DocumentHeaders {
        etag: tag.value(Coding::Identity),
        last_modified: None,
        cache_control: cache_control(&context.published.snapshot.config.defaults, u32::MAX),
        link: None,
        content_type: HeaderValue::from_static(robots::CONTENT_TYPE),
        coding: Coding::Identity,
        kind: DocumentKind::Feed,
    };
    let reply = match conditional::evaluate(context.headers, &tag.to_string(), None) {
        Outcome::NotModified => reply::not_modified(headers),
        Outcome::PreconditionFailed => reply::precondition_failed(),
        Outcome::Send => reply::document(headers, text.into()),
    };
    let (kind, coding) = (RequestKind::Sitemap, Coding::Identity);
    Answer::new(kind, coding, RequestResult::Made, reply)
}
