//! `taspa explain`: how it finds a feed and an article, and what it says of them.

use std::path::Path;

use serde_json::Value;

use crate::testkit::client::Response;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, MATCH, Newsroom, SESSION, Story};
use crate::testkit::output::assert_ends;

fn explained(newsroom: &Newsroom, feed: &str, article: &str) -> Value {
    let output = newsroom.run(&["explain", feed, article, "--format", "json"]);
    let texts = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert_eq!(output.status.code(), Some(0), "{feed} {article}: {texts:?}");
    serde_json::from_slice(&output.stdout).expect("an object in JSON")
}

#[test]
fn included_article_is_explained_with_rules_and_position() {
    let newsroom = Newsroom::of_three();
    let output = newsroom.run(&["explain", "parliament", "session"]);
    let said = [
        "\"Сессию открыли раньше срока\" (session) is in /parliament.",
        "published  2026-01-12 00:00 +05:00",
        "articles/session.txt",
        "any        yes  #мажилис (its tag); section:Парламент (its section)",
        "none       yes  not #футбол",
        "place      1 of 1; it is the newest; this feed keeps 50",
        "leaves     when 50 newer articles have come and one of them is dated 2026-01-13 00:00",
    ];
    assert_ends(&output, 0, &said, &[]);
}

#[test]
fn explaining_an_excluded_article_exits_with_0() {
    let newsroom = Newsroom::of_three();
    let output = newsroom.run(&["explain", "parliament", "match"]);
    let said = [
        "is not in /parliament.",
        "because    it has none of #мажилис, section:Парламент",
        "because    this feed leaves out what has #футбол",
    ];
    assert_ends(&output, 0, &said, &[]);
}

#[test]
fn alias_is_explained_as_its_term() {
    let newsroom = Newsroom::of_three();
    newsroom.write(
        "kazakh",
        &Story {
            tag: "Мәжіліс",
            section: "Саясат",
            ..SESSION
        },
    );
    let output = newsroom.run(&["explain", "tags/мәжіліс", "kazakh"]);
    let said = [
        "is in /tags/мажилис.",
        "feed of    yes  #мажилис (its tag #Мәжіліс counts as #мажилис)",
    ];
    assert_ends(&output, 0, &said, &[]);
}

#[test]
fn feed_is_found_by_path_url_and_spelling() {
    let newsroom = Newsroom::of_three();
    for (feed, path) in [
        ("parliament", "parliament"),
        ("/parliament/", "parliament"),
        ("Parliament.atom", "parliament"),
        ("http://feeds.dala.example/parliament.json", "parliament"),
        ("/rss.xml", "all"),
        ("sections/ПАРЛАМЕНТ", "sections/парламент"),
        (
            "/tags/%D0%BC%D3%99%D0%B6%D1%96%D0%BB%D1%96%D1%81.rss",
            "tags/мажилис",
        ),
        ("select?any=#мажилис", "select?any=мажилис"),
        (
            "/select.rss?all=section:Парламент&any=мәжіліс",
            "select?any=мажилис&all=section:парламент",
        ),
    ] {
        let explanation = explained(&newsroom, feed, "session");
        assert_eq!(explanation["feed"], path, "{feed}");
        assert_eq!(explanation["included"], true, "{feed}");
    }
    for (feed, reason) in [
        ("weather", "no feed \"weather\""),
        ("tags/затмение", "no tag \"затмение\""),
        ("old", "has ended"),
        ("select?any=затмение", "затмение"),
        ("select?any=", "%23"),
        ("", "no feed"),
    ] {
        assert_ends(
            &newsroom.run(&["explain", feed, "session"]),
            1,
            &[],
            &[feed, reason],
        );
    }
}

