//! What a restart and the loss of the state folder keep.

use std::fs;

use crate::testkit::client::Request;
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, SESSION, Story, now};

const FEEDS: [&str; 7] = [
    "/all.json",
    "/all.rss",
    "/parliament.atom",
    "/sections/экономика.rss",
    "/select.rss?any=rail,world&all=lang:en",
    "/tags/ауыл.atom",
    "/tags/урожай.rss",
];

/// The sample newsroom, one of whose articles was taken back, so that the dates of its feeds are
/// those of the removal.
fn with_a_withdrawn_article() -> (Newsroom, Daemon) {
    let newsroom = Newsroom::sample();
    let withdrawn = Story {
        date: "2026-02-20",
        headline: "Дыни подешевели вдвое",
        ..HARVEST
    };
    newsroom.write("harvest", &HARVEST);
    newsroom.write("withdrawn", &withdrawn);
    let mut daemon = Daemon::start(&newsroom);
    let before = daemon.get("/tags/урожай.rss");
    assert!(before.says(withdrawn.headline));
    let removed = now();
    newsroom.remove("withdrawn");
    let after = daemon.reread_until("/tags/урожай.rss", |feed| {
        !feed.says(withdrawn.headline)
    });
    let dates = [&before, &after].map(|feed| feed.seconds("last-modified"));
    assert!(dates[0] < removed && removed <= dates[1], "{dates:?}");
    (newsroom, daemon)
}

#[test]
fn restart_keeps_bytes_etags_and_dates() {
    let (newsroom, daemon) = with_a_withdrawn_article();
    let before = Copies::take(&daemon, &FEEDS);
    daemon.stop();
    let mut daemon = Daemon::start(&newsroom);
    let after = before.again(&daemon);
    assert!(
        after.moved_since(&before).is_empty(),
        "from the state folder"
    );

    // The first reading has been published once it shows what is new.
    newsroom.write("session", &SESSION);
    daemon.reread_until("/all.rss", |feed| feed.says(SESSION.headline));
    let after = before.again(&daemon);
    let expected = ["/all.json", "/all.rss", "/parliament.atom"];
    assert_eq!(
        after.moved_since(&before),
        expected,
        "with the folder compared"
    );
}

#[test]
fn deleted_state_folder_keeps_bytes_and_etags() {
    let (newsroom, daemon) = with_a_withdrawn_article();
    let before = Copies::take(&daemon, &FEEDS);
    daemon.stop();
    fs::remove_dir_all(newsroom.path("state")).expect("the state folder is deleted");
    let daemon = Daemon::start(&newsroom);
    before.again(&daemon).assert_same_documents(&before);
}

#[test]
fn state_folder_of_a_killed_daemon_is_used_again() {
    let (newsroom, mut daemon) = with_a_withdrawn_article();
    let before = Copies::take(&daemon, &FEEDS);
    daemon.signal("KILL");
    daemon.wait();
    let daemon = Daemon::start(&newsroom);
    let is_select = |path: &&&str| path.starts_with("/select");
    let (selections, feeds): (Vec<&str>, Vec<&str>) = FEEDS.iter().partition(is_select);
    let after = Copies::take(&daemon, &feeds);
    assert!(after.moved_since(&before).is_empty());
    // Its date was not stored, so it has a later one.
    let after = Copies::take(&daemon, &selections);
    after.assert_same_documents(&before);
    let dates = [&before, &after].map(|copies| copies.of(selections[0]).last_modified);
    assert!(dates[0] < dates[1], "{dates:?}");
}

#[test]
fn selection_of_a_killed_daemon_gets_no_304_for_other_bytes() {
    const SELECTION: &str = "/select.rss?any=мажилис,урожай";
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let mut last = daemon.get(SELECTION);
    for text in ["Первое исправление.", "Второе исправление.", HARVEST.text]
    {
        daemon.signal("KILL");
        daemon.wait();
        newsroom.write("harvest", &Story { text, ..HARVEST });
        daemon = Daemon::start(&newsroom);
        daemon.reread_until("/all.rss", |feed| feed.says(text));
        let since = last.header("last-modified").to_owned();
        let next = daemon.ask(&Request::get(SELECTION).with("If-Modified-Since", since));
        assert_eq!(next.status, 200, "{text}");
        assert!(next.says(text));
        assert!(next.seconds("last-modified") > last.seconds("last-modified"));
        last = next;
    }
}

#[test]
fn overwritten_state_folder_is_rebuilt() {
    let newsroom = Newsroom::of_three();
    let daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &["/all.rss", "/tags/урожай.rss"]);
    daemon.stop();
    for entry in fs::read_dir(newsroom.path("state")).expect("the state folder") {
        let path = entry.expect("a file of the state folder").path();
        fs::write(path, "this was a database once").expect("it is damaged");
    }
    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for("the state folder is made anew");
    assert!(before.again(&daemon).moved_since(&before).is_empty());
}

#[test]
fn changes_made_while_stopped_are_found_at_start() {
    let newsroom = Newsroom::of_three();
    let daemon = Daemon::start(&newsroom);
    let feeds = ["/all.rss", "/sections/парламент.rss", "/tags/футбол.rss"];
    let before = Copies::take(&daemon, &feeds);
    daemon.stop();
    newsroom.remove("match");
    let stopped = now();
    let mut daemon = Daemon::start(&newsroom);
    daemon.eventually("/all.rss", |feed| !feed.says("/articles/match"));
    let after = before.again(&daemon);
    assert_eq!(after.moved_since(&before), ["/all.rss", "/tags/футбол.rss"]);
    assert!(after.of("/tags/футбол.rss").last_modified >= stopped);
}
