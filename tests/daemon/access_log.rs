//! The access log: a line for each request on standard output, and nothing else there.

use std::fs::{self, File};

use crate::testkit::client::Request;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;

/// The lines that a daemon with `access-log = SHAPE` wrote of these requests.
fn lines(shape: &str, requests: &[Request]) -> Vec<String> {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("[server]", &format!("[server]\naccess-log = \"{shape}\""));
    let path = newsroom.path("access.log");
    let output = File::create(&path).expect("a file for the log");
    let daemon = Daemon::start_writing(&newsroom, output);
    let mut connection = daemon.connect();
    for request in requests {
        connection.exchange(request);
    }
    drop(connection);
    daemon.stop();
    let text = fs::read_to_string(path).expect("the log");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // The start asks as well, until there is a snapshot.
    let own = lines.len().saturating_sub(requests.len());
    lines[own..].to_vec()
}

#[test]
fn combined_format_has_a_line_for_each_request() {
    let agent = "Reader/1.0 \"quoted\" \\ и кириллица";
    let lines = lines(
        "combined",
        &[
            Request::get("/all.rss").with("User-Agent", agent),
            Request::get("/all.rss").with("If-None-Match", "*"),
            Request::head("/tags/нет"),
            Request::of("POST", "/all.rss"),
        ],
    );
    let [whole, unchanged, missing, refused] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert!(whole.starts_with("127.0.0.1 - - ["), "{whole}");
    assert!(
        whole.contains("] \"GET /all.rss HTTP/1.1\" 200 "),
        "{whole}"
    );
    assert!(
        whole.contains(r#""-" "Reader/1.0 \"quoted\" \\ \xd0"#),
        "{whole}"
    );
    assert!(unchanged.contains("\" 304 - \"-\" \"-\""), "{unchanged}");
    assert!(
        missing.contains("\"HEAD /tags/%D0%BD%D0%B5%D1%82 HTTP/1.1\" 404 -"),
        "{missing}"
    );
    assert!(
        refused.contains("\"POST /all.rss HTTP/1.1\" 405 "),
        "{refused}"
    );
    assert!(lines.iter().all(|line| line.is_ascii()), "{lines:?}");
}

#[test]
fn json_format_has_status_kind_and_coding() {
    let lines = lines(
        "json",
        &[
            Request::get("/all.rss").with("Accept-Encoding", "gzip"),
            Request::get("/all.rss").with("If-None-Match", "*"),
            Request::get("/"),
        ],
    );
    let lines: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    let told =
        |key: &str| -> Vec<&serde_json::Value> { lines.iter().map(|line| &line[key]).collect() };
    assert_eq!(told("status"), [200, 304, 200]);
    assert_eq!(told("kind"), ["all", "all", "page"]);
    assert_eq!(told("coding"), ["gzip", "identity", "identity"]);
    assert_eq!(lines[1]["bytes"], 0);
    assert_eq!(told("client"), ["127.0.0.1"; 3]);
}

#[test]
fn access_log_off_writes_nothing() {
    assert_eq!(lines("off", &[Request::get("/all.rss")]), [""; 0]);
}

#[test]
fn blocked_log_output_delays_no_request() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("[server]", "[server]\naccess-log = \"combined\"");
    let mut daemon = Daemon::start_with_one_pipe(&newsroom);
    let reading = daemon.log_reading();
    let stopped = reading.lock().expect("no panic");
    let mut connection = daemon.connect();
    let unchanged = Request::get("/all.rss").with("If-None-Match", "*");
    // More lines than the pipe and the daemon's queue hold.
    for _ in 0..20_000 {
        assert_eq!(connection.exchange(&unchanged).status, 304);
    }
    drop(stopped);
    daemon.wait_for(
        "lines of the access log were dropped so far: the reader of the output is too slow",
    );
    daemon.stop();
}
