//! Articles dated in the future: they leak nowhere, and each appears at its second.

use crate::testkit::client::{Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story, now, written};
use crate::testkit::wait::in_time;

/// An article that no reader of today will see.
const BRIDGE: Story<'_> = Story {
    date: "2999-05-09",
    headline: "Звёздный мост открыли для всех",
    section: "Астрономия",
    views: 0,
    author: "Арсен Кунтуаров",
    text: "Над водой показалась Венера.",
    tag: "звёздный-мост",
};

#[test]
fn embargoed_article_leaks_nowhere() {
    let newsroom = Newsroom::of_three();
    newsroom.write("bridge", &BRIDGE);
    newsroom.write(
        "bridge-again",
        &Story {
            tag: "урожай",
            ..BRIDGE
        },
    );
    newsroom.reconfigure("[auto.authors]", "[auto.authors]\ncache = \"1h\"");
    let daemon = Daemon::start(&newsroom);
    let mut connection = daemon.connect();
    for target in [
        "/tags/звёздный-мост.rss",
        "/sections/астрономия.atom",
        "/authors/арсен-кунтуаров.json",
        "/select.rss?any=звёздный-мост",
        "/articles/bridge",
        "/articles/bridge-again",
    ] {
        let response = connection.exchange(&Request::get(target));
        assert_eq!(response.status, 404, "{target}");
        assert_silent(&response, target);
    }
    for feed in ["all", "tags/урожай", "select", "parliament"] {
        for extension in ["rss", "atom", "json"] {
            let query = if feed == "select" {
                "?none=футбол"
            } else {
                ""
            };
            let target = format!("/{feed}.{extension}{query}");
            let response = connection.exchange(&Request::get(&target));
            assert_eq!(response.status, 200, "{target}");
            assert_silent(&response, &target);
        }
    }
    let harvest = connection.exchange(&Request::get("/tags/урожай.rss"));
    assert!(
        harvest.text().contains(HARVEST.headline),
        "it is a feed of others"
    );
}

/// The answer may repeat what was asked for, and says nothing else of the article.
#[track_caller]
fn assert_silent(response: &Response, target: &str) {
    for secret in [
        BRIDGE.headline,
        BRIDGE.text,
        "Звёздный мост",
        "2999",
        "Арсен",
    ] {
        assert!(!response.text().contains(secret), "{target}: {secret}");
    }
    assert!(
        !format!("{:?}", response.headers).contains("2999"),
        "{target}"
    );
}

#[test]
fn future_article_appears_at_its_second() {
    in_time(future_article_appears);
}

/// Whether the article was still in the future when it had been read.
fn future_article_appears(seconds_ahead: u64) -> bool {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    let instant = now() + seconds_ahead;
    let date = written(instant);
    let eclipse = Story {
        date: &date,
        headline: "Затмение увидели все",
        tag: "затмение",
        ..HARVEST
    };
    newsroom.write("eclipse", &eclipse);
    let text = "За затмением обещали наблюдать.";
    newsroom.write("harvest", &Story { text, ..HARVEST });
    let early = daemon.reread_until("/all.rss", |feed| feed.says(text));
    let early_tag = daemon.get("/tags/затмение.rss");
    if early_tag.seconds("date") >= instant {
        return false;
    }
    let left = instant - early.seconds("date");
    assert!(
        early.max_age() <= left,
        "caches would keep it past the release"
    );
    assert!(!early.says(eclipse.headline));
    assert_eq!(early_tag.status, 404);

    let first = daemon.eventually("/all.rss", |feed| feed.says(eclipse.headline));
    assert!(first.seconds("date") >= instant, "published too early");
    assert_eq!(first.seconds("last-modified"), instant);
    assert_ne!(first.header("etag"), early.header("etag"));
    for target in [
        "/tags/затмение.rss",
        "/sections/экономика.json",
        "/articles/eclipse",
    ] {
        let response = daemon.get(target);
        assert_eq!(response.status, 200, "{target}");
        assert!(response.says(eclipse.headline), "{target}");
    }
    true
}

#[test]
fn feed_with_a_delay_gets_articles_later() {
    let newsroom = Newsroom::of_three();
    const DELAY: u64 = 4;
    newsroom.reconfigure("none  = [\"#футбол\"]", &format!("delay = \"{DELAY}s\""));
    let mut daemon = Daemon::start(&newsroom);
    let published = now();
    let date = written(published);
    let vote = Story {
        date: &date,
        headline: "Поправки приняли",
        section: "Парламент",
        ..HARVEST
    };
    newsroom.write("vote", &vote);
    let is_out = |feed: &Response| feed.says(vote.headline);
    let at_once = daemon.reread_until("/sections/парламент.rss", is_out);
    assert_eq!(at_once.seconds("last-modified"), published);
    let later = daemon.eventually("/parliament.rss", is_out);
    assert!(
        later.seconds("date") >= published + DELAY,
        "published too early"
    );
    assert_eq!(later.seconds("last-modified"), published + DELAY);
}
