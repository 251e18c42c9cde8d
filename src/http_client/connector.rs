//! Connections: TLS over TCP, directly or through the tunnel of a proxy.

use std::error::Error;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// The connector of the client.
pub(super) type Connector = HttpsConnector<TcpConnector>;

type BoxError = Box<dyn Error + Send + Sync>;

/// Which proxy leads to which address.
#[derive(Clone, Debug)]
pub struct Proxies(Arc<Matcher>);

impl Proxies {
    /// The proxies that the environment names.
    pub fn from_env() -> Proxies {
        Proxies(Arc::new(Matcher::from_env()))
    }

    /// One proxy for every address.
    #[cfg(test)]
    pub(super) fn all(proxy: &str) -> Proxies {
        Proxies(Arc::new(Matcher::builder().all(proxy).build()))
    }

    /// No proxy.
    #[cfg(test)]
    pub(crate) fn none() -> Proxies {
        Proxies(Arc::new(Matcher::builder().build()))
    }

    /// The proxy for an address. This machine itself is reached without one.
    fn of(&self, to: &Uri) -> Option<Intercept> {
        let host = to.host()?.trim_matches(['[', ']']);
        let is_here = host
            .parse()
            .map_or(host == "localhost", |address: IpAddr| address.is_loopback());
        self.0.intercept(to).filter(|_| !is_here)
    }
}

pub(super) fn connector(timeout: Duration, proxies: Proxies) -> Connector {
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(timeout));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .wrap_connector(TcpConnector { tcp, proxies })
}

/// Opens TCP connections, through a proxy where one is named.
#[derive(Clone, Debug)]
pub(super) struct TcpConnector {
    tcp: HttpConnector,
    proxies: Proxies,
}

impl Service<Uri> for TcpConnector {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.of(&to) else {
            let connecting = self.tcp.call(to);
            return Box::pin(async move { Ok(connecting.await?) });
        };
        if proxy.uri().scheme() != Some(&Scheme::HTTP) {
            let reason = "the proxy must have an address of http";
            return Box::pin(async move { Err(reason.into()) });
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(authorization) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        Box::pin(async move { Ok(tunnel.call(with_port(to)?).await?) })
    }
}

/// An address whose port is named: a tunnel's is 443 otherwise, for http too.
fn with_port(to: Uri) -> Result<Uri, BoxError> {
    let is_plain = to.scheme() == Some(&Scheme::HTTP) && to.port().is_none();
    if !is_plain {
        return Ok(to);
    }
    let host = to.host().unwrap_or_default().to_owned();
    let mut parts = to.into_parts();
    parts.authority = Some(Authority::try_from(format!("{host}:80"))?);
    Ok(Uri::from_parts(parts)?)
}
