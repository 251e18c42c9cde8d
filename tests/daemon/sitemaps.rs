//! Sitemaps and robots.txt: what they have, when they change, and what their answers promise.

use std::fs;

use crate::testkit::client::{Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, MATCH, Newsroom, SESSION, Story, now, written};
use crate::testkit::wait::in_time;

const INDEX: &str = "/sitemaps/index.xml";
const NEWS: &str = "/sitemaps/news.xml";
const JANUARY: &str = "/sitemaps/2026-01.xml";

/// Three articles of January, and sitemaps.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::of_three_without_rescan();
    newsroom.reconfigure("[auto.sections]", "[sitemap]\n\n[auto.sections]");
    newsroom
}

fn markdown(newsroom: &Newsroom, name: &str, keys: &str) {
    let text = format!("---\ntitle: Заметка {name}\n{keys}\n---\n\nТекст.\n");
    newsroom.write_markdown(name, &text);
}

/// The addresses of a sitemap, in its order.
fn addresses(sitemap: &Response) -> Vec<String> {
    let document = roxmltree::Document::parse(sitemap.text()).expect("well-formed");
    let locations = document
        .descendants()
        .filter(|node| node.tag_name().name() == "loc");
    let address = |node: roxmltree::Node<'_, '_>| node.text().unwrap_or_default().to_owned();
    locations.map(address).collect()
}

#[test]
fn sitemaps_are_served_like_feeds() {
    let newsroom = newsroom();
    let daemon = Daemon::start(&newsroom);
    let base = "http://feeds.dala.example";
    let index = daemon.get(INDEX);
    assert_eq!(
        addresses(&index),
        [format!("{base}{NEWS}"), format!("{base}{JANUARY}")]
    );
    let january = daemon.get(JANUARY);
    assert_eq!(
        addresses(&january),
        ["session", "harvest", "match"].map(|key| format!("{base}/articles/{key}"))
    );
    assert!(january.says("<lastmod>2026-01-13T09:40:00+05:00</lastmod>"));
    assert_eq!(addresses(&daemon.get(NEWS)), [""; 0]);
    for target in [INDEX, NEWS, JANUARY] {
        let whole = daemon.get(target);
        assert_eq!(whole.status, 200, "{target}");
        assert_eq!(
            whole.header("content-type"),
            "application/xml; charset=utf-8"
        );
        assert_eq!(whole.find("x-robots-tag"), None, "{target}");
        let head = daemon.ask(&Request::head(target));
        assert_eq!(
            head.headers_without_date(),
            whole.headers_without_date(),
            "{target}"
        );
        for (name, value) in [
            ("if-none-match", whole.header("etag")),
            ("if-modified-since", whole.header("last-modified")),
        ] {
            let same = daemon.ask(&Request::get(target).with(name, value));
            assert_eq!(same.status, 304, "{target} {name}");
            assert_eq!(same.header("etag"), whole.header("etag"), "{target}");
        }
        let zipped = daemon.ask(&Request::get(target).with("accept-encoding", "gzip"));
        assert_eq!(zipped.header("content-encoding"), "gzip", "{target}");
        let other = daemon.ask(&Request::of("OPTIONS", target));
        assert_eq!(other.status, 204, "{target}");
    }
    for (target, status, said) in [
        ("/sitemaps/2026-02.xml", 404, "no article is in the sitemap"),
        (
            "/sitemaps/2026-01-2.xml",
            404,
            "no article is in the sitemap",
        ),
        ("/sitemaps/news-2.xml", 404, "no article is in the sitemap"),
        ("/sitemaps/other.xml", 404, "expected index.xml"),
        ("/sitemaps/x/index.xml", 404, "expected index.xml"),
        ("/Sitemaps/2026-01.XML", 301, "/sitemaps/2026-01.xml"),
    ] {
        let response = daemon.get(target);
        assert_eq!(response.status, status, "{target}");
        assert!(response.says(said), "{target}: {}", response.text());
    }
}

