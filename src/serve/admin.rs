//! The admin listener: `/healthz`, `/readyz`, `/metrics` and the page `/status`.
//!
//! It has limits of its own, so that it answers while the server has no connection to spare. A
//! connection serves one request. `/status` loads nothing but its style sheet.

mod status;
mod words;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::{self, JoinSet};
use tokio::time;
use tracing::{debug, info};

use crate::config::Config;
use crate::model::count::counted;
use crate::publish::health::{Degraded, Health};
use crate::serve::accept_loop::AcceptLoop;
use crate::serve::acceptor::{Acceptor, Socket};
use crate::serve::connection_limit::ConnectionLimit;
use crate::serve::counter::Counter;
use crate::serve::listener::{ListenError, Listener};
use crate::serve::metrics::Scrape;
use crate::serve::metrics::exposition::TextFormat;
use crate::serve::metrics::process::Process;
use crate::serve::security_headers::{allow_admin_content, forbid_active_content};
use crate::serve::server_context::ServerContext;

/// Connections at once, from wherever they come.
const CONNECTIONS_MAX: u32 = 16;

/// Header bytes of a request.
const HEADER_BYTES_MAX: usize = 16 << 10;

/// How long a connection may take, from its first byte to its last.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// What the pages are made from.
#[derive(Clone)]
pub(crate) struct Admin {
    /// The configuration at the start; that of the snapshot goes before it.
    pub config: Arc<Config>,
    /// How the daemon is.
    pub health: Arc<Health>,
    /// The server.
    pub server: Arc<ServerContext>,
    /// The panics so far.
    pub panics: Arc<Counter>,
}

type Reply = Response<Full<Bytes>>;

/// Opens the socket that the configuration names, if it does.
///
/// # Errors
/// [`ListenError`] names the address.
pub(crate) async fn open(config: &Config) -> Result<Option<Listener>, ListenError> {
    match config.server.admin {
        Some(address) => Listener::open_admin(address).await.map(Some),
        None => Ok(None),
    }
}

/// Serves the pages until the task is aborted: while the server drains, `/readyz` must say so.
///
/// # Errors
/// When the runtime cannot wait on the socket.
pub(crate) async fn serve(listener: Listener, admin: Admin) -> io::Result<()> {
    info!("admin pages at {}/status", listener.address());
    let limit = ConnectionLimit::new(CONNECTIONS_MAX as usize, CONNECTIONS_MAX, &[]);
    let mut connections = JoinSet::new();
    AcceptLoop::new("admin connections", limit)
        .run(&Acceptor::new(&listener)?, |socket, permit| {
            // A set keeps what has ended until it is joined.
            while connections.try_join_next().is_some() {}
            let admin = admin.clone();
            connections.spawn(async move {
                match socket {
                    Socket::Tcp(stream, _) => connection(stream, admin).await,
                    Socket::Unix(stream) => connection(stream, admin).await,
                }
                drop(permit);
            });
        })
        .await;
    Ok(())
}

async fn connection<S>(stream: S, admin: Admin)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let admin = admin.clone();
        async move { Ok::<_, Infallible>(answer(admin, &request).await) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CONNECTION_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    let ended = time::timeout(CONNECTION_TIMEOUT, serving).await;
    if let Ok(Err(error)) = ended {
        debug!("an admin connection ended early: {error}");
    }
}

async fn answer<B>(admin: Admin, request: &Request<B>) -> Reply {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut reply = text(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are served\n",
        );
        let allowed = HeaderValue::from_static("GET, HEAD");
        reply.headers_mut().insert(ALLOW, allowed);
        return reply;
    }
    match request.uri().path() {
        "/healthz" => text(StatusCode::OK, "alive\n"),
        "/readyz" => admin.ready(),
        "/metrics" => {
            let format = text_format(request.headers());
            make(format.media_type(), move || admin.scrape().text(format)).await
        }
        "/status" => make(HTML, move || status::page(&admin)).await,
        "/status.css" => reply(StatusCode::OK, CSS, include_str!("admin/status.css")),
        "/" => {
            let mut reply = text(StatusCode::FOUND, "the page is at /status\n");
            let status = HeaderValue::from_static("/status");
            reply.headers_mut().insert(LOCATION, status);
            reply
        }
        _ => text(
            StatusCode::NOT_FOUND,
            "there are /healthz, /readyz, /metrics and /status\n",
        ),
    }
}

