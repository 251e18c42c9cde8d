//! Requests for what does not exist, and methods that are not supported.

use std::collections::BTreeMap;

use crate::testkit::client::{Connection, Request, Response};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{HARVEST, Newsroom, Story};

#[test]
fn unknown_names_get_404_with_a_reason() {
    let daemon = Daemon::start(&Newsroom::sample());
    let mut connection = daemon.connect();
    for (target, expected) in [
        ("/weather.rss", "no feed \"weather\""),
        ("/sport/football.atom", "no feed \"sport/football\""),
        ("/tags/затмение.rss", "no tag \"затмение\""),
        ("/tags/Полярное сияние.rss", "no tag \"полярное-сияние\""),
        ("/sections/Погода.json", "no section \"погода\""),
        ("/authors/Никто.rss", "no author \"никто\""),
        ("/select.rss?any=rail,затмение", "the tag \"затмение\""),
        ("/select.rss?all=section:погода", "the section \"погода\""),
        ("/select.rss?none=author:никто", "the author \"никто\""),
        ("/select.rss?any=rail&all=lang:de", "the lang \"de\""),
        ("/select.rss?any=city:Алматы", "unknown prefix `city:`"),
        ("/select.rss?any=", "%23"),
        ("/select.rss?any=rail&none=", "%23"),
        ("/select.atom?all=lang:en&any=,%20,", "%23"),
        ("/select.json?any=%23", "holds no letter or digit"),
        (
            "/select.rss?any=1,2,3,4,5,6,7&all=8,9,10,11,12,13,14&none=15,16,17,18,19,20,21",
            "at most 20 terms, got 21",
        ),
        ("/select.rss", "%23"),
        ("/select.rss?tags=rail", "%23"),
        ("/select.rss?any=%FF", "not UTF-8"),
        ("/tags/%D0.rss", "not UTF-8"),
        ("/tags/%FF%FE.rss", "not UTF-8"),
        (
            "/articles/2026-11/0099_nothing",
            "no article \"2026-11/0099_nothing\"",
        ),
        (
            "/articles/2026-11/0040_Last-Well",
            "no article \"2026-11/0040_Last-Well\"",
        ),
        ("/tags/регион.xml", "no tag \"регион-xml\""),
        ("/../etc/passwd", "no feed \"../etc/passwd\""),
        ("/articles/../../feeds.toml", "no article"),
    ] {
        let response = connection.exchange(&Request::get(target));
        assert_eq!(response.status, 404, "{target}");
        assert!(
            response.text().contains(expected),
            "{target}: {}",
            response.text()
        );
        assert_eq!(response.header("cache-control"), "max-age=60", "{target}");
        assert_eq!(response.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(response.header("x-content-type-options"), "nosniff");
    }
}

#[test]
fn excepted_tag_and_disabled_format_get_404() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("[auto.tags]", "[auto.tags]\nexcept = [\"#вода\"]");
    newsroom.reconfigure("[auto.sections]\n", "");
    newsroom.reconfigure("none  = [\"#футбол\"]", "formats = [\"rss\"]");
    let daemon = Daemon::start(&newsroom);
    for (target, status) in [
        ("/tags/вода.rss", 404),
        ("/tags/регион.rss", 200),
        ("/sections/парламент.rss", 404),
        ("/parliament.rss", 200),
        ("/parliament.json", 404),
    ] {
        assert_eq!(daemon.get(target).status, status, "{target}");
    }
}

#[test]
fn unsupported_methods_are_refused() {
    let daemon = Daemon::start(&Newsroom::sample());
    for (method, target, status) in [
        ("POST", "/all.rss", 405),
        ("PUT", "/all.rss", 405),
        ("DELETE", "/unknown.rss", 405),
        ("PATCH", "/tags/регион.rss", 405),
        ("TRACE", "/all.rss", 405),
        ("BREW", "/all.rss", 501),
        ("get", "/all.rss", 501),
        ("OPTIONS", "/all.rss", 204),
        ("OPTIONS", "/tags/регион.json", 204),
    ] {
        let response = daemon.ask(&Request::of(method, target));
        assert_eq!(response.status, status, "{method} {target}");
        if status != 501 {
            assert_eq!(response.header("allow"), "GET, HEAD, OPTIONS", "{method}");
        }
    }
}

/// A word that only articles have which nobody may see, and one of the same length that nobody has.
const SECRET: &str = "полынья";
const ABSENT: &str = "полянка";