#[test]
fn robots_names_the_sitemaps() {
    let newsroom = newsroom();
    let daemon = Daemon::start(&newsroom);
    let robots = daemon.get("/robots.txt");
    assert_eq!(robots.header("content-type"), "text/plain; charset=utf-8");
    let expected = "User-agent: *\nDisallow: /build\nDisallow: /select\n\
        Sitemap: http://feeds.dala.example/sitemaps/index.xml\n\
        Sitemap: http://feeds.dala.example/sitemaps/news.xml\n";
    assert_eq!(robots.text(), expected);
    let request = Request::get("/robots.txt").with("if-none-match", robots.header("etag"));
    assert_eq!(daemon.ask(&request).status, 304);
    daemon.stop();

    // Below a path it is for another place, and can be printed for it.
    newsroom.reconfigure(
        "public-url = \"http://feeds.dala.example/\"",
        "public-url = \"http://feeds.dala.example/lenta/\"",
    );
    let daemon = Daemon::start(&newsroom);
    assert_eq!(daemon.get("/robots.txt").status, 404);
    assert!(daemon.get("/robots.txt").says("has a path"));
    let january = addresses(&daemon.get("/lenta/sitemaps/2026-01.xml"));
    assert_eq!(
        january[0],
        "http://feeds.dala.example/lenta/articles/session"
    );
    let printed = newsroom.run(&["render", "robots.txt"]);
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(printed.ends_with("/lenta/sitemaps/news.xml\n"), "{printed}");
    let checked = newsroom.run(&["check"]);
    let checked = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        checked.contains("  Sitemap: http://feeds.dala.example/lenta/sitemaps/index.xml"),
        "{checked}"
    );
}

#[test]
fn without_the_tables_nothing_is_served_and_the_reason_is_said() {
    let daemon = Daemon::start(&Newsroom::of_three());
    for (target, reason) in [
        (INDEX, "feeds.toml has no [sitemap]"),
        (JANUARY, "feeds.toml has no [sitemap]"),
        ("/robots.txt", "feeds.toml has no [robots] and no [sitemap]"),
    ] {
        let response = daemon.get(target);
        assert_eq!(response.status, 404, "{target}");
        assert!(response.says(reason), "{target}: {}", response.text());
    }
}

#[test]
fn articles_that_search_engines_may_not_show_are_in_no_sitemap() {
    let newsroom = newsroom();
    for (name, keys) in [
        ("unindexed", "date: 2026-01-15\nnoindex: true"),
        ("out-of-feeds", "date: 2026-01-15\nfeed: false"),
        ("draft", "date: 2026-01-15\ndraft: true"),
        ("expired", "date: 2026-01-15\nexpires: 2026-01-16"),
        ("embargoed", "date: 2999-01-15"),
    ] {
        markdown(&newsroom, name, keys);
    }
    let far = format!(
        "date: 2026-01-15\nurl: https://dala.example/{}",
        "x".repeat(2048)
    );
    markdown(&newsroom, "far", &far);
    let mut daemon = Daemon::start(&newsroom);
    assert_eq!(addresses(&daemon.get(JANUARY)).len(), 3);
    assert!(!daemon.get(INDEX).says("2999"));
    assert!(daemon.get("/all.rss").says("Заметка unindexed"));
    let page = daemon.get("/articles/unindexed");
    assert_eq!(page.header("x-robots-tag"), "noindex");
    // A static host sends no such header.
    let says_noindex = |page: &str| page.contains("<meta name=\"robots\" content=\"noindex\">");
    let exported = |key: &str| {
        let file = newsroom.path("public/articles").join(key);
        let file = [file.join("index.html"), file.with_added_extension("html")];
        let file = file.iter().find(|file| file.exists()).expect("a page");
        says_noindex(&fs::read_to_string(file).expect("a page"))
    };
    let export = || newsroom.run(&["export", "public", "--pages", "--codings", "none"]);
    assert!(export().status.success());
    assert!(exported("unindexed") && !exported("session"));
    assert_eq!(daemon.get("/articles/session").find("x-robots-tag"), None);
    let checked = newsroom.run(&["check"]);
    let checked = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        checked.contains("the address of its page has 2069 characters"),
        "{checked}"
    );

    // The keys alone change, and no text.
    markdown(&newsroom, "unindexed", "date: 2026-01-15");
    let is_in = |sitemap: &Response| sitemap.says("/articles/unindexed<");
    daemon.reread_until(JANUARY, is_in);
    assert!(!says_noindex(daemon.get("/articles/unindexed").text()));
    assert!(export().status.success() && !exported("unindexed"));
    markdown(&newsroom, "unindexed", "date: 2026-01-15\nnoindex: true");
    daemon.reread_until(JANUARY, |sitemap| !is_in(sitemap));
}

