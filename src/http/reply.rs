//! Every answer the daemon gives, with its headers.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LAST_MODIFIED, LINK, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use crate::config::Settings;
use crate::edition::{Tag, Version};
use crate::feed::Channel;
use crate::format::Format;
use crate::rendition::Coding;
use crate::store::Validators;
use crate::time::Timestamp;

/// An answer with its whole body.
pub type Reply = Response<Full<Bytes>>;

/// What the 200 and the 304 of a document have in common.
#[derive(Debug)]
pub(super) struct Head {
    /// The document's tag; its coding's suffix is added.
    pub(super) tag: Tag,
    /// `Last-Modified`, of a feed.
    pub(super) last_modified: Option<Timestamp>,
    /// `Cache-Control`.
    pub(super) cache_control: String,
    /// `Link`, of a feed.
    pub(super) link: Option<String>,
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
    /// The head of a feed with these validators.
    pub(super) fn feed(
        version: &Version,
        validators: Validators,
        format: Format,
        coding: Coding,
        now: Timestamp,
    ) -> Head {
        Head {
            tag: Tag::new(validators.digest, format),
            last_modified: Some(validators.last_modified),
            cache_control: cache_control(&version.settings, version.next, now),
            link: Some(links(&version.channel, format)),
            content_type: format.content_type(),
            coding,
            access: Access::Shared,
        }
    }
}

/// How long a feed may be cached: never past the next instant at which it changes by itself
/// (stale copies for a broken origin apart).
pub(super) fn cache_control(
    settings: &Settings,
    next: Option<Timestamp>,
    now: Timestamp,
) -> String {
    let left = next.map_or(u32::MAX, |next| {
        u32::try_from((next.0 - now.0).max(0)).unwrap_or(u32::MAX)
    });
    let max_age = settings.cache.min(left);
    let revalidate = settings.stale_while_revalidate.min(left - max_age);
    let mut value = format!("max-age={max_age}");
    for (name, seconds) in [
        ("stale-while-revalidate", revalidate),
        ("stale-if-error", settings.stale_if_error),
    ] {
        if seconds > 0 {
            let _ = write!(value, ", {name}={seconds}");
        }
    }
    value
}

/// 200 with a document.
pub(super) fn document(head: &Head, body: Bytes) -> Reply {
    let mut reply = validated(StatusCode::OK, head, body);
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(head.content_type));
    match head.coding {
        Coding::Identity => {}
        coded => {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coded.name()));
        }
    }
    reply
}

/// 304: the validators and cache headers of the 200 (RFC 9110 §15.4.5), no body.
pub(super) fn not_modified(head: &Head) -> Reply {
    validated(StatusCode::NOT_MODIFIED, head, Bytes::new())
}

fn validated(status: StatusCode, head: &Head, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    let mut set = |name: HeaderName, value: String| {
        // Tags, dates and encoded URLs are visible ASCII; anything else is better left out.
        headers.extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
    };
    set(
        ETAG,
        format!("\"{}{}\"", head.tag, head.coding.tag_suffix()),
    );
    if let Some(last_modified) = head.last_modified {
        set(LAST_MODIFIED, http_date(last_modified));
    }
    set(CACHE_CONTROL, head.cache_control.clone());
    if let Some(link) = &head.link {
        set(LINK, link.clone());
    }
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    guard(&mut reply);
    match head.access {
        Access::Shared => share(&mut reply),
        Access::Shown => show(&mut reply),
        Access::Part => {}
    }
    reply
}

/// A page made for a browser that opened a feed: the feed's own address has another document, so
/// nobody may keep this one for it.
pub(super) fn unvalidated(content_type: &'static str, coding: Coding, body: Bytes) -> Reply {
    let mut reply = plain(StatusCode::OK, "no-store", String::new());
    *reply.body_mut() = Full::new(body);
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

/// Scripts of any site may read it and its validators.
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

/// The feed itself, then its other formats (RFC 8288).
fn links(channel: &Channel, format: Format) -> String {
    let mut links = format!("<{}>; rel=\"self\"", channel.address.url(format));
    for other in channel.formats.iter().filter(|other| **other != format) {
        let (url, kind) = (channel.address.url(*other), other.media_type());
        let _ = write!(links, ", <{url}>; rel=\"alternate\"; type=\"{kind}\"");
    }
    links
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
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
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

fn plain(status: StatusCode, cache_control: &'static str, text: String) -> Reply {
    let body = if text.is_empty() { text } else { text + "\n" };
    let mut reply = Response::new(Full::new(body.into()));
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

/// IMF-fixdate (RFC 9110 §5.6.7).
fn http_date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.0).unwrap_or(0);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Content;

    #[test]
    fn caches_never_reach_past_the_next_change() {
        let settings = Settings {
            items: 50,
            keep: 0,
            content: Content::Full,
            formats: Format::ALL.to_vec(),
            cache: 300,
            stale_while_revalidate: 60,
            stale_if_error: 86400,
            delay: 0,
            oldest: None,
        };
        for (next, expected) in [
            (
                None,
                "max-age=300, stale-while-revalidate=60, stale-if-error=86400",
            ),
            (
                Some(10_000),
                "max-age=300, stale-while-revalidate=60, stale-if-error=86400",
            ),
            (
                Some(1_330),
                "max-age=300, stale-while-revalidate=30, stale-if-error=86400",
            ),
            (Some(1_020), "max-age=20, stale-if-error=86400"),
            (Some(1_000), "max-age=0, stale-if-error=86400"),
            (Some(900), "max-age=0, stale-if-error=86400"),
        ] {
            assert_eq!(
                cache_control(&settings, next.map(Timestamp), Timestamp(1_000)),
                expected
            );
        }
    }
}
