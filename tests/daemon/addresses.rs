//! Addresses that lead to a feed: redirects with names, usual addresses, and what was encoded twice.

use crate::testkit::client::{Connection, Request};
use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{CONFIG, Newsroom, PUBLIC_URL};

/// Checks `(target, what its response is)`: a `Location`, or a status.
fn check(connection: &mut Connection, cases: &[(&str, &str)]) {
    for (target, expected) in cases {
        let response = connection.exchange(&Request::get(target));
        let actual = match response.find("location") {
            Some(location) => {
                assert_eq!(response.status, 301, "{target}");
                let location = percent_encoding::percent_decode_str(location);
                location.decode_utf8_lossy().into_owned()
            }
            None => response.status.to_string(),
        };
        assert_eq!(actual, *expected, "{target}");
    }
}

#[test]
fn redirects_with_names_lead_to_feeds_in_one_hop() {
    let redirects = [
        ("/tag/{tag}/feed", "/tags/{tag}.rss"),
        ("/{section}.xml", "/SECTIONS/{section}.rss"),
        ("/мой-тег/{тег}", "/tag/{тег}/feed"),
        ("/find/{words}", "/select.rss?any={words},Футбол"),
        ("/tag/мёртвый/feed", ""),
        ("/amp/{rest}", ""),
        ("/parliament.{format}", "/all.{format}"),
    ];
    let redirects =
        redirects.map(|(from, to)| format!("\n[[redirect]]\nfrom = \"{from}\"\nto = \"{to}\"\n"));
    let newsroom = Newsroom::of_three();
    newsroom.configure(&(CONFIG.to_owned() + &redirects.concat()));
    let daemon = Daemon::start(&newsroom);
    check(
        &mut daemon.connect(),
        &[
            ("/tag/футбол/feed", "/tags/футбол.rss"),
            ("/tag/футбол/feed/", "/tags/футбол.rss"),
            ("/tag/Футбол/feed/?utm_source=x", "/tags/футбол.rss"),
            ("/tag/мәжіліс/feed", "/tags/мажилис.rss"),
            ("/мой-тег/МӘЖІЛІС/", "/tags/мажилис.rss"),
            ("/tag/мёртвый/feed/", "410"),
            ("/tag/нет такого/feed", "/tags/нет такого.rss"),
            ("/спорт.xml", "/sections/спорт.rss"),
            ("/find/Урожай", "/select.rss?any=урожай,футбол"),
            ("/amp/x/", "410"),
            ("/amp/x/y", "404"),
            ("/parliament.rss", "/all.rss"),
            ("/parliament", "200"),
            ("/rss.xml/", "/all.rss"),
            ("/old.rss/", "410"),
        ],
    );
}

#[test]
fn usual_addresses_lead_to_the_feed_of_every_article() {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "from = \"/rss.xml\"\nto   = \"/all.rss\"",
        "from = \"/x\"\nto = \"\"",
    );
    for prefix in ["", "/lenta"] {
        let address = format!("{PUBLIC_URL}{}", prefix.trim_start_matches('/'));
        let address = address.trim_end_matches('/');
        newsroom.configure(
            &CONFIG
                .replace(PUBLIC_URL, &format!("{address}/"))
                .replace("from = \"/rss.xml\"", "from = \"/x\""),
        );
        let daemon = Daemon::start(&newsroom);
        let mut connection = daemon.connect();
        for name in [
            "feed",
            "rss",
            "rss.xml",
            "feed.xml",
            "index.xml",
            "RSS",
            "Feed.xml",
        ] {
            for target in [
                format!("/{name}"),
                format!("/{name}/"),
                format!("{prefix}/{name}?x=1"),
            ] {
                check(&mut connection, &[(&target, &format!("{prefix}/all.rss"))]);
            }
        }
        let atom = format!("{prefix}/all.atom");
        check(
            &mut connection,
            &[("/atom.xml", &atom), ("/atom.xml/", &atom)],
        );
        check(
            &mut connection,
            &[("/atom", "404"), ("/feed/rss2", "404"), ("/x/feed", "404")],
        );
    }
}

