//! Explanations as text and as JSON.

use std::path::Path;

use super::*;
use crate::feed::definitions::FeedDefinitions;
use crate::index::Index;
use crate::model::address_size::AddressSize;
use crate::model::article::{Revision, Visibility};
use crate::model::article_meta::{ArticleMeta, Change, MetaTerm};
use crate::model::record::RecordId;
use crate::model::selection::Selection;
use crate::model::time::WrittenDate;
use crate::testkit;

const CONFIG: &str = r##"
[site]
title = "Дала"
url = "https://dala.example/"
id-authority = "dala.example"
id-year = 2026
[source.directory]
[auto.tags]
none = ["#реклама"]
[same]
"#мажилис" = ["#мәжіліс"]
[[feed]]
name = "parliament"
title = "Парламент"
any = ["section:Парламент", "#мажилис"]
all = ["lang:ru"]
none = ["#спорт"]
[[feed]]
name = "late"
title = "Позже"
delay = "2h"
[[feed]]
name = "fresh"
title = "Свежее"
oldest = "2d"
[[feed]]
name = "short"
title = "Коротко"
any = ["#ряд"]
items = 2
keep = "0s"
[[feed]]
name = "kept"
title = "За час"
any = ["#ряд"]
items = 2
keep = "1h"
[[feed]]
name = "never"
title = "Никогда"
delay = "3h"
oldest = "1h"
"##;

fn at(text: &str) -> Timestamp {
    Zone::UTC.resolve(WrittenDate::parse(text).expect("a date"))
}

/// Noon of a day of which the articles below are.
fn noon() -> Timestamp {
    at("2026-05-10T12:00")
}

fn meta(key: &str, published: &str, terms: &[(TermKind, &str)]) -> ArticleMeta {
    ArticleMeta {
        key: key.into(),
        revision: Revision(0),
        record: RecordId(0),
        published: at(published),
        updated: at(published),
        expires: None,
        visibility: Visibility::Public,
        address: AddressSize::HERE,
        terms: terms
            .iter()
            .map(|&(kind, text)| MetaTerm::new(kind, text, None))
            .collect(),
    }
}

fn metas() -> Vec<ArticleMeta> {
    use TermKind::{Lang, Section, Tag};
    vec![
        meta(
            "session",
            "2026-05-10T10:00",
            &[(Section, "ПАРЛАМЕНТ"), (Tag, "Мәжіліс"), (Lang, "ru")],
        ),
        meta(
            "oldest-session",
            "2026-05-01",
            &[(Section, "Парламент"), (Tag, "мажилис"), (Lang, "ru")],
        ),
        meta(
            "match",
            "2026-05-10T11:30",
            &[(Tag, "мажилис"), (Tag, "спорт"), (Lang, "kk")],
        ),
        meta("ad", "2026-05-09", &[(Tag, "Спорт"), (Tag, "реклама")]),
        meta("row-1", "2026-05-10T08:00", &[(Tag, "ряд")]),
        meta("row-2", "2026-05-10T08:30", &[(Tag, "ряд")]),
        meta("row-3", "2026-05-10T08:59", &[(Tag, "ряд")]),
        meta("row-4", "2026-05-10T09:00", &[(Tag, "ряд")]),
        meta("tomorrow", "2026-05-11T07:30", &[(Tag, "ряд")]),
        ArticleMeta {
            expires: Some(at("2026-05-11T08:00")),
            ..meta("flash", "2026-05-11T07:30", &[])
        },
        ArticleMeta {
            expires: Some(noon()),
            ..meta("ended", "2026-05-10", &[])
        },
        ArticleMeta {
            visibility: Visibility::OutOfFeeds,
            ..meta("kept-out", "2026-05-10", &[])
        },
        ArticleMeta {
            visibility: Visibility::Draft,
            ..meta("draft", "2026-05-10", &[])
        },
    ]
}

/// The explanation of one of [`metas`], at noon.
fn explain(feed: &str, key: &str) -> Explanation {
    let config = testkit::config(CONFIG, Path::new("/"));
    let mut index = Index::new(&config.same, noon());
    index.apply(metas().into_iter().map(Change::Put));
    let definitions = FeedDefinitions::new(&config, &mut index);
    let definition = match feed.strip_prefix("select?") {
        Some(query) => {
            let selection = Selection::from_query(query).expect("a selection");
            definitions.select(&index, &selection).expect("known terms")
        }
        None => {
            let number = definitions.find(&index, feed).expect("a feed");
            definitions.definition(&index, number)
        }
    };
    let article = index.find_any(key).expect("an article");
    Explanation {
        feed: definition.path.to_string(),
        article: ExplainedArticle {
            key: Some(key.to_owned()),
            title: None,
            published: Some(index.published(article)),
            noun: "file",
            file: format!("{key}.txt"),
            problem: None,
        },
        evaluation: evaluate(&index, &definition, article),
        zone: Zone::UTC,
    }
}

