//! The rules for requests that hyper leaves to its users.
//!
//! A refusal closes the connection: a client that breaks these rules may mean something else by the
//! bytes that follow.

use std::error::Error;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderValue, TRANSFER_ENCODING};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Version};
use tokio::time;

use crate::config::Limits;
use crate::serve::reply::{self, Reply};

/// The refusal of a request that must not be answered.
pub(super) fn refusal<B>(request: &Request<B>, limits: &Limits) -> Option<Reply> {
    let reason = match (*request.method() == Method::CONNECT, request.headers()) {
        (true, _) => return Some(closing(reply::method_not_allowed())),
        // hyper hides a Content-Length beside it (RFC 9112 §6.3), and nothing here takes a body.
        (_, headers) if headers.contains_key(TRANSFER_ENCODING) => {
            "a body is not taken with Transfer-Encoding"
        }
        (_, headers) => match host_problem(request.version(), headers) {
            Some(problem) => problem,
            None if target_length(request) > limits.target_bytes as usize => {
                return Some(closing(reply::target_too_long()));
            }
            None => return None,
        },
    };
    Some(closing(reply::bad_request(reason)))
}

/// RFC 9112 §3.2: one Host, and a valid one.
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
    // Nearly every host is a plain name: this avoids a copy of it.
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

/// Reads a body and discards it, so that the next request of the connection begins behind it. False if
/// it is too long or too slow.
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

fn closing(mut reply: Reply) -> Reply {
    close(&mut reply);
    reply
}

/// Has a reply close its connection.
pub(super) fn close(reply: &mut Reply) {
    let close = HeaderValue::from_static("close");
    reply.headers_mut().insert(CONNECTION, close);
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;

    use super::*;
    use crate::config::Config;

    fn limits() -> Limits {
        Config::find_server("no feeds.toml".as_ref(), &|_| None).limits
    }

    fn status(version: Version, target: &str, headers: &[(&str, &str)]) -> Option<StatusCode> {
        let mut request = Request::builder().version(version).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("a request");
        refusal(&request, &limits()).map(|reply| reply.status())
    }

    #[test]
    fn a_request_has_one_valid_host() {
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
    fn a_transfer_encoding_and_a_long_target_are_refused() {
        let host = ("host", "a.example");
        let coded = [host, ("transfer-encoding", "chunked")];
        assert_eq!(
            status(Version::HTTP_11, "/", &coded),
            Some(StatusCode::BAD_REQUEST)
        );
        let long = |length: u32| format!("/{}", "a".repeat(length as usize - 1));
        let most = limits().target_bytes;
        assert_eq!(status(Version::HTTP_11, &long(most), &[host]), None);
        assert_eq!(
            status(Version::HTTP_11, &long(most + 1), &[host]),
            Some(StatusCode::URI_TOO_LONG)
        );
    }
}
