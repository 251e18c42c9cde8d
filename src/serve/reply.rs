//! Every reply of the server, with its headers.

use std::error::Error;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONNECTION,
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    LAST_MODIFIED, LINK, LOCATION, RETRY_AFTER, VARY,
};
use hyper::{Response, StatusCode};

use crate::feed::coding::Coding;
use crate::serve::security_headers::{
    DocumentKind, allow_every_origin, allow_page_content, expose_headers, forbid_active_content,
};
use crate::serve::spare_headers;
use crate::text::visible;

/// A reply with its whole body.
pub(crate) type Reply = Response<Full<Bytes>>;

/// Why a daemon without a snapshot responds with 503.
pub(super) const STARTING: &str = "the first snapshot is being built";

/// How browsers treat a subscription list (RFC 6266).
const SAVED: &str = "attachment; filename=\"feeds.opml\"";

const METHODS: &str = "GET, HEAD, OPTIONS";

/// The values of the headers of a document's 200 and 304.
#[derive(Debug)]
pub(super) struct DocumentHeaders {
    pub(super) etag: HeaderValue,
    /// Only feeds have one.
    pub(super) last_modified: Option<HeaderValue>,
    pub(super) cache_control: HeaderValue,
    /// Only feeds have one.
    pub(super) link: Option<HeaderValue>,
    pub(super) content_type: HeaderValue,
    pub(super) coding: Coding,
    pub(super) kind: DocumentKind,
}

/// 200 with a document.
pub(super) fn document(document: DocumentHeaders, body: Bytes) -> Reply {
    let (content_type, coding, kind) = (
        document.content_type.clone(),
        document.coding,
        document.kind,
    );
    let mut reply = validated(StatusCode::OK, document, body);
    let headers = reply.headers_mut();
    set_content(headers, content_type, coding);
    forbid_active_content(headers);
    match kind {
        DocumentKind::Page => allow_page_content(headers),
        DocumentKind::SubscriptionList => {
            expose_headers(headers);
            headers.insert(
                CONTENT_DISPOSITION,
                const { HeaderValue::from_static(SAVED) },
            );
        }
        DocumentKind::Feed => expose_headers(headers),
        DocumentKind::Asset => {}
    }
    reply
}

/// 304 with the validators and cache headers of the 200 (RFC 9110 §15.4.5), without the headers that
/// describe or protect a body. It exposes none to scripts: they have them from the 200, and each header of a
/// 304 costs time.
pub(super) fn not_modified(document: DocumentHeaders) -> Reply {
    validated(StatusCode::NOT_MODIFIED, document, Bytes::new())
}

/// The most headers of a reply, so that their table is allocated at most once.
const HEADERS_MAX: usize = 12;

fn validated(status: StatusCode, document: DocumentHeaders, body: Bytes) -> Reply {
    let mut reply = with_status(status, body);
    let headers = reply.headers_mut();
    headers.reserve(HEADERS_MAX);
    headers.insert(ETAG, document.etag);
    headers.insert(CACHE_CONTROL, document.cache_control);
    if let Some(date) = document.last_modified {
        headers.insert(LAST_MODIFIED, date);
    }
    if let Some(link) = document.link {
        headers.insert(LINK, link);
    }
    headers.insert(VARY, const { HeaderValue::from_static("Accept-Encoding") });
    match document.kind {
        DocumentKind::Feed | DocumentKind::SubscriptionList => allow_every_origin(headers),
        DocumentKind::Page | DocumentKind::Asset => {}
    }
    reply
}

/// 200 with the page that a browser gets instead of a feed. No cache may store it: the same address
/// gives other clients the feed.
pub(super) fn uncacheable_page(content_type: &'static str, coding: Coding, body: Bytes) -> Reply {
    let mut reply = unvalidated(StatusCode::OK, "no-store", body);
    let headers = reply.headers_mut();
    headers.insert(VARY, const { HeaderValue::from_static("Accept-Encoding") });
    set_content(headers, HeaderValue::from_static(content_type), coding);
    allow_page_content(headers);
    reply
}

/// A page in place of an error's line of text. No cache may store it: other clients get the text.
pub(super) fn error_page(text: &Reply, coding: Coding, body: Bytes) -> Reply {
    let mut reply = unvalidated(text.status(), "no-store", body);
    let headers = reply.headers_mut();
    headers.insert(VARY, const { HeaderValue::from_static("Accept-Encoding") });
    let retry = text.headers().get(RETRY_AFTER).cloned();
    headers.extend(retry.map(|seconds| (RETRY_AFTER, seconds)));
    set_content(headers, HeaderValue::from_static(PAGE), coding);
    allow_page_content(headers);
    reply
}

/// The page before the first snapshot, which browsers load again by themselves.
pub(super) fn starting_page(text: &Reply, body: Bytes) -> Reply {
    let refresh = HeaderName::from_static("refresh");
    with_header(error_page(text, Coding::Identity, body), refresh, "5")
}

