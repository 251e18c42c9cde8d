//! Every answer the daemon gives, with its headers.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderValue, LAST_MODIFIED, LINK, LOCATION, REFERRER_POLICY, RETRY_AFTER,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use crate::feed::coding::Coding;
use crate::feed::headers::{FeedHeaders, seconds_left};
use crate::feed::snapshot::FeedVersion;
use crate::model::format::Format;
use crate::model::time::Timestamp;

/// An answer with its whole body.
pub type Reply = Response<Full<Bytes>>;

/// What the 200 and the 304 of a document have in common.
#[derive(Debug)]
pub(super) struct Head {
    /// `ETag`.
    pub(super) etag: HeaderValue,
    /// `Last-Modified`, of a feed.
    pub(super) date: Option<HeaderValue>,
    /// `Cache-Control`.
    pub(super) cache_control: HeaderValue,
    /// `Link`, of a feed.
    pub(super) link: Option<HeaderValue>,
    /// `Content-Type`.
    pub(super) content_type: &'static str,
    /// `Content-Encoding`.
    pub(super) coding: Coding,
    /// What scripts elsewhere, and browsers that show it, may do with it.
    pub(super) access: Access,
}

/// What may be done with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Any site may read it, and nothing in it runs: a feed or list.
    Shared,
    /// A browser shows it with our style sheet: a page.
    Shown,
    /// A part of pages.
    Part,
}

impl Head {
    /// The head of a feed.
    pub(super) fn feed(
        version: &FeedVersion,
        label: &FeedHeaders,
        format: Format,
        coding: Coding,
        now: Timestamp,
    ) -> Head {
        Head {
            etag: label.etag(coding),
            date: Some(label.date.clone()),
            cache_control: label.cache_control(&version.settings, seconds_left(version.next, now)),
            link: Some(label.link.clone()),
            content_type: format.content_type(),
            coding,
            access: Access::Shared,
        }
    }
}

/// 200 with a document.
pub(super) fn document(head: Head, body: Bytes) -> Reply {
    let (content_type, coding, access) = (head.content_type, head.coding, head.access);
    let mut reply = validated(StatusCode::OK, head, body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    match coding {
        Coding::Identity => {}
        coded => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coded.name()));
        }
    }
    guard(&mut reply);
    if access == Access::Shown {
        show(&mut reply);
    }
    reply
}

/// 304: the validators and cache headers of the 200 (RFC 9110 §15.4.5), no body, and nothing of
/// what guards a body.
pub(super) fn not_modified(head: Head) -> Reply {
    validated(StatusCode::NOT_MODIFIED, head, Bytes::new())
}

/// As many headers as an answer has, so that their table is made once.
const HEADERS: usize = 12;

fn validated(status: StatusCode, head: Head, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(ETAG, head.etag);
    headers.insert(CACHE_CONTROL, head.cache_control);
    headers.extend(head.date.map(|date| (LAST_MODIFIED, date)));
    headers.extend(head.link.map(|link| (LINK, link)));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if head.access == Access::Shared {
        share(&mut reply);
    }
    reply
}

/// A page made for a browser that opened a feed: the feed's own address has another document, so
/// nobody may keep this one for it.
pub(super) fn unvalidated(content_type: &'static str, coding: Coding, body: Bytes) -> Reply {
    let mut reply = bare(StatusCode::OK, "no-store", body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    match coding {
        Coding::Identity => {}
        coded => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coded.name()));
        }
    }
    show(&mut reply);
    reply
}

/// Scripts of any site may read it, and what they cannot otherwise see of its headers.
fn share(reply: &mut Reply) {
    let headers = reply.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("ETag, Last-Modified, Link, Retry-After");
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

/// Our own style sheet and pictures, media of articles from anywhere, and nothing that runs.
fn show(reply: &mut Reply) {
    let policy = "default-src 'none'; style-src 'self'; font-src 'self'; \
                  img-src 'self' https: http:; media-src https: http:; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    let headers = reply.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    let policy = HeaderValue::from_static("strict-origin-when-cross-origin");
    headers.insert(REFERRER_POLICY, policy);
}

/// 301 to a path or absolute URL.
pub(super) fn moved(location: &str) -> Reply {
    let mut reply = plain(
        StatusCode::MOVED_PERMANENTLY,
        "max-age=86400",
        format!("moved to {location}"),
    );
    reply.headers_mut().extend(
        HeaderValue::try_from(location)
            .ok()
            .map(|location| (LOCATION, location)),
    );
    reply
}

/// 302 to an article's page, which may move.
pub(super) fn found(location: &str) -> Reply {
    let mut reply = plain(
        StatusCode::FOUND,
        "max-age=300",
        format!("the article is at {location}"),
    );
    reply.headers_mut().extend(
        HeaderValue::try_from(location)
            .ok()
            .map(|location| (LOCATION, location)),
    );
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
    let asked = HeaderValue::from_static("If-None-Match, If-Modified-Since");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked);
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
    share(&mut reply);
    reply
}

fn bare(status: StatusCode, cache_control: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    guard(&mut reply);
    reply
}

/// Nothing we serve runs anything.
fn guard(reply: &mut Reply) {
    let headers = reply.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'"),
    );
}
