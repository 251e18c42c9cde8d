//! `document-bytes`: the oldest entries are left out of a feed that would be larger, in every format, on
//! its page and in an export.

use std::fs;

use roxmltree::Document;
use serde_json::Value;

use crate::testkit::client::{Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;

/// The least value of `document-bytes`.
const LIMIT: usize = 1 << 20;

const ARTICLES: usize = 30;

/// Thirty articles of some 100 kB, the last one the newest.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::new();
    let paragraph = "Уровень воды & снега в «канале» стоит <b>высоко</b>: так пишут с мест.\n\n";
    for number in 1..=ARTICLES {
        let text = paragraph.repeat(760 + number);
        write(&newsroom, number, &text);
    }
    newsroom
}

fn write(newsroom: &Newsroom, number: usize, text: &str) {
    let title = format!("title = \"Канал {number:02}\"\ndate = 2026-01-{number:02}T10:00:00Z");
    let article = format!("+++\n{title}\n+++\n\n{text}");
    newsroom.write_markdown(&format!("{number:02}"), &article);
}

fn limit(newsroom: &Newsroom, size: &str) {
    let limit = format!("[server.limits]\ndocument-bytes = \"{size}\"\n\n[source.directory]");
    newsroom.reconfigure("[source.directory]", &limit);
}

/// The titles of the entries of a feed or of its page, in their order.
fn titles(extension: &str, text: &str) -> Vec<String> {
    let titles = |element: &str| {
        let document = Document::parse(text).expect("well-formed XML");
        let entries = document.descendants();
        let entries = entries.filter(|node| node.tag_name().name() == element);
        let title = |entry: roxmltree::Node<'_, '_>| {
            let title = entry
                .children()
                .find(|node| node.tag_name().name() == "title");
            title
                .and_then(|title| title.text())
                .expect("a title")
                .to_owned()
        };
        entries.map(title).collect()
    };
    match extension {
        "rss" => titles("item"),
        "atom" => titles("entry"),
        _ => {
            let feed: Value = serde_json::from_str(text).expect("JSON");
            let items = feed["items"].as_array().expect("items");
            items
                .iter()
                .map(|item| item["title"].as_str().expect("a title").to_owned())
                .collect()
        }
    }
}

const FORMATS: [&str; 3] = ["rss", "atom", "json"];

fn all(daemon: &Daemon, format: &str) -> Response {
    daemon.ask(&Request::get(&format!("/all.{format}")).with("Accept-Encoding", "identity"))
}

#[test]
fn oldest_entries_are_left_out_of_a_document_that_would_be_too_large() {
    let newsroom = newsroom();
    let unlimited = Daemon::start(&newsroom);
    let whole = FORMATS.map(|format| all(&unlimited, format));
    unlimited.stop();
    limit(&newsroom, "1MiB");
    let mut daemon = Daemon::start(&newsroom);
    let newest: Vec<String> = (1..=ARTICLES)
        .rev()
        .map(|number| format!("Канал {number:02}"))
        .collect();
    for (format, whole) in FORMATS.into_iter().zip(&whole) {
        assert_eq!(titles(format, whole.text()), newest, "{format}");
        let cut = all(&daemon, format);
        let kept = titles(format, cut.text());
        assert!(cut.body.len() <= LIMIT, "{format}: {}", cut.body.len());
        assert_eq!(kept, newest[..kept.len()], "{format}");
        // One more would have been too many: each has about the same size.
        let entry = whole.body.len() / ARTICLES;
        assert!(
            cut.body.len() + entry * 101 / 100 > LIMIT,
            "{format}: {}",
            cut.body.len()
        );
        // Other bytes have another ETag.
        assert_ne!(cut.header("etag"), whole.header("etag"), "{format}");
    }
    // The page of the feed shows leads only.
    let page = daemon.ask(&Request::get("/all"));
    assert_eq!(page.text().matches("<h3").count(), ARTICLES);
    // It is said once, for all formats.
    let log = daemon.log();
    let said = log.matches("feed `all`: the newest").count();
    assert_eq!(said, 1, "{log}");
    assert!(
        log.contains(" of 30 entries fit into 1048576 bytes"),
        "{log}"
    );
    assert!(log.contains("document-bytes"), "{log}");
    // An export has the same bytes, and its page as many headlines.
    let output = newsroom.run(&["export", "out", "--pages"]);
    assert!(output.status.success(), "{output:?}");
    for (target, file) in [
        ("/all.rss", "all.rss"),
        ("/all.atom", "all.atom"),
        ("/all.json", "all.json"),
    ] {
        let exported = fs::read(newsroom.path("out").join(file)).expect("a file");
        assert!(exported == daemon.get(target).body, "{file}");
    }
    let exported = fs::read_to_string(newsroom.path("out").join("all.html")).expect("a page");
    assert_eq!(exported.matches("<h3").count(), ARTICLES);
}

#[test]
fn default_limit_is_no_part_of_etags() {
    let newsroom = newsroom();
    let etags = |newsroom: &Newsroom| {
        let daemon = Daemon::start(newsroom);
        let etags = FORMATS.map(|format| all(&daemon, format).header("etag").to_owned());
        daemon.stop();
        etags
    };
    let before = etags(&newsroom);
    limit(&newsroom, "8MiB");
    assert_eq!(etags(&newsroom), before);
    newsroom.reconfigure("\"8MiB\"", "\"9MiB\"");
    assert_ne!(etags(&newsroom), before);
}

#[test]
fn limit_changes_with_a_reload() {
    let newsroom = newsroom();
    limit(&newsroom, "8MiB");
    let mut daemon = Daemon::start(&newsroom);
    assert!(daemon.get("/all.rss").body.len() > LIMIT);
    newsroom.reconfigure("\"8MiB\"", "\"1MiB\"");
    daemon.signal("HUP");
    daemon.eventually("/all.rss", |feed| feed.body.len() <= LIMIT);
}

#[test]
fn newest_entry_that_is_too_large_alone_has_no_text() {
    let newsroom = newsroom();
    limit(&newsroom, "1MiB");
    write(&newsroom, 31, &"Длинный абзац текста.\n\n".repeat(30_000));
    let daemon = Daemon::start(&newsroom);
    for format in FORMATS {
        let feed = all(&daemon, format);
        assert_eq!(titles(format, feed.text()), ["Канал 31"], "{format}");
        assert!(feed.says("Длинный абзац текста."), "{format}");
        assert!(feed.body.len() < 10_000, "{format}: {}", feed.body.len());
    }
}
