//! Calls to servers outside: one request, one answer that is there as a whole, or an error in words.
//!
//! A call has limits of time and size, so a server that is slow, silent or endless costs a bounded time
//! and bounded memory. TLS trusts the roots in the binary. `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
//! `NO_PROXY` mean what they mean to other programs; a proxy is asked for a tunnel (`CONNECT`, RFC 9110,
//! section 9.3.6).
//!
//! Begin with [`HttpClient::call`]. The client does not repeat a call: whoever makes it knows whether
//! that is harmless, and [`Answer::retry_after`] says when.
//!
//! Uses no other room.

mod body;
mod connector;
mod error;
mod retry_after;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT,
};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use url::Url;

use self::connector::Connector;
pub use self::connector::Proxies;
pub use self::error::{CallError, shown};

/// Redirects that one call follows.
const REDIRECTS_MAX: usize = 5;

/// Connections that wait for the next call, to each server.
const IDLE_MAX: usize = 1;

/// How long such a connection waits.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The limits of every call of a client.
#[derive(Clone, Copy, Debug)]
pub struct CallLimits {
    /// How long a connection may take.
    pub connect: Duration,
    /// How long the server may take until its answer begins, the connection included.
    pub first_byte: Duration,
    /// How long the whole call may take, redirects included.
    pub whole: Duration,
    /// Bytes of an answer, as it is sent and as it is after decompression.
    pub body_bytes: usize,
}

impl Default for CallLimits {
    fn default() -> CallLimits {
        CallLimits {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            whole: Duration::from_secs(180),
            body_bytes: 32 << 20,
        }
    }
}

/// A client for calls to the outside. A clone shares its connections.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client<Connector, Full<Bytes>>,
    limits: CallLimits,
    user_agent: HeaderValue,
}

/// Whether a call follows redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// It does not: the redirect is the answer.
    Answered,
    /// To the same host, and never from TLS to no TLS. Another target is [`CallError::Redirected`].
    WithinHost,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method. A redirected call repeats it.
    pub method: Method,
    /// An absolute URL of http or https.
    pub url: Url,
    /// The media type and the bytes of what is sent.
    pub body: Option<(HeaderValue, Bytes)>,
    /// The value of `Authorization`.
    pub authorization: Option<HeaderValue>,
    /// Whether redirects are followed.
    pub redirects: Redirects,
}

impl Call {
    /// A `GET` that follows redirects within the host.
    pub fn get(url: Url) -> Call {
        Call {
            method: Method::GET,
            url,
            body: None,
            authorization: None,
            redirects: Redirects::WithinHost,
        }
    }
}

/// The answer to a call, complete and decompressed.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The URL that gave it, after redirects.
    pub url: Url,
    /// Its status.
    pub status: StatusCode,
    /// Its header fields.
    pub headers: HeaderMap,
    /// Its content.
    pub body: Bytes,
}

impl Answer {
    /// A header field as text, if it is visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long the server asks to wait before the next call (`Retry-After`, RFC 9110, section 10.2.3).
    pub fn retry_after(&self) -> Option<Duration> {
        let written = self.header("retry-after")?;
        retry_after::delay(written, std::time::SystemTime::now())
    }
}

impl HttpClient {
    /// A client that calls itself `user_agent`, whose characters outside of visible ASCII are left out.
    pub fn new(user_agent: &str, limits: CallLimits, proxies: Proxies) -> HttpClient {
        let visible: String = user_agent
            .chars()
            .filter(|c| *c == ' ' || c.is_ascii_graphic())
            .collect();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(connector::connector(limits.connect, proxies));
        HttpClient {
            client,
            limits,
            user_agent: HeaderValue::from_str(&visible)
                .unwrap_or_else(|_| HeaderValue::from_static("taspa")),
        }
    }

    /// Makes a call and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    /// When the server cannot be reached, exceeds a limit, redirects elsewhere, or ends its answer early.
    pub async fn call(&self, call: Call) -> Result<Answer, CallError> {
        let url = call.url.clone();
        let whole = self.limits.whole;
        match timeout(whole, self.follow(call)).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Slow {
                url: shown(&url),
                waited: whole,
            }),
        }
    }

    async fn follow(&self, mut call: Call) -> Result<Answer, CallError> {
        for _ in 0..REDIRECTS_MAX {
            let answer = self.send(&call).await?;
            let location = answer.header(LOCATION.as_str());
            let target = location.filter(|_| {
                answer.status.is_redirection() && call.redirects == Redirects::WithinHost
            });
            let Some(target) = target else {
                return Ok(answer);
            };
            let target = answer.url.join(target).map_err(|_| CallError::Redirected {
                url: shown(&answer.url),
                to: target.chars().filter(|c| !c.is_control()).collect(),
            })?;
            if !is_same_site(&answer.url, &target) {
                return Err(CallError::Redirected {
                    url: shown(&answer.url),
                    to: shown(&target),
                });
            }
            call.url = target;
        }
        Err(CallError::Circle(shown(&call.url)))
    }

    async fn send(&self, call: &Call) -> Result<Answer, CallError> {
        let url = || shown(&call.url);
        let (media_type, body) = match &call.body {
            Some((media_type, body)) => (Some(media_type.clone()), body.clone()),
            None => (None, Bytes::new()),
        };
        let request = Request::builder()
            .method(call.method.clone())
            .uri(call.url.as_str())
            .body(Full::new(body));
        let mut request = request.map_err(|error| CallError::Unreachable {
            url: url(),
            reason: error.to_string(),
        })?;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        if let Some(media_type) = media_type {
            headers.insert(CONTENT_TYPE, media_type);
        }
        if let Some(authorization) = &call.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let waited = self.limits.first_byte;
        let response = timeout(waited, self.client.request(request)).await;
        let response = response.map_err(|_| CallError::Silent { url: url(), waited })?;
        let response = response.map_err(|error| CallError::of(url(), &error))?;
        let (head, incoming) = response.into_parts();
        let body = body::read(&head.headers, incoming, self.limits.body_bytes).await;
        Ok(Answer {
            body: body.map_err(|fault| fault.at(url()))?,
            url: call.url.clone(),
            status: head.status,
            headers: head.headers,
        })
    }
}

/// Whether a redirect, or a link, stays on the host and does not give up TLS.
pub(crate) fn is_same_site(from: &Url, to: &Url) -> bool {
    let is_web = matches!(to.scheme(), "http" | "https");
    let gives_up_tls = from.scheme() == "https" && to.scheme() != "https";
    // A port that is not named belongs to the scheme, which may change.
    from.host() == to.host() && from.port() == to.port() && is_web && !gives_up_tls
}
