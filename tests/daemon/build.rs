//! `/build`: what a reader types and chooses, and the feed that it makes.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::testkit::client::{Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{CONFIG, HARVEST, Newsroom, Story, now, written};

/// A page that says some texts, and not others.
#[track_caller]
fn check(page: &Response, query: &str, says: &[&str], not: &[&str]) {
    assert_eq!(page.status, 200, "{query}");
    for text in says {
        assert!(page.says(text), "{query}: no {text}\n{}", page.text());
    }
    for text in not {
        assert!(!page.says(text), "{query}: {text}\n{}", page.text());
    }
}

/// The address of the feed that the page leads to, without its panel.
fn feed_address(page: &Response) -> Option<String> {
    let (_, result) = page.text().split_once("<p class=\"act\">")?;
    let (before, _) = result.split_once("#subscribe\"")?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(address.replace("&amp;", "&"))
}

#[test]
fn a_query_makes_a_choice_a_sentence_and_an_address() {
    let newsroom = Newsroom::sample();
    newsroom.configure(&format!(
        "{CONFIG}\n[[feed]]\nname = \"all\"\nnone = [\"#погода\"]\n"
    ));
    let daemon = Daemon::start(&newsroom);
    for (query, sentence, address) in [
        ("any=мажилис", "Статьи с #мажилис", "/tags/мажилис"),
        ("any=%23Мәжіліс", "Статьи с #мажилис", "/tags/мажилис"),
        (
            "all=section:Парламент",
            "Статьи из рубрики «Парламент»",
            "/sections/парламент",
        ),
        (
            "none=футбол&any=section:Парламент&any=мажилис&all=",
            "Статьи с #мажилис или из рубрики «Парламент», но без #футбол",
            "/parliament",
        ),
        ("none=погода", "Все статьи без #погода", "/all"),
        (
            "any=регион,section:world&all=lang:en&q=x&utm=1",
            "Статьи с #регион или из рубрики «World», а ещё на английском языке",
            "/select?any=section:world,регион&all=lang:en",
        ),
        (
            "any=мажилис&lang=kk",
            "#мәжіліс бар мақалалар",
            "/tags/мажилис?lang=kk",
        ),
        // A term that no article has counts for nothing, and stays visible.
        ("any=мажилис,затмение", "Статьи с #мажилис", "/tags/мажилис"),
    ] {
        let page = daemon.get(&format!("/build?{query}"));
        let title = format!("<title>{sentence} — Дала жаңалықтары</title>");
        check(
            &page,
            query,
            &[&title, &format!("<p class=\"intro\">{sentence} ")],
            &[],
        );
        let found = feed_address(&page).expect("an address");
        let found = percent_encoding::percent_decode_str(&found).decode_utf8();
        assert_eq!(found.expect("UTF-8"), address, "{query}");
        assert_eq!(daemon.get(address).status, 200, "{address}");
    }
}

#[test]
fn words_find_terms_and_every_state_is_said() {
    let daemon = Daemon::start(&Newsroom::sample());
    let many: Vec<String> = (10..31).map(|number| number.to_string()).collect();
    let many = format!("none={}&q=мажилис", many.join(","));
    let button = "name=\"any\" value=\"мажилис\" aria-label=\"Добавить #мажилис: хотя бы одно\"";
    let cases: [(&str, &[&str], &[&str]); 12] = [
        (
            "",
            &[
                "Соберите свою ленту",
                "autofocus",
                "value=\"section:экономика\"",
                "value=\"lang:kk\"",
            ],
            &["Что получится", "Вы выбрали"],
        ),
        ("any=&all=&none=&q=", &["autofocus"], &["Что получится"]),
        ("q=Мажи", &[button, "value=\"Мажи\""], &["Что получится"]),
        ("q=vf;bkbc", &[button], &[]),
        // The feed of the term alone is one press away.
        (
            "q=футбол",
            &[
                "<a class=\"name\" href=\"/tags/%D1%84%D1%83%D1%82%D0%B1%D0%BE%D0%BB\">#футбол</a>",
                "href=\"/tags/%D1%84%D1%83%D1%82%D0%B1%D0%BE%D0%BB#subscribe\"",
                "formaction=\"/build#outcome\" name=\"any\" value=\"футбол\"",
            ],
            &[],
        ),
        ("q=қазақ", &["value=\"lang:kk\""], &["value=\"lang:ru\""]),
        (
            "q=парл",
            &["value=\"section:парламент\"", "Готовые ленты"],
            &[],
        ),
        (
            "q=футбол&any=мажилис",
            &[
                "type=\"hidden\" name=\"any\" value=\"мажилис\"",
                "value=\"футбол\"",
            ],
            &["autofocus"],
        ),
        ("q=ыыыыы", &["Ничего не нашлось"], &[]),
        (
            "any=мажилес",
            &[
                "такого нет ни в одной статье",
                "Может быть:",
                "any=%D0%BC%D0%B0%D0%B6%D0%B8%D0%BB%D0%B8%D1%81#outcome\"",
            ],
            &["Что получится"],
        ),
        (
            "all=мажилис,section:спорт",
            &[
                "Ни в одной статье нет всего этого сразу.",
                ">убрать: Спорт<",
                ">убрать: #мажилис<",
            ],
            &[],
        ),
        (
            &many,
            &["не больше 20 условий, поэтому не поместилось: #30."],
            &["<button name=\"any\""],
        ),
    ];
    for (query, says, not) in cases {
        check(&daemon.get(&format!("/build?{query}")), query, says, not);
    }
    let page = daemon.get("/build?any=мажилис");
    check(
        &page,
        "a choice without words",
        &["О чём пишут чаще всего", "id=\"outcome\" tabindex=\"-1\""],
        &[],
    );
    let page = daemon.get("/select?any=section:парламент,мажилис&none=lang:kk");
    let heading = "<h1>Статьи с #мажилис или из рубрики «Парламент», но не на казахском языке</h1>";
    check(&page, "the feed", &[heading], &[]);
    let page = daemon.get("/build?any=мажилис&lang=en");
    check(
        &page,
        "en",
        &[
            "Articles with #мажилис",
            "about ",
            "There is such a feed already:",
        ],
        &[],
    );
}

