//! Connections: TLS over TCP, directly or through a proxy.
//!
//! For an address of https a proxy is asked for a tunnel (`CONNECT`, RFC 9110, section 9.3.6). For one of
//! http it gets the request itself (RFC 9112, section 3.2.2): many proxies give no tunnel to port 80.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use super::error::reason;
use super::proxies::{Proxies, Proxy};
use super::tls_roots::TlsRoots;

/// The connector of the client.
pub(super) type Connector = HttpsConnector<TcpConnector>;

type BoxError = Box<dyn Error + Send + Sync>;

type TunnelError = <Tunnel<HttpConnector> as Service<Uri>>::Error;

/// Why a proxy does not lead to the server.
#[derive(Debug, thiserror::Error)]
enum ProxyError {
    #[error(
        "`{0}` must be the address of an HTTP proxy, such as http://proxy.example:3128 or \
         http://user:p%40ss@proxy.example:3128"
    )]
    Address(&'static str),
    #[error("the proxy {host} of `{variable}` {fault}")]
    Connection {
        variable: &'static str,
        host: String,
        fault: String,
    },
}

pub(super) fn connector(timeout: Duration, proxies: Proxies, roots: &TlsRoots) -> Connector {
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(timeout));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites of both versions of TLS")
        .with_root_certificates(roots.0.clone())
        .with_no_client_auth();
    HttpsConnectorBuilder::new()
        .with_tls_config(tls)
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
    type Response = TcpConnection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<TcpConnection, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let mut tcp = self.tcp.clone();
        let proxy = self.proxies.find(&to).cloned();
        Box::pin(async move {
            match proxy {
                Some(proxy) => Ok(through(&proxy, tcp, to).await?),
                None => Ok(TcpConnection {
                    stream: tcp.call(to).await?,
                    is_to_proxy: false,
                }),
            }
        })
    }
}

/// A connection to a proxy, or through it to an address of https.
async fn through(
    proxy: &Proxy,
    mut tcp: HttpConnector,
    to: Uri,
) -> Result<TcpConnection, ProxyError> {
    let variable = proxy.variable;
    let intercept = proxy.intercept.as_ref();
    let intercept = intercept.ok_or(ProxyError::Address(variable))?;
    let fault = |fault: String| ProxyError::Connection {
        variable,
        host: intercept
            .uri()
            .authority()
            .map_or_else(String::new, ToString::to_string),
        fault,
    };
    let unreachable =
        |error: &(dyn Error + 'static)| fault(format!("cannot be reached: {}", reason(error)));
    if to.scheme() == Some(&Scheme::HTTP) {
        let stream = tcp.call(intercept.uri().clone()).await;
        return Ok(TcpConnection {
            stream: stream.map_err(|error| unreachable(&error))?,
            is_to_proxy: true,
        });
    }
    let mut tunnel = Tunnel::new(intercept.uri().clone(), tcp);
    if let Some(authorization) = intercept.basic_auth() {
        tunnel = tunnel.with_auth(authorization.clone());
    }
    let stream = tunnel.call(to).await.map_err(|error| match &error {
        TunnelError::ConnectFailed(_) => unreachable(&error),
        TunnelError::ProxyAuthRequired => fault(format!(
            "wants another login: write `{variable}` as http://user:password@host:port"
        )),
        TunnelError::TunnelUnsuccessful => fault("refuses to connect to the site".to_owned()),
        TunnelError::MissingHost
        | TunnelError::ProxyHeadersTooLong
        | TunnelError::TunnelUnexpectedEof
        | TunnelError::Io(_) => fault(format!(
            "gives no connection to the site: {}",
            reason(&error)
        )),
    })?;
    Ok(TcpConnection {
        stream,
        is_to_proxy: false,
    })
}

/// A connection to a server, or to a proxy that gets the requests for one.
#[derive(Debug)]
pub(super) struct TcpConnection {
    stream: TokioIo<TcpStream>,
    is_to_proxy: bool,
}

impl Connection for TcpConnection {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.is_to_proxy)
    }
}

impl Read for TcpConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for TcpConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }
}