/// The text is `expected`, without the rows of the article's date and file.
#[track_caller]
fn assert_says(feed: &str, key: &str, expected: &[&str]) {
    let text = explain(feed, key).to_string();
    let is_news = |line: &&str| {
        !["  published ", "  file "]
            .iter()
            .any(|row| line.starts_with(row))
    };
    let said: Vec<String> = text
        .lines()
        .filter(is_news)
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(said, expected, "{feed}, {key}");
}

#[test]
fn a_rule_that_admits_shows_the_articles_own_spelling() {
    assert_says(
        "parliament",
        "session",
        &[
            "session is in /parliament.",
            "any yes #мажилис (its tag #Мәжіліс counts as #мажилис); \
             section:Парламент (its section, written section:ПАРЛАМЕНТ)",
            "all yes lang:ru (its language)",
            "none yes not #Спорт",
            "place 1 of 2; it is the newest; this feed keeps 50",
            "leaves when 50 newer articles have come and one of them is dated \
             2026-05-11 10:00 +00:00 or later (24h after this one); after 200 in any case",
        ],
    );
    assert_says(
        "tags/спорт",
        "match",
        &[
            "match is in /tags/спорт.",
            "feed of yes #Спорт (its tag, written #спорт)",
            "none yes not #реклама",
            "place 1 of 1; it is the newest; this feed keeps 50",
            "leaves when 50 newer articles have come and one of them is dated \
             2026-05-11 11:30 +00:00 or later (24h after this one); after 200 in any case",
        ],
    );
}

#[test]
fn each_rule_that_refuses_is_a_reason() {
    assert_says(
        "parliament",
        "match",
        &[
            "match is not in /parliament.",
            "because it does not have lang:ru",
            "because this feed leaves out what has #Спорт",
            "any yes #мажилис (its tag); not section:Парламент",
            "all no not lang:ru",
            "none no #Спорт (its tag, written #спорт)",
            "enters not while this is so",
        ],
    );
    assert_says(
        "tags/спорт",
        "ad",
        &[
            "ad is not in /tags/спорт.",
            "because this feed leaves out what has #реклама",
            "feed of yes #Спорт (its tag)",
            "none no #реклама (its tag)",
            "enters not while this is so",
        ],
    );
    assert_says(
        "select?any=мажилис&all=lang:kk",
        "row-1",
        &[
            "row-1 is not in /select?any=мажилис&all=lang:kk.",
            "because it has none of #мажилис",
            "because it does not have lang:kk",
            "any no not #мажилис",
            "all no not lang:kk",
            "enters not while this is so",
        ],
    );
}

#[test]
fn position_and_end_follow_from_the_window() {
    for (feed, key, expected) in [
        (
            "short",
            "row-4",
            &[
                "row-4 is in /short.",
                "place 1 of 2; it is the newest; this feed keeps 2",
                "leaves when 2 newer articles have come",
            ][..],
        ),
        (
            "short",
            "row-2",
            &[
                "row-2 is not in /short.",
                "because 2 articles are newer; this feed keeps 2",
                "place 3, but the feed ends with 2",
                "enters only if newer articles are taken down",
            ],
        ),
        (
            "kept",
            "row-2",
            &[
                "row-2 is in /kept.",
                "place 3 of 3; 2 newer articles; this feed keeps 2",
                "leaves when 1 newer article has come and it is dated 2026-05-10 09:30 +00:00 or \
                 later (1h after this one); after 6 in any case",
            ],
        ),
        (
            "kept",
            "row-1",
            &[
                "row-1 is not in /kept.",
                "because 3 articles are newer; this feed keeps 2, and up to 8 while they are \
                 younger than the newest less 1h",
                "place 4, but the feed ends with 3",
                "enters only if newer articles are taken down",
            ],
        ),
        (
            "fresh",
            "oldest-session",
            &[
                "oldest-session is not in /fresh.",
                "because this feed keeps articles for 2d at most: this one until \
                 2026-05-03 00:00 +00:00",
                "place 8, but the feed ends with 7",
                "enters never with these dates",
            ],
        ),
        (
            "fresh",
            "ad",
            &[
                "ad is in /fresh.",
                "place 7 of 7; 6 newer articles; this feed keeps 50",
                "leaves on 2026-05-11 00:00 +00:00 (oldest), or when 44 newer articles have come",
            ],
        ),
    ] {
        let rule = match explain(feed, key).evaluation.rules.is_empty() {
            true => "rules none: this feed takes every article",
            false => "any yes #ряд (its tag)",
        };
        let reasons = expected.iter().filter(|line| line.starts_with("because"));
        let mut with_rule = expected.to_vec();
        with_rule.insert(1 + reasons.count(), rule);
        assert_says(feed, key, &with_rule);
    }
}