#[test]
fn usual_addresses_are_those_of_feeds_and_redirects_first() {
    let newsroom = Newsroom::of_three();
    newsroom.configure(
        &(CONFIG.to_owned()
            + "[[feed]]\nname = \"feed\"\ntitle = \"Лента\"\nany = [\"#футбол\"]\n\
               [[redirect]]\nfrom = \"/index.xml\"\nto = \"\"\n\
               [[redirect]]\nfrom = \"/{name}.xml\"\nto = \"/feed.rss\"\n"),
    );
    let daemon = Daemon::start(&newsroom);
    check(
        &mut daemon.connect(),
        &[
            ("/feed", "200"),
            ("/feed/", "/feed"),
            ("/rss", "/all.rss"),
            ("/index.xml", "410"),
            ("/feed.xml", "/feed.rss"),
        ],
    );
    newsroom.configure(&CONFIG.replace(
        "[auto.sections]",
        "[defaults]\nformats = [\"atom\"]\n[auto.sections]",
    ));
    let daemon = Daemon::start(&newsroom);
    check(
        &mut daemon.connect(),
        &[("/feed", "404"), ("/atom.xml", "/all.atom")],
    );
}

#[test]
fn addresses_that_are_encoded_twice_are_redirected_to_what_they_mean() {
    let newsroom = Newsroom::of_three();
    newsroom.write_markdown(
        "заметка",
        "+++\ntitle = \"Заметка\"\ndate = 2026-01-02\n+++\nТекст.\n",
    );
    newsroom.write_markdown(
        "тайна",
        "+++\ntitle = \"Тайна\"\ndate = 2999-01-02\ntags = [\"тайна\"]\n+++\nТекст.\n",
    );
    newsroom.write_markdown(
        "percent",
        "+++\ntitle = \"Проценты\"\ndate = 2026-01-02\nid = \"100%25\"\ntags = [\"100%\"]\n+++\nТекст.\n",
    );
    let daemon = Daemon::start(&newsroom);
    let twice = |text: &str| {
        let once = |text: &str| taspa::model::url_encoding::encode_path(text);
        once(&once(text)).replace("%2F", "/")
    };
    let mut connection = daemon.connect();
    for (written, expected) in [
        ("/tags/футбол.rss", "/tags/футбол.rss"),
        ("/tags/ФУТБОЛ.rss", "/tags/футбол.rss"),
        ("/tags/мәжіліс.atom", "/tags/мажилис.atom"),
        ("/tags/футбол", "/tags/футбол"),
        ("/authors/Динара Оспан.json", "/authors/динара-оспан.json"),
        ("/articles/заметка", "/articles/заметка"),
        ("/articles/тайна", "404"),
        ("/tags/тайна.rss", "404"),
        ("/tags/нет.rss", "404"),
    ] {
        check(&mut connection, &[(&twice(written), expected)]);
    }
    let select = |name: &str| format!("/select.rss?any={}", twice(name));
    check(
        &mut connection,
        &[
            (&select("футбол"), "/select.rss?any=футбол"),
            (
                &select("тайна"),
                &format!("/select.rss?any={}", "d1-82-d0-b0-d0-b9-d0-bd-d0-b0"),
            ),
            // What is encoded once names something.
            ("/tags/100%25.rss", "/tags/100.rss"),
            ("/articles/100%2525", "200"),
            ("/tags/%25FF.rss", "404"),
            ("/tags/%25D0.rss", "404"),
            ("/all.rss?x=%25D0", "200"),
            ("/%2561ll.rss", "/all.rss"),
        ],
    );
}

#[test]
fn parameters_that_a_selection_does_not_have_are_refused_in_words() {
    let daemon = Daemon::start(&Newsroom::of_three());
    let mut connection = daemon.connect();
    for (target, word) in [
        ("/select.rss?any=футбол&limit=5", "`limit`"),
        ("/select.json?any=футбол&items=5", "`items`"),
        ("/select.atom?since=2026-01-01&any=футбол", "`since`"),
        ("/select.rss?q=футбол", "`q`"),
        ("/select?any=футбол&page=2", "`page`"),
        ("/SELECT.rss?any=Футбол&%6Cimit", "`limit`"),
    ] {
        let response = connection.exchange(&Request::get(target));
        assert_eq!(response.status, 400, "{target}");
        assert!(response.says(word), "{target}: {}", response.text());
        assert!(
            response.says("`any`, `all` and `none`"),
            "{}",
            response.text()
        );
        assert_eq!(response.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(response.header("cache-control"), "no-store");
    }
    check(
        &mut connection,
        &[
            ("/select.rss?any=футбол&utm=1&Limit=2", "200"),
            ("/all.rss?limit=5&page=2&q=x", "200"),
            ("/tags/футбол.rss?items=5", "200"),
        ],
    );
}
