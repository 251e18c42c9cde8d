//! Which feeds a changed article changes, and which keep their ETags.

use std::fs::{self, File};
use std::time::SystemTime;

use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, MATCH, Newsroom, SESSION, Story, copy_tree, now};

/// Feeds of the three stories, in several formats.
const FEEDS: [&str; 12] = [
    "/all.atom",
    "/all.rss",
    "/authors/динара-оспан.rss",
    "/authors/тимур-ахметов.json",
    "/parliament.json",
    "/parliament.rss",
    "/sections/парламент.atom",
    "/sections/спорт.rss",
    "/sections/экономика.rss",
    "/select.rss?any=мажилис,футбол",
    "/select.rss?any=урожай,футбол",
    "/tags/урожай.atom",
];

/// Those of them that the harvest is in.
const HARVEST_FEEDS: [&str; 6] = [
    "/all.atom",
    "/all.rss",
    "/authors/динара-оспан.rss",
    "/sections/экономика.rss",
    "/select.rss?any=урожай,футбол",
    "/tags/урожай.atom",
];

/// Those that the session is in.
const SESSION_FEEDS: [&str; 7] = [
    "/all.atom",
    "/all.rss",
    "/authors/тимур-ахметов.json",
    "/parliament.json",
    "/parliament.rss",
    "/sections/парламент.atom",
    "/select.rss?any=мажилис,футбол",
];

#[test]
fn added_and_removed_article_changes_only_its_feeds() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);

    let fair = Story {
        date: "2026-02-20T08:00",
        headline: "Ярмарку продлили на неделю",
        ..HARVEST
    };
    let added = now();
    newsroom.write("fair", &fair);
    daemon.reread_until("/all.rss", |feed| feed.says(fair.headline));
    let with = before.again(&daemon);
    assert_eq!(with.moved_since(&before), HARVEST_FEEDS);
    for path in HARVEST_FEEDS {
        assert!(with.of(path).text().contains(fair.headline), "{path}");
        let date = with.of(path).last_modified;
        match path.starts_with("/select") {
            // The selection was first made by this daemon, which is later than the story.
            true => assert!((added..=now()).contains(&date), "{path}: {date}"),
            // 08:00 in Almaty, which is at +05:00 since March 2024.
            false => assert_eq!(date, 1_771_556_400, "{path}"),
        }
    }

    let removed = now();
    newsroom.remove("fair");
    daemon.reread_until("/all.rss", |feed| !feed.says(fair.headline));
    let without = with.again(&daemon);
    assert_eq!(without.moved_since(&with), HARVEST_FEEDS);
    without.assert_same_documents(&before);
    for path in HARVEST_FEEDS {
        let date = without.of(path).last_modified;
        assert!((removed..=now()).contains(&date), "{path}: {date}");
    }
}

#[test]
fn old_article_added_late_sets_last_modified_to_now() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let added = now();
    let archive = Story {
        date: "2025-10-01",
        headline: "Дыни прошлого года",
        ..HARVEST
    };
    newsroom.write("archive", &archive);
    daemon.reread_until("/all.rss", |feed| feed.says(archive.headline));
    let after = before.again(&daemon);
    assert_eq!(after.moved_since(&before), HARVEST_FEEDS);
    for path in HARVEST_FEEDS {
        let date = after.of(path).last_modified;
        assert!((added..=now()).contains(&date), "{path}: {date}");
    }
}

#[test]
fn edit_and_section_change_only_affected_feeds() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let text = "Ряды заняли обе набережные.";
    newsroom.write("harvest", &Story { text, ..HARVEST });
    daemon.reread_until("/all.rss", |feed| feed.says(text));
    let edited = before.again(&daemon);
    assert_eq!(edited.moved_since(&before), HARVEST_FEEDS);

    let section = SESSION.section;
    let moved = Story {
        text,
        section,
        ..HARVEST
    };
    newsroom.write("harvest", &moved);
    daemon.reread_until("/parliament.rss", |feed| feed.says(text));
    let moved = edited.again(&daemon);
    let mut expected: Vec<&str> = HARVEST_FEEDS.into();
    expected.extend([
        "/parliament.json",
        "/parliament.rss",
        "/sections/парламент.atom",
    ]);
    expected.sort_unstable();
    assert_eq!(moved.moved_since(&edited), expected);
    let left = moved.of("/sections/экономика.rss").text();
    assert!(!left.contains(HARVEST.headline), "an empty section");
}

#[test]
fn changes_invisible_to_readers_keep_etags() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let mut before = Copies::take(&daemon, &FEEDS);
    // An edit of the session, found by the same reading, shows that the reading is published.
    let mut stays = |what: &str| {
        let text = format!("Повестку дополнили: {what}.");
        newsroom.write(
            "session",
            &Story {
                text: &text,
                ..SESSION
            },
        );
        daemon.reread_until("/all.rss", |feed| feed.says(&text));
        let after = before.again(&daemon);
        assert_eq!(after.moved_since(&before), SESSION_FEEDS, "{what}");
        before = after;
    };

    newsroom.write(
        "harvest",
        &Story {
            views: 231,
            ..HARVEST
        },
    );
    newsroom.write(
        "match",
        &Story {
            views: 50_000,
            ..MATCH
        },
    );
    stays("counters");

    let touched = File::options().append(true).open(newsroom.article("match"));
    let touched = touched.expect("an article is opened");
    let set = touched.set_modified(SystemTime::now());
    set.expect("an article is touched");
    stays("a touched file");

    let copy = newsroom.path("copy");
    copy_tree(&newsroom.articles(), &copy);
    fs::rename(newsroom.articles(), newsroom.path("original")).expect("it is put away");
    fs::rename(copy, newsroom.articles()).expect("the copy takes its place");
    stays("a copied tree");

    let text = fs::read_to_string(newsroom.article("match")).expect("an article");
    newsroom.write("match", &format!("\u{feff}{}", text.replace('\n', "\r\n")));
    stays("other line ends and a mark of byte order");
}
