//! Slow and hostile clients, byte by byte: silence, slow headers, responses that are never read, and
//! ambiguous requests.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::testkit::admin_pages;
use crate::testkit::client::{Connection, Request};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{Newsroom, SESSION};
use crate::testkit::wait::{DEADLINE, eventually};

/// A daemon with these limits.
fn start(limits: &str) -> Daemon {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure(
        "[source.directory]",
        &format!("[server.limits]\n{limits}\n\n[source.directory]"),
    );
    Daemon::start(&newsroom)
}

fn connect(daemon: &Daemon) -> TcpStream {
    let stream = TcpStream::connect(daemon.address()).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    stream
}

/// Everything that is answered until the daemon closes the connection.
fn until_closed(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The answer to these bytes, behind which the daemon has to close.
fn exchange(daemon: &Daemon, bytes: &str) -> String {
    let mut stream = connect(daemon);
    // A daemon that has heard enough closes while more is sent.
    let _ = stream.write_all(bytes.as_bytes());
    until_closed(stream)
}

#[track_caller]
fn assert_served(daemon: &Daemon) {
    assert_eq!(daemon.get("/all.rss").status, 200);
}

#[test]
fn silent_client_is_disconnected() {
    let daemon = start("header-timeout = \"1s\"");
    let streams: Vec<TcpStream> = (0..20).map(|_| connect(&daemon)).collect();
    assert_served(&daemon);
    for stream in streams {
        until_closed(stream);
    }
}

#[test]
fn idle_client_is_disconnected() {
    let daemon = start("header-timeout = \"1s\"");
    let mut connection = daemon.connect();
    assert_eq!(connection.exchange(&Request::get("/all.rss")).status, 200);
    assert!(connection.is_closed());
}

#[test]
fn client_that_sends_headers_slowly_is_disconnected() {
    let daemon = start("header-timeout = \"1s\"");
    let mut stream = connect(&daemon);
    stream
        .write_all(b"GET /all.rss HTTP/1.1\r\n")
        .expect("it is taken");
    let mut writer = stream.try_clone().expect("a second handle");
    let dribbling = thread::spawn(move || {
        // The pace of the client under test; it ends with the connection.
        while writer.write_all(b"X-A: b\r\n").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let answer = until_closed(stream);
    dribbling.join().expect("the writer ends");
    assert!(!answer.contains(" 200 "), "{answer}");
    assert_served(&daemon);
}

#[test]
fn client_that_never_reads_is_disconnected() {
    let daemon = start("write-timeout = \"1s\"");
    let mut stream = connect(&daemon);
    let request = b"GET /all.json HTTP/1.1\r\nHost: a.example\r\n\r\n";
    stream.set_write_timeout(Some(DEADLINE)).expect("a timeout");
    // Requests without end, whose responses are never read, until the daemon closes the connection.
    let failure = loop {
        if let Err(error) = stream.write_all(request) {
            break error.kind();
        }
    };
    let ended = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    assert!(ended.contains(&failure), "{failure}");
    assert_served(&daemon);
}

#[test]
fn half_closed_client_gets_its_response() {
    let daemon = start("");
    let mut stream = connect(&daemon);
    let request = b"GET /all.rss HTTP/1.1\r\nHost: a.example\r\n\r\n";
    stream.write_all(request).expect("it is taken");
    stream.shutdown(Shutdown::Write).expect("half of it closes");
    let answer = until_closed(stream);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.trim_end().ends_with("</rss>"));
}

#[test]
fn ambiguous_requests_are_refused() {
    let daemon = start("");
    let host = "Host: a.example\r\n";
    for (request, status) in [
        ("GET /all.rss HTTP/1.1\r\n\r\n".to_owned(), 400),
        (format!("GET /all.rss HTTP/1.1\r\n{host}{host}\r\n"), 400),
        ("GET /all.rss HTTP/1.1\r\nHost:\r\n\r\n".to_owned(), 400),
        ("GET /all.rss HTTP/1.1\r\nHost: a b\r\n\r\n".to_owned(), 400),
        (
            "GET /all.rss HTTP/1.1\r\nHost: u@a.example\r\n\r\n".to_owned(),
            400,
        ),
        (
            format!(
                "POST /all.rss HTTP/1.1\r\n{host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            400,
        ),
        (
            format!("GET /all.rss HTTP/1.1\r\n{host}Transfer-Encoding: gzip\r\n\r\n"),
            400,
        ),
        (
            format!(
                "GET /all.rss HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
            ),
            400,
        ),
        (
            format!("GET /select.rss?any=#rail HTTP/1.1\r\n{host}\r\n"),
            400,
        ),
        (
            format!("GET ftp://a.example/all.rss HTTP/1.1\r\n{host}\r\n"),
            400,
        ),
        (format!("GET a.example:80 HTTP/1.1\r\n{host}\r\n"), 400),
        (format!("GET all.rss HTTP/1.1\r\n{host}\r\n"), 400),
        (format!("GET * HTTP/1.1\r\n{host}\r\n"), 400),
        (
            format!(
                "GET /all.rss HTTP/1.1\r\n{host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"
            ),
            400,
        ),
        (
            format!("GET /all.rss HTTP/1.1\r\n{host}Content-Length: x\r\n\r\n"),
            400,
        ),
        (
            format!("GET /all.rss HTTP/1.1\r\n{host} folded: x\r\n\r\n"),
            400,
        ),
        (
            format!("GET /all.rss HTTP/1.1\r\n{host}Bad Name: x\r\n\r\n"),
            400,
        ),
        (
            "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n".to_owned(),
            405,
        ),
        ("\u{1}\u{2}\u{3}\r\n\r\n".to_owned(), 400),
    ] {
        let answer = exchange(&daemon, &request);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request:?}: {answer}"
        );
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            1,
            "{request:?}: {answer}"
        );
    }
    assert_served(&daemon);
}

