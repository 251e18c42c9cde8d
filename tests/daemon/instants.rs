//! Articles that expire, and those that no feed may have.

use crate::testkit::client::Response;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{Newsroom, now, written};
use crate::testkit::wait::in_time;

/// A Markdown article of the sports section with one more key.
fn notice(newsroom: &Newsroom, name: &str, key: &str) {
    let text = format!(
        "+++\ntitle = \"Объявление {name}\"\ndate = 2026-02-03\nsection = \"Спорт\"\n{key}\n+++\n\nПриходите.\n"
    );
    newsroom.write_markdown(name, &text);
}

#[test]
fn drafts_and_hidden_articles_are_nowhere() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    for (name, key) in [
        ("drafted", "draft = true"),
        ("kept-out", "feed = false"),
        ("expired", "expires = 2026-02-04"),
        ("embargoed", "publishDate = 2999-01-01"),
    ] {
        notice(&newsroom, name, key);
        notice(&newsroom, &format!("beside-{name}"), "draft = false");
        let beside = format!("/articles/beside-{name}");
        let feed = daemon.eventually("/all.rss", |feed| feed.says(&beside));
        assert!(!feed.says(&format!("Объявление {name}")), "{name}");
        let page = daemon.get(&format!("/articles/{name}"));
        assert_eq!(page.status, 404, "{name}");
        assert!(!page.says("Объявление"), "{name}");
    }

    // Each enters once the key is gone, and leaves once it is back.
    for (name, key) in [("drafted", "draft = true"), ("kept-out", "feed = false")] {
        let page = format!("/articles/{name}<");
        notice(&newsroom, name, "");
        daemon.eventually("/sections/спорт.rss", |feed| feed.says(&page));
        notice(&newsroom, name, key);
        daemon.eventually("/sections/спорт.rss", |feed| !feed.says(&page));
    }
}

#[test]
fn expired_article_leaves_at_its_second_and_limits_max_age() {
    in_time(expired_article_leaves);
}

/// Whether every feed was answered before the article expired.
fn expired_article_leaves(seconds_ahead: u64) -> bool {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let instant = now() + seconds_ahead;
    notice(
        &newsroom,
        "offer",
        &format!("expires = {}", written(instant)),
    );
    let is_there = |feed: &Response| feed.says("/articles/offer");
    let targets = [
        "/all.rss",
        "/sections/спорт.json",
        "/select.rss?any=section:спорт",
    ];
    for target in targets {
        let is_late = |feed: &Response| feed.seconds("date") >= instant;
        let with = daemon.eventually(target, |feed| is_there(feed) || is_late(feed));
        if is_late(&with) {
            return false;
        }
        let left = instant - with.seconds("date");
        let policy = with.header("cache-control");
        let seconds = policy
            .split([',', ' '])
            .filter(|part| !part.starts_with("stale-if-error"))
            .filter_map(|part| part.split_once('=')?.1.parse::<u64>().ok());
        assert!(seconds.sum::<u64>() <= left, "{target}: {policy}");
    }
    for target in targets {
        let without = daemon.eventually(target, |feed| !is_there(feed));
        assert!(without.seconds("date") >= instant, "{target}: too early");
        assert_eq!(without.seconds("last-modified"), instant, "{target}");
    }
    assert_eq!(daemon.get("/articles/offer").status, 404);
    true
}

#[test]
fn embargoed_article_found_by_an_event_appears_at_its_second() {
    let newsroom = Newsroom::of_three_without_rescan();
    let mut daemon = Daemon::start(&newsroom);
    let instant = now() + 4;
    let text = format!("date {} Флаг подняли\n\nНад площадью.\n", written(instant));
    newsroom.write("flag", &text);
    let first = daemon.eventually("/all.rss", |feed| feed.says("/articles/flag"));
    assert!(first.seconds("date") >= instant, "published too early");
    assert_eq!(first.seconds("last-modified"), instant);
}
