//! The admin listener: whether the daemon is alive, whether it is ready, what it counts, and a page
//! that says how it is.
//!
//! It has an accept loop and limits of its own, so that a daemon with no connection to spare can
//! still be asked. A connection serves one request. `/status` loads nothing but its style sheet.

mod status;
mod words;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue,
    LOCATION, X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{self, JoinSet};
use tokio::time;
use tracing::{debug, info, warn};

use crate::config::Config;
use crate::model::count::counted;
use crate::publish::health::{Degraded, Health};
use crate::serve::metrics::Metrics;
use crate::serve::metrics::exposition::{Dialect, Scrape};
use crate::serve::metrics::process::Process;
use crate::serve::server_context::DocumentsSlot;

/// Connections at once; further ones wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 16;

/// Header bytes of a request.
const HEADER_BYTES_MAX: usize = 16 << 10;

/// How long a connection may take, from its first byte to its last.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

/// The rest after a failed `accept`.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// What the pages are made from.
#[derive(Clone)]
pub struct Admin {
    /// The configuration at the start; that of the snapshot goes before it.
    pub config: Arc<Config>,
    /// How the daemon is.
    pub health: Arc<Health>,
    /// What it has counted.
    pub metrics: Arc<Metrics>,
    /// What is published, once the state folder has been read.
    pub documents: DocumentsSlot,
}

type Reply = Response<Full<Bytes>>;

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for the admin pages")]
pub struct OpenError {
    address: SocketAddr,
    #[source]
    source: io::Error,
}

/// Opens the socket that the configuration names, if it does.
///
/// # Errors
/// [`OpenError`] names the address.
pub async fn open(config: &Config) -> Result<Option<TcpListener>, OpenError> {
    let Some(address) = config.server.admin else {
        return Ok(None);
    };
    let opened = TcpListener::bind(address).await;
    opened
        .map(Some)
        .map_err(|source| OpenError { address, source })
}

/// Serves the pages until the task is aborted: while the daemon drains, `/readyz` has to say so.
pub async fn serve(listener: TcpListener, admin: Admin) {
    if let Ok(address) = listener.local_addr() {
        info!("admin pages at http://{address}/status");
    }
    let permits = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            Some(_) = connections.join_next() => continue,
            accepted = async {
                let permit = permits.clone().acquire_owned().await;
                (permit, listener.accept().await)
            } => accepted,
        };
        match accepted {
            (Ok(permit), Ok((stream, _))) => {
                let connection = connection(stream, admin.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            (_, Err(error)) => {
                warn!("cannot accept a connection for the admin pages: {error}");
                time::sleep(ACCEPT_REST).await;
            }
            (Err(_), _) => return,
        }
    }
}

async fn connection(stream: TcpStream, admin: Admin) {
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
        debug!("a connection to the admin pages ended early: {error}");
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
            let dialect = dialect(request.headers());
            made(dialect.media_type(), move || admin.scrape().text(dialect)).await
        }
        "/status" => made(HTML, move || status::page(&admin)).await,
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

/// Whether requests are answered with feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readiness {
    /// The first snapshot is not out yet.
    Starting,
    /// They are.
    Ready,
    /// No longer for long.
    Draining,
}

impl Admin {
    fn readiness(&self) -> Readiness {
        let is_published = || {
            self.documents
                .get()
                .is_some_and(|documents| documents.published().snapshot().is_some())
        };
        match () {
            () if self.health.condition().draining => Readiness::Draining,
            () if is_published() => Readiness::Ready,
            () => Readiness::Starting,
        }
    }

    /// One line that says whether it is ready, and one for each thing that is not as it should be.
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
            // A reason may have more than one line; each degraded thing has one.
            body += &format!("degraded: {}\n", line.lines().next().unwrap_or_default());
        }
        text(status, body)
    }

    /// Why it is not ready, with how far the reading is.
    fn starting(&self) -> String {
        let reached = self
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
            metrics: self.metrics.clone(),
            condition: self.health.condition(),
            documents: self.documents.get().cloned(),
            process: Process::look(),
            started: self.health.started(),
        }
    }
}

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

impl Dialect {
    fn media_type(self) -> &'static str {
        match self {
            Dialect::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Dialect::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// OpenMetrics is for those who name it.
fn dialect(headers: &HeaderMap) -> Dialect {
    let mut accepted = headers.get_all(ACCEPT).iter();
    let names_open_metrics = accepted.any(|value| {
        let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
        value.contains("application/openmetrics-text")
    });
    match names_open_metrics {
        true => Dialect::OpenMetrics,
        false => Dialect::Prometheus,
    }
}

/// A page that may take a moment, such as one over a hundred thousand feeds.
async fn made(media_type: &'static str, make: impl FnOnce() -> String + Send + 'static) -> Reply {
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
    let policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                  frame-ancestors 'none'";
    let headers = [
        (CONTENT_TYPE, media_type),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    reply.headers_mut().extend(headers);
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_speak_the_dialect_that_the_scraper_names() {
        for (accept, expected) in [
            (None, Dialect::Prometheus),
            (
                Some("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2"),
                Dialect::OpenMetrics,
            ),
            (Some("Application/OpenMetrics-Text"), Dialect::OpenMetrics),
            (Some("text/plain;version=0.0.4"), Dialect::Prometheus),
            (
                Some("text/html,application/xhtml+xml,*/*;q=0.8"),
                Dialect::Prometheus,
            ),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(accept.map(|accept| (ACCEPT, HeaderValue::from_static(accept))));
            assert_eq!(dialect(&headers), expected, "{accept:?}");
        }
    }
}
