//! `taspa confirm`: only it confirms a loss that is held, and only exactly that loss.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;

use serde_json::{Value, json};

use crate::testkit::admin_pages::{self, get, metric};
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};
use crate::testkit::output::assert_ends;
use crate::testkit::wait::{DEADLINE, eventually};

const FEEDS: [&str; 3] = ["/all.rss", "/sections/экономика.json", "/tags/урожай.atom"];

const ARTICLES: usize = 20;

fn name(number: usize) -> String {
    format!("day-{number}")
}

/// Twenty articles, whose changes are learned from file events alone.
fn of_twenty() -> Newsroom {
    let newsroom = Newsroom::new();
    newsroom.reconfigure("rescan = \"60s\"", "rescan = \"1h\"");
    for number in 0..ARTICLES {
        let date = format!("2025-07-{}", number + 10);
        let date = &date;
        newsroom.write(&name(number), &Story { date, ..HARVEST });
    }
    newsroom
}

/// An empty folder takes the place of the articles, as when their disk is unmounted.
fn unmount(newsroom: &Newsroom) {
    fs::rename(newsroom.articles(), newsroom.path("away")).expect("the articles go");
    fs::create_dir(newsroom.articles()).expect("an empty folder");
}

/// Sends a request to the control socket and returns the answer.
fn ask(newsroom: &Newsroom, request: &Value) -> Value {
    let socket = UnixStream::connect(newsroom.path("state/control.sock")).expect("the socket");
    socket.set_read_timeout(Some(DEADLINE)).expect("a limit");
    (&socket)
        .write_all(format!("{request}\n").as_bytes())
        .expect("a request");
    let mut line = String::new();
    let read = BufReader::new(socket).read_line(&mut line);
    read.expect("an answer");
    serde_json::from_str(&line).expect("JSON")
}

fn held(newsroom: &Newsroom) -> Value {
    let answer = ask(newsroom, &json!({"version": 1, "request": "held"}));
    answer["value"].clone()
}

/// The number of readings that succeeded.
fn readings(admin: &str) -> f64 {
    let name = "taspa_source_readings_total{result=\"success\"}";
    metric(&get(admin, "/metrics"), name)
}

#[test]
fn no_reload_confirms_a_loss() {
    let newsroom = of_twenty();
    let (mut daemon, admin) = admin_pages::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    unmount(&newsroom);
    // Two signals before the loss is noticed, or just after it.
    for _ in 0..2 {
        daemon.signal("HUP");
        daemon.wait_for("SIGHUP: reading feeds.toml and the articles again");
    }
    // It may have been noticed between the two.
    let gone = "20 of 20 articles are gone: they stay until they return or `taspa confirm`";
    if !daemon.has_said(gone) {
        daemon.wait_for(gone);
    }
    let loss = held(&newsroom);
    assert_eq!((&loss["lost"], &loss["of"]), (&json!(20), &json!(20)));

    let titles = ["Парламент", "Мажилис", "Сенат"];
    for title in titles.windows(2) {
        let read = readings(&admin);
        newsroom.reconfigure(
            &format!("title = \"{}\"", title[0]),
            &format!("title = \"{}\"", title[1]),
        );
        daemon.signal("HUP");
        daemon.wait_for("feeds.toml is in force");
        eventually("another reading", || readings(&admin) > read);
        let read = readings(&admin);
        daemon.signal("HUP");
        eventually("another reading", || readings(&admin) > read);
    }
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    assert_eq!(held(&newsroom), loss, "the same loss since the same time");
    let ready = get(&admin, "/readyz");
    assert_eq!(ready.status, 200);
    assert!(ready.says("degraded: 20 of 20 articles are gone since "));
    assert!(ready.says("`taspa confirm`"));
    assert!(get(&admin, "/status").says("taspa confirm"));
    let metrics = get(&admin, "/metrics");
    assert_eq!(metric(&metrics, "taspa_held_removals"), 20.0);
    assert_eq!(metric(&metrics, "taspa_source_up"), 0.0);
    assert!(metric(&metrics, "taspa_held_since_timestamp_seconds") > 0.0);
    daemon.stop();

    let (mut daemon, _) = admin_pages::start(&newsroom);
    daemon.wait_for("20 of 20 articles are gone");
    daemon.signal("HUP");
    daemon.wait_for("SIGHUP: reading");
    assert_eq!(held(&newsroom), loss, "after a restart too");
    let refused = newsroom.run(&["confirm"]);
    let said = [
        "20 of 20 articles are gone, since",
        "day-0.txt",
        "and 15 more",
        "--yes",
    ];
    assert_ends(&refused, 2, &[], &said);
    assert!(before.again(&daemon).moved_since(&before).is_empty());

    let confirmed = newsroom.run(&["confirm", "--yes"]);
    assert_ends(&confirmed, 0, &["20 articles removed"], &["20 of 20"]);
    daemon.eventually("/all.rss", |feed| !feed.says("<item>"));
    assert_ends(
        &newsroom.run(&["confirm", "--yes"]),
        1,
        &[],
        &["no loss is held"],
    );
    let socket = newsroom.path("state/control.sock");
    assert_eq!(fs::metadata(&socket).expect("it").mode() & 0o777, 0o600);
    daemon.stop();
    assert!(!socket.exists());
    let silent = newsroom.run(&["confirm", "--yes"]);
    assert_ends(
        &silent,
        1,
        &[],
        &["no daemon answers at", "state/control.sock"],
    );
}