/// Articles that are not released, each with the secret as tag, section and author, and with an
/// older spelling of a tag that is known.
fn write_secrets(newsroom: &Newsroom) {
    for (name, key) in [
        ("embargoed", "date = 2999-01-01"),
        ("drafted", "date = 2001-01-01\ndraft = true"),
        ("kept-out", "date = 2001-01-01\nfeed = false"),
        ("expired", "date = 2001-01-01\nexpires = 2002-02-02"),
    ] {
        let text = format!(
            "+++\ntitle = \"Лёд на реке\"\n{key}\nsection = \"{SECRET}\"\nauthor = \"{SECRET}\"\n\
             lang = \"fr\"\ntags = [\"{SECRET}\", \"{SECRET}-{name}\", \"МаЖиЛиС\"]\n+++\nТекст.\n"
        );
        newsroom.write_markdown(name, &text);
    }
}

/// Status, headers but the clock, and text; with the absent word in the place of the secret one.
fn answer(
    connection: &mut Connection,
    request: &Request,
) -> (u16, BTreeMap<String, String>, String) {
    let response = connection.exchange(request);
    let mask = |text: &str| {
        let text = text
            .replace("lang:fr", "lang:de")
            .replace("\"fr\"", "\"de\"");
        let encoded = [SECRET, ABSENT].map(crate::testkit::client::encoded);
        text.replace(SECRET, ABSENT)
            .replace(&encoded[0], &encoded[1])
    };
    let headers = response.headers_without_date().into_iter();
    let headers = headers.map(|(name, value)| (name.to_owned(), mask(value)));
    (response.status, headers.collect(), mask(response.text()))
}

#[test]
fn terms_of_unreleased_articles_look_unknown() {
    let newsroom = Newsroom::of_three();
    write_secrets(&newsroom);
    let daemon = Daemon::start(&newsroom);
    let mut connection = daemon.connect();
    let upper = SECRET.to_uppercase();
    let mut targets = vec![
        "/select.rss?all=lang:fr".to_owned(),
        "/select.json?any=мажилис&none=lang:fr".to_owned(),
        format!("/TAGS/{SECRET}.RSS/"),
        format!("/tags/{SECRET}"),
        format!("/tags/{SECRET}-drafted.rss"),
        format!("/articles/{SECRET}"),
        format!("/select.rss?any={SECRET},мажилис"),
        format!("/select.rss?any=%23{SECRET}"),
        format!("/select.rss?any=мажилис&none={SECRET}-kept-out"),
    ];
    for extension in ["rss", "atom", "json"] {
        for folder in ["tags", "sections", "authors"] {
            targets.push(format!("/{folder}/{SECRET}.{extension}"));
            targets.push(format!("//{folder}/{SECRET}.{extension}"));
        }
        for prefix in ["", "section:", "author:"] {
            targets.push(format!("/select.{extension}?any={prefix}{SECRET}"));
            targets.push(format!(
                "/select.{extension}?all=lang:ru&none={prefix}{SECRET}"
            ));
        }
    }
    for secret in &targets {
        let absent = secret.replace(SECRET, ABSENT).replace("lang:fr", "lang:de");
        for request in [Request::get, Request::head] {
            let secret_answer = answer(&mut connection, &request(secret));
            assert!(matches!(secret_answer.0, 404 | 301), "{secret}");
            assert_eq!(
                secret_answer,
                answer(&mut connection, &request(&absent)),
                "{secret}"
            );
        }
        let conditional = |target| Request::get(target).with("If-None-Match", "*");
        let answers = [secret, &absent].map(|target| answer(&mut connection, &conditional(target)));
        assert_eq!(answers[0], answers[1], "{secret}");
    }
    for key in ["embargoed", "drafted", "kept-out", "expired"] {
        let [there, absent] = [key, "nowhere"].map(|key| {
            let page = connection.exchange(&Request::get(&format!("/articles/{key}")));
            (page.status, page.text().replace(key, ""))
        });
        assert_eq!(there, absent, "{key}");
    }

    let list = newsroom.run(&["list", "--format", "json"]);
    let list = String::from_utf8(list.stdout).expect("UTF-8");
    assert!(list.contains("tags/мажилис"));
    for path in ["all", "parliament", "tags/мажилис", "sections/спорт"] {
        for extension in ["rss", "atom", "json"] {
            let feed = connection.exchange(&Request::get(&format!("/{path}.{extension}")));
            assert_eq!(feed.status, 200, "{path}");
            for leak in [SECRET, &upper, "МаЖиЛиС", "Лёд"] {
                assert!(!feed.says(leak), "{path}.{extension}: {leak}");
                assert!(!list.contains(leak), "list: {leak}");
            }
        }
    }
    for command in ["render", "explain"] {
        let [there, absent] = [SECRET, ABSENT].map(|tag| {
            let feed = format!("tags/{tag}.rss");
            let rest: &[&str] = if command == "explain" {
                &["session"]
            } else {
                &[]
            };
            let output = newsroom.run(&[&[command, &feed], rest].concat());
            let said = String::from_utf8(output.stderr).expect("UTF-8");
            (output.status.code(), said.replace(SECRET, ABSENT))
        });
        assert_eq!(there, absent, "{command}");
        assert_eq!(there.0, Some(1), "{command}");
    }
}