#[test]
fn pages_of_another_host_are_named_by_check() {
    let newsroom = newsroom();
    newsroom.reconfigure(
        "rescan = \"1h\"",
        "rescan = \"1h\"\nlink = \"https://dala.example/news/{key}/\"",
    );
    let checked = newsroom.run(&["check"]);
    let checked = String::from_utf8_lossy(&checked.stdout).into_owned();
    for line in [
        "https://dala.example/robots.txt has these lines:",
        "  Sitemap: http://feeds.dala.example/sitemaps/index.xml",
        "  Sitemap: http://feeds.dala.example/sitemaps/news.xml",
    ] {
        assert!(checked.contains(line), "{line}: {checked}");
    }
    let daemon = Daemon::start(&newsroom);
    let january = addresses(&daemon.get(JANUARY));
    assert_eq!(january[0], "https://dala.example/news/session/");
}

/// The validators of sitemaps.
fn validators(daemon: &Daemon, targets: &[&str]) -> Vec<(String, String)> {
    let validators = targets.iter().map(|target| {
        let response = daemon.get(target);
        let [etag, date] = ["etag", "last-modified"].map(|name| response.header(name).to_owned());
        (etag, date)
    });
    validators.collect()
}

/// A newsroom that also has an article of November 2025.
fn newsroom_with_old_story() -> Newsroom {
    let newsroom = newsroom();
    newsroom.write(
        "old",
        &Story {
            date: "2025-11-03",
            ..MATCH
        },
    );
    newsroom
}

#[test]
fn an_edit_moves_one_month_and_the_index() {
    let newsroom = newsroom_with_old_story();
    markdown(&newsroom, "edited", "date: 2025-12-05");
    let mut daemon = Daemon::start(&newsroom);
    let [november, december] = ["/sitemaps/2025-11.xml", "/sitemaps/2025-12.xml"];
    let targets = [INDEX, NEWS, november, december, JANUARY];
    let before = validators(&daemon, &targets);
    markdown(
        &newsroom,
        "edited",
        "date: 2025-12-05\nupdated: 2025-12-31T10:00",
    );
    daemon.reread_until(december, |month| month.says("2025-12-31"));
    let after = validators(&daemon, &targets);
    let moved: Vec<bool> = before
        .iter()
        .zip(&after)
        .map(|(one, other)| one != other)
        .collect();
    assert_eq!(moved, [true, false, false, true, false]);
    assert!(
        daemon
            .get(INDEX)
            .says("<lastmod>2025-12-31T10:00:00+05:00</lastmod>")
    );

    // A removal is dated by its publication, and a restart keeps that.
    newsroom.remove("old");
    daemon.reread_until(november, |month| month.status == 404);
    assert!(!daemon.get(INDEX).says("2025-11"));
    let targets = [INDEX, NEWS, december, JANUARY];
    let before = validators(&daemon, &targets);
    daemon.stop();
    let daemon = Daemon::start(&newsroom);
    assert_eq!(validators(&daemon, &targets), before);
    daemon.stop();
    fs::remove_dir_all(newsroom.path("state")).expect("the state folder");
    let daemon = Daemon::start(&newsroom);
    let etags = |validators: &[(String, String)]| -> Vec<String> {
        validators.iter().map(|(etag, _)| etag.clone()).collect()
    };
    let elsewhere = validators(&daemon, &targets);
    assert_eq!(
        etags(&elsewhere),
        etags(&before),
        "another machine has the same"
    );
}

#[test]
fn an_article_leaves_the_news_after_48_hours() {
    in_time(leaves_the_news);
}

