//! Calls to servers outside: one request, one answer that is there as a whole, or an error in words.
//!
//! A call has limits of time and size, so a server that is slow, silent or endless costs a bounded time
//! and bounded memory. TLS trusts the roots in the binary and those of the file that `SSL_CERT_FILE` names.
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` mean what they mean to other programs.
//!
//! A call asks every cache on the way for what the server has now (`Cache-Control: no-cache`, RFC 9111,
//! section 5.2.1.4).
//!
//! Begin with [`HttpClient::call`]. The client does not repeat a call: whoever makes it knows whether
//! that is harmless, and [`Answer::retry_after`] says when.
//!
//! Uses no other room.

mod body;
mod certificate_fault;
mod connector;
mod error;
mod proxies;
mod retry_after;
mod shown_address;
#[cfg(test)]
mod tests;
mod tls_roots;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
    PROXY_AUTHORIZATION, USER_AGENT,
};
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use url::Url;

use self::connector::Connector;
pub use self::error::CallError;
pub use self::proxies::Proxies;
pub use self::shown_address::shown;
pub use self::tls_roots::{TlsRoots, TlsRootsError};

/// Redirects that one call follows.
const REDIRECTS_MAX: usize = 5;

/// Bytes of an answer, as it is sent and as it is after decompression, unless a call says otherwise.
pub const ANSWER_BYTES_MAX: usize = 32 << 20;

/// Bytes of an answer without success that are read: its status counts, and a message in it.
const FAILURE_BYTES_MAX: usize = 64 << 10;

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
    /// The least time between the beginnings of two requests, of which each redirect is one.
    pub spacing: Duration,
}

impl Default for CallLimits {
    fn default() -> CallLimits {
        CallLimits {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            whole: Duration::from_secs(180),
            spacing: Duration::ZERO,
        }
    }
}

/// A client for calls to the outside. A clone shares its connections.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client<Connector, Full<Bytes>>,
    limits: CallLimits,
    user_agent: HeaderValue,
    proxies: Proxies,
    /// When the next request may begin.
    next_request: Arc<Mutex<Instant>>,
}

/// Whether a call follows redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// It does not: the redirect is the answer.
    Answered,
    /// `GET` and `HEAD` do (RFC 9110, section 15.4), to the same host and never from TLS to no TLS. Another
    /// target is [`CallError::Redirected`].
    WithinHost,
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// An absolute URL of http or https.
    pub url: Url,
    /// The media type and the bytes of what is sent.
    pub body: Option<(HeaderValue, Bytes)>,
    /// The value of `Authorization`.
    pub authorization: Option<HeaderValue>,
    /// Whether redirects are followed.
    pub redirects: Redirects,
    /// Bytes of the answer, as it is sent and as it is after decompression.
    pub answer_bytes_max: usize,
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
            answer_bytes_max: ANSWER_BYTES_MAX,
        }
    }
}

/// The answer to a call, decompressed. It is complete, unless its status is not one of success: then the
/// content counts less than the status, and is empty where it is too large or ended early.
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
    pub fn new(
        user_agent: &str,
        limits: CallLimits,
        proxies: Proxies,
        roots: &TlsRoots,
    ) -> HttpClient {
        let visible: String = user_agent
            .chars()
            .filter(|c| *c == ' ' || c.is_ascii_graphic())
            .collect();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(connector::connector(limits.connect, proxies.clone(), roots));
        HttpClient {
            client,
            limits,
            user_agent: HeaderValue::from_str(&visible)
                .unwrap_or_else(|_| HeaderValue::from_static("taspa")),
            proxies,
            next_request: Arc::new(Mutex::new(Instant::now())),
        }
    }

    /// Makes a call and waits for the whole answer, whatever its status.
    ///
    /// # Errors
    /// When the server cannot be reached, exceeds a limit, redirects elsewhere, or ends its answer early.
    pub async fn call(&self, mut call: Call) -> Result<Answer, CallError> {
        let deadline = Instant::now() + self.limits.whole;
        let follows = call.redirects == Redirects::WithinHost
            && matches!(call.method, Method::GET | Method::HEAD);
        for _ in 0..=REDIRECTS_MAX {
            let answer = self.send(&call, deadline).await?;
            match follows
                .then(|| redirect_target(&answer))
                .transpose()?
                .flatten()
            {
                Some(target) => call.url = target,
                None => return Ok(answer),
            }
        }
        Err(CallError::TooManyRedirects(shown(&call.url)))
    }

    async fn send(&self, call: &Call, deadline: Instant) -> Result<Answer, CallError> {
        let url = || shown(&call.url);
        let request = self.request(call).map_err(|error| CallError::Unreachable {
            url: url(),
            reason: error.to_string(),
        })?;
        let (waited, whole) = (self.limits.first_byte, self.limits.whole);
        let late = || CallError::CallTimeout {
            url: url(),
            waited: whole,
        };
        let response = timeout_at(deadline, async {
            self.wait_for_turn().await;
            timeout(waited, self.client.request(request)).await
        });
        let response = response.await.map_err(|_| late())?;
        let response = response.map_err(|_| CallError::ResponseTimeout { url: url(), waited })?;
        let (head, incoming) = response
            .map_err(|error| CallError::of(url(), &error))?
            .into_parts();
        let bytes_max = match head.status.is_success() {
            true => call.answer_bytes_max,
            false => call.answer_bytes_max.min(FAILURE_BYTES_MAX),
        };
        let body = timeout_at(deadline, body::read(&head.headers, incoming, bytes_max)).await;
        let body = body.map_or_else(
            |_| Err(late()),
            |body| body.map_err(|fault| fault.at(url())),
        );
        Ok(Answer {
            body: match body {
                Err(error) if head.status.is_success() => return Err(error),
                body => body.unwrap_or_default(),
            },
            url: call.url.clone(),
            status: head.status,
            headers: head.headers,
        })
    }

    fn request(&self, call: &Call) -> Result<Request<Full<Bytes>>, http::Error> {
        let (media_type, body) = call.body.clone().unzip();
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(call.url.as_str())
            .body(Full::new(body.unwrap_or_default()))?;
        let fields = [
            (USER_AGENT, Some(self.user_agent.clone())),
            (ACCEPT_ENCODING, Some(HeaderValue::from_static("gzip"))),
            (CACHE_CONTROL, Some(HeaderValue::from_static("no-cache"))),
            (CONTENT_TYPE, media_type),
            (AUTHORIZATION, call.authorization.clone()),
            (
                PROXY_AUTHORIZATION,
                self.proxies.authorization(request.uri()),
            ),
        ];
        let fields = fields
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        request.headers_mut().extend(fields);
        Ok(request)
    }

    /// Waits until the next request may begin.
    async fn wait_for_turn(&self) {
        let mut next = self.next_request.lock().await;
        sleep_until(*next).await;
        *next = Instant::now() + self.limits.spacing;
    }
}

/// Where an answer redirects to, if it does (RFC 9110, section 10.2.2).
fn redirect_target(answer: &Answer) -> Result<Option<Url>, CallError> {
    let is_redirect = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = answer.headers.get(LOCATION).filter(|_| is_redirect) else {
        return Ok(None);
    };
    // Some servers send a path as it is, without encoding it.
    let location = std::str::from_utf8(location.as_bytes()).ok();
    let target = location.and_then(|location| answer.url.join(location).ok());
    let Some(mut target) = target else {
        return Err(CallError::InvalidRedirect(shown(&answer.url)));
    };
    if !is_same_site(&answer.url, &target) {
        return Err(CallError::Redirected {
            url: shown(&answer.url),
            to: shown(&target),
        });
    }
    // A login in a redirect is the server's affair, not the operator's. Without a host there is none.
    let _ = target
        .set_username("")
        .and_then(|()| target.set_password(None));
    Ok(Some(target))
}

/// Whether a redirect, or a link, stays on the host and does not give up TLS.
pub(crate) fn is_same_site(from: &Url, to: &Url) -> bool {
    let is_web = matches!(to.scheme(), "http" | "https");
    let gives_up_tls = from.scheme() == "https" && to.scheme() != "https";
    // A port that is not named belongs to the scheme, which may change.
    from.host() == to.host() && from.port() == to.port() && is_web && !gives_up_tls
}
