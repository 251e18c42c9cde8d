//! Answers with HTML pages, lists of feeds, and the assets of pages.
//!
//! The ETag of a page is the digest of its bytes, so it changes exactly when the page changes, whatever
//! the cause: an article, a template, a text. Pages have no `Last-Modified`, since no date changes like
//! that.

use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use tokio::sync::Semaphore;
use tokio::task;
use tracing::error;

use crate::feed::coding::Coding;
use crate::feed::etag::ETag;
use crate::feed::headers::{cache_control, seconds_left};
use crate::feed::snapshot::FeedVersion;
use crate::model::problem::chain;
use crate::publish::read_handle::PageMissing;
use crate::render::pages::{Page, PageRequest};
use crate::serve::answer::Answer;
use crate::serve::conditional::{self, Outcome};
use crate::serve::reply::{self, DocumentHeaders, Reply};
use crate::serve::request_context::RequestContext;
use crate::serve::request_outcome::{RequestKind, RequestResult};
use crate::serve::security_headers::DocumentKind;

/// For lists of feeds, which change with every article, and for assets without a version in the URL.
const SHORT_CACHE: &str = "max-age=60";

/// For assets with their version in the URL.
const IMMUTABLE_CACHE: &str = "max-age=31536000, immutable";

const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

const UNAVAILABLE: &str = "this page cannot be made at the moment";

/// A page or list.
pub(super) async fn page(context: &RequestContext<'_>, request: PageRequest) -> Answer {
    let page = match find(context, request).await {
        Ok(page) => page,
        Err(reply) => return (*reply).into(),
    };
    if page.is_search() {
        return uncacheable(context, page).await;
    }
    let document = match render(context, &page).await {
        Ok(document) => document,
        Err(reply) => return (*reply).into(),
    };
    let coding = context.coding();
    let tag = ETag::of(&document);
    let headers = DocumentHeaders {
        etag: tag.value(coding),
        last_modified: None,
        cache_control: page_cache_control(context, &page),
        link: None,
        content_type: HeaderValue::from_static(page.content_type()),
        coding,
        kind: match page {
            Page::Opml(..) => DocumentKind::SubscriptionList,
            Page::List(_) => DocumentKind::Feed,
            _ => DocumentKind::Page,
        },
    };
    let kind = match page {
        Page::Article(_) => RequestKind::Article,
        _ => RequestKind::Page,
    };
    let permits = context.documents.permits(&page);
    let is_in_search = !matches!(&page, Page::Article(released) if !released.is_in_search);
    let mut answer = answer_conditionally(context, tag, headers, document, permits, kind).await;
    if !is_in_search {
        answer.reply = reply::with_header(answer.reply, X_ROBOTS_TAG, "noindex");
    }
    answer
}

/// The page of a feed, in place of the feed.
pub(super) async fn feed_page(context: &RequestContext<'_>, version: Arc<FeedVersion>) -> Answer {
    uncacheable(context, Page::Feed(version)).await
}

async fn uncacheable(context: &RequestContext<'_>, page: Page) -> Answer {
    let document = match render(context, &page).await {
        Ok(document) => document,
        Err(reply) => return (*reply).into(),
    };
    let coding = context.coding();
    let permits = context.documents.permits(&page);
    let encoded = match page.is_search() {
        true => {
            context
                .documents
                .encoded_once(document, coding, permits)
                .await
        }
        false => context.documents.encoded(document, coding, permits).await,
    };
    match encoded {
        Ok(document) => {
            let mut reply = reply::uncacheable_page(page.content_type(), coding, document);
            if page.is_search() {
                // Crawlers would follow its links without end.
                reply = reply::with_header(reply, X_ROBOTS_TAG, "noindex");
            }
            Answer::new(RequestKind::Page, coding, RequestResult::Made, reply)
        }
        Err(_) => reply::service_unavailable(UNAVAILABLE).into(),
    }
}

