//! Folders that vanish, are emptied or cannot be read, noticed by file events: what is published stays
//! until the loss is certain.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::testkit::client::Response;
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, SESSION, Story};
use crate::tmpfs::Tmpfs;

const FEEDS: [&str; 3] = [
    "/all.rss",
    "/sections/парламент.rss",
    "/select.json?any=мажилис,футбол",
];

/// What `all` has of an archive of ten articles and three others.
const ARCHIVED: usize = 10;
const EVERYTHING: usize = ARCHIVED + 3;

/// Three articles, and ten more in a folder of their own.
fn with_an_archive() -> Newsroom {
    let newsroom = Newsroom::of_three_without_rescan();
    fs::create_dir(newsroom.path("articles/archive")).expect("a folder for old articles");
    for number in 0..ARCHIVED {
        let date = format!("2025-07-{}", number + 10);
        let date = &date;
        newsroom.write(&archived(number), &Story { date, ..HARVEST });
    }
    newsroom
}

fn archived(number: usize) -> String {
    format!("archive/day-{number}")
}

fn entries(daemon: &Daemon) -> usize {
    daemon.get("/all.rss").text().matches("<item>").count()
}

/// Something new arrives, which shows that the folder is watched, and that all before it was seen.
#[track_caller]
fn assert_watched(newsroom: &Newsroom, daemon: &mut Daemon, key: &str) {
    let date = "2026-03-01";
    newsroom.write(key, &Story { date, ..SESSION });
    let page = format!("/articles/{key}");
    daemon.eventually("/all.rss", |feed| feed.says(&page));
}

#[test]
fn emptied_root_is_held_until_confirmed() {
    let newsroom = with_an_archive();
    // Everything is in one folder, so that one rename empties the root.
    let (articles, site) = (newsroom.articles(), newsroom.path("articles/site"));
    fs::rename(&articles, newsroom.path("site")).expect("the root is moved");
    fs::create_dir(&articles).expect("another root");
    fs::rename(newsroom.path("site"), &site).expect("the old root is in it");
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    fs::rename(&site, newsroom.path("away")).expect("the root is emptied");
    daemon.wait_for("13 of 13 articles are gone");
    assert!(before.again(&daemon).moved_since(&before).is_empty());

    // What is new is published meanwhile.
    assert_watched(&newsroom, &mut daemon, "fresh");
    assert_eq!(entries(&daemon), EVERYTHING + 1);
    let is_gone = |feed: &Response| !feed.says("/articles/site/session");
    let confirmed = daemon.confirm_until(&newsroom, "/all.rss", is_gone);
    assert_eq!(confirmed.text().matches("<item>").count(), 1);
}

#[test]
fn single_deletions_go_at_once_even_beyond_half() {
    let newsroom = with_an_archive();
    let mut daemon = Daemon::start(&newsroom);
    for number in 0..ARCHIVED {
        newsroom.remove(&archived(number));
        let page = format!("/articles/{}<", archived(number));
        daemon.eventually("/all.rss", |feed| !feed.says(&page));
    }
    assert_eq!(entries(&daemon), EVERYTHING - ARCHIVED);
    assert!(!daemon.has_said("articles are gone"));
}

#[test]
fn deleted_folder_is_held_whatever_events_show_of_it() {
    let newsroom = with_an_archive();
    let mut daemon = Daemon::start(&newsroom);
    fs::remove_dir_all(newsroom.path("articles/archive")).expect("it is deleted");
    daemon.wait_for("10 of 13 articles are gone");
    assert_watched(&newsroom, &mut daemon, "fresh");
    assert!(entries(&daemon) > EVERYTHING / 2, "half may go before");
    let is_gone = |feed: &Response| !feed.says("/articles/archive/");
    let confirmed = daemon.confirm_until(&newsroom, "/all.rss", is_gone);
    assert_eq!(confirmed.text().matches("<item>").count(), 4);
}

#[test]
fn half_of_the_articles_may_be_removed() {
    let newsroom = with_an_archive();
    for number in 3..ARCHIVED {
        newsroom.write(&format!("other-{number}"), &HARVEST);
    }
    let mut daemon = Daemon::start(&newsroom);
    assert_eq!(entries(&daemon), 2 * ARCHIVED);
    fs::rename(newsroom.path("articles/archive"), newsroom.path("archive")).expect("it leaves");
    daemon.eventually("/all.rss", |feed| !feed.says("/articles/archive/"));
    assert_eq!(entries(&daemon), ARCHIVED);
}

