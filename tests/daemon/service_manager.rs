//! Notifications to a service manager, and the sockets that it passes.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;

use crate::testkit::client::Request;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::wait::DEADLINE;

/// Waits for a message that has this line, and returns all messages until then.
#[track_caller]
fn hear(manager: &UnixDatagram, expected: &str) -> Vec<String> {
    let mut message = [0; 1024];
    let mut heard = Vec::new();
    loop {
        let length = manager.recv(&mut message).expect("a message in time");
        let text = String::from_utf8_lossy(&message[..length]).into_owned();
        let is_expected = text.lines().any(|line| line == expected);
        heard.push(text);
        if is_expected {
            return heard;
        }
    }
}

fn listen(newsroom: &Newsroom) -> (UnixDatagram, String) {
    let path = newsroom.path("notify");
    let manager = UnixDatagram::bind(&path).expect("a socket");
    manager.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    (manager, path.to_str().expect("a path in UTF-8").to_owned())
}

#[test]
fn service_manager_is_notified_of_start_reload_and_stop() {
    let newsroom = Newsroom::of_three();
    let (manager, path) = listen(&newsroom);
    let mut daemon = Daemon::launch_with(&newsroom, &[("NOTIFY_SOCKET", &path)]);
    hear(&manager, "READY=1");
    // It is ready with the first snapshot, not before.
    assert_eq!(daemon.get("/all.rss").status, 200);
    newsroom.reconfigure(
        "\n[same]",
        "\n[[feed]]\nname = \"new\"\ntitle = \"N\"\nany = [\"#n\"]\n[same]",
    );
    daemon.signal("HUP");
    hear(&manager, "RELOADING=1");
    hear(&manager, "READY=1");
    daemon.wait_for("feeds.toml is in force");
    daemon.signal("TERM");
    hear(&manager, "STOPPING=1");
    assert_eq!(daemon.wait().code(), Some(0));
}

#[test]
fn start_is_extended_until_there_is_something_to_serve() {
    let newsroom = Newsroom::of_three();
    let (articles, away) = (newsroom.articles(), newsroom.path("away"));
    fs::rename(&articles, &away).expect("the folder is away");
    let (manager, path) = listen(&newsroom);
    let mut daemon = Daemon::launch_with(&newsroom, &[("NOTIFY_SOCKET", &path)]);
    let extension = "EXTEND_TIMEOUT_USEC=60000000";
    hear(&manager, extension);
    daemon.wait_for("the articles cannot be read, so nothing is published yet");
    // A reload is part of the start.
    daemon.signal("HUP");
    let heard = hear(&manager, extension);
    let last = heard.last().expect("a message");
    assert!(
        last.contains("STATUS=the articles cannot be read: "),
        "{last}"
    );
    assert_eq!(daemon.get("/all.rss").status, 503);
    fs::rename(&away, &articles).expect("the folder is back");
    let mut all = heard;
    all.extend(hear(&manager, "READY=1"));
    let states = all.iter().flat_map(|message| message.lines());
    let states: Vec<&str> = states.filter(|line| line.ends_with("=1")).collect();
    assert_eq!(states, ["READY=1"]);
    assert_eq!(daemon.get("/all.rss").status, 200);
    // The next start has a state folder: it is ready while the articles cannot be read.
    daemon.stop();
    fs::rename(&articles, &away).expect("the folder is away");
    let daemon = Daemon::launch_with(&newsroom, &[("NOTIFY_SOCKET", &path)]);
    hear(&manager, "READY=1");
    assert_eq!(daemon.get("/all.rss").status, 200);
    daemon.stop();
}

#[test]
fn watchdog_is_notified_repeatedly() {
    let newsroom = Newsroom::of_three();
    let (manager, path) = listen(&newsroom);
    let variables = [("NOTIFY_SOCKET", &*path), ("WATCHDOG_USEC", "200000")];
    let daemon = Daemon::launch_with(&newsroom, &variables);
    for _ in 0..5 {
        hear(&manager, "WATCHDOG=1");
    }
    daemon.stop();
}

#[test]
fn passed_socket_queues_connections_between_daemons() {
    let newsroom = Newsroom::sample();
    let socket = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = socket.local_addr().expect("its address");
    let pass = || socket.try_clone().expect("another handle").into();
    let daemon = Daemon::start_on(&newsroom, pass());
    assert_eq!(daemon.address(), address.to_string());
    let before = daemon.get("/all.rss");
    daemon.stop();

    // Nobody is refused in between, and whoever waits is answered by the next.
    let mut waiting = TcpStream::connect(address).expect("it is queued");
    waiting.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    let request = b"HEAD /feeds.json HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    waiting.write_all(request).expect("the system takes it");
    let next = Daemon::start_on(&newsroom, pass());
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    let after = next.get("/all.rss");
    assert_eq!(after.headers_without_date(), before.headers_without_date());
    let known = Request::get("/all.rss").with("If-None-Match", before.header("etag"));
    assert_eq!(next.ask(&known).status, 304);
}