#[test]
fn http_1_0_needs_no_host() {
    let daemon = start("");
    let answer = exchange(&daemon, "GET /all.rss HTTP/1.0\r\n\r\n");
    assert!(answer.contains(" 200 OK\r\n") && answer.trim_end().ends_with("</rss>"));
}

#[test]
fn too_long_requests_are_refused() {
    let daemon = start("header-bytes = \"16KiB\"\nheaders = 20\ntarget-bytes = 1000");
    let get = |target: &str, headers: &str| {
        format!("GET {target} HTTP/1.1\r\nHost: a.example\r\n{headers}\r\n")
    };
    let line = "X-Filler: a\r\n";
    let long = format!("X-Long: {}\r\n", "a".repeat(20 << 10));
    for (request, status) in [
        (get("/all.rss", &line.repeat(40)), 431),
        (get("/all.rss", &long), 431),
        (get(&format!("/{}", "a".repeat(1000)), ""), 414),
        (get(&format!("/all.rss?{}", "a".repeat(1000)), ""), 414),
    ] {
        let answer = exchange(&daemon, &request);
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{status}: {answer}");
    }
    let fits =
        get("/all.rss", &line.repeat(15)).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    assert!(exchange(&daemon, &fits).starts_with("HTTP/1.1 200 "));
}

#[test]
fn header_bytes_are_counted_exactly() {
    let daemon = start("header-bytes = \"16KiB\"");
    let request = |length: usize| {
        let head = "GET /all.rss HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nX-Filler: ";
        format!("{head}{}\r\n\r\n", "a".repeat(length - head.len() - 4))
    };
    for (length, status) in [
        (16 << 10, 200),
        ((16 << 10) + 1, 431),
        ((16 << 10) + 4000, 431),
        (24 << 10, 431),
    ] {
        // In one write, in two, and in pieces that the daemon may read one by one.
        for pieces in [1, 2, 16] {
            let (text, mut stream) = (request(length), connect(&daemon));
            for piece in text.as_bytes().chunks(text.len().div_ceil(pieces)) {
                let _ = stream.write_all(piece);
            }
            let answer = until_closed(stream);
            let expected = format!("HTTP/1.1 {status} ");
            assert!(
                answer.starts_with(&expected),
                "{length} in {pieces}: {answer}"
            );
        }
    }
}

#[test]
fn request_body_is_skipped_or_closes_the_connection() {
    let daemon = start("body-bytes = 100");
    let mut stream = connect(&daemon);
    let with_body = |length: usize| {
        format!(
            "GET /all.rss HTTP/1.1\r\nHost: a.example\r\nContent-Length: {length}\r\n\r\n{}",
            "x".repeat(length)
        )
    };
    // What follows a body is the next request, and its last one ends the connection.
    let last = "HEAD /all.rss HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    let requests = format!("{}{last}", with_body(100));
    stream
        .write_all(requests.as_bytes())
        .expect("they are taken");
    let answer = until_closed(stream);
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");

    // So it is with a body in chunks.
    let chunked = |length: usize| {
        format!(
            "GET /all.rss HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{}\r\n0\r\n\r\n",
            "x".repeat(length)
        )
    };
    let answer = exchange(&daemon, &format!("{}{last}", chunked(100)));
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    let answer = exchange(&daemon, &chunked(101));
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 1);
    assert!(answer.contains("connection: close\r\n"), "{answer}");

    let answer = exchange(&daemon, &with_body(101));
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 1);
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    // A body that does not come costs its own connection.
    let daemon = start("header-timeout = \"1s\"");
    let head = "POST /all.rss HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9\r\n\r\nabc";
    assert!(exchange(&daemon, head).starts_with("HTTP/1.1 405 "));
}

