//! Every reply of the server, with its headers.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, LINK, LOCATION, RETRY_AFTER, VARY,
};
use hyper::{Response, StatusCode};

use crate::feed::coding::Coding;
use crate::serve::security_headers::{
    Content, allow_every_origin, allow_page_content, forbid_active_content,
};

/// A reply with its whole body.
pub(super) type Reply = Response<Full<Bytes>>;

/// The headers that the 200 and the 304 of a document have in common.
#[derive(Debug)]
pub(super) struct DocumentHeaders {
    pub(super) etag: HeaderValue,
    /// Of a feed.
    pub(super) last_modified: Option<HeaderValue>,
    pub(super) cache_control: HeaderValue,
    /// Of a feed.
    pub(super) link: Option<HeaderValue>,
    pub(super) content_type: &'static str,
    pub(super) coding: Coding,
    pub(super) content: Content,
}

/// 200 with a document.
pub(super) fn document(document: DocumentHeaders, body: Bytes) -> Reply {
    let DocumentHeaders {
        content_type,
        coding,
        content,
        ..
    } = document;
    let mut reply = validated(StatusCode::OK, document, body);
    let headers = reply.headers_mut();
    set_content(headers, content_type, coding);
    forbid_active_content(headers);
    if content == Content::Page {
        allow_page_content(headers);
    }
    reply
}

/// 304: the validators and cache headers of the 200 (RFC 9110 §15.4.5). It has no body, and no header
/// that protects one.
pub(super) fn not_modified(document: DocumentHeaders) -> Reply {
    validated(StatusCode::NOT_MODIFIED, document, Bytes::new())
}

/// As many headers as a reply has, so that their table is allocated once.
const HEADERS: usize = 12;

fn validated(status: StatusCode, document: DocumentHeaders, body: Bytes) -> Reply {
    let mut reply = with_status(status, body);
    let headers = reply.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(ETAG, document.etag);
    headers.insert(CACHE_CONTROL, document.cache_control);
    headers.extend(document.last_modified.map(|date| (LAST_MODIFIED, date)));
    headers.extend(document.link.map(|link| (LINK, link)));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if document.content == Content::Feed {
        allow_every_origin(headers);
    }
    reply
}

/// A page made for a browser that opened a feed. The feed's own address has another document, so no
/// cache may keep this one for it.
pub(super) fn unvalidated(content_type: &'static str, coding: Coding, body: Bytes) -> Reply {
    let mut reply = bare(StatusCode::OK, "no-store", body);
    let headers = reply.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    set_content(headers, content_type, coding);
    allow_page_content(headers);
    reply
}

fn set_content(headers: &mut HeaderMap, content_type: &'static str, coding: Coding) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    match coding {
        Coding::Identity => {}
        coding => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
    }
}

/// 301 to a path or absolute URL.
pub(super) fn moved(location: &str) -> Reply {
    let text = format!("moved to {location}");
    redirect(
        StatusCode::MOVED_PERMANENTLY,
        "max-age=86400",
        text,
        location,
    )
}

/// 302 to an article's page, which may move.
pub(super) fn found(location: &str) -> Reply {
    let text = format!("the article is at {location}");
    redirect(StatusCode::FOUND, "max-age=300", text, location)
}

fn redirect(
    status: StatusCode,
    cache_control: &'static str,
    text: String,
    location: &str,
) -> Reply {
    let mut reply = plain(status, cache_control, text);
    let location = HeaderValue::try_from(location).ok();
    let location = location.map(|location| (LOCATION, location));
    reply.headers_mut().extend(location);
    reply
}

/// 404 that says what is unknown.
pub(super) fn not_found(reason: &str) -> Reply {
    plain(
        StatusCode::NOT_FOUND,
        "max-age=60",
        format!("not found: {reason}"),
    )
}

/// 410 for what was ended on purpose.
pub(super) fn gone() -> Reply {
    plain(
        StatusCode::GONE,
        "max-age=3600",
        "this feed has ended".to_owned(),
    )
}

/// 405 for methods that nothing here has.
pub(super) fn method_not_allowed() -> Reply {
    let mut reply = plain(
        StatusCode::METHOD_NOT_ALLOWED,
        "max-age=60",
        "only GET, HEAD and OPTIONS are served".to_owned(),
    );
    reply
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    reply
}

/// 400 for what cannot be answered.
pub(super) fn bad_request(reason: &str) -> Reply {
    plain(
        StatusCode::BAD_REQUEST,
        "no-store",
        format!("bad request: {reason}"),
    )
}

/// 414 for a target that names nothing here.
pub(super) fn target_too_long() -> Reply {
    plain(
        StatusCode::URI_TOO_LONG,
        "no-store",
        "the address is too long".to_owned(),
    )
}

/// 501 for methods that HTTP does not have.
pub(super) fn not_implemented() -> Reply {
    plain(
        StatusCode::NOT_IMPLEMENTED,
        "no-store",
        "unknown method".to_owned(),
    )
}

/// 204 with what is allowed.
pub(super) fn options() -> Reply {
    let mut reply = plain(StatusCode::NO_CONTENT, "max-age=86400", String::new());
    reply.headers_mut().remove(CONTENT_TYPE);
    reply
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    let headers = reply.headers_mut();
    let allowed = HeaderValue::from_static("If-None-Match, If-Modified-Since");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    reply
}

/// 503, to be tried again in a moment.
pub(super) fn unavailable(reason: &str) -> Reply {
    let mut reply = plain(
        StatusCode::SERVICE_UNAVAILABLE,
        "no-store",
        reason.to_owned(),
    );
    reply
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("5"));
    reply
}

/// A line of text that scripts of any site may read.
fn plain(status: StatusCode, cache_control: &'static str, text: String) -> Reply {
    let body = if text.is_empty() { text } else { text + "\n" };
    let mut reply = bare(status, cache_control, body.into());
    allow_every_origin(reply.headers_mut());
    reply
}

fn bare(status: StatusCode, cache_control: &'static str, body: Bytes) -> Reply {
    let mut reply = with_status(status, body);
    let headers = reply.headers_mut();
    set_content(headers, "text/plain; charset=utf-8", Coding::Identity);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    forbid_active_content(headers);
    reply
}

fn with_status(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    reply
}
