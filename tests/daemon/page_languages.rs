//! The language that each page speaks.

use crate::testkit::client::Response;
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{CONFIG, Newsroom};

const KAZAKH_ARTICLE: &str = "+++\ntitle = \"Мәжіліс жиналысы өтті\"\ndate = 2026-11-02T09:00:00Z\n\
                              lang = \"kk\"\ntags = [\"мәжіліс\"]\n+++\nДепутаттар жаңа заңды қарады.\n";
const RUSSIAN_ARTICLE: &str = "+++\ntitle = \"Мажилис собрался\"\ndate = 2026-11-01T09:00:00Z\n\
                               lang = \"ru\"\ntags = [\"мажилис\"]\n+++\nДепутаты обсудили новый закон.\n";

/// A newsroom with a feed in Kazakh, a title in three languages, and an article in Kazakh and in Russian.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::new();
    let config = CONFIG.replace(
        "title        = \"Дала жаңалықтары\"",
        "title = { ru = \"Новости степи\", kk = \"Дала жаңалықтары\" }\n\
         description = { ru = \"Обо всём\", kk = \"Бәрі туралы\", en = \"All of it\" }",
    );
    let feeds = r##"
[[feed]]
name  = "qazaqsha"
title = { kk = "Қазақша жаңалықтар", ru = "Новости на казахском" }
all   = ["lang:kk"]
"##;
    newsroom.configure(&format!("{config}{feeds}"));
    newsroom.write_markdown("kk", KAZAKH_ARTICLE);
    newsroom.write_markdown("ru", RUSSIAN_ARTICLE);
    newsroom
}

fn language(page: &Response) -> &str {
    let (_, rest) = page.text().split_once("<html lang=\"").expect("a page");
    rest.split('"').next().unwrap_or_default()
}

#[test]
fn a_page_speaks_the_language_of_what_it_shows_unless_the_reader_chose_one() {
    let daemon = Daemon::start(&newsroom());
    for (target, expected) in [
        ("/", "ru"),
        ("/tags", "ru"),
        ("/all", "ru"),
        ("/parliament", "ru"),
        ("/qazaqsha", "kk"),
        ("/select?all=lang:kk", "kk"),
        ("/articles/kk", "kk"),
        ("/articles/ru", "ru"),
        ("/qazaqsha?lang=ru", "ru"),
        ("/qazaqsha?lang=en", "en"),
        ("/qazaqsha?lang=xx", "kk"),
        ("/articles/ru?lang=kk", "kk"),
    ] {
        let page = daemon.get(target);
        assert_eq!((page.status, language(&page)), (200, expected), "{target}");
    }
}

#[test]
fn a_chosen_language_is_kept_by_links_and_an_unchosen_one_is_the_page_s_own() {
    let daemon = Daemon::start(&newsroom());
    let chosen = daemon.get("/qazaqsha?lang=ru");
    assert!(
        chosen.says("href=\"/articles/kk?lang=ru\""),
        "{}",
        chosen.text()
    );
    let own = daemon.get("/qazaqsha");
    assert!(own.says("href=\"/?lang=kk\"") && own.says("href=\"/articles/kk?lang=kk\""));
    let usual = daemon.get("/");
    assert!(usual.says("href=\"/qazaqsha\"") && !usual.says("href=\"/qazaqsha?lang"));
}

#[test]
fn titles_and_descriptions_are_shown_in_the_language_of_the_page() {
    let daemon = Daemon::start(&newsroom());
    for (target, shown, absent) in [
        ("/", "Новости степи</a>", "Дала жаңалықтары</a>"),
        ("/?lang=kk", "Дала жаңалықтары</a>", "Новости степи"),
        ("/?lang=en", "All of it", "Обо всём"),
        (
            "/qazaqsha",
            "<h1>Қазақша жаңалықтар</h1>",
            "Новости на казахском",
        ),
        (
            "/qazaqsha?lang=ru",
            "<h1>Новости на казахском</h1>",
            "Қазақша жаңалықтар</h1>",
        ),
        ("/tags/мажилис", "<h1>мажилис</h1>", "мәжіліс</h1>"),
        ("/tags/мажилис?lang=kk", "<h1>мәжіліс</h1>", "мажилис</h1>"),
    ] {
        let page = daemon.get(target);
        assert!(page.says(shown), "{target} lacks {shown}: {}", page.text());
        assert!(!page.says(absent), "{target} has {absent}");
    }
    // The tag of an article, the feed of that tag, and the terms to combine.
    let link =
        |name: &str| format!("<a href=\"/tags/%D0%BC%D0%B0%D0%B6%D0%B8%D0%BB%D0%B8%D1%81{name}");
    for (target, shown, absent) in [
        (
            "/articles/kk",
            link("?lang=kk\">мәжіліс</a></li>"),
            "мажилис<",
        ),
        (
            "/articles/kk?lang=ru",
            link("?lang=ru\">мажилис</a></li>"),
            "мәжіліс<",
        ),
        ("/articles/ru", link("\">мажилис</a></li>"), "мәжіліс<"),
        (
            "/articles/ru?lang=kk",
            link("?lang=kk\">мәжіліс</a></li>"),
            "мажилис<",
        ),
        ("/qazaqsha", link("?lang=kk\">мәжіліс</a></li>"), "мажилис<"),
        (
            "/build?q=мажилис&lang=kk",
            ">#мәжіліс<".to_owned(),
            "#мажилис",
        ),
        (
            "/build?any=мажилис&lang=kk",
            ">#мәжіліс<".to_owned(),
            "#мажилис",
        ),
        ("/build?any=мажилис", ">#мажилис<".to_owned(), "#мәжіліс"),
        (
            "/select?any=мажилис&all=lang:kk",
            "<h1>#мәжіліс бар, қазақ тілі бар мақалалар</h1>".to_owned(),
            "#мажилис",
        ),
    ] {
        let page = daemon.get(target);
        assert!(page.says(&shown), "{target} lacks {shown}: {}", page.text());
        assert!(!page.says(absent), "{target} has {absent}: {}", page.text());
    }
    let feed = daemon.get("/qazaqsha.json");
    let feed: serde_json::Value = serde_json::from_slice(&feed.body).expect("JSON");
    assert_eq!(feed["title"], "Қазақша жаңалықтар");
    assert_eq!(feed["language"], "kk");
    assert_eq!(feed["description"], "Бәрі туралы");
    let selected = daemon.get("/select.json?all=lang:kk");
    let selected: serde_json::Value = serde_json::from_slice(&selected.body).expect("JSON");
    assert_eq!(selected["description"], "Бәрі туралы");
    assert_eq!(selected["language"], "kk");
}

#[test]
fn a_text_in_one_more_language_moves_no_feed() {
    let newsroom = newsroom();
    let daemon = Daemon::start(&newsroom);
    let before = daemon.get("/qazaqsha.rss");
    daemon.stop();
    newsroom.reconfigure("ru = \"Новости на казахском\"", "ru = \"По-казахски\"");
    let daemon = Daemon::start(&newsroom);
    let after = daemon.get("/qazaqsha.rss");
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.body, before.body);
    assert!(daemon.get("/qazaqsha?lang=ru").says("<h1>По-казахски</h1>"));
}
