//! Checks of requests that hyper leaves to its users.
//!
//! The server closes the connection of a rejected request: it may disagree with the client about where
//! the next request begins.

use std::error::Error;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use hyper::header::{HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Version};
use tokio::time;

use crate::config::Limits;
use crate::serve::raw_head::RawHead;
use crate::serve::reply::{self, Reply, with_close};

/// The reply to a request that must not be served.
pub(super) fn reject<B>(
    request: &Request<B>,
    raw_head: &RawHead,
    limits: &Limits,
) -> Option<Reply> {
    let headers = request.headers();
    let (has_fragment, has_length) = (raw_head.take_fragment(), raw_head.take_length());
    let reply = if *request.method() == Method::CONNECT {
        reply::method_not_allowed()
    } else if has_length && headers.contains_key(TRANSFER_ENCODING) {
        reply::bad_request("the request has Content-Length and Transfer-Encoding")
    } else if has_fragment {
        reply::bad_request("the target has a `#`, which belongs in it as `%23`")
    } else if !is_served_target(request) {
        reply::bad_request("the target is neither a path nor an absolute http address")
    } else if let Some(problem) = host_problem(request.version(), headers) {
        reply::bad_request(problem)
    } else if target_length(request) > limits.target_bytes as usize {
        reply::uri_too_long()
    } else {
        return None;
    };
    Some(with_close(reply))
}

/// Whether the target has one of the forms of RFC 9112 §3.2 for this method.
fn is_served_target<B>(request: &Request<B>) -> bool {
    let uri = request.uri();
    match (uri.scheme_str(), uri.authority()) {
        (Some("http" | "https"), Some(_)) => true,
        (None, None) => {
            let path = uri.path();
            path.starts_with('/') || (path == "*" && *request.method() == Method::OPTIONS)
        }
        _ => false,
    }
}

/// RFC 9112 §3.2: exactly one Host, and a valid one.
fn host_problem(version: Version, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::HTTP_10 => None,
        (None, _) => Some("the request has no Host"),
        (Some(_), Some(_)) => Some("the request has two Hosts"),
        (Some(host), None) if is_host(host) => None,
        (Some(_), None) => Some("Host is no name or address"),
    }
}

fn is_host(host: &HeaderValue) -> bool {
    // Nearly every host is a plain name, which this finds valid without a copy.
    let mut parts = host.as_bytes().splitn(2, |byte| *byte == b':');
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.".contains(byte);
    let name = parts.next().unwrap_or_default();
    let port = parts.next().unwrap_or_default();
    if !name.is_empty() && name.iter().all(is_name) && port.iter().all(u8::is_ascii_digit) {
        return true;
    }
    let host = Authority::try_from(host.as_bytes());
    host.is_ok_and(|host| !host.host().is_empty() && !host.as_str().contains('@'))
}

fn target_length<B>(request: &Request<B>) -> usize {
    let uri = request.uri();
    uri.path_and_query().map_or(0, |path| path.as_str().len())
}

/// Reads and discards a body, so that the connection can serve the next request. False if the body is
/// too long or too slow.
pub(super) async fn drain<B>(body: B, limits: &Limits) -> bool
where
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>>,
{
    if body.is_end_stream() {
        return true;
    }
    if body.size_hint().lower() > limits.body_bytes {
        return false;
    }
    let bytes_max = usize::try_from(limits.body_bytes).unwrap_or(usize::MAX);
    let timeout = Duration::from_secs(limits.header_timeout.into());
    let drained = time::timeout(timeout, Limited::new(body, bytes_max).collect()).await;
    drained.is_ok_and(|drained| drained.is_ok())
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;

    use super::*;
    use crate::config::{Config, ConfigInput};

    fn limits() -> Limits {
        Config::find_server(&ConfigInput::File("no feeds.toml".into()), &|_| None).limits
    }

    fn status(version: Version, target: &str, headers: &[(&str, &str)]) -> Option<StatusCode> {
        let mut request = Request::builder().version(version).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("a request");
        reject(&request, &RawHead::default(), &limits()).map(|reply| reply.status())
    }

    #[test]
    fn a_request_without_exactly_one_valid_host_is_rejected() {
        let bad = Some(StatusCode::BAD_REQUEST);
        for (hosts, expected) in [
            (&[][..], bad),
            (&["a.example"], None),
            (&["a.example:8080"], None),
            (&["[::1]:80"], None),
            (&["127.0.0.1"], None),
            (&["a.example", "a.example"], bad),
            (&[""], bad),
            (&["a b"], bad),
            (&["a@b"], bad),
            (&["http://a/"], bad),
            (&["a/b"], bad),
            (&["[::1"], bad),
        ] {
            let headers: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
            assert_eq!(
                status(Version::HTTP_11, "/", &headers),
                expected,
                "{hosts:?}"
            );
        }
        assert_eq!(status(Version::HTTP_10, "/", &[]), None);
        assert_eq!(
            status(Version::HTTP_10, "/", &[("host", "a"), ("host", "b")]),
            bad
        );
    }

    #[test]
    fn targets_of_other_forms_and_long_ones_are_rejected() {
        let host = ("host", "a.example");
        let bad = Some(StatusCode::BAD_REQUEST);
        for (target, expected) in [
            ("/", None),
            ("http://a.example/all.rss", None),
            ("https://a.example", None),
            ("ftp://a.example/", bad),
            ("a.example:80", bad),
            ("a.example", bad),
            ("*", bad),
        ] {
            assert_eq!(
                status(Version::HTTP_11, target, &[host]),
                expected,
                "{target}"
            );
        }
        let long = |length: u32| format!("/{}", "a".repeat(length as usize - 1));
        let most = limits().target_bytes;
        assert_eq!(status(Version::HTTP_11, &long(most), &[host]), None);
        assert_eq!(
            status(Version::HTTP_11, &long(most + 1), &[host]),
            Some(StatusCode::URI_TOO_LONG)
        );
    }
}
