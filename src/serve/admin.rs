//! The admin listener: `/healthz`, `/readyz`, `/metrics` and the page `/status`.
//!
//! It has its own limits, so that it responds while all connections of the server are in use. A
//! connection serves one request. `/status` loads only its style sheet.

mod status;
mod words;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderMap, LOCATION};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::{self, JoinSet};
use tokio::time;
use tracing::{debug, info};

use crate::config::Config;
use crate::model::count::counted;
use crate::model::problem::Severity;
use crate::model::time::Timestamp;
use crate::publish::health::{Degraded, Health};
use crate::publish::stall::Stall;
use crate::serve::accept_loop::AcceptLoop;
use crate::serve::acceptor::{Acceptor, Socket};
use crate::serve::connection_limit::ConnectionLimit;
use crate::serve::counter::Counter;
use crate::serve::date::with_date;
use crate::serve::listener::{ListenError, Listener};
use crate::serve::metrics::Scrape;
use crate::serve::metrics::exposition::{self, TextFormat};
use crate::serve::metrics::process::Process;
use crate::serve::reply::{Reply, STARTING, unvalidated, with_header};
use crate::serve::security_headers::allow_admin_content;
use crate::serve::server_context::ServerContext;
use crate::text::visible;

/// Open connections, from all addresses together.
const CONNECTIONS_MAX: u32 = 8;

const HEADER_BYTES_MAX: usize = 16 << 10;

/// From the first byte of a connection to its last.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct Admin {
    /// The configuration at the start: pages use that of the snapshot, once there is one.
    pub config: Arc<Config>,
    pub health: Arc<Health>,
    pub server: Arc<ServerContext>,
    pub panics: Arc<Counter>,
}

/// Opens the admin socket, if the configuration has one.
pub(crate) async fn open(config: &Config) -> Result<Option<Listener>, ListenError> {
    match &config.server.admin {
        Some(address) => Listener::open_admin(address).await.map(Some),
        None => Ok(None),
    }
}