/// A file of the page before the first snapshot.
pub(super) fn starting_asset(media_type: &'static str, body: Bytes) -> Reply {
    let mut reply = unvalidated(StatusCode::OK, "no-store", body);
    let media_type = HeaderValue::from_static(media_type);
    set_content(reply.headers_mut(), media_type, Coding::Identity);
    reply
}

/// The media type of pages.
const PAGE: &str = "text/html; charset=utf-8";

fn set_content(headers: &mut HeaderMap, content_type: HeaderValue, coding: Coding) {
    headers.insert(CONTENT_TYPE, content_type);
    if coding != Coding::Identity {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
}

/// 301 to a path or absolute URL.
pub(super) fn moved_permanently(location: &str) -> Reply {
    let message = format!("moved to {location}");
    let reply = text(StatusCode::MOVED_PERMANENTLY, "max-age=86400", message);
    with_location(reply, location)
}

/// 302 to an article's page, whose address may change.
pub(super) fn found(location: &str) -> Reply {
    let message = format!("the article is at {location}");
    with_location(text(StatusCode::FOUND, "max-age=300", message), location)
}

pub(super) fn not_found(reason: &str) -> Reply {
    let message = format!("not found: {reason}");
    text(StatusCode::NOT_FOUND, "max-age=60", message)
}

/// 410 for a feed that has ended.
pub(super) fn gone() -> Reply {
    text(StatusCode::GONE, "max-age=3600", "this feed has ended")
}

pub(super) fn method_not_allowed() -> Reply {
    let message = "only GET, HEAD and OPTIONS are served";
    let reply = text(StatusCode::METHOD_NOT_ALLOWED, "max-age=60", message);
    with_header(reply, ALLOW, METHODS)
}

pub(super) fn bad_request(reason: &str) -> Reply {
    let message = format!("bad request: {reason}");
    text(StatusCode::BAD_REQUEST, "no-store", message)
}

/// 412 for `If-Match` and `If-Unmodified-Since`.
pub(super) fn precondition_failed() -> Reply {
    let message = "the document is not the version that the request names";
    text(StatusCode::PRECONDITION_FAILED, "no-store", message)
}

pub(super) fn uri_too_long() -> Reply {
    let message = "the address is too long";
    text(StatusCode::URI_TOO_LONG, "no-store", message)
}

/// 501 for a method that RFC 9110 does not define.
pub(super) fn not_implemented() -> Reply {
    text(StatusCode::NOT_IMPLEMENTED, "no-store", "unknown method")
}

/// 204 for OPTIONS, which is also the preflight request of CORS.
pub(super) fn options() -> Reply {
    let mut reply = text(StatusCode::NO_CONTENT, "max-age=86400", "");
    reply.headers_mut().remove(CONTENT_TYPE);
    let reply = with_header(reply, ALLOW, METHODS);
    let headers = "If-None-Match, If-Modified-Since, If-Match, If-Unmodified-Since";
    let reply = with_header(reply, ACCESS_CONTROL_ALLOW_HEADERS, headers);
    with_header(reply, ACCESS_CONTROL_MAX_AGE, "86400")
}

/// 503 with `Retry-After`.
pub(super) fn service_unavailable(reason: &str) -> Reply {
    let reply = text(StatusCode::SERVICE_UNAVAILABLE, "no-store", reason);
    with_header(reply, RETRY_AFTER, "5")
}

/// 503 for a selection. It is soon the turn of the next.
pub(super) fn selection_refused(reason: &dyn Error) -> Reply {
    with_header(service_unavailable(&reason.to_string()), RETRY_AFTER, "1")
}

/// A reply that closes its connection.
pub(super) fn with_close(reply: Reply) -> Reply {
    with_header(reply, CONNECTION, "close")
}

pub(super) fn with_header(mut reply: Reply, name: HeaderName, value: &'static str) -> Reply {
    let headers = reply.headers_mut();
    headers.insert(name, HeaderValue::from_static(value));
    reply
}

fn with_location(mut reply: Reply, location: &str) -> Reply {
    let location = HeaderValue::try_from(location).ok();
    let location = location.map(|location| (LOCATION, location));
    reply.headers_mut().extend(location);
    reply
}

/// One line of text that scripts of every origin may read.
fn text(status: StatusCode, cache_control: &'static str, line: impl AsRef<str>) -> Reply {
    let line = visible(line.as_ref());
    let body = if line.is_empty() {
        String::new()
    } else {
        format!("{line}\n")
    };
    let mut reply = unvalidated(status, cache_control, body.into());
    allow_every_origin(reply.headers_mut());
    expose_headers(reply.headers_mut());
    reply
}

/// A plain text without validators.
pub(super) fn unvalidated(status: StatusCode, cache_control: &'static str, body: Bytes) -> Reply {
    let mut reply = with_status(status, body);
    let headers = reply.headers_mut();
    let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
    set_content(headers, content_type, Coding::Identity);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    forbid_active_content(headers);
    reply
}

fn with_status(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    *reply.headers_mut() = spare_headers::take();
    reply
}