#[test]
fn loss_that_grew_is_another_one() {
    let newsroom = of_twenty();
    // They leave with their folder, so that no reading sees some of them gone and others there.
    let folder = newsroom.articles().join("leaving");
    fs::create_dir(&folder).expect("a folder");
    for number in 0..12 {
        let file = newsroom.article(&name(number));
        fs::rename(file, folder.join(name(number) + ".txt")).expect("a moved article");
    }
    let mut daemon = Daemon::start(&newsroom);
    fs::rename(folder, newsroom.path("away")).expect("the folder leaves");
    daemon.wait_for("12 of 20 articles are gone");
    let before = held(&newsroom);
    // A straggler joins what is held.
    fs::rename(newsroom.article(&name(12)), newsroom.path("straggler")).expect("an article leaves");
    daemon.wait_for("13 of 20 articles are gone");
    let request = |loss: &Value| json!({"version": 1, "request": "confirm", "id": loss["id"]});
    let answer = ask(&newsroom, &request(&before));
    let changed = &answer["value"]["changed"];
    assert_eq!(changed["lost"], 13, "{answer}");
    assert_eq!(*changed, held(&newsroom));
    let entries = |daemon: &Daemon| daemon.get("/all.rss").text().matches("<item>").count();
    assert_eq!(entries(&daemon), ARTICLES);
    let answer = ask(&newsroom, &request(changed));
    assert_eq!(answer["value"]["removed"]["lost"], 13, "{answer}");
    daemon.eventually("/all.rss", |feed| {
        feed.text().matches("<item>").count() == 7
    });
    let answer = ask(&newsroom, &request(changed));
    assert_eq!(answer["value"], json!({"changed": null}));
}

#[test]
fn daemon_without_state_says_that_it_cannot_be_asked() {
    let newsroom = of_twenty();
    fs::write(newsroom.path("state"), "no folder").expect("a file in its place");
    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for("there is no control socket without a state folder");
    let silent = newsroom.run(&["confirm", "--yes"]);
    assert_ends(
        &silent,
        1,
        &[],
        &["no daemon answers at", "without a state folder"],
    );
    daemon.stop();
}

#[test]
fn missing_feeds_toml_is_named() {
    let newsroom = of_twenty();
    let output = newsroom.run(&["confirm", "--config", "absent.toml"]);
    assert_ends(&output, 78, &[], &["absent.toml: error: ", "--config FILE"]);
}

#[test]
fn killed_daemon_leaves_a_socket_that_the_next_replaces() {
    let newsroom = of_twenty();
    drop(Daemon::start(&newsroom));
    assert!(newsroom.path("state/control.sock").exists());
    assert_ends(&newsroom.run(&["confirm"]), 1, &[], &["no daemon answers"]);
    let daemon = Daemon::start(&newsroom);
    eventually("its socket answers", || {
        UnixStream::connect(newsroom.path("state/control.sock")).is_ok()
    });
    assert_ends(&newsroom.run(&["confirm"]), 1, &[], &["no loss is held"]);
    daemon.stop();
}