#[test]
fn article_is_found_by_key_file_id_and_url() {
    let newsroom = Newsroom::sample();
    let key = "2026-06/0021_ауыл-кітап-үйі";
    let encoded =
        "2026-06/0021_%D0%B0%D1%83%D1%8B%D0%BB-%D0%BA%D1%96%D1%82%D0%B0%D0%BF-%D2%AF%D0%B9%D1%96";
    let on_disk = newsroom.articles().join(format!("{key}.txt"));
    for name in [
        key.to_owned(),
        format!("{key}.txt"),
        format!("./articles/{key}.txt"),
        format!("articles/../articles/{key}.txt"),
        on_disk.to_str().expect("UTF-8").to_owned(),
        format!("tag:dala.example,2026:{encoded}"),
        format!("http://feeds.dala.example/articles/{encoded}"),
        format!("http://127.0.0.1:8080/articles/{key}#top"),
        format!("/articles/{key}"),
    ] {
        assert_eq!(explained(&newsroom, "all", &name)["article"], key, "{name}");
    }
    newsroom.reconfigure(
        "rescan = \"60s\"",
        "link = \"https://dala.example/{year}/{name}\"",
    );
    for name in [
        format!("https://dala.example/2026/{}", &encoded[8..]),
        format!("http://dala.example/2026/{}/?utm_source=x", &key[8..]),
    ] {
        assert_eq!(explained(&newsroom, "all", &name)["article"], key, "{name}");
    }
}

#[test]
fn exact_page_url_wins_over_similar_ones() {
    let newsroom = Newsroom::of_three();
    let pages = [
        ("front", "https://dala.example/"),
        ("fifth", "https://dala.example/?p=5"),
        ("list", "https://dala.example/list"),
        ("second", "https://dala.example/list?page=2"),
    ];
    for (name, url) in pages {
        let text = format!("+++\ntitle = \"Т\"\ndate = 2026-01-10\nurl = \"{url}\"\n+++\nТекст.\n");
        newsroom.write_markdown(name, &text);
    }
    let copied = [
        ("second", "http://dala.example/list/?page=2"),
        ("list", "https://dala.example/list/?utm_source=feed"),
    ];
    for (key, address) in pages.into_iter().chain(copied) {
        assert_eq!(
            explained(&newsroom, "all", address)["article"],
            key,
            "{address}"
        );
    }
    let nowhere = newsroom.run(&["explain", "all", "https://dala.example/?p=6"]);
    assert_ends(&nowhere, 1, &[], &["no article has this"]);
}

#[test]
fn unknown_article_gets_suggestions() {
    let newsroom = Newsroom::sample();
    newsroom.write("_note", &SESSION);
    for (name, reason) in [
        ("0040_last-wall", "did you mean `2026-11/0040_last-well`?"),
        ("0040_last", "did you mean `2026-11/0040_last-well`?"),
        ("https://dala.example/nowhere", "no article has this"),
        (
            "https://dala.example/0040_last_well",
            "did you mean `2026-11/0040_last-well`?",
        ),
        ("tag:dala.example,2026:nowhere", "no article has this"),
        ("articles/_note.txt", "not read"),
        ("_note.txt", "not read"),
        ("feeds.toml", "not below the articles' folder"),
        ("", "no article has this"),
        ("%", "no article has this"),
    ] {
        assert_ends(
            &newsroom.run(&["explain", "all", name]),
            1,
            &[],
            &[name, reason],
        );
    }
    let broken = newsroom.run(&["explain", "all", "x", "--config", "nowhere.toml"]);
    assert_ends(&broken, 78, &[], &["nowhere.toml"]);
}

#[test]
fn article_is_found_by_words_of_its_title() {
    let newsroom = Newsroom::of_three();
    for (name, headline, date) in [
        ("early", "Ещё один әкім: бюджет", "2026-01-05"),
        ("late", "Бюджет: ещё одна сессия", "2026-02-05"),
        ("short", "Бюджет", "2026-01-06"),
        ("school", "Школа №7 — «Арман»", "2026-01-07"),
    ] {
        newsroom.write(
            name,
            &Story {
                headline,
                date,
                ..SESSION
            },
        );
    }
    for (words, key) in [
        ("срока сессию", "session"),
        ("СЕССИЮ ОТКР", "session"),
        ("урож дынь", "harvest"),
        ("еще аким", "early"),
        ("Ещё один Әкім: бюджет", "early"),
        ("бюджет", "short"),
        ("школа 7", "school"),
        ("№7", "school"),
        ("арман № 7", "school"),
    ] {
        assert_eq!(
            explained(&newsroom, "all", words)["article"],
            key,
            "{words}"
        );
    }
    let several = newsroom.run(&["explain", "all", "бюджет еще"]);
    let said = "2 articles have these words in their titles\n  hint: name one by its key:\n    \
                late  Бюджет: ещё одна сессия\n    early  Ещё один әкім: бюджет";
    assert_ends(&several, 1, &[], &[said]);
    let none = newsroom.run(&["explain", "all", "бюджет матч"]);
    assert_ends(&none, 1, &[], &["or these words in its title"]);
}