#[test]
fn alias_redirects_whether_or_not_an_article_has_it() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "[\"#мәжіліс\"]",
        &format!("[\"#мәжіліс\", \"#{SECRET}\", \"#{ABSENT}\"]"),
    );
    write_secrets(&newsroom);
    let daemon = Daemon::start(&newsroom);
    let mut connection = daemon.connect();
    for extension in ["rss", "atom", "json"] {
        let answers = [SECRET, ABSENT].map(|tag| {
            let moved = connection.exchange(&Request::get(&format!("/tags/{tag}.{extension}")));
            (moved.status, moved.header("location").to_owned())
        });
        assert_eq!(answers[0], answers[1], "{extension}");
        assert_eq!(answers[0].0, 301);
        let feed = connection.exchange(&Request::get(&answers[0].1));
        assert_eq!(feed.status, 200);
        for leak in [SECRET, "МаЖиЛиС", "Лёд"] {
            assert!(!feed.says(leak), "{extension}: {leak}");
        }
    }
}

/// Asks as a browser that navigates.
fn navigate(daemon: &Daemon, request: Request) -> Response {
    daemon.ask(&request.with("Sec-Fetch-Dest", "document"))
}

#[test]
fn browsers_get_a_page_with_what_is_near() {
    let daemon = Daemon::start(&Newsroom::sample());
    for (target, expected) in [
        (
            "/tags/мажылис",
            &[
                "Такой ленты нет: <q>мажылис</q>",
                "/tags/%D0%BC%D0%B0%D0%B6%D0%B8%D0%BB%D0%B8%D1%81\"",
            ][..],
        ),
        (
            "/tags/мажылис.rss",
            &["<q>мажылис</q>", "Возможно, вы искали"],
        ),
        ("/tags/мажылис.rss?raw", &["<q>мажылис</q>"]),
        (
            "/sections/Парламетн",
            &["<q>Парламетн</q>", ">Парламент</a>"],
        ),
        (
            "/parlament.rss",
            &["<q>parlament</q>", "href=\"/parliament\""],
        ),
        ("/tags/vf;bkbc", &["Такой ленты нет", ">мажилис</a>"]),
        (
            "/select?any=rail,мажылис",
            &["<q>мажылис</q>", ">мажилис</a>"],
        ),
        ("/select?any=", &["В адресе нет ни одной темы", "%23"]),
        ("/select", &["В адресе нет ни одной темы"]),
        (
            "/select.rss?any=1,2,3,4,5,6,7,8,9,10,11&all=1,2,3,4,5,6,7,8,9,10",
            &["Слишком много тем", "до 20"],
        ),
        ("/tags/невидимка", &["Самые большие ленты"]),
        ("/articles/2026-11/nothing", &["Такой статьи нет"]),
        ("/weather", &["Такой страницы нет"]),
        ("/tags?page=99", &["Такой страницы нет"]),
        ("/assets/none.css", &["Такой страницы нет"]),
        ("/%FF", &["Такой страницы нет"]),
        (
            "/tags/мажылис?lang=kk",
            &["<html lang=\"kk\">", "Мұндай таспа жоқ"],
        ),
        ("/tags/мажылис?lang=xx", &["<html lang=\"ru\">"]),
        (
            "/tags/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
            &["&lt;script&gt;"],
        ),
        ("/tags/%22onload='x", &["&quot;onload=&#39;x"]),
        ("/tags/a%00b%E2%80%AEc", &["<q>a\\x00b\\u{202e}c</q>"]),
    ] {
        let page = navigate(&daemon, Request::get(target));
        assert_eq!(page.status, 404, "{target}");
        assert_eq!(
            page.header("content-type"),
            "text/html; charset=utf-8",
            "{target}"
        );
        assert_eq!(page.header("cache-control"), "no-store", "{target}");
        assert_eq!(page.header("vary"), "Accept-Encoding", "{target}");
        assert_eq!(
            (page.find("etag"), page.find("last-modified")),
            (None, None)
        );
        assert!(
            page.header("content-security-policy")
                .contains("default-src 'none'")
        );
        for words in [&["</html>", "action=\"/build", "<h1>"], expected].concat() {
            assert!(page.says(words), "{target}: {words} in {}", page.text());
        }
        assert!(!page.says("<script>"), "{target}");
        let links = page.text().matches("class=\"name\"").count();
        assert!(links <= 8, "{target}: {links} feeds");

        let head = navigate(&daemon, Request::head(target));
        assert_eq!((head.status, head.body.len()), (404, 0), "{target}");
        let length = page.body.len().to_string();
        assert_eq!(head.header("content-length"), length, "{target}");
        let coded = Request::get(target).with("Accept-Encoding", "gzip");
        let coded = navigate(&daemon, coded);
        assert_eq!(coded.header("content-encoding"), "gzip", "{target}");
    }
}

