//! `taspa health`: checks whether the running daemon is ready.
//!
//! If the admin pages are on, it requests `/readyz`. Otherwise it requests a feed: any status below
//! 500 means that the daemon has a snapshot. A broken feeds.toml is no failure, because a running
//! daemon ignores it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::output::Screen;
use super::{CommandResult, Exit};
use crate::config::{Config, ConfigInput, Listen};

/// The limit for connecting, and for each read and write.
const STEP_TIMEOUT: Duration = Duration::from_secs(3);

/// A longer response is cut.
const RESPONSE_BYTES_MAX: u64 = 64 << 10;

pub(super) fn run(
    input: &ConfigInput,
    listen: Option<Listen>,
    screen: &mut Screen,
) -> CommandResult {
    let server = Config::find_server(input, &|name| std::env::var(name).ok());
    let response = match (server.admin, listen.or(server.listen.into_iter().next())) {
        (Some(admin), _) => request(&admin, "GET", "/readyz"),
        (None, Some(listen)) => request(&listen, "HEAD", "/all.rss"),
        (None, None) => Err("feeds.toml names no address to listen on".to_owned()),
    };
    let Response { status, body } = response?;
    let body = body.trim_end();
    if status >= 500 {
        return Err(not_ready(status, body).into());
    }
    for line in if body.is_empty() { "ready" } else { body }.lines() {
        screen.line(line)?;
    }
    Ok(Exit::Done)
}

/// A message with the lines of the answer, of which further ones continue it.
fn not_ready(status: u16, body: &str) -> String {
    let lines: Vec<&str> = body.lines().collect();
    let message = format!("the daemon is not ready: {status} {}", lines.join("\n  "));
    message.trim_end().to_owned()
}

struct Response {
    status: u16,
    body: String,
}

fn request(listen: &Listen, method: &str, target: &str) -> Result<Response, String> {
    let response = match listen {
        Listen::Tcp(address) => request_tcp(connect_address(*address), method, target),
        Listen::Unix { path, .. } => request_unix(path, method, target),
    };
    let response = response.map_err(|error| format!("no answer from {listen}: {error}"))?;
    parse_response(&response).ok_or_else(|| format!("the service at {listen} is not taspa"))
}

fn request_tcp(address: SocketAddr, method: &str, target: &str) -> io::Result<Vec<u8>> {
    let stream = TcpStream::connect_timeout(&address, STEP_TIMEOUT)?;
    stream.set_read_timeout(Some(STEP_TIMEOUT))?;
    stream.set_write_timeout(Some(STEP_TIMEOUT))?;
    exchange(stream, method, target)
}

fn request_unix(path: &Path, method: &str, target: &str) -> io::Result<Vec<u8>> {
    let stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(STEP_TIMEOUT))?;
    stream.set_write_timeout(Some(STEP_TIMEOUT))?;
    exchange(stream, method, target)
}

fn exchange(mut stream: impl Read + Write, method: &str, target: &str) -> io::Result<Vec<u8>> {
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: taspa-health\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut response = Vec::new();
    stream.take(RESPONSE_BYTES_MAX).read_to_end(&mut response)?;
    Ok(response)
}

/// Replaces a wildcard address by the loopback address, since a client cannot connect to a
/// wildcard.
fn connect_address(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Parses the status and body of a response; `None` if it is not HTTP/1.1.
fn parse_response(response: &[u8]) -> Option<Response> {
    let text = String::from_utf8_lossy(response);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    Some(Response {
        status: status.parse().ok()?,
        body: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcard_addresses_become_loopback() {
        for (listen, expected) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            let listen = listen.parse().expect("an address");
            assert_eq!(connect_address(listen).to_string(), expected);
        }
    }

    #[test]
    fn answer_that_is_not_ready_keeps_its_lines() {
        for (body, expected) in [
            ("", "the daemon is not ready: 503"),
            ("starting", "the daemon is not ready: 503 starting"),
            (
                "starting\ndegraded: a\ndegraded: b",
                "the daemon is not ready: 503 starting\n  degraded: a\n  degraded: b",
            ),
        ] {
            let message = not_ready(503, body);
            assert_eq!(message, expected);
            assert_eq!(crate::text::visible_lines(&message), expected, "as printed");
        }
    }

    #[test]
    fn only_http_1_1_is_a_response() {
        let response = parse_response(b"HTTP/1.1 503 Service Unavailable\r\na: b\r\n\r\nnot yet\n");
        let response = response.expect("a response");
        assert_eq!(
            (response.status, response.body.as_str()),
            (503, "not yet\n")
        );
        for other in [
            &b""[..],
            b"SSH-2.0-x\r\n\r\n",
            b"HTTP/1.1 2\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n",
        ] {
            assert!(parse_response(other).is_none(), "{other:?}");
        }
    }
}