/// A style sheet, picture or font.
pub(super) async fn asset(context: &RequestContext<'_>, name: &str) -> Answer {
    let Some(asset) = context.published.templates.asset(name) else {
        return reply::not_found(&format!("no file \"{name}\"")).into();
    };
    let names_version = context.parameter("v").is_some_and(|v| v == asset.version);
    let coding = match asset.is_text() {
        true => context.coding(),
        false => Coding::Identity,
    };
    let tag = ETag::of(&asset.bytes);
    let headers = DocumentHeaders {
        etag: tag.value(coding),
        last_modified: None,
        cache_control: HeaderValue::from_static(if names_version {
            IMMUTABLE_CACHE
        } else {
            SHORT_CACHE
        }),
        link: None,
        content_type: HeaderValue::from_static(asset.media_type),
        coding,
        kind: DocumentKind::Asset,
    };
    let bytes = asset.bytes.clone();
    let permits = &context.documents.cache.render_permits;
    answer_conditionally(context, tag, headers, bytes, permits, RequestKind::Page).await
}

/// 304, 412, or 200 with a document in the coding of its headers.
async fn answer_conditionally(
    context: &RequestContext<'_>,
    tag: ETag,
    headers: DocumentHeaders,
    document: Bytes,
    permits: &Arc<Semaphore>,
    kind: RequestKind,
) -> Answer {
    let coding = headers.coding;
    let reply = match conditional::evaluate(context.headers, &tag.to_string(), None) {
        Outcome::NotModified => reply::not_modified(headers),
        Outcome::PreconditionFailed => reply::precondition_failed(),
        Outcome::Send => match context.documents.encoded(document, coding, permits).await {
            Ok(document) => reply::document(headers, document),
            Err(_) => reply::service_unavailable(UNAVAILABLE),
        },
    };
    Answer::new(kind, coding, RequestResult::Made, reply)
}

/// The requested page or list, or the reply if there is none.
async fn find(context: &RequestContext<'_>, request: PageRequest) -> Result<Page, Box<Reply>> {
    let handle = context.documents.published.clone();
    let published = context.published.clone();
    let is_limited = request.is_limited();
    let find = move || handle.find_page(&published, request);
    let page = match is_limited {
        true => match context.documents.selections.run(find).await {
            Ok(page) => Ok(page),
            Err(refusal) => return Err(Box::new(reply::selection_refused(&refusal))),
        },
        false => task::spawn_blocking(find).await,
    };
    Err(Box::new(match page {
        Ok(Ok(page)) => return Ok(page),
        Ok(Err(PageMissing::Unknown(reason))) => reply::not_found(&reason),
        Ok(Err(PageMissing::Elsewhere(address))) => reply::found(&address),
        Ok(Err(PageMissing::TooCostly(error))) => reply::selection_refused(&error),
        Ok(Err(PageMissing::Store(failure))) => {
            log_failure("the page of an article", &failure);
            reply::service_unavailable(UNAVAILABLE)
        }
        Err(_) => reply::service_unavailable(UNAVAILABLE),
    }))
}

async fn render(context: &RequestContext<'_>, page: &Page) -> Result<Bytes, Box<Reply>> {
    let rendered = context
        .documents
        .page(page, context.published, context.chosen_locale());
    rendered.await.map_err(|failure| {
        log_failure("a page", &failure);
        Box::new(reply::service_unavailable(UNAVAILABLE))
    })
}

fn log_failure(what: &str, failure: &dyn Error) {
    error!("{what} cannot be made: {}", chain(failure));
}

/// A cache may store the page of a feed as long as the feed, and the page of an article until the
/// instant at which it will change by itself.
fn page_cache_control(context: &RequestContext<'_>, page: &Page) -> HeaderValue {
    let (settings, next) = match page {
        Page::Feed(version) => (&*version.settings, version.next),
        Page::Article(released) => (&context.published.snapshot.config.defaults, released.next),
        Page::Catalogue(_) | Page::Terms(..) | Page::Build(_) | Page::Opml(..) | Page::List(_) => {
            return HeaderValue::from_static(SHORT_CACHE);
        }
    };
    cache_control(settings, seconds_left(next, context.now))
}