#[test]
fn programs_get_a_line_of_text() {
    let daemon = Daemon::start(&Newsroom::sample());
    for destination in [None, Some("empty"), Some("image"), Some("iframe"), Some("")] {
        let mut request = Request::get("/tags/мажылис.rss");
        if let Some(destination) = destination {
            request = request.with("Sec-Fetch-Dest", destination);
        }
        let text = daemon.ask(&request);
        assert_eq!(text.status, 404, "{destination:?}");
        assert_eq!(text.text(), "not found: no tag \"мажылис\"\n");
        assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(text.header("cache-control"), "max-age=60");
        assert_eq!(text.find("vary"), None);
    }
    // Other errors are text for everybody.
    for (request, status) in [
        (Request::of("POST", "/tags/мажылис"), 405),
        (Request::get(&format!("/{}", "а".repeat(3000))), 414),
    ] {
        let text = navigate(&daemon, request);
        assert_eq!(text.status, status);
        assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    }
}

#[test]
fn without_browser_pages_browsers_get_the_text_of_errors() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("[server]", "[server]\nbrowser-pages = false");
    let daemon = Daemon::start(&newsroom);
    for target in [
        "/tags/мажылис",
        "/tags/мажылис.rss",
        "/weather",
        "/assets/none.css",
    ] {
        let text = navigate(&daemon, Request::get(target));
        assert_eq!(text.status, 404, "{target}");
        assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(text.header("cache-control"), "max-age=60", "{target}");
    }
}

#[test]
fn an_ended_feed_has_a_page_below_the_prefix() {
    let newsroom = Newsroom::sample();
    newsroom.reconfigure("feeds.dala.example/\"", "dala.example/news/\"");
    newsroom.reconfigure(
        "[auto.tags]\n",
        "[[redirect]]\nfrom = \"/tags/парламентарии.rss\"\nto = \"\"\n[auto.tags]\n",
    );
    let daemon = Daemon::start(&newsroom);
    for target in ["/news/tags/парламентарии.rss", "/tags/парламентарии.rss"]
    {
        let page = navigate(&daemon, Request::get(target));
        assert_eq!(page.status, 410, "{target}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(
            page.says("Эта лента закрыта: <q>парламентарии</q>"),
            "{target}"
        );
        assert!(page.says("href=\"/news/sections/") && page.says("action=\"/news/build\""));
    }
    let text = daemon.get("/news/tags/парламентарии.rss");
    assert_eq!((text.status, text.text()), (410, "this feed has ended\n"));
}

#[test]
fn error_pages_name_nothing_that_is_hidden() {
    let newsroom = Newsroom::sample();
    newsroom.write(
        "later",
        &Story {
            date: "2036-01-01",
            tag: "сверхсекретно",
            section: "Завтрашнее",
            author: "Некто Будущий",
            ..HARVEST
        },
    );
    let daemon = Daemon::start(&newsroom);
    for target in [
        "/tags/сверхсекретно",
        "/tags/сверхсекретна",
        "/sections/завтрашнее",
        "/authors/некто-будуший",
        "/articles/later",
    ] {
        let page = navigate(&daemon, Request::get(target));
        assert_eq!(page.status, 404, "{target}");
        for hidden in [
            ">сверхсекретно</a>",
            ">Завтрашнее</a>",
            ">Некто Будущий</a>",
        ] {
            assert!(!page.says(hidden), "{target}: {hidden}");
        }
    }
}
