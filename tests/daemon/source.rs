//! Faults of a source: broken files, a missing folder, most articles gone at once.

use std::fs;

use crate::testkit::client::Request;
use crate::testkit::copies::Copies;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, SESSION, Story};

const FEEDS: [&str; 5] = [
    "/all.rss",
    "/sections/парламент.rss",
    "/sections/спорт.atom",
    "/select.rss?any=мажилис,футбол",
    "/tags/урожай.json",
];

/// Those of them that the session is in.
const SESSION_FEEDS: [&str; 3] = [
    "/all.rss",
    "/sections/парламент.rss",
    "/select.rss?any=мажилис,футбол",
];

fn of_three_looked_at_often() -> Newsroom {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("rescan = \"60s\"", "rescan = \"1s\"");
    newsroom
}

#[test]
fn broken_article_affects_only_itself() {
    let newsroom = Newsroom::of_three();
    newsroom.write("undated", &"Заголовок без даты\n\nТекст без даты.\n");
    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for("undated.txt:1: error:");
    let before = Copies::take(&daemon, &FEEDS);
    assert_eq!(before.of("/all.rss").text().matches("<item>").count(), 3);
    assert_eq!(daemon.get("/articles/undated").status, 404);

    let date = "2026-03-01";
    newsroom.write("undated", &Story { date, ..HARVEST });
    daemon.reread_until("/all.rss", |feed| feed.says("/articles/undated"));
    let mended = before.again(&daemon);
    assert_eq!(
        mended.moved_since(&before),
        ["/all.rss", "/tags/урожай.json"]
    );
    assert_eq!(daemon.get("/articles/undated").status, 200);
}

#[test]
fn broken_edit_keeps_the_last_good_version() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let page = daemon.get("/articles/harvest");
    newsroom.write("harvest", &"date 2026-02-30 Такого дня нет\n");
    let text = "Повестку утвердили вечером.";
    newsroom.write("session", &Story { text, ..SESSION });
    daemon.reread_until("/all.rss", |feed| feed.says(text));
    daemon.wait_for("its last good version stays");
    let broken = before.again(&daemon);
    assert_eq!(broken.moved_since(&before), SESSION_FEEDS);
    daemon.stop();

    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for("its last good version stays");
    assert!(broken.again(&daemon).moved_since(&broken).is_empty());
    assert!(daemon.get("/articles/harvest").body == page.body);

    newsroom.remove("harvest");
    daemon.reread_until("/all.rss", |feed| !feed.says("/articles/harvest"));
    let without = broken.again(&daemon);
    let expected = ["/all.rss", "/tags/урожай.json"];
    assert_eq!(without.moved_since(&broken), expected);
}

#[test]
fn requests_before_the_first_publication_get_503_with_retry_after() {
    let newsroom = of_three_looked_at_often();
    let away = newsroom.path("away");
    fs::rename(newsroom.articles(), &away).expect("the articles are not there yet");
    let mut daemon = Daemon::launch(&newsroom);
    daemon.wait_for("the articles cannot be read, so nothing is published yet: ");
    for target in ["/all.rss", "/unknown.rss", "/select.rss?any=rail"] {
        let early = daemon.get(target);
        assert_eq!(early.status, 503, "{target}");
        assert_eq!(early.header("retry-after"), "5", "{target}");
        assert_eq!(early.header("cache-control"), "no-store", "{target}");
        assert_eq!(early.find("refresh"), None, "{target}");
    }
    // A person need not load the page again.
    for (target, words) in [
        ("/", "Ленты сейчас появятся"),
        ("/all.rss?lang=kk", "Таспалар қазір пайда болады"),
    ] {
        let page = daemon.ask(&Request::get(target).with("Sec-Fetch-Dest", "document"));
        let headers = ["retry-after", "refresh", "cache-control"].map(|name| page.header(name));
        assert_eq!(
            (page.status, headers),
            (503, ["5", "5", "no-store"]),
            "{target}"
        );
        assert!(page.says(words) && page.says("</html>"), "{target}");
        let style = page.text().split("rel=\"stylesheet\" href=\"").nth(1);
        let style = style
            .and_then(|rest| rest.split('"').next())
            .expect("a style sheet");
        let style = daemon.get(style);
        assert_eq!(
            (style.status, style.header("content-type")),
            (200, "text/css; charset=utf-8")
        );
    }
    fs::rename(&away, newsroom.articles()).expect("the articles arrive");
    let first = daemon.eventually("/all.rss", |feed| feed.status != 503);
    assert_eq!(first.status, 200);
    assert_eq!(first.text().matches("<item>").count(), 3);
}

#[test]
fn missing_folder_keeps_what_is_published() {
    let newsroom = of_three_looked_at_often();
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    let away = newsroom.path("away");
    fs::rename(newsroom.articles(), &away).expect("the folder is unmounted");
    daemon.wait_for("what is published stays");
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    daemon.stop();

    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for("what is published stays");
    let after = before.again(&daemon);
    assert!(after.moved_since(&before).is_empty(), "after a restart");
    fs::rename(&away, newsroom.articles()).expect("the folder is mounted again");
    let date = "2026-03-01";
    newsroom.write("late", &Story { date, ..HARVEST });
    daemon.eventually("/tags/урожай.json", |feed| {
        feed.says("/articles/late")
    });
}

#[test]
fn loss_of_most_articles_is_held_until_confirmed() {
    let newsroom = of_three_looked_at_often();
    let archive = newsroom.articles().join("archive");
    fs::create_dir(&archive).expect("a folder for old articles");
    for day in 10..20 {
        let date = format!("2025-07-{day}");
        newsroom.write(
            &format!("archive/day-{day}"),
            &Story {
                date: &date,
                ..HARVEST
            },
        );
    }
    let mut daemon = Daemon::start(&newsroom);
    let before = Copies::take(&daemon, &FEEDS);
    assert_eq!(before.of("/all.rss").text().matches("<item>").count(), 13);
    fs::rename(&archive, newsroom.path("archive")).expect("ten articles leave at once");
    daemon.wait_for("10 of 13 articles are gone");
    assert!(before.again(&daemon).moved_since(&before).is_empty());
    daemon.stop();

    let mut daemon = Daemon::start(&newsroom);
    daemon.wait_for("10 of 13 articles are gone");
    let after = before.again(&daemon);
    assert!(after.moved_since(&before).is_empty(), "after a restart");

    // While they are held, what is new is published all the same.
    let date = "2026-03-01";
    newsroom.write("fresh", &Story { date, ..HARVEST });
    let fresh = daemon.eventually("/all.rss", |feed| feed.says("/articles/fresh"));
    assert_eq!(fresh.text().matches("<item>").count(), 14);

    let confirmed = daemon.confirm_until(&newsroom, "/all.rss", |feed| {
        !feed.says("/articles/archive/")
    });
    assert_eq!(confirmed.text().matches("<item>").count(), 4);
    assert_eq!(daemon.get("/articles/archive/day-10").status, 404);
}