/// Whether feeds are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readiness {
    /// There is no snapshot yet.
    Starting,
    /// Feeds are served.
    Ready,
    /// The daemon is stopping.
    Draining,
}

impl Admin {
    fn readiness(&self) -> Readiness {
        let is_published = || {
            self.server
                .documents
                .get()
                .is_some_and(|documents| documents.published().snapshot().is_some())
        };
        match () {
            () if self.health.condition().draining => Readiness::Draining,
            () if is_published() => Readiness::Ready,
            () => Readiness::Starting,
        }
    }

    /// One line that says whether the daemon is ready, and one for each problem.
    fn ready(&self) -> Reply {
        let (status, first) = match self.readiness() {
            Readiness::Ready => (StatusCode::OK, "ready".to_owned()),
            Readiness::Draining => (StatusCode::SERVICE_UNAVAILABLE, "stopping".to_owned()),
            Readiness::Starting => (StatusCode::SERVICE_UNAVAILABLE, self.starting()),
        };
        let degraded = self.health.condition().degraded();
        let lines = degraded.iter().map(|degraded| match degraded {
            Degraded::Source(reason) => format!("the articles cannot be read: {reason}"),
            Degraded::State(reason) => format!("the state folder cannot be written: {reason}"),
            Degraded::Reload(reason) => format!("feeds.toml was refused: {reason}"),
            Degraded::Held(held) => {
                format!("{held} removals are held until SIGHUP confirms them")
            }
            Degraded::Quarantine(articles) => {
                let articles = counted(*articles, "article is", "articles are");
                format!("{articles} in quarantine")
            }
        });
        let mut body = first + "\n";
        for line in lines {
            // A reason may have several lines, a problem has one.
            body += &format!("degraded: {}\n", line.lines().next().unwrap_or_default());
        }
        text(status, body)
    }

    /// Why it is not ready, with how far the reading is.
    fn starting(&self) -> String {
        let reached = self
            .server
            .documents
            .get()
            .and_then(|documents| documents.published().progress().reached());
        match reached {
            Some(reached) => format!("the first edition is being made: {reached}"),
            None => "the first edition is being made".to_owned(),
        }
    }

    fn scrape(&self) -> Scrape {
        Scrape {
            server: self.server.clone(),
            panics: self.panics.clone(),
            condition: self.health.condition(),
            process: Process::read(),
            started: self.health.started(),
        }
    }
}

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

impl TextFormat {
    fn media_type(self) -> &'static str {
        match self {
            TextFormat::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            TextFormat::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// OpenMetrics, if the scraper accepts it by name.
fn text_format(headers: &HeaderMap) -> TextFormat {
    let mut accepted = headers.get_all(ACCEPT).iter();
    let names_open_metrics = accepted.any(|value| {
        let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
        value.contains("application/openmetrics-text")
    });
    match names_open_metrics {
        true => TextFormat::OpenMetrics,
        false => TextFormat::Prometheus,
    }
}

/// Makes a page off the runtime's threads: one over a hundred thousand feeds takes a moment.
async fn make(media_type: &'static str, make: impl FnOnce() -> String + Send + 'static) -> Reply {
    match task::spawn_blocking(make).await {
        Ok(page) => reply(StatusCode::OK, media_type, page),
        Err(_) => text(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the page could not be made\n",
        ),
    }
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    reply(status, TEXT, text)
}

fn reply(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    forbid_active_content(headers);
    allow_admin_content(headers);
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_have_the_text_format_that_the_scraper_names() {
        for (accept, expected) in [
            (None, TextFormat::Prometheus),
            (
                Some("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2"),
                TextFormat::OpenMetrics,
            ),
            (
                Some("Application/OpenMetrics-Text"),
                TextFormat::OpenMetrics,
            ),
            (Some("text/plain;version=0.0.4"), TextFormat::Prometheus),
            (
                Some("text/html,application/xhtml+xml,*/*;q=0.8"),
                TextFormat::Prometheus,
            ),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(accept.map(|accept| (ACCEPT, HeaderValue::from_static(accept))));
            assert_eq!(text_format(&headers), expected, "{accept:?}");
        }
    }
}