#[test]
fn quarantined_file_is_explained_by_its_problem() {
    let newsroom = Newsroom::of_three();
    newsroom.write("broken", &"\n date 2026-02-31 Заголовок\n\nТекст.\n");
    for name in ["broken", "broken.txt", "articles/broken.txt"] {
        let output = newsroom.run(&["explain", "all", name]);
        let said = [
            "articles/broken.txt is not in /all.",
            "because    it cannot be read as an article",
            "problem    line 2: ",
            "hint       ",
        ];
        assert_ends(&output, 0, &said, &[]);
    }
    let explanation = explained(&newsroom, "all", "broken");
    assert_eq!(explanation["article"], Value::Null);
    assert_eq!(explanation["reasons"][0]["reason"], "quarantined");
    assert_eq!(explanation["problem"]["line"], 2);
}

#[test]
fn second_file_with_a_key_names_the_first() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("rescan = \"60s\"", "key = \"name\"");
    std::fs::create_dir(newsroom.articles().join("b")).expect("a folder");
    newsroom.write("b/session", &HARVEST);
    let output = newsroom.run(&["explain", "all", "session.txt"]);
    assert_ends(&output, 0, &["b/session.txt` already"], &[]);
    let winner = explained(&newsroom, "all", "session");
    assert!(
        winner["file"]
            .as_str()
            .is_some_and(|file| Path::new(file).ends_with("b/session.txt"))
    );
}

#[test]
fn broken_file_is_explained_by_its_last_good_version() {
    let newsroom = Newsroom::of_three();
    let mut daemon = Daemon::start(&newsroom);
    newsroom.write("match", &"Матч доиграли при свете фар\n");
    daemon.signal("HUP");
    daemon.wait_for("its last good version stays");
    let output = newsroom.run(&["explain", "tags/футбол", "match.txt"]);
    let said = [
        &format!("\"{}\" (match) is in /tags/футбол.", MATCH.headline),
        "problem    line 1: ",
        "its last good version stays",
        "place      1 of 1",
    ];
    assert_ends(&output, 0, &said, &[]);
    let rendered = newsroom.run(&["render", "tags/футбол.rss"]);
    assert!(rendered.stdout == daemon.get("/tags/футбол.rss").body);
    newsroom.remove("match");
    let is_gone = |_: &Response| {
        let output = newsroom.run(&["explain", "all", "match"]);
        output.status.code() == Some(1)
    };
    daemon.reread_until("/all.rss", is_gone);
    let output = newsroom.run(&["explain", "all", "match"]);
    assert_ends(&output, 1, &[], &["no article has"]);
}

#[test]
fn draft_and_feed_false_have_different_reasons() {
    let newsroom = Newsroom::of_three();
    for (name, key, reason, said) in [
        ("drafted", "draft = true", "draft", "it is a draft"),
        (
            "kept-out",
            "feed = false",
            "out-of-feeds",
            "(`feed = false`)",
        ),
    ] {
        let text = format!("+++\ntitle = \"Заметка\"\ndate = 2026-01-10\n{key}\n+++\nТекст.\n");
        newsroom.write_markdown(name, &text);
        let output = newsroom.run(&["explain", "all", name]);
        assert_ends(&output, 0, &["is not in /all.", "because", said], &[]);
        assert_eq!(
            explained(&newsroom, "all", name)["reasons"][0]["reason"],
            reason
        );
    }
}