/// Whether the news were answered before the article was too old.
fn leaves_the_news(seconds_ahead: u64) -> bool {
    const HOURS_48: u64 = 48 * 3600;
    let newsroom = newsroom();
    let leaves = now() + seconds_ahead;
    let dates = [leaves - HOURS_48, leaves - 3600].map(written);
    newsroom.write(
        "older",
        &Story {
            date: &dates[0],
            ..SESSION
        },
    );
    newsroom.write(
        "newer",
        &Story {
            date: &dates[1],
            ..HARVEST
        },
    );
    let mut daemon = Daemon::start(&newsroom);
    let early = daemon.get(NEWS);
    let now = early.seconds("date");
    if now >= leaves {
        return false;
    }
    let keys = ["newer", "older"].map(|key| format!("http://feeds.dala.example/articles/{key}"));
    assert_eq!(addresses(&early), keys);
    assert!(early.says(HARVEST.headline) && early.says("<news:language>ru</news:language>"));
    assert!(
        early.max_age() <= leaves - now,
        "caches would keep it longer"
    );
    let later = daemon.eventually(NEWS, |news| !news.says("/articles/older<"));
    assert!(later.seconds("date") >= leaves, "it left too early");
    assert_eq!(addresses(&later), keys[..1]);
    assert_ne!(later.header("etag"), early.header("etag"));
    assert!(later.seconds("last-modified") >= leaves);
    true
}

#[test]
fn an_embargoed_article_enters_at_its_second() {
    in_time(enters_at_its_second);
}

fn enters_at_its_second(seconds_ahead: u64) -> bool {
    let newsroom = newsroom();
    let instant = now() + seconds_ahead;
    let date = written(instant);
    newsroom.write(
        "eclipse",
        &Story {
            date: &date,
            ..HARVEST
        },
    );
    let mut daemon = Daemon::start(&newsroom);
    let early = daemon.get(NEWS);
    if early.seconds("date") >= instant {
        return false;
    }
    assert_eq!(addresses(&early), [""; 0]);
    assert!(early.max_age() <= instant - early.seconds("date"));
    let first = daemon.eventually(NEWS, |news| news.says("/articles/eclipse<"));
    assert!(first.seconds("date") >= instant, "published too early");
    assert_eq!(first.seconds("last-modified"), instant);
    true
}

#[test]
fn an_export_has_the_files_that_the_daemon_serves() {
    let newsroom = newsroom_with_old_story();
    let daemon = Daemon::start(&newsroom);
    let export = || {
        let output = newsroom.run(&["export", "public", "--codings", "gzip"]);
        assert!(output.status.success(), "{output:?}");
    };
    export();
    for target in [INDEX, NEWS, JANUARY, "/sitemaps/2025-11.xml", "/robots.txt"] {
        let file = newsroom.path("public").join(&target[1..]);
        let bytes = fs::read_to_string(&file).expect("an exported file");
        assert_eq!(bytes, daemon.get(target).text(), "{target}");
        assert!(file.with_added_extension("gz").exists(), "{target}");
    }
    newsroom.remove("old");
    export();
    assert!(!newsroom.path("public/sitemaps/2025-11.xml").exists());
    assert!(newsroom.path("public/sitemaps/2026-01.xml").exists());
}

#[test]
fn switching_them_on_and_off_is_said_by_diff() {
    let newsroom = Newsroom::of_three();
    let text = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    let with = format!("{text}\n[sitemap]\n");
    let diff = |before: &str, after: &str| {
        newsroom.configure(before);
        fs::write(newsroom.path("next.toml"), after).expect("a configuration");
        let output = newsroom.run(&["diff", "next.toml"]);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (code, said) = diff(&text, &with);
    let gained = "gained: /robots.txt, /sitemaps/index.xml, /sitemaps/news.xml";
    assert!(code == Some(0) && said.contains(gained), "{said}");
    let (code, said) = diff(&with, &text);
    let lost = "3 addresses without a [[redirect]] now: /robots.txt, /sitemaps/index.xml";
    assert!(code == Some(1) && said.contains(lost), "{said}");
}