/// What stands in the root's place while it is away.
type Fault = fn(&Path);

#[test]
fn missing_root_keeps_what_is_published_and_is_watched_when_back() {
    let newsroom = with_an_archive();
    let mut daemon = Daemon::start(&newsroom);
    let faults: [(&str, Fault, &str); 3] = [
        ("nothing", |_| {}, "what is published stays"),
        (
            "a file",
            |root| fs::write(root, "no folder").expect("a file"),
            "it is no folder",
        ),
        (
            "an empty folder",
            |root| fs::create_dir(root).expect("a folder"),
            "articles are gone: they stay until they return",
        ),
    ];
    for (number, (fault, put, said)) in faults.into_iter().enumerate() {
        let before = Copies::take(&daemon, &FEEDS);
        let (root, away) = (newsroom.articles(), newsroom.path("away"));
        fs::rename(&root, &away).expect("the root goes");
        put(&root);
        daemon.wait_for(said);
        let after = before.again(&daemon);
        assert!(after.moved_since(&before).is_empty(), "{fault}");
        // A folder and a file in its place; there may be neither.
        let _ = fs::remove_file(&root);
        let _ = fs::remove_dir(&root);
        fs::rename(&away, &root).expect("the root returns");
        assert_watched(&newsroom, &mut daemon, &format!("after-{number}"));
        assert_eq!(entries(&daemon), EVERYTHING + 1 + number, "{fault}");
    }
}

#[test]
fn unmounted_root_is_held_and_watched_when_mounted_again() {
    let newsroom = Newsroom::of_three_without_rescan();
    fs::remove_dir_all(newsroom.articles()).expect("an empty root");
    fs::create_dir(newsroom.articles()).expect("a place to mount at");
    let Some(mounted) = Tmpfs::at(&newsroom.articles(), "4m") else {
        return;
    };
    let fill = || {
        for number in 10..22 {
            let date = format!("2026-01-{number}");
            let date = &date;
            newsroom.write(&format!("day-{number}"), &Story { date, ..HARVEST });
        }
    };
    fill();
    let mut daemon = Daemon::start(&newsroom);
    assert_eq!(entries(&daemon), 12);
    let before = Copies::take(&daemon, &["/all.rss"]);
    drop(mounted);
    daemon.wait_for("12 of 12 articles are gone");
    assert!(before.again(&daemon).moved_since(&before).is_empty());

    let mounted = Tmpfs::at(&newsroom.articles(), "4m").expect("it could be mounted before");
    fill();
    assert_watched(&newsroom, &mut daemon, "fresh");
    assert_eq!(entries(&daemon), 13);
    drop(daemon);
    drop(mounted);
}

#[test]
fn unreadable_files_keep_their_last_good_version() {
    let newsroom = with_an_archive();
    let Some(mut daemon) = Daemon::start_as_nobody(&newsroom) else {
        return;
    };
    let before = Copies::take(&daemon, &FEEDS);
    let forbid = |path: &Path| {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("other rights");
    };
    newsroom.write(
        "session",
        &Story {
            text: "Иначе.",
            ..SESSION
        },
    );
    forbid(&newsroom.article("session"));
    daemon.wait_for("cannot be read: Permission denied");
    forbid(&newsroom.path("articles/archive"));
    // A listing of everything meets the folder that is closed to it.
    daemon.signal("HUP");
    daemon.wait_for("what was read from there before stays");
    assert!(before.again(&daemon).moved_since(&before).is_empty());

    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("other rights");
    };
    allow(&newsroom.article("session"), 0o644);
    daemon.eventually("/all.rss", |feed| feed.says("Иначе."));
    allow(&newsroom.path("articles/archive"), 0o755);
    let date = "2026-03-02";
    newsroom.write("archive/new", &Story { date, ..HARVEST });
    daemon.eventually("/all.rss", |feed| feed.says("/articles/archive/new"));
    assert_eq!(entries(&daemon), EVERYTHING + 1);

    forbid(&newsroom.articles());
    daemon.wait_for("what is published stays");
    assert_eq!(entries(&daemon), EVERYTHING + 1);
    daemon.signal("HUP");
    daemon.wait_for("changes are noticed only every `rescan`: the system refuses");
    allow(&newsroom.articles(), 0o755);
    daemon.wait_for("changes are noticed at once again");
    assert_watched(&newsroom, &mut daemon, "after");
}
