//! Names and titles that hold line breaks and characters that control a terminal.

use std::fs;

use crate::testkit::admin_pages::{get, start};
use crate::testkit::client::Request;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{Newsroom, SESSION, Story};
use crate::testkit::output::{assert_ends, json};

/// A file's name that would forge a line of the log and colour what follows.
const NAME: &str =
    "a\n2026-11-29T10:00:00Z ERROR forged\u{1b}[31m\u{7}\u{202e}\n  hint: forged.txt";

const SHOWN: &str = r"a\n2026-11-29T10:00:00Z ERROR forged\x1b[31m\x07\u{202e}\n  hint: forged.txt";

fn newsroom() -> Newsroom {
    let newsroom = Newsroom::of_three();
    fs::write(newsroom.articles().join(NAME), "no date").expect("an article is written");
    newsroom
}

#[track_caller]
fn assert_shown(text: &str) {
    let acts = |c: char| c != '\n' && (c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c));
    assert!(!text.contains(acts), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with("2026-11-29T10")));
}

#[test]
fn hostile_names_forge_no_line_of_check() {
    let newsroom = newsroom();
    let output = newsroom.run(&["check"]);
    assert_ends(&output, 1, &[SHOWN], &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_shown(&text);
    // The problem, its hint, articles without picture, three sections, and the summary.
    assert_eq!(text.lines().count(), 7, "{text}");
    // The names of an article that is reported.
    let good = NAME.replace("a\n", "0\n");
    let article = "date 2026-01-08 Заголовок\n\nРаздел\u{2028}ERROR forged\n\nТекст.\n";
    fs::write(newsroom.articles().join(good), article).expect("an article is written");
    let text = newsroom.run(&["check"]).stdout;
    let text = String::from_utf8_lossy(&text);
    assert_shown(&text);
    assert!(
        text.contains(&SHOWN.replace("a\\n", "picture: 4 of 4: articles/0\\n")),
        "{text}"
    );
    let output = newsroom.run(&["check", "--format", "json"]);
    assert_shown(&String::from_utf8_lossy(&output.stdout));
    let file = json(&output)[0]["file"].as_str().map(str::to_owned);
    assert_eq!(file.as_deref(), Some(format!("articles/{NAME}").as_str()));
}

#[test]
fn hostile_names_forge_no_line_of_the_log() {
    let newsroom = newsroom();
    let mut daemon = Daemon::start(&newsroom);
    let line = daemon.wait_for("ERROR forged");
    assert!(line.contains(SHOWN), "{line}");
    let response = daemon.ask(&Request::get("/tags/a%0Ab%1B%E2%80%AE.rss"));
    assert_eq!(response.status, 404);
    assert_shown(response.text());
    assert_eq!(response.text().lines().count(), 1, "{}", response.text());
    assert_shown(&daemon.log_until_stopped());
}

#[test]
fn hostile_names_do_not_reach_the_status_page() {
    let newsroom = newsroom();
    let (_daemon, admin) = start(&newsroom);
    let page = get(&admin, "/status");
    assert!(page.says(r"ERROR forged\x1b[31m\x07\u{202e}"));
    assert_shown(page.text());
}

#[test]
fn hostile_titles_do_not_reach_the_terminal() {
    let newsroom = Newsroom::of_three();
    newsroom.write(
        "evil",
        &Story {
            headline: "Сес\u{202e}сия \u{200f}закрыта",
            tag: "мажилис",
            ..SESSION
        },
    );
    let output = newsroom.run(&["explain", "all", "evil"]);
    // The overrides of direction have gone already, which a feed may not carry either.
    let shown = r"Сессия \u{200f}закрыта";
    assert_ends(&output, 0, &[shown], &[]);
    assert_shown(&String::from_utf8_lossy(&output.stdout));
    assert_shown(&String::from_utf8_lossy(&newsroom.run(&["list"]).stdout));
}
