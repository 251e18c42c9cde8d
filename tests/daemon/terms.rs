//! Several sections, and sections, tags and authors with slugs.

use crate::testkit::client::{Request, encoded};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::assert_ends;

/// Three articles: two authors of one name, and one section under two names.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::new();
    for (name, day, title, keys) in [
        (
            "bridge",
            10,
            "Мост открыли",
            "sections: [Город, {name: Деньги, slug: money}]\n\
             authors: [{name: Сапар Ж., slug: sapar}]\n",
        ),
        (
            "tram",
            11,
            "Трамвай вернулся",
            "sections: [{name: Финансы, slug: money}, Город]\n\
             authors: [{name: Сапар Ж., slug: sapar-2}]\n",
        ),
        (
            "well",
            12,
            "Колодец вычистили",
            "section: Село\nauthors: [{name: Айгуль, slug: aigul}]\n\
             tags: [{name: Вода, slug: water}]\n",
        ),
    ] {
        let text = format!("---\ntitle: {title}\ndate: 2026-01-{day}\n{keys}---\n\nТекст.\n");
        newsroom.write_markdown(name, &text);
    }
    newsroom
}

const TITLES: [&str; 3] = ["Мост открыли", "Трамвай вернулся", "Колодец вычистили"];

#[test]
fn article_is_in_the_feed_of_each_section_and_of_each_slug() {
    let daemon = Daemon::start(&newsroom());
    for (path, expected) in [
        ("/sections/город.rss", [true, true, false]),
        ("/sections/money.rss", [true, true, false]),
        ("/sections/село.rss", [false, false, true]),
        ("/authors/sapar.rss", [true, false, false]),
        ("/authors/sapar-2.rss", [false, true, false]),
        ("/tags/water.rss", [false, false, true]),
        ("/select.rss?all=author:сапар-ж", [true, true, false]),
        ("/select.rss?all=section:деньги", [true, false, false]),
        ("/select.rss?none=author:сапар-ж", [false, false, true]),
    ] {
        let feed = daemon.get(path);
        assert_eq!(feed.status, 200, "{path}");
        assert_eq!(TITLES.map(|title| feed.says(title)), expected, "{path}");
    }
    let money = daemon.get("/sections/money.rss");
    assert!(
        money.says("Деньги — Дала"),
        "the name in the oldest article"
    );
    let feed = daemon.get("/authors/sapar.rss");
    let place = |text: &str| feed.text().find(text).expect(text);
    assert!(place(">Город</category>") < place(">Деньги</category>"));
    let atom = daemon.get("/authors/sapar.atom");
    assert!(
        atom.says("term=\"money\"") && atom.says("label=\"Деньги\""),
        "{}",
        atom.text()
    );
}

#[test]
fn names_lead_to_terms_with_slugs() {
    let daemon = Daemon::start(&newsroom());
    let mut connection = daemon.connect();
    for (written, target) in [
        ("/authors/Айгуль.rss", "/authors/aigul.rss"),
        ("/authors/айгуль", "/authors/aigul"),
        ("/tags/вода.json?raw", "/tags/water.json?raw"),
        ("/sections/финансы.atom", "/sections/money.atom"),
        ("/authors/сапар-ж.rss", "/select.rss?all=author:сапар-ж"),
    ] {
        let moved = connection.exchange(&Request::get(written));
        assert_eq!(moved.status, 301, "{written}: {}", moved.text());
        assert_eq!(moved.header("location"), encoded(target), "{written}");
        assert_eq!(
            connection.exchange(&Request::get(target)).status,
            200,
            "{target}"
        );
    }
    assert_eq!(daemon.get("/authors/болат.rss").status, 404);
}

#[test]
fn lists_and_pages_show_each_slug_once_under_its_name() {
    let daemon = Daemon::start(&newsroom());
    let list = daemon.get("/authors");
    for (path, count) in [
        ("/authors/sapar\"", 1),
        ("/authors/sapar-2\"", 1),
        ("/authors/aigul\"", 1),
        (&*encoded("/authors/сапар-ж\""), 0),
    ] {
        assert_eq!(
            list.text().matches(path).count(),
            count,
            "{path}\n{}",
            list.text()
        );
    }
    let page = daemon.get("/articles/bridge");
    for part in [
        format!("<a href=\"{}\">Город</a>", encoded("/sections/город")),
        "<a href=\"/sections/money\">Деньги</a>".to_owned(),
        "<a rel=\"author\" href=\"/authors/sapar\">Сапар Ж.</a>".to_owned(),
    ] {
        assert!(page.says(&part), "{part}\n{}", page.text());
    }
}

#[test]
fn renamed_term_keeps_its_feed() {
    let newsroom = newsroom();
    let mut daemon = Daemon::start(&newsroom);
    assert!(daemon.get("/authors/aigul.rss").says("Айгуль — Дала"));
    let text = "---\ntitle: Колодец вычистили\ndate: 2026-01-12\nsection: Село\n\
                authors: [{name: Айгуль Омарова, slug: aigul}]\n---\n\nТекст.\n";
    newsroom.write_markdown("well", text);
    daemon.reread_until("/authors/aigul.rss", |feed| {
        feed.says("Айгуль Омарова — Дала")
    });
    let moved = daemon.get("/authors/айгуль-омарова.rss");
    assert_eq!(moved.header("location"), "/authors/aigul.rss");
    assert_eq!(daemon.get("/authors/айгуль.rss").status, 404);
}

#[test]
fn explanation_tells_two_authors_of_one_name_apart() {
    let newsroom = newsroom();
    let output = newsroom.run(&["explain", "authors/sapar", "tram"]);
    let said = [
        "(tram) is not in /authors/sapar.",
        "because    it does not have author:sapar",
    ];
    assert_ends(&output, 0, &said, &[]);
    let output = newsroom.run(&["explain", "authors/сапар-ж", "bridge"]);
    let said = [
        "(bridge) is in /select?all=author:сапар-ж.",
        "all        yes  author:сапар-ж (its author, written author:Сапар Ж.)",
    ];
    assert_ends(&output, 0, &said, &[]);
}