#[test]
fn connections_per_address_are_limited() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("[server]", "[server]\ntrusted-proxies = []");
    newsroom.reconfigure(
        "[source.directory]",
        "[server.limits]\nconnections-per-address = 2\n\n[source.directory]",
    );
    let daemon = Daemon::start(&newsroom);
    let (first, second) = (hold(&daemon), hold(&daemon));
    assert_eq!(until_closed(connect(&daemon)), "");
    drop(first);
    let third = hold(&daemon);
    drop((second, third));
    drop(hold(&daemon));
}

/// A connection that is served and stays open. The daemon learns a little later that somebody left.
fn hold(daemon: &Daemon) -> TcpStream {
    let served = || {
        let mut stream = connect(daemon);
        let request = LAST
            .replace("Connection: close\r\n", "")
            .replace("GET", "HEAD");
        let _ = stream.write_all(request.as_bytes());
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).ok()?;
        (&answer == b"HTTP/1.1 200").then_some(stream)
    };
    let tries = std::iter::repeat_with(served).take(1000);
    tries.flatten().next().expect("a place is free")
}

const LAST: &str = "GET /all.rss HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";

#[test]
fn connection_beyond_the_limit_waits() {
    let daemon = start("connections = 1\nheader-timeout = \"1s\"");
    let mut first = daemon.connect();
    assert_eq!(first.exchange(&Request::get("/all.rss")).status, 200);
    let mut waiting = connect(&daemon);
    waiting
        .write_all(LAST.as_bytes())
        .expect("the system takes it");
    // The idle one is let go, and the next has its turn.
    assert!(until_closed(waiting).starts_with("HTTP/1.1 200 "));
}

#[test]
fn idle_clients_stop_no_service_where_few_descriptors_are_allowed() {
    let newsroom = Newsroom::of_three();
    newsroom.enable_admin();
    let mut daemon = Daemon::start_with_descriptors(&newsroom, 64);
    let admin = admin_pages::address_of(&mut daemon);
    assert!(daemon.has_said("`connections` is lowered from 10000 to "));
    // Local clients are trusted proxies, so only the total limits them.
    let _crowd: Vec<TcpStream> = (0..100).map(|_| connect(&daemon)).collect();
    assert_served(&daemon);
    newsroom.write("late", &SESSION);
    daemon.eventually("/articles/late", |response| response.status == 200);
    assert_eq!(admin_pages::get(&admin, "/readyz").status, 200);
    let log = daemon.log_until_stopped();
    for trouble in ["cannot accept", "Too many open files"] {
        assert!(!log.contains(trouble), "{log}");
    }
}

#[test]
fn clients_that_cannot_be_accepted_wait_and_it_is_logged_once() {
    let newsroom = Newsroom::sample();
    let mut daemon = Daemon::start(&newsroom);
    let pid = i32::try_from(daemon.process_id())
        .ok()
        .and_then(Pid::from_raw);
    let allow = |count| {
        let limit = Rlimit {
            current: Some(count),
            maximum: Some(1024),
        };
        prlimit(pid, Resource::Nofile, limit).expect("the limit is ours");
    };
    allow(4);
    let mut waiting = connect(&daemon);
    waiting
        .write_all(LAST.as_bytes())
        .expect("the system takes it");
    daemon.wait_for("cannot accept connections, which wait in the kernel's queue");
    allow(1024);
    assert!(until_closed(waiting).starts_with("HTTP/1.1 200 "));
    // Logged only after a while without a failure.
    eventually("connections are accepted again", || {
        assert_served(&daemon);
        daemon.has_said("connections are accepted again")
    });
    let log = daemon.log_until_stopped();
    assert_eq!(log.matches("cannot accept connections").count(), 1, "{log}");
    assert_eq!(log.matches("accepted again").count(), 1, "{log}");
}

#[test]
fn daemon_that_is_allowed_too_few_descriptors_does_not_start() {
    let newsroom = Newsroom::of_three();
    let program = env!("CARGO_BIN_EXE_taspa");
    for most in [8, 12, 16, 20, 24, 32, 40] {
        let script = format!("ulimit -n {most}; exec '{program}' serve --listen 127.0.0.1:0");
        let mut command = Command::new("sh");
        command.args(["-c", &script]);
        let output = command.current_dir(newsroom.path("")).output();
        let output = output.expect("a shell");
        let log = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{most}: {log}");
        let reason = format!("cannot start: the system allows {most} open files and sockets, but ");
        assert!(log.contains(&reason), "{most}: {log}");
        assert!(!log.contains("panicked"), "{most}: {log}");
    }
}

#[test]
fn unix_socket_has_the_configured_mode() {
    let newsroom = Newsroom::sample();
    let daemon = Daemon::launch_on(&newsroom, &["--listen", "unix:taspa.sock|0620"]);
    let socket = std::fs::metadata(newsroom.path("taspa.sock")).expect("a socket");
    assert_eq!(socket.permissions().mode() & 0o777, 0o620);
    let mut connection: Connection = daemon.connect();
    assert_ne!(connection.exchange(&Request::get("/all.rss")).status, 400);
}