#[test]
fn an_unreleased_article_has_a_reason_and_an_entry_date() {
    let none = "rules none: this feed takes every article";
    for (feed, key, expected) in [
        (
            "all",
            "tomorrow",
            &[
                "tomorrow is not in /all.",
                "because it is dated in the future: embargo until 2026-05-11 07:30 +00:00",
                none,
                "enters 2026-05-11 07:30 +00:00",
            ][..],
        ),
        (
            "late",
            "flash",
            &[
                "flash is not in /late.",
                "because it is dated in the future: embargo until 2026-05-11 07:30 +00:00",
                none,
                "enters never with these dates: by then it is past its end, or crowded out",
            ],
        ),
        (
            "all",
            "flash",
            &[
                "flash is not in /all.",
                "because it is dated in the future: embargo until 2026-05-11 07:30 +00:00",
                none,
                "enters 2026-05-11 07:30 +00:00",
                "leaves on 2026-05-11 08:00 +00:00 (expires)",
            ],
        ),
        (
            "late",
            "match",
            &[
                "match is not in /late.",
                "because this feed delays articles by 2h: this one until \
                 2026-05-10 13:30 +00:00",
                none,
                "enters 2026-05-10 13:30 +00:00",
            ],
        ),
        (
            "never",
            "match",
            &[
                "match is not in /never.",
                "because this feed delays articles by 3h: this one until \
                 2026-05-10 14:30 +00:00",
                none,
                "enters never with these dates: by then it is past its end, or crowded out",
            ],
        ),
        (
            "all",
            "ended",
            &[
                "ended is not in /all.",
                "because it expired on 2026-05-10 12:00 +00:00",
                none,
                "enters never with these dates",
            ],
        ),
        (
            "all",
            "kept-out",
            &[
                "kept-out is not in /all.",
                "because it is kept out of all feeds (`feed = false`)",
                none,
                "enters not while this is so",
            ],
        ),
        (
            "all",
            "draft",
            &[
                "draft is not in /all.",
                "because it is a draft",
                none,
                "enters not while this is so",
            ],
        ),
    ] {
        assert_says(feed, key, expected);
    }
}

#[test]
fn json_holds_the_same_reasons() {
    let json = |feed, key| serde_json::to_value(explain(feed, key)).expect("it serializes");
    let late = json("late", "match");
    assert_eq!(late["feed"], "late");
    assert_eq!(late["article"], "match");
    assert_eq!(late["published"], "2026-05-10T11:30:00Z");
    assert_eq!(late["included"], false);
    assert_eq!(late["reasons"][0]["reason"], "held-back");
    assert_eq!(late["reasons"][0]["until"], "2026-05-10T13:30:00Z");
    assert_eq!(late["enters"], "2026-05-10T13:30:00Z");
    let parliament = json("parliament", "session");
    assert_eq!(parliament["included"], true);
    assert_eq!(parliament["place"], 1);
    assert_eq!(parliament["leaves"], serde_json::Value::Null);
    assert_eq!(parliament["crowded_out"]["newer"], 50);
    let any = &parliament["rules"][0];
    assert_eq!(
        (&any["rule"], &any["admits"]),
        (&"any".into(), &true.into())
    );
    let carried = &any["terms"][0]["carried"];
    assert_eq!(carried["written"], "Мәжіліс");
    assert_eq!(
        (&carried["kind"], &carried["same"]),
        (&"tag".into(), &true.into())
    );
    for key in ["draft", "kept-out"] {
        let reason = if key == "draft" { key } else { "out-of-feeds" };
        assert_eq!(json("all", key)["reasons"][0]["reason"], reason);
    }
    let refused = json("parliament", "match");
    assert_eq!(refused["reasons"][0]["by"], "all");
    assert_eq!(refused["reasons"][1]["by"], "none");
}