#[test]
fn no_cache_and_no_search_engine_has_the_page() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("feeds.dala.example/\"", "dala.example/news/\"");
    let daemon = Daemon::start(&newsroom);
    let mut connection = daemon.connect();
    for target in ["/news/build", "/build", "/news/build?any=мажилис&q=x"] {
        for request in [Request::get(target), Request::head(target)] {
            let page = connection.exchange(&request);
            assert_eq!(page.status, 200, "{target}");
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("x-robots-tag"), "noindex");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        }
        let page = daemon.get(target);
        check(
            &page,
            target,
            &["action=\"/news/build\""],
            &["name=\"robots\""],
        );
    }
    let moved = daemon.get("/news/Build/?any=b,a");
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, "/news/build?any=b,a")
    );
    assert_eq!(daemon.get("/build.rss").status, 404);
}

#[test]
fn hostile_parameters_are_text() {
    let daemon = Daemon::start(&Newsroom::sample());
    let long = "ы".repeat(1300);
    for query in [
        "q=\"><script>alert(1)</script>",
        "any=\"><script>alert(1)</script>&none='onx='",
        "q=%00%FF&any=%00%FF,%23&all=%0A",
        "lang=%00\"><script>",
        &format!("q={long}"),
        &format!("any={long}&none={long}x"),
        &"any=a&".repeat(1000),
        &format!("q={}", "a ".repeat(3000)),
    ] {
        let page = daemon.get(&format!(
            "/build?{}",
            query.replace(['"', '<', '>'], "%22%3C%3E")
        ));
        if page.status == 414 {
            continue;
        }
        check(&page, query, &["</html>"], &["<script>", "\u{0}"]);
    }
}

#[test]
fn the_pace_is_that_of_the_last_30_days_or_of_the_window() {
    const HOUR: u64 = 3600;
    let newsroom = Newsroom::new();
    // Three a day for ten days, and as many two months ago.
    for number in 0..60 {
        let months = number / 30;
        let hours = number % 30 * 8 + 4 + months * 60 * 24;
        let story = Story {
            date: &written(now() - hours * HOUR),
            ..HARVEST
        };
        newsroom.write(&format!("harvest-{number}"), &story);
    }
    for (config, pace) in [
        (CONFIG.to_owned(), "около 1 статьи в день"),
        (
            format!("{CONFIG}\n[defaults]\nitems = 10\n"),
            "около 3 статей в день",
        ),
    ] {
        newsroom.configure(&config);
        let daemon = Daemon::start(&newsroom);
        check(&daemon.get("/build?any=урожай"), pace, &[pace], &[]);
        daemon.stop();
    }
}

/// The paths of the articles that the page shows.
fn shown(page: &Response) -> Vec<&str> {
    let teasers = page.text().split("<article class=\"teaser\"").skip(1);
    let links = teasers.filter_map(|teaser| teaser.split("href=\"").nth(1)?.split('"').next());
    links.collect()
}

/// The addresses of the newest ten items of a feed, as the page writes them.
fn newest(daemon: &Daemon, page: &str) -> Vec<String> {
    let target = match page.split_once('?') {
        Some((stem, query)) => format!("{stem}.json?{query}"),
        None => format!("{page}.json"),
    };
    let feed = daemon.get(&target);
    assert_eq!(feed.status, 200, "{target}");
    let feed: serde_json::Value = serde_json::from_slice(&feed.body).expect("JSON");
    let items = feed["items"].as_array().expect("a list").iter().take(10);
    let urls = items.map(|item| item["url"].as_str().expect("an address"));
    urls.map(|url| url.replace("http://feeds.dala.example/", "/"))
        .collect()
}

#[test]
fn the_address_of_every_choice_has_the_entries_that_are_shown() {
    const TERMS: [&str; 10] = [
        "мажилис",
        "регион",
        "ауыл",
        "бюджет",
        "футбол",
        "section:парламент",
        "section:world",
        "lang:kk",
        "lang:ru",
        "author:тимур-ахметов",
    ];
    let daemon = Daemon::start(&Newsroom::sample());
    let subset = || proptest::sample::subsequence(TERMS.to_vec(), 0..4);
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(60)
    });
    let choices = (subset(), subset(), subset());
    let result = runner.run(&choices, |(any, all, none)| {
        let query = format!(
            "any={}&all={}&none={}",
            any.join(","),
            all.join(","),
            none.join(",")
        );
        let page = daemon.get(&format!("/build?{query}"));
        prop_assert_eq!(page.status, 200);
        let Some(address) = feed_address(&page) else {
            prop_assert!(any.is_empty() && all.is_empty() && none.is_empty());
            return Ok(());
        };
        prop_assert_eq!(daemon.get(&address).status, 200);
        prop_assert_eq!(shown(&page), newest(&daemon, &address), "{}", query);
        Ok(())
    });
    result.expect("pages that show the entries of their addresses");
}