/// Serves until the task is aborted: `/readyz` must report that the server drains.
pub(crate) async fn serve(listener: &Listener, admin: Admin) -> io::Result<()> {
    match listener {
        Listener::Tcp(_) => info!("admin pages at {}/status", listener.address()),
        Listener::Unix { .. } => info!("admin pages at {}", listener.address()),
    }
    let limit = ConnectionLimit::new(CONNECTIONS_MAX as usize, CONNECTIONS_MAX, &[]);
    let mut connections = JoinSet::new();
    AcceptLoop::new("admin connections", limit)
        .run(&Acceptor::new(listener)?, |socket, permit| {
            // The set keeps finished tasks until they are joined.
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
        async move {
            let reply = answer(admin, &request).await;
            Ok::<_, Infallible>(with_date(reply, Timestamp::now()))
        }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(CONNECTION_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .max_header_size(HEADER_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    let ended = time::timeout(CONNECTION_TIMEOUT, serving).await;
    if let Ok(Err(error)) = ended {
        debug!("an admin connection ended early: {error}");
    }
}

async fn answer<B>(admin: Admin, request: &Request<B>) -> Reply {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let message = "only GET and HEAD are served\n";
        let reply = text(StatusCode::METHOD_NOT_ALLOWED, message);
        return with_header(reply, ALLOW, "GET, HEAD");
    }
    match request.uri().path() {
        "/healthz" => text(StatusCode::OK, "alive\n"),
        "/readyz" => admin.readyz(),
        "/metrics" => {
            let format = text_format(request.headers());
            let encode = move || exposition::encode(admin.scrape(), format);
            build_page(format.media_type(), encode).await
        }
        "/status" => build_page(HTML, move || status::page(&admin)).await,
        "/status.css" => reply(StatusCode::OK, CSS, include_str!("admin/status.css")),
        "/" => {
            let reply = text(StatusCode::FOUND, "the page is at /status\n");
            with_header(reply, LOCATION, "/status")
        }
        _ => text(
            StatusCode::NOT_FOUND,
            "there are /healthz, /readyz, /metrics and /status\n",
        ),
    }
}

enum Readiness {
    /// There is no snapshot yet.
    Starting,
    Ready,
    /// The daemon is stopping.
    Draining,
}

impl Admin {
    fn readiness(&self) -> Readiness {
        if self.health.condition().draining {
            Readiness::Draining
        } else if self.server.snapshot().is_some() {
            Readiness::Ready
        } else {
            Readiness::Starting
        }
    }

    /// The readiness in the first line, the configuration in the second, and one line for each problem.
    fn readyz(&self) -> Reply {
        let (status, first) = match self.readiness() {
            Readiness::Ready => (StatusCode::OK, "ready".to_owned()),
            Readiness::Draining => (StatusCode::SERVICE_UNAVAILABLE, "stopping".to_owned()),
            Readiness::Starting => (StatusCode::SERVICE_UNAVAILABLE, self.starting()),
        };
        let condition = self.health.condition();
        let degraded = condition.degraded();
        let lines = degraded.iter().map(|degraded| match degraded {
            Degraded::Source(reason) => format!("the articles cannot be read: {reason}"),
            Degraded::State(reason) => format!("the state folder cannot be written: {reason}"),
            Degraded::Stalled(Stall { work, since }) => {
                format!("{} has made no progress since {since}", work.noun())
            }
            Degraded::Reload(reason) => format!("feeds.toml was refused: {reason}"),
            Degraded::Unwatched(reason) => reason.to_string(),
            Degraded::Held(loss) => {
                format!(
                    "{loss} since {}: held until `taspa confirm` confirms it",
                    loss.since
                )
            }
            Degraded::Quarantine(problems) => {
                let articles = counted(problems.errors, "article is", "articles are");
                let reasons = problems.reasons_of(Severity::Error);
                format!("{articles} in quarantine: {reasons}")
            }
        });
        let mut body = first + "\n";
        if let Some((digest, since)) = &condition.reloads.in_force {
            body += &format!("configuration {digest} since {since}\n");
        }
        let faults = self.health.push().faults(Timestamp::now());
        for line in lines.chain(faults) {
            // A reason may have several lines; the reply has one for each problem.
            let line = line.lines().next().unwrap_or_default();
            body += &format!("degraded: {}\n", visible(line));
        }
        text(status, body)
    }

    /// Why the daemon is not ready, with the progress of the first reading.
    fn starting(&self) -> String {
        let published = self.server.published();
        match published.and_then(|published| published.progress().reached()) {
            Some(progress) => format!("{STARTING}: {progress}"),
            None => STARTING.to_owned(),
        }
    }

    fn scrape(&self) -> Scrape {
        Scrape {
            server: self.server.clone(),
            panics: self.panics.clone(),
            condition: self.health.condition(),
            push: self.health.push().records(),
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

/// OpenMetrics if `Accept` names it.
fn text_format(headers: &HeaderMap) -> TextFormat {
    let names_open_metrics = headers.get_all(ACCEPT).iter().any(|value| {
        let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
        value.contains("application/openmetrics-text")
    });
    match names_open_metrics {
        true => TextFormat::OpenMetrics,
        false => TextFormat::Prometheus,
    }
}

/// Builds a page on a blocking thread: with a hundred thousand feeds it takes milliseconds.
async fn build_page(
    media_type: &'static str,
    build: impl FnOnce() -> String + Send + 'static,
) -> Reply {
    match task::spawn_blocking(build).await {
        Ok(page) => reply(StatusCode::OK, media_type, page),
        Err(_) => {
            let message = "cannot build the page; the daemon's log has the panic\n";
            text(StatusCode::INTERNAL_SERVER_ERROR, message)
        }
    }
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    reply(status, TEXT, text)
}

fn reply(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let reply = unvalidated(status, "no-store", body.into());
    let mut reply = with_header(reply, CONTENT_TYPE, media_type);
    allow_admin_content(reply.headers_mut());
    reply
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn metrics_are_openmetrics_only_if_accept_names_it() {
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
