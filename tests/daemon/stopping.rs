//! The sockets that it opens, and what SIGTERM lets it finish.

use std::fs;

use crate::testkit::client::{Connection, Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};

#[test]
fn unix_socket_and_port_serve_the_same_bytes() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "[server]",
        "[server]\nlisten = [\"127.0.0.1:0\", \"unix:taspa.sock\"]",
    );
    let mut daemon = Daemon::launch_on(&newsroom, &[]);
    let by_port = daemon.eventually("/all.rss", |feed| feed.status == 200);
    daemon.use_next_listener();
    assert!(daemon.get("/all.rss").body == by_port.body);
    daemon.signal("KILL");
    daemon.wait();

    // The file of a socket that nobody answers on is in nobody's way.
    assert!(newsroom.path("taspa.sock").exists());
    let mut daemon = Daemon::launch_on(&newsroom, &["--listen", "unix:taspa.sock"]);
    let again = daemon.eventually("/all.rss", |feed| feed.status == 200);
    assert_eq!(again.header("etag"), by_port.header("etag"));
    daemon.stop();
}

const BIG: &str = "/all.json";

/// A daemon that is in the middle of a long answer to somebody who does not read on. A unix
/// socket holds a few hundred kilobytes, so most of this feed waits in the daemon.
fn in_the_middle_of_an_answer(newsroom: &Newsroom) -> (Daemon, Vec<u8>, Connection) {
    let paragraph = "Вода в канале стоит высоко, и насосы отдыхают до утра. ".repeat(20);
    let text = format!("{paragraph}\n\n").repeat(50);
    for day in 10..30 {
        let date = format!("2026-01-{day}");
        let story = Story {
            date: &date,
            text: &text,
            ..HARVEST
        };
        newsroom.write(&format!("day-{day}"), &story);
    }
    let mut daemon = Daemon::launch_on(newsroom, &["--listen", "unix:taspa.sock"]);
    let whole = daemon.eventually(BIG, |feed| feed.status == 200).body;
    assert!(whole.len() > 1 << 20, "{} bytes", whole.len());
    let mut reading = daemon.connect();
    reading.send(&Request::get(BIG));
    assert!(!reading.is_closed(), "the answer begins");
    (daemon, whole, reading)
}

#[test]
fn response_in_progress_at_sigterm_is_completed() {
    let newsroom = Newsroom::new();
    let (mut daemon, whole, mut reading) = in_the_middle_of_an_answer(&newsroom);
    let (mut silent, mut idle) = (daemon.connect(), daemon.connect());
    idle.exchange(&Request::head("/all.rss"));
    daemon.signal("TERM");
    daemon.wait_for("stopping: open requests are finished first");
    assert!(idle.is_closed(), "a finished connection holds nothing up");
    assert!(silent.is_closed(), "nor does one that never said a word");
    daemon.wait_until_connections_are_refused();
    assert!(daemon.is_running(), "the answer is not out yet");
    let response = reading.receive(&Request::get(BIG));
    assert!(response.body == whole, "the answer is cut");
    assert!(reading.is_closed());
    assert!(daemon.wait().success());
}

#[test]
fn second_signal_stops_at_once() {
    let newsroom = Newsroom::new();
    let (mut daemon, _, _reading) = in_the_middle_of_an_answer(&newsroom);
    daemon.signal("INT");
    daemon.wait_for("stopping: open requests are finished first");
    daemon.signal("TERM");
    daemon.wait_for("stopping at once");
    assert!(daemon.wait().success());
}

#[test]
fn address_in_use_ends_the_second_daemon() {
    let daemon = Daemon::start(&Newsroom::of_three());
    let second = Newsroom::of_three();
    let output = second.run(&["serve", "--listen", daemon.address()]);
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8_lossy(&output.stderr);
    let expected = format!("cannot listen on {}", daemon.address());
    assert!(log.contains(&expected), "{log}");
    assert!(
        log.contains("; is another daemon running there?\n"),
        "{log}"
    );
}

#[test]
fn socket_that_cannot_be_opened_is_reported_with_its_reason() {
    let newsroom = Newsroom::of_three();
    fs::write(newsroom.path("file"), "").expect("a file");
    for (path, reason) in [
        ("none/socket", "; make the folder of the socket first\n"),
        (
            "file",
            "; a file is there that is no socket; remove it, or name another path\n",
        ),
    ] {
        let address = format!("unix:{path}");
        let output = newsroom.run(&["serve", "--listen", &address]);
        assert_eq!(output.status.code(), Some(1));
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(
            log.contains("cannot listen on unix:") && log.contains(reason),
            "{log}"
        );
    }
    assert!(newsroom.path("file").exists());
}

#[test]
fn second_daemon_runs_without_the_state_folder_in_use() {
    let newsroom = Newsroom::of_three();
    let mut first = Daemon::start(&newsroom);
    let mut second = Daemon::start(&newsroom);
    second.wait_for("running without a state folder, so a restart will read every article again: another taspa has ");
    let before = first.get("/all.rss");
    assert_eq!(second.get("/all.rss").header("etag"), before.header("etag"));
    newsroom.remove("match");
    let is_gone = |feed: &Response| !feed.says("/articles/match");
    let after = second.eventually("/all.rss", is_gone);
    let seen = first.eventually("/all.rss", is_gone);
    assert_eq!(seen.header("etag"), after.header("etag"));
    second.stop();
    first.stop();
}
